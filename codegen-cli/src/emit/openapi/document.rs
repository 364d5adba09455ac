//! What stands in the document around its paths?

use std::collections::BTreeMap;

use traitwire_schema::version;
use traitwire_schema::walk::Schema;
use traitwire_schema::{Access, Interface, InterfaceKind, Source};

use super::Options;
use super::errors::{Responses, fault_schemas, header_components};
use super::paths::{Series, operation_id, path_item};
use crate::emit::json_schema::ordered::{Json, Object};
use crate::emit::json_schema::types::typed;
use crate::emit::json_schema::{self, Dialect, MARK, Root, docs};
use crate::emit::{File, Problem, check, docs as about};

/// What every client should know.
const ABOUT: &str = "\
A call is a `POST` whose body is one JSON object with the arguments; a method that changes nothing \
also answers `GET`. The reply is bare JSON.

A request may also have `X-Request-Id` (its name in the logs), `Traitwire-Timeout` (how many \
milliseconds are left) and `Traitwire-Need` (the version that is needed).

Whatever is no reply is a problem document (RFC 9457). Its `code` is `declared`, with the declared \
error in `error`, or says which fault it is; `executed` says whether the handler may have run. Members \
that are not described here are to be ignored. Where the body is no problem document, somebody between \
the two ends has answered.";

/// The document.
pub(super) fn document<'a>(
    schema: &'a Schema,
    options: &Options,
) -> Result<Vec<File>, Vec<Problem>> {
    let mut problems = Vec::new();
    let rpc = |interface: &&Interface| interface.kind == InterfaceKind::Rpc;
    let interfaces: Vec<&Interface> = schema.interfaces.iter().filter(rpc).collect();
    if let (Some(other), true) = (schema.interfaces.first(), interfaces.is_empty()) {
        problems.push(Problem {
            message: "there is no RPC interface, and OpenAPI describes no others".to_owned(),
            source: other.source.clone(),
            label: "this is one for IPC".to_owned(),
            help: Some("leave out this target, or its `interfaces`".to_owned()),
        });
    }
    check::interfaces(interfaces.iter().copied(), &mut problems);
    let methods = interfaces
        .iter()
        .flat_map(|interface| interface.methods.iter().map(move |method| (*interface, method)));
    let of_methods: Vec<Root<'_>> =
        methods.map(|(interface, method)| Root::of_method(interface, method)).collect();
    let (mut schemas, uses) =
        json_schema::prepare(schema, &of_methods, &options.names, Dialect::OpenApi, problems)?;
    let mut problems = Vec::new();
    let series = |interface: &&'a Interface| Series { interface, name: check::series(interface) };
    let all_series: Vec<Series<'a>> = interfaces.iter().map(series).collect();
    for (name, body) in fault_schemas() {
        let of = "a schema that every document has".to_owned();
        schemas.add(name.to_owned(), body, of, &Source::default());
    }
    schemas.add_all(&uses);
    let mut responses = Responses::default();
    let (mut paths, mut operations) = (Object::new(), BTreeMap::new());
    for series in &all_series {
        for method in series.interface.methods.iter() {
            let path = format!("/{}/{}/{}", series.interface.name, series.name, method.name);
            let place = format!("`{}/{}`", series.interface.name, method.name);
            if let Some(other) = operations.insert(operation_id(series, method), place.clone()) {
                problems.push(Problem {
                    message: format!("{other} and {place} would be one operation"),
                    source: method.source.clone(),
                    label: "in OpenAPI `.` and `-` become `_`".to_owned(),
                    help: Some("give one of them another name, with `name = \"..\"`".to_owned()),
                });
            }
            paths.put(path, path_item(series, method, &mut schemas, &mut responses));
        }
    }
    let (schemas, more) = schemas.into_components();
    for problem in more {
        // What crosses in both directions is described twice.
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut document = Object::new()
        .with("openapi", "3.1.1")
        .with("x-generated-by", MARK)
        .with("info", info(&all_series, options))
        .with("servers", servers(options))
        .with("tags", tags(&all_series))
        .with("security", vec![Object::new().with("bearer", Vec::<Json>::new())])
        .with("paths", paths);
    let components = Object::new()
        .with("schemas", schemas)
        .with("responses", responses.into_components())
        .with("headers", header_components())
        .with("securitySchemes", Object::new().with("bearer", bearer(&all_series)));
    document.put("components", components);
    let text = format!("{}\n", Json::Object(document));
    Ok(vec![File { path: "openapi.json".to_owned(), text }])
}

fn info(all_series: &[Series<'_>], options: &Options) -> Object {
    let mut names: Vec<&str> = all_series.iter().map(|series| &*series.interface.name).collect();
    names.dedup();
    let title = match (&options.title, names.is_empty()) {
        (Some(title), _) => title.clone(),
        (None, false) => names.join(", "),
        (None, true) => "No interfaces".to_owned(),
    };
    // One version for several interfaces: the greatest, which is a semantic version, as generators
    // want for their packages, and grows whenever that interface does. The tags have each one's own.
    let versions =
        all_series.iter().filter_map(|series| version::parse(&series.interface.version).ok());
    let version = versions.max().map_or("0.0.0".to_owned(), |version| version.to_string());
    Object::new().with("title", title).with("version", version).with("description", ABOUT)
}

fn servers(options: &Options) -> Vec<Object> {
    let server = |url: &str| Object::new().with("url", url);
    if options.servers.is_empty() {
        return vec![server("/rpc")];
    }
    // A path begins with a slash already.
    options.servers.iter().map(|url| server(url.strip_suffix('/').unwrap_or(url))).collect()
}

/// One tag for each interface, with the docs of its newest series.
fn tags(all_series: &[Series<'_>]) -> Vec<Object> {
    let mut by_name: BTreeMap<&str, Vec<&Interface>> = BTreeMap::new();
    for series in all_series {
        by_name.entry(&series.interface.name).or_default().push(series.interface);
    }
    let tag = |(name, mut interfaces): (&str, Vec<&Interface>)| {
        interfaces.sort_by_key(|interface| version::parse(&interface.version).ok());
        let versions: Vec<&str> = interfaces.iter().map(|interface| &*interface.version).collect();
        let newest = interfaces.last();
        let text = newest.map_or("", |interface| &*interface.docs);
        let deprecated =
            newest.and_then(|interface| about::deprecation(interface.deprecated.as_ref()));
        let which = format!("Version {}.", versions.join(" and "));
        Object::new()
            .with("name", name)
            .with("description", docs::join(text, [which].into_iter().chain(deprecated)))
            .with("x-traitwire-versions", versions)
    };
    by_name.into_iter().map(tag).collect()
}

fn bearer(all_series: &[Series<'_>]) -> Object {
    let methods = all_series.iter().flat_map(|series| series.interface.methods.iter());
    let mut scopes: Vec<String> = methods
        .filter_map(|method| match &method.access {
            Access::Scope(scope) => Some(format!("`{scope}`")),
            _ => None,
        })
        .collect();
    scopes.sort();
    scopes.dedup();
    let known = (!scopes.is_empty()).then(|| format!("Scopes: {}.", scopes.join(", ")));
    let text = docs::join("A token that the backend's authenticator knows.", known);
    Object::new().with_all(typed("http")).with("scheme", "bearer").with("description", text)
}
