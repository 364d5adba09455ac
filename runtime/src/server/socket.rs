//! What is going on on a connection, and how long may that go on?

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::task::AtomicWaker;
use http_body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Sleep;

use super::limits::{FLIGHT, LINGER, ServerLimits};

/// What is known of a connection: its socket and its calls tell it, its driver asks.
pub(super) struct Activity {
    state: Mutex<State>,
    /// How many requests are being answered, on all connections.
    all_running: Arc<AtomicUsize>,
    /// Wakes the driver when there is something new that it would not hear of otherwise.
    driver: AtomicWaker,
    /// Wake whoever uses the socket when it is taken away.
    reader: AtomicWaker,
    writer: AtomicWaker,
}

struct State {
    /// How many requests are being answered, up to the end of the response's body.
    running: usize,
    /// What is waited for when none is, and since when.
    waiting: Waiting,
    since: Instant,
    /// When the last byte came or went.
    last_byte: Instant,
    /// When the last byte came.
    last_read: Instant,
    /// Since when the peer takes nothing.
    blocked: Option<Instant>,
    /// How many bodies wait until the peer takes more of them, and when the last of them went on. On
    /// HTTP/2 a peer can take nothing though its socket takes all.
    held_up: usize,
    went_on: Instant,
    http2: bool,
    /// Whether something else than HTTP has the socket, or is to get it.
    upgraded: bool,
    socket: Presence,
}

enum Waiting {
    /// For the first request: nobody has shown yet that it speaks HTTP.
    First,
    /// For the rest of a head that has begun.
    Head,
    /// For another request.
    Another,
}

#[derive(PartialEq, Eq)]
enum Presence {
    There,
    /// Whoever still has it shall let it go.
    TakenAway,
    Gone,
}

impl Activity {
    pub(super) fn new(all_running: Arc<AtomicUsize>) -> Arc<Activity> {
        let now = Instant::now();
        Arc::new(Activity {
            state: Mutex::new(State {
                running: 0,
                waiting: Waiting::First,
                since: now,
                last_byte: now,
                last_read: now,
                blocked: None,
                held_up: 0,
                went_on: now,
                http2: false,
                upgraded: false,
                socket: Presence::There,
            }),
            all_running,
            driver: AtomicWaker::new(),
            reader: AtomicWaker::new(),
            writer: AtomicWaker::new(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under the lock can panic half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has `waker` woken when something changes.
    pub(super) fn register(&self, waker: &std::task::Waker) {
        self.driver.register(waker);
    }

    /// A request has come; it runs until what is returned is dropped.
    pub(super) fn begin(self: &Arc<Self>, http2: bool) -> Running {
        let mut state = self.state();
        state.running += 1;
        self.all_running.fetch_add(1, Ordering::Relaxed);
        state.http2 = http2;
        drop(state);
        // A server that drains has to be told of what came at the last moment.
        self.driver.wake();
        Running(Arc::clone(self))
    }

    /// How many requests are being answered.
    pub(super) fn running(&self) -> usize {
        self.state().running
    }

    pub(super) fn is_http2(&self) -> bool {
        self.state().http2
    }

    /// When the connection has to be closed if nothing else happens; none while requests run and
    /// their responses are taken.
    pub(super) fn closes_at(&self, limits: &ServerLimits) -> Option<Instant> {
        let state = self.state();
        if let Some(blocked) = state.blocked {
            return blocked.checked_add(limits.write_timeout);
        }
        if state.held_up > 0 {
            return state.went_on.checked_add(limits.write_timeout);
        }
        if state.running > 0 {
            return None;
        }
        state.since.checked_add(match state.waiting {
            Waiting::First | Waiting::Head => limits.head_timeout,
            Waiting::Another => limits.idle_timeout,
        })
    }

    /// When a connection of a server that drains has been quiet for long enough, at the earliest after
    /// `least`. Nothing runs, nothing is left to be sent, and no request is on its way.
    pub(super) fn quiet_at(&self, least: Instant) -> Option<Instant> {
        let state = self.state();
        if state.running > 0 || state.blocked.is_some() {
            return None;
        }
        if state.http2 {
            // The last piece of a body may wait in HTTP/2 until the peer has room for it. A peer that
            // answers ends the connection itself, so this is for one that does not.
            return Some((state.last_read.max(state.since) + FLIGHT).max(least + LINGER));
        }
        Some(state.last_byte.max(state.since).max(least) + LINGER)
    }

    /// The response that goes out is the last of HTTP.
    pub(super) fn upgrade(&self) {
        self.state().upgraded = true;
    }

    fn is_upgraded(&self) -> bool {
        self.state().upgraded
    }

    /// Takes the socket away from whoever has it. HTTP is done with it; a WebSocket may not be.
    pub(super) fn take_away(&self) {
        let mut state = self.state();
        if state.socket == Presence::There {
            state.socket = Presence::TakenAway;
        }
        drop(state);
        self.reader.wake();
        self.writer.wake();
    }

    /// Whether the socket has been dropped.
    pub(super) fn is_gone(&self) -> bool {
        self.state().socket == Presence::Gone
    }

    /// Fails once the socket has been taken away.
    fn check(&self) -> io::Result<()> {
        match self.state().socket {
            Presence::There => Ok(()),
            _ => Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the server has ended")),
        }
    }

    fn has_read(&self) {
        let mut state = self.state();
        state.last_read = Instant::now();
        state.last_byte = state.last_read;
        // On HTTP/2 it may as well be the answer to a ping.
        if state.running == 0 && matches!(state.waiting, Waiting::Another) && !state.http2 {
            state.waiting = Waiting::Head;
            state.since = state.last_byte;
        }
    }

    /// A body waits until the peer takes more of it, or does so no longer.
    fn hold_up(&self, waits: bool) {
        let mut state = self.state();
        state.went_on = Instant::now();
        if waits {
            state.held_up += 1;
        } else {
            state.held_up -= 1;
        }
        drop(state);
        if waits {
            // It looks when that has to be over.
            self.driver.wake();
        }
    }

    fn has_written(&self, polled_pending: bool) {
        let mut state = self.state();
        let now = Instant::now();
        if polled_pending {
            state.blocked.get_or_insert(now);
        } else {
            state.blocked = None;
            state.last_byte = now;
        }
    }
}

/// A request that is being answered, until it is dropped.
pub(super) struct Running(Arc<Activity>);

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.running -= 1;
        self.0.all_running.fetch_sub(1, Ordering::Relaxed);
        if state.running == 0 {
            state.waiting = Waiting::Another;
            state.since = Instant::now();
        }
        drop(state);
        self.0.driver.wake();
    }
}

/// The largest piece of a body that HTTP/2 gets at once: a frame, unless a peer wants larger ones. Of the
/// last one it keeps what the peer has no room for, and the response counts as gone out by then.
const PIECE: usize = 16 * 1024;

/// The body of a response, to whose end its request runs.
pub(super) struct Counted<B> {
    body: B,
    /// What is left of the last piece of it; on HTTP/1.1 always nothing.
    left: Bytes,
    http2: bool,
    /// Whether the peer has to take something before there is more.
    held_up: bool,
    /// `None` after the end.
    running: Option<Running>,
}

impl<B> Counted<B> {
    pub(super) fn new(body: B, http2: bool, running: Running) -> Counted<B> {
        let running = Some(running);
        Counted { body, left: Bytes::new(), http2, held_up: false, running }
    }

    fn hold_up(&mut self, held_up: bool) {
        if let Some(Running(activity)) = self.running.as_ref().filter(|_| self.http2)
            && self.held_up != held_up
        {
            self.held_up = held_up;
            activity.hold_up(held_up);
        }
    }
}

impl<B> Drop for Counted<B> {
    fn drop(&mut self) {
        self.hold_up(false);
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Counted<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        // HTTP/2 asks again once the peer has had room for what it got.
        self.hold_up(false);
        if !self.left.is_empty() {
            let length = PIECE.min(self.left.len());
            let piece = self.left.split_to(length);
            self.hold_up(true);
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        let mut polled = Pin::new(&mut self.body).poll_frame(cx);
        match &mut polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_mut().filter(|data| data.len() > PIECE)
                    && self.http2
                {
                    self.left = data.split_off(PIECE);
                }
                self.hold_up(true);
            }
            Poll::Ready(None) => self.running = None,
            _ => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.body.size_hint();
        let left = self.left.len() as u64;
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper.saturating_add(left));
        }
        hint.set_lower(hint.lower().saturating_add(left));
        hint
    }
}

/// A socket that tells what goes on on it. It counts as a connection until it is dropped, whoever has
/// it by then.
pub(super) struct Socket<T> {
    io: T,
    activity: Arc<Activity>,
    /// Once nothing more is sent.
    farewell: Option<Farewell>,
    _place: OwnedSemaphorePermit,
}

/// How long the peer of a connection that has ended is waited for.
struct Farewell {
    /// Until it has been silent for too long.
    silence: Pin<Box<Sleep>>,
    /// In any case.
    until: Instant,
    /// How many bytes it may still send.
    left: usize,
}

/// How long that is at most, as nginx has it (`lingering_time`). A server that drains waits for no one
/// who is silent.
const LONGEST_FAREWELL: Duration = Duration::from_secs(30);

/// How many bytes are read meanwhile: as many as a peer of HTTP/2 writes while it takes hundreds of
/// megabytes. Whoever sends more is not listening.
const MOST_UNREAD: usize = 1024 * 1024;

impl<T> Socket<T> {
    pub(super) fn new(io: T, activity: Arc<Activity>, place: OwnedSemaphorePermit) -> Socket<T> {
        Socket { io, activity, farewell: None, _place: place }
    }

    fn wrote<R>(&self, polled: Poll<R>) -> Poll<R> {
        self.activity.has_written(polled.is_pending());
        polled
    }
}

impl<T> Drop for Socket<T> {
    fn drop(&mut self) {
        self.activity.state().socket = Presence::Gone;
        self.activity.driver.wake();
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Socket<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.activity.reader.register(cx.waker());
        self.activity.check()?;
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.io).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.activity.has_read();
        }
        polled
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Socket<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.activity.writer.register(cx.waker());
        self.activity.check()?;
        let polled = Pin::new(&mut self.io).poll_write(cx, bytes);
        self.wrote(polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.activity.writer.register(cx.waker());
        self.activity.check()?;
        let polled = Pin::new(&mut self.io).poll_write_vectored(cx, slices);
        self.wrote(polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // TLS writes what it has buffered here.
        let polled = Pin::new(&mut self.io).poll_flush(cx);
        if polled.is_pending() { self.wrote(polled) } else { polled }
    }

    /// Closing a socket to which its peer still writes takes back what the peer has not got yet, and on
    /// HTTP/2 whoever reads a reply writes. So what comes is read, until the peer has closed as well.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Socket { io, activity, farewell, .. } = &mut *self;
        let farewell = match farewell {
            Some(farewell) => farewell,
            None => {
                ready!(Pin::new(&mut *io).poll_shutdown(cx))?;
                if activity.is_upgraded() {
                    return Poll::Ready(Ok(()));
                }
                let silence = Box::pin(tokio::time::sleep(FLIGHT));
                let until = Instant::now() + LONGEST_FAREWELL;
                farewell.insert(Farewell { silence, until, left: MOST_UNREAD })
            }
        };
        activity.reader.register(cx.waker());
        let mut unread = [0; 4096];
        loop {
            activity.check()?;
            let mut unread = ReadBuf::new(&mut unread);
            // An error is an end as well.
            let ended = match Pin::new(&mut *io).poll_read(cx, &mut unread) {
                Poll::Ready(read) => read.is_err() || unread.filled().is_empty(),
                Poll::Pending => return farewell.silence.as_mut().poll(cx).map(Ok),
            };
            let now = Instant::now();
            farewell.left = farewell.left.saturating_sub(unread.filled().len());
            if ended || farewell.left == 0 || now >= farewell.until {
                return Poll::Ready(Ok(()));
            }
            activity.has_read();
            farewell.silence.as_mut().reset((now + FLIGHT).into());
        }
    }
}
