//! What can a server serve besides a backend?

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use tower_service::Service;

use super::BoxError;

/// The body of a request as a [`Server`](super::Server) hands it on.
#[derive(Debug)]
pub struct RequestBody(hyper::body::Incoming);

impl RequestBody {
    pub(super) fn new(body: hyper::body::Incoming) -> RequestBody {
        RequestBody(body)
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(&mut self.0).poll_frame(cx).map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// The body of any response.
pub(super) enum AnyBody {
    /// Of a call, and of all that is there at once.
    Own(crate::http::Body),
    Other(UnsyncBoxBody<Bytes, BoxError>),
}

impl AnyBody {
    pub(super) fn whole(content: Bytes) -> AnyBody {
        AnyBody::Own(content.into())
    }
}

impl Body for AnyBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.get_mut() {
            AnyBody::Own(body) => Pin::new(body).poll_frame(cx).map_err(Into::into),
            AnyBody::Other(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            AnyBody::Own(body) => body.is_end_stream(),
            AnyBody::Other(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            AnyBody::Own(body) => body.size_hint(),
            AnyBody::Other(body) => body.size_hint(),
        }
    }
}

/// A response on its way.
pub(super) type Answer = Pin<Box<dyn Future<Output = Response<AnyBody>> + Send>>;

/// A tower service whose type is forgotten.
pub(super) trait App: Send + Sync {
    fn answer(&self, request: Request<RequestBody>) -> Answer;
}

/// Forgets the type of a service.
pub(super) fn any<S>(service: S) -> Arc<dyn App>
where
    Any<S>: App + 'static,
{
    Arc::new(Any(service))
}

pub(super) struct Any<S>(S);

impl<S, B> App for Any<S>
where
    S: Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn answer(&self, request: Request<RequestBody>) -> Answer {
        let mut service = self.0.clone();
        Box::pin(async move {
            let answered = async {
                std::future::poll_fn(|cx| service.poll_ready(cx)).await?;
                service.call(request).await
            };
            match answered.await {
                Ok(response) => response.map(any_body),
                Err(error) => {
                    let error: BoxError = error.into();
                    tracing::error!(%error, "a service failed without a response");
                    text(StatusCode::INTERNAL_SERVER_ERROR, "internal error\n")
                }
            }
        })
    }
}

pub(super) fn any_body<B>(body: B) -> AnyBody
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    AnyBody::Other(body.map_err(Into::into).boxed_unsync())
}

/// A response of plain text.
pub(super) fn text(status: StatusCode, text: impl Into<Bytes>) -> Response<AnyBody> {
    typed(status, "text/plain; charset=utf-8", text)
}

/// A response of a media type, which nobody may keep.
pub(super) fn typed(
    status: StatusCode,
    content_type: &'static str,
    content: impl Into<Bytes>,
) -> Response<AnyBody> {
    let mut response = Response::new(AnyBody::whole(content.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static(content_type));
    headers.insert(http::header::CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
    response
}
