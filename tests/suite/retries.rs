//! When calls are made again, and what each attempt takes along.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use traitwire::rpc::RetryPolicy;
use traitwire::{CallError, Executed, Fault, FaultKind};
use traitwire_tests::Server;
use traitwire_tests::jobs::{Carrier, JobsClient, Worker};
use traitwire_tests::net::{Cut, Saboteur};

/// What stands in front of the backend: it answers the first calls, and writes down all.
#[derive(Clone, Default)]
struct Front {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    seen: Arc<Mutex<Vec<HeaderMap>>>,
}

#[derive(Debug, Clone)]
struct Answer {
    status: u16,
    problem: String,
    retry_after: Option<&'static str>,
}

/// A problem document of a fault.
fn fault(kind: FaultKind, executed: Executed) -> Answer {
    let (code, status) = (kind.code(), kind.status());
    let problem = format!(
        r#"{{"type":"urn:traitwire:{code}","title":"","status":{status},"code":"{code}","detail":"said","executed":"{}"}}"#,
        executed.word()
    );
    Answer { status, problem, retry_after: None }
}

impl Front {
    async fn serve(&self, worker: &Worker) -> Server {
        let front = self.clone();
        let service = traitwire::http::service(worker.backend());
        let answering =
            from_fn(move |request: Request, next: Next| front.clone().pass(request, next));
        let app = axum::Router::new().nest_service("/rpc", service).layer(answering);
        Server::start_app(app).await
    }

    async fn pass(self, request: Request, next: Next) -> Response {
        if request.uri().path().ends_with("_versions") {
            return next.run(request).await;
        }
        self.seen.lock().unwrap().push(request.headers().clone());
        let answer = self.answers.lock().unwrap().pop_front();
        let Some(answer) = answer else { return next.run(request).await };
        let status = axum::http::StatusCode::from_u16(answer.status).unwrap();
        let kind = [("content-type", "application/problem+json")];
        let mut response = (status, kind, answer.problem).into_response();
        if let Some(pause) = answer.retry_after {
            response.headers_mut().insert("retry-after", pause.parse().unwrap());
        }
        response
    }

    fn answer(&self, answer: &Answer, times: usize) {
        let mut answers = self.answers.lock().unwrap();
        *answers = std::iter::repeat_n(answer.clone(), times).collect();
    }

    /// The heads that came since this was last asked.
    fn seen(&self) -> Vec<HeaderMap> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }

    /// How many calls came since this was last asked.
    fn count(&self) -> usize {
        self.seen().len()
    }
}

/// So short that no test waits for them.
fn quick() -> RetryPolicy {
    RetryPolicy::default().base(Duration::from_micros(50))
}

async fn client(carrier: Carrier, server: &Server, policy: RetryPolicy) -> JobsClient {
    carrier.connector(&server.url, true).retries(policy).connect().await.unwrap()
}

fn fault_of<T: std::fmt::Debug>(ended: Result<T, CallError<std::convert::Infallible>>) -> Fault {
    ended.unwrap_err().into_fault()
}

#[tokio::test]
async fn what_may_help_and_does_nothing_twice_is_made_again() {
    let front = Front::default();
    let server = front.serve(&Worker::default()).await;
    for carrier in Carrier::H1 {
        let jobs = client(carrier, &server, quick()).await;
        for (kind, executed, of_run, of_put, of_get) in [
            (FaultKind::Overloaded, Executed::No, 3, 3, 3),
            (FaultKind::Overloaded, Executed::Maybe, 1, 3, 3),
            (FaultKind::InvalidArgument, Executed::No, 1, 1, 1),
            (FaultKind::PermissionDenied, Executed::No, 1, 1, 1),
            (FaultKind::Unauthenticated, Executed::No, 1, 1, 1),
            (FaultKind::Internal, Executed::Maybe, 1, 1, 1),
            (FaultKind::DeadlineExceeded, Executed::No, 1, 1, 1),
        ] {
            front.answer(&fault(kind, executed), 100);
            // Each with a budget of its own.
            let jobs = || client(carrier, &server, quick());
            let ended = fault_of(jobs().await.run(1).await);
            assert_eq!((ended.kind(), ended.executed(), front.count()), (kind, executed, of_run));
            fault_of(jobs().await.put(1).await);
            assert_eq!(front.count(), of_put, "{kind}, {executed:?}");
            fault_of(jobs().await.get(1).await);
            assert_eq!(front.count(), of_get, "{kind}, {executed:?}");
        }
        // One that an upgrade of the backend would end, which goes round its instances.
        let mut older = fault(FaultKind::Incompatible, Executed::No);
        let difference = r#","incompatibility":{"interface":"Jobs","need":"1.1.0","offers":[],"reason":"newer_needed","fix":"upgrade_backend","retryable":true}}"#;
        older.problem.truncate(older.problem.len() - 1);
        older.problem.push_str(difference);
        front.answer(&older, 2);
        assert_eq!(jobs.run(7).await, Ok(7));
        assert_eq!(front.count(), 3);
        older.problem = older.problem.replace("true", "false");
        front.answer(&older, 1);
        assert_eq!(fault_of(jobs.run(7).await).kind(), FaultKind::Incompatible);
        assert_eq!(front.count(), 1);
    }
}

#[tokio::test]
async fn all_attempts_are_one_call_and_share_its_deadline() {
    let front = Front::default();
    let server = front.serve(&Worker::default()).await;
    for carrier in Carrier::H1 {
        let jobs = client(carrier, &server, RetryPolicy::default()).await;
        front.answer(&fault(FaultKind::Overloaded, Executed::No), 2);
        assert_eq!(jobs.put(1).deadline(Duration::from_secs(20)).await, Ok(1));
        let seen = front.seen();
        assert_eq!(seen.len(), 3);
        let all = |name| seen.iter().map(|head| head[name].to_str().unwrap()).collect::<Vec<_>>();
        for name in ["x-request-id", "idempotency-key", "traceparent", "traitwire-session"] {
            let values = all(name);
            assert!(values.iter().all(|value| *value == values[0]), "{name}: {values:?}");
        }
        let left: Vec<u64> =
            all("traitwire-timeout").into_iter().map(|left| left.parse().unwrap()).collect();
        assert!(left[0] <= 20_000 && left.is_sorted_by(|a, b| a >= b), "{left:?}");
    }
}

#[tokio::test]
async fn a_call_has_a_key_where_a_second_run_could_be_spared_and_where_it_is_given_one() {
    let front = Front::default();
    let server = front.serve(&Worker::default()).await;
    let jobs = client(Carrier::Reqwest, &server, quick()).await;
    jobs.put(1).await.unwrap();
    jobs.put(1).await.unwrap();
    jobs.get(1).await.unwrap();
    jobs.run(1).await.unwrap();
    jobs.run(1).idempotency_key("order-7").await.unwrap();
    let seen = front.seen();
    let keys: Vec<_> = seen.iter().map(|head| head.get("idempotency-key")).collect();
    assert!(keys[0].is_some() && keys[1].is_some() && keys[0] != keys[1], "{keys:?}");
    assert_eq!(keys[2..4], [None, None]);
    assert_eq!(keys[4].unwrap(), "order-7");
}

#[tokio::test]
async fn a_key_makes_a_call_repeatable_only_if_the_backend_deduplicates() {
    let front = Front::default();
    let server = front.serve(&Worker::default()).await;
    for (policy, expected) in [(quick(), 1), (quick().backend_deduplicates(), 3)] {
        let jobs = client(Carrier::Reqwest, &server, policy).await;
        front.answer(&fault(FaultKind::Overloaded, Executed::Maybe), 100);
        fault_of(jobs.run(1).idempotency_key("k").await);
        assert_eq!(front.count(), expected);
        fault_of(jobs.run(1).await);
        assert_eq!(front.count(), 1);
    }
}

#[tokio::test]
async fn a_pause_is_no_shorter_than_the_backend_asks_and_not_waited_for_in_vain() {
    let front = Front::default();
    let server = front.serve(&Worker::default()).await;
    let jobs = client(Carrier::Hyper, &server, quick()).await;
    let mut busy = fault(FaultKind::Overloaded, Executed::No);
    busy.retry_after = Some("1");
    front.answer(&busy, 1);
    let start = Instant::now();
    assert_eq!(jobs.run(1).await, Ok(1));
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(front.count(), 2);

    front.answer(&busy, 1);
    let start = Instant::now();
    let ended = fault_of(jobs.run(1).deadline(Duration::from_millis(900)).await);
    assert_eq!((ended.kind(), front.count()), (FaultKind::Overloaded, 1));
    assert_eq!(ended.retry_after(), Some(Duration::from_secs(1)));
    assert!(start.elapsed() < Duration::from_millis(900), "at once, not at the deadline");
}

#[tokio::test]
async fn retries_are_a_tenth_of_the_calls_in_the_long_run() {
    let front = Front::default();
    let server = front.serve(&Worker::default()).await;
    let jobs = client(Carrier::Hyper, &server, quick()).await;
    front.answer(&fault(FaultKind::Overloaded, Executed::No), usize::MAX >> 40);
    for nonce in 0..1000 {
        fault_of(jobs.get(nonce).await);
    }
    let count = front.count();
    assert!((1090..=1120).contains(&count), "{count} requests for 1000 calls");
}

#[tokio::test]
async fn a_call_and_a_connection_can_say_no() {
    let front = Front::default();
    let server = front.serve(&Worker::default()).await;
    front.answer(&fault(FaultKind::Overloaded, Executed::No), 100);
    let off = client(Carrier::Reqwest, &server, RetryPolicy::off()).await;
    fault_of(off.get(1).await);
    assert_eq!(front.count(), 1);
    fault_of(off.get(1).retries(quick().attempts(5)).await);
    assert_eq!(front.count(), 5);
    let on = client(Carrier::Reqwest, &server, quick()).await;
    fault_of(on.get(1).retries(RetryPolicy::off()).await);
    assert_eq!(front.count(), 1);
}

#[tokio::test]
async fn a_stream_is_opened_again_but_not_once_it_has_begun() {
    let front = Front::default();
    let server = front.serve(&Worker::default()).await;
    for carrier in Carrier::H1 {
        let jobs = client(carrier, &server, quick()).await;
        front.answer(&fault(FaultKind::Overloaded, Executed::No), 2);
        let items: Vec<_> = jobs.events(3).collect().await;
        assert_eq!(items, [Ok(0), Ok(1), Ok(2)]);
        assert_eq!(front.count(), 3);
    }
    // Some of the items come; the proxy would let a second connection through.
    let saboteur = Saboteur::before(&server.url).await;
    for carrier in Carrier::H1 {
        let connector = carrier.connector(&saboteur.url, false).retries(quick());
        let jobs: JobsClient = connector.connect().await.unwrap();
        saboteur.cut(Cut::Response(2000));
        let items: Vec<_> = jobs.items(1000).collect().await;
        let (last, before) = items.split_last().unwrap();
        assert!(!before.is_empty() && before.len() < 1000 && before.iter().all(Result::is_ok));
        let ended = last.as_ref().unwrap_err().fault().unwrap();
        assert_eq!((ended.kind(), ended.executed()), (FaultKind::Disconnected, Executed::Maybe));
        assert_eq!(front.count(), 1);
    }
}

#[tokio::test]
async fn what_an_earlier_attempt_may_have_done_is_not_denied() {
    let front = Front::default();
    let server = front.serve(&Worker::default()).await;
    let jobs = client(Carrier::Reqwest, &server, quick()).await;
    front.answers.lock().unwrap().extend([
        fault(FaultKind::Overloaded, Executed::Maybe),
        fault(FaultKind::PermissionDenied, Executed::No),
    ]);
    let ended = fault_of(jobs.put(1).await);
    assert_eq!((ended.kind(), ended.executed()), (FaultKind::PermissionDenied, Executed::Maybe));
}

#[tokio::test]
async fn a_backend_that_nobody_is_at_is_looked_for_again() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url = format!("http://{address}/rpc");
    let worker = Worker::default();
    let backend = worker.backend();
    let starting = async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let app = axum::Router::new().nest_service("/rpc", traitwire::http::service(backend));
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        axum::serve(listener, app).await.unwrap();
    };
    let server = tokio::spawn(starting);
    let policy = RetryPolicy::default().attempts(100).cap(Duration::from_millis(100));
    for carrier in Carrier::H1 {
        let connector = carrier.connector(&url, true).retries(policy);
        let jobs: JobsClient = connector.connect().await.unwrap();
        assert_eq!(jobs.run(3).await, Ok(3));
    }
    server.abort();
}

/// Of a server of HTTP/2 that refuses its first calls, whether they may run twice or not.
#[tokio::test]
async fn what_a_server_of_http_2_refuses_is_made_again() {
    for goes_away in [false, true] {
        let (url, count) = refusing(goes_away).await;
        let connector = Carrier::H2.connector(&url, true).retries(quick());
        let jobs: JobsClient = connector.connect().await.unwrap();
        assert_eq!(jobs.run(5).await, Ok(5), "goes away: {goes_away}");
        assert_eq!(*count.lock().unwrap(), 2);
        // With no second try, it is known that nothing ran.
        *count.lock().unwrap() = 0;
        let ended = jobs.run(5).retries(RetryPolicy::off()).await;
        if !goes_away {
            let ended = fault_of(ended);
            assert_eq!((ended.kind(), ended.executed()), (FaultKind::Disconnected, Executed::No));
        }
    }
}

/// A server that resets the first call as refused, or goes away before it, and answers the second.
async fn refusing(goes_away: bool) -> (String, Arc<Mutex<usize>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/rpc", listener.local_addr().unwrap());
    let versions = serde_json::to_vec(&Worker::default().backend().versions()).unwrap();
    let count = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (versions, count) = (versions.clone(), Arc::clone(&counted));
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(stream).await.unwrap();
                while let Some(Ok((request, mut respond))) = connection.accept().await {
                    let asked = request.uri().path().ends_with("_versions");
                    let body = if asked { versions.clone() } else { b"5".to_vec() };
                    if !asked {
                        let mut count = count.lock().unwrap();
                        *count += 1;
                        if *count == 1 {
                            respond.send_reset(h2::Reason::REFUSED_STREAM);
                            if goes_away {
                                connection.graceful_shutdown();
                            }
                            continue;
                        }
                    }
                    let head = http::Response::builder().header("content-type", "application/json");
                    let mut send = respond.send_response(head.body(()).unwrap(), false).unwrap();
                    send.send_data(body.into(), true).unwrap();
                }
            });
        }
    });
    (url, count)
}

/// The bytes of a request and of its response, at most.
const BYTES: usize = 600;

/// Cuts the connection of a call at every byte, in both directions, and calls.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_cut_at_any_byte_runs_once_and_an_idempotent_one_succeeds() {
    let worker = Worker::default();
    let server = Server::start(worker.backend()).await;
    let nonces = Arc::new(std::sync::atomic::AtomicU64::new(0));
    let mut tasks = Vec::new();
    for carrier in Carrier::H1 {
        for lane in 0..4 {
            let (worker, nonces, url) = (worker.clone(), Arc::clone(&nonces), server.url.clone());
            tasks.push(tokio::spawn(async move {
                let saboteur = Saboteur::before(&url).await;
                let (mut calls, mut succeeded, mut reached) = (0_u32, 0_u32, 0_u32);
                for byte in (lane..BYTES).step_by(4) {
                    for cut in [Cut::Request(byte), Cut::Response(byte)] {
                        let nonce = nonces.fetch_add(2, std::sync::atomic::Ordering::Relaxed);
                        let policy = quick().cap(Duration::from_millis(1));
                        // A connection of its own has a budget of its own.
                        let connector = carrier.connector(&saboteur.url, false).retries(policy);
                        let jobs: JobsClient = connector.connect().await.unwrap();
                        saboteur.cut(cut);
                        let once = jobs.run(nonce).await;
                        assert!(saboteur.is_done(), "{cut:?} was never made");
                        let runs = worker.runs(nonce);
                        assert!(runs <= 1, "{cut:?}: ran {runs} times");
                        if let Err(error) = once {
                            let fault = error.into_fault();
                            assert_eq!(fault.kind(), FaultKind::Disconnected, "{cut:?}: {fault}");
                            assert!(runs == 0 || fault.executed() == Executed::Maybe);
                            reached += 1;
                        }
                        saboteur.cut(cut);
                        calls += 1;
                        succeeded += u32::from(jobs.put(nonce + 1).await == Ok(nonce + 1));
                    }
                }
                (calls, succeeded, reached)
            }));
        }
    }
    let (mut calls, mut succeeded, mut reached) = (0, 0, 0);
    for task in tasks {
        let (made, well, cut) = task.await.unwrap();
        (calls, succeeded, reached) = (calls + made, succeeded + well, reached + cut);
    }
    assert!(reached > 1000, "the cuts met {reached} of {calls} calls");
    assert!(succeeded * 1000 >= calls * 999, "{succeeded} of {calls} idempotent calls succeeded");
}
