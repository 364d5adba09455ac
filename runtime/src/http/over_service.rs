//! How does a tower service carry a request?

use std::error::Error;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Buf as _, Bytes};
use http::{Request, Response, Uri};
use http_body::Body;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use tower_service::Service;

use super::carrier::{Carrier, Outgoing, chain, uri};
use crate::{Executed, Fault, FaultKind};

type BoxError = Box<dyn Error + Send + Sync>;

/// A response, whatever its body was.
type Answer = Response<UnsyncBoxBody<Bytes, BoxError>>;

/// A service, whatever its type is.
#[derive(Clone)]
pub(super) struct Tower(Arc<dyn Answers>);

trait Answers: Send + Sync {
    fn answer(&self, request: Request<Full<Bytes>>) -> Answering;
}

type Answering = Pin<Box<dyn Future<Output = Result<Answer, Fault>> + Send>>;

/// Services need not be `Sync`, so that only one call at a time makes its copy.
struct Shared<S>(Mutex<S>);

impl<S, B> Answers for Shared<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn answer(&self, request: Request<Full<Bytes>>) -> Answering {
        let mut service = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Box::pin(async move {
            let ready = std::future::poll_fn(|cx| service.poll_ready(cx)).await;
            // It has not had the request.
            ready.map_err(|error| lost(error.into(), Executed::No))?;
            let response = service.call(request).await;
            // A layer may have sent it more than once, so that the error says nothing of what ran.
            let response = response.map_err(|error| lost(error.into(), Executed::Maybe))?;
            Ok(response.map(|body| {
                // Without a copy where they are `Bytes` already.
                let body = body.map_frame(|frame| {
                    frame.map_data(|mut data| data.copy_to_bytes(data.remaining()))
                });
                body.map_err(Into::into).boxed_unsync()
            }))
        })
    }
}

impl Tower {
    pub(super) fn new<S, B>(service: S) -> Tower
    where
        S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: Body + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Tower(Arc::new(Shared(Mutex::new(service))))
    }
}

impl Carrier for Tower {
    type Incoming = Answer;

    type Url = Uri;

    fn url(&self, text: &str) -> Result<Uri, Fault> {
        uri(text)
    }

    fn send(
        &self,
        outgoing: Outgoing<Uri>,
    ) -> impl Future<Output = Result<Answer, Fault>> + Send + 'static {
        self.0.answer(outgoing.into())
    }
}

/// No response came. A layer that knows better gives a fault of its own.
fn lost(error: BoxError, executed: Executed) -> Fault {
    match error.downcast::<Fault>() {
        Ok(fault) => *fault,
        Err(error) => Fault::new(FaultKind::Disconnected, executed, chain(&*error)),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::task::{Context, Poll};

    use http::Method;

    use http::HeaderMap;

    use super::super::carrier::Incoming as _;
    use super::*;

    /// What a service answers, and whether it is ever ready.
    #[derive(Clone)]
    struct Scripted {
        ready: Result<(), &'static str>,
        error: Option<Fault>,
        /// Services need not be `Sync`.
        _cell: Cell<u8>,
    }

    impl Service<Request<Full<Bytes>>> for Scripted {
        type Response = Response<Full<Bytes>>;
        type Error = BoxError;
        type Future = std::future::Ready<Result<Response<Full<Bytes>>, BoxError>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
            Poll::Ready(self.ready.map_err(Into::into))
        }

        fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
            std::future::ready(match self.error.take() {
                Some(fault) => Err(fault.into()),
                None if request.uri().path() == "/lost" => Err("a layer gave up".into()),
                None => Ok(Response::new(Full::from(request.uri().to_string()))),
            })
        }
    }

    async fn send(service: Scripted, path: &str) -> Result<Bytes, Fault> {
        let request = Outgoing {
            method: Method::POST,
            url: uri(&format!("http://app{path}"))?,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        };
        let mut answer = Tower::new(service).send(request).await?;
        Ok(answer.chunk().await?.expect("a body"))
    }

    fn scripted() -> Scripted {
        Scripted { ready: Ok(()), error: None, _cell: Cell::new(0) }
    }

    #[tokio::test]
    async fn a_service_is_given_the_whole_url() {
        assert_eq!(send(scripted(), "/rpc").await, Ok(Bytes::from("http://app/rpc")));
    }

    #[tokio::test]
    async fn only_what_was_not_given_to_the_service_is_known_not_to_have_run() {
        let never_ready = Scripted { ready: Err("closed"), ..scripted() };
        let fault = send(never_ready, "/").await.unwrap_err();
        let said = (fault.kind(), fault.executed(), fault.message());
        assert_eq!(said, (FaultKind::Disconnected, Executed::No, "closed"));
        let fault = send(scripted(), "/lost").await.unwrap_err();
        let said = (fault.kind(), fault.executed(), fault.message());
        assert_eq!(said, (FaultKind::Disconnected, Executed::Maybe, "a layer gave up"));
    }

    #[tokio::test]
    async fn a_layer_that_knows_better_says_so() {
        let fault = Fault::before(FaultKind::Overloaded, "the circuit is open");
        let service = Scripted { error: Some(fault.clone()), ..scripted() };
        assert_eq!(send(service, "/").await, Err(fault));
    }
}
