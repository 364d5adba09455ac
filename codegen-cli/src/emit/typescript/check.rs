//! What cannot be TypeScript?

use std::collections::BTreeMap;

use traitwire_schema::walk::Schema;
use traitwire_schema::{
    Body, Enum, Interface, Method, Shape, Source, Struct, Tagging, Type, TypeDef, Variant,
};

use super::Plan;
use super::codecs::flattened;
use super::define::{Beside, beside_tag};
use super::direction::Way;
use super::files::stem;
use super::interface::is_rpc;
use super::names::method_name;
use super::text::is_identifier;
use crate::emit::Problem;
use crate::emit::check::{self, place, problem};
use crate::emit::newtypes::{behind, definition};

/// Finds all that has no counterpart.
pub(super) fn check(plan: &Plan<'_>, problems: &mut Vec<Problem>) {
    let Schema { interfaces, types } = plan.schema;
    check::interfaces(interfaces, problems);
    check_names(plan, problems);
    check_files(plan.schema, problems);
    let methods = interfaces
        .iter()
        .flat_map(|interface| interface.methods.iter().map(move |method| (interface, method)));
    check::keys(plan.schema, methods, types.values(), problems);
    check::cycles(plan.schema, types.values(), problems);
    for interface in &plan.schema.interfaces {
        check_interface(plan, interface, problems);
    }
    for def in plan.schema.types.values() {
        check_def(plan, def, problems);
    }
}

/// A schema may come from anywhere, and names become parts of the text.
fn check_names(plan: &Plan<'_>, problems: &mut Vec<Problem>) {
    for (interface, names) in plan.schema.interfaces.iter().zip(&plan.names.interfaces) {
        if !is_identifier(&names.methods) {
            let message = format!("`{}` is no name for an interface", shown(&interface.rust_name));
            problems.push(problem(message, &interface.source, "this interface", "rename it"));
        }
    }
    for def in plan.schema.types.values() {
        let name = plan.names.of_type(&def.id, Way::Out, &plan.directions);
        let params = plan.names.params(def);
        for name in [&name].into_iter().chain(&params).filter(|name| !is_identifier(name)) {
            let message = format!("`{}` is no name for a type", shown(name));
            problems.push(problem(message, &def.source, "this type", "rename it"));
        }
    }
}

fn shown(name: &str) -> impl std::fmt::Display + '_ {
    name.escape_debug()
}

fn check_files(schema: &Schema, problems: &mut Vec<Problem>) {
    let mut stems: BTreeMap<String, &Interface> = BTreeMap::new();
    for interface in &schema.interfaces {
        let stem = stem(schema, interface);
        if let Some(first) = stems.insert(stem.clone(), interface)
            && first.name != interface.name
        {
            problems.push(problem(
                format!(
                    "the interfaces `{}` {} and `{}` {} would both stand in `{stem}.ts`",
                    first.name, first.version, interface.name, interface.version
                ),
                &interface.source,
                &format!("the other is {}", place(&first.source)),
                "give one of them another name, or a version of another series",
            ));
        }
    }
}

fn check_interface(plan: &Plan<'_>, interface: &Interface, problems: &mut Vec<Problem>) {
    let mut names: BTreeMap<String, &Method> = BTreeMap::new();
    for method in interface.methods.iter() {
        if let Some(first) = names.insert(method_name(&method.name), method) {
            problems.push(problem(
                format!(
                    "`{}/{}` and `{}/{}` are both called `{}` in TypeScript",
                    interface.name,
                    first.name,
                    interface.name,
                    method.name,
                    method_name(&method.name)
                ),
                &method.source,
                &format!("the other is {}", place(&first.source)),
                "rename one of them; `alias = \"..\"` keeps its old name for old frontends",
            ));
        }
        if is_rpc(interface)
            && let Err(error) = plan.schema.method_fingerprint(method)
        {
            let message = format!("`{}/{}` has no shape: {error}", interface.name, method.name);
            problems.push(problem(message, &method.source, "this method", ""));
        }
    }
}

fn check_def(plan: &Plan<'_>, def: &TypeDef, problems: &mut Vec<Problem>) {
    match &def.body {
        Body::Struct(Struct { shape, .. }) => check_flatten(plan, def, shape, problems),
        Body::Enum(body) => {
            check_tag(def, body, problems);
            for variant in body.variants.iter() {
                check_flatten(plan, def, &variant.shape, problems);
                if matches!(body.tagging, Tagging::Internal { .. }) {
                    check_content(plan, def, variant, problems);
                }
            }
        }
    }
}

/// The members of a flattened struct are known; all else could have any name.
fn check_flatten(plan: &Plan<'_>, def: &TypeDef, shape: &Shape, problems: &mut Vec<Problem>) {
    let Shape::Fields(fields) = shape else { return };
    for field in fields.iter().filter(|field| field.flatten) {
        if flattened(plan, &field.ty).is_none() {
            let source =
                if field.source == Source::default() { &def.source } else { &field.source };
            problems.push(problem(
                format!("`{}.{}` is flattened, but is no struct", def.id, field.rust_name),
                source,
                "its members have no names that are known beforehand",
                "remove `flatten`, so that it is a member of its own",
            ));
        }
    }
}

/// What is not known of an open enum is kept beside its tag, as `raw`.
fn check_tag(def: &TypeDef, body: &Enum, problems: &mut Vec<Problem>) {
    if let Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } = &body.tagging
        && body.open
        && tag == "raw"
    {
        problems.push(problem(
            format!("the tag of the open enum `{}` cannot be `raw` in TypeScript", def.id),
            &def.source,
            "a value of a later version has its content there",
            "give the tag another name: `tag = \"..\"`",
        ));
    }
}

/// What stands beside an internal tag must be an object, and its values must not be mistaken for the
/// tag.
fn check_content(plan: &Plan<'_>, def: &TypeDef, variant: &Variant, problems: &mut Vec<Problem>) {
    let Shape::Newtype(ty) = &variant.shape else { return };
    let content = behind(plan.schema, ty);
    let why = match beside_tag(plan, ty) {
        Beside::Nothing | Beside::Map(_, Type::String | Type::Char | Type::Bool | Type::Json) => {
            None
        }
        Beside::Map(_, Type::Int(int)) if !super::types::is_bigint(int) => None,
        Beside::Map(..) => Some("values of the map could be mistaken for the tag"),
        Beside::Members => match content.as_ref().and_then(|ty| definition(plan.schema, ty)) {
            Some((_, Body::Enum(inner))) if inner.tagging == Tagging::External => {
                Some("variants without a tag of their own would stand beside the tag")
            }
            Some((_, Body::Struct(Struct { shape: Shape::Tuple(_), .. }))) => {
                Some("an array is no object")
            }
            Some(_) => None,
            None if matches!(content, Some(Type::Param(_))) => None,
            None => Some("only an object can stand beside a tag"),
        },
    };
    if let Some(why) = why {
        problems.push(problem(
            format!(
                "the content of `{}::{}` cannot stand beside its tag: {why}",
                def.id, variant.rust_name
            ),
            &def.source,
            "internally tagged",
            "name the field, or give the enum a `content`",
        ));
    }
}
