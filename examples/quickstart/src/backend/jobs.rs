//! How do jobs run?
//!
//! Each in a task of its own. What is known of a job is in one `watch` channel: the task writes to
//! it, and whoever asks reads from it or waits for it to change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::stream;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use traitwire::{Context, Stream};
use traitwire_interfaces::catalog::{CatalogError, ElementClass, Filter, ModelId};
use traitwire_interfaces::jobs::{
    Cancelled, Finding, Job, JobError, JobId, JobInput, JobLimits, JobSpec, JobState, Jobs,
    LogLevel, LogLine, Progress, Report, Task,
};

use super::Store;
use super::store::Surveyed;

const LIMITS: JobLimits = JobLimits { running: 8, remembered: 1000 };

/// How many elements a job looks at in one step, and how long it rests afterwards: it is in no
/// hurry, so that there is something to watch.
const STEP: usize = 20;
const REST: Duration = Duration::from_millis(40);

/// Jobs over a store.
pub(crate) struct JobService {
    store: Store,
    jobs: Mutex<BTreeMap<JobId, Entry>>,
}

struct Entry {
    known: watch::Receiver<Known>,
    sender: watch::Sender<Known>,
    /// Whose it is, and the key that they gave it.
    key: Option<(String, String)>,
    task: AbortHandle,
}

/// What is known of a job.
struct Known {
    job: Job,
    log: Vec<LogLine>,
    report: Option<Report>,
}

impl Known {
    fn ended(&self) -> bool {
        self.job.state != JobState::Running
    }
}

impl JobService {
    pub(crate) fn new(store: Store) -> JobService {
        JobService { store, jobs: Mutex::default() }
    }

    fn jobs(&self) -> MutexGuard<'_, BTreeMap<JobId, Entry>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self, id: JobId) -> Result<watch::Receiver<Known>, JobError> {
        self.jobs().get(&id).map(|entry| entry.known.clone()).ok_or(JobError::NoSuchJob(id))
    }
}

impl Jobs for JobService {
    async fn limits(&self) -> JobLimits {
        LIMITS
    }

    async fn submit(
        &self,
        cx: &Context,
        spec: JobSpec,
        key: Option<String>,
    ) -> Result<JobId, JobError> {
        let owner = cx.caller().map_or("nobody", |caller| caller.subject()).to_owned();
        let key = key.map(|key| (owner.clone(), key));
        let elements = find(&self.store, spec.input.clone()).await?;
        if elements.is_empty() {
            return Err(JobError::EmptyInput);
        }
        let mut jobs = self.jobs();
        if let Some((id, _)) = jobs.iter().find(|(_, job)| key.is_some() && job.key == key) {
            return Ok(*id);
        }
        forget(&mut jobs)?;
        let id = JobId(jobs.last_key_value().map_or(1, |(last, _)| last.0 + 1));
        let total = u32::try_from(elements.len()).unwrap_or(u32::MAX);
        let job = Job {
            id,
            owner,
            state: JobState::Running,
            progress: Progress { done: 0, total },
            spec,
        };
        let task = job.spec.task.clone();
        let sender = watch::Sender::new(Known { job, log: Vec::new(), report: None });
        let known = sender.subscribe();
        let task = tokio::spawn(work(task, elements, sender.clone())).abort_handle();
        jobs.insert(id, Entry { known, sender, key, task });
        Ok(id)
    }

    async fn status(&self, id: JobId) -> Result<Job, JobError> {
        let known = self.known(id)?;
        let job = known.borrow().job.clone();
        Ok(job)
    }

    async fn wait(&self, id: JobId) -> Result<Job, JobError> {
        let mut known = self.known(id)?;
        let ended = known.wait_for(Known::ended).await.map_err(|_| JobError::NoSuchJob(id))?;
        Ok(ended.job.clone())
    }

    async fn list(&self, state: Option<JobState>) -> Vec<Job> {
        let jobs = self.jobs();
        let jobs = jobs.values().rev().map(|entry| entry.known.borrow().job.clone());
        jobs.filter(|job| state.is_none_or(|state| job.state == state)).collect()
    }

    async fn report(&self, id: JobId) -> Result<Report, JobError> {
        let known = self.known(id)?;
        let known = known.borrow();
        known.report.clone().ok_or(JobError::NoReport { state: known.job.state })
    }

    async fn cancel(&self, _: &Context, id: JobId) -> Result<Cancelled, JobError> {
        let jobs = self.jobs();
        let entry = jobs.get(&id).ok_or(JobError::NoSuchJob(id))?;
        entry.task.abort();
        entry.sender.send_if_modified(|known| {
            let running = !known.ended();
            if running {
                known.job.state = JobState::Cancelled;
            }
            running
        });
        Ok(Cancelled)
    }

    fn log(&self, id: JobId) -> impl Stream<Item = LogLine> + Send {
        stream::unfold((self.known(id).ok(), 0), async |(known, next)| {
            let mut known = known?;
            let line = {
                let more = |known: &Known| known.log.len() > next || known.ended();
                known.wait_for(more).await.ok()?.log.get(next).cloned()
            };
            line.map(|line| (line, (Some(known), next + 1)))
        })
    }
}

/// Makes room for one job more, or says that there is none.
fn forget(jobs: &mut BTreeMap<JobId, Entry>) -> Result<(), JobError> {
    let running = jobs.values().filter(|entry| !entry.known.borrow().ended()).count();
    let running = u16::try_from(running).unwrap_or(u16::MAX);
    if running >= LIMITS.running {
        return Err(JobError::TooMany(running, LIMITS.running));
    }
    if jobs.len() >= LIMITS.remembered as usize {
        let oldest = jobs.iter().find(|(_, entry)| entry.known.borrow().ended());
        if let Some(id) = oldest.map(|(id, _)| *id) {
            jobs.remove(&id);
        }
    }
    Ok(())
}

/// The elements that a job is to look at.
async fn find(store: &Store, input: JobInput) -> Result<Vec<Surveyed>, JobError> {
    let found = store.run(move |store| {
        let mut ids = Vec::new();
        match &input {
            JobInput::Model(id) | JobInput::Selection { model: id, .. } => ids.push(*id),
            JobInput::Everything | JobInput::Elements(_) => ids.extend(all(store, "")?),
            JobInput::Search(text) => ids.extend(all(store, text)?),
        }
        let mut found = Vec::new();
        for id in ids {
            found.extend(store.survey(id)?);
        }
        found.retain(|Surveyed { element, .. }| match &input {
            JobInput::Elements(ids) => ids.contains(&element.id),
            JobInput::Selection { classes, .. } => {
                classes.contains(&format!("{:?}", element.class))
            }
            _ => true,
        });
        Ok(found)
    });
    found.await.map_err(|error| match error {
        CatalogError::NotFound { .. } => JobError::EmptyInput,
        _ => JobError::Unavailable,
    })
}

fn all(store: &super::store::Tables, text: &str) -> Result<Vec<ModelId>, super::StoreError> {
    let models = store.search(text, usize::MAX, &Filter::Any)?;
    Ok(models.into_iter().map(|model| model.id).collect())
}

/// Does the work of a job, step by step.
async fn work(task: Task, elements: Vec<Surveyed>, known: watch::Sender<Known>) {
    let started = Instant::now();
    let log = |level, text: String| {
        let at = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        known.send_modify(|known| known.log.push(LogLine { at, level, text }));
    };
    log(LogLevel::Info, format!("{} elements to look at", elements.len()));
    let mut findings = Vec::new();
    for (i, step) in elements.chunks(STEP).enumerate() {
        tokio::time::sleep(REST).await;
        let before = findings.len();
        for (j, element) in step.iter().enumerate() {
            match task {
                Task::Validate => findings.extend(missing_property(element)),
                Task::DetectClashes { tolerance } => {
                    let others = &elements[i * STEP + j + 1..];
                    findings
                        .extend(others.iter().filter_map(|other| clash(element, other, tolerance)));
                }
                // A task that a newer interface knows is not submitted to this backend.
                _ => {}
            }
        }
        let done = i * STEP + step.len();
        known.send_modify(|known| {
            known.job.progress.done = u32::try_from(done).unwrap_or(u32::MAX);
        });
        let (level, found) = match findings.len() - before {
            0 => (LogLevel::Info, String::new()),
            found => (LogLevel::Warning, format!(", {found} found")),
        };
        log(level, format!("{done} of {}{found}", elements.len()));
    }
    let report = report(findings, elements.len(), started.elapsed());
    known.send_if_modified(|known| {
        // Somebody may have cancelled it while it took its last step.
        let running = !known.ended();
        if running {
            known.report = Some(report);
            known.job.state = JobState::Done;
        }
        running
    });
}

/// What is incomplete about an element: each class has one property that it should not be without.
fn missing_property(surveyed: &Surveyed) -> Option<Finding> {
    let property = match surveyed.element.class {
        ElementClass::Column | ElementClass::Beam | ElementClass::Foundation => "strengthClass",
        ElementClass::Pipe => "nominalDiameter",
        ElementClass::Pump => "power",
        ElementClass::Tank => "capacity",
        ElementClass::Sensor => "serialNumber",
        _ => return None,
    };
    let missing = !surveyed.properties.iter().any(|known| known == property);
    missing.then(|| Finding::MissingProperty {
        element: surveyed.element.id,
        property: property.to_owned(),
    })
}

/// Whether two elements of a model fill the same space.
fn clash(a: &Surveyed, b: &Surveyed, tolerance: f64) -> Option<Finding> {
    let (a_box, b_box) = (a.geometry.as_ref()?.bounding_box, b.geometry.as_ref()?.bounding_box);
    let depth =
        |axis: usize| a_box.high[axis].min(b_box.high[axis]) - a_box.low[axis].max(b_box.low[axis]);
    let clashes = a.element.model == b.element.model && (0..3).all(|axis| depth(axis) > tolerance);
    clashes.then_some(Finding::Clash(a.element.id, b.element.id))
}

fn report(findings: Vec<Finding>, looked_at: usize, took: Duration) -> Report {
    let mut table = String::from("finding,element,detail\n");
    let mut concerned = BTreeSet::new();
    for finding in &findings {
        let line = match finding {
            Finding::MissingProperty { element, property } => {
                concerned.insert(*element);
                format!("missing property,{element},{property}\n")
            }
            Finding::Clash(a, b) => {
                concerned.extend([*a, *b]);
                format!("clash,{a},{b}\n")
            }
            _ => continue,
        };
        table.push_str(&line);
    }
    #[allow(clippy::cast_precision_loss, reason = "a rate need not be exact")]
    let rate = looked_at as f32 / took.as_secs_f32().max(0.001);
    let (found, concerned) = (findings.len(), concerned.len());
    let summary = format!("{found} findings about {concerned} of {looked_at} elements");
    Report { summary, findings, table: table.into_bytes().into(), rate }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;
    use traitwire::Caller;
    use traitwire_interfaces::catalog::ElementId;

    use super::*;

    fn cx() -> Context {
        Context::new("Jobs", "submit").with_caller(Caller::new("bob"))
    }

    fn spec(task: Task, input: JobInput) -> JobSpec {
        JobSpec { task, input, priority: 0 }
    }

    fn service() -> JobService {
        JobService::new(Store::open().unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn a_validation_finds_what_the_data_lacks() {
        let service = service();
        let id =
            service.submit(&cx(), spec(Task::Validate, JobInput::Everything), None).await.unwrap();
        let running = service.report(id).await.unwrap_err();
        assert_eq!(running, JobError::NoReport { state: JobState::Running });
        let job = service.wait(id).await.unwrap();
        assert_eq!((job.state, job.owner.as_str()), (JobState::Done, "bob"));
        assert_eq!(job.progress.done, job.progress.total);
        let report = service.report(id).await.unwrap();
        assert!(report.summary.starts_with("6 findings about 6 of"), "{}", report.summary);
        assert_eq!(report.table.split(|byte| *byte == b'\n').count(), 8);
    }

    #[tokio::test(start_paused = true)]
    async fn clashes_are_found_beyond_the_tolerance() {
        let service = service();
        for (tolerance, clashes) in [(0.01, 6), (0.5, 0)] {
            let input =
                JobInput::Selection { model: ModelId(103), classes: vec!["Pipe".to_owned()] };
            let spec = spec(Task::DetectClashes { tolerance }, input);
            let id = service.submit(&cx(), spec, None).await.unwrap();
            service.wait(id).await.unwrap();
            assert_eq!(service.report(id).await.unwrap().findings.len(), clashes, "{tolerance}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_log_is_whole_whenever_one_begins_to_read() {
        let service = service();
        let input = JobInput::Search("bridge".to_owned());
        let id = service.submit(&cx(), spec(Task::Validate, input), None).await.unwrap();
        let live: Vec<_> = service.log(id).collect().await;
        assert!(live.len() > 3, "{live:?}");
        assert!(live[0].text.ends_with("elements to look at"), "{live:?}");
        assert_eq!(service.log(id).collect::<Vec<_>>().await, live);
        assert_eq!(service.log(JobId(7)).collect::<Vec<_>>().await, []);
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_starts_one_job() {
        let service = service();
        let key = || Some("nightly".to_owned());
        let spec = || spec(Task::Validate, JobInput::Model(ModelId(102)));
        let first = service.submit(&cx(), spec(), key()).await.unwrap();
        assert_eq!(service.submit(&cx(), spec(), key()).await.unwrap(), first);
        assert_ne!(service.submit(&cx(), spec(), None).await.unwrap(), first);
        assert_eq!(service.list(Some(JobState::Running)).await.len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_job_stays_cancelled_and_its_log_ends() {
        let service = service();
        let id =
            service.submit(&cx(), spec(Task::Validate, JobInput::Everything), None).await.unwrap();
        service.cancel(&cx(), id).await.unwrap();
        service.cancel(&cx(), id).await.unwrap();
        service.log(id).collect::<Vec<_>>().await;
        assert_eq!(service.wait(id).await.unwrap().state, JobState::Cancelled);
        let none = service.report(id).await.unwrap_err();
        assert_eq!(none, JobError::NoReport { state: JobState::Cancelled });
    }

    #[tokio::test(start_paused = true)]
    async fn one_job_more_than_may_run_is_refused() {
        let service = service();
        let spec = || spec(Task::Validate, JobInput::Elements([ElementId(1_010_004)].into()));
        for _ in 0..LIMITS.running {
            service.submit(&cx(), spec(), None).await.unwrap();
        }
        let refused = service.submit(&cx(), spec(), None).await.unwrap_err();
        assert_eq!(refused, JobError::TooMany(8, 8));
        service.cancel(&cx(), JobId(1)).await.unwrap();
        service.submit(&cx(), spec(), None).await.unwrap();
    }

    #[tokio::test]
    async fn input_that_names_nothing_is_refused() {
        let service = service();
        for input in [
            JobInput::Model(ModelId(7)),
            JobInput::Elements([ElementId(7)].into()),
            JobInput::Search("lighthouse".to_owned()),
        ] {
            let refused = service.submit(&cx(), spec(Task::Validate, input), None).await;
            assert_eq!(refused, Err(JobError::EmptyInput));
        }
    }
}
