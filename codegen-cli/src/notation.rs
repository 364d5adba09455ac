//! How is a part of a schema written for a person?
//!
//! As Rust, for that is what it was; with wire names, for that is what crosses.

use std::fmt::Write as _;

use traitwire_schema::{
    Access, Body, Deprecation, Field, Method, Read, Reply, Shape, Tagging, Type, TypeDef, Variant,
};

/// A type as it is used; `params` are the names of the surrounding definition's parameters.
pub(crate) fn ty(ty: &Type, params: &[std::borrow::Cow<'static, str>]) -> String {
    let one = |inner: &Type| self::ty(inner, params);
    let many = |types: &[Type]| types.iter().map(one).collect::<Vec<_>>().join(", ");
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::F32 => "f32".to_owned(),
        Type::F64 => "f64".to_owned(),
        Type::Char => "char".to_owned(),
        Type::String => "String".to_owned(),
        Type::Bytes => "Bytes".to_owned(),
        Type::Unit => "()".to_owned(),
        Type::Json => "Value".to_owned(),
        Type::Float => "Float".to_owned(),
        Type::Format(format) => format!("{:?}", format.name),
        Type::Literal(text) => format!("{text:?}"),
        Type::NonZero(int) => format!("NonZero<{}>", int.name()),
        Type::AtMost(int, most) => format!("{} <= {most}", int.name()),
        Type::Split { write, read } if write == read => one(write),
        Type::Split { write, read } => format!("{} (read as {})", one(write), one(read)),
        Type::Int(int) => int.name().to_owned(),
        Type::Option(inner) => format!("Option<{}>", one(inner)),
        Type::Seq(inner) => format!("Vec<{}>", one(inner)),
        Type::Set(inner) => format!("BTreeSet<{}>", one(inner)),
        Type::Array(inner, len) => format!("[{}; {len}]", one(inner)),
        Type::Map(key, value) => format!("BTreeMap<{}, {}>", one(key), one(value)),
        Type::Tuple(items) if items.len() == 1 => format!("({},)", many(items)),
        Type::Tuple(items) => format!("({})", many(items)),
        Type::Param(index) => match params.get(usize::from(*index)) {
            Some(name) => name.to_string(),
            None => format!("?{index}"),
        },
        Type::Named(named) if named.args.is_empty() => named.id.name.to_string(),
        Type::Named(named) => format!("{}<{}>", named.id.name, many(&named.args)),
    }
}

/// `search(query: String, limit: Option<u32>) -> Result<Vec<Model>, CatalogError>`.
pub(crate) fn signature(method: &Method) -> String {
    let args = method.args.iter().map(|arg| {
        let ty = self::ty(&arg.ty, &[]);
        let ty = if arg.stream { format!("Incoming<{ty}>") } else { ty };
        format!("{}: {ty}", arg.name)
    });
    let args: Vec<String> = args.collect();
    let result = |ty: &Type| {
        let ok = self::ty(ty, &[]);
        match &method.error {
            Some(error) => format!("Result<{ok}, {}>", self::ty(error, &[])),
            None => ok,
        }
    };
    let reply = match &method.reply {
        Reply::None => String::new(),
        Reply::Value(Type::Unit) if method.error.is_none() => String::new(),
        Reply::Value(ty) => format!(" -> {}", result(ty)),
        Reply::Stream(ty) => format!(" -> impl Stream<Item = {}>", result(ty)),
    };
    format!("{}({}){reply}", method.name, args.join(", "))
}

/// What else is said of a method, each in a few words.
pub(crate) fn traits(method: &Method) -> Vec<String> {
    let mut words = vec![match &method.access {
        Access::Authenticated => "authenticated callers".to_owned(),
        Access::Public => "public".to_owned(),
        Access::Scope(scope) => format!("scope {scope}"),
    }];
    if method.reply == Reply::None {
        words.push("notification".to_owned());
    }
    if method.readonly {
        words.push("readonly".to_owned());
    } else if method.idempotent {
        words.push("idempotent".to_owned());
    }
    words.extend(method.cache.iter().map(|cache| format!("cache {cache}")));
    words.extend(method.since.iter().map(|since| format!("since {since}")));
    words.extend(method.aliases.iter().map(|alias| format!("alias {alias}")));
    if method.spawn {
        words.push("spawn".to_owned());
    }
    if method.detached {
        words.push("detached".to_owned());
    }
    words
}

/// `deprecated since 1.2.0: use search`.
pub(crate) fn deprecation(deprecation: &Deprecation) -> String {
    let mut text = "deprecated".to_owned();
    if let Some(since) = &deprecation.since {
        let _ = write!(text, " since {since}");
    }
    if let Some(note) = &deprecation.note {
        let _ = write!(text, ": {note}");
    }
    text
}

/// Docs as comments, each line after an indent.
pub(crate) fn docs(docs: &str, indent: &str) -> String {
    docs.lines().map(|line| format!("{indent}/// {line}").trim_end().to_owned() + "\n").collect()
}

/// A definition.
pub(crate) fn definition(def: &TypeDef) -> String {
    let params = match def.params.as_ref() {
        [] => String::new(),
        params => format!("<{}>", params.join(", ")),
    };
    let name = format!("{}{params}", def.id.name);
    match &def.body {
        Body::Struct(body) => match &body.shape {
            Shape::Fields(_) => format!("struct {name}{}", shape(def, &body.shape, "")),
            other => format!("struct {name}{};", shape(def, other, "")),
        },
        Body::Enum(body) => {
            let tagging = match &body.tagging {
                Tagging::External => String::new(),
                Tagging::Internal { tag } => format!(" // tag {tag:?}"),
                Tagging::Adjacent { tag, content } => {
                    format!(" // tag {tag:?}, content {content:?}")
                }
                Tagging::Untagged => " // untagged".to_owned(),
            };
            let variants = body.variants.iter().map(|variant| {
                format!("    {}{},\n", variant_name(variant), shape(def, &variant.shape, "    "))
            });
            let open = if body.open { "    // more may come\n" } else { "" };
            format!("enum {name} {{{tagging}\n{}{open}}}", variants.collect::<String>())
        }
    }
}

fn variant_name(variant: &Variant) -> String {
    let wire = variant.write.as_ref().or(variant.read.as_ref().map(|read| &read.name));
    let name = wire.unwrap_or(&variant.rust_name);
    match variant.status {
        Some(status) => format!("/* {status} */ {name}"),
        None => name.to_string(),
    }
}

fn shape(def: &TypeDef, shape: &Shape, indent: &str) -> String {
    match shape {
        Shape::Unit => String::new(),
        Shape::Newtype(inner) => format!("({})", ty(inner, &def.params)),
        Shape::Tuple(types) => {
            let types: Vec<String> = types.iter().map(|item| ty(item, &def.params)).collect();
            format!("({})", types.join(", "))
        }
        Shape::Fields(fields) => {
            let lines = fields.iter().map(|one| field(def, one, indent));
            format!(" {{\n{}{indent}}}", lines.collect::<String>())
        }
    }
}

fn field(def: &TypeDef, field: &Field, indent: &str) -> String {
    let read = field.read.as_ref().map(|Read { name, .. }| name);
    let name = field.write.as_ref().map(|write| &write.name).or(read).unwrap_or(&field.rust_name);
    let way = match (&field.write, &field.read) {
        (Some(write), Some(read)) if write.name != read.name => {
            format!(" // read as {:?}", read.name)
        }
        (Some(_), None) => " // never read".to_owned(),
        (None, Some(_)) => " // never written".to_owned(),
        _ => String::new(),
    };
    let flat = if field.flatten { ".." } else { "" };
    format!("{indent}    {flat}{name}: {},{way}\n", ty(&field.ty, &def.params))
}
