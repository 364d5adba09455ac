//! Interfaces with everything that a type and a method can have.

#![allow(dead_code, unreachable_pub, missing_docs, reason = "only its schema is looked at")]
#![allow(clippy::unused_async, reason = "an interface's methods are")]
#![allow(
    clippy::zero_sized_map_values,
    clippy::option_option,
    reason = "odd shapes are what it is for"
)]

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use traitwire::rpc::Stub as _;
use traitwire::{Bytes, Stream, Wire, rpc_interface};
use traitwire_schema::{Interface, InterfaceKind};

/// Every scalar.
#[derive(Debug, Clone, Serialize, Deserialize, Wire)]
pub struct Scalars {
    pub i8: i8,
    pub i16: i16,
    pub i32: i32,
    pub i64: i64,
    pub i128: i128,
    pub isize: isize,
    pub u8: u8,
    pub u16: u16,
    pub u32: u32,
    pub u64: u64,
    pub u128: u128,
    pub usize: usize,
    pub f32: f32,
    pub f64: f64,
    pub bool: bool,
    pub char: char,
    pub string: String,
    pub bytes: Bytes,
    pub unit: (),
    pub json: Value,
}

/// Every container.
#[derive(Debug, Clone, Serialize, Deserialize, Wire)]
pub struct Containers {
    pub option: Option<u8>,
    pub option_of_named: Option<Kind>,
    pub option_of_json: Option<Value>,
    pub list: Vec<Option<String>>,
    pub set: BTreeSet<u8>,
    pub array: [u8; 2],
    pub tuple: (u8, String),
    pub by_name: BTreeMap<String, u8>,
    pub by_number: BTreeMap<i16, u8>,
    pub by_flag: BTreeMap<bool, u8>,
    pub by_letter: BTreeMap<char, u8>,
    pub by_kind: BTreeMap<Kind, u8>,
    pub by_id: BTreeMap<Id, u8>,
}

/// A name for something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Wire)]
pub struct Id(pub u64);

/// How a thing is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Wire)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It is so.
    VerySo,
    /// It is not.
    #[deprecated(since = "1.1.0", note = "use `very-so`")]
    NotSo,
}

/// Differs by direction.
///
/// ```json
/// { "name": "a", "limit": 340282366920938463463374607431768211455 }
/// ```
#[derive(Debug, Clone, Serialize, Deserialize, Wire)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What it is called.
    ///
    /// ```json
    /// "a"
    /// ```
    pub name: String,
    /// The most there is.
    #[serde(default)]
    pub limit: u128,
    #[wire(since = "1.2.0")]
    pub note: Option<String>,
    #[serde(default, skip_serializing)]
    pub password: String,
    #[serde(skip_deserializing)]
    #[deprecated = "nobody reads it"]
    pub changed: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more: Option<Box<Settings>>,
}

/// Contains what differs, and itself.
#[derive(Debug, Clone, Serialize, Deserialize, Wire)]
pub struct Tree<T> {
    pub value: T,
    pub below: Vec<Tree<T>>,
}

/// Two of different types.
#[derive(Debug, Clone, Serialize, Deserialize, Wire)]
pub struct Pair<A, B> {
    pub a: A,
    pub b: B,
}

pub mod shelf {
    use super::{Deserialize, Serialize, Wire};

    /// On a shelf.
    #[derive(Debug, Clone, Serialize, Deserialize, Wire)]
    pub struct Item {
        pub shelf: u8,
    }
}

pub mod drawer {
    use super::{Deserialize, Serialize, Wire};

    /// In a drawer.
    #[derive(Debug, Clone, Serialize, Deserialize, Wire)]
    pub struct Item {
        pub drawer: u8,
    }
}

/// By its only key.
#[derive(Debug, Clone, Serialize, Deserialize, Wire)]
#[non_exhaustive]
pub enum External {
    /// Nothing.
    Unit,
    Newtype(u32),
    Pair(u8, String),
    None(),
    Fields {
        a: u8,
        b: Option<u8>,
    },
    #[serde(skip_deserializing)]
    Written(u8),
    #[serde(skip_serializing)]
    Read(u8),
}

/// By a tag among the members.
#[derive(Debug, Clone, Serialize, Deserialize, Wire)]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub enum Internal {
    UnitLike,
    Strict(Strict),
    Loose(Loose),
    Map(BTreeMap<String, u8>),
    Nothing(()),
    /// Has fields.
    Fields {
        a: u8,
        #[serde(default)]
        b: u8,
    },
}

/// Knows its members.
#[derive(Debug, Clone, Serialize, Deserialize, Wire)]
#[serde(deny_unknown_fields)]
pub struct Strict {
    pub x: u8,
}

#[derive(Debug, Clone, Serialize, Deserialize, Wire)]
pub struct Loose {
    pub y: u8,
}

/// By a tag beside the content.
#[derive(Debug, Clone, Serialize, Deserialize, Wire)]
#[serde(tag = "t", content = "c")]
pub enum Adjacent {
    Unit,
    Newtype(u32),
    Maybe(Option<u8>),
    Pair(u8, String),
    Fields { a: u8 },
}

/// By its look.
#[derive(Debug, Clone, Serialize, Deserialize, Wire)]
#[serde(untagged)]
pub enum Untagged {
    Number(u32),
    Pair(u8, String),
    Fields { a: u8 },
    Unit,
}

/// Grows.
#[derive(Debug, Clone, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Growing {
    One,
    Two,
}

/// All that can be sent both ways.
#[derive(Debug, Clone, Serialize, Deserialize, Wire)]
pub struct Everything {
    pub scalars: Scalars,
    pub containers: Containers,
    pub settings: Settings,
    pub tree: Tree<Settings>,
    pub plain: Tree<u8>,
    pub pair: Pair<Vec<Id>, BTreeMap<String, (u8, f64)>>,
    pub shelf: shelf::Item,
    pub drawer: drawer::Item,
    pub external: External,
    pub internal: Internal,
    pub adjacent: Adjacent,
    pub untagged: Untagged,
    pub growing: Growing,
}

#[derive(Debug, Clone, Serialize, Deserialize, Wire)]
#[serde(tag = "error", rename_all = "snake_case")]
pub enum SinkError {
    /// There is none.
    #[wire(status = 404)]
    NotFound {
        id: Id,
    },
    #[wire(status = 409)]
    Taken,
    #[wire(status = 409)]
    Locked {
        by: String,
    },
    Other,
}

/// It is clogged.
#[derive(Debug, Clone, Serialize, Deserialize, Wire)]
pub struct Clogged {
    pub by: Id,
}

/// A sink for everything.
#[rpc_interface(version = "1.2.0")]
pub trait Sink {
    /// Puts it in. And out.
    #[rpc(idempotent, scope = "sink:write")]
    async fn put(&self, what: Everything) -> Result<Everything, SinkError>;

    /// Finds things.
    ///
    /// The best first.
    ///
    /// ```json
    /// { "text": "tap", "kinds": ["very-so"], "limit": 3 }
    /// ```
    ///
    /// ```json
    /// [7, 9]
    /// ```
    #[rpc(readonly, since = "1.1.0")]
    async fn find(
        &self,
        text: &str,
        kind: Option<Kind>,
        kinds: Vec<Kind>,
        limit: Option<u32>,
        above: Option<Id>,
    ) -> Vec<Id>;

    /// Fills it.
    #[rpc(public)]
    #[deprecated(since = "1.2.0", note = "use `put`")]
    async fn fill(&self, water: Bytes) -> Result<Bytes, Clogged>;

    /// What drops.
    ///
    /// ```json
    /// { "Newtype": 1 }
    /// ```
    #[rpc(readonly)]
    fn drops(&self) -> impl Stream<Item = Result<External, SinkError>> + Send;
}

/// The next sink.
pub mod next {
    use super::rpc_interface;

    /// A better sink.
    #[rpc_interface(version = "2.0.1", name = "Sink")]
    pub trait NextSink {
        /// Nothing yet.
        async fn put(&self);
    }
}

/// All of them, and one that is not for HTTP.
pub fn interfaces() -> Vec<&'static Interface> {
    let mut coupled = SinkClient::interface().clone();
    coupled.name = "Coupled".into();
    coupled.kind = InterfaceKind::Ipc;
    vec![SinkClient::interface(), next::NextSinkClient::interface(), Box::leak(Box::new(coupled))]
}
