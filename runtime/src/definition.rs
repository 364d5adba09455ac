//! How does generated code write the definition of a type in few tokens?
//!
//! What stands on every type of an interfaces crate is paid for in each of its builds. One call of a
//! constant function is checked several times faster than the expressions that it stands for, and what
//! most fields have in common is not written at all.

use crate::__private::{list, text};
use crate::schema::{
    Absent, Body, Deprecation, Enum, Field, Link, Named, Presence, Read, ReadName, Shape, Source,
    Struct, Tagging, Text, Type, TypeDef, TypeId, Variant, Write,
};

/// The use of a type without arguments.
pub const fn named(
    module: &'static str,
    name: &'static str,
    def: fn() -> &'static TypeDef,
) -> Type {
    applied(module, name, &[], def)
}

/// The use of a type.
pub const fn applied(
    module: &'static str,
    name: &'static str,
    args: &'static [Type],
    def: fn() -> &'static TypeDef,
) -> Type {
    let id = TypeId { module: text(module), name: text(name) };
    Type::Named(Named { id, args: list(args), def: Link(Some(def)) })
}

/// A definition.
pub const fn definition(
    module: &'static str,
    name: &'static str,
    params: &'static [Text],
    body: Body,
    docs: &'static str,
    deprecated: Option<Deprecation>,
    source: Source,
) -> TypeDef {
    let id = TypeId { module: text(module), name: text(name) };
    TypeDef { id, params: list(params), body, docs: text(docs), deprecated, source }
}

/// A struct of named fields without more ado.
pub const fn record(fields: &'static [Field]) -> Body {
    Body::Struct(Struct {
        shape: Shape::Fields(list(fields)),
        transparent: false,
        deny_unknown_fields: false,
    })
}

/// A field that is always written, under its own name, and that its type may let be absent.
pub const fn member(
    name: &'static str,
    ty: Type,
    docs: &'static str,
    line: u32,
    column: u32,
) -> Field {
    let write = write(name, Presence::Always);
    field(name, ty, write, read(name, &[], Absent::ByType), None, docs, None, line, column)
}

/// Any field. The file is that of the definition.
#[allow(clippy::too_many_arguments, reason = "only generated code calls it")]
pub const fn field(
    rust_name: &'static str,
    ty: Type,
    write: Option<Write>,
    read: Option<Read>,
    since: Option<Text>,
    docs: &'static str,
    deprecated: Option<Deprecation>,
    line: u32,
    column: u32,
) -> Field {
    Field {
        rust_name: text(rust_name),
        ty,
        write,
        read,
        flatten: false,
        since,
        docs: text(docs),
        deprecated,
        source: Source { file: text(""), line, column },
    }
}

/// The same field, whose members stand among those of the surrounding object.
pub const fn flatten(mut field: Field) -> Field {
    field.flatten = true;
    field
}

/// The member that holds the name of a struct. It is written, and means nothing to a reader.
pub const fn tag(tag: &'static str, name: &'static str, line: u32, column: u32) -> Field {
    let write = write(tag, Presence::Always);
    field(tag, Type::Literal(text(name)), write, None, None, "", None, line, column)
}

/// What a writer does with a field.
pub const fn write(name: &'static str, presence: Presence) -> Option<Write> {
    Some(Write { name: text(name), presence })
}

/// What a reader does with a field.
pub const fn read(name: &'static str, aliases: &'static [Text], absent: Absent) -> Option<Read> {
    Some(Read { name: text(name), aliases: list(aliases), absent })
}

/// An enum whose variants stand behind their names, without more ado.
pub const fn external(variants: &'static [Variant]) -> Body {
    choice(Tagging::External, variants)
}

/// An enum whose variants have their names in a member, without more ado.
pub const fn internal(tag: &'static str, variants: &'static [Variant]) -> Body {
    choice(Tagging::Internal { tag: text(tag) }, variants)
}

const fn choice(tagging: Tagging, variants: &'static [Variant]) -> Body {
    Body::Enum(Enum {
        tagging,
        variants: list(variants),
        open: false,
        deny_unknown_fields: false,
        overlapping: false,
    })
}

/// A variant of one name that holds nothing.
pub const fn unit(rust_name: &'static str, name: &'static str, docs: &'static str) -> Variant {
    variant(rust_name, name, Shape::Unit, docs)
}

/// A variant of one name that holds one value.
pub const fn newtype(
    rust_name: &'static str,
    name: &'static str,
    ty: Type,
    docs: &'static str,
) -> Variant {
    variant(rust_name, name, Shape::Newtype(ty), docs)
}

/// A variant of one name that has fields.
pub const fn fielded(
    rust_name: &'static str,
    name: &'static str,
    fields: &'static [Field],
    docs: &'static str,
) -> Variant {
    variant(rust_name, name, Shape::Fields(list(fields)), docs)
}

/// A variant that has one name.
pub const fn variant(
    rust_name: &'static str,
    name: &'static str,
    shape: Shape,
    docs: &'static str,
) -> Variant {
    Variant {
        rust_name: text(rust_name),
        write: Some(text(name)),
        read: Some(ReadName { name: text(name), aliases: list(&[]) }),
        shape,
        status: None,
        catch_all: false,
        untagged: false,
        since: None,
        docs: text(docs),
        deprecated: None,
    }
}

/// What is written, and what is read.
pub const fn split(write: &'static Type, read: &'static Type) -> Type {
    Type::Split { write: crate::schema::Ref::Static(write), read: crate::schema::Ref::Static(read) }
}
