//! What a request says of itself, and what follows a call that is made for another one.

#![allow(unreachable_pub, reason = "interfaces are public where they are used")]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt as _;
use traitwire::http::Connector;
use traitwire::rpc::{Backend, Interceptor, Next, Opening, Payload, Reply, ReplyItems, Request};
use traitwire::{
    CallError, Context, Executed, FaultKind, Stream, Trace, in_process, rpc_interface,
};
use traitwire_tests::Server;

type Labels = BTreeMap<String, String>;

/// Says what it knows of its calls.
#[rpc_interface(version = "1.0.0")]
pub trait Mirror {
    /// Of the call itself.
    #[rpc(public)]
    async fn labels(&self, cx: &Context) -> Labels;
    /// Of the stream itself.
    #[rpc(public)]
    fn stream_labels(&self, cx: &Context) -> impl Stream<Item = Labels> + Send;
    /// Never ends.
    #[rpc(public)]
    async fn stall(&self);
    /// Never ends, after its first item.
    #[rpc(public)]
    fn stall_items(&self) -> impl Stream<Item = u8> + Send;
}

/// Calls the mirror.
#[rpc_interface(version = "1.0.0")]
pub trait Relay {
    /// What the mirror knows of a call that is made for this one.
    #[rpc(public)]
    async fn relayed(&self, cx: &Context) -> Labels;
    /// Has the mirror stall, in a task of its own.
    #[rpc(public)]
    async fn stall_apart(&self, cx: &Context);
}

/// Needs a routing key.
#[rpc_interface(version = "1.0.0", route = required)]
pub trait Sites {
    /// The key.
    #[rpc(public)]
    async fn open(&self, cx: &Context, site: &str, floor: u64) -> String;
}

#[derive(Clone, Default)]
struct Glass {
    running: Arc<AtomicUsize>,
}

/// Counts as running until it is dropped.
struct AtWork(Arc<AtomicUsize>);

impl AtWork {
    fn new(running: &Arc<AtomicUsize>) -> AtWork {
        running.fetch_add(1, Ordering::SeqCst);
        AtWork(Arc::clone(running))
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn labels(cx: &Context) -> Labels {
    let trace = cx.trace();
    let labels = [
        ("id", Some(cx.request_id().to_owned())),
        ("session", cx.session().map(str::to_owned)),
        ("application", cx.application().map(str::to_owned)),
        ("route", cx.route().map(str::to_owned)),
        ("trace", trace.map(|trace| format!("{:032x}", trace.trace_id()))),
        ("span", trace.map(|trace| format!("{:016x}", trace.span_id()))),
        ("sampled", trace.map(|trace| trace.is_sampled().to_string())),
        ("state", trace.map(|trace| trace.state().to_owned())),
        ("key", cx.idempotency_key().map(str::to_owned)),
        ("event", cx.last_event_id().map(str::to_owned)),
        ("left", cx.remaining().map(|left| left.as_millis().to_string())),
    ];
    let present = labels.into_iter().filter_map(|(name, label)| Some((name.to_owned(), label?)));
    present.collect()
}

impl Mirror for Glass {
    async fn labels(&self, cx: &Context) -> Labels {
        labels(cx)
    }

    fn stream_labels(&self, cx: &Context) -> impl Stream<Item = Labels> + Send {
        futures_util::stream::iter([labels(cx)])
    }

    async fn stall(&self) {
        let _at_work = AtWork::new(&self.running);
        std::future::pending::<()>().await;
    }

    fn stall_items(&self) -> impl Stream<Item = u8> + Send {
        let at_work = AtWork::new(&self.running);
        futures_util::stream::unfold((0, at_work), async |(count, at_work)| {
            if count > 0 {
                std::future::pending::<()>().await;
            }
            Some((1, (count + 1, at_work)))
        })
    }
}

struct Repeater {
    mirror: MirrorClient,
    ends: tokio::sync::mpsc::UnboundedSender<FaultKind>,
}

impl Relay for Repeater {
    async fn relayed(&self, cx: &Context) -> Labels {
        self.mirror.labels().context(cx).await.expect("the mirror answers")
    }

    async fn stall_apart(&self, cx: &Context) {
        let (call, ends) = (self.mirror.stall().context(cx), self.ends.clone());
        tokio::spawn(async move {
            let fault = call.await.expect_err("it never ends well").into_fault();
            ends.send(fault.kind()).expect("the test listens");
        });
        let (mut items, ends) = (self.mirror.stall_items().context(cx), self.ends.clone());
        tokio::spawn(async move {
            assert_eq!(items.next().await, Some(Ok(1)));
            let end = items.next().await.expect("it is told of the end");
            ends.send(end.expect_err("no second item").into_fault().kind())
                .expect("the test listens");
            assert_eq!(items.next().await, None);
        });
        cx.cancelled().await;
    }
}

struct Doors;

impl Sites for Doors {
    async fn open(&self, cx: &Context, _: &str, _: u64) -> String {
        cx.route().expect("a route is required").to_owned()
    }
}

fn mirror() -> (Backend, Glass) {
    let glass = Glass::default();
    let backend = Backend::builder()
        .serve(MirrorServer::new(glass.clone()))
        .serve(SitesServer::new(Doors))
        .build()
        .expect("a backend");
    (backend, glass)
}

#[tokio::test]
async fn what_a_request_says_of_itself_reaches_its_handler() {
    let (backend, _) = mirror();
    let server = Server::start(backend.clone()).await;
    let trace = Trace::new(0xabc, 0xdef, true).unwrap().with_state("vendor=1");
    let near = in_process::Connector::new(&backend);
    let near = near.application("shop", "1.2.3").session("window-1").connect::<MirrorClient>();
    let far = Connector::new(&server.url).unwrap().application("shop", "1.2.3");
    let far = far.session("window-1").connect::<MirrorClient>().await;
    for mirror in [near.unwrap(), far.unwrap()] {
        let said = mirror
            .labels()
            .route("site-42")
            .request_id("r-1")
            .trace(trace.clone())
            .idempotency_key("k-1")
            .await
            .unwrap();
        let expected = [
            ("application", "shop/1.2.3"),
            ("id", "r-1"),
            ("key", "k-1"),
            ("route", "site-42"),
            ("sampled", "true"),
            ("session", "window-1"),
            ("span", "0000000000000def"),
            ("state", "vendor=1"),
            ("trace", "00000000000000000000000000000abc"),
        ];
        for (name, value) in expected {
            assert_eq!(said[name], value, "{name}");
        }
        assert!(said["left"].parse::<u64>().unwrap() <= 30_000);
        let mut items = mirror.stream_labels().last_event_id("7");
        assert_eq!(items.next().await.unwrap().unwrap()["event"], "7");
    }
}

#[tokio::test]
async fn a_call_that_says_nothing_can_be_told_from_others_all_the_same() {
    let (backend, _) = mirror();
    let connect = || in_process::connect::<MirrorClient>(&backend).unwrap();
    let (one, other) = (connect(), connect());
    let (a, b, c) = (one.labels().await, one.labels().await, other.labels().await);
    let (a, b, c) = (a.unwrap(), b.unwrap(), c.unwrap());
    assert_eq!(a["session"], b["session"]);
    assert_ne!(a["session"], c["session"]);
    for name in ["id", "trace", "span"] {
        assert_ne!(a[name], b[name], "{name}");
    }
    assert_eq!(a["sampled"], "false");
    assert!(!a.contains_key("route") && !a.contains_key("application"));
}

#[tokio::test]
async fn a_handler_that_calls_onward_passes_its_context_on() {
    let (backend, _) = mirror();
    let mirror_server = Server::start(backend).await;
    let (ends, _) = tokio::sync::mpsc::unbounded_channel();
    let mirror = Connector::new(&mirror_server.url).unwrap().application("relay", "0.1.0");
    let mirror = mirror.connect::<MirrorClient>().await.unwrap();
    let relay = Backend::builder().serve(RelayServer::new(Repeater { mirror, ends })).build();
    let relay_server = Server::start(relay.unwrap()).await;
    let relay = Connector::new(&relay_server.url).unwrap().application("shop", "1.2.3");
    let relay = relay.session("window-1").connect::<RelayClient>().await.unwrap();
    let trace = Trace::new(0xabc, 0xdef, true).unwrap().with_state("vendor=1");
    let call = relay.relayed().route("site-42").request_id("r-1").trace(trace);
    let said = call.deadline(Duration::from_secs(2)).await.unwrap();
    let expected = [
        ("application", "relay/0.1.0"),
        ("id", "r-1"),
        ("route", "site-42"),
        ("sampled", "true"),
        ("session", "window-1"),
        ("state", "vendor=1"),
        ("trace", "00000000000000000000000000000abc"),
    ];
    for (name, value) in expected {
        assert_eq!(said[name], value, "{name}");
    }
    assert_ne!(said["span"], "0000000000000def");
    assert!(said["left"].parse::<u64>().unwrap() < 2_000);
}

#[tokio::test]
async fn c3_what_a_handler_has_spawned_learns_that_its_caller_is_gone() {
    let (backend, glass) = mirror();
    let mirror_server = Server::start(backend).await;
    let mirror = Connector::new(&mirror_server.url).unwrap().connect().await.unwrap();
    let (ends, mut ended) = tokio::sync::mpsc::unbounded_channel();
    let relay = Backend::builder().serve(RelayServer::new(Repeater { mirror, ends })).build();
    let relay_server = Server::start(relay.unwrap()).await;
    let relay: RelayClient = Connector::new(&relay_server.url).unwrap().connect().await.unwrap();
    let call = tokio::spawn(async move { relay.stall_apart().await });
    let wait_for = async |running| {
        while glass.running.load(Ordering::SeqCst) != running {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let limit = Duration::from_secs(5);
    tokio::time::timeout(limit, wait_for(2)).await.expect("both calls have begun");
    call.abort();
    for _ in 0..2 {
        let kind = tokio::time::timeout(limit, ended.recv()).await.expect("the calls end");
        assert_eq!(kind, Some(FaultKind::Cancelled));
    }
    tokio::time::timeout(limit, wait_for(0)).await.expect("the handlers are dropped");
}

#[tokio::test]
async fn a_call_that_ends_with_its_reply_is_not_cancelled() {
    let cx = Context::new("Mirror", "labels");
    assert!(!cx.is_cancelled());
    let (backend, _) = mirror();
    let mirror = in_process::connect::<MirrorClient>(&backend).unwrap();
    mirror.labels().context(&cx).await.unwrap();
    assert!(!cx.is_cancelled());
}

#[tokio::test]
async fn req_08_an_interface_that_needs_a_route_refuses_a_call_without() {
    let (backend, _) = mirror();
    let server = Server::start(backend.clone()).await;
    let near: SitesClient = in_process::connect(&backend).unwrap();
    let far: SitesClient = Connector::new(&server.url).unwrap().connect().await.unwrap();
    for sites in [near, far] {
        let fault = sites.open("a", 1).await.unwrap_err().into_fault();
        assert_eq!((fault.kind(), fault.executed()), (FaultKind::InvalidArgument, Executed::No));
        let message = "`Sites` needs a routing key: give the call a `route` (over HTTP the header \
                       `Traitwire-Route`), or the connection a `route_by` that knows one";
        assert_eq!(fault.message(), message);
        assert_eq!(sites.open("a", 1).route("b").await.unwrap(), "b");
    }
    // Whoever has a `route_by` is told that it is the one that said nothing.
    let lost: SitesClient = in_process::Connector::new(&backend)
        .route_by(|call| call.argument::<String>("siet"))
        .connect()
        .unwrap();
    let fault = lost.open("a", 1).await.unwrap_err().into_fault();
    let message = "`Sites` needs a routing key, and the connection's `route_by` gave none: ";
    assert!(fault.message().starts_with(message), "{fault}");
    // A frontend that is not ours is refused by the backend.
    let url = format!("{}/Sites/v1/open", server.url);
    let post = || reqwest::Client::new().post(&url).header("content-type", "application/json");
    let refused = post().body(r#"{"site":"a","floor":1}"#).send().await.unwrap();
    assert_eq!(refused.status(), 400);
    assert!(refused.text().await.unwrap().contains("needs a routing key: give"));
    let routed = post().header("traitwire-route", "r").body(r#"{"site":"a","floor":1}"#);
    assert_eq!(routed.send().await.unwrap().text().await.unwrap(), "\"r\"");
}

#[tokio::test]
async fn a_route_is_computed_from_the_arguments() {
    let (backend, _) = mirror();
    let sites: SitesClient = in_process::Connector::new(&backend)
        .route_by(|call| {
            assert_eq!((&*call.interface().name, &*call.method().name), ("Sites", "open"));
            assert_eq!(call.argument::<u64>("nothing"), None);
            assert_eq!(call.argument::<u64>("site"), None);
            let site: String = call.argument("site")?;
            let floor: u64 = call.argument("floor")?;
            (floor < 100).then(|| format!("{site}/{floor}"))
        })
        .connect()
        .unwrap();
    assert_eq!(sites.open("tower", 7).await.unwrap(), "tower/7");
    assert_eq!(sites.open("tower", 7).route("fixed").await.unwrap(), "fixed");
    let cx = Context::new("Relay", "relayed").with_route("inherited");
    assert_eq!(sites.open("tower", 100).context(&cx).await.unwrap(), "inherited");
    assert_eq!(sites.open("tower", 7).context(&cx).await.unwrap(), "tower/7");
    assert!(matches!(sites.open("tower", 100).await, Err(CallError::Fault(_))));
}

/// Writes down which calls pass; the inner one answers the second itself.
struct Doorkeeper {
    name: &'static str,
    log: Arc<Mutex<Vec<String>>>,
}

impl Interceptor for Doorkeeper {
    fn call(&self, request: Request, next: Next) -> Reply {
        let passed = {
            let mut log = self.log.lock().unwrap();
            log.push(format!("{} {}", self.name, request.method().name));
            log.len()
        };
        match (self.name, passed) {
            ("inner", 4) => {
                Box::pin(async { Ok(Payload::Json((&b"{\"own\":\"yes\"}"[..]).into())) })
            }
            _ => next.call(request),
        }
    }

    fn open(&self, request: Request, next: Next) -> Opening {
        let opening = next.open(request);
        Box::pin(async move { Ok::<ReplyItems, _>(Box::pin(opening.await?.take(1))) })
    }
}

#[tokio::test]
async fn interceptors_stand_around_every_call_in_their_order() {
    let (backend, _) = mirror();
    let log = Arc::default();
    let keeper = |name| Doorkeeper { name, log: Arc::clone(&log) };
    let mirror: MirrorClient = in_process::Connector::new(&backend)
        .intercept(keeper("outer"))
        .intercept(keeper("inner"))
        .connect()
        .unwrap();
    assert!(mirror.labels().await.unwrap().contains_key("id"));
    assert_eq!(mirror.labels().await.unwrap()["own"], "yes");
    let expected = ["outer labels", "inner labels", "outer labels", "inner labels"];
    assert_eq!(*log.lock().unwrap(), expected);
    // The rest of this stream would never come.
    let items: Vec<_> = mirror.stall_items().collect().await;
    assert_eq!(items, [Ok(1)]);
}

#[tokio::test]
async fn labels_of_128_bytes_pass_and_longer_ones_are_refused() {
    let (backend, _) = mirror();
    let server = Server::start(backend.clone()).await;
    let url = format!("{}/Mirror/v1/labels", server.url);
    for header in [
        "x-request-id",
        "traitwire-session",
        "traitwire-application",
        "traitwire-route",
        "idempotency-key",
        "last-event-id",
    ] {
        for (length, status) in [(128, 200), (129, 400)] {
            let client = reqwest::Client::new();
            let request = client.post(&url).header("content-type", "application/json");
            let reply = request.header(header, "x".repeat(length)).send().await.unwrap();
            assert_eq!(reply.status(), status, "{header} of {length}");
        }
    }
    // The frontend says so before it sends anything.
    let mirror: MirrorClient = in_process::connect(&backend).unwrap();
    let fault = mirror.labels().route("x".repeat(129)).await.unwrap_err().into_fault();
    assert_eq!(fault.message(), "the route must be at most 128 visible ASCII characters");
}

#[tokio::test]
async fn a_traceparent_that_is_none_is_left_out_as_the_specification_says() {
    let (backend, _) = mirror();
    let server = Server::start(backend).await;
    let url = format!("{}/Mirror/v1/stall", server.url);
    let client = reqwest::Client::new();
    let request = client.post(&url).header("content-type", "application/json");
    let request = request.header("traceparent", "00-0-0-0").header("traitwire-timeout", "50");
    // The handler ran, to its deadline.
    assert_eq!(request.send().await.unwrap().status(), 504);
}
