//! What becomes of a frontend's calls when its backend is killed. Alone in its program, for it looks at
//! the time.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use traitwire::FaultKind;
use traitwire::rpc::RetryPolicy;
use traitwire_tests::jobs::{Carrier, JobsClient, Worker};
use traitwire_tests::net::serving_both;

/// No test: the backend of the one below, in a process of its own.
#[tokio::test]
#[ignore = "another test starts it"]
async fn backend_process() {
    let url = serving_both(Worker::default().backend()).await;
    println!("\nurl {url}");
    // Stops by itself, whatever becomes of the test.
    tokio::time::sleep(Duration::from_mins(1)).await;
}

/// A backend in a process of its own, which ends with this.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start_backend() -> (Process, String) {
    let program = std::env::current_exe().unwrap();
    let mut process = Command::new(program)
        .args(["backend_process", "--exact", "--ignored", "--nocapture"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let url =
        lines.map(Result::unwrap).find_map(|line| Some(line.strip_prefix("url ")?.to_owned()));
    (Process(process), url.expect("the backend says where it is"))
}

/// How long it takes until a thousand calls have ended whose backend is killed.
async fn killed(carrier: Carrier) -> Duration {
    let (mut process, url) = start_backend();
    // Those that were never sent, for a server of HTTP/2 lets so many run at once, would be made again.
    let connector = carrier.connector(&url, true).retries(RetryPolicy::off());
    let jobs: JobsClient = connector.connect().await.unwrap();
    let mut calls: FuturesUnordered<_> =
        (0..1000).map(|nonce| tokio::spawn(jobs.stalls(nonce))).collect();
    // None of them ends by itself, and all have the time to arrive.
    let early = tokio::time::timeout(Duration::from_secs(2), calls.next()).await;
    assert!(early.is_err(), "{carrier:?}: {early:?}");
    // SIGKILL, on Unix.
    process.0.kill().unwrap();
    let killed = Instant::now();
    let mut ended = 0;
    while let Some(call) = calls.next().await {
        let fault = call.unwrap().unwrap_err().into_fault();
        assert_eq!(fault.kind(), FaultKind::Disconnected, "{carrier:?}: {fault}");
        ended += 1;
    }
    let took = killed.elapsed();
    assert_eq!(ended, 1000);
    println!("{carrier:?}: {took:?} after the backend was killed, a thousand calls had ended");
    took
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c1_all_calls_end_when_the_backend_is_killed() {
    for carrier in Carrier::ALL {
        let mut fastest = Duration::MAX;
        // The machine may have other things to do, so the best of some counts.
        for _ in 0..8 {
            fastest = fastest.min(killed(carrier).await);
            // Three times the promise of 100 ms.
            if fastest < Duration::from_millis(300) {
                break;
            }
        }
        assert!(fastest < Duration::from_millis(300), "{carrier:?}: {fastest:?}");
    }
}
