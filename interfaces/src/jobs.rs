//! Long-running work over the models of a catalog.
//!
//! A job is submitted, runs on its own, and writes a log meanwhile. Jobs are forgotten when the
//! backend ends.

mod error;
mod job;
mod spec;

use traitwire::{Context, Stream, rpc_interface};

pub use self::error::JobError;
pub use self::job::{
    Cancelled, Finding, Job, JobId, JobState, LogLevel, LogLine, Progress, Report,
};
pub use self::spec::{JobInput, JobLimits, JobSpec, Task};

/// Submits jobs, watches them and ends them.
#[rpc_interface(version = "0.3.0")]
pub trait Jobs {
    /// What this backend allows. Asked for before a frontend offers anything.
    #[rpc(readonly, public)]
    async fn limits(&self) -> JobLimits;

    /// Starts a job. With a key that the caller has used before, the job
    /// that was started then.
    #[rpc(idempotent, scope = "jobs:run")]
    async fn submit(
        &self,
        cx: &Context,
        spec: JobSpec,
        key: Option<String>,
    ) -> Result<JobId, JobError>;

    /// How a job stands.
    #[rpc(readonly)]
    async fn status(&self, id: JobId) -> Result<Job, JobError>;

    /// How a job stands once it has ended. Give the call a deadline: a job may take hours.
    #[rpc(readonly)]
    async fn wait(&self, id: JobId) -> Result<Job, JobError>;

    /// The jobs in a state, or all, newest first.
    #[rpc(readonly)]
    async fn list(&self, state: Option<JobState>) -> Vec<Job>;

    /// What a job found out.
    #[rpc(readonly)]
    async fn report(&self, id: JobId) -> Result<Report, JobError>;

    /// Ends a job. A job that has ended stays as it is.
    #[rpc(idempotent, scope = "jobs:run")]
    async fn cancel(&self, cx: &Context, id: JobId) -> Result<Cancelled, JobError>;

    /// What a job writes to its log, from its beginning to its end. Nothing, if there is no such
    /// job.
    #[rpc(readonly)]
    fn log(&self, id: JobId) -> impl Stream<Item = LogLine> + Send;
}
