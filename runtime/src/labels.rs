//! What does a request say of itself, beside its call?

use std::borrow::Cow;
use std::sync::Arc;

use crate::{Fault, FaultKind, Trace};

/// The longest label, in bytes: enough for any id, and little to keep for a call that only waits.
pub(crate) const MAX_LABEL: usize = 128;

/// What a request says of itself to logs, load balancers and stores. None of it is a secret. Each
/// attempt takes a copy, so copies are cheap.
#[derive(Debug, Clone, Default)]
pub(crate) struct Labels {
    pub(crate) request_id: Arc<str>,
    pub(crate) session: Option<Arc<str>>,
    pub(crate) application: Option<Arc<str>>,
    pub(crate) route: Option<Arc<str>>,
    pub(crate) trace: Option<Trace>,
    pub(crate) idempotency_key: Option<Arc<str>>,
    pub(crate) last_event_id: Option<Arc<str>>,
}

impl Labels {
    /// Refuses labels that could not be told apart in a log, or that are too much for one.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let labels = [
            ("the request id", Some(&self.request_id)),
            ("the session", self.session.as_ref()),
            ("the application", self.application.as_ref()),
            ("the route", self.route.as_ref()),
            ("the idempotency key", self.idempotency_key.as_ref()),
            ("the last event id", self.last_event_id.as_ref()),
        ];
        for (name, label) in labels {
            let Some(label) = label else { continue };
            if label.len() > MAX_LABEL || !label.bytes().all(|byte| byte.is_ascii_graphic()) {
                let message =
                    format!("{name} must be at most {MAX_LABEL} visible ASCII characters");
                return Err(Fault::before(FaultKind::InvalidArgument, message));
            }
        }
        Ok(())
    }

    /// The values of the headers that say the same, in the order of [`HEADERS`].
    pub(crate) fn values(&self) -> [Option<Cow<'_, str>>; HEADERS.len()] {
        fn shared(label: Option<&Arc<str>>) -> Option<Cow<'_, str>> {
            label.map(|label| Cow::Borrowed(&**label))
        }
        let trace = self.trace.as_ref();
        let state = trace.map(Trace::state).filter(|state| !state.is_empty());
        [
            Some(Cow::Borrowed(&*self.request_id)),
            shared(self.session.as_ref()),
            shared(self.application.as_ref()),
            shared(self.route.as_ref()),
            trace.map(|trace| Cow::Owned(trace.to_string())),
            state.map(Cow::Borrowed),
            shared(self.idempotency_key.as_ref()),
            shared(self.last_event_id.as_ref()),
        ]
    }
}

/// The headers that say what labels say, in lower case.
pub(crate) const HEADERS: [&str; 8] =
    [REQUEST_ID, SESSION, APPLICATION, ROUTE, TRACE, TRACE_STATE, IDEMPOTENCY_KEY, LAST_EVENT_ID];

pub(crate) const REQUEST_ID: &str = "x-request-id";
pub(crate) const SESSION: &str = "traitwire-session";
pub(crate) const APPLICATION: &str = "traitwire-application";
pub(crate) const ROUTE: &str = "traitwire-route";
pub(crate) const TRACE: &str = "traceparent";
pub(crate) const TRACE_STATE: &str = "tracestate";
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";
pub(crate) const LAST_EVENT_ID: &str = "last-event-id";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_of_128_bytes_passes_and_a_longer_one_fails() {
        let label = |length: usize| Labels {
            route: Some("r".repeat(length).into()),
            request_id: "r".repeat(128).into(),
            ..Labels::default()
        };
        assert_eq!(label(MAX_LABEL).check(), Ok(()));
        let fault = label(MAX_LABEL + 1).check().unwrap_err();
        assert_eq!(fault.message(), "the route must be at most 128 visible ASCII characters");
    }

    #[test]
    fn what_could_forge_a_line_of_a_log_is_refused() {
        for text in ["a b", "a\nb", "ä", "\u{7f}"] {
            let labels = Labels { session: Some(text.into()), ..Labels::default() };
            assert!(labels.check().is_err(), "{text:?}");
        }
    }
}
