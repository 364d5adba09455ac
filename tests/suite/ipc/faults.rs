//! Faults, bad input, and load that does not fit.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use tokio::io::{AsyncWriteExt as _, DuplexStream};
use traitwire::ipc::{self, Closed, Limits, Pair};
use traitwire::{Bytes, CallError, Executed, FaultKind, Wire, ipc_interface};

use super::common::{
    Asked, DialClient, EngineClient, Machine, Over, Seen, Tree, begin, dial, engine, fault, kind,
    quiet_panics, until,
};
use super::raw::{self, CALL, CANCEL, FAULT, GOODBYE, HELLO, JSON, PEER, REPLY, frame};

/// What a frontend of an engine says in the handshake.
async fn hellos() -> Vec<u8> {
    let (here, there, tap) = raw::tapped();
    let seen = Arc::<Seen>::default();
    let (frontend, backend) = (dial(&seen), engine(&seen));
    let (front, back) = tokio::join!(
        frontend.open::<EngineClient>(ipc::Stream::local(here)),
        backend.open::<DialClient>(ipc::Stream::local(there))
    );
    let ((front, _), _) = (front.expect("a pair"), back.expect("a pair"));
    let bytes = tap.forth.lock().unwrap().clone();
    assert!(raw::frames(&bytes).iter().all(|frame| frame.kind == HELLO));
    front.close().await;
    bytes
}

/// A backend whose frontend speaks in bytes; its own hellos have been read.
async fn raw_frontend(
    hellos: &[u8],
    limits: Limits,
) -> (DuplexStream, Pair, DialClient, Arc<Seen>) {
    let (mut here, there) = tokio::io::duplex(65536);
    let seen = Arc::<Seen>::default();
    let backend = engine(&seen).limits(limits).open::<DialClient>(ipc::Stream::local(there));
    let speaking = async {
        here.write_all(hellos).await.expect("it is read");
        raw::next(&mut here, 2).await
    };
    let (opened, _) = tokio::join!(backend, speaking);
    let (pair, dial) = opened.expect("a pair");
    (here, pair, dial, seen)
}

/// Calls all the time until it is dropped, and never fails.
struct Neighbour {
    stop: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<(usize, Duration)>,
}

impl Neighbour {
    async fn start() -> Neighbour {
        let machine = Over::InProcess.open().await;
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let task = tokio::spawn(async move {
            let (mut calls, mut worst) = (0, Duration::ZERO);
            while !stopped.load(SeqCst) {
                let began = Instant::now();
                assert_eq!(machine.engine.add(1, 1).await, Ok(2));
                worst = worst.max(began.elapsed());
                calls += 1;
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            (calls, worst)
        });
        Neighbour { stop, task }
    }

    /// It has noticed nothing.
    async fn finish(self) {
        self.stop.store(true, SeqCst);
        let (calls, worst) = self.task.await.expect("none of its calls fails");
        assert!(calls > 0);
        assert!(worst < Duration::from_secs(1), "a neighbour waited for {worst:?}");
    }
}

fn goodbye(frames: &[raw::Frame]) -> String {
    let last = frames.last().expect("a goodbye");
    assert_eq!(last.kind, GOODBYE, "{last:?}");
    last.text()
}

#[tokio::test]
async fn b1_a_malformed_frame_ends_its_pair_with_a_goodbye_that_says_why() {
    let hellos = hellos().await;
    let neighbour = Neighbour::start().await;
    let call = |id: u64| frame(CALL, 0, 0, id, &[2, 2]);
    let mut used = frame(CALL, 0, 11, 1, &[]);
    used.extend(frame(CALL, 0, 11, 1, &[]));
    for (bytes, why) in [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(), "length"),
        (vec![0xff; 16], "length"),
        (vec![11, 0, 0, 0], "length"),
        (frame(0, 0, 0, 1, &[]), "kind"),
        (frame(14, 0, 0, 1, &[]), "kind"),
        (frame(CALL, 0x80, 0, 1, &[]), "flags"),
        (frame(REPLY, PEER, 1, 1, &[]), "method"),
        (call(0), "id"),
        (call(1 << 53), "id"),
        (call(u64::MAX), "id"),
        (frame(CALL, 0, 999, 1, &[]), "the method 999, which was not agreed"),
        (frame(6, 0, 0, 0, &[2, 2]), "is notified but has a reply"),
        (frame(HELLO, 0, 0, 0, b"{}"), "a Hello has no place here"),
        (frame(REPLY, PEER, 0, 77, &[]), "a Reply for the call 77, which waits for none"),
        (frame(7, PEER, 0, 77, &[]), "a Item for the call 77"),
        (frame(CANCEL, PEER, 0, 77, &[]), "a Cancel for the call 77"),
        (frame(CALL, 0x08, 0, 1, &[1]), "a call without what its flags announce"),
        (frame(10, 0, 0, 0, &[1, 0, 0, 0]), "credit for what was not sent"),
        (frame(10, 0, 0, 0, &[1]), "credit for what was not sent"),
        (used, "a call with the id 1, which another one has"),
        ([frame(CALL, 1, 4, 1, &[0; 9]), frame(CALL, 1, 4, 2, &[0; 9])].concat(), "in parts"),
        ((0..20).flat_map(|_| frame(11, 0, 0, 0, &[])).collect(), "more than one ping"),
    ] {
        let (mut here, pair, dial, seen) = raw_frontend(&hellos, Limits::default()).await;
        here.write_all(&bytes).await.expect("it is read");
        let said = raw::rest(&mut here).await;
        assert!(!said.is_empty(), "{why}: {:?}", pair.why_closed());
        let last = goodbye(&said);
        assert!(last.contains(r#""code":"violation""#) && last.contains(why), "{why}: {last}");
        match pair.closed().await {
            Closed::Violation(text) => assert!(text.contains(why), "{why}: {text}"),
            other => panic!("{why}: {other:?}"),
        }
        assert_eq!(kind(dial.add(1, 1).await), FaultKind::Disconnected);
        until("its state is dropped", || seen.alive.load(SeqCst) == 0).await;
    }
    neighbour.finish().await;
}

#[tokio::test]
async fn b1_whatever_a_peer_sends_ends_its_pair_or_does_no_harm() {
    quiet_panics();
    let hellos = hellos().await;
    let neighbour = Neighbour::start().await;
    let mut random = fastrand::Rng::with_seed(6);
    for round in 0..300 {
        let (mut here, pair, _dial, _seen) = raw_frontend(&hellos, Limits::default()).await;
        for _ in 0..random.usize(1..20) {
            let (kind, flags) = (random.u8(0..15), random.u8(..) & random.u8(..) & random.u8(..));
            let method = if random.bool() { 0 } else { random.u16(0..35) };
            let payload: Vec<u8> = (0..random.usize(0..40)).map(|_| random.u8(..)).collect();
            let mut bytes = frame(kind, flags, method, random.u64(0..5), &payload);
            if random.u8(..) < 20 {
                let at = random.usize(0..bytes.len());
                bytes[at] = random.u8(..);
            }
            if here.write_all(&bytes).await.is_err() {
                break;
            }
        }
        here.shutdown().await.expect("it is open");
        raw::rest(&mut here).await;
        let closed = pair.closed().await;
        let harmless = matches!(&closed, Closed::Violation(_) | Closed::Peer | Closed::Refused(_))
            || matches!(&closed, Closed::Lost(why) if why == "the connection has ended");
        assert!(harmless, "{round}: {closed:?}");
    }
    neighbour.finish().await;
}

#[tokio::test]
async fn req_33_an_argument_that_is_not_understood_fails_alone() {
    let hellos = hellos().await;
    let (mut here, pair, _dial, _seen) = raw_frontend(&hellos, Limits::default()).await;
    for (id, payload) in [(1, &[][..]), (2, &[2]), (3, &[2, 2, 2]), (4, &[0xff; 20])] {
        here.write_all(&frame(CALL, 0, 0, id, payload)).await.unwrap();
        let answer = raw::next(&mut here, 1).await.remove(0);
        assert_eq!((answer.kind, answer.flags, answer.id), (FAULT, PEER | JSON, id));
        let text = answer.text();
        assert!(text.contains(r#""code":"invalid_argument","executed":"no""#), "{text}");
    }
    // In the other codec, too.
    here.write_all(&frame(CALL, JSON, 0, 5, br#"{"a":1,"b":1}"#)).await.unwrap();
    let text = raw::next(&mut here, 1).await.remove(0).text();
    assert!(text.contains("another codec than was agreed"), "{text}");
    here.write_all(&frame(CALL, 0, 0, 6, &[2, 4])).await.unwrap();
    let answer = raw::next(&mut here, 1).await.remove(0);
    assert_eq!((answer.kind, answer.id, &answer.payload[..]), (REPLY, 6, &[6][..]));
    assert_eq!(pair.why_closed(), None);
}

fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("it is Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("it is there");
    let kib = line.split_whitespace().nth(1).expect("a number");
    kib.parse::<usize>().expect("a number") * 1024
}

#[tokio::test]
async fn b2_a_length_that_lies_costs_nothing() {
    let hellos = hellos().await;
    let mut open = Vec::new();
    for _ in 0..100 {
        let (mut here, pair, dial, seen) = raw_frontend(&hellos, Limits::default()).await;
        // As much as a frame may have, and the first part of a message that never comes.
        let mut lie = frame(CALL, 1, 4, 1, &[]);
        lie[..4].copy_from_slice(&65_548_u32.to_le_bytes());
        here.write_all(&lie).await.unwrap();
        open.push((here, pair, dial, seen));
    }
    let before = resident();
    for _ in 0..1000 {
        let (mut here, there) = tokio::io::duplex(4096);
        let seen = Arc::<Seen>::default();
        let backend = engine(&seen).open::<DialClient>(ipc::Stream::local(there));
        let lying = async move {
            let mut lie = frame(HELLO, 0, 0, 0, b"{}");
            lie[..4].copy_from_slice(&u32::MAX.to_le_bytes());
            here.write_all(&lie).await.unwrap();
            raw::rest(&mut here).await
        };
        let (opened, said) = tokio::join!(backend, lying);
        assert_eq!(opened.unwrap_err().kind(), FaultKind::BadReply);
        assert!(goodbye(&said).contains("length"));
    }
    // Other tests run in this process at the same time.
    let grown = resident().saturating_sub(before);
    println!("1,000 headers that declare 4 GiB: {} KiB more", grown / 1024);
    assert!(grown < 1 << 30, "{grown} bytes");
    assert!(open.iter().all(|(_, pair, ..)| pair.why_closed().is_none()));
}

/// A tree whose fields may be left out, and so has names on the wire.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, Wire)]
struct Named {
    within: Vec<Named>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

impl Named {
    fn deep(levels: usize) -> Named {
        let leaf = Named { within: Vec::new(), name: None };
        (1..levels / 2).fold(leaf, |tree, _| Named { within: vec![tree], name: None })
    }
}

#[ipc_interface(version = "1.0.0", served_by = backend)]
trait Forest {
    async fn plant(&self, tree: Named) -> u64;
    async fn grow(&self, levels: u64) -> Named;
}

struct Wood;

impl Forest for Wood {
    async fn plant(&self, tree: Named) -> u64 {
        tree.within.len() as u64
    }

    async fn grow(&self, levels: u64) -> Named {
        Named::deep(usize::try_from(levels).expect("it fits"))
    }
}

#[tokio::test]
async fn b3_a_value_may_be_64_levels_deep_and_no_deeper() {
    // By position.
    let Machine { engine, .. } = &Over::InProcess.open().await;
    // The arguments are a level of their own.
    assert_eq!(engine.tree(&Tree::deep(62)).await, Ok(62));
    let arguments = fault(engine.tree(&Tree::deep(64)).await);
    assert_eq!(arguments.kind(), FaultKind::InvalidArgument);
    assert_eq!(engine.grow(64).await, Ok(Tree::deep(64)));
    for levels in [66, 200] {
        let there = fault(engine.tree(&Tree::deep(levels)).await);
        assert_eq!((there.kind(), there.executed()), (FaultKind::InvalidArgument, Executed::No));
        let back = fault(engine.grow(levels as u64).await);
        assert_eq!((back.kind(), back.executed()), (FaultKind::BadReply, Executed::Maybe));
    }
    assert_eq!(engine.add(1, 1).await, Ok(2));
    // Deeper than any stack.
    let (mut here, pair, _dial, _seen) = raw_frontend(&hellos().await, Limits::default()).await;
    here.write_all(&frame(CALL, 0, 6, 1, &vec![1; 65_000])).await.unwrap();
    let answer = raw::next(&mut here, 1).await.remove(0);
    assert_eq!(answer.kind, FAULT);
    assert!(answer.text().contains("invalid_argument"), "{}", answer.text());
    assert_eq!(pair.why_closed(), None);

    // By name.
    let (here, there) = ipc::in_process();
    let backend = ipc::backend().serve(|()| ForestServer::new(Wood));
    let (front, back) =
        tokio::join!(ipc::frontend().open::<ForestClient>(here), backend.open::<()>(there));
    let ((_, forest), _) = (front.expect("a pair"), back.expect("a pair"));
    assert_eq!(forest.plant(Named::deep(62)).await, Ok(1));
    assert_eq!(forest.grow(64).await, Ok(Named::deep(64)));
    for levels in [66, 200] {
        let there = fault(forest.plant(Named::deep(levels)).await);
        assert_eq!((there.kind(), there.executed()), (FaultKind::InvalidArgument, Executed::No));
        assert!(there.message().contains("nested deeper than 64"), "{there}");
        let back = fault(forest.grow(levels as u64).await);
        assert_eq!((back.kind(), back.executed()), (FaultKind::BadReply, Executed::Maybe));
        assert!(back.message().contains("nested deeper than 64"), "{back}");
    }
    assert_eq!(forest.grow(2).await, Ok(Named::deep(2)));
}

#[tokio::test]
async fn c3_calls_that_are_dropped_at_random_leave_nothing() {
    let Machine { front, back, engine, dial, behind, before } = &Over::InProcess.open().await;
    let mut random = fastrand::Rng::with_seed(3);
    for round in 0..200 {
        let mut calls: Vec<_> = (0..100).map(|_| Some(Box::pin(engine.stalls()))).collect();
        let mut asked: Vec<_> = (0..50).map(|_| Some(Box::pin(dial.stalls()))).collect();
        let mut sums: Vec<_> = (0..20).map(|n| Some(Box::pin(engine.add(n, 0)))).collect();
        for _ in 0..random.usize(0..4) {
            for call in calls.iter_mut().flatten() {
                begin(call).await;
            }
            for call in asked.iter_mut().flatten() {
                begin(call).await;
            }
            for call in &mut sums {
                let Some(sum) = call else { continue };
                let polled = std::future::poll_fn(|cx| {
                    std::task::Poll::Ready(Future::poll(sum.as_mut(), cx))
                });
                if polled.await.is_ready() {
                    *call = None;
                }
            }
            calls.retain(|_| random.bool());
            asked.retain(|_| random.bool());
            if random.bool() {
                tokio::task::yield_now().await;
            }
        }
        drop((calls, asked, sums));
        if round % 10 == 0 {
            assert_eq!(engine.down(4).await, Ok(4));
        }
        // They count until the peer has heard of them.
        let idle = || front.calls_under_way() == (0, 0) && back.calls_under_way() == (0, 0);
        until("no call is under way", idle).await;
    }
    until("no handler runs", || behind.running() + before.running() == 0).await;
    println!("{} handlers were cancelled", behind.started.load(SeqCst));
    assert_eq!(engine.add(1, 1).await, Ok(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c4_no_reply_is_another_calls() {
    let machine = Arc::new(Over::Unix.open().await);
    let ended = Arc::<AtomicUsize>::default();
    let tasks = (0..8_u64).map(|task| {
        let (machine, ended) = (Arc::clone(&machine), Arc::clone(&ended));
        tokio::spawn(async move {
            let mut random = fastrand::Rng::with_seed(task);
            for n in 0..2_500 {
                let nonce = i64::try_from(task).unwrap() * 1_000_000 + n;
                let deadline = Duration::from_micros(random.u64(1..2_000));
                let call = machine.engine.add(nonce, 0);
                let result = match random.u8(0..4) {
                    0 => tokio::time::timeout(Duration::ZERO, call).await.ok(),
                    1 => Some(call.deadline(deadline).await),
                    _ => Some(call.await),
                };
                match result {
                    Some(Ok(reply)) => {
                        assert_eq!(reply, nonce);
                        ended.fetch_add(1, SeqCst);
                    }
                    Some(Err(error)) => {
                        let kind = error.into_fault().kind();
                        assert_eq!(kind, FaultKind::DeadlineExceeded);
                    }
                    None => {}
                }
            }
        })
    });
    for task in join_all(tasks).await {
        task.expect("all replies are right");
    }
    assert!(ended.load(SeqCst) > 5_000);
    until("no call is under way", || machine.front.calls_under_way() == (0, 0)).await;
}

/// Small, so that its hellos are short.
#[ipc_interface(version = "1.0.0", served_by = backend)]
trait Tiny {
    async fn add(&self, a: u8, b: u8) -> u8;
    async fn hangs(&self);
}

struct Little;

impl Tiny for Little {
    async fn add(&self, a: u8, b: u8) -> u8 {
        a + b
    }

    async fn hangs(&self) {
        std::future::pending::<()>().await;
    }
}

#[tokio::test]
async fn c5_however_bytes_are_split_the_same_happens() {
    let (here, there, tap) = raw::tapped();
    let serve = || ipc::backend().serve(|()| TinyServer::new(Little));
    let (front, back) = tokio::join!(
        ipc::frontend().open::<TinyClient>(ipc::Stream::local(here)),
        serve().open::<()>(ipc::Stream::local(there))
    );
    let (_front, _back) = (front.expect("a pair"), back.expect("a pair"));
    let mut said = tap.forth.lock().unwrap().clone();
    said.extend(frame(CALL, 0, 0, 1, &[2, 3]));
    said.extend(frame(CALL, 0, 1, 2, &[]));
    said.extend(frame(CANCEL, 0, 0, 2, &[]));
    said.extend(frame(CALL, 0, 0, 3, &[2, 4]));
    said.extend(frame(CALL, 0, 0, 4, &[1]));
    let mut expected: Option<Vec<raw::Frame>> = None;
    for at in 0..said.len() {
        let (mut here, there) = tokio::io::duplex(65536);
        let speaking = async {
            let (first, second) = said.split_at(at);
            here.write_all(first).await.unwrap();
            // The other end reads what there is, and waits.
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            here.write_all(second).await.unwrap();
            let heard = raw::next(&mut here, 6).await;
            let last = frame(GOODBYE, 0, 0, 0, br#"{"code":"closed","message":"closed"}"#);
            here.write_all(&last).await.unwrap();
            heard
        };
        let (opened, heard) = tokio::join!(serve().open::<()>(ipc::Stream::local(there)), speaking);
        let (pair, ()) = opened.expect("a pair");
        assert_eq!(pair.closed().await, Closed::Peer, "split at {at}");
        let expected = expected.get_or_insert_with(|| heard.clone());
        assert_eq!(&heard, expected, "split at {at}");
    }
    let heard = expected.expect("something was said");
    let kinds: Vec<_> = heard.iter().map(|frame| (frame.kind, frame.id)).collect();
    assert_eq!(kinds, [(HELLO, 0), (HELLO, 0), (REPLY, 1), (FAULT, 2), (REPLY, 3), (FAULT, 4)]);
}

#[tokio::test]
async fn c6_a_thousand_panics_leave_a_thousand_good_calls_alone() {
    quiet_panics();
    let Machine { front, engine, .. } = &Over::InProcess.open().await;
    for batch in 0..20 {
        let good = join_all((0..50).map(|n| engine.add(n, batch)));
        let bad = join_all((0..50).map(|n| engine.panics(n % 2 == 0)));
        let (good, bad) = tokio::join!(good, bad);
        assert!(good.into_iter().map(Result::unwrap).eq(batch..batch + 50));
        assert!(bad.into_iter().all(|ended| kind(ended) == FaultKind::Internal));
    }
    assert_eq!(front.why_closed(), None);
}

/// Runs a test that is not one by itself in a process of its own.
fn program(name: &str, with: (&str, &str)) -> Command {
    let mut program = Command::new(std::env::current_exe().unwrap());
    program.args([name, "--exact", "--ignored", "--nocapture"]).env(with.0, with.1);
    program
}

/// A process that ends with this.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// No test: the backend of the one below, in a process of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "another test starts it"]
async fn backend_process() {
    let seen = Arc::<Seen>::default();
    // Stops by itself, whatever becomes of the test.
    let all = async {
        let opened = if std::env::var("TRAITWIRE_TEST_OVER").as_deref() == Ok("unix") {
            let listener = ipc::unix::Listener::bind().unwrap();
            println!("\nplace {}", listener.path().display());
            listener.pair::<DialClient>(engine(&seen)).await
        } else {
            let listener = ipc::tcp::Listener::bind().await.unwrap();
            println!("\nplace {} {}", listener.local_addr(), listener.token().secret());
            listener.pair::<DialClient>(engine(&seen)).await
        };
        let (pair, _dial) = opened.unwrap();
        until("all calls have come", || seen.running() == 256).await;
        println!("\nready");
        pair.closed().await
    };
    let _ = tokio::time::timeout(Duration::from_secs(30), all).await;
}

async fn killed(over: &str) -> Duration {
    use std::io::BufRead as _;

    let program = &mut program("ipc::faults::backend_process", ("TRAITWIRE_TEST_OVER", over));
    let mut process = Process(program.stdout(Stdio::piped()).spawn().unwrap());
    let mut lines =
        std::io::BufReader::new(process.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let place = lines.find_map(|line| Some(line.strip_prefix("place ")?.to_owned())).unwrap();
    let builder = dial(&Arc::default());
    let opened = match place.split_once(' ') {
        None => {
            let socket = ipc::unix::connect(&place).await.unwrap();
            std::fs::remove_dir_all(std::path::Path::new(&place).parent().unwrap()).unwrap();
            builder.open::<EngineClient>(socket).await
        }
        Some((address, token)) => {
            let socket = ipc::tcp::connect(address.parse().unwrap()).await.unwrap();
            let token = ipc::tcp::Token::from_text(token);
            builder.token(&token).open::<EngineClient>(socket).await
        }
    };
    let (pair, engine) = opened.expect("a pair");
    let calls: Vec<_> = (0..256)
        .map(|_| {
            let call = engine.stalls();
            tokio::spawn(async move { (call.await, Instant::now()) })
        })
        .collect();
    let ready = tokio::task::spawn_blocking(move || lines.any(|line| line == "ready"));
    assert!(ready.await.unwrap());
    let began = Instant::now();
    // SIGKILL, on Unix.
    process.0.kill().unwrap();
    let mut last = began;
    for call in calls {
        let call = tokio::time::timeout(Duration::from_secs(5), call).await;
        let (ended, at) = call.expect("no call hangs").unwrap();
        let fault = fault(ended);
        assert_eq!((fault.kind(), fault.executed()), (FaultKind::Disconnected, Executed::Maybe));
        last = last.max(at);
    }
    assert!(matches!(pair.closed().await, Closed::Lost(_)));
    let later = fault(engine.add(1, 1).await);
    assert_eq!((later.kind(), later.executed()), (FaultKind::Disconnected, Executed::No));
    last - began
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c1_every_call_ends_when_the_peer_is_killed() {
    for over in ["unix", "tcp"] {
        let took = killed(over).await;
        println!("{over}: 256 calls have ended {took:?} after the peer was killed");
        // 100 ms, and three times as much where others are at work.
        assert!(took < Duration::from_millis(300), "{over}: {took:?}");
    }
}

/// No test: what the one below looks at, alone in a process of its own.
#[tokio::test]
#[ignore = "another test starts it"]
async fn cycles_process() {
    let metrics = tokio::runtime::Handle::current().metrics();
    let descriptors = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    // What is made once is made.
    for over in [Over::InProcess, Over::Unix, Over::Tcp] {
        over.open().await.front.close().await;
    }
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let before = (metrics.num_alive_tasks(), descriptors());
    let resident_before = resident();
    let (began, mut cycles) = (Instant::now(), 0);
    while cycles < 10_000 && began.elapsed() < Duration::from_secs(6) {
        let over = if cycles % 50 == 0 { Over::Unix } else { Over::InProcess };
        let Machine { front, back, engine, .. } = over.open().await;
        assert_eq!(engine.add(1, 1).await, Ok(2));
        front.close().await;
        back.closed().await;
        cycles += 1;
    }
    let same = || (metrics.num_alive_tasks(), descriptors()) == before;
    until("tasks and descriptors are as many as before", same).await;
    let grown = resident().saturating_sub(resident_before);
    println!("{cycles} pairs, {} KiB more", grown / 1024);
    assert!(cycles > 500, "{cycles}");
    assert!(grown < 4 << 20, "{grown} bytes");
}

#[test]
fn c8_pairs_that_come_and_go_leave_no_task_and_no_descriptor() {
    let program = &mut program("ipc::faults::cycles_process", ("TRAITWIRE_TEST", "c8"));
    let output = program.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("1 passed"), "{text}");
    println!("{}", text.lines().find(|line| line.contains("pairs, ")).unwrap_or_default());
}

#[tokio::test]
async fn l1_a_peer_that_does_not_read_is_bounded_and_then_lost() {
    let neighbour = Neighbour::start().await;
    let limits = Limits { stall_timeout: Duration::from_millis(500), ..Limits::default() };
    let (mut here, pair, _dial, seen) = raw_frontend(&hellos().await, limits).await;
    for id in 1..=256 {
        // 64 KiB each, in the encoding of numbers by position.
        here.write_all(&frame(CALL, 0, 8, id, &[0x80, 0x80, 0x04])).await.unwrap();
    }
    let mut most = 0;
    let closed = loop {
        most = most.max(pair.queued_bytes());
        if let Some(closed) = pair.why_closed() {
            break closed;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    println!("16 MiB to be said, {most} bytes in the queue");
    assert!(most > 500_000, "{most}");
    // One message more than the limit may wait.
    assert!(most < (1 << 20) + (128 << 10), "{most}");
    assert_eq!(closed, Closed::Lost("the peer has taken no byte for too long".to_owned()));
    until("its state is dropped", || seen.alive.load(SeqCst) == 0).await;
    neighbour.finish().await;
}

#[tokio::test]
async fn l1_a_call_that_finds_no_room_ends_at_its_deadline() {
    let (_here, _pair, dial, _seen) = raw_frontend(&hellos().await, Limits::default()).await;
    // What nobody reads fills the queue.
    let filling: Vec<_> = (0..50)
        .map(|_| {
            let items = futures_util::stream::iter(0..1_000_000);
            let call = dial.sum(items);
            tokio::spawn(call)
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    let late = dial.add(1, 1).deadline(Duration::from_millis(100)).await;
    assert_eq!(kind(late), FaultKind::DeadlineExceeded);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    for call in filling {
        call.abort();
    }
}

#[tokio::test]
async fn l2_a_stalled_stream_holds_up_no_other() {
    let Machine { engine, .. } = &Over::InProcess.open().await;
    let live = || async {
        let began = Instant::now();
        let all = join_all((0..100).map(|n| engine.count(n, n + 500).map(Result::unwrap).count()));
        assert!(all.await.into_iter().all(|count| count == 500));
        began.elapsed()
    };
    live().await;
    let without = live().await;
    let mut stalled = Box::pin(engine.photos(1_000, 10_000));
    assert!(stalled.next().await.is_some());
    let with = live().await;
    println!("100 streams: {without:?}, and {with:?} beside one that is stalled");
    assert!(with < without * 3 + Duration::from_millis(50), "{without:?} {with:?}");
    // That one goes on where it was.
    assert_eq!(stalled.count().await, 999);
}

#[tokio::test]
async fn l3_calls_that_call_back_never_wait_for_each_other() {
    let Machine { engine, dial, front, back, .. } = &Over::InProcess.open().await;
    assert_eq!(engine.down(100).await, Ok(100));
    let chains = async {
        let there = join_all((0..256).map(|_| engine.down(4)));
        let back = join_all((0..256).map(|_| dial.up(4)));
        tokio::join!(there, back)
    };
    let chains = tokio::time::timeout(Duration::from_secs(5), chains).await;
    let (there, came) = chains.expect("none of them hangs");
    let overloaded = Asked { code: "overloaded".to_owned() };
    for ended in there.into_iter().chain(came) {
        match ended {
            Ok(depth) => assert_eq!(depth, 4),
            Err(CallError::Declared(asked)) => assert_eq!(asked, overloaded),
            Err(CallError::Fault(fault)) => assert_eq!(fault.kind(), FaultKind::Overloaded),
        }
    }
    assert_eq!(engine.down(100).await, Ok(100));
    let idle = || front.calls_under_way() == (0, 0) && back.calls_under_way() == (0, 0);
    until("no call is under way", idle).await;
}

#[tokio::test]
async fn l4_a_peer_that_calls_over_the_limit_is_refused_and_in_the_end_cut_off() {
    let neighbour = Neighbour::start().await;
    let limits = Limits { stall_timeout: Duration::from_millis(300), ..Limits::default() };
    let (mut here, pair, _dial, seen) = raw_frontend(&hellos().await, limits).await;
    // `stalls` is the twelfth method.
    for id in 1..=300 {
        here.write_all(&frame(CALL, 0, 11, id, &[])).await.unwrap();
    }
    let refused = raw::next(&mut here, 44).await;
    assert!(refused.iter().all(|frame| frame.kind == FAULT && frame.id > 256));
    assert!(refused[0].text().contains(r#""code":"overloaded","executed":"no""#));
    assert_eq!(seen.running(), 256);
    // One that does not read what it is told ends.
    let mut id = 300;
    let calling = async {
        while here.write_all(&frame(CALL, 0, 11, id, &[])).await.is_ok() {
            id += 1;
        }
    };
    let cut = tokio::time::timeout(Duration::from_secs(10), calling).await;
    assert!(cut.is_ok(), "{:?} {id} {}", pair.why_closed(), pair.queued_bytes());
    match pair.closed().await {
        Closed::Violation(why) => assert!(why.contains("calls over the limit"), "{why}"),
        Closed::Lost(why) => assert!(why.contains("no byte for too long"), "{why}"),
        other => panic!("{other:?}"),
    }
    until("its handlers have ended", || seen.running() == 0).await;
    neighbour.finish().await;
}

#[tokio::test]
async fn bytes_that_cross_both_ways_at_once_do_not_block_each_other() {
    // More than the transport holds, in both directions, at both ends at once.
    let Machine { engine, dial, .. } = &Over::InProcess.open().await;
    let bytes = Bytes::from(vec![5; 1 << 20]);
    let there = join_all((0..4).map(|_| engine.bytes(bytes.clone())));
    let (there, back) = tokio::join!(there, dial.sum(futures_util::stream::iter(0..50_000)));
    assert!(there.into_iter().all(|ended| ended == Ok(bytes.clone())));
    assert_eq!(back, Ok((0..50_000).sum()));
}
