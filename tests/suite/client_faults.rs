//! What becomes of a frontend's calls when they are given up, when its credentials change, and when it
//! has several backends.

use std::future::Future;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use traitwire::http::Connector;
use traitwire::rpc::{Authenticator, Backend, Credentials, Refused, RetryPolicy};
use traitwire::{Caller, Executed, FaultKind, in_process};
use traitwire_tests::conformance::backend::Backends;
use traitwire_tests::conformance::cases::{self, Frontend};
use traitwire_tests::conformance::{rust, sites};
use traitwire_tests::jobs::{Carrier, JobsClient, Worker};
use traitwire_tests::net::{address_of, serving_both};
use traitwire_tests::{Cook, KitchenClient, KitchenServer, Server, dish};

async fn jobs(carrier: Carrier, url: &str) -> JobsClient {
    carrier.connector(url, true).connect().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c3_calls_that_are_dropped_at_any_moment_leave_no_handler_behind() {
    // `DROPS=100000` for as many as one likes.
    let count = std::env::var("DROPS").ok().and_then(|text| text.parse().ok()).unwrap_or(1000);
    for carrier in Carrier::ALL {
        let worker = Worker::default();
        // Its own rules are against attackers, and not against frontends that give up what they asked.
        let server = traitwire::server::Server::builder(worker.backend()).signals(false);
        let server = server.bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/rpc", server.local_addr());
        tokio::spawn(server.serve());
        let jobs = jobs(carrier, &url).await;
        let calls = (0..count).map(|nonce| {
            let call = jobs.stalls(nonce);
            let moment = Duration::from_micros(fastrand::u64(0..100_000));
            async move { tokio::time::timeout(moment, call).await.is_err() }
        });
        let dropped = futures_util::stream::iter(calls).buffer_unordered(100);
        let early = dropped.filter(|dropped| std::future::ready(!dropped)).count().await;
        assert_eq!(early, 0, "{carrier:?}: so many were not dropped");
        let start = Instant::now();
        worker.until_running(0).await;
        assert!(start.elapsed() < Duration::from_secs(3), "{carrier:?}: {:?}", start.elapsed());
        let ran: usize = (0..count).map(|nonce| worker.runs(nonce)).sum();
        assert!(ran > 50, "{carrier:?}: only {ran} of them had begun");
        // Nothing that a call takes is still taken.
        let fine = join_all((count..count + 200).map(|nonce| jobs.run(nonce))).await;
        let failed: Vec<_> = fine.into_iter().filter_map(Result::err).collect();
        assert!(failed.is_empty(), "{carrier:?}: {failed:?}");
        println!("{carrier:?}: {count} dropped, {ran} had begun; {}", memory());
    }
}

/// What this process holds, the test's own books included.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    line.unwrap_or("memory unknown").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c4_no_reply_comes_to_another_call() {
    for (carrier, count) in [(Carrier::Reqwest, 2500), (Carrier::Hyper, 2500), (Carrier::H2, 5000)]
    {
        let worker = Worker::default();
        let jobs = jobs(carrier, &serving_both(worker.backend()).await).await;
        let (replies, mixed_up) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let calls = (0..count).map(|nonce| {
            let (jobs, replies, mixed_up) = (&jobs, &replies, &mixed_up);
            let moment = |most| Duration::from_micros(fastrand::u64(1..most));
            let (takes, deadline, drops) = (fastrand::u64(1..4000), moment(6000), moment(6000));
            async move {
                let call = jobs.slow(nonce, takes);
                // Some end by themselves, some at their deadline, some are dropped.
                let ended = match nonce % 3 {
                    0 => Some(call.await),
                    1 => Some(call.deadline(deadline).await),
                    _ => tokio::time::timeout(drops, call).await.ok(),
                };
                if let Some(Ok(reply)) = ended {
                    replies.fetch_add(1, Ordering::Relaxed);
                    mixed_up.fetch_add(usize::from(reply != nonce), Ordering::Relaxed);
                }
            }
        });
        futures_util::stream::iter(calls).buffer_unordered(64).collect::<Vec<()>>().await;
        assert_eq!(mixed_up.load(Ordering::Relaxed), 0, "{carrier:?}");
        // A server of HTTP/2 closes connections on which so much is reset.
        let few = if carrier == Carrier::H2 { count / 20 } else { count / 3 };
        let replies = replies.load(Ordering::Relaxed);
        assert!(replies as u64 > few, "{carrier:?}: {replies} replies");
        worker.until_running(0).await;
    }
}

#[tokio::test]
async fn deadlines_are_kept_to() {
    for carrier in Carrier::ALL {
        let worker = Worker::default();
        let jobs = jobs(carrier, &serving_both(worker.backend()).await).await;
        let deadline = Duration::from_millis(100);
        let calls = (0..200).map(|nonce| async move { nonce }).map(|nonce| {
            let jobs = &jobs;
            async move {
                let start = Instant::now();
                let fault =
                    jobs.stalls(nonce.await).deadline(deadline).await.unwrap_err().into_fault();
                assert_eq!(fault.kind(), FaultKind::DeadlineExceeded);
                start.elapsed()
            }
        });
        let calls = futures_util::stream::iter(calls).buffer_unordered(20);
        let mut took: Vec<Duration> = calls.collect().await;
        took.sort();
        // Three times the promise of 50 ms beyond it.
        assert!(
            took[0] >= deadline && took[197] < deadline + Duration::from_millis(150),
            "{took:?}"
        );
        worker.until_running(0).await;
    }
}

#[tokio::test]
async fn b4_absurd_deadlines_on_the_wire_are_refused() {
    let worker = Worker::default();
    let server = Server::start(worker.backend()).await;
    let call = async |timeout: &str| {
        let mut stream = tokio::net::TcpStream::connect(address_of(&server.url)).await.unwrap();
        let head = format!(
            "POST /rpc/Jobs/v1/run HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: 11\r\n\
             traitwire-timeout: {timeout}\r\n\r\n{{\"nonce\":1}}"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).await.unwrap();
        response
    };
    let long = format!("1{}", "0".repeat(30));
    for timeout in ["", "-1", "NaN", "1e3", "1.5", "inf", &long, "18446744073709551616"] {
        let response = call(timeout).await;
        assert!(response.starts_with("HTTP/1.1 400 "), "{timeout}: {response}");
    }
    let response = call("0").await;
    assert!(response.starts_with("HTTP/1.1 504 ") && response.contains(r#""executed":"no""#));
    assert_eq!(worker.runs(1), 0);
    assert!(call("9999999999").await.starts_with("HTTP/1.1 200 "));
}

/// Takes one token, which can be changed.
#[derive(Clone)]
struct Changing(Arc<Mutex<String>>);

impl Authenticator for Changing {
    async fn authenticate(&self, credentials: Credentials<'_>) -> Result<Caller, Refused> {
        let good = credentials.bearer() == Some(self.0.lock().unwrap().as_str());
        if good { Ok(Caller::new("ann")) } else { Err(Refused::unauthenticated("no")) }
    }
}

/// A backend whose token changes, and how often its provider was asked.
struct Locked {
    backend: Backend,
    server: Server,
    good: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
}

impl Locked {
    async fn start() -> Locked {
        let good = Arc::new(Mutex::new("t1".to_owned()));
        let kitchen = KitchenServer::new(Cook::default());
        let backend = Backend::builder().serve(kitchen).authenticator(Changing(Arc::clone(&good)));
        let backend = backend.build().unwrap();
        let server = Server::start(backend.clone()).await;
        Locked { backend, server, good, asked: Arc::default() }
    }

    fn change(&self, token: &str) {
        token.clone_into(&mut self.good.lock().unwrap());
    }

    fn asked(&self) -> usize {
        self.asked.swap(0, Ordering::SeqCst)
    }

    /// One frontend over each transport, with what this makes of the good token.
    async fn clients<F, A>(&self, provider: F) -> [KitchenClient; 3]
    where
        F: Fn(String) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Result<String, String>> + Send + 'static,
    {
        let (good, asked) = (Arc::clone(&self.good), Arc::clone(&self.asked));
        let provider = move || {
            asked.fetch_add(1, Ordering::SeqCst);
            let token = good.lock().unwrap().clone();
            provider(token)
        };
        let by = |carrier: Carrier| carrier.connector(&self.server.url, true);
        let reqwest = by(Carrier::Reqwest).token_provider(provider.clone()).connect();
        let hyper = by(Carrier::Hyper).token_provider(provider.clone()).connect();
        let here = in_process::Connector::new(&self.backend).token_provider(provider);
        [reqwest.await.unwrap(), hyper.await.unwrap(), here.connect().unwrap()]
    }
}

#[tokio::test]
async fn a_token_is_asked_for_once_and_again_when_it_is_refused() {
    let locked = Locked::start().await;
    let clients = locked
        .clients(async |token| {
            tokio::time::sleep(Duration::from_millis(30)).await;
            Ok(token)
        })
        .await;
    for client in clients {
        locked.asked();
        locked.change("t1");
        client.who().await.unwrap();
        locked.asked();
        client.who().await.unwrap();
        assert_eq!(locked.asked(), 0);
        for token in ["t2", "t3"] {
            locked.change(token);
            let calls = join_all((0..50).map(|_| client.who())).await;
            assert!(calls.iter().all(Result::is_ok), "{calls:?}");
            assert_eq!(locked.asked(), 1, "all wait for one answer");
        }
        // A stream has its token as well.
        locked.change("t4");
        assert_eq!(client.numbers(&0).count().await, 1000);
        client.join(&[], "", &dish(1)).await.unwrap();
        assert_eq!(locked.asked(), 1);
    }
}

#[tokio::test]
async fn a_token_that_is_refused_after_it_was_renewed_fails_the_call() {
    let locked = Locked::start().await;
    let count = Arc::new(AtomicU64::new(0));
    let wrong = move |_| {
        let token = format!("wrong{}", count.fetch_add(1, Ordering::SeqCst));
        async move { Ok(token) }
    };
    for client in locked.clients(wrong).await {
        client.nothing().await.unwrap();
        locked.asked();
        let fault = client.who().await.unwrap_err().into_fault();
        assert_eq!((fault.kind(), fault.executed()), (FaultKind::Unauthenticated, Executed::No));
        assert_eq!(locked.asked(), 1);
        let calls = join_all((0..50).map(|_| client.who())).await;
        assert!(calls.iter().all(Result::is_err));
        assert!(locked.asked() <= 50, "no call asks twice");
    }
    for client in locked.clients(async |_| Ok("always the same".to_owned())).await {
        assert!(client.who().await.is_err());
    }
}

#[tokio::test]
async fn a_provider_that_fails_panics_or_hangs_ends_the_calls_that_wait_for_it() {
    let locked = Locked::start().await;
    let broken = Arc::new(Mutex::new("fine"));
    let how = Arc::clone(&broken);
    let clients = locked
        .clients(move |token| {
            let how = *how.lock().unwrap();
            assert_ne!(how, "panics at once");
            async move {
                assert_ne!(how, "panics");
                match how {
                    "hangs" => std::future::pending().await,
                    "fails" => Err("the vault is sealed".to_owned()),
                    _ => Ok(token),
                }
            }
        })
        .await;
    for (turn, client) in clients.into_iter().enumerate() {
        *broken.lock().unwrap() = "fine";
        client.who().await.unwrap();
        for (how, said) in [
            ("fails", "the token provider failed: the vault is sealed"),
            ("panics", "the token provider failed: it panicked"),
            ("panics at once", "the token provider failed: it panicked"),
        ] {
            *broken.lock().unwrap() = how;
            locked.change(&format!("{how}{turn}"));
            for call in join_all((0..5).map(|_| client.who())).await {
                let fault = call.unwrap_err().into_fault();
                assert_eq!(
                    (fault.kind(), fault.executed()),
                    (FaultKind::Unauthenticated, Executed::No)
                );
                assert_eq!(fault.message(), said);
            }
        }
        *broken.lock().unwrap() = "hangs";
        let calls = (0..5).map(|_| client.who().deadline(Duration::from_millis(100)));
        for call in join_all(calls).await {
            let fault = call.unwrap_err().into_fault();
            assert_eq!(
                (fault.kind(), fault.executed()),
                (FaultKind::DeadlineExceeded, Executed::No)
            );
        }
        // Whoever comes next asks anew.
        *broken.lock().unwrap() = "fine";
        client.who().await.unwrap();
    }
}

#[tokio::test]
async fn i7_no_debug_form_shows_a_token() {
    let connector = || Connector::new("http://127.0.0.1:1/rpc").unwrap();
    for shown in [
        format!("{:?}", connector().token("the-canary")),
        format!(
            "{:?}",
            connector().token_provider(async || Ok::<_, String>("the-canary".to_owned()))
        ),
        format!(
            "{:?}",
            in_process::Connector::new(&Worker::default().backend()).token("the-canary")
        ),
    ] {
        assert!(!shown.contains("canary"), "{shown}");
    }
}

#[tokio::test]
async fn req_05_one_frontend_has_several_backends_of_one_interface() {
    let (one, other) = (Worker::default(), Worker::default());
    let here: JobsClient = in_process::connect(&one.backend()).unwrap();
    let there = jobs(Carrier::Reqwest, &serving_both(other.backend()).await).await;
    let too = jobs(Carrier::Hyper, &serving_both(other.backend()).await).await;
    let turns = [&here, &there, &too].into_iter().cycle();
    let calls = (0..30).zip(turns).map(|(nonce, jobs)| jobs.run(nonce));
    let replies: Vec<u64> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(replies, (0..30).collect::<Vec<_>>());
    for nonce in 0..30 {
        let (first, second) = if nonce % 3 == 0 { (1, 0) } else { (0, 1) };
        assert_eq!((one.runs(nonce), other.runs(nonce)), (first, second));
    }
}

/// A proxy that has each request answered by the next of several instances.
async fn round_robin(instances: Vec<Server>) -> Server {
    let origins: Vec<String> = instances.iter().map(|server| address_of(&server.url)).collect();
    let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
        .build_http::<axum::body::Body>();
    // The instances live as long as what stands before them.
    let turn = Arc::new((AtomicUsize::new(0), instances));
    let forward = move |mut request: axum::extract::Request| {
        let origin = &origins[turn.0.fetch_add(1, Ordering::Relaxed) % origins.len()];
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        *request.uri_mut() = format!("http://{origin}{path}").parse().unwrap();
        let client = client.clone();
        async move { client.request(request).await.map_err(|_| axum::http::StatusCode::BAD_GATEWAY) }
    };
    Server::start_app(axum::Router::new().fallback(forward)).await
}

/// A frontend cannot tell three instances from one: nothing of it is kept in between.
#[tokio::test]
async fn req_06_req_09_every_case_ends_the_same_behind_a_round_robin_proxy() {
    let mut instances = Vec::new();
    for _ in 0..3 {
        instances.push(Server::start_app(sites::app(&Backends::default())).await);
    }
    let proxy = round_robin(instances).await;
    let origin = proxy.url.trim_end_matches("/rpc");
    let mut failed = Vec::new();
    for case in cases::of(Frontend::Http) {
        let report = rust::run(rust::Backend::Hyper(origin), &case).await;
        if !report.ok {
            failed.push(format!("{}: {}", report.name, report.detail));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Everything that a frontend sends says who calls and which request it is: on the wire, not in a type.
#[tokio::test]
async fn req_07_all_that_is_sent_carries_authorization_and_correlation() {
    let locked = Locked::start().await;
    for carrier in Carrier::H1 {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/rpc", listener.local_addr().unwrap());
        let backend = address_of(&locked.server.url);
        let captured = Arc::new(Mutex::new(Vec::<Vec<u8>>::new()));
        let kept = Arc::clone(&captured);
        let proxy = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = tokio::net::TcpStream::connect(&backend).await.unwrap();
                let kept = Arc::clone(&kept);
                tokio::spawn(async move {
                    let (mut near_read, mut near_write) = near.into_split();
                    let (mut far_read, mut far_write) = far.into_split();
                    let number = {
                        let mut kept = kept.lock().unwrap();
                        kept.push(Vec::new());
                        kept.len() - 1
                    };
                    let there = async {
                        let mut buffer = [0; 4096];
                        while let Ok(read @ 1..) = near_read.read(&mut buffer).await {
                            kept.lock().unwrap()[number].extend_from_slice(&buffer[..read]);
                            far_write.write_all(&buffer[..read]).await.unwrap();
                        }
                    };
                    let back = tokio::io::copy(&mut far_read, &mut near_write);
                    tokio::join!(there, back)
                });
            }
        });
        let good = Arc::clone(&locked.good);
        locked.change("t1");
        // One connection for each request.
        let connector = carrier.connector(&url, false).application("tests", "1.2.3");
        let connector = connector.route_by(|_| Some("site-42".to_owned()));
        let connector = connector.token_provider(move || {
            let token = good.lock().unwrap().clone();
            async move { Ok::<_, String>(token) }
        });
        let policy = RetryPolicy::default().base(Duration::from_millis(1));
        let client: KitchenClient = connector.retries(policy).connect().await.unwrap();
        client.who().await.unwrap();
        client.nothing().await.unwrap();
        client.echo(dish(1), None).await.unwrap();
        client.order(0).await.unwrap_err();
        assert_eq!(client.courses(2, None).count().await, 2);
        locked.change("t2");
        client.who().await.unwrap();
        drop(client);
        proxy.abort();

        let captured = captured.lock().unwrap();
        let heads: Vec<&str> =
            captured.iter().map(|bytes| std::str::from_utf8(bytes).unwrap()).collect();
        assert_eq!(heads.len(), 8, "the question, six calls, and one of them again: {heads:?}");
        for head in &heads {
            let head = head.split("\r\n\r\n").next().unwrap();
            let names: Vec<&str> =
                head.lines().skip(1).filter_map(|line| Some(line.split_once(": ")?.0)).collect();
            let question = head.starts_with("GET /rpc/_versions ");
            for name in [
                "authorization",
                "x-request-id",
                "traceparent",
                "traitwire-session",
                "traitwire-application",
                // The question is not for one backend of several.
                if question { "accept" } else { "traitwire-route" },
            ] {
                assert!(names.contains(&name), "{name} is missing in {head}");
            }
        }
        assert!(heads[6].contains("Bearer t1") && heads[7].contains("Bearer t2"), "{heads:?}");
    }
}
