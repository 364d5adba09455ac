//! What is a type behind its newtypes?

use traitwire_schema::walk::Schema;
use traitwire_schema::{Body, Enum, Int, Named, Shape, Struct, Tagging, Type};

use super::direction::{Way, one_way};

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
    unwrapped(schema, ty, |ty| ty)
}

/// The same of a type that goes this way.
pub(super) fn behind_one_way(schema: &Schema, ty: &Type, way: Way) -> Option<Type> {
    unwrapped(schema, ty, |ty| one_way(ty, way))
}

fn unwrapped(schema: &Schema, ty: &Type, side: impl Fn(&Type) -> &Type) -> Option<Type> {
    let mut ty = side(ty).clone();
    // No chain of newtypes is longer than there are types.
    for _ in 0..=schema.types.len() {
        let inner = match definition(schema, &ty) {
            Some((named, Body::Struct(body))) => {
                alias_of(body).map(|inner| inner.substitute(&named.args))
            }
            _ => None,
        };
        match inner {
            Some(inner) => ty = side(&inner).clone(),
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
        && body.variants.iter().all(|variant| variant.shape == Shape::Unit && !variant.untagged)
}

/// Whether every value is a string: the name of a variant, or a text that catches all others.
pub(super) fn is_name_enum(body: &Enum) -> bool {
    let is_text = |shape: &Shape| matches!(shape, Shape::Newtype(Type::String));
    body.tagging == Tagging::External
        && body.variants.iter().all(|variant| {
            if variant.untagged {
                is_text(&variant.shape) && body.catches_all(variant)
            } else {
                variant.shape == Shape::Unit
            }
        })
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

/// What the keys of a map are; none if JSON cannot have them, one way or the other.
pub(super) fn map_key(schema: &Schema, ty: &Type) -> Option<Key> {
    map_key_one_way(schema, ty, Way::In)?;
    map_key_one_way(schema, ty, Way::Out)
}

/// What the keys of a map that goes this way are.
pub(super) fn map_key_one_way(schema: &Schema, ty: &Type, way: Way) -> Option<Key> {
    Some(match behind_one_way(schema, ty, way)? {
        // What stands for the parameter is text in JSON, whatever it is.
        Type::String | Type::Param(_) | Type::Format(_) | Type::Literal(_) | Type::Float => {
            Key::Text
        }
        Type::Char => Key::Char,
        Type::Bytes => Key::Bytes,
        Type::Int(int) | Type::NonZero(int) | Type::AtMost(int, _) => Key::Int(int),
        Type::F32 | Type::F64 => Key::Real,
        Type::Bool => Key::Bool,
        Type::Named(named) => match &schema.def(&named.id)?.body {
            Body::Enum(body) if is_unit_enum(body) => Key::Enum(named),
            Body::Enum(body) if is_name_enum(body) => Key::Text,
            _ => return None,
        },
        _ => return None,
    })
}
