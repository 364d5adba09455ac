//! The model of traitwire interfaces.
//!
//! The macros write this model as constants, the runtime serves and compares it, and the command
//! line reads its JSON form; all of them share these types, so that there is one answer to what an
//! interface is. Without features the crate is the bare model over `std`, because whatever the
//! macros depend on is built for the host as well.
//!
//! | module | the question it answers | feature |
//! |---|---|---|
//! | [`model`] | What is an interface? | |
//! | [`names`] | What is a name called on the wire? | |
//! | [`walk`] | Which types does an interface reach, and what can be said of one? | |
//! | [`safety`] | May a type cross without names, and may its bytes travel on their own? | |
//! | [`fingerprint`] | How is a wire shape told from another in a few bytes? | |
//! | `document` | What does a schema look like as JSON? | `json` |
//! | `canonical` | What text stands for a wire shape, hence which fingerprint? | `fingerprint` |
//! | `version` | May these two talk? | `version` |

#[cfg(feature = "fingerprint")]
pub mod canonical;
#[cfg(feature = "json")]
mod check;
mod closed;
#[cfg(feature = "json")]
pub mod document;
pub mod fingerprint;
pub mod model;
pub mod names;
pub mod safety;
#[cfg(test)]
#[allow(dead_code, reason = "each feature uses a part")]
mod tests;
#[cfg(feature = "version")]
pub mod version;
pub mod walk;

pub use model::*;
