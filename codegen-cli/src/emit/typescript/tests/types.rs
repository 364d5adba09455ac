//! Is each type what its values are?

use serde_json::json;

use super::*;

#[test]
fn what_differs_deep_inside_differs_outside() {
    let methods = [method("m", named("shop::A"), named("shop::A"))];
    let types = json!({
        "shop::A": fields(&[field("b", json!({ "seq": named("shop::B") }))]),
        "shop::B": fields(&[
            field("a", json!({ "option": named("shop::A") })), field("c", named("shop::C"))
        ]),
        "shop::C": fields(&[field("x", json!("u8"))]),
    });
    let text = file(&[interface("Shop", &methods)], types);
    has(&text, "export interface AInput {\n  readonly b: readonly BInput[];");
    has(&text, "readonly a?: AInput | null | undefined;\n  readonly c: C;");
    lacks(&text, "CInput");
}

#[test]
fn a_type_that_goes_one_way_has_the_shape_of_that_way() {
    let def = fields(&[field("x", json!({ "option": "u8" }))]);
    let types = || json!({ "shop::T": def.clone() });
    let written =
        file(&[interface("Shop", &[method("m", named("shop::T"), json!("unit"))])], types());
    has(&written, "export interface T {\n  readonly x?: number | null | undefined;");
    has(&written, "Call<void>");
    let read = file(&[interface("Shop", &[method("m", json!("u8"), named("shop::T"))])], types());
    has(&read, "export interface T {\n  readonly x: number | null;");
}

#[test]
fn presence_is_said_for_each_way() {
    let mut maybe = field("x", json!("u8"));
    maybe["write"]["presence"] = "maybe".into();
    let text = both_ways(fields(&[maybe.clone()]));
    has(&text, "export interface T {\n  readonly x?: number;");
    has(&text, "export interface TInput {\n  readonly x: number;");
    // Optional both ways: one type, in which `undefined` may be written.
    maybe["read"]["absent"] = json!({"default": "unknown"});
    let text = both_ways(fields(&[maybe]));
    has(&text, "readonly x?: number | undefined;");
    lacks(&text, "TInput");
}

#[test]
fn a_transparent_option_may_be_left_out() {
    let inner = json!({ "body": { "struct": {
        "shape": { "newtype": { "option": "u8" } }, "transparent": true
    } } });
    let methods = [method("m", named("shop::Maybe"), json!("u8"))];
    let text = file(&[interface("Shop", &methods)], json!({ "shop::Maybe": inner }));
    has(
        &text,
        "m(args?: { readonly it?: Maybe | undefined }, options?: CallOptions): Call<number>;",
    );
}

#[test]
fn an_open_enum_has_its_arm_only_where_it_is_read() {
    let unit = || open(choice(json!("external"), &[variant("A", json!("unit"))]));
    let methods = |arg, reply| [method("m", arg, reply)];
    let one = |arg, reply, def| {
        file(&[interface("Shop", &methods(arg, reply))], json!({ "shop::T": def }))
    };
    let read = one(json!("u8"), named("shop::T"), unit());
    has(&read, "export type T = (typeof T)[number] | (string & {});");
    let written = one(named("shop::T"), json!("u8"), unit());
    has(&written, "export type T = (typeof T)[number];");
    let payload = || open(choice(json!("external"), &[variant("A", json!({ "newtype": "u8" }))]));
    has(&one(json!("u8"), named("shop::T"), payload()), "{ readonly [unrecognized]: Json }");
    lacks(&one(named("shop::T"), json!("u8"), payload()), "unrecognized");
    let tagged =
        || open(choice(json!({ "internal": { "tag": "k" } }), &[variant("A", json!("unit"))]));
    has(
        &one(json!("u8"), named("shop::T"), tagged()),
        "{ readonly k: Unrecognized; readonly raw: Json }",
    );
}

#[test]
fn unused_parameters_are_marked() {
    let def = generic(&["T", "U"], fields(&[field("x", json!({ "param": 1 }))]));
    let methods = [method("m", json!("u8"), applied("shop::P", &[json!("u8"), json!("bool")]))];
    let text = file(&[interface("Shop", &methods)], json!({ "shop::P": def }));
    has(&text, "export interface P<_T, U> {");
    has(&text, "Call<P<number, boolean>>");
}

#[test]
fn flattened_structs_are_intersections() {
    let mut flat = field("rest", named("shop::Rest"));
    flat["flatten"] = true.into();
    let types = json!({
        "shop::T": fields(&[field("a", json!("u8")), flat]),
        "shop::Rest": fields(&[field("b", json!("u64"))]),
    });
    let text = file(&[interface("Shop", &[method("m", json!("u8"), named("shop::T"))])], types);
    has(&text, "export type T = { readonly a: number } & Rest;");
    has(&text, "const $T: Codec = /* @__PURE__ */ fields({ b: int64 });");
}

#[test]
fn a_map_beside_a_tag_speaks_of_the_tag() {
    let map = variant("A", json!({ "newtype": { "map": ["string", "u8"] } }));
    let text = both_ways(choice(json!({ "internal": { "tag": "k" } }), &[map]));
    has(&text, "export type T = { readonly k: \"A\"; readonly [key: string]: number | \"A\" };");
}

#[test]
fn types_of_two_interfaces_stand_in_one_file() {
    let methods = [method("m", json!("u8"), named("shop::T"))];
    let interfaces = [interface("A", &methods), interface("B", &methods)];
    let types = json!({ "shop::T": fields(&[field("x", json!("u64"))]) });
    let files = emit(&schema(&interfaces, types), &Options::default()).unwrap();
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["a.ts", "b.ts", "index.ts", "types.ts"]);
    for file in &files[..2] {
        has(&file.text, "import { $T, type T } from \"./types.js\";");
        lacks(&file.text, "export interface T");
    }
    has(&files[2].text, "export * from \"./a.js\";");
    has(&files[3].text, "export const $T: Codec");
}

#[test]
fn two_series_of_an_interface_stand_side_by_side() {
    let mut second = interface("Shop", &[]);
    second["version"] = "2.0.0".into();
    let files = emit(&schema(&[interface("Shop", &[]), second], json!({})), &Options::default());
    let files = files.unwrap();
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["index.ts", "shop-v1.ts", "shop-v2.ts"]);
    has(&files[0].text, "export * as shopV1 from \"./shop-v1.js\";");
}

#[test]
fn arguments_of_a_type_have_no_comma_at_their_end() {
    let page = generic(&["A", "B"], fields(&[field("a", json!({ "param": 0 }))]));
    let long = format!("shop::{}", "Long".repeat(15));
    let reply = applied("shop::Page", &[named(&long), named(&long)]);
    let types = json!({ "shop::Page": page, &long: fields(&[field("a", json!("u8"))]) });
    let text = file(&[interface("Shop", &[method("m", json!("u8"), reply)])], types);
    let name = "Long".repeat(15);
    has(&text, &format!("Page<\n      {name},\n      {name}\n    >\n  >;"));
}

#[test]
fn what_is_written_and_what_is_read_may_be_of_two_types() {
    let split = |write: &str, read: &str| json!({ "split": { "write": write, "read": read } });
    let text = both_ways(fields(&[field("x", split("u64", "string"))]));
    has(&text, "export interface T {\n  readonly x: bigint;");
    has(&text, "export interface TInput {\n  readonly x: string;");
    has(&text, "reply: $T");
    lacks(&text, "args: /*");
    // Nobody sees a difference here.
    let text = both_ways(fields(&[field("x", split("u8", "u16"))]));
    lacks(&text, "TInput");
    // Both are a `number`, of which one needs care.
    let text = both_ways(fields(&[field("x", split("u8", "usize"))]));
    lacks(&text, "interface TInput");
    has(&text, "fields({ it: $T");
    lacks(&text, "reply: $T");
}

#[test]
fn a_conversion_of_one_way_defines_what_goes_that_way() {
    let types = json!({
        "shop::T": fields(&[field("x", json!("u64"))]),
        "shop::H": fields(&[field("t", json!({ "split": { "write": named("shop::T"), "read": "string" } }))]),
    });
    let methods = [method("m", named("shop::H"), named("shop::H"))];
    let text = file(&[interface("Shop", &methods)], types);
    has(&text, "export interface H {\n  readonly t: T;");
    has(&text, "export interface HInput {\n  readonly t: string;");
    lacks(&text, "TInput");
}

#[test]
fn docs_say_the_form_and_the_default() {
    let mut id = field("id", json!({ "option": { "format": { "name": "uuid" } } }));
    id["read"]["absent"] = json!({ "default": { "json": "null" } });
    let text = both_ways(fields(&[id]));
    has(&text, "export interface T {\n  /** @format uuid */\n  readonly id: string | null;");
    has(
        &text,
        "  /**\n   * @format uuid\n   * @default null\n   */\n  readonly id?: string | null | undefined;",
    );
    has(
        &both_ways(newtype(json!({ "format": { "name": "uri" } }))),
        "/** @format uri */\nexport type T = string;",
    );
}

#[test]
fn integers_with_a_bound_are_integers() {
    let text = both_ways(fields(&[
        field("a", json!({ "nonZero": "u64" })),
        field("b", json!({ "atMost": ["i128", 5] })),
        field("c", json!({ "nonZero": "u8" })),
        field("d", json!({ "atMost": ["usize", 5] })),
        field("e", json!("float")),
        field("f", json!({ "literal": "x" })),
    ]));
    has(&text, "readonly a: bigint;\n  readonly b: bigint;\n  readonly c: number;");
    has(&text, "readonly e: number;\n  readonly f: \"x\";");
    has(&text, "fields({ a: int64, b: int64, d: size, e: float })");
}

#[test]
fn what_an_empty_array_would_hold_is_not_imported() {
    let methods = [method("m", json!("unit"), named("shop::A"))];
    let types = json!({
        "shop::A": fields(&[field("none", json!({ "array": [named("shop::B"), 0] }))]),
        "shop::B": fields(&[field("x", json!("u8"))]),
    });
    let text = file(&[interface("Shop", &methods)], types);
    has(&text, "readonly none: readonly [];");
}
