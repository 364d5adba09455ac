use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use traitwire::ipc::{self, Closed};
use traitwire::{CallError, FaultKind, Incoming, Stream, Wire, ipc_interface};

#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, Wire)]
enum MathError {
    DivisionByZero { of: i64 },
}

/// The backend's half.
#[ipc_interface(version = "1.0.0", served_by = backend)]
trait Math {
    async fn add(&self, a: i64, b: i64) -> i64;
    async fn divide(&self, a: i64, b: i64) -> Result<i64, MathError>;
    async fn sum(&self, numbers: Incoming<i64>) -> i64;
    fn count(&self, to: u64) -> impl Stream<Item = u64> + Send;
    async fn ask(&self, question: &str) -> String;
    async fn never(&self);
    async fn panics(&self);
}

/// The frontend's half.
#[ipc_interface(version = "1.0.0", served_by = frontend)]
trait View {
    async fn confirm(&self, question: &str) -> bool;
    #[ipc(notify)]
    fn progress(&self, done: u64);
}

struct Plain(ViewClient);

impl Math for Plain {
    async fn add(&self, a: i64, b: i64) -> i64 {
        a + b
    }
    async fn divide(&self, a: i64, b: i64) -> Result<i64, MathError> {
        a.checked_div(b).ok_or(MathError::DivisionByZero { of: a })
    }
    async fn sum(&self, mut numbers: Incoming<i64>) -> i64 {
        let mut sum = 0;
        while let Some(number) = numbers.next().await {
            sum += number.expect("a number");
        }
        sum
    }
    fn count(&self, to: u64) -> impl Stream<Item = u64> + Send {
        stream::iter(0..to)
    }
    async fn ask(&self, question: &str) -> String {
        self.0.progress(1).await.expect("it is sent");
        let yes = self.0.confirm(question).await.expect("an answer");
        if yes { "yes" } else { "no" }.to_owned()
    }
    async fn never(&self) {
        std::future::pending::<()>().await;
    }
    async fn panics(&self) {
        panic!("on purpose")
    }
}

struct Window(std::sync::Arc<std::sync::atomic::AtomicU64>);

impl View for Window {
    async fn confirm(&self, question: &str) -> bool {
        tokio::task::yield_now().await;
        question.ends_with('?')
    }
    fn progress(&self, done: u64) {
        self.0.store(done, std::sync::atomic::Ordering::SeqCst);
    }
}

#[tokio::test]
async fn calls_go_both_ways() {
    let (here, there) = ipc::in_process();
    let backend = ipc::backend().serve(|view: ViewClient| MathServer::new(Plain(view)));
    let backend = tokio::spawn(backend.open::<()>(there));
    let done = std::sync::Arc::default();
    let window = Window(std::sync::Arc::clone(&done));
    let frontend = ipc::frontend().serve(|()| ViewServer::new(window));
    let (pair, math) = frontend.open::<MathClient>(here).await.expect("a pair");
    let (other, ()) = backend.await.expect("no panic").expect("a pair");

    assert_eq!(math.add(2, 3).await, Ok(5));
    assert_eq!(math.divide(7, 2).await, Ok(3));
    let error = math.divide(7, 0).await.unwrap_err();
    assert_eq!(error, CallError::Declared(MathError::DivisionByZero { of: 7 }));
    assert_eq!(math.sum(stream::iter(0..100_000)).await, Ok(4_999_950_000));
    let counted: Vec<_> = math.count(100_000).collect().await;
    assert!(counted.into_iter().map(Result::unwrap).eq(0..100_000));
    assert_eq!(math.ask("really?").await.as_deref(), Ok("yes"));
    assert_eq!(done.load(std::sync::atomic::Ordering::SeqCst), 1);
    let fault = math.never().deadline(Duration::from_millis(20)).await.unwrap_err().into_fault();
    assert_eq!(fault.kind(), FaultKind::DeadlineExceeded);
    let fault = math.panics().await.unwrap_err().into_fault();
    assert_eq!(fault.kind(), FaultKind::Internal);
    let all = futures_util::future::join_all((0..200).map(|n| math.add(n, 1))).await;
    assert!(all.into_iter().map(Result::unwrap).eq(1..=200));

    assert_eq!(pair.close().await, Closed::Here);
    assert_eq!(other.closed().await, Closed::Peer);
    let fault = math.add(1, 1).await.unwrap_err().into_fault();
    assert_eq!(fault.kind(), FaultKind::Disconnected);
}

/// Runs one handler at a time.
#[ipc_interface(version = "1.0.0", served_by = backend, serial)]
trait Desk {
    async fn work(&self, name: &str) -> String;
    async fn ask_back(&self, depth: u32) -> u32;
}

#[ipc_interface(version = "1.0.0", served_by = frontend)]
trait Asker {
    async fn ask(&self, depth: u32) -> u32;
}

struct OneDesk {
    asker: AskerClient,
    busy: std::sync::atomic::AtomicBool,
}

impl Desk for OneDesk {
    async fn work(&self, name: &str) -> String {
        use std::sync::atomic::Ordering::SeqCst;
        assert!(!self.busy.swap(true, SeqCst), "two at once");
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        self.busy.store(false, SeqCst);
        name.to_owned()
    }
    async fn ask_back(&self, depth: u32) -> u32 {
        if depth == 0 { 0 } else { self.asker.ask(depth - 1).await.expect("an answer") + 1 }
    }
}

struct Curious(std::sync::OnceLock<DeskClient>);

impl Asker for std::sync::Arc<Curious> {
    async fn ask(&self, depth: u32) -> u32 {
        let desk = self.0.get().expect("it is set");
        desk.ask_back(depth).await.expect("an answer") + 1
    }
}

#[tokio::test]
async fn handlers_of_a_serial_interface_run_one_at_a_time_but_for_what_they_wait_for() {
    let (here, there) = ipc::in_process();
    let backend = ipc::backend().serve(|asker: AskerClient| {
        DeskServer::new(OneDesk { asker, busy: std::sync::atomic::AtomicBool::new(false) })
    });
    let backend = tokio::spawn(backend.open::<()>(there));
    let frontend = ipc::frontend().serve(|desk: DeskClient| {
        AskerServer::new(std::sync::Arc::new(Curious(std::sync::OnceLock::from(desk))))
    });
    let (pair, desk) = frontend.open::<DeskClient>(here).await.expect("a pair");
    backend.await.expect("no panic").expect("a pair");
    let names: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    let mut calls: Vec<_> = names.iter().map(|name| desk.work(name)).collect();
    // One of them gives up while it waits for its turn.
    let given_up = calls.remove(50);
    let given_up = given_up.deadline(Duration::from_nanos(1));
    let (worked, asked, _) =
        tokio::join!(futures_util::future::join_all(calls), desk.ask_back(40), given_up);
    let worked: Vec<String> = worked.into_iter().map(|done| done.expect("it works")).collect();
    assert_eq!(worked.len(), 99);
    assert!(worked.iter().eq(names.iter().filter(|name| *name != "50")));
    assert_eq!(asked, Ok(80), "each answer adds one, at both ends");
    pair.close().await;
}
