//! How do members of one value stand among those of another?

use serde_json::json;

use super::*;

/// The file of a method that gives `shop::T`, which has `a` and what is flattened.
fn beside(inside: Value, mut types: Value) -> String {
    types["shop::T"] = fields(&[field("a", json!("u8")), flat("rest", inside)]);
    file(&[interface("Shop", &[method("m", json!("u8"), named("shop::T"))])], types)
}

fn plain() -> Value {
    fields(&[field("b", json!("u64"))])
}

#[test]
fn an_option_has_all_members_or_none() {
    let types = json!({ "shop::P": plain() });
    let text = beside(json!({ "option": named("shop::P") }), types);
    has(&text, "export type T = Flattened<{ readonly a: number }, P | null>;");
    has(&text, "const $T: Codec = /* @__PURE__ */ fields({ b: int64 });");
}

#[test]
fn a_map_has_the_types_of_the_members_beside_it() {
    let text = beside(json!({ "map": ["string", "u64"] }), json!({}));
    has(
        &text,
        "export interface T {\n  readonly a: number;\n  readonly [key: string]: bigint | number;",
    );
    has(&text, "flat([\"a\"], null, /* @__PURE__ */ map(int64));");
    let text = beside(json!("json"), json!({}));
    has(&text, "readonly [key: string]: Json | number;");
    has(&text, "flat([\"a\"], null, json);");
    // Numbers cannot be the names of the others.
    let text = beside(json!({ "map": ["u64", "u8"] }), json!({}));
    has(&text, "export type T = { readonly a: number } & { readonly [key: `${bigint}`]: number };");
    lacks(&text, "flat(");
}

#[test]
fn what_holds_a_flattened_map_is_written_out_where_it_is_flattened() {
    let inner =
        fields(&[field("b", json!("bytes")), flat("more", json!({ "map": ["string", "u64"] }))]);
    let text = beside(named("shop::I"), json!({ "shop::I": inner }));
    has(
        &text,
        "export interface T {\n  readonly a: number;\n  readonly b: Uint8Array;\n  \
         readonly [key: string]: bigint | number | Uint8Array;",
    );
    has(
        &text,
        "[\"a\", \"b\"],\n  /* @__PURE__ */ fields({ b: bytes }),\n  /* @__PURE__ */ map(int64),",
    );
}

#[test]
fn variants_stand_among_members() {
    let variants = [variant("U", json!("unit")), variant("N", json!({ "newtype": "u64" }))];
    let external = choice(json!("external"), &variants);
    let text = beside(named("shop::E"), json!({ "shop::E": external }));
    has(&text, "export type T = Flattened<{ readonly a: number }, E>;");
    has(&text, "const $T: Codec = /* @__PURE__ */ flat([\"a\"], null, $E);");
    let tagging = json!({ "adjacent": { "tag": "t", "content": "c" } });
    let text = beside(named("shop::E"), json!({ "shop::E": choice(tagging, &variants) }));
    has(&text, "export type T = { readonly a: number } & E;");
    let names = choice(json!("external"), &variants[..1]);
    let text = beside(named("shop::E"), json!({ "shop::E": names.clone() }));
    has(&text, "Flattened<{ readonly a: number }, E>");
    lacks(&text, "$T");
    let text = beside(named("shop::E"), json!({ "shop::E": open(names) }));
    has(&text, "flat([\"a\"], null, /* @__PURE__ */ openVariants([\"U\"], null))");
}

#[test]
fn the_tag_and_what_others_have_are_kept_from_a_map() {
    let tagging = json!({ "internal": { "tag": "k" } });
    let map = json!({ "map": ["string", "u64"] });
    let kind = choice(
        tagging.clone(),
        &[
            variant(
                "A",
                json!({ "fields": [field("x", json!("u64")), flat("rest", map.clone())] }),
            ),
            variant("B", json!({ "newtype": map.clone() })),
        ],
    );
    let text = both_ways(kind);
    has(
        &text,
        "[\"k\", \"x\"],\n    /* @__PURE__ */ fields({ x: int64 }),\n    /* @__PURE__ */ map(int64),",
    );
    has(&text, "B: /* @__PURE__ */ flat([\"k\"], null, /* @__PURE__ */ map(int64)),");
    let closed = choice(tagging, &[variant("A", json!({ "fields": [field("x", json!("u64"))] }))]);
    let both = fields(&[flat("kind", named("shop::E")), flat("more", json!("json"))]);
    let types = json!({ "shop::T": both, "shop::E": closed });
    let text = file(&[interface("Shop", &[method("m", json!("u8"), named("shop::T"))])], types);
    has(&text, "flat([\"k\", \"x\"], $E, json)");
    has(&text, "export type T = Flattened<E, { readonly [key: string]: Json }>;");
}

#[test]
fn what_stands_for_a_parameter_is_settled_where_it_is_used() {
    let page =
        generic(&["T"], fields(&[field("n", json!("u8")), flat("of", json!({ "param": 0 }))]));
    let types = json!({ "shop::Page": page, "shop::P": plain() });
    let reply = applied("shop::Page", &[named("shop::P")]);
    let text = file(&[interface("Shop", &[method("m", json!("u8"), reply)])], types);
    has(&text, "export type Page<T> = Flattened<{ readonly n: number }, T>;");
    has(&text, "const $Page = (T: Codec): Codec => flat([\"n\"], null, T);");
    has(&text, "Call<Page<P>>");
}

#[test]
fn nothing_adds_nothing() {
    let text = beside(json!("unit"), json!({}));
    has(&text, "export interface T {\n  readonly a: number;\n}");
    let text = beside(named("shop::E"), json!({ "shop::E": fields(&[]) }));
    has(&text, "export interface T {\n  readonly a: number;\n}");
}
