//! What carries an HTTP request?

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

use crate::{Executed, Fault, FaultKind};

/// A client of HTTP: all that the transport needs of one.
pub(super) trait Carrier: Send + Sync + 'static {
    type Incoming: Incoming;

    /// A URL as the client takes it.
    type Url: Clone + Send + Sync + 'static;

    /// Reads a URL.
    fn url(&self, text: &str) -> Result<Self::Url, Fault>;

    /// Sends a request and waits for the head of its response. Dropping the future ends the request.
    fn send(
        &self,
        request: Outgoing<Self::Url>,
    ) -> impl Future<Output = Result<Self::Incoming, Fault>> + Send + 'static;
}

/// A request.
#[derive(Debug)]
pub(super) struct Outgoing<U> {
    pub(super) method: Method,
    pub(super) url: U,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

pub(super) fn bad_url(text: &str, error: &dyn std::fmt::Display) -> Fault {
    Fault::before(FaultKind::InvalidArgument, format!("`{text}`: {error}"))
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
