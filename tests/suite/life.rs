//! How calls end before their time: deadlines, cancellation, panics, cut connections.

#![allow(unreachable_pub, reason = "interfaces are public where they are used")]

use std::time::{Duration, Instant};

use futures_util::{FutureExt as _, StreamExt as _};
use traitwire::http::Connector;
use traitwire::rpc::{Authenticator, Backend, Credentials, Limits, Refused};
use traitwire::{Caller, Executed, Fault, FaultKind, in_process};
use traitwire_tests::net::{answering, cutting_proxy};
use traitwire_tests::{Cook, KitchenClient, Server, kitchen};

/// Runs a test over both transports.
macro_rules! on_every_transport {
    ($($test:ident)*) => {
        mod over_http { $(
            #[tokio::test]
            async fn $test() {
                let (backend, cook) = super::kitchen();
                let server = super::Server::start(backend).await;
                let client = super::Connector::new(&server.url).unwrap().token("reader");
                super::$test(client.connect().await.unwrap(), cook).await;
            }
        )* }

        mod in_one_process { $(
            #[tokio::test]
            async fn $test() {
                let (backend, cook) = super::kitchen();
                let client = super::in_process::Connector::new(&backend).token("reader");
                super::$test(client.connect().unwrap(), cook).await;
            }
        )* }
    };
}

on_every_transport! {
    a_deadline_ends_the_call_and_its_handler
    a_deadline_ends_a_stream_and_its_handler
    a_stream_has_no_deadline_unless_asked
    dropping_a_call_drops_its_handler
    dropping_a_stream_drops_its_handler
    a_panic_ends_its_call_only
    a_panic_ends_its_stream_only
    deadlines_out_of_all_reason_do_no_harm
}

async fn a_deadline_ends_the_call_and_its_handler(kitchen: KitchenClient, cook: Cook) {
    let start = Instant::now();
    let call = kitchen.stalls().deadline(Duration::from_millis(100));
    let fault = call.await.unwrap_err().into_fault();
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::DeadlineExceeded, Executed::Maybe));
    assert!(start.elapsed() >= Duration::from_millis(100));
    cook.idle().await;
    assert_eq!(cook.started(), 1);
}

async fn a_deadline_ends_a_stream_and_its_handler(kitchen: KitchenClient, cook: Cook) {
    let mut items = kitchen.stalling_items().deadline(Duration::from_millis(600));
    assert_eq!(items.next().await, Some(Ok(1)));
    let fault = items.next().await.unwrap().unwrap_err().into_fault();
    assert_eq!(fault.kind(), FaultKind::DeadlineExceeded);
    assert_eq!(items.next().await, None);
    cook.idle().await;
}

async fn a_stream_has_no_deadline_unless_asked(kitchen: KitchenClient, cook: Cook) {
    let mut items = kitchen.stalling_items();
    assert_eq!(items.next().await, Some(Ok(1)));
    assert_eq!(items.next().now_or_never(), None);
    assert_eq!(cook.running(), 1);
}

async fn dropping_a_call_drops_its_handler(kitchen: KitchenClient, cook: Cook) {
    let call = tokio::spawn(kitchen.stalls());
    cook.busy().await;
    call.abort();
    cook.idle().await;
}

async fn dropping_a_stream_drops_its_handler(kitchen: KitchenClient, cook: Cook) {
    let mut items = kitchen.stalling_items();
    assert_eq!(items.next().await, Some(Ok(1)));
    assert_eq!(cook.running(), 1);
    drop(items);
    cook.idle().await;
}

fn is_internal(fault: &Fault) {
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::Internal, Executed::Maybe));
    assert!(!format!("{fault:?}").contains("secret"), "{fault:?}");
    assert!(fault.message().contains("under the request id `"), "{fault}");
}

async fn a_panic_ends_its_call_only(kitchen: KitchenClient, _: Cook) {
    for late in [false, true] {
        let (panicked, fine) = tokio::join!(kitchen.panics(late), kitchen.say("still here".into()));
        is_internal(&panicked.unwrap_err().into_fault());
        assert_eq!(fine.unwrap(), "still here");
    }
    assert_eq!(kitchen.say("after".into()).await.unwrap(), "after");
}

async fn a_panic_ends_its_stream_only(kitchen: KitchenClient, _: Cook) {
    let mut items = kitchen.panicking_items();
    assert_eq!(items.next().await, Some(Ok(1)));
    is_internal(&items.next().await.unwrap().unwrap_err().into_fault());
    assert_eq!(items.next().await, None);
    assert_eq!(kitchen.say("after".into()).await.unwrap(), "after");
}

async fn deadlines_out_of_all_reason_do_no_harm(kitchen: KitchenClient, _: Cook) {
    let left = kitchen.remaining().deadline(Duration::MAX).await.unwrap();
    assert!(left.is_some_and(|left| left <= 600_000), "cut down to ten minutes: {left:?}");
    for timeout in [Duration::MAX, Duration::from_secs(u64::MAX / 4), Duration::from_secs(1 << 40)]
    {
        let items = kitchen.courses(2, None).deadline(timeout);
        assert_eq!(items.collect::<Vec<_>>().await.len(), 2);
        assert_eq!(kitchen.say("hi".into()).deadline(timeout).await.unwrap(), "hi");
    }
    let fault = kitchen.nothing().deadline(Duration::ZERO).await.unwrap_err().into_fault();
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::DeadlineExceeded, Executed::No));
}

#[tokio::test]
async fn a_backend_that_is_not_there_is_disconnected_and_nothing_ran() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/rpc", listener.local_addr().unwrap());
    drop(listener);
    let fault = traitwire::http::connect::<KitchenClient>(&url).await.unwrap_err();
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::Disconnected, Executed::No));
    assert!(fault.message().to_lowercase().contains("connection refused"), "{fault}");

    let https = url.replace("http://", "https://");
    let fault = traitwire::http::connect::<KitchenClient>(&https).await.unwrap_err();
    assert!(fault.message().contains("build reqwest with its feature `rustls`"), "{fault}");

    // Another path of a backend that is there: the first mistake that everybody makes.
    let server = Server::start(kitchen().0).await;
    let wrong = server.url.replace("/rpc", "/api");
    let fault = traitwire::http::connect::<KitchenClient>(&wrong).await.unwrap_err();
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::BadReply, Executed::No));
    assert!(fault.message().starts_with(&format!("{wrong}/_versions: status 404")), "{fault}");
}

#[tokio::test]
async fn a_backend_that_goes_away_ends_its_calls() {
    let (backend, cook) = kitchen();
    let server = Server::start(backend).await;
    let url = server.url.clone();
    // A proxy of its own, so that the connection can be cut from outside.
    let proxy = cutting_proxy(&url, usize::MAX).await;
    let kitchen: KitchenClient = traitwire::http::connect(&proxy.url).await.unwrap();
    let call = tokio::spawn(kitchen.stalls());
    cook.busy().await;
    proxy.cut();
    let fault = call.await.unwrap().unwrap_err().into_fault();
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::Disconnected, Executed::Maybe));
    cook.idle().await;
}

#[tokio::test]
async fn a_stream_that_is_cut_is_never_taken_for_its_end() {
    let server = Server::start(kitchen().0).await;
    // Of some 60 kB of events, so many bytes arrive; heads and `_versions` are among them.
    let proxy = cutting_proxy(&server.url, 20_000).await;
    let kitchen: KitchenClient = traitwire::http::connect(&proxy.url).await.unwrap();
    let items: Vec<_> = kitchen.courses(1000, None).collect().await;
    assert!(items.len() > 10 && items.len() < 1000, "{} items", items.len());
    let (last, before) = items.split_last().unwrap();
    assert!(before.iter().all(Result::is_ok));
    let fault = last.as_ref().unwrap_err().fault().unwrap();
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::Disconnected, Executed::Maybe));
}

#[tokio::test]
async fn an_event_stream_that_ends_politely_without_its_last_event_was_cut_too() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    let url = answering(&format!("{head}data: 1\n\ndata: 2\n\n")).await;
    let kitchen: KitchenClient = traitwire::http::connect(&url).await.unwrap();
    let items: Vec<_> = kitchen.stalling_items().collect().await;
    assert_eq!(items[..2], [Ok(1), Ok(2)]);
    let fault = items[2].as_ref().unwrap_err().fault().unwrap();
    assert_eq!(fault.kind(), FaultKind::Disconnected);
    assert_eq!(fault.message(), "the stream was cut before its end");
}

#[tokio::test]
async fn a_page_of_a_proxy_is_no_reply() {
    for (response, part) in [
        (
            "HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: 36\r\n\r\n\
             <html><h1>502  Bad Gateway</h1></html",
            "status 502, `text/html`: not a reply of a traitwire backend: <html><h1>502 Bad",
        ),
        ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi", "`no content type`"),
        // What would steer a terminal does not reach one.
        ("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\na\x1b[2Jb", "backend: a [2Jb"),
        ("HTTP/1.1 302 Found\r\nlocation: /login\r\ncontent-length: 0\r\n\r\n", "status 302"),
        (
            "HTTP/1.1 500 Internal Server Error\r\ncontent-type: application/problem+json\r\n\
             content-length: 15\r\n\r\n{\"status\": 500}",
            "status 500, `application/problem+json`",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\n[1,2]",
            "the reply was not understood",
        ),
    ] {
        let url = answering(response).await;
        let kitchen: KitchenClient = traitwire::http::connect(&url).await.unwrap();
        let fault = kitchen.say("hi".into()).await.unwrap_err().into_fault();
        assert_eq!((fault.kind(), fault.executed()), (FaultKind::BadReply, Executed::Maybe));
        assert!(fault.message().contains(part), "{fault}");
    }
}

#[tokio::test]
async fn a_reply_over_the_limit_is_refused() {
    let server = Server::start(kitchen().0).await;
    // The list of versions is larger than this, but no reply.
    let connector = Connector::new(&server.url).unwrap().max_reply(1_000);
    let few: KitchenClient = connector.connect().await.unwrap();
    assert!(few.say("x".repeat(998)).await.is_ok());

    let connector = Connector::new(&server.url).unwrap().max_reply(10_000);
    let kitchen: KitchenClient = connector.connect().await.unwrap();
    // A JSON string has two quotes more.
    assert!(kitchen.say("x".repeat(9_998)).await.is_ok());
    let fault = kitchen.say("x".repeat(9_999)).await.unwrap_err().into_fault();
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::TooLarge, Executed::Maybe));
    assert_eq!(fault.message(), "the reply is larger than 10000 bytes");
}

mod rough {
    use futures_util::{StreamExt as _, stream};
    use traitwire::{Stream, rpc_interface};

    #[rpc_interface(version = "1.0.0")]
    pub trait Rough {
        async fn guarded(&self) -> u8;
        fn guarded_items(&self) -> impl Stream<Item = u8> + Send;
        /// Never ends by itself, and panics when it is dropped.
        #[rpc(public)]
        async fn falls(&self) -> u8;
        /// Panics, and what it holds panics when it is dropped.
        #[rpc(public)]
        fn falls_twice(&self) -> impl Stream<Item = u8> + Send;
        /// Never ends by itself, and is never pending.
        #[rpc(public)]
        fn endless(&self) -> impl Stream<Item = u8> + Send;
        #[rpc(public)]
        fn one_item(&self, item: u8) -> impl Stream<Item = u8> + Send;
        #[rpc(public)]
        async fn hello(&self) -> u8;
    }

    pub struct Rogue;

    struct Trap;

    impl Drop for Trap {
        fn drop(&mut self) {
            assert!(std::thread::panicking(), "the secret of the trap");
        }
    }

    impl Rough for Rogue {
        async fn guarded(&self) -> u8 {
            1
        }

        fn guarded_items(&self) -> impl Stream<Item = u8> + Send {
            stream::iter([1])
        }

        async fn falls(&self) -> u8 {
            let _trap = Trap;
            std::future::pending().await
        }

        fn falls_twice(&self) -> impl Stream<Item = u8> + Send {
            let trap = Trap;
            stream::once(async { 1 }).chain(stream::poll_fn(move |_| {
                let _ = &trap;
                panic!("the secret of the stream")
            }))
        }

        fn endless(&self) -> impl Stream<Item = u8> + Send {
            stream::repeat(1)
        }

        fn one_item(&self, item: u8) -> impl Stream<Item = u8> + Send {
            stream::iter([item])
        }

        async fn hello(&self) -> u8 {
            1
        }
    }
}

use self::rough::{Rogue, RoughClient, RoughServer};

/// An authenticator that breaks down in the way that its caller asks for.
struct Broken;

impl Authenticator for Broken {
    fn authenticate<'a>(
        &'a self,
        credentials: Credentials<'a>,
    ) -> impl Future<Output = Result<Caller, Refused>> + Send + 'a {
        assert_ne!(credentials.bearer(), Some("panic at once"), "the secret of the guard");
        async move {
            assert_ne!(credentials.bearer(), Some("panic"), "the secret of the guard");
            std::future::pending().await
        }
    }
}

fn rough() -> Backend {
    let limits = Limits { default_deadline: Duration::from_millis(200), ..Limits::default() };
    let server = RoughServer::new(Rogue);
    Backend::builder().serve(server).authenticator(Broken).limits(limits).build().unwrap()
}

/// Hands a client with this token to the test, over each transport.
macro_rules! roughly {
    ($token:expr, |$client:ident| $test:expr) => {{
        let backend = rough();
        let $client: RoughClient =
            in_process::Connector::new(&backend).token($token).connect().unwrap();
        $test;
        let server = Server::start(backend).await;
        let connector = Connector::new(&server.url).unwrap().token($token);
        let $client: RoughClient = connector.connect().await.unwrap();
        $test;
    }};
}

/// Nothing in here may hang.
async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(5), work).await.expect("it hangs")
}

#[tokio::test]
async fn an_authenticator_that_hangs_is_ended_by_the_deadline() {
    roughly!("hang", |client| {
        let call = client.guarded().deadline(Duration::from_millis(100));
        let fault = soon(call).await.unwrap_err().into_fault();
        assert_eq!(fault.kind(), FaultKind::DeadlineExceeded);
        // A stream has no deadline, but its beginning has.
        let fault = soon(client.guarded_items().next()).await.unwrap().unwrap_err().into_fault();
        assert_eq!((fault.kind(), fault.executed()), (FaultKind::DeadlineExceeded, Executed::No));
    });
}

#[tokio::test]
async fn an_authenticator_that_panics_ends_its_call_only() {
    for token in ["panic", "panic at once"] {
        roughly!(token, |client| {
            let fault = soon(client.guarded()).await.unwrap_err().into_fault();
            assert_eq!((fault.kind(), fault.executed()), (FaultKind::Internal, Executed::No));
            assert!(!format!("{fault:?}").contains("secret"), "{fault:?}");
        });
    }
    let server = Server::start(rough()).await;
    let request = reqwest::Client::new().get(format!("{}/_schema", server.url));
    let response = soon(request.header("authorization", "Bearer panic").send()).await.unwrap();
    assert_eq!(response.status(), 500);
}

#[tokio::test]
async fn a_handler_that_panics_when_it_is_dropped_ends_its_call_only() {
    let backend = Backend::builder().serve(RoughServer::new(Rogue)).authenticator(Broken);
    let client: RoughClient = in_process::connect(&backend.build().unwrap()).unwrap();
    let call = client.falls().deadline(Duration::from_millis(50));
    let fault = soon(call).await.unwrap_err().into_fault();
    assert_eq!(fault.kind(), FaultKind::DeadlineExceeded);

    let mut items = client.falls_twice();
    assert_eq!(items.next().await, Some(Ok(1)));
    is_internal(&items.next().await.unwrap().unwrap_err().into_fault());
    assert_eq!(items.next().await, None);

    let mut dropped = client.falls_twice();
    assert_eq!(dropped.next().await, Some(Ok(1)));
    drop(dropped);
    assert_eq!(client.hello().await, Ok(1));
}

#[tokio::test]
async fn a_stream_that_is_never_pending_ends_at_its_deadline_too() {
    let backend = Backend::builder().serve(RoughServer::new(Rogue)).authenticator(Broken);
    let backend = backend.build().unwrap();
    let server = Server::start(backend.clone()).await;
    for client in [
        in_process::connect::<RoughClient>(&backend).unwrap(),
        traitwire::http::connect(&server.url).await.unwrap(),
    ] {
        let start = Instant::now();
        let mut items = client.endless().deadline(Duration::from_millis(300));
        let fault = loop {
            match items.next().await.expect("it has no end") {
                Ok(item) => assert_eq!(item, 1),
                Err(error) => break error.into_fault(),
            }
            assert!(start.elapsed() < Duration::from_secs(3), "the deadline has passed long ago");
        };
        assert_eq!(fault.kind(), FaultKind::DeadlineExceeded);
    }
}

#[tokio::test]
async fn the_arguments_of_a_stream_have_to_arrive_in_time() {
    let server = Server::start(rough()).await;
    let never = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    let request = reqwest::Client::new().post(format!("{}/Rough/v1/one_item", server.url));
    let request = request.header("content-type", "application/json");
    let response = soon(request.body(reqwest::Body::wrap_stream(never)).send()).await.unwrap();
    assert_eq!(response.status(), 504);
    let text = response.text().await.unwrap();
    assert!(text.contains("the body did not arrive before the deadline"), "{text}");
}
