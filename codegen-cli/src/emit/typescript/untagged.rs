//! How is a value told from others that has no tag?
//!
//! By what it looks like, variant by variant, as serde does.

use traitwire_schema::{Body, Enum, Field, Shape, Tagging, Type, TypeDef, Variant};

use super::codecs::{Codecs, Place, object as members_object};
use super::direction::{
    Way, alias_of, field_name, is_name_enum, is_optional, one_way, variant_name,
};
use super::flatten::all_fields;
use super::need::{has_open_arm, takes_any};
use super::text::string;
use super::variants::{by_tag, tagged_variants};
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
    Form,
    /// One of these strings, or an object with one of them as its tag.
    Is {
        tag: Option<String>,
        names: Vec<String>,
    },
    Members(Vec<String>),
}

impl Fit {
    fn doc(&self) -> Doc {
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
    fn required(&self) -> Option<&[String]> {
        match self {
            Fit::Members(names) => Some(names),
            Fit::Is { tag: Some(tag), .. } => Some(std::slice::from_ref(tag)),
            _ => None,
        }
    }
}

/// Whether variants are told apart by what they look like, all or some.
pub(super) fn is_told_by_looks(body: &Enum) -> bool {
    let is_any = |variant: &Variant| {
        variant.shape == Shape::Newtype(Type::Json) && body.catches_all(variant)
    };
    body.tagging == Tagging::Untagged
        || (!is_name_enum(body)
            && body.variants.iter().any(|variant| variant.untagged && !is_any(variant)))
}

/// The codec of an enum that is not tagged, or some of whose variants are not; none if no variant has
/// something to do.
pub(super) fn codec(
    codecs: &mut Codecs<'_, '_>,
    def: &TypeDef,
    body: &Enum,
    at: Place<'_>,
) -> Option<Doc> {
    let mut entries = Vec::new();
    let mut untold = None;
    if body.tagging != Tagging::Untagged {
        tagged(codecs, def, body, at, &mut entries);
    }
    let is_any = |variant: &Variant| takes_any(body, at.way()) && body.catches_all(variant);
    for variant in untagged_variants(body, at).filter(|variant| !is_any(variant)) {
        if of_shape(codecs, def, &variant.shape, at, &mut entries, 0).is_none() {
            untold = Some(variant);
        }
    }
    let is_open = has_open_arm(codecs.plan, &def.id, body);
    let needs_no_codec = entries.iter().all(|entry| entry.codec.is_none()) && !is_open;
    let is_used = untold.is_some_and(|variant| uses_param(codecs, &variant.shape));
    if needs_no_codec && !is_used {
        return None;
    }
    if let Some(variant) = untold {
        codecs.problem(cannot_tell(def, &variant.rust_name, "it may be anything"));
    } else if arrays_differ(&entries) {
        codecs.problem(cannot_tell(def, "array", "several variants are arrays"));
    } else if strings_differ(&entries) {
        codecs.problem(cannot_tell(def, "string", "several variants are strings"));
    } else if let Some(names) = hidden(codecs, at, &entries) {
        let why = "an earlier variant takes its objects";
        let problem = cannot_tell(def, &format!("{{ {} }}", names.join(", ")), why);
        codecs.problem(problem);
    }
    let mut entries: Vec<Doc> = entries
        .into_iter()
        .map(|Entry { fit, codec, .. }| {
            list("[", vec![fit.doc(), codec.unwrap_or_else(|| "null".into())], "]")
        })
        .collect();
    if is_open {
        let tag = match &body.tagging {
            Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } => vec![string(tag).into()],
            Tagging::External | Tagging::Untagged => Vec::new(),
        };
        let kept = codecs.call("kept", tag, at);
        entries.push(list("[", vec![string("json").into(), kept], "]"));
    }
    Some(codecs.call("untagged", entries, at))
}

/// Adds the variants that have a tag.
fn tagged(
    codecs: &mut Codecs<'_, '_>,
    def: &TypeDef,
    body: &Enum,
    at: Place<'_>,
    entries: &mut Vec<Entry>,
) {
    let known = tagged_variants(body, at);
    match &body.tagging {
        Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } => {
            let members = by_tag(codecs, def, body, &known, false, at);
            let codec = (!members.is_empty()).then(|| {
                let args = vec![string(tag).into(), members_object(members)];
                codecs.call("tagged", args, at)
            });
            let names = known.iter().map(|(name, _)| (*name).to_owned()).collect();
            entries.push(Entry::new(Fit::Is { tag: Some(tag.clone().into_owned()), names }, codec));
        }
        Tagging::External | Tagging::Untagged => {
            let names = known.iter().filter(|(_, variant)| variant.shape == Shape::Unit);
            let names: Vec<String> = names.map(|(name, _)| (*name).to_owned()).collect();
            if !names.is_empty() {
                entries.push(Entry::new(Fit::Is { tag: None, names }, None));
            }
            for (name, variant) in known.iter().filter(|(_, v)| v.shape != Shape::Unit) {
                let codec = codecs.shape(def, &variant.shape, at);
                let codec =
                    codec.and_then(|codec| codecs.fields(vec![((*name).to_owned(), codec)], at));
                entries.push(Entry::new(Fit::Members(vec![(*name).to_owned()]), codec));
            }
        }
    }
}

/// The variants without a tag whose values go these ways.
fn untagged_variants<'b>(body: &'b Enum, at: Place<'_>) -> impl Iterator<Item = &'b Variant> {
    body.variants.iter().filter(move |variant| {
        (variant.untagged || body.tagging == Tagging::Untagged)
            && Way::BOTH
                .iter()
                .any(|way| at.ways.has(*way) && variant_name(variant, *way).is_some())
    })
}

/// Whether a shape is a parameter for which something stands that needs a codec.
fn uses_param(codecs: &Codecs<'_, '_>, shape: &Shape) -> bool {
    let Shape::Newtype(ty) = shape else { return false };
    let mut ty = ty;
    while let Type::Option(inner) = ty {
        ty = inner;
    }
    matches!(ty, Type::Param(index) if codecs.is_used(*index))
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

/// The runtime takes any string for text of a form.
fn strings_differ(entries: &[Entry]) -> bool {
    let is_text = |fit: &Fit| {
        matches!(
            fit,
            Fit::Kind("string" | "char" | "bytes" | "float")
                | Fit::Form
                | Fit::Is { tag: None, .. }
        )
    };
    let first = entries.iter().position(|entry| entry.fit == Fit::Form);
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
        let Some(names) = later.fit.required() else { continue };
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
            anything(&codec, None, entries);
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
            anything(&codec, codec.clone(), entries);
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
fn anything(codec: &Option<Doc>, word: Option<Doc>, entries: &mut Vec<Entry>) {
    for kind in ["null", "bool", "string"] {
        entries.push(Entry::new(Fit::Kind(kind), word.clone()));
    }
    for kind in ["i128", "u128", "f64", "array"] {
        entries.push(Entry::new(Fit::Kind(kind), codec.clone()));
    }
    entries.push(Entry::new(Fit::Members(Vec::new()), codec.clone()));
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
