//! RPC over HTTP.
//!
//! | module | the question it answers |
//! |---|---|
//! | `service` | How does an HTTP request become a call, and its reply a response? |
//! | `body` | How does what a handler gives leave as a body: whole, or item by item? |
//! | `cache` | What may be kept of a reply, by whom, and how long? |
//! | `query` | How do arguments stand in a URL? |
//! | `client` | How is a backend reached over HTTP? |
//! | `exchange` | How does a call become an HTTP request, and the response its reply? |
//! | `carrier`, `over_reqwest`, `over_hyper` | What carries an HTTP request? |
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
mod problem;
#[cfg(feature = "http-server")]
mod query;
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

    /// The type of a `Content-Type` without its parameters, in lower case.
    #[cfg(feature = "__http-client")]
    pub(super) fn essence(content_type: &str) -> String {
        content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}

/// The headers that cross, in addition to those of HTTP.
mod header {
    use http::HeaderName;

    pub(super) const NEED: HeaderName = HeaderName::from_static("traitwire-need");
    pub(super) const TIMEOUT: HeaderName = HeaderName::from_static("traitwire-timeout");
    #[cfg(feature = "http-server")]
    pub(super) const OFFER: HeaderName = HeaderName::from_static("traitwire-offer");
    #[cfg(feature = "http-server")]
    pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static(crate::labels::REQUEST_ID);
    /// The longest silence of a stream, in milliseconds.
    pub(super) const HEARTBEAT: HeaderName = HeaderName::from_static("traitwire-heartbeat");
}
