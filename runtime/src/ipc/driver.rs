//! When do frames and time move?
//!
//! One task for each end of a pair. It reads all that has arrived, tells everybody concerned, has what
//! they said in return written, and waits for more. It decides nothing of the protocol.

use std::future::Future;
use std::io::{self, ErrorKind};
use std::pin::{Pin, pin};
use std::sync::{Arc, MutexGuard};
use std::task::{Context as TaskContext, Poll, Waker, ready};

use bytes::BufMut as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, ReadBuf};
use tokio::sync::watch;
use tokio::time::Sleep;
use traitwire_protocol::frame::{self, Flags, HEADER, Header, MAX_PAYLOAD};
use traitwire_protocol::{Connection, Event, Stream as Wired, Time, Violation};

use super::buffer::Body;
use super::fault;
use super::goodbye::{Code, Goodbye};
use super::link::{Link, Outcome, State};
use super::pair::Closed;
use super::serving::{InPlace, Serving};
use crate::{Executed, Fault, FaultKind};

/// Drives one end of a pair until it has ended.
pub(super) struct Driver {
    pub(super) link: Arc<Link>,
    /// Dropped at the end, and the handlers with it.
    pub(super) serving: Option<Arc<Serving>>,
    pub(super) in_place: InPlace,
    pub(super) input: Box<dyn AsyncRead + Send + Unpin>,
    pub(super) buffer: ReadBuffer,
    /// The payload that is read to where it stays.
    pub(super) lent: Option<Lent>,
    /// Whether the last frame was a part of a message, of which more comes.
    pub(super) in_parts: bool,
    pub(super) timer: Timer,
    /// Whether it has let others run since it was asked to write.
    pub(super) yielded: bool,
    /// Whom the frames that were read concern.
    pub(super) wakers: Vec<Waker>,
    pub(super) closed: watch::Sender<Option<Closed>>,
    pub(super) closing: Option<Pin<Box<Sleep>>>,
}

/// How long an end that has said its last waits for the transport to take it.
const LINGER: std::time::Duration = std::time::Duration::from_secs(1);

impl Future for Driver {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<()> {
        let this = &mut *self;
        let link = Arc::clone(&this.link);
        link.driver().register(cx.waker());
        if link.driver().is_asked_to_write() && !std::mem::replace(&mut this.yielded, true) {
            // Others that run now may have more to be written.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        this.yielded = false;
        link.driver().set_running(true);
        let polled = this.poll_running(cx);
        link.driver().set_running(false);
        polled
    }
}

impl Driver {
    fn poll_running(&mut self, cx: &mut TaskContext<'_>) -> Poll<()> {
        let this = self;
        if this.closing.is_none() {
            match this.poll_open(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(closed) => {
                    this.end(closed);
                    this.closing = Some(Box::pin(tokio::time::sleep(LINGER)));
                }
            }
        }
        // What was said last is written, if the transport takes it; and what still arrives is read, for
        // TCP would otherwise drop what was written together with what was not read.
        let linger = this.closing.as_mut().map(|sleep| sleep.as_mut().poll(cx));
        if linger.is_none_or(|linger| linger.is_ready()) {
            return Poll::Ready(());
        }
        ready!(this.link.poll_close(cx));
        this.buffer.poll_end(&mut this.input, cx)
    }

    fn poll_open(&mut self, cx: &mut TaskContext<'_>) -> Poll<Closed> {
        loop {
            if let Some(closed) = self.process() {
                return Poll::Ready(closed);
            }
            self.link.write();
            if let Some(closed) = self.has_ended() {
                return Poll::Ready(closed);
            }
            let read = match &mut self.lent {
                Some(lent) => lent.poll_read(&mut self.input, &mut self.buffer, cx),
                None => self.buffer.poll_read(&mut self.input, self.in_parts, cx),
            };
            match read {
                // What has arrived is heard before anybody is found silent.
                Poll::Pending => return self.keep_time(cx),
                Poll::Ready(Ok(1..)) => {}
                Poll::Ready(end) => {
                    // It depends on what was under way whether a peer that is gone is an error.
                    let gone = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe];
                    let why = match end {
                        Err(error) if !gone.contains(&error.kind()) => error.to_string(),
                        _ => "the connection has ended".to_owned(),
                    };
                    return Poll::Ready(self.has_ended().unwrap_or(Closed::Lost(why)));
                }
            }
        }
    }

    /// Whether this end has said its last, or can say nothing any more.
    fn has_ended(&self) -> Option<Closed> {
        let state = self.link.lock();
        if state.connection.is_over() {
            return Some(Closed::Here);
        }
        state.failed.then(|| Closed::Lost("the connection has ended".to_owned()))
    }

    /// Deals with all frames that are there.
    fn process(&mut self) -> Option<Closed> {
        let Driver { link, serving, in_place, buffer, wakers, lent, in_parts, .. } = self;
        let mut held: Option<MutexGuard<'_, State>> = None;
        in_place.begin();
        let mut closed = None;
        let (mut now, mut read) = (None, 0);
        let bytes = buffer.bytes();
        while closed.is_none() {
            let now = *now.get_or_insert_with(|| link.now());
            let event = if let Some(whole) = lent.take_if(|lent| lent.is_whole()) {
                *in_parts = whole.header.flags.has(Flags::MORE);
                let state = held.get_or_insert_with(|| link.lock());
                state.connection.handle_lent(now, whole.header, whole.bytes)
            } else if lent.is_some() {
                break;
            } else {
                match frame::read(&bytes[read..]) {
                    Ok(None) => {
                        let state = held.get_or_insert_with(|| link.lock());
                        *lent = Lent::begin(&bytes[read..], &mut state.connection);
                        if lent.is_some() {
                            read = bytes.len();
                        }
                        break;
                    }
                    Ok(Some((frame, length))) => {
                        read += length;
                        *in_parts = frame.header.flags.has(Flags::MORE);
                        let state = held.get_or_insert_with(|| link.lock());
                        state.connection.handle(now, frame)
                    }
                    Err(malformed) => Err(Violation::from(malformed)),
                }
            };
            let state = held.get_or_insert_with(|| link.lock());
            let event = match event {
                Ok(Some(event)) => event,
                Ok(None) => continue,
                Err(violation) => {
                    closed = Some(abort(state, &violation));
                    break;
                }
            };
            match event {
                Event::Called { call, method, json, head, args } => {
                    held = None;
                    if let Some(serving) = serving {
                        serving.called(call, method, json, &head, args, in_place);
                    }
                }
                Event::Notified { method, json, head, args, cost } => {
                    held = None;
                    if let Some(serving) = serving {
                        serving.notified(method, json, &head, args, cost, in_place);
                    }
                }
                Event::Goodbye(payload) => closed = Some(Goodbye::read(&payload).into_closed()),
                event => {
                    if let Some(cancel) = tell(state, event, wakers) {
                        held = None;
                        cancel();
                    }
                }
            }
        }
        drop(held);
        buffer.consume(read);
        for waker in wakers.drain(..) {
            waker.wake();
        }
        closed
    }

    /// Deals with what is due, and sees to being woken for what is due next.
    fn keep_time(&mut self, cx: &mut TaskContext<'_>) -> Poll<Closed> {
        loop {
            let mut state = self.link.lock();
            let next = state.next_due();
            state.armed = next;
            drop(state);
            if !self.timer.poll(next, &self.link, cx) {
                return Poll::Pending;
            }
            let now = self.link.now();
            self.link.lock().wake_late(now);
            loop {
                let mut state = self.link.lock();
                match state.connection.handle_timeout(now) {
                    Ok(None) => break,
                    Ok(Some(event)) => {
                        let cancel = tell(&mut state, event, &mut self.wakers);
                        drop(state);
                        if let Some(cancel) = cancel {
                            cancel();
                        }
                    }
                    Err(violation) => return Poll::Ready(abort(&mut state, &violation)),
                }
            }
            for waker in self.wakers.drain(..) {
                waker.wake();
            }
            self.link.write();
            if let Some(closed) = self.has_ended() {
                return Poll::Ready(closed);
            }
        }
    }

    /// The pair has ended: everybody hears of it, and all handlers end.
    fn end(&mut self, closed: Closed) {
        let cancels = self.link.lock().end_all(&closed.to_string());
        for cancel in cancels {
            cancel();
        }
        self.serving = None;
        tracing::debug!(%closed, "a pair has ended");
        self.closed.send_replace(Some(closed));
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if self.closing.is_none() {
            self.end(Closed::Lost("the runtime of this end was shut down".to_owned()));
        }
        self.link.let_go();
    }
}

/// Ends the connection for what the peer did; it is told.
fn abort(state: &mut State, violation: &Violation) -> Closed {
    let lost = matches!(violation, Violation::Silent | Violation::Stalled | Violation::NoHello);
    let code = if lost { Code::Lost } else { Code::Violation };
    let goodbye = Goodbye::new(code, violation.to_string());
    state.connection.abort(goodbye.write());
    if lost {
        Closed::Lost(violation.to_string())
    } else {
        tracing::error!(%violation, "the peer broke the protocol");
        Closed::Violation(violation.to_string())
    }
}

/// Tells whom an event concerns. What is returned is to be run without the lock.
fn tell(
    state: &mut State,
    event: Event<'_>,
    wakers: &mut Vec<Waker>,
) -> Option<super::link::Cancel> {
    match event {
        Event::Ended { call, ending, json, payload } => {
            let outcome = Outcome::Ended(ending, json, Body::keep(payload));
            wakers.extend(state.end(call, outcome));
        }
        Event::Expired(call) => {
            let message = "the call did not end before its deadline";
            let fault = Fault::new(FaultKind::DeadlineExceeded, Executed::Maybe, message);
            wakers.extend(state.end(call, Outcome::Fault(fault)));
        }
        Event::Item { stream: Wired::Own(call), json, payload } => {
            if let Some(waiter) = state.waiter_of(call) {
                waiter.items.push_as(json, payload);
                wakers.extend(waiter.waker.take());
            }
        }
        Event::Item { stream: Wired::Theirs(call), json, payload } => {
            if let Some(theirs) = state.theirs(call) {
                theirs.items.push_as(json, payload);
                wakers.extend(theirs.reader.take());
            }
        }
        Event::ItemsEnded { call, fault } => {
            if let Some(theirs) = state.theirs(call) {
                theirs.items_ended = Some(fault.map_or(Ok(()), |fault| Err(fault::read(&fault))));
                wakers.extend(theirs.reader.take());
            }
        }
        Event::Credit(Wired::Own(call)) | Event::Unwanted(call) => {
            wakers.extend(state.waiter_of(call).and_then(|waiter| waiter.waker.take()));
        }
        Event::Credit(Wired::Theirs(call)) => {
            wakers.extend(state.theirs(call).and_then(|theirs| theirs.sender.take()));
        }
        Event::NotificationCredit => wakers.append(&mut state.notifiers),
        Event::Cancelled { call, .. } => match state.theirs(call) {
            Some(theirs) => return theirs.cancel.take(),
            None => state.connection.release(call),
        },
        // These are dealt with where they come.
        Event::Greeting(_)
        | Event::Introduction(_)
        | Event::Called { .. }
        | Event::Notified { .. }
        | Event::Goodbye(_) => {}
    }
    None
}

/// The payload of a frame that is a part of a large message. It is read to where it stays.
pub(super) struct Lent {
    header: Header,
    bytes: Vec<u8>,
    /// Where it ends.
    end: usize,
}

/// What is missing of a payload is read apart if it is so much.
const APART: usize = 16 * 1024;

impl Lent {
    /// If the rest of these bytes is the beginning of such a frame.
    fn begin(rest: &[u8], connection: &mut Connection) -> Option<Lent> {
        let (header, length) = frame::read_head(rest).ok().flatten()?;
        let come = &rest[HEADER..];
        let left = length - come.len();
        if left < APART {
            return None;
        }
        let bytes = connection.lend(&header, come)?;
        let end = bytes.len() + left;
        Some(Lent { header, bytes, end })
    }

    fn is_whole(&self) -> bool {
        self.bytes.len() == self.end
    }

    fn poll_read(
        &mut self,
        input: &mut (dyn AsyncRead + Send + Unpin),
        buffer: &mut ReadBuffer,
        cx: &mut TaskContext<'_>,
    ) -> Poll<io::Result<usize>> {
        // The header of what follows comes along, and so the next part needs no read of its own for it.
        let room = self.end - self.bytes.len() + HEADER;
        self.bytes.reserve(room);
        let mut room = (&mut self.bytes).limit(room);
        let polled = pin!(input.read_buf(&mut room)).poll(cx);
        if self.bytes.len() > self.end {
            buffer.put(&self.bytes[self.end..]);
            self.bytes.truncate(self.end);
        }
        polled
    }
}

/// What has arrived and was not dealt with.
#[derive(Default)]
pub(super) struct ReadBuffer {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// Whether the last read left no room, so that there may have been more.
    filled: bool,
}

/// Room for what small messages need.
const SMALL: usize = 8 * 1024;

/// Room for large messages: as much as the largest frame.
const LARGE: usize = HEADER + MAX_PAYLOAD;

impl ReadBuffer {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    pub(super) fn consume(&mut self, count: usize) {
        self.start += count;
    }

    /// Bytes that follow what was dealt with.
    fn put(&mut self, bytes: &[u8]) {
        self.clear();
        if self.bytes.len() < bytes.len() {
            self.bytes.resize(SMALL, 0);
        }
        self.bytes[..bytes.len()].copy_from_slice(bytes);
        self.end = bytes.len();
    }

    fn clear(&mut self) {
        (self.start, self.end) = (0, 0);
    }

    /// Reads until nothing more comes, and keeps none of it.
    pub(super) fn poll_end(
        &mut self,
        input: &mut (dyn AsyncRead + Send + Unpin),
        cx: &mut TaskContext<'_>,
    ) -> Poll<()> {
        loop {
            self.clear();
            match ready!(self.poll_read(input, false, cx)) {
                Ok(1..) => {}
                Ok(0) | Err(_) => return Poll::Ready(()),
            }
        }
    }

    /// Reads once. Never for nothing: there is room for more than there is. Within a message in parts no
    /// more is read than it takes to know what comes, for that is better read to where it stays.
    pub(super) fn poll_read(
        &mut self,
        input: &mut (dyn AsyncRead + Send + Unpin),
        in_parts: bool,
        cx: &mut TaskContext<'_>,
    ) -> Poll<io::Result<usize>> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
        if self.end == self.bytes.len() || self.filled {
            // A frame that does not fit, or the rest of one.
            self.bytes.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
            if self.end == self.bytes.len() || self.filled {
                let room = if self.bytes.is_empty() { SMALL } else { LARGE };
                self.bytes.resize(room.max(self.bytes.len()), 0);
            }
        }
        let room = self.bytes.len() - self.end;
        let room = if !in_parts {
            room
        } else if self.start == self.end {
            HEADER.min(room)
        } else {
            SMALL.min(room)
        };
        let mut read = ReadBuf::new(&mut self.bytes[self.end..self.end + room]);
        let polled = Pin::new(input).poll_read(cx, &mut read);
        let count = read.filled().len();
        self.end += count;
        self.filled = count > 0 && self.end == self.bytes.len();
        polled.map_ok(|()| count)
    }
}

/// The one timer of a connection. It is set when something is due earlier than it would fire.
#[derive(Default)]
pub(super) struct Timer(Option<(Time, Pin<Box<Sleep>>)>);

impl Timer {
    /// Whether something is due. If not, the task is woken when it is.
    fn poll(&mut self, next: Option<Time>, link: &Link, cx: &mut TaskContext<'_>) -> bool {
        let Some(next) = next else { return false };
        let at = || link.at(next);
        match &mut self.0 {
            None => self.0 = Some((next, Box::pin(tokio::time::sleep_until(at())))),
            Some((set, sleep)) if next < *set => {
                *set = next;
                sleep.as_mut().reset(at());
            }
            Some(_) => {}
        }
        let Some((set, sleep)) = &mut self.0 else { return false };
        while sleep.as_mut().poll(cx).is_ready() {
            if *set >= next {
                self.0 = None;
                return true;
            }
            // It was set for something that is not due any more.
            *set = next;
            sleep.as_mut().reset(at());
        }
        false
    }
}
