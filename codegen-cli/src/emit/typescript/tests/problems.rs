//! Is what cannot be TypeScript refused, with its place and the way out?

use serde_json::json;

use super::*;

#[track_caller]
fn refused(interfaces: &[Value], types: Value, part: &str) -> Problem {
    let mut problems = problems(interfaces, types);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    let problem = problems.remove(0);
    has(&problem.message, part);
    problem
}

fn gives(ty: Value) -> Vec<Value> {
    vec![interface("Shop", &[method("m", json!("u8"), ty)])]
}

#[test]
fn two_methods_of_one_name() {
    let methods =
        [method("get_it", json!("u8"), json!("u8")), method("getIt", json!("u8"), json!("u8"))];
    let part = "`Shop/get_it` and `Shop/getIt` are both called `getIt` in TypeScript";
    let problem = refused(&[interface("Shop", &methods)], json!({}), part);
    assert_eq!(problem.source.line, 7);
    assert_eq!(problem.label, "the other is at src/lib.rs:7");
}

#[test]
fn a_key_that_json_cannot_have() {
    let map = json!({ "map": [{ "seq": "u8" }, "u8"] });
    refused(&gives(map.clone()), json!({}), "`Shop/m` has a map whose keys JSON cannot have");
    let types = json!({ "shop::T": fields(&[field("x", map)]) });
    refused(&gives(named("shop::T")), types, "`shop::T` has a map whose keys");
}

#[test]
fn what_is_flattened_and_has_no_members() {
    for ty in
        [json!("u8"), json!({ "option": { "seq": "u8" } }), json!({ "format": { "name": "uuid" } })]
    {
        let types = json!({ "shop::T": fields(&[flat("rest", ty)]) });
        refused(&gives(named("shop::T")), types, "`shop::T.rest` is flattened, but is no object");
    }
}

#[test]
fn two_flattened_fields_of_any_names() {
    let both =
        fields(&[flat("a", json!({ "param": 0 })), flat("b", json!({ "map": ["string", "u64"] }))]);
    let types =
        json!({ "shop::T": generic(&["T"], both), "shop::S": fields(&[field("x", json!("u64"))]) });
    let part = "come from several flattened fields that may have any names";
    refused(&gives(applied("shop::T", &[named("shop::S")])), types, part);
}

#[test]
fn a_type_that_is_nothing_but_itself() {
    let types = json!({ "shop::T": newtype(json!({ "option": named("shop::T") })) });
    refused(&gives(named("shop::T")), types, "`shop::T` is itself");
    // Through flattened fields, in a variant and where a parameter stands, too.
    let of = generic(&["T"], fields(&[flat("t", json!({ "param": 0 }))]));
    let through = applied("shop::P", &[named("shop::T")]);
    let types = json!({ "shop::T": fields(&[flat("p", through)]), "shop::P": of });
    refused(&gives(named("shop::T")), types, "`shop::T` is itself");
    let inside = variant("A", json!({ "fields": [flat("s", named("shop::T"))] }));
    let kind = choice(json!({ "internal": { "tag": "k" } }), &[inside]);
    let types = json!({ "shop::K": kind, "shop::T": fields(&[flat("k", named("shop::K"))]) });
    let both = problems(&gives(named("shop::T")), types);
    assert!(both.iter().all(|problem| problem.message.contains("is itself")), "{both:?}");
    let types = json!({ "shop::T": newtype(json!({ "seq": named("shop::T") })) });
    has(&file(&gives(named("shop::T")), types), "export type T = readonly T[];");
}

#[test]
fn variants_that_look_alike_and_are_decoded_differently() {
    let types = json!({ "shop::T": choice(json!("untagged"), &[
        variant("A", json!({ "newtype": { "seq": "u64" } })),
        variant("B", json!({ "newtype": { "seq": "string" } })),
    ]) });
    refused(&gives(named("shop::T")), types, "cannot be told apart in JSON");
}

#[test]
fn a_whole_real_that_would_be_written_as_an_integer() {
    let types = |whole: &str| {
        json!({ "shop::T": choice(json!("untagged"), &[
            variant("A", json!({ "newtype": whole })),
            variant("B", json!({ "newtype": "f64" })),
        ]) })
    };
    let takes = vec![interface("Shop", &[method("m", named("shop::T"), json!("u8"))])];
    refused(&takes, types("u8"), "a real that is whole would be written as this integer");
    has(&file(&takes, types("u64")), "export type T = bigint | number;");
    // What only comes is not written.
    has(&file(&gives(named("shop::T")), types("u8")), "export type T = number");
}

#[test]
fn what_cannot_stand_beside_a_tag() {
    for content in [json!({ "option": { "map": ["string", "u64"] } }), json!({ "seq": "u8" })] {
        let types = json!({ "shop::T": choice(
            json!({ "internal": { "tag": "k" } }), &[variant("A", json!({ "newtype": content }))]
        ) });
        let part = "`shop::T::A` cannot stand beside its tag: only an object can";
        refused(&gives(named("shop::T")), types, part);
    }
}

#[test]
fn a_generic_type_that_grows_codecs_without_end() {
    let tree = |other: &str| {
        fields(&[
            field("x", json!({ "param": 0 })),
            field("y", json!({ "seq": applied(other, &[json!({ "param": 0 })]) })),
        ])
    };
    let types = json!({
        "shop::A": generic(&["T"], tree("shop::B")), "shop::B": generic(&["T"], tree("shop::A")),
    });
    refused(
        &gives(applied("shop::A", &[json!("u64")])),
        types.clone(),
        "contains itself through another",
    );
    // Nothing to decode, nothing that grows.
    has(&file(&gives(applied("shop::A", &[json!("u8")])), types), "Call<A<number>>");
}

#[test]
fn two_interfaces_in_one_file() {
    let interfaces = [interface("my-shop", &[]), interface("my_shop", &[])];
    let schema = schema(&interfaces, json!({}));
    let problems = emit(&schema, &Options::default()).unwrap_err();
    assert!(problems.iter().any(|p| p.message.contains("would both stand in `my-shop.ts`")));
}

#[test]
fn all_problems_are_reported_at_once() {
    let map = json!({ "map": ["unit", "u8"] });
    let methods = [method("a", map.clone(), json!("u8")), method("A", map, json!("u8"))];
    assert_eq!(problems(&[interface("Shop", &methods)], json!({})).len(), 3);
}

#[test]
fn names_that_would_leave_their_file_or_their_line() {
    for name in ["../shop", "a/b", "", "a b"] {
        let problems = problems(&[interface(name, &[])], json!({}));
        let refused = |problem: &Problem| problem.message.starts_with("the name of the interface");
        assert!(problems.iter().any(refused), "{problems:?}");
    }
    let mut evil = interface("Shop", &[]);
    evil["rustName"] = "A {} evil(); interface B".into();
    refused(&[evil], json!({}), "is no name for an interface");
    let types = json!({ "shop::A = 1; //": fields(&[field("x", json!("u8"))]) });
    refused(&gives(named("shop::A = 1; //")), types, "is no name for a type");
    let types = json!({ "shop::A": generic(&["T> = {}; //"], fields(&[])) });
    refused(&gives(applied("shop::A", &[json!("u8")])), types, "is no name for a type");
}

#[test]
fn strings_and_objects_that_an_earlier_variant_would_take() {
    let names = open(choice(json!("external"), &[variant("a", json!("unit"))]));
    let later = |ty: Value| variant("B", json!({ "newtype": ty }));
    let untagged = |first: Value, second: Value| json!({ "shop::T": choice(json!("untagged"), &[first, second]), "shop::E": names.clone() });
    let first = variant("A", json!({ "newtype": named("shop::E") }));
    let part = "several variants are strings";
    refused(&gives(named("shop::T")), untagged(first.clone(), later(json!("bytes"))), part);
    let form = variant("A", json!({ "newtype": { "format": { "name": "uuid" } } }));
    refused(&gives(named("shop::T")), untagged(form.clone(), later(json!("bytes"))), part);
    // Text is text, whichever variant has it.
    let text = file(&gives(named("shop::T")), untagged(form, later(json!("string"))));
    lacks(&text, "untagged");
    let object = |ty: Value| json!({ "fields": [field("x", ty)] });
    let (small, large) = (object(json!("u32")), object(json!("u64")));
    let types = untagged(variant("A", small), variant("B", large));
    refused(&gives(named("shop::T")), types, "an earlier variant takes its objects");
}

#[test]
fn an_open_enum_whose_tag_is_called_as_what_is_kept_of_an_unknown_variant() {
    let tagging = json!({ "internal": { "tag": "raw" } });
    let closed = choice(tagging, &[variant("A", json!("unit"))]);
    let types = json!({ "shop::T": open(closed.clone()) });
    refused(&gives(named("shop::T")), types, "the tag of the open enum `shop::T` cannot be `raw`");
    has(&file(&gives(named("shop::T")), json!({ "shop::T": closed })), "readonly raw: \"A\"");
}

#[test]
fn a_method_that_no_path_can_have() {
    let methods = [method("a/b", json!("u8"), json!("u8"))];
    refused(&[interface("Shop", &methods)], json!({}), "the name of the method `Shop/a/b` ");
}
