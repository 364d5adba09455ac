//! What do enums look like, tagged in each way?

use super::prelude::*;
use super::structs::{Denying, NoFields, Optional, Unit};

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Wire, JsonSchema,
)]
pub enum Units {
    First,
    Second,
    Third,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum RenamedUnits {
    FirstOne,
    #[serde(rename = "2nd")]
    SecondOne,
    #[serde(alias = "third", alias = "3rd")]
    ThirdOne,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub enum External {
    Unit,
    Newtype(u64),
    Option(Option<String>),
    Tuple(u64, f64),
    EmptyTuple(),
    Struct { a: u64, b: Option<u64> },
    EmptyStruct {},
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "type")]
pub enum Internal {
    Unit,
    Struct { a: u64, b: Option<u64> },
    EmptyStruct {},
    Newtype(Denied),
    OfUnit(Unit),
    OfNoFields(NoFields),
    OfOptional(Optional),
    OfInternal(InnerInternal),
    OfMap(BTreeMap<String, bool>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Denied {
    pub text: String,
    pub number: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum InnerInternal {
    FirstOne { some_number: u64 },
    SecondOne,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "t", content = "c")]
pub enum Adjacent {
    Unit,
    Newtype(u64),
    Option(Option<u64>),
    Tuple(u64, String),
    Struct { a: u64 },
    OfUnit(()),
    OfUnits(Units),
    OfVec(Vec<f64>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum ExternalDenying {
    Unit,
    Struct { a: u64, b: Option<u64> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "type", deny_unknown_fields)]
pub enum InternalDenying {
    Unit,
    Struct { a: u64, b: Option<u64> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "t", content = "c", deny_unknown_fields)]
pub enum AdjacentDenying {
    Unit,
    Newtype(Denying),
    Struct { a: u64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "SCREAMING_SNAKE_CASE")]
pub enum Ruled {
    TheUnit,
    TheStruct {
        the_field: u64,
        #[serde(rename = "own")]
        another_field: bool,
    },
    #[serde(rename_all = "PascalCase")]
    ItsOwn {
        the_field: u64,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum VariantAliases {
    #[serde(alias = "1st", alias = "one")]
    First {
        #[serde(alias = "number")]
        value: u64,
    },
    Second {
        #[serde(default)]
        list: Vec<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        option: Option<bool>,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[non_exhaustive]
pub enum OpenUnits {
    Known,
    AlsoKnown,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[non_exhaustive]
pub enum OpenExternal {
    Unit,
    Newtype(u64),
    Struct { a: u64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "type")]
#[non_exhaustive]
pub enum OpenInternal {
    Unit,
    Struct { a: u64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "t", content = "c")]
#[non_exhaustive]
pub enum OpenAdjacent {
    Unit,
    Newtype(u64),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct OfEnums {
    pub units: Units,
    pub by_unit: BTreeMap<Units, u64>,
    pub list: Vec<External>,
    pub internal: Option<Internal>,
    pub adjacent: Box<Adjacent>,
}

cases! {
    Units => [Units::First, Units::Second, Units::Third];
    RenamedUnits => [RenamedUnits::FirstOne, RenamedUnits::SecondOne, RenamedUnits::ThirdOne];
    External => [
        External::Unit,
        External::Newtype(u64::MAX),
        External::Option(None),
        External::Option(Some(odd())),
        External::Tuple(u64::MAX, -0.0),
        External::EmptyTuple(),
        External::Struct { a: u64::MAX, b: None },
        External::Struct { a: 0, b: Some(1) },
        External::EmptyStruct {},
    ];
    Internal => [
        Internal::Unit,
        Internal::Struct { a: u64::MAX, b: None },
        Internal::Struct { a: 0, b: Some(u64::MAX) },
        Internal::EmptyStruct {},
        Internal::Newtype(Denied { text: odd(), number: i64::MIN }),
        Internal::OfUnit(Unit),
        Internal::OfNoFields(NoFields {}),
        Internal::OfOptional(Optional {
            number: Some(u64::MAX),
            boxed: None,
            newtype: super::structs::OptionalNewtype(None),
            list: None,
        }),
        Internal::OfInternal(InnerInternal::FirstOne { some_number: u64::MAX }),
        Internal::OfInternal(InnerInternal::SecondOne),
        Internal::OfMap(map([("a".to_owned(), true)])),
        Internal::OfMap(map([])),
    ];
    InnerInternal => [InnerInternal::FirstOne { some_number: u64::MAX }, InnerInternal::SecondOne];
    Adjacent => [
        Adjacent::Unit,
        Adjacent::Newtype(u64::MAX),
        Adjacent::Option(None),
        Adjacent::Option(Some(u64::MAX)),
        Adjacent::Tuple(u64::MAX, odd()),
        Adjacent::Struct { a: u64::MAX },
        Adjacent::OfUnit(()),
        Adjacent::OfUnits(Units::Second),
        Adjacent::OfVec(vec![0.5, -0.0]),
    ];
    ExternalDenying => [
        ExternalDenying::Unit,
        ExternalDenying::Struct { a: u64::MAX, b: None },
        ExternalDenying::Struct { a: 0, b: Some(1) },
    ];
    InternalDenying => [
        InternalDenying::Unit,
        InternalDenying::Struct { a: u64::MAX, b: None },
        InternalDenying::Struct { a: 0, b: Some(1) },
    ];
    AdjacentDenying => [
        AdjacentDenying::Unit,
        AdjacentDenying::Newtype(Denying { a: u64::MAX, b: Some(odd()) }),
        AdjacentDenying::Struct { a: u64::MAX },
    ];
    Ruled => [
        Ruled::TheUnit,
        Ruled::TheStruct { the_field: u64::MAX, another_field: true },
        Ruled::ItsOwn { the_field: 0 },
    ];
    VariantAliases => [
        VariantAliases::First { value: u64::MAX },
        VariantAliases::Second { list: vec![], option: None },
        VariantAliases::Second { list: vec![u64::MAX], option: Some(true) },
    ];
    OpenUnits => [OpenUnits::Known, OpenUnits::AlsoKnown];
    OpenExternal => [
        OpenExternal::Unit,
        OpenExternal::Newtype(u64::MAX),
        OpenExternal::Struct { a: u64::MAX },
    ];
    OpenInternal => [OpenInternal::Unit, OpenInternal::Struct { a: u64::MAX }];
    OpenAdjacent => [OpenAdjacent::Unit, OpenAdjacent::Newtype(u64::MAX)];
    OfEnums => [
        OfEnums {
            units: Units::First,
            by_unit: map([(Units::First, u64::MAX), (Units::Third, 0)]),
            list: vec![External::Unit, External::Newtype(u64::MAX)],
            internal: Some(Internal::Struct { a: u64::MAX, b: None }),
            adjacent: Box::new(Adjacent::Newtype(u64::MAX)),
        },
        OfEnums {
            units: Units::Second,
            by_unit: map([]),
            list: vec![],
            internal: None,
            adjacent: Box::new(Adjacent::Unit),
        },
    ];
}
