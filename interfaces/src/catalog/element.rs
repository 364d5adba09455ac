//! What is inside a model?

use serde::{Deserialize, Serialize};
use traitwire::Wire;

use super::{ElementId, ModelId};

/// A part of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "camelCase")]
pub struct Element {
    /// Which one.
    pub id: ElementId,
    /// The model that it is in.
    pub model: ModelId,
    /// The element above it; absent for the root of a model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ElementId>,
    /// What sort of thing it is.
    pub class: ElementClass,
    /// What people call it.
    pub label: String,
    /// How many elements are directly below it.
    #[serde(default)]
    pub child_count: u32,
}

/// What sort of thing an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Wire)]
#[non_exhaustive]
pub enum ElementClass {
    /// A group of others, with no body of its own.
    Assembly,
    /// Stands upright and bears load.
    Column,
    /// Lies across and bears load.
    Beam,
    /// Flat and wide.
    Slab,
    /// What the ground carries.
    Foundation,
    /// Lets one part move on another.
    Bearing,
    /// Leads a fluid.
    Pipe,
    /// Opens and closes a pipe.
    Valve,
    /// Moves a fluid.
    Pump,
    /// Holds a fluid.
    Tank,
    /// Measures something.
    Sensor,
    /// Leads people up and down.
    Stair,
    /// All else that is fixed to a building: lamps, railings, signs.
    Fixture,
}

/// An element with all that is below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct Node {
    /// Which element.
    pub id: ElementId,
    /// What people call it.
    pub label: String,
    /// What sort of thing it is.
    pub class: ElementClass,
    /// What is directly below it, unless that is deeper than was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Node>,
}

impl Node {
    /// How many elements this tree has, this one included.
    pub fn size(&self) -> usize {
        1 + self.children.iter().map(Node::size).sum::<usize>()
    }
}
