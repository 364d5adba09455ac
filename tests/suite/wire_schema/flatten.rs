//! Do flattened fields and tagged structs look as serde writes and reads them?

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use traitwire::Wire;
use traitwire::schema::{Absent, Presence, Shape, Type};

use super::{fields, fields_of, json, members, reads, variant, written};

#[derive(Serialize, Deserialize, Wire, Default, Debug, PartialEq)]
struct Paging {
    limit: u32,
    offset: u32,
}

#[derive(Serialize, Deserialize, Wire, Default, Debug, PartialEq)]
struct Query {
    text: String,
    // Two that would clash had they names on the wire.
    #[serde(flatten, rename = "text")]
    paging: Paging,
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    area: Option<Area>,
    #[serde(flatten)]
    more: BTreeMap<String, u8>,
}

#[derive(Serialize, Deserialize, Wire, Debug, PartialEq)]
struct Area {
    width: u8,
}

#[test]
fn members_of_a_flattened_field_stand_among_the_others() {
    let fields = fields_of::<Query>();
    let flat: Vec<bool> = fields.iter().map(|field| field.flatten).collect();
    assert_eq!(flat, [false, true, true, true]);
    assert_eq!(fields[1].ty, Paging::TYPE);
    assert_eq!(fields[2].ty, <Option<Area> as Wire>::TYPE);
    assert_eq!(fields[2].write.as_ref().unwrap().presence, Presence::Maybe);
    assert_eq!(fields[3].ty, <BTreeMap<String, u8> as Wire>::TYPE);

    let mut query = Query { area: Some(Area { width: 1 }), ..Query::default() };
    assert_eq!(members(&json(&query)), ["text", "limit", "offset", "width"]);
    assert_eq!(serde_json::from_str::<Query>(&json(&query)).unwrap().area, query.area);
    query.area = None;
    query.more.insert("x".into(), 1);
    assert_eq!(members(&json(&query)), ["text", "limit", "offset", "x"]);
    assert_eq!(serde_json::from_str::<Query>(&json(&query)).unwrap(), query);
    assert!(!reads::<Query>(r#"{"text":"","limit":1}"#));
}

#[derive(Serialize, Deserialize, Wire)]
struct Lenient {
    #[serde(flatten, default)]
    paging: Paging,
}

#[test]
fn serde_takes_no_default_for_a_flattened_field() {
    let read = fields_of::<Lenient>()[0].read.as_ref().unwrap();
    assert_eq!(read.absent, Absent::ByType);
    assert!(!reads::<Lenient>("{}"));
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(tag = "is", rename_all_fields = "camelCase")]
enum Shaped {
    Circle {
        radius: u8,
        #[serde(flatten)]
        paging: Paging,
    },
}

#[derive(Serialize, Deserialize, Wire)]
enum Outside {
    Circle {
        #[serde(flatten)]
        paging: Paging,
        #[serde(skip)]
        _seen: bool,
    },
}

#[test]
fn a_variant_may_flatten_too() {
    let circle = &variant::<Shaped>("Circle").shape;
    assert!(fields(circle)[1].flatten && !fields(circle)[0].flatten);
    let text = r#"{"is":"Circle","radius":1,"limit":0,"offset":0}"#;
    assert_eq!(json(&Shaped::Circle { radius: 1, paging: Paging::default() }), text);
    assert!(reads::<Shaped>(text));

    assert!(fields(&variant::<Outside>("Circle").shape)[0].flatten);
    let text = r#"{"Circle":{"limit":0,"offset":0}}"#;
    assert_eq!(json(&Outside::Circle { paging: Paging::default(), _seen: true }), text);
    assert!(reads::<Outside>(text));
}

#[derive(Serialize, Deserialize, Wire, Default)]
#[serde(tag = "type", rename_all = "UPPERCASE")]
struct Tagged {
    a: u8,
    #[serde(skip_serializing, rename = "type")]
    of: String,
}

#[derive(Serialize, Deserialize, Wire, Default)]
#[serde(tag = "type", rename(serialize = "out"))]
#[serde(rename(deserialize = "in"))]
struct Renamed {
    #[serde(flatten)]
    paging: Paging,
}

#[derive(Serialize, Deserialize, Wire, Default)]
#[serde(tag = "type", transparent)]
struct Transparent {
    inner: u8,
}

#[test]
fn a_struct_writes_its_name_and_reads_none() {
    let fields = fields_of::<Tagged>();
    assert_eq!(written(fields), ["type", "A"]);
    assert_eq!(fields[0].ty, Type::Literal("Tagged".into()));
    assert!(fields[0].read.is_none());
    assert_eq!(json(&Tagged::default()), r#"{"type":"Tagged","A":0}"#);
    // The member is there for a field to read, and is not missed.
    let read: Tagged = serde_json::from_str(r#"{"type":"other","A":1}"#).unwrap();
    assert_eq!((read.a, &*read.of), (1, "other"));

    let renamed = fields_of::<Renamed>();
    assert_eq!(renamed[0].ty, Type::Literal("out".into()));
    assert_eq!(json(&Renamed::default()), r#"{"type":"out","limit":0,"offset":0}"#);
    assert!(reads::<Renamed>(r#"{"limit":0,"offset":0}"#));
    assert!(reads::<Renamed>(r#"{"type":5,"limit":0,"offset":0}"#));

    assert_eq!(fields_of::<Transparent>().len(), 1);
    assert_eq!(json(&Transparent { inner: 1 }), "1");
}

/// Why `deny_unknown_fields` beside a `tag` is refused.
#[derive(Serialize, Deserialize, Default)]
#[serde(tag = "type", deny_unknown_fields)]
struct Denying {
    a: u8,
}

#[test]
fn a_struct_that_denies_would_refuse_its_own_tag() {
    assert!(!reads::<Denying>(&json(&Denying::default())));
}

#[derive(Serialize, Deserialize, Wire)]
struct Generic<T> {
    #[serde(flatten)]
    inner: T,
    own: u8,
}

#[test]
fn a_parameter_may_be_flattened() {
    let fields = fields_of::<Generic<Paging>>();
    assert_eq!((fields[0].flatten, &fields[0].ty), (true, &Type::Param(0)));
    let value = Generic { inner: Paging::default(), own: 1 };
    assert_eq!(members(&json(&value)), ["limit", "offset", "own"]);
    assert!(matches!(super::struct_of::<Generic<Paging>>().shape, Shape::Fields(_)));
}
