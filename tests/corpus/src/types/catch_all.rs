//! What do tags look like on structs, and variants for what nobody knows?

use serde_json::json;

use super::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "type")]
pub struct TaggedStruct {
    pub id: u64,
    pub name: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "$type", rename = "named", rename_all = "camelCase")]
pub struct TaggedRenamed {
    pub the_id: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(untagged)]
pub enum OfTaggedStructs {
    One(TaggedStruct),
    Text(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub enum OtherUnits {
    Known,
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "type")]
pub enum OtherInternal {
    Known {
        a: u64,
    },
    Unit,
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "t", content = "c")]
pub enum OtherAdjacent {
    Known(u64),
    Unit,
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub enum TextCatchAll {
    Red,
    Green,
    #[serde(untagged)]
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "type")]
pub enum JsonCatchAll {
    Known {
        a: u64,
    },
    #[serde(untagged)]
    Other(serde_json::Value),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub enum ExternalJsonCatchAll {
    Unit,
    Number(u64),
    #[serde(untagged)]
    Other(serde_json::Value),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub enum UntaggedVariant {
    Number(u64),
    Struct {
        a: u64,
    },
    #[serde(untagged)]
    Loose {
        x: i64,
        y: Option<i64>,
    },
    #[serde(untagged)]
    List(Vec<u64>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Holder {
    pub units: Vec<OtherUnits>,
    pub text: Option<TextCatchAll>,
    pub by_color: BTreeMap<String, TextCatchAll>,
    pub internal: OtherInternal,
}

cases! {
    TaggedStruct => [
        TaggedStruct { id: u64::MAX, name: None },
        TaggedStruct { id: 0, name: Some(odd()) },
    ];
    TaggedRenamed => [TaggedRenamed { the_id: 0 }, TaggedRenamed { the_id: u64::MAX }];
    OfTaggedStructs => [
        OfTaggedStructs::One(TaggedStruct { id: u64::MAX, name: None }),
        OfTaggedStructs::Text(odd()),
    ];
    OtherUnits => [OtherUnits::Known, OtherUnits::Unknown];
    OtherInternal => [
        OtherInternal::Known { a: u64::MAX },
        OtherInternal::Unit,
        OtherInternal::Unknown,
    ];
    OtherAdjacent => [
        OtherAdjacent::Known(u64::MAX),
        OtherAdjacent::Unit,
        OtherAdjacent::Unknown,
    ];
    TextCatchAll => [
        TextCatchAll::Red,
        TextCatchAll::Green,
        TextCatchAll::Other(odd()),
        TextCatchAll::Other(String::new()),
    ];
    JsonCatchAll => [
        JsonCatchAll::Known { a: u64::MAX },
        JsonCatchAll::Other(json!({ "type": "New", "b": [u64::MAX] })),
        JsonCatchAll::Other(json!(null)),
    ];
    ExternalJsonCatchAll => [
        ExternalJsonCatchAll::Unit,
        ExternalJsonCatchAll::Number(u64::MAX),
        ExternalJsonCatchAll::Other(json!({ "New": { "deep": u64::MAX } })),
        ExternalJsonCatchAll::Other(json!("New")),
    ];
    UntaggedVariant => [
        UntaggedVariant::Number(u64::MAX),
        UntaggedVariant::Struct { a: u64::MAX },
        UntaggedVariant::Loose { x: i64::MIN, y: None },
        UntaggedVariant::List(vec![u64::MAX]),
    ];
    Holder => [
        Holder {
            units: vec![OtherUnits::Known, OtherUnits::Unknown],
            text: Some(TextCatchAll::Other("Blue".to_owned())),
            by_color: map([(odd(), TextCatchAll::Red)]),
            internal: OtherInternal::Unknown,
        },
        Holder {
            units: vec![],
            text: None,
            by_color: map([]),
            internal: OtherInternal::Known { a: u64::MAX },
        },
    ];
}
