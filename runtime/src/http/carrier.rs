//! What carries an HTTP request?

use std::error::Error;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use http_body::Body;
use http_body_util::{BodyExt as _, Full};

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

/// A request as hyper and tower services take it.
impl From<Outgoing<Uri>> for Request<Full<Bytes>> {
    fn from(outgoing: Outgoing<Uri>) -> Self {
        let mut request = Request::new(Full::new(outgoing.body));
        *request.method_mut() = outgoing.method;
        *request.uri_mut() = outgoing.url;
        *request.headers_mut() = outgoing.headers;
        request
    }
}

/// A URL as hyper and tower services take it.
pub(super) fn uri(text: &str) -> Result<Uri, Fault> {
    Uri::try_from(text).map_err(|error| bad_url(text, &error))
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

impl<B> Incoming for Response<B>
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    fn status(&self) -> StatusCode {
        Response::status(self)
    }

    fn headers(&self) -> &HeaderMap {
        Response::headers(self)
    }

    fn length(&self) -> Option<u64> {
        self.body().size_hint().exact()
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, Fault> {
        while let Some(frame) = self.body_mut().frame().await {
            // What is no data is a trailer, which says nothing of ours.
            if let Ok(data) = frame.map_err(|error| cut(&*error.into()))?.into_data() {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }
}

/// The response stopped before its end.
pub(super) fn cut(error: &dyn Error) -> Fault {
    Fault::new(FaultKind::Disconnected, Executed::Maybe, chain(error))
}

/// An error with all its causes; the text of most leaves out why.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
