//! What does the codec of an object look like whose members come from several values?

use traitwire_schema::{Enum, Field, Shape, Tagging, Type, TypeDef};

use super::codecs::{Codecs, Place};
use super::direction::{Way, field_name, is_name_enum, variant_name};
use super::flatten::{Brings, all_fields, brings, is_any_name, names_of};
use super::text::string;
use super::write::{Doc, list, print};
use crate::emit::Problem;

/// The codecs of an object's members.
#[derive(Default)]
pub(super) struct Gathered {
    /// All names that are known, with a codec or without.
    names: Vec<String>,
    members: Vec<(String, Doc)>,
    parts: Vec<Part>,
}

/// The codec of members that depend on the value.
struct Part {
    rank: Rank,
    /// The names that they may have; none if they may be any.
    names: Option<Vec<String>>,
    codec: Doc,
}

/// In which order parts take their members: who may take more comes later.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Closed,
    Open,
    Any,
    Map,
}

impl Gathered {
    pub(super) fn of(codecs: &mut Codecs<'_, '_>, fields: &[Field], at: Place<'_>) -> Gathered {
        let mut gathered = Gathered::default();
        gathered.fields(codecs, fields, at);
        gathered
    }

    /// The same beside the tag of an enum.
    pub(super) fn beside(
        codecs: &mut Codecs<'_, '_>,
        tag: &str,
        fields: &[Field],
        at: Place<'_>,
    ) -> Gathered {
        let mut gathered = Gathered { names: vec![tag.to_owned()], ..Gathered::default() };
        gathered.fields(codecs, fields, at);
        gathered
    }

    fn fields(&mut self, codecs: &mut Codecs<'_, '_>, fields: &[Field], at: Place<'_>) {
        for field in fields {
            let mut ways = Way::BOTH.into_iter().filter(|way| at.ways.has(*way));
            let Some(name) = ways.find_map(|way| field_name(field, way)) else { continue };
            if field.flatten {
                self.inside(codecs, &field.ty, at);
                continue;
            }
            self.names.push(name.to_owned());
            if let Some(codec) = codecs.ty(&field.ty, at) {
                self.members.push((name.to_owned(), codec));
            }
        }
    }

    fn inside(&mut self, codecs: &mut Codecs<'_, '_>, ty: &Type, at: Place<'_>) {
        let (plan, way) = (codecs.plan, at.way());
        match brings(plan, ty, way).0 {
            Brings::Nothing | Brings::Wrong => {}
            Brings::Members(fields) => self.fields(codecs, &fields, at),
            Brings::Map(key, _) => {
                let rank = if is_any_name(plan, &key, way) { Rank::Map } else { Rank::Any };
                self.part(rank, None, codecs.ty(ty, at));
            }
            Brings::Param => self.part(Rank::Any, None, codecs.ty(ty, at)),
            Brings::Variants(body) => {
                let is_open = at.ways.has(Way::Out) && body.is_open();
                let names = names_of(plan, &body, is_open, way);
                let codec = content(codecs, ty, &body, at);
                let rank = match names {
                    None => Rank::Any,
                    Some(_) if is_open => Rank::Open,
                    Some(_) => Rank::Closed,
                };
                match (codec, names) {
                    (None, Some(names)) => self.names.extend(names),
                    (codec, names) => self.part(rank, names, codec),
                }
            }
        }
    }

    fn part(&mut self, rank: Rank, names: Option<Vec<String>>, codec: Option<Doc>) {
        if let Some(codec) = codec {
            self.parts.push(Part { rank, names, codec });
        }
    }

    /// The codec of the object; `def` is what it is a part of.
    pub(super) fn codec(
        mut self,
        codecs: &mut Codecs<'_, '_>,
        def: &TypeDef,
        at: Place<'_>,
    ) -> Option<Doc> {
        let fields = codecs.fields(self.members, at);
        self.parts.sort_by_key(|part| part.rank);
        // Two that take all that is left are one, if they do the same.
        self.parts.dedup_by(|a, b| a.names.is_none() && print(&a.codec) == print(&b.codec));
        let Some(last) = self.parts.pop() else { return fields };
        if self.names.is_empty() && self.parts.is_empty() && last.rank == Rank::Map {
            return Some(last.codec);
        }
        let mut others = last.codec;
        while let Some(Part { names, codec, .. }) = self.parts.pop() {
            let Some(names) = names else {
                codecs.problem(cannot_tell(def));
                return None;
            };
            others = flat(codecs, &names, Some(codec), others, at);
        }
        Some(flat(codecs, &self.names, fields, others, at))
    }
}

/// The codec of what stands beside a tag.
pub(super) fn beside_tag(
    codecs: &mut Codecs<'_, '_>,
    tag: &str,
    ty: &Type,
    at: Place<'_>,
) -> Option<Doc> {
    let names = [tag.to_owned()];
    let codec = match brings(codecs.plan, ty, at.way()).0 {
        Brings::Nothing | Brings::Wrong => return None,
        Brings::Members(fields) => {
            // The tag is no member that the content knows, so it must not see it.
            let codec = codecs.ty(ty, at)?;
            if all_fields(codecs.plan, &fields, at.way()).1 {
                return Some(codec);
            }
            codec
        }
        Brings::Variants(body) => {
            let codec = content(codecs, ty, &body, at)?;
            let has_tag =
                matches!(body.tagging, Tagging::Internal { .. } | Tagging::Adjacent { .. });
            if has_tag && !body.is_open() && body.variants.iter().all(|variant| !variant.untagged) {
                return Some(codec);
            }
            codec
        }
        Brings::Map(..) | Brings::Param => codecs.ty(ty, at)?,
    };
    Some(flat(codecs, &names, None, codec, at))
}

/// The codec of an enum whose members stand among those of another object: a name is a member there.
fn content(codecs: &mut Codecs<'_, '_>, ty: &Type, body: &Enum, at: Place<'_>) -> Option<Doc> {
    if !is_name_enum(body) {
        return codecs.ty(ty, at);
    }
    if !body.is_open() {
        return None;
    }
    let names = body.variants.iter().filter(|variant| variant.shape == Shape::Unit);
    let names = names.filter_map(|variant| variant_name(variant, at.way()));
    let names = list("[", names.map(|name| string(name).into()).collect(), "]");
    Some(codecs.call("openVariants", vec![names, "null".into()], at))
}

fn flat(
    codecs: &mut Codecs<'_, '_>,
    names: &[String],
    inside: Option<Doc>,
    others: Doc,
    at: Place<'_>,
) -> Doc {
    let names = list("[", names.iter().map(|name| string(name).into()).collect(), "]");
    codecs.call("flat", vec![names, inside.unwrap_or_else(|| "null".into()), others], at)
}

fn cannot_tell(def: &TypeDef) -> Problem {
    Problem {
        message: format!(
            "the members of `{}` come from several flattened fields that may have any names, and their \
             values need decoding",
            def.id
        ),
        source: def.source.clone(),
        label: "this type".to_owned(),
        help: Some("flatten only one of them, or make the others fields with names".to_owned()),
    }
}
