//! How do many items cross a border at the price of one?
//!
//! Items are written one behind the other, and a lock is taken or a task woken once for all of them.

use std::collections::VecDeque;

use bytes::Bytes;
use traitwire_protocol::{Payload, WINDOW, cost};

/// Encoded items in their order.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    bytes: Vec<u8>,
    /// How much of `bytes` has been taken.
    at: usize,
    items: VecDeque<Item>,
    /// Whether they are JSON, all of them.
    json: bool,
}

#[derive(Debug)]
enum Item {
    /// So many of the next bytes.
    Next(usize),
    /// On its own, for it is large.
    Whole(Bytes),
}

/// So much is consumed before the peer is told of it.
pub(crate) const TELL: usize = WINDOW / 4;

/// A batch that holds so many bytes is full enough.
const ENOUGH: usize = 16 * 1024;

/// An item of so many bytes is not copied.
const LARGE: usize = 32 * 1024;

impl Batch {
    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.bytes.len() - self.at >= ENOUGH
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// An item that has arrived. All of a stream are of one codec; one that is not makes the others be
    /// refused with it.
    pub(crate) fn push_as(&mut self, json: bool, payload: Payload<'_>) {
        self.json = json;
        self.push(payload);
    }

    /// An item.
    pub(crate) fn push(&mut self, payload: Payload<'_>) {
        match payload {
            Payload::Here(bytes) => {
                self.bytes.extend_from_slice(bytes);
                self.items.push_back(Item::Next(bytes.len()));
            }
            Payload::Whole(bytes) => self.items.push_back(Item::Whole(bytes)),
        }
    }

    /// Bytes that are an item.
    pub(crate) fn push_bytes(&mut self, bytes: Bytes) {
        self.push(if bytes.len() < LARGE { Payload::Here(&bytes) } else { Payload::Whole(bytes) });
    }

    /// An item that is written in place.
    pub(crate) fn write<E>(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let start = self.bytes.len();
        if let Err(error) = write(&mut self.bytes) {
            self.bytes.truncate(start);
            return Err(error);
        }
        let length = self.bytes.len() - start;
        if length < LARGE {
            self.items.push_back(Item::Next(length));
        } else {
            self.items.push_back(Item::Whole(self.bytes.split_off(start).into()));
        }
        Ok(())
    }

    /// The next item, as long as `take` wants it.
    pub(crate) fn next_if<T, E>(
        &mut self,
        take: impl FnOnce(Payload<'_>) -> Result<T, E>,
    ) -> Option<Result<T, E>> {
        let taken = match self.items.front()? {
            Item::Next(length) => {
                let end = self.at + length;
                let taken = take(Payload::Here(&self.bytes[self.at..end]));
                if taken.is_ok() {
                    self.at = end;
                }
                taken
            }
            Item::Whole(bytes) => take(Payload::Whole(bytes.clone())),
        };
        if taken.is_ok() {
            self.items.pop_front();
            if self.items.is_empty() {
                self.clear();
            }
        }
        Some(taken)
    }

    /// The next item, and what it cost.
    pub(crate) fn next<T>(&mut self, read: impl FnOnce(Payload<'_>) -> T) -> Option<(T, usize)> {
        let read = |payload: Payload<'_>| {
            let cost = cost(payload.len());
            Ok::<_, std::convert::Infallible>((read(payload), cost))
        };
        match self.next_if(read)? {
            Ok(read) => Some(read),
            Err(never) => match never {},
        }
    }

    fn clear(&mut self) {
        self.at = 0;
        self.items.clear();
        if self.bytes.capacity() > 4 * ENOUGH {
            self.bytes = Vec::new();
        } else {
            self.bytes.clear();
        }
    }
}
