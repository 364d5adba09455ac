//! How are interfaces called from Rust, and what comes back?

use std::error::Error;
use std::fmt::Display;
use std::time::Duration;

use futures_util::StreamExt as _;
use traitwire::rpc::Backend;
use traitwire::{CallError, Executed, http, in_process};
use traitwire_interfaces::catalog::{
    CatalogClient, CatalogError, ChangeKind, Comparison, Condition, ElementId, ModelId, Property,
    PropertyCategory, Query, TileId,
};
use traitwire_interfaces::jobs::{JobId, JobInput, JobSpec, JobsClient, LogLevel, LogLine, Task};

type Done = Result<(), Box<dyn Error>>;

const BRIDGE: ModelId = ModelId(101);

/// Calls the backend over HTTP, then in process.
pub(crate) async fn run(url: &str, backend: &Backend) -> Done {
    let (catalog, jobs) = http::Connector::new(url)?
        .token("reader-token")
        .connect::<(CatalogClient, JobsClient)>()
        .await?;
    let (writer, submitter) = http::Connector::new(url)?
        .token("writer-token")
        .connect::<(CatalogClient, JobsClient)>()
        .await?;

    println!("One backend, two interfaces: a catalog of models in SQLite, and jobs over them.");
    title("Over HTTP: ann reads models");
    read(&catalog).await?;

    title("What can end a call, and what the program sees");
    declared_error(&catalog).await?;
    refused_caller(&catalog).await?;
    let job = submitter.submit(validation(), None).await?;
    expired_deadline(&jobs, job).await?;
    version_mismatch(url).await?;

    title("A stream: ann follows the log of bob's job");
    follow(&jobs, job).await?;

    title("A feed: ann watches the bridge, bob changes it");
    watch(&catalog, &writer).await?;

    title("In process: the same clients, without a network");
    let local = in_process::Connector::new(backend).token("reader-token").connect()?;
    compare(&catalog, &local).await
}

/// Starts the job that the lines of `--serve` are about.
pub(crate) async fn submit_first_job(backend: &Backend) -> Result<JobId, Box<dyn Error>> {
    let jobs = in_process::Connector::new(backend).token("writer-token");
    Ok(jobs.connect::<JobsClient>()?.submit(validation(), None).await?)
}

fn validation() -> JobSpec {
    JobSpec { task: Task::Validate, input: JobInput::Everything, priority: 0 }
}

/// Plain calls: arguments go in, a reply comes back.
async fn read(catalog: &CatalogClient) -> Done {
    let found = catalog.search("harbour", Some(10), None).await?;
    let names: Vec<_> = found.iter().map(|model| format!("{} {}", model.id, model.name)).collect();
    show("Catalog/search  \"harbour\"", names.join(", "));

    let tree = catalog.hierarchy(BRIDGE, Some(2)).await?;
    let parts: Vec<_> = tree.children.iter().map(|part| part.label.as_str()).collect();
    show("Catalog/hierarchy  of 101, 2 levels", format!("{}: {}", tree.label, parts.join(", ")));

    let known = catalog.properties(ElementId(1_010_012)).await?;
    let PropertyCategory { name, properties } = &known[0];
    let Property { name: first, value, .. } = &properties[0];
    show("Catalog/properties  of 1010012", format!("{name}.{first} is {value:?}, …"));

    let heavy =
        Condition { property: "mass".to_owned(), is: Comparison::GreaterThan, value: 250.into() };
    let query = Query { conditions: vec![heavy], limit: 2, ..Query::of(BRIDGE) };
    let page = catalog.query(query).await?;
    let rows: Vec<_> = page.items.iter().filter_map(|row| row.0["label"].as_str()).collect();
    let summary = format!("{} of {}: {}", rows.len(), page.total, rows.join("; "));
    show("Catalog/query  heavier than 250 t", summary);

    let tile = catalog.tile(BRIDGE, TileId(0, 0, 0)).await?;
    show("Catalog/tile  the whole of 101", format!("{} bytes, not base64", tile.len()));
    Ok(())
}

/// What a handler returns as `Err` arrives as it was: same type, same fields.
async fn declared_error(catalog: &CatalogClient) -> Done {
    match catalog.model(ModelId(999)).await {
        Err(CallError::Declared(CatalogError::NotFound { id })) => {
            show("Catalog/model  999", format!("declared error: NotFound {{ id: {id} }}"));
            Ok(())
        }
        other => Err(format!("expected a declared error, not {other:?}").into()),
    }
}

/// `rename` needs a scope that ann does not have.
async fn refused_caller(catalog: &CatalogClient) -> Done {
    show_fault("Catalog/rename  as ann", catalog.rename(BRIDGE, "Mine").await)
}

/// The backend stops the handler when its caller stops waiting.
async fn expired_deadline(jobs: &JobsClient, job: JobId) -> Done {
    let ended = jobs.wait(job).deadline(Duration::from_millis(50)).await;
    show_fault("Jobs/wait  for at most 50 ms", ended)
}

/// A frontend of tomorrow meets the backend of today. What has not changed still works.
async fn version_mismatch(url: &str) -> Done {
    let catalog = http::Connector::new(url)?
        .token("reader-token")
        .connect::<tomorrow::CatalogClient>()
        .await?;
    let model = catalog.model(BRIDGE).await?;
    show("Catalog/model  of 1.5.0, unchanged", model.name);
    show_fault("Catalog/search  of 1.5.0, changed", catalog.search("", Some(20)).await)
}

/// The catalog as a newer frontend knows it.
mod tomorrow {
    use traitwire::rpc_interface;
    use traitwire_interfaces::catalog::{CatalogError, Model, ModelId};

    /// The next version of `Catalog`, or what one frontend uses of it.
    #[rpc_interface(version = "1.5.0")]
    pub(crate) trait Catalog {
        /// As it was in 1.4.0.
        #[rpc(readonly)]
        async fn model(&self, id: ModelId) -> Result<Model, CatalogError>;

        /// Has become simpler: without a filter, and it can skip what was seen before.
        #[rpc(readonly)]
        async fn search(&self, query: &str, skip: Option<u32>) -> Result<Vec<Model>, CatalogError>;
    }
}

/// A stream call is a `Stream`: its items arrive as the handler makes them.
async fn follow(jobs: &JobsClient, job: JobId) -> Done {
    let mut log = jobs.log(job);
    let mut uneventful = 0;
    while let Some(LogLine { at, level, text }) = log.next().await.transpose()? {
        if level == LogLevel::Info && at > 0 {
            uneventful += 1;
        } else {
            show("Jobs/log", format!("{at:>4} ms  {text}"));
        }
    }
    show("Jobs/log", format!("(ended; {uneventful} lines without findings)"));
    show("Jobs/report", jobs.report(job).await?.summary);
    Ok(())
}

/// Two frontends and one model. Whoever begins to watch late says what it has seen last.
async fn watch(catalog: &CatalogClient, writer: &CatalogClient) -> Done {
    let seen = catalog.changes(BRIDGE, None).await?.last().map(|change| change.number);
    let mut feed = catalog.watch(BRIDGE, seen);
    let renamed = writer.rename(BRIDGE, "Linden Bridge").await?;
    show("Catalog/rename  101, as bob", renamed.name);
    if let Some(change) = feed.next().await.transpose()?
        && let ChangeKind::Renamed(name) = change.what
    {
        let what = format!("{} renamed {:?} to {:?}", change.by, name.from, name.to);
        show("Catalog/watch  101, as ann", what);
    }
    // Dropping the feed ends its handler.
    Ok(())
}

/// Values pass the codec in process too, so they are what they would be over HTTP.
async fn compare(remote: &CatalogClient, local: &CatalogClient) -> Done {
    let (over_http, in_process) = tokio::join!(remote.describe(BRIDGE), local.describe(BRIDGE));
    let same = if over_http? == in_process? { "equal to" } else { "NOT equal to" };
    show("Catalog/describe  101", format!("{same} the reply over HTTP"));
    let missing = local.model(ModelId(999)).await.unwrap_err();
    show("Catalog/model  999", missing);
    Ok(())
}

pub(crate) fn title(title: &str) {
    println!("\n{title}");
}

/// One line: what was called, and what came back.
pub(crate) fn show(call: &str, came_back: impl Display) {
    println!("  {call:<36}  {came_back}");
}

/// What ended a call that was not to end well.
fn show_fault<T, E>(call: &str, ended: Result<T, CallError<E>>) -> Done {
    let Err(CallError::Fault(fault)) = ended else {
        return Err(format!("{call}: expected a fault").into());
    };
    let executed = match fault.executed() {
        Executed::No => "did not run",
        Executed::Maybe => "may have run",
    };
    show(call, format!("fault: {}; the handler {executed}", fault.kind()));
    show("", fault.message());
    Ok(())
}
