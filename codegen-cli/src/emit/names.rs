//! What is a type called, where others may want its name?
//!
//! A type keeps its name in Rust unless that name is taken, by the language or by another type. Then
//! the innermost module that says something comes before it, on all types that want the name, so that
//! a name depends on no order and never has a counter.

use std::collections::BTreeMap;

use traitwire_schema::names::{RenameRule, did_you_mean};
use traitwire_schema::walk::Schema;
use traitwire_schema::{Source, TypeId};

use super::Problem;

/// What a language says of the names of types.
pub(super) struct Rules<'r> {
    /// What it is called.
    pub(super) language: &'static str,
    /// What keeps a text from being a name, to be put after it.
    pub(super) wrong: &'r dyn Fn(&str) -> Option<&'static str>,
    /// The way out of that.
    pub(super) letters: &'r str,
    /// Whether something else has this name already.
    pub(super) is_taken: &'r dyn Fn(&str) -> bool,
}

/// Names types; `chosen` has names by the path of a type in Rust.
pub(super) fn settle<'a>(
    schema: &Schema,
    ids: impl IntoIterator<Item = &'a TypeId>,
    chosen: &BTreeMap<String, String>,
    rules: &Rules<'_>,
    problems: &mut Vec<Problem>,
) -> BTreeMap<TypeId, String> {
    let fixed = fixed(schema, chosen, rules, problems);
    // How many modules stand before each name.
    let mut prefixes: BTreeMap<&TypeId, usize> = ids.into_iter().map(|id| (id, 0)).collect();
    loop {
        let name = |id: &TypeId, modules: usize| match fixed.get(id) {
            Some(name) => (*name).to_owned(),
            None => prefixed(id, modules).unwrap_or_else(|| id.name.to_string()),
        };
        let names: BTreeMap<&TypeId, String> =
            prefixes.iter().map(|(id, modules)| (*id, name(id, *modules))).collect();
        let clashing = clashing(&names, rules);
        let is_fixed = |id: &TypeId| fixed.contains_key(id);
        let more: Vec<&TypeId> = clashing
            .iter()
            .copied()
            .filter(|id| !is_fixed(id) && prefixed(id, prefixes[*id] + 1).is_some())
            .collect();
        if more.is_empty() {
            problems.extend(clashing.into_iter().map(|id| clash(schema, id, &names, rules)));
            return names.into_iter().map(|(id, name)| (id.clone(), name)).collect();
        }
        for id in more {
            prefixes.entry(id).and_modify(|count| *count += 1);
        }
    }
}

/// The names that were chosen, as far as they can be had.
fn fixed<'s>(
    schema: &'s Schema,
    chosen: &'s BTreeMap<String, String>,
    rules: &Rules<'_>,
    problems: &mut Vec<Problem>,
) -> BTreeMap<&'s TypeId, &'s str> {
    let paths: BTreeMap<String, &TypeId> =
        schema.types.keys().map(|id| (id.to_string(), id)).collect();
    let mut fixed = BTreeMap::new();
    for (path, name) in chosen {
        let Some(id) = paths.get(path) else {
            let near = did_you_mean(path, paths.keys().map(String::as_str));
            problems.push(Problem {
                message: format!(
                    "there is no type `{path}` to be called `{}`",
                    name.escape_debug()
                ),
                source: Source::default(),
                label: String::new(),
                help: Some(match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "name a type by its path: `crate::module::Type`".to_owned(),
                }),
            });
            continue;
        };
        if let Some(wrong) = (rules.wrong)(name) {
            problems.push(Problem {
                message: format!("the name `{}` for `{path}` {wrong}", name.escape_debug()),
                source: source(schema, id),
                label: "this type".to_owned(),
                help: Some(rules.letters.to_owned()),
            });
        } else {
            fixed.insert(*id, name.as_str());
        }
    }
    fixed
}

/// The types whose names are taken by something else or wanted by another type.
fn clashing<'n>(names: &BTreeMap<&'n TypeId, String>, rules: &Rules<'_>) -> Vec<&'n TypeId> {
    let mut wanted: BTreeMap<&str, usize> = BTreeMap::new();
    for name in names.values() {
        *wanted.entry(name).or_default() += 1;
    }
    let clashes = |name: &str| wanted[name] > 1 || (rules.is_taken)(name);
    names.iter().filter(|(_, name)| clashes(name)).map(|(id, _)| *id).collect()
}

fn clash(
    schema: &Schema,
    id: &TypeId,
    names: &BTreeMap<&TypeId, String>,
    rules: &Rules<'_>,
) -> Problem {
    let name = &names[id];
    let other = names.iter().find(|(other, taken)| **other != id && *taken == name);
    Problem {
        message: format!("the type `{id}` cannot be called `{name}` in {}", rules.language),
        source: source(schema, id),
        label: match other {
            Some((other, _)) => format!("`{other}` has the same name"),
            None => "something else has this name already".to_owned(),
        },
        help: Some(way_out(id)),
    }
}

/// The name of the input of a type whose output is called `name`.
///
/// # Errors
/// [`Problem`] where all names for it are taken.
pub(super) fn input(
    schema: &Schema,
    id: &TypeId,
    name: &str,
    is_taken: impl Fn(&str) -> bool,
) -> Result<String, Problem> {
    // In the order of preference; `JobInput` may be a type of its own.
    let names = [format!("{name}Input"), format!("{name}InputShape")];
    names.into_iter().find(|name| !is_taken(name)).ok_or_else(|| Problem {
        message: format!(
            "the type `{id}` looks different where it is written, but `{name}Input` and \
             `{name}InputShape` are taken"
        ),
        source: source(schema, id),
        label: "this type".to_owned(),
        help: Some(way_out(id)),
    })
}

fn way_out(id: &TypeId) -> String {
    format!("choose another: `names = {{ \"{id}\" = \"..\" }}`")
}

fn source(schema: &Schema, id: &TypeId) -> Source {
    schema.def(id).map(|def| def.source.clone()).unwrap_or_default()
}

/// The name of a type behind so many modules of its path, the innermost first; none if there are not
/// as many.
fn prefixed(id: &TypeId, modules: usize) -> Option<String> {
    let pascal = |module: &str| RenameRule::Pascal.apply_to_field(module);
    let says_no_more = |module: &&str| pascal(module).eq_ignore_ascii_case(&id.name);
    let mut path = id.module.split("::");
    let crate_name = path.next();
    let inner: Vec<&str> = path.filter(|module| !says_no_more(module)).collect();
    let usable: Vec<&str> = inner.into_iter().rev().chain(crate_name).collect();
    let prefix = usable.get(..modules)?;
    let prefix: String = prefix.iter().rev().map(|module| pascal(module)).collect();
    Some(prefix + &id.name)
}
