//! What is a variant that shares an object with its tag, or with others?

use traitwire_schema::{Enum, Named, Shape, Source, Tagging, Variant};

use super::Dialect;
use super::beside::{Names, Part, is_mixed, variant_names};
use super::objects::{Members, Reader, merge, note, one_of_names};
use super::ordered::Object;
use super::types::{Schemas, typed};
use super::uses::{content_required, key};
use super::variants::{Called, called, names_of, others_than};
use crate::emit::direction::Way;

impl<'a> Schemas<'a> {
    /// An enum whose members stand beside others; none if no variant is an object.
    pub(super) fn enum_beside(
        &mut self,
        named: &Named,
        body: &'a Enum,
        way: Way,
        reader: Reader,
        others: &Names,
    ) -> Option<Object> {
        let source = self.schema.def(&named.id).map(|def| &def.source)?;
        let variants = called(body, way);
        let mixed = is_mixed(body);
        // One that has no tag keeps what it read, and tries one variant after the other.
        let reader = if way == Way::In && mixed { Reader::OneOfMany } else { reader };
        let by_name: Vec<_> = variants.iter().copied().filter(|(one, _)| !one.untagged).collect();
        let open = body.is_open() && way == Way::Out;
        let mut arms = Vec::new();
        if body.tagging == Tagging::External && !by_name.is_empty() {
            let closed = way == Way::In && reader != Reader::Flat;
            let place = (way, source);
            arms.push(self.by_key(body, named, &by_name, place, (closed, open), others));
        }
        for one in &variants {
            let bare = one.0.untagged || body.tagging == Tagging::Untagged;
            let arm = match (&one.0.shape, bare) {
                (_, false) if body.tagging == Tagging::External => None,
                (_, false) => self.tagged(body, named, *one, (way, source), (reader, others)),
                (Shape::Unit, true) => (way == Way::Out).then(Object::new),
                (Shape::Newtype(ty), true) => {
                    self.beside(&ty.substitute(&named.args), way, reader, others)
                }
                (Shape::Tuple(_), true) => None,
                (Shape::Fields(fields), true) => {
                    let denies = body.deny_unknown_fields;
                    let none = Members::default();
                    Some(self.fields(none, fields, denies, &named.args, (way, source), others))
                }
            };
            arms.extend(arm);
        }
        if open && let Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } = &body.tagging {
            arms.push(unknown_tag(tag, &names_of(&variants)));
        }
        match arms.len() {
            0 => None,
            1 => Some(arms.remove(0)),
            _ if arms.iter().any(Object::is_empty) => Some(Object::new()),
            _ => Some(Object::new().with(if mixed { "anyOf" } else { "oneOf" }, arms)),
        }
    }

    /// An enum of which one key says which variant it is.
    fn by_key(
        &mut self,
        body: &Enum,
        named: &Named,
        variants: &[Called<'a>],
        (way, source): (Way, &Source),
        (closed, open): (bool, bool),
        others: &Names,
    ) -> Object {
        let (mut properties, mut keys) = (Object::new(), Vec::new());
        for (variant, name) in variants {
            let content = match &variant.shape {
                Shape::Unit => typed("null"),
                _ => self.content(body, named, (variant, name), (way, source), name),
            };
            for name in variant_names(variant, way) {
                properties.put(name, content.clone());
                keys.push(name);
            }
        }
        if closed {
            note(&mut properties, others);
        }
        let mut object = typed("object").with("properties", properties);
        if !open {
            object.extend(one_of_names(&keys, true));
        }
        if closed && *others != Names::Any {
            object.put("additionalProperties", false);
        }
        object
    }

    /// The content of a variant, which is a member of its component. It may have the whole enum beside
    /// its own members, and so on without end: then the member is referred to.
    fn content(
        &mut self,
        body: &Enum,
        named: &Named,
        (variant, _): Called<'a>,
        (way, source): (Way, &Source),
        member: &str,
    ) -> Object {
        let key = key(named);
        if self.inside.contains(&key) {
            let component = self.variant_name(named, variant, way);
            return self.reference(&format!("{component}/properties/{}", pointer(member)));
        }
        self.inside.push(key);
        let denies = body.deny_unknown_fields;
        let content = self.shape(&variant.shape, denies, &named.args, way, source);
        self.inside.pop();
        content
    }

    /// A variant with its tag among its members, or beside its content.
    pub(super) fn tagged(
        &mut self,
        body: &'a Enum,
        named: &Named,
        (variant, name): Called<'a>,
        (way, source): (Way, &Source),
        (reader, others): (Reader, &Names),
    ) -> Option<Object> {
        let (args, denies) = (&named.args, body.deny_unknown_fields);
        let exact = self.dialect == Dialect::JsonSchema;
        match &body.tagging {
            Tagging::Internal { tag } => {
                let own = self.tag_member(tag, body, variant, name, way);
                let inside = others.clone().and(Names::of([&**tag]));
                // The content comes as it was kept.
                let reader = if reader == Reader::Flat { Reader::Whole } else { reader };
                match &variant.shape {
                    Shape::Unit => Some(object_of(own)),
                    Shape::Tuple(_) => None,
                    Shape::Fields(fields) => {
                        Some(self.fields(own, fields, denies, args, (way, source), others))
                    }
                    Shape::Newtype(ty) => {
                        let ty = ty.substitute(args);
                        // What denies members would deny the tag, if it stood beside it.
                        if let Part::Struct(named, fields, true) = self.part(&ty, way) {
                            let at = self.schema.def(&named.id).map(|def| &def.source)?;
                            let place = (way, at);
                            return Some(self.fields(
                                own,
                                fields,
                                true,
                                &named.args,
                                place,
                                others,
                            ));
                        }
                        let part = self.beside(&ty, way, reader, &inside)?;
                        let own = object_of(own);
                        Some(match merge(&own, &part) {
                            _ if part.is_empty() => own,
                            Some(merged) => merged,
                            None => Object::new().with("allOf", vec![part, own]),
                        })
                    }
                }
            }
            Tagging::Adjacent { tag, content } => {
                let mut members = self.tag_member(tag, body, variant, name, way);
                if variant.shape != Shape::Unit {
                    let inside = self.content(body, named, (variant, name), (way, source), content);
                    members.properties.put(&**content, inside);
                    if content_required(self.schema, &variant.shape, args, way) {
                        members.required.push(content.to_string());
                    }
                } else if exact && way == Way::In {
                    members.properties.put(&**content, typed("null"));
                }
                let closed = denies && way == Way::In && reader != Reader::Flat;
                if closed {
                    note(&mut members.properties, others);
                }
                let mut object = object_of(members);
                if closed && *others != Names::Any {
                    object.put("additionalProperties", false);
                }
                Some(object)
            }
            Tagging::External | Tagging::Untagged => None,
        }
    }

    fn tag_member(
        &self,
        tag: &str,
        body: &Enum,
        variant: &Variant,
        name: &str,
        way: Way,
    ) -> Members {
        let exact = self.dialect == Dialect::JsonSchema;
        let mut value = typed("string");
        let names = variant_names(variant, way);
        if variant.catch_all && way == Way::In {
            let others = others_than(body, variant, way);
            if exact && !others.is_empty() {
                value.put("not", Object::new().with("enum", others));
            }
        } else if exact && names.len() > 1 {
            value.put("enum", names);
        } else {
            value.put("const", name);
        }
        Members { properties: Object::new().with(tag, value), required: vec![tag.to_owned()] }
    }
}

/// An object with a tag that none of these is.
pub(super) fn unknown_tag(tag: &str, known: &[String]) -> Object {
    let other = typed("string").with("not", Object::new().with("enum", known.to_vec()));
    let properties = Object::new().with(tag, other);
    typed("object").with("properties", properties).with("required", vec![tag])
}

pub(super) fn object_of(Members { properties, required }: Members) -> Object {
    typed("object").with("properties", properties).with("required", required)
}

/// The name of a member as a part of a reference.
fn pointer(name: &str) -> String {
    let escaped = name.replace('~', "~0").replace('/', "~1");
    let mut text = String::new();
    for byte in escaped.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text += &format!("%{byte:02X}");
        }
    }
    text
}
