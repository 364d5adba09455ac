//! What does a backend do around every call that it runs?

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context as TaskContext, Poll, ready};

use futures_core::Stream;
use tracing::Span;
use traitwire_schema::{Interface, Method};

use crate::rpc::channel::{Opening, Reply, ReplyItems};
use crate::rpc::dispatch::{Failure, Outcome, Payload};
use crate::rpc::running::Caught;
use crate::{Context, Executed};

/// Stands around every call that a backend runs, whatever carried it: once its caller is known and
/// allowed, and its arguments were understood. For audits, quotas, rules of the house. What it sees is
/// what the caller is told, but for a deadline that passes, which drops handler and interceptor.
///
/// `next` is the rest of the call, the handler at its end; nothing of it runs before it is awaited. To
/// refuse, drop it and give a [`Fault`](crate::Fault): with [`Executed::No`] if it has not begun. A
/// fault that says so though the handler has run is passed on as [`Executed::Maybe`]. A panic here ends
/// the call, as one of the handler does.
///
/// A call that is answered from a store of [idempotency keys](crate::rpc::idempotency) is not run, and
/// so not seen here.
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use traitwire::rpc::{AcceptedCall, Backend, BackendInterceptor, Reply};
/// use traitwire::{Executed, Fault, FaultKind, in_process, rpc_interface};
///
/// #[rpc_interface(version = "1.0.0")]
/// pub trait Adder {
///     /// The sum.
///     #[rpc(public)]
///     async fn add(&self, a: i64, b: i64) -> i64;
/// }
/// # struct Plain;
/// # impl Adder for Plain {
/// #     async fn add(&self, a: i64, b: i64) -> i64 {
/// #         a + b
/// #     }
/// # }
///
/// /// So many calls and no more.
/// struct Quota(AtomicU32);
///
/// impl BackendInterceptor for Quota {
///     fn call(&self, _: AcceptedCall, next: Reply) -> Reply {
///         let left = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
///         if left.is_ok() {
///             return next;
///         }
///         let fault = Fault::new(FaultKind::Overloaded, Executed::No, "the quota is used up");
///         Box::pin(async { Err(fault.into()) })
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let backend = Backend::builder()
///     .serve(AdderServer::new(Plain))
///     .intercept(Quota(AtomicU32::new(1)))
///     .build()?;
/// let adder: AdderClient = in_process::connect(&backend)?;
/// assert_eq!(adder.add(2, 3).await?, 5);
/// # use traitwire::rpc::RetryPolicy;
/// let refused = adder.add(2, 3).retries(RetryPolicy::off()).await.unwrap_err().into_fault();
/// assert_eq!((refused.kind(), refused.executed()), (FaultKind::Overloaded, Executed::No));
/// # Ok(())
/// # }
/// ```
pub trait BackendInterceptor: Send + Sync + 'static {
    /// Runs a call that has one reply.
    fn call(&self, call: AcceptedCall, next: Reply) -> Reply {
        let _ = call;
        next
    }

    /// Runs a call that has a stream of items, up to where the stream begins. The handler begins with
    /// the first item that is asked for; to see the end of a stream, wrap the items.
    fn open(&self, call: AcceptedCall, next: Opening) -> Opening {
        let _ = call;
        next
    }
}

/// A call that a backend has accepted: its caller may make it, and its arguments were understood.
/// Cloning is cheap.
#[derive(Clone)]
pub struct AcceptedCall {
    pub(super) interface: &'static Interface,
    pub(super) method: &'static Method,
    pub(super) context: Context,
    pub(super) payload: Payload,
}

impl AcceptedCall {
    /// The called interface.
    pub fn interface(&self) -> &'static Interface {
        self.interface
    }

    /// The called method.
    pub fn method(&self) -> &'static Method {
        self.method
    }

    /// What the handler knows besides its arguments: who calls, until when, and what the request says
    /// of itself.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The arguments, as they came.
    pub fn payload(&self) -> &Payload {
        &self.payload
    }
}

// Arguments are the user's, and have no place in a log unasked.
impl fmt::Debug for AcceptedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AcceptedCall({}/{})", self.interface.name, self.method.name)
    }
}

/// The interceptors of a backend; the outermost comes first.
pub(super) type Interceptors = Arc<[Arc<dyn BackendInterceptor>]>;

/// A handler with interceptors around it. They are asked when it is polled for the first time, where
/// their panics are caught as the handler's are.
pub(super) fn surround(
    interceptors: Interceptors,
    call: AcceptedCall,
    handler: Outcome,
    span: Span,
) -> Outcome {
    let progress = Progress::default();
    // Of its own, so that interceptors see what becomes of a panic.
    let context = call.context.clone();
    match handler {
        Outcome::Reply(handler) => Outcome::Reply(Box::pin(async move {
            let handler = Caught::apart(handler, context, span);
            let handler: Reply = Box::pin(Tracked { handler, progress: progress.clone() });
            let reply = interceptors.iter().rev().fold(handler, |next, one| {
                let (one, call) = (Arc::clone(one), call.clone());
                // Not asked before the one around it goes on.
                Box::pin(async move { one.call(call, next).await })
            });
            // By now the handler is at its end, has been dropped, or is elsewhere.
            reply.await.map_err(|failure| progress.judge(failure))
        })),
        Outcome::Items(handler) => {
            let judge = progress.clone();
            let opening = async move {
                let handler = Caught::apart(handler, context, span);
                let items: ReplyItems = Box::pin(Tracked { handler, progress });
                let opening: Opening = Box::pin(async { Ok(items) });
                let around = interceptors.iter().rev().fold(opening, |next, one| {
                    let (one, call) = (Arc::clone(one), call.clone());
                    Box::pin(async move { one.open(call, next).await })
                });
                around.await
            };
            Outcome::Items(Box::pin(Opened::new(Box::pin(opening), judge)))
        }
    }
}

/// How far a handler has come.
#[derive(Clone, Default)]
struct Progress(Arc<AtomicU8>);

impl Progress {
    /// It has not begun and may yet.
    const WAITING: u8 = 0;
    const BEGUN: u8 = 1;
    /// It was dropped before it began.
    const DROPPED: u8 = 2;

    fn begin(&self) {
        self.0.store(Self::BEGUN, Ordering::Release);
    }

    fn drop_handler(&self) {
        let waiting = (Self::WAITING, Self::DROPPED);
        let _ = self.0.compare_exchange(waiting.0, waiting.1, Ordering::AcqRel, Ordering::Relaxed);
    }

    /// Only of what can never run any more is it certain that it has not.
    fn judge(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Fault(fault)
                if fault.executed() == Executed::No
                    && self.0.load(Ordering::Acquire) != Self::DROPPED =>
            {
                fault.executed_maybe().into()
            }
            failure => failure,
        }
    }
}

/// A handler of which it is known whether it has begun.
struct Tracked<H> {
    handler: H,
    progress: Progress,
}

impl<H> Drop for Tracked<H> {
    fn drop(&mut self) {
        self.progress.drop_handler();
    }
}

impl<H: Future + Unpin> Future for Tracked<H> {
    type Output = H::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<H::Output> {
        self.progress.begin();
        Pin::new(&mut self.handler).poll(cx)
    }
}

impl<H: Stream + Unpin> Stream for Tracked<H> {
    type Item = H::Item;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<H::Item>> {
        self.progress.begin();
        Pin::new(&mut self.handler).poll_next(cx)
    }
}

/// The items of a stream that has yet to begin.
struct Opened {
    state: State,
    progress: Progress,
}

enum State {
    Opening(Opening),
    Items(ReplyItems),
    Ended,
}

impl Opened {
    fn new(opening: Opening, progress: Progress) -> Opened {
        Opened { state: State::Opening(opening), progress }
    }
}

impl Stream for Opened {
    type Item = Result<Payload, Failure>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let item = match &mut self.state {
                State::Opening(opening) => match ready!(opening.as_mut().poll(cx)) {
                    Ok(items) => {
                        self.state = State::Items(items);
                        continue;
                    }
                    Err(failure) => Some(Err(failure)),
                },
                State::Items(items) => ready!(items.as_mut().poll_next(cx)),
                State::Ended => None,
            };
            let Some(Err(failure)) = item else { return Poll::Ready(item) };
            // An error is the last item. What is dropped here has not begun, or will go no further.
            self.state = State::Ended;
            return Poll::Ready(Some(Err(self.progress.judge(failure))));
        }
    }
}
