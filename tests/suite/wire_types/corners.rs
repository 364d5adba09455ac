//! Where is it easy to be wrong about a type?

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use traitwire::schema::{Body, Int, Shape, Type};
use traitwire::{Bytes, Float, Wire};

use super::schema_of;

#[derive(Debug, PartialEq, Serialize, Deserialize, Wire)]
struct Reading {
    at: SystemTime,
    took: Duration,
    value: Result<Float, String>,
    shared: Arc<str>,
    log: Arc<Vec<Bytes>>,
    by_day: BTreeMap<u8, Result<u8, ()>>,
}

#[test]
fn a_field_may_be_a_result() {
    let reading = Reading {
        at: UNIX_EPOCH,
        took: Duration::new(1, 2),
        value: Ok(Float(f64::INFINITY)),
        shared: "a".into(),
        log: Arc::new(vec![]),
        by_day: [(1, Ok(2)), (2, Err(()))].into(),
    };
    let json = serde_json::to_string(&reading).unwrap();
    assert_eq!(
        json,
        r#"{"at":{"secs_since_epoch":0,"nanos_since_epoch":0},"took":{"secs":1,"nanos":2},"#
            .to_owned()
            + r#""value":{"Ok":"Infinity"},"shared":"a","log":[],"by_day":{"1":{"Ok":2},"2":{"Err":null}}}"#
    );
    assert_eq!(serde_json::from_str::<Reading>(&json).unwrap(), reading);
    let schema = schema_of(Reading::TYPE);
    let types: Vec<_> = schema.types.keys().map(ToString::to_string).collect();
    assert_eq!(
        types,
        [
            "std::result::Result",
            "std::time::Duration",
            "std::time::SystemTime",
            "wire_types::corners::Reading"
        ]
    );
    assert_eq!(schema.positional(&Reading::TYPE), Ok(()));
}

#[test]
fn a_generic_type_of_std_is_described_once() {
    let schema = schema_of(<(Result<u8, ()>, Result<String, Result<u8, u8>>)>::TYPE);
    assert_eq!(schema.types.len(), 1);
    let result = schema.types.values().next().unwrap();
    assert_eq!(*result.params, ["T", "E"]);
    let Body::Enum(body) = &result.body else { panic!("no enum") };
    assert_eq!(body.variants[1].shape, Shape::Newtype(Type::Param(1)));
}

#[test]
fn bytes_behind_a_pointer_are_bytes() {
    let octets = bytes::Bytes::from_static(b"abc");
    let shared = Arc::new(Bytes::from(octets.clone()));
    assert_eq!(shared.to_octets(), Some(octets.clone()));
    assert_eq!(Arc::<Bytes>::from_octets(octets), Some(shared));
}

#[test]
fn what_cannot_be_written_is_an_error() {
    assert!(serde_json::to_string(&(UNIX_EPOCH - Duration::from_secs(1))).is_err());
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let path = std::path::Path::new(std::ffi::OsStr::from_bytes(&[0xff]));
        assert!(serde_json::to_string(&path.to_owned()).is_err());
    }
    let poisoned = Arc::new(Mutex::new(1));
    let other = Arc::clone(&poisoned);
    let _ = std::thread::spawn(move || {
        let _guard = other.lock();
        panic!("on purpose");
    })
    .join();
    assert!(serde_json::to_string(&poisoned).is_err());
}

#[test]
fn a_duration_stays_below_the_next_second() {
    let schema = schema_of(Duration::TYPE);
    let Body::Struct(body) = &schema.types.values().next().unwrap().body else {
        panic!("no struct")
    };
    let Shape::Fields(fields) = &body.shape else { panic!("no fields") };
    assert!(body.deny_unknown_fields);
    assert_eq!(fields[1].ty, Type::AtMost(Int::U32, 999_999_999));
    // Why no more is admitted, though a reader carries over.
    let read = |json| serde_json::from_str::<Duration>(json);
    assert_eq!(read(r#"{"secs":1,"nanos":1000000000}"#).unwrap(), Duration::from_secs(2));
    assert!(read(r#"{"secs":18446744073709551615,"nanos":1000000000}"#).is_err());
    assert!(read(r#"{"secs":18446744073709551615,"nanos":999999999}"#).is_ok());
}

#[test]
fn other_names_of_a_day_are_read() {
    for (json, day) in [("\"Mon\"", "Mon"), ("\"Monday\"", "Mon")] {
        assert_eq!(serde_json::from_str::<chrono::Weekday>(json).unwrap().to_string(), day);
    }
    for ty in [chrono::Weekday::TYPE, chrono::Month::TYPE, time::Weekday::TYPE, time::Month::TYPE] {
        let schema = schema_of(ty.clone());
        let def = schema.types.values().next().unwrap();
        let Body::Enum(body) = &def.body else { panic!("no enum") };
        for variant in body.variants.iter() {
            let read = variant.read.as_ref().unwrap();
            let reads = |name: &str| {
                let json = format!("\"{name}\"");
                match (&*def.id.module, &*def.id.name) {
                    ("chrono", "Weekday") => serde_json::from_str::<chrono::Weekday>(&json).is_ok(),
                    ("chrono", _) => serde_json::from_str::<chrono::Month>(&json).is_ok(),
                    (_, "Weekday") => serde_json::from_str::<time::Weekday>(&json).is_ok(),
                    _ => serde_json::from_str::<time::Month>(&json).is_ok(),
                }
            };
            assert!(reads(&read.name) && read.aliases.iter().all(|alias| reads(alias)), "{read:?}");
        }
    }
}

#[test]
fn a_tuple_has_up_to_16_elements() {
    type Long = (u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, String);
    let json = r#"[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,"x"]"#;
    let long: Long = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&long).unwrap(), json);
    let Type::Tuple(types) = Long::TYPE else { panic!("no tuple") };
    assert_eq!((types.len(), &types[15]), (16, &Type::String));
    let bytes = postcard::to_allocvec(&long).unwrap();
    assert_eq!(postcard::from_bytes::<Long>(&bytes).unwrap().15, "x");
}
