use super::*;
use crate::model::*;
use crate::tests::*;

fn everything() -> Schema {
    let mut full = field("full", option(Type::Param(0)));
    full.write = Some(Write { name: "out".into(), presence: Presence::Maybe });
    full.read = Some(Read {
        name: "in".into(),
        aliases: vec!["old".into()].into(),
        absent: Absent::Default(Value::Unknown),
    });
    full.flatten = true;
    full.since = Some("1.1.0".into());
    full.docs = "Two\nlines with \"quotes\".".into();
    full.deprecated = Some(Deprecation { since: Some("1.2.0".into()), note: Some("gone".into()) });
    full.source = Source { file: "src/lib.rs".into(), line: 7, column: 3 };
    let mut silent = field("silent", Type::Param(1));
    (silent.write, silent.read) = (None, None);

    let mut special = variant("Special", Shape::Newtype(Type::Json));
    special.write = Some("special".into());
    special.read =
        Some(ReadName { name: "special".into(), aliases: vec!["SPECIAL".into()].into() });
    special.status = Some(404);
    special.since = Some("1.1.0".into());
    special.docs = "Special.".into();
    special.deprecated = Some(Deprecation { since: None, note: None });
    let mut other = variant("Other", Shape::Unit);
    (other.write, other.catch_all) = (None, true);
    let mut hidden = variant("Hidden", Shape::Tuple(vec![Type::Char].into()));
    hidden.read = None;
    let variants = [special, other, hidden, variant("Fields", fields([("a", Type::F32)]))];

    let tag = || "t".into();
    let mut open = def("Open", &[], choice(Tagging::External, &variants));
    open.body = match open.body {
        Body::Enum(body) => Body::Enum(Enum { open: true, deny_unknown_fields: true, ..body }),
        body @ Body::Struct(_) => body,
    };
    let mut strict = def("Strict", &["T", "U"], plain(Shape::Fields(vec![full, silent].into())));
    if let Body::Struct(body) = &mut strict.body {
        body.deny_unknown_fields = true;
    }
    strict.docs = "Strict.".into();
    strict.deprecated = Some(Deprecation { since: None, note: Some("x".into()) });
    strict.source = Source { file: "src/strict.rs".into(), line: 1, column: 1 };
    let defs = [
        strict,
        open,
        def("Unit", &[], plain(Shape::Unit)),
        def("Inner", &[], transparent(Shape::Newtype(Type::F64))),
        def("Internal", &[], choice(Tagging::Internal { tag: tag() }, &variants)),
        def("Adjacent", &[], choice(Tagging::Adjacent { tag: tag(), content: "c".into() }, &[])),
        def("Untagged", &[], choice(Tagging::Untagged, &variants)),
    ];

    let ints = [
        Int::I8,
        Int::I16,
        Int::I32,
        Int::I64,
        Int::I128,
        Int::Isize,
        Int::U8,
        Int::U16,
        Int::U32,
        Int::U64,
        Int::U128,
        Int::Usize,
    ];
    let mut types: Vec<Type> = ints.map(Type::Int).to_vec();
    types.extend([Type::Bool, Type::F32, Type::F64, Type::Char, Type::String, Type::Bytes]);
    types.extend([Type::Unit, Type::Json, option(Type::Bool), seq(Type::Bool)]);
    types.push(Type::Set(Type::Bool.into()));
    types.push(Type::Array(Type::Bool.into(), u64::MAX));
    types.push(Type::Map(Type::String.into(), Type::Bool.into()));
    types.push(named("Strict", &[Type::Bool, named("Open", &[])]));
    types.extend(["Unit", "Inner", "Internal", "Adjacent", "Untagged"].map(|n| named(n, &[])));

    let mut first = method("first", &[arg("all", Type::Tuple(types.into()))], Reply::None);
    first.args.to_mut()[0].stream = true;
    first.args.to_mut()[0].rust_name = "all_".into();
    first.aliases = vec!["erst".into()].into();
    first.error = Some(named("Open", &[]));
    first.access = Access::Scope("models:write".into());
    (first.readonly, first.idempotent, first.spawn, first.detached) = (true, true, true, true);
    first.cache = Some("60s".into());
    first.since = Some("1.0.0".into());
    first.docs = "First.".into();
    first.deprecated = Some(Deprecation { since: None, note: None });
    first.source = Source { file: "ä".into(), line: 2, column: 0 };
    let mut second = method("second", &[], Reply::Value(Type::Unit));
    second.access = Access::Public;
    let third = method("third", &[], Reply::Stream(Type::Bytes));

    let mut ipc = interface("Editor", &[first, second]);
    (ipc.kind, ipc.served_by) = (InterfaceKind::Ipc, End::Frontend);
    (ipc.serial, ipc.route_required) = (true, true);
    ipc.deprecated = Some(Deprecation { since: None, note: None });
    ipc.docs = "Edits.".into();
    let mut schema = schema(defs);
    schema.interfaces = vec![interface("Catalog", &[third]), ipc];
    schema
}

#[test]
fn a_schema_with_every_variant_of_the_model_is_read_as_it_was_written() {
    let schema = everything();
    let json = schema.to_json();
    let read = Schema::from_json(&json).unwrap();
    assert_eq!(read, schema);
    assert_eq!(read.to_json(), json);
    assert!(json.ends_with("}\n"));
}

#[test]
fn a_document_leaves_out_what_says_nothing() {
    let mut schema = schema([def("Item", &[], plain(fields([("n", Type::Int(Int::U8))])))]);
    let args = [arg("of", option(named("Item", &[])))];
    schema.interfaces = vec![interface("Shop", &[method("buy", &args, Reply::Value(Type::Unit))])];
    let compact: serde_json::Value = serde_json::from_str(&schema.to_json()).unwrap();
    let expected = serde_json::json!({
        "schemaFormat": 1,
        "traitwire": env!("CARGO_PKG_VERSION"),
        "interfaces": [{
            "name": "Shop", "rustName": "Shop", "kind": "rpc", "servedBy": "backend",
            "version": "1.0.0",
            "methods": [{
                "name": "buy", "rustName": "buy",
                "args": [{
                    "name": "of", "rustName": "of",
                    "ty": {"option": {"named": {"id": "shop::model::Item"}}},
                }],
                "reply": {"value": "unit"},
                "access": "authenticated",
            }],
        }],
        "types": {
            "shop::model::Item": {"body": {"struct": {"shape": {"fields": [{
                "rustName": "n", "ty": "u8",
                "write": {"name": "n", "presence": "always"},
                "read": {"name": "n", "absent": "byType"},
            }]}}}},
        },
    });
    assert_eq!(compact, expected);
}

fn refusal(json: &str) -> String {
    Schema::from_json(json).expect_err(json).to_string()
}

#[test]
fn a_document_of_another_format_is_refused_for_that_reason_alone() {
    assert_eq!(
        refusal(r#"{"interfaces": 3, "schemaFormat": 7, "types": [{}]}"#),
        "schema format 7 is newer than this traitwire reads (1 to 1); upgrade traitwire"
    );
    assert_eq!(
        refusal(r#"{"schemaFormat": 0}"#),
        "schema format 0 is older than this traitwire reads (1 to 1); generate the document again"
    );
}

#[test]
fn a_document_that_cannot_be_read_is_refused_with_the_place() {
    let with_type = |ty: &str| {
        format!(
            "{{\"schemaFormat\":1,\"interfaces\":[],\"types\":{{\"a::B\":{{\n\
             \"body\":{{\"struct\":{{\"shape\":{{\"newtype\":{ty}}}}}}}}}}}}}"
        )
    };
    let open = "{\"seq\":".repeat(9999) + "\"u8\"";
    for (json, expected) in [
        (String::new(), "EOF while parsing a value at line 1 column 0"),
        ("[]".to_owned(), "line 1"),
        ("{}".to_owned(), "missing field `schemaFormat`"),
        (r#"{"schemaFormat":"1"}"#.to_owned(), "line 1 column 19"),
        (r#"{"schemaFormat":-1}"#.to_owned(), "line 1"),
        (r#"{"schemaFormat":1,"types":{}}"#.to_owned(), "missing field `interfaces`"),
        (
            r#"{"schemaFormat":1,"interfaces":[],"types":{"B":{}}}"#.to_owned(),
            "`B` is not the path",
        ),
        (with_type("\"u7\""), "unknown variant `u7`"),
        (with_type("\"u7\""), "at line 2 column"),
        (with_type("{\"array\":[\"u8\"]}"), "at line 2 column"),
        (with_type("{\"param\":70000}"), "at line 2 column"),
        (with_type(&(open + &"}".repeat(9999))), "recursion limit exceeded"),
    ] {
        let error = refusal(&json);
        assert!(
            error.starts_with("not a schema document: ") && error.contains(expected),
            "{error}"
        );
    }
}

#[test]
fn a_use_that_leads_nowhere_is_refused_with_the_place() {
    let variants = [variant("V", fields([("x", seq(Type::Param(2)))]))];
    let broken = def("Broken", &["T", "U"], choice(Tagging::External, &variants));
    let pair = def("Pair", &["A", "B"], plain(Shape::Tuple(vec![named("Gone", &[])].into())));
    let fine = def("Pair", &["A", "B"], plain(Shape::Unit));
    let uses = |ty: Type| {
        let mut failing = method("buy", &[arg("what", Type::Bool)], Reply::Value(Type::Unit));
        failing.error = Some(option(ty.clone()));
        [
            method("buy", &[arg("what", ty.clone())], Reply::None),
            method("buy", &[], Reply::Stream(ty)),
            failing,
        ]
        .map(|method| interface("Shop", &[method]))
    };
    for (ty, problem) in [
        (named("Gone", &[]), "the type `shop::model::Gone` is used but not defined"),
        (
            seq(named("Pair", &[Type::Bool])),
            "the type `shop::model::Pair` has 2 parameters, but is used with 1",
        ),
        (Type::Param(0), "the type parameter 0 is used where 0 exist"),
    ] {
        for (interface, place) in uses(ty).into_iter().zip(["argument `what`", "reply", "error"]) {
            let mut schema = schema([fine.clone()]);
            schema.interfaces = vec![interface];
            let error = refusal(&schema.to_json());
            assert!(error.starts_with("`Shop/buy`, ") && error.contains(place), "{error}");
            assert!(error.ends_with(problem), "{error}");
        }
    }
    assert_eq!(
        refusal(&schema([broken]).to_json()),
        "the type `shop::model::Broken`, variant `V`, field `x`: the type parameter 2 is used \
         where 2 exist"
    );
    assert_eq!(
        refusal(&schema([pair]).to_json()),
        "the type `shop::model::Pair`, field `0`: the type `shop::model::Gone` is used but not \
         defined"
    );
}

#[test]
fn no_beginning_of_a_document_panics() {
    let json = everything().to_json();
    let json = json.trim_end();
    for (end, _) in json.char_indices().step_by(7) {
        assert!(matches!(Schema::from_json(&json[..end]), Err(DocumentError::Malformed(_))));
    }
}

#[test]
fn members_that_are_not_known_are_skipped() {
    let json = r#"{"schemaFormat":1,"new":[],"traitwire":"9.0.0","interfaces":[],"types":{}}"#;
    assert_eq!(Schema::from_json(json).unwrap(), Schema::default());
}
