//! Which members does a type put among those of others, and which does it take from them?
//!
//! A flattened field, and the content of a variant behind a tag, share an object with others. How serde
//! reads one was found by reading its `FlatMapDeserializer` and `ContentDeserializer`: a struct of plain
//! fields takes what it knows and leaves the rest, an enum by key takes its key, one by tag and content
//! takes these two; all others look at whatever is left, and take nothing.

use std::collections::BTreeSet;

use traitwire_schema::{Body, Enum, Field, Named, Shape, Tagging, Type, Variant};

use super::types::Schemas;
use super::variants::called;
use crate::emit::direction::{Way, field_name, one_way};
use crate::emit::newtypes::alias_of;

/// How far types are followed that stand in one object. Nothing that people write comes near this.
const DEEPEST: usize = 32;

/// Names of members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Names {
    /// These.
    Known(BTreeSet<String>),
    /// They depend on the value.
    Any,
}

impl Names {
    pub(super) fn none() -> Names {
        Names::Known(BTreeSet::new())
    }

    pub(super) fn and(mut self, other: Names) -> Names {
        match (&mut self, other) {
            (Names::Known(names), Names::Known(more)) => names.extend(more),
            _ => self = Names::Any,
        }
        self
    }

    pub(super) fn of<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Names {
        Names::Known(names.into_iter().map(Into::into).collect())
    }
}

/// What a type is once it shares an object with others.
#[derive(Debug, Clone)]
pub(super) enum Part<'a> {
    /// No member of its own, and any may be there.
    Nothing,
    /// A unit, which has no member.
    Unit,
    Option(Type),
    Map(Type, Type),
    Struct(Named, &'a [Field], bool),
    Enum(Named, &'a Enum),
    /// It is no object.
    Other,
}

/// What the name of a variant may be, where values go this way: a reader knows several.
pub(super) fn variant_names(variant: &Variant, way: Way) -> Vec<&str> {
    match (way, &variant.read) {
        (Way::Out, _) => variant.write.as_deref().into_iter().collect(),
        (Way::In, Some(read)) => {
            let aliases = read.aliases.iter().filter(|alias| **alias != read.name);
            [&*read.name].into_iter().chain(aliases.map(|alias| &**alias)).collect()
        }
        (Way::In, None) => Vec::new(),
    }
}

/// The same of a field.
pub(super) fn field_names(field: &Field, way: Way) -> Vec<&str> {
    match (way, &field.read) {
        (Way::Out, _) => field.write.as_ref().map(|write| &*write.name).into_iter().collect(),
        (Way::In, Some(read)) => {
            let aliases = read.aliases.iter().filter(|alias| **alias != read.name);
            [&*read.name].into_iter().chain(aliases.map(|alias| &**alias)).collect()
        }
        (Way::In, None) => Vec::new(),
    }
}

/// Whether a struct or a variant has flattened fields that go this way.
pub(super) fn flattens(fields: &[Field], way: Way) -> bool {
    fields.iter().any(|field| field.flatten && field_name(field, way).is_some())
}

/// Whether some of its variants have no tag though the others do. It then reads as one without tags.
pub(super) fn is_mixed(body: &Enum) -> bool {
    body.tagging == Tagging::Untagged || body.variants.iter().any(|variant| variant.untagged)
}

impl<'a> Schemas<'a> {
    /// What a type is behind its newtypes.
    pub(super) fn part(&self, ty: &Type, way: Way) -> Part<'a> {
        let mut ty = one_way(ty, way).clone();
        for _ in 0..=self.schema.types.len() {
            let named = match ty {
                Type::Unit => return Part::Unit,
                Type::Json | Type::Param(_) => return Part::Nothing,
                Type::Option(inner) => return Part::Option((*inner).clone()),
                Type::Map(key, value) => return Part::Map((*key).clone(), (*value).clone()),
                Type::Named(named) => named,
                _ => return Part::Other,
            };
            match self.schema.def(&named.id).map(|def| &def.body) {
                Some(Body::Enum(body)) => return Part::Enum(named, body),
                Some(Body::Struct(body)) => match (alias_of(body), &body.shape) {
                    (Some(inner), _) => ty = one_way(&inner.substitute(&named.args), way).clone(),
                    (None, Shape::Fields(fields)) => {
                        return Part::Struct(named, fields, body.deny_unknown_fields);
                    }
                    (None, Shape::Unit) => return Part::Unit,
                    _ => return Part::Other,
                },
                None => return Part::Other,
            }
        }
        Part::Other
    }

    /// What a flattened reader takes from the members, so that those after it do not see it.
    pub(super) fn taken(&self, ty: &Type, way: Way) -> Names {
        match self.part(ty, way) {
            Part::Option(inner) => self.taken(&inner, way),
            Part::Struct(_, fields, _) if !flattens(fields, way) => {
                let names = fields.iter().flat_map(|field| field_names(field, way));
                Names::of(names)
            }
            Part::Enum(_, body) if !is_mixed(body) => match &body.tagging {
                Tagging::External => Names::of(keys_of(body, way)),
                Tagging::Adjacent { tag, content } => {
                    Names::of([tag.to_string(), content.to_string()])
                }
                Tagging::Internal { .. } | Tagging::Untagged => Names::none(),
            },
            _ => Names::none(),
        }
    }

    /// The members that a type may have among others.
    pub(super) fn members_of(&self, ty: &Type, way: Way) -> Names {
        self.members_within(ty, way, DEEPEST)
    }

    fn members_within(&self, ty: &Type, way: Way, depth: usize) -> Names {
        let Some(depth) = depth.checked_sub(1) else { return Names::Any };
        match self.part(ty, way) {
            Part::Unit | Part::Other => Names::none(),
            Part::Nothing | Part::Map(..) => Names::Any,
            Part::Option(inner) => self.members_within(&inner, way, depth),
            Part::Struct(named, fields, _) => self.fields_within(fields, &named.args, way, depth),
            // A later version may have other members.
            Part::Enum(_, body) if way == Way::Out && body.is_open() => Names::Any,
            Part::Enum(named, body) => {
                let of_variant = |(variant, _): &(&Variant, &str)| {
                    let tagged = !variant.untagged;
                    match &body.tagging {
                        Tagging::External if tagged => Names::of(variant_names(variant, way)),
                        Tagging::Adjacent { tag, content } if tagged => {
                            Names::of([tag.to_string(), content.to_string()])
                        }
                        Tagging::Internal { tag } if tagged => Names::of([tag.to_string()])
                            .and(self.content_within(&variant.shape, &named.args, way, depth)),
                        _ => self.content_within(&variant.shape, &named.args, way, depth),
                    }
                };
                called(body, way).iter().map(of_variant).fold(Names::none(), Names::and)
            }
        }
    }

    fn content_within(&self, shape: &Shape, args: &[Type], way: Way, depth: usize) -> Names {
        match shape {
            Shape::Unit | Shape::Tuple(_) => Names::none(),
            Shape::Newtype(ty) => self.members_within(&ty.substitute(args), way, depth),
            Shape::Fields(fields) => self.fields_within(fields, args, way, depth),
        }
    }

    fn fields_within(&self, fields: &[Field], args: &[Type], way: Way, depth: usize) -> Names {
        let of_field = |field: &Field| match field_name(field, way) {
            Some(_) if field.flatten => self.members_within(&field.ty.substitute(args), way, depth),
            _ => Names::of(field_names(field, way)),
        };
        fields.iter().map(of_field).fold(Names::none(), Names::and)
    }

    /// The members of which none is there where an optional part is not; none where that cannot be
    /// said.
    pub(super) fn signs_of(&self, ty: &Type, way: Way) -> Option<BTreeSet<String>> {
        if let Part::Enum(_, body) = self.part(ty, way)
            && !is_mixed(body)
            && let Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } = &body.tagging
        {
            return Some([tag.to_string()].into());
        }
        match self.members_of(ty, way) {
            Names::Known(names) if !names.is_empty() => Some(names),
            _ => None,
        }
    }

    /// Whether the description of a type holds as it is where members of others stand beside its own.
    pub(super) fn suffers_others(&self, ty: &Type, way: Way) -> bool {
        self.suffers_within(ty, way, DEEPEST)
    }

    fn suffers_within(&self, ty: &Type, way: Way, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let suffers = |shape: &Shape, args: &[Type], denies: bool| match shape {
            Shape::Unit => true,
            Shape::Newtype(ty) => {
                let ty = ty.substitute(args);
                matches!(self.part(&ty, way), Part::Struct(..))
                    && self.suffers_within(&ty, way, depth)
            }
            Shape::Tuple(_) => false,
            Shape::Fields(fields) => {
                !(denies && way == Way::In)
                    && fields.iter().all(|field| {
                        field_name(field, way).is_none()
                            || !field.flatten
                            || self.suffers_within(&field.ty.substitute(args), way, depth)
                    })
            }
        };
        match self.part(ty, way) {
            Part::Nothing => true,
            Part::Struct(named, fields, denies) => {
                suffers(&Shape::Fields(fields.to_vec().into()), &named.args, denies)
            }
            Part::Enum(named, body) => {
                let denies = body.deny_unknown_fields;
                called(body, way).iter().all(|(variant, _)| match &body.tagging {
                    _ if variant.untagged => false,
                    Tagging::Internal { .. } => suffers(&variant.shape, &named.args, denies),
                    Tagging::Adjacent { .. } => !(denies && way == Way::In),
                    Tagging::Untagged => {
                        variant.shape != Shape::Unit && suffers(&variant.shape, &named.args, denies)
                    }
                    Tagging::External => false,
                })
            }
            Part::Unit | Part::Option(_) | Part::Map(..) | Part::Other => false,
        }
    }
}

/// All names of variants: the keys by which one is known.
fn keys_of(body: &Enum, way: Way) -> Vec<String> {
    let names = body.variants.iter().flat_map(|variant| variant_names(variant, way));
    names.map(str::to_owned).collect()
}
