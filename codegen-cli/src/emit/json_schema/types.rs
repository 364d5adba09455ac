//! What is a type in JSON Schema 2020-12?

use std::collections::BTreeMap;

use traitwire_schema::walk::Schema;
use traitwire_schema::{
    Arg, Body, Deprecation, Format, Int, Named, Shape, Source, Struct, Type, TypeDef,
};

use super::beside::Names;
use super::names::Names as TypeNames;
use super::objects::Members;
use super::ordered::{Json, Object};
use super::uses::{Uses, key};
use super::{Dialect, docs};
use crate::emit::direction::{Way, one_way};
use crate::emit::newtypes::alias_of;
use crate::emit::{Problem, docs as about};

/// Padded base64 (RFC 4648 §4), whose last letter has no bits to spare.
pub(super) const BASE64: &str = "^(?:[A-Za-z0-9+/]{4})*\
    (?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$";

/// What is needed to describe types, and what became of them.
pub(in crate::emit) struct Schemas<'a> {
    pub(in crate::emit) schema: &'a Schema,
    pub(in crate::emit) names: TypeNames,
    pub(in crate::emit) dialect: Dialect,
    pub(in crate::emit) problems: Vec<Problem>,
    /// The enums whose contents are being described where they share an object.
    pub(super) inside: Vec<String>,
    /// `components/schemas`, each with what it describes and where that stands.
    components: BTreeMap<String, (Object, String, Source)>,
}

impl<'a> Schemas<'a> {
    pub(in crate::emit) fn new(
        schema: &'a Schema,
        names: TypeNames,
        dialect: Dialect,
    ) -> Schemas<'a> {
        Schemas {
            schema,
            names,
            dialect,
            problems: Vec::new(),
            inside: Vec::new(),
            components: BTreeMap::new(),
        }
    }

    /// Describes every use, in each direction in which it crosses, or once where both look the same.
    pub(in crate::emit) fn add_all(&mut self, uses: &Uses) {
        let schema = self.schema;
        for known in uses.values() {
            let Some(def) = schema.def(&known.named.id) else { continue };
            if known.output || !known.differs {
                self.add_use(&known.named, def, Way::Out);
            }
            if known.input && known.differs {
                self.add_use(&known.named, def, Way::In);
            }
        }
    }

    /// The same of those that go this way, and no others.
    pub(super) fn add_way(&mut self, uses: &Uses, way: Way) {
        let schema = self.schema;
        for known in uses.values() {
            let goes = if way == Way::In { known.input } else { known.output };
            if let (true, Some(def)) = (goes, schema.def(&known.named.id)) {
                self.add_use(&known.named, def, way);
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
            Type::Int(int) => integer(*int, self.dialect),
            Type::F32 => self.real(true),
            Type::F64 => self.real(false),
            Type::Char => typed("string").with("minLength", 1).with("maxLength", 1),
            Type::String => typed("string"),
            Type::Bytes => {
                let mut text = typed("string").with("contentEncoding", "base64");
                if self.dialect == Dialect::JsonSchema {
                    text.put("pattern", BASE64);
                }
                text
            }
            Type::Unit => typed("null"),
            // The empty schema; `true` means the same, but fewer tools know it. A parameter was
            // replaced before.
            Type::Json | Type::Param(_) => Object::new(),
            Type::Float => {
                let names = typed("string").with("enum", vec!["NaN", "Infinity", "-Infinity"]);
                Object::new().with("anyOf", vec![self.real(false), names])
            }
            Type::Format(format) => formatted(format, self.dialect, typed("string")),
            Type::Literal(text) => typed("string").with("const", &**text),
            Type::NonZero(int) => {
                let mut integer = integer(*int, self.dialect);
                if int.signed() {
                    integer.put("not", Object::new().with("const", 0));
                } else {
                    integer.put("minimum", 1);
                }
                integer
            }
            Type::AtMost(int, most) => integer(*int, self.dialect).with("maximum", *most),
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
                let names = self.key(key, way);
                let mut map = typed("object").with("additionalProperties", self.of(value, way));
                map.put_some("propertyNames", names);
                map
            }
            Type::Tuple(items) => self.tuple(items, &[], way),
            Type::Named(named) => self.reference(&self.names.of(named, way)),
        }
    }

    /// The arguments of a method. One that is not known is refused.
    pub(in crate::emit) fn arguments(&mut self, args: &[Arg], way: Way) -> Object {
        let (mut properties, mut required) = (Object::new(), Vec::new());
        for arg in args.iter().filter(|arg| !arg.stream) {
            properties.put(&*arg.name, self.of(&arg.ty, way));
            if way == Way::Out || !self.schema.reads_absence(&arg.ty) {
                required.push(arg.name.to_string());
            }
        }
        let mut arguments = typed("object");
        arguments.put_some("properties", properties);
        arguments.put_some("required", required);
        if way == Way::In {
            arguments.put("additionalProperties", false);
        }
        arguments
    }

    /// A real. What is beyond the range of 32 bits is an error to a reader; no validator that reads
    /// numbers as doubles sees what is beyond that of 64.
    fn real(&self, is_single: bool) -> Object {
        let number = typed("number");
        match (self.dialect, is_single) {
            (Dialect::OpenApi, true) => number.with("format", "float"),
            (Dialect::OpenApi, false) => number.with("format", "double"),
            (Dialect::JsonSchema, true) => number
                .with("minimum", Json::Number("-3.4028235e38".to_owned()))
                .with("maximum", Json::Number("3.4028235e38".to_owned())),
            (Dialect::JsonSchema, false) => number,
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
                self.fields(Members::default(), fields, denies, args, (way, source), &Names::none())
            }
        }
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
        if self.dialect == Dialect::OpenApi {
            body.put_some("x-traitwire-since", since.unwrap_or_default());
        }
        body
    }
}

pub(in crate::emit) fn typed(name: &str) -> Object {
    Object::new().with("type", name)
}

/// An integer. In OpenAPI a bound that a double cannot hold is left to the format, which names it: many
/// tools read bounds as doubles, so it would be another one there, and some refuse the document for it.
/// In JSON Schema the bounds say it all, and a strict validator refuses formats that it does not know.
fn integer(int: Int, dialect: Dialect) -> Object {
    let (bits, signed) = (int.bits(), int.signed());
    let mut integer = typed("integer");
    if dialect == Dialect::OpenApi {
        integer.put("format", format!("{}int{bits}", if signed { "" } else { "u" }));
    }
    let exact = dialect == Dialect::JsonSchema || bits <= 32;
    if exact || !signed {
        integer.put("minimum", Json::Number(lowest(int)));
    }
    if exact {
        integer.put("maximum", Json::Number(highest(int).to_string()));
    }
    integer
}

/// The lowest value of an integer.
pub(super) fn lowest(int: Int) -> String {
    if int.signed() { format!("-{}", highest(int) + 1) } else { "0".to_owned() }
}

/// The highest value of an integer.
pub(super) fn highest(int: Int) -> u128 {
    u128::MAX >> (128 - u32::from(int.bits()) + u32::from(int.signed()))
}

/// The same schema, which also allows `null`.
pub(in crate::emit) fn nullable(mut inner: Object) -> Object {
    let null = || Json::from(typed("null"));
    if inner.is_empty() {
        return inner;
    }
    // What lists values would have to list `null`.
    let lists = inner.get("const").is_some() || inner.get("enum").is_some();
    match inner.get("type").cloned() {
        Some(Json::String(name)) if name == "null" => inner,
        Some(Json::String(name)) if !lists => {
            inner.put("type", vec![name, "null".to_owned()]);
            inner
        }
        Some(Json::Array(_)) => inner,
        _ => {
            let only_arms = inner.len() == 1;
            match inner.get("anyOf") {
                Some(Json::Array(arms)) if only_arms => {
                    let mut arms = arms.clone();
                    if !arms.contains(&null()) {
                        arms.push(null());
                    }
                    Object::new().with("anyOf", arms)
                }
                _ => Object::new().with("anyOf", vec![Json::from(inner), null()]),
            }
        }
    }
}

/// The formats that JSON Schema defines; a strict validator refuses others.
const FORMATS: [&str; 19] = [
    "date-time",
    "date",
    "time",
    "duration",
    "email",
    "idn-email",
    "hostname",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uuid",
    "uri-template",
    "json-pointer",
    "relative-json-pointer",
    "regex",
];

/// Text of a form. `text` says that it is text, unless that is known.
pub(super) fn formatted(format: &Format, dialect: Dialect, mut text: Object) -> Object {
    // RFC 3339 has four digits for a year, and no sign for a duration, while types write more. Where
    // there is a pattern it is exact, and a validator that asserts formats must not refuse what it
    // admits.
    let is_wider =
        ["date-time", "date", "duration"].contains(&&*format.name) && !format.pattern.is_empty();
    let is_exact = FORMATS.contains(&&*format.name) && !is_wider;
    let known = dialect == Dialect::OpenApi || is_exact;
    text.put(if known { "format" } else { "$comment" }, &*format.name);
    text.put_some("pattern", &*format.pattern);
    text
}
