//! What do types look like that cross as others do?

use std::fmt;

use serde::{Deserializer, Serializer};

use super::prelude::*;

/// Written and read as text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(into = "String", try_from = "String")]
pub struct Even(u64);

impl From<Even> for String {
    fn from(even: Even) -> String {
        even.0.to_string()
    }
}

/// Why a text is no even number.
#[derive(Debug)]
pub struct NotEven;

impl fmt::Display for NotEven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an even number")
    }
}

impl TryFrom<String> for Even {
    type Error = NotEven;

    fn try_from(text: String) -> Result<Even, NotEven> {
        text.parse().ok().filter(|number| number % 2 == 0).map(Even).ok_or(NotEven)
    }
}

/// Read from another type than it is written as.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(into = "(f64, f64)", from = "Point")]
pub struct Vector {
    x: f64,
    y: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

impl From<Vector> for (f64, f64) {
    fn from(vector: Vector) -> (f64, f64) {
        (vector.x, vector.y)
    }
}

impl From<Point> for Vector {
    fn from(point: Point) -> Vector {
        Vector { x: point.x, y: point.y }
    }
}

/// Only read from another type; written as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(from = "u64")]
pub struct FromNumber {
    number: u64,
}

impl From<u64> for FromNumber {
    fn from(number: u64) -> FromNumber {
        FromNumber { number }
    }
}

/// Only written as another type; read as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(into = "Vec<u64>")]
pub struct IntoList {
    first: u64,
    second: u64,
}

impl From<IntoList> for Vec<u64> {
    fn from(both: IntoList) -> Vec<u64> {
        vec![both.first, both.second]
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(into = "Option<u64>", from = "Option<u64>")]
pub struct MaybeNumber(Option<u64>);

impl From<MaybeNumber> for Option<u64> {
    fn from(number: MaybeNumber) -> Option<u64> {
        number.0
    }
}

impl From<Option<u64>> for MaybeNumber {
    fn from(number: Option<u64>) -> MaybeNumber {
        MaybeNumber(number)
    }
}

/// May be left out in an object, as what it is read from may.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct OfConversions {
    pub even: Even,
    pub list: Vec<Even>,
    pub maybe: MaybeNumber,
    pub option: Option<Even>,
}

/// A generic that is written as its content is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(into = "Vec<T>", from = "Vec<T>")]
#[serde(bound(serialize = "T: Serialize + Clone", deserialize = "T: Deserialize<'de>"))]
pub struct Stack<T: Clone> {
    items: Vec<T>,
}

impl<T: Clone> From<Stack<T>> for Vec<T> {
    fn from(stack: Stack<T>) -> Vec<T> {
        stack.items
    }
}

impl<T: Clone> From<Vec<T>> for Stack<T> {
    fn from(items: Vec<T>) -> Stack<T> {
        Stack { items }
    }
}

/// In hexadecimal digits.
pub mod hex {
    use serde::de::{Deserialize as _, Error as _};

    use super::{Deserializer, Serializer};

    pub fn serialize<S: Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{number:x}"))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        let text = String::deserialize(deserializer)?;
        u64::from_str_radix(&text, 16).map_err(D::Error::custom)
    }
}

/// As a list of one or none.
pub mod listed {
    use serde::{Deserialize as _, Serialize as _};

    use super::{Deserializer, Serializer};

    pub fn serialize<S: Serializer>(value: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
        value.as_slice().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<u64>, D::Error> {
        Ok(Vec::deserialize(deserializer)?.first().copied())
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct With {
    #[serde(with = "listed")]
    #[wire(as = Vec<u64>)]
    pub list: Option<u64>,
    #[serde(default, with = "listed")]
    #[wire(as = Vec<u64>)]
    pub maybe: Option<u64>,
    pub plain: u64,
}

/// Tells "leave it" from "clear it".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Change {
    #[serde(default, skip_serializing_if = "Option::is_none", with = "traitwire::double_option")]
    #[wire(as = Option<String>)]
    pub title: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "traitwire::double_option")]
    #[wire(as = Option<u64>)]
    pub number: Option<Option<u64>>,
}

fn write_length<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(text.len() as u64)
}

fn read_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    Ok(u64::from(u8::deserialize(deserializer)?))
}

/// Only one of both directions goes through a function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct OneFunction {
    #[serde(serialize_with = "write_length")]
    #[wire(as = u64)]
    pub text: String,
    #[serde(deserialize_with = "read_number")]
    #[wire(as = u8)]
    pub number: u64,
}

/// A type of another crate, which knows nothing of serde.
pub mod foreign {
    #[derive(Debug, Clone, PartialEq)]
    pub struct Rgb {
        pub red: u8,
        pub green: u8,
        pub blue: u8,
    }

    #[derive(Debug, Clone, PartialEq)]
    pub enum Unit {
        Metre,
        Foot(u64),
    }
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(remote = "foreign::Rgb")]
pub struct RgbDef {
    pub red: u8,
    pub green: u8,
    pub blue: u8,
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(remote = "foreign::Unit", rename_all = "lowercase")]
pub enum UnitDef {
    Metre,
    Foot(u64),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct OfRemote {
    #[serde(with = "RgbDef")]
    #[wire(as = RgbDef)]
    pub color: foreign::Rgb,
    #[serde(with = "UnitDef")]
    #[wire(as = UnitDef)]
    pub unit: foreign::Unit,
    pub id: u64,
}

/// A type that has an implementation of serde's traits by hand, and a mirror that says what it does.
#[derive(Debug, Clone, PartialEq)]
pub struct ByHand(pub u64);

impl Serialize for ByHand {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.0, "by hand").serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ByHand {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (number, _) = <(u64, String)>::deserialize(deserializer)?;
        Ok(ByHand(number))
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct OfByHand {
    #[wire(as = (u64, String))]
    pub one: ByHand,
    #[wire(as = Vec<(u64, String)>)]
    pub list: Vec<ByHand>,
    #[wire(as = Option<(u64, String)>)]
    pub option: Option<ByHand>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(tag = "type")]
pub enum VariantFunctions {
    Plain {
        a: u64,
    },
    WithField {
        #[serde(with = "listed")]
        #[wire(as = Vec<u64>)]
        list: Option<u64>,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub enum WithVariant {
    Plain(u64),
    #[serde(with = "hex")]
    #[wire(as = String)]
    Hex(u64),
}

fn rgb() -> foreign::Rgb {
    foreign::Rgb { red: 0, green: 128, blue: 255 }
}

cases! {
    MaybeNumber => [MaybeNumber(None), MaybeNumber(Some(u64::MAX))];
    Stack<u64> => [Stack { items: vec![] }, Stack { items: vec![0, u64::MAX] }];
    With => [
        With { list: None, maybe: None, plain: u64::MAX },
        With { list: Some(u64::MAX), maybe: Some(0), plain: 0 },
    ];
    Change => [
        Change { title: None, number: None },
        Change { title: Some(None), number: Some(None) },
        Change { title: Some(Some(odd())), number: Some(Some(u64::MAX)) },
    ];
    OfRemote => [
        OfRemote { color: rgb(), unit: foreign::Unit::Metre, id: u64::MAX },
        OfRemote { color: rgb(), unit: foreign::Unit::Foot(u64::MAX), id: 0 },
    ];
    OfByHand => [
        OfByHand { one: ByHand(u64::MAX), list: vec![ByHand(0)], option: None },
        OfByHand { one: ByHand(0), list: vec![], option: Some(ByHand(u64::MAX)) },
    ];
    VariantFunctions => [
        VariantFunctions::Plain { a: u64::MAX },
        VariantFunctions::WithField { list: Some(u64::MAX) },
        VariantFunctions::WithField { list: None },
    ];
}

/// Types of which serde does not read what it writes.
pub mod two_directions {
    use super::*;

    cases! {
        Vector => [Vector { x: -0.0, y: 0.5 }, Vector { x: 1.0, y: f64::MAX }];
        FromNumber => [FromNumber { number: 0 }, FromNumber { number: u64::MAX }];
        IntoList => [IntoList { first: u64::MAX, second: 0 }];
        OneFunction => [
            OneFunction { text: odd(), number: 255 },
            OneFunction { text: String::new(), number: 0 },
        ];
        Vec<Vector> => [vec![], vec![Vector { x: 1.0, y: 2.0 }]];
        Option<FromNumber> => [None, Some(FromNumber { number: u64::MAX })];
    }
}

/// Types of which a function reads some values only.
pub mod partial {
    use super::*;

    cases! {
        Even => [Even(0), Even(u64::MAX - 1)];
        OfConversions => [
            OfConversions { even: Even(2), list: vec![], maybe: MaybeNumber(None), option: None },
            OfConversions {
                even: Even(2),
                list: vec![Even(0), Even(4)],
                maybe: MaybeNumber(Some(u64::MAX)),
                option: Some(Even(6)),
            },
        ];
        WithVariant => [WithVariant::Plain(u64::MAX), WithVariant::Hex(u64::MAX), WithVariant::Hex(0)];
    }
}
