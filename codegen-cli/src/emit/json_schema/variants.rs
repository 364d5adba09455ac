//! What is an enum in JSON Schema?
//!
//! A variant that is an object has a component of its own, `Shape_Cylinder`, so that a discriminator
//! can point to it and a response can list it. A later version may add variants to an open enum, and
//! that is a minor change: so the output of one has a last arm for what is not listed, and no client
//! that checks replies refuses it. Its input has none, for the backend reads what it knows.

use traitwire_schema::{Enum, Named, Shape, Source, Tagging, TypeDef, Variant};

use super::beside::{Names, is_mixed, variant_names};
use super::objects::Reader;
use super::ordered::{Json, Object};
use super::tagged::unknown_tag;
use super::types::{Schemas, typed};
use super::uses::key;
use super::{Dialect, docs};
use crate::emit::Problem;
use crate::emit::direction::{Way, variant_name};
use crate::emit::docs::{about, deprecation};

/// What the component of an open enum's last arm is called, after the enum.
const UNRECOGNIZED: &str = "Unrecognized";

/// A variant and what it is called in one direction.
pub(super) type Called<'a> = (&'a Variant, &'a str);

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
        let takes_any =
            variants.iter().any(|(variant, _)| variant.untagged && body.catches_all(variant));
        let open = body.is_open() && !takes_any && way == Way::Out;
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
            self.union(body, &tags, arms, false)
        };
        let listed = if all_text(body, &variants) { list_of(&variants) } else { None };
        let note = "Later versions may add variants: take one that is not listed as unknown.";
        let text = [listed, Some(note.to_owned())].into_iter().flatten();
        whole.put("description", docs::join("", text));
        if self.dialect == Dialect::OpenApi {
            whole.put_some("x-extensible-enum", names_of(&variants));
        }
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
        let exact = self.dialect == Dialect::JsonSchema;
        if all_text(body, variants) && !(takes_all && exact) {
            let mut text = typed("string");
            if !takes_all {
                text.put("enum", if exact { all_names(variants, way) } else { names_of(variants) });
            }
            text.put_some("description", list_of(variants).unwrap_or_default());
            return text;
        }
        let mut arms = self.arms(body, named, variants, way);
        if arms.len() == 1 {
            return arms.remove(0);
        }
        let tags: Vec<&str> = variants.iter().map(|(_, name)| *name).collect();
        self.union(body, &tags, arms, takes_all)
    }

    fn arms(
        &mut self,
        body: &'a Enum,
        named: &Named,
        variants: &[Called<'a>],
        way: Way,
    ) -> Vec<Object> {
        let mut arms = Vec::new();
        for (variant, name) in variants {
            if is_component(body, variant) {
                arms.push(self.reference(&self.variant_name(named, variant, way)));
                continue;
            }
            let catches_all = variant.catch_all && way == Way::In;
            let mut arm = match (tagging_of(body, variant), &variant.shape) {
                (Tagging::Untagged, Shape::Unit) => typed("null"),
                (Tagging::Untagged, Shape::Newtype(ty)) => {
                    self.of(&ty.substitute(&named.args), way)
                }
                (Tagging::Untagged, Shape::Tuple(items)) => self.tuple(items, &named.args, way),
                _ if catches_all => self.any_name(body),
                _ => self.name_of(variant, name, way),
            };
            // The examples are those of components; here the text alone fits.
            let text = docs::read(&variant.docs, "", &Source::default()).unwrap_or_default().text;
            let more = deprecation(variant.deprecated.as_ref());
            arm.put_some("description", docs::join(&text, more));
            arms.push(arm);
            if catches_all && self.dialect == Dialect::JsonSchema {
                arms.push(any_key(body, variant));
            }
        }
        arms
    }

    /// A variant that is its name and nothing else.
    fn name_of(&self, variant: &Variant, name: &str, way: Way) -> Object {
        let names = variant_names(variant, way);
        if names.len() > 1 && self.dialect == Dialect::JsonSchema {
            return typed("string").with("enum", names);
        }
        typed("string").with("const", name)
    }

    /// Every name but those that need a content.
    fn any_name(&self, body: &Enum) -> Object {
        let with_content = body.variants.iter().filter(|variant| variant.shape != Shape::Unit);
        let names = with_content.flat_map(|variant| variant_names(variant, Way::In));
        let names: Vec<&str> = names.collect();
        let mut text = typed("string");
        if !names.is_empty() && self.dialect == Dialect::JsonSchema {
            text.put("not", Object::new().with("enum", names));
        }
        text
    }

    /// One of the arms; in OpenAPI a tag leads to it where there is one.
    fn union(&self, body: &Enum, names: &[&str], arms: Vec<Object>, takes_all: bool) -> Object {
        let mapping = arms.iter().zip(names).try_fold(Object::new(), |mapping, (arm, name)| {
            Some(mapping.with(*name, arm.get("$ref")?.clone()))
        });
        // Where one is not tagged, or takes every name, a value may fit several arms.
        let many = is_mixed(body) || takes_all;
        let mut union = Object::new().with(if many { "anyOf" } else { "oneOf" }, arms);
        if let (Tagging::Internal { tag } | Tagging::Adjacent { tag, .. }, Some(mapping), false) =
            (&body.tagging, mapping, many)
            && self.dialect == Dialect::OpenApi
        {
            let discriminator = Object::new().with("propertyName", &**tag).with("mapping", mapping);
            union.put("discriminator", discriminator);
        }
        union
    }

    pub(super) fn variant_name(&self, named: &Named, variant: &Variant, way: Way) -> String {
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
        let object = match tagging_of(body, variant) {
            Tagging::External => {
                let content = self.shape(&variant.shape, denies, args, way, &def.source);
                self.by_its_key(variant, name, content, way)
            }
            Tagging::Internal { .. } | Tagging::Adjacent { .. } => {
                let alone = (Reader::Whole, &Names::none());
                let object = self.tagged(body, named, (variant, name), place, alone);
                object.unwrap_or_else(|| {
                    self.no_room_for_a_tag(&of, &def.source);
                    never()
                })
            }
            Tagging::Untagged => self.shape(&variant.shape, denies, args, way, &def.source),
        };
        let (deprecated, since) = (variant.deprecated.as_ref(), variant.since.as_deref());
        let object = self.described(object, &variant.docs, deprecated, since, (&of, &def.source));
        let key = format!("{}::{}", key(named), variant.rust_name);
        self.add(self.variant_name(named, variant, way), object, key, &def.source);
    }

    /// An object whose only key is the name of a variant.
    fn by_its_key(&self, variant: &Variant, name: &str, content: Object, way: Way) -> Object {
        let names = variant_names(variant, way);
        if names.len() < 2 || self.dialect == Dialect::OpenApi {
            return typed("object")
                .with("properties", Object::new().with(name, content))
                .with("required", vec![name])
                .with("additionalProperties", false);
        }
        let properties =
            names.iter().fold(Object::new(), |all, name| all.with(*name, content.clone()));
        typed("object")
            .with("properties", properties)
            .with("additionalProperties", false)
            .with("minProperties", 1)
            .with("maxProperties", 1)
    }

    fn no_room_for_a_tag(&mut self, of: &str, source: &Source) {
        self.problems.push(Problem {
            message: format!("{of} puts its tag into what is no object"),
            source: source.clone(),
            label: "a tag stands among the members of its variant".to_owned(),
            help: Some(
                "name the field of the variant, or add `content = \"..\"` beside `tag`".to_owned(),
            ),
        });
    }

    /// The last arm of an open enum, and its name: what no other takes.
    fn add_unrecognized(
        &mut self,
        body: &Enum,
        def: &TypeDef,
        named: &Named,
        variants: &[Called<'a>],
    ) -> (Object, String) {
        let tagged: Vec<Called<'_>> =
            variants.iter().copied().filter(|(variant, _)| !variant.untagged).collect();
        let known = names_of(&tagged);
        let arm = match &body.tagging {
            Tagging::Untagged => return (Object::new(), String::new()),
            Tagging::External if self.dialect == Dialect::JsonSchema => {
                let unknown =
                    || Object::new().with("not", Object::new().with("enum", known.clone()));
                let object = typed("object")
                    .with("propertyNames", unknown())
                    .with("minProperties", 1)
                    .with("maxProperties", 1);
                Object::new().with("anyOf", vec![typed("string").with_all(unknown()), object])
            }
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
            Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } => unknown_tag(tag, &known),
        };
        let mut about = Object::new()
            .with("description", "A variant that a later version of the interface has added.");
        if self.dialect == Dialect::OpenApi {
            about.put("x-traitwire-unrecognized", true);
        }
        let arm = about.with_all(arm);
        let name = format!("{}_{UNRECOGNIZED}", self.names.of(named, Way::Out));
        let key = format!("{}::{UNRECOGNIZED}", key(named));
        self.add(name.clone(), arm, key, &def.source);
        (self.reference(&name), name)
    }
}

/// The variants that cross this way.
pub(in crate::emit) fn called(body: &Enum, way: Way) -> Vec<Called<'_>> {
    let name = |variant| Some((variant, variant_name(variant, way)?));
    body.variants.iter().filter_map(name).collect()
}

/// How a variant says which it is.
fn tagging_of<'e>(body: &'e Enum, variant: &Variant) -> &'e Tagging {
    if variant.untagged { &Tagging::Untagged } else { &body.tagging }
}

/// Whether a variant is an object whose members are known, or one that holds its tag.
fn is_component(body: &Enum, variant: &Variant) -> bool {
    match tagging_of(body, variant) {
        Tagging::External => variant.shape != Shape::Unit,
        Tagging::Internal { .. } | Tagging::Adjacent { .. } => true,
        Tagging::Untagged => matches!(variant.shape, Shape::Fields(_)),
    }
}

/// Whether each of them is a name and nothing else.
fn all_text(body: &Enum, variants: &[Called<'_>]) -> bool {
    body.tagging == Tagging::External
        && variants.iter().all(|(variant, _)| variant.shape == Shape::Unit && !variant.untagged)
}

/// An object with the name of no other variant as its only key: without content it is one, too.
fn any_key(body: &Enum, variant: &Variant) -> Object {
    let others = others_than(body, variant, Way::In);
    let mut object = typed("object")
        .with("additionalProperties", typed("null"))
        .with("minProperties", 1)
        .with("maxProperties", 1);
    if !others.is_empty() {
        let not = Object::new().with("enum", others);
        object.put("propertyNames", Object::new().with("not", not));
    }
    object
}

fn all_names(variants: &[Called<'_>], way: Way) -> Vec<String> {
    let names = variants.iter().flat_map(|(variant, _)| variant_names(variant, way));
    names.map(str::to_owned).collect()
}

pub(super) fn names_of(variants: &[Called<'_>]) -> Vec<String> {
    variants.iter().map(|(_, name)| (*name).to_owned()).collect()
}

/// The names of all variants but this one.
pub(super) fn others_than(body: &Enum, variant: &Variant, way: Way) -> Vec<String> {
    let others = body.variants.iter().filter(|other| !std::ptr::eq(*other, variant));
    others.flat_map(|other| variant_names(other, way)).map(str::to_owned).collect()
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

/// What no value meets.
fn never() -> Object {
    Object::new().with("not", Json::Object(Object::new()))
}
