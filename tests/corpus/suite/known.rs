//! What of a JSON text does TypeScript know?
//!
//! serde ignores members that it does not know, and takes aliases; a literal in TypeScript must have
//! neither.

use serde_json::Value as Json;
use traitwire_corpus::Case;
use traitwire_schema::walk::Schema;
use traitwire_schema::{Body, ReadName, Shape};

/// This value with only the members that make a difference to serde, if it has no alias.
pub(crate) fn known(case: &Case, aliases: &[String], json: &str) -> Option<String> {
    let whole = (case.read)(json).ok()?;
    let value: Json = serde_json::from_str(json).ok()?;
    if mentions(&value, aliases) {
        return None;
    }
    let same = |value: &Json| (case.read)(&value.to_string()).is_ok_and(|read| read.is(&*whole));
    // Some integers are larger than serde_json's values can be.
    if !same(&value) {
        return Some(json.to_owned());
    }
    Some(pruned(value, &same).to_string())
}

/// The value without the members that it can lack.
fn pruned(value: Json, accept: &dyn Fn(&Json) -> bool) -> Json {
    match value {
        Json::Object(mut members) => {
            let names: Vec<String> = members.keys().cloned().collect();
            for name in names {
                let member = members.remove(&name).unwrap_or_default();
                if accept(&Json::Object(members.clone())) {
                    continue;
                }
                let with = |inner: &Json| {
                    let mut members = members.clone();
                    members.insert(name.clone(), inner.clone());
                    Json::Object(members)
                };
                let member = pruned(member, &|inner| accept(&with(inner)));
                members.insert(name, member);
            }
            Json::Object(members)
        }
        Json::Array(mut items) => {
            for at in 0..items.len() {
                let item = items[at].take();
                let with = |inner: &Json| {
                    let mut items = items.clone();
                    items[at] = inner.clone();
                    Json::Array(items)
                };
                items[at] = pruned(item, &|inner| accept(&with(inner)));
            }
            Json::Array(items)
        }
        scalar => scalar,
    }
}

fn mentions(value: &Json, names: &[String]) -> bool {
    match value {
        Json::String(text) => names.contains(text),
        Json::Array(items) => items.iter().any(|item| mentions(item, names)),
        Json::Object(members) => {
            members.iter().any(|(name, member)| names.contains(name) || mentions(member, names))
        }
        _ => false,
    }
}

/// All aliases of members and variants.
pub(crate) fn aliases(schema: &Schema) -> Vec<String> {
    let mut aliases = Vec::new();
    let mut add = |names: &[traitwire_schema::Text]| {
        aliases.extend(names.iter().map(|name| name.clone().into_owned()));
    };
    let add_fields = |shape: &Shape, add: &mut dyn FnMut(&[traitwire_schema::Text])| {
        let Shape::Fields(fields) = shape else { return };
        fields.iter().filter_map(|field| field.read.as_ref()).for_each(|read| add(&read.aliases));
    };
    for def in schema.types.values() {
        match &def.body {
            Body::Struct(body) => add_fields(&body.shape, &mut add),
            Body::Enum(body) => {
                for variant in body.variants.iter() {
                    if let Some(ReadName { aliases, .. }) = &variant.read {
                        add(aliases);
                    }
                    add_fields(&variant.shape, &mut add);
                }
            }
        }
    }
    aliases
}
