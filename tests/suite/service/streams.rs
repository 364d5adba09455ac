//! Streams: heartbeats, readers that are slow or gone, batches, numbers.

use std::time::{Duration, Instant};

use futures_util::{FutureExt as _, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use traitwire::http::Connector;
use traitwire::{Executed, FaultKind};

use super::plant::{PlantClient, Works, builder, post, serve, url};
use super::process::Process;

/// Sends a request on a connection of its own.
async fn request(address: &str, method: &str, args: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /rpc/Plant/v1/{method} HTTP/1.1\r\nhost: {address}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{args}",
        args.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// Reads up to the end of the head.
async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

/// Reads the chunks of a body to its end.
async fn chunks(stream: &mut TcpStream) -> Vec<Vec<u8>> {
    let mut chunks = Vec::new();
    loop {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            line.push(stream.read_u8().await.unwrap());
        }
        let length = std::str::from_utf8(&line).unwrap().trim();
        let length = usize::from_str_radix(length, 16).unwrap();
        let mut chunk = vec![0; length + 2];
        stream.read_exact(&mut chunk).await.unwrap();
        if length == 0 {
            return chunks;
        }
        chunk.truncate(length);
        chunks.push(chunk);
    }
}

#[tokio::test]
async fn a_silent_stream_says_something() {
    let server = serve(builder(&Works::default())).await;
    let mut response = post(url(&server, "silent"), &[], "{}").send().await.unwrap();
    assert_eq!(response.headers()["traitwire-heartbeat"], "50");
    for _ in 0..3 {
        assert_eq!(response.chunk().await.unwrap().unwrap(), ":\n\n");
    }
    // A frontend sees none of it.
    let plant: PlantClient = Connector::new(&server.url).unwrap().connect().await.unwrap();
    let mut items = plant.ticks(120);
    assert_eq!(items.next().await, Some(Ok(0)));
    assert_eq!(items.next().await, Some(Ok(1)));
}

#[tokio::test]
async fn a_stream_whose_backend_was_stopped_ends_after_three_heartbeats() {
    let process = Process::start(&[("PLANT_HEARTBEAT", "200")]);
    let plant: PlantClient = Connector::new(&process.url).unwrap().connect().await.unwrap();
    let mut items = plant.ticks(10);
    assert_eq!(items.next().await, Some(Ok(0)));
    process.signal("-STOP");
    let stopped = Instant::now();
    let last = async {
        loop {
            // What was on its way still comes.
            if let Err(error) = items.next().await.expect("a cut stream has no end") {
                return error.into_fault();
            }
        }
    };
    let fault = tokio::time::timeout(Duration::from_secs(20), last).await.expect("it ends");
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::Disconnected, Executed::Maybe));
    assert!(fault.message().contains("three of its heartbeats"), "{fault}");
    assert!(stopped.elapsed() >= Duration::from_millis(500), "{:?}", stopped.elapsed());
    process.signal("-CONT");
}

#[tokio::test]
async fn a_backend_that_promises_no_heartbeat_may_be_silent() {
    let works = Works::default();
    let service = traitwire::http::service(builder(&works).build().unwrap()).heartbeat(None);
    let app = axum::Router::new().nest_service("/rpc", service);
    let server = traitwire_tests::Server::start_app(app).await;
    let response = post(url(&server, "silent"), &[], "{}").send().await.unwrap();
    assert!(!response.headers().contains_key("traitwire-heartbeat"));
    let plant: PlantClient = Connector::new(&server.url).unwrap().connect().await.unwrap();
    let mut items = plant.silent();
    let silent = tokio::time::timeout(Duration::from_millis(400), items.next()).await;
    assert!(silent.is_err(), "{silent:?}");
    works.until_running(2).await;
}

#[tokio::test]
async fn l1_a_slow_reader_holds_the_handler_and_not_memory() {
    if !Process::is_measured() {
        return;
    }
    let process = Process::start(&[]);
    let plant: PlantClient = Connector::new(&process.url).unwrap().connect().await.unwrap();
    // What a first stream brings is not counted.
    let mut warm = plant.flood();
    assert!(warm.next().await.unwrap().is_ok());
    drop(warm);
    let (before, memory) = (plant.produced().await.unwrap(), process.memory());
    let mut stream = request(process.address(), "flood", "{}").await;
    head(&mut stream).await;
    let mut produced = before;
    let held = async {
        loop {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let now = plant.produced().await.unwrap();
            if now == produced {
                return;
            }
            produced = now;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), held).await.expect("the handler is held");
    let (produced, grown) = (produced - before, process.memory().saturating_sub(memory));
    // The kernel takes some megabytes on the loopback.
    assert!(produced * 64 * 1024 < 32 * 1024 * 1024, "{produced} of 10000 items were made");
    assert!(grown < 16 * 1024 * 1024, "memory has grown by {grown} bytes");
    assert_eq!(plant.echo(7, 0).await.unwrap(), 7);
    // It goes on when its reader does.
    let mut read = vec![0; 64 * 1024 * 1024];
    stream.read_exact(&mut read).await.unwrap();
    assert!(plant.produced().await.unwrap() - before > produced);
}

#[tokio::test]
async fn l2_a_stalled_stream_stalls_no_other() {
    let works = Works::default();
    let server = serve(builder(&works)).await;
    let address = server.url.strip_prefix("http://").unwrap().strip_suffix("/rpc").unwrap();
    let mut stalled = request(address, "flood", "{}").await;
    head(&mut stalled).await;
    let plant: PlantClient = Connector::new(&server.url).unwrap().connect().await.unwrap();
    let live = (0..100).map(|_| plant.burst(200).collect::<Vec<_>>());
    let all = tokio::time::timeout(Duration::from_mins(1), futures_util::future::join_all(live));
    for items in all.await.expect("no live stream waits for the stalled one") {
        assert_eq!(items.len(), 200);
        assert!(items.iter().enumerate().all(|(n, item)| *item == Ok(n as u64)));
    }
}

#[tokio::test]
async fn items_that_are_ready_leave_in_one_write() {
    let server = serve(builder(&Works::default())).await;
    let address = server.url.strip_prefix("http://").unwrap().strip_suffix("/rpc").unwrap();
    let mut stream = request(address, "burst", r#"{"count":20000}"#).await;
    let head = head(&mut stream).await;
    assert!(head.contains("transfer-encoding: chunked"), "{head}");
    let chunks = chunks(&mut stream).await;
    let text = String::from_utf8(chunks.concat()).unwrap();
    let mut items = text.split("\n\n");
    for n in 0..20_000 {
        assert_eq!(items.next(), Some(&*format!("id: {}\ndata: {n}", n + 1)));
    }
    assert_eq!(items.next(), Some("event: end\ndata: {}"));
    // About 440 KB: 27 batches of 16 KiB, and more where the machine was busy for longer than 2 ms.
    assert!(chunks.len() < 2000, "{} chunks", chunks.len());
    assert!(chunks.iter().all(|chunk| chunk.len() < 16 * 1024 + 100), "a batch has a limit");
}

#[tokio::test]
async fn an_item_that_is_ready_does_not_wait_for_one_that_is_not() {
    let server = serve(builder(&Works::default())).await;
    let plant: PlantClient = Connector::new(&server.url).unwrap().connect().await.unwrap();
    let mut items = plant.ticks(30);
    let first = tokio::time::timeout(Duration::from_secs(10), items.next()).await;
    assert_eq!(first.unwrap(), Some(Ok(0)));
    assert_eq!(items.next().now_or_never(), None);
}

#[tokio::test]
async fn c3_a_handler_goes_with_its_reader_though_it_has_nothing_to_say() {
    let works = Works::default();
    // Without a heartbeat it is the connection alone that tells.
    let service = traitwire::http::service(builder(&works).build().unwrap()).heartbeat(None);
    let app = axum::Router::new().nest_service("/rpc", service);
    let server = traitwire_tests::Server::start_app(app).await;
    let address = server.url.strip_prefix("http://").unwrap().strip_suffix("/rpc").unwrap();
    let mut streams = Vec::new();
    for _ in 0..20 {
        streams.push(request(address, "silent", "{}").await);
    }
    works.until_running(20).await;
    for stream in &mut streams[..10] {
        // Also while the head has not gone out, and after it.
        head(stream).await;
    }
    drop(streams);
    let gone = tokio::time::timeout(Duration::from_secs(3), works.until_running(0)).await;
    assert!(gone.is_ok(), "{} handlers still run", works.running());
}

#[tokio::test]
async fn items_are_numbered_from_where_the_reader_was() {
    let server = serve(builder(&Works::default())).await;
    let text = |id: Option<&'static str>| {
        let headers: Vec<_> = id.map(|id| ("last-event-id", id)).into_iter().collect();
        let sent = post(url(&server, "resumed"), &headers, "{}").send();
        async { sent.await.unwrap().text().await.unwrap() }
    };
    let end = "event: end\ndata: {}\n\n";
    let item = |n: u32, seen: u32| format!("id: {n}\ndata: \"item {seen}\"\n\n");
    let all: String = (1..=5).map(|n| item(n, n)).collect();
    assert_eq!(text(None).await, format!("{all}{end}"));
    assert_eq!(text(Some("3")).await, format!("{}{}{end}", item(4, 4), item(5, 5)));
    assert_eq!(text(Some("5")).await, end);
    // An id of somebody else's is for the handler to judge; here it takes it for none.
    assert_eq!(text(Some("x-7")).await, format!("{all}{end}"));
    assert_eq!(text(Some("18446744073709551616")).await, format!("{all}{end}"));
    assert_eq!(
        post(url(&server, "burst"), &[("last-event-id", "18446744073709551615")], r#"{"count":1}"#)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap(),
        format!("id: 18446744073709551615\ndata: 0\n\n{end}")
    );
}
