//! What `#[derive(Wire)]` says of a type, and that serde does what it says.

#![deny(warnings, missing_docs, unused_qualifications, clippy::pedantic)]
#![forbid(unsafe_code)]
#![allow(dead_code, reason = "some fields are there to be skipped")]

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;
use traitwire::Wire;
use traitwire::schema::walk::Schema;
use traitwire::schema::{
    Access, Arg, Body, End, Enum, Field, Interface, InterfaceKind, List, Method, Reply, Shape,
    Source, Struct, Text, Type, TypeDef, Variant,
};

#[path = "wire_schema/catch_all.rs"]
mod catch_all;
#[path = "wire_schema/conversions.rs"]
mod conversions;
#[path = "wire_schema/corners.rs"]
mod corners;
#[path = "wire_schema/enums.rs"]
mod enums;
#[path = "wire_schema/flatten.rs"]
mod flatten;
#[path = "wire_schema/generics.rs"]
mod generics;
#[path = "wire_schema/mirrors.rs"]
mod mirrors;
#[path = "wire_schema/names.rs"]
mod names;
#[path = "wire_schema/presence.rs"]
mod presence;
#[path = "wire_schema/structs.rs"]
mod structs;

/// The schema of an interface that takes these types.
fn schema_of(types: Vec<Type>) -> Schema {
    let arg = |ty| Arg { name: "a".into(), rust_name: "a".into(), ty, stream: false };
    let method = Method {
        name: "m".into(),
        aliases: List::default(),
        rust_name: "m".into(),
        args: types.into_iter().map(arg).collect(),
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

/// The definition that a use leads to.
fn def<T: Wire>() -> &'static TypeDef {
    match T::TYPE {
        Type::Named(named) => named.def.get().unwrap(),
        other => panic!("not a definition: {other:?}"),
    }
}

fn struct_of<T: Wire>() -> &'static Struct {
    match &def::<T>().body {
        Body::Struct(body) => body,
        Body::Enum(_) => panic!("an enum"),
    }
}

fn enum_of<T: Wire>() -> &'static Enum {
    match &def::<T>().body {
        Body::Enum(body) => body,
        Body::Struct(_) => panic!("a struct"),
    }
}

fn fields(shape: &Shape) -> &[Field] {
    match shape {
        Shape::Fields(fields) => fields,
        other => panic!("no named fields: {other:?}"),
    }
}

fn fields_of<T: Wire>() -> &'static [Field] {
    fields(&struct_of::<T>().shape)
}

fn variant<T: Wire>(rust_name: &str) -> &'static Variant {
    let mut variants = enum_of::<T>().variants.iter();
    variants.find(|variant| variant.rust_name == rust_name).unwrap()
}

/// The names that a writer uses.
fn written(fields: &[Field]) -> Vec<&str> {
    fields.iter().filter_map(|field| field.write.as_ref()).map(|write| &*write.name).collect()
}

/// The members that serde writes, in order; of what stands in a variant, those of its content.
fn members(json: &str) -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Members(#[serde(deserialize_with = "in_order")] Vec<String>);

    fn in_order<'de, D: serde::Deserializer<'de>>(object: D) -> Result<Vec<String>, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Vec<String>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Vec<String>, A::Error> {
                let mut names = Vec::new();
                while let Some((name, _)) = map.next_entry::<String, serde::de::IgnoredAny>()? {
                    names.push(name);
                }
                Ok(names)
            }
        }
        object.deserialize_map(Visitor)
    }

    serde_json::from_str::<Members>(json).unwrap().0
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap()
}

fn reads<T: DeserializeOwned>(json: &str) -> bool {
    serde_json::from_str::<T>(json).is_ok()
}
