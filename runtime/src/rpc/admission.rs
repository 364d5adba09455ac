//! May a call run, by what its head says?

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime};

use futures_util::FutureExt as _;
use tracing::{Instrument as _, Span};
use traitwire_schema::{Access, Method, Reply};

use crate::labels::Labels;
use crate::rpc::admitted::Admitted;
use crate::rpc::auth::{AnyAuthenticator, Credentials, Refused};
use crate::rpc::backend::{Backend, Mount};
use crate::rpc::build::VersionPolicy;
use crate::rpc::compatibility;
use crate::rpc::observe::{End, Watch};
use crate::rpc::sender;
use crate::{Caller, Context, Fault, FaultKind, panics};

/// What the head of a request says, on any transport.
#[derive(Debug, Clone, Default)]
pub(crate) struct Head<'a> {
    pub(crate) need: Option<&'a str>,
    pub(crate) credentials: Credentials<'a>,
    pub(crate) labels: Labels,
    pub(crate) timeout: Option<Duration>,
}

/// A method that a request names.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(super) backend: &'a Backend,
    pub(super) mount: &'a Arc<Mount>,
    pub(super) method: usize,
    /// The position of what runs it, in the interface of `mount.dispatch`.
    pub(super) runs: usize,
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
            return Err(sender::no_route(interface, ""));
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

#[cfg(feature = "http-server")]
impl Backend {
    /// Recognises the caller of a path that no method stands behind.
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
        tracing::error!(request_id, panic = panics::text(&*panic), "the authenticator panicked");
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
