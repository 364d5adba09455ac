//! What is compressed, and what may come compressed?

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::{CONTENT_ENCODING, ETAG};
use http::{HeaderValue, Request, Response};
use tower_http::compression::predicate::{NotForContentType, Predicate as _, SizeAbove};
use tower_http::decompression::RequestDecompression;
use tower_service::Service;

use super::app::{Answer, AnyBody, App, RequestBody, any};
use super::routes::Rpc;
use crate::http::HttpService;

/// Less than this is not worth it: it goes in one packet either way.
const WORTH_IT: u16 = 1024;

/// What was asked for; nothing, as a rule.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Compression {
    pub(super) replies: bool,
    pub(super) calls: bool,
}

impl Compression {
    /// A backend's service with it. What inflates is counted by the service, which reads the body.
    pub(super) fn rpc(self, service: HttpService) -> Rpc {
        let app = match self {
            Compression { calls: false, replies: false } => return Rpc::Plain(service),
            Compression { calls: false, .. } => any(service),
            Compression { calls: true, .. } => any(RequestDecompression::new(service)),
        };
        Rpc::Layered(self.replies_of(app))
    }

    /// Any service with its replies compressed.
    pub(super) fn replies_of(self, app: Arc<dyn App>) -> Arc<dyn App> {
        if !self.replies {
            return app;
        }
        // An event has to go out when it is there, and images are compressed as they are.
        let worth_it = SizeAbove::new(WORTH_IT)
            .and(NotForContentType::SSE)
            .and(NotForContentType::IMAGES)
            .and(NotForContentType::GRPC);
        let compressed = tower_http::compression::Compression::new(Erased(app));
        Arc::new(WeakTags(any(compressed.compress_when(worth_it))))
    }
}

/// An app whose compressed replies are not said to have the bytes that they were compressed from: a strong
/// tag is of one form (RFC 9110 §8.8.3).
struct WeakTags(Arc<dyn App>);

impl App for WeakTags {
    fn answer(&self, request: Request<RequestBody>) -> Answer {
        let answered = self.0.answer(request);
        Box::pin(async move {
            let mut response = answered.await;
            let headers = response.headers_mut();
            let strong = headers.get(ETAG).filter(|tag| tag.as_bytes().starts_with(b"\""));
            let weak = strong.map(|tag| HeaderValue::from_bytes(&[b"W/", tag.as_bytes()].concat()));
            if let Some(Ok(weak)) = weak.filter(|_| headers.contains_key(CONTENT_ENCODING)) {
                headers.insert(ETAG, weak);
            }
            response
        })
    }
}

/// An app as the service that it was.
#[derive(Clone)]
struct Erased(Arc<dyn App>);

impl Service<Request<RequestBody>> for Erased {
    type Response = Response<AnyBody>;
    type Error = Infallible;
    type Future = Whole;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<RequestBody>) -> Whole {
        Whole(self.0.answer(request))
    }
}

/// An answer that cannot fail.
struct Whole(Answer);

impl Future for Whole {
    type Output = Result<Response<AnyBody>, Infallible>;

    fn poll(mut self: std::pin::Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx).map(Ok)
    }
}
