//! What can be said of a call before and while it runs?

use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Poll, ready};
use std::time::{Duration, Instant};

use futures_core::Stream;

use crate::rpc::channel::{Channel, Opening, Reply, ReplyItems, Request};
use crate::rpc::dispatch::{Failure, Payload};
use crate::rpc::retry::RetryPolicy;
use crate::rpc::returned::{self, Returned};
use crate::{CallError, Context, Fault, FaultKind};

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
    state: State<Items>,
    returned: PhantomData<fn() -> R>,
}

enum State<Started> {
    /// Boxed, for the options are needed once and a call is moved often.
    Prepared(Box<Prepared>),
    Started(Started),
    Done,
}

/// A stream that has started.
enum Items {
    Opening(Opening),
    Open(ReplyItems),
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
    request_id: Option<String>,
    idempotency_key: Option<String>,
    retries: Option<RetryPolicy>,
}

/// The longest deadline that can be said, 115 days: ten digits of milliseconds. Whatever is longer
/// is cut down to it, which also keeps it far from what an `Instant` cannot hold.
const MAX_TIMEOUT: Duration = Duration::from_millis(9_999_999_999);

/// Longest idempotency key, in bytes.
const MAX_IDEMPOTENCY_KEY: usize = 128;

impl Prepared {
    fn into_request(self, default_timeout: Option<Duration>) -> Result<(Channel, Request), Fault> {
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
        let called = &channel.target.interface.methods[method];
        let idempotency_key = match options.idempotency_key {
            Some(key) => Some(checked_key(key)?),
            // Where the handler may run twice and only the outcome is the same, a backend that
            // remembers keys can spare itself the second run.
            None => (called.idempotent && !called.readonly).then(new_request_id),
        };
        let request = Request {
            target: channel.target.clone(),
            method,
            payload: args?,
            deadline: timeout.map(|timeout| Instant::now() + timeout.min(MAX_TIMEOUT)),
            id: options.request_id.unwrap_or_else(new_request_id),
            idempotency_key,
            retries: options.retries,
            token: None,
        };
        Ok((channel, request))
    }
}

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

            /// Names this call to the backend, in at most 128 visible ASCII characters: one that
            /// remembers keys runs it once, however often it arrives. All attempts have the same
            /// key. A method that is `idempotent`, but not `readonly`, gets a key of its own in
            /// every call; for others this is the way to call again later, in another program even.
            ///
            /// A key alone does not make a call repeatable: see
            /// [`RetryPolicy::backend_deduplicates`].
            pub fn idempotency_key(self, key: impl Into<String>) -> Self {
                self.option(|options| options.idempotency_key = Some(key.into()))
            }

            /// Makes the call on behalf of the one that `cx` belongs to: it ends no later than that
            /// one, and has the same request id in the logs.
            pub fn context(self, cx: &Context) -> Self {
                self.option(|options| {
                    options.deadline = cx.deadline();
                    if !cx.request_id().is_empty() {
                        options.request_id = Some(cx.request_id().to_owned());
                    }
                })
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

impl<R: Returned> Future for Call<R> {
    type Output = Result<R::Ok, CallError<R::Err>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> Poll<Self::Output> {
        loop {
            match std::mem::replace(&mut self.state, State::Done) {
                State::Prepared(prepared) => {
                    let timeout = prepared.channel.target.timeout;
                    let (channel, request) = prepared.into_request(Some(timeout))?;
                    self.state = State::Started(channel.transport.call(request));
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
                Ok((channel, request)) => {
                    self.state = State::Started(Items::Opening(channel.transport.open(request)));
                }
                Err(fault) => return Poll::Ready(Some(Err(CallError::Fault(fault)))),
            }
        }
        let State::Started(items) = &mut self.state else { return Poll::Ready(None) };
        let item = ready!(items.poll_next(cx)).map(returned::decode::<R>);
        // Whatever the transport would say after an error, or after an item that was not
        // understood: this was the end.
        if !matches!(item, Some(Ok(_))) {
            self.state = State::Done;
        }
        Poll::Ready(item)
    }
}

impl Items {
    fn poll_next(
        &mut self,
        cx: &mut std::task::Context<'_>,
    ) -> Poll<Option<Result<Payload, Failure>>> {
        loop {
            match self {
                Items::Open(items) => return items.as_mut().poll_next(cx),
                Items::Opening(opening) => match ready!(opening.as_mut().poll(cx)) {
                    Ok(items) => *self = Items::Open(items),
                    // The caller takes an error for the end, and polls no more.
                    Err(failure) => return Poll::Ready(Some(Err(failure))),
                },
            }
        }
    }
}

fn checked_key(key: String) -> Result<String, Fault> {
    if key.is_empty()
        || key.len() > MAX_IDEMPOTENCY_KEY
        || !key.bytes().all(|byte| byte.is_ascii_graphic())
    {
        let message = format!(
            "an idempotency key must be 1 to {MAX_IDEMPOTENCY_KEY} visible ASCII characters"
        );
        return Err(Fault::before(FaultKind::InvalidArgument, message));
    }
    Ok(key)
}

/// A request id that no other call of any process has: 64 random bits for this process, and a count.
pub(crate) fn new_request_id() -> String {
    static PROCESS: OnceLock<u64> = OnceLock::new();
    static COUNT: AtomicU64 = AtomicU64::new(0);
    // std seeds its hasher from the operating system's randomness.
    let process = PROCESS.get_or_init(|| RandomState::new().hash_one(std::process::id()));
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{process:016x}-{count:x}")
}
