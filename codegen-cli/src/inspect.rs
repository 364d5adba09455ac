//! What is this interface, or this method?

use traitwire_schema::names::did_you_mean;
use traitwire_schema::walk::Schema;
use traitwire_schema::{Interface, Method, Source};

use crate::args::InspectArgs;
use crate::config::Config;
use crate::report::{Failure, names, print, print_text};
use crate::{list, load, notation, select};

/// Prints it.
pub(crate) fn run(args: &InspectArgs) -> Result<(), Failure> {
    let config = Config::load(args.schema.config_file.as_deref())?;
    let schema = load::load(&args.schema, config.as_ref())?.schema;
    let (name, method) = match args.name.split_once('/') {
        Some((name, method)) => (name, Some(method)),
        None => (args.name.as_str(), None),
    };
    let found: Vec<&Interface> =
        schema.interfaces.iter().filter(|interface| select::means(name, interface)).collect();
    if found.is_empty() {
        return Err(Failure::usage(format!("there is no interface `{name}`"))
            .help(select::nearest(name, &schema)));
    }
    let mut shown = Vec::new();
    for interface in &found {
        match method {
            None => shown.push((*interface, None)),
            Some(method) => {
                shown.extend(find(interface, method).map(|found| (*interface, Some(found))));
            }
        }
    }
    if shown.is_empty() {
        return Err(no_method(&found, method.unwrap_or_default()));
    }
    if args.json {
        // A document of its own, so that whatever reads schemas can read it.
        let mut part =
            select::only(&schema, |interface| shown.iter().any(|(one, _)| *one == interface));
        if let Some(name) = method {
            for interface in &mut part.interfaces {
                interface.methods.to_mut().retain(|method| answers(method, name));
            }
            part = select::only(&part, |_| true);
        }
        return print(&part.to_json());
    }
    let parts: Vec<String> = shown
        .iter()
        .map(|(interface, method)| match method {
            None => whole(&schema, interface),
            Some(method) => one(&schema, interface, method),
        })
        .collect();
    print_text(&parts.join("\n"))
}

fn answers(method: &Method, name: &str) -> bool {
    method.name == name || method.aliases.iter().any(|alias| alias == name)
}

fn find<'a>(interface: &'a Interface, name: &str) -> Option<&'a Method> {
    interface.methods.iter().find(|method| answers(method, name))
}

fn no_method(interfaces: &[&Interface], name: &str) -> Failure {
    let known = || interfaces.iter().flat_map(|one| one.methods.iter()).map(|method| &*method.name);
    let of = interfaces.first().map_or("", |interface| &interface.name);
    let failure = Failure::usage(format!("the interface `{of}` has no method `{name}`"));
    match did_you_mean(name, known()) {
        Some(near) => failure.help(format!("did you mean `{of}/{near}`?")),
        None => failure.help(format!("it has {}", names(known()))),
    }
}

fn head(interface: &Interface) -> String {
    format!(
        "{} {} ({}, series {})\n",
        interface.name,
        interface.version,
        list::kind(interface.kind, interface.served_by),
        list::series(interface)
    )
}

fn place(source: &Source, indent: &str) -> String {
    if source.file.is_empty() {
        return String::new();
    }
    format!("{indent}place: {}:{}\n", source.file, source.line)
}

fn whole(schema: &Schema, interface: &Interface) -> String {
    let mut text = notation::docs(&interface.docs, "") + &head(interface);
    text += &place(&interface.source, "");
    if let Some(deprecation) = &interface.deprecated {
        text += &format!("{}\n", notation::deprecation(deprecation));
    }
    if interface.route_required {
        text += "a request needs a route\n";
    }
    if let Ok(fingerprint) = schema.interface_fingerprint(interface) {
        text += &format!("fingerprint: {fingerprint}\n");
    }
    for method in interface.methods.iter() {
        text += &format!("\n{}", described(schema, method, "  "));
    }
    let reached = select::reached(schema, interface.methods.iter());
    if !reached.is_empty() {
        text += "\ntypes:\n";
        for id in reached {
            text += &format!("  {id}\n");
        }
    }
    text
}

fn one(schema: &Schema, interface: &Interface, method: &Method) -> String {
    let mut text = format!("{}\n{}", head(interface), described(schema, method, ""));
    for id in select::reached(schema, [method]) {
        if let Some(def) = schema.def(id) {
            text += &format!("\n// {id}\n{}", notation::docs(&def.docs, ""));
            text += &format!("{}\n", notation::definition(def));
        }
    }
    text
}

fn described(schema: &Schema, method: &Method, indent: &str) -> String {
    let mut text = notation::docs(&method.docs, indent);
    text += &format!("{indent}{}\n", notation::signature(method));
    text += &format!("{indent}  {}\n", notation::traits(method).join(", "));
    if let Some(deprecation) = &method.deprecated {
        text += &format!("{indent}  {}\n", notation::deprecation(deprecation));
    }
    if let Ok(fingerprint) = schema.method_fingerprint(method) {
        text += &format!("{indent}  fingerprint: {fingerprint}\n");
    }
    text + &place(&method.source, &format!("{indent}  "))
}
