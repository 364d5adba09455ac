//! How does a call of the peer's reach its handler?

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context as TaskContext, Poll};

use futures_core::Stream;
use traitwire_protocol::{Ending, Payload};
use traitwire_schema::Interface;

use super::batch::Batch;
use super::buffer::{Body, Buffer};
use super::codec::{self, Codec};
use super::fault;
use super::held::{self, Held};
use super::incoming::IncomingItems;
use crate::rpc::args::{self, Args};
use crate::rpc::returned::{DeclaredError, Returned};
use crate::wire::Wire;
use crate::{Context, Executed, Fault, FaultKind, Incoming};

/// An implementation of an IPC interface that serves one peer: what the generated `..Server` types are.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no served IPC interface",
    label = "no generated `..Server`",
    note = "what implements an interface is served by what its macro made: \
            `EditorServer::new(implementation)`"
)]
pub trait Dispatch: Send + Sync + 'static {
    /// The interface that is served.
    #[doc(hidden)]
    fn interface() -> &'static Interface
    where
        Self: Sized;

    /// Starts the handler of one call.
    ///
    /// # Errors
    /// [`FaultKind::InvalidArgument`] if the arguments were not understood.
    #[doc(hidden)]
    fn dispatch(&self, invocation: Invocation<'_>) -> Result<Outcome, Fault>;
}

/// One call of the peer's.
pub struct Invocation<'a> {
    /// The position of the method in its interface.
    pub method: usize,
    pub(super) codec: Codec,
    pub(super) json: bool,
    pub(super) args: Payload<'a>,
    /// What the handler may know; made for who asks.
    pub(super) context: &'a mut dyn FnMut() -> Context,
    /// The stream that comes in.
    pub(super) items: Option<IncomingItems>,
    /// What has held the method's last handler.
    pub(super) spare: Spare,
}

/// What has held the last handler of a method, which is of one of these kinds.
#[derive(Default)]
pub(super) struct Spare {
    pub(super) replies: Option<Held<Ended>>,
    pub(super) notified: Option<Held<()>>,
}

impl Invocation<'_> {
    /// What the handler may know.
    pub fn context(&mut self) -> Context {
        (self.context)()
    }

    /// The arguments, which have these names.
    ///
    /// # Errors
    /// [`FaultKind::InvalidArgument`], with the path of the value that was not understood.
    pub fn args<A: Args>(&mut self, names: &'static [&'static str]) -> Result<A, Fault> {
        let payload = std::mem::replace(&mut self.args, Payload::Here(&[]));
        self.codec.check(self.json).map_err(args::not_understood)?;
        if A::is_bytes() {
            return A::from_octets(payload.into_bytes()).ok_or_else(|| {
                Fault::before(FaultKind::InvalidArgument, "the argument cannot be read")
            });
        }
        let read = match self.codec {
            Codec::Json => A::decode(&payload, names),
            Codec::Beside => codec::read_beside(&payload, |json| A::decode(json, names)),
            Codec::Compact => A::decode_compact(&payload),
        };
        read.map_err(args::not_understood)
    }

    /// The stream of items that comes in.
    pub fn incoming<T: Wire>(&mut self) -> Incoming<T> {
        match self.items.take() {
            Some(items) => Incoming::new(items.decoded(self.codec)),
            // The schema says of each method whether it has one.
            None => Incoming::new(IncomingItems::none().decoded(self.codec)),
        }
    }

    /// A handler that replies once.
    pub fn reply<R: Returned>(
        &mut self,
        handler: impl Future<Output = R> + Send + 'static,
    ) -> Outcome {
        let codec = self.codec;
        let handler = async move { Ended::of(codec, handler.await) };
        Outcome(Started::Reply(held::hold(handler, &mut self.spare.replies)))
    }

    /// A handler that sends items. Its stream borrows the implementation and the arguments, so it lives
    /// inside a future that owns both; `run` is that future.
    pub fn items<F>(&self, run: impl FnOnce(Items) -> F) -> Outcome
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let filled = Filled { json: self.codec.is_json(), ..Filled::default() };
        let slot = Arc::new(Mutex::new(filled));
        let future = run(Items { slot: Arc::clone(&slot), codec: self.codec });
        Outcome(Started::Items(Box::pin(future), slot))
    }

    /// A handler of a notification.
    pub fn notified(&mut self, handler: impl Future<Output = ()> + Send + 'static) -> Outcome {
        Outcome(Started::Notified(held::hold(handler, &mut self.spare.notified)))
    }

    /// A handler of a notification that has run.
    pub fn done(&self) -> Outcome {
        Outcome(Started::Done)
    }

    /// The fault for a method that the interface does not have.
    pub fn unknown_method(&self) -> Fault {
        Fault::before(FaultKind::Unimplemented, format!("no method number {}", self.method))
    }
}

/// A handler that is about to run.
pub struct Outcome(pub(super) Started);

/// What kind of handler is about to run.
pub(super) enum Started {
    /// It will reply once.
    Reply(Held<Ended>),
    /// It will send items, which it puts into the slot.
    Items(Pin<Box<dyn Future<Output = ()> + Send>>, Slot),
    /// There is no reply.
    Notified(Held<()>),
    /// It has run, and there is no reply.
    Done,
}

/// How a handler ended, encoded.
#[derive(Debug)]
pub struct Ended {
    pub(super) ending: Ending,
    pub(super) json: bool,
    pub(super) body: Body,
}

impl Ended {
    fn of<R: Returned>(codec: Codec, returned: R) -> Ended {
        let json = codec.is_json();
        match returned.into_result() {
            Ok(value) => match codec.body(&value) {
                Ok(body) => Ended { ending: Ending::Reply, json, body },
                Err(error) => Ended::fault(&cannot_encode("the reply", &error)),
            },
            Err(error) => {
                let mut buffer = Buffer::new();
                match error.write(codec, &mut buffer) {
                    Ok(()) => Ended { ending: Ending::Declared, json, body: Body::written(buffer) },
                    Err(error) => Ended::fault(&cannot_encode("the declared error", &error)),
                }
            }
        }
    }

    /// The end of a stream.
    #[cfg(feature = "__ipc")]
    pub(super) fn end() -> Ended {
        Ended { ending: Ending::End, json: false, body: Body::Bytes(bytes::Bytes::new()) }
    }

    pub(super) fn fault(fault: &Fault) -> Ended {
        let body = Body::Bytes(fault::write(fault).into());
        Ended { ending: Ending::Fault, json: true, body }
    }
}

fn cannot_encode(what: &str, error: &str) -> Fault {
    // The reason is in the words of the user's code, and so nobody's business but its own.
    #[cfg(feature = "__ipc")]
    tracing::error!(%error, "{what} cannot be encoded");
    #[cfg(not(feature = "__ipc"))]
    let _ = error;
    let message = format!("{what} cannot be encoded; the log of the end that serves it says why");
    Fault::new(FaultKind::Internal, Executed::Maybe, message)
}

/// Where a handler puts its items, and what it said last.
pub type Slot = Arc<Mutex<Filled>>;

/// What a handler has put into its slot.
#[derive(Debug, Default)]
pub struct Filled {
    pub(super) batch: Batch,
    pub(super) json: bool,
    /// What ends the stream after the batch, if it is not its end.
    pub(super) failure: Option<Ended>,
}

/// Where the items of a handler go.
pub struct Items {
    slot: Slot,
    codec: Codec,
}

impl Items {
    /// Passes on all items, many at a time: whoever polls takes what is in the slot before it polls again.
    /// The first error is the last item.
    pub async fn forward<R: Returned>(self, items: impl Stream<Item = R>) {
        let mut items = std::pin::pin!(items);
        let Items { slot, codec } = self;
        std::future::poll_fn(move |cx: &mut TaskContext<'_>| {
            let mut filled = slot.lock().unwrap_or_else(PoisonError::into_inner);
            while !filled.batch.is_full() {
                let item = match items.as_mut().poll_next(cx) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(None) => return Poll::Ready(()),
                    Poll::Ready(Some(item)) => item,
                };
                match item.into_result() {
                    Ok(item) => {
                        if let Err(error) = codec.push::<R::Ok>(&mut filled.batch, &item) {
                            let fault = cannot_encode("an item", &error);
                            filled.failure = Some(Ended::fault(&fault));
                            return Poll::Ready(());
                        }
                    }
                    Err(error) => {
                        filled.failure =
                            Some(Ended::of::<Result<R::Ok, R::Err>>(codec, Err(error)));
                        return Poll::Ready(());
                    }
                }
            }
            Poll::Pending
        })
        .await;
    }
}
