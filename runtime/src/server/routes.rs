//! Who answers a request?

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::ALLOW;
use http::uri::PathAndQuery;
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri};

use super::app::{AnyBody, App, RequestBody, text, typed};
use super::cors::Cors;
use super::drain::{Leaving, Phase};
use super::hosts::HostList;
use crate::http::{HttpService, problem_response};

/// Asks the application whether it is ready.
pub(super) type ReadyCheck =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// Everything that is served, by its path.
pub(super) struct Routes {
    pub(super) hosts: Option<HostList>,
    pub(super) cors: Option<Cors>,
    /// Where the backend stands, without a slash at the end; and the backend.
    pub(super) rpc: Option<(String, Rpc)>,
    pub(super) fallback: Option<Arc<dyn App>>,
    pub(super) health: bool,
    pub(super) ready: Option<ReadyCheck>,
    pub(super) ready_timeout: Duration,
    /// The JSON at `/version`.
    pub(super) version: Option<Bytes>,
    pub(super) metrics: Option<Arc<dyn Fn() -> String + Send + Sync>>,
    /// Tells of the server's end.
    pub(super) leaving: Leaving,
}

/// What serves a backend.
pub(super) enum Rpc {
    Plain(HttpService),
    /// With layers around it.
    #[cfg_attr(
        not(feature = "compression"),
        allow(dead_code, reason = "compression is the one layer that there is")
    )]
    Layered(Arc<dyn App>),
}

impl Routes {
    pub(super) async fn answer(&self, request: Request<RequestBody>) -> Response<AnyBody> {
        let (head, body) = request.into_parts();
        if let Some(Err((status, fault))) = self.hosts.as_ref().map(|hosts| hosts.judge(&head)) {
            return problem_response(&fault, status).map(AnyBody::whole);
        }
        let Some(cors) = &self.cors else {
            return self.route(Request::from_parts(head, body)).await;
        };
        if let Some(preflight) = cors.preflight::<Bytes>(&head) {
            return preflight.map(AnyBody::whole);
        }
        let listed = cors.listed(&head.headers);
        let mut response = self.route(Request::from_parts(head, body)).await;
        cors.answer(response.headers_mut(), listed);
        response
    }

    async fn route(&self, mut request: Request<RequestBody>) -> Response<AnyBody> {
        if let Some(answer) = self.own(&request).await {
            return answer;
        }
        let mut app = self.fallback.as_ref();
        if let Some((prefix, rpc)) = &self.rpc
            && let Some(start) = below(request.uri().path(), prefix)
        {
            match rpc {
                Rpc::Plain(service) => {
                    let (head, body) = request.into_parts();
                    let path = &head.uri.path()[start..];
                    let response = service.answer(&head, path, body, Some(&self.leaving)).await;
                    return response.map(AnyBody::Own);
                }
                Rpc::Layered(service) => {
                    if let Some(uri) = without(request.uri(), start) {
                        *request.uri_mut() = uri;
                        app = Some(service);
                    }
                }
            }
        }
        let Some(app) = app else { return text(StatusCode::NOT_FOUND, "nothing is here\n") };
        request.extensions_mut().insert(self.leaving.clone());
        app.answer(request).await
    }

    /// What the server itself has to say.
    async fn own(&self, request: &Request<RequestBody>) -> Option<Response<AnyBody>> {
        let path = request.uri().path();
        let known = match path {
            "/healthz" | "/readyz" => self.health,
            "/version" => self.version.is_some(),
            "/metrics" => self.metrics.is_some(),
            _ => false,
        };
        if !known {
            return None;
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut response = text(StatusCode::METHOD_NOT_ALLOWED, "this path answers GET\n");
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return Some(response);
        }
        Some(match (path, &self.version, &self.metrics) {
            ("/healthz", ..) => text(StatusCode::OK, "ok\n"),
            ("/readyz", ..) => self.readiness().await,
            ("/version", Some(json), _) => typed(StatusCode::OK, "application/json", json.clone()),
            ("/metrics", _, Some(metrics)) => {
                typed(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", metrics())
            }
            _ => return None,
        })
    }

    async fn readiness(&self) -> Response<AnyBody> {
        let not_ready = |why: &str| text(StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n"));
        if *self.leaving.0.borrow() > Phase::Serving {
            return not_ready("draining");
        }
        let Some(check) = &self.ready else { return text(StatusCode::OK, "ready\n") };
        match tokio::time::timeout(self.ready_timeout, check()).await {
            Ok(Ok(())) => text(StatusCode::OK, "ready\n"),
            Ok(Err(why)) => not_ready(&why),
            Err(_) => not_ready("the check of readiness took too long"),
        }
    }
}

/// Where the rest of a path begins that has this prefix, as whole segments.
fn below(path: &str, prefix: &str) -> Option<usize> {
    let rest = path.strip_prefix(prefix)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(prefix.len())
}

/// The same URL without the beginning of its path.
fn without(uri: &Uri, start: usize) -> Option<Uri> {
    let rest = &uri.path_and_query()?.as_str()[start..];
    let rest: PathAndQuery =
        if rest.starts_with('/') { rest.parse().ok()? } else { format!("/{rest}").parse().ok()? };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(rest);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_taken_off_as_whole_segments() {
        for (uri, rest) in [
            ("/rpc/A/v1/b?x=1", Some("/A/v1/b?x=1")),
            ("/rpc", Some("/")),
            ("/rpc?x", Some("/?x")),
            ("http://localhost:1/rpc/_versions", Some("http://localhost:1/_versions")),
            ("/rpcs/A", None),
            ("/", None),
            ("/x/rpc/A", None),
        ] {
            let uri: Uri = uri.parse().unwrap();
            let found = below(uri.path(), "/rpc").and_then(|start| without(&uri, start));
            let found = found.map(|uri| uri.to_string());
            assert_eq!(found.as_deref(), rest, "{uri}");
        }
        let uri: Uri = "/A".parse().unwrap();
        assert_eq!(below(uri.path(), "").and_then(|start| without(&uri, start)), Some(uri));
    }
}
