//! What does a value bring whose members stand among those of another?
//!
//! That of a flattened field, and the content of a variant that stands beside its tag: serde treats both
//! alike.

use std::collections::BTreeSet;

use traitwire_schema::{
    Body, Enum, Field, Presence, Shape, Struct, Tagging, Type, TypeDef, Variant,
};

use super::Plan;
use super::direction::{Way, alias_of, field_name, is_name_enum, variant_name};
use crate::emit::newtypes::{Key, behind_one_way, definition, map_key_one_way};

/// What a value brings.
pub(super) enum Brings {
    Nothing,
    /// The members of a struct.
    Members(Vec<Field>),
    /// Any members: keys and values.
    Map(Type, Type),
    /// What stands for a parameter.
    Param,
    /// What a variant has; the parameters are replaced.
    Variants(Enum),
    /// It is no object.
    Wrong,
}

/// What a value of a type brings that goes this way, and whether it may bring nothing.
pub(super) fn brings(plan: &Plan<'_>, ty: &Type, way: Way) -> (Brings, bool) {
    let mut is_optional = false;
    let mut ty = ty.clone();
    // No chain of newtypes and options is longer than there are types.
    for _ in 0..=plan.schema.types.len() {
        match behind_one_way(plan.schema, &ty, way) {
            Some(Type::Option(inner)) => {
                is_optional = true;
                ty = (*inner).clone();
            }
            Some(ty) => return (brings_itself(plan, &ty), is_optional),
            None => break,
        }
    }
    (Brings::Wrong, is_optional)
}

fn brings_itself(plan: &Plan<'_>, ty: &Type) -> Brings {
    match ty {
        Type::Unit => Brings::Nothing,
        Type::Json => Brings::Map(Type::String, Type::Json),
        Type::Map(key, value) => Brings::Map((**key).clone(), (**value).clone()),
        Type::Param(_) => Brings::Param,
        ty => match definition(plan.schema, ty) {
            Some((_, Body::Struct(Struct { shape: Shape::Unit, .. }))) => Brings::Nothing,
            Some((named, Body::Struct(body))) if alias_of(body).is_none() => {
                match substituted(&body.shape, &named.args) {
                    Shape::Fields(fields) => Brings::Members(fields.into_owned()),
                    _ => Brings::Wrong,
                }
            }
            Some((named, Body::Enum(body))) => Brings::Variants(instance(body, &named.args)),
            _ => Brings::Wrong,
        },
    }
}

/// An enum with its parameters replaced.
pub(super) fn instance(body: &Enum, args: &[Type]) -> Enum {
    let mut body = body.clone();
    for variant in body.variants.to_mut() {
        variant.shape = substituted(&variant.shape, args);
    }
    body
}

/// Whether all that a type may look like are objects whose members all have names, so that others can
/// stand among them with no more said.
pub(super) fn is_plain(plan: &Plan<'_>, ty: &Type, way: Way) -> bool {
    match brings(plan, ty, way) {
        (Brings::Members(fields), false) => are_plain(plan, &fields, way),
        (Brings::Variants(body), false) => {
            !is_name_enum(&body)
                && crossing(&body, way).all(|v| is_plain_variant(plan, &body, v, way))
        }
        _ => false,
    }
}

fn are_plain(plan: &Plan<'_>, fields: &[Field], way: Way) -> bool {
    let mut flattened =
        fields.iter().filter(|field| field.flatten && field_name(field, way).is_some());
    flattened.all(|field| match brings(plan, &field.ty, way) {
        (Brings::Nothing, _) => true,
        (_, true) => false,
        _ if may_be_skipped(field, way) => false,
        _ => is_plain(plan, &field.ty, way),
    })
}

fn is_plain_variant(plan: &Plan<'_>, body: &Enum, variant: &Variant, way: Way) -> bool {
    let is_bare = variant.untagged || body.tagging == Tagging::Untagged;
    match (&body.tagging, &variant.shape) {
        (Tagging::External, shape) if !is_bare => *shape != Shape::Unit,
        (Tagging::Adjacent { .. }, _) if !is_bare => true,
        (_, Shape::Fields(fields)) => are_plain(plan, fields, way),
        (_, Shape::Newtype(ty)) => {
            (!is_bare && matches!(brings(plan, ty, way), (Brings::Nothing, false)))
                || is_plain(plan, ty, way)
        }
        (_, Shape::Unit) => !is_bare,
        (_, Shape::Tuple(_)) => false,
    }
}

/// The variants whose values go this way.
fn crossing(body: &Enum, way: Way) -> impl Iterator<Item = &Variant> {
    body.variants.iter().filter(move |variant| variant_name(variant, way).is_some())
}

/// Whether the members of a map are any that the names of others may be too.
pub(super) fn is_any_name(plan: &Plan<'_>, key: &Type, way: Way) -> bool {
    matches!(
        map_key_one_way(plan.schema, key, way),
        None | Some(Key::Text | Key::Char | Key::Bytes)
    )
}

/// The fields of a struct with those of the structs that are flattened into it, and whether that is all
/// that it may have. Those of an option are told apart.
pub(super) fn all_fields(
    plan: &Plan<'_>,
    fields: &[Field],
    way: Way,
) -> (Vec<(Field, bool)>, bool) {
    let (mut all, mut is_all) = (Vec::new(), true);
    for field in fields.iter().filter(|field| field_name(field, way).is_some()) {
        if !field.flatten {
            all.push((field.clone(), false));
            continue;
        }
        match brings(plan, &field.ty, way) {
            (Brings::Nothing, _) => {}
            (Brings::Members(inside), maybe) => {
                let (inside, is_known) = all_fields(plan, &inside, way);
                let maybe = maybe || may_be_skipped(field, way);
                all.extend(inside.into_iter().map(|(field, inner)| (field, maybe || inner)));
                is_all &= is_known;
            }
            _ => is_all = false,
        }
    }
    (all, is_all)
}

/// Whether names of an open enum stand among the members of a definition, where one that is not known is
/// kept.
pub(super) fn brings_open_names(plan: &Plan<'_>, def: &TypeDef, way: Way) -> bool {
    let is_one = |ty: &Type| match brings(plan, ty, way).0 {
        Brings::Variants(body) => is_name_enum(&body) && body.is_open(),
        _ => false,
    };
    let of_shape = |shape: &Shape| match shape {
        Shape::Fields(fields) => fields
            .iter()
            .any(|field| field.flatten && field_name(field, way).is_some() && is_one(&field.ty)),
        _ => false,
    };
    match &def.body {
        Body::Struct(body) => of_shape(&body.shape),
        Body::Enum(body) => crossing(body, way).any(|variant| match &variant.shape {
            Shape::Newtype(ty) if matches!(body.tagging, Tagging::Internal { .. }) => is_one(ty),
            shape => of_shape(shape),
        }),
    }
}

/// Whether a struct has no members at all.
pub(super) fn are_none(plan: &Plan<'_>, fields: &[Field], way: Way) -> bool {
    let (all, is_all) = all_fields(plan, fields, way);
    all.is_empty() && is_all
}

/// Whether a writer leaves out all members of a flattened field at times. A reader always looks for
/// them, whatever default it has.
pub(super) fn may_be_skipped(field: &Field, way: Way) -> bool {
    let write = field.write.as_ref().filter(|_| way == Way::Out);
    write.is_some_and(|write| write.presence == Presence::Maybe)
}

/// The names of all members that an enum may bring; none if they may be any.
pub(super) fn names_of(
    plan: &Plan<'_>,
    body: &Enum,
    is_open: bool,
    way: Way,
) -> Option<Vec<String>> {
    let mut names = Vec::new();
    if let Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } = &body.tagging {
        names.push(tag.to_string());
        if is_open {
            names.push("raw".to_owned());
        }
    }
    for variant in crossing(body, way) {
        let name = variant_name(variant, way).unwrap_or_default();
        match &body.tagging {
            _ if variant.untagged => names.extend(inside(plan, &variant.shape, way)?),
            Tagging::External => names.push(name.to_owned()),
            Tagging::Adjacent { content, .. } => names.push(content.to_string()),
            _ => names.extend(inside(plan, &variant.shape, way)?),
        }
    }
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    Some(names)
}

fn inside(plan: &Plan<'_>, shape: &Shape, way: Way) -> Option<Vec<String>> {
    match shape {
        Shape::Fields(fields) => names(plan, fields, way),
        Shape::Newtype(ty) => match brings(plan, ty, way).0 {
            Brings::Members(fields) => names(plan, &fields, way),
            Brings::Variants(body) => names_of(plan, &body, body.is_open(), way),
            Brings::Map(..) | Brings::Param => None,
            Brings::Nothing | Brings::Wrong => Some(Vec::new()),
        },
        Shape::Unit | Shape::Tuple(_) => Some(Vec::new()),
    }
}

fn names(plan: &Plan<'_>, fields: &[Field], way: Way) -> Option<Vec<String>> {
    let mut all = Vec::new();
    for field in fields {
        let Some(name) = field_name(field, way) else { continue };
        if field.flatten {
            all.extend(inside(plan, &Shape::Newtype(field.ty.clone()), way)?);
        } else {
            all.push(name.to_owned());
        }
    }
    Some(all)
}

/// A shape with the parameters of its definition replaced.
pub(super) fn substituted(shape: &Shape, args: &[Type]) -> Shape {
    match shape {
        Shape::Unit => Shape::Unit,
        Shape::Newtype(ty) => Shape::Newtype(ty.substitute(args)),
        Shape::Tuple(items) => {
            Shape::Tuple(items.iter().map(|item| item.substitute(args)).collect())
        }
        Shape::Fields(fields) => {
            let mut fields = fields.clone();
            fields.to_mut().iter_mut().for_each(|field| field.ty = field.ty.substitute(args));
            Shape::Fields(fields)
        }
    }
}
