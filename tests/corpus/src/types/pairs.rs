//! What do types look like in which features meet that have something to do with each other?

use std::num::NonZeroU32;
use std::ops::Range;
use std::time::Duration;

use serde_json::json;
use traitwire::Float;

use super::prelude::*;

/// Defaults in a variant beside a tag, renamed by two rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum DefaultsBesideTag {
    SomeThing {
        #[serde(default)]
        the_list: Vec<u64>,
        #[serde(default = "yes", alias = "flag")]
        the_flag: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        the_option: Option<u64>,
    },
    #[serde(alias = "nothing", alias = "none")]
    NoThing,
}

fn yes() -> bool {
    true
}

/// A default that is no zero, of a whole struct, with fields of their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct ContainerAndFieldDefaults {
    pub big_number: u64,
    #[serde(default = "yes")]
    pub flag: bool,
    pub real: f64,
    pub nested: Option<Inner>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
}

impl Default for ContainerAndFieldDefaults {
    fn default() -> Self {
        ContainerAndFieldDefaults {
            big_number: u64::MAX,
            flag: false,
            real: 0.5,
            nested: Some(Inner { number: 1, text: odd() }),
            text: String::new(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Inner {
    pub number: u64,
    pub text: String,
}

/// A generic that is flattened, with a default for its parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Envelope<T, M> {
    pub id: u64,
    #[serde(flatten)]
    pub payload: T,
    pub meta: Option<M>,
}

/// A tag in a tag in a flattened field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "outer")]
pub enum Outer<T> {
    Of(T),
    Named { inner: T },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "inner", rename_all = "lowercase")]
pub enum Tagged {
    One { x: u64 },
    Two,
}

/// Types that JSON cannot carry as they are, behind a tag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(tag = "t", content = "c", rename_all = "camelCase")]
pub enum HardContent {
    Bytes(Bytes),
    Float(Float),
    Duration(Duration),
    Ranges(Vec<Range<u64>>),
    Wide { signed: i64, maybe: Option<u64> },
    Json(serde_json::Value),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(tag = "t")]
pub enum HardMembers {
    Bytes { data: Bytes, float: Float },
    Json { any: serde_json::Value, map: BTreeMap<String, u64> },
}

/// What is told apart by how it looks, though much of it is text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(untagged)]
pub enum FloatOrObject {
    Float(Float),
    Object { a: u64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(untagged)]
pub enum NonZeroOrText {
    Number(NonZeroU32),
    Text(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(untagged)]
#[wire(overlapping)]
pub enum FirstThatFits {
    Units(super::enums::Units),
    Text(String),
}

/// Names of an enum as the keys of maps, renamed and in several versions.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Wire, JsonSchema,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Key {
    First,
    #[serde(rename = "2nd", alias = "second")]
    Second,
}

#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Wire, JsonSchema,
)]
pub struct Id(pub u64);

#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Wire, JsonSchema,
)]
#[serde(transparent)]
pub struct Name {
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Keys {
    pub by_key: BTreeMap<Key, u64>,
    pub by_id: BTreeMap<Id, Option<u64>>,
    pub by_name: BTreeMap<Name, Vec<Key>>,
    pub nested: BTreeMap<Key, BTreeMap<Id, bool>>,
}

/// Flattened, and left out when there is nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct FlattenAndSkip {
    pub id: u64,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub inner: Option<Inner>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct FlattenDefault {
    pub id: u64,
    #[serde(flatten)]
    pub inner: ContainerAndFieldDefaults,
}

/// Open, and generic, and with a catch-all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "type")]
#[non_exhaustive]
pub enum OpenGeneric<T> {
    Known { value: T },
    Many { values: Vec<T> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[non_exhaustive]
pub enum OpenWithText {
    Red,
    #[serde(untagged)]
    Other(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct OfOpen {
    pub list: Vec<OpenGeneric<u64>>,
    pub color: OpenWithText,
    pub by_name: BTreeMap<String, Option<OpenGeneric<String>>>,
}

/// A conversion inside of a flattened field inside of a tag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "type")]
pub enum ConvertedInTag {
    One {
        #[serde(flatten)]
        holder: Holder,
        id: u64,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Holder {
    pub maybe: super::conversions::MaybeNumber,
    pub many: Vec<super::conversions::MaybeNumber>,
}

/// Recursion through all that can be between.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Knot {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub list: Vec<Knot>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub map: BTreeMap<String, Knot>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tagged: Option<Box<Outer<Knot>>>,
    #[serde(flatten)]
    pub inner: Inner,
}

/// All of serde's attributes that say nothing of the type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(crate = "serde", expecting = "a quiet thing", bound = "")]
pub struct Quiet {
    #[serde(bound = "")]
    pub number: u64,
}

fn inner() -> Inner {
    Inner { number: u64::MAX, text: odd() }
}

fn knot(list: Vec<Knot>) -> Knot {
    Knot { list, map: map([]), tagged: None, inner: inner() }
}

cases! {
    DefaultsBesideTag => [
        DefaultsBesideTag::SomeThing { the_list: vec![], the_flag: false, the_option: None },
        DefaultsBesideTag::SomeThing { the_list: vec![u64::MAX], the_flag: true, the_option: Some(1) },
        DefaultsBesideTag::NoThing,
    ];
    ContainerAndFieldDefaults => [
        ContainerAndFieldDefaults::default(),
        ContainerAndFieldDefaults { big_number: 0, flag: true, real: -0.0, nested: None, text: odd() },
    ];
    Envelope<Inner, u64> => [
        Envelope { id: u64::MAX, payload: inner(), meta: None },
        Envelope { id: 0, payload: inner(), meta: Some(u64::MAX) },
    ];
    Envelope<Tagged, Inner> => [
        Envelope { id: u64::MAX, payload: Tagged::One { x: u64::MAX }, meta: Some(inner()) },
        Envelope { id: 0, payload: Tagged::Two, meta: None },
    ];
    Envelope<Outer<Tagged>, Vec<Bytes>> => [
        Envelope { id: u64::MAX, payload: Outer::Of(Tagged::One { x: u64::MAX }), meta: Some(vec![Bytes::from(vec![1])]) },
        Envelope { id: 0, payload: Outer::Named { inner: Tagged::Two }, meta: None },
    ];
    Outer<Tagged> => [
        Outer::Of(Tagged::One { x: u64::MAX }),
        Outer::Of(Tagged::Two),
        Outer::Named { inner: Tagged::One { x: 0 } },
    ];
    HardContent => [
        HardContent::Bytes(Bytes::from(vec![0, 255])),
        HardContent::Float(Float(f64::NAN)),
        HardContent::Float(Float(-0.0)),
        HardContent::Duration(Duration::MAX),
        HardContent::Ranges(vec![0..u64::MAX, 1..2]),
        HardContent::Wide { signed: i64::MIN, maybe: None },
        HardContent::Json(json!({ "deep": [u64::MAX, -0.5] })),
    ];
    HardMembers => [
        HardMembers::Bytes { data: Bytes::from(vec![1, 2, 3]), float: Float(f64::INFINITY) },
        HardMembers::Json { any: json!([null, u64::MAX]), map: map([(odd(), u64::MAX)]) },
    ];
    FloatOrObject => [
        FloatOrObject::Float(Float(f64::NAN)),
        FloatOrObject::Float(Float(1.0)),
        FloatOrObject::Object { a: u64::MAX },
    ];
    NonZeroOrText => [NonZeroOrText::Number(NonZeroU32::MAX), NonZeroOrText::Text(odd())];
    FirstThatFits => [
        FirstThatFits::Units(super::enums::Units::First),
        FirstThatFits::Text(odd()),
    ];
    Keys => [
        Keys { by_key: map([]), by_id: map([]), by_name: map([]), nested: map([]) },
        Keys {
            by_key: map([(Key::First, u64::MAX), (Key::Second, 0)]),
            by_id: map([(Id(u64::MAX), None), (Id(0), Some(u64::MAX))]),
            by_name: map([(Name { text: odd() }, vec![Key::Second])]),
            nested: map([(Key::Second, map([(Id(1), true)]))]),
        },
    ];
    FlattenAndSkip => [
        FlattenAndSkip { id: u64::MAX, inner: None },
        FlattenAndSkip { id: 0, inner: Some(inner()) },
    ];
    FlattenDefault => [
        FlattenDefault { id: u64::MAX, inner: ContainerAndFieldDefaults::default() },
        FlattenDefault {
            id: 0,
            inner: ContainerAndFieldDefaults { big_number: 0, text: odd(), ..Default::default() },
        },
    ];
    OpenGeneric<u64> => [
        OpenGeneric::Known { value: u64::MAX },
        OpenGeneric::Many { values: vec![0, u64::MAX] },
    ];
    OpenGeneric<Option<Bytes>> => [
        OpenGeneric::Known { value: None },
        OpenGeneric::Many { values: vec![None, Some(Bytes::from(vec![7]))] },
    ];
    OpenWithText => [OpenWithText::Red, OpenWithText::Other("Blue".to_owned())];
    OfOpen => [
        OfOpen {
            list: vec![OpenGeneric::Known { value: u64::MAX }],
            color: OpenWithText::Other(odd()),
            by_name: map([("a".to_owned(), None), ("b".to_owned(), Some(OpenGeneric::Known { value: odd() }))]),
        },
        OfOpen { list: vec![], color: OpenWithText::Red, by_name: map([]) },
    ];
    ConvertedInTag => [
        ConvertedInTag::One {
            holder: Holder { maybe: None.into(), many: vec![None.into(), Some(u64::MAX).into()] },
            id: u64::MAX,
        },
    ];
    Knot => [
        knot(vec![]),
        Knot {
            list: vec![knot(vec![knot(vec![])])],
            map: map([("__proto__".to_owned(), knot(vec![]))]),
            tagged: Some(Box::new(Outer::Of(knot(vec![])))),
            inner: Inner { number: 0, text: String::new() },
        },
    ];
    Quiet => [Quiet { number: 0 }, Quiet { number: u64::MAX }];
}

/// Members and variants that go one way, where features meet.
pub mod one_way_directions {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
    pub struct FlattenBothWays {
        pub id: u64,
        #[serde(flatten)]
        pub inner: super::super::directions::RenamedBothWays,
        #[serde(flatten)]
        pub more: BTreeMap<String, u64>,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
    pub struct GenericBothWays<T> {
        #[serde(rename(serialize = "written", deserialize = "read"))]
        pub value: T,
        #[serde(skip_deserializing)]
        pub count: u64,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
    #[serde(tag = "type")]
    pub enum CatchAllBothWays {
        #[serde(rename(serialize = "new", deserialize = "old"))]
        Renamed { value: GenericBothWays<u64> },
        #[serde(skip_deserializing)]
        OnlyWritten { a: u64 },
        #[serde(other)]
        Unknown,
    }

    cases! {
        FlattenBothWays => [
            FlattenBothWays {
                id: u64::MAX,
                inner: super::super::directions::RenamedBothWays { field: u64::MAX },
                more: map([("x".to_owned(), u64::MAX)]),
            },
        ];
        GenericBothWays<Option<u64>> => [
            GenericBothWays { value: None, count: u64::MAX },
            GenericBothWays { value: Some(u64::MAX), count: 0 },
        ];
        GenericBothWays<Page> => [
            GenericBothWays { value: vec![GenericBothWays { value: odd(), count: 1 }], count: 0 },
        ];
        CatchAllBothWays => [
            CatchAllBothWays::Renamed { value: GenericBothWays { value: u64::MAX, count: 1 } },
            CatchAllBothWays::OnlyWritten { a: u64::MAX },
            CatchAllBothWays::Unknown,
        ];
    }

    type Page = Vec<GenericBothWays<String>>;
}
