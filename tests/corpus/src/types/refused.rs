//! Which types would not come back as they were?

use super::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct SkipIfWithoutDefault {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    pub other: u8,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct SkipsWhatIsNoDefault {
    #[serde(default = "yes", skip_serializing_if = "std::ops::Not::not")]
    pub flag: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct NestedOption {
    pub field: Option<Option<u64>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct OptionOfUnit {
    pub field: Option<()>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(tag = "type")]
pub enum WideBehindTag {
    One { value: u128 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(untagged)]
pub enum WideUntagged {
    Signed(i128),
    Text(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(tag = "type")]
pub enum NumberKeysBehindTag {
    One { map: BTreeMap<u32, bool> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(untagged)]
pub enum FlagKeysUntagged {
    One(BTreeMap<bool, u8>),
    Two(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct TupleKeys {
    pub map: BTreeMap<(u8, u8), bool>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(tag = "type")]
pub enum NumberBesideTag {
    One(Wrapped),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Wrapped(pub u64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(untagged)]
pub enum Unreachable {
    Real(f64),
    Whole(i64),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(untagged)]
pub enum UnreachableObject {
    Any { a: Option<u64> },
    Other { b: u64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(untagged)]
pub enum Overlapping {
    Units(super::enums::Units),
    Text(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(untagged)]
pub enum Widths {
    Small(u8),
    Signed(i16),
    Wide(u64),
    Real(f64),
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(default)]
pub struct Filter {
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(untagged)]
pub enum FilterOrIds {
    Filter(Filter),
    Ids(Vec<u64>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct FlattenedJson {
    pub id: u64,
    #[serde(flatten)]
    pub extra: serde_json::Value,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "type")]
pub enum TagBesideFlattenedTag {
    One {
        #[serde(flatten)]
        inner: super::enums::OpenInternal,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(untagged)]
pub enum AddressOrV4 {
    Any(std::net::IpAddr),
    V4(std::net::Ipv4Addr),
}

cases! {
    FilterOrIds => [FilterOrIds::Ids(vec![]), FilterOrIds::Ids(vec![1])];
    FlattenedJson => [FlattenedJson { id: 1, extra: serde_json::Value::Null }];
    TagBesideFlattenedTag => [
        TagBesideFlattenedTag::One { inner: super::enums::OpenInternal::Unit },
    ];
    AddressOrV4 => [AddressOrV4::V4(std::net::Ipv4Addr::LOCALHOST)];
    Widths => [
        Widths::Small(255),
        Widths::Signed(-1),
        Widths::Signed(256),
        Widths::Wide(u64::MAX),
        Widths::Real(1.0),
        Widths::Real(0.25),
    ];
    SkipIfWithoutDefault => [
        SkipIfWithoutDefault { text: String::new(), other: 0 },
        SkipIfWithoutDefault { text: odd(), other: 255 },
    ];
    SkipsWhatIsNoDefault => [SkipsWhatIsNoDefault { flag: false }];
    NestedOption => [
        NestedOption { field: None },
        NestedOption { field: Some(None) },
        NestedOption { field: Some(Some(1)) },
    ];
    Option<Option<u64>> => [None, Some(None), Some(Some(1))];
    Vec<Option<Option<bool>>> => [vec![None, Some(None), Some(Some(true))]];
    OptionOfUnit => [OptionOfUnit { field: None }, OptionOfUnit { field: Some(()) }];
    WideBehindTag => [WideBehindTag::One { value: 1 }, WideBehindTag::One { value: u128::MAX }];
    WideUntagged => [WideUntagged::Signed(i128::MIN), WideUntagged::Text(odd())];
    NumberKeysBehindTag => [NumberKeysBehindTag::One { map: map([(1, true)]) }];
    FlagKeysUntagged => [FlagKeysUntagged::One(map([(true, 1)])), FlagKeysUntagged::Two(odd())];
    TupleKeys => [TupleKeys { map: map([((1, 2), true)]) }];
    NumberBesideTag => [NumberBesideTag::One(Wrapped(1))];
    Unreachable => [Unreachable::Real(0.5), Unreachable::Whole(1)];
    UnreachableObject => [UnreachableObject::Any { a: None }, UnreachableObject::Other { b: 1 }];
    Overlapping => [Overlapping::Text("First".to_owned()), Overlapping::Text(odd())];
}
