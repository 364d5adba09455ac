//! How does a call of this end run from its arguments to its end?

use std::convert::Infallible;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, ready};
use std::time::{Duration, Instant};

use futures_core::Stream;
use serde::Serialize;
use traitwire_protocol::{Ending, Head, NoItem, NotSent, OwnCall, Payload, Stream as Wired, Time};

use super::batch::{Batch, TELL};
use super::buffer::{Body, Buffer};
use super::channel::{Channel, Route};
use super::codec::{self, Codec};
use super::fault;
use super::link::{self, Link, Outcome};
use super::within::{self, Handler};
use crate::bytes;
use crate::rpc::args::Lend;
use crate::rpc::returned::{DeclaredError, Returned, bad_reply};
use crate::wire::Wire;
use crate::{CallError, Context, Executed, Fault, FaultKind, Trace};

/// A call whose arguments are being written.
#[must_use]
pub struct Prepared {
    link: Arc<Link>,
    route: Route,
    args: Buffer,
    /// What goes beside them.
    beside: Vec<::bytes::Bytes>,
    /// In place of `args`, where the only argument is bytes.
    lone: Option<::bytes::Bytes>,
    failure: Option<Fault>,
    source: Option<Source>,
}

/// The items that go with a call.
type Source = Pin<Box<dyn ItemSource>>;

impl Prepared {
    pub(super) fn new(channel: &Channel, method: usize) -> Prepared {
        Prepared {
            link: Arc::clone(&channel.link),
            route: channel.route(method),
            args: Buffer::new(),
            beside: Vec::new(),
            lone: None,
            failure: None,
            source: None,
        }
    }

    /// The only argument. Bytes cross as they are.
    pub fn lone<T: Lend + Serialize + ?Sized>(mut self, name: &str, value: &T) -> Prepared {
        if let Some(bytes) = value.to_octets() {
            self.lone = Some(bytes);
            return self;
        }
        self.with(name, value)
    }

    /// One argument more. `name` has no character that JSON escapes; the macro sees to that.
    pub fn with<T: Lend + Serialize + ?Sized>(mut self, name: &str, value: &T) -> Prepared {
        let codec = self.route.codec;
        if codec.is_json() {
            let first = self.args.is_empty();
            if codec == Codec::Beside && first {
                codec::begin_beside(&mut self.args);
            }
            self.args.push(if first { b'{' } else { b',' });
            self.args.push(b'"');
            self.args.extend_from_slice(name.as_bytes());
            self.args.extend_from_slice(b"\":");
        }
        let (args, beside) = (&mut self.args, &mut self.beside);
        let written = match codec {
            // The bytes of all arguments come after the last of these.
            Codec::Beside => {
                bytes::beside::write(beside, || Codec::Json.write::<T::Owned, T>(args, value))
            }
            codec => codec.write::<T::Owned, T>(args, value),
        };
        if let Err(error) = written {
            let message = format!("the argument `{name}` cannot be encoded: {error}");
            let fault = Fault::before(FaultKind::InvalidArgument, message).at(name);
            self.failure.get_or_insert(fault);
        }
        self
    }

    /// The items of an argument that is a stream.
    pub fn items<T: Wire>(mut self, items: impl Stream<Item = T> + Send + 'static) -> Prepared {
        let items = Box::pin(items);
        self.source = Some(Box::pin(Encoded { items, codec: self.route.codec }));
        self
    }

    /// A call that has one reply.
    pub fn call<R: Returned>(self) -> Call<R> {
        let codec = self.route.codec;
        Call { running: Running::new(self), codec, returned: PhantomData }
    }

    /// A call that has a stream of items.
    pub fn stream<R: Returned>(self) -> StreamCall<R> {
        let codec = self.route.codec;
        let running = RunningItems::new(Running::new(self));
        StreamCall { running, codec, returned: PhantomData }
    }

    /// A notification.
    pub fn notify(self) -> Notification {
        Notification { running: Running::new(self) }
    }

    /// The arguments as they cross.
    fn into_parts(mut self) -> (Arc<Link>, Result<Sent, Fault>) {
        if let Some(failure) = self.failure {
            return (self.link, Err(failure));
        }
        let body = match self.lone {
            Some(bytes) => Body::Bytes(bytes),
            None => {
                let codec = self.route.codec;
                let none = self.args.is_empty();
                if codec == Codec::Beside && none {
                    codec::begin_beside(&mut self.args);
                }
                if codec.is_json() {
                    self.args.extend_from_slice(if none { b"{}" } else { b"}" });
                }
                if codec == Codec::Beside {
                    let start = codec::BESIDE;
                    if let Err(error) = codec::finish_beside(&mut self.args, start, &self.beside) {
                        let message = format!("the arguments cannot be encoded: {error}");
                        let fault = Fault::before(FaultKind::InvalidArgument, message);
                        return (self.link, Err(fault));
                    }
                }
                Body::written(self.args)
            }
        };
        (self.link, Ok((self.route, body, self.source)))
    }
}

/// A call from before it is made until it has ended.
pub(super) struct Running {
    state: State,
    /// `None` as a rule: a call is moved about, so what most have no use for is kept apart.
    options: Option<Box<Options>>,
}

/// What can be said of a call.
#[derive(Default)]
struct Options {
    timeout: Option<Duration>,
    context: Option<Context>,
    /// All that the call brings along, where that does not follow from the rest.
    head: Option<Head>,
    /// When its time is over, once it has been polled.
    by: Option<Time>,
}

impl Options {
    fn to_head(&self) -> Head {
        let mut head = self.head.clone().unwrap_or_default();
        let inherited = self.context.as_ref().and_then(Context::deadline);
        let left = inherited.map(|by| by.saturating_duration_since(Instant::now()));
        head.deadline = [head.deadline, self.timeout, left].into_iter().flatten().min();
        let trace = self.context.as_ref().and_then(Context::trace);
        head.trace = head.trace.or(trace.map(Trace::to_bytes));
        head
    }
}

type Sent = (Route, Body, Option<Source>);

enum State {
    /// Nothing has been sent.
    Prepared(Arc<Link>, Result<Sent, Fault>),
    /// It was put into the connection, and others that run now may put more there before all of it is
    /// written.
    Yielded(Waiting),
    Waiting(Waiting),
    Done,
}

/// A call that is under way. Dropping it cancels it.
struct Waiting {
    link: Arc<Link>,
    call: OwnCall,
    place: usize,
    sending: Option<Box<Sending>>,
    /// Whether there is nothing to be cancelled any more.
    ended: bool,
}

/// The stream that goes with a call.
struct Sending {
    source: Source,
    batch: Batch,
    json: bool,
    /// What comes after the batch.
    last: Option<Result<(), Fault>>,
}

impl RunningItems {
    fn options(&mut self) -> &mut Options {
        self.running.options()
    }
}

impl Running {
    fn options(&mut self) -> &mut Options {
        self.options.get_or_insert_default()
    }

    fn new(prepared: Prepared) -> Running {
        let (link, prepared) = prepared.into_parts();
        Running { state: State::Prepared(link, prepared), options: None }
    }

    /// A call whose arguments are encoded already.
    #[cfg(feature = "ipc-rpc")]
    pub(super) fn raw(link: Arc<Link>, route: Route, body: Body, head: Head) -> Running {
        let options = Some(Box::new(Options { head: Some(head), ..Options::default() }));
        Running { state: State::Prepared(link, Ok((route, body, None))), options }
    }

    /// Makes the call, and says how it ended.
    pub(super) fn poll_outcome(&mut self, cx: &mut TaskContext<'_>) -> Poll<Outcome> {
        let waiting = match ready!(self.poll_sent(cx)) {
            Ok(waiting) => waiting,
            Err(fault) => return Poll::Ready(Outcome::Fault(fault)),
        };
        let outcome = match ready!(waiting.poll::<Infallible>(cx, |_, _| None)) {
            Ok(never) => match never {},
            Err(outcome) => outcome,
        };
        self.state = State::Done;
        Poll::Ready(outcome)
    }

    /// What the call brings along beside its arguments. Its time runs from when it was first polled.
    fn head(&mut self, link: &Arc<Link>) -> Result<Head, Fault> {
        let mut head = self.options.as_ref().map(|options| options.to_head()).unwrap_or_default();
        if link.peer_is_serial()
            && let Some(Handler::Call(id)) = within::current(link)
        {
            head.within = Some(id);
        }
        if let Some(left) = head.deadline {
            let now = link.now();
            let by = *self.options().by.get_or_insert(now.saturating_add(left));
            let left = left.min(by.saturating_sub(now));
            if left.is_zero() {
                let message = "no time was left when the call was to start";
                return Err(Fault::before(FaultKind::DeadlineExceeded, message));
            }
            head.deadline = Some(left);
        }
        Ok(head)
    }

    /// Sends the call, and waits until something has come of it.
    fn poll_sent(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<&mut Waiting, Fault>> {
        if let State::Prepared(..) = self.state {
            let sent = ready!(self.poll_send(cx));
            if let Err(fault) = sent {
                self.state = State::Done;
                return Poll::Ready(Err(fault));
            }
            // Its waker is known: whatever comes wakes it.
            return Poll::Pending;
        }
        if let State::Yielded(_) = self.state
            && let State::Yielded(waiting) = std::mem::replace(&mut self.state, State::Done)
        {
            waiting.link.flush();
            self.state = State::Waiting(waiting);
        }
        match &mut self.state {
            State::Waiting(waiting) => Poll::Ready(Ok(waiting)),
            _ => panic!("a call was polled after it had ended"),
        }
    }

    fn poll_send(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<(), Fault>> {
        let State::Prepared(link, _) = &self.state else { return Poll::Ready(Ok(())) };
        let link = Arc::clone(link);
        let head = self.head(&link)?;
        let State::Prepared(_, prepared) = &mut self.state else { return Poll::Ready(Ok(())) };
        let (route, body, source) = match prepared {
            Ok(sent) => sent,
            Err(fault) => return Poll::Ready(Err(fault.clone())),
        };
        let (number, json) = (route.number, route.codec.is_json());
        let mut state = link.lock();
        let by = || head.deadline.map(|left| link.now().saturating_add(left));
        ready!(poll_room(&mut state, &link, by, cx))?;
        // The time counts for a deadline only.
        let now = if head.deadline.is_some() { link.now() } else { Duration::ZERO };
        let called = state.connection.call(now, number, json, &head, body.payload());
        let call = called.map_err(|why| not_sent(&why))?;
        let place = state.wait(call, within::current(&link), cx.waker().clone());
        let alone = state.connection.own_calls() == 1;
        let early = head.deadline.is_some() && state.is_early();
        drop(state);
        if early {
            // It has to look at the time earlier than it thought.
            link.driver().wake();
        }
        let sending = source
            .take()
            .map(|source| Box::new(Sending { source, batch: Batch::default(), json, last: None }));
        // What goes with the call is sent when it is polled next.
        let again = sending.is_some() || !(alone || link.driver().ask_to_write());
        let waiting = Waiting { link, call, place, sending, ended: false };
        if again {
            cx.waker().wake_by_ref();
            self.state = State::Yielded(waiting);
        } else {
            if alone {
                waiting.link.flush();
            }
            self.state = State::Waiting(waiting);
        }
        Poll::Ready(Ok(()))
    }
}

/// Whether something more may be put into the connection. Who waits for that is woken also when the time is
/// over that there is for it.
fn poll_room(
    state: &mut link::State,
    link: &Link,
    by: impl FnOnce() -> Option<Time>,
    cx: &mut TaskContext<'_>,
) -> Poll<Result<(), Fault>> {
    if let Some(why) = &state.over {
        return Poll::Ready(Err(Fault::before(FaultKind::Disconnected, why.clone())));
    }
    if state.connection.is_full() {
        state.wait_for_room(cx.waker(), by());
        // Whoever filled it has the writer, or will; but for the transport nothing else is waited for.
        link.driver().wake();
        return Poll::Pending;
    }
    Poll::Ready(Ok(()))
}

fn not_sent(why: &NotSent) -> Fault {
    let kind = match why {
        NotSent::Closed => FaultKind::Disconnected,
        NotSent::TooLarge { .. } => FaultKind::TooLarge,
        _ => FaultKind::Overloaded,
    };
    Fault::before(kind, why.to_string())
}

impl Waiting {
    /// How the call ended, or else what has come of its items.
    fn poll<T>(
        &mut self,
        cx: &mut TaskContext<'_>,
        mut come: impl FnMut(&mut link::State, usize) -> Option<T>,
    ) -> Poll<Result<T, Outcome>> {
        let mut sent = self.sending.is_none();
        loop {
            let mut state = self.link.lock();
            if let Some(come) = come(&mut state, self.place) {
                return Poll::Ready(Ok(come));
            }
            if let Some(outcome) = state.take_outcome(self.place, cx.waker()) {
                self.ended = true;
                return Poll::Ready(Err(outcome));
            }
            drop(state);
            if sent {
                return Poll::Pending;
            }
            // Its stream is the user's, so the lock is not held. What comes meanwhile may wake nobody,
            // so it is looked for once more.
            if let Some(sending) = &mut self.sending
                && sending.poll(&self.link, self.call, cx).is_ready()
            {
                self.sending = None;
            }
            self.link.flush();
            sent = true;
        }
    }

    /// Items were consumed that cost so much together.
    fn consume(&self, cost: usize) {
        self.link.say(|connection| connection.consume(Wired::Own(self.call), cost));
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.ended {
            let mut state = self.link.lock();
            state.forget(self.place);
            state.connection.cancel(self.call);
            drop(state);
            self.link.flush();
        }
    }
}

impl Sending {
    fn poll(&mut self, link: &Link, call: OwnCall, cx: &mut TaskContext<'_>) -> Poll<()> {
        let stream = Wired::Own(call);
        loop {
            let mut state = link.lock();
            while let Some(sent) = self.batch.next_if(|item| {
                if state.connection.is_full() {
                    return Err(None);
                }
                state.connection.item(stream, self.json, item).map_err(Some)
            }) {
                match sent {
                    Ok(()) => {}
                    Err(None) => {
                        state.wait_for_room(cx.waker(), None);
                        return Poll::Pending;
                    }
                    // Credit wakes whoever waits for the call.
                    Err(Some(NoItem::NoCredit)) => return Poll::Pending,
                    Err(Some(why @ NoItem::TooLarge { .. })) => {
                        let fault = Fault::before(FaultKind::TooLarge, why.to_string());
                        state.connection.fail_items(call, &fault::write(&fault));
                        return Poll::Ready(());
                    }
                    Err(Some(_)) => return Poll::Ready(()),
                }
            }
            match self.last.take() {
                None => {}
                Some(Ok(())) => {
                    state.connection.end_items(stream);
                    return Poll::Ready(());
                }
                Some(Err(fault)) => {
                    state.connection.fail_items(call, &fault::write(&fault));
                    return Poll::Ready(());
                }
            }
            drop(state);
            match self.source.as_mut().poll_fill(cx, &mut self.batch) {
                Filled::Paused if self.batch.is_empty() => return Poll::Pending,
                Filled::Full | Filled::Paused => {}
                Filled::Ended(last) => self.last = Some(last),
            }
        }
    }
}

/// Something that writes items.
trait ItemSource: Send {
    /// Writes as many as are there, up to a full batch.
    fn poll_fill(self: Pin<&mut Self>, cx: &mut TaskContext<'_>, batch: &mut Batch) -> Filled;
}

/// How far a source has come.
enum Filled {
    /// The batch is full.
    Full,
    /// More will come later; then the task is woken.
    Paused,
    /// None will come.
    Ended(Result<(), Fault>),
}

/// Items of the user's.
struct Encoded<S> {
    items: Pin<Box<S>>,
    codec: Codec,
}

impl<T: Wire, S: Stream<Item = T> + Send> ItemSource for Encoded<S> {
    fn poll_fill(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>, batch: &mut Batch) -> Filled {
        let codec = self.codec;
        while !batch.is_full() {
            match self.items.as_mut().poll_next(cx) {
                Poll::Pending => return Filled::Paused,
                Poll::Ready(None) => return Filled::Ended(Ok(())),
                Poll::Ready(Some(item)) => {
                    if let Err(error) = codec.push::<T>(batch, &item) {
                        let message = format!("an item cannot be encoded: {error}");
                        let fault = Fault::before(FaultKind::InvalidArgument, message);
                        return Filled::Ended(Err(fault));
                    }
                }
            }
        }
        Filled::Full
    }
}

macro_rules! options {
    ($call:ident) => {
        impl<R> $call<R> {
            /// How long the call may take, from its first poll to its end. The peer learns it, and
            /// drops the handler by then. Default: no limit; the pair itself is watched.
            pub fn deadline(mut self, timeout: Duration) -> Self {
                self.running.options().timeout = Some(timeout);
                self
            }

            /// Makes the call on behalf of the one that `cx` belongs to: it ends no later than that
            /// one, and stands in the same trace.
            pub fn context(mut self, cx: &Context) -> Self {
                self.running.options().context = Some(cx.clone());
                self
            }
        }

        impl<R> std::fmt::Debug for $call<R> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(stringify!($call))
            }
        }
    };
}

/// A call to the peer that has one reply. It starts when it is first polled; dropping it afterwards
/// cancels the handler at its next await.
///
/// # Cancel safety
/// Dropping the call ends it; whether the handler had run by then is not known.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<R> {
    running: Running,
    codec: Codec,
    returned: PhantomData<fn() -> R>,
}

options!(Call);

impl<R: Returned> Future for Call<R> {
    type Output = Result<R::Ok, CallError<R::Err>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Self::Output> {
        Poll::Ready(match ready!(self.running.poll_outcome(cx)) {
            Outcome::Ended(Ending::Reply, json, body) => read_value::<R>(self.codec, json, body),
            outcome => Err(error::<R>(self.codec, outcome)),
        })
    }
}

/// A call to the peer that has a stream of items. It starts when it is first polled; dropping it cancels
/// the handler. The first `Err` is the last item.
#[must_use = "a stream does nothing until it is polled"]
pub struct StreamCall<R> {
    running: RunningItems,
    codec: Codec,
    returned: PhantomData<fn() -> R>,
}

options!(StreamCall);

impl<R: Returned> Stream for StreamCall<R> {
    type Item = Result<R::Ok, CallError<R::Err>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        let codec = self.codec;
        let read = |json: bool, item: Payload<'_>| {
            let read = codec.check(json).and_then(|()| codec.take_payload(item));
            read.map_err(|error| CallError::Fault(bad_reply("item", error)))
        };
        let item = match ready!(self.running.poll_next(cx, read)) {
            None => return Poll::Ready(None),
            Some(Ok(item)) => item,
            Some(Err(outcome)) => Err(error::<R>(codec, outcome)),
        };
        if item.is_err() {
            // Whatever would follow, this is the end.
            self.running.end();
        }
        Poll::Ready(Some(item))
    }
}

/// A call that has items, from before it is made until it has ended.
pub(super) struct RunningItems {
    running: Running,
    /// Items that have come.
    batch: Batch,
    /// What was consumed, and not said to be.
    consumed: usize,
}

impl RunningItems {
    pub(super) fn new(running: Running) -> RunningItems {
        RunningItems { running, batch: Batch::default(), consumed: 0 }
    }

    /// The next item, or how the call ended if not with the end of its items.
    pub(super) fn poll_next<T>(
        &mut self,
        cx: &mut TaskContext<'_>,
        read: impl Fn(bool, Payload<'_>) -> T,
    ) -> Poll<Option<Result<T, Outcome>>> {
        loop {
            let json = self.batch.is_json();
            if let Some((item, cost)) = self.batch.next(|item| read(json, item)) {
                self.consumed += cost;
                if (self.batch.is_empty() || self.consumed >= TELL)
                    && let State::Waiting(waiting) = &self.running.state
                {
                    waiting.consume(std::mem::take(&mut self.consumed));
                }
                return Poll::Ready(Some(Ok(item)));
            }
            if let State::Done = self.running.state {
                return Poll::Ready(None);
            }
            let waiting = match ready!(self.running.poll_sent(cx)) {
                Ok(waiting) => waiting,
                Err(fault) => return Poll::Ready(Some(Err(Outcome::Fault(fault)))),
            };
            // What was read makes room for what comes next.
            let batch = &mut self.batch;
            let come = |state: &mut link::State, place| {
                let items = &mut state.waiter(place)?.items;
                (!items.is_empty()).then(|| std::mem::swap(items, batch))
            };
            match ready!(waiting.poll(cx, come)) {
                Ok(()) => {}
                Err(outcome) => {
                    self.end();
                    return Poll::Ready(match outcome {
                        Outcome::Ended(Ending::End, ..) => None,
                        outcome => Some(Err(outcome)),
                    });
                }
            }
        }
    }

    /// No more is wanted.
    fn end(&mut self) {
        self.running.state = State::Done;
        self.batch = Batch::default();
    }
}

/// A notification to the peer. It is sent when it is first polled, and over when it is in the hands of the
/// connection: nobody says whether it has been dealt with.
///
/// # Errors
/// A fault if it cannot be sent: then the peer has not got it.
///
/// # Cancel safety
/// Dropping it before its end sends nothing.
#[must_use = "a notification is not sent until it is awaited"]
pub struct Notification {
    running: Running,
}

impl std::fmt::Debug for Notification {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Notification")
    }
}

impl Future for Notification {
    type Output = Result<(), Fault>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Result<(), Fault>> {
        let State::Prepared(link, prepared) = &mut self.running.state else {
            panic!("a notification was polled after it had ended");
        };
        let (route, body, _) = match prepared {
            Ok(sent) => sent,
            Err(fault) => return Poll::Ready(Err(fault.clone())),
        };
        let mut state = link.lock();
        ready!(poll_room(&mut state, link, || None, cx))?;
        let (number, json) = (route.number, route.codec.is_json());
        let sent = state.connection.notify(number, json, &Head::default(), body.payload());
        if sent == Err(NotSent::NoCredit) {
            state.notifiers.push(cx.waker().clone());
            return Poll::Pending;
        }
        drop(state);
        link.flush();
        self.running.state = State::Done;
        Poll::Ready(sent.map_err(|why| not_sent(&why)))
    }
}

fn read_value<R: Returned>(
    codec: Codec,
    json: bool,
    body: Body,
) -> Result<R::Ok, CallError<R::Err>> {
    let read = codec.check(json).and_then(|()| codec.take(body));
    read.map_err(|error| CallError::Fault(bad_reply("reply", error)))
}

/// What ended a call that did not end well.
fn error<R: Returned>(codec: Codec, outcome: Outcome) -> CallError<R::Err> {
    match outcome {
        Outcome::Ended(Ending::Declared, json, body) => {
            match codec.check(json).and_then(|()| R::Err::read(codec, &body)) {
                Ok(error) => CallError::Declared(error),
                Err(error) => CallError::Fault(bad_reply("declared error", error)),
            }
        }
        Outcome::Ended(Ending::Fault, _, body) => CallError::Fault(fault::read(&body)),
        Outcome::Ended(Ending::Reply | Ending::End, ..) => {
            let message = "the call ended as one of the other kind does";
            CallError::Fault(Fault::new(FaultKind::BadReply, Executed::Maybe, message))
        }
        Outcome::Fault(fault) => CallError::Fault(fault),
    }
}
