//! Where is an element, and what does it look like from afar?

use serde::{Deserialize, Serialize};
use traitwire::Wire;

use super::ElementId;

/// The place and the outline of an element.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "camelCase")]
pub struct GeometrySummary {
    /// Which element.
    pub element: ElementId,
    /// What it fills, in metres from the model's origin.
    #[serde(rename = "box")]
    pub bounding_box: BoundingBox,
    /// Where its shape stands.
    pub placement: Placement,
    /// What it looks like.
    pub shape: Shape,
    /// Its color, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<Color>,
}

/// A box along the axes, in metres.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Wire)]
pub struct BoundingBox {
    /// The corner with the least coordinates.
    pub low: [f64; 3],
    /// The corner with the greatest.
    pub high: [f64; 3],
}

impl BoundingBox {
    /// The smallest box around both.
    #[must_use]
    pub fn union(self, other: BoundingBox) -> BoundingBox {
        let pick = |f: fn(f64, f64) -> f64, a: [f64; 3], b: [f64; 3]| {
            [f(a[0], b[0]), f(a[1], b[1]), f(a[2], b[2])]
        };
        BoundingBox {
            low: pick(f64::min, self.low, other.low),
            high: pick(f64::max, self.high, other.high),
        }
    }
}

/// Where a shape stands: scaled, then turned about the vertical axis, then moved.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Wire)]
pub struct Placement {
    /// By how much it is moved, in metres.
    pub origin: (f64, f64, f64),
    /// By how many degrees it is turned, and how much it is scaled.
    #[serde(default = "Placement::upright")]
    pub turn: (f64, f32),
}

impl Placement {
    /// Neither turned nor scaled.
    pub fn upright() -> (f64, f32) {
        (0.0, 1.0)
    }
}

/// What an element looks like from afar. Lengths are in metres.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Shape {
    /// Nothing: a group of others.
    Empty,
    /// A block.
    Block {
        /// Its edges.
        size: [f64; 3],
    },
    /// A cylinder along the vertical axis, unless it is turned.
    Cylinder {
        /// Its radius.
        radius: f64,
        /// Its height.
        height: f64,
        /// How thick its wall is, if it is hollow.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wall_thickness: Option<f64>,
    },
    /// A ball.
    Sphere(Sphere),
    /// An outline across the x axis, drawn along it.
    Extrusion {
        /// The outline: y and z of each corner.
        profile: Vec<Point2>,
        /// How far.
        depth: f64,
    },
    /// Several shapes as one.
    Compound {
        /// Each with its own place.
        parts: Vec<(Placement, Shape)>,
    },
}

/// A ball.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Wire)]
pub struct Sphere {
    /// Its radius, in metres.
    pub radius: f64,
}

/// A point of an outline: two lengths, in metres.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Wire)]
pub struct Point2(pub f64, pub f64);

/// Red, green, blue and opacity, each from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Wire)]
pub struct Color(pub f32, pub f32, pub f32, pub f32);

/// Which tile: level, column, row. Level 0 is one tile, and each level has twice the columns and
/// rows of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Wire)]
pub struct TileId(pub u8, pub u32, pub u32);
