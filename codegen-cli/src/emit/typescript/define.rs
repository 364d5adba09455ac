//! What does the definition of a type look like in TypeScript?

use traitwire_schema::{Body, Enum, Field, Shape, Struct, Tagging, Type, TypeDef, Variant};

use super::Plan;
use super::direction::{Way, alias_of, field_name, is_optional, is_unit_enum, variant_name};
use super::docs::Comment;
use super::text::string;
use super::types::{Member, Ts, Uses, Writer};
use super::write::{Doc, concat, list};
use crate::emit::docs::about;
use crate::emit::newtypes::{behind, definition};

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
                    _ => {
                        let ty = self.struct_type(body);
                        self.alias(&name, &comment, &ty.definition())
                    }
                }
            }
            Body::Enum(body) if is_unit_enum(body) => self.unit_enum(&name, comment, body),
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
        let (members, flattened) = self.members(fields);
        if members.is_empty() || !flattened.is_empty() {
            let ty = object_with(members, flattened);
            return self.alias(name, comment, &ty.definition());
        }
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
                let (members, flattened) = self.members(fields);
                object_with(members, flattened)
            }
        }
    }

    /// The members of an object, and the types whose members stand among them.
    fn members(&mut self, fields: &[Field]) -> (Vec<Member>, Vec<Ts>) {
        let way = self.writer.way;
        let (mut members, mut flattened) = (Vec::new(), Vec::new());
        for field in fields {
            let Some(name) = field_name(field, way) else { continue };
            let mut ty = self.writer.ty(&field.ty);
            if field.flatten {
                flattened.push(ty);
                continue;
            }
            let optional = is_optional(self.writer.plan.schema, field, &field.ty, way);
            if optional && self.is_written {
                ty = Ts::union([ty, Ts::word("undefined")]);
            }
            let comment = Comment::new(&field.docs)
                .since(field.since.as_deref())
                .deprecated(field.deprecated.as_ref());
            members.push(Member::named(&comment, name, optional, ty));
        }
        (members, flattened)
    }

    /// An array of the names, of use to a form, and the type of one of them.
    fn unit_enum(&mut self, name: &str, mut comment: Comment, body: &Enum) -> Doc {
        let way = self.writer.way;
        let variants: Vec<(&Variant, String)> = body
            .variants
            .iter()
            .filter_map(|variant| Some((variant, string(variant_name(variant, way)?))))
            .collect();
        if variants.iter().any(|(variant, _)| !about(variant, &variant.docs).is_empty()) {
            comment.gap();
            for (variant, literal) in &variants {
                comment.point(&format!("`{literal}`"), &about(variant, &variant.docs));
            }
        }
        let is_open = body.open && self.is_read;
        if is_open {
            comment.paragraph("A newer backend may send others.");
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
        let mut arms = Vec::new();
        for variant in body.variants.iter() {
            let Some(name) = variant_name(variant, self.writer.way) else { continue };
            let ty = match &body.tagging {
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
            let comment = Comment::new(&variant.docs)
                .since(variant.since.as_deref())
                .deprecated(variant.deprecated.as_ref());
            arms.push(Arm { comment, ty });
        }
        if body.open && self.is_read {
            arms.extend(self.open_arm(&body.tagging));
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
        let tag = Member::plain(tag, Ts::literal(name));
        match shape {
            Shape::Unit | Shape::Tuple(_) => Ts::Object(vec![tag]),
            Shape::Fields(fields) => {
                let (mut members, flattened) = self.members(fields);
                members.insert(0, tag);
                object_with(members, flattened)
            }
            Shape::Newtype(ty) => match beside_tag(self.writer.plan, ty) {
                Beside::Nothing => Ts::Object(vec![tag]),
                // An index signature speaks of the tag too.
                Beside::Map(key, value) => {
                    let mut members = self.writer.map_member(&key, &value);
                    if members.head.ends_with("string]") {
                        members.ty = Ts::union([members.ty, Ts::literal(name)]);
                    }
                    if members.head.contains(" in ") {
                        Ts::all(vec![Ts::Object(vec![tag]), Ts::Object(vec![members])])
                    } else {
                        Ts::Object(vec![tag, members])
                    }
                }
                Beside::Members => Ts::all(vec![Ts::Object(vec![tag]), self.writer.ty(ty)]),
            },
        }
    }

    /// The arm for a variant that this file does not know; narrowing stays exact, for no known
    /// variant has a symbol there.
    fn open_arm(&mut self, tagging: &Tagging) -> Option<Arm> {
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
        Some(Arm { comment: Comment::new("What a newer backend may send."), ty })
    }
}

fn object_with(members: Vec<Member>, mut flattened: Vec<Ts>) -> Ts {
    if members.is_empty() && flattened.is_empty() {
        return Ts::word("Readonly<Record<string, never>>");
    }
    if !members.is_empty() {
        flattened.insert(0, Ts::Object(members));
    }
    Ts::all(flattened)
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

/// What stands beside a tag.
pub(super) enum Beside {
    Nothing,
    Map(Type, Type),
    Members,
}

/// What the content of an internally tagged newtype variant adds to its object.
pub(super) fn beside_tag(plan: &Plan<'_>, ty: &Type) -> Beside {
    match behind(plan.schema, ty) {
        Some(Type::Unit) => Beside::Nothing,
        Some(Type::Json) => Beside::Map(Type::String, Type::Json),
        Some(Type::Map(key, value)) => Beside::Map((*key).clone(), (*value).clone()),
        Some(ty) => match definition(plan.schema, &ty) {
            Some((_, Body::Struct(Struct { shape: Shape::Unit, .. }))) => Beside::Nothing,
            _ => Beside::Members,
        },
        None => Beside::Members,
    }
}
