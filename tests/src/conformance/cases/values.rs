//! Which values cross unchanged?

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use traitwire::{Executed, FaultKind};

use super::{Both, Case, End, Frontends, Site, both, same};

/// Bytes that are the same in both languages: 0, 1, .., 255, 0, ..
fn pattern(length: usize) -> Both {
    let bytes: Vec<u8> = (0..=255).cycle().take(length).collect();
    both(format!("\"{}\"", STANDARD.encode(bytes)), format!("pattern({length})"))
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = numbers();
    cases.extend(texts_and_bytes());
    cases.extend(shapes());
    cases.extend(presence());
    cases.extend(open());
    cases
}

fn numbers() -> Vec<Case> {
    let mut cases = Vec::new();
    for value in
        ["0", "9007199254740991", "9007199254740992", "9007199254740993", "18446744073709551615"]
    {
        cases.push(Case::echo("unsigned", value, both(value, format!("{value}n"))));
    }
    cases.push(Case::echo("integers", "lowest", both(
        r#"{"byte":0,"short":-32768,"int":-2147483648,"long":-9223372036854775808,"unsigned":0,"wide":-170141183460469231731687303715884105728,"wide_unsigned":0,"size":0,"offset":-9007199254740991}"#,
        "{ byte: 0, short: -32768, int: -2147483648, long: -9223372036854775808n, unsigned: 0n, wide: -170141183460469231731687303715884105728n, wide_unsigned: 0n, size: 0, offset: -9007199254740991 }",
    )));
    cases.push(Case::echo("integers", "highest", both(
        r#"{"byte":255,"short":32767,"int":2147483647,"long":9223372036854775807,"unsigned":18446744073709551615,"wide":170141183460469231731687303715884105727,"wide_unsigned":340282366920938463463374607431768211455,"size":9007199254740991,"offset":9007199254740991}"#,
        "{ byte: 255, short: 32767, int: 2147483647, long: 9223372036854775807n, unsigned: 18446744073709551615n, wide: 170141183460469231731687303715884105727n, wide_unsigned: 340282366920938463463374607431768211455n, size: 9007199254740991, offset: 9007199254740991 }",
    )));
    for value in ["0.0", "-0.0", "5e-324", "1.7976931348623157e+308", "0.30000000000000004", "-1.5"]
    {
        cases.push(Case::echo("real", value, same(value)));
    }
    // Seventeen digits that are no integer, and a whole number beyond the safe ones.
    for value in ["9007199254740992.0", "1234567890123456.8"] {
        cases.push(Case::echo("real", value, same(value)));
    }
    cases.push(Case::echo("reals", "edges", same(r#"{"single":-0.0,"double":-0.0}"#)));
    cases.push(Case::echo("reals", "tiny", same(r#"{"single":1e-45,"double":5e-324}"#)));
    cases.push(Case::echo("reals", "huge", same(r#"{"single":3.4028235e+38,"double":1e+300}"#)));
    let nan = both("null", "NaN");
    let nan = Both::object([("value", nan)]);
    let refused = (FaultKind::InvalidArgument, Executed::No);
    cases.push(
        Case::fault("real", "that is none", nan, refused.0, refused.1)
            // Rust's stub refuses it too, which the suite of calls shows; JSON cannot say it.
            .by(Frontends::TypeScript),
    );
    let unsafe_size = Both::object([("value", both("0", "9007199254740992"))]);
    cases.push(
        Case::fault("size", "that JavaScript would round", unsafe_size, refused.0, refused.1)
            .by(Frontends::TypeScript),
    );
    let huge = || Both::object([]);
    cases.push(
        Case::new("huge_size", "in Rust", huge(), End::Reply(same("9007199254740993")))
            .by(Frontends::Rust),
    );
    cases.push(
        Case::fault(
            "huge_size",
            "that JavaScript would round",
            huge(),
            FaultKind::BadReply,
            Executed::Maybe,
        )
        .by(Frontends::TypeScript),
    );
    cases
}

fn texts_and_bytes() -> Vec<Case> {
    let mut cases = Vec::new();
    for (what, json, typescript) in [
        ("empty", r#""""#, r#""""#),
        ("a surrogate pair", "\"\u{1f35d}\"", r#""\ud83c\udf5d""#),
        ("a null", r#""\u0000""#, r#""\u0000""#),
        ("separators", "\"\u{2028}\u{2029}\"", r#""\u2028\u2029""#),
        ("escapes", r#""\"\\\n/""#, r#""\"\\\n/""#),
        ("digits", r#""18446744073709551615""#, r#""18446744073709551615""#),
        ("JSON", r#""{\"big\":18446744073709551615}""#, r#"'{"big":18446744073709551615}'"#),
        ("a name that objects have", r#""__proto__""#, r#""__proto__""#),
    ] {
        cases.push(Case::echo("text", what, both(json, typescript)));
    }
    let lone = Both::object([("value", both("\"\"", r#""\ud83c""#))]);
    cases.push(
        Case::fault("text", "half a pair", lone, FaultKind::InvalidArgument, Executed::No)
            .by(Frontends::TypeScript),
    );
    cases.push(Case::echo("letter", "the last", both("\"\u{10ffff}\"", r#""\u{10ffff}""#)));
    for length in [0, 1, 3, 1 << 20] {
        let what = format!("{length} bytes");
        cases.push(Case::echo("octets", &what, pattern(length)));
        let Both { json, typescript } = pattern(length);
        let blob = both(
            format!(r#"{{"data":{json},"parts":["AP8=",""],"maybe":{json}}}"#),
            format!(
                "{{ data: {typescript}, parts: [Uint8Array.of(0, 255), pattern(0)], \
                 maybe: {typescript} }}"
            ),
        );
        // Twice a MiB in base64 would be over the limit.
        if length < 1 << 20 {
            cases.push(Case::echo("blob", &what, blob));
        }
    }
    let Both { json, typescript } = pattern(1 << 20);
    let large = both(
        format!(r#"{{"data":{json},"parts":[],"maybe":null}}"#),
        format!("{{ data: {typescript}, parts: [], maybe: null }}"),
    );
    cases.push(Case::echo("blob", "a MiB", large));
    cases
}

fn shapes() -> Vec<Case> {
    let mut cases = vec![
        Case::echo(
            "odd",
            "names",
            both(
                "{\"a-b\":1,\"class\":18446744073709551615,\"__proto__\":9007199254740993,\"constructor\":3,\"to\\\"String\\\\\u{2028}\":4}",
                r#"{ "a-b": 1n, class: 18446744073709551615n, ["__proto__"]: 9007199254740993n, constructor: 3n, "to\"String\\\u2028": 4n }"#,
            ),
        ),
        Case::echo(
            "external",
            "tags",
            both(
                r#"["Unit",{"Newtype":18446744073709551615},{"Pair":[9007199254740993,"Unit"]},{"Fields":{"big":9007199254740993,"data":"AP8="}}]"#,
                r#"["Unit", { Newtype: 18446744073709551615n }, { Pair: [9007199254740993n, "Unit"] }, { Fields: { big: 9007199254740993n, data: Uint8Array.of(0, 255) } }]"#,
            ),
        ),
        Case::echo(
            "internal",
            "tags",
            both(
                r#"[{"type":"nothing"},{"type":"inner","a":18446744073709551615},{"type":"someFields","big":9007199254740993,"data":"AP8="},{"type":"someFields","big":0,"data":null}]"#,
                r#"[{ type: "nothing" }, { type: "inner", a: 18446744073709551615n }, { type: "someFields", big: 9007199254740993n, data: Uint8Array.of(0, 255) }, { type: "someFields", big: 0n, data: null }]"#,
            ),
        ),
        Case::echo(
            "adjacent",
            "tags",
            both(
                r#"[{"t":"Unit"},{"t":"Newtype","c":18446744073709551615},{"t":"Pair","c":[9007199254740993,""]},{"t":"Fields","c":{"big":9007199254740993}}]"#,
                r#"[{ t: "Unit" }, { t: "Newtype", c: 18446744073709551615n }, { t: "Pair", c: [9007199254740993n, ""] }, { t: "Fields", c: { big: 9007199254740993n } }]"#,
            ),
        ),
        Case::echo(
            "loose",
            "no tags",
            both(
                r#"[9223372036854775807,-5,0.5,"9223372036854775807",{"big":9007199254740993},[1,18446744073709551615]]"#,
                r#"[9223372036854775807n, -5n, 0.5, "9223372036854775807", { big: 9007199254740993n }, [1n, 18446744073709551615n]]"#,
            ),
        ),
        Case::echo("loose", "a whole real beside an integer", both("[5.0,5]", "[5, 5n]")),
        Case::echo(
            "page",
            "generic",
            both(
                r#"{"items":[1,18446744073709551615],"next":9007199254740993}"#,
                "{ items: [1n, 18446744073709551615n], next: 9007199254740993n }",
            ),
        ),
        Case::echo(
            "pages",
            "generic and recursive",
            both(
                r#"{"items":[{"items":[{"value":1,"children":[{"value":18446744073709551615,"children":[]}]}],"next":null}],"next":null}"#,
                "{ items: [{ items: [{ value: 1n, children: [{ value: 18446744073709551615n, children: [] }] }], next: null }], next: null }",
            ),
        ),
        Case::echo(
            "maps",
            "names that objects have",
            both(
                r#"{"by_text":{"":1,"__proto__":18446744073709551615,"constructor":9007199254740993,"toString":0},"by_number":{"0":-1,"18446744073709551615":-9223372036854775808},"by_level":{"low":1,"high":9007199254740993},"set":[1,18446744073709551615]}"#,
                r#"{ by_text: { "": 1n, ["__proto__"]: 18446744073709551615n, constructor: 9007199254740993n, toString: 0n }, by_number: { "0": -1n, "18446744073709551615": -9223372036854775808n }, by_level: { low: 1n, high: 9007199254740993n }, set: [1n, 18446744073709551615n] }"#,
            ),
        ),
        Case::echo(
            "maps",
            "empty",
            both(
                r#"{"by_text":{},"by_number":{},"by_level":{},"set":[]}"#,
                "{ by_text: {}, by_number: {}, by_level: {}, set: [] }",
            ),
        ),
        Case::echo(
            "tuples",
            "of every kind",
            both(
                r#"{"id":18446744073709551615,"pair":[9007199254740993,"a"],"mixed":[1,2,"AP8="],"three":[1,2,18446744073709551615],"nothing":null}"#,
                r#"{ id: 18446744073709551615n, pair: [9007199254740993n, "a"], mixed: [1, 2n, Uint8Array.of(0, 255)], three: [1n, 2n, 18446744073709551615n], nothing: null }"#,
            ),
        ),
        Case::echo(
            "anything",
            "integers of both kinds",
            both(
                r#"{"__proto__":{"polluted":true},"list":[1,null,{"big":18446744073709551615}],"text":"18446744073709551615"}"#,
                r#"{ ["__proto__"]: { polluted: true }, list: [1, null, { big: 18446744073709551615n }], text: "18446744073709551615" }"#,
            ),
        ),
    ];
    for value in ["null", "true", "1.5", "\"\"", "[]", "{}"] {
        cases.push(Case::echo("anything", value, same(value)));
    }
    cases
}

fn presence() -> Vec<Case> {
    let strict = |args| {
        Case::fault("strict", "an unknown member", args, FaultKind::InvalidArgument, Executed::No)
            .at("value.b")
            .by(Frontends::TypeScript)
    };
    vec![
        Case::echo(
            "sparse",
            "all there",
            both(
                r#"{"nullable":1,"left_out":18446744073709551615,"list":[2],"seven":8,"tags":["a"]}"#,
                r#"{ nullable: 1n, left_out: 18446744073709551615n, list: [2n], seven: 8n, tags: ["a"] }"#,
            ),
        ),
        Case::new(
            "sparse",
            "all left out",
            both(r#"{"value":{}}"#, "{ value: {} }"),
            End::Reply(both(
                r#"{"nullable":null,"list":[],"seven":7}"#,
                "{ nullable: null, list: [], seven: 7n }",
            )),
        ),
        Case::new(
            "sparse",
            "null and undefined",
            both(
                r#"{"value":{"nullable":null}}"#,
                "{ value: { nullable: null, left_out: undefined, list: undefined, seven: undefined, tags: undefined } }",
            ),
            End::Reply(both(
                r#"{"nullable":null,"list":[],"seven":7}"#,
                "{ nullable: null, list: [], seven: 7n }",
            )),
        ),
        Case::echo("optional", "there", both("18446744073709551615", "18446744073709551615n")),
        Case::echo("optional", "null", same("null")),
        Case::new("optional", "left out", same("{}"), End::Reply(same("null"))),
        Case::new(
            "optional",
            "undefined",
            both("{}", "{ value: undefined }"),
            End::Reply(same("null")),
        ),
        Case::echo("strict", "known members", both(r#"{"a":1}"#, "{ a: 1n }")),
        strict(both("{}", "{ value: { a: 1n, b: 2 } as never }")),
        Case::fault(
            "unsigned",
            "a text in place of an integer",
            both("{}", r#"{ value: "x" as never }"#),
            FaultKind::InvalidArgument,
            Executed::No,
        )
        .at("value")
        .by(Frontends::TypeScript),
        Case::new("nothing", "at all", same("{}"), End::Reply(both("null", "undefined"))),
        Case::new(
            "greet",
            "an argument left out",
            both(r#"{"name":"Ann"}"#, r#"{ name: "Ann" }"#),
            End::Reply(same(r#""Hi, Ann""#)),
        ),
        Case::new(
            "greet",
            "all arguments",
            both(r#"{"name":"Ann","polite":true}"#, r#"{ name: "Ann", polite: true }"#),
            End::Reply(same(r#""Good day, Ann""#)),
        ),
    ]
}

fn open() -> Vec<Case> {
    let known = both(
        r#"{"moods":["happy"],"events":[{"type":"added","id":9007199254740993},{"type":"cleared"}],"notes":[{"t":"added","c":{"id":9007199254740993}},{"t":"cleared"}],"signs":[{"added":{"id":9007199254740993}},"cleared"]}"#,
        r#"{ moods: ["happy"], events: [{ type: "added", id: 9007199254740993n }, { type: "cleared" }], notes: [{ t: "added", c: { id: 9007199254740993n } }, { t: "cleared" }], signs: [{ added: { id: 9007199254740993n } }, "cleared"] }"#,
    );
    let empty = both(
        r#"{"value":{"moods":[],"events":[],"notes":[],"signs":[]}}"#,
        "{ value: { moods: [], events: [], notes: [], signs: [] } }",
    );
    let unknown = both(
        "",
        r#"{
      moods: ["curious"],
      events: [
        { type: unrecognized, raw: { type: "renamed", big: 18446744073709551615n, name: "new" } },
        { type: unrecognized, raw: { type: "paused" } },
      ],
      notes: [
        { t: unrecognized, raw: { t: "renamed", c: { big: 18446744073709551615n, name: "new" } } },
        { t: unrecognized, raw: { t: "paused" } },
      ],
      signs: [
        { [unrecognized]: { renamed: { big: 18446744073709551615n, name: "new" } } },
        { [unrecognized]: "paused" },
      ],
    }"#,
    );
    // What a newer backend sent goes back to it as it came, and brings the same once more.
    let twice = Both::object([("value", unknown.clone())]);
    let doubled =
        both("", format!("twice<Awaited<ReturnType<Client[\"open\"]>>>({})", unknown.typescript));
    vec![
        Case::echo("open", "known variants", known),
        Case::fault(
            "open",
            "unknown variants in Rust",
            empty.clone(),
            FaultKind::BadReply,
            Executed::Maybe,
        )
        .on(Site::Newer)
        .by(Frontends::Rust),
        Case::new("open", "unknown variants", empty, End::Reply(unknown))
            .on(Site::Newer)
            .by(Frontends::TypeScript),
        Case::new("open", "unknown variants back", twice, End::Reply(doubled))
            .on(Site::Newer)
            .by(Frontends::TypeScript),
        Case::new(
            "greet",
            "a newer revision",
            both(r#"{"name":"Ann"}"#, r#"{ name: "Ann" }"#),
            End::Reply(same(r#""Hi, Ann""#)),
        )
        .on(Site::Newer),
    ]
}
