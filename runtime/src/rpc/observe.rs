//! What is told of every call to logs, traces and metrics?
//!
//! Names are those of [OpenTelemetry's conventions for RPC] 1.45: a span is called as its method,
//! `Catalog/search`, and ends with `rpc.response.status_code`: `ok`, `declared` or the word of a fault's
//! kind; `error.type` says the same where it is not `ok`.
//!
//! [OpenTelemetry's conventions for RPC]: https://opentelemetry.io/docs/specs/semconv/rpc/

use std::time::Instant;

use tracing::Span;
use tracing::field::Empty;
use traitwire_schema::{Interface, Method};

use crate::labels::Labels;
use crate::rpc::dispatch::Failure;
#[cfg(feature = "metrics")]
use crate::rpc::metrics::Recorded;

/// One call at one end, until it has ended, however that is.
#[derive(Debug)]
pub(crate) struct Watch {
    span: Span,
    started: Instant,
    ended: bool,
    /// Boxed, for a call is moved often.
    #[cfg(feature = "metrics")]
    recorded: Box<Recorded>,
}

/// The end that watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    #[cfg(feature = "__frontend")]
    Client,
    #[cfg(feature = "__backend")]
    Server,
}

impl Watch {
    pub(crate) fn begin(
        end: End,
        interface: &'static Interface,
        method: &'static Method,
        labels: &Labels,
        #[cfg(feature = "metrics")] version: &str,
    ) -> Watch {
        let kind = match end {
            #[cfg(feature = "__frontend")]
            End::Client => "client",
            #[cfg(feature = "__backend")]
            End::Server => "server",
        };
        // Of the highest level, so that whatever is logged below says which call it was.
        let span = tracing::error_span!(
            "call",
            otel.name = %format_args!("{}/{}", interface.name, method.name),
            otel.kind = kind,
            otel.status_code = Empty,
            rpc.system.name = "traitwire",
            rpc.method = %format_args!("{}/{}", interface.name, method.name),
            rpc.response.status_code = Empty,
            error.r#type = Empty,
            request_id = &*labels.request_id,
            session = labels.session.as_deref(),
            application = labels.application.as_deref(),
            traceparent = labels.trace.as_ref().map(tracing::field::display),
        );
        Watch {
            span,
            started: Instant::now(),
            ended: false,
            #[cfg(feature = "metrics")]
            recorded: Box::new(Recorded::begin(end, interface, method, version)),
        }
    }

    pub(crate) fn span(&self) -> &Span {
        &self.span
    }

    /// The call has ended so, unless it had before.
    pub(crate) fn end<T>(&mut self, ended: &Result<T, Failure>) {
        self.end_with(match ended {
            Ok(_) => OK,
            Err(Failure::Declared { .. }) => DECLARED,
            Err(Failure::Fault(fault)) => fault.kind().code(),
        });
    }

    fn end_with(&mut self, status: &'static str) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        self.span.record("rpc.response.status_code", status);
        if status != OK {
            self.span.record("error.type", status);
        }
        // A declared error is an answer; a fault is none.
        if status != OK && status != DECLARED {
            self.span.record("otel.status_code", "ERROR");
        }
        let took = self.started.elapsed();
        #[cfg(feature = "metrics")]
        self.recorded.end(status, took);
        tracing::debug!(parent: &self.span, status, ?took, "a call has ended");
    }
}

const OK: &str = "ok";
const DECLARED: &str = "declared";

impl Drop for Watch {
    /// Nobody waited for the end.
    fn drop(&mut self) {
        self.end_with(crate::FaultKind::Cancelled.code());
    }
}

#[cfg(feature = "__frontend")]
pub(crate) use self::frontend::{Observed, TraceProvider};

/// The frontend's calls are watched on their way to the transport.
#[cfg(feature = "__frontend")]
mod frontend {
    use std::sync::Arc;

    use futures_util::{StreamExt as _, stream};
    use tracing::{Instrument as _, Span};

    use super::{End, Watch};
    use crate::Trace;
    use crate::rpc::channel::{Opening, Reply, ReplyItems, Request, Transport};
    use crate::rpc::retry::Retrying;

    /// Gives a call the place in a trace that its span has.
    pub(crate) type TraceProvider = dyn Fn(&Span) -> Option<Trace> + Send + Sync;

    pub(crate) struct Observed {
        pub(crate) calls: Arc<Retrying>,
        pub(crate) trace: Option<Arc<TraceProvider>>,
    }

    impl Observed {
        fn begin(&self, request: &mut Request) -> Watch {
            let (interface, method) = (request.interface(), request.method());
            let watch = Watch::begin(
                End::Client,
                interface,
                method,
                &request.labels,
                #[cfg(feature = "metrics")]
                &interface.version,
            );
            if let Some(trace) = self.trace.as_ref().and_then(|trace| trace(watch.span())) {
                Arc::make_mut(&mut request.labels).trace = Some(trace);
            }
            watch
        }
    }

    impl Transport for Observed {
        fn call(&self, mut request: Request) -> Reply {
            let mut watch = self.begin(&mut request);
            let call = self.calls.call(request, <dyn Transport>::call);
            Box::pin(async move {
                let reply = call.instrument(watch.span().clone()).await;
                watch.end(&reply);
                reply
            })
        }

        fn open(&self, mut request: Request) -> Opening {
            let mut watch = self.begin(&mut request);
            let opening = self.calls.call(request, <dyn Transport>::open);
            Box::pin(async move {
                match opening.instrument(watch.span().clone()).await {
                    Ok(items) => Ok(watched(items, watch)),
                    Err(failure) => {
                        let failed = Err(failure);
                        watch.end(&failed);
                        failed
                    }
                }
            })
        }
    }

    fn watched(items: ReplyItems, watch: Watch) -> ReplyItems {
        Box::pin(stream::unfold(Some((items, watch)), |watched| async {
            let (mut items, mut watch) = watched?;
            let item = items.next().instrument(watch.span().clone()).await;
            match item {
                None => {
                    watch.end(&Ok(()));
                    None
                }
                Some(Ok(item)) => Some((Ok(item), Some((items, watch)))),
                Some(error) => {
                    watch.end(&error);
                    Some((error, None))
                }
            }
        }))
    }
}
