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
    let mut value: Json = serde_json::from_str(json).ok()?;
    if mentions(&value, aliases) {
        return None;
    }
    let same = |value: &Json| (case.read)(&value.to_string()).is_ok_and(|read| read.is(&*whole));
    // Some integers are larger than serde_json's values can be.
    if !same(&value) {
        return Some(json.to_owned());
    }
    while let Some(smaller) = without_one(&value, &|smaller| same(smaller)) {
        value = smaller;
    }
    Some(value.to_string())
}

/// The value without the first member that it can lack.
fn without_one(value: &Json, accept: &dyn Fn(&Json) -> bool) -> Option<Json> {
    match value {
        Json::Object(members) => members.keys().find_map(|key| {
            let mut fewer = members.clone();
            fewer.remove(key);
            let fewer = Json::Object(fewer);
            if accept(&fewer) {
                return Some(fewer);
            }
            let with = |inner: &Json| {
                let mut members = members.clone();
                members.insert(key.clone(), inner.clone());
                Json::Object(members)
            };
            without_one(&members[key], &|inner| accept(&with(inner))).map(|inner| with(&inner))
        }),
        Json::Array(items) => items.iter().enumerate().find_map(|(at, item)| {
            let with = |inner: &Json| {
                let mut items = items.clone();
                items[at] = inner.clone();
                Json::Array(items)
            };
            without_one(item, &|inner| accept(&with(inner))).map(|inner| with(&inner))
        }),
        _ => None,
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
