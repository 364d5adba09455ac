//! Does each of many get its own, and what do our headers cost?

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use http::HeaderMap;
use traitwire::rpc::RetryPolicy;
use traitwire::server::{Server, ServerLimits};
use traitwire_tests::jobs::{Carrier, JobsClient, Worker};
use traitwire_tests::web::skipped;

const FRONTENDS: usize = 1000;

/// How many files this process may open; each connection takes two of them here.
fn files() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next());
    soft.and_then(|soft| soft.parse().ok()).unwrap_or(usize::MAX)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn req_04_a_thousand_frontends_get_each_their_own_replies() {
    if files() < 2 * FRONTENDS + 200 {
        return skipped("`ulimit -n` leaves no room for a thousand frontends");
    }
    let seconds = std::env::var("SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    let limits = ServerLimits { max_connections: 2 * FRONTENDS, ..ServerLimits::default() };
    let worker = Worker::default();
    let server = Server::builder(worker.backend()).limits(limits).signals(false);
    let server = server.bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/rpc", server.local_addr());
    let handle = server.handle();
    let serving = tokio::spawn(server.serve());

    // Each has a connection of its own, and keeps it. What fails is not made again here.
    let connect = (0..FRONTENDS).map(|_| async {
        let connector = Carrier::Hyper.connector(&url, true).retries(RetryPolicy::off());
        connector.connect::<JobsClient>().await.unwrap()
    });
    let frontends: Vec<JobsClient> =
        stream::iter(connect).buffer_unordered(50).collect::<Vec<_>>().await;

    let over = Arc::new(AtomicBool::new(false));
    let (good, crossed) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let errors = Arc::new(Mutex::new(Vec::new()));
    let working: Vec<_> = (0_u64..)
        .zip(frontends)
        .map(|(id, frontend)| {
            let (over, good, crossed) = (over.clone(), good.clone(), crossed.clone());
            let errors = errors.clone();
            tokio::spawn(async move {
                let mut calls = 0_u64;
                loop {
                    let nonce = id << 32 | calls;
                    match frontend.run(nonce).await {
                        Ok(reply) if reply == nonce => good.fetch_add(1, Ordering::Relaxed),
                        Ok(_) => crossed.fetch_add(1, Ordering::Relaxed),
                        Err(error) => {
                            errors.lock().unwrap().push(error.to_string());
                            return calls;
                        }
                    };
                    calls += 1;
                    if over.load(Ordering::Relaxed) {
                        return calls;
                    }
                }
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    over.store(true, Ordering::Relaxed);
    let calls = join_all(working).await.into_iter().map(Result::unwrap);
    let least = calls.min().unwrap();
    handle.drain();
    let report = tokio::time::timeout(Duration::from_secs(30), serving).await.unwrap().unwrap();

    let errors = errors.lock().unwrap();
    let (good, crossed) = (good.load(Ordering::Relaxed), crossed.load(Ordering::Relaxed));
    println!("{good} calls of {FRONTENDS} frontends in {seconds} s, {least} of each at least");
    assert!(errors.is_empty(), "{} errors, the first: {}", errors.len(), errors[0]);
    assert_eq!((crossed, report.aborted), (0, 0));
    assert!(least >= 1, "a frontend has had no reply");
}

type Heads = Arc<Mutex<Vec<HeaderMap>>>;

#[tokio::test]
async fn req_10_what_our_headers_add_to_a_call_is_known() {
    let heads = Heads::default();
    let seen = heads.clone();
    let record = from_fn(move |request: Request, next: Next| {
        let seen = seen.clone();
        async move {
            let head = request.headers().clone();
            let response = next.run(request).await;
            seen.lock().unwrap().extend([head, response.headers().clone()]);
            response
        }
    });
    let service = traitwire::http::service(Worker::default().backend());
    let app = axum::Router::new().nest_service("/rpc", service).layer(record);
    let server = traitwire_tests::Server::start_app(app).await;
    let jobs: JobsClient = Carrier::Hyper.connector(&server.url, true).connect().await.unwrap();
    heads.lock().unwrap().clear();
    assert_eq!(jobs.run(1).await.unwrap(), 1);
    let heads = heads.lock().unwrap();
    assert_eq!(heads.len(), 2);
    for (what, head) in ["request", "response"].iter().zip(heads.iter()) {
        let sizes: BTreeMap<&str, usize> = head
            .iter()
            // As a line of HTTP/1.1: `name: value\r\n`.
            .map(|(name, value)| (name.as_str(), name.as_str().len() + value.len() + 4))
            .filter(|(name, _)| is_ours(name))
            .collect();
        println!("{what}: {} bytes of {sizes:?}", sizes.values().sum::<usize>());
    }
    // Whatever else is said, a call can be told from others.
    assert!(heads[0].contains_key("x-request-id"));
}

/// Whether a plain call of HTTP would not have it.
fn is_ours(name: &str) -> bool {
    name.starts_with("traitwire-")
        || ["x-request-id", "traceparent", "tracestate", "idempotency-key"].contains(&name)
}
