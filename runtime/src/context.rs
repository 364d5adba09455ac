//! What does a handler know beyond its arguments?

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::Caller;

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
#[derive(Debug, Clone)]
pub struct Context(Arc<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    interface: &'static str,
    method: &'static str,
    request_id: String,
    deadline: Option<Instant>,
    caller: Option<Caller>,
}

impl Context {
    /// The context of a call to this method, without caller, deadline or request id.
    pub fn new(interface: &'static str, method: &'static str) -> Context {
        let request_id = String::new();
        Context(Arc::new(Inner { interface, method, request_id, deadline: None, caller: None }))
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
        self.change(|inner| inner.request_id = request_id.into())
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
        &self.0.request_id
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
