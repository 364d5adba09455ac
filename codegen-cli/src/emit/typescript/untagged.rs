//! How is a value told from others that has no tag?
//!
//! By what it looks like, variant by variant, as serde does.

use traitwire_schema::{Enum, Shape, Tagging, Type, TypeDef, Variant};

use super::codecs::{Codecs, Place, object};
use super::direction::{Way, is_name_enum};
use super::looks::{Entry, Fit, of_shape, untagged_variants};
use super::need::{has_open_arm, takes_any};
use super::text::string;
use super::variants::{by_tag, tagged_variants};
use super::write::{Doc, list, print};
use crate::emit::Problem;

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
    } else if let Some(integer) = mixed_numbers(&entries).filter(|_| at.ways.has(Way::In)) {
        let why = "a real that is whole would be written as this integer, for both are a `number`";
        codecs.problem(cannot_tell(def, integer, why));
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
                let args = vec![string(tag).into(), object(members)];
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

/// An integer that is a `number`, before a real, which is one as well: `1.0` comes as 1.
fn mixed_numbers(entries: &[Entry]) -> Option<&'static str> {
    let is_real = |fit: &Fit| matches!(fit, Fit::Kind("f32" | "f64"));
    let last = entries.iter().rposition(|entry| is_real(&entry.fit))?;
    entries[..last].iter().find_map(|entry| match entry.fit {
        Fit::Kind(kind @ ("i8" | "i16" | "i32" | "isize" | "u8" | "u16" | "u32" | "usize")) => {
            Some(kind)
        }
        _ => None,
    })
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
