//! What text is a schema in TypeScript?
//!
//! One file for each interface, `types.ts` for the types that several use, and `index.ts` for all of
//! them. Types say what `Way` values go; codecs stand only where JSON cannot carry a value.
//!
//! | module | the question it answers |
//! |---|---|
//! | `direction` | Who writes a value and who reads it, and where does that make a difference? |
//! | `names` | What is everything called? |
//! | `types` | What is a type? |
//! | `define` | What does the definition of a type look like? |
//! | `members` | What members does an object have? |
//! | `flatten` | What does a value bring whose members stand among those of another? |
//! | `need` | Which types need a codec? |
//! | `codecs` | What does a codec look like? |
//! | `beside` | What does the codec of an object look like whose members come from several values? |
//! | `variants` | What does the codec of an enum look like? |
//! | `looks` | What may a value look like? |
//! | `untagged` | How is a value told from others that has no tag? |
//! | `interface` | What do an interface and its descriptor look like? |
//! | `files` | What stands in which file, and what does each import? |
//! | `check` | What cannot be TypeScript? |
//! | `docs`, `text`, `write` | How is a comment, a word, a line written? |

use std::collections::BTreeMap;

use traitwire_schema::walk::Schema;

use self::direction::Directions;
use self::names::Names;
use super::{File, Problem};

mod beside;
mod check;
mod codecs;
mod define;
mod direction;
mod docs;
mod files;
mod flatten;
mod interface;
mod looks;
mod members;
mod names;
mod need;
mod text;
mod types;
mod untagged;
mod variants;
mod write;

#[cfg(test)]
#[allow(clippy::needless_pass_by_value, reason = "values are written where they are used")]
#[path = "tests/mod.rs"]
mod tests;

/// What can be chosen.
#[derive(Debug, Clone)]
pub struct Options {
    /// The module that generated files import the runtime from: `@traitwire/runtime`.
    pub runtime: String,
    /// What imports of generated files end with: `.js` (`NodeNext` and bundlers), `.ts`, or nothing.
    pub import_extension: String,
    /// TypeScript names for types, by their path in Rust (`shop::catalog::Element`).
    pub names: BTreeMap<String, String>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            runtime: "@traitwire/runtime".to_owned(),
            import_extension: ".js".to_owned(),
            names: BTreeMap::new(),
        }
    }
}

/// The files of all interfaces of a schema.
///
/// # Errors
/// All that keeps the schema from being TypeScript, each with its place in Rust.
pub fn emit(schema: &Schema, options: &Options) -> Result<Vec<File>, Vec<Problem>> {
    let mut problems = Vec::new();
    let directions = Directions::of(schema);
    let names = Names::of(schema, &directions, &options.names, &mut problems);
    let plan = Plan { schema, directions, names };
    check::check(&plan, &mut problems);
    if problems.is_empty() { files::write(&plan, options) } else { Err(problems) }
}

/// What every part of the emitter looks things up in.
struct Plan<'a> {
    schema: &'a Schema,
    directions: Directions,
    names: Names,
}
