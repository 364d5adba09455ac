//! How is a type described whose serde impl was written by hand?
//!
//! `#[derive(Wire)]` has its own functions.

use std::borrow::Cow;

use traitwire_schema::{
    Absent, Body, Enum, Field, Format, Link, List, Named, Presence, Read, ReadName, Shape, Source,
    Struct, Tagging, Text, Type, TypeDef, TypeId, Variant, Write,
};

/// Implements `Wire` and `Plain`: `{bounds} Type => schema,`.
macro_rules! wire {
    ($($({$($bounds:tt)*})? $ty:ty => $schema:expr,)*) => { $(
        impl<$($($bounds)*)?> $crate::wire::Wire for $ty {
            const TYPE: traitwire_schema::Type = $schema;
        }
        impl<$($($bounds)*)?> $crate::rpc::returned::Plain for $ty {}
    )* };
}
pub(super) use wire;

/// Text that meets a pattern.
pub(super) const fn format(name: &'static str, pattern: &'static str) -> Type {
    Type::Format(Format {
        name: Cow::Borrowed(name),
        pattern: Cow::Borrowed(pattern),
        positional: true,
    })
}

/// Text that a positional encoding cannot carry.
pub(super) const fn format_by_name(name: &'static str, pattern: &'static str) -> Type {
    Type::Format(Format {
        name: Cow::Borrowed(name),
        pattern: Cow::Borrowed(pattern),
        positional: false,
    })
}

/// A use of a definition.
pub(super) const fn named(
    module: &'static str,
    name: &'static str,
    args: &'static [Type],
    def: fn() -> TypeDef,
) -> Type {
    Type::Named(Named { id: id(module, name), args: Cow::Borrowed(args), def: Link(Some(def)) })
}

/// A struct as serde derives it with `deny_unknown_fields`, which is what serde's own impls do.
pub(super) const fn structure(
    module: &'static str,
    name: &'static str,
    params: &'static [Text],
    members: &'static [Field],
    docs: &'static str,
) -> TypeDef {
    let body = Struct {
        shape: Shape::Fields(Cow::Borrowed(members)),
        transparent: false,
        deny_unknown_fields: true,
    };
    definition(module, name, params, Body::Struct(body), docs)
}

/// A name for another type.
pub(super) const fn transparent(
    module: &'static str,
    name: &'static str,
    ty: Type,
    docs: &'static str,
) -> TypeDef {
    let body = Struct { shape: Shape::Newtype(ty), transparent: true, deny_unknown_fields: false };
    definition(module, name, &[], Body::Struct(body), docs)
}

/// An enum whose variants stand in the tag of an object, or are text where they have no content.
pub(super) const fn choice(
    module: &'static str,
    name: &'static str,
    params: &'static [Text],
    variants: &'static [Variant],
    docs: &'static str,
) -> TypeDef {
    let body = Enum {
        tagging: Tagging::External,
        variants: Cow::Borrowed(variants),
        open: false,
        deny_unknown_fields: false,
        overlapping: false,
    };
    definition(module, name, params, Body::Enum(body), docs)
}

const fn definition(
    module: &'static str,
    name: &'static str,
    params: &'static [Text],
    body: Body,
    docs: &'static str,
) -> TypeDef {
    TypeDef {
        id: id(module, name),
        params: Cow::Borrowed(params),
        body,
        docs: Cow::Borrowed(docs),
        deprecated: None,
        source: Source { file: Cow::Borrowed(""), line: 0, column: 0 },
    }
}

const fn id(module: &'static str, name: &'static str) -> TypeId {
    TypeId { module: Cow::Borrowed(module), name: Cow::Borrowed(name) }
}

/// A field that is always written and must be there.
pub(super) const fn member(name: &'static str, ty: Type) -> Field {
    Field {
        rust_name: Cow::Borrowed(name),
        ty,
        write: Some(Write { name: Cow::Borrowed(name), presence: Presence::Always }),
        read: Some(Read { name: Cow::Borrowed(name), aliases: NONE, absent: Absent::ByType }),
        flatten: false,
        since: None,
        docs: Cow::Borrowed(""),
        deprecated: None,
        source: Source { file: Cow::Borrowed(""), line: 0, column: 0 },
    }
}

/// A variant with one unnamed field.
pub(super) const fn holds(name: &'static str, ty: Type) -> Variant {
    variant(name, name, NONE, Shape::Newtype(ty))
}

/// A variant without content.
pub(super) const fn unit(name: &'static str) -> Variant {
    variant(name, name, NONE, Shape::Unit)
}

/// A variant without content that has other names in Rust and for readers.
pub(super) const fn renamed_unit(
    rust_name: &'static str,
    name: &'static str,
    aliases: &'static [Text],
) -> Variant {
    variant(rust_name, name, Cow::Borrowed(aliases), Shape::Unit)
}

const fn variant(
    rust_name: &'static str,
    name: &'static str,
    aliases: List<Text>,
    shape: Shape,
) -> Variant {
    Variant {
        rust_name: Cow::Borrowed(rust_name),
        write: Some(Cow::Borrowed(name)),
        read: Some(ReadName { name: Cow::Borrowed(name), aliases }),
        shape,
        status: None,
        catch_all: false,
        untagged: false,
        since: None,
        docs: Cow::Borrowed(""),
        deprecated: None,
    }
}

const NONE: List<Text> = Cow::Borrowed(&[]);
