//! More calls than a backend can run.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use traitwire::http::Connector;
use traitwire::rpc::Limits;
use traitwire::{Executed, Fault, FaultKind, in_process};

use super::plant::{PlantClient, Works, builder, post, serve, url};

fn overloaded(fault: &Fault) {
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::Overloaded, Executed::No), "{fault}");
}

async fn n_calls_run_and_one_more_is_refused(plant: &PlantClient, works: &Works, n: usize) {
    let held: Vec<_> = (0..n).map(|_| tokio::spawn(plant.hold())).collect();
    works.until_running(n).await;
    overloaded(&plant.hold().await.unwrap_err().into_fault());
    overloaded(&plant.echo(1, 0).await.unwrap_err().into_fault());
    assert_eq!((works.runs(), works.running()), (0, n));
    // Streams have room of their own.
    assert_eq!(futures_util::StreamExt::next(&mut plant.burst(1)).await, Some(Ok(0)));
    works.go.add_permits(n);
    for held in held {
        held.await.unwrap().unwrap();
    }
    assert_eq!(plant.echo(1, 0).await.unwrap(), 1);
    assert_eq!(works.runs(), n);
}

#[tokio::test]
async fn l4_n_calls_run_and_one_more_is_refused_over_http() {
    let works = Works::default();
    let limits = Limits { max_calls: 5, ..Limits::default() };
    let server = serve(builder(&works).limits(limits)).await;
    let plant: PlantClient = Connector::new(&server.url).unwrap().connect().await.unwrap();
    n_calls_run_and_one_more_is_refused(&plant, &works, 5).await;
}

#[tokio::test]
async fn l4_as_many_as_the_default_run_and_one_more_is_refused_in_process() {
    let works = Works::default();
    let backend = builder(&works).build().unwrap();
    let plant: PlantClient = in_process::connect(&backend).unwrap();
    n_calls_run_and_one_more_is_refused(&plant, &works, 1024).await;
    assert_eq!(backend.in_flight(), 0);
}

#[tokio::test]
async fn l4_n_streams_are_open_and_one_more_is_refused() {
    use futures_util::StreamExt as _;
    let works = Works::default();
    let limits = Limits { max_streams: 2, ..Limits::default() };
    let backend = builder(&works).limits(limits).build().unwrap();
    let plant: PlantClient = in_process::connect(&backend).unwrap();
    let mut open = [plant.ticks(1), plant.ticks(1)];
    for stream in &mut open {
        assert_eq!(stream.next().await, Some(Ok(0)));
    }
    assert_eq!(backend.in_flight(), 2);
    overloaded(&plant.burst(1).next().await.unwrap().unwrap_err().into_fault());
    assert_eq!(plant.echo(1, 0).await.unwrap(), 1);
    drop(open);
    assert_eq!(plant.burst(1).next().await, Some(Ok(0)));
}

#[tokio::test]
async fn l4_room_comes_back_however_a_call_ends() {
    let works = Works::default();
    let limits = Limits { max_calls: 1, ..Limits::default() };
    let server = serve(builder(&works).limits(limits)).await;
    let plant: PlantClient = Connector::new(&server.url).unwrap().connect().await.unwrap();
    for _ in 0..3 {
        assert_eq!(plant.panics().await.unwrap_err().into_fault().kind(), FaultKind::Internal);
        let late = plant.hold().deadline(Duration::from_millis(50)).await;
        assert_eq!(late.unwrap_err().into_fault().kind(), FaultKind::DeadlineExceeded);
        works.until_running(0).await;
        let bad = post(url(&server, "echo"), &[], "{}").send().await.unwrap();
        assert_eq!(bad.status(), 400);
        let dropped = tokio::time::timeout(Duration::from_millis(50), plant.hold()).await;
        assert!(dropped.is_err());
        works.until_running(0).await;
        let nobody = post(url(&server, "pay_known"), &[], "{}").send().await.unwrap();
        assert_eq!(nobody.status(), 401);
    }
    assert_eq!(plant.echo(1, 0).await.unwrap(), 1);
}

#[tokio::test]
async fn l4_a_call_too_many_is_refused_before_its_body_is_there() {
    let works = Works::default();
    let limits = Limits { max_calls: 1, ..Limits::default() };
    let server = serve(builder(&works).limits(limits)).await;
    let plant: PlantClient = Connector::new(&server.url).unwrap().connect().await.unwrap();
    let running = tokio::spawn(plant.hold());
    works.until_running(1).await;
    let address = server.url.strip_prefix("http://").unwrap().strip_suffix("/rpc").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = "POST /rpc/Plant/v1/echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                content-length: 1000000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 64 * 1024];
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut answer)).await;
    let answer = String::from_utf8_lossy(&answer[..read.unwrap().unwrap()]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("\r\nretry-after: 1\r\n"), "{answer}");
    assert!(answer.contains("\"code\":\"overloaded\"") && answer.contains("\"executed\":\"no\""));
    works.go.add_permits(1);
    running.await.unwrap().unwrap();
}

#[tokio::test]
async fn l4_a_deadline_that_passes_before_the_handler_starts_never_starts_it() {
    let works = Works::default();
    let server = serve(builder(&works)).await;
    let address = server.url.strip_prefix("http://").unwrap().strip_suffix("/rpc").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let args = r#"{"cents":1,"how":"well"}"#;
    let head = format!(
        "POST /rpc/Plant/v1/pay HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         traitwire-timeout: 100\r\ncontent-length: {}\r\n\r\n",
        args.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let _ = stream.write_all(args.as_bytes()).await;
    let mut answer = vec![0; 64 * 1024];
    let read = stream.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 504 "), "{answer}");
    assert!(answer.contains("\"executed\":\"no\""), "{answer}");
    assert_eq!(works.runs(), 0);
}

/// What a backend gets done in a while when so many frontends ask it without pause. Each call has a
/// slot for 10 ms, of which there are four.
async fn done(frontends: usize) -> (usize, usize) {
    let works = Works::default();
    let limits = Limits { max_calls: 4, ..Limits::default() };
    let backend = builder(&works).limits(limits).build().unwrap();
    let plant: PlantClient = in_process::connect(&backend).unwrap();
    let (good, refused) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let end = Instant::now() + Duration::from_secs(1);
    futures_util::future::join_all((0..frontends).map(|_| async {
        while Instant::now() < end {
            match plant.echo(1, 10).await {
                Ok(_) => good.fetch_add(1, Ordering::Relaxed),
                Err(error) => {
                    overloaded(error.fault().unwrap());
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    refused.fetch_add(1, Ordering::Relaxed)
                }
            };
        }
    }))
    .await;
    (good.into_inner(), refused.into_inner())
}

#[tokio::test]
async fn l4_goodput_holds_at_twenty_times_the_capacity() {
    let (peak, _) = done(4).await;
    let (good, refused) = done(80).await;
    assert!(refused > 0);
    // Promised are 80 %; the machine may do other things meanwhile.
    assert!(good * 2 >= peak, "{good} calls got done where {peak} could be");
}
