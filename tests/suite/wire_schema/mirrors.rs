//! Does `#[wire(as = ..)]` say what functions and foreign types write and read?

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use traitwire::schema::{Absent, Int, Ref, Shape, Type, Value};
use traitwire::{Mirror, Wire};

use super::{def, fields_of, json, reads, schema_of, struct_of, variant};

const U64: Type = Type::Int(Int::U64);

fn split(write: Type, read: Type) -> Type {
    Type::Split { write: write.into(), read: read.into() }
}

/// A number as text.
mod text {
    use super::{Deserialize, Deserializer, Serializer};

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[derive(Serialize, Deserialize, Wire, Debug, PartialEq)]
struct Fields {
    #[serde(with = "text")]
    #[wire(as = String)]
    both: u64,
    #[serde(serialize_with = "text::serialize")]
    #[wire(as = String)]
    out: u64,
    #[serde(deserialize_with = "text::deserialize")]
    #[wire(as = String)]
    into: u64,
    #[serde(with = "text", default)]
    #[wire(as = String)]
    lenient: u64,
    // Neither is asked for what crosses in the other direction.
    #[serde(serialize_with = "text::serialize", skip_deserializing)]
    #[wire(as = String)]
    only_out: u64,
    #[serde(serialize_with = "text::serialize", skip_serializing)]
    never_asked: u64,
}

#[test]
fn functions_write_and_read_what_is_stated() {
    let fields = fields_of::<Fields>();
    let types: Vec<Type> = fields.iter().map(|field| field.ty.clone()).collect();
    let both = split(Type::String, Type::String);
    let out = split(Type::String, U64);
    let into = split(U64, Type::String);
    assert_eq!(types, [both.clone(), out, into, both.clone(), both, U64]);
    let absent = |at: usize| fields[at].read.as_ref().unwrap().absent.clone();
    assert_eq!(absent(0), Absent::Never);
    assert_eq!(absent(1), Absent::ByType);
    assert_eq!(absent(2), Absent::Never);
    assert_eq!(absent(3), Absent::Default(Value::Unknown));

    let value = Fields { both: 1, out: 2, into: 3, lenient: 4, only_out: 5, never_asked: 6 };
    let written = r#"{"both":"1","out":"2","into":3,"lenient":"4","only_out":"5"}"#;
    assert_eq!(json(&value), written);
    let read: Fields =
        serde_json::from_str(r#"{"both":"1","out":2,"into":"3","never_asked":6}"#).unwrap();
    assert_eq!(read, Fields { lenient: 0, only_out: 0, ..value });
    assert!(!reads::<Fields>(r#"{"out":2,"into":"3","never_asked":6}"#));
}

mod maybe {
    use super::{Deserialize, Deserializer, Serialize, Serializer};

    #[allow(clippy::ref_option, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(
        value: &Option<u64>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
        Option::deserialize(from)
    }
}

#[derive(Serialize, Deserialize, Wire)]
struct Maybe {
    #[serde(with = "maybe")]
    #[wire(as = Option<u64>)]
    value: Option<u64>,
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(transparent)]
struct Through {
    #[serde(with = "maybe")]
    #[wire(as = Option<u64>)]
    value: Option<u64>,
}

#[derive(Serialize, Deserialize, Wire)]
struct Around {
    through: Through,
}

#[test]
fn an_option_that_a_function_reads_is_never_absent() {
    assert_eq!(fields_of::<Maybe>()[0].read.as_ref().unwrap().absent, Absent::Never);
    assert!(!reads::<Maybe>("{}"));
    // But around a transparent struct serde asks the function.
    let schema = schema_of(vec![Around::TYPE]);
    assert!(schema.reads_absence(&fields_of::<Around>()[0].ty));
    assert!(reads::<Around>("{}"));
    assert!(reads::<Around>(&json(&Around { through: Through { value: Some(1) } })));
}

/// Foreign, with impls of its own.
#[derive(Default, Debug, PartialEq)]
struct Foreign(u64);

impl Serialize for Foreign {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        text::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Foreign {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        text::deserialize(from).map(Foreign)
    }
}

#[derive(Serialize, Deserialize, Wire)]
struct Holds {
    #[wire(as = String)]
    #[serde(default)]
    foreign: Foreign,
    #[wire(as = Option<String>)]
    maybe: Option<Foreign>,
}

#[derive(Serialize, Deserialize, Wire)]
struct Newtype(
    #[wire(as = String)]
    #[serde(with = "text")]
    u64,
);

#[derive(Serialize, Deserialize, Wire)]
struct Tuple(u8, #[wire(as = String)] Foreign);

#[test]
fn a_foreign_type_crosses_as_stated() {
    let both = split(Type::String, Type::String);
    assert_eq!(fields_of::<Holds>()[0].ty, both);
    let absent = |at: usize| fields_of::<Holds>()[at].read.as_ref().unwrap().absent.clone();
    assert_eq!(absent(0), Absent::Default(Value::Unknown));
    assert_eq!(absent(1), Absent::ByType);
    let schema = schema_of(vec![Holds::TYPE]);
    assert!(schema.reads_absence(&fields_of::<Holds>()[1].ty));
    assert!(reads::<Holds>("{}"));
    let holds = Holds { foreign: Foreign(1), maybe: Some(Foreign(2)) };
    assert_eq!(json(&holds), r#"{"foreign":"1","maybe":"2"}"#);

    assert_eq!(struct_of::<Newtype>().shape, Shape::Newtype(both.clone()));
    assert_eq!(json(&Newtype(1)), r#""1""#);
    let tuple = Shape::Tuple(vec![Type::Int(Int::U8), both].into());
    assert_eq!(struct_of::<Tuple>().shape, tuple);
    assert_eq!(json(&Tuple(1, Foreign(2))), r#"[1,"2"]"#);
    assert!(reads::<Tuple>(r#"[1,"2"]"#));
}

/// A pair as text.
mod pair {
    use super::{Deserialize, Deserializer, Serializer};

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(a: &u8, b: &u8, into: S) -> Result<S::Ok, S::Error> {
        into.collect_str(&format_args!("{a}-{b}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<(u8, u8), D::Error> {
        let text = String::deserialize(from)?;
        let (a, b) = text.split_once('-').ok_or_else(|| serde::de::Error::custom("no pair"))?;
        let number = |text: &str| text.parse().map_err(serde::de::Error::custom);
        Ok((number(a)?, number(b)?))
    }
}

#[derive(Serialize, Deserialize, Wire, Debug, PartialEq)]
enum Variants {
    #[serde(with = "pair")]
    #[wire(as = String)]
    Pair(u8, u8),
    #[serde(serialize_with = "text::serialize")]
    #[wire(as = String)]
    Out(u64),
    #[serde(deserialize_with = "pair::deserialize", skip_serializing)]
    #[wire(as = String)]
    Into { a: u8, b: u8 },
    Field(
        #[serde(with = "text")]
        #[wire(as = String)]
        u64,
    ),
}

#[test]
fn functions_may_stand_for_a_whole_variant() {
    let both = Shape::Newtype(split(Type::String, Type::String));
    assert_eq!(variant::<Variants>("Pair").shape, both);
    assert_eq!(variant::<Variants>("Out").shape, Shape::Newtype(split(Type::String, U64)));
    assert_eq!(variant::<Variants>("Into").shape, both);
    assert_eq!(variant::<Variants>("Field").shape, both);
    assert_eq!(json(&Variants::Pair(1, 2)), r#"{"Pair":"1-2"}"#);
    assert_eq!(json(&Variants::Out(1)), r#"{"Out":"1"}"#);
    assert_eq!(json(&Variants::Field(1)), r#"{"Field":"1"}"#);
    for (text, value) in [
        (r#"{"Pair":"1-2"}"#, Variants::Pair(1, 2)),
        (r#"{"Out":1}"#, Variants::Out(1)),
        (r#"{"Into":"1-2"}"#, Variants::Into { a: 1, b: 2 }),
        (r#"{"Field":"1"}"#, Variants::Field(1)),
    ] {
        assert_eq!(serde_json::from_str::<Variants>(text).unwrap(), value);
    }
}

/// A crate of somebody else.
mod other_crate {
    #[derive(Debug, PartialEq, Clone, Copy)]
    pub(super) struct Span {
        pub(super) secs: u64,
        pub(super) nanos: u32,
    }

    #[derive(Debug, PartialEq, Clone, Default)]
    pub(super) struct Private(u8);

    impl Private {
        pub(super) fn get(&self) -> u8 {
            self.0
        }

        pub(super) fn new(value: u8) -> Private {
            Private(value)
        }
    }

    #[derive(Debug, PartialEq, Clone, Copy)]
    pub(super) enum Unit {
        Second,
        Minute,
    }

    #[derive(Debug, PartialEq, Clone, Copy)]
    pub(super) struct Pair<A, B> {
        pub(super) a: A,
        pub(super) b: B,
    }

    impl Default for Span {
        fn default() -> Span {
            Span { secs: 1, nanos: 2 }
        }
    }
}

use other_crate::{Pair, Private, Span, Unit};

/// Documented here.
// serde asks for its `Default`, but takes that of the foreign type.
#[derive(Serialize, Deserialize, Wire, Default)]
#[serde(remote = "Span", default)]
struct SpanDef {
    secs: u64,
    #[serde(rename = "ns")]
    nanos: u32,
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(remote = "Private")]
struct PrivateDef {
    #[serde(getter = "Private::get")]
    value: u8,
}

impl From<PrivateDef> for Private {
    fn from(def: PrivateDef) -> Private {
        Private::new(def.value)
    }
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(remote = "Unit", rename_all = "lowercase")]
enum UnitDef {
    Second,
    Minute,
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(remote = "Pair")]
struct PairDef<A, B = u8> {
    a: A,
    b: B,
}

#[derive(Serialize, Deserialize, Wire, Debug, PartialEq)]
struct Remotes {
    #[serde(with = "SpanDef")]
    #[wire(as = SpanDef)]
    span: Span,
    #[serde(with = "PrivateDef")]
    #[wire(as = PrivateDef)]
    private: Private,
    #[serde(with = "UnitDef", default = "unit")]
    #[wire(as = UnitDef)]
    unit: Unit,
    #[serde(with = "PairDef::<String, u8>")]
    #[wire(as = PairDef<String, u8>)]
    pair: Pair<String, u8>,
    #[serde(with = "PairDef")]
    #[wire(as = PairDef<u8, u8>)]
    inferred: Pair<u8, u8>,
}

fn unit() -> Unit {
    Unit::Second
}

macro_rules! declare {
    ($name:ident, $own:ty, $mirror:ty, $with:literal) => {
        #[derive(Serialize, Deserialize, Wire)]
        struct $name {
            #[serde(with = $with)]
            #[wire(as = $mirror)]
            value: $own,
        }
    };
}

declare!(Declared, Span, SpanDef, "SpanDef");

#[derive(Serialize, Deserialize, Wire)]
struct Holder<T> {
    #[serde(bound(serialize = "T: Serialize", deserialize = "T: Deserialize<'de>"))]
    #[serde(with = "PairDef")]
    #[wire(as = PairDef<T, u8>)]
    pair: Pair<T, u8>,
}

#[test]
fn a_mirror_stands_for_a_type_of_another_crate() {
    let fields = fields_of::<Remotes>();
    assert_eq!(fields[0].ty, SpanDef::MIRRORED);
    assert_eq!(fields[1].ty, PrivateDef::MIRRORED);
    assert_eq!(fields[2].ty, UnitDef::MIRRORED);
    let Type::Named(pair) = &fields[3].ty else { panic!("a definition") };
    assert_eq!(*pair.args, [Type::String, Type::Int(Int::U8)]);
    assert_eq!(fields[4].ty, <PairDef<u8, u8> as Mirror>::MIRRORED);
    assert_eq!(fields[0].read.as_ref().unwrap().absent, Absent::Never);
    assert_eq!(fields[2].read.as_ref().unwrap().absent, Absent::Default(Value::Unknown));
    assert_eq!(fields_of::<Declared>()[0].ty, SpanDef::MIRRORED);
    assert!(reads::<Declared>(&json(&Declared { value: Span::default() })));
    let Type::Named(pair) = &fields_of::<Holder<String>>()[0].ty else { panic!("a definition") };
    assert_eq!(*pair.args, [Type::Param(0), Type::Int(Int::U8)]);

    let value = Remotes {
        span: Span { secs: 1, nanos: 2 },
        private: Private::new(3),
        unit: Unit::Minute,
        pair: Pair { a: "x".into(), b: 4 },
        inferred: Pair { a: 5, b: 6 },
    };
    let text = r#"{"span":{"secs":1,"ns":2},"private":{"value":3},"unit":"minute","pair":{"a":"x","b":4},"inferred":{"a":5,"b":6}}"#;
    assert_eq!(json(&value), text);
    assert_eq!(serde_json::from_str::<Remotes>(text).unwrap(), value);
    let holder = Holder { pair: Pair { a: 1, b: 2 } };
    assert_eq!(json(&holder), r#"{"pair":{"a":1,"b":2}}"#);
    assert!(reads::<Holder<u8>>(r#"{"pair":{"a":1,"b":2}}"#));
}

#[test]
fn the_definition_of_a_mirror_is_its_own() {
    let schema = schema_of(vec![Remotes::TYPE]);
    let Type::Named(span) = SpanDef::MIRRORED else { panic!("a definition") };
    let span = schema.def(&span.id).unwrap();
    assert_eq!((&*span.id.name, &*span.docs), ("SpanDef", "Documented here."));
    let traitwire::schema::Body::Struct(body) = &span.body else { panic!("a struct") };
    let Shape::Fields(fields) = &body.shape else { panic!("fields") };
    // The default of the foreign type stands in, which schemas settle.
    let absent: Vec<_> =
        fields.iter().map(|field| field.read.as_ref().unwrap().absent.clone()).collect();
    assert_eq!(absent, ["1", "2"].map(|json| Absent::Default(Value::Json(json.into()))));
    let text =
        r#"{"span":{},"private":{"value":3},"pair":{"a":"","b":1},"inferred":{"a":1,"b":1}}"#;
    let read: Remotes = serde_json::from_str(text).unwrap();
    assert_eq!((read.span, read.unit), (Span { secs: 1, nanos: 2 }, Unit::Second));
    assert_eq!(*def::<Holder<u8>>().params, ["T"]);
    let _: Ref<Type> = Ref::from(SpanDef::MIRRORED);
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(tag = "is")]
enum Internal {
    #[serde(with = "SpanDef")]
    #[wire(as = SpanDef)]
    Span(Span),
}

#[test]
fn a_mirror_may_stand_under_a_tag() {
    assert_eq!(variant::<Internal>("Span").shape, Shape::Newtype(SpanDef::MIRRORED));
    let text = r#"{"is":"Span","secs":1,"ns":2}"#;
    assert_eq!(json(&Internal::Span(Span { secs: 1, nanos: 2 })), text);
    assert!(reads::<Internal>(text));
}

#[derive(Serialize, Deserialize, Wire)]
struct Flat {
    #[serde(flatten, with = "SpanDef")]
    #[wire(as = SpanDef)]
    span: Span,
}

#[test]
fn a_mirror_may_be_flattened() {
    let field = &fields_of::<Flat>()[0];
    assert!(field.flatten);
    assert_eq!(field.ty, SpanDef::MIRRORED);
    let text = r#"{"secs":1,"ns":2}"#;
    assert_eq!(json(&Flat { span: Span { secs: 1, nanos: 2 } }), text);
    assert!(reads::<Flat>(text));
}
