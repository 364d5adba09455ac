//! Which interfaces are hard to write down in another language?

#![allow(non_camel_case_types, dead_code, reason = "that is what makes them hard")]

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use traitwire::{Bytes, Incoming, Stream, Wire, ipc_interface, rpc_interface};
use traitwire_schema::walk::Schema;
use traitwire_schema::{Interface, Method, Ref, Reply, Type};

/// Types whose names are taken: by the language, by its library, by the runtime.
pub mod taken {
    use super::{Bytes, Deserialize, Serialize, Wire};

    macro_rules! structs {
        ($($name:ident)*) => { $(
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
            pub struct $name { pub id: u64 }
        )* };
    }

    structs! {
        any bigint class delete never number object string symbol undefined unknown void
        AbortSignal Array ArrayBuffer BigInt Date Error Function JSON Map Number Object Partial
        Promise Proxy Readonly Record Set Symbol Uint8Array Window
        Call CallError CallOptions Codec DeclaredError Fault Interface Json Method NoArgs Stream_
        Transport Unrecognized CorpusClient
    }

    /// All of them.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
    pub struct All {
        pub any: any,
        pub class: class,
        pub list: Vec<Array>,
        pub deleted: Option<delete>,
        pub numbers: (bigint, number, BigInt, Number),
        pub nothing: (never, undefined, unknown, void),
        pub texts: (string, symbol, Symbol, object),
        pub buffers: (ArrayBuffer, Uint8Array, Bytes),
        pub helpers: (Partial, Readonly, Record, Proxy),
        pub collections: (Map, Set, Object, JSON),
        pub others: (AbortSignal, Date, Error, Function, Promise, Window),
        pub calls: (Call, CallError, CallOptions, Codec, DeclaredError, Fault),
        pub runtime: (Interface, Json, Method, NoArgs, Stream_, Transport, Unrecognized),
        pub client: CorpusClient,
    }
}

/// One half of a name that two types have.
pub mod left {
    use super::{Deserialize, Serialize, Wire};

    /// To the left.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
    pub struct Item {
        pub left: u64,
    }
}

/// The other half.
pub mod right {
    use super::{Deserialize, Serialize, Wire};

    /// To the right.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
    pub enum Item {
        Right(u64),
    }
}

/// Ends a comment: */ and goes on; a `*/` in code; @param {x} y; a line separator: \u{2028}.
///
/// ```text
/// */ alert(1) /*
/// ```
#[doc = "\u{2028}export const injected = 1;"]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Documented {
    /// */ a field's.
    #[serde(rename = "*/ name")]
    pub name: u64,
    #[deprecated(since = "1.0.0", note = "*/ use `name`")]
    pub old: Option<u64>,
    #[serde(rename = "")]
    pub empty: Option<u64>,
    #[serde(rename = "\u{2028}\n\"'`${}")]
    pub odd: Option<u64>,
    #[serde(rename = "größe")]
    pub size: f32,
    #[serde(rename = "1st")]
    pub first: Option<bool>,
}

/// Other names in each direction, and members that go one way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct TwoWays {
    #[serde(rename(serialize = "out", deserialize = "in"))]
    pub renamed: u64,
    #[serde(skip_deserializing)]
    pub only_out: u64,
    #[serde(skip_serializing, default)]
    pub only_in: Option<u64>,
    pub nested: Option<Box<TwoWays>>,
}

/// Tags that are no names, and a variant that every object has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(tag = "the-type", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Tagged {
    ToString,
    Constructor {
        constructor: u64,
    },
    #[serde(rename = "__proto__")]
    Proto {
        value: TwoWays,
    },
}

/// More than the tuples that TypeScript spells out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Long(pub [u64; 8], pub [u8; 9], pub [[Option<u64>; 2]; 2]);

/// Parameters that would hide a type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Generic<Item, T> {
    pub first: Item,
    pub others: Vec<Generic<Item, T>>,
    pub by_name: BTreeMap<String, T>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub enum Never {}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(untagged)]
pub enum Either {
    Whole(u64),
    Real(f64),
    Nothing,
    Object { a: u64 },
    Other { b: Bytes },
}

/// Everything that is hard. */
#[rpc_interface(name = "acme.Corpus", version = "0.3.0")]
pub trait Corpus {
    async fn all(&self, value: taken::All) -> taken::All;
    async fn items(&self, left: left::Item, right: right::Item) -> (left::Item, right::Item);
    async fn documented(&self, value: Documented) -> Result<Documented, Never>;
    async fn two_ways(&self, value: TwoWays) -> Result<TwoWays, Tagged>;
    async fn generic(
        &self,
        value: Generic<left::Item, Either>,
    ) -> Generic<right::Item, Option<Bytes>>;
    async fn long(&self, value: Long) -> Vec<Long>;
    /// Names that a client could not have.
    async fn then(&self, r#type: u64, r#await: Option<u64>, arguments: &str) -> Either;
    async fn constructor(&self);
    async fn to_string(&self) -> String;
    async fn delete(&self, this: u64, options: u64, args: u64);
    #[deprecated(since = "0.2.0", note = "*/ use `delete`")]
    #[rpc(since = "0.3.0", alias = "erase")]
    async fn remove(&self, id: u64);
    fn symbol(&self, to: Option<u64>) -> impl Stream<Item = Result<taken::Symbol, Tagged>> + Send;
}

/// The backend's half of a pair.
#[ipc_interface(version = "1.0.0", served_by = backend)]
pub trait Editor {
    async fn open(&self, path: &str) -> Result<TwoWays, Tagged>;
    async fn stroke(&self, points: Incoming<(f32, f32)>) -> Option<u64>;
    fn history(&self, since: Option<u64>) -> impl Stream<Item = taken::Date> + Send;
    #[ipc(notify)]
    fn close(&self, force: bool);
}

/// The frontend's half.
#[ipc_interface(version = "1.0.0", served_by = frontend)]
pub trait EditorView {
    async fn confirm(&self, question: &str, default: Option<bool>) -> bool;
    async fn choose(&self, among: Vec<TwoWays>) -> Result<TwoWays, Tagged>;
    #[ipc(notify)]
    fn progress(&self, done: u64, total: Option<u64>);
    fn strokes(&self) -> impl Stream<Item = Bytes> + Send;
}

/// Those three.
///
/// # Panics
/// If one of them is not listed, or they make no schema.
pub fn schema() -> Schema {
    use traitwire::__private::{Entry, inventory};
    let all = || inventory::iter::<Entry>.into_iter().map(|entry| (entry.0)());
    let named = |name: &str| {
        all().find(|interface| interface.name == name).unwrap_or_else(|| panic!("no `{name}`"))
    };
    Schema::collect(["acme.Corpus", "Editor", "EditorView"].map(named)).expect("a schema")
}

/// One interface with as many methods, each with types of its own kind.
///
/// # Panics
/// If it makes no schema.
pub fn large(methods: usize) -> Schema {
    use traitwire::rpc::Stub as _;
    let model = CorpusClient::interface();
    let of = |n: usize| -> Method {
        let like = &model.methods[n % 6];
        let mut method = like.clone();
        method.name = format!("{}_{n}", like.name).into();
        method.rust_name = format!("{}_{n}", like.rust_name).into();
        if let Reply::Value(reply) = &like.reply {
            method.reply = Reply::Value(Type::Option(Ref::from(reply.clone())));
        }
        method
    };
    let interface = Interface {
        name: "Large".into(),
        rust_name: "Large".into(),
        methods: Cow::Owned((0..methods).map(of).collect()),
        ..model.clone()
    };
    Schema::collect([&interface]).expect("a schema")
}
