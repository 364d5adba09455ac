//! Does the expansion get along with what users write around it?

use serde::{Deserialize, Serialize};
use traitwire::Wire;

use super::{def, fields_of, json, members, written};

/// Where every name that the expansion might use means something else.
mod shadowed {
    #![no_implicit_prelude]
    #![allow(dead_code, non_camel_case_types, non_upper_case_globals)]

    pub(super) struct Option;
    pub(super) struct Result;
    pub(super) struct String;
    pub(super) struct Vec;
    pub(super) struct Box;
    pub(super) struct Some;
    pub(super) struct None;
    pub(super) struct Ok;
    pub(super) struct Type;
    pub(super) struct u16;
    pub(super) struct bool;
    pub(super) trait Wire {}
    pub(super) trait Send {}
    pub(super) mod core {}
    pub(super) mod std {}
    pub(super) mod traitwire {}
    pub(super) const DEF: usize = 2;
    pub(super) const TYPE: usize = 2;

    #[derive(::serde::Serialize, ::serde::Deserialize, ::traitwire::Wire)]
    pub(super) struct Shadowed<T> {
        pub(super) array: [u8; DEF],
        pub(super) option: ::std::option::Option<T>,
        pub(super) tys: [u8; TYPE],
    }

    #[derive(
        ::serde::Serialize, ::serde::Deserialize, ::traitwire::Wire, ::std::default::Default,
    )]
    #[serde(default, tag = "type")]
    pub(super) struct Defaults {
        pub(super) r#of: [u8; DEF],
        #[serde(default)]
        pub(super) own: [u8; TYPE],
        #[serde(serialize_with = "::serde::Serialize::serialize")]
        #[wire(as = [u8; DEF])]
        pub(super) mirrored: [u8; DEF],
    }

    #[derive(::serde::Serialize, ::serde::Deserialize, ::traitwire::Wire)]
    pub(super) enum Error {
        #[wire(status = 400)]
        Some,
        None,
    }
}

#[test]
fn names_of_the_user_do_not_get_in_the_way() {
    assert_eq!(written(fields_of::<shadowed::Shadowed<u8>>()), ["array", "option", "tys"]);
    let members = members(&json(&shadowed::Defaults::default()));
    assert_eq!(written(fields_of::<shadowed::Defaults>()), members);
    assert_eq!(traitwire::__private::Declare::status(&shadowed::Error::Some), 400);
    let _ = shadowed::Error::None;
}

mod reexport {
    pub(crate) use ::traitwire;
}

#[derive(Serialize, Deserialize, Wire)]
#[wire(crate = crate::corners::reexport::traitwire)]
struct Renamed {
    a: u8,
}

#[test]
fn the_runtime_may_be_reached_by_another_path() {
    assert_eq!(written(fields_of::<Renamed>()), members(&json(&Renamed { a: 1 })));
}

#[derive(Serialize, Deserialize, Wire, Default)]
#[allow(non_camel_case_types)]
struct r#struct {
    r#type: u8,
    größe: u8,
    __wire_def: u8,
    __field0: u8,
    def: u8,
}

#[derive(Serialize, Deserialize, Wire)]
#[allow(non_camel_case_types)]
enum Raw {
    r#final,
}

#[test]
fn raw_and_foreign_names_are_kept() {
    assert_eq!(def::<r#struct>().id.name, "struct");
    assert_eq!(written(fields_of::<r#struct>()), members(&json(&r#struct::default())));
    assert_eq!(fields_of::<r#struct>()[0].rust_name, "type");
    assert_eq!(json(&Raw::r#final), r#""final""#);
}

macro_rules! declare {
    ($name:ident { $($field:ident: $ty:ty = $rename:expr),* }) => {
        #[derive(Serialize, Deserialize, Wire, Default)]
        struct $name<T> {
            $(#[serde(rename = $rename)] $field: $ty,)*
            own: Vec<T>,
            sibling: Option<$crate::corners::Renamed>,
        }
    };
}

declare!(Declared { a: u8 = "x", b: Option<T> = "y" });

#[test]
fn a_macro_may_write_the_type() {
    let value = Declared::<u8>::default();
    assert_eq!(written(fields_of::<Declared<u8>>()), members(&json(&value)));
}

#[derive(Serialize, Deserialize, Wire)]
#[allow(deprecated, reason = "for the test")]
struct NamesDeprecated {
    #[cfg_attr(all(), serde(rename = "new", alias = "old"))]
    field: Deprecated,
    #[cfg(any())]
    gone: NotThere,
}

#[derive(Serialize, Deserialize, Wire)]
#[deprecated = "for the test"]
struct Deprecated;

#[test]
fn attributes_behind_a_condition_count() {
    let field = &fields_of::<NamesDeprecated>()[0];
    assert_eq!(field.read.as_ref().unwrap().name, "new");
    assert_eq!(*field.read.as_ref().unwrap().aliases, ["old"]);
    assert_eq!(fields_of::<NamesDeprecated>().len(), 1);
}

#[test]
fn a_type_inside_of_a_function_crosses() {
    #[derive(Serialize, Deserialize, Wire)]
    struct Local {
        next: Option<Box<Local>>,
    }
    assert_eq!(fields_of::<Local>().len(), 1);
}
