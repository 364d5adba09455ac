//! How does an HTTP request become a call, and its reply a response?

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCEPT, ALLOW, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tower_service::Service;
use traitwire_schema::Access;

use super::body::{Body, First};
use super::cache::{self, Freshness};
use super::{header, media, problem, query, timeout};
use crate::call::new_request_id;
use crate::labels::{self, Labels};
use crate::rpc::SchemaAccess;
use crate::rpc::auth::Credentials;
use crate::rpc::backend::{Admitted, Backend, Head, Target};
use crate::rpc::channel::ReplyItems;
use crate::rpc::running::Running;
use crate::rpc::{Failure, Payload, codec};
use crate::{Fault, FaultKind, Trace};

/// How long a stream is watched for its first item before the head of the response goes out. What
/// fails by then has the status of its failure, as any call has; later it is the last event.
const OPENING: Duration = Duration::from_millis(250);

/// Default of [`HttpService::heartbeat`].
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Serves a backend over HTTP: a `tower::Service` that mounts in any axum router (`nest_service`),
/// or on hyper as it is. The paths are `{interface}/{series}/{method}`, `_versions` and `_schema`.
///
/// ```
/// # use traitwire::{rpc::Backend, rpc_interface};
/// # #[rpc_interface(version = "1.0.0")]
/// # pub trait Adder {
/// #     /// The sum.
/// #     #[rpc(public)]
/// #     async fn add(&self, a: i64, b: i64) -> i64;
/// # }
/// # struct Plain;
/// # impl Adder for Plain {
/// #     async fn add(&self, a: i64, b: i64) -> i64 {
/// #         a + b
/// #     }
/// # }
/// let backend = Backend::builder().serve(AdderServer::new(Plain)).build()?;
/// let app: axum::Router =
///     axum::Router::new().nest_service("/rpc", traitwire::http::service(backend));
/// # Ok::<(), traitwire::rpc::BuildError>(())
/// ```
pub fn service(backend: Backend) -> HttpService {
    HttpService { backend, heartbeat: Some(HEARTBEAT) }
}

/// A backend as a `tower::Service`. Made by [`service`]; cloning is cheap.
#[derive(Debug, Clone)]
pub struct HttpService {
    backend: Backend,
    heartbeat: Option<Duration>,
}

impl HttpService {
    /// After how long a silence a stream sends a comment, so that no proxy cuts it and a frontend that
    /// hears nothing for three times as long knows that the backend is lost. Default 15 s, a quarter of
    /// the silence that common proxies bear; `None` or zero: never.
    #[must_use]
    pub fn heartbeat(self, every: Option<Duration>) -> HttpService {
        HttpService { heartbeat: every.filter(|every| !every.is_zero()), ..self }
    }
}

impl<B> Service<Request<B>> for HttpService
where
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let HttpService { backend, heartbeat } = self.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let request_id = match head.headers.get(header::REQUEST_ID) {
                Some(id) if !id.is_empty() => id.clone(),
                _ => visible(&new_request_id()),
            };
            let mut offer = None;
            // Head first, then the body, then the handler.
            let answered = async {
                let target = match route(&backend, &head, &request_id).await? {
                    Route::Document { json, freshness } => {
                        let response = ok(media::JSON, json.clone());
                        return Ok(cache::allow(response, &json, freshness, &head.headers));
                    }
                    Route::Method(target) => target,
                };
                offer = Some(HeaderValue::from_static(target.offer()));
                let reads = reads(target.method(), &head)?;
                let mut admitted = admit(target, &head, &request_id).await?;
                let last_event_id = admitted.context().last_event_id().map(str::to_owned);
                let freshness = reads.then(|| freshness(target, &admitted, &head.headers));
                let arguments = if reads {
                    arguments_of_query(target, &head)
                } else {
                    arguments_of_body(target, &head, body, &admitted).await
                };
                let arguments =
                    arguments.inspect_err(|refusal| admitted.refused(&refusal.failure))?;
                match admitted.start(arguments)? {
                    Running::Reply(reply) => {
                        let reply = reply.finish().await?;
                        Ok(reply_of(reply, freshness, &head.headers))
                    }
                    Running::Items(items) => {
                        // A server that drains has its streams end.
                        #[cfg(feature = "server")]
                        let items = crate::server::Leaving::end(&head.extensions, items);
                        // What it counts from, where that is a number of ours.
                        let id = last_event_id.and_then(|id| id.parse().ok()).unwrap_or(0);
                        stream_of(items, id, heartbeat).await
                    }
                }
            };
            let mut response = answered.await.unwrap_or_else(Refusal::into_response);
            if head.method == Method::HEAD {
                without_body(&mut response);
            }
            let headers = response.headers_mut();
            headers.insert(header::REQUEST_ID, request_id);
            if let Some(offer) = offer {
                headers.insert(header::OFFER, offer);
            }
            Ok(response)
        })
    }
}

/// What a path leads to.
enum Route<'a> {
    /// `_versions` or `_schema`.
    Document {
        json: Bytes,
        freshness: Freshness,
    },
    Method(Target<'a>),
}

async fn route<'a>(
    backend: &'a Backend,
    head: &Parts,
    request_id: &HeaderValue,
) -> Result<Route<'a>, Refusal> {
    let max_url = backend.limits().max_url;
    if head.uri.path_and_query().is_some_and(|url| url.as_str().len() > max_url) {
        let message = format!("path and query are longer than {max_url} bytes");
        let fault = Fault::before(FaultKind::TooLarge, message);
        return Err(Refusal::with_status(fault, StatusCode::URI_TOO_LONG));
    }
    let path: Vec<&str> = head.uri.path().trim_start_matches('/').split('/').take(4).collect();
    match path[..] {
        ["_versions"] => {
            only_get(head)?;
            let json = serde_json::to_vec(&backend.versions()).unwrap_or_default();
            let freshness = Freshness { max_age: None, shared: true };
            Ok(Route::Document { json: json.into(), freshness })
        }
        ["_schema"] if backend.schema_access() != SchemaAccess::Off => {
            only_get(head)?;
            if backend.schema_access() == SchemaAccess::Authenticated {
                let id = request_id.to_str().unwrap_or_default();
                backend.authenticate(credentials(&head.headers)?, id).await?;
            }
            let shared = backend.schema_access() == SchemaAccess::Public;
            let json = backend.schema().to_json().into();
            Ok(Route::Document { json, freshness: Freshness { max_age: None, shared } })
        }
        [interface, series, method] => {
            let need = one(&head.headers, &header::NEED)?;
            Ok(Route::Method(backend.find(interface, series, method, need)?))
        }
        _ => {
            let message = "nothing is here; a call goes to {interface}/{series}/{method}, such as \
                           Catalog/v1/search";
            Err(Fault::before(FaultKind::Unimplemented, message).into())
        }
    }
}

/// Whether the arguments stand in the query.
fn reads(method: &traitwire_schema::Method, head: &Parts) -> Result<bool, Refusal> {
    match head.method {
        Method::POST => Ok(false),
        Method::GET | Method::HEAD if method.readonly => Ok(true),
        _ => Err(method_not_allowed(if method.readonly { "GET, HEAD, POST" } else { "POST" })),
    }
}

/// How long the reply to a `GET` is fresh, and for whom.
fn freshness(target: Target<'_>, admitted: &Admitted, headers: &HeaderMap) -> Freshness {
    let nobody = admitted.context().caller().is_none() && !headers.contains_key(AUTHORIZATION);
    let shared = *target.access() == Access::Public && nobody;
    Freshness { max_age: target.max_age(), shared }
}

/// Has the backend judge the head.
async fn admit(
    target: Target<'_>,
    head: &Parts,
    request_id: &HeaderValue,
) -> Result<Admitted, Refusal> {
    let timeout = one(&head.headers, &header::TIMEOUT)?.map(timeout::parse).transpose();
    let head = Head {
        need: one(&head.headers, &header::NEED)?,
        credentials: credentials(&head.headers)?,
        labels: labels(&head.headers, request_id)?,
        timeout: timeout.map_err(|message| Fault::before(FaultKind::InvalidArgument, message))?,
    };
    Ok(target.admit(head).await?)
}

/// What the request says of itself.
fn labels(headers: &HeaderMap, request_id: &HeaderValue) -> Result<Labels, Refusal> {
    let label = |name| {
        let label = one(headers, &HeaderName::from_static(name))?;
        Ok::<_, Refusal>(label.map(str::to_owned))
    };
    let trace = label(labels::TRACE)?.and_then(|trace| trace.parse::<Trace>().ok());
    // Systems on the way may each have added a line.
    let states =
        headers.get_all(labels::TRACE_STATE).iter().filter_map(|state| state.to_str().ok());
    let state = states.collect::<Vec<_>>().join(",");
    Ok(Labels {
        // What is not visible ASCII is refused with the reason, as any other bad id is.
        request_id: request_id.to_str().unwrap_or("\n").to_owned(),
        session: label(labels::SESSION)?,
        application: label(labels::APPLICATION)?,
        route: label(labels::ROUTE)?,
        trace: trace.map(|trace| trace.with_state(&state)),
        idempotency_key: label(labels::IDEMPOTENCY_KEY)?,
        last_event_id: label(labels::LAST_EVENT_ID)?,
    })
}

/// What the head says about the caller. `Authorization` must be well formed, or who calls would be
/// taken for one who says nothing.
fn credentials(headers: &HeaderMap) -> Result<Credentials<'_>, Refusal> {
    one(headers, &AUTHORIZATION)?;
    Ok(Credentials::new(headers))
}

fn arguments_of_query(target: Target<'_>, head: &Parts) -> Result<Payload, Refusal> {
    let query = head.uri.query().unwrap_or_default();
    let json = query::arguments(query, target.method(), target.text_args())?;
    Ok(Payload::Json(json.into()))
}

/// Reads the arguments from a body, in the time and up to the size that the call has.
async fn arguments_of_body<B>(
    target: Target<'_>,
    head: &Parts,
    body: B,
    admitted: &Admitted,
) -> Result<Payload, Refusal>
where
    B: http_body::Body + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if head.uri.query().is_some_and(|query| !query.is_empty()) {
        let message = "the arguments of a POST stand in its body, not in the URL";
        return Err(Fault::before(FaultKind::InvalidArgument, message).into());
    }
    let octets = is_octets(&head.headers)?;
    let max_body = target.max_body();
    let too_large = || {
        let message = format!("the body is larger than {max_body} bytes");
        Refusal::from(Fault::before(FaultKind::TooLarge, message))
    };
    if body.size_hint().lower() > max_body as u64 {
        return Err(too_large());
    }
    let collect = Box::pin(Limited::new(body, max_body).collect());
    let collected = match admitted.opens_by() {
        None => collect.await,
        Some(by) => tokio::time::timeout_at(by.into(), collect).await.map_err(|_| {
            let message = "the body did not arrive before the deadline";
            Fault::before(FaultKind::DeadlineExceeded, message)
        })?,
    };
    let bytes = match collected {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Err(too_large()),
        Err(error) => {
            let message = format!("the body was cut: {error}");
            return Err(Fault::before(FaultKind::InvalidArgument, message).into());
        }
    };
    Ok(match (octets, bytes.is_empty()) {
        (true, _) => Payload::Octets(bytes),
        // A method without arguments needs no body.
        (false, true) => Payload::Json(Bytes::from_static(b"{}")),
        (false, false) => Payload::Json(bytes),
    })
}

/// Whether a body is bytes; otherwise it is JSON. Anything else is refused: what a browser sends to
/// other origins without asking them first must never run a handler.
fn is_octets(headers: &HeaderMap) -> Result<bool, Refusal> {
    let refused = |message: String| {
        let fault = Fault::before(FaultKind::InvalidArgument, message);
        Err(Refusal::with_status(fault, StatusCode::UNSUPPORTED_MEDIA_TYPE))
    };
    if headers.contains_key(CONTENT_ENCODING) {
        return refused("the body must not be compressed".to_owned());
    }
    let content_type = one(headers, &CONTENT_TYPE)?.unwrap_or_default();
    let (essence, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    let parameters = parameters.trim();
    match essence.trim().to_ascii_lowercase().as_str() {
        media::JSON
            if parameters.is_empty() || parameters.eq_ignore_ascii_case("charset=utf-8") =>
        {
            Ok(false)
        }
        media::OCTETS if parameters.is_empty() => Ok(true),
        _ => refused(format!(
            "the content type must be `{}`, or `{}` for a lone argument of bytes, not `{}`",
            media::JSON,
            media::OCTETS,
            content_type.escape_debug()
        )),
    }
}

/// The response of a call that has one reply; with `freshness`, of one that may be kept.
fn reply_of(payload: Payload, freshness: Option<Freshness>, headers: &HeaderMap) -> Response<Body> {
    let (content_type, content) = match payload {
        Payload::Octets(octets) if accepts_octets(headers) => (media::OCTETS, octets),
        payload => (media::JSON, json(payload)),
    };
    let mut response = ok(content_type, content.clone());
    match freshness {
        Some(freshness) => cache::allow(response, &content, freshness, headers),
        None => {
            cache::forbid(response.headers_mut());
            response
        }
    }
}

/// The head of a response alone, as it would be with its body.
fn without_body(response: &mut Response<Body>) {
    if let Some(length) = response.body().length()
        && response.status() != StatusCode::NOT_MODIFIED
    {
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
    *response.body_mut() = Body::empty();
}

fn accepts_octets(headers: &HeaderMap) -> bool {
    let ranges = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    ranges.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts.next().is_some_and(|range| range.eq_ignore_ascii_case(media::OCTETS));
        // A weight of zero means: anything but this.
        named
            && !parts.any(|weight| {
                let weight = weight.strip_prefix("q=").or(weight.strip_prefix("Q="));
                weight.is_some_and(|weight| weight.parse() == Ok(0.0_f32))
            })
    })
}

/// A reply or item as JSON; bytes become the string that they are there.
pub(super) fn json(payload: Payload) -> Bytes {
    match payload {
        Payload::Json(json) => json,
        // A string can always be encoded.
        Payload::Octets(octets) => {
            codec::encode(&crate::Bytes::from(octets)).unwrap_or_default().into()
        }
    }
}

/// The response of a call that has a stream of items.
async fn stream_of(
    mut items: ReplyItems,
    id: u64,
    heartbeat: Option<Duration>,
) -> Result<Response<Body>, Refusal> {
    let first = std::future::poll_fn(|cx| items.as_mut().poll_next(cx));
    let first = match tokio::time::timeout(OPENING, first).await {
        Ok(Some(Err(failure))) => return Err(failure.into()),
        Ok(Some(Ok(item))) => First::Item(item),
        Ok(None) => First::End,
        Err(_) => First::Unknown,
    };
    let mut response = Response::new(Body::items(first, items, id, heartbeat));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media::EVENTS));
    if let Some(every) = heartbeat {
        // Rounded up, so that nobody waits for less than is promised.
        let millis = every.as_nanos().div_ceil(1_000_000).try_into().unwrap_or(u64::MAX);
        headers.insert(header::HEARTBEAT, millis.into());
    }
    cache::forbid(headers);
    // nginx would hold items back until its buffer is full.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

fn ok(content_type: &'static str, content: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::whole(content));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// The value of a header that must not stand there twice.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let wrong = |what| {
        let message = format!("the header `{name}` {what}");
        Refusal::from(Fault::before(FaultKind::InvalidArgument, message))
    };
    if values.next().is_some() {
        return Err(wrong("is there twice"));
    }
    value.to_str().map(Some).map_err(|_| wrong("must be visible ASCII"))
}

fn only_get(head: &Parts) -> Result<(), Refusal> {
    let get = matches!(head.method, Method::GET | Method::HEAD);
    if get { Ok(()) } else { Err(method_not_allowed("GET, HEAD")) }
}

fn method_not_allowed(allow: &'static str) -> Refusal {
    let message = format!("this path answers {allow}");
    let fault = Fault::before(FaultKind::Unimplemented, message);
    Refusal { allow: Some(allow), ..Refusal::with_status(fault, StatusCode::METHOD_NOT_ALLOWED) }
}

/// Why a request brought no reply.
struct Refusal {
    failure: Failure,
    /// In place of the usual one of the fault's kind.
    status: Option<StatusCode>,
    allow: Option<&'static str>,
}

impl Refusal {
    fn with_status(fault: Fault, status: StatusCode) -> Refusal {
        Refusal { failure: Failure::Fault(fault), status: Some(status), allow: None }
    }

    fn into_response(self) -> Response<Body> {
        let status = self.status.unwrap_or_else(|| status_of(&self.failure));
        let mut response = ok(media::PROBLEM, problem_of(&self.failure, status).into());
        *response.status_mut() = status;
        cache::forbid(response.headers_mut());
        if let Some(allow) = self.allow {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
        }
        if let Failure::Fault(fault) = &self.failure
            && let Some(wait) = fault.retry_after()
        {
            // Whole seconds are all that it can say (RFC 9110 §10.2.3).
            let seconds = wait.as_millis().div_ceil(1000);
            response.headers_mut().insert(RETRY_AFTER, visible(&seconds.to_string()));
        }
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Refusal { failure, status: None, allow: None }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Failure::Fault(fault).into()
    }
}

/// The usual status of a failure.
pub(super) fn status_of(failure: &Failure) -> StatusCode {
    let status = match failure {
        Failure::Declared { status, .. } => *status,
        Failure::Fault(fault) => fault.kind().status(),
    };
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

pub(super) fn problem_of(failure: &Failure, status: StatusCode) -> Vec<u8> {
    match failure {
        Failure::Declared { json, .. } => problem::of_declared(json, status.as_u16()),
        Failure::Fault(fault) => problem::of_fault(fault, status.as_u16()),
    }
}

/// A header value of text that is known to be visible ASCII.
fn visible(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}
