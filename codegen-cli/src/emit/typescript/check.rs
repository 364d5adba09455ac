//! What cannot be TypeScript?

use std::collections::BTreeMap;

use traitwire_schema::walk::Schema;
use traitwire_schema::{
    Body, Enum, Interface, Method, Shape, Source, Struct, Tagging, TypeDef, Variant,
};

use super::Plan;
use super::direction::{Way, field_name, variant_name};
use super::files::stem;
use super::flatten::{Brings, brings};
use super::interface::is_rpc;
use super::names::method_name;
use super::text::is_identifier;
use crate::emit::Problem;
use crate::emit::check::{self, place, problem};

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

/// What is flattened must be an object, or nothing.
fn check_flatten(plan: &Plan<'_>, def: &TypeDef, shape: &Shape, problems: &mut Vec<Problem>) {
    let Shape::Fields(fields) = shape else { return };
    for field in fields.iter().filter(|field| field.flatten) {
        let is_wrong = |way: &Way| {
            field_name(field, *way).is_some()
                && matches!(brings(plan, &field.ty, *way).0, Brings::Wrong)
        };
        if Way::BOTH.iter().any(is_wrong) {
            let source =
                if field.source == Source::default() { &def.source } else { &field.source };
            problems.push(problem(
                format!("`{}.{}` is flattened, but is no object", def.id, field.rust_name),
                source,
                "it has no members",
                "remove `flatten`, so that it is a member of its own",
            ));
        }
    }
}

/// What is not known of an open enum is kept beside its tag, as `raw`.
fn check_tag(def: &TypeDef, body: &Enum, problems: &mut Vec<Problem>) {
    if let Tagging::Internal { tag } | Tagging::Adjacent { tag, .. } = &body.tagging
        && body.is_open()
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

/// What stands beside an internal tag must be an object, or nothing: there serde writes no option.
fn check_content(plan: &Plan<'_>, def: &TypeDef, variant: &Variant, problems: &mut Vec<Problem>) {
    let Shape::Newtype(ty) = &variant.shape else { return };
    if variant.untagged {
        return;
    }
    let is_wrong = |way: &Way| {
        variant_name(variant, *way).is_some()
            && matches!(brings(plan, ty, *way), (Brings::Wrong, _) | (_, true))
    };
    if Way::BOTH.iter().any(is_wrong) {
        problems.push(problem(
            format!(
                "the content of `{}::{}` cannot stand beside its tag: only an object can",
                def.id, variant.rust_name
            ),
            &def.source,
            "internally tagged",
            "name the field, or give the enum a `content`",
        ));
    }
}
