//! Which call does an HTTP request make, and what becomes of it?

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use tower_service::Service;
use traitwire_schema::Access;

use super::body::Body;
use super::cache::{self, Freshness};
use super::request::{Said, arguments_of_body, arguments_of_query};
use super::response::{
    Refusal, method_not_allowed, ok, reply_of, stream_of, visible, without_body,
};
use super::{header, media};
use crate::call::new_request_id;
use crate::rpc::SchemaAccess;
use crate::rpc::admission::Target;
use crate::rpc::admitted::Admitted;
use crate::rpc::auth::Credentials;
use crate::rpc::backend::Backend;
use crate::rpc::running::Running;
#[cfg(feature = "server")]
use crate::server::Leaving;
use crate::{Fault, FaultKind};

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
        let service = self.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            #[cfg(feature = "server")]
            let leaving = head.extensions.get();
            let answer = service.answer(
                &head,
                head.uri.path(),
                body,
                #[cfg(feature = "server")]
                leaving,
            );
            Ok(answer.await)
        })
    }
}

impl HttpService {
    /// Answers a request whose path this is, less what stands before the backend's.
    pub(crate) async fn answer<B>(
        &self,
        head: &Parts,
        path: &str,
        body: B,
        #[cfg(feature = "server")] leaving: Option<&Leaving>,
    ) -> Response<Body>
    where
        B: http_body::Body + Send,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let request_id = match head.headers.get(header::REQUEST_ID) {
            Some(id) if !id.is_empty() => id.clone(),
            _ => visible(&new_request_id()),
        };
        let mut offer = None;
        // Head first, then the body, then the handler.
        let answered = async {
            let said = Said::by(&head.headers)?;
            let target = match route(&self.backend, head, path, &said, &request_id).await? {
                Route::Document { json, freshness } => {
                    let response = ok(media::JSON, json.clone());
                    return Ok(cache::allow(response, &json, freshness, &head.headers));
                }
                Route::Method(target) => target,
            };
            offer = Some(HeaderValue::from_static(target.offer()));
            let reads = reads(target.method(), head)?;
            let mut admitted = said.admit(target, &head.headers, &request_id).await?;
            let freshness = reads.then(|| freshness(target, &admitted, &said));
            let arguments = if reads {
                arguments_of_query(target, head)
            } else {
                arguments_of_body(target, head, &said, body, &admitted).await
            };
            let arguments = arguments.inspect_err(|refusal| admitted.refused(&refusal.failure))?;
            // What a stream counts from, where that is a number of ours.
            let last_event_id = admitted.context().last_event_id().and_then(|id| id.parse().ok());
            match admitted.start(arguments)? {
                Running::Reply(reply) => {
                    let reply = reply.finish().await?;
                    Ok(reply_of(reply, freshness, &head.headers))
                }
                Running::Items(items) => {
                    // A server that drains has its streams end.
                    #[cfg(feature = "server")]
                    let items = match leaving {
                        None => items,
                        Some(leaving) => leaving.end(items),
                    };
                    stream_of(items, last_event_id.unwrap_or(0), self.heartbeat).await
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
        response
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
    path: &str,
    said: &Said<'_>,
    request_id: &HeaderValue,
) -> Result<Route<'a>, Refusal> {
    let max_url = backend.limits().max_url;
    if path.len() + head.uri.query().map_or(0, |query| query.len() + 1) > max_url {
        let message = format!("path and query are longer than {max_url} bytes");
        let fault = Fault::before(FaultKind::TooLarge, message);
        return Err(Refusal::with_status(fault, StatusCode::URI_TOO_LONG));
    }
    // One slash: what stands in front may let `/rpc//Admin` pass where it stops `/rpc/Admin`.
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/');
    let segments = [(); 4].map(|()| segments.next());
    match segments {
        [Some("_versions"), None, ..] => {
            only_get(head)?;
            let json = serde_json::to_vec(&backend.versions()).unwrap_or_default();
            let freshness = Freshness { max_age: None, shared: true };
            Ok(Route::Document { json: json.into(), freshness })
        }
        [Some("_schema"), None, ..] if backend.schema_access() != SchemaAccess::Off => {
            only_get(head)?;
            if backend.schema_access() == SchemaAccess::Authenticated {
                let id = request_id.to_str().unwrap_or_default();
                backend.authenticate(Credentials::new(&head.headers), id).await?;
            }
            let shared = backend.schema_access() == SchemaAccess::Public;
            let json = backend.schema().to_json().into();
            Ok(Route::Document { json, freshness: Freshness { max_age: None, shared } })
        }
        [Some(interface), Some(series), Some(method), None] => {
            Ok(Route::Method(backend.find(interface, series, method, said.need)?))
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
fn freshness(target: Target<'_>, admitted: &Admitted, said: &Said<'_>) -> Freshness {
    let nobody = admitted.context().caller().is_none() && said.authorization.is_none();
    let shared = *target.access() == Access::Public && nobody;
    Freshness { max_age: target.max_age(), shared }
}

fn only_get(head: &Parts) -> Result<(), Refusal> {
    let get = matches!(head.method, Method::GET | Method::HEAD);
    if get { Ok(()) } else { Err(method_not_allowed("GET, HEAD")) }
}
