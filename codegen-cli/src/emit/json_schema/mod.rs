//! What text is a schema in JSON Schema 2020-12?
//!
//! | module | the question it answers |
//! |---|---|
//! | `types` | What is a type in JSON Schema? |
//! | `variants` | What is an enum in JSON Schema? |
//! | `names` | What is a type called in a document? |
//! | `uses` | Which types are used, which way, and do they look the same both ways? |
//! | `docs` | What does a doc comment say, and which examples does it bring? |
//! | `ordered` | How does JSON keep the order and the digits in which it was made? |
//!
//! OpenAPI describes types by the same code; [`Dialect`] has what it says otherwise.

pub(super) mod docs;
mod names;
pub(super) mod ordered;
pub(super) mod types;
mod uses;
pub(super) mod variants;

use std::collections::{BTreeMap, BTreeSet};

use traitwire_schema::walk::Schema;
use traitwire_schema::{Interface, Method, Source, Type, TypeId};

pub use super::direction::Way;
use super::direction::method_types;
use super::{Problem, check, openapi};
use names::Names;
use ordered::{Json, Object};
use types::Schemas;
use uses::Uses;

/// What a document in JSON Schema begins with.
const META: &str = "https://json-schema.org/draft/2020-12/schema";

/// Which kind of document a schema stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Read by generators, which want few shapes and numbers that a double can hold.
    OpenApi,
    /// Read by validators: exact.
    JsonSchema,
}

impl Dialect {
    fn language(self) -> &'static str {
        match self {
            Dialect::OpenApi => "OpenAPI",
            Dialect::JsonSchema => "JSON Schema",
        }
    }

    fn cannot_name(self) -> &'static str {
        match self {
            Dialect::OpenApi => "cannot name a schema in OpenAPI",
            Dialect::JsonSchema => "cannot name a schema in JSON Schema",
        }
    }

    fn letters(self) -> &'static str {
        match self {
            Dialect::OpenApi => "ASCII letters, digits, `.`, `_` and `-`",
            Dialect::JsonSchema => "ASCII letters, digits, `_` and `-`",
        }
    }

    /// Names that no type can have.
    fn reserved(self) -> &'static [&'static str] {
        match self {
            Dialect::OpenApi => &openapi::errors::RESERVED,
            Dialect::JsonSchema => &[],
        }
    }

    /// Where schemas with names stand, as the begin of a reference.
    pub(super) fn definitions(self) -> &'static str {
        match self {
            Dialect::OpenApi => "#/components/schemas/",
            Dialect::JsonSchema => "#/$defs/",
        }
    }
}

/// Types that a document is to describe, and what has them.
pub(super) struct Root<'a> {
    what: String,
    source: Source,
    types: Vec<(&'a Type, Way)>,
}

impl<'a> Root<'a> {
    pub(super) fn of_method(interface: &Interface, method: &'a Method) -> Root<'a> {
        Root {
            what: format!("`{}/{}`", interface.name, method.name),
            source: method.source.clone(),
            types: method_types(interface, method).collect(),
        }
    }
}

/// Finds the types that have to be described, and names them; `problems` are those that were found
/// before.
pub(super) fn prepare<'a>(
    schema: &'a Schema,
    roots: &[Root<'_>],
    chosen: &BTreeMap<String, String>,
    dialect: Dialect,
    mut problems: Vec<Problem>,
) -> Result<(Schemas<'a>, Uses), Vec<Problem>> {
    let types = roots.iter().flat_map(|root| root.types.iter().copied());
    let uses = match uses::uses(schema, types) {
        Ok(uses) => uses,
        Err(endless) => {
            problems.extend(endless.into_iter().map(|def| Problem {
                message: format!("`{}` contains itself with ever larger type arguments", def.id),
                source: def.source.clone(),
                label: "has no end".to_owned(),
                help: Some("give the inner one the same arguments as the outer one".to_owned()),
            }));
            return Err(problems);
        }
    };
    let ids: BTreeSet<&TypeId> = uses.values().map(|known| &known.named.id).collect();
    let defs = || ids.iter().filter_map(|id| schema.def(id));
    for Root { what, source, types } in roots {
        let types = types.iter().map(|(ty, _)| *ty).collect();
        check::keys_of(schema, what, types, source, &mut problems);
    }
    check::keys(schema, [], defs(), &mut problems);
    check::cycles(schema, defs(), &mut problems);
    let names = Names::new(schema, &uses, chosen, dialect, &mut problems);
    if problems.is_empty() {
        Ok((Schemas::new(schema, names, dialect), uses))
    } else {
        Err(problems)
    }
}

/// One type in one direction, as a document that needs no other.
///
/// ```
/// use traitwire_cli::emit::json_schema::{Way, of_type};
/// use traitwire_schema::Type;
/// use traitwire_schema::walk::Schema;
///
/// let text = of_type(&Schema::default(), &Type::Bool, Way::In).unwrap();
/// assert!(text.contains(r#""type": "boolean""#));
/// ```
///
/// # Errors
/// All that keeps the type from being described, each with its place in Rust.
pub fn of_type(schema: &Schema, ty: &Type, way: Way) -> Result<String, Vec<Problem>> {
    let root =
        Root { what: "the type".to_owned(), source: Source::default(), types: vec![(ty, way)] };
    let (mut schemas, uses) =
        prepare(schema, &[root], &BTreeMap::new(), Dialect::JsonSchema, Vec::new())?;
    schemas.add_all(&uses);
    let body = schemas.of(ty, way);
    let (definitions, problems) = schemas.into_components();
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut document = Object::new().with("$schema", META).with_all(body);
    document.put_some("$defs", definitions);
    Ok(format!("{}\n", Json::Object(document)))
}
