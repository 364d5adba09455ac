//! What happens to a model?

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use traitwire::Wire;

use super::{ModelId, Tag};

/// Something that happened to a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct Change {
    /// Counts the changes of all models, from 1.
    pub number: u64,
    /// Which model.
    pub model: ModelId,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who did it.
    pub by: String,
    /// What.
    pub what: ChangeKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChangeKind {
    /// The model came to be.
    Created,
    /// It has another name.
    Renamed(Delta<String>),
    /// It has other tags.
    Tagged(Delta<BTreeSet<Tag>>),
    /// It has a new version.
    Released(Version),
}

/// Something, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct Delta<T> {
    /// Before.
    pub from: T,
    /// After.
    pub to: T,
}

/// A state of a model that was given a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct Version {
    /// From 1, without gaps.
    pub number: u32,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Why.
    pub note: String,
}
