//! What becomes of variants that are not known, and of those without a tag?

use serde_json::json;

use super::*;

fn untagged(mut variant: Value) -> Value {
    variant["untagged"] = true.into();
    variant
}

fn other(content: Value) -> Value {
    untagged(variant("Other", json!({ "newtype": content })))
}

fn tagging() -> Value {
    json!({ "internal": { "tag": "k" } })
}

#[test]
fn a_name_that_is_not_known_is_any_string_but_nothing_else() {
    let text = both_ways(open(choice(json!("external"), &[variant("A", json!("unit"))])));
    has(&text, "export type T = (typeof T)[number] | (string & {});");
    // A later variant may have content.
    has(&text, "reply: text");
    lacks(&text, "args: /*");
}

#[test]
fn any_text_may_be_written_where_a_variant_takes_it() {
    let def = choice(json!("external"), &[variant("A", json!("unit")), other(json!("string"))]);
    let method = method("m", named("shop::a::T"), json!("u8"));
    let text = file(&[interface("Shop", &[method])], json!({ "shop::a::T": def }));
    has(&text, "export const T = [\"A\"] as const;");
    has(&text, "| (string & {});");
}

#[test]
fn a_catch_all_without_content_is_an_arm_and_what_it_catches_another() {
    let mut rest = variant("Other", json!("unit"));
    rest["catchAll"] = true.into();
    let text = both_ways(choice(tagging(), &[variant("A", json!("unit")), rest]));
    has(&text, "| { readonly k: \"Other\" }");
    has(&text, "| { readonly k: Unrecognized; readonly raw: Json };");
    has(&text, "openTagged(\"k\", { A: null, Other: null })");
}

#[test]
fn a_catch_all_of_any_json_is_the_open_arm_both_ways() {
    let def = || choice(tagging(), &[variant("A", json!("unit")), other(json!("json"))]);
    let one = |arg, reply| {
        let types = json!({ "shop::T": def() });
        file(&[interface("Shop", &[method("m", arg, reply)])], types)
    };
    for text in [one(named("shop::T"), json!("u8")), one(json!("u8"), named("shop::T"))] {
        has(&text, "| { readonly k: Unrecognized; readonly raw: Json }\n  | null;");
        has(&text, "openTagged(\"k\", { A: null }, true)");
    }
    let def = choice(json!("external"), &[variant("A", json!("unit")), other(json!("json"))]);
    let text = both_ways(def);
    has(&text, "| { readonly [unrecognized]: Json }\n  | null;");
    has(&text, "openVariants([\"A\"], null, true)");
}

#[test]
fn variants_without_a_tag_come_after_those_that_have_one() {
    let number = untagged(variant("Number", json!({ "newtype": "u64" })));
    let text = both_ways(choice(tagging(), &[variant("A", json!("unit")), number.clone()]));
    has(&text, "export type T = { readonly k: \"A\" } | bigint;");
    has(&text, "untagged([{ is: [\"A\"], at: \"k\" }, null], [\"u64\", int64])");
    let variants = [variant("A", json!("unit")), number, other(json!("json"))];
    let text = both_ways(choice(json!("external"), &variants));
    has(&text, "[{ is: [\"A\"] }, null]");
    has(&text, "[\"json\", /* @__PURE__ */ kept()]");
}

#[test]
fn a_generic_untagged_enum_is_told_apart_where_its_parameter_is_known() {
    let types = json!({
        "shop::L": generic(&["T"], choice(json!("untagged"), &[
            variant("One", json!({ "newtype": { "param": 0 } })),
            variant("Many", json!({ "newtype": { "seq": { "param": 0 } } })),
        ])),
        "shop::H": generic(&["T"], fields(&[
            field("id", json!("u64")), field("l", applied("shop::L", &[json!({ "param": 0 })])),
        ])),
    });
    let reply = |ty: Value| [interface("Shop", &[method("m", json!("u8"), ty)])];
    let text = file(&reply(applied("shop::L", &[json!("u64")])), types.clone());
    has(&text, "untagged([\"u64\", int64], [\"array\", /* @__PURE__ */ list(int64)])");
    // Nothing that stands for it needs decoding.
    let text = file(&reply(applied("shop::H", &[json!("string")])), types.clone());
    has(&text, "fields({ id: int64 })");
    let problems = problems(&reply(applied("shop::H", &[json!("u64")])), types);
    assert_eq!(problems.len(), 1, "{problems:?}");
    has(&problems[0].message, "it may be anything (`One`)");
}

#[test]
fn what_looks_alike_is_told_by_its_text_or_refused() {
    let text = |ty: Value| {
        let variants =
            [variant("A", json!({ "newtype": ty })), variant("B", json!({ "newtype": "bytes" }))];
        emit(
            &schema(
                &[interface("Shop", &[method("m", json!("u8"), named("shop::T"))])],
                json!({ "shop::T": choice(json!("untagged"), &variants) }),
            ),
            &Options::default(),
        )
    };
    let literal = text(json!({ "literal": "auto" })).unwrap();
    has(&literal[1].text, "[{ is: [\"auto\"] }, null], [\"bytes\", bytes]");
    let float = text(json!("float")).unwrap();
    has(&float[1].text, "[\"float\", float], [\"bytes\", bytes]");
    let form = text(json!({ "format": { "name": "uuid" } })).unwrap_err();
    has(&form[0].message, "several variants are strings");
}
