//! What becomes of a variant that a reader does not know?

use serde::{Deserialize, Serialize};
use traitwire::Wire;
use traitwire::schema::{Shape, Type};

use super::{enum_of, json, reads, variant};

#[derive(Serialize, Deserialize, Wire, Debug, PartialEq)]
enum Names {
    Red,
    #[serde(other, rename = "?", alias = "none")]
    Unknown,
}

#[derive(Serialize, Deserialize, Wire, Debug, PartialEq)]
#[serde(tag = "is")]
enum Internal {
    Circle {
        radius: u8,
    },
    #[serde(other)]
    Unknown,
}

#[test]
fn other_stands_for_every_other_name() {
    let unknown = variant::<Names>("Unknown");
    assert!(unknown.catch_all && enum_of::<Names>().is_open());
    assert_eq!(unknown.write.as_deref(), Some("?"));
    assert!(!variant::<Names>("Red").catch_all);
    assert_eq!(json(&Names::Unknown), r#""?""#);
    for text in [r#""?""#, r#""none""#, r#""green""#] {
        assert_eq!(serde_json::from_str::<Names>(text).unwrap(), Names::Unknown);
    }

    assert!(variant::<Internal>("Unknown").catch_all);
    let newer = r#"{"is":"Square","side":1}"#;
    assert_eq!(serde_json::from_str::<Internal>(newer).unwrap(), Internal::Unknown);
}

#[derive(Serialize, Deserialize, Wire, Debug, PartialEq)]
#[allow(deprecated, reason = "shows what is warned of")]
enum External {
    Circle {
        radius: u8,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Serialize, Deserialize, Wire, Debug, PartialEq)]
#[serde(tag = "is", content = "of")]
#[allow(deprecated, reason = "shows what is warned of")]
enum Adjacent {
    Circle {
        radius: u8,
    },
    #[serde(other)]
    Unknown,
}

#[test]
fn other_takes_no_content_but_under_an_internal_tag() {
    assert!(variant::<External>("Unknown").catch_all);
    assert_eq!(serde_json::from_str::<External>(r#""Square""#).unwrap(), External::Unknown);
    assert!(!reads::<External>(r#"{"Square":{"side":1}}"#));
    assert!(variant::<Adjacent>("Unknown").catch_all);
    assert_eq!(serde_json::from_str::<Adjacent>(r#"{"is":"S"}"#).unwrap(), Adjacent::Unknown);
    assert!(!reads::<Adjacent>(r#"{"is":"S","of":{"side":1}}"#));
    assert!(reads::<Internal>(r#"{"is":"Circle","radius":1}"#));
    assert_eq!(json(&External::Circle { radius: 1 }), r#"{"Circle":{"radius":1}}"#);
}

#[derive(Serialize, Deserialize, Wire, Debug, PartialEq)]
enum Keeps {
    Circle {
        radius: u8,
    },
    #[serde(untagged)]
    Other(serde_json::Value),
}

#[derive(Serialize, Deserialize, Wire, Debug, PartialEq)]
#[serde(tag = "is")]
enum Mixed {
    Circle {
        radius: u8,
    },
    // Has no name on the wire, and so may share one.
    #[serde(untagged, rename = "Circle")]
    Number(u8),
    #[serde(untagged)]
    Is {
        is: u8,
    },
    #[serde(untagged)]
    Nothing,
}

#[test]
fn an_untagged_variant_keeps_what_it_is_given() {
    let other = variant::<Keeps>("Other");
    assert!(other.untagged && enum_of::<Keeps>().catches_all(other));
    assert_eq!(other.shape, Shape::Newtype(Type::Json));
    let newer = r#"{"Square":{"side":1}}"#;
    let read: Keeps = serde_json::from_str(newer).unwrap();
    assert!(matches!(read, Keeps::Other(_)));
    assert_eq!(json(&read), newer);

    let untagged: Vec<bool> =
        enum_of::<Mixed>().variants.iter().map(|variant| variant.untagged).collect();
    assert_eq!(untagged, [false, true, true, true]);
    for (value, text) in [
        (Mixed::Circle { radius: 1 }, r#"{"is":"Circle","radius":1}"#),
        (Mixed::Number(1), "1"),
        (Mixed::Is { is: 1 }, r#"{"is":1}"#),
        (Mixed::Nothing, "null"),
    ] {
        assert_eq!(json(&value), text);
        assert_eq!(serde_json::from_str::<Mixed>(text).unwrap(), value);
    }
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(untagged)]
enum AllUntagged {
    A(u8),
    #[serde(untagged)]
    B(String),
}

#[test]
fn where_nothing_is_tagged_no_variant_stands_out() {
    assert!(enum_of::<AllUntagged>().variants.iter().all(|variant| !variant.untagged));
    assert_eq!(json(&AllUntagged::B("b".into())), r#""b""#);
    assert!(reads::<AllUntagged>("1") && reads::<AllUntagged>(r#""b""#));
    assert_eq!(json(&AllUntagged::A(1)), "1");
}
