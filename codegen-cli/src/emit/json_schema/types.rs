//! What is a type in JSON Schema 2020-12?

use std::collections::BTreeMap;

use traitwire_schema::walk::Schema;
use traitwire_schema::{
    Body, Deprecation, Field, Format, Int, Named, Shape, Source, Struct, Type, TypeDef,
};

use super::names::Names;
use super::ordered::{Json, Object};
use super::uses::{Uses, key};
use super::{Dialect, docs};
use crate::emit::direction::{Way, field_name, is_optional, one_way};
use crate::emit::newtypes::{Key, alias_of, map_key};
use crate::emit::{Problem, docs as about};

/// What is needed to describe types, and what became of them.
pub(in crate::emit) struct Schemas<'a> {
    pub(in crate::emit) schema: &'a Schema,
    pub(in crate::emit) names: Names,
    pub(in crate::emit) dialect: Dialect,
    pub(in crate::emit) problems: Vec<Problem>,
    /// `components/schemas`, each with what it describes and where that stands.
    components: BTreeMap<String, (Object, String, Source)>,
}

impl<'a> Schemas<'a> {
    pub(in crate::emit) fn new(schema: &'a Schema, names: Names, dialect: Dialect) -> Schemas<'a> {
        Schemas { schema, names, dialect, problems: Vec::new(), components: BTreeMap::new() }
    }

    /// Describes every use, in each direction in which it crosses. OpenAPI has one description where
    /// both directions look the same.
    pub(in crate::emit) fn add_all(&mut self, uses: &Uses) {
        let schema = self.schema;
        for known in uses.values() {
            let Some(def) = schema.def(&known.named.id) else { continue };
            let one = self.dialect == Dialect::OpenApi && !known.differs;
            if known.output || one {
                self.add_use(&known.named, def, Way::Out);
            }
            if known.input && !one {
                self.add_use(&known.named, def, Way::In);
            }
        }
    }

    fn add_use(&mut self, named: &Named, def: &'a TypeDef, way: Way) {
        let body = match &def.body {
            Body::Struct(body) => self.structure(body, def, &named.args, way),
            Body::Enum(body) => self.choice(body, def, named, way),
        };
        let of = format!("`{}`", def.id);
        let body =
            self.described(body, &def.docs, def.deprecated.as_ref(), None, (&of, &def.source));
        let name = self.names.of(named, way);
        self.add(name, body, key(named), &def.source);
    }

    /// Adds a component; nothing may have its name already.
    pub(in crate::emit) fn add(&mut self, name: String, body: Object, of: String, source: &Source) {
        if let Some((_, other, _)) = self.components.get(&name) {
            self.problems.push(Problem {
                message: format!("`{other}` and `{of}` would both be called `{name}`"),
                source: source.clone(),
                label: format!("`{of}`"),
                help: Some("choose another name for one of them in `names`".to_owned()),
            });
            return;
        }
        // What it is comes first.
        let mut component = Object::new();
        component.put_some("description", body.get("description").cloned().unwrap_or(Json::Null));
        self.components.insert(name, (component.with_all(body), of, source.clone()));
    }

    /// `components/schemas`, by name.
    pub(in crate::emit) fn into_components(self) -> (Object, Vec<Problem>) {
        let mut schemas = Object::new();
        for (name, (body, ..)) in self.components {
            schemas.put(name, body);
        }
        (schemas, self.problems)
    }

    /// A reference to a component.
    pub(in crate::emit) fn reference(&self, name: &str) -> Object {
        Object::new().with("$ref", format!("{}{name}", self.dialect.definitions()))
    }

    /// A type whose parameters have all been replaced.
    pub(in crate::emit) fn of(&mut self, ty: &Type, way: Way) -> Object {
        match ty {
            Type::Bool => typed("boolean"),
            Type::Int(int) => integer(*int),
            Type::F32 => typed("number").with("format", "float"),
            Type::F64 => typed("number").with("format", "double"),
            Type::Char => typed("string").with("minLength", 1).with("maxLength", 1),
            Type::String => typed("string"),
            Type::Bytes => typed("string").with("contentEncoding", "base64"),
            Type::Unit => typed("null"),
            // The empty schema; `true` means the same, but fewer tools know it. A parameter was
            // replaced before.
            Type::Json | Type::Param(_) => Object::new(),
            Type::Float => {
                let names = typed("string").with("enum", vec!["NaN", "Infinity", "-Infinity"]);
                Object::new().with("anyOf", vec![typed("number").with("format", "double"), names])
            }
            Type::Format(Format { name, pattern, .. }) => {
                let mut text = typed("string").with("format", &**name);
                text.put_some("pattern", &**pattern);
                text
            }
            Type::Literal(text) => typed("string").with("const", &**text),
            Type::NonZero(int) => {
                let mut integer = integer(*int);
                if int.signed() {
                    integer.put("not", Object::new().with("const", 0));
                } else {
                    integer.put("minimum", 1);
                }
                integer
            }
            Type::AtMost(int, most) => integer(*int).with("maximum", *most),
            Type::Split { .. } => self.of(one_way(ty, way), way),
            Type::Option(inner) => nullable(self.of(inner, way)),
            Type::Seq(item) => typed("array").with("items", self.of(item, way)),
            Type::Set(item) => {
                typed("array").with("items", self.of(item, way)).with("uniqueItems", true)
            }
            Type::Array(item, len) => typed("array")
                .with("items", self.of(item, way))
                .with("minItems", *len)
                .with("maxItems", *len),
            Type::Map(key, value) => {
                let names = self.map_key(key, way);
                let mut map = typed("object").with("additionalProperties", self.of(value, way));
                map.put_some("propertyNames", names);
                map
            }
            Type::Tuple(items) => self.tuple(items, &[], way),
            Type::Named(named) => self.reference(&self.names.of(named, way)),
        }
    }

    pub(in crate::emit) fn tuple(&mut self, items: &[Type], args: &[Type], way: Way) -> Object {
        if items.is_empty() {
            return typed("array").with("maxItems", 0);
        }
        let len = items.len() as u64;
        let items: Vec<Object> =
            items.iter().map(|ty| self.of(&ty.substitute(args), way)).collect();
        typed("array")
            .with("prefixItems", items)
            .with("items", false)
            .with("minItems", len)
            .with("maxItems", len)
    }

    /// What the keys of a map look like.
    fn map_key(&self, ty: &Type, way: Way) -> Object {
        match map_key(self.schema, ty) {
            Some(Key::Bool) => Object::new().with("enum", vec!["true", "false"]),
            Some(Key::Int(int)) if int.signed() => {
                Object::new().with("pattern", "^(0|-?[1-9][0-9]*)$")
            }
            Some(Key::Int(_)) => Object::new().with("pattern", "^(0|[1-9][0-9]*)$"),
            Some(Key::Char) => Object::new().with("minLength", 1).with("maxLength", 1),
            Some(Key::Bytes) => Object::new().with("contentEncoding", "base64"),
            Some(Key::Enum(named)) => self.reference(&self.names.of(&named, way)),
            // What cannot be a key was refused before.
            Some(Key::Text | Key::Real) | None => Object::new(),
        }
    }

    fn structure(&mut self, body: &'a Struct, def: &'a TypeDef, args: &[Type], way: Way) -> Object {
        match alias_of(body) {
            Some(ty) => self.of(&ty.substitute(args), way),
            None => self.shape(&body.shape, body.deny_unknown_fields, args, way, &def.source),
        }
    }

    /// The content of a struct or a variant.
    pub(in crate::emit) fn shape(
        &mut self,
        shape: &'a Shape,
        denies: bool,
        args: &[Type],
        way: Way,
        source: &Source,
    ) -> Object {
        match shape {
            Shape::Unit => typed("null"),
            Shape::Newtype(ty) => self.of(&ty.substitute(args), way),
            Shape::Tuple(items) => self.tuple(items, args, way),
            Shape::Fields(fields) => {
                self.members(Members::default(), fields, denies, args, (way, source))
            }
        }
    }

    /// An object of fields, after members that it has already.
    pub(in crate::emit) fn members(
        &mut self,
        Members { mut properties, mut required }: Members,
        fields: &'a [Field],
        denies: bool,
        args: &[Type],
        (way, source): (Way, &Source),
    ) -> Object {
        let mut flattened = Vec::new();
        for field in fields {
            let ty = field.ty.substitute(args);
            let Some(name) = field_name(field, way) else { continue };
            if field.flatten {
                flattened.extend(self.flattened(&ty, denies, field, (way, source)));
                continue;
            }
            let of = format!("`{}`", field.rust_name);
            let at = if field.source == Source::default() { source } else { &field.source };
            let (deprecated, since) = (field.deprecated.as_ref(), field.since.as_deref());
            let property = self.of(&ty, way);
            let property = self.described(property, &field.docs, deprecated, since, (&of, at));
            properties.put(name, property);
            if !is_optional(self.schema, field, &ty, way) {
                required.push(name.to_owned());
            }
        }
        let mut object = typed("object");
        object.put_some("properties", properties);
        object.put_some("required", required);
        if denies && way == Way::In {
            object.put("additionalProperties", false);
        }
        if flattened.is_empty() {
            return object;
        }
        flattened.push(object);
        Object::new().with("allOf", flattened)
    }

    /// What a flattened field adds; only a struct of fields adds members that can be listed.
    fn flattened(
        &mut self,
        ty: &Type,
        denies: bool,
        field: &Field,
        (way, source): (Way, &Source),
    ) -> Option<Object> {
        if let (Type::Named(named), false) = (ty, denies)
            && let Some(Body::Struct(Struct {
                shape: Shape::Fields(_),
                transparent: false,
                deny_unknown_fields: false,
            })) = self.schema.def(&named.id).map(|def| &def.body)
        {
            return Some(self.reference(&self.names.of(named, way)));
        }
        let source = if field.source == Source::default() { source } else { &field.source };
        self.problems.push(Problem {
            message: format!(
                "the flattened field `{}` cannot be described in OpenAPI",
                field.rust_name
            ),
            source: source.clone(),
            label: "only a struct of named fields that denies none can be flattened".to_owned(),
            help: Some("list its members here, or keep them in a field of their own".to_owned()),
        });
        None
    }

    /// A schema with what its docs say. `of` is what is documented, for a message, and its place.
    pub(in crate::emit) fn described(
        &mut self,
        mut body: Object,
        text: &str,
        deprecated: Option<&Deprecation>,
        since: Option<&str>,
        (of, source): (&str, &Source),
    ) -> Object {
        let docs = match docs::read(text, of, source) {
            Ok(docs) => docs,
            Err(problem) => {
                self.problems.push(problem);
                docs::Docs::default()
            }
        };
        let own = match body.get("description") {
            Some(Json::String(own)) => Some(own.clone()),
            _ => None,
        };
        let more = [own, about::since(since), about::deprecation(deprecated)];
        body.put_some("description", docs::join(&docs.text, more.into_iter().flatten()));
        body.put_some("examples", docs.examples);
        if deprecated.is_some() {
            body.put("deprecated", true);
        }
        body.put_some("x-traitwire-since", since.unwrap_or_default());
        body
    }
}

/// Members that an object has before its fields.
#[derive(Debug, Default)]
pub(in crate::emit) struct Members {
    pub(in crate::emit) properties: Object,
    pub(in crate::emit) required: Vec<String>,
}

pub(in crate::emit) fn typed(name: &str) -> Object {
    Object::new().with("type", name)
}

/// An integer. A bound that a double cannot hold is left to the format, which names it: many tools read
/// bounds as doubles, so it would be another one there, and some refuse the document for it.
fn integer(int: Int) -> Object {
    let (bits, signed) = (int.bits(), int.signed());
    let mut integer =
        typed("integer").with("format", format!("{}int{bits}", if signed { "" } else { "u" }));
    if !signed {
        integer.put("minimum", 0);
    }
    if bits <= 32 {
        let high = if signed { (1_u64 << (bits - 1)) - 1 } else { (1 << bits) - 1 };
        if signed {
            integer.put("minimum", Json::Number(format!("-{}", high + 1)));
        }
        integer.put("maximum", high);
    }
    integer
}

/// The same schema, which also allows `null`.
pub(in crate::emit) fn nullable(mut inner: Object) -> Object {
    match inner.get("type").cloned() {
        Some(Json::String(name)) => {
            if name != "null" {
                inner.put("type", vec![name, "null".to_owned()]);
            }
            inner
        }
        Some(_) => inner,
        None if inner.is_empty() || inner.get("anyOf").is_some() => inner,
        None => Object::new().with("anyOf", vec![inner, typed("null")]),
    }
}
