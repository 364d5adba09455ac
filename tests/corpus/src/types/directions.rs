//! What does a type look like that is written in one way and read in another?

use super::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct RenamedBothWays {
    #[serde(rename(serialize = "out", deserialize = "in"))]
    pub field: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct ReadsItsOutput {
    #[serde(rename(serialize = "out", deserialize = "in"), alias = "out")]
    pub field: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct OneWayFields {
    #[serde(skip_serializing, default)]
    pub only_read: u64,
    #[serde(skip_deserializing)]
    pub only_written: u64,
    pub both: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Secret {
    pub name: String,
    #[serde(skip_serializing)]
    pub password: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(rename_all(serialize = "camelCase", deserialize = "kebab-case"))]
pub struct RuledBothWays {
    pub first_field: u64,
    #[serde(default)]
    pub second_field: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub enum OneWayVariants {
    Both(u64),
    #[serde(skip_serializing)]
    OnlyRead(u64),
    #[serde(skip_deserializing)]
    OnlyWritten {
        a: u64,
    },
    #[serde(rename(serialize = "written", deserialize = "read"))]
    Renamed,
    #[serde(skip)]
    Never(u64),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "type")]
pub enum InternalBothWays {
    #[serde(rename(serialize = "out", deserialize = "in"))]
    Renamed {
        #[serde(rename(serialize = "x", deserialize = "y"))]
        field: u64,
    },
    Plain {
        inner: Option<RenamedBothWays>,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(untagged)]
pub enum UntaggedBothWays {
    Number(u64),
    Renamed(RenamedBothWays),
    Default {
        text: String,
        #[serde(default)]
        list: Vec<u64>,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Deep {
    pub list: Vec<RenamedBothWays>,
    pub map: BTreeMap<String, Option<RuledBothWays>>,
    pub tuple: (OneWayFields, ReadsItsOutput),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DenyingOneWay {
    #[serde(skip_deserializing)]
    pub only_written: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maybe: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Skipped {
    pub seen: u64,
    #[serde(skip)]
    pub unseen: u64,
}

cases! {
    Skipped => [Skipped { seen: u64::MAX, unseen: 0 }, Skipped { seen: 0, unseen: 5 }];
    RenamedBothWays => [RenamedBothWays { field: 0 }, RenamedBothWays { field: u64::MAX }];
    ReadsItsOutput => [ReadsItsOutput { field: 0 }, ReadsItsOutput { field: u64::MAX }];
    OneWayFields => [
        OneWayFields { only_read: 1, only_written: u64::MAX, both: None },
        OneWayFields { only_read: 0, only_written: 0, both: Some(u64::MAX) },
    ];
    Secret => [
        Secret { name: odd(), password: None },
        Secret { name: String::new(), password: Some("secret".to_owned()) },
    ];
    RuledBothWays => [
        RuledBothWays { first_field: 0, second_field: false },
        RuledBothWays { first_field: u64::MAX, second_field: true },
    ];
    OneWayVariants => [
        OneWayVariants::Both(u64::MAX),
        OneWayVariants::OnlyRead(1),
        OneWayVariants::OnlyWritten { a: u64::MAX },
        OneWayVariants::Renamed,
        OneWayVariants::Never(1),
    ];
    InternalBothWays => [
        InternalBothWays::Renamed { field: u64::MAX },
        InternalBothWays::Plain { inner: None },
        InternalBothWays::Plain { inner: Some(RenamedBothWays { field: 1 }) },
    ];
    UntaggedBothWays => [
        UntaggedBothWays::Number(u64::MAX),
        UntaggedBothWays::Renamed(RenamedBothWays { field: u64::MAX }),
        UntaggedBothWays::Default { text: odd(), list: vec![u64::MAX] },
    ];
    Deep => [
        Deep {
            list: vec![RenamedBothWays { field: u64::MAX }],
            map: map([("a".to_owned(), None), ("b".to_owned(), Some(RuledBothWays { first_field: 1, second_field: true }))]),
            tuple: (
                OneWayFields { only_read: 0, only_written: 0, both: Some(1) },
                ReadsItsOutput { field: u64::MAX },
            ),
        },
        Deep {
            list: vec![],
            map: map([]),
            tuple: (
                OneWayFields { only_read: 0, only_written: 0, both: None },
                ReadsItsOutput { field: 0 },
            ),
        },
    ];
    DenyingOneWay => [
        DenyingOneWay { only_written: 1, maybe: None },
        DenyingOneWay { only_written: 1, maybe: Some(u64::MAX) },
    ];
}
