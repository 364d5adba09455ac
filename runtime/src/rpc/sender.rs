//! What do all calls of one frontend say of it?

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use traitwire_schema::{Interface, Method};

use crate::call::new_request_id;
#[cfg(feature = "__http-client")]
use crate::labels::Labels;
use crate::rpc::channel::Request;
use crate::rpc::dispatch::Payload;
#[cfg(feature = "__frontend")]
use crate::rpc::{
    channel::Transport,
    intercept::{Intercepted, Interceptor},
    observe::{Observed, TraceProvider},
};
use crate::{Context, Fault, FaultKind, Trace};

/// A frontend, as its requests name it.
#[derive(Clone)]
pub(crate) struct Sender {
    pub(crate) session: String,
    pub(crate) application: Option<String>,
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
    pub(crate) fn surround(&self, transport: Arc<dyn Transport>) -> Arc<dyn Transport> {
        let mut next: Arc<dyn Transport> =
            Arc::new(Observed { next: transport, trace: self.trace.clone() });
        for interceptor in self.interceptors.iter().rev() {
            next = Arc::new(Intercepted { interceptor: Arc::clone(interceptor), next });
        }
        next
    }

    /// Fills in what the call itself does not say: first from the call that it is made for, then
    /// from what all calls have in common.
    pub(crate) fn label(
        &self,
        request: &mut Request,
        parent: Option<&Context>,
    ) -> Result<(), Fault> {
        let mut labels = std::mem::take(&mut request.labels);
        if labels.request_id.is_empty() {
            labels.request_id = match parent.map(Context::request_id) {
                Some(id) if !id.is_empty() => id.to_owned(),
                _ => new_request_id(),
            };
        }
        let session = parent.and_then(Context::session).unwrap_or(&self.session);
        labels.session = Some(session.to_owned());
        labels.application.clone_from(&self.application);
        if labels.route.is_none() {
            let provided = self.route.as_ref().and_then(|route| route(&Routed { request }));
            let inherited = || parent.and_then(Context::route).map(str::to_owned);
            labels.route = provided.or_else(inherited);
        }
        if labels.route.is_none() && request.interface().route_required {
            return Err(no_route(request.interface()));
        }
        let trace = labels.trace.take();
        let inherited = || parent.and_then(Context::trace).map(Trace::child);
        labels.trace = Some(trace.or_else(inherited).unwrap_or_else(Trace::begin));
        let method = request.method();
        if labels.idempotency_key.is_none() && method.idempotent && !method.readonly {
            // Running it twice does no harm, but a backend that keeps keys can spare itself that.
            labels.idempotency_key = Some(new_request_id());
        }
        labels.check()?;
        request.labels = labels;
        Ok(())
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

/// The fault for a call without a route to an interface that requires one.
pub(crate) fn no_route(interface: &Interface) -> Fault {
    let message = format!(
        "`{}` needs a routing key: give the call a `route`, or the connection a `route_by`",
        interface.name
    );
    Fault::before(FaultKind::InvalidArgument, message)
}

/// A call that needs a routing key: what a route provider decides by.
pub struct Routed<'a> {
    request: &'a Request,
}

impl Routed<'_> {
    /// The called interface.
    pub fn interface(&self) -> &'static Interface {
        self.request.interface()
    }

    /// The called method.
    pub fn method(&self) -> &'static Method {
        self.request.method()
    }

    /// The argument of this name on the wire, if the method has one that is of this type.
    pub fn argument<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let Payload::Json(json) = self.request.payload() else { return None };
        let mut arguments: serde_json::Map<_, _> = serde_json::from_slice(json).ok()?;
        serde_json::from_value(arguments.remove(name)?).ok()
    }
}

impl fmt::Debug for Routed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Routed({}/{})", self.interface().name, self.method().name)
    }
}
