//! Which call may run which handler, under which limits?

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use futures_util::FutureExt as _;
use traitwire_schema::version::{Offer, Series};
use traitwire_schema::walk::Schema;
use traitwire_schema::{Access, Interface, Method, Reply};

use crate::rpc::auth::{AnyAuthenticator, Credentials, Refused};
use crate::rpc::build::{BackendBuilder, SchemaAccess};
use crate::rpc::compatibility::{self, MethodShape};
use crate::rpc::dispatch::{Dispatch, Invocation, Payload};
use crate::rpc::limits::{Limits, MAX_REQUEST_ID};
use crate::rpc::running::{self, Running};
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
    pub(super) schema_access: SchemaAccess,
    pub(super) schema: Schema,
}

/// One served interface.
pub(crate) struct Mount {
    pub(super) dispatch: Arc<dyn Dispatch>,
    pub(super) interface: &'static Interface,
    pub(super) series: Series,
    pub(super) offer: Offer,
    pub(super) offered: OfferedInterface,
    pub(super) methods: Vec<MountedMethod>,
}

#[cfg_attr(not(feature = "http-server"), allow(dead_code, reason = "HTTP alone asks"))]
pub(super) struct MountedMethod {
    pub(super) shape: MethodShape,
    /// For each argument, whether it stands in a query string as it is.
    pub(super) text_args: Vec<bool>,
}

/// What the head of a request says, on any transport.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head<'a> {
    pub(crate) need: Option<&'a str>,
    pub(crate) credentials: Credentials<'a>,
    pub(crate) request_id: &'a str,
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
            Some(method) => Ok(Target { backend: self, mount, method }),
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
            let methods = 0..mount.interface.methods.len();
            methods.map(move |method| Target { backend: self, mount, method })
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

    /// For each argument, whether it stands in a query string as it is.
    #[cfg(feature = "http-server")]
    pub(crate) fn text_args(&self) -> &[bool] {
        &self.mount.methods[self.method].text_args
    }

    /// Decides whether the call may run: versions first, then the caller. No body has been read.
    pub(crate) async fn admit(&self, head: Head<'_>) -> Result<Admitted, Fault> {
        let Mount { interface, offer, methods, .. } = &**self.mount;
        let method = self.method();
        if let Some(need) = head.need {
            compatibility::check(interface, method, &methods[self.method].shape, offer, need)?;
        }
        check_request_id(head.request_id)?;
        let mut context =
            Context::new(&interface.name, &method.name).with_request_id(head.request_id);
        let streams = matches!(method.reply, Reply::Stream(_));
        let limits = self.backend.limits();
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
        let known = self.authorize(context.request_id(), head.credentials, opens_by).await?;
        let mut known_until = None;
        if let Some(Known { caller, until }) = known {
            context = context.with_caller(caller);
            known_until = until;
        }
        let mount = Arc::clone(self.mount);
        Ok(Admitted { mount, method: self.method, context, opens_by, known_until })
    }

    /// Finds out who calls and whether it may. `None` stands for everyone.
    async fn authorize(
        &self,
        request_id: &str,
        credentials: Credentials<'_>,
        by: Option<Instant>,
    ) -> Result<Option<Known>, Fault> {
        let access = &self.method().access;
        let Some(authenticator) = &self.backend.0.authenticator else {
            // `build` has seen to it that every method is public.
            return Ok(None);
        };
        let recognised = recognise(&**authenticator, credentials, request_id, by).await?;
        match (access, recognised) {
            // Whoever is not recognised may still do what everyone may.
            (Access::Public, recognised) => Ok(recognised.ok()),
            (_, Err(refused)) => Err(refused.into()),
            (Access::Scope(scope), Ok(known)) if !known.caller.has_scope(scope) => {
                let message = format!("the caller lacks the scope `{scope}`");
                Err(Fault::before(FaultKind::PermissionDenied, message))
            }
            (_, Ok(known)) => Ok(Some(known)),
        }
    }
}

fn check_request_id(id: &str) -> Result<(), Fault> {
    if id.len() > MAX_REQUEST_ID || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
        let message =
            format!("the request id must be at most {MAX_REQUEST_ID} visible ASCII characters");
        return Err(Fault::before(FaultKind::InvalidArgument, message));
    }
    Ok(())
}

/// A call that may run.
#[cfg_attr(not(feature = "http-server"), allow(dead_code, reason = "HTTP alone asks"))]
pub(crate) struct Admitted {
    mount: Arc<Mount>,
    method: usize,
    context: Context,
    opens_by: Option<Instant>,
    /// When the caller stops being known.
    known_until: Option<tokio::time::Instant>,
}

impl Admitted {
    /// When the arguments must be there.
    #[cfg(feature = "http-server")]
    pub(crate) fn opens_by(&self) -> Option<Instant> {
        self.opens_by
    }

    /// Starts the handler.
    pub(crate) fn start(self, payload: Payload) -> Result<Running, Fault> {
        let Admitted { mount, method, context, known_until, .. } = self;
        let invocation = Invocation { method, context: context.clone(), payload };
        // Decoding runs code of the user's, and so can panic.
        let outcome = catch_unwind(AssertUnwindSafe(|| mount.dispatch.dispatch(invocation)))
            .unwrap_or_else(|panic| Err(running::panicked(&context, &*panic)))?;
        Ok(Running::new(outcome, context, known_until))
    }
}
