//! May a member be absent? serde goes by the type as rustc resolves it, not by how it is spelt.

use serde::{Deserialize, Serialize};
use traitwire::Wire;
use traitwire::schema::{Absent, Field, Presence, Type, Value};

use super::{fields_of, members, reads, schema_of};

type Alias = Option<u8>;
type AliasOf<T> = Box<Option<T>>;

mod own {
    /// Not std's.
    #[derive(serde::Serialize, serde::Deserialize, traitwire::Wire)]
    pub(super) struct Option<T>(pub(super) T);
}

#[derive(Serialize, Deserialize, Wire)]
struct Wrap<T> {
    v: T,
}

#[derive(Serialize, Deserialize, Wire)]
struct Plain(Option<u8>);

#[derive(Serialize, Deserialize, Wire)]
#[serde(transparent)]
struct Transparent(Option<u8>);

#[derive(Serialize, Deserialize, Wire)]
#[serde(transparent)]
struct TransparentNamed<T> {
    inner: T,
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(untagged)]
enum Untagged {
    Some(u8),
    Nothing,
}

/// Compares what the schema says of a member of this type with what serde does.
fn may_be_absent<T: Wire>() -> bool {
    let schema = schema_of(vec![<Wrap<T> as Wire>::TYPE]);
    let Type::Named(named) = <Wrap<T> as Wire>::TYPE else { panic!("a definition") };
    let field = &fields_of::<Wrap<T>>()[0];
    assert_eq!(field.read.as_ref().unwrap().absent, Absent::ByType);
    let said = schema.reads_absence(&field.ty.substitute(&named.args));
    assert_eq!(said, reads::<Wrap<T>>("{}"), "{}", std::any::type_name::<T>());
    said
}

#[test]
fn an_option_however_it_is_spelt() {
    assert!(may_be_absent::<Option<u8>>());
    assert!(may_be_absent::<Alias>());
    assert!(may_be_absent::<AliasOf<u8>>());
    assert!(may_be_absent::<Box<Option<Wrap<u8>>>>());
    assert!(may_be_absent::<Option<()>>());
    assert!(may_be_absent::<Transparent>());
    assert!(may_be_absent::<TransparentNamed<Option<u8>>>());
    assert!(may_be_absent::<TransparentNamed<Box<Transparent>>>());
}

#[test]
fn nothing_else() {
    assert!(!may_be_absent::<u8>());
    assert!(!may_be_absent::<()>());
    assert!(!may_be_absent::<Plain>());
    assert!(!may_be_absent::<own::Option<Option<u8>>>());
    assert!(!may_be_absent::<TransparentNamed<u8>>());
    assert!(!may_be_absent::<TransparentNamed<Plain>>());
    assert!(!may_be_absent::<Untagged>());
    assert!(!may_be_absent::<Vec<u8>>());
    assert!(!may_be_absent::<(Option<u8>,)>());
    assert!(!may_be_absent::<std::marker::PhantomData<u8>>());
    assert!(!may_be_absent::<serde_json::Value>());
    assert!(!may_be_absent::<traitwire::Bytes>());
}

#[derive(Serialize, Deserialize, Wire)]
struct Defaults {
    required: u8,
    #[serde(default)]
    default: u8,
    #[serde(default = "seven")]
    seven: u8,
    #[serde(default)]
    generous: Plain2,
    #[serde(skip_serializing_if = "Option::is_none")]
    maybe: Option<u8>,
    #[serde(skip_serializing_if = "is_zero", default)]
    both: u8,
    #[serde(skip_serializing, skip_serializing_if = "is_zero")]
    unwritten: Option<u8>,
}

#[derive(Serialize, Deserialize, Wire, Default)]
struct Plain2(u8);

#[derive(Serialize, Deserialize, Wire, Default)]
#[serde(default)]
struct AllDefault {
    a: u8,
    #[serde(default = "seven")]
    b: u8,
}

fn seven() -> u8 {
    7
}

trait Zero {
    fn zero(&self) -> bool;
}

impl Zero for u8 {
    fn zero(&self) -> bool {
        *self == 0
    }
}

impl Zero for Option<u8> {
    fn zero(&self) -> bool {
        self.is_none()
    }
}

fn is_zero<T: Zero>(value: &T) -> bool {
    value.zero()
}

/// With the value of a default asked for.
fn absent(field: &Field) -> Absent {
    match &field.read.as_ref().unwrap().absent {
        Absent::Default(value) => Absent::Default(value.settle()),
        other => other.clone(),
    }
}

#[test]
fn defaults_and_omissions() {
    let says = |field: &str| {
        let field = fields_of::<Defaults>().iter().find(|one| one.rust_name == field).unwrap();
        (field.write.as_ref().map(|write| write.presence), absent(field))
    };
    let json = |json: &'static str| Absent::Default(Value::Json(json.into()));
    assert_eq!(says("required"), (Some(Presence::Always), Absent::ByType));
    assert_eq!(says("default"), (Some(Presence::Always), json("0")));
    assert_eq!(says("seven"), (Some(Presence::Always), json("7")));
    assert_eq!(says("generous"), (Some(Presence::Always), json("0")));
    assert_eq!(says("maybe"), (Some(Presence::Maybe), Absent::ByType));
    assert_eq!(says("both"), (Some(Presence::Maybe), json("0")));
    assert_eq!(says("unwritten"), (None, Absent::ByType));

    let read: Defaults = serde_json::from_str(r#"{"required":1}"#).unwrap();
    assert_eq!((read.seven, read.generous.0), (7, 0));
    assert_eq!(members(&super::json(&read)), ["required", "default", "seven", "generous"]);
    assert!(!reads::<Defaults>("{}"));

    let defaults: Vec<Absent> = fields_of::<AllDefault>().iter().map(absent).collect();
    assert_eq!(defaults, [json("0"), json("7")]);
    let read: AllDefault = serde_json::from_str("{}").unwrap();
    assert_eq!((read.a, read.b), (0, 7));
}

fn yes() -> bool {
    true
}

#[derive(Serialize, Deserialize, Wire)]
struct Skips {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    fine: Vec<u16>,
    #[serde(default = "yes", skip_serializing_if = "std::ops::Not::not")]
    astray: bool,
}

#[test]
fn a_default_that_is_not_left_out_is_told_from_one_that_is() {
    let value = Skips { fine: Vec::new(), astray: false };
    let read: Skips = serde_json::from_str(&super::json(&value)).unwrap();
    assert!(read.astray, "serde alters it");
    let absent = |name: &str| {
        let field = fields_of::<Skips>().iter().find(|field| field.rust_name == name).unwrap();
        match &field.read.as_ref().unwrap().absent {
            Absent::Default(value) => value.settle(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(absent("fine"), Value::Json("[]".into()));
    assert_eq!(absent("astray"), Value::Kept("true".into()));
    let found = schema_of(vec![Skips::TYPE]).unreadable();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].path, "Skips.astray");
}
