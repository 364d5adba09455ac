//! What do structs look like, with each attribute alone?

use super::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Unit;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct NoFields {}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Newtype(pub u64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct OptionalNewtype(pub Option<u64>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Tuple(pub u64, pub Option<String>, pub f64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct EmptyTuple();

/// All scalars that JSON has a hard time with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Scalars {
    pub small: i8,
    pub wide: u64,
    pub signed: i64,
    pub real: f64,
    pub single: f32,
    pub letter: char,
    pub text: String,
    pub flag: bool,
    pub nothing: (),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Huge {
    pub unsigned: u128,
    pub signed: i128,
    pub bytes: Bytes,
    pub list: Vec<u128>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Optional {
    pub number: Option<u64>,
    pub boxed: Option<Box<String>>,
    pub newtype: OptionalNewtype,
    pub list: Option<Vec<Option<bool>>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(transparent)]
pub struct Transparent {
    pub inner: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(transparent)]
pub struct TransparentOption(pub Option<String>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct WithTransparent {
    pub required: Transparent,
    /// May be left out, though its type is no `Option` by name.
    pub optional: TransparentOption,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(default)]
pub struct ContainerDefault {
    pub number: u64,
    pub text: String,
    pub list: Vec<bool>,
}

fn seven() -> u64 {
    7
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct FieldDefault {
    #[serde(default)]
    pub zero: u64,
    #[serde(default = "seven")]
    pub seven: u64,
    #[serde(default)]
    pub option: Option<bool>,
    pub required: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct SkipIf {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub option: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub list: Vec<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Denying {
    pub a: u64,
    pub b: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DenyingAll {}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DenyingAliases {
    #[serde(alias = "old_name", alias = "olderName")]
    pub new_name: u64,
    #[serde(default, rename = "RENAMED", alias = "renamed")]
    pub was_renamed: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Aliases {
    #[serde(alias = "b", alias = "c")]
    pub a: u64,
    #[serde(alias = "e")]
    pub d: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(rename = "Other", expecting = "something else")]
pub struct RenamedContainer {
    pub a: u8,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Nested {
    pub unit: Unit,
    pub tuple: Tuple,
    pub denying: Denying,
    pub defaults: Vec<ContainerDefault>,
    pub skip: Option<Box<SkipIf>>,
    pub map: BTreeMap<String, Newtype>,
}

cases! {
    Unit => [Unit];
    NoFields => [NoFields {}];
    Newtype => [Newtype(0), Newtype(1), Newtype(u64::MAX)];
    OptionalNewtype => [OptionalNewtype(None), OptionalNewtype(Some(0)), OptionalNewtype(Some(u64::MAX))];
    Tuple => [Tuple(0, None, 0.0), Tuple(u64::MAX, Some(odd()), -0.0)];
    EmptyTuple => [EmptyTuple()];
    Scalars => [
        Scalars {
            small: -128,
            wide: u64::MAX,
            signed: i64::MIN,
            real: -0.0,
            single: f32::MIN_POSITIVE,
            letter: '\u{1F980}',
            text: odd(),
            flag: true,
            nothing: (),
        },
        Scalars {
            small: 0,
            wide: 0,
            signed: 0,
            real: 1e100,
            single: 0.1,
            letter: '\0',
            text: String::new(),
            flag: false,
            nothing: (),
        },
    ];
    Huge => [
        Huge { unsigned: u128::MAX, signed: i128::MIN, bytes: Bytes::from(vec![1, 2, 3]), list: vec![0, u128::MAX] },
        Huge { unsigned: 0, signed: 0, bytes: Bytes::default(), list: vec![] },
    ];
    Optional => [
        Optional { number: None, boxed: None, newtype: OptionalNewtype(None), list: None },
        Optional {
            number: Some(u64::MAX),
            boxed: Some(Box::new(odd())),
            newtype: OptionalNewtype(Some(1)),
            list: Some(vec![None, Some(true)]),
        },
    ];
    Transparent => [Transparent { inner: 0 }, Transparent { inner: u64::MAX }];
    TransparentOption => [TransparentOption(None), TransparentOption(Some(odd()))];
    WithTransparent => [
        WithTransparent { required: Transparent { inner: 1 }, optional: TransparentOption(None) },
        WithTransparent { required: Transparent { inner: 1 }, optional: TransparentOption(Some(odd())) },
    ];
    ContainerDefault => [
        ContainerDefault::default(),
        ContainerDefault { number: u64::MAX, text: odd(), list: vec![true] },
    ];
    FieldDefault => [
        FieldDefault { zero: 0, seven: 7, option: None, required: true },
        FieldDefault { zero: u64::MAX, seven: 0, option: Some(false), required: false },
    ];
    SkipIf => [
        SkipIf { option: None, list: vec![] },
        SkipIf { option: Some(u64::MAX), list: vec![0, u64::MAX] },
    ];
    Denying => [Denying { a: u64::MAX, b: None }, Denying { a: 0, b: Some(odd()) }];
    DenyingAll => [DenyingAll {}];
    DenyingAliases => [
        DenyingAliases { new_name: u64::MAX, was_renamed: None },
        DenyingAliases { new_name: 0, was_renamed: Some(true) },
    ];
    Aliases => [Aliases { a: u64::MAX, d: None }, Aliases { a: 0, d: Some(1) }];
    RenamedContainer => [RenamedContainer { a: 0 }, RenamedContainer { a: 255 }];
    Nested => [
        Nested {
            unit: Unit,
            tuple: Tuple(1, None, 0.5),
            denying: Denying { a: 1, b: None },
            defaults: vec![ContainerDefault::default()],
            skip: Some(Box::new(SkipIf { option: None, list: vec![] })),
            map: map([(odd(), Newtype(u64::MAX))]),
        },
        Nested {
            unit: Unit,
            tuple: Tuple(u64::MAX, Some(odd()), 0.0),
            denying: Denying { a: 1, b: Some(String::new()) },
            defaults: vec![],
            skip: None,
            map: map([]),
        },
    ];
}
