//! What can be said of a call before and while it runs?

use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Poll, ready};
use std::time::{Duration, Instant};

use futures_core::Stream;

use crate::labels::Labels;
use crate::rpc::channel::{Channel, Opening, Reply, ReplyItems, Request};
use crate::rpc::dispatch::{Failure, Payload};
use crate::rpc::retry::RetryPolicy;
use crate::rpc::returned::{self, Returned};
use crate::rpc::sender::Routed;
use crate::{CallError, Context, Fault, FaultKind, Trace, hex};

/// A call that has one reply. It starts when it is first polled; dropping it afterwards cancels the
/// handler at its next await.
///
/// # Cancel safety
/// Dropping the call ends it; whether the handler had run by then is not known.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<R> {
    state: State<Reply>,
    returned: PhantomData<fn() -> R>,
}

/// A call that has a stream of items. It starts when it is first polled; dropping it cancels the
/// handler. The first `Err` is the last item.
#[must_use = "a stream does nothing until it is polled"]
pub struct StreamCall<R> {
    state: State<ReplyItems>,
    returned: PhantomData<fn() -> R>,
}

enum State<Started> {
    /// Boxed, for the options are needed once and a call is moved often.
    Prepared(Box<Prepared>),
    Started(Started),
    Done,
}

struct Prepared {
    channel: Channel,
    method: usize,
    args: Result<Payload, Fault>,
    options: Options,
}

#[derive(Default)]
struct Options {
    timeout: Option<Duration>,
    deadline: Option<Instant>,
    labels: Labels,
    /// The call on whose behalf this one is made.
    parent: Option<Context>,
    retries: Option<RetryPolicy>,
}

/// The longest deadline that can be said, 115 days: ten digits of milliseconds. Whatever is longer
/// is cut down to it, which also keeps it far from what an `Instant` cannot hold.
const MAX_TIMEOUT: Duration = Duration::from_millis(9_999_999_999);

impl Prepared {
    /// Where the request goes, and on whose behalf.
    fn into_request(self, default_timeout: Option<Duration>) -> Result<Outgoing, Fault> {
        let Prepared { channel, method, args, options } = self;
        let inherited =
            options.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let timeout = match (options.timeout, inherited) {
            (Some(own), Some(inherited)) => Some(own.min(inherited)),
            (own, inherited) => own.or(inherited).or(default_timeout),
        };
        if timeout.is_some_and(|timeout| timeout.is_zero()) {
            let message = "no time was left when the call was to start";
            return Err(Fault::before(FaultKind::DeadlineExceeded, message));
        }
        let target = channel.target.clone();
        let payload = args?;
        // A stub is generated with its interface, so the position is always right.
        let (interface, called) = (target.interface, &target.interface.methods[method]);
        let call = Routed { interface, method: called, payload: &payload };
        let labels = channel.sender.label(options.labels, &call, options.parent.as_ref())?;
        let request = Request {
            target,
            method,
            payload,
            deadline: timeout.map(|timeout| Instant::now() + timeout.min(MAX_TIMEOUT)),
            labels: labels.into(),
            retries: options.retries,
            token: None,
        };
        Ok((channel, request, options.parent))
    }
}

type Outgoing = (Channel, Request, Option<Context>);

macro_rules! options {
    ($call:ident) => {
        impl<R: Returned> $call<R> {
            pub(crate) fn new(
                channel: Channel,
                method: usize,
                args: Result<Payload, Fault>,
            ) -> Self {
                let options = Options::default();
                let prepared = Prepared { channel, method, args, options };
                $call { state: State::Prepared(Box::new(prepared)), returned: PhantomData }
            }

            fn option(mut self, set: impl FnOnce(&mut Options)) -> Self {
                if let State::Prepared(prepared) = &mut self.state {
                    set(&mut prepared.options);
                }
                self
            }

            /// How long the call may take, from its first poll to its end. The backend learns it
            /// and drops the handler by then. Default: 30 s, and no limit for a stream.
            pub fn deadline(self, timeout: Duration) -> Self {
                self.option(|options| options.timeout = Some(timeout))
            }

            /// When this call is made again, in place of what the connector says.
            pub fn retries(self, policy: RetryPolicy) -> Self {
                self.option(|options| options.retries = Some(policy))
            }

            /// Makes the call on behalf of the one that `cx` belongs to: it ends no later than that
            /// one and when that one is cancelled, has the same request id in the logs, stands in
            /// the same trace, and takes its session and its routing key if it has none of its own.
            pub fn context(self, cx: &Context) -> Self {
                self.option(|options| {
                    options.deadline = cx.deadline();
                    options.parent = Some(cx.clone());
                })
            }

            /// Has load balancers choose the backend by this key, which is no secret: at most 128
            /// visible ASCII characters.
            pub fn route(self, key: impl Into<String>) -> Self {
                self.option(|options| options.labels.route = Some(key.into().into()))
            }

            /// Has this id in the logs of both ends: at most 128 visible ASCII characters. Default:
            /// one that no other call has.
            pub fn request_id(self, id: impl Into<String>) -> Self {
                self.option(|options| options.labels.request_id = id.into().into())
            }

            /// Stands at this place of a distributed trace. Default: a trace of its own, or a span
            /// in that of its [`context`](Self::context).
            pub fn trace(self, trace: Trace) -> Self {
                self.option(|options| options.labels.trace = Some(trace))
            }

            /// Lets a backend that keeps such keys make the call once only, however often it is
            /// sent: at most 128 visible ASCII characters. All attempts have the same key. A call of
            /// a method that is `idempotent`, but not `readonly`, has one that no other call has,
            /// unless it is given one here.
            ///
            /// A key alone does not have a call made again: see
            /// [`RetryPolicy::backend_deduplicates`].
            pub fn idempotency_key(self, key: impl Into<String>) -> Self {
                self.option(|options| options.labels.idempotency_key = Some(key.into().into()))
            }
        }

        impl<R: Returned> std::fmt::Debug for $call<R> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(stringify!($call))
            }
        }
    };
}

options!(Call);
options!(StreamCall);

impl<R: Returned> StreamCall<R> {
    /// Tells the handler which event of an earlier stream was the last that came, so that it can go
    /// on from there: at most 128 visible ASCII characters.
    pub fn last_event_id(self, id: impl Into<String>) -> Self {
        self.option(|options| options.labels.last_event_id = Some(id.into().into()))
    }
}

impl<R: Returned> Future for Call<R> {
    type Output = Result<R::Ok, CallError<R::Err>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> Poll<Self::Output> {
        loop {
            match std::mem::replace(&mut self.state, State::Done) {
                State::Prepared(prepared) => {
                    let timeout = prepared.channel.target.timeout;
                    let (channel, request, parent) = prepared.into_request(Some(timeout))?;
                    let reply = channel.transport.call(request);
                    self.state = State::Started(match parent {
                        None => reply,
                        Some(parent) => parent.while_wanted(reply),
                    });
                }
                State::Started(mut reply) => {
                    return match reply.as_mut().poll(cx) {
                        Poll::Ready(crossed) => Poll::Ready(returned::decode::<R>(crossed)),
                        Poll::Pending => {
                            self.state = State::Started(reply);
                            Poll::Pending
                        }
                    };
                }
                State::Done => panic!("a call was polled after it had ended"),
            }
        }
    }
}

impl<R: Returned> Stream for StreamCall<R> {
    type Item = Result<R::Ok, CallError<R::Err>>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> Poll<Option<Self::Item>> {
        if let State::Prepared(_) = self.state
            && let State::Prepared(prepared) = std::mem::replace(&mut self.state, State::Done)
        {
            match prepared.into_request(None) {
                Ok((channel, request, parent)) => {
                    let items: ReplyItems = Box::pin(Opened::Not(channel.transport.open(request)));
                    self.state = State::Started(match parent {
                        None => items,
                        Some(parent) => parent.while_items_wanted(items),
                    });
                }
                Err(fault) => return Poll::Ready(Some(Err(CallError::Fault(fault)))),
            }
        }
        let State::Started(items) = &mut self.state else { return Poll::Ready(None) };
        let item = ready!(items.as_mut().poll_next(cx)).map(returned::decode::<R>);
        // Whatever the transport would say after an error, or after an item that was not
        // understood: this was the end.
        if !matches!(item, Some(Ok(_))) {
            self.state = State::Done;
        }
        Poll::Ready(item)
    }
}

/// The items of a stream, from before it has begun.
enum Opened {
    Not(Opening),
    Yes(ReplyItems),
}

impl Stream for Opened {
    type Item = Result<Payload, Failure>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> Poll<Option<Self::Item>> {
        loop {
            match &mut *self {
                Opened::Yes(items) => return items.as_mut().poll_next(cx),
                Opened::Not(opening) => match ready!(opening.as_mut().poll(cx)) {
                    Ok(items) => *self = Opened::Yes(items),
                    // Whoever polls takes an error for the end.
                    Err(failure) => return Poll::Ready(Some(Err(failure))),
                },
            }
        }
    }
}

/// A request id that no other call of any process has: 64 random bits for this process, and a count.
pub(crate) fn new_request_id() -> Arc<str> {
    static PROCESS: OnceLock<u64> = OnceLock::new();
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let process = PROCESS.get_or_init(random);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut id = [b'-'; 16 + 1 + 16];
    hex::write(&mut id[..16], (*process).into());
    let digits = (64 - count.leading_zeros()).div_ceil(4).max(1) as usize;
    hex::write(&mut id[17..17 + digits], count.into());
    hex::text(&id[..17 + digits]).into()
}

/// 64 bits by chance, for ids. Not for secrets.
pub(crate) fn random() -> u64 {
    // std seeds its hashers from the operating system's randomness, each of a thread differently.
    RandomState::new().hash_one(())
}
