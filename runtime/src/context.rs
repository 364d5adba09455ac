//! What does a handler know beyond its arguments?

use std::sync::Arc;
use std::time::{Duration, Instant};

#[cfg(feature = "__rpc")]
use crate::cancel::Cancel;
use crate::labels::Labels;
use crate::rpc::channel::{Reply, ReplyItems};
use crate::{Caller, Trace};

/// What a handler knows of the call besides its arguments. A method that wants it takes
/// `cx: &Context` as its first argument; it is not sent. Cloning is cheap.
///
/// ```
/// use traitwire::{Caller, Context};
///
/// // As a test of a handler makes one; otherwise the backend does.
/// let cx = Context::new("Catalog", "rename").with_caller(Caller::new("ann"));
/// assert_eq!(cx.caller().unwrap().subject(), "ann");
/// ```
///
/// A handler that calls another backend passes it on, `inventory.find(id).context(&cx).await`: then
/// deadline, trace, request id and cancellation follow.
#[derive(Debug, Clone)]
pub struct Context(Arc<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    interface: &'static str,
    method: &'static str,
    labels: Labels,
    deadline: Option<Instant>,
    caller: Option<Caller>,
    #[cfg(feature = "__rpc")]
    cancel: Cancel,
}

impl Context {
    /// The context of a call to this method, without caller, deadline or anything else.
    pub fn new(interface: &'static str, method: &'static str) -> Context {
        Context(Arc::new(Inner {
            interface,
            method,
            labels: Labels::default(),
            deadline: None,
            caller: None,
            #[cfg(feature = "__rpc")]
            cancel: Cancel::default(),
        }))
    }

    fn change(mut self, change: impl FnOnce(&mut Inner)) -> Context {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// The same context with a caller.
    #[must_use]
    pub fn with_caller(self, caller: Caller) -> Context {
        self.change(|inner| inner.caller = Some(caller))
    }

    /// The same context with a deadline.
    #[must_use]
    pub fn with_deadline(self, deadline: Instant) -> Context {
        self.change(|inner| inner.deadline = Some(deadline))
    }

    /// The same context with a request id.
    #[must_use]
    pub fn with_request_id(self, request_id: impl Into<String>) -> Context {
        self.change(|inner| inner.labels.request_id = request_id.into().into())
    }

    /// The same context with a session.
    #[must_use]
    pub fn with_session(self, session: impl Into<String>) -> Context {
        self.change(|inner| inner.labels.session = Some(session.into().into()))
    }

    /// The same context with a calling application.
    #[must_use]
    pub fn with_application(self, application: impl Into<String>) -> Context {
        self.change(|inner| inner.labels.application = Some(application.into().into()))
    }

    /// The same context with a routing key.
    #[must_use]
    pub fn with_route(self, route: impl Into<String>) -> Context {
        self.change(|inner| inner.labels.route = Some(route.into().into()))
    }

    /// The same context with a place in a trace.
    #[must_use]
    pub fn with_trace(self, trace: Trace) -> Context {
        self.change(|inner| inner.labels.trace = Some(trace))
    }

    /// The same context with a key under which the call is made once only.
    #[must_use]
    pub fn with_idempotency_key(self, key: impl Into<String>) -> Context {
        self.change(|inner| inner.labels.idempotency_key = Some(key.into().into()))
    }

    /// The same context with the id of the last event that a stream's reader has seen.
    #[must_use]
    pub fn with_last_event_id(self, id: impl Into<String>) -> Context {
        self.change(|inner| inner.labels.last_event_id = Some(id.into().into()))
    }

    pub(crate) fn labels(&self) -> &Labels {
        &self.0.labels
    }

    #[cfg(feature = "__backend")]
    pub(crate) fn with_labels(self, labels: Labels) -> Context {
        self.change(|inner| inner.labels = labels)
    }

    /// The wire name of the called interface.
    pub fn interface(&self) -> &'static str {
        self.0.interface
    }

    /// The wire name of the called method.
    pub fn method(&self) -> &'static str {
        self.0.method
    }

    /// What tells this request from others in logs, on both ends. The frontend chooses it, or else
    /// the backend.
    pub fn request_id(&self) -> &str {
        &self.0.labels.request_id
    }

    /// What the requests of one frontend have in common, such as a window that is open: chosen by the
    /// frontend, and proof of nothing. The backend keeps nothing under it.
    pub fn session(&self) -> Option<&str> {
        self.0.labels.session.as_deref()
    }

    /// The calling application and its version, `name/1.2.3`.
    pub fn application(&self) -> Option<&str> {
        self.0.labels.application.as_deref()
    }

    /// The routing key, by which a load balancer chose this instance. Always there, where the
    /// interface says `route = required`.
    pub fn route(&self) -> Option<&str> {
        self.0.labels.route.as_deref()
    }

    /// The caller's place in a distributed trace.
    pub fn trace(&self) -> Option<&Trace> {
        self.0.labels.trace.as_ref()
    }

    /// The key under which a frontend makes this call once only, however often it sends it.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.0.labels.idempotency_key.as_deref()
    }

    /// The id of the last event that the reader of a stream had seen before it lost the connection
    /// and asked anew. A browser's `EventSource` sends it.
    pub fn last_event_id(&self) -> Option<&str> {
        self.0.labels.last_event_id.as_deref()
    }

    /// Whether nobody waits for the call any more: its caller gave up or was lost, or its deadline
    /// has passed. The handler itself has been dropped then; what it has spawned may ask.
    #[cfg(feature = "__rpc")]
    pub fn is_cancelled(&self) -> bool {
        self.0.cancel.is_set()
    }

    /// Waits until nobody waits for the call any more; for ever, where it ends with its reply.
    ///
    /// # Cancel safety
    /// Cancel-safe.
    ///
    /// ```
    /// # async fn convert() {}
    /// # async fn example(cx: &traitwire::Context) {
    /// let cx = cx.clone();
    /// tokio::spawn(async move {
    ///     tokio::select! {
    ///         () = convert() => {}
    ///         () = cx.cancelled() => {}
    ///     }
    /// });
    /// # }
    /// ```
    #[cfg(feature = "__rpc")]
    pub async fn cancelled(&self) {
        self.0.cancel.wait().await;
    }

    /// A reply to a call that was made for this one; it ends with this one.
    pub(crate) fn while_wanted(self, reply: Reply) -> Reply {
        #[cfg(feature = "__rpc")]
        return self.0.cancel.end_reply(reply);
        // Nothing that could call is compiled.
        #[cfg(not(feature = "__rpc"))]
        {
            let _ = self;
            reply
        }
    }

    /// The items of a call that was made for this one; they end with this one.
    pub(crate) fn while_items_wanted(self, items: ReplyItems) -> ReplyItems {
        #[cfg(feature = "__rpc")]
        return self.0.cancel.end_items(items);
        #[cfg(not(feature = "__rpc"))]
        {
            let _ = self;
            items
        }
    }

    /// Tells whoever asks that the call has ended without its reply.
    #[cfg(any(feature = "__backend", feature = "__ipc"))]
    pub(crate) fn cancel(&self) {
        self.0.cancel.set();
    }

    /// When the caller stops waiting; the handler is dropped then. A stream has none unless its
    /// caller set one.
    pub fn deadline(&self) -> Option<Instant> {
        self.0.deadline
    }

    /// The time until the deadline, zero if it has passed.
    pub fn remaining(&self) -> Option<Duration> {
        self.0.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Who calls. Always there, except in methods that are `public`.
    pub fn caller(&self) -> Option<&Caller> {
        self.0.caller.as_ref()
    }
}
