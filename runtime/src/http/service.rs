//! How does an HTTP request become a call, and its reply a response?

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCEPT, ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, WWW_AUTHENTICATE,
};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tower_service::Service;

use super::{events, header, media, problem, query, timeout};
use crate::call::new_request_id;
use crate::rpc::SchemaAccess;
use crate::rpc::backend::{Admitted, Backend, Head, Target};
use crate::rpc::channel::ReplyItems;
use crate::rpc::running::Running;
use crate::rpc::{Failure, Payload, codec};
use crate::{Fault, FaultKind};

/// How long a stream is watched for its first item before the head of the response goes out. What
/// fails by then has the status of its failure, as any call has; later it is the last event.
const OPENING: Duration = Duration::from_millis(250);

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
    HttpService { backend }
}

/// A backend as a `tower::Service`. Made by [`service`]; cloning is cheap.
#[derive(Debug, Clone)]
pub struct HttpService {
    backend: Backend,
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
        let backend = self.backend.clone();
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
                    Route::Document(json) => return Ok(ok(media::JSON, json)),
                    Route::Method(target) => target,
                };
                offer = Some(HeaderValue::from_static(target.offer()));
                let get = is_get(target.method(), &head)?;
                let admitted = admit(target, &head, &request_id).await?;
                let arguments = if get {
                    arguments_of_query(target, &head)?
                } else {
                    arguments_of_body(target, &head, body, &admitted).await?
                };
                match admitted.start(arguments)? {
                    Running::Reply(reply) => Ok(reply_of(reply.finish().await?, &head.headers)),
                    Running::Items(items) => {
                        // A server that drains has its streams end.
                        #[cfg(feature = "server")]
                        let items = crate::server::Leaving::end(&head.extensions, items);
                        stream_of(items).await
                    }
                }
            };
            let mut response = answered.await.unwrap_or_else(Refusal::into_response);
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
    Document(Bytes),
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
            Ok(Route::Document(json.into()))
        }
        ["_schema"] if backend.schema_access() != SchemaAccess::Off => {
            only_get(head)?;
            if backend.schema_access() == SchemaAccess::Authenticated {
                let id = request_id.to_str().unwrap_or_default();
                backend.authenticate(one(&head.headers, &AUTHORIZATION)?, id).await?;
            }
            Ok(Route::Document(backend.schema().to_json().into()))
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
fn is_get(method: &traitwire_schema::Method, head: &Parts) -> Result<bool, Refusal> {
    match head.method {
        Method::POST => Ok(false),
        Method::GET if method.readonly => Ok(true),
        _ => Err(method_not_allowed(if method.readonly { "GET, POST" } else { "POST" })),
    }
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
        authorization: one(&head.headers, &AUTHORIZATION)?,
        // What is not visible ASCII is refused with the reason, as any other bad id is.
        request_id: request_id.to_str().unwrap_or("\n"),
        timeout: timeout.map_err(|message| Fault::before(FaultKind::InvalidArgument, message))?,
    };
    Ok(target.admit(head).await?)
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

/// The response of a call that has one reply.
fn reply_of(payload: Payload, headers: &HeaderMap) -> Response<Body> {
    match payload {
        Payload::Octets(octets) if accepts_octets(headers) => ok(media::OCTETS, octets),
        payload => ok(media::JSON, json(payload)),
    }
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
fn json(payload: Payload) -> Bytes {
    match payload {
        Payload::Json(json) => json,
        // A string can always be encoded.
        Payload::Octets(octets) => {
            codec::encode(&crate::Bytes::from(octets)).unwrap_or_default().into()
        }
    }
}

/// The response of a call that has a stream of items.
async fn stream_of(mut items: ReplyItems) -> Result<Response<Body>, Refusal> {
    let first = std::future::poll_fn(|cx| items.as_mut().poll_next(cx));
    let first = match tokio::time::timeout(OPENING, first).await {
        Ok(Some(Err(failure))) => return Err(failure.into()),
        Ok(Some(Ok(item))) => First::Item(item),
        Ok(None) => First::End,
        Err(_) => First::Unknown,
    };
    let mut response = Response::new(Body(Content::Events { first, items: Some(items) }));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media::EVENTS));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx would hold items back until its buffer is full.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

fn ok(content_type: &'static str, content: Bytes) -> Response<Body> {
    let mut response = Response::new(Body(Content::Whole(Some(content))));
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
    if head.method == Method::GET { Ok(()) } else { Err(method_not_allowed("GET")) }
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
        let usual = match &self.failure {
            Failure::Declared { status, .. } => *status,
            Failure::Fault(fault) => fault.kind().status(),
        };
        let usual = StatusCode::from_u16(usual).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let status = self.status.unwrap_or(usual);
        let mut response = ok(media::PROBLEM, problem_of(&self.failure, status).into());
        *response.status_mut() = status;
        if let Some(allow) = self.allow {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
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

fn problem_of(failure: &Failure, status: StatusCode) -> Vec<u8> {
    match failure {
        Failure::Declared { json, .. } => problem::of_declared(json, status.as_u16()),
        Failure::Fault(fault) => problem::of_fault(fault, status.as_u16()),
    }
}

/// A header value of text that is known to be visible ASCII.
fn visible(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

/// The body of a response: whole, or items as they come.
pub struct Body(Content);

enum Content {
    Whole(Option<Bytes>),
    Events {
        first: First,
        /// `None` after the last event.
        items: Option<ReplyItems>,
    },
}

/// What came before the head of the response went out.
enum First {
    Item(Payload),
    End,
    /// Nothing yet, or it has been passed on.
    Unknown,
}

/// All of it at once, as layers around the service answer in its place.
impl From<Bytes> for Body {
    fn from(whole: Bytes) -> Self {
        Body(Content::Whole(Some(whole)))
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let (first, items) = match &mut self.0 {
            Content::Whole(content) => {
                return Poll::Ready(content.take().map(|content| Ok(Frame::data(content))));
            }
            Content::Events { first, items } => (first, items),
        };
        let Some(running) = items else { return Poll::Ready(None) };
        let item = match std::mem::replace(first, First::Unknown) {
            First::Item(item) => Some(Ok(item)),
            First::End => None,
            First::Unknown => std::task::ready!(running.as_mut().poll_next(cx)),
        };
        if !matches!(item, Some(Ok(_))) {
            *items = None;
        }
        Poll::Ready(Some(Ok(Frame::data(match item {
            Some(Ok(payload)) => events::item(&json(payload)),
            Some(Err(failure)) => {
                let status = match &failure {
                    Failure::Declared { status, .. } => *status,
                    Failure::Fault(fault) => fault.kind().status(),
                };
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
                events::failed(&problem_of(&failure, status))
            }
            None => events::end(),
        }))))
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Content::Whole(content) => content.is_none(),
            Content::Events { items, .. } => items.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Content::Whole(content) => {
                SizeHint::with_exact(content.as_ref().map_or(0, |content| content.len() as u64))
            }
            Content::Events { .. } => SizeHint::default(),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Content::Whole(content) => f.debug_tuple("Body").field(content).finish(),
            Content::Events { .. } => f.write_str("Body(..)"),
        }
    }
}
