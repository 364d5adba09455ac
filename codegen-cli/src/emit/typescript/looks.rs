//! What may a value look like?

use traitwire_schema::{Body, Enum, Field, Shape, Tagging, Type, TypeDef, Variant};

use super::codecs::{Codecs, Place};
use super::direction::{
    Way, alias_of, field_name, is_name_enum, is_optional, one_way, variant_name,
};
use super::flatten::{all_fields, substituted};
use super::need::takes_any;
use super::text::string;
use super::variants::tagged_variants;
use super::write::{Doc, concat, list};

/// What a value has to look like, and its codec.
pub(super) struct Entry {
    pub(super) fit: Fit,
    pub(super) codec: Option<Doc>,
    /// Of a struct: all its members.
    pub(super) members: Option<Vec<(String, Type)>>,
}

impl Entry {
    pub(super) fn new(fit: Fit, codec: Option<Doc>) -> Entry {
        Entry { fit, codec, members: None }
    }
}

#[derive(PartialEq, Eq)]
pub(super) enum Fit {
    Kind(&'static str),
    /// A string, though not any.
    Form,
    /// One of these strings, or an object with one of them as its tag.
    Is {
        tag: Option<String>,
        names: Vec<String>,
    },
    Members(Vec<String>),
}

impl Fit {
    pub(super) fn doc(&self) -> Doc {
        let texts = |texts: &[String]| {
            list("[", texts.iter().map(|text| string(text).into()).collect(), "]")
        };
        match self {
            Fit::Kind(kind) => string(kind).into(),
            Fit::Form => string("string").into(),
            Fit::Is { tag: None, names } => concat!["{ is: ", texts(names), " }"],
            Fit::Is { tag: Some(tag), names } => {
                concat!["{ is: ", texts(names), format!(", at: {} }}", string(tag))]
            }
            Fit::Members(names) => texts(names),
        }
    }

    /// The members that an object must have.
    pub(super) fn required(&self) -> Option<&[String]> {
        match self {
            Fit::Members(names) => Some(names),
            Fit::Is { tag: Some(tag), .. } => Some(std::slice::from_ref(tag)),
            _ => None,
        }
    }
}

/// The variants without a tag whose values go these ways.
pub(super) fn untagged_variants<'b>(
    body: &'b Enum,
    at: Place<'_>,
) -> impl Iterator<Item = &'b Variant> {
    body.variants.iter().filter(move |variant| {
        (variant.untagged || body.tagging == Tagging::Untagged)
            && Way::BOTH
                .iter()
                .any(|way| at.ways.has(*way) && variant_name(variant, *way).is_some())
    })
}

/// Adds what a shape may look like; none if that is not known.
pub(super) fn of_shape(
    codecs: &mut Codecs<'_, '_>,
    def: &TypeDef,
    shape: &Shape,
    at: Place<'_>,
    entries: &mut Vec<Entry>,
    depth: usize,
) -> Option<()> {
    if let Shape::Newtype(ty) = shape {
        return of_type(codecs, ty, at, entries, depth);
    }
    let codec = codecs.shape(def, shape, at);
    entries.push(object(codecs, shape, at, codec));
    Some(())
}

/// What a shape looks like that is no newtype.
fn object(codecs: &Codecs<'_, '_>, shape: &Shape, at: Place<'_>, codec: Option<Doc>) -> Entry {
    let fields = match shape {
        Shape::Fields(fields) => fields,
        Shape::Tuple(_) => return Entry::new(Fit::Kind("array"), codec),
        Shape::Unit | Shape::Newtype(_) => return Entry::new(Fit::Kind("null"), codec),
    };
    let schema = codecs.plan.schema;
    let (fields, is_all) = all_fields(codecs.plan, fields, at.way());
    let is_required = |field: &Field| {
        let mut ways = Way::BOTH.into_iter().filter(|way| at.ways.has(*way));
        ways.all(|way| {
            field_name(field, way).is_some() && !is_optional(schema, field, &field.ty, way)
        })
    };
    let (mut names, mut members) = (Vec::new(), Vec::new());
    for (field, is_maybe) in fields {
        let Some(name) = field_name(&field, at.way()).map(str::to_owned) else { continue };
        if !is_maybe && is_required(&field) {
            names.push(name.clone());
        }
        members.push((name, field.ty));
    }
    Entry { fit: Fit::Members(names), codec, members: is_all.then_some(members) }
}

/// Adds what a type may look like; none if that is not known.
fn of_type(
    codecs: &mut Codecs<'_, '_>,
    ty: &Type,
    at: Place<'_>,
    entries: &mut Vec<Entry>,
    depth: usize,
) -> Option<()> {
    // Types may contain themselves with nothing between.
    if depth > codecs.plan.schema.types.len() {
        return None;
    }
    let kind = match ty {
        Type::Bool => "bool",
        Type::Int(int) | Type::NonZero(int) | Type::AtMost(int, _) => int.name(),
        Type::F32 => "f32",
        Type::F64 => "f64",
        Type::Float => "float",
        Type::Char => "char",
        Type::String => "string",
        Type::Format(_) => {
            entries.push(Entry::new(Fit::Form, None));
            return Some(());
        }
        Type::Literal(text) => {
            let names = vec![text.to_string()];
            entries.push(Entry::new(Fit::Is { tag: None, names }, None));
            return Some(());
        }
        Type::Bytes => "bytes",
        Type::Unit => "null",
        Type::Seq(_) | Type::Set(_) | Type::Array(..) | Type::Tuple(_) => "array",
        Type::Map(..) => {
            let codec = codecs.ty(ty, at);
            entries.push(Entry::new(Fit::Members(Vec::new()), codec));
            return Some(());
        }
        Type::Json => {
            let codec = codecs.ty(ty, at);
            anything(codec.as_ref(), None, entries);
            return Some(());
        }
        Type::Option(inner) => {
            entries.push(Entry::new(Fit::Kind("null"), None));
            return of_type(codecs, inner, at, entries, depth + 1);
        }
        Type::Param(_) => return None,
        Type::Split { .. } => {
            return of_type(codecs, one_way(ty, at.way()), at, entries, depth + 1);
        }
        Type::Named(named) => {
            let def = codecs.plan.schema.def(&named.id)?;
            return match &def.body {
                Body::Struct(body) => match alias_of(body) {
                    Some(inner) => {
                        let inner = inner.substitute(&named.args);
                        of_type(codecs, &inner, at, entries, depth + 1)
                    }
                    None => {
                        // The type has a codec of its own.
                        let codec = codecs.ty(ty, at);
                        let shape = substituted(&body.shape, &named.args);
                        entries.push(object(codecs, &shape, at, codec));
                        Some(())
                    }
                },
                Body::Enum(body) => of_enum(codecs, (ty, def, body), at, entries, depth),
            };
        }
    };
    let codec = codecs.ty(ty, at);
    entries.push(Entry::new(Fit::Kind(kind), codec));
    Some(())
}

/// Adds what an enum inside an untagged one may look like.
fn of_enum(
    codecs: &mut Codecs<'_, '_>,
    (ty, def, body): (&Type, &TypeDef, &Enum),
    at: Place<'_>,
    entries: &mut Vec<Entry>,
    depth: usize,
) -> Option<()> {
    let Type::Named(named) = ty else { return None };
    let is_any = |variant: &Variant| takes_any(body, at.way()) && body.catches_all(variant);
    if body.tagging != Tagging::Untagged {
        of_tagged(codecs, ty, body, at, entries);
    }
    for variant in untagged_variants(body, at) {
        if is_any(variant) {
            let codec = codecs.ty(ty, at);
            anything(codec.as_ref(), codec.as_ref(), entries);
        } else if !is_name_enum(body) {
            let shape = substituted(&variant.shape, &named.args);
            of_shape(codecs, def, &shape, at, entries, depth + 1)?;
        }
    }
    Some(())
}

/// Adds what the variants of an enum may look like that have a tag.
fn of_tagged(
    codecs: &mut Codecs<'_, '_>,
    ty: &Type,
    body: &Enum,
    at: Place<'_>,
    entries: &mut Vec<Entry>,
) {
    let codec = codecs.ty(ty, at);
    let is_open = at.ways.has(Way::Out) && body.is_open();
    let known = tagged_variants(body, at);
    match &body.tagging {
        Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } => {
            let names = known.iter().map(|(name, _)| (*name).to_owned()).collect();
            let fit = if is_open {
                Fit::Members(vec![tag.to_string()])
            } else {
                Fit::Is { tag: Some(tag.to_string()), names }
            };
            entries.push(Entry::new(fit, codec));
        }
        Tagging::External | Tagging::Untagged => {
            let (names, with): (Vec<_>, Vec<_>) =
                known.into_iter().partition(|(_, variant)| variant.shape == Shape::Unit);
            if is_name_enum(body) && body.is_open() {
                entries.push(Entry::new(Fit::Form, codec));
                return;
            }
            if !names.is_empty() && is_open {
                entries.push(Entry::new(Fit::Form, codec.clone()));
            } else if !names.is_empty() {
                let names = names.iter().map(|(name, _)| (*name).to_owned()).collect();
                entries.push(Entry::new(Fit::Is { tag: None, names }, codec.clone()));
            }
            for (name, _) in with {
                let fit = Fit::Members(vec![name.to_owned()]);
                entries.push(Entry::new(fit, codec.clone()));
            }
        }
    }
}

/// Adds all kinds of JSON; `word` is the codec of those that have no integers.
fn anything(codec: Option<&Doc>, word: Option<&Doc>, entries: &mut Vec<Entry>) {
    for kind in ["null", "bool", "string"] {
        entries.push(Entry::new(Fit::Kind(kind), word.cloned()));
    }
    for kind in ["i128", "u128", "f64", "array"] {
        entries.push(Entry::new(Fit::Kind(kind), codec.cloned()));
    }
    entries.push(Entry::new(Fit::Members(Vec::new()), codec.cloned()));
}
