//! What does a handler know beyond its arguments?

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

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
    idempotency_key: Option<String>,
    last_event_id: Option<String>,
}

impl Context {
    /// The context of a call to this method, without caller, deadline or request id.
    pub fn new(interface: &'static str, method: &'static str) -> Context {
        let request_id = String::new();
        Context(Arc::new(Inner {
            interface,
            method,
            request_id,
            deadline: None,
            caller: None,
            idempotency_key: None,
            last_event_id: None,
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
        self.change(|inner| inner.request_id = request_id.into())
    }

    #[must_use]
    /// The same context with a key.
    pub fn with_idempotency_key(self, key: impl Into<String>) -> Context {
        self.change(|inner| inner.idempotency_key = Some(key.into()))
    }

    /// The same context with an id.
    #[must_use]
    pub fn with_last_event_id(self, id: impl Into<String>) -> Context {
        self.change(|inner| inner.last_event_id = Some(id.into()))
    }

    /// The key.
    pub fn idempotency_key(&self) -> Option<&str> {
        self.0.idempotency_key.as_deref()
    }

    /// The id.
    pub fn last_event_id(&self) -> Option<&str> {
        self.0.last_event_id.as_deref()
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

/// Who calls, as the backend's authenticator found out.
///
/// ```
/// let caller = traitwire::Caller::new("ann").with_scope("models:write");
/// assert!(caller.has_scope("models:write"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    subject: String,
    scopes: BTreeSet<String>,
}

impl Caller {
    /// A caller without scopes.
    pub fn new(subject: impl Into<String>) -> Caller {
        Caller { subject: subject.into(), scopes: BTreeSet::new() }
    }

    /// The same caller, holding one scope more.
    #[must_use]
    pub fn with_scope(mut self, scope: impl Into<String>) -> Caller {
        self.scopes.insert(scope.into());
        self
    }

    /// Who it is: a user, a service.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Whether it holds a scope, by its exact name.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }

    /// The scopes that it holds, sorted.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().map(String::as_str)
    }
}
