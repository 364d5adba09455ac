//! What text is a schema in OpenAPI?
//!
//! | module | the question it answers |
//! |---|---|
//! | `document` | What stands in the document around its paths? |
//! | `paths` | What is a method in terms of HTTP? |
//! | `errors` | How can a call end other than well, in terms of HTTP? |
//!
//! What a type looks like is `json_schema`'s to say.

mod document;
pub(super) mod errors;
mod paths;

use std::collections::BTreeMap;

use traitwire_schema::walk::Schema;

use super::{File, Problem};

/// What can be chosen.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `info.title`; the names of the interfaces unless given.
    pub title: Option<String>,
    /// `servers`: where the interfaces are mounted, such as `https://example.com/rpc`. `/rpc` unless
    /// given.
    pub servers: Vec<String>,
    /// Names of schemas, by the path of the type in Rust (`shop::catalog::Element`).
    pub names: BTreeMap<String, String>,
}

/// `openapi.json`, with all RPC interfaces of a schema.
///
/// ```
/// use traitwire_cli::emit::openapi::{Options, emit};
/// use traitwire_schema::walk::Schema;
///
/// let files = emit(&Schema::default(), &Options::default()).unwrap();
/// assert_eq!(files[0].path, "openapi.json");
/// ```
///
/// # Errors
/// All that keeps the schema from being OpenAPI, each with its place in Rust.
pub fn emit(schema: &Schema, options: &Options) -> Result<Vec<File>, Vec<Problem>> {
    document::document(schema, options)
}

#[cfg(test)]
pub(super) mod tests;
