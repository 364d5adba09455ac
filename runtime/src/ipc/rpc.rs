//! How does an RPC interface cross a pair?
//!
//! As over HTTP, but for what a pair knows anyway: which versions go together is settled in the handshake,
//! and the credentials are those that its frontend has shown there. What a request says of itself comes
//! with each call.

use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context as TaskContext, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use serde::{Deserialize, Serialize};
use traitwire_protocol::{Ending, Head, Payload as Wired};
use traitwire_schema::Interface;

use super::batch::Batch;
use super::buffer::Body;
use super::call::{Running as Calling, RunningItems};
use super::channel::{Channel, Stub};
use super::codec::Codec;
use super::dispatch::{Ended, Filled, Slot, Started};
use super::fault;
use super::link::Outcome as Came;
use crate::labels::Labels;
use crate::rpc::admission::Head as RpcHead;
use crate::rpc::auth::{Credentials, HeaderValues};
use crate::rpc::channel::{Channel as RpcChannel, Opening, Reply, ReplyItems, Request, Transport};
use crate::rpc::dispatch::{Failure, Payload};
use crate::rpc::running::{self, Running};
use crate::rpc::sender::Sender;
use crate::rpc::{Backend, Stub as RpcStub, connect};
use crate::{Executed, Fault, FaultKind, Trace};

/// A client of an RPC interface whose backend serves it over this pair; its calls are made as over any
/// other transport.
///
/// ```
/// use traitwire::rpc::Backend;
/// use traitwire::{ipc, rpc_interface};
///
/// #[rpc_interface(version = "1.0.0")]
/// pub trait Adder {
///     /// The sum.
///     #[rpc(public)]
///     async fn add(&self, a: i64, b: i64) -> i64;
/// }
///
/// struct Plain;
///
/// impl Adder for Plain {
///     async fn add(&self, a: i64, b: i64) -> i64 {
///         a + b
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (here, there) = ipc::in_process();
/// let backend = Backend::builder().serve(AdderServer::new(Plain)).build()?;
/// let waiting = tokio::spawn(ipc::backend().serve_rpc(&backend).open::<()>(there));
/// let (pair, ipc::Rpc(adder)) =
///     ipc::frontend().open::<ipc::Rpc<AdderClient>>(here).await?;
/// assert_eq!(adder.add(2, 3).await?, 5);
/// # pair.close().await;
/// # waiting.await??;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Rpc<C>(pub C);

impl<C: RpcStub> Stub for Rpc<C> {
    fn interface() -> &'static Interface {
        C::interface()
    }

    fn new(channel: Channel) -> Self {
        // It was described to the other end, which needs the same.
        let target = connect::target(C::interface()).expect("the interface is fit to be called");
        Rpc(C::new(RpcChannel {
            target: Arc::new(target),
            transport: Arc::new(OverPair(channel)),
            sender: Arc::new(Sender::default()),
        }))
    }
}

/// What a request says of itself, beside its place in a trace and the time that it has.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Context {
    #[serde(skip_serializing_if = "str::is_empty")]
    request_id: Arc<str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracestate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<Arc<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_event_id: Option<Arc<str>>,
}

impl Context {
    fn of(labels: &Labels) -> Context {
        let labels = labels.clone();
        let state = labels.trace.as_ref().map(Trace::state).filter(|state| !state.is_empty());
        Context {
            request_id: labels.request_id,
            session: labels.session,
            application: labels.application,
            route: labels.route,
            tracestate: state.map(str::to_owned),
            idempotency_key: labels.idempotency_key,
            last_event_id: labels.last_event_id,
        }
    }

    fn into_labels(self, trace: Option<Trace>) -> Labels {
        let state = self.tracestate;
        Labels {
            request_id: self.request_id,
            session: self.session,
            application: self.application,
            route: self.route,
            trace: trace.map(|trace| match &state {
                Some(state) => trace.with_state(state),
                None => trace,
            }),
            idempotency_key: self.idempotency_key,
            last_event_id: self.last_event_id,
        }
    }
}

/// Calls the interfaces of a backend over the pair with it.
struct OverPair(Channel);

impl OverPair {
    fn call(&self, request: Request) -> Calling {
        let timeout = request.timeout();
        let (labels, method) = (&request.labels, request.method);
        let mut route = self.0.route(method);
        let body = match request.payload {
            Payload::Json(json) => Body::Bytes(json),
            Payload::Octets(octets) => {
                // The flag for JSON is not set, and so it is bytes.
                route.codec = Codec::Compact;
                Body::Bytes(octets)
            }
        };
        let context = serde_json::to_vec(&Context::of(labels)).expect("texts are JSON");
        let head = Head {
            deadline: timeout,
            trace: labels.trace.as_ref().map(Trace::to_bytes),
            within: None,
            context: Some(context.into()),
        };
        Calling::raw(Arc::clone(&self.0.link), route, body, head)
    }
}

fn payload(json: bool, bytes: Bytes) -> Payload {
    if json { Payload::Json(bytes) } else { Payload::Octets(bytes) }
}

/// What ended a call that did not end as its kind does.
fn failure(came: Came, method: &str) -> Failure {
    match came {
        Came::Ended(Ending::Declared, _, body) => {
            Failure::Declared { status: 422, json: body.into_bytes() }
        }
        Came::Ended(Ending::Fault, _, body) => Failure::Fault(fault::read(&body)),
        Came::Ended(Ending::Reply | Ending::End, ..) => Failure::Fault(running::other_kind(method)),
        Came::Fault(fault) => Failure::Fault(fault),
    }
}

impl Transport for OverPair {
    fn call(&self, request: Request) -> Reply {
        let method = request.method();
        let mut calling = OverPair::call(self, request);
        Box::pin(async move {
            match std::future::poll_fn(|cx| calling.poll_outcome(cx)).await {
                Came::Ended(Ending::Reply, json, body) => Ok(payload(json, body.into_bytes())),
                came => Err(failure(came, &method.name)),
            }
        })
    }

    fn open(&self, request: Request) -> Opening {
        let method = request.method();
        let calling = OverPair::call(self, request);
        let items: ReplyItems =
            Box::pin(Items { items: RunningItems::new(calling), method: &method.name });
        Box::pin(async { Ok(items) })
    }
}

struct Items {
    items: RunningItems,
    method: &'static str,
}

impl Stream for Items {
    type Item = Result<Payload, Failure>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        let method = self.method;
        let item = ready!(self.items.poll_next(cx, |json, item| payload(json, item.into_bytes())));
        Poll::Ready(item.map(|item| item.map_err(|came| failure(came, method))))
    }
}

/// A method of an RPC backend, as the frontend of a pair needs it.
pub(super) struct Method {
    pub(super) backend: Backend,
    pub(super) interface: String,
    pub(super) series: String,
    pub(super) name: String,
    pub(super) need: String,
    /// What the frontend has shown.
    pub(super) authorization: Option<String>,
    pub(super) streams: bool,
}

/// What an authenticator finds of a pair.
struct Shown<'a>(Option<&'a str>);

impl HeaderValues for Shown<'_> {
    fn value(&self, name: &str) -> Option<&str> {
        self.0.filter(|_| name.eq_ignore_ascii_case("authorization"))
    }
}

impl Method {
    /// The handler of a call.
    pub(super) fn start(self: &Arc<Self>, json: bool, head: &Head, args: Wired<'_>) -> Started {
        let args = payload(json, args.into_bytes());
        let (method, head) = (Arc::clone(self), head.clone());
        if self.streams {
            let slot = Slot::default();
            let filled = Arc::clone(&slot);
            let items = async move {
                if let Err(failure) = method.items(args, head, &filled).await {
                    let mut filled = filled.lock().unwrap_or_else(PoisonError::into_inner);
                    filled.failure = Some(failed(failure));
                }
            };
            return Started::Items(Box::pin(items), slot);
        }
        Started::Reply(Box::pin(Some(async move {
            match method.reply(args, head).await {
                Ok(payload) => {
                    let (json, bytes) = parts(payload);
                    Ended { ending: Ending::Reply, json, body: Body::Bytes(bytes) }
                }
                Err(failure) => failed(failure),
            }
        })))
    }

    async fn reply(&self, args: Payload, head: Head) -> Result<Payload, Failure> {
        match self.run(args, head).await? {
            Running::Reply(reply) => reply.finish().await,
            Running::Items(_) => Err(running::other_kind(&self.name).into()),
        }
    }

    /// Puts the items into the slot, many at a time: whoever polls takes what is there before it polls
    /// again.
    async fn items(&self, args: Payload, head: Head, slot: &Slot) -> Result<(), Failure> {
        let Running::Items(mut items) = self.run(args, head).await? else {
            return Err(running::other_kind(&self.name).into());
        };
        std::future::poll_fn(|cx| {
            let mut filled = slot.lock().unwrap_or_else(PoisonError::into_inner);
            while !filled.batch.is_full() {
                match ready!(items.as_mut().poll_next(cx)) {
                    None => return Poll::Ready(Ok(())),
                    Some(Err(failure)) => return Poll::Ready(Err(failure)),
                    Some(Ok(item)) => {
                        let (json, bytes) = parts(item);
                        let Filled { batch, json: all, .. } = &mut *filled;
                        *all = json;
                        Batch::push_bytes(batch, bytes);
                    }
                }
            }
            Poll::Pending
        })
        .await
    }

    async fn run(&self, args: Payload, head: Head) -> Result<Running, Failure> {
        let Method { backend, interface, series, name, need, authorization, .. } = self;
        let target = backend.find(interface, series, name, Some(need))?;
        let context: Context = match &head.context {
            None => Context::default(),
            Some(json) => crate::rpc::codec::decode(json).map_err(|error| {
                let message = format!("the context of the call was not understood: {error}");
                Fault::new(FaultKind::InvalidArgument, Executed::No, message)
            })?,
        };
        let shown = Shown(authorization.as_deref());
        let trace = head.trace.as_ref().and_then(Trace::from_bytes);
        let head = RpcHead {
            need: Some(need),
            credentials: Credentials::new(&shown),
            labels: context.into_labels(trace),
            timeout: head.deadline,
        };
        Ok(target.admit(head).await?.start(args)?)
    }
}

fn parts(payload: Payload) -> (bool, Bytes) {
    match payload {
        Payload::Json(json) => (true, json),
        Payload::Octets(octets) => (false, octets),
    }
}

fn failed(failure: Failure) -> Ended {
    match failure {
        Failure::Declared { json, .. } => {
            Ended { ending: Ending::Declared, json: true, body: Body::Bytes(json) }
        }
        Failure::Fault(fault) => Ended::fault(&fault),
    }
}
