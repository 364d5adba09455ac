//! Which part of a schema is meant?

use std::collections::BTreeSet;

use traitwire_schema::names::did_you_mean;
use traitwire_schema::walk::{Schema, children, def_types, method_types};
use traitwire_schema::{Interface, Method, Type, TypeId};

use crate::report::names;

/// Whether a name means this interface: `Catalog`, or `Catalog@1.2.0`.
pub(crate) fn means(name: &str, interface: &Interface) -> bool {
    match name.split_once('@') {
        Some((name, version)) => name == interface.name && version == interface.version,
        None => name == interface.name,
    }
}

/// What to say of a name that means no interface: what is near, or what there is.
pub(crate) fn nearest(name: &str, schema: &Schema) -> String {
    let (bare, version) = name.split_once('@').unwrap_or((name, ""));
    let versions: Vec<String> = schema
        .interfaces
        .iter()
        .filter(|interface| interface.name == bare)
        .map(|interface| format!("{bare}@{}", interface.version))
        .collect();
    if !version.is_empty() && !versions.is_empty() {
        return format!("there is {}", names(versions));
    }
    let known: BTreeSet<&str> =
        schema.interfaces.iter().map(|interface| &*interface.name).collect();
    // The trait's name, or what stands behind the last dot, is what one remembers.
    let called = schema.interfaces.iter().find(|interface| {
        let last = interface.name.rsplit('.').next();
        [Some(&*interface.rust_name), last].contains(&Some(bare))
    });
    let called = called.map(|interface| &*interface.name);
    match called.or_else(|| did_you_mean(bare, known.iter().copied())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there is {}", names(known)),
    }
}

/// The schema with these interfaces alone, and the types that they reach.
pub(crate) fn only(schema: &Schema, wanted: impl Fn(&Interface) -> bool) -> Schema {
    let interfaces: Vec<Interface> =
        schema.interfaces.iter().filter(|interface| wanted(interface)).cloned().collect();
    let methods = interfaces.iter().flat_map(|interface| interface.methods.iter());
    let reached = reached(schema, methods);
    let types = schema
        .types
        .iter()
        .filter(|(id, _)| reached.contains(id))
        .map(|(id, def)| (id.clone(), def.clone()))
        .collect();
    Schema { interfaces, types }
}

/// The types that methods reach.
pub(crate) fn reached<'a>(
    schema: &'a Schema,
    methods: impl IntoIterator<Item = &'a Method>,
) -> BTreeSet<&'a TypeId> {
    let mut reached = BTreeSet::new();
    let mut left: Vec<&Type> = methods.into_iter().flat_map(method_types).collect();
    while let Some(ty) = left.pop() {
        left.extend(children(ty));
        if let Type::Named(named) = ty
            && reached.insert(&named.id)
            && let Some(def) = schema.def(&named.id)
        {
            left.extend(def_types(def));
        }
    }
    reached
}
