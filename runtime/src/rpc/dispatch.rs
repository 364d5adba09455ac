//! How does an accepted call reach its handler?

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context as TaskContext, Poll};

use bytes::Bytes;
use futures_core::Stream;
use traitwire_schema::Interface;

#[cfg(feature = "__backend")]
use crate::Executed;
use crate::rpc::args::{self, Args};
use crate::rpc::returned::{self, Returned};
use crate::{Context, Fault, FaultKind};

/// Arguments, a reply or an item, encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// JSON.
    Json(Bytes),
    /// Bytes as they are: a lone `traitwire::Bytes`.
    Octets(Bytes),
}

/// What ended a call, encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The declared error.
    Declared {
        /// The HTTP status that it goes with.
        status: u16,
        /// The error as JSON.
        json: Bytes,
    },
    /// A fault.
    Fault(Fault),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Failure::Fault(fault)
    }
}

/// A served interface: what the generated `..Server` types are.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no served interface",
    label = "no generated `..Server`",
    note = "what implements an interface is served by what its macro made: \
            `.serve(CatalogServer::new(implementation))`"
)]
pub trait Dispatch: Send + Sync + 'static {
    /// The interface that is served.
    #[doc(hidden)]
    fn interface(&self) -> &'static Interface;

    /// Starts the handler of one call.
    ///
    /// # Errors
    /// [`FaultKind::InvalidArgument`] if the arguments were not understood.
    #[doc(hidden)]
    fn dispatch(&self, invocation: Invocation) -> Result<Outcome, Fault>;
}

/// One call that was accepted.
pub struct Invocation {
    /// The position of the method in its interface.
    pub method: usize,
    /// What the handler may know.
    pub context: Context,
    /// The arguments.
    pub payload: Payload,
}

impl Invocation {
    /// The arguments, which have these names, and the context.
    ///
    /// # Errors
    /// [`FaultKind::InvalidArgument`], with the path of the value that was not understood.
    pub fn args<A: Args>(self, names: &'static [&'static str]) -> Result<(Context, A), Fault> {
        Ok((self.context, args::decode(self.payload, names)?))
    }

    /// The fault for a method that the interface does not have.
    pub fn unknown_method(&self) -> Fault {
        Fault::before(FaultKind::Unimplemented, format!("no method number {}", self.method))
    }
}

/// A running handler.
pub enum Outcome {
    /// It will reply once.
    Reply(Pin<Box<dyn Future<Output = Result<Payload, Failure>> + Send>>),
    /// It will send items.
    Items(Pin<Box<dyn Stream<Item = Result<Payload, Failure>> + Send>>),
}

impl Outcome {
    /// Runs a handler that replies once.
    pub fn reply<R: Returned>(handler: impl Future<Output = R> + Send + 'static) -> Outcome {
        Outcome::Reply(Box::pin(async move { returned::encode(handler.await) }))
    }

    /// Runs a handler that sends items. Its stream borrows the implementation and the arguments, so
    /// it lives inside a future that owns both; `run` is that future.
    pub fn items<F>(run: impl FnOnce(Items) -> F) -> Outcome
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let slot = Arc::new(Mutex::new(None));
        let future = run(Items { slot: Arc::clone(&slot) });
        Outcome::Items(Box::pin(ItemStream { future: Some(Box::pin(future)), slot }))
    }
}

/// Where the items of a handler go. It holds one: the handler is not polled again until that one has
/// been taken, which is all the backpressure there is to it.
pub struct Items {
    slot: Slot,
}

type Slot = Arc<Mutex<Option<Result<Payload, Failure>>>>;

impl Items {
    /// Passes on all items. The first error is the last item.
    pub async fn forward<R: Returned>(self, items: impl Stream<Item = R>) {
        let mut items = std::pin::pin!(items);
        while let Some(item) = std::future::poll_fn(|cx| items.as_mut().poll_next(cx)).await {
            let item = returned::encode(item);
            let last = item.is_err();
            let mut item = Some(item);
            // Fills the slot, and yields once so that the other side takes it.
            std::future::poll_fn(|_| match item.take() {
                Some(item) => {
                    *self.slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(item);
                    Poll::Pending
                }
                None => Poll::Ready(()),
            })
            .await;
            if last {
                break;
            }
        }
    }
}

/// The items that a running handler puts into its slot.
struct ItemStream<F> {
    future: Option<Pin<Box<F>>>,
    slot: Slot,
}

impl<F: Future<Output = ()>> Stream for ItemStream<F> {
    type Item = Result<Payload, Failure>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        let Some(future) = &mut self.future else { return Poll::Ready(None) };
        let ended = future.as_mut().poll(cx).is_ready();
        let item = self.slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        match item {
            Some(item) => Poll::Ready(Some(item)),
            None if ended => {
                self.future = None;
                Poll::Ready(None)
            }
            None => Poll::Pending,
        }
    }
}

/// What a failure becomes whose reason is nobody's business but the backend's.
#[cfg(feature = "__backend")]
pub(crate) fn internal(cx: &Context) -> Fault {
    let message = "the handler failed; the backend's log says how, under the request id";
    Fault::new(FaultKind::Internal, Executed::Maybe, format!("{message} `{}`", cx.request_id()))
}
