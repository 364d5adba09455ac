//! What is a model, before one looks inside?

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use traitwire::Wire;

use super::{BoundingBox, ElementId, ModelId, Tag};

/// A model as it stands in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Which one.
    pub id: ModelId,
    /// What people call it. No two models have the same name.
    pub name: String,
    /// What it is a model of.
    pub kind: ModelKind,
    /// Where the thing stands: a town, a district.
    pub place: String,
    /// The number of the newest version.
    pub version: u32,
    /// When it was last changed, in milliseconds since 1970.
    #[serde(rename = "changedMs")]
    pub changed: i64,
    /// Words that people attached to it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<Tag>,
    /// How well it matches a search, from 0 to 1. The backend sorts by it and keeps it to itself.
    #[serde(skip)]
    pub rank: f64,
}

/// What a model is a model of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ModelKind {
    /// Carries a way over something.
    Bridge,
    /// Trains stop there.
    Station,
    /// Cleans water.
    TreatmentPlant,
}

/// Which models are of interest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// All there are.
    Any,
    /// Models of a kind.
    Kind(ModelKind),
    /// Models with a tag.
    Tagged(Tag),
    /// Models changed in a span of time, in milliseconds since 1970.
    Changed {
        /// Not before.
        from: i64,
        /// Before. Without it, until now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<i64>,
    },
    /// Models whose version lies between two, both included.
    Versions(u32, u32),
    /// Models that none of these keeps out.
    All(Vec<Filter>),
    /// Models that another filter keeps out.
    Not(Box<Filter>),
}

/// All that is known of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "camelCase")]
pub struct Description {
    /// What stands in lists.
    pub model: Model,
    /// What it is for, in a few sentences.
    pub summary: String,
    /// Where its coordinates begin.
    pub origin: Origin,
    /// What it fills, in metres from its origin.
    pub extents: BoundingBox,
    /// The element that all others are below.
    pub root: ElementId,
    /// How many elements it has.
    pub elements: u64,
    /// The letters of its grid axes, where it has a grid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub axes: Vec<char>,
}

/// Where the coordinates of a model begin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Wire)]
pub struct Origin {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Metres above sea level.
    #[serde(default)]
    pub height: f32,
}

/// Counts over one model, or all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "camelCase")]
pub struct Statistics {
    /// How many elements there are.
    pub elements: u64,
    /// How many of each class.
    pub by_class: BTreeMap<String, u64>,
    /// How many on each level of the tree; the root is level 0.
    pub by_level: BTreeMap<u16, u64>,
    /// How many bytes each part of the store takes.
    pub storage: HashMap<String, u64>,
}

/// A picture that was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct Thumbnail {
    /// What tells it from other pictures: FNV-1a of its bytes.
    pub digest: u128,
    /// How many bytes it has.
    pub size: u32,
    /// What it is.
    pub format: ThumbnailFormat,
    /// Whether it had been stored before.
    pub known: bool,
}

/// The format of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub enum ThumbnailFormat {
    /// Portable Network Graphics.
    #[serde(rename = "image/png")]
    Png,
    /// JPEG.
    #[serde(rename = "image/jpeg", alias = "image/jpg")]
    Jpeg,
}
