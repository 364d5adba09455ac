//! What stands around the calls that a backend runs, in process and over HTTP.

#![allow(unreachable_pub, reason = "interfaces are public where they are used")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _};
use serde::{Deserialize, Serialize};
use traitwire::http::Connector;
use traitwire::rpc::idempotency::MemoryStore;
use traitwire::rpc::{
    AcceptedCall, Backend, BackendBuilder, BackendInterceptor, Failure, Opening, Payload, Reply,
    RetryPolicy, StaticTokens,
};
use traitwire::{
    CallError, Caller, Context, Executed, Fault, FaultKind, Stream, Wire, in_process, rpc_interface,
};
use traitwire_tests::Server;

/// Why there is no half.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// The number is odd.
    #[wire(status = 409)]
    Odd,
}

/// Everything that a handler can come to.
#[rpc_interface(version = "1.0.0")]
pub trait Ends {
    /// Half of an even number.
    async fn half(&self, number: u32) -> Result<u32, Refused>;
    /// Comes to nothing.
    async fn panics(&self);
    /// Never ends.
    async fn stalls(&self);
    /// The numbers below this one.
    fn below(&self, number: u32) -> impl Stream<Item = Result<u32, Refused>> + Send;
    /// Begins and panics.
    fn breaks(&self) -> impl Stream<Item = u32> + Send;
    /// Who calls.
    #[rpc(public)]
    async fn who(&self, cx: &Context) -> Option<String>;
}

#[derive(Clone, Default)]
struct Desk {
    runs: Arc<AtomicUsize>,
}

impl Desk {
    fn run(&self) {
        self.runs.fetch_add(1, Ordering::SeqCst);
    }

    fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }
}

impl Ends for Desk {
    async fn half(&self, number: u32) -> Result<u32, Refused> {
        self.run();
        if number.is_multiple_of(2) { Ok(number / 2) } else { Err(Refused::Odd) }
    }

    async fn panics(&self) {
        panic!("the secret of the desk");
    }

    async fn stalls(&self) {
        self.run();
        std::future::pending::<()>().await;
    }

    fn below(&self, number: u32) -> impl Stream<Item = Result<u32, Refused>> + Send {
        futures_util::stream::iter((0..number).map(Ok)).inspect(|_| self.run())
    }

    fn breaks(&self) -> impl Stream<Item = u32> + Send {
        futures_util::stream::iter(0..2).inspect(|item| assert_eq!(*item, 0, "the secret"))
    }

    async fn who(&self, cx: &Context) -> Option<String> {
        cx.caller().map(|caller| caller.subject().to_owned())
    }
}

fn builder(desk: &Desk) -> BackendBuilder {
    let tokens = StaticTokens::new([("ann-token", Caller::new("ann"))]);
    Backend::builder().serve(EndsServer::new(desk.clone())).authenticator(tokens)
}

/// A client in process and one over HTTP, and what keeps that one's server.
async fn clients(backend: &Backend) -> ([EndsClient; 2], Server) {
    let server = Server::start(backend.clone()).await;
    let once = RetryPolicy::off();
    let near = in_process::Connector::new(backend).token("ann-token").retries(once);
    let far = Connector::new(&server.url).unwrap().token("ann-token").retries(once);
    ([near.connect().unwrap(), far.connect().await.unwrap()], server)
}

/// What was seen, in its order.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn add(&self, line: impl Into<String>) {
        self.0.lock().unwrap().push(line.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

fn shown(payload: &Payload) -> String {
    match payload {
        Payload::Json(json) => String::from_utf8(json.to_vec()).unwrap(),
        Payload::Octets(octets) => format!("{} bytes", octets.len()),
    }
}

fn told<T>(ended: &Result<T, Failure>, value: impl Fn(&T) -> String) -> String {
    match ended {
        Ok(reply) => value(reply),
        Err(Failure::Declared { status, json }) => {
            format!("declared {status} {}", String::from_utf8_lossy(json))
        }
        Err(Failure::Fault(fault)) => format!("{} {:?}", fault.kind().code(), fault.executed()),
    }
}

/// Writes down who called what, and how it ended.
struct Audit(Log);

impl BackendInterceptor for Audit {
    fn call(&self, call: AcceptedCall, next: Reply) -> Reply {
        let log = self.0.clone();
        Box::pin(async move {
            let ended = next.await;
            let who = call.context().caller().map_or("nobody", Caller::subject);
            let (interface, method) = (&call.interface().name, &call.method().name);
            let arguments = shown(call.payload());
            log.add(format!("{who} {interface}/{method} {arguments}: {}", told(&ended, shown)));
            ended
        })
    }

    fn open(&self, call: AcceptedCall, next: Opening) -> Opening {
        let log = self.0.clone();
        Box::pin(async move {
            log.add(format!("{} opens", call.method().name));
            let items = next.await?;
            let items = items.inspect(move |item| log.add(told(item, shown)));
            Ok(items.boxed())
        })
    }
}

#[tokio::test]
async fn an_interceptor_sees_each_call_and_how_it_ended() {
    let (desk, log) = (Desk::default(), Log::default());
    let backend = builder(&desk).intercept(Audit(log.clone())).build().unwrap();
    let (clients, server) = clients(&backend).await;
    for client in &clients {
        assert_eq!(client.half(4).await, Ok(2));
        assert_eq!(client.half(3).await, Err(CallError::Declared(Refused::Odd)));
        let fault = client.panics().await.unwrap_err().into_fault();
        assert_eq!((fault.kind(), fault.executed()), (FaultKind::Internal, Executed::Maybe));
        assert!(!fault.message().contains("secret"), "{fault}");
        assert_eq!(client.who().await, Ok(Some("ann".to_owned())));
        assert_eq!(
            log.take(),
            [
                "ann Ends/half {\"number\":4}: 2",
                "ann Ends/half {\"number\":3}: declared 409 \"odd\"",
                "ann Ends/panics {}: internal Maybe",
                "ann Ends/who {}: \"ann\"",
            ]
        );
        let items: Vec<_> = client.below(2).collect().await;
        assert_eq!(items, [Ok(0), Ok(1)]);
        let items: Vec<_> = client.breaks().collect().await;
        assert_eq!((items.len(), &items[0]), (2, &Ok(0)));
        assert_eq!(log.take(), ["below opens", "0", "1", "breaks opens", "0", "internal Maybe"]);
    }
    // Neither who may not call, nor arguments that are none, come so far.
    let stranger: EndsClient = in_process::connect(&backend).unwrap();
    assert!(stranger.half(4).await.is_err());
    let bad = reqwest::Client::new()
        .post(format!("{}/Ends/v1/half", server.url))
        .bearer_auth("ann-token")
        .header("content-type", "application/json")
        .body("{\"number\":-1}");
    assert_eq!(bad.send().await.unwrap().status(), 400);
    assert_eq!(log.take(), [""; 0]);
    assert_eq!(stranger.who().await, Ok(None));
    assert_eq!(log.take(), ["nobody Ends/who {}: null"]);
}

/// Refuses everything, with a fault that says this of the handler.
struct Closed(Executed);

impl BackendInterceptor for Closed {
    fn call(&self, call: AcceptedCall, _: Reply) -> Reply {
        let message =
            format!("{} is closed to {}", call.method().name, call.context().request_id());
        let fault = Fault::new(FaultKind::PermissionDenied, self.0, message);
        Box::pin(async { Err(fault.into()) })
    }

    fn open(&self, _: AcceptedCall, next: Opening) -> Opening {
        let fault = Fault::new(FaultKind::PermissionDenied, self.0, "closed");
        // As good as not to ask for the items at all.
        Box::pin(async {
            let _items = next.await?;
            Err(fault.into())
        })
    }
}

#[tokio::test]
async fn what_is_refused_does_not_run() {
    let desk = Desk::default();
    let backend = builder(&desk).intercept(Closed(Executed::No)).build().unwrap();
    let (clients, _server) = clients(&backend).await;
    for client in &clients {
        let fault = match client.half(4).request_id("r-1").await {
            Err(CallError::Fault(fault)) => fault,
            other => panic!("{other:?}"),
        };
        assert_eq!((fault.kind(), fault.executed()), (FaultKind::PermissionDenied, Executed::No));
        assert_eq!(fault.message(), "half is closed to r-1");
        let items: Vec<_> = client.below(2).collect().await;
        let [Err(CallError::Fault(fault))] = &items[..] else { panic!("{items:?}") };
        assert_eq!((fault.kind(), fault.executed()), (FaultKind::PermissionDenied, Executed::No));
    }
    assert_eq!((desk.runs(), backend.in_flight()), (0, 0));
}

/// Says of each call that it has not run, though it has, or may yet.
enum Liar {
    After,
    Elsewhere,
}

impl BackendInterceptor for Liar {
    fn call(&self, _: AcceptedCall, next: Reply) -> Reply {
        let fault = Fault::new(FaultKind::Overloaded, Executed::No, "not me");
        let elsewhere = matches!(self, Liar::Elsewhere);
        Box::pin(async move {
            if elsewhere {
                tokio::spawn(next);
            } else {
                let _ = next.await;
            }
            Err(fault.into())
        })
    }

    fn open(&self, _: AcceptedCall, next: Opening) -> Opening {
        let fault = Fault::new(FaultKind::Overloaded, Executed::No, "not me");
        Box::pin(async move {
            let items = next.await?;
            let fault = futures_util::stream::once(async { Err(fault.into()) });
            Ok(items.take(1).chain(fault).boxed())
        })
    }
}

#[tokio::test]
async fn what_has_run_is_not_said_not_to_have() {
    for liar in [Liar::After, Liar::Elsewhere] {
        let backend = builder(&Desk::default()).intercept(liar).build().unwrap();
        let (clients, _server) = clients(&backend).await;
        for client in &clients {
            let Err(CallError::Fault(fault)) = client.half(4).await else { panic!("no fault") };
            let came = (fault.kind(), fault.executed(), fault.message());
            assert_eq!(came, (FaultKind::Overloaded, Executed::Maybe, "not me"));
            let items: Vec<_> = client.below(2).collect().await;
            let [Ok(0), Err(CallError::Fault(fault))] = &items[..] else { panic!("{items:?}") };
            assert_eq!(fault.executed(), Executed::Maybe);
        }
    }
}

/// Writes down when it is passed, in and out.
struct Named(&'static str, Log);

impl BackendInterceptor for Named {
    fn call(&self, _: AcceptedCall, next: Reply) -> Reply {
        let (name, log) = (self.0, self.1.clone());
        log.add(format!("> {name}"));
        next.inspect(move |_| log.add(format!("< {name}"))).boxed()
    }

    fn open(&self, _: AcceptedCall, next: Opening) -> Opening {
        self.1.add(format!("> {}", self.0));
        next
    }
}

#[tokio::test]
async fn the_first_is_the_outermost() {
    let log = Log::default();
    let backend = builder(&Desk::default());
    let backend = backend.intercept(Named("outer", log.clone()));
    let backend = backend.intercept(Named("inner", log.clone())).build().unwrap();
    let (clients, _server) = clients(&backend).await;
    for client in &clients {
        client.half(4).await.unwrap();
        assert_eq!(log.take(), ["> outer", "> inner", "< inner", "< outer"]);
        assert_eq!(client.below(1).count().await, 1);
        assert_eq!(log.take(), ["> outer", "> inner"]);
    }
}

/// Panics at once, or once it is polled.
struct Broken {
    at_once: bool,
}

impl BackendInterceptor for Broken {
    fn call(&self, _: AcceptedCall, _: Reply) -> Reply {
        assert!(!self.at_once, "the secret of the house");
        Box::pin(async { panic!("the secret of the house") })
    }

    fn open(&self, _: AcceptedCall, _: Opening) -> Opening {
        assert!(!self.at_once, "the secret of the house");
        Box::pin(async { panic!("the secret of the house") })
    }
}

#[tokio::test]
async fn a_panic_ends_its_call_only() {
    for at_once in [true, false] {
        let desk = Desk::default();
        let backend = builder(&desk).intercept(Broken { at_once }).build().unwrap();
        let (clients, _server) = clients(&backend).await;
        for client in &clients {
            let call = client.half(4).request_id("r-1").await;
            let Err(CallError::Fault(fault)) = call else { panic!("{call:?}") };
            assert_eq!(fault.kind(), FaultKind::Internal);
            assert!(fault.message().contains("`r-1`") && !fault.message().contains("secret"));
            let items: Vec<_> = client.below(1).collect().await;
            let [Err(CallError::Fault(fault))] = &items[..] else { panic!("{items:?}") };
            assert_eq!(fault.kind(), FaultKind::Internal);
        }
        assert_eq!((desk.runs(), backend.in_flight()), (0, 0));
    }
}

#[tokio::test]
async fn a_call_that_is_given_up_is_dropped_with_its_interceptor() {
    let (desk, log) = (Desk::default(), Log::default());
    let backend = builder(&desk).intercept(Named("around", log.clone())).build().unwrap();
    let (clients, _server) = clients(&backend).await;
    for client in &clients {
        let before = desk.runs();
        let call = client.stalls().deadline(Duration::from_millis(200)).await;
        assert_eq!(call.unwrap_err().into_fault().kind(), FaultKind::DeadlineExceeded);
        assert_eq!(desk.runs(), before + 1);
        let ended = async {
            while backend.in_flight() > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), ended).await.expect("it ends");
        assert_eq!(log.take(), ["> around"]);
    }
}

/// Refuses the first call.
#[derive(Default)]
struct Later(AtomicUsize);

impl BackendInterceptor for Later {
    fn call(&self, _: AcceptedCall, next: Reply) -> Reply {
        if self.0.fetch_add(1, Ordering::SeqCst) > 0 {
            return next;
        }
        let fault = Fault::new(FaultKind::Overloaded, Executed::No, "later");
        Box::pin(async { Err(fault.into()) })
    }
}

#[tokio::test]
async fn a_key_is_free_again_after_a_refusal_and_its_reply_is_not_intercepted() {
    let (desk, log) = (Desk::default(), Log::default());
    let backend = builder(&desk).idempotency(MemoryStore::new());
    let backend = backend.intercept(Audit(log.clone())).intercept(Later::default());
    let (clients, _server) = clients(&backend.build().unwrap()).await;
    let call = || clients[0].half(4).idempotency_key("k-1");
    assert!(call().await.is_err());
    assert_eq!((call().await, call().await), (Ok(2), Ok(2)));
    assert_eq!(desk.runs(), 1);
    let half = "ann Ends/half {\"number\":4}:";
    assert_eq!(log.take(), [format!("{half} overloaded No"), format!("{half} 2")]);
}

/// Doors as they were.
#[rpc_interface(version = "1.4.0", name = "Doors")]
pub trait DoorsV1 {
    /// Closes it.
    #[rpc(public)]
    async fn shut(&self) -> u8;
    /// Opens it.
    #[rpc(public)]
    async fn open(&self) -> u16;
}

/// Doors as they are.
#[rpc_interface(version = "2.0.0")]
pub trait Doors {
    /// Opens it.
    #[rpc(public)]
    async fn open(&self) -> u16;
    /// Closes it.
    #[rpc(public)]
    async fn shut(&self) -> u8;
}

impl Doors for Desk {
    async fn open(&self) -> u16 {
        1
    }

    async fn shut(&self) -> u8 {
        2
    }
}

/// Writes down the version that was called.
struct Versions(Log);

impl BackendInterceptor for Versions {
    fn call(&self, call: AcceptedCall, next: Reply) -> Reply {
        self.0.add(format!("{} of {}", call.method().name, call.interface().version));
        next
    }
}

#[tokio::test]
async fn a_call_of_an_older_series_is_seen_as_it_was_made() {
    let log = Log::default();
    let server = DoorsServer::new(Desk::default());
    let backend = Backend::builder().serve(server.clone()).serve_older::<DoorsV1Client>(server);
    let backend = backend.intercept(Versions(log.clone())).build().unwrap();
    let older: DoorsV1Client = in_process::connect(&backend).unwrap();
    assert_eq!((older.shut().await, older.open().await), (Ok(2), Ok(1)));
    assert_eq!(log.take(), ["shut of 1.4.0", "open of 1.4.0"]);
}
