//! What is an enum in JSON Schema?
//!
//! A variant that is an object has a component of its own, `Shape_Cylinder`, so that a discriminator
//! can point to it and a response can list it. A later version may add variants to an open enum, and
//! that is a minor change: so the output of one has a last arm for what is not listed, and no client
//! that checks replies refuses it. Its input has none, for the backend reads what it knows.

use traitwire_schema::{Body, Enum, Named, Shape, Source, Struct, Tagging, Type, TypeDef, Variant};

use super::docs;
use super::ordered::{Json, Object};
use super::types::{Members, Schemas, typed};
use super::uses::{content_required, key};
use crate::emit::Problem;
use crate::emit::direction::{Way, variant_name};
use crate::emit::docs::{about, deprecation};
use crate::emit::newtypes::behind;

/// What the component of an open enum's last arm is called, after the enum.
const UNRECOGNIZED: &str = "Unrecognized";

/// A variant and what it is called in one direction.
type Called<'a> = (&'a Variant, &'a str);

impl<'a> Schemas<'a> {
    /// An enum. Its variants become components.
    pub(in crate::emit) fn choice(
        &mut self,
        body: &'a Enum,
        def: &'a TypeDef,
        named: &Named,
        way: Way,
    ) -> Object {
        let variants = called(body, way);
        for variant in &variants {
            self.add_variant(body, def, named, *variant, way);
        }
        let open = body.open && way == Way::Out;
        if !open {
            return self.one_of(body, named, &variants, way);
        }
        let mut whole = if variants.is_empty() {
            // What a later version adds may be anything.
            Object::new()
        } else if all_text(body, &variants) {
            let known = typed("string").with("enum", names_of(&variants));
            Object::new().with("anyOf", vec![known, typed("string")])
        } else {
            let mut arms = self.arms(body, named, &variants, way);
            let (last, name) = self.add_unrecognized(body, def, named, &variants);
            arms.push(last);
            // In a discriminator a component also goes by its own name. Said here, it gives the last arm
            // a tag that TypeScript and Python can tell from those of the variants.
            let tags: Vec<&str> = variants.iter().map(|(_, name)| *name).chain([&*name]).collect();
            union(body, &tags, arms, false)
        };
        let listed = if all_text(body, &variants) { list_of(&variants) } else { None };
        let note = "Later versions may add variants: take one that is not listed as unknown.";
        let text = [listed, Some(note.to_owned())].into_iter().flatten();
        whole.put("description", docs::join("", text));
        whole.put_some("x-extensible-enum", names_of(&variants));
        whole
    }

    /// A value that is one of these variants and no other.
    pub(in crate::emit) fn one_of(
        &mut self,
        body: &'a Enum,
        named: &Named,
        variants: &[Called<'a>],
        way: Way,
    ) -> Object {
        if variants.is_empty() {
            return never();
        }
        let takes_all = way == Way::In && variants.iter().any(|(variant, _)| variant.catch_all);
        if all_text(body, variants) {
            let mut text = typed("string");
            if !takes_all {
                text.put("enum", names_of(variants));
            }
            text.put_some("description", list_of(variants).unwrap_or_default());
            return text;
        }
        let mut arms = self.arms(body, named, variants, way);
        if arms.len() == 1 {
            return arms.remove(0);
        }
        let tags: Vec<&str> = variants.iter().map(|(_, name)| *name).collect();
        union(body, &tags, arms, takes_all)
    }

    fn arms(
        &mut self,
        body: &'a Enum,
        named: &Named,
        variants: &[Called<'a>],
        way: Way,
    ) -> Vec<Object> {
        variants
            .iter()
            .map(|(variant, name)| {
                if is_component(body, variant) {
                    return self.reference(&self.variant_name(named, variant, way));
                }
                let mut arm = match (&body.tagging, &variant.shape) {
                    (Tagging::Untagged, Shape::Unit) => typed("null"),
                    (Tagging::Untagged, Shape::Newtype(ty)) => {
                        self.of(&ty.substitute(&named.args), way)
                    }
                    (Tagging::Untagged, Shape::Tuple(items)) => self.tuple(items, &named.args, way),
                    _ if variant.catch_all && way == Way::In => typed("string"),
                    _ => typed("string").with("const", *name),
                };
                // The examples are those of components; here the text alone fits.
                let text =
                    docs::read(&variant.docs, "", &Source::default()).unwrap_or_default().text;
                let more = deprecation(variant.deprecated.as_ref());
                arm.put_some("description", docs::join(&text, more));
                arm
            })
            .collect()
    }

    fn variant_name(&self, named: &Named, variant: &Variant, way: Way) -> String {
        format!("{}_{}", self.names.of(named, way), variant.rust_name)
    }

    fn add_variant(
        &mut self,
        body: &'a Enum,
        def: &'a TypeDef,
        named: &Named,
        (variant, name): Called<'a>,
        way: Way,
    ) {
        let of = format!("`{}::{}`", def.id.name, variant.rust_name);
        if !is_component(body, variant) {
            return;
        }
        let (args, denies) = (&named.args, body.deny_unknown_fields);
        let place = (way, &def.source);
        let object = match &body.tagging {
            Tagging::External => {
                let content = self.shape(&variant.shape, denies, args, way, &def.source);
                typed("object")
                    .with("properties", Object::new().with(name, content))
                    .with("required", vec![name])
                    .with("additionalProperties", false)
            }
            Tagging::Internal { tag } => {
                let tag = tag_member(tag, variant, name, way);
                match &variant.shape {
                    Shape::Fields(fields) => self.members(tag, fields, denies, args, place),
                    Shape::Newtype(ty) => {
                        self.tagged(&ty.substitute(args), tag, (&of, &def.source), way)
                    }
                    Shape::Unit | Shape::Tuple(_) => object_of(tag),
                }
            }
            Tagging::Adjacent { tag, content } => {
                let mut members = tag_member(tag, variant, name, way);
                if variant.shape != Shape::Unit {
                    let inside = self.shape(&variant.shape, denies, args, way, &def.source);
                    members.properties.put(&**content, inside);
                    if content_required(self.schema, &variant.shape, args, way) {
                        members.required.push(content.to_string());
                    }
                }
                let mut object = object_of(members);
                if denies && way == Way::In {
                    object.put("additionalProperties", false);
                }
                object
            }
            Tagging::Untagged => self.shape(&variant.shape, denies, args, way, &def.source),
        };
        let (deprecated, since) = (variant.deprecated.as_ref(), variant.since.as_deref());
        let object = self.described(object, &variant.docs, deprecated, since, (&of, &def.source));
        let key = format!("{}::{}", key(named), variant.rust_name);
        self.add(self.variant_name(named, variant, way), object, key, &def.source);
    }

    /// A tag among the members of a type's object.
    fn tagged(
        &mut self,
        ty: &Type,
        tag: Members,
        (of, source): (&str, &Source),
        way: Way,
    ) -> Object {
        match behind(self.schema, ty) {
            Some(Type::Unit | Type::Json) => return object_of(tag),
            Some(Type::Map(_, value)) => {
                // A rule for all keys would forbid the tag.
                let values = self.of(&value, way);
                return object_of(tag).with("additionalProperties", values);
            }
            Some(Type::Named(named)) => match self.schema.def(&named.id).map(|def| &def.body) {
                Some(Body::Struct(Struct { shape, deny_unknown_fields, .. })) => match shape {
                    // What denies members would deny the tag, if it stood beside it.
                    Shape::Fields(fields) if *deny_unknown_fields => {
                        return self.members(tag, fields, true, &named.args, (way, source));
                    }
                    Shape::Fields(_) => return self.beside(&named, tag, way),
                    Shape::Unit => return object_of(tag),
                    _ => {}
                },
                Some(Body::Enum(inner)) => {
                    let closed = inner.tagging == Tagging::External
                        || (inner.deny_unknown_fields && way == Way::In);
                    if !closed {
                        return self.beside(&named, tag, way);
                    }
                }
                None => {}
            },
            _ => {}
        }
        self.problems.push(Problem {
            message: format!("{of} puts its tag among members that allow no other"),
            source: source.clone(),
            label: "this cannot be described in OpenAPI".to_owned(),
            help: Some(
                "name the field of the variant, or add `content = \"..\"` beside `tag`".to_owned(),
            ),
        });
        object_of(tag)
    }

    fn beside(&self, named: &Named, tag: Members, way: Way) -> Object {
        let content = self.reference(&self.names.of(named, way));
        Object::new().with("allOf", vec![content, object_of(tag)])
    }

    /// The last arm of an open enum, and its name: what no other takes.
    fn add_unrecognized(
        &mut self,
        body: &Enum,
        def: &TypeDef,
        named: &Named,
        variants: &[Called<'a>],
    ) -> (Object, String) {
        let known = names_of(variants);
        let arm = match &body.tagging {
            Tagging::Untagged => return (Object::new(), String::new()),
            Tagging::External => {
                let mut others: Vec<Object> = known
                    .iter()
                    .map(|name| typed("object").with("required", vec![&**name]))
                    .collect();
                others.insert(0, Object::new().with("enum", known));
                Object::new()
                    .with("type", vec!["string", "object"])
                    .with("minProperties", 1)
                    .with("maxProperties", 1)
                    .with("not", Object::new().with("anyOf", others))
            }
            Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } => {
                let other = typed("string").with("not", Object::new().with("enum", known));
                typed("object")
                    .with("properties", Object::new().with(&**tag, other))
                    .with("required", vec![&**tag])
            }
        };
        let arm = Object::new()
            .with("description", "A variant that a later version of the interface has added.")
            .with("x-traitwire-unrecognized", true)
            .with_all(arm);
        let name = format!("{}_{UNRECOGNIZED}", self.names.of(named, Way::Out));
        let key = format!("{}::{UNRECOGNIZED}", key(named));
        self.add(name.clone(), arm, key, &def.source);
        (self.reference(&name), name)
    }
}

/// One of the arms; a tag leads to it where there is one.
fn union(body: &Enum, names: &[&str], arms: Vec<Object>, takes_all: bool) -> Object {
    let mapping = arms.iter().zip(names).try_fold(Object::new(), |mapping, (arm, name)| {
        Some(mapping.with(*name, arm.get("$ref")?.clone()))
    });
    // Where nothing is tagged, or a variant takes every name, a value may fit several arms.
    let many = body.tagging == Tagging::Untagged || takes_all;
    let mut union = Object::new().with(if many { "anyOf" } else { "oneOf" }, arms);
    if let (Tagging::Internal { tag } | Tagging::Adjacent { tag, .. }, Some(mapping), false) =
        (&body.tagging, mapping, takes_all)
    {
        let discriminator = Object::new().with("propertyName", &**tag).with("mapping", mapping);
        union.put("discriminator", discriminator);
    }
    union
}

/// The variants that cross this way.
pub(in crate::emit) fn called(body: &Enum, way: Way) -> Vec<Called<'_>> {
    let name = |variant| Some((variant, variant_name(variant, way)?));
    body.variants.iter().filter_map(name).collect()
}

/// Whether a variant is an object whose members are known, or one that holds its tag.
fn is_component(body: &Enum, variant: &Variant) -> bool {
    match body.tagging {
        Tagging::External => variant.shape != Shape::Unit,
        Tagging::Internal { .. } | Tagging::Adjacent { .. } => true,
        Tagging::Untagged => matches!(variant.shape, Shape::Fields(_)),
    }
}

/// Whether each of them is a name and nothing else.
fn all_text(body: &Enum, variants: &[Called<'_>]) -> bool {
    body.tagging == Tagging::External
        && variants.iter().all(|(variant, _)| variant.shape == Shape::Unit)
}

fn names_of(variants: &[Called<'_>]) -> Vec<String> {
    variants.iter().map(|(_, name)| (*name).to_owned()).collect()
}

/// What variants without content mean, for they have no schema that could say it.
fn list_of(variants: &[Called<'_>]) -> Option<String> {
    let mut lines = Vec::new();
    for (variant, name) in variants {
        if variant.shape != Shape::Unit {
            continue;
        }
        let text = docs::read(&variant.docs, "", &Source::default()).unwrap_or_default().text;
        let about = about(variant, &text);
        if !about.is_empty() {
            let about: Vec<&str> = about.split_whitespace().collect();
            lines.push(format!("- `{name}`: {}", about.join(" ")));
        }
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn tag_member(tag: &str, variant: &Variant, name: &str, way: Way) -> Members {
    let mut value = typed("string");
    if !(variant.catch_all && way == Way::In) {
        value.put("const", name);
    }
    Members { properties: Object::new().with(tag, value), required: vec![tag.to_owned()] }
}

fn object_of(Members { properties, required }: Members) -> Object {
    typed("object").with("properties", properties).with("required", required)
}

/// What no value meets.
fn never() -> Object {
    Object::new().with("not", Json::Object(Object::new()))
}
