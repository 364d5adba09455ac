//! Is there a codec where JSON cannot carry a value, and nowhere else?

use serde_json::json;

use super::*;

#[test]
fn what_json_carries_has_no_codec() {
    let text =
        both_ways(fields(&[field("a", json!("u32")), field("b", json!({ "seq": "string" }))]));
    lacks(&text, "$T");
    lacks(&text, "Codec");
}

#[test]
fn integers_are_decoded_and_reals_are_encoded() {
    let def = || {
        fields(&[field("i", json!("u64")), field("r", json!("f64")), field("s", json!("usize"))])
    };
    let one = |arg, reply| {
        file(&[interface("Shop", &[method("m", arg, reply)])], json!({ "shop::T": def() }))
    };
    has(&one(json!("u8"), named("shop::T")), "fields({ i: int64, s: size });");
    has(
        &one(named("shop::T"), json!("u8")),
        "const $T: Codec = /* @__PURE__ */ fields({ r: real, s: size });",
    );
    has(&both_ways(def()), "fields({ i: int64, r: real, s: size });");
}

#[test]
fn names_that_differ_need_two_codecs() {
    let mut renamed = field("x", json!("usize"));
    renamed["write"]["name"] = "out".into();
    let text = both_ways(fields(&[renamed]));
    has(&text, "const $T: Codec = /* @__PURE__ */ fields({ out: size });");
    has(&text, "const $TInput: Codec = /* @__PURE__ */ fields({ x: size });");
    has(&text, "args: /* @__PURE__ */ fields({ it: $TInput }),\n      reply: $T,");
}

#[test]
fn a_codec_stands_behind_those_that_it_uses() {
    let types = json!({
        "shop::A": fields(&[field("b", named("shop::B")), field("a", json!({ "option": named("shop::A") }))]),
        "shop::B": fields(&[field("x", json!("u64")), field("a", json!({ "seq": named("shop::A") }))]),
    });
    let text = file(&[interface("Shop", &[method("m", json!("u8"), named("shop::A"))])], types);
    let b = text.find("const $B").unwrap();
    assert!(b < text.find("const $A").unwrap(), "{text}");
    has(&text, "a: /* @__PURE__ */ list(/* @__PURE__ */ lazy(() => $A))");
    has(&text, "a: /* @__PURE__ */ lazy(() => $A)");
    lacks(&text, "lazy(() => $B)");
}

#[test]
fn a_generic_codec_is_a_function_only_where_its_parameters_count() {
    let types = json!({
        "shop::P": generic(&["T"], fields(&[field("x", json!({ "param": 0 }))])),
        "shop::Q": generic(&["T"], fields(&[field("i", json!("u64"))])),
    });
    let methods = [
        method("a", json!("u8"), applied("shop::P", &[json!("u64")])),
        method("b", json!("u8"), applied("shop::P", &[json!("string")])),
        method("c", json!("u8"), applied("shop::Q", &[json!("u64")])),
    ];
    let text = file(&[interface("Shop", &methods)], types);
    has(&text, "const $P = (T: Codec): Codec => fields({ x: T });");
    has(&text, "reply: /* @__PURE__ */ $P(int64)");
    assert_eq!(text.matches("$P(").count(), 1, "{text}");
    has(&text, "const $Q: Codec = /* @__PURE__ */ fields({ i: int64 });");
}

#[test]
fn every_call_at_the_top_of_a_module_can_be_dropped() {
    let sink = Schema::from_json(include_str!("kitchen-sink.json")).unwrap();
    for file in emit(&sink, &Options::default()).unwrap() {
        let in_function = |line: &str| line.contains("=> ") || line.contains("self");
        for line in file.text.lines().filter(|line| !in_function(line)) {
            for call in ["fields(", "list(", "map(", "tuple(", "tagged(", "untagged(", "lazy("] {
                for (at, _) in line.match_indices(call).filter(|(at, _)| {
                    line[..*at].ends_with(' ') && !line.trim_start().starts_with('*')
                }) {
                    assert!(
                        line[..at].ends_with("/* @__PURE__ */ ") || line.contains("(args"),
                        "{}: {line}",
                        file.path
                    );
                }
            }
        }
    }
}

#[test]
fn names_of_the_wire_never_set_a_prototype() {
    let text = both_ways(fields(&[field("__proto__", json!("u64"))]));
    has(&text, "fields({ [\"__proto__\"]: int64 })");
    has(&text, "  readonly __proto__: bigint;");
}

#[test]
fn lone_bytes_travel_as_they_are() {
    let types = json!({ "shop::Picture": newtype(json!("bytes")) });
    let methods = [
        method("a", named("shop::Picture"), json!("bytes")),
        method("b", json!("bytes"), named("shop::Picture")),
        method("c", json!({ "option": "bytes" }), json!({ "option": "bytes" })),
    ];
    let text = file(&[interface("Shop", &methods)], types);
    assert_eq!(text.matches("octetsArg: \"it\"").count(), 2, "{text}");
    // A backend sends the bytes of a newtype, or of an option, as JSON.
    assert_eq!(text.matches("octetsReply: true").count(), 1, "{text}");
    assert_eq!(text.matches("reply: bytes").count(), 3, "{text}");
}

#[test]
fn variants_without_a_tag_are_told_by_their_looks() {
    let types = json!({
        "shop::T": choice(json!("untagged"), &[
            variant("A", json!("unit")), variant("B", json!({ "newtype": "u64" })),
            variant("C", json!({ "newtype": "f64" })), variant("D", json!({ "newtype": named("shop::D") })),
            variant("E", json!({ "newtype": "json" })),
        ]),
        "shop::D": fields(&[field("x", json!("u64")), field("y", json!({ "option": "u8" }))]),
    });
    let text = file(&[interface("Shop", &[method("m", json!("u8"), named("shop::T"))])], types);
    for part in [
        "[\"null\", null]",
        "[\"u64\", int64]",
        "[\"f64\", null]",
        "[[\"x\", \"y\"], $D]",
        "[\"i128\", json]",
        "[[], json]",
    ] {
        has(&text, part);
    }
}

#[test]
fn bytes_and_unknown_variants_have_codecs_in_arguments_too() {
    let bytes = method("m", json!({ "seq": "bytes" }), json!("u8"));
    let text = file(&[interface("Shop", &[bytes])], json!({}));
    has(&text, "args: /* @__PURE__ */ fields({ it: /* @__PURE__ */ list(bytes) })");
    let variants = [variant("A", json!({ "newtype": "u8" }))];
    let text = both_ways(open(choice(json!("external"), &variants)));
    has(&text, "args: /* @__PURE__ */ fields({ it: $T })");
    has(&text, "openVariants([\"A\"], null)");
}

#[test]
fn a_void_reply_is_undefined() {
    let text = file(&[interface("Shop", &[method("m", json!("u8"), json!("unit"))])], json!({}));
    has(&text, "Call<void>");
    has(&text, "reply: unit");
    let mut ticks = method("ticks", json!("u8"), json!("unit"));
    ticks["reply"] = json!({ "stream": "unit" });
    let text = file(&[interface("Shop", &[ticks])], json!({}));
    has(&text, "Stream<void>");
    has(&text, "reply: unit");
}

#[test]
fn a_descriptor_says_what_a_method_is() {
    let mut watch = method("watch_it", json!("u8"), json!("u64"));
    watch["reply"] = json!({ "stream": "u64" });
    watch["readonly"] = true.into();
    watch["since"] = "1.1.0".into();
    let mut keep = method("keep", json!("u8"), json!("u64"));
    keep["idempotent"] = true.into();
    let text = file(&[interface("Shop", &[watch, keep])], json!({}));
    has(&text, "series: \"v1\"");
    has(&text, "watchIt: {\n      name: \"watch_it\",\n      fingerprint: \"");
    has(&text, "since: \"1.1.0\",\n      stream,\n      readonly: true,\n      reply: int64,");
    has(&text, "idempotent: true,\n      reply: int64,");
}

#[test]
fn a_file_imports_nothing_for_the_codec_of_another() {
    let types = json!({
        "shop::S": fields(&[field("v", json!({ "seq": "u64" }))]),
        "shop::T": choice(json!("untagged"), &[
            variant("A", json!({ "newtype": named("shop::S") })),
            variant("B", json!({ "newtype": "string" })),
        ]),
    });
    let interfaces = [
        interface("Shop", &[method("m", json!("u8"), named("shop::T"))]),
        interface("Other", &[method("m", json!("u8"), named("shop::S"))]),
    ];
    let files = emit(&schema(&interfaces, types), &Options::default()).unwrap();
    let shop = files.iter().find(|file| file.path == "shop.ts").unwrap();
    has(&shop.text, "/* @__PURE__ */ untagged([[\"v\"], $S], [\"string\", null]);");
    lacks(&shop.text, "int64");
    lacks(&shop.text, "list");
}

#[test]
fn an_untagged_enum_inside_another_is_decoded_with_its_arguments() {
    let types = json!({
        "shop::I": generic(&["T"], choice(json!("untagged"), &[
            variant("S", json!({ "fields": [field("v", json!({ "param": 0 }))] })),
            variant("P", json!({ "tuple": [{ "param": 0 }, "u8"] })),
        ])),
        "shop::T": choice(json!("untagged"), &[
            variant("A", json!({ "newtype": applied("shop::I", &[json!("u64")]) })),
            variant("B", json!({ "newtype": "string" })),
        ]),
    });
    let text = file(&[interface("Shop", &[method("m", json!("u8"), named("shop::T"))])], types);
    let part = text.find("const $T").map(|at| &text[at..]).unwrap_or_default();
    has(part, "[[\"v\"], /* @__PURE__ */ fields({ v: int64 })]");
    has(part, "[\"array\", /* @__PURE__ */ tuple(int64, null)]");
}
