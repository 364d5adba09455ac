//! What stands in the documents of a set of interfaces?
//!
//! One document has all that backends read, one all that they write: a type that looks different each
//! way has one name in both. Each method has its schemas there under names that say which,
//! `Catalog.v1.search.args`, beside the types that they refer to.

use traitwire_schema::walk::Schema;
use traitwire_schema::{Interface, Method, Reply};

use super::docs::{self, Docs};
use super::ordered::{Json, Object};
use super::types::Schemas;
use super::{Dialect, MARK, META, Options, Root, Way, prepare};
use crate::emit::{File, Problem, check, docs as about};

const INPUT: &str = "What backends read. Each method has its arguments here, as \
                     `Interface.series.method.args`.";

const OUTPUT: &str = "What backends write. Each method has its `reply` here, or the `item` of its \
                      stream, and its declared `error`, as `Interface.series.method.reply`.";

const WHOLE: &str = "No value fits the document as a whole: refer to one of `$defs`.";

/// Both documents.
pub(super) fn documents(schema: &Schema, options: &Options) -> Result<Vec<File>, Vec<Problem>> {
    let mut problems = Vec::new();
    check::interfaces(&schema.interfaces, &mut problems);
    let methods: Vec<(&Interface, &Method)> = schema
        .interfaces
        .iter()
        .flat_map(|interface| interface.methods.iter().map(move |method| (interface, method)))
        .collect();
    let roots: Vec<Root<'_>> =
        methods.iter().map(|(interface, method)| Root::of_method(interface, method)).collect();
    let dialect = Dialect::JsonSchema;
    let (schemas, uses) = prepare(schema, &roots, &options.names, dialect, problems)?;
    let (names, mut problems, mut files) = (schemas.names, Vec::new(), Vec::new());
    for (way, name, text) in [(Way::In, "input", INPUT), (Way::Out, "output", OUTPUT)] {
        let mut schemas = Schemas::new(schema, names.clone(), dialect);
        schemas.add_way(&uses, way);
        for (interface, method) in &methods {
            add_method(interface, method, way, &mut schemas);
        }
        let (definitions, more) = schemas.into_components();
        for problem in more {
            // What crosses in both directions is described twice.
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
        let id = match &options.id {
            Some(base) => format!("{}/{name}.json", base.strip_suffix('/').unwrap_or(base)),
            None => format!("urn:traitwire:{name}"),
        };
        let document = Object::new()
            .with("$comment", MARK)
            .with("$schema", META)
            .with("$id", id)
            .with("description", format!("{text}\n\n{WHOLE}"))
            .with("not", Object::new())
            .with("$defs", definitions);
        let text = format!("{}\n", Json::Object(document));
        files.push(File { path: format!("{name}.json"), text });
    }
    if problems.is_empty() { Ok(files) } else { Err(problems) }
}

/// What of a method goes this way.
fn add_method(interface: &Interface, method: &Method, way: Way, schemas: &mut Schemas<'_>) {
    let place = format!("`{}/{}`", interface.name, method.name);
    let docs = docs::read(&method.docs, &place, &method.source).unwrap_or_else(|problem| {
        schemas.problems.push(problem);
        Docs::default()
    });
    let (args, reply) = docs::examples(method, &place, &docs, &mut schemas.problems);
    let name = format!("{}.{}.{}", interface.name, check::series(interface), method.name);
    let deprecated = method.deprecated.as_ref().or(interface.deprecated.as_ref());
    let mut entries = Vec::new();
    if Way::of_args(interface) == way {
        let text = docs::join(&format!("The arguments of {place}."), Some(docs.text.clone()));
        entries.push(("args".to_owned(), text, schemas.arguments(&method.args, way), args));
        // What follows the call is not among its arguments.
        for arg in method.args.iter().filter(|arg| arg.stream) {
            let text = format!("An item of the stream `{}` to {place}.", arg.name);
            entries.push((format!("{}.item", arg.name), text, schemas.of(&arg.ty, way), None));
        }
    }
    if Way::of_replies(interface) == way {
        match &method.reply {
            Reply::None => {}
            Reply::Value(ty) => {
                let text = format!("The reply of {place}.");
                entries.push(("reply".to_owned(), text, schemas.of(ty, way), reply));
            }
            Reply::Stream(ty) => {
                let text = format!("An item of the stream of {place}.");
                entries.push(("item".to_owned(), text, schemas.of(ty, way), reply));
            }
        }
        if let Some(error) = &method.error {
            let text = format!("The declared error of {place}.");
            entries.push(("error".to_owned(), text, schemas.of(error, way), None));
        }
    }
    for (what, text, mut body, example) in entries {
        body.put("description", docs::join(&text, about::deprecation(deprecated)));
        body.put_some("examples", example.into_iter().collect::<Vec<_>>());
        if deprecated.is_some() {
            body.put("deprecated", true);
        }
        schemas.add(format!("{name}.{what}"), body, format!("{place}, {what}"), &method.source);
    }
}
