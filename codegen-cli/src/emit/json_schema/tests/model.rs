//! Short ways to write a model beside the type that it describes.

use traitwire_schema::walk::Schema;
use traitwire_schema::{
    Absent, Body, Enum, Field, Link, Named, Presence, Read, ReadName, Ref, Shape, Source, Struct,
    Tagging, Type, TypeDef, TypeId, Value, Variant, Write,
};

fn id(name: &str) -> TypeId {
    TypeId { module: "shop".into(), name: name.to_owned().into() }
}

pub(super) fn generic(name: &str, args: &[Type]) -> Type {
    Type::Named(Named { id: id(name), args: args.to_vec().into(), def: Link(None) })
}

pub(super) fn named(name: &str) -> Type {
    generic(name, &[])
}

pub(super) fn option(inner: Type) -> Type {
    Type::Option(inner.into())
}

pub(super) fn map(key: Type, value: Type) -> Type {
    Type::Map(key.into(), value.into())
}

pub(super) fn split(write: Type, read: Type) -> Type {
    Type::Split { write: Ref::from(write), read: Ref::from(read) }
}

/// A field that is always written, and that its type may let be absent.
pub(super) fn field(name: &str, ty: Type) -> Field {
    let text = || name.to_owned().into();
    Field {
        rust_name: text(),
        ty,
        write: Some(Write { name: text(), presence: Presence::Always }),
        read: Some(Read { name: text(), aliases: [].as_slice().into(), absent: Absent::ByType }),
        flatten: false,
        since: None,
        docs: "".into(),
        deprecated: None,
        source: Source::default(),
    }
}

pub(super) fn flat(name: &str, ty: Type) -> Field {
    Field { flatten: true, ..field(name, ty) }
}

/// The same field with other names that a reader takes.
pub(super) fn with_aliases(mut field: Field, aliases: &[&'static str]) -> Field {
    if let Some(read) = &mut field.read {
        read.aliases = aliases.iter().map(|alias| (*alias).into()).collect();
    }
    field
}

/// The same field with a default.
pub(super) fn with_default(mut field: Field, json: &'static str) -> Field {
    if let Some(read) = &mut field.read {
        read.absent = Absent::Default(Value::Json(json.into()));
    }
    field
}

pub(super) fn only_written(mut field: Field) -> Field {
    field.read = None;
    field
}

pub(super) fn maybe_written(mut field: Field) -> Field {
    if let Some(write) = &mut field.write {
        write.presence = Presence::Maybe;
    }
    field
}

pub(super) fn variant(name: &str, shape: Shape) -> Variant {
    let text = || name.to_owned().into();
    Variant {
        rust_name: text(),
        write: Some(text()),
        read: Some(ReadName { name: text(), aliases: [].as_slice().into() }),
        shape,
        status: None,
        catch_all: false,
        untagged: false,
        since: None,
        docs: "".into(),
        deprecated: None,
    }
}

pub(super) fn alias(mut variant: Variant, alias: &'static str) -> Variant {
    if let Some(read) = &mut variant.read {
        read.aliases = vec![alias.into()].into();
    }
    variant
}

/// `#[serde(other)]`.
pub(super) fn other(name: &str) -> Variant {
    Variant { catch_all: true, ..variant(name, Shape::Unit) }
}

/// `#[serde(untagged)]` on a variant.
pub(super) fn bare(name: &str, shape: Shape) -> Variant {
    Variant { untagged: true, ..variant(name, shape) }
}

pub(super) fn fields(fields: impl IntoIterator<Item = Field>) -> Shape {
    Shape::Fields(fields.into_iter().collect())
}

pub(super) fn newtype(ty: Type) -> Shape {
    Shape::Newtype(ty)
}

pub(super) fn plain(shape: Shape) -> Body {
    Body::Struct(Struct { shape, transparent: false, deny_unknown_fields: false })
}

/// `#[serde(deny_unknown_fields)]`.
pub(super) fn denying(mut body: Body) -> Body {
    match &mut body {
        Body::Struct(body) => body.deny_unknown_fields = true,
        Body::Enum(body) => body.deny_unknown_fields = true,
    }
    body
}

/// `#[non_exhaustive]`.
pub(super) fn open(mut body: Body) -> Body {
    if let Body::Enum(body) = &mut body {
        body.open = true;
    }
    body
}

pub(super) fn choice(tagging: Tagging, variants: impl IntoIterator<Item = Variant>) -> Body {
    let variants = variants.into_iter().collect();
    Body::Enum(Enum {
        tagging,
        variants,
        open: false,
        deny_unknown_fields: false,
        overlapping: false,
    })
}

pub(super) fn internal() -> Tagging {
    Tagging::Internal { tag: "t".into() }
}

pub(super) fn adjacent() -> Tagging {
    Tagging::Adjacent { tag: "t".into(), content: "c".into() }
}

/// A schema of these definitions; those with a parameter call it `T`.
pub(super) fn schema(defs: impl IntoIterator<Item = (&'static str, Body)>) -> Schema {
    let def = |(name, body): (&str, Body)| {
        let (name, params) = match name.strip_suffix("<T>") {
            Some(name) => (name, vec!["T".into()]),
            None => (name, Vec::new()),
        };
        let def = TypeDef {
            id: id(name),
            params: params.into(),
            body,
            docs: "".into(),
            deprecated: None,
            source: Source::default(),
        };
        (def.id.clone(), def)
    };
    Schema { interfaces: Vec::new(), types: defs.into_iter().map(def).collect() }
}
