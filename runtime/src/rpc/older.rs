//! Which methods of an older series can this implementation serve?

use traitwire_schema::version::{self, Series, Version};
use traitwire_schema::walk::Schema;
use traitwire_schema::{Interface, Method};

/// For each method of the older interface, the position of the one that runs it.
///
/// A method runs it that has its name, or an alias of that name, and its fingerprint: then each end
/// reads all that the other writes. One whose `since` is beyond the older interface behaves otherwise
/// than the older frontends expect, whatever its shape.
pub(super) fn served_by(
    schema: &Schema,
    older: &Interface,
    newer: &Interface,
) -> Result<Vec<Option<usize>>, String> {
    if older.name != newer.name {
        return Err(format!("it cannot be served by `{}`, which is another interface", newer.name));
    }
    let parse = |interface: &Interface| {
        version::parse(&interface.version).map_err(|error| error.to_string())
    };
    let (from, to) = (parse(older)?, parse(newer)?);
    if Series::of(&from) == Series::of(&to) || from.cmp_precedence(&to).is_gt() {
        return Err(format!("{from} is not of an older series than {to}, which is to serve it"));
    }
    let served_by = |method: &Method| {
        newer.methods.iter().position(|candidate| {
            let called = |name: &str| {
                candidate.name == name || candidate.aliases.iter().any(|alias| alias == name)
            };
            called(&method.name) && behaves(candidate, &from) && agrees(schema, method, candidate)
        })
    };
    Ok(older.methods.iter().map(served_by).collect())
}

fn behaves(candidate: &Method, since: &Version) -> bool {
    let Some(pinned) = candidate.since.as_deref() else { return true };
    version::parse(pinned).is_ok_and(|pinned| pinned.cmp_precedence(since).is_le())
}

fn agrees(schema: &Schema, older: &Method, newer: &Method) -> bool {
    match (schema.method_fingerprint(older), schema.method_fingerprint(newer)) {
        (Ok(older), Ok(newer)) => older == newer,
        _ => false,
    }
}
