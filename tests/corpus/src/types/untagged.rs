//! What do enums look like whose variants nothing names?

use super::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(untagged)]
pub enum Scalar {
    Flag(bool),
    Whole(i64),
    Real(f64),
    Text(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(untagged)]
pub enum WithUnit {
    Nothing,
    Number(u64),
    List(Vec<u64>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(untagged)]
pub enum Objects {
    Circle { radius: f64 },
    Square { side: f64 },
    Label { text: String, size: Option<u64> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(untagged)]
pub enum OneOrMany {
    One(u64),
    Many(Vec<u64>),
    ByName(BTreeMap<String, bool>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(untagged)]
pub enum Tuples {
    Three(u8, u8, u8),
    Two(u64, String),
    Pair { x: i32, y: i32 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(untagged)]
pub enum Nested {
    Units(super::enums::Units),
    Whole(u64),
    Objects(Vec<Objects>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum Denying {
    A { a: u64 },
    AB { a: u64, b: u64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Holder {
    pub scalar: Scalar,
    pub option: Option<Scalar>,
    pub list: Vec<OneOrMany>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(untagged)]
pub enum SmallOrReal {
    Small(u8),
    Real(f64),
}

cases! {
    SmallOrReal => [SmallOrReal::Small(1), SmallOrReal::Real(1.0), SmallOrReal::Real(0.5)];
    Scalar => [
        Scalar::Flag(true),
        Scalar::Whole(i64::MIN),
        Scalar::Whole(5),
        Scalar::Real(5.0),
        Scalar::Real(-0.0),
        Scalar::Real(0.5),
        Scalar::Text(odd()),
    ];
    WithUnit => [WithUnit::Nothing, WithUnit::Number(u64::MAX), WithUnit::List(vec![u64::MAX])];
    Objects => [
        Objects::Circle { radius: 0.5 },
        Objects::Square { side: -0.0 },
        Objects::Label { text: odd(), size: None },
        Objects::Label { text: String::new(), size: Some(u64::MAX) },
    ];
    OneOrMany => [
        OneOrMany::One(u64::MAX),
        OneOrMany::Many(vec![]),
        OneOrMany::Many(vec![u64::MAX]),
        OneOrMany::ByName(map([(odd(), true)])),
    ];
    Tuples => [Tuples::Three(1, 2, 3), Tuples::Two(u64::MAX, odd()), Tuples::Pair { x: -1, y: 1 }];
    Nested => [
        Nested::Units(super::enums::Units::First),
        Nested::Whole(u64::MAX),
        Nested::Objects(vec![Objects::Circle { radius: 1.0 }]),
        Nested::Objects(vec![]),
    ];
    Denying => [Denying::A { a: u64::MAX }, Denying::AB { a: u64::MAX, b: 0 }];
    Holder => [
        Holder {
            scalar: Scalar::Whole(i64::MIN),
            option: None,
            list: vec![OneOrMany::One(u64::MAX), OneOrMany::Many(vec![1])],
        },
        Holder { scalar: Scalar::Real(1.0), option: Some(Scalar::Text(odd())), list: vec![] },
    ];
}
