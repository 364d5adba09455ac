//! What does the codec of an enum look like?

use traitwire_schema::{Enum, Shape, Tagging, TypeDef, Variant};

use super::beside::{Gathered, beside_tag};
use super::codecs::{Codecs, Place, object};
use super::direction::{Way, is_name_enum, variant_name};
use super::need::{has_open_arm, takes_any};
use super::text::string;
use super::untagged::{self, is_told_by_looks};
use super::write::{Doc, list};

/// The codec of an enum, if one of its variants needs one.
pub(super) fn codec(
    codecs: &mut Codecs<'_, '_>,
    def: &TypeDef,
    body: &Enum,
    at: Place<'_>,
) -> Option<Doc> {
    if is_name_enum(body) {
        let is_open = body.is_open() && at.ways.has(Way::Out);
        return is_open.then(|| codecs.uses.runtime_value("text").into());
    }
    if is_told_by_looks(body) {
        return untagged::codec(codecs, def, body, at);
    }
    let is_open = has_open_arm(codecs.plan, &def.id, body);
    // What looks like no variant is one that takes any JSON.
    let any = Way::BOTH.into_iter().any(|way| at.ways.has(way) && takes_any(body, way));
    let any = any.then(|| Doc::from("true"));
    let known = tagged_variants(body, at);
    match &body.tagging {
        Tagging::External => {
            let mut members = Vec::new();
            for (name, variant) in &known {
                if let Some(codec) = codecs.shape(def, &variant.shape, at) {
                    members.push(((*name).to_owned(), codec));
                }
            }
            let fields = codecs.fields(members, at);
            if !is_open {
                return fields;
            }
            let names = known.iter().map(|(name, _)| Doc::from(string(name))).collect();
            let mut args = vec![list("[", names, "]"), fields.unwrap_or_else(|| "null".into())];
            args.extend(any);
            Some(codecs.call("openVariants", args, at))
        }
        Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } => {
            let members = by_tag(codecs, def, body, &known, is_open, at);
            if members.is_empty() && !is_open {
                return None;
            }
            let mut args = vec![string(tag).into(), object(members)];
            args.extend(any);
            Some(codecs.call(if is_open { "openTagged" } else { "tagged" }, args, at))
        }
        Tagging::Untagged => None,
    }
}

/// The variants that have a tag, each with its name.
pub(super) fn tagged_variants<'b>(body: &'b Enum, at: Place<'_>) -> Vec<(&'b str, &'b Variant)> {
    let name = |variant: &'b Variant| {
        let mut ways = Way::BOTH.into_iter().filter(|way| at.ways.has(*way));
        Some((ways.find_map(|way| variant_name(variant, way))?, variant))
    };
    body.variants.iter().filter(|variant| !variant.untagged).filter_map(name).collect()
}

/// The codecs of variants by their names in the tag; `all` keeps those that have none.
pub(super) fn by_tag(
    codecs: &mut Codecs<'_, '_>,
    def: &TypeDef,
    body: &Enum,
    known: &[(&str, &Variant)],
    all: bool,
    at: Place<'_>,
) -> Vec<(String, Doc)> {
    let mut members = Vec::new();
    for (name, variant) in known {
        let codec = match (&body.tagging, &variant.shape) {
            (Tagging::Internal { tag }, Shape::Newtype(ty)) => beside_tag(codecs, tag, ty, at),
            (Tagging::Internal { tag }, Shape::Fields(fields)) => {
                Gathered::beside(codecs, tag, fields, at).codec(codecs, def, at)
            }
            (Tagging::Adjacent { content, .. }, shape) => codecs
                .shape(def, shape, at)
                .and_then(|codec| codecs.fields(vec![(content.to_string(), codec)], at)),
            (_, shape) => codecs.shape(def, shape, at),
        };
        match codec {
            Some(codec) => members.push(((*name).to_owned(), codec)),
            None if all => members.push(((*name).to_owned(), "null".into())),
            None => {}
        }
    }
    members
}
