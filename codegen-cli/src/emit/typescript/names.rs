//! What is everything called in TypeScript?
//!
//! Names are taken by the language, by what every program sees without an import, by the runtime and by
//! interfaces; a type whose name is taken gets another.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use traitwire_schema::walk::Schema;
use traitwire_schema::{Interface, InterfaceKind, TypeDef, TypeId};

use super::direction::{Directions, Way};
use super::text::{camel, is_identifier, is_reserved, pascal};
use crate::emit::Problem;
use crate::emit::names::{Rules, input, settle};

/// Every top-level name that the libraries of TypeScript 5.9, 6.0 and 7.0 declare for ECMAScript, the
/// DOM and web workers, one per line. Made by parsing `lib.es*.d.ts`, `lib.dom*.d.ts`,
/// `lib.webworker*.d.ts` and `lib.decorators*.d.ts` of all three with the compiler's own
/// `createSourceFile`, taking the name of every statement and of every declared variable, sorted.
const GLOBALS: &str = include_str!("globals.txt");

/// What the runtime exports: generated files import some of it, and people import the rest beside
/// generated files.
const RUNTIME: &[&str] = &[
    "Call",
    "CallError",
    "CallOptions",
    "Codec",
    "DeclaredError",
    "Executed",
    "Fault",
    "FaultKind",
    "Flattened",
    "Incompatibility",
    "Interceptor",
    "Interface",
    "Json",
    "Method",
    "NoArgs",
    "Result",
    "Stream",
    "Streaming",
    "Transport",
    "Unrecognized",
    "bytes",
    "connect",
    "createClient",
    "fields",
    "flat",
    "float",
    "http",
    "int64",
    "json",
    "kept",
    "lazy",
    "list",
    "map",
    "openTagged",
    "openVariants",
    "real",
    "retry",
    "safe",
    "size",
    "stream",
    "tagged",
    "text",
    "tuple",
    "unit",
    "unrecognized",
    "untagged",
];

/// Methods that would be taken for something else: a client with `then` for a promise, one with
/// `toJSON` or `valueOf` for a value, one with `new` for a class.
const METHODS: &[&str] = &[
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "new",
    "propertyIsEnumerable",
    "prototype",
    "then",
    "toJSON",
    "toLocaleString",
    "toString",
    "valueOf",
];

/// Whether something would be hidden by a type or constant of this name.
pub(super) fn is_taken(name: &str) -> bool {
    static TAKEN: LazyLock<HashSet<&str>> =
        LazyLock::new(|| GLOBALS.lines().chain(RUNTIME.iter().copied()).collect());
    is_reserved(name) || TAKEN.contains(name)
}

/// The name of a method on a client.
pub(super) fn method_name(wire: &str) -> String {
    let name = camel(wire);
    if METHODS.contains(&name.as_str()) { name + "_" } else { name }
}

/// What an interface is called.
#[derive(Debug, Clone)]
pub(super) struct InterfaceNames {
    /// `CatalogClient` or `EditorViewHandler`.
    pub(super) methods: String,
    /// `Catalog`; only of an RPC interface.
    pub(super) descriptor: Option<String>,
}

impl InterfaceNames {
    fn new(name: &str, interface: &Interface) -> InterfaceNames {
        let suffix = match Way::of_args(interface) {
            Way::In => "Client",
            Way::Out => "Handler",
        };
        let descriptor = (interface.kind == InterfaceKind::Rpc)
            .then(|| if is_taken(name) { format!("{name}Interface") } else { name.to_owned() });
        InterfaceNames { methods: format!("{name}{suffix}"), descriptor }
    }

    fn all(&self) -> impl Iterator<Item = &str> {
        [Some(self.methods.as_str()), self.descriptor.as_deref()].into_iter().flatten()
    }
}

/// The names of all interfaces and types.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// In the order of the schema.
    pub(super) interfaces: Vec<InterfaceNames>,
    types: BTreeMap<TypeId, String>,
    /// Of the types that look different where they are written.
    inputs: BTreeMap<TypeId, String>,
}

impl Names {
    /// Settles all names; what cannot be settled becomes a problem.
    pub(super) fn of(
        schema: &Schema,
        directions: &Directions,
        overrides: &BTreeMap<String, String>,
        problems: &mut Vec<Problem>,
    ) -> Names {
        let interfaces = interface_names(schema, problems);
        let taken: HashSet<&str> = interfaces.iter().flat_map(InterfaceNames::all).collect();
        let is_taken = |name: &str| is_taken(name) || taken.contains(name);
        let rules = Rules {
            language: "TypeScript",
            wrong: &wrong,
            letters: "choose letters, digits and `_`, beginning with a letter",
            is_taken: &is_taken,
        };
        let types = settle(schema, schema.types.keys(), overrides, &rules, problems);
        let used: HashSet<&str> = types.values().map(String::as_str).collect();
        let mut inputs = BTreeMap::new();
        for (id, name) in types.iter().filter(|(id, _)| directions.is_split(id)) {
            match input(schema, id, name, |name| used.contains(name) || is_taken(name)) {
                Ok(input) => {
                    inputs.insert(id.clone(), input);
                }
                Err(problem) => problems.push(problem),
            }
        }
        Names { interfaces, types, inputs }
    }

    /// The name of a type that goes this way.
    pub(super) fn of_type(&self, id: &TypeId, way: Way, directions: &Directions) -> String {
        let input = self.inputs.get(id).filter(|_| way == Way::In && directions.is_split(id));
        input.or_else(|| self.types.get(id)).map_or(&*id.name, String::as_str).to_owned()
    }

    /// The names of a definition's type parameters, none of which hides a type.
    pub(super) fn params(&self, def: &TypeDef) -> Vec<String> {
        if def.params.is_empty() {
            return Vec::new();
        }
        let types: HashSet<&str> = self.types.values().map(String::as_str).collect();
        let mut names: Vec<String> = Vec::new();
        for param in def.params.iter() {
            let mut name = param.to_string();
            while is_taken(&name) || types.contains(name.as_str()) || names.contains(&name) {
                name.insert(0, 'T');
            }
            names.push(name);
        }
        names
    }
}

/// What keeps a text from being the name of a type.
fn wrong(name: &str) -> Option<&'static str> {
    if !is_identifier(name) || name.contains('$') {
        Some("is no identifier")
    } else if is_reserved(name) {
        Some("is a reserved word")
    } else {
        None
    }
}

fn interface_names(schema: &Schema, problems: &mut Vec<Problem>) -> Vec<InterfaceNames> {
    let short = |interface: &Interface| InterfaceNames::new(&interface.rust_name, interface);
    let long = |interface: &Interface| InterfaceNames::new(&pascal(&interface.name), interface);
    let same_interface = |a: &Interface, b: &Interface| a.name == b.name;
    let mut names = Vec::new();
    for interface in &schema.interfaces {
        // Two series of one interface stand in two files and may share their names.
        let clashes = |candidate: &InterfaceNames, named: fn(&Interface) -> InterfaceNames| {
            let wanted: HashSet<&str> = candidate.all().collect();
            schema.interfaces.iter().find(|other| {
                !same_interface(interface, other) && named(other).all().any(|n| wanted.contains(n))
            })
        };
        let short_of = |other: &Interface| InterfaceNames::new(&other.rust_name, other);
        let is_free = |names: &InterfaceNames| names.all().all(|name| !is_taken(name));
        let first = short(interface);
        let second = long(interface);
        names.push(if is_free(&first) && clashes(&first, short_of).is_none() {
            first
        } else if is_free(&second) && clashes(&second, short_of).is_none() {
            second
        } else {
            let name = &interface.rust_name;
            problems.push(Problem {
                message: format!("the interface `{name}` has no free name in TypeScript"),
                source: interface.source.clone(),
                label: format!("`{}` means something else there", first.methods),
                help: Some("give it another name on the wire: `name = \"..\"`".to_owned()),
            });
            first
        });
    }
    names
}
