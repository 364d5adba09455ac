//! Who answers a request?

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::ALLOW;
use http::uri::PathAndQuery;
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::Full;
use tokio::sync::watch;

use super::app::{AnyBody, App, RequestBody, any_body, text, typed};
use super::cors::Cors;
use super::drain::Phase;
use super::hosts::HostList;
use crate::http::problem_response;

/// Asks the application whether it is ready.
pub(super) type ReadyCheck =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// Everything that is served, by its path.
pub(super) struct Routes {
    pub(super) hosts: Option<HostList>,
    pub(super) cors: Option<Cors>,
    /// Where the backend stands, without a slash at the end; and the backend.
    pub(super) rpc: Option<(String, Arc<dyn App>)>,
    pub(super) fallback: Option<Arc<dyn App>>,
    pub(super) health: bool,
    pub(super) ready: Option<ReadyCheck>,
    pub(super) ready_timeout: Duration,
    /// The JSON at `/version`.
    pub(super) version: Option<Bytes>,
    pub(super) metrics: Option<Arc<dyn Fn() -> String + Send + Sync>>,
    pub(super) phase: watch::Receiver<Phase>,
}

impl Routes {
    pub(super) async fn answer(&self, request: Request<RequestBody>) -> Response<AnyBody> {
        let (head, body) = request.into_parts();
        if let Some(Err((status, fault))) = self.hosts.as_ref().map(|hosts| hosts.judge(&head)) {
            return problem_response(&fault, status).map(|json| any_body(Full::new(json)));
        }
        let Some(cors) = &self.cors else {
            return self.route(Request::from_parts(head, body)).await;
        };
        if let Some(preflight) = cors.preflight::<Bytes>(&head) {
            return preflight.map(|nothing| any_body(Full::new(nothing)));
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
        if let Some((prefix, rpc)) = &self.rpc
            && let Some(below) = below(request.uri(), prefix)
        {
            *request.uri_mut() = below;
            return rpc.answer(request).await;
        }
        match &self.fallback {
            Some(fallback) => fallback.answer(request).await,
            None => text(StatusCode::NOT_FOUND, "nothing is here\n"),
        }
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
        if *self.phase.borrow() > Phase::Serving {
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

/// The same URL without the prefix of its path, if it has it as whole segments.
fn below(uri: &Uri, prefix: &str) -> Option<Uri> {
    let whole = uri.path_and_query()?.as_str();
    let rest = whole.strip_prefix(prefix)?;
    let rest: PathAndQuery = match rest.as_bytes().first() {
        Some(b'/') => rest.parse().ok()?,
        None | Some(b'?') => format!("/{rest}").parse().ok()?,
        Some(_) => return None,
    };
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
            let found = below(&uri.parse().unwrap(), "/rpc").map(|uri| uri.to_string());
            assert_eq!(found.as_deref(), rest, "{uri}");
        }
        assert_eq!(below(&"/A".parse().unwrap(), "").unwrap().to_string(), "/A");
    }
}
