//! RPC over HTTP.
//!
//! | module | the question it answers |
//! |---|---|
//! | `service` | Which call does an HTTP request make, and what becomes of it? |
//! | `request` | What does an HTTP request say of its call? |
//! | `response` | How does what became of a call look as a response? |
//! | `body` | How does what a handler gives leave as a body: whole, or item by item? |
//! | `cache` | What may be kept of a reply, by whom, and how long? |
//! | `query` | How do arguments stand in a URL? |
//! | `client` | How is a backend reached over HTTP? |
//! | `exchange` | How does a call become an HTTP request, and the response its reply? |
//! | `carrier`, `over_reqwest`, `over_hyper`, `over_service` | What carries an HTTP request? |
//! | `problem` | How does a failure look as `application/problem+json`? |
//! | `events` | How do items cross as `text/event-stream`? |
//! | `timeout` | How does a deadline stand in a header? |
//!
//! The paths, headers and bodies are specified in the guide's page on HTTP.

#[cfg(feature = "http-server")]
mod body;
#[cfg(feature = "http-server")]
mod cache;
#[cfg(feature = "__http-client")]
mod carrier;
#[cfg(feature = "__http-client")]
mod client;
mod events;
#[cfg(feature = "__http-client")]
mod exchange;
#[cfg(feature = "http-client-hyper")]
mod over_hyper;
#[cfg(feature = "http-client")]
mod over_reqwest;
#[cfg(feature = "__http-client")]
mod over_service;
mod problem;
#[cfg(feature = "http-server")]
mod query;
#[cfg(feature = "http-server")]
mod request;
#[cfg(feature = "http-server")]
mod response;
#[cfg(feature = "http-server")]
mod service;
mod timeout;

#[cfg(feature = "http-server")]
pub use self::body::Body;
#[cfg(feature = "__http-client")]
pub use self::client::Connector;
#[cfg(feature = "http-client")]
pub use self::client::connect;
#[cfg(feature = "server")]
pub(crate) use self::problem::response as problem_response;
#[cfg(feature = "http-server")]
pub use self::service::{HttpService, service};

/// The media types that cross.
mod media {
    pub(super) const JSON: &str = "application/json";
    pub(super) const OCTETS: &str = "application/octet-stream";
    pub(super) const PROBLEM: &str = "application/problem+json";
    pub(super) const EVENTS: &str = "text/event-stream";

    /// Whether a message has content of this type, whatever its parameters.
    #[cfg(feature = "__http-client")]
    pub(super) fn is(headers: &http::HeaderMap, media_type: &str) -> bool {
        let value = headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = value.and_then(|value| value.split(';').next());
        essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(media_type))
    }
}

/// The headers that cross, in addition to those of HTTP.
mod header {
    use http::HeaderName;

    use crate::labels;

    pub(super) const NEED_TEXT: &str = "traitwire-need";
    pub(super) const TIMEOUT_TEXT: &str = "traitwire-timeout";
    #[cfg(feature = "__http-client")]
    pub(super) const NEED: HeaderName = HeaderName::from_static(NEED_TEXT);
    #[cfg(feature = "__http-client")]
    pub(super) const TIMEOUT: HeaderName = HeaderName::from_static(TIMEOUT_TEXT);
    #[cfg(feature = "http-server")]
    pub(super) const OFFER: HeaderName = HeaderName::from_static("traitwire-offer");
    #[cfg(feature = "http-server")]
    pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static(labels::REQUEST_ID);
    #[cfg(feature = "http-server")]
    pub(super) const TRACE_STATE: HeaderName = HeaderName::from_static(labels::TRACE_STATE);
    /// What a request says of itself, in the order of `labels::HEADERS`.
    #[cfg(feature = "__http-client")]
    pub(super) const LABELS: [HeaderName; labels::HEADERS.len()] = [
        HeaderName::from_static(labels::REQUEST_ID),
        HeaderName::from_static(labels::SESSION),
        HeaderName::from_static(labels::APPLICATION),
        HeaderName::from_static(labels::ROUTE),
        HeaderName::from_static(labels::TRACE),
        HeaderName::from_static(labels::TRACE_STATE),
        HeaderName::from_static(labels::IDEMPOTENCY_KEY),
        HeaderName::from_static(labels::LAST_EVENT_ID),
    ];
    /// The longest silence of a stream, in milliseconds.
    pub(super) const HEARTBEAT: HeaderName = HeaderName::from_static("traitwire-heartbeat");
}
