//! How does a handler run to its end: its reply, its deadline, its panic?

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll, ready};

use futures_core::Stream;
use tokio::time::{Instant, Sleep};
use tracing::Span;

use crate::rpc::channel::ReplyItems;
use crate::rpc::dispatch::{self, Failure, Outcome, Payload};
use crate::rpc::in_flight::Permit;
use crate::rpc::observe::Watch;
use crate::{Context, Executed, Fault, FaultKind, panics};

/// A handler at work. Dropping it ends it.
pub(crate) enum Running {
    /// It will reply once.
    Reply(RunningReply),
    /// It sends items, until its deadline.
    Items(ReplyItems),
}

impl Running {
    pub(super) fn new(outcome: Outcome, context: Context, hold: Hold) -> Running {
        let Hold { permit, span, watch, known_until } = hold;
        match outcome {
            Outcome::Reply(handler) => {
                let handler = Caught::new(handler, context, span, permit);
                Running::Reply(RunningReply { handler, watch })
            }
            Outcome::Items(handler) => {
                let deadline = context.deadline().map(|by| (Instant::from(by), Late::Deadline));
                let expiry = known_until.map(|at| (at, Late::Expiry));
                let end = deadline.into_iter().chain(expiry).min_by_key(|(at, _)| *at);
                let handler = Caught::new(handler, context, span, permit);
                let items: ReplyItems = match end {
                    None => Box::pin(handler),
                    Some((at, late)) => {
                        let sleep = Box::pin(tokio::time::sleep_until(at));
                        Box::pin(Until { handler: Some(handler), sleep, late })
                    }
                };
                Running::Items(Box::pin(Watched { items, watch }))
            }
        }
    }
}

/// What goes with a handler for as long as it is there.
pub(super) struct Hold {
    pub(super) permit: Option<Permit>,
    pub(super) span: Span,
    /// Ends with what the caller is told.
    pub(super) watch: Option<Watch>,
    /// When the caller of a stream stops being known. A single reply outlives that: its caller was known
    /// when it was admitted.
    pub(super) known_until: Option<Instant>,
}

/// A handler that will reply once.
pub(crate) struct RunningReply {
    handler: Caught<dyn Future<Output = Result<Payload, Failure>> + Send>,
    watch: Option<Watch>,
}

impl RunningReply {
    /// Runs the handler to its reply, or to its deadline.
    pub(crate) async fn finish(self) -> Result<Payload, Failure> {
        let ended = match self.handler.context.deadline() {
            None => self.handler.await,
            Some(deadline) => tokio::time::timeout_at(deadline.into(), self.handler)
                .await
                .unwrap_or_else(|_| Err(deadline_exceeded().into())),
        };
        if let Some(mut watch) = self.watch {
            watch.end(&ended);
        }
        ended
    }
}

/// The fault for a caller that takes a method for one of the other kind: its interface has another
/// shape and pretends to be of a version that goes with this one.
pub(crate) fn other_kind(method: &str) -> Fault {
    let message =
        format!("the method `{method}` has one reply at one end and a stream at the other");
    Fault::new(FaultKind::BadReply, Executed::Maybe, message)
}

fn deadline_exceeded() -> Fault {
    let message = "the handler did not finish before the deadline";
    Fault::new(FaultKind::DeadlineExceeded, Executed::Maybe, message)
}

/// What a panic becomes: its message stays in the log, under the request's id.
pub(super) fn panicked(context: &Context, panic: &(dyn Any + Send)) -> Fault {
    tracing::error!(
        interface = context.interface(),
        method = context.method(),
        request_id = context.request_id(),
        panic = panics::text(panic),
        "a handler panicked"
    );
    dispatch::internal(context)
}

/// A handler whose panic ends this call only.
pub(super) struct Caught<H: ?Sized> {
    /// `None` once it has panicked.
    handler: Option<Pin<Box<H>>>,
    /// Whether it has come to its end.
    ended: bool,
    context: Context,
    /// So that whatever is logged below says which call it was.
    span: Span,
    /// Dropped last, with what it stands for.
    _permit: Option<Permit>,
}

impl<H: ?Sized> Caught<H> {
    fn new(
        handler: Pin<Box<H>>,
        context: Context,
        span: Span,
        permit: Option<Permit>,
    ) -> Caught<H> {
        Caught { handler: Some(handler), ended: false, context, span, _permit: permit }
    }

    /// A handler within another, which alone has a permit. Nobody is told of its end before it has begun.
    pub(super) fn apart(handler: Pin<Box<H>>, context: Context, span: Span) -> Caught<H> {
        Caught { handler: Some(handler), ended: true, context, span, _permit: None }
    }

    /// Polls the handler, and drops it if it panics.
    fn poll<T>(&mut self, poll: impl FnOnce(Pin<&mut H>) -> T) -> Option<Result<T, Fault>> {
        let span = self.span.clone();
        let _entered = span.enter();
        let handler = self.handler.as_mut()?;
        let polled = catch_unwind(AssertUnwindSafe(|| poll(handler.as_mut())));
        Some(polled.map_err(|panic| {
            self.ended = false;
            self.discard();
            panicked(&self.context, &*panic)
        }))
    }

    /// Drops the handler. What it holds is the user's, and so can panic once more.
    fn discard(&mut self) {
        let handler = self.handler.take();
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(handler))) {
            panicked(&self.context, &*panic);
        }
    }
}

impl<H: ?Sized> Drop for Caught<H> {
    fn drop(&mut self) {
        if !self.ended {
            self.context.cancel();
        }
        self.discard();
    }
}

impl Future for Caught<dyn Future<Output = Result<Payload, Failure>> + Send> {
    type Output = Result<Payload, Failure>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        match Caught::poll(&mut self, |handler| handler.poll(cx)) {
            Some(Ok(polled)) => {
                self.ended = polled.is_ready();
                polled
            }
            Some(Err(fault)) => Poll::Ready(Err(fault.into())),
            None => Poll::Ready(Err(dispatch::internal(&self.context).into())),
        }
    }
}

impl Stream for Caught<dyn Stream<Item = Result<Payload, Failure>> + Send> {
    type Item = Result<Payload, Failure>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        match Caught::poll(&mut self, |handler| handler.poll_next(cx)) {
            Some(Ok(polled)) => {
                self.ended = matches!(polled, Poll::Ready(None | Some(Err(_))));
                polled
            }
            Some(Err(fault)) => Poll::Ready(Some(Err(fault.into()))),
            None => Poll::Ready(None),
        }
    }
}

/// What a stream is too late for.
#[derive(Clone, Copy)]
enum Late {
    Deadline,
    Expiry,
}

impl Late {
    fn fault(self) -> Fault {
        match self {
            Late::Deadline => deadline_exceeded(),
            Late::Expiry => {
                let message = "the caller's credentials expired while the stream was open";
                Fault::new(FaultKind::Unauthenticated, Executed::Maybe, message)
            }
        }
    }
}

/// The items of a handler until a point in time, which is an error as the last item.
struct Until<H> {
    /// `None` once the time has come.
    handler: Option<H>,
    sleep: Pin<Box<Sleep>>,
    late: Late,
}

impl<H> Stream for Until<H>
where
    H: Stream<Item = Result<Payload, Failure>> + Unpin,
{
    type Item = Result<Payload, Failure>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        let late = Instant::now() >= self.sleep.deadline();
        let Some(handler) = &mut self.handler else { return Poll::Ready(None) };
        // A handler that is never pending must not outlive its time either.
        if !late {
            if let Poll::Ready(item) = Pin::new(handler).poll_next(cx) {
                return Poll::Ready(item);
            }
            ready!(self.sleep.as_mut().poll(cx));
        }
        self.handler = None;
        Poll::Ready(Some(Err(self.late.fault().into())))
    }
}

/// The items of a handler, and the watch that hears of their end.
struct Watched {
    items: ReplyItems,
    watch: Option<Watch>,
}

impl Stream for Watched {
    type Item = Result<Payload, Failure>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        let item = ready!(self.items.as_mut().poll_next(cx));
        if let Some(watch) = &mut self.watch {
            match &item {
                Some(Ok(_)) => {}
                Some(error) => watch.end(error),
                None => watch.end(&Ok(())),
            }
        }
        Poll::Ready(item)
    }
}
