//! What can no language have?
//!
//! A schema may come from anywhere, also from a peer, so nothing is taken for granted that the macros
//! would have refused.

use std::collections::{BTreeMap, BTreeSet};

use traitwire_schema::names::{check_interface_name, check_method_name};
use traitwire_schema::version::{self, Series};
use traitwire_schema::walk::{Schema, children, def_types};
use traitwire_schema::{
    Body, Interface, Method, Shape, Source, Struct, Tagging, Type, TypeDef, TypeId,
};

use super::Problem;
use super::direction::method_types;
use super::newtypes::{alias_of, map_key};

/// The series of an interface, as `v1`; empty where its version is none, which is refused.
pub(super) fn series(interface: &Interface) -> String {
    version::parse(&interface.version)
        .map(|version| Series::of(&version).to_string())
        .unwrap_or_default()
}

/// Finds what is wrong with these interfaces, apart from their types.
pub(super) fn interfaces<'a>(
    interfaces: impl IntoIterator<Item = &'a Interface>,
    problems: &mut Vec<Problem>,
) {
    let mut known: BTreeMap<(&str, String), &Interface> = BTreeMap::new();
    for interface in interfaces {
        let (name, source) = (&*interface.name, &interface.source);
        if let Err(rule) = check_interface_name(name) {
            let message = format!("the name of the interface `{}` {rule}", name.escape_debug());
            problems.push(problem(message, source, "this interface", RENAME));
        }
        for method in interface.methods.iter() {
            if let Err(rule) = check_method_name(&method.name) {
                let method_name = method.name.escape_debug();
                let message = format!("the name of the method `{name}/{method_name}` {rule}");
                problems.push(problem(message, &method.source, "this method", RENAME));
            }
        }
        if let Err(bad) = version::parse(&interface.version) {
            let message = format!("the interface `{name}` has no version: {bad}");
            let help = "give it one: `version = \"1.0.0\"`";
            problems.push(problem(message, source, "this interface", help));
            continue;
        }
        let series = series(interface);
        if let Some(first) = known.insert((name, series.clone()), interface) {
            problems.push(problem(
                format!(
                    "`{name}` is there twice in the series {series}, as {} and {}",
                    first.version, interface.version
                ),
                source,
                &format!("the other is {}", place(&first.source)),
                "rename one with `name = \"..\"`, or leave its crate out",
            ));
        }
    }
}

const RENAME: &str = "give it another name with `name = \"..\"`";

/// Finds maps whose keys JSON cannot have: it has text for keys, so what is no text must have one that
/// is its own.
pub(super) fn keys<'a>(
    schema: &Schema,
    methods: impl IntoIterator<Item = (&'a Interface, &'a Method)>,
    defs: impl IntoIterator<Item = &'a TypeDef>,
    problems: &mut Vec<Problem>,
) {
    for (interface, method) in methods {
        let what = format!("`{}/{}`", interface.name, method.name);
        let types = method_types(interface, method).map(|(ty, _)| ty).collect();
        keys_of(schema, &what, types, &method.source, problems);
    }
    for def in defs {
        let what = format!("the type `{}`", def.id);
        keys_of(schema, &what, def_types(def), &def.source, problems);
    }
}

/// The same in the types of one thing.
pub(super) fn keys_of(
    schema: &Schema,
    what: &str,
    types: Vec<&Type>,
    source: &Source,
    problems: &mut Vec<Problem>,
) {
    let mut open = types;
    while let Some(ty) = open.pop() {
        if let Type::Map(key, _) = ty
            && map_key(schema, key).is_none()
        {
            problems.push(problem(
                format!("{what} has a map whose keys JSON cannot have"),
                source,
                "a key is text, a number, a flag, an enum of names, or a newtype of one of these",
                "use a list of pairs: `Vec<(K, V)>`",
            ));
        }
        open.extend(children(ty));
    }
}

/// Finds types that are nothing but themselves, with no object or array between: a value of one would
/// never end, and neither would a reader of its description.
pub(super) fn cycles<'a>(
    schema: &'a Schema,
    defs: impl IntoIterator<Item = &'a TypeDef>,
    problems: &mut Vec<Problem>,
) {
    for def in defs {
        let mut seen = BTreeSet::new();
        let mut open = at_once(schema, def);
        while let Some(id) = open.pop() {
            if *id == def.id {
                problems.push(problem(
                    format!("the type `{}` is itself, with no object or array between", def.id),
                    &def.source,
                    "this type",
                    "give it a field with a name",
                ));
                break;
            }
            if seen.insert(id)
                && let Some(next) = schema.def(id)
            {
                open.extend(at_once(schema, next));
            }
        }
    }
}

/// The definitions that a reader must know to know this one.
fn at_once<'a>(schema: &'a Schema, def: &'a TypeDef) -> Vec<&'a TypeId> {
    let mut ids = Vec::new();
    match &def.body {
        Body::Struct(body) => match (alias_of(body), &body.shape) {
            (Some(ty), _) => at_once_in(schema, ty, &mut ids),
            (None, shape) => flattened_in(schema, shape, &mut ids),
        },
        Body::Enum(body) => {
            let bare = matches!(body.tagging, Tagging::Untagged | Tagging::Internal { .. });
            for variant in body.variants.iter().filter(|variant| bare || variant.untagged) {
                match &variant.shape {
                    Shape::Newtype(ty) => at_once_in(schema, ty, &mut ids),
                    shape => flattened_in(schema, shape, &mut ids),
                }
            }
        }
    }
    ids
}

fn flattened_in<'a>(schema: &'a Schema, shape: &'a Shape, ids: &mut Vec<&'a TypeId>) {
    let Shape::Fields(fields) = shape else { return };
    for field in fields.iter().filter(|field| field.flatten) {
        at_once_in(schema, &field.ty, ids);
    }
}

fn at_once_in<'a>(schema: &'a Schema, ty: &'a Type, ids: &mut Vec<&'a TypeId>) {
    match ty {
        Type::Option(inner) => at_once_in(schema, inner, ids),
        Type::Split { write, read } => {
            at_once_in(schema, write, ids);
            at_once_in(schema, read, ids);
        }
        Type::Named(named) => {
            ids.push(&named.id);
            let is_object = matches!(
                schema.def(&named.id).map(|def| &def.body),
                Some(Body::Struct(body @ Struct { shape: Shape::Fields(fields), .. }))
                    if alias_of(body).is_none() && !fields.iter().any(|field| field.flatten)
            );
            if !is_object {
                named.args.iter().for_each(|arg| at_once_in(schema, arg, ids));
            }
        }
        _ => {}
    }
}

/// Where the other of two stands, in a few words.
pub(super) fn place(source: &Source) -> String {
    if source.file.is_empty() {
        "elsewhere".to_owned()
    } else {
        format!("at {}:{}", source.file, source.line)
    }
}

pub(super) fn problem(message: String, source: &Source, label: &str, help: &str) -> Problem {
    let help = (!help.is_empty()).then(|| help.to_owned());
    Problem { message, source: source.clone(), label: label.to_owned(), help }
}
