//! An interface for each end that has everything, and pairs over every transport.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, OnceLock};
use std::task::Poll;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use traitwire::ipc::{self, Builder, Clients, Pair};
use traitwire::{
    Bytes, CallError, Context, Fault, FaultKind, Incoming, Stream, Wire, ipc_interface,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub(crate) enum Broken {
    NoSuchPart { id: i64, near: Option<String> },
    OutOfOrder,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub(crate) struct Everything {
    pub(crate) low: i128,
    pub(crate) high: u64,
    pub(crate) real: f64,
    pub(crate) letter: char,
    pub(crate) text: String,
    pub(crate) photo: Bytes,
    pub(crate) none: Option<u8>,
    pub(crate) list: Vec<(u8, bool)>,
    pub(crate) error: Broken,
}

/// A tree, which may be as deep as it likes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub(crate) struct Tree {
    pub(crate) within: Vec<Tree>,
}

impl Tree {
    /// With so many levels of arrays and objects.
    pub(crate) fn deep(levels: usize) -> Tree {
        // Each is an object with an array.
        (1..levels / 2).fold(Tree { within: Vec::new() }, |tree, _| Tree { within: vec![tree] })
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        // One after the other: a test may make one that is deeper than the stack.
        let mut left = std::mem::take(&mut self.within);
        while let Some(mut tree) = left.pop() {
            left.append(&mut tree.within);
        }
    }
}

/// The backend's half.
#[ipc_interface(version = "1.0.0", served_by = backend)]
pub(crate) trait Engine {
    async fn add(&self, a: i64, b: i64) -> i64;
    async fn part(&self, id: i64) -> Result<String, Broken>;
    async fn nothing(&self);
    async fn text(&self, text: &str) -> String;
    async fn bytes(&self, bytes: Bytes) -> Bytes;
    async fn everything(&self, all: &Everything) -> Everything;
    async fn tree(&self, tree: &Tree) -> u64;
    async fn grow(&self, levels: u64) -> Tree;
    /// So many bytes.
    async fn large(&self, size: u64) -> Bytes;
    /// Asks the dial, which asks the engine, until nothing is left. How often was asked?
    async fn down(&self, depth: u32) -> Result<u32, Asked>;
    async fn panics(&self, late: bool);
    /// Never ends by itself.
    async fn stalls(&self);
    /// In which task does its handler run?
    async fn place(&self) -> String;
    /// The same, after so long.
    #[ipc(spawn)]
    async fn blocks(&self, ms: u64) -> String;
    /// Ends also if nobody waits.
    #[ipc(detached)]
    async fn saves(&self, ms: u64);
    async fn remaining(&self, cx: &Context) -> Option<u64>;
    /// What its deadline leaves to a call that it makes.
    async fn remaining_within(&self, cx: &Context) -> Option<u64>;
    /// How often was this called on this pair?
    async fn visits(&self) -> u64;
    /// Shows this, and then replies.
    async fn show_then_reply(&self, from: u64, to: u64) -> u64;

    fn count(&self, from: u64, to: u64) -> impl Stream<Item = u64> + Send;
    fn photos(&self, count: u64, size: u64) -> impl Stream<Item = Bytes> + Send;
    fn fails(&self, after: u64) -> impl Stream<Item = Result<u64, Broken>> + Send;
    fn breaks(&self, after: u64) -> impl Stream<Item = u64> + Send;
    /// Never ends by itself.
    fn ticks(&self) -> impl Stream<Item = u64> + Send;

    async fn sum(&self, numbers: Incoming<i64>) -> i64;
    async fn sum_until(&self, numbers: Incoming<i64>, count: u64) -> i64;
    async fn size(&self, photos: Incoming<Bytes>) -> u64;
    fn doubled(&self, numbers: Incoming<i64>) -> impl Stream<Item = i64> + Send;
}

/// How a nested call went wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub(crate) struct Asked {
    pub(crate) code: String,
}

/// The frontend's half.
#[ipc_interface(version = "1.0.0", served_by = frontend)]
pub(crate) trait Dial {
    async fn add(&self, a: i64, b: i64) -> i64;
    async fn up(&self, depth: u32) -> Result<u32, Asked>;
    async fn part(&self, id: i64) -> Result<String, Broken>;
    async fn remaining(&self, cx: &Context) -> Option<u64>;
    async fn stalls(&self);
    fn count(&self, from: u64, to: u64) -> impl Stream<Item = u64> + Send;
    async fn sum(&self, numbers: Incoming<i64>) -> i64;
    #[ipc(notify)]
    fn show(&self, value: u64);
    #[ipc(notify)]
    async fn show_slowly(&self, value: u64);
}

/// What the handlers of one end have done.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) started: AtomicUsize,
    running: AtomicUsize,
    pub(crate) saved: AtomicUsize,
    pub(crate) shown: Mutex<Vec<u64>>,
    /// How many implementations are there.
    pub(crate) alive: AtomicUsize,
}

impl Seen {
    pub(crate) fn running(&self) -> usize {
        self.running.load(SeqCst)
    }

    fn at_work(self: &Arc<Seen>) -> AtWork {
        self.started.fetch_add(1, SeqCst);
        self.running.fetch_add(1, SeqCst);
        AtWork(Arc::clone(self))
    }
}

struct AtWork(Arc<Seen>);

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, SeqCst);
    }
}

/// Waits until that is so, for five seconds at most.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(5), waiting).await;
    waited.unwrap_or_else(|_| panic!("it is never so that {what}"));
}

/// Polls something that does not end so soon, and leaves it.
pub(crate) async fn begin<F: Future + Unpin>(future: &mut F) {
    let polled = std::future::poll_fn(|cx| Poll::Ready(Pin::new(&mut *future).poll(cx))).await;
    assert!(polled.is_pending(), "it has ended already");
}

/// The implementation of an engine, which lives as long as its pair.
pub(crate) struct Motor {
    dial: DialClient,
    seen: Arc<Seen>,
    visits: AtomicUsize,
}

impl Motor {
    pub(crate) fn new(dial: DialClient, seen: Arc<Seen>) -> Motor {
        seen.alive.fetch_add(1, SeqCst);
        Motor { dial, seen, visits: AtomicUsize::new(0) }
    }
}

impl Drop for Motor {
    fn drop(&mut self) {
        self.seen.alive.fetch_sub(1, SeqCst);
    }
}

fn asked(error: CallError<Asked>) -> Asked {
    match error {
        CallError::Declared(asked) => asked,
        CallError::Fault(fault) => Asked { code: fault.kind().code().to_owned() },
    }
}

impl Engine for Motor {
    async fn add(&self, a: i64, b: i64) -> i64 {
        a.wrapping_add(b)
    }

    async fn part(&self, id: i64) -> Result<String, Broken> {
        match id {
            0 => Err(Broken::OutOfOrder),
            ..0 => Err(Broken::NoSuchPart { id, near: Some("gear".to_owned()) }),
            _ => Ok(format!("part {id}")),
        }
    }

    async fn nothing(&self) {}

    async fn text(&self, text: &str) -> String {
        text.to_owned()
    }

    async fn bytes(&self, bytes: Bytes) -> Bytes {
        bytes
    }

    async fn everything(&self, all: &Everything) -> Everything {
        all.clone()
    }

    async fn tree(&self, tree: &Tree) -> u64 {
        let (mut levels, mut tree) = (2, tree);
        while let Some(within) = tree.within.first() {
            (levels, tree) = (levels + 2, within);
        }
        levels
    }

    async fn grow(&self, levels: u64) -> Tree {
        Tree::deep(usize::try_from(levels).expect("it fits"))
    }

    async fn large(&self, size: u64) -> Bytes {
        vec![7; usize::try_from(size).expect("it fits")].into()
    }

    async fn down(&self, depth: u32) -> Result<u32, Asked> {
        if depth == 0 {
            return Ok(0);
        }
        Ok(self.dial.up(depth - 1).await.map_err(asked)? + 1)
    }

    async fn panics(&self, late: bool) {
        if late {
            tokio::task::yield_now().await;
        }
        panic!("the secret of the engine")
    }

    async fn stalls(&self) {
        let _work = self.seen.at_work();
        std::future::pending::<()>().await;
    }

    async fn place(&self) -> String {
        tokio::task::id().to_string()
    }

    async fn blocks(&self, ms: u64) -> String {
        if ms > 0 {
            tokio::task::block_in_place(|| std::thread::sleep(Duration::from_millis(ms)));
        }
        tokio::task::id().to_string()
    }

    async fn saves(&self, ms: u64) {
        let _work = self.seen.at_work();
        tokio::time::sleep(Duration::from_millis(ms)).await;
        self.seen.saved.fetch_add(1, SeqCst);
    }

    async fn remaining(&self, cx: &Context) -> Option<u64> {
        cx.remaining().map(|left| u64::try_from(left.as_millis()).expect("it fits"))
    }

    async fn remaining_within(&self, cx: &Context) -> Option<u64> {
        self.dial.remaining().context(cx).await.expect("an answer")
    }

    async fn visits(&self) -> u64 {
        self.visits.fetch_add(1, SeqCst) as u64 + 1
    }

    async fn show_then_reply(&self, from: u64, to: u64) -> u64 {
        for value in from..to {
            self.dial.show(value).await.expect("it is sent");
        }
        to
    }

    fn count(&self, from: u64, to: u64) -> impl Stream<Item = u64> + Send {
        stream::iter(from..to)
    }

    fn photos(&self, count: u64, size: u64) -> impl Stream<Item = Bytes> + Send {
        let photo = Bytes::from(vec![3; usize::try_from(size).expect("it fits")]);
        stream::iter((0..count).map(move |_| photo.clone()))
    }

    fn fails(&self, after: u64) -> impl Stream<Item = Result<u64, Broken>> + Send {
        stream::iter(0..after).map(Ok).chain(stream::once(async { Err(Broken::OutOfOrder) }))
    }

    fn breaks(&self, after: u64) -> impl Stream<Item = u64> + Send {
        stream::iter(0..=after).map(move |n| if n < after { n } else { panic!("the secret") })
    }

    fn ticks(&self) -> impl Stream<Item = u64> + Send {
        let work = self.seen.at_work();
        stream::iter(0..).then(move |n| {
            let _ = &work;
            async move {
                tokio::time::sleep(Duration::from_millis(10)).await;
                n
            }
        })
    }

    async fn sum(&self, mut numbers: Incoming<i64>) -> i64 {
        let mut sum = 0;
        while let Some(Ok(number)) = numbers.next().await {
            sum += number;
        }
        sum
    }

    async fn sum_until(&self, numbers: Incoming<i64>, count: u64) -> i64 {
        let mut numbers = numbers.take(usize::try_from(count).expect("it fits"));
        let mut sum = 0;
        while let Some(Ok(number)) = numbers.next().await {
            sum += number;
        }
        drop(numbers);
        // The caller still waits, and its stream is over.
        tokio::time::sleep(Duration::from_millis(5)).await;
        sum
    }

    async fn size(&self, mut photos: Incoming<Bytes>) -> u64 {
        let mut size = 0;
        while let Some(Ok(photo)) = photos.next().await {
            size += photo.len() as u64;
        }
        size
    }

    fn doubled(&self, numbers: Incoming<i64>) -> impl Stream<Item = i64> + Send {
        numbers.map(|number| number.expect("a number") * 2)
    }
}

/// The implementation of a dial.
pub(crate) struct Panel {
    engine: EngineClient,
    seen: Arc<Seen>,
}

impl Panel {
    pub(crate) fn new(engine: EngineClient, seen: Arc<Seen>) -> Panel {
        Panel { engine, seen }
    }
}

impl Dial for Panel {
    async fn add(&self, a: i64, b: i64) -> i64 {
        a.wrapping_add(b)
    }

    async fn up(&self, depth: u32) -> Result<u32, Asked> {
        if depth == 0 {
            return Ok(0);
        }
        Ok(self.engine.down(depth - 1).await.map_err(asked)? + 1)
    }

    async fn part(&self, id: i64) -> Result<String, Broken> {
        if id == 0 { Err(Broken::OutOfOrder) } else { Ok(format!("dial {id}")) }
    }

    async fn remaining(&self, cx: &Context) -> Option<u64> {
        cx.remaining().map(|left| u64::try_from(left.as_millis()).expect("it fits"))
    }

    async fn stalls(&self) {
        let _work = self.seen.at_work();
        std::future::pending::<()>().await;
    }

    fn count(&self, from: u64, to: u64) -> impl Stream<Item = u64> + Send {
        stream::iter(from..to)
    }

    async fn sum(&self, mut numbers: Incoming<i64>) -> i64 {
        let mut sum = 0;
        while let Some(Ok(number)) = numbers.next().await {
            sum += number;
        }
        sum
    }

    fn show(&self, value: u64) {
        self.seen.shown.lock().expect("no panic").push(value);
    }

    async fn show_slowly(&self, value: u64) {
        tokio::task::yield_now().await;
        self.seen.shown.lock().expect("no panic").push(value);
    }
}

/// What carries the bytes of a pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Over {
    InProcess,
    Unix,
    Tcp,
    /// A stream on which three bytes are under way at most, so that all reads and writes are short.
    Short,
}

type Opened<C> = Result<(Pair, C), Fault>;
type Opening<'a, F, B> = Pin<Box<dyn Future<Output = (Opened<F>, Opened<B>)> + Send + 'a>>;

impl Over {
    /// Opens a pair of these two, or tells both why there is none.
    pub(crate) fn try_open<F, B>(
        self,
        frontend: Builder,
        backend: Builder,
    ) -> Opening<'static, F, B>
    where
        F: Clients + Send + 'static,
        B: Clients + Send + 'static,
    {
        Box::pin(async move {
            match self {
                Over::InProcess => {
                    let (here, there) = ipc::in_process();
                    tokio::join!(frontend.open::<F>(here), backend.open::<B>(there))
                }
                Over::Short => {
                    let (here, there) = tokio::io::duplex(3);
                    let (here, there) = (ipc::Stream::new(here), ipc::Stream::new(there));
                    tokio::join!(frontend.open::<F>(here), backend.open::<B>(there))
                }
                Over::Unix => {
                    let listener = ipc::unix::Listener::bind().expect("a socket");
                    let path = listener.path().to_owned();
                    let connecting = async {
                        let socket = ipc::unix::connect(path).await.expect("a connection");
                        frontend.open::<F>(socket).await
                    };
                    tokio::join!(connecting, listener.pair::<B>(backend))
                }
                Over::Tcp => {
                    let listener = ipc::tcp::Listener::bind().await.expect("a port");
                    let (address, token) = (listener.local_addr(), listener.token().clone());
                    let connecting = async {
                        let socket = ipc::tcp::connect(address).await.expect("a connection");
                        frontend.token(&token).open::<F>(socket).await
                    };
                    tokio::join!(connecting, listener.pair::<B>(backend))
                }
            }
        })
    }

    /// Opens a pair of an engine and a dial.
    pub(crate) async fn open(self) -> Machine {
        self.open_with(ipc::Limits::default()).await
    }

    /// The same, with other limits at both ends.
    pub(crate) async fn open_with(self, limits: ipc::Limits) -> Machine {
        let (behind, before) = (Arc::<Seen>::default(), Arc::<Seen>::default());
        let backend = engine(&behind).limits(limits.clone());
        let frontend = dial(&before).limits(limits);
        let (front, back) = self.try_open::<EngineClient, DialClient>(frontend, backend).await;
        let (front, engine) = front.expect("a pair");
        let (back, dial) = back.expect("a pair");
        Machine { front, back, engine, dial, behind, before }
    }
}

/// A backend with an engine.
pub(crate) fn engine(seen: &Arc<Seen>) -> Builder {
    let seen = Arc::clone(seen);
    ipc::backend().serve(|dial: DialClient| EngineServer::new(Motor::new(dial, seen)))
}

/// A frontend with a dial.
pub(crate) fn dial(seen: &Arc<Seen>) -> Builder {
    let seen = Arc::clone(seen);
    ipc::frontend().serve(|engine: EngineClient| DialServer::new(Panel::new(engine, seen)))
}

/// A pair of an engine and a dial, seen from both ends.
pub(crate) struct Machine {
    pub(crate) front: Pair,
    pub(crate) back: Pair,
    /// Called from the frontend.
    pub(crate) engine: EngineClient,
    /// Called from the backend.
    pub(crate) dial: DialClient,
    /// What the handlers of the backend have done.
    pub(crate) behind: Arc<Seen>,
    /// What the handlers of the frontend have done.
    pub(crate) before: Arc<Seen>,
}

/// Keeps what handlers panic with on purpose out of the output of the tests.
pub(crate) fn quiet_panics() {
    static QUIET: OnceLock<()> = OnceLock::new();
    QUIET.get_or_init(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let text = info.payload().downcast_ref::<&str>().copied().unwrap_or_default();
            if !text.starts_with("the secret") {
                usual(info);
            }
        }));
    });
}

/// The fault that a call ended with.
pub(crate) fn fault<T: std::fmt::Debug, E: std::fmt::Debug>(
    ended: Result<T, CallError<E>>,
) -> Fault {
    match ended {
        Err(CallError::Fault(fault)) => fault,
        other => panic!("no fault, but {other:?}"),
    }
}

/// The kind of the fault that a call ended with.
pub(crate) fn kind<T: std::fmt::Debug, E: std::fmt::Debug>(
    ended: Result<T, CallError<E>>,
) -> FaultKind {
    fault(ended).kind()
}
