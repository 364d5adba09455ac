//! The model of traitwire interfaces.
//!
//! The macros write this model as constants, the runtime serves and compares it, and the command
//! line reads its JSON form; all of them share these types, so that there is one answer to what an
//! interface is. The model and what is said of it need `std` alone.
//!
//! | module | the question it answers | feature |
//! |---|---|---|
//! | [`model`] | What is an interface? | `model` |
//! | [`names`] | What is a name called on the wire? | |
//! | [`walk`] | Which types does an interface reach, and what can be said of one? | |
//! | [`safety`] | May a type cross without names, and may its bytes travel on their own? | |
//! | [`read_back`] | Which values could serde not read back? | |
//! | [`fingerprint`] | How is a wire shape told from another in a few bytes? | |
//! | `document` | What does a schema look like as JSON? | `json` |
//! | `canonical` | What text stands for a wire shape, hence which fingerprint? | `fingerprint` |
//! | `version` | May these two talk? | `version` |

#[cfg(feature = "fingerprint")]
pub mod canonical;
#[cfg(feature = "json")]
mod check;
#[cfg(feature = "walk")]
mod closed;
#[cfg(feature = "json")]
pub mod document;
#[cfg(feature = "walk")]
mod erase;
#[cfg(feature = "model")]
pub mod fingerprint;
#[cfg(feature = "model")]
pub mod model;
pub mod names;
#[cfg(feature = "walk")]
pub mod read_back;
#[cfg(feature = "walk")]
pub mod safety;
#[cfg(all(test, feature = "walk"))]
#[allow(dead_code, reason = "each feature uses a part")]
mod tests;
#[cfg(feature = "version")]
pub mod version;
#[cfg(feature = "walk")]
pub mod walk;

#[cfg(feature = "model")]
pub use model::*;
