//! How is a value told from others that has no tag?
//!
//! By what it looks like, variant by variant, as serde does.

use traitwire_schema::{Body, Enum, Field, Shape, Tagging, Type, TypeDef, Variant};

use super::codecs::{Codecs, Place};
use super::direction::{Way, alias_of, field_name, is_optional, one_way, variant_name};
use super::text::string;
use super::write::{Doc, concat, list, print};
use crate::emit::Problem;

/// What a value has to look like, and its codec.
struct Entry {
    fit: Fit,
    codec: Option<Doc>,
    /// Of a struct: all its members.
    members: Option<Vec<(String, Type)>>,
}

impl Entry {
    fn new(fit: Fit, codec: Option<Doc>) -> Entry {
        Entry { fit, codec, members: None }
    }
}

#[derive(PartialEq, Eq)]
enum Fit {
    Kind(&'static str),
    /// A string, though not any.
    Names,
    Members(Vec<String>),
}

/// The codec of an untagged enum; none if no variant has something to do.
pub(super) fn codec(
    codecs: &mut Codecs<'_, '_>,
    def: &TypeDef,
    body: &Enum,
    at: Place<'_>,
) -> Option<Doc> {
    let mut entries = Vec::new();
    let mut untold = None;
    for variant in crossing(body, at) {
        if of_shape(codecs, &variant.shape, at, &mut entries, 0).is_none() {
            untold = Some((&variant.rust_name, "it may be anything"));
        }
    }
    if entries.iter().all(|entry| entry.codec.is_none()) {
        return None;
    }
    if let Some(problem) = untold.map(|(name, why)| cannot_tell(def, name, why)) {
        codecs.problems.push(problem);
    } else if arrays_differ(&entries) {
        codecs.problems.push(cannot_tell(def, "array", "several variants are arrays"));
    } else if strings_differ(&entries) {
        codecs.problems.push(cannot_tell(def, "string", "several variants are strings"));
    } else if let Some(names) = hidden(codecs, at, &entries) {
        let why = "an earlier variant takes its objects";
        codecs.problems.push(cannot_tell(def, &format!("{{ {} }}", names.join(", ")), why));
    }
    let entries = entries.into_iter().map(|Entry { fit, codec, .. }| {
        let fit = match fit {
            Fit::Kind(kind) => Doc::from(string(kind)),
            Fit::Names => Doc::from(string("string")),
            Fit::Members(names) => {
                list("[", names.iter().map(|name| string(name).into()).collect(), "]")
            }
        };
        concat!["[", fit, ", ", codec.unwrap_or_else(|| "null".into()), "]"]
    });
    let entries = entries.collect();
    Some(codecs.call("untagged", entries, at))
}

/// Elements of arrays are not looked at, so all arrays must be decoded alike.
fn arrays_differ(entries: &[Entry]) -> bool {
    let mut arrays = entries
        .iter()
        .filter(|entry| entry.fit == Fit::Kind("array"))
        .map(|entry| entry.codec.as_ref().map(print));
    let first = arrays.next();
    arrays.any(|other| Some(other) != first)
}

/// The runtime takes any string for one of the names of an enum.
fn strings_differ(entries: &[Entry]) -> bool {
    let is_text = |fit: &Fit| matches!(fit, Fit::Kind("string" | "char" | "bytes") | Fit::Names);
    let first = entries.iter().position(|entry| entry.fit == Fit::Names);
    first.is_some_and(|first| {
        let codec = entries[first].codec.as_ref().map(print);
        let mut later = entries[first..].iter().filter(|entry| is_text(&entry.fit));
        later.any(|entry| entry.codec.as_ref().map(print) != codec)
    })
}

/// The required members of objects that the runtime would take for those of an earlier variant, which
/// are decoded in another way: it does not look at the values of members, nor for members too many.
fn hidden<'e>(
    codecs: &Codecs<'_, '_>,
    at: Place<'_>,
    entries: &'e [Entry],
) -> Option<&'e [String]> {
    let has_codec = |ty: &Type| !codecs.needs.ty(ty, at.ways).is_none();
    let differ = |first: &Entry, later: &Entry| match (&first.members, &later.members) {
        (Some(first), Some(later)) => later.iter().any(|(name, ty)| {
            let same = first.iter().find(|(other, _)| other == name).map(|(_, other)| other);
            same != Some(ty) && (has_codec(ty) || same.is_some_and(has_codec))
        }),
        _ => first.codec.as_ref().map(print) != later.codec.as_ref().map(print),
    };
    for (index, later) in entries.iter().enumerate() {
        let Fit::Members(names) = &later.fit else { continue };
        let takes = |first: &Entry| match &first.fit {
            Fit::Members(required) => required.iter().all(|name| names.contains(name)),
            _ => false,
        };
        if entries[..index].iter().any(|first| takes(first) && differ(first, later)) {
            return Some(names);
        }
    }
    None
}

/// The variants whose values go these ways.
fn crossing<'b>(body: &'b Enum, at: Place<'_>) -> impl Iterator<Item = &'b Variant> {
    body.variants.iter().filter(move |variant| {
        Way::BOTH.iter().any(|way| at.ways.has(*way) && variant_name(variant, *way).is_some())
    })
}

fn cannot_tell(def: &TypeDef, variant: &str, why: &str) -> Problem {
    Problem {
        message: format!(
            "the variants of the untagged enum `{}` cannot be told apart in JSON, and their values \
             need decoding: {why} (`{variant}`)",
            def.id
        ),
        source: def.source.clone(),
        label: "untagged".to_owned(),
        help: Some("give it a tag: #[serde(tag = \"type\", content = \"value\")]".to_owned()),
    }
}

/// Adds what a shape may look like; none if that is not known.
fn of_shape(
    codecs: &mut Codecs<'_, '_>,
    shape: &Shape,
    at: Place<'_>,
    entries: &mut Vec<Entry>,
    depth: usize,
) -> Option<()> {
    if let Shape::Newtype(ty) = shape {
        return of_type(codecs, ty, at, entries, depth);
    }
    let codec = codecs.shape(shape, at);
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
    let required = |field: &&Field| {
        let mut ways = Way::BOTH.into_iter().filter(|way| at.ways.has(*way));
        !field.flatten
            && ways.all(|way| {
                field_name(field, way).is_some() && !is_optional(schema, field, &field.ty, way)
            })
    };
    let way = if at.ways.has(Way::Out) { Way::Out } else { Way::In };
    let names = fields.iter().filter(required).filter_map(|field| field_name(field, way));
    let members = fields
        .iter()
        .filter_map(|field| Some((field_name(field, way)?.to_owned(), field.ty.clone())))
        .collect();
    let fit = Fit::Members(names.map(str::to_owned).collect());
    Entry { fit, codec, members: Some(members) }
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
        Type::Float => return None,
        Type::Char => "char",
        Type::String | Type::Format(_) | Type::Literal(_) => "string",
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
            for kind in ["null", "bool", "string"] {
                entries.push(Entry::new(Fit::Kind(kind), None));
            }
            for kind in ["i128", "u128", "f64", "array"] {
                entries.push(Entry::new(Fit::Kind(kind), codec.clone()));
            }
            entries.push(Entry::new(Fit::Members(Vec::new()), codec));
            return Some(());
        }
        Type::Option(inner) => {
            entries.push(Entry::new(Fit::Kind("null"), None));
            return of_type(codecs, inner, at, entries, depth + 1);
        }
        Type::Param(_) => return None,
        Type::Split { .. } => {
            let way = if at.ways.has(Way::Out) { Way::Out } else { Way::In };
            return of_type(codecs, one_way(ty, way), at, entries, depth + 1);
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
                Body::Enum(body) => of_enum(codecs, ty, &named.args, body, at, entries, depth),
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
    ty: &Type,
    args: &[Type],
    body: &Enum,
    at: Place<'_>,
    entries: &mut Vec<Entry>,
    depth: usize,
) -> Option<()> {
    let way = if at.ways.has(Way::Out) { Way::Out } else { Way::In };
    match &body.tagging {
        Tagging::Untagged => {
            for variant in crossing(body, at) {
                let shape = substituted(&variant.shape, args);
                of_shape(codecs, &shape, at, entries, depth + 1)?;
            }
        }
        Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } => {
            let codec = codecs.ty(ty, at);
            entries.push(Entry::new(Fit::Members(vec![tag.to_string()]), codec));
        }
        Tagging::External => {
            let codec = codecs.ty(ty, at);
            if crossing(body, at).any(|variant| variant.shape == Shape::Unit) {
                entries.push(Entry::new(Fit::Names, codec.clone()));
            }
            for variant in body.variants.iter().filter(|variant| variant.shape != Shape::Unit) {
                if let Some(name) = variant_name(variant, way) {
                    let fit = Fit::Members(vec![name.to_owned()]);
                    entries.push(Entry::new(fit, codec.clone()));
                }
            }
        }
    }
    Some(())
}

/// A shape with the parameters of its definition replaced.
fn substituted(shape: &Shape, args: &[Type]) -> Shape {
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
