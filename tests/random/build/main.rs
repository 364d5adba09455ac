//! Which types does chance make?
//!
//! Writes `types.rs`, with as many types as `RANDOM_TYPES` says (24), from the seed in `RANDOM_SEED`. The
//! same seed makes the same types with the same values.

mod definition;
mod random;
mod ty;

use std::path::Path;
use std::{env, fs};

use definition::Types;
use random::Random;

/// What every test run takes. Any other would do; this one is the day on which the first was made.
const SEED: u64 = 20_261_125;

fn main() {
    println!("cargo::rerun-if-env-changed=RANDOM_SEED");
    println!("cargo::rerun-if-env-changed=RANDOM_TYPES");
    println!("cargo::rerun-if-changed=build");
    let seed = number("RANDOM_SEED", SEED);
    let count = number("RANDOM_TYPES", 24);
    let mut types = Types::new(Random::new(seed));
    for _ in 0..count {
        types.add();
    }
    let out = env::var_os("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&out).join("types.rs"), types.text(seed)).expect("a file");
}

fn number(name: &str, default: u64) -> u64 {
    match env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")),
        Err(_) => default,
    }
}
