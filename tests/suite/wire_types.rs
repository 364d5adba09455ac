//! What std's types and those of other crates say of themselves, and that serde does what they say.

#![deny(warnings, missing_docs, unused_qualifications, clippy::pedantic)]
#![forbid(unsafe_code)]

use std::borrow::Cow;

use serde_json::Value;
use traitwire::schema::walk::Schema;
use traitwire::schema::{
    Access, Arg, End, Interface, InterfaceKind, List, Method, Reply, Source, Text, Type,
};

#[path = "wire_types/admits.rs"]
mod admits;
#[path = "wire_types/cases.rs"]
#[allow(dead_code, reason = "what postcard does is for another suite")]
mod cases;
#[path = "wire_types/corners.rs"]
mod corners;
#[path = "wire_types/patterns.rs"]
mod patterns;

use self::admits::admits;

/// The schema of an interface that takes this type.
fn schema_of(ty: Type) -> Schema {
    let method = Method {
        name: "m".into(),
        aliases: List::default(),
        rust_name: "m".into(),
        args: Cow::Owned(vec![Arg { name: "a".into(), rust_name: "a".into(), ty, stream: false }]),
        reply: Reply::None,
        error: None,
        access: Access::Public,
        readonly: false,
        idempotent: false,
        cache: None,
        since: None,
        spawn: false,
        detached: false,
        docs: Text::default(),
        deprecated: None,
        source: Source::default(),
    };
    let interface = Interface {
        name: "I".into(),
        rust_name: "I".into(),
        kind: InterfaceKind::Rpc,
        served_by: End::Backend,
        version: "1.0.0".into(),
        route_required: false,
        serial: false,
        methods: Cow::Owned(vec![method]),
        docs: Text::default(),
        deprecated: None,
        source: Source::default(),
    };
    Schema::collect([&interface]).unwrap()
}

#[test]
fn what_serde_writes_is_what_the_schema_says() {
    for case in cases::all() {
        let schema = schema_of(case.ty.clone());
        for json in &case.json {
            let value: Value = serde_json::from_str(json).unwrap();
            assert!(admits(&schema, &case.ty, &value), "{}: {json} is no {:?}", case.name, case.ty);
        }
    }
}

#[test]
fn what_serde_writes_it_reads() {
    for case in cases::all() {
        assert_eq!(case.json_lost, None, "{}", case.name);
    }
}

#[test]
fn what_the_schema_excludes_serde_refuses() {
    // A value of every kind, so that each type refuses some.
    let samples = [
        "null",
        "true",
        "0",
        "-1",
        "1e300",
        "1.5",
        "256",
        "65536",
        "4294967296",
        "\"\"",
        "\"x\"",
        "\"2024-01-01\"",
        "[]",
        "[0]",
        "[1,2,3]",
        "[null]",
        "{}",
        r#"{"a":1}"#,
        r#"{"Ok":1}"#,
        r#"{"start":1}"#,
        r#"{"start":1,"end":2,"x":3}"#,
        r#"{"secs":1,"nanos":2,"x":1}"#,
        r#"{"secs_since_epoch":9223372036854775808,"nanos_since_epoch":0}"#,
        r#"{"secs":1}"#,
    ];
    // Readers that take more than is written, as their files say.
    let lenient = |case: &str, json: &str| {
        let text = json.starts_with('"');
        let array = json.starts_with('[');
        match case {
            // Bytes may be text, and text a number.
            "CString" | "Box<CStr>" | "bytes::Bytes" | "bytes::BytesMut" => text,
            "rust_decimal::Decimal" | "Saturating<i16>" => !text,
            // Structs of serde are read from arrays too.
            "Duration" | "SystemTime" => array,
            _ if case.starts_with("Range") => array,
            // A date is read as its midnight, `x` as any version, and more of that kind.
            _ if case.starts_with("jiff::") || case.starts_with("semver::") => text,
            // time reads what it writes in binary encodings as well.
            _ if case.starts_with("time::") => !text,
            // A reader of options takes any number for a real.
            "f32" => json == "1e300",
            _ => false,
        }
    };
    for case in cases::all() {
        let schema = schema_of(case.ty.clone());
        let mut refused = 0;
        for json in samples {
            let value: Value = serde_json::from_str(json).unwrap();
            if admits(&schema, &case.ty, &value) || lenient(case.name, json) {
                continue;
            }
            refused += 1;
            assert!((case.reads)(json).is_err(), "{} reads {json}: {:?}", case.name, case.ty);
        }
        assert!(refused > 0 || case.ty == Type::Json, "{} excludes nothing", case.name);
    }
}
