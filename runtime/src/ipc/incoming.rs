//! How do the items of a stream that the peer sends with its call reach the handler?

use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use futures_core::Stream;
use traitwire_protocol::{Payload, PeerCall, Stream as Wired};

use super::batch::{Batch, TELL};
use super::codec::Codec;
use super::link::Link;
use crate::wire::Wire;
use crate::{Executed, Fault, FaultKind};

/// The encoded items of one stream. Dropping it before its end tells the peer that no more is wanted.
pub(crate) struct IncomingItems {
    /// `None` once it has ended.
    from: Option<(Arc<Link>, PeerCall)>,
    batch: Batch,
    consumed: usize,
}

impl IncomingItems {
    #[cfg(feature = "__ipc")]
    pub(super) fn new(link: Arc<Link>, call: PeerCall) -> IncomingItems {
        IncomingItems { from: Some((link, call)), batch: Batch::default(), consumed: 0 }
    }

    /// A stream without items.
    pub(super) fn none() -> IncomingItems {
        IncomingItems { from: None, batch: Batch::default(), consumed: 0 }
    }

    pub(super) fn decoded<T: Wire>(
        self,
        codec: Codec,
    ) -> impl Stream<Item = Result<T, Fault>> + Send + 'static {
        Decoded { items: self, codec, item: PhantomData }
    }

    fn tell(&mut self) {
        let consumed = std::mem::take(&mut self.consumed);
        if let Some((link, call)) = &self.from
            && consumed > 0
        {
            link.say(|connection| connection.consume(Wired::Theirs(*call), consumed));
        }
    }
}

impl Drop for IncomingItems {
    fn drop(&mut self) {
        if let Some((link, call)) = self.from.take() {
            link.say(|connection| connection.refuse_items(call));
        }
    }
}

struct Decoded<T> {
    items: IncomingItems,
    codec: Codec,
    item: PhantomData<fn() -> T>,
}

impl<T: Wire> Stream for Decoded<T> {
    type Item = Result<T, Fault>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        let codec = self.codec;
        let items = &mut self.items;
        loop {
            let json = items.batch.is_json();
            let read =
                |item: Payload<'_>| codec.check(json).and_then(|()| codec.take_payload::<T>(item));
            if let Some((item, cost)) = items.batch.next(read) {
                items.consumed += cost;
                if items.batch.is_empty() || items.consumed >= TELL {
                    items.tell();
                }
                return Poll::Ready(Some(item.map_err(|error| {
                    let message = format!("an item was not understood: {error}");
                    Fault::new(FaultKind::InvalidArgument, Executed::Maybe, message)
                })));
            }
            let Some((link, call)) = &items.from else { return Poll::Ready(None) };
            let mut state = link.lock();
            let Some(theirs) = state.theirs(*call) else {
                // The call has ended; whoever still reads hears that no more comes.
                drop(state);
                items.from = None;
                let message = "the call that the stream belongs to has ended";
                let fault = Fault::new(FaultKind::Cancelled, Executed::Maybe, message);
                return Poll::Ready(Some(Err(fault)));
            };
            if !theirs.items.is_empty() {
                std::mem::swap(&mut items.batch, &mut theirs.items);
                continue;
            }
            if let Some(ended) = theirs.items_ended.take() {
                drop(state);
                items.from = None;
                return Poll::Ready(ended.err().map(Err));
            }
            match &mut theirs.reader {
                Some(known) if known.will_wake(cx.waker()) => {}
                reader => *reader = Some(cx.waker().clone()),
            }
            return Poll::Pending;
        }
    }
}
