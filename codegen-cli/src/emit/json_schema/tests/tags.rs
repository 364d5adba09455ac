//! Tags among the members of what they say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use traitwire_schema::{Int, Shape, Tagging, Type};

use super::beside::{External, Inner, Internal, Strict, external, inner, internal_enum, strict};
use super::check;
use super::model::{
    choice, denying, field, fields, flat, internal, map, named, newtype, option, plain, schema,
    variant,
};

const U8: Type = Type::Int(Int::U8);

#[test]
fn a_tag_among_members() {
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(tag = "t", deny_unknown_fields)]
    enum Tagged {
        Unit,
        Nothing(()),
        Strict(Strict),
        Loose(Inner),
        Map(BTreeMap<String, u8>),
        Any(Value),
        External(External),
        Untagged(Untagged),
        Flat {
            y: u8,
            #[serde(flatten)]
            inner: Inner,
        },
    }
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        Inner(Inner),
        Nothing,
        Text(String),
    }
    let untagged = [
        variant("Inner", newtype(named("Inner"))),
        variant("Nothing", Shape::Unit),
        variant("Text", newtype(Type::String)),
    ];
    let of = |name, ty| variant(name, newtype(ty));
    let variants = [
        variant("Unit", Shape::Unit),
        of("Nothing", Type::Unit),
        of("Strict", named("Strict")),
        of("Loose", named("Inner")),
        of("Map", map(Type::String, U8)),
        of("Any", Type::Json),
        of("External", named("External")),
        of("Untagged", named("Untagged")),
        variant("Flat", fields([field("y", U8), flat("inner", named("Inner"))])),
    ];
    let schema = schema([
        ("Tagged", denying(choice(internal(), variants))),
        ("Untagged", choice(Tagging::Untagged, untagged)),
        inner(),
        strict(),
        external(),
    ]);
    let inner = || Inner { a: 1, b: None };
    let values = [
        Tagged::Unit,
        Tagged::Nothing(()),
        Tagged::Strict(Strict { a: 1 }),
        Tagged::Loose(inner()),
        Tagged::Map([("q".to_owned(), 1)].into()),
        Tagged::Any(json!({ "q": [] })),
        Tagged::External(External::A),
        Tagged::External(External::B { x: 1 }),
        Tagged::Untagged(Untagged::Inner(inner())),
        Tagged::Untagged(Untagged::Nothing),
        Tagged::Flat { y: 1, inner: inner() },
    ];
    check(&schema, &named("Tagged"), &values).agrees(&[
        r#"{"t":"Unit","q":1}"#,
        r#"{"t":"Nothing","q":1}"#,
        r#"{"t":"Strict","a":1,"q":1}"#,
        r#"{"t":"Loose","aa":1,"q":1}"#,
        r#"{"t":"Map","q":""}"#,
        r#"{"t":"External","C":1,"q":1}"#,
        r#"{"t":"Untagged"}"#,
        r#"{"t":"Flat","y":1,"a":1}"#,
        r#"{"t":"Flat","y":1,"a":1,"q":1}"#,
    ]);
}

#[test]
fn tags_within_tags_and_options_of_them() {
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(tag = "u", deny_unknown_fields)]
    enum Strict {
        P { y: u8 },
        Q,
    }
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(tag = "k")]
    enum Nested {
        Strict(Strict),
        Internal(Internal),
        Flat(Flat),
    }
    #[derive(Debug, Serialize, Deserialize)]
    struct Flat {
        #[serde(flatten)]
        inner: Option<Internal>,
        #[serde(flatten)]
        more: Option<Strict>,
    }
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Either {
        Nested(Nested),
        External(External),
        Flat(Flat),
    }
    #[derive(Debug, Serialize, Deserialize)]
    struct Outer {
        #[serde(flatten)]
        either: Either,
        z: u8,
    }
    let p = variant("P", fields([field("y", U8)]));
    let strict = choice(Tagging::Internal { tag: "u".into() }, [p, variant("Q", Shape::Unit)]);
    let of = |name| variant(name, newtype(named(name)));
    let nested = [of("Strict"), of("Internal"), of("Flat")];
    let flat_fields =
        [flat("inner", option(named("Internal"))), flat("more", option(named("Strict")))];
    let either = [of("Nested"), of("External"), of("Flat")];
    let schema = schema([
        ("Strict", denying(strict)),
        ("Nested", choice(Tagging::Internal { tag: "k".into() }, nested)),
        ("Flat", plain(fields(flat_fields))),
        ("Either", choice(Tagging::Untagged, either)),
        ("Outer", plain(fields([flat("either", named("Either")), field("z", U8)]))),
        inner(),
        internal_enum(),
        external(),
    ]);
    let c = || Internal::C(Inner { a: 1, b: None });
    let values = [
        Nested::Strict(Strict::P { y: 1 }),
        Nested::Strict(Strict::Q),
        Nested::Internal(c()),
        Nested::Flat(Flat { inner: Some(c()), more: None }),
        Nested::Flat(Flat { inner: None, more: Some(Strict::P { y: 1 }) }),
        Nested::Flat(Flat { inner: Some(Internal::A), more: Some(Strict::Q) }),
    ];
    check(&schema, &named("Nested"), &values).agrees(&[
        r#"{"k":"Strict","u":"P","y":1,"q":1}"#,
        r#"{"k":"Strict","u":"Q","q":1}"#,
        r#"{"k":"Internal","t":"B"}"#,
        r#"{"k":"Flat"}"#,
    ]);
    let mut eithers: Vec<Either> = values.into_iter().map(Either::Nested).collect();
    eithers.push(Either::External(External::A));
    eithers.push(Either::External(External::B { x: 1 }));
    eithers.push(Either::Flat(Flat { inner: None, more: None }));
    check(&schema, &named("Either"), &eithers);
    let outers: Vec<Outer> = eithers.into_iter().map(|either| Outer { either, z: 1 }).collect();
    check(&schema, &named("Outer"), &outers);
}
