//! How does what a handler gives leave as a body: whole, or item by item?

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep};

use super::events;
use super::response::{json, problem_of, status_of};
use crate::rpc::Payload;
use crate::rpc::channel::ReplyItems;

/// Items that are ready leave in one write until it has this size in bytes. Less makes small items
/// dear; more would only lie in the server's buffers.
const BATCH: usize = 16 * 1024;

/// Items that each take their handler long do not wait for one another longer than this.
const BATCH_TIME: Duration = Duration::from_millis(2);

/// The body of a response: whole, or items as they come.
pub struct Body(Content);

enum Content {
    Whole(Option<Bytes>),
    Items(Items),
}

/// A stream on its way. It is polled when there is room for what comes, and polls the handler then and
/// only then: a reader that is slow holds the handler, and no queue grows.
struct Items {
    first: First,
    /// `None` after the last event.
    running: Option<ReplyItems>,
    /// The id of the last item.
    id: u64,
    heartbeat: Option<Heartbeat>,
}

/// What came before the head of the response went out.
pub(super) enum First {
    Item(Payload),
    End,
    /// Nothing yet, or it has been passed on.
    Unknown,
}

/// Breaks the silence, so that nobody takes it for a lost connection.
struct Heartbeat {
    every: Duration,
    /// When something was last sent.
    sent: Instant,
    sleep: Pin<Box<Sleep>>,
}

impl Body {
    pub(super) fn empty() -> Body {
        Body(Content::Whole(None))
    }

    pub(super) fn whole(content: Bytes) -> Body {
        Body(Content::Whole(Some(content)))
    }

    /// Items, of which the first has the id after `id`. With `heartbeat`, silence is no longer than
    /// that.
    pub(super) fn items(
        first: First,
        running: ReplyItems,
        id: u64,
        heartbeat: Option<Duration>,
    ) -> Body {
        let heartbeat = heartbeat.map(|every| Heartbeat {
            every,
            sent: Instant::now(),
            sleep: Box::pin(tokio::time::sleep(every)),
        });
        Body(Content::Items(Items { first, running: Some(running), id, heartbeat }))
    }

    /// The length, where it is known.
    pub(super) fn length(&self) -> Option<usize> {
        match &self.0 {
            Content::Whole(content) => Some(content.as_ref().map_or(0, Bytes::len)),
            Content::Items(_) => None,
        }
    }
}

impl Items {
    /// The next event: an item, or the last one.
    fn poll_item(&mut self, cx: &mut Context<'_>, batch: &mut BytesMut) -> Poll<()> {
        let Some(running) = &mut self.running else { return Poll::Pending };
        let item = match std::mem::replace(&mut self.first, First::Unknown) {
            First::Item(item) => Some(Ok(item)),
            First::End => None,
            First::Unknown => ready!(running.as_mut().poll_next(cx)),
        };
        match item {
            Some(Ok(payload)) => {
                self.id = self.id.saturating_add(1);
                events::item(batch, self.id, &json(payload));
            }
            Some(Err(failure)) => {
                self.running = None;
                events::failed(batch, &problem_of(&failure, status_of(&failure)));
            }
            None => {
                self.running = None;
                events::end(batch);
            }
        }
        Poll::Ready(())
    }

    fn poll_batch(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let mut batch = BytesMut::new();
        if self.running.is_none() {
            return Poll::Ready(None);
        }
        if self.poll_item(cx, &mut batch).is_pending() {
            return self.poll_heartbeat(cx);
        }
        let begun = Instant::now();
        // An item may be the only one for long, so nothing that is ready waits for what is not.
        while batch.len() < BATCH
            && begun.elapsed() < BATCH_TIME
            && self.poll_item(cx, &mut batch).is_ready()
        {}
        if let Some(heartbeat) = &mut self.heartbeat {
            heartbeat.sent = begun;
        }
        Poll::Ready(Some(batch.freeze()))
    }

    fn poll_heartbeat(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let Some(Heartbeat { every, sent, sleep }) = &mut self.heartbeat else {
            return Poll::Pending;
        };
        loop {
            ready!(sleep.as_mut().poll(cx));
            let now = Instant::now();
            // The timer is not set anew with each item, but only when it has run out.
            let silent = now.duration_since(*sent) >= *every;
            if silent {
                *sent = now;
            }
            sleep.as_mut().reset(*sent + *every);
            if silent {
                return Poll::Ready(Some(events::heartbeat()));
            }
        }
    }
}

/// All of it at once, as layers around the service answer in its place.
impl From<Bytes> for Body {
    fn from(whole: Bytes) -> Self {
        Body::whole(whole)
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let content = match &mut self.0 {
            Content::Whole(content) => content.take(),
            Content::Items(items) => ready!(items.poll_batch(cx)),
        };
        Poll::Ready(content.map(|content| Ok(Frame::data(content))))
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Content::Whole(content) => content.is_none(),
            Content::Items(items) => items.running.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.length().map_or_else(SizeHint::default, |length| SizeHint::with_exact(length as u64))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Content::Whole(content) => f.debug_tuple("Body").field(content).finish(),
            Content::Items(_) => f.write_str("Body(..)"),
        }
    }
}
