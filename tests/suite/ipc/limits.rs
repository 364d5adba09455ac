//! What is as much as a limit allows passes; does one more end as the guide says?

use std::future::Future;
use std::time::{Duration, Instant};

use futures_util::{FutureExt as _, StreamExt as _, stream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::sync::watch;
use traitwire::ipc::{self, Closed, Limits, Pair};
use traitwire::{Bytes, Executed, FaultKind, Stream, ipc_interface};

/// Longest that anything may take here.
const PATIENCE: Duration = Duration::from_secs(30);

#[ipc_interface(version = "1.0.0", served_by = backend)]
trait Desk {
    async fn length(&self, text: &str) -> u64;
    async fn text(&self, length: u64) -> String;
    /// Ends when it is told to.
    async fn hold(&self);
    fn follow(&self) -> impl Stream<Item = u64> + Send;
    /// So many pages of 1 MiB, each as soon as it is wanted.
    fn pages(&self, count: usize) -> impl Stream<Item = Bytes> + Send;
    #[ipc(notify)]
    fn note(&self, text: &str);
}

/// How many handlers run, and whether they may end.
#[derive(Clone, Default)]
struct Clerk {
    running: watch::Sender<usize>,
    may_end: watch::Sender<bool>,
}

impl Desk for Clerk {
    async fn length(&self, text: &str) -> u64 {
        text.len() as u64
    }

    async fn text(&self, length: u64) -> String {
        "x".repeat(usize::try_from(length).unwrap())
    }

    async fn hold(&self) {
        self.running.send_modify(|running| *running += 1);
        let _ = self.may_end.subscribe().wait_for(|may_end| *may_end).await;
    }

    fn follow(&self) -> impl Stream<Item = u64> + Send {
        self.running.send_modify(|running| *running += 1);
        stream::pending()
    }

    fn pages(&self, count: usize) -> impl Stream<Item = Bytes> + Send {
        stream::iter(0..count).map(|_| {
            self.running.send_modify(|made| *made += 1);
            vec![7; 1024 * 1024].into()
        })
    }

    fn note(&self, _: &str) {}
}

impl Clerk {
    async fn has(&self, count: usize) {
        let mut running = self.running.subscribe();
        within(running.wait_for(|running| *running == count)).await.unwrap();
    }
}

async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it ends")
}

fn limits(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

/// A pair whose frontend has these limits, over a wire that can be held up.
struct Opened {
    pair: Pair,
    other: Pair,
    desk: DeskClient,
    clerk: Clerk,
    held: watch::Sender<bool>,
}

/// The bytes that each half of the wire keeps.
const WIRE: usize = 4096;

async fn open(limits: Limits, is_local: bool) -> Opened {
    let clerk = Clerk::default();
    let ((here, near), (far, there)) = (duplex(WIRE), duplex(WIRE));
    let held = watch::Sender::new(false);
    let ((near_in, near_out), (far_in, far_out)) = (tokio::io::split(near), tokio::io::split(far));
    tokio::spawn(carry(near_in, far_out, held.subscribe()));
    tokio::spawn(carry(far_in, near_out, held.subscribe()));
    let desk = DeskServer::new(clerk.clone());
    let backend = ipc::backend().serve(|()| desk).open::<()>(ipc::Stream::local(there));
    let backend = tokio::spawn(backend);
    let here = if is_local { ipc::Stream::local(here) } else { ipc::Stream::new(here) };
    let frontend = ipc::frontend().limits(limits).open::<DeskClient>(here);
    let (pair, desk) = within(frontend).await.expect("a pair");
    let (other, ()) = within(backend).await.expect("no panic").expect("a pair");
    Opened { pair, other, desk, clerk, held }
}

/// Takes bytes from one half of the wire to the other, unless it is held up.
async fn carry(
    mut from: tokio::io::ReadHalf<DuplexStream>,
    mut to: tokio::io::WriteHalf<DuplexStream>,
    mut held: watch::Receiver<bool>,
) {
    let mut bytes = vec![0; 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if held.wait_for(|held| !held).await.is_err()
            || to.write_all(&bytes[..count]).await.is_err()
        {
            break;
        }
    }
    let _ = to.shutdown().await;
}

#[tokio::test]
async fn a_message_of_the_limit_passes_and_one_byte_more_fails_alone() {
    let Opened { desk, .. } = open(limits(|limits| limits.max_message = 1000), true).await;
    // Two bytes say how long it is.
    let text = "x".repeat(998);
    assert_eq!(desk.length(&text).await, Ok(998));
    let fault = desk.length(&(text + "x")).await.unwrap_err().into_fault();
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::TooLarge, Executed::No));

    assert_eq!(desk.text(998).await.map(|text| text.len()), Ok(998));
    let fault = desk.text(999).await.unwrap_err().into_fault();
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::TooLarge, Executed::Maybe));
    assert_eq!(desk.length("still here").await, Ok(10));
}

#[tokio::test]
async fn as_many_calls_as_the_limit_run_and_one_more_is_refused() {
    let opened = open(limits(|limits| limits.max_calls = 3), true).await;
    let Opened { desk, clerk, .. } = &opened;
    let mut held: Vec<_> = (0..3).map(|_| Box::pin(desk.hold().into_future())).collect();
    for hold in &mut held {
        assert!(hold.now_or_never().is_none());
    }
    clerk.has(3).await;
    let fault = within(desk.length("x")).await.unwrap_err().into_fault();
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::Overloaded, Executed::No));
    clerk.may_end.send_replace(true);
    for hold in held {
        assert_eq!(within(hold).await, Ok(()));
    }
    assert_eq!(within(desk.length("x")).await, Ok(1));
}

#[tokio::test]
async fn as_many_streams_as_the_limit_are_open_and_one_more_is_refused() {
    let opened = open(limits(|limits| limits.max_streams = 3), true).await;
    let Opened { desk, clerk, .. } = &opened;
    let mut open: Vec<_> = (0..3).map(|_| desk.follow()).collect();
    for stream in &mut open {
        assert!(stream.next().now_or_never().is_none());
    }
    clerk.has(3).await;
    let fault = within(desk.follow().next()).await.expect("an item").unwrap_err().into_fault();
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::Overloaded, Executed::No));
    // Calls with one reply are no streams.
    assert_eq!(within(desk.length("x")).await, Ok(1));
}

/// How many notifications of 1 KiB are taken while the wire is held up.
async fn taken(max_queue: usize) -> usize {
    let opened = open(limits(|limits| limits.max_queue = max_queue), true).await;
    let Opened { desk, held, .. } = &opened;
    held.send_replace(true);
    let text = "x".repeat(1024);
    let mut taken = 0;
    let waits = loop {
        let mut note = Box::pin(desk.note(&text));
        let early = tokio::time::timeout(Duration::from_millis(200), &mut note).await;
        match early {
            Ok(sent) => sent.expect("it is sent"),
            Err(_) => break note,
        }
        taken += 1;
    };
    held.send_replace(false);
    assert_eq!(within(waits).await, Ok(()));
    taken
}

#[tokio::test]
async fn who_finds_the_queue_full_waits() {
    let on_the_wire = 2 * WIRE / 1024 + 5;
    for kib in [8, 64] {
        let taken = taken(kib * 1024).await;
        // As much again may be about to be written.
        assert!((kib..=2 * kib + on_the_wire).contains(&taken), "{taken} of {kib}");
    }
}

#[tokio::test]
async fn large_items_are_made_as_they_are_wanted() {
    const PAGES: usize = 64;
    let opened = open(Limits::default(), true).await;
    let mut pages = opened.desk.pages(PAGES);
    within(pages.next()).await.expect("a page").expect("it came");
    let made = *opened.clerk.running.borrow();
    // The one that was read, those of the window, and one that waits for it.
    assert!(made <= 4, "{made} pages were made for one that was read");
    assert_eq!(within(pages.count()).await, PAGES - 1);
    assert_eq!(*opened.clerk.running.borrow(), PAGES);
}

#[tokio::test]
async fn a_peer_that_says_no_hello_in_time_is_no_peer() {
    let (here, _mute) = duplex(WIRE);
    let frontend = ipc::frontend()
        .limits(limits(|limits| limits.hello_timeout = Duration::from_millis(200)))
        .open::<DeskClient>(ipc::Stream::local(here));
    let begin = Instant::now();
    let fault = within(frontend).await.unwrap_err();
    let took = begin.elapsed();
    assert_eq!(fault.kind(), FaultKind::Disconnected, "{fault}");
    assert!(took > Duration::from_millis(190) && took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test]
async fn a_peer_that_gives_no_sign_of_life_is_lost() {
    let time = Duration::from_millis(300);
    let opened = open(limits(|limits| limits.keep_alive = Some(time)), false).await;
    // One that has nothing to say is not.
    let early = tokio::time::timeout(5 * time, opened.pair.closed()).await;
    assert!(early.is_err(), "{early:?}");
    opened.held.send_replace(true);
    let begin = Instant::now();
    let closed = within(opened.pair.closed()).await;
    let took = begin.elapsed();
    assert!(matches!(closed, Closed::Lost(_)), "{closed}");
    assert!(took > time && took < Duration::from_secs(5), "{took:?}");
    let fault = opened.desk.length("x").await.unwrap_err().into_fault();
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::Disconnected, Executed::No));
}

#[tokio::test]
async fn a_peer_that_takes_nothing_is_lost() {
    let time = Duration::from_millis(300);
    let opened = open(limits(|limits| limits.stall_timeout = time), true).await;
    opened.held.send_replace(true);
    let text = "x".repeat(8 * WIRE);
    let begin = Instant::now();
    let fault = within(opened.desk.length(&text)).await.unwrap_err().into_fault();
    let took = begin.elapsed();
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::Disconnected, Executed::Maybe));
    assert!(took > Duration::from_millis(290) && took < Duration::from_secs(5), "{took:?}");
    assert!(matches!(opened.pair.closed().await, Closed::Lost(_)));
}

#[tokio::test]
async fn calls_have_their_time_to_end_when_the_pair_closes() {
    for may_end in [true, false] {
        let opened =
            open(limits(|limits| limits.close_timeout = Duration::from_millis(300)), true).await;
        let Opened { pair, other, desk, clerk, .. } = &opened;
        let begin = Instant::now();
        let (ended, closed, ()) = within(async {
            tokio::join!(
                desk.hold(),
                async {
                    clerk.has(1).await;
                    pair.close().await
                },
                async {
                    clerk.has(1).await;
                    // The pair is being closed when nobody may call any more.
                    while desk.length("x").await.is_ok() {}
                    if may_end {
                        clerk.may_end.send_replace(true);
                    }
                }
            )
        })
        .await;
        let took = begin.elapsed();
        assert_eq!(closed, Closed::Here);
        assert_eq!(within(other.closed()).await, Closed::Peer);
        if may_end {
            assert_eq!(ended, Ok(()));
        } else {
            let fault = ended.unwrap_err().into_fault();
            assert_eq!(
                (fault.kind(), fault.executed()),
                (FaultKind::Disconnected, Executed::Maybe)
            );
            assert!(took > Duration::from_millis(290), "{took:?}");
        }
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_backend_that_nobody_has_shown_the_token_in_time_waits_no_longer() {
    let listener = ipc::tcp::Listener::bind().await.expect("a port");
    let address = listener.local_addr();
    let desk = DeskServer::new(Clerk::default());
    let begin = tokio::time::Instant::now();
    let pair = listener.pair::<()>(ipc::backend().serve(|()| desk));
    let fault = tokio::time::timeout(2 * PATIENCE, pair).await.expect("it ends").unwrap_err();
    assert_eq!(fault.kind(), FaultKind::DeadlineExceeded, "{fault}");
    assert!(begin.elapsed() >= Duration::from_secs(30), "{:?}", begin.elapsed());
    assert!(ipc::tcp::connect(address).await.is_err(), "the port is closed");
}
