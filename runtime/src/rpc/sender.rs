//! What do all calls of one frontend say of it?

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use traitwire_schema::{Interface, Method};

use crate::call::new_request_id;
use crate::labels::Labels;
use crate::rpc::dispatch::Payload;
#[cfg(feature = "__frontend")]
use crate::rpc::{
    channel::Transport,
    intercept::{Intercepted, Interceptor},
    observe::{Observed, TraceProvider},
    retry::Retrying,
};
use crate::{Context, Fault, FaultKind, Trace};

/// A frontend, as its requests name it.
#[derive(Clone)]
pub(crate) struct Sender {
    pub(crate) session: Arc<str>,
    pub(crate) application: Option<Arc<str>>,
    pub(crate) route: Option<RouteProvider>,
    #[cfg(feature = "__frontend")]
    pub(crate) trace: Option<Arc<TraceProvider>>,
    /// The outermost comes first.
    #[cfg(feature = "__frontend")]
    pub(crate) interceptors: Vec<Arc<dyn Interceptor>>,
}

type RouteProvider = Arc<dyn Fn(&Routed<'_>) -> Option<String> + Send + Sync>;

impl Default for Sender {
    fn default() -> Self {
        Sender {
            session: new_request_id(),
            application: None,
            route: None,
            #[cfg(feature = "__frontend")]
            trace: None,
            #[cfg(feature = "__frontend")]
            interceptors: Vec::new(),
        }
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sender { session, application, .. } = self;
        f.debug_struct("Sender")
            .field("session", session)
            .field("application", application)
            .finish_non_exhaustive()
    }
}

impl Sender {
    /// The transport with what stands around its calls.
    #[cfg(feature = "__frontend")]
    pub(crate) fn surround(&self, calls: Retrying) -> Arc<dyn Transport> {
        let mut next: Arc<dyn Transport> =
            Arc::new(Observed { calls: Arc::new(calls), trace: self.trace.clone() });
        for interceptor in self.interceptors.iter().rev() {
            next = Arc::new(Intercepted { interceptor: Arc::clone(interceptor), next });
        }
        next
    }

    /// Fills in what the call itself does not say: first from the call that it is made for, then
    /// from what all calls have in common.
    pub(crate) fn label(
        &self,
        mut labels: Labels,
        call: &Routed<'_>,
        parent: Option<&Context>,
    ) -> Result<Labels, Fault> {
        let inherited = parent.map(Context::labels);
        if labels.request_id.is_empty() {
            labels.request_id = match inherited.map(|inherited| &inherited.request_id) {
                Some(id) if !id.is_empty() => Arc::clone(id),
                _ => new_request_id(),
            };
        }
        let session = inherited.and_then(|inherited| inherited.session.as_ref());
        labels.session = Some(Arc::clone(session.unwrap_or(&self.session)));
        labels.application.clone_from(&self.application);
        if labels.route.is_none() {
            let provided = self.route.as_ref().and_then(|route| route(call));
            let inherited = || inherited.and_then(|inherited| inherited.route.clone());
            labels.route = provided.map(Arc::from).or_else(inherited);
        }
        let Routed { interface, method, .. } = *call;
        if labels.route.is_none() && interface.route_required {
            let provider = if self.route.is_some() { ROUTE_BY_GAVE_NONE } else { "" };
            return Err(no_route(interface, provider));
        }
        let trace = labels.trace.take();
        let inherited = || parent.and_then(Context::trace).map(Trace::child);
        labels.trace = Some(trace.or_else(inherited).unwrap_or_else(Trace::begin));
        if labels.idempotency_key.is_none() && method.idempotent && !method.readonly {
            // Running it twice does no harm, but a backend that keeps keys can spare itself that.
            labels.idempotency_key = Some(new_request_id());
        }
        labels.check()?;
        Ok(labels)
    }

    /// What a question says of the frontend that is no call of a method.
    #[cfg(feature = "__http-client")]
    pub(crate) fn question(&self) -> Result<Labels, Fault> {
        let labels = Labels {
            request_id: new_request_id(),
            session: Some(self.session.clone()),
            application: self.application.clone(),
            trace: Some(Trace::begin()),
            ..Labels::default()
        };
        labels.check()?;
        Ok(labels)
    }
}

/// What is said where the connection has a `route_by`, or whoever wrote it would look for it in vain.
const ROUTE_BY_GAVE_NONE: &str = ", and the connection's `route_by` gave none";

/// The fault for a call without a route to an interface that requires one. What is known of a provider
/// stands behind the need.
pub(crate) fn no_route(interface: &Interface, provider: &str) -> Fault {
    let message = format!(
        "`{}` needs a routing key{provider}: give the call a `route` (over HTTP the header \
         `Traitwire-Route`), or the connection a `route_by` that knows one",
        interface.name
    );
    Fault::before(FaultKind::InvalidArgument, message)
}

/// A call that needs a routing key: what a route provider decides by.
pub struct Routed<'a> {
    pub(crate) interface: &'static Interface,
    pub(crate) method: &'static Method,
    pub(crate) payload: &'a Payload,
}

impl Routed<'_> {
    /// The called interface.
    pub fn interface(&self) -> &'static Interface {
        self.interface
    }

    /// The called method.
    pub fn method(&self) -> &'static Method {
        self.method
    }

    /// The argument of this name on the wire, if the method has one that is of this type.
    pub fn argument<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let Payload::Json(json) = self.payload else { return None };
        let mut arguments: serde_json::Map<_, _> = serde_json::from_slice(json).ok()?;
        serde_json::from_value(arguments.remove(name)?).ok()
    }
}

impl fmt::Debug for Routed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Routed({}/{})", self.interface.name, self.method.name)
    }
}
