//! Short ways to write a model.

use crate::model::{
    Absent, Access, Arg, Body, End, Enum, Field, Interface, InterfaceKind, Link, Method, Named,
    Presence, Read, ReadName, Reply, Shape, Source, Struct, Tagging, Type, TypeDef, TypeId,
    Variant, Write,
};
use crate::walk::Schema;

pub(crate) fn id(name: &str) -> TypeId {
    TypeId { module: "shop::model".into(), name: name.to_owned().into() }
}

/// The use of a type.
pub(crate) fn named(name: &str, args: &[Type]) -> Type {
    Type::Named(Named { id: id(name), args: args.to_vec().into(), def: Link(None) })
}

pub(crate) fn option(inner: Type) -> Type {
    Type::Option(inner.into())
}

pub(crate) fn seq(item: Type) -> Type {
    Type::Seq(item.into())
}

/// A field that is always written, and that its type may let be absent.
pub(crate) fn field(name: &str, ty: Type) -> Field {
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

pub(crate) fn fields<const N: usize>(fields: [(&str, Type); N]) -> Shape {
    Shape::Fields(fields.map(|(name, ty)| field(name, ty)).to_vec().into())
}

pub(crate) fn variant(name: &str, shape: Shape) -> Variant {
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

pub(crate) fn plain(shape: Shape) -> Body {
    Body::Struct(Struct { shape, transparent: false, deny_unknown_fields: false })
}

pub(crate) fn transparent(shape: Shape) -> Body {
    Body::Struct(Struct { shape, transparent: true, deny_unknown_fields: false })
}

pub(crate) fn choice(tagging: Tagging, variants: &[Variant]) -> Body {
    let variants = variants.to_vec().into();
    Body::Enum(Enum {
        tagging,
        variants,
        open: false,
        deny_unknown_fields: false,
        overlapping: false,
    })
}

pub(crate) fn def(name: &str, params: &[&'static str], body: Body) -> TypeDef {
    TypeDef {
        id: id(name),
        params: params.iter().map(|param| (*param).into()).collect(),
        body,
        docs: "".into(),
        deprecated: None,
        source: Source::default(),
    }
}

pub(crate) fn schema(defs: impl IntoIterator<Item = TypeDef>) -> Schema {
    let types = defs.into_iter().map(|def| (def.id.clone(), def)).collect();
    Schema { interfaces: Vec::new(), types }
}

pub(crate) fn arg(name: &str, ty: Type) -> Arg {
    let text = || name.to_owned().into();
    Arg { name: text(), rust_name: text(), ty, stream: false }
}

pub(crate) fn method(name: &str, args: &[Arg], reply: Reply) -> Method {
    Method {
        name: name.to_owned().into(),
        aliases: [].as_slice().into(),
        rust_name: name.to_owned().into(),
        args: args.to_vec().into(),
        reply,
        error: None,
        access: Access::Authenticated,
        readonly: false,
        idempotent: false,
        cache: None,
        since: None,
        spawn: false,
        detached: false,
        docs: "".into(),
        deprecated: None,
        source: Source::default(),
    }
}

pub(crate) fn interface(name: &str, methods: &[Method]) -> Interface {
    Interface {
        name: name.to_owned().into(),
        rust_name: name.to_owned().into(),
        kind: InterfaceKind::Rpc,
        served_by: End::Backend,
        version: "1.0.0".into(),
        route_required: false,
        serial: false,
        methods: methods.to_vec().into(),
        docs: "".into(),
        deprecated: None,
        source: Source::default(),
    }
}
