//! Members of several types in one object.

#![allow(clippy::zero_sized_map_values, reason = "odd shapes are what it is for")]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use traitwire_schema::{Int, Shape, Tagging, Type};

use super::check;
use super::model::{
    adjacent, bare, choice, denying, field, fields, flat, generic, internal, map, maybe_written,
    named, newtype, open, option, other, plain, schema, variant, with_aliases,
};

const U8: Type = Type::Int(Int::U8);

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Inner {
    #[serde(alias = "aa")]
    pub(super) a: u8,
    pub(super) b: Option<u8>,
}

pub(super) fn inner() -> (&'static str, traitwire_schema::Body) {
    let a = with_aliases(field("a", U8), &["aa"]);
    ("Inner", plain(fields([a, field("b", option(U8))])))
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Strict {
    pub(super) a: u8,
}

pub(super) fn strict() -> (&'static str, traitwire_schema::Body) {
    ("Strict", denying(plain(fields([field("a", U8)]))))
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum External {
    A,
    B { x: u8 },
    C(u8),
}

pub(super) fn external() -> (&'static str, traitwire_schema::Body) {
    let b = variant("B", fields([field("x", U8)]));
    let variants = [variant("A", Shape::Unit), b, variant("C", newtype(U8))];
    ("External", choice(Tagging::External, variants))
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "t")]
pub(super) enum Internal {
    A,
    B { x: u8 },
    C(Inner),
}

pub(super) fn internal_enum() -> (&'static str, traitwire_schema::Body) {
    let b = variant("B", fields([field("x", U8)]));
    let variants = [variant("A", Shape::Unit), b, variant("C", newtype(named("Inner")))];
    ("Internal", choice(internal(), variants))
}

#[test]
fn a_struct_and_a_generic_one() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Outer<T> {
        z: u8,
        #[serde(flatten)]
        inner: T,
    }
    let outer = plain(fields([field("z", U8), flat("inner", Type::Param(0))]));
    let schema = schema([("Outer<T>", outer), inner(), strict()]);
    let value = Outer { z: 1, inner: Inner { a: 1, b: None } };
    check(&schema, &generic("Outer", &[named("Inner")]), &[value]).agrees(&[
        r#"{"z":1,"a":1}"#,
        r#"{"z":1,"aa":1}"#,
        r#"{"z":1,"a":1,"aa":1}"#,
        r#"{"z":1,"a":1,"more":{}}"#,
        r#"{"z":1}"#,
    ]);
    // What denies members sees its own alone.
    let value = Outer { z: 1, inner: Strict { a: 1 } };
    check(&schema, &generic("Outer", &[named("Strict")]), &[value])
        .agrees(&[r#"{"z":1,"a":1,"more":1}"#, r#"{"z":1}"#]);
}

#[test]
fn a_map_holds_what_others_leave() {
    #[derive(Debug, Serialize, Deserialize)]
    struct First {
        z: u8,
        #[serde(flatten)]
        strict: Strict,
        #[serde(flatten)]
        rest: BTreeMap<String, bool>,
    }
    #[derive(Debug, Serialize, Deserialize)]
    struct Last {
        z: u8,
        #[serde(flatten)]
        rest: BTreeMap<String, u8>,
        #[serde(flatten)]
        inner: Inner,
    }
    let rest = |value| flat("rest", map(Type::String, value));
    let first = plain(fields([field("z", U8), flat("strict", named("Strict")), rest(Type::Bool)]));
    let last = plain(fields([field("z", U8), rest(U8), flat("inner", named("Inner"))]));
    let schema = schema([("First", first), ("Last", last), inner(), strict()]);
    let rest = || [("q".to_owned(), true)].into();
    let values = [First { z: 1, strict: Strict { a: 1 }, rest: rest() }];
    check(&schema, &named("First"), &values)
        .agrees(&[r#"{"z":1,"a":1,"q":false}"#, r#"{"z":1,"a":1,"q":1}"#])
        .output(&[], &[r#"{"z":1,"a":1,"q":1}"#, r#"{"z":1,"a":true}"#]);
    // A map that comes first sees what the struct after it takes.
    let values = [Last { z: 1, rest: BTreeMap::new(), inner: Inner { a: 1, b: Some(2) } }];
    check(&schema, &named("Last"), &values)
        .agrees(&[r#"{"z":1,"a":1,"q":1}"#, r#"{"z":1,"a":1,"q":true}"#])
        .output(&[r#"{"z":1,"a":1,"b":null,"q":1}"#], &[r#"{"z":1,"a":1,"b":null,"q":true}"#]);
}

#[test]
fn a_map_alone_is_a_rule_for_all_other_members() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Outer {
        z: Option<u8>,
        #[serde(flatten)]
        rest: BTreeMap<char, u8>,
    }
    let rest = flat("rest", map(Type::Char, U8));
    let schema = schema([("Outer", plain(fields([field("z", option(U8)), rest])))]);
    let value = Outer { z: None, rest: [('q', 1)].into() };
    check(&schema, &named("Outer"), &[value])
        .agrees(&["{}", r#"{"q":1}"#, r#"{"qq":1}"#, r#"{"z":300}"#])
        .output(&[], &[r#"{"z":1,"qq":1}"#]);
}

#[test]
fn an_option_is_all_or_nothing() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Outer {
        z: u8,
        #[serde(flatten)]
        inner: Option<Inner>,
        #[serde(flatten)]
        unit: (),
        #[serde(flatten)]
        external: Option<External>,
    }
    let inner_field = flat("inner", option(named("Inner")));
    let external_field = flat("external", option(named("External")));
    let all = [field("z", U8), inner_field, flat("unit", Type::Unit), external_field];
    let schema = schema([("Outer", plain(fields(all))), inner(), external()]);
    let some = || Some(Inner { a: 1, b: None });
    let values = [
        Outer { z: 1, inner: None, unit: (), external: None },
        Outer { z: 1, inner: some(), unit: (), external: Some(External::A) },
        Outer { z: 1, inner: some(), unit: (), external: Some(External::B { x: 1 }) },
    ];
    check(&schema, &named("Outer"), &values)
        .agrees(&[r#"{"z":1}"#, r#"{"z":1,"a":1}"#, r#"{"z":1,"A":null}"#])
        // Serde drops these without a word.
        .input_is_narrower(&[r#"{"z":1,"b":1}"#, r#"{"z":1,"a":"x"}"#, r#"{"z":1,"A":1}"#])
        .output(&[], &[r#"{"z":1,"b":1}"#, r#"{"z":1,"a":1,"b":null,"B":{}}"#]);
}

#[test]
fn members_that_are_skipped_are_all_skipped() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Outer {
        #[serde(flatten, skip_serializing_if = "is_zero")]
        strict: Strict,
    }
    fn is_zero(strict: &Strict) -> bool {
        strict.a == 0
    }
    let outer = plain(fields([maybe_written(flat("strict", named("Strict")))]));
    let schema = schema([("Outer", outer), strict()]);
    let values = [Outer { strict: Strict { a: 0 } }, Outer { strict: Strict { a: 1 } }];
    check(&schema, &named("Outer"), &values[1..]).agrees(&["{}"]).output(&["{}"], &[r#"{"a":""}"#]);
}

#[test]
fn enums_of_every_tagging() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Outer<T> {
        z: u8,
        #[serde(flatten)]
        inner: T,
        #[serde(flatten)]
        rest: BTreeMap<String, Value>,
    }
    fn outer_of<T>(inner: T) -> Outer<T> {
        Outer { z: 1, inner, rest: [("q".to_owned(), json!([1]))].into() }
    }
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(tag = "t", content = "c")]
    enum Adjacent {
        A,
        B {
            x: u8,
        },
        O(Option<u8>),
        #[serde(other)]
        Other,
    }
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        Inner(Inner),
        Fields { x: u8 },
        Map(BTreeMap<String, u8>),
    }
    let rest = flat("rest", map(Type::String, Type::Json));
    let outer = plain(fields([field("z", U8), flat("inner", Type::Param(0)), rest]));
    let unit = || variant("A", Shape::Unit);
    let b = || variant("B", fields([field("x", U8)]));
    let o = variant("O", newtype(option(U8)));
    let adjacent = choice(adjacent(), [unit(), b(), o, other("Other")]);
    let untagged = [
        variant("Inner", newtype(named("Inner"))),
        variant("Fields", fields([field("x", U8)])),
        variant("Map", newtype(map(Type::String, U8))),
    ];
    let schema = schema([
        ("Outer<T>", outer),
        ("Adjacent", adjacent),
        ("Untagged", choice(Tagging::Untagged, untagged)),
        inner(),
        external(),
        internal_enum(),
    ]);
    let ty = |name| generic("Outer", &[named(name)]);
    let values = [External::A, External::B { x: 1 }, External::C(2)].map(outer_of);
    check(&schema, &ty("External"), &values)
        .agrees(&[r#"{"z":1,"A":null}"#, r#"{"z":1}"#, r#"{"z":1,"D":null}"#, r#"{"z":1,"A":1}"#])
        .output(&[], &[r#"{"z":1,"A":1}"#, r#"{"z":1,"A":null,"C":1}"#, r#"{"z":1}"#]);
    let c = || Internal::C(Inner { a: 1, b: None });
    let values = [Internal::A, Internal::B { x: 1 }, c()].map(outer_of);
    check(&schema, &ty("Internal"), &values).agrees(&[
        r#"{"z":1,"t":"C","a":1}"#,
        r#"{"z":1,"t":"B"}"#,
        r#"{"z":1,"t":"D"}"#,
    ]);
    let values = [Adjacent::A, Adjacent::B { x: 1 }, Adjacent::O(None)].map(outer_of);
    check(&schema, &ty("Adjacent"), &values).agrees(&[
        r#"{"z":1,"t":"O"}"#,
        r#"{"z":1,"t":"new"}"#,
        r#"{"z":1,"t":"new","c":null}"#,
        r#"{"z":1,"t":"new","c":1}"#,
        r#"{"z":1,"t":"A","c":1}"#,
    ]);
    let values = [Untagged::Inner(Inner { a: 1, b: None }), Untagged::Fields { x: 1 }];
    check(&schema, &ty("Untagged"), &values.map(outer_of)).agrees(&[r#"{"z":1}"#, r#"{"x":1}"#]);
}

#[test]
fn what_denies_others_beside_a_flattened_type() {
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer<T> {
        z: u8,
        #[serde(flatten)]
        inner: T,
    }
    #[derive(Debug, Serialize, Deserialize)]
    struct Free<T> {
        #[serde(flatten)]
        inner: T,
        y: Option<u8>,
    }
    let outer = denying(plain(fields([field("z", U8), flat("inner", Type::Param(0))])));
    let free = plain(fields([flat("inner", Type::Param(0)), field("y", option(U8))]));
    let schema = schema([("Outer<T>", outer), ("Free<T>", free), inner(), external()]);
    let ty = |inner| generic("Outer", &[inner]);
    check(&schema, &ty(named("Inner")), &[Outer { z: 1, inner: Inner { a: 1, b: None } }])
        .agrees(&[r#"{"z":1,"aa":1}"#, r#"{"z":1,"a":1,"q":1}"#, r#"{"z":1,"a":1,"aa":1}"#]);
    check(&schema, &ty(named("External")), &[Outer { z: 1, inner: External::C(1) }])
        .agrees(&[r#"{"z":1,"A":null}"#, r#"{"z":1,"A":null,"q":1}"#]);
    // One that flattens others itself sees what the strict one has not taken.
    let ty = generic("Free", &[ty(named("Inner"))]);
    let inner = Outer { z: 1, inner: Inner { a: 1, b: None } };
    check(&schema, &ty, &[Free { inner, y: None }]).agrees(&[
        r#"{"z":1,"a":1,"y":1}"#,
        r#"{"z":1,"a":1}"#,
        r#"{"z":1,"a":1,"q":1}"#,
    ]);
}

#[test]
fn an_open_enum_beside_others_lets_later_members_be() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Outer {
        #[serde(flatten)]
        inner: Internal,
        #[serde(flatten)]
        rest: BTreeMap<String, Value>,
    }
    let (name, body) = internal_enum();
    let rest = flat("rest", map(Type::String, Type::Json));
    let outer = plain(fields([flat("inner", named("Internal")), rest]));
    let schema = schema([(name, open(body)), ("Outer", outer), inner()]);
    let values = [Outer { inner: Internal::A, rest: BTreeMap::new() }];
    check(&schema, &named("Outer"), &values)
        .agrees(&[r#"{"t":"Later"}"#])
        .output(&[r#"{"t":"Later","of":1}"#], &[r#"{"t":"B"}"#, "{}"]);
}

#[test]
fn a_variant_without_a_tag_beside_others() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Outer {
        z: u8,
        #[serde(flatten)]
        inner: Mixed,
    }
    #[derive(Debug, Serialize, Deserialize)]
    enum Mixed {
        B {
            x: u8,
        },
        #[serde(untagged)]
        Bare {
            y: u8,
        },
    }
    let b = variant("B", fields([field("x", U8)]));
    let mixed = choice(Tagging::External, [b, bare("Bare", fields([field("y", U8)]))]);
    let outer = plain(fields([field("z", U8), flat("inner", named("Mixed"))]));
    let schema = schema([("Outer", outer), ("Mixed", mixed)]);
    let values = [Outer { z: 1, inner: Mixed::Bare { y: 1 } }];
    check(&schema, &named("Outer"), &values).agrees(&[
        r#"{"z":1,"y":1}"#,
        r#"{"z":1,"y":1,"q":1}"#,
        r#"{"z":1}"#,
        r#"{"z":1,"B":{"x":1}}"#,
        r#"{"z":1,"B":{"x":1},"q":1}"#,
    ]);
}

#[test]
fn an_enum_that_has_itself_beside_the_members_of_a_variant() {
    #[derive(Debug, Serialize, Deserialize)]
    enum Tree {
        Leaf,
        #[serde(rename = "a/b ~")]
        Node {
            y: u8,
            #[serde(flatten)]
            below: Box<Tree>,
        },
    }
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(tag = "t", content = "c", deny_unknown_fields)]
    enum Chain {
        End,
        Link {
            y: u8,
            #[serde(flatten)]
            below: Box<Chain>,
        },
    }
    let node = |name: &'static str, below| {
        variant(name, fields([field("y", U8), flat("below", named(below))]))
    };
    let mut named_oddly = node("Node", "Tree");
    named_oddly.write = Some("a/b ~".into());
    named_oddly.read.as_mut().unwrap().name = "a/b ~".into();
    let tree = choice(Tagging::External, [variant("Leaf", Shape::Unit), named_oddly]);
    let chain = choice(adjacent(), [variant("End", Shape::Unit), node("Link", "Chain")]);
    let schema = schema([("Tree", tree), ("Chain", denying(chain))]);
    let tree = |below| Tree::Node { y: 1, below: Box::new(below) };
    check(&schema, &named("Tree"), &[tree(tree(tree(tree(Tree::Leaf))))])
        .agrees(&[r#"{"a/b ~":{"y":1,"a/b ~":{"y":1}}}"#])
        .output(&[], &[r#"{"a/b ~":{"y":1,"a/b ~":{"y":1,"a/b ~":{"y":""}}}}"#]);
    let chain = |below| Chain::Link { y: 1, below: Box::new(below) };
    check(&schema, &named("Chain"), &[chain(chain(chain(Chain::End)))]);
}
