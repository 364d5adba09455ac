//! Which hosts is a server called by?

use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::HOST;
use http::request::Parts;
use http::{Request, Response, StatusCode};
use tower_layer::Layer;
use tower_service::Service;

use super::authority::Authority;
use crate::http::problem_response;
use crate::{Fault, FaultKind};

/// The hosts that a server is called by: requests that name another are refused before anything reads
/// them, with 403, and those that name none, or several, with 400.
///
/// A page of `evil.example` whose owner lets that name lead to 127.0.0.1 is of one origin with a server
/// there, as its browser sees it, but for this list. A [`Server`](super::Server) that is bound to a
/// loopback address has one unless told otherwise. Here it is a tower layer, for servers of your own;
/// the body of their responses must be made `From<Bytes>`, as axum's is.
///
/// ```
/// use traitwire::server::HostList;
///
/// let app: axum::Router = axum::Router::new();
/// let app = app.layer(HostList::new(["api.example.com", "127.0.0.1:7300"])?);
/// # Ok::<(), traitwire::server::BadHost>(())
/// ```
#[derive(Debug, Clone)]
pub struct HostList(Arc<[Authority]>);

impl HostList {
    /// These hosts, each with the port that stands in the URL of whoever calls. One without a port is
    /// called by the usual one, which is 80 or 443. No name stands for others below it.
    ///
    /// # Errors
    /// [`BadHost`] for a text that is no `host` or `host:port`.
    pub fn new<H: AsRef<str>>(hosts: impl IntoIterator<Item = H>) -> Result<HostList, BadHost> {
        let parse = |host: H| {
            let host = host.as_ref();
            Authority::parse(host).ok_or_else(|| BadHost(host.to_owned()))
        };
        hosts.into_iter().map(parse).collect::<Result<Arc<_>, _>>().map(HostList)
    }

    /// `localhost`, `127.0.0.1` and `[::1]` with this port, and the address itself.
    pub fn loopback(address: SocketAddr) -> HostList {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()];
        let own = match address {
            SocketAddr::V4(address) => address.ip().to_string(),
            SocketAddr::V6(address) => format!("[{}]", address.ip()),
        };
        let port = Some(address.port());
        HostList(names.into_iter().chain([own]).map(|host| Authority { host, port }).collect())
    }

    /// Judges whom a request is meant for.
    pub(super) fn judge(&self, head: &Parts) -> Result<(), (StatusCode, Fault)> {
        let bad = |message: String| {
            (StatusCode::BAD_REQUEST, Fault::before(FaultKind::InvalidArgument, message))
        };
        let mut hosts = head.headers.get_all(HOST).iter();
        if head.uri.authority().is_none()
            && let (Some(host), None) = (hosts.next(), hosts.next())
            && self.0.iter().any(|known| known.is_spelled(host.as_bytes()))
        {
            return Ok(());
        }
        // Whoever spells it otherwise.
        let mut hosts = head.headers.get_all(HOST).iter();
        let named = match hosts.next().map(|host| host.to_str().ok().and_then(Authority::parse)) {
            None => None,
            Some(Some(host)) => Some(host),
            Some(None) => return Err(bad("the header `host` is no host".to_owned())),
        };
        if hosts.next().is_some() {
            return Err(bad("the header `host` is there twice".to_owned()));
        }
        // `GET http://host/path` of HTTP/1.1, and `:authority` of HTTP/2. It would come before `Host`,
        // but some look at the one and some at the other.
        let target = match head.uri.authority().map(|text| Authority::parse(text.as_str())) {
            None => None,
            Some(Some(target)) => Some(target),
            Some(None) => return Err(bad("the URL of the request names no host".to_owned())),
        };
        let meant = match (named, target) {
            (None, None) => return Err(bad("the request names no host".to_owned())),
            (Some(host), None) | (None, Some(host)) => host,
            (Some(host), Some(target)) if host.is(&target, USUAL) => host,
            _ => return Err(bad("the header `host` and the URL name two hosts".to_owned())),
        };
        if self.0.iter().any(|known| known.is(&meant, USUAL)) {
            return Ok(());
        }
        let message = "this server is not called by this host; its list of hosts has others";
        Err((StatusCode::FORBIDDEN, Fault::before(FaultKind::PermissionDenied, message)))
    }
}

/// A request does not say whether it came by TLS, so both usual ports are as good as none.
const USUAL: &[u16] = &[80, 443];

/// A text that is no `host` or `host:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadHost(String);

impl fmt::Display for BadHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no host, such as `api.example.com` or `127.0.0.1:7300`", self.0)
    }
}

impl std::error::Error for BadHost {}

impl<S> Layer<S> for HostList {
    type Service = HostListService<S>;

    fn layer(&self, inner: S) -> HostListService<S> {
        HostListService { hosts: self.clone(), inner }
    }
}

/// A service behind a [`HostList`].
#[derive(Debug, Clone)]
pub struct HostListService<S> {
    hosts: HostList,
    inner: S,
}

impl<S, A, B> Service<Request<A>> for HostListService<S>
where
    S: Service<Request<A>, Response = Response<B>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
    B: From<Bytes> + Send + 'static,
{
    type Response = Response<B>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<B>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<A>) -> Self::Future {
        let (head, body) = request.into_parts();
        match self.hosts.judge(&head) {
            Ok(()) => Box::pin(self.inner.call(Request::from_parts(head, body))),
            Err((status, fault)) => {
                let refusal = problem_response(&fault, status).map(B::from);
                Box::pin(std::future::ready(Ok(refusal)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(target: &str, hosts: &[&str]) -> u16 {
        let list = HostList::new(["localhost:7300", "api.example.com"]).unwrap();
        let mut request = Request::builder().uri(target);
        for host in hosts {
            request = request.header("host", *host);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        list.judge(&head).err().map_or(200, |(status, _)| status.as_u16())
    }

    #[test]
    fn i2_hosts_are_compared_as_a_whole() {
        for (host, status) in [
            ("localhost:7300", 200),
            ("LOCALHOST:7300", 200),
            ("api.example.com", 200),
            ("api.example.com:443", 200),
            ("localhost", 403),
            ("localhost:7301", 403),
            ("api.example.com.", 403),
            ("api.example.com:8443", 403),
            ("api.example.com.evil.example", 403),
            ("evil.example", 403),
            ("evil.example:7300", 403),
            ("x.localhost:7300", 403),
            ("ann@localhost:7300", 400),
            ("localhost:7300, evil.example", 400),
            ("", 400),
        ] {
            assert_eq!(judge("/rpc", &[host]), status, "{host}");
        }
    }

    #[test]
    fn i2_every_host_that_a_request_names_is_looked_at() {
        assert_eq!(judge("/", &[]), 400);
        assert_eq!(judge("/", &["localhost:7300", "localhost:7300"]), 400);
        assert_eq!(judge("/", &["localhost:7300", "evil.example"]), 400);
        assert_eq!(judge("http://localhost:7300/", &["localhost:7300"]), 200);
        assert_eq!(judge("http://localhost:7300/", &[]), 200);
        assert_eq!(judge("http://evil.example/", &["localhost:7300"]), 400);
        assert_eq!(judge("http://localhost:7300/", &["evil.example"]), 400);
        assert_eq!(judge("http://evil.example/", &["evil.example"]), 403);
        assert_eq!(judge("http://ann@localhost:7300/", &["localhost:7300"]), 400);
    }

    #[test]
    fn a_list_of_what_is_no_host_is_refused() {
        for text in ["http://localhost", "localhost/", "*.example.com", "*", ""] {
            let error = HostList::new([text]).unwrap_err();
            assert!(error.to_string().contains("is no host"), "{error}");
        }
    }
}
