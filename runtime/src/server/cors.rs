//! Which pages of other origins may read replies?

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use tower_layer::Layer;
use tower_service::Service;

use super::authority::Authority;

/// Where a page comes from: scheme, host and port, as browsers send them in `Origin`.
///
/// ```
/// use traitwire::server::Origin;
///
/// let app: Origin = "https://app.example.com".parse()?;
/// assert_eq!(app, "HTTPS://app.example.com:443".parse()?);
/// assert_ne!(app, "https://app.example.com:8443".parse()?);
/// assert!("null".parse::<Origin>().is_err());
/// # Ok::<(), traitwire::server::BadOrigin>(())
/// ```
#[derive(Debug, Clone)]
pub struct Origin {
    scheme: String,
    authority: Authority,
}

impl PartialEq for Origin {
    fn eq(&self, other: &Origin) -> bool {
        let usual: &[u16] = match self.scheme.as_str() {
            "http" => &[80],
            "https" => &[443],
            _ => &[],
        };
        self.scheme == other.scheme && self.authority.is(&other.authority, usual)
    }
}

impl Eq for Origin {}

impl FromStr for Origin {
    type Err = BadOrigin;

    fn from_str(text: &str) -> Result<Origin, BadOrigin> {
        let parsed = || {
            let (scheme, authority) = text.split_once("://")?;
            let known = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
            let begins = scheme.starts_with(|first: char| first.is_ascii_alphabetic());
            let scheme = scheme.to_ascii_lowercase();
            // All files share an origin, if they have one, whoever put them there.
            if !begins || !scheme.bytes().all(known) || scheme == "file" {
                return None;
            }
            Some(Origin { scheme, authority: Authority::parse(authority)? })
        };
        parsed().ok_or_else(|| BadOrigin(text.to_owned()))
    }
}

/// A text that is no origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadOrigin(String);

impl fmt::Display for BadOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no origin: a scheme, a host and perhaps a port, such as \
             `https://app.example.com` or `http://localhost:5173`",
            self.0
        )
    }
}

impl std::error::Error for BadOrigin {}

/// Lets pages of these origins call and read replies (the CORS protocol of WHATWG Fetch); without it
/// browsers let only pages of the server's own origin do so.
///
/// Origins are compared by scheme, host and port, never by parts of their text; `null` is none, and
/// there is no wildcard. Traitwire's headers are allowed and exposed. As a tower layer it stands around
/// everything else, so that refusals can be read too; the body of responses must be made `From<Bytes>`,
/// as axum's is.
///
/// It is no protection from requests: what browsers send without asking, `http::service` refuses by its
/// media type.
///
/// ```
/// use traitwire::server::Cors;
///
/// let app: axum::Router = axum::Router::new();
/// let app = app.layer(Cors::new(["https://app.example.com", "http://localhost:5173"])?);
/// # Ok::<(), traitwire::server::BadOrigin>(())
/// ```
#[derive(Debug, Clone)]
pub struct Cors(Arc<Rules>);

#[derive(Debug, Clone)]
struct Rules {
    origins: Vec<Origin>,
    allow_headers: HeaderValue,
    expose_headers: HeaderValue,
    max_age: HeaderValue,
    credentials: bool,
}

/// What clients send, in addition to what every page may.
const ALLOWED: &str = "authorization, content-type, idempotency-key, if-none-match, last-event-id, \
                       traceparent, traitwire-application, traitwire-need, traitwire-route, \
                       traitwire-session, traitwire-timeout, tracestate, \
                       x-request-id";

/// What clients read, in addition to what every page may.
const EXPOSED: &str = "etag, retry-after, traitwire-heartbeat, traitwire-offer, x-request-id";

/// How long an answer to a preflight may be kept. Chromium cuts it at two hours, Firefox at a day.
const MAX_AGE: Duration = Duration::from_mins(10);

impl Cors {
    /// Pages of these origins.
    ///
    /// # Errors
    /// [`BadOrigin`] for a text that is no origin.
    pub fn new<O: AsRef<str>>(origins: impl IntoIterator<Item = O>) -> Result<Cors, BadOrigin> {
        let origins = origins.into_iter().map(|origin| origin.as_ref().parse());
        Ok(Cors(Arc::new(Rules {
            origins: origins.collect::<Result<_, _>>()?,
            allow_headers: HeaderValue::from_static(ALLOWED),
            expose_headers: HeaderValue::from_static(EXPOSED),
            max_age: MAX_AGE.as_secs().into(),
            credentials: false,
        })))
    }

    /// Lets pages send these headers as well.
    #[must_use]
    pub fn allow_headers(mut self, names: impl IntoIterator<Item = HeaderName>) -> Cors {
        let rules = Arc::make_mut(&mut self.0);
        rules.allow_headers = longer(&rules.allow_headers, names);
        self
    }

    /// Lets pages read these headers of responses as well.
    #[must_use]
    pub fn expose_headers(mut self, names: impl IntoIterator<Item = HeaderName>) -> Cors {
        let rules = Arc::make_mut(&mut self.0);
        rules.expose_headers = longer(&rules.expose_headers, names);
        self
    }

    /// How long browsers may keep the answer to a preflight. Default 600 s; whole seconds.
    #[must_use]
    pub fn max_age(mut self, max_age: Duration) -> Cors {
        Arc::make_mut(&mut self.0).max_age = max_age.as_secs().into();
        self
    }

    /// Lets pages send cookies and certificates along. Needed only if an authenticator of yours reads
    /// cookies; then see to it that they are `SameSite`.
    #[must_use]
    pub fn credentials(mut self) -> Cors {
        Arc::make_mut(&mut self.0).credentials = true;
        self
    }

    /// The origin of a request's page, if it is one of these.
    pub(super) fn listed(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let mut sent = headers.get_all(ORIGIN).iter();
        let (Some(origin), None) = (sent.next(), sent.next()) else { return None };
        let parsed: Origin = origin.to_str().ok()?.parse().ok()?;
        self.0.origins.contains(&parsed).then(|| origin.clone())
    }

    /// The answer to a preflight, if the request is one.
    pub(super) fn preflight<B: From<Bytes>>(&self, head: &Parts) -> Option<Response<B>> {
        let asks = head.method == Method::OPTIONS
            && head.headers.contains_key(ORIGIN)
            && head.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if !asks {
            return None;
        }
        let mut response = Response::new(B::from(Bytes::new()));
        let listed = self.listed(&head.headers);
        *response.status_mut() =
            if listed.is_some() { StatusCode::NO_CONTENT } else { StatusCode::FORBIDDEN };
        let headers = response.headers_mut();
        if listed.is_some() {
            let methods = HeaderValue::from_static("GET, HEAD, POST");
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, self.0.allow_headers.clone());
            headers.insert(ACCESS_CONTROL_MAX_AGE, self.0.max_age.clone());
        }
        self.allow(headers, listed);
        Some(response)
    }

    /// Says in a response whether the page may read it.
    pub(super) fn answer(&self, headers: &mut HeaderMap, listed: Option<HeaderValue>) {
        if listed.is_some() {
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, self.0.expose_headers.clone());
        }
        self.allow(headers, listed);
    }

    fn allow(&self, headers: &mut HeaderMap, listed: Option<HeaderValue>) {
        // Also where no origin came: a cache must not give that answer to one that has an origin.
        headers.append(VARY, HeaderValue::from_static("origin"));
        // What else stands there decides in no case.
        headers.remove(ACCESS_CONTROL_ALLOW_CREDENTIALS);
        headers.remove(ACCESS_CONTROL_ALLOW_ORIGIN);
        if let Some(origin) = listed {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            if self.0.credentials {
                let yes = HeaderValue::from_static("true");
                headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, yes);
            }
        }
    }
}

/// A list of names with more at its end.
fn longer(list: &HeaderValue, names: impl IntoIterator<Item = HeaderName>) -> HeaderValue {
    let mut text = list.to_str().unwrap_or_default().to_owned();
    for name in names {
        text.push_str(", ");
        text.push_str(name.as_str());
    }
    // Names of headers and what stands between them are visible ASCII.
    HeaderValue::from_str(&text).unwrap_or_else(|_| list.clone())
}

impl<S> Layer<S> for Cors {
    type Service = CorsService<S>;

    fn layer(&self, inner: S) -> CorsService<S> {
        CorsService { cors: self.clone(), inner }
    }
}

/// A service behind [`Cors`].
#[derive(Debug, Clone)]
pub struct CorsService<S> {
    cors: Cors,
    inner: S,
}

impl<S, A, B> Service<Request<A>> for CorsService<S>
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
        if let Some(preflight) = self.cors.preflight(&head) {
            return Box::pin(std::future::ready(Ok(preflight)));
        }
        let cors = self.cors.clone();
        let listed = cors.listed(&head.headers);
        let answered = self.inner.call(Request::from_parts(head, body));
        Box::pin(async move {
            let mut response = answered.await?;
            cors.answer(response.headers_mut(), listed);
            Ok(response)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i4_origins_are_compared_by_scheme_host_and_port() {
        let listed = [
            "https://app.example.com",
            "http://localhost:5173",
            "https://xn--bcher-kva.example",
            "http://[::1]:5173",
            "tauri://localhost",
            "http://127.0.0.1:80",
        ];
        let cors = Cors::new(listed).unwrap();
        for (origin, passes) in [
            ("https://app.example.com", true),
            ("https://app.example.com:443", true),
            ("HTTPS://APP.EXAMPLE.COM", true),
            ("http://localhost:5173", true),
            ("http://LOCALHOST:5173", true),
            ("https://xn--bcher-kva.example", true),
            ("http://[::1]:5173", true),
            ("http://[0:0:0:0:0:0:0:1]:5173", true),
            ("tauri://localhost", true),
            ("http://127.0.0.1", true),
            ("http://app.example.com", false),
            ("https://app.example.com:80", false),
            ("https://app.example.com:8443", false),
            ("https://app.example.com.", false),
            ("https://app.example.com.evil.example", false),
            ("https://app.evil.example", false),
            ("https://evil-app.example.com", false),
            ("https://x.app.example.com", false),
            ("https://example.com", false),
            ("https://app.example.co", false),
            ("https://app.example.comm", false),
            ("https://ann@app.example.com", false),
            ("https://app.example.com@evil.example", false),
            ("https://app.example.com:x@evil.example", false),
            ("https://app.example.com/", false),
            ("https://app.example.com/x", false),
            ("https://app.example.com?x", false),
            ("https://app.example.com#x", false),
            ("https://app.example.com\\.evil.example", false),
            ("https://app.example.com%2eevil.example", false),
            ("https://app.example.com,https://evil.example", false),
            ("https://evil.example https://app.example.com", false),
            ("https:app.example.com", false),
            ("//app.example.com", false),
            ("app.example.com", false),
            ("http://localhost", false),
            ("http://localhost:51730", false),
            ("http://x.localhost:5173", false),
            ("http://127.0.0.1:5173", false),
            ("http://127.1", false),
            ("http://0x7f.0.0.1", false),
            ("https://b\u{fc}cher.example", false),
            ("tauri://localhost:443", false),
            ("file://", false),
            ("null", false),
            ("*", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ORIGIN, HeaderValue::from_bytes(origin.as_bytes()).unwrap());
            assert_eq!(cors.listed(&headers).is_some(), passes, "{origin}");
        }
    }

    #[test]
    fn i4_an_origin_that_is_there_twice_is_none() {
        let cors = Cors::new(["https://app.example.com"]).unwrap();
        let mut headers = HeaderMap::new();
        headers.append(ORIGIN, HeaderValue::from_static("https://app.example.com"));
        headers.append(ORIGIN, HeaderValue::from_static("https://app.example.com"));
        assert_eq!(cors.listed(&headers), None);
        assert_eq!(cors.listed(&HeaderMap::new()), None);
    }

    #[test]
    fn i4_what_is_no_origin_cannot_be_listed() {
        for text in ["*", "null", "https://*.example.com", "file://", "https://a/", "https://", "a"]
        {
            assert!(Cors::new([text]).unwrap_err().to_string().contains("is no origin"), "{text}");
        }
    }
}
