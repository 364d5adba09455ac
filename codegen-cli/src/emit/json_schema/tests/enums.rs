//! Enums of every tagging, with names for what is not known.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use traitwire_schema::{Int, Shape, Tagging, Type};

use super::check;
use super::model::{
    adjacent, alias, bare, choice, denying, field, fields, internal, named, newtype, open, option,
    other, plain, schema, variant,
};

const U8: Type = Type::Int(Int::U8);

fn unit() -> traitwire_schema::Variant {
    variant("A", Shape::Unit)
}

fn with_x(name: &str) -> traitwire_schema::Variant {
    variant(name, fields([field("x", U8)]))
}

#[test]
fn by_key_with_other_names_and_one_for_all_others() {
    #[derive(Debug, Serialize, Deserialize)]
    enum Kind {
        A,
        #[serde(alias = "BB")]
        B {
            x: u8,
        },
        #[serde(other)]
        Other,
    }
    #[derive(Debug, Serialize, Deserialize)]
    enum Names {
        #[serde(alias = "AA")]
        A,
        B,
    }
    let kind = choice(Tagging::External, [unit(), alias(with_x("B"), "BB"), other("Other")]);
    let names = [alias(unit(), "AA"), variant("B", Shape::Unit)];
    let schema = schema([("Kind", kind), ("Names", choice(Tagging::External, names))]);
    let values = [Kind::A, Kind::B { x: 1 }, Kind::Other];
    check(&schema, &named("Kind"), &values)
        .agrees(&[
            r#""new""#,
            r#""B""#,
            r#""BB""#,
            r#"{"new":null}"#,
            r#"{"new":1}"#,
            r#"{"new":null,"newer":null}"#,
            r#"{"BB":{"x":1}}"#,
            r#"{"B":{"x":1},"BB":{"x":1}}"#,
            r#"{"B":{}}"#,
            "{}",
        ])
        // What a later version writes.
        .output(&[r#""new""#, r#"{"new":{}}"#], &[r#"{"B":{}}"#, r#"{"B":{"x":1},"q":1}"#, "1"]);
    check(&schema, &named("Names"), &[Names::A, Names::B])
        .agrees(&[r#""A""#, r#""AA""#, r#""B""#, r#""C""#])
        .input_is_narrower(&[r#"{"A":null}"#])
        .output(&[], &[r#""AA""#, r#""C""#]);
}

#[test]
fn by_a_tag_with_one_for_all_others() {
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(tag = "t")]
    enum Kind {
        A,
        #[serde(alias = "BB")]
        B {
            x: u8,
        },
        #[serde(other)]
        Other,
    }
    let kind = choice(internal(), [unit(), alias(with_x("B"), "BB"), other("Other")]);
    let schema = schema([("Kind", kind)]);
    let values = [Kind::A, Kind::B { x: 1 }, Kind::Other];
    check(&schema, &named("Kind"), &values)
        .agrees(&[
            r#"{"t":"new","deep":{}}"#,
            r#"{"t":"B"}"#,
            r#"{"t":"BB"}"#,
            r#"{"t":"BB","x":1}"#,
            r#"{"t":"A","q":1}"#,
            r#"{"t":1}"#,
        ])
        .output(&[r#"{"t":"new","x":""}"#], &[r#"{"t":"B"}"#, r#"{"t":null}"#, "{}"]);
}

#[test]
fn by_tag_and_content() {
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(tag = "t", content = "c")]
    enum Kind {
        A,
        B {
            x: u8,
        },
        Maybe(Option<u8>),
        Any(Value),
        #[serde(other)]
        Other,
    }
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(tag = "t", content = "c", deny_unknown_fields)]
    enum Strict {
        A,
        B { x: u8 },
    }
    let maybe = variant("Maybe", newtype(option(U8)));
    let any = variant("Any", newtype(Type::Json));
    let kind = choice(adjacent(), [unit(), with_x("B"), maybe, any, other("Other")]);
    let strict = denying(choice(adjacent(), [unit(), with_x("B")]));
    let schema = schema([("Kind", kind), ("Strict", strict)]);
    let values = [Kind::A, Kind::B { x: 1 }, Kind::Maybe(None), Kind::Any(json!([])), Kind::Other];
    check(&schema, &named("Kind"), &values).agrees(&[
        r#"{"t":"A","c":null}"#,
        r#"{"t":"A","c":{}}"#,
        r#"{"t":"A","q":1}"#,
        r#"{"t":"Maybe"}"#,
        r#"{"t":"Any"}"#,
        r#"{"t":"new"}"#,
        r#"{"t":"new","c":null}"#,
        r#"{"t":"new","c":5}"#,
        r#"{"t":"new","q":5}"#,
        r#"{"t":"B"}"#,
    ]);
    check(&schema, &named("Strict"), &[Strict::A, Strict::B { x: 1 }]).agrees(&[
        r#"{"t":"A","c":null}"#,
        r#"{"t":"A","q":null}"#,
        r#"{"t":"B","c":{"x":1,"q":1}}"#,
        r#"{"t":"B","c":{"x":1},"q":1}"#,
    ]);
}

#[test]
fn arms_that_overlap() {
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        Small(u8),
        Real(f64),
        One { x: u8 },
        Two { x: u8, y: Option<u8> },
        Nothing,
    }
    let two = variant("Two", fields([field("x", U8), field("y", option(U8))]));
    let variants = [
        variant("Small", newtype(U8)),
        variant("Real", newtype(Type::F64)),
        with_x("One"),
        two,
        variant("Nothing", Shape::Unit),
    ];
    let schema = schema([("Untagged", choice(Tagging::Untagged, variants))]);
    let values = [
        Untagged::Small(1),
        Untagged::Real(0.5),
        Untagged::One { x: 1 },
        Untagged::Two { x: 1, y: None },
        Untagged::Nothing,
    ];
    check(&schema, &named("Untagged"), &values).agrees(&["1", "300", "null", "{}", r#""x""#]);
}

#[test]
fn variants_without_a_tag_though_others_have_one() {
    #[derive(Debug, Serialize, Deserialize)]
    enum Text {
        A,
        #[serde(untagged)]
        Rest(String),
    }
    #[derive(Debug, Serialize, Deserialize)]
    enum External {
        A,
        B {
            x: u8,
        },
        #[serde(untagged)]
        Rest {
            y: u8,
        },
        #[serde(untagged)]
        Number(u8),
    }
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(tag = "t")]
    enum Internal {
        A,
        B {
            x: u8,
        },
        #[serde(untagged)]
        Rest(Value),
    }
    let rest = bare("Rest", fields([field("y", U8)]));
    let number = bare("Number", newtype(U8));
    let any = bare("Rest", newtype(Type::Json));
    let text = choice(Tagging::External, [unit(), bare("Rest", newtype(Type::String))]);
    let schema = schema([
        ("Text", text),
        ("External", choice(Tagging::External, [unit(), with_x("B"), rest, number])),
        ("Internal", choice(internal(), [unit(), with_x("B"), any])),
    ]);
    check(&schema, &named("Text"), &[Text::A, Text::Rest("r".to_owned())]).agrees(&[r#""z""#, "1"]);
    let values = [External::A, External::B { x: 1 }, External::Rest { y: 1 }, External::Number(1)];
    check(&schema, &named("External"), &values)
        .agrees(&[r#"{"B":{"x":""}}"#, r#"{"B":{"x":""},"y":1}"#, r#""B""#, "300"])
        .output(&[], &[r#""B""#, r#"{"C":1}"#]);
    let values = [Internal::A, Internal::B { x: 1 }, Internal::Rest(json!([1]))];
    check(&schema, &named("Internal"), &values).agrees(&[r#"{"t":"B"}"#, "null"]);
}

#[test]
fn one_that_grows() {
    #[derive(Debug, Serialize, Deserialize)]
    enum Growing {
        A,
        B(Inner),
    }
    #[derive(Debug, Serialize, Deserialize)]
    struct Inner {
        x: u8,
    }
    let body = open(choice(Tagging::External, [unit(), variant("B", newtype(named("Inner")))]));
    let schema = schema([("Growing", body), ("Inner", plain(fields([field("x", U8)])))]);
    check(&schema, &named("Growing"), &[Growing::A, Growing::B(Inner { x: 1 })])
        .agrees(&[r#""C""#, r#"{"C":1}"#])
        .output(&[r#""C""#, r#"{"C":1}"#], &[r#"{"B":1}"#, "{}", "1"]);
}
