//! Which values are hard to carry?

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use traitwire::{Bytes, Wire};

/// Every width.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Integers {
    pub byte: u8,
    pub short: i16,
    pub int: i32,
    pub long: i64,
    pub unsigned: u64,
    pub wide: i128,
    pub wide_unsigned: u128,
    pub size: usize,
    pub offset: isize,
}

/// Both widths.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Reals {
    pub single: f32,
    pub double: f64,
}

/// Bytes that travel as base64.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Blob {
    pub data: Bytes,
    pub parts: Vec<Bytes>,
    pub maybe: Option<Bytes>,
}

/// What may be absent, in each direction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Sparse {
    pub nullable: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<u64>,
    #[serde(default)]
    pub list: Vec<u64>,
    #[serde(default = "seven")]
    pub seven: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// An object whose members are told from all others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(deny_unknown_fields)]
pub struct Strict {
    pub a: u64,
}

/// Names that are no names in JavaScript, or too good ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Odd {
    #[serde(rename = "a-b")]
    pub dashed: u64,
    #[serde(rename = "class")]
    pub class: u64,
    #[serde(rename = "__proto__")]
    pub proto: u64,
    #[serde(rename = "constructor")]
    pub constructor: u64,
    #[serde(rename = "to\"String\\\u{2028}")]
    pub quoted: u64,
}

/// External tags.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub enum External {
    Unit,
    Newtype(u64),
    Pair(u64, String),
    Fields { big: u64, data: Bytes },
}

/// Internal tags.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Internal {
    Nothing,
    Inner(Strict),
    SomeFields { big: u64, data: Option<Bytes> },
}

/// Adjacent tags.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(tag = "t", content = "c")]
pub enum Adjacent {
    Unit,
    Newtype(u64),
    Pair(u64, String),
    Fields { big: u64 },
}

/// No tags.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(untagged)]
pub enum Loose {
    Int(i64),
    Real(f64),
    Text(String),
    Object { big: u64 },
    List(Vec<u64>),
}

/// A generic type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<T>,
}

/// A recursive type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Tree {
    pub value: u64,
    pub children: Vec<Tree>,
}

/// Keys of every kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Maps {
    pub by_text: BTreeMap<String, u64>,
    pub by_number: BTreeMap<u64, i64>,
    pub by_level: BTreeMap<Level, u64>,
    pub set: BTreeSet<u64>,
}

/// A closed unit enum, also a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Wire)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Low,
    High,
}

/// An alias on the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Id(pub u64);

/// An array on the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Pair(pub u64, pub String);

/// Sequences of a fixed length.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Tuples {
    pub id: Id,
    pub pair: Pair,
    pub mixed: (u8, u64, Option<Bytes>),
    pub three: [u64; 3],
    pub nothing: (),
}

/// Declared errors: one for each status, and one without.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Refusal {
    #[wire(status = 404)]
    NotFound {
        id: u64,
    },
    #[wire(status = 409)]
    Conflict {
        with: Vec<u64>,
    },
    #[wire(status = 410)]
    Gone,
    Other {
        data: Bytes,
    },
}

/// A declared error with external tags.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub enum Failure {
    #[wire(status = 507)]
    Full(u128),
    Busy,
}

/// A declared error that is `null`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Nothing;

fn seven() -> u64 {
    7
}

/// Types of a revision: what its unknown variants look like to another.
macro_rules! open {
    ($revision:ident $($mood:ident)? $({ $($later:tt)* })?) => {
        pub mod $revision {
            use super::{Deserialize, Serialize, Wire};

            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
            #[serde(rename_all = "lowercase")]
            #[non_exhaustive]
            pub enum Mood { Happy, Sad, $($mood)? }

            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
            #[serde(tag = "type", rename_all = "camelCase")]
            #[non_exhaustive]
            pub enum Event { Added { id: u64 }, Cleared, $($($later)*)? }

            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
            #[serde(tag = "t", content = "c", rename_all = "camelCase")]
            #[non_exhaustive]
            pub enum Note { Added { id: u64 }, Cleared, $($($later)*)? }

            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
            #[serde(rename_all = "camelCase")]
            #[non_exhaustive]
            pub enum Sign { Added { id: u64 }, Cleared, $($($later)*)? }

            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
            pub struct Open {
                pub moods: Vec<Mood>,
                pub events: Vec<Event>,
                pub notes: Vec<Note>,
                pub signs: Vec<Sign>,
            }
        }
    };
}

open!(present);
open!(later Curious { Renamed { big: u64, name: String }, Paused });
