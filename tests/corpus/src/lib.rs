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
#![allow(
    clippy::box_collection,
    clippy::enum_variant_names,
    clippy::option_option,
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    clippy::wildcard_imports,
    reason = "the types are such as people write, and serde gives functions references"
)]

#[macro_use]
pub mod case;
pub mod types;

pub use self::case::{Case, Probe, Read, Schemars, Value};
