//! What does the codec of an enum look like?

use traitwire_schema::{Enum, Tagging, TypeDef};

use super::codecs::{Codecs, Place, object};
use super::direction::{Way, is_unit_enum, variant_name};
use super::need::has_open_arm;
use super::text::string;
use super::untagged;
use super::write::{Doc, list};

/// The codec of an enum, if one of its variants needs one.
pub(super) fn codec(
    codecs: &mut Codecs<'_, '_>,
    def: &TypeDef,
    body: &Enum,
    at: Place<'_>,
) -> Option<Doc> {
    if is_unit_enum(body) {
        return None;
    }
    let is_open = at.ways.has(Way::Out) && has_open_arm(codecs.plan, &def.id, body);
    let mut known = Vec::new();
    for variant in body.variants.iter() {
        let name = Way::BOTH
            .into_iter()
            .filter(|way| at.ways.has(*way))
            .find_map(|way| variant_name(variant, way));
        if let Some(name) = name {
            known.push((name, variant));
        }
    }
    match &body.tagging {
        Tagging::External => {
            let mut members = Vec::new();
            for (name, variant) in &known {
                if let Some(codec) = codecs.shape(&variant.shape, at) {
                    members.push(((*name).to_owned(), codec));
                }
            }
            let fields = codecs.fields(members, at);
            if !is_open {
                return fields;
            }
            let names = known.iter().map(|(name, _)| Doc::from(string(name))).collect();
            let args = vec![list("[", names, "]"), fields.unwrap_or_else(|| "null".into())];
            Some(codecs.call("openVariants", args, at))
        }
        Tagging::Internal { tag } => {
            let variants: Vec<_> = known
                .iter()
                .map(|(name, variant)| (*name, codecs.shape(&variant.shape, at)))
                .collect();
            tagged(codecs, tag, variants, is_open, at)
        }
        Tagging::Adjacent { tag, content } => {
            let variants: Vec<_> = known
                .iter()
                .map(|(name, variant)| {
                    let codec = codecs.shape(&variant.shape, at);
                    let codec = codec
                        .and_then(|codec| codecs.fields(vec![(content.to_string(), codec)], at));
                    (*name, codec)
                })
                .collect();
            tagged(codecs, tag, variants, is_open, at)
        }
        Tagging::Untagged => untagged::codec(codecs, def, body, at),
    }
}

fn tagged(
    codecs: &mut Codecs<'_, '_>,
    tag: &str,
    variants: Vec<(&str, Option<Doc>)>,
    is_open: bool,
    at: Place<'_>,
) -> Option<Doc> {
    let members: Vec<(String, Doc)> = variants
        .into_iter()
        .filter_map(|(name, codec)| match codec {
            Some(codec) => Some((name.to_owned(), codec)),
            None => is_open.then(|| (name.to_owned(), "null".into())),
        })
        .collect();
    if members.is_empty() && !is_open {
        return None;
    }
    let name = if is_open { "openTagged" } else { "tagged" };
    Some(codecs.call(name, vec![string(tag).into(), object(members)], at))
}
