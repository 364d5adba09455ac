//! How does a stub's call find its transport?

#[cfg(feature = "__http-client")]
use std::any::Any;
use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
#[cfg(feature = "__http-client")]
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use futures_core::Stream;
use traitwire_schema::{Interface, Method};

use crate::labels::{self, Labels};
use crate::rpc::dispatch::{Failure, Payload};
use crate::rpc::retry::RetryPolicy;
use crate::rpc::returned::Returned;
use crate::rpc::sender::Sender;
use crate::rpc::token::Token;
use crate::{Call, Fault, StreamCall};

/// A generated client. It is made by a transport: `http::connect::<CatalogClient>(url)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no client of an interface",
    label = "no generated `..Client`",
    note = "a client is what the macro of the interface made, such as `CatalogClient`"
)]
pub trait Stub: Sized {
    /// The interface that it calls.
    fn interface() -> &'static Interface;

    /// The stub over a channel.
    #[doc(hidden)]
    fn new(channel: Channel) -> Self;
}

/// How calls cross one medium, in place of HTTP or beside it.
pub trait Transport: Send + Sync + 'static {
    /// Makes a call that has one reply. Dropping the future cancels the call.
    fn call(&self, request: Request) -> Reply;

    /// Makes a call that has a stream of items, up to where the stream begins. Dropping the future,
    /// or the stream, cancels the call.
    fn open(&self, request: Request) -> Opening;
}

/// A reply that is on its way.
pub type Reply = Pin<Box<dyn Future<Output = Result<Payload, Failure>> + Send>>;

/// A stream that is about to begin.
pub type Opening = Pin<Box<dyn Future<Output = Result<ReplyItems, Failure>> + Send>>;

/// Items that are on their way. An error is the last one.
pub type ReplyItems = Pin<Box<dyn Stream<Item = Result<Payload, Failure>> + Send>>;

/// All that one call takes along: loosely coupled ends know nothing of each other but this. Each
/// attempt takes a copy.
#[derive(Debug, Clone)]
pub struct Request {
    /// The connected interface.
    pub(crate) target: Arc<Target>,
    /// The position of the method in its interface.
    pub(crate) method: usize,
    /// The arguments.
    pub(crate) payload: Payload,
    /// When the call must have ended; `None` means no limit, which only a stream may have.
    pub(crate) deadline: Option<Instant>,
    /// What it says of itself.
    pub(crate) labels: Arc<Labels>,
    /// In place of the connection's policy.
    #[cfg_attr(not(feature = "__frontend"), allow(dead_code, reason = "frontends alone ask"))]
    pub(crate) retries: Option<RetryPolicy>,
    /// What the frontend shows; `rpc/token` sets it.
    #[cfg_attr(not(feature = "__frontend"), allow(dead_code, reason = "frontends alone ask"))]
    pub(crate) token: Option<Token>,
}

impl Request {
    /// The called interface.
    pub fn interface(&self) -> &'static Interface {
        self.target.interface
    }

    /// The called method.
    pub fn method(&self) -> &'static Method {
        // A stub is generated with its interface, so the position is always right.
        &self.target.interface.methods[self.method]
    }

    /// The series of the interface that is called, such as `v1`.
    pub fn series(&self) -> &str {
        &self.target.series
    }

    /// What the call needs of the backend: the text of `Traitwire-Need`.
    pub fn need(&self) -> &str {
        &self.target.needs[self.method]
    }

    #[cfg(feature = "__http-client")]
    pub(crate) fn prepared(&self) -> &Prepared {
        &self.target.prepared[self.method]
    }

    /// The arguments.
    pub fn payload(&self) -> &Payload {
        &self.payload
    }

    /// How long the call may still take; `None` means no limit, which only a stream may have.
    pub fn timeout(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// What tells this request from others in logs.
    pub fn request_id(&self) -> &str {
        &self.labels.request_id
    }

    /// What the request says of itself, as pairs of a header's name in lower case and its value.
    pub fn labels(&self) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
        let labels = labels::HEADERS.into_iter().zip(self.labels.values());
        labels.filter_map(|(name, value)| Some((name, value?)))
    }
}

/// An interface as a frontend calls it.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) interface: &'static Interface,
    pub(crate) series: String,
    /// One for each method.
    pub(crate) needs: Vec<String>,
    /// How long a call with one reply may take unless it says otherwise.
    pub(crate) timeout: Duration,
    /// What the transport has worked out for each method, once for all calls.
    #[cfg(feature = "__http-client")]
    pub(crate) prepared: Vec<Prepared>,
}

/// Anything of a transport's; there is one transport to a target.
#[cfg(feature = "__http-client")]
pub(crate) type Prepared = OnceLock<Box<dyn Any + Send + Sync>>;

/// One interface of one backend: what a stub holds.
#[derive(Clone)]
pub struct Channel {
    pub(crate) target: Arc<Target>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) sender: Arc<Sender>,
}

impl Channel {
    /// Prepares a call that has one reply.
    pub fn call<R: Returned>(&self, method: usize, args: Result<Payload, Fault>) -> Call<R> {
        Call::new(self.clone(), method, args)
    }

    /// Prepares a call that has a stream of items.
    pub fn stream<R: Returned>(
        &self,
        method: usize,
        args: Result<Payload, Fault>,
    ) -> StreamCall<R> {
        StreamCall::new(self.clone(), method, args)
    }
}

impl std::fmt::Debug for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Target { interface, series, .. } = &*self.target;
        write!(f, "Channel({}/{series})", interface.name)
    }
}
