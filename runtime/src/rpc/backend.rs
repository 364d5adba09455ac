//! Which call may run which handler, under which limits?

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use futures_util::FutureExt as _;
use tracing::{Instrument as _, Span};
use traitwire_schema::version::{Offer, Series};
use traitwire_schema::walk::Schema;
use traitwire_schema::{Access, Interface, Method, Reply};

use crate::labels::Labels;
use crate::rpc::around::{self, AcceptedCall, Interceptors};
use crate::rpc::auth::{AnyAuthenticator, Credentials, Refused};
use crate::rpc::build::{BackendBuilder, SchemaAccess, VersionPolicy};
use crate::rpc::compatibility::{self, MethodShape};
#[cfg(feature = "http-server")]
use crate::rpc::dispatch::Failure;
use crate::rpc::dispatch::{Dispatch, Invocation, Outcome, Payload};
use crate::rpc::idempotency::{self, Entry, IdempotencyStore};
use crate::rpc::in_flight::{InFlight, Permit};
use crate::rpc::limits::Limits;
#[cfg(feature = "metrics")]
use crate::rpc::metrics::ClientVersions;
use crate::rpc::observe::{End, Watch};
use crate::rpc::running::{self, Hold, Running};
use crate::rpc::sender;
use crate::rpc::versions::{OfferedInterface, Versions};
use crate::{Caller, Context, Fault, FaultKind};
use traitwire_schema::names;

/// A set of served interfaces, with the rules under which they are served. Transports share it:
/// `http::service` serves it over HTTP, `in_process` calls it directly. Cloning is cheap.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// use traitwire::rpc::{Backend, StaticTokens};
/// use traitwire::{Caller, rpc_interface};
///
/// #[rpc_interface(version = "1.0.0")]
/// pub trait Greeter {
///     /// Greets somebody.
///     async fn greet(&self, name: &str) -> String;
/// }
///
/// struct Polite;
///
/// impl Greeter for Polite {
///     async fn greet(&self, name: &str) -> String {
///         format!("Good day, {name}.")
///     }
/// }
///
/// let backend = Backend::builder()
///     .serve(GreeterServer::new(Polite))
///     .authenticator(StaticTokens::new([("s3cret", Caller::new("ann"))]))
///     .build()?;
/// # Ok::<(), traitwire::rpc::BuildError>(())
/// ```
#[derive(Clone)]
pub struct Backend(pub(super) Arc<Inner>);

#[cfg_attr(not(feature = "http-server"), allow(dead_code, reason = "HTTP alone asks"))]
pub(super) struct Inner {
    /// By name, then series.
    pub(super) mounts: BTreeMap<&'static str, Vec<Arc<Mount>>>,
    pub(super) authenticator: Option<Arc<dyn AnyAuthenticator>>,
    pub(super) limits: Limits,
    pub(super) policy: VersionPolicy,
    /// Calls that ran though their need was not met.
    pub(super) diagnosed: AtomicU64,
    pub(super) in_flight: InFlight,
    pub(super) idempotency: Option<Arc<dyn IdempotencyStore>>,
    pub(super) schema_access: SchemaAccess,
    pub(super) schema: Schema,
    pub(super) observer: Option<Arc<CallObserver>>,
    /// `None` if there are none, so that they cost nothing then.
    pub(super) interceptors: Option<Interceptors>,
}

/// Sees each call that arrives, and its span.
pub(super) type CallObserver = dyn Fn(&Context, &Span) + Send + Sync;

/// One served interface.
pub(crate) struct Mount {
    pub(super) dispatch: Arc<dyn Dispatch>,
    pub(super) interface: &'static Interface,
    pub(super) series: Series,
    pub(super) offer: Offer,
    pub(super) offered: OfferedInterface,
    pub(super) methods: Vec<MountedMethod>,
    #[cfg(feature = "metrics")]
    pub(super) client_versions: ClientVersions,
}

#[cfg_attr(not(feature = "http-server"), allow(dead_code, reason = "HTTP alone asks"))]
pub(super) struct MountedMethod {
    pub(super) shape: MethodShape,
    /// For each argument, whether it stands in a query string as it is.
    pub(super) text_args: Vec<bool>,
    /// The position of what runs it in the interface of `dispatch`, which is a newer one where this is
    /// an older series. `None`: shapes differ.
    pub(super) runs: Option<usize>,
    /// How long a reply may be kept, in seconds.
    pub(super) max_age: Option<u64>,
}

/// What the head of a request says, on any transport.
#[derive(Debug, Clone, Default)]
pub(crate) struct Head<'a> {
    pub(crate) need: Option<&'a str>,
    pub(crate) credentials: Credentials<'a>,
    pub(crate) labels: Labels,
    pub(crate) timeout: Option<Duration>,
}

impl Backend {
    /// Starts to gather what is served.
    pub fn builder() -> BackendBuilder {
        BackendBuilder::default()
    }

    /// What is served: the content of `_versions`.
    pub fn versions(&self) -> Versions {
        let mounts = self.0.mounts.values().flatten();
        Versions::new(mounts.map(|mount| mount.offered.clone()).collect())
    }

    /// Everything that is known of what is served: the content of `_schema`.
    pub fn schema(&self) -> &Schema {
        &self.0.schema
    }

    /// Calls and streams that run now, over all transports.
    pub fn in_flight(&self) -> usize {
        self.0.in_flight.count()
    }

    /// Calls that ran though what they need is not offered: only with [`VersionPolicy::Diagnose`].
    pub fn diagnosed(&self) -> u64 {
        self.0.diagnosed.load(Ordering::Relaxed)
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    #[cfg(feature = "http-server")]
    pub(crate) fn schema_access(&self) -> SchemaAccess {
        self.0.schema_access
    }

    /// Finds a method by the names on the wire.
    pub(crate) fn find(
        &self,
        interface: &str,
        series: &str,
        method: &str,
        need: Option<&str>,
    ) -> Result<Target<'_>, Fault> {
        let Some(mounts) = self.0.mounts.get(interface) else {
            let known = self.0.mounts.keys().copied();
            let what = format!("no interface `{interface}` is served here");
            return Err(Fault::before(
                FaultKind::Unimplemented,
                did_you_mean(what, interface, known),
            ));
        };
        let Some(mount) = mounts.iter().find(|mount| mount.offered.series == series) else {
            let offers = mounts.iter().map(|mount| mount.offer.version.to_string()).collect();
            return Err(compatibility::other_series(interface, Some(method), series, offers));
        };
        let methods = &mount.interface.methods;
        let answers = |known: &Method| {
            known.name == method || known.aliases.iter().any(|alias| alias == method)
        };
        match methods.iter().position(answers) {
            Some(method) => match mount.methods[method].runs {
                Some(runs) => Ok(Target { backend: self, mount, method, runs }),
                None => {
                    // To this method, the older series is one that is not served.
                    let served = mounts.iter().filter(|other| other.series != mount.series);
                    let offers = served.map(|other| other.offer.version.to_string()).collect();
                    let name = &methods[method].name;
                    Err(compatibility::other_series(interface, Some(name), series, offers))
                }
            },
            None => {
                compatibility::check_missing(mount.interface, method, &mount.offer, need)?;
                let known = methods.iter().map(|method| &*method.name);
                let what = format!("`{interface}/{series}` has no method `{method}`");
                Err(Fault::before(FaultKind::Unimplemented, did_you_mean(what, method, known)))
            }
        }
    }

    /// Every method that is served.
    #[cfg(feature = "testing")]
    pub(crate) fn targets(&self) -> impl Iterator<Item = Target<'_>> {
        self.0.mounts.values().flatten().flat_map(move |mount| {
            let methods = mount.methods.iter().enumerate();
            // Those of an older series that nothing runs are not served.
            methods.filter_map(move |(method, mounted)| {
                let runs = mounted.runs?;
                Some(Target { backend: self, mount, method, runs })
            })
        })
    }

    /// Recognises the caller of a path that no method stands behind.
    #[cfg(feature = "http-server")]
    pub(crate) async fn authenticate(
        &self,
        credentials: Credentials<'_>,
        request_id: &str,
    ) -> Result<(), Fault> {
        let Some(authenticator) = &self.0.authenticator else {
            let message = "the backend has no authenticator, so it recognises no one";
            return Err(Fault::before(FaultKind::Unauthenticated, message));
        };
        let by = now().checked_add(self.limits().default_deadline);
        recognise(&**authenticator, credentials, request_id, by).await??;
        Ok(())
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mounts = self.0.mounts.values().flatten();
        let names = mounts.map(|mount| format!("{}/{}", mount.interface.name, mount.series));
        f.debug_tuple("Backend").field(&names.collect::<Vec<_>>()).finish()
    }
}

/// Asks an authenticator who calls, which may take until `by` and may go wrong. Says also when the
/// caller stops being known.
async fn recognise(
    authenticator: &dyn AnyAuthenticator,
    credentials: Credentials<'_>,
    request_id: &str,
    by: Option<Instant>,
) -> Result<Result<Known, Refused>, Fault> {
    // It is the user's code, and so can panic, also before its first await.
    let asked = async { authenticator.ask(credentials).await };
    let asked = AssertUnwindSafe(asked).catch_unwind();
    let answered = match by {
        None => asked.await,
        Some(by) => tokio::time::timeout_at(by.into(), asked).await.map_err(|_| {
            let message = "the caller was not recognised before the deadline";
            Fault::before(FaultKind::DeadlineExceeded, message)
        })?,
    };
    let caller = answered.map_err(|panic| {
        tracing::error!(
            request_id,
            panic = running::panic_text(&*panic),
            "the authenticator panicked"
        );
        let message = format!(
            "the authenticator failed; the backend's log says how, under the request id \
             `{request_id}`"
        );
        Fault::before(FaultKind::Internal, message)
    })?;
    Ok(caller.and_then(Known::now))
}

/// The time by the runtime's clock, which tests can turn.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// A caller that is known now.
struct Known {
    caller: Caller,
    /// When it stops being so; `None` if it never does.
    until: Option<tokio::time::Instant>,
}

impl Known {
    fn now(caller: Caller) -> Result<Known, Refused> {
        let Some(expires_at) = caller.expires_at() else {
            return Ok(Known { caller, until: None });
        };
        match expires_at.duration_since(SystemTime::now()) {
            Ok(left) if !left.is_zero() => {
                // The clock on the wall is read once. What is too far away to be an `Instant` is never.
                let until = tokio::time::Instant::now().checked_add(left);
                Ok(Known { caller, until })
            }
            _ => Err(Refused::unauthenticated("the credentials have expired")),
        }
    }
}

fn did_you_mean<'a>(what: String, word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    match names::did_you_mean(word, known) {
        Some(near) => format!("{what}; did you mean `{near}`?"),
        None => what,
    }
}

/// A method that a request names.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    backend: &'a Backend,
    mount: &'a Arc<Mount>,
    method: usize,
    /// The position of what runs it, in the interface of `mount.dispatch`.
    runs: usize,
}

impl Target<'_> {
    pub(crate) fn method(&self) -> &'static Method {
        &self.mount.interface.methods[self.method]
    }

    /// Its path: interface, series and method.
    #[cfg(feature = "testing")]
    pub(crate) fn path(&self) -> String {
        let Mount { interface, series, .. } = &**self.mount;
        format!("{}/{series}/{}", interface.name, self.method().name)
    }

    /// The text of `Traitwire-Offer`.
    #[cfg(feature = "http-server")]
    pub(crate) fn offer(&self) -> &'static str {
        &self.mount.interface.version
    }

    /// Largest body of a request, in bytes.
    #[cfg(feature = "http-server")]
    pub(crate) fn max_body(&self) -> usize {
        self.backend.limits().max_body
    }

    /// Who may call: as the implementation says, also of an older series.
    pub(crate) fn access(&self) -> &'static Access {
        &self.mount.dispatch.interface().methods[self.runs].access
    }

    /// How long a reply may be kept, in seconds.
    #[cfg(feature = "http-server")]
    pub(crate) fn max_age(&self) -> Option<u64> {
        self.mount.methods[self.method].max_age
    }

    /// For each argument, whether it stands in a query string as it is.
    #[cfg(feature = "http-server")]
    pub(crate) fn text_args(&self) -> &[bool] {
        &self.mount.methods[self.method].text_args
    }

    /// Decides whether the call may run: versions first, then the caller. No body has been read.
    pub(crate) async fn admit(&self, mut head: Head<'_>) -> Result<Admitted, Fault> {
        head.labels.check()?;
        let (interface, method) = (self.mount.interface, self.method());
        let mut watch = Watch::begin(
            End::Server,
            interface,
            method,
            &head.labels,
            #[cfg(feature = "metrics")]
            &self.mount.client_versions.of(head.need),
        );
        let context = Context::new(&interface.name, &method.name)
            .with_labels(std::mem::take(&mut head.labels));
        if let Some(observer) = &self.backend.0.observer {
            observer(&context, watch.span());
        }
        let span = watch.span().clone();
        match self.judge(head, context, &span).instrument(span.clone()).await {
            Ok(admitted) => Ok(Admitted { watch: Some(watch), ..admitted }),
            Err(fault) => {
                watch.end::<()>(&Err(fault.clone().into()));
                Err(fault)
            }
        }
    }

    async fn judge(
        &self,
        head: Head<'_>,
        mut context: Context,
        span: &Span,
    ) -> Result<Admitted, Fault> {
        let Mount { interface, offer, methods, .. } = &**self.mount;
        let method = self.method();
        if let Some(need) = head.need {
            compatibility::check(interface, method, &methods[self.method].shape, offer, need)
                .or_else(|fault| self.diagnose(fault, context.request_id()))?;
        }
        if interface.route_required && context.route().is_none() {
            return Err(sender::no_route(interface));
        }
        let streams = matches!(method.reply, Reply::Stream(_));
        let limits = self.backend.limits();
        // Before the caller is looked for, which may take as long as a call does.
        let permit = self.backend.0.in_flight.enter(streams, limits)?;
        let timeout = match head.timeout {
            Some(timeout) if streams => Some(timeout),
            Some(timeout) => Some(timeout.min(limits.max_deadline)),
            None => (!streams).then_some(limits.default_deadline),
        };
        if let Some(timeout) = timeout {
            if timeout.is_zero() {
                let message = "no time was left when the request arrived";
                return Err(Fault::before(FaultKind::DeadlineExceeded, message));
            }
            // A deadline too far away to be an `Instant` is none.
            if let Some(deadline) = now().checked_add(timeout) {
                context = context.with_deadline(deadline);
            }
        }
        let mut opens_by = context.deadline();
        if streams {
            // A stream may go on for ever, but must begin.
            let latest = now().checked_add(limits.default_deadline);
            opens_by = opens_by.into_iter().chain(latest).min();
        }
        // A key is its caller's own, so it must be known whose it is.
        let keyed = self.backend.0.idempotency.is_some() && context.idempotency_key().is_some();
        let request_id = context.request_id();
        let known = self.authorize(request_id, head.credentials, keyed, opens_by).await?;
        let mut known_until = None;
        if let Some(Known { caller, until }) = known {
            context = context.with_caller(caller);
            known_until = until;
        }
        Ok(Admitted {
            mount: Arc::clone(self.mount),
            called: self.method,
            method: self.runs,
            context,
            opens_by,
            known_until,
            permit,
            store: self.backend.0.idempotency.clone(),
            interceptors: self.backend.0.interceptors.clone(),
            span: span.clone(),
            watch: None,
        })
    }

    /// Decides whether a call of another version runs all the same.
    fn diagnose(&self, fault: Fault, request_id: &str) -> Result<(), Fault> {
        let diagnoses = self.backend.0.policy == VersionPolicy::Diagnose;
        let Some(difference) = fault.incompatibility().filter(|_| diagnoses) else {
            return Err(fault);
        };
        self.backend.0.diagnosed.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(
            request_id,
            interface = difference.interface,
            method = difference.method,
            need = difference.need,
            reason = difference.reason,
            "a call runs that would be refused: {fault}"
        );
        Ok(())
    }

    /// Finds out who calls and whether it may. `None` stands for everyone.
    async fn authorize(
        &self,
        request_id: &str,
        credentials: Credentials<'_>,
        keyed: bool,
        by: Option<Instant>,
    ) -> Result<Option<Known>, Fault> {
        let access = self.access();
        let Some(authenticator) = &self.backend.0.authenticator else {
            // `build` has seen to it that every method is public.
            return Ok(None);
        };
        // What everyone may do depends on no identity provider, and its reply on no other header.
        if *access == Access::Public && credentials.authorization().is_none() {
            return Ok(None);
        }
        let recognised = recognise(&**authenticator, credentials, request_id, by).await?;
        match (access, recognised) {
            // Whoever is not recognised may still do what everyone may.
            (Access::Public, recognised) if !keyed => Ok(recognised.ok()),
            (_, Err(refused)) => Err(refused.into()),
            (Access::Scope(scope), Ok(known)) if !known.caller.has_scope(scope) => {
                let message = format!("the caller lacks the scope `{scope}`");
                Err(Fault::before(FaultKind::PermissionDenied, message))
            }
            (_, Ok(known)) => Ok(Some(known)),
        }
    }
}

/// A call that may run.
#[cfg_attr(not(feature = "http-server"), allow(dead_code, reason = "HTTP alone asks"))]
pub(crate) struct Admitted {
    mount: Arc<Mount>,
    /// The position of what was called, in the interface of `mount`.
    called: usize,
    /// The position of what runs it, in the interface of `mount.dispatch`.
    method: usize,
    context: Context,
    opens_by: Option<Instant>,
    /// When the caller stops being known.
    known_until: Option<tokio::time::Instant>,
    permit: Permit,
    store: Option<Arc<dyn IdempotencyStore>>,
    interceptors: Option<Interceptors>,
    span: Span,
    /// Goes to what the caller waits for.
    watch: Option<Watch>,
}

impl Admitted {
    /// The call was refused before its handler could start.
    #[cfg(feature = "http-server")]
    pub(crate) fn refused(&mut self, failure: &Failure) {
        if let Some(watch) = &mut self.watch {
            watch.end::<()>(&Err(failure.clone()));
        }
    }

    /// When the arguments must be there.
    #[cfg(feature = "http-server")]
    pub(crate) fn opens_by(&self) -> Option<Instant> {
        self.opens_by
    }

    /// What the handler will know.
    #[cfg(feature = "http-server")]
    pub(crate) fn context(&self) -> &Context {
        &self.context
    }

    /// Starts the handler, or finds out how the call ended when it was made before.
    pub(crate) fn start(mut self, payload: Payload) -> Result<Running, Fault> {
        let mut watch = self.watch.take();
        let started = self.begin(payload, &mut watch);
        if let (Some(watch), Err(fault)) = (&mut watch, &started) {
            watch.end::<()>(&Err(fault.clone().into()));
        }
        started
    }

    fn begin(mut self, payload: Payload, watch: &mut Option<Watch>) -> Result<Running, Fault> {
        self.in_time()?;
        let method = &self.mount.dispatch.interface().methods[self.method];
        let once = !method.readonly && !matches!(method.reply, Reply::Stream(_));
        let store = self.store.take().filter(|_| once);
        if let (Some(store), Some(key)) = (store, self.context.idempotency_key()) {
            let entry = Entry::new(key, &self.context, &self.mount.offered.series, &payload);
            // Of its own, for the handler may go on where its caller has gone.
            let mut waiting = Context::new(self.context.interface(), self.context.method())
                .with_request_id(self.context.request_id());
            if let Some(deadline) = self.context.deadline() {
                waiting = waiting.with_deadline(deadline);
            }
            let (span, watch) = (self.span.clone(), watch.take());
            let hold = Hold { permit: None, span, watch, known_until: None };
            let run = move || self.run(payload, &mut None);
            let run = idempotency::once(store, entry, waiting.clone(), run);
            return Ok(Running::new(Outcome::Reply(Box::pin(run)), waiting, hold));
        }
        self.run(payload, watch)
    }

    /// Refuses a call for which nobody waits any more: what it took to get here was time enough.
    fn in_time(&self) -> Result<(), Fault> {
        if self.context.deadline().is_some_and(|deadline| Instant::now() >= deadline) {
            let message = "the deadline had passed before the handler could start";
            return Err(Fault::before(FaultKind::DeadlineExceeded, message));
        }
        Ok(())
    }

    fn run(self, payload: Payload, watch: &mut Option<Watch>) -> Result<Running, Fault> {
        // Again, for a call with a key may have waited for another.
        self.in_time()?;
        let Admitted { mount, called, method, context, permit, span, known_until, .. } = self;
        let around = self.interceptors.map(|interceptors| {
            let (interface, context) = (mount.interface, context.clone());
            let method = &interface.methods[called];
            let payload = payload.clone();
            (interceptors, AcceptedCall { interface, method, context, payload })
        });
        let invocation = Invocation { method, context: context.clone(), payload };
        // Decoding runs code of the user's, and so can panic.
        let outcome = catch_unwind(AssertUnwindSafe(|| mount.dispatch.dispatch(invocation)))
            .unwrap_or_else(|panic| Err(running::panicked(&context, &*panic)))?;
        let outcome = match around {
            None => outcome,
            Some((interceptors, call)) => {
                around::surround(interceptors, call, outcome, span.clone())
            }
        };
        let hold = Hold { permit: Some(permit), span, watch: watch.take(), known_until };
        Ok(Running::new(outcome, context, hold))
    }
}
