//! Which types does the corpus have, and what can be done with the values of each?
//!
//! | module | the question it answers |
//! |---|---|
//! | `case` | What is a type with some of its values? |
//! | `types` | Which types are there? |

#![allow(
    missing_docs,
    unreachable_pub,
    unnameable_types,
    deprecated,
    clippy::missing_panics_doc,
    reason = "only tests see it"
)]

#[macro_use]
mod case;
pub mod types;

pub use self::case::{Case, Probe, Read, Schemars, Value};
