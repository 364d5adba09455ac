//! What do types look like whose members stand among those of another?

use serde_json::json;

use super::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Meta {
    pub author: String,
    pub revision: u64,
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct OfStruct {
    pub id: u64,
    #[serde(flatten)]
    pub meta: Meta,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Twice {
    #[serde(flatten)]
    pub outer: OfStruct,
    pub tags: Vec<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct TwoStructs {
    #[serde(flatten)]
    pub meta: Meta,
    #[serde(flatten)]
    pub size: Size,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Size {
    pub width: u64,
    #[serde(default)]
    pub height: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct OfOption {
    pub id: u64,
    #[serde(flatten)]
    pub meta: Option<Meta>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct OfMap {
    pub id: u64,
    #[serde(flatten)]
    pub rest: BTreeMap<String, bool>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct OfJsonMap {
    pub id: u64,
    #[serde(flatten)]
    pub rest: BTreeMap<String, serde_json::Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct OfNumberMap {
    pub name: String,
    #[serde(flatten)]
    pub rest: HashMap<String, u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct StructAndMap {
    #[serde(flatten)]
    pub size: Size,
    #[serde(flatten)]
    pub rest: BTreeMap<String, Vec<u64>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "kind")]
pub enum Kind {
    Round { radius: f64 },
    Square { side: u64 },
    Flat,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct OfInternal {
    pub id: u64,
    #[serde(flatten)]
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "t", content = "c")]
pub enum Adjacent {
    Unit,
    Number(u64),
    Struct { a: u64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct OfAdjacent {
    pub id: u64,
    #[serde(flatten)]
    pub adjacent: Adjacent,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    Number(u64),
    Struct { a: u64, b: Option<bool> },
    Tuple(u8, String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct OfExternal {
    pub id: u64,
    #[serde(flatten)]
    pub choice: Choice,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct OfOptionalExternal {
    pub id: u64,
    #[serde(flatten)]
    pub choice: Option<Choice>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(untagged)]
pub enum Either {
    Left { left: u64 },
    Right { right: u64, more: Option<bool> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct OfUntagged {
    pub id: u64,
    #[serde(flatten)]
    pub either: Either,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct OfGeneric<T> {
    pub id: u64,
    #[serde(flatten)]
    pub inner: T,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct OfNewtype {
    pub id: u64,
    #[serde(flatten)]
    pub inner: Around,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Around(pub Box<Size>);

/// Flattened in a variant, beside a tag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "type")]
pub enum InInternal {
    One {
        id: u64,
        #[serde(flatten)]
        size: Size,
    },
    Two {
        #[serde(flatten)]
        kind: Kind,
    },
    Three(OfStruct),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub enum InExternal {
    One {
        id: u64,
        #[serde(flatten)]
        rest: BTreeMap<String, u64>,
    },
    Unit,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Renamed {
    pub the_id: u64,
    #[serde(flatten)]
    pub inner: RenamedInner,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RenamedInner {
    #[serde(alias = "first")]
    pub first_field: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_field: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct OfBytes {
    pub id: u64,
    #[serde(flatten)]
    pub inner: WithBytes,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct WithBytes {
    pub data: Bytes,
    pub real: f64,
}

fn meta() -> Meta {
    Meta { author: odd(), revision: u64::MAX, note: None }
}

fn size() -> Size {
    Size { width: u64::MAX, height: 0 }
}

cases! {
    OfStruct => [
        OfStruct { id: u64::MAX, meta: meta() },
        OfStruct { id: 0, meta: Meta { author: String::new(), revision: 0, note: Some(odd()) } },
    ];
    Twice => [
        Twice { outer: OfStruct { id: u64::MAX, meta: meta() }, tags: vec![u64::MAX] },
        Twice { outer: OfStruct { id: 0, meta: meta() }, tags: vec![] },
    ];
    TwoStructs => [TwoStructs { meta: meta(), size: size() }];
    OfOption => [
        OfOption { id: u64::MAX, meta: None },
        OfOption { id: 0, meta: Some(meta()) },
    ];
    OfMap => [
        OfMap { id: u64::MAX, rest: map([]) },
        OfMap { id: 0, rest: map([(odd(), true), ("__proto__".to_owned(), false)]) },
    ];
    OfJsonMap => [
        OfJsonMap { id: u64::MAX, rest: map([]) },
        OfJsonMap { id: 0, rest: map([("a".to_owned(), json!([1, { "b": u64::MAX }]))]) },
    ];
    OfNumberMap => [
        OfNumberMap { name: odd(), rest: map([]) },
        OfNumberMap { name: String::new(), rest: map([("a".to_owned(), u64::MAX)]) },
    ];
    StructAndMap => [
        StructAndMap { size: size(), rest: map([]) },
        StructAndMap { size: size(), rest: map([(odd(), vec![u64::MAX])]) },
    ];
    OfInternal => [
        OfInternal { id: u64::MAX, kind: Kind::Round { radius: -0.0 } },
        OfInternal { id: 0, kind: Kind::Square { side: u64::MAX } },
        OfInternal { id: 0, kind: Kind::Flat },
    ];
    OfAdjacent => [
        OfAdjacent { id: u64::MAX, adjacent: Adjacent::Unit },
        OfAdjacent { id: 0, adjacent: Adjacent::Number(u64::MAX) },
        OfAdjacent { id: 0, adjacent: Adjacent::Struct { a: u64::MAX } },
    ];
    OfExternal => [
        OfExternal { id: u64::MAX, choice: Choice::Number(u64::MAX) },
        OfExternal { id: 0, choice: Choice::Struct { a: u64::MAX, b: None } },
        OfExternal { id: 0, choice: Choice::Tuple(255, odd()) },
    ];
    OfOptionalExternal => [
        OfOptionalExternal { id: u64::MAX, choice: None },
        OfOptionalExternal { id: 0, choice: Some(Choice::Number(u64::MAX)) },
    ];
    OfUntagged => [
        OfUntagged { id: u64::MAX, either: Either::Left { left: u64::MAX } },
        OfUntagged { id: 0, either: Either::Right { right: u64::MAX, more: None } },
    ];
    OfGeneric<super::structs::Denying> => [
        OfGeneric { id: 0, inner: super::structs::Denying { a: u64::MAX, b: None } },
    ];
    OfGeneric<std::time::Duration> => [
        OfGeneric { id: 0, inner: std::time::Duration::new(u64::MAX, 999_999_999) },
    ];
    OfGeneric<Size> => [OfGeneric { id: u64::MAX, inner: size() }];
    OfGeneric<Kind> => [
        OfGeneric { id: u64::MAX, inner: Kind::Square { side: u64::MAX } },
        OfGeneric { id: 0, inner: Kind::Flat },
    ];
    OfGeneric<BTreeMap<String, u64>> => [
        OfGeneric { id: u64::MAX, inner: map([("a".to_owned(), u64::MAX)]) },
        OfGeneric { id: 0, inner: map([]) },
    ];
    OfNewtype => [OfNewtype { id: u64::MAX, inner: Around(Box::new(size())) }];
    InInternal => [
        InInternal::One { id: u64::MAX, size: size() },
        InInternal::Two { kind: Kind::Square { side: u64::MAX } },
        InInternal::Three(OfStruct { id: u64::MAX, meta: meta() }),
    ];
    InExternal => [
        InExternal::One { id: u64::MAX, rest: map([("a".to_owned(), u64::MAX)]) },
        InExternal::Unit,
    ];
    Renamed => [
        Renamed { the_id: u64::MAX, inner: RenamedInner { first_field: u64::MAX, second_field: None } },
        Renamed { the_id: 0, inner: RenamedInner { first_field: 0, second_field: Some(u64::MAX) } },
    ];
    OfBytes => [
        OfBytes { id: u64::MAX, inner: WithBytes { data: Bytes::from(vec![1, 2, 3]), real: -0.0 } },
    ];
}
