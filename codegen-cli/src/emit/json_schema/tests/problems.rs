//! Does bad input get a message that names the place and a way out?

use traitwire_schema::{Int, Tagging, Type};

use super::super::{Way, of_type};
use super::model::{
    choice, field, fields, flat, internal, map, named, newtype, option, plain, schema, variant,
};

const U8: Type = Type::Int(Int::U8);

#[track_caller]
fn message(body: traitwire_schema::Body) -> String {
    let problems = of_type(&schema([("S", body)]), &named("S"), Way::In).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].help.is_some());
    problems[0].message.clone()
}

#[test]
fn what_is_no_object_cannot_be_flattened() {
    for ty in [U8, Type::Seq(U8.into()), option(Type::String)] {
        let message = message(plain(fields([flat("rest", ty)])));
        assert_eq!(message, "the flattened field `rest` is no object");
    }
}

#[test]
fn what_is_no_object_has_no_room_for_a_tag() {
    let message = message(choice(internal(), [variant("A", newtype(U8))]));
    assert_eq!(message, "`S::A` puts its tag into what is no object");
}

#[test]
fn what_is_itself_with_no_object_between_has_no_end() {
    let own = || named("S");
    let variants = [variant("A", fields([flat("own", own())]))];
    for body in [
        plain(newtype(own())),
        plain(fields([field("a", U8), flat("own", option(own()))])),
        choice(internal(), variants.clone()),
        choice(Tagging::Untagged, variants),
    ] {
        assert_eq!(message(body), "the type `shop::S` is itself, with no object or array between");
    }
    // One that has a name of its own is not at once.
    let body = plain(fields([field("own", option(own()))]));
    assert!(of_type(&schema([("S", body)]), &named("S"), Way::In).is_ok());
}

#[test]
fn a_key_that_json_cannot_have() {
    let problems = of_type(&schema([]), &map(option(U8), U8), Way::Out).unwrap_err();
    assert_eq!(problems[0].message, "the type has a map whose keys JSON cannot have");
}
