//! What does a request say of itself, beside its call?

use crate::{Fault, FaultKind, Trace};

/// The longest label, in bytes: enough for any id, and little to keep for a call that only waits.
pub(crate) const MAX_LABEL: usize = 128;

/// What a request says of itself to logs, load balancers and stores. None of it is a secret.
#[derive(Debug, Clone, Default)]
pub(crate) struct Labels {
    pub(crate) request_id: String,
    pub(crate) session: Option<String>,
    pub(crate) application: Option<String>,
    pub(crate) route: Option<String>,
    pub(crate) trace: Option<Trace>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) last_event_id: Option<String>,
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

    /// The headers that say the same, in lower case.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&'static str, String)> {
        let trace = self.trace.as_ref();
        let state = trace.map(Trace::state).filter(|state| !state.is_empty());
        let headers = [
            (REQUEST_ID, Some(self.request_id.clone())),
            (SESSION, self.session.clone()),
            (APPLICATION, self.application.clone()),
            (ROUTE, self.route.clone()),
            (TRACE, trace.map(Trace::to_string)),
            (TRACE_STATE, state.map(str::to_owned)),
            (IDEMPOTENCY_KEY, self.idempotency_key.clone()),
            (LAST_EVENT_ID, self.last_event_id.clone()),
        ];
        headers.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}

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
            route: Some("r".repeat(length)),
            request_id: "r".repeat(128),
            ..Labels::default()
        };
        assert_eq!(label(MAX_LABEL).check(), Ok(()));
        let fault = label(MAX_LABEL + 1).check().unwrap_err();
        assert_eq!(fault.message(), "the route must be at most 128 visible ASCII characters");
    }

    #[test]
    fn what_could_forge_a_line_of_a_log_is_refused() {
        for text in ["a b", "a\nb", "ä", "\u{7f}"] {
            let labels = Labels { session: Some(text.to_owned()), ..Labels::default() };
            assert!(labels.check().is_err(), "{text:?}");
        }
    }
}
