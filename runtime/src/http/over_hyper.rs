//! How does hyper carry a request?

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Uri;
use http::uri::Scheme;
use http_body_util::Full;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::client::legacy::{self, Client, ResponseFuture};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::carrier::{Carrier, Outgoing, chain, uri};
use crate::{Executed, Fault, FaultKind};

/// How long a connection may go unused before it is closed: less than what stands in between and
/// behind (60 s or more, commonly) takes for idle, so that a request seldom meets a closed one.
const IDLE: Duration = Duration::from_secs(50);

/// A client of hyper's, whatever its connections are.
#[derive(Clone)]
pub(super) struct Hyper(Arc<dyn Requests>);

/// Hides what a client's connections are.
trait Requests: Send + Sync {
    fn request(&self, request: http::Request<Full<Bytes>>) -> ResponseFuture;
}

impl<C: Connect + Clone + Send + Sync + 'static> Requests for Client<C, Full<Bytes>> {
    fn request(&self, request: http::Request<Full<Bytes>>) -> ResponseFuture {
        Client::request(self, request)
    }
}

impl Hyper {
    pub(super) fn new<C>(client: Client<C, Full<Bytes>>) -> Hyper
    where
        C: Connect + Clone + Send + Sync + 'static,
    {
        Hyper(Arc::new(client))
    }
}

impl Default for Hyper {
    fn default() -> Self {
        let mut connector = HttpConnector::new();
        // A request is written at once; waiting for more would only delay it.
        connector.set_nodelay(true);
        let mut client = Client::builder(TokioExecutor::new());
        client.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE);
        Hyper::new(client.build(connector))
    }
}

impl fmt::Debug for Hyper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hyper(..)")
    }
}

impl Carrier for Hyper {
    type Incoming = http::Response<hyper::body::Incoming>;

    type Url = Uri;

    fn url(&self, text: &str) -> Result<Uri, Fault> {
        uri(text)
    }

    fn send(
        &self,
        outgoing: Outgoing<Uri>,
    ) -> impl Future<Output = Result<Self::Incoming, Fault>> + Send + 'static {
        let https = outgoing.url.scheme() == Some(&Scheme::HTTPS);
        let response = self.0.request(outgoing.into());
        async move { response.await.map_err(|error| lost(&error, https)) }
    }
}

/// The request was not sent, or no response came.
fn lost(error: &legacy::Error, https: bool) -> Fault {
    let nothing_ran = error.is_connect() || was_refused(error);
    let executed = if nothing_ran { Executed::No } else { Executed::Maybe };
    let mut message = chain(error);
    if https && message.contains("scheme") {
        message.push_str("; pass a client that has TLS to `Connector::hyper_client`");
    }
    Fault::new(FaultKind::Disconnected, executed, message)
}

/// Whether a server of HTTP/2 says that it has not looked at the request: it refused the stream, or
/// goes away and names one before it as the last (RFC 9113 §8.7).
fn was_refused(error: &legacy::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(h2) = error.downcast_ref::<h2::Error>() {
            return h2.is_remote()
                && match h2.reason() {
                    Some(h2::Reason::REFUSED_STREAM) => h2.is_reset(),
                    Some(h2::Reason::NO_ERROR) => h2.is_go_away(),
                    _ => false,
                };
        }
        cause = error.source();
    }
    false
}
