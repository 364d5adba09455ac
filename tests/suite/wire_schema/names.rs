//! Are members called what serde calls them?

use serde::{Deserialize, Serialize};
use traitwire::Wire;

use super::{fields_of, json, members, reads, written};

/// The members that serde writes are those that the schema names, in the same order; and serde reads
/// them under each name that the schema knows.
macro_rules! same_names {
    ($($rule:literal $type:ident)*) => { $(
        #[derive(Serialize, Deserialize, Wire, Default)]
        #[serde(rename_all = $rule, deny_unknown_fields)]
        #[allow(non_snake_case)]
        struct $type {
            plain: u8,
            two_words: u8,
            __odd__: u8,
            r#type: u8,
            größe: u8,
            with2digits_3: u8,
            CamelCase: u8,
            #[serde(rename = "as is_Written")]
            fixed: u8,
            #[serde(rename(serialize = "only_out"))]
            half_out: u8,
            #[serde(rename(deserialize = "only_in"))]
            half_in: u8,
            #[serde(alias = "an alias")]
            other_name: u8,
            #[serde(skip_serializing)]
            never_written: u8,
            #[serde(skip_deserializing)]
            never_read: u8,
            #[serde(skip)]
            never_seen: u8,
        }

        #[test]
        #[allow(non_snake_case)]
        fn $type() {
            let fields = fields_of::<self::$type>();
            assert_eq!(written(fields), members(&json(&self::$type::default())));
            let readable: Vec<_> = fields.iter().filter_map(|field| field.read.as_ref()).collect();
            for (i, changed) in readable.iter().enumerate() {
                for name in changed.aliases.iter().chain([&changed.name]) {
                    let others = readable.iter().enumerate().filter(|(j, _)| *j != i);
                    let mut object: serde_json::Map<_, _> =
                        others.map(|(_, read)| (read.name.to_string(), 1.into())).collect();
                    object.insert(name.to_string(), 1.into());
                    assert!(reads::<self::$type>(&json(&object)), "{object:?}");
                    object.remove(&**name);
                    assert!(!reads::<self::$type>(&json(&object)), "{object:?}");
                }
            }
            assert_eq!(readable.len(), 12);
            assert_eq!(fields.len(), 13);
        }
    )* };
}

same_names! {
    "lowercase" Lower
    "UPPERCASE" Upper
    "PascalCase" Pascal
    "camelCase" Camel
    "snake_case" Snake
    "SCREAMING_SNAKE_CASE" ScreamingSnake
    "kebab-case" Kebab
    "SCREAMING-KEBAB-CASE" ScreamingKebab
}
