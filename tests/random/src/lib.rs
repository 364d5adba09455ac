//! Which types did chance make?
//!
//! The build script writes them: as many as `RANDOM_TYPES` says, from the seed in `RANDOM_SEED`.

#![allow(
    missing_docs,
    deprecated,
    unreachable_pub,
    clippy::pedantic,
    clippy::all,
    reason = "chance has no style, and only tests see it"
)]

pub use types::{SEED, all};

mod types {
    use serde::{Deserialize, Serialize};
    use traitwire::{Bytes, Float, Wire};
    use traitwire_corpus::cases;

    /// All of them, each with values.
    pub fn all() -> Vec<traitwire_corpus::Case> {
        traitwire_corpus::types::numbered(&[cases])
    }

    /// Keys and items that are names.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Wire)]
    #[serde(rename_all = "kebab-case")]
    pub enum Color {
        Red,
        DarkGreen,
    }

    /// A number that is not 0.
    fn nz<T, N: TryFrom<T>>(number: T) -> N {
        N::try_from(number).ok().expect("it is not 0")
    }

    include!(concat!(env!("OUT_DIR"), "/types.rs"));
}
