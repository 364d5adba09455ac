//! How much of a stream may be under way?
//!
//! A reader gives credit back once it has consumed half a window, so that what it has consumed and not
//! given back is always less than that: whoever has no more than half a window in use may therefore
//! send an item of any size without ever waiting for credit that nobody gives.

use crate::frame::HEADER;
use crate::limits::WINDOW;
use crate::violation::Violation;

/// What an item or a notification of so many bytes takes of the credit. Its header counts, so that empty
/// ones are bounded, too.
pub fn cost(length: usize) -> usize {
    length + HEADER
}

fn fits(used: usize, cost: usize) -> bool {
    used + cost <= WINDOW || used <= WINDOW / 2
}

/// The end that writes.
#[derive(Debug, Default)]
pub(super) struct Sending {
    /// Sent, and not credited yet.
    used: usize,
}

impl Sending {
    pub(super) fn fits(&self, length: usize) -> bool {
        fits(self.used, cost(length))
    }

    pub(super) fn in_use(&self) -> usize {
        self.used
    }

    pub(super) fn send(&mut self, length: usize) {
        self.used += cost(length);
    }

    pub(super) fn credit(&mut self, bytes: usize) -> Result<(), Violation> {
        match self.used.checked_sub(bytes) {
            Some(used) if bytes > 0 => {
                self.used = used;
                Ok(())
            }
            _ => Err(Violation::Credit),
        }
    }
}

/// The end that reads.
#[derive(Debug, Default)]
pub(super) struct Receiving {
    /// Received, and not credited yet.
    held: usize,
    /// That part of it which was consumed.
    consumed: usize,
}

impl Receiving {
    pub(super) fn in_use(&self) -> usize {
        self.held
    }

    /// Whether the sender had the credit for an item that has so many bytes so far.
    pub(super) fn check(&self, length: usize) -> Result<(), Violation> {
        if fits(self.held, cost(length)) { Ok(()) } else { Err(Violation::Overdraft) }
    }

    pub(super) fn receive(&mut self, length: usize) -> Result<(), Violation> {
        self.check(length)?;
        self.held += cost(length);
        Ok(())
    }

    /// The credit to give now, if so many bytes more were consumed.
    pub(super) fn consume(&mut self, cost: usize) -> Option<u32> {
        self.consumed = (self.consumed + cost).min(self.held);
        if self.consumed < WINDOW / 2 {
            return None;
        }
        self.held -= self.consumed;
        u32::try_from(std::mem::take(&mut self.consumed)).ok()
    }
}
