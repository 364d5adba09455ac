//! How a server ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use traitwire::http::Connector;
use traitwire::server::{Server, ServerLimits};
use traitwire::{Executed, FaultKind};
use traitwire_tests::{KitchenClient, kitchen};

use super::support::{PATIENCE, Process, Served, ask, rest, served, status};

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c7_a_signal_under_load_loses_no_accepted_call() {
    let server = Process::start().await;
    let answered = Arc::new(AtomicUsize::new(0));
    let mut callers = Vec::new();
    for n in 0..32 {
        let (url, answered) = (format!("{}/Workshop/v1/work", server.url()), Arc::clone(&answered));
        callers.push(tokio::spawn(async move {
            // A pool of its own each.
            let client = reqwest::Client::new();
            loop {
                let request = client.post(&url).header("content-type", "application/json");
                match request.body(format!("{{\"ms\":{}}}", n % 8 * 10)).send().await {
                    Ok(reply) => {
                        assert_eq!(reply.status(), 200);
                        assert_eq!(reply.text().await.unwrap(), (n % 8 * 10).to_string());
                        answered.fetch_add(1, Ordering::SeqCst);
                    }
                    // Nobody listens any more, so the call may be made elsewhere.
                    Err(error) if error.is_connect() => break,
                    Err(error) => panic!("a call was lost: {error:?}"),
                }
            }
        }));
    }
    while answered.load(Ordering::SeqCst) < 500 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    server.signal("TERM").await;
    for caller in callers {
        tokio::time::timeout(PATIENCE, caller).await.expect("the load ends").unwrap();
    }
    let answered = answered.load(Ordering::SeqCst);
    assert_eq!(server.ended().await, format!("{answered} begun {answered} done 0 aborted"));
}

#[cfg(unix)]
#[tokio::test]
async fn c7_a_stuck_handler_holds_the_end_up_for_the_grace_only() {
    let server = Process::start().await;
    let kitchen: KitchenClient = Connector::new(&server.url()).unwrap().connect().await.unwrap();
    let stuck = tokio::spawn(async move { kitchen.stalls().await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let begin = Instant::now();
    server.signal("TERM").await;
    assert_eq!(server.ended().await, "0 begun 0 done 1 aborted");
    let took = begin.elapsed();
    // 10 s by the clock, and half a second three times over for the machine.
    assert!(took > Duration::from_millis(9500) && took < Duration::from_millis(11500), "{took:?}");
    let fault = stuck.await.unwrap().unwrap_err().into_fault();
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::Disconnected, Executed::Maybe));
}

#[cfg(unix)]
#[tokio::test]
async fn c7_a_second_signal_ends_at_once() {
    let server = Process::start().await;
    let kitchen: KitchenClient = Connector::new(&server.url()).unwrap().connect().await.unwrap();
    let _stuck = tokio::spawn(async move { kitchen.stalls().await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let begin = Instant::now();
    server.signal("INT").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.signal("TERM").await;
    assert_eq!(server.ended().await, "0 begun 0 done 1 aborted");
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

#[cfg(unix)]
#[tokio::test]
async fn c7_idle_connections_hold_nothing_up() {
    let server = Process::start().await;
    let mut kept = Vec::new();
    for _ in 0..100 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        assert_eq!(status(&ask(&mut stream, "/healthz").await), 200);
        kept.push(stream);
    }
    // And some that have not said a word.
    for _ in 0..10 {
        kept.push(TcpStream::connect(server.address).await.unwrap());
    }
    let begin = Instant::now();
    server.signal("TERM").await;
    assert_eq!(server.ended().await, "0 begun 0 done 0 aborted");
    // Half a second, three times over.
    assert!(begin.elapsed() < Duration::from_millis(1500), "{:?}", begin.elapsed());
    for mut stream in kept {
        assert_eq!(rest(&mut stream).await, "");
    }
}

#[tokio::test]
async fn c7_idle_connections_of_http2_hold_nothing_up() {
    let (server, _) = served(ServerLimits::default()).await;
    // Says hello, and then answers nothing, not even the goodbye's ping.
    let mut silent = Vec::new();
    for _ in 0..10 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let get = super::abuse::headers(1, &server.address.to_string(), true);
        let hello = [super::abuse::PREFACE, super::abuse::SETTINGS, &get].concat();
        stream.write_all(&hello).await.unwrap();
        silent.push(stream);
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let begin = Instant::now();
    server.handle.drain();
    assert_eq!(server.ended().await.aborted, 0);
    assert!(begin.elapsed() < Duration::from_millis(1500), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn c7_a_call_that_runs_is_finished_and_its_connection_closed() {
    let (backend, _) = kitchen();
    let slow = axum::Router::new().route(
        "/slow",
        axum::routing::get(|| async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            "done"
        }),
    );
    let server = Served::start(Server::builder(backend).fallback(slow)).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let host = server.address;
    let request = format!("GET /slow HTTP/1.1\r\nhost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.handle.drain();
    let answer = rest(&mut stream).await.to_ascii_lowercase();
    assert!(answer.contains("connection: close") && answer.ends_with("done"), "{answer}");
    let address = server.address;
    assert_eq!(server.ended().await.aborted, 0);
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn c7_a_server_is_not_ready_while_it_still_serves() {
    let limits =
        ServerLimits { drain_delay: Duration::from_millis(1500), ..ServerLimits::default() };
    let (server, _) = served(limits).await;
    let ready = async || status(&ask(&mut connect(&server).await, "/readyz").await);
    assert_eq!(ready().await, 200);
    server.handle.drain();
    assert!(server.handle.is_draining());
    let mut late = connect(&server).await;
    let answer = ask(&mut late, "/readyz").await;
    assert!(status(&answer) == 503 && answer.ends_with("draining\n"), "{answer}");
    // Calls go on, and connections are kept.
    let kitchen: KitchenClient = Connector::new(&server.url()).unwrap().connect().await.unwrap();
    assert_eq!(kitchen.say("hi".to_owned()).await.unwrap(), "hi");
    assert_eq!(status(&ask(&mut late, "/healthz").await), 200);
    assert_eq!(server.ended().await.aborted, 0);
}

async fn connect(server: &Served) -> TcpStream {
    TcpStream::connect(server.address).await.unwrap()
}

#[tokio::test]
async fn c7_streams_end_with_a_fault_that_says_why() {
    let limits =
        ServerLimits { drain_streams: Duration::from_millis(300), ..ServerLimits::default() };
    let (server, cook) = served(limits).await;
    let kitchen: KitchenClient = Connector::new(&server.url()).unwrap().connect().await.unwrap();
    let mut endless = kitchen.stalling_items();
    assert_eq!(endless.next().await.unwrap().unwrap(), 1);
    server.handle.drain();
    let fault = endless.next().await.unwrap().unwrap_err().into_fault();
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::Disconnected, Executed::Maybe));
    assert!(fault.message().contains("going away"), "{fault}");
    assert!(endless.next().await.is_none());
    cook.idle().await;
    assert_eq!(server.ended().await.aborted, 0);
}

#[tokio::test]
async fn c7_a_call_that_had_been_sent_when_the_server_closed_is_served() {
    // The connection waits in the system's queue, for this runtime has one thread and does not look.
    let (backend, _) = kitchen();
    let server = Server::builder(backend).signals(false).bind("127.0.0.1:0").await.unwrap();
    let address = server.local_addr();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let request = format!("GET /healthz HTTP/1.1\r\nhost: {address}\r\n\r\n");
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    stream.set_nonblocking(true).unwrap();
    let mut stream = TcpStream::from_std(stream).unwrap();
    server.handle().drain();
    let server = Served::run(server);
    assert_eq!(status(&rest(&mut stream).await), 200);
    assert_eq!(server.ended().await.aborted, 0);
}

#[tokio::test]
async fn c7_an_upgraded_connection_is_a_connection_still() {
    let app = axum::Router::new().route(
        "/echo",
        axum::routing::get(async |mut request: axum::extract::Request| {
            let upgrade = hyper::upgrade::on(&mut request);
            tokio::spawn(async move {
                let echo = hyper_util::rt::TokioIo::new(upgrade.await.unwrap());
                let (mut read, mut write) = tokio::io::split(echo);
                tokio::io::copy(&mut read, &mut write).await
            });
            let headers = [("connection", "upgrade"), ("upgrade", "echo")];
            (axum::http::StatusCode::SWITCHING_PROTOCOLS, headers)
        }),
    );
    let limits = ServerLimits {
        max_connections: 1,
        idle_timeout: Duration::from_millis(100),
        drain_grace: Duration::from_millis(700),
        ..ServerLimits::default()
    };
    let server = Served::start(Server::builder_of(app).limits(limits)).await;
    let mut stream = connect(&server).await;
    let head = format!(
        "GET /echo HTTP/1.1\r\nhost: {}\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n",
        server.address
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    while !answer.ends_with("\r\n\r\n") {
        answer.push(stream.read_u8().await.unwrap() as char);
    }
    assert_eq!(status(&answer), 101, "{answer}");
    // It is idle longer than HTTP may be, and holds its place.
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(status(&server.exchange("GET / HTTP/1.1\r\n\r\n").await), 503);
    stream.write_all(b"!").await.unwrap();
    assert_eq!(stream.read_u8().await.unwrap(), b'!');
    let begin = Instant::now();
    server.handle.drain();
    assert_eq!(server.ended().await.aborted, 0);
    assert!(begin.elapsed() > Duration::from_millis(600), "{:?}", begin.elapsed());
    assert_eq!(rest(&mut stream).await, "");
}

#[tokio::test]
async fn c3_what_is_cut_on_http2_is_dropped() {
    let (server, cook) = served(ServerLimits::default()).await;
    let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let stuck = client.post(format!("{}/Kitchen/v1/stalls", server.url()));
    let stuck = stuck.header("content-type", "application/json").body("{}");
    let stuck = tokio::spawn(stuck.send());
    cook.busy().await;
    server.handle.abort();
    assert_eq!(server.ended().await.aborted, 1);
    assert!(stuck.await.unwrap().is_err());
    cook.idle().await;
}
