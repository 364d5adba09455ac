//! How does a Rust frontend make the calls of the list?

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use futures_util::{FutureExt as _, Stream, StreamExt as _};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tower_service::Service;
use traitwire::http::Connector;
use traitwire::ipc::{self, Pair};
use traitwire::rpc::RetryPolicy;
use traitwire::{CallError, Executed, Fault, FaultKind, in_process};

use super::backend::{Backends, ConformanceClient};
use super::cases::{Case, End};
use super::values::{Failure, Nothing, Refusal};

/// What became of a case, in each frontend's report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub name: String,
    pub ok: bool,
    /// What went wrong.
    #[serde(default)]
    pub detail: String,
}

/// What a call brought.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    items: Vec<String>,
    end: Option<Came>,
}

/// How it ended, in JSON.
#[derive(Debug, PartialEq, Eq)]
enum Came {
    Reply(String),
    Declared(String),
    Fault(FaultKind, Executed, Option<String>),
    Items,
    GaveUp,
}

/// Where a frontend connects to.
#[derive(Debug, Clone, Copy)]
pub enum Backend<'a> {
    InProcess(&'a Backends),
    /// Over a pair with it.
    Pair(&'a Backends),
    /// The origin of the server.
    Http(&'a str),
    /// The same, by hyper's client.
    Hyper(&'a str),
    /// The same, by hyper's client with a layer that counts requests.
    Layered(&'a str, &'a Arc<AtomicUsize>),
    /// The app of that server, without a socket.
    Router(&'a Router),
}

/// Counts the requests that a client sends.
#[derive(Debug, Clone)]
struct Counted<S> {
    client: S,
    requests: Arc<AtomicUsize>,
}

impl<S: Service<R>, R> Service<R> for Counted<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.client.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> S::Future {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.client.call(request)
    }
}

/// Makes the call of a case and compares how it ends.
pub async fn run(backend: Backend<'_>, case: &Case) -> Report {
    let name = case.name.clone();
    let checked = async {
        let connected = match backend {
            Backend::Pair(backends) => pair(backends, case).await,
            backend => connect(backend, case).await.map(|client| (client, None)),
        };
        let (client, pair) = connected.map_err(|fault| format!("connect: {fault}"))?;
        let outcome = call(&client, case).await?;
        if let Some(pair) = pair {
            pair.close().await;
        }
        compare(case, &outcome)
    };
    match checked.await {
        Ok(()) => Report { name, ok: true, detail: String::new() },
        Err(detail) => Report { name, ok: false, detail },
    }
}

/// A pair whose backend serves what the case calls.
async fn pair(
    backends: &Backends,
    case: &Case,
) -> Result<(ConformanceClient, Option<Pair>), Fault> {
    let backend = case.site.backend(backends).expect("nothing stands in the way");
    let (here, there) = ipc::in_process();
    let serving = tokio::spawn(ipc::backend().serve_rpc(backend).open::<()>(there));
    let mut frontend = ipc::frontend();
    if let Some(token) = case.token {
        frontend = frontend.rpc_token(token);
    }
    let (pair, ipc::Rpc(client)) = frontend.open::<ipc::Rpc<ConformanceClient>>(here).await?;
    serving.await.expect("no panic")?;
    Ok((client, Some(pair)))
}

async fn connect(backend: Backend<'_>, case: &Case) -> Result<ConformanceClient, Fault> {
    match backend {
        Backend::InProcess(backends) | Backend::Pair(backends) => {
            let backend = case.site.backend(backends).expect("nothing stands in the way");
            let connector = in_process::Connector::new(backend);
            match case.token {
                None => connector.connect(),
                Some(token) => connector.token(token).connect(),
            }
        }
        Backend::Http(_) | Backend::Hyper(_) | Backend::Layered(..) | Backend::Router(_) => {
            let mut connector = over_http(backend, case.site.path())?;
            // A case is one exchange.
            connector = connector.retries(RetryPolicy::off());
            if let Some(token) = case.token {
                connector = connector.token(token);
            }
            if let Some(bytes) = case.max_reply {
                connector = connector.max_reply(bytes);
            }
            connector.connect().await
        }
    }
}

fn over_http(backend: Backend<'_>, path: &str) -> Result<Connector, Fault> {
    match backend {
        Backend::InProcess(_) | Backend::Pair(_) => unreachable!("it has no URL"),
        Backend::Http(origin) => Connector::new(&format!("{origin}/{path}")),
        Backend::Hyper(origin) => Connector::hyper(&format!("{origin}/{path}")),
        Backend::Layered(origin, requests) => {
            let client = Client::builder(TokioExecutor::new()).build_http();
            let client = Counted { client, requests: Arc::clone(requests) };
            Connector::service(&format!("{origin}/{path}"), client)
        }
        Backend::Router(app) => Connector::service(&format!("http://app/{path}"), app.clone()),
    }
}

/// Decodes the arguments, calls the method by its name in Rust, and encodes what comes.
macro_rules! methods {
    (
        $client:ident, $case:ident, $args:ident;
        replies { $($reply:ident($($arg:ident $($by:tt)?),*))* }
        streams { $($stream:ident($($item_arg:ident),*))* }
    ) => {
        match $case.method {
            $(stringify!($reply) => {
                let call = $client.$reply($(reference!($args.get(stringify!($arg))? $(, $by)?)),*);
                match $case.timeout_ms {
                    None => reply($client, $case, call).await,
                    Some(ms) => reply($client, $case, call.deadline(milliseconds(ms))).await,
                }
            })*
            $(stringify!($stream) => {
                let call = $client.$stream($($args.get(stringify!($item_arg))?),*);
                match $case.timeout_ms {
                    None => items($client, $case, call).await,
                    Some(ms) => items($client, $case, call.deadline(milliseconds(ms))).await,
                }
            })*
            other => return Err(format!("there is no method `{other}`")),
        }
    };
}

/// An argument that the trait borrows.
macro_rules! reference {
    ($value:expr) => {
        $value
    };
    ($value:expr, $borrowed:tt) => {
        text(&$value)
    };
}

/// Names the borrowed type, which decoding the argument is told by.
#[allow(clippy::ptr_arg, reason = "a `&str` would leave open what is decoded")]
fn text(text: &String) -> &str {
    text
}

fn milliseconds(ms: u32) -> Duration {
    Duration::from_millis(ms.into())
}

async fn call(client: &ConformanceClient, case: &Case) -> Result<Outcome, String> {
    let args = Args(&case.args.json);
    Ok(methods! {
        client, case, args;
        replies {
            integers(value) reals(value) unsigned(value) real(value) size(value) text(value)
            letter(value) octets(value) blob(value) sparse(value) optional(value) strict(value)
            odd(value) external(value) internal(value) adjacent(value) loose(value) page(value)
            pages(value) maps(value) tuples(value) anything(value) open(value)
            greet(name borrowed, polite) nothing() huge_size()
            refuse(error) fail(error) fail_with_null()
            who() scoped() panics() stalls() running() recent()
        }
        streams {
            count(to) count_and_refuse(to, error) count_and_panic(to) count_and_stall(to) blobs(to)
        }
    })
}

/// The arguments of a case.
#[derive(Clone, Copy)]
struct Args<'a>(&'a str);

impl Args<'_> {
    /// An argument; one that is left out is `null`.
    fn get<T: DeserializeOwned>(self, name: &str) -> Result<T, String> {
        // Never by way of `Value`, which has no integers of 128 bits.
        let args: std::collections::BTreeMap<String, &RawValue> =
            serde_json::from_str(self.0).map_err(|error| error.to_string())?;
        let json = args.get(name).map_or("null", |json| json.get());
        serde_json::from_str(json).map_err(|error| format!("{name}: {error}"))
    }
}

async fn reply<T: Serialize, E: Declared>(
    client: &ConformanceClient,
    case: &Case,
    call: impl Future<Output = Result<T, CallError<E>>>,
) -> Outcome {
    let end = if case.give_up_after.is_some() {
        let mut call = Box::pin(call);
        tokio::select! {
            _ = &mut call => return Outcome::default(),
            () = runs(client, 1) => {}
        }
        drop(call);
        runs(client, 0).await;
        Came::GaveUp
    } else {
        match call.await {
            Ok(value) => Came::Reply(json(&value)),
            Err(error) => failed(error),
        }
    };
    Outcome { items: Vec::new(), end: Some(end) }
}

async fn items<T: Serialize, E: Declared>(
    client: &ConformanceClient,
    case: &Case,
    call: impl Stream<Item = Result<T, CallError<E>>>,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut call = Box::pin(call);
    while case.give_up_after != Some(outcome.items.len()) {
        match call.next().await {
            Some(Ok(item)) => outcome.items.push(json(&item)),
            Some(Err(error)) => {
                outcome.end = Some(failed(error));
                return outcome;
            }
            None => {
                outcome.end = Some(Came::Items);
                return outcome;
            }
        }
    }
    // Asks once more, so that it waits for something; two of the cases differ in whether it has it.
    let _ = call.next().now_or_never();
    runs(client, 1).await;
    drop(call);
    runs(client, 0).await;
    outcome.end = Some(Came::GaveUp);
    outcome
}

/// Waits until so many handlers run, for five seconds at most.
async fn runs(client: &ConformanceClient, handlers: u32) {
    let waiting = async {
        while client.running().await != Ok(handlers) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), waiting)
        .await
        .unwrap_or_else(|_| panic!("there are not {handlers} handlers running"));
}

fn failed<E: Declared>(error: CallError<E>) -> Came {
    match error {
        CallError::Declared(error) => Came::Declared(error.json()),
        CallError::Fault(fault) => {
            Came::Fault(fault.kind(), fault.executed(), fault.path().map(str::to_owned))
        }
    }
}

/// A declared error as JSON.
trait Declared {
    fn json(&self) -> String;
}

impl Declared for Infallible {
    fn json(&self) -> String {
        match *self {}
    }
}

macro_rules! declared {
    ($($error:ty)*) => { $(
        impl Declared for $error {
            fn json(&self) -> String {
                json(self)
            }
        }
    )* };
}

declared! { Refusal Failure Nothing }

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| error.to_string())
}

fn compare(case: &Case, outcome: &Outcome) -> Result<(), String> {
    let end = match &case.end {
        End::Reply(value) => Came::Reply(value.json.clone()),
        End::Declared(error, _) => Came::Declared(error.json.clone()),
        End::Fault { kind, executed, path } => {
            Came::Fault(*kind, *executed, path.map(str::to_owned))
        }
        End::Ended => Came::Items,
        End::GaveUp => Came::GaveUp,
    };
    let as_expected = match (&end, &outcome.end) {
        // Where a reply was not understood is for people; where arguments were not, for forms.
        (Came::Fault(kind, ran, None), Some(Came::Fault(other, had_run, _))) => {
            (kind, ran) == (other, had_run)
        }
        (end, other) => Some(end) == other.as_ref(),
    };
    if !as_expected {
        return Err(excerpt(&format!("expected {end:?}, came {:?}", outcome.end)));
    }
    let items = format!("[{}]", outcome.items.join(","));
    let as_expected = if case.cut {
        let all: Vec<&RawValue> = serde_json::from_str(&case.items.json).expect("an array");
        let some = 1..all.len();
        some.contains(&outcome.items.len())
            && outcome.items.iter().zip(all).all(|(item, expected)| item == expected.get())
    } else {
        items == case.items.json
    };
    if as_expected { Ok(()) } else { Err(excerpt(&format!("the items are {items}"))) }
}

/// As much of a text as a person reads.
fn excerpt(text: &str) -> String {
    text.chars().take(600).collect()
}
