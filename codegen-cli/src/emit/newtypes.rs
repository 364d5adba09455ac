//! What is a type behind its newtypes?

use traitwire_schema::walk::Schema;
use traitwire_schema::{Body, Enum, Int, Named, Shape, Struct, Tagging, Type};

/// The type that a struct is on the wire, if it is nothing but that type.
pub(super) fn alias_of(body: &Struct) -> Option<&Type> {
    match &body.shape {
        Shape::Newtype(ty) => Some(ty),
        Shape::Fields(fields) if body.transparent => fields.first().map(|field| &field.ty),
        Shape::Tuple(types) if body.transparent => types.first(),
        _ => None,
    }
}

/// The type behind newtypes; none if it is only itself.
pub(super) fn behind(schema: &Schema, ty: &Type) -> Option<Type> {
    let mut ty = ty.clone();
    // No chain of newtypes is longer than there are types.
    for _ in 0..=schema.types.len() {
        let inner = match definition(schema, &ty) {
            Some((named, Body::Struct(body))) => {
                alias_of(body).map(|inner| inner.substitute(&named.args))
            }
            _ => None,
        };
        match inner {
            Some(inner) => ty = inner,
            None => return Some(ty),
        }
    }
    None
}

/// What a defined type is defined as.
pub(super) fn definition<'s, 't>(
    schema: &'s Schema,
    ty: &'t Type,
) -> Option<(&'t Named, &'s Body)> {
    let Type::Named(named) = ty else { return None };
    Some((named, &schema.def(&named.id)?.body))
}

/// Whether a type is bytes, or a newtype of bytes.
pub(super) fn is_bytes(schema: &Schema, ty: &Type) -> bool {
    behind(schema, ty) == Some(Type::Bytes)
}

/// Whether all variants that cross are their names and nothing else.
pub(super) fn is_unit_enum(body: &Enum) -> bool {
    body.tagging == Tagging::External
        && body.variants.iter().all(|variant| variant.shape == Shape::Unit)
}

/// What the keys of a map are: in JSON they are text, whatever they are in Rust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    Text,
    Char,
    Bytes,
    Int(Int),
    Real,
    Bool,
    /// The names of an enum's variants.
    Enum(Named),
}

/// What the keys of a map are; none if JSON cannot have them.
pub(super) fn map_key(schema: &Schema, ty: &Type) -> Option<Key> {
    Some(match behind(schema, ty)? {
        // What stands for the parameter is text in JSON, whatever it is.
        Type::String | Type::Param(_) | Type::Format(_) | Type::Literal(_) => Key::Text,
        Type::Char => Key::Char,
        Type::Bytes => Key::Bytes,
        Type::Int(int) | Type::NonZero(int) | Type::AtMost(int, _) => Key::Int(int),
        Type::Split { write, read } => {
            let (written, read) = (map_key(schema, &write)?, map_key(schema, &read)?);
            if written == read { written } else { Key::Text }
        }
        Type::F32 | Type::F64 => Key::Real,
        Type::Bool => Key::Bool,
        Type::Named(named) => match &schema.def(&named.id)?.body {
            Body::Enum(body) if is_unit_enum(body) => Key::Enum(named),
            Body::Enum(_) if schema.is_text(&Type::Named(named)) => Key::Text,
            _ => return None,
        },
        _ => return None,
    })
}
