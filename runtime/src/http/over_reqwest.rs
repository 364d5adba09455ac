//! How does reqwest carry a request?

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use reqwest::{Client, Response};
use url::Url;

use super::carrier::{Carrier, Incoming, Outgoing, bad_url, chain, cut};
use crate::{Executed, Fault, FaultKind};

/// A client with the settings that the connector's documentation names.
pub(super) fn client() -> Result<Client, Fault> {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| Fault::before(FaultKind::Internal, chain(&error)))
}

impl Carrier for Client {
    type Incoming = Response;

    type Url = Url;

    fn url(&self, text: &str) -> Result<Url, Fault> {
        Url::parse(text).map_err(|error| bad_url(text, &error))
    }

    fn send(
        &self,
        outgoing: Outgoing<Url>,
    ) -> impl Future<Output = Result<Response, Fault>> + Send + 'static {
        let mut request = reqwest::Request::new(outgoing.method, outgoing.url);
        *request.headers_mut() = outgoing.headers;
        if !outgoing.body.is_empty() {
            *request.body_mut() = Some(outgoing.body.into());
        }
        let response = self.execute(request);
        async move { response.await.map_err(|error| lost(&error)) }
    }
}

impl Incoming for Response {
    fn status(&self) -> StatusCode {
        Response::status(self)
    }

    fn headers(&self) -> &HeaderMap {
        Response::headers(self)
    }

    fn length(&self) -> Option<u64> {
        self.content_length()
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, Fault> {
        Response::chunk(self).await.map_err(|error| cut(&error))
    }
}

/// The request was not sent, or no response came.
fn lost(error: &reqwest::Error) -> Fault {
    // Only a connection that was never made is sure to have run nothing. (What a server of HTTP/2 says
    // that it has not looked at, reqwest sends again by itself.)
    let executed = if error.is_connect() { Executed::No } else { Executed::Maybe };
    let mut message = chain(error);
    if error.url().is_some_and(|url| url.scheme() == "https") && message.contains("scheme") {
        message
            .push_str("; build reqwest with its feature `rustls`, or pass a client that has TLS");
    }
    Fault::new(FaultKind::Disconnected, executed, message)
}
