//! What is a job to do?

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use traitwire::Wire;

use crate::catalog::{ElementId, ModelId};

/// What to do, with what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct JobSpec {
    /// What to do.
    pub task: Task,
    /// With what.
    pub input: JobInput,
    /// From -100 (when there is nothing else to do) to 100 (before all others).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub priority: i8,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(priority: &i8) -> bool {
    *priority == 0
}

/// What a job does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Task {
    /// Looks for elements whose data is incomplete.
    Validate,
    /// Looks for elements that fill the same space.
    DetectClashes {
        /// How far two elements may reach into each other, in metres.
        tolerance: f64,
    },
}

/// What a job works with: nothing said means all models; a number, one model; a list, these
/// elements; text, the models that a search finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(untagged)]
pub enum JobInput {
    /// All models.
    Everything,
    /// One model.
    Model(ModelId),
    /// Some elements.
    Elements(HashSet<ElementId>),
    /// The models that a search finds.
    Search(String),
    /// Some classes of elements of one model.
    Selection {
        /// The model.
        model: ModelId,
        /// The names of the classes.
        classes: Vec<String>,
    },
}

/// What a backend allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct JobLimits {
    /// How many jobs run at a time.
    pub running: u16,
    /// How many jobs are remembered after they have ended.
    pub remembered: u32,
}
