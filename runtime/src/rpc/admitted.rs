//! How does a call that may run come to its handler, once at most?

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use tracing::Span;
use traitwire_schema::Reply;

use crate::rpc::around::{self, AcceptedCall, Interceptors};
use crate::rpc::backend::Mount;
#[cfg(feature = "http-server")]
use crate::rpc::dispatch::Failure;
use crate::rpc::dispatch::{Invocation, Outcome, Payload};
use crate::rpc::idempotency::{self, Entry, IdempotencyStore};
use crate::rpc::in_flight::Permit;
use crate::rpc::observe::Watch;
use crate::rpc::running::{self, Hold, Running};
use crate::{Context, Fault, FaultKind};

/// A call that may run.
#[cfg_attr(not(feature = "http-server"), allow(dead_code, reason = "HTTP alone asks"))]
pub(crate) struct Admitted {
    pub(super) mount: Arc<Mount>,
    /// The position of what was called, in the interface of `mount`.
    pub(super) called: usize,
    /// The position of what runs it, in the interface of `mount.dispatch`.
    pub(super) method: usize,
    pub(super) context: Context,
    pub(super) opens_by: Option<Instant>,
    /// When the caller stops being known.
    pub(super) known_until: Option<tokio::time::Instant>,
    pub(super) permit: Permit,
    pub(super) store: Option<Arc<dyn IdempotencyStore>>,
    pub(super) interceptors: Option<Interceptors>,
    pub(super) span: Span,
    /// Goes to what the caller waits for.
    pub(super) watch: Option<Watch>,
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
