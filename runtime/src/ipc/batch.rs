//! How do many items cross a border at the price of one?
//!
//! Items are written one behind the other, and a lock is taken or a task woken once for all of them.

use std::collections::VecDeque;

use bytes::Bytes;
use traitwire_protocol::{Payload, WINDOW, cost};

/// Encoded items in their order.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// Each item after its length, or [`WHOLE`] in place of both.
    bytes: Vec<u8>,
    /// How much of `bytes` has been taken.
    at: usize,
    /// The items that stand on their own, for they are large.
    large: VecDeque<Bytes>,
    /// Whether they are JSON, all of them.
    json: bool,
}

const LENGTH: usize = size_of::<u32>();

/// A length that no item has.
const WHOLE: u32 = u32::MAX;

/// So much is consumed before the peer is told of it.
pub(crate) const TELL: usize = WINDOW / 4;

/// A batch that holds so many bytes is full enough.
const ENOUGH: usize = 16 * 1024;

/// An item of so many bytes is not copied.
const LARGE: usize = 32 * 1024;

impl Batch {
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.at == self.bytes.len()
    }

    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.bytes.len() - self.at >= ENOUGH || !self.large.is_empty()
    }

    #[inline]
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// An item that has arrived. All of a stream are of one codec; one that is not makes the others be
    /// refused with it.
    #[inline]
    pub(crate) fn push_as(&mut self, json: bool, payload: Payload<'_>) {
        self.json = json;
        self.push(payload);
    }

    /// An item.
    #[inline]
    pub(crate) fn push(&mut self, payload: Payload<'_>) {
        match payload {
            Payload::Here(bytes) => {
                self.bytes.reserve(LENGTH + bytes.len());
                self.bytes.extend_from_slice(&length(bytes.len()));
                self.bytes.extend_from_slice(bytes);
            }
            Payload::Whole(bytes) => {
                self.bytes.extend_from_slice(&WHOLE.to_le_bytes());
                self.large.push_back(bytes);
            }
        }
    }

    /// Bytes that are an item.
    pub(crate) fn push_bytes(&mut self, bytes: Bytes) {
        self.push(if bytes.len() < LARGE { Payload::Here(&bytes) } else { Payload::Whole(bytes) });
    }

    /// An item that is written in place.
    #[inline]
    pub(crate) fn write<E>(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&length(0));
        let item = start + LENGTH;
        if let Err(error) = write(&mut self.bytes) {
            self.bytes.truncate(start);
            return Err(error);
        }
        let written = self.bytes.len() - item;
        if written < LARGE {
            self.bytes[start..item].copy_from_slice(&length(written));
        } else {
            let large = self.bytes.split_off(item);
            self.bytes.truncate(start);
            self.push(Payload::Whole(large.into()));
        }
        Ok(())
    }

    /// The next item, as long as `take` wants it.
    #[inline]
    pub(crate) fn next_if<T, E>(
        &mut self,
        take: impl FnOnce(Payload<'_>) -> Result<T, E>,
    ) -> Option<Result<T, E>> {
        let (length, rest) = self.bytes[self.at..].split_first_chunk()?;
        let length = u32::from_le_bytes(*length);
        let is_whole = length == WHOLE;
        let length = if is_whole { 0 } else { length as usize };
        // What takes it stands here once, so that it is compiled into the loops that call this.
        let taken = take(if is_whole {
            Payload::Whole(self.large.front()?.clone())
        } else {
            Payload::Here(&rest[..length])
        });
        if taken.is_ok() {
            self.at += LENGTH + length;
            if is_whole {
                self.large.pop_front();
            }
            if self.is_empty() {
                self.clear();
            }
        }
        Some(taken)
    }

    /// The next item, and what it cost.
    #[inline]
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
        if self.bytes.capacity() > 4 * ENOUGH {
            self.bytes = Vec::new();
        } else {
            self.bytes.clear();
        }
    }
}

/// As it stands before an item. What is not large, or fits one frame, is shorter than [`WHOLE`].
fn length(length: usize) -> [u8; LENGTH] {
    u32::try_from(length).unwrap_or(WHOLE).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_come_out_as_they_went_in_and_one_that_is_refused_stays() {
        let large = vec![7; LARGE];
        let items: [&[u8]; 5] = [b"one", b"", &large, b"four", &large[1..]];
        let mut batch = Batch::default();
        for item in items {
            let written = batch.write(|to| {
                to.extend_from_slice(item);
                Ok::<_, ()>(())
            });
            written.unwrap();
        }
        let failed = batch.write(|to| {
            to.push(1);
            Err("no")
        });
        assert_eq!(failed, Err("no"));
        for item in items {
            assert_eq!(batch.next_if(|_| Err::<(), _>("not now")), Some(Err("not now")));
            let (read, cost_of_it) = batch.next(|payload| payload.to_vec()).unwrap();
            assert_eq!((&read[..], cost_of_it), (item, cost(item.len())));
        }
        assert!(batch.is_empty() && batch.next(|_| ()).is_none());
    }

    #[test]
    fn a_large_item_and_many_empty_ones_fill_a_batch() {
        let mut batch = Batch::default();
        batch.push_bytes(vec![0; LARGE].into());
        assert!(batch.is_full());
        batch.next(|_| ()).unwrap();
        let mut count = 0;
        while !batch.is_full() {
            batch.push(Payload::Here(&[]));
            count += 1;
        }
        assert_eq!(count, ENOUGH / LENGTH);
    }
}
