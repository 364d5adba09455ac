//! Does a type that converts cross as what it converts to and from?

use serde::{Deserialize, Serialize};
use traitwire::schema::{Int, Shape, Type};
use traitwire::{__private::Declare, Wire};

use super::{def, fields_of, json, reads, schema_of, struct_of};

#[derive(Serialize, Deserialize, Wire, Clone, Debug, PartialEq)]
#[serde(try_from = "String", into = "String")]
struct Name {
    // Crosses in no way.
    inner: std::cell::Cell<u8>,
    #[serde(rename = "inner", flatten)]
    rest: Opaque,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Opaque(String);

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(name: String) -> Result<Name, String> {
        if name.is_empty() {
            return Err("a name is not empty".into());
        }
        Ok(Name { inner: std::cell::Cell::default(), rest: Opaque(name) })
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.rest.0
    }
}

#[test]
fn a_conversion_both_ways_is_a_newtype() {
    let body = struct_of::<Name>();
    assert_eq!(body.shape, Shape::Newtype(Type::String));
    assert!(body.transparent);
    let name: Name = serde_json::from_str(r#""Ann""#).unwrap();
    assert_eq!(json(&name), r#""Ann""#);
    assert!(!reads::<Name>(r#""""#));
}

#[derive(Serialize, Deserialize, Wire, Clone, Debug, PartialEq)]
#[serde(from = "Option<u8>", into = "u64")]
enum Level {
    Low,
    #[wire(status = 404)]
    High(std::num::NonZeroU8),
}

impl From<Option<u8>> for Level {
    fn from(level: Option<u8>) -> Level {
        level.and_then(std::num::NonZeroU8::new).map_or(Level::Low, Level::High)
    }
}

impl From<Level> for u64 {
    fn from(level: Level) -> u64 {
        match level {
            Level::Low => 0,
            Level::High(level) => level.get().into(),
        }
    }
}

#[derive(Serialize, Deserialize, Wire, Debug, PartialEq)]
struct HasLevel {
    level: Level,
}

#[test]
fn a_conversion_may_read_what_it_does_not_write() {
    let read = Type::Option(Type::Int(Int::U8).into());
    let split = Type::Split { write: Type::Int(Int::U64).into(), read: read.into() };
    assert_eq!(struct_of::<Level>().shape, Shape::Newtype(split));
    let schema = schema_of(vec![HasLevel::TYPE]);
    assert!(schema.reads_absence(&Level::TYPE));
    assert_eq!(serde_json::from_str::<HasLevel>("{}").unwrap(), HasLevel { level: Level::Low });
    assert_eq!(json(&HasLevel { level: Level::Low }), r#"{"level":0}"#);
    // Its variants are none on the wire, but a handler fails with them all the same.
    assert_eq!(Level::High(std::num::NonZeroU8::MIN).status(), 404);
    assert_eq!(Level::Low.status(), 422);
}

#[derive(Serialize, Deserialize, Wire, Debug, PartialEq)]
#[serde(from = "Old")]
struct New {
    id: u64,
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(untagged)]
enum Old {
    Bare(u64),
    New { id: u64 },
}

impl From<Old> for New {
    fn from(old: Old) -> New {
        match old {
            Old::Bare(id) | Old::New { id } => New { id },
        }
    }
}

#[derive(Serialize, Deserialize, Wire, Clone)]
#[serde(into = "u64")]
struct Out {
    id: u64,
    next: Option<Box<Out>>,
}

impl From<Out> for u64 {
    fn from(out: Out) -> u64 {
        out.id
    }
}

#[test]
fn a_conversion_one_way_leaves_the_other_as_it_is() {
    let Type::Split { write, read } = New::TYPE else { panic!("one type") };
    let Type::Named(write) = &*write else { panic!("no definition") };
    assert_eq!((&*write.id.name, &*read), ("New", &Old::TYPE));
    let new = write.def.get().unwrap();
    assert!(matches!(&new.body, traitwire::schema::Body::Struct(body) if !body.transparent));
    assert_eq!(json(&New { id: 1 }), r#"{"id":1}"#);
    assert_eq!(serde_json::from_str::<New>("1").unwrap(), New { id: 1 });
    let schema = schema_of(vec![New::TYPE, Out::TYPE]);
    assert_eq!(schema.types.len(), 3);

    let Type::Split { write, read } = Out::TYPE else { panic!("one type") };
    assert_eq!(*write, Type::Int(Int::U64));
    let Type::Named(read) = &*read else { panic!("no definition") };
    assert_eq!(read.id.name, "Out");
    assert_eq!(json(&Out { id: 1, next: None }), "1");
    assert!(reads::<Out>(r#"{"id":1,"next":{"id":2}}"#));
    assert!(!reads::<Out>("1"));
}

#[derive(Serialize, Deserialize, Wire, Clone, Debug, PartialEq)]
#[serde(from = "Parts<T>", into = "Parts<T>")]
struct Whole<T: Clone> {
    parts: (T, u8),
}

#[derive(Serialize, Deserialize, Wire)]
struct Parts<T> {
    first: T,
    second: u8,
}

impl<T: Clone> From<Parts<T>> for Whole<T> {
    fn from(Parts { first, second }: Parts<T>) -> Whole<T> {
        Whole { parts: (first, second) }
    }
}

impl<T: Clone> From<Whole<T>> for Parts<T> {
    fn from(Whole { parts: (first, second) }: Whole<T>) -> Parts<T> {
        Parts { first, second }
    }
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(from = "Parts<T>")]
struct Half<T> {
    first: T,
}

impl<T> From<Parts<T>> for Half<T> {
    fn from(parts: Parts<T>) -> Half<T> {
        Half { first: parts.first }
    }
}

#[test]
fn generic_types_convert_as_they_are() {
    assert_eq!(*def::<Whole<String>>().params, ["T"]);
    let Shape::Newtype(Type::Named(parts)) = &struct_of::<Whole<String>>().shape else {
        panic!("a newtype of a definition")
    };
    assert_eq!(*parts.args, [Type::Param(0)]);
    let whole = Whole { parts: ("a".to_owned(), 1) };
    assert_eq!(json(&whole), r#"{"first":"a","second":1}"#);
    assert_eq!(serde_json::from_str::<Whole<String>>(&json(&whole)).unwrap(), whole);

    let Type::Split { write, read } = <Half<String> as Wire>::TYPE else { panic!("one type") };
    assert_eq!(*read, <Parts<String> as Wire>::TYPE);
    let Type::Named(write) = &*write else { panic!("no definition") };
    assert_eq!(*write.args, [Type::String]);
    assert!(reads::<Half<u8>>(r#"{"first":1,"second":2}"#));
    assert_eq!(fields_of::<Parts<u8>>().len(), 2);
}
