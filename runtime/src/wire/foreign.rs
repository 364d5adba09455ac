//! What do types of other crates cross as?
//!
//! One file for each crate, called like it, and behind the feature that is called like it. The tests
//! are in `tests/suite/wire_types` and `tests/suite/positional`, which have a line for each type.
//!
//! A pattern says what the type writes, and admits nothing that it refuses to read, as far as a regular
//! expression can: which years have a 29th of February, and how large a number may be, is left to
//! the reader.

#[cfg(feature = "bytes")]
mod bytes;
#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "indexmap")]
mod indexmap;
#[cfg(feature = "jiff")]
mod jiff;
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
mod pattern;
#[cfg(feature = "rust_decimal")]
mod rust_decimal;
#[cfg(feature = "semver")]
mod semver;
#[cfg(feature = "serde_json")]
mod serde_json;
#[cfg(feature = "time")]
mod time;
#[cfg(feature = "url")]
mod url;
#[cfg(feature = "uuid")]
mod uuid;
