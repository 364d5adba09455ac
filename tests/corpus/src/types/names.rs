//! What do types look like whose names are hard to have elsewhere?

#![allow(non_camel_case_types, reason = "that is what makes them hard")]

use super::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Members {
    #[serde(rename = "")]
    pub empty: u64,
    #[serde(rename = "\u{2028}\n\"'`${}*/")]
    pub odd: u64,
    #[serde(rename = "größe")]
    pub size: Option<u64>,
    #[serde(rename = "1st")]
    pub first: u64,
    pub __proto__: u64,
    pub constructor: u64,
    #[serde(rename = "hasOwnProperty")]
    pub has: Option<u64>,
    pub r#type: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "the-type")]
pub enum Variants {
    #[serde(rename = "__proto__")]
    Proto { value: u64 },
    #[serde(rename = "constructor")]
    Constructor { value: u64 },
    #[serde(rename = "")]
    Empty,
    #[serde(rename = "*/ \u{2028}")]
    Odd { value: u64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub enum ExternalVariants {
    __proto__(u64),
    constructor(u64),
    #[serde(rename = "toString")]
    ToString,
    #[serde(rename = "")]
    Empty(u64),
}

/// The names of other things.
macro_rules! taken {
    ($($name:ident)*) => { $(
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
        pub struct $name {
            pub id: u64,
        }
    )* };
}

taken! {
    any bigint class never object unknown void Array Date Error Function Object Promise Record
    Readonly Symbol Codec Call Json
}

/// The same name again.
pub mod other {
    use super::super::prelude::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
    pub enum Date {
        Never,
        At(u64),
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Taken {
    pub words: (any, bigint, class, never, object, unknown, void),
    pub globals: (Array, Date, Error, Function, Object, Promise, Record, Readonly, Symbol),
    pub runtime: (Codec, Call, Json),
    pub date: other::Date,
}

/// A parameter that would hide a type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Hiding<Date, T> {
    pub date: Date,
    pub other: other::Date,
    pub t: Vec<T>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[deprecated(since = "1.0.0", note = "*/ use `Members`")]
pub struct Old {
    /// */ Old.
    #[deprecated]
    #[wire(since = "1.0.0")]
    pub old: Option<u64>,
}

fn taken(id: u64) -> Taken {
    Taken {
        words: (
            any { id },
            bigint { id },
            class { id },
            never { id },
            object { id },
            unknown { id },
            void { id },
        ),
        globals: (
            Array { id },
            Date { id },
            Error { id },
            Function { id },
            Object { id },
            Promise { id },
            Record { id },
            Readonly { id },
            Symbol { id },
        ),
        runtime: (Codec { id }, Call { id }, Json { id }),
        date: other::Date::At(id),
    }
}

fn members(number: u64) -> Members {
    Members {
        empty: number,
        odd: number,
        size: (number > 0).then_some(number),
        first: number,
        __proto__: number,
        constructor: number,
        has: (number > 0).then_some(number),
        r#type: true,
    }
}

cases! {
    Members => [members(0), members(u64::MAX)];
    Variants => [
        Variants::Proto { value: u64::MAX },
        Variants::Constructor { value: u64::MAX },
        Variants::Empty,
        Variants::Odd { value: u64::MAX },
    ];
    ExternalVariants => [
        ExternalVariants::__proto__(u64::MAX),
        ExternalVariants::constructor(u64::MAX),
        ExternalVariants::ToString,
        ExternalVariants::Empty(u64::MAX),
    ];
    Taken => [taken(0), taken(u64::MAX)];
    Hiding<Date, other::Date> => [
        Hiding { date: Date { id: u64::MAX }, other: other::Date::Never, t: vec![other::Date::At(u64::MAX)] },
        Hiding { date: Date { id: 0 }, other: other::Date::At(0), t: vec![] },
    ];
    Old => [Old { old: None }, Old { old: Some(u64::MAX) }];
}
