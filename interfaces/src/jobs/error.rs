//! What can go wrong with jobs?

use std::fmt;

use serde::{Deserialize, Serialize};
use traitwire::Wire;

use super::{JobId, JobState};

/// What can go wrong with jobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JobError {
    /// There is no such job, or it has been forgotten.
    #[wire(status = 404)]
    NoSuchJob(JobId),
    /// The job's input names nothing that exists.
    EmptyInput,
    /// The job has not ended, or not well, so that there is no report.
    #[wire(status = 409)]
    NoReport {
        /// How far it is.
        state: JobState,
    },
    /// As many jobs run as may: first how many, then how many may.
    #[wire(status = 429)]
    TooMany(u16, u16),
    /// The catalog's store does not answer. The backend's log says why.
    #[wire(status = 503)]
    Unavailable,
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JobError::NoSuchJob(id) => write!(f, "there is no job {id}"),
            JobError::EmptyInput => f.write_str("there is nothing to work with"),
            JobError::NoReport { state } => write!(f, "there is no report: {state:?}"),
            JobError::TooMany(running, limit) => write!(f, "{running} of {limit} jobs run"),
            JobError::Unavailable => f.write_str("the catalog's store does not answer"),
        }
    }
}

impl std::error::Error for JobError {}
