//! Does each tagging and each shape of a variant mean what serde makes of it?

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use traitwire::schema::{Absent, Int, Presence, Shape, Tagging, Type, Value};
use traitwire::{__private::Declare, Wire};

use super::{enum_of, fields, json, members, reads, variant, written};

#[derive(Serialize, Deserialize, Wire)]
#[non_exhaustive]
enum External {
    Unit,
    Newtype(u32),
    Pair(u8, String),
    None(),
    Fields { a: u8, b: u8 },
    Empty {},
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(tag = "type", rename_all = "camelCase", deny_unknown_fields)]
enum Internal {
    UnitLike,
    Newtype(Inner),
    Map(BTreeMap<String, u8>),
    Nothing(()),
    Fields { a: u8, b: u8 },
}

#[derive(Serialize, Deserialize, Wire)]
struct Inner {
    x: u8,
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Unit,
    Newtype(u32),
    Pair(u8, String),
    Fields { a: u8, b: u8 },
}

#[derive(Serialize, Deserialize, Wire, Debug, PartialEq)]
#[serde(untagged)]
enum Untagged {
    Number(u32),
    Pair(u8, String),
    Fields { a: u8, b: u8 },
    Unit,
}

#[derive(Serialize, Deserialize, Wire)]
enum Never {}

#[test]
fn a_variant_has_its_shape() {
    for (rust_name, shape) in [
        ("Unit", Shape::Unit),
        ("Newtype", Shape::Newtype(Type::Int(Int::U32))),
        ("Pair", Shape::Tuple(vec![Type::Int(Int::U8), Type::String].into())),
        ("None", Shape::Tuple(vec![].into())),
        ("Empty", Shape::Fields(vec![].into())),
    ] {
        assert_eq!(variant::<External>(rust_name).shape, shape, "{rust_name}");
    }
    assert_eq!(written(fields(&variant::<External>("Fields").shape)), ["a", "b"]);
    for (value, expected) in [
        (External::Unit, r#""Unit""#),
        (External::Newtype(1), r#"{"Newtype":1}"#),
        (External::Pair(1, "a".into()), r#"{"Pair":[1,"a"]}"#),
        (External::None(), r#"{"None":[]}"#),
        (External::Fields { a: 1, b: 2 }, r#"{"Fields":{"a":1,"b":2}}"#),
        (External::Empty {}, r#"{"Empty":{}}"#),
    ] {
        assert_eq!(json(&value), expected);
    }
}

#[test]
fn each_tagging_is_told_apart() {
    assert_eq!(enum_of::<External>().tagging, Tagging::External);
    assert_eq!(enum_of::<Internal>().tagging, Tagging::Internal { tag: "type".into() });
    let adjacent = Tagging::Adjacent { tag: "t".into(), content: "c".into() };
    assert_eq!(enum_of::<Adjacent>().tagging, adjacent);
    assert_eq!(enum_of::<Untagged>().tagging, Tagging::Untagged);
}

#[test]
fn internal_tags_stand_among_the_members() {
    for (value, expected) in [
        (Internal::UnitLike, r#"{"type":"unitLike"}"#),
        (Internal::Newtype(Inner { x: 1 }), r#"{"type":"newtype","x":1}"#),
        (Internal::Map(BTreeMap::from([("k".into(), 1)])), r#"{"type":"map","k":1}"#),
        (Internal::Nothing(()), r#"{"type":"nothing"}"#),
        (Internal::Fields { a: 1, b: 2 }, r#"{"type":"fields","a":1,"b":2}"#),
    ] {
        assert_eq!(json(&value), expected);
        assert!(reads::<Internal>(expected), "{expected}");
    }
    assert!(enum_of::<Internal>().deny_unknown_fields);
    assert!(!reads::<Internal>(r#"{"type":"fields","a":1,"b":2,"c":3}"#));
}

#[test]
fn adjacent_and_untagged_contents_stand_alone() {
    for (value, expected) in [
        (Adjacent::Unit, r#"{"t":"Unit"}"#),
        (Adjacent::Newtype(1), r#"{"t":"Newtype","c":1}"#),
        (Adjacent::Pair(1, "a".into()), r#"{"t":"Pair","c":[1,"a"]}"#),
        (Adjacent::Fields { a: 1, b: 2 }, r#"{"t":"Fields","c":{"a":1,"b":2}}"#),
    ] {
        assert_eq!(json(&value), expected);
    }
    for (value, expected) in [
        (Untagged::Number(1), "1"),
        (Untagged::Pair(1, "a".into()), r#"[1,"a"]"#),
        (Untagged::Fields { a: 1, b: 2 }, r#"{"a":1,"b":2}"#),
        (Untagged::Unit, "null"),
    ] {
        assert_eq!(json(&value), expected);
        assert_eq!(serde_json::from_str::<Untagged>(expected).unwrap(), value);
    }
}

#[test]
fn an_enum_is_open_if_it_says_so() {
    assert!(enum_of::<External>().open);
    assert!(!enum_of::<Internal>().open);
    assert_eq!(enum_of::<Never>().variants.len(), 0);
    assert!(!reads::<Never>(r#""A""#));
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(rename_all(serialize = "snake_case", deserialize = "UPPERCASE"))]
enum Renamed {
    FirstOne,
    #[serde(rename = "2nd", alias = "second", alias = "2nd")]
    Second,
    #[serde(rename(serialize = "out", deserialize = "in", deserialize = "into"))]
    Third,
    #[serde(skip_serializing)]
    Old,
    #[serde(skip_deserializing)]
    New,
    #[serde(skip)]
    #[allow(dead_code)]
    Never(std::cell::Cell<u8>),
}

#[test]
fn variants_are_called_what_serde_calls_them() {
    let all = |rust_name| {
        let variant = variant::<Renamed>(rust_name);
        let read = variant.read.as_ref().map(|read| {
            let aliases = read.aliases.iter().map(|alias| &**alias);
            std::iter::once(&*read.name).chain(aliases).collect::<Vec<_>>()
        });
        (variant.write.as_deref(), read)
    };
    assert_eq!(all("FirstOne"), (Some("first_one"), Some(vec!["FIRSTONE"])));
    assert_eq!(all("Second"), (Some("2nd"), Some(vec!["2nd", "second"])));
    assert_eq!(all("Third"), (Some("out"), Some(vec!["in", "into"])));
    assert_eq!(all("Old"), (None, Some(vec!["OLD"])));
    assert_eq!(all("New"), (Some("new"), None));
    // It keeps its place, by which a positional codec would count.
    assert_eq!(all("Never"), (None, None));
    assert_eq!(enum_of::<Renamed>().variants.len(), 6);

    for variant in [Renamed::FirstOne, Renamed::Second, Renamed::Third, Renamed::New] {
        let written: String = serde_json::from_str(&json(&variant)).unwrap();
        let named =
            enum_of::<Renamed>().variants.iter().any(|one| one.write == Some((&*written).into()));
        assert!(named, "{written}");
    }
    assert!(serde_json::to_string(&Renamed::Old).is_err());
    for variant in enum_of::<Renamed>().variants.iter() {
        for name in variant.read.iter().flat_map(|read| read.aliases.iter().chain([&read.name])) {
            assert!(reads::<Renamed>(&format!("{name:?}")), "{name}");
        }
    }
    assert!(!reads::<Renamed>(r#""new""#));
    assert!(!reads::<Renamed>(r#""NEW""#));
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(rename_all_fields = "camelCase")]
enum RenamedFields {
    A {
        first_one: u8,
    },
    #[serde(rename_all(serialize = "UPPERCASE"))]
    B {
        first_one: u8,
    },
}

#[test]
fn fields_of_variants_go_by_the_nearest_rule() {
    let names = |rust_name| {
        let field = &fields(&variant::<RenamedFields>(rust_name).shape)[0];
        (field.write.as_ref().unwrap().name.clone(), field.read.as_ref().unwrap().name.clone())
    };
    assert_eq!(names("A"), ("firstOne".into(), "firstOne".into()));
    assert_eq!(names("B"), ("FIRST_ONE".into(), "firstOne".into()));
    assert_eq!(json(&RenamedFields::A { first_one: 1 }), r#"{"A":{"firstOne":1}}"#);
    assert_eq!(json(&RenamedFields::B { first_one: 1 }), r#"{"B":{"FIRST_ONE":1}}"#);
    assert!(reads::<RenamedFields>(r#"{"B":{"firstOne":1}}"#));
    assert_eq!(members(r#"{"firstOne":1}"#), ["firstOne"]);
}

#[derive(Serialize, Deserialize, Wire, Default)]
#[serde(tag = "is")]
enum Sparse {
    #[default]
    Nothing,
    Some {
        #[serde(skip)]
        hidden: u8,
        #[serde(default, skip_serializing_if = "String::is_empty", rename = "said")]
        text: String,
        #[serde(skip_deserializing)]
        out: u8,
    },
}

#[test]
fn fields_of_variants_may_be_absent_and_skipped() {
    let fields = fields(&variant::<Sparse>("Some").shape);
    assert_eq!(written(fields), ["said", "out"]);
    assert_eq!(fields[0].write.as_ref().unwrap().presence, Presence::Maybe);
    let Absent::Default(default) = &fields[0].read.as_ref().unwrap().absent else { panic!() };
    assert_eq!(default.settle(), Value::Json(r#""""#.into()));
    assert!(fields[1].read.is_none());
    let read: Sparse = serde_json::from_str(r#"{"is":"Some"}"#).unwrap();
    assert_eq!(json(&read), r#"{"is":"Some","out":0}"#);
}

#[derive(Serialize, Deserialize, Wire)]
enum Problem {
    #[wire(status = 404, since = "1.2.0")]
    NotFound {
        id: u64,
    },
    #[wire(status = 404)]
    Gone(u8, u8),
    #[wire(status = 503)]
    #[deprecated]
    Busy,
    Other,
}

#[derive(Serialize, Deserialize, Wire)]
enum EveryStatus {
    #[wire(status = 400)]
    Lowest,
    #[wire(status = 599)]
    Highest(u8),
}

#[test]
#[allow(deprecated)]
fn a_variant_names_its_status() {
    for (problem, status) in [
        (Problem::NotFound { id: 1 }, 404),
        (Problem::Gone(1, 2), 404),
        (Problem::Busy, 503),
        (Problem::Other, 422),
    ] {
        assert_eq!(problem.status(), status);
    }
    assert_eq!((EveryStatus::Lowest.status(), EveryStatus::Highest(1).status()), (400, 599));
    assert_eq!(Inner { x: 1 }.status(), 422);
    assert_eq!(variant::<Problem>("NotFound").status, Some(404));
    assert_eq!(variant::<Problem>("NotFound").since.as_deref(), Some("1.2.0"));
    assert_eq!(variant::<Problem>("Other").status, None);
}
