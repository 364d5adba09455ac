//! Which types are there?

use std::collections::BTreeMap;

use crate::Case;

mod catch_all;
mod conversions;
mod directions;
mod enums;
mod flatten;
mod foreign;
mod generics;
mod names;
mod pairs;
mod plain;
mod recursion;
mod refused;
mod std_types;
mod structs;
mod untagged;

/// All that cross.
pub fn cases() -> Vec<Case> {
    numbered(&[
        plain::cases,
        std_types::cases,
        foreign::cases,
        structs::cases,
        enums::cases,
        untagged::cases,
        catch_all::cases,
        flatten::cases,
        conversions::cases,
        conversions::partial::cases,
        conversions::two_directions::cases,
        directions::cases,
        generics::cases,
        recursion::cases,
        names::cases,
        pairs::cases,
        pairs::one_way_directions::cases,
    ])
}

/// Those that compile, and are refused when their schema is gathered.
pub fn refused() -> Vec<Case> {
    numbered(&[refused::cases])
}

/// The cases of several modules, no two of which have one id.
pub fn numbered(modules: &[fn() -> Vec<Case>]) -> Vec<Case> {
    let mut cases: Vec<Case> = modules.iter().flat_map(|cases| cases()).collect();
    // `u8` and `(u8,)` have the same letters.
    let mut known = BTreeMap::new();
    for case in &mut cases {
        let count = known.entry(case.id.clone()).and_modify(|count| *count += 1).or_insert(1);
        if *count > 1 {
            case.id = format!("{}N{count}", case.id);
        }
    }
    cases
}

/// What most modules of types use.
mod prelude {
    pub(super) use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

    pub(super) use schemars::JsonSchema;
    pub(super) use serde::{Deserialize, Serialize};
    pub(super) use traitwire::{Bytes, Wire};

    /// A map of these pairs.
    pub(super) fn map<K, V, M: FromIterator<(K, V)>, const N: usize>(pairs: [(K, V); N]) -> M {
        pairs.into_iter().collect()
    }

    /// A text that no encoding carries by luck.
    pub(super) const ODD: &str = "\u{0}\"\\\n\u{2028}é日\u{1F980}</script>";

    pub(super) fn odd() -> String {
        ODD.to_owned()
    }
}
