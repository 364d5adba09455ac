//! Does each shape of a struct mean what serde makes of it?

use serde::{Deserialize, Serialize};
use traitwire::Wire;
use traitwire::schema::{Int, Shape, Type};

use super::{def, fields_of, json, reads, struct_of};

#[derive(Serialize, Deserialize, Wire, Default)]
struct Unit;

#[derive(Serialize, Deserialize, Wire, Default)]
struct Braces {}

#[derive(Serialize, Deserialize, Wire, Default)]
struct Parens();

#[derive(Serialize, Deserialize, Wire, Default)]
struct Newtype(u32);

#[derive(Serialize, Deserialize, Wire, Default)]
struct Pair(u8, String);

#[derive(Serialize, Deserialize, Wire, Default)]
struct Skips(u8, #[serde(skip)] u16, #[serde(skip, default = "seven")] u16, String);

#[derive(Serialize, Deserialize, Wire, Default)]
struct OneLeft(u8, #[serde(skip)] u16);

#[derive(Serialize, Deserialize, Wire, Default)]
#[serde(transparent)]
struct Transparent {
    _marker: std::marker::PhantomData<u8>,
    #[serde(rename = "other", skip_serializing_if = "never")]
    inner: u32,
    #[serde(skip)]
    _seen: bool,
}

#[derive(Serialize, Deserialize, Wire, Default)]
#[serde(transparent)]
struct TransparentTuple(std::marker::PhantomData<u8>, u32);

#[derive(Serialize, Deserialize, Wire, Default)]
#[serde(deny_unknown_fields, expecting = "a strict thing", rename = "Other")]
struct Strict {
    marker: std::marker::PhantomData<u8>,
}

fn seven() -> u16 {
    7
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn never(_: &u32) -> bool {
    true
}

#[test]
fn shapes_are_what_serde_writes() {
    let shape = |shape: &Shape| shape.clone();
    assert_eq!(shape(&struct_of::<Unit>().shape), Shape::Unit);
    assert_eq!(json(&Unit), "null");
    assert!(reads::<Unit>("null"));

    assert_eq!(fields_of::<Braces>(), []);
    assert_eq!(json(&Braces {}), "{}");

    assert_eq!(struct_of::<Parens>().shape, Shape::Tuple(vec![].into()));
    assert_eq!(json(&Parens()), "[]");

    assert_eq!(struct_of::<Newtype>().shape, Shape::Newtype(Type::Int(Int::U32)));
    assert!(!struct_of::<Newtype>().transparent);
    assert_eq!(json(&Newtype(1)), "1");

    let pair = [Type::Int(Int::U8), Type::String];
    assert_eq!(struct_of::<Pair>().shape, Shape::Tuple(pair.to_vec().into()));
    assert_eq!(json(&Pair(1, "a".into())), r#"[1,"a"]"#);
}

#[test]
fn skipped_elements_are_not_there() {
    let left = [Type::Int(Int::U8), Type::String];
    assert_eq!(struct_of::<Skips>().shape, Shape::Tuple(left.to_vec().into()));
    assert_eq!(json(&Skips(1, 2, 3, "a".into())), r#"[1,"a"]"#);
    let read: Skips = serde_json::from_str(r#"[1,"a"]"#).unwrap();
    assert_eq!((read.1, read.2), (0, 7));

    assert_eq!(struct_of::<OneLeft>().shape, Shape::Tuple(vec![Type::Int(Int::U8)].into()));
    assert_eq!(json(&OneLeft(1, 2)), "[1]");
    assert!(reads::<OneLeft>("[1]"));
}

#[test]
fn a_transparent_struct_is_its_field() {
    let fields = fields_of::<Transparent>();
    assert_eq!(fields.len(), 1);
    assert_eq!(fields[0].ty, Type::Int(Int::U32));
    assert!(struct_of::<Transparent>().transparent);
    assert_eq!(json(&Transparent { inner: 5, ..Default::default() }), "5");
    assert!(reads::<Transparent>("5"));

    let tuple = struct_of::<TransparentTuple>();
    assert_eq!(tuple.shape, Shape::Newtype(Type::Int(Int::U32)));
    assert!(tuple.transparent);
    assert_eq!(json(&TransparentTuple(std::marker::PhantomData, 5)), "5");
}

#[test]
fn unknown_members_are_refused_where_the_schema_says_so() {
    assert!(struct_of::<Strict>().deny_unknown_fields);
    assert_eq!(json(&Strict::default()), r#"{"marker":null}"#);
    assert!(!reads::<Strict>(r#"{"marker":null,"more":1}"#));
    assert!(!struct_of::<Braces>().deny_unknown_fields);
    assert!(reads::<Braces>(r#"{"more":1}"#));
    assert_eq!(fields_of::<Strict>()[0].ty, Type::Unit);
}

const BEFORE_TOLD: u32 = line!();

/// What people read.
///
/// In two paragraphs.
#[derive(Serialize, Deserialize, Wire)]
#[deprecated(since = "1.1.0", note = "use `New`")]
struct Told {
    /// Of the field.
    #[deprecated]
    #[wire(since = "1.2.0")]
    field: u8,
}

#[test]
#[allow(deprecated)]
fn what_is_said_of_a_type_reaches_the_schema() {
    let line = BEFORE_TOLD + 7;
    let told = def::<Told>();
    assert_eq!(told.id.to_string(), format!("{}::Told", module_path!()));
    assert_eq!(told.docs, "What people read.\n\nIn two paragraphs.");
    let deprecated = told.deprecated.as_ref().unwrap();
    assert_eq!(deprecated.since.as_deref(), Some("1.1.0"));
    assert_eq!(deprecated.note.as_deref(), Some("use `New`"));
    assert_eq!((&*told.source.file, told.source.line), (file!(), line));
    assert_eq!(told.source.column, 8);

    let field = &fields_of::<Told>()[0];
    assert_eq!(field.docs, "Of the field.");
    assert!(field.deprecated.is_some());
    assert_eq!(field.since.as_deref(), Some("1.2.0"));
    assert_eq!((field.source.line, field.source.column), (line + 4, 5));
    assert!(reads::<Told>(r#"{"field":1}"#));
}
