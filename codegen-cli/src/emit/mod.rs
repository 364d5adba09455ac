//! What text is a schema in another language?
//!
//! An emitter is a pure function of the schema and its options: it touches no disk, no clock and no
//! environment, and gives the same text for the same schema.
//!
//! | module | the question it answers |
//! |---|---|
//! | `direction` | Which way does a value go, and what of a definition goes that way? |
//! | `names` | What is a type called, where others may want its name? |
//! | `newtypes` | What is a type behind its newtypes? |
//! | `check` | What can no language have? |
//! | `docs` | What is said of a thing besides its docs? |
//! | `typescript`, `openapi`, `json_schema` | What text is a schema in that language? |

use traitwire_schema::Source;

mod check;
mod direction;
mod docs;
pub mod json_schema;
mod names;
mod newtypes;
pub mod openapi;
pub mod typescript;

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where, below the target's folder, with `/` between folders.
    pub path: String,
    /// What is in it: UTF-8, lines end with `\n`, the last one too.
    pub text: String,
}

/// Why a schema has no text in a language. An emitter reports all that it finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, as one sentence without a full stop.
    pub message: String,
    /// Where in the Rust source; the default where that is unknown.
    pub source: Source,
    /// What the place has to do with it, in a few words; may be empty.
    pub label: String,
    /// The way out.
    pub help: Option<String>,
}
