//! How does a job stand, and what did it find out?

use std::fmt;

use serde::{Deserialize, Serialize};
use traitwire::{Bytes, Wire};

use super::JobSpec;
use crate::catalog::ElementId;

/// Which job.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Wire,
)]
pub struct JobId(pub u64);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A job, as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Job {
    /// Which one.
    pub id: JobId,
    /// What it is to do.
    pub spec: JobSpec,
    /// Who submitted it.
    pub owner: String,
    /// How far it is in its life.
    pub state: JobState,
    /// How far it is in its work.
    pub progress: Progress,
}

/// How far a job is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum JobState {
    /// At work.
    Running,
    /// Ended well.
    Done,
    /// Ended before its time, as somebody wished.
    Cancelled,
    /// Ended badly; its log says why.
    Failed,
}

/// How far a job is in its work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct Progress {
    /// Steps done.
    pub done: u32,
    /// Steps in all.
    pub total: u32,
}

/// Says that a job will not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct Cancelled;

/// What a job found out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Report {
    /// In one sentence.
    pub summary: String,
    /// One by one.
    pub findings: Vec<Finding>,
    /// The same as a table for a spreadsheet (CSV).
    pub table: Bytes,
    /// How many elements were looked at per second.
    pub rate: f32,
}

/// One thing that a job found out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Finding {
    /// An element lacks a property.
    MissingProperty {
        /// Which element.
        element: ElementId,
        /// Which property.
        property: String,
    },
    /// Two elements fill the same space.
    Clash(ElementId, ElementId),
}

/// A line of a job's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct LogLine {
    /// Milliseconds since the job began.
    pub at: u64,
    /// How much it matters.
    #[serde(default)]
    pub level: LogLevel,
    /// What it says.
    pub text: String,
}

/// How much a line of a log matters.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Wire,
)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// To those who wonder what is going on.
    #[default]
    Info,
    /// To those who want to know what is not as it should be.
    Warning,
    /// To everyone.
    Error,
}
