//! What carries an HTTP request?

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

use crate::{Executed, Fault, FaultKind};

/// A client of HTTP: all that the transport needs of one.
pub(super) trait Carrier: Send + Sync + 'static {
    type Incoming: Incoming;

    /// Sends a request and waits for the head of its response. Dropping the future ends the request.
    fn send(&self, request: Outgoing)
    -> impl Future<Output = Result<Self::Incoming, Fault>> + Send;
}

/// A request.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Outgoing {
    pub(super) fn bad_url(&self, error: &dyn std::fmt::Display) -> Fault {
        Fault::before(FaultKind::InvalidArgument, format!("`{}`: {error}", self.url))
    }
}

/// A response whose body is on its way.
pub(super) trait Incoming: Send + 'static {
    fn status(&self) -> StatusCode;

    fn headers(&self) -> &HeaderMap;

    /// The length of the body, as far as it was declared.
    fn length(&self) -> Option<u64>;

    /// The next bytes of the body, as they come.
    fn chunk(&mut self) -> impl Future<Output = Result<Option<Bytes>, Fault>> + Send;
}

/// The response stopped before its end.
pub(super) fn cut(error: &dyn std::error::Error) -> Fault {
    Fault::new(FaultKind::Disconnected, Executed::Maybe, chain(error))
}

/// An error with all its causes; the text of most leaves out why.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
