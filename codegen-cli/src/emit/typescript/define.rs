//! What does the definition of a type look like in TypeScript?

use traitwire_schema::{Body, Enum, Field, Shape, Struct, Tagging, TypeDef, Variant};

use super::Plan;
use super::direction::{Way, alias_of, is_name_enum, variant_name};
use super::docs::Comment;
use super::members::Members;
use super::need::{has_open_arm, takes_any};
use super::text::string;
use super::types::{Member, Ts, Uses, Writer};
use super::write::{Doc, concat, list};
use crate::emit::docs::about;

/// The statements that define a type, once for each way in which it has a shape of its own.
pub(super) fn definitions(plan: &Plan<'_>, def: &TypeDef, uses: &mut Uses) -> Vec<Doc> {
    let ways = plan.directions.ways(&def.id);
    let shapes: &[Way] = if plan.directions.is_split(&def.id) {
        &Way::BOTH
    } else if ways.has(Way::Out) {
        &[Way::Out]
    } else {
        &[Way::In]
    };
    let params = plan.names.params(def);
    let define = |way: &Way| {
        let writer = Writer::new(plan, *way, &params, uses);
        let is_shared = ways.both() && shapes.len() == 1;
        let is_written = is_shared || *way == Way::In;
        Definition { writer, def, is_read: ways.has(Way::Out), is_written }.write()
    };
    shapes.iter().map(define).collect()
}

struct Definition<'w, 'a> {
    writer: Writer<'w, 'a>,
    def: &'w TypeDef,
    /// Whether TypeScript reads values of the type, so that an open enum needs its arm for what is
    /// not known. Where it only writes, it writes what it knows.
    is_read: bool,
    /// Whether TypeScript writes values of this shape, so that `undefined` may stand for what is
    /// absent, as it does in people's code.
    is_written: bool,
}

/// An arm of a union with what is said of it.
struct Arm {
    comment: Comment,
    ty: Ts,
}

impl Definition<'_, '_> {
    fn write(mut self) -> Doc {
        let (def, way) = (self.def, self.writer.way);
        let name = self.writer.plan.names.of_type(&def.id, way, &self.writer.plan.directions);
        let comment = Comment::new(&def.docs);
        match &def.body {
            Body::Struct(body) => {
                let comment = comment.deprecated(def.deprecated.as_ref());
                match (alias_of(body), &body.shape) {
                    (None, Shape::Fields(fields)) => self.interface(&name, &comment, fields),
                    (alias, _) => {
                        let comment = match alias {
                            Some(ty) => comment.form(ty, way),
                            None => comment,
                        };
                        let ty = self.struct_type(body);
                        self.alias(&name, &comment, &ty.definition())
                    }
                }
            }
            Body::Enum(body) if is_name_enum(body) => self.name_enum(&name, comment, body),
            Body::Enum(body) => {
                let comment = comment.deprecated(def.deprecated.as_ref());
                let arms = self.arms(body);
                let arms = match &arms[..] {
                    [] => concat![" never"],
                    [one] if one.comment.is_empty() => one.ty.definition(),
                    arms => {
                        let docs = arms
                            .iter()
                            .map(|arm| (arm.comment.doc(), arm.ty.arm()))
                            .collect::<Vec<_>>();
                        commented_arms(&docs)
                    }
                };
                self.alias(&name, &comment, &arms)
            }
        }
    }

    fn alias(&self, name: &str, comment: &Comment, definition: &Doc) -> Doc {
        let head = format!("export type {name}{} =", self.params());
        concat![comment.doc(), head, definition.clone(), ";"]
    }

    /// The parameters; those that do not occur are marked as unused.
    fn params(&self) -> String {
        if self.writer.params.is_empty() {
            return String::new();
        }
        let seen = &self.writer.seen;
        let mark = |(index, name): (usize, &String)| {
            let is_seen = u16::try_from(index).is_ok_and(|index| seen.contains(&index));
            if is_seen { name.clone() } else { format!("_{name}") }
        };
        let params: Vec<String> = self.writer.params.iter().enumerate().map(mark).collect();
        format!("<{}>", params.join(", "))
    }

    fn interface(&mut self, name: &str, comment: &Comment, fields: &[Field]) -> Doc {
        let members = Members::of(&mut self.writer, fields, self.is_written);
        let members = match members.listed() {
            Ok(members) => members,
            Err(members) => {
                let ty = members.ty(&mut self.writer);
                return self.alias(name, comment, &ty.definition());
            }
        };
        let members = members.into_iter().map(|Member { comment, head, ty }| {
            concat![Doc::Hard, comment, head, ": ", ty.doc(), ";"]
        });
        let members = Doc::Concat(members.collect()).indent();
        let head = format!("export interface {name}{} {{", self.params());
        concat![comment.doc(), head, members, Doc::Hard, "}"]
    }

    fn struct_type(&mut self, body: &Struct) -> Ts {
        match alias_of(body) {
            Some(ty) => self.writer.ty(ty),
            None => self.shape(&body.shape),
        }
    }

    fn shape(&mut self, shape: &Shape) -> Ts {
        match shape {
            Shape::Unit => Ts::word("null"),
            Shape::Newtype(ty) => self.writer.ty(ty),
            Shape::Tuple(items) => {
                Ts::Tuple(items.iter().map(|item| self.writer.ty(item)).collect())
            }
            Shape::Fields(fields) => {
                Members::of(&mut self.writer, fields, self.is_written).ty(&mut self.writer)
            }
        }
    }

    /// An array of the names, of use to a form, and the type of one of them.
    fn name_enum(&mut self, name: &str, mut comment: Comment, body: &Enum) -> Doc {
        let way = self.writer.way;
        let variants: Vec<(&Variant, String)> = body
            .variants
            .iter()
            .filter(|variant| !variant.untagged)
            .filter_map(|variant| Some((variant, string(variant_name(variant, way)?))))
            .collect();
        if variants.iter().any(|(variant, _)| !about(variant, &variant.docs).is_empty()) {
            comment.gap();
            for (variant, literal) in &variants {
                comment.point(&format!("`{literal}`"), &about(variant, &variant.docs));
            }
        }
        let takes_text =
            |variant: &Variant| variant.untagged && variant_name(variant, way).is_some();
        let takes_text = body.variants.iter().find(|variant| takes_text(variant));
        let is_open = takes_text.is_some() || (body.is_open() && self.is_read);
        match takes_text {
            Some(variant) if about(variant, &variant.docs).is_empty() => {
                comment.paragraph("Others are taken too.");
            }
            Some(variant) => comment.paragraph(&about(variant, &variant.docs)),
            None if is_open => comment.paragraph("A newer backend may send others."),
            None => {}
        }
        let comment = comment.deprecated(self.def.deprecated.as_ref());
        let literals = variants.iter().map(|(_, literal)| Doc::from(literal.as_str())).collect();
        let values =
            Comment::new(if is_open { "The values that are known." } else { "All values." });
        let open = if is_open { " | (string & {})" } else { "" };
        concat![
            values.doc(),
            format!("export const {name} = "),
            list("[", literals, "] as const;"),
            Doc::Hard,
            comment.doc(),
            format!("export type {name}{} = (typeof {name})[number]{open};", self.params()),
        ]
    }

    fn arms(&mut self, body: &Enum) -> Vec<Arm> {
        let way = self.writer.way;
        let mut arms = Vec::new();
        let takes_any = takes_any(body, way);
        let mut open = Comment::new("What a newer backend may send.");
        for variant in body.variants.iter() {
            let Some(name) = variant_name(variant, way) else { continue };
            let comment = Comment::new(&variant.docs)
                .since(variant.since.as_deref())
                .deprecated(variant.deprecated.as_ref());
            let ty = match &body.tagging {
                _ if variant.untagged && takes_any && body.catches_all(variant) => {
                    if !comment.is_empty() {
                        open = comment;
                    }
                    continue;
                }
                _ if variant.untagged => self.shape(&variant.shape),
                Tagging::External => self.external(name, &variant.shape),
                Tagging::Internal { tag } => self.internal(tag, name, &variant.shape),
                Tagging::Adjacent { tag, content } => {
                    let mut members = vec![Member::plain(tag, Ts::literal(name))];
                    if variant.shape != Shape::Unit {
                        members.push(Member::plain(content, self.shape(&variant.shape)));
                    }
                    Ts::Object(members)
                }
                Tagging::Untagged => self.shape(&variant.shape),
            };
            arms.push(Arm { comment, ty });
        }
        if has_open_arm(self.writer.plan, &self.def.id, body) && (self.is_read || takes_any) {
            arms.extend(self.open_arm(&body.tagging, open));
            // Wherever a type may be, `null` is nothing but itself.
            if takes_any {
                arms.push(Arm { comment: Comment::default(), ty: Ts::word("null") });
            }
        }
        arms
    }

    fn external(&mut self, name: &str, shape: &Shape) -> Ts {
        match shape {
            Shape::Unit => Ts::literal(name),
            shape => Ts::Object(vec![Member::plain(name, self.shape(shape))]),
        }
    }

    fn internal(&mut self, tag: &str, name: &str, shape: &Shape) -> Ts {
        let mut members = Members::default();
        members.push(Member::plain(tag, Ts::literal(name)));
        match shape {
            Shape::Unit | Shape::Tuple(_) => {}
            Shape::Fields(fields) => fields
                .iter()
                .for_each(|field| members.field(&mut self.writer, field, self.is_written)),
            Shape::Newtype(ty) => members.inside(&mut self.writer, ty, self.is_written),
        }
        members.ty(&mut self.writer)
    }

    /// The arm for a variant that this file does not know; narrowing stays exact, for no known
    /// variant has a symbol there.
    fn open_arm(&mut self, tagging: &Tagging, comment: Comment) -> Option<Arm> {
        let uses = &mut *self.writer.uses;
        let ty = match tagging {
            Tagging::External => {
                let name = uses.runtime_type("unrecognized");
                Ts::Object(vec![Member::index(&name, Ts::Word(uses.runtime_type("Json")))])
            }
            Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } => {
                let unrecognized = Ts::Word(uses.runtime_type("Unrecognized"));
                let json = Ts::Word(uses.runtime_type("Json"));
                Ts::Object(vec![Member::plain(tag, unrecognized), Member::plain("raw", json)])
            }
            // What has no tag cannot say that it is unknown.
            Tagging::Untagged => return None,
        };
        Some(Arm { comment, ty })
    }
}

/// Arms with their comments, which stand above them on lines of their own.
fn commented_arms(arms: &[(Doc, Doc)]) -> Doc {
    let mut parts = Vec::new();
    for (index, (comment, ty)) in arms.iter().enumerate() {
        let bar = if index == 0 { Doc::IfBroken("| ") } else { "| ".into() };
        parts.push(concat![Doc::Line, comment.clone(), bar, ty.clone()]);
    }
    Doc::Concat(parts).indent().group()
}
