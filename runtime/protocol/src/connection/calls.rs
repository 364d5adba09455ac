//! Which calls are under way?

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::Time;
use super::credit::{Receiving, Sending};
use crate::frame::MAX_ID;

/// A call that this end has made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OwnCall(pub(super) u64);

/// So many calls of one end can be told apart at once.
pub(super) const SLOTS: usize = 1 << SLOT_BITS;
const SLOT_BITS: u32 = 16;

/// A slot is used so often; then its ids are used up.
const GENERATIONS: u64 = MAX_ID >> SLOT_BITS;

impl OwnCall {
    /// A small number that no other call has at the same time: a place for what is kept of the call.
    #[allow(clippy::cast_possible_truncation, reason = "it is those 16 bits that are asked for")]
    pub fn slot(self) -> usize {
        usize::from(self.0 as u16)
    }

    /// The id on the wire.
    pub fn id(self) -> u64 {
        self.0
    }
}

/// A call that the peer has made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PeerCall {
    pub(super) slot: u32,
    pub(super) id: u64,
}

impl PeerCall {
    /// A small number that no other call of the peer's has at the same time.
    pub fn slot(self) -> usize {
        self.slot as usize
    }

    /// The id on the wire.
    pub fn id(self) -> u64 {
        self.id
    }
}

/// What is known of a call of this end.
#[derive(Debug)]
pub(super) struct Own {
    /// Where it stands among the small messages; `None` for a large one.
    pub(super) mark: Option<u64>,
    /// Nobody waits for its end any more.
    pub(super) cancelled: bool,
    pub(super) gives_items: bool,
    /// The stream that this end sends; `None` if there is none, or it has ended.
    pub(super) sending: Option<Sending>,
    pub(super) receiving: Receiving,
    pub(super) deadline: Option<Time>,
    pub(super) has_stream: bool,
}

/// What is known of a call of the peer's.
#[derive(Debug)]
pub(super) struct Theirs {
    pub(super) id: u64,
    /// Whether the peer has been told how it ended.
    pub(super) ended: bool,
    pub(super) gives_items: bool,
    pub(super) sending: Sending,
    /// The stream that the peer sends; `None` if there is none, it has ended or is not wanted.
    pub(super) receiving: Option<Receiving>,
    pub(super) deadline: Option<Time>,
    pub(super) has_stream: bool,
}

#[derive(Debug, Default)]
pub(super) struct OwnCalls {
    slots: Vec<(u64, Option<Own>)>,
    free: Vec<usize>,
    live: usize,
    streams: usize,
}

impl OwnCalls {
    pub(super) fn len(&self) -> usize {
        self.live
    }

    pub(super) fn streams(&self) -> usize {
        self.streams
    }

    /// Gives a call its id; `None` when all are used up.
    pub(super) fn insert(&mut self, own: Own) -> Option<OwnCall> {
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None if self.slots.len() < SLOTS => {
                self.slots.push((0, None));
                self.slots.len() - 1
            }
            None => return None,
        };
        let (generation, place) = &mut self.slots[slot];
        *generation += 1;
        self.live += 1;
        self.streams += usize::from(own.has_stream);
        *place = Some(own);
        Some(OwnCall(*generation << SLOT_BITS | slot as u64))
    }

    pub(super) fn get(&mut self, call: OwnCall) -> Option<&mut Own> {
        let (generation, own) = self.slots.get_mut(call.slot())?;
        own.as_mut().filter(|_| *generation == call.0 >> SLOT_BITS)
    }

    /// Nothing is said of any of them any more; what is known of them stays.
    pub(super) fn abandon(&mut self) {
        for own in self.slots.iter_mut().filter_map(|(_, own)| own.as_mut()) {
            own.cancelled = true;
            own.sending = None;
        }
    }

    pub(super) fn remove(&mut self, call: OwnCall) -> Option<Own> {
        self.get(call)?;
        let (generation, own) = &mut self.slots[call.slot()];
        let own = own.take()?;
        if *generation < GENERATIONS - 1 {
            self.free.push(call.slot());
        }
        self.live -= 1;
        self.streams -= usize::from(own.has_stream);
        Some(own)
    }
}

#[derive(Debug, Default)]
pub(super) struct TheirCalls {
    /// Those that have not ended.
    by_id: HashMap<u64, u32, BuildHasherDefault<IdHasher>>,
    slots: Vec<Option<Theirs>>,
    free: Vec<u32>,
    streams: usize,
}

impl TheirCalls {
    /// Those that have not ended, and those whose handlers are still there.
    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub(super) fn streams(&self) -> usize {
        self.streams
    }

    pub(super) fn find(&self, id: u64) -> Option<PeerCall> {
        self.by_id.get(&id).map(|slot| PeerCall { slot: *slot, id })
    }

    pub(super) fn insert(&mut self, call: Theirs) -> PeerCall {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            u32::try_from(self.slots.len() - 1).expect("there is a limit to calls")
        });
        let id = call.id;
        self.by_id.insert(id, slot);
        self.streams += usize::from(call.has_stream);
        self.slots[slot as usize] = Some(call);
        PeerCall { slot, id }
    }

    /// A call that has not ended.
    pub(super) fn get(&mut self, call: PeerCall) -> Option<&mut Theirs> {
        let theirs = self.slots.get_mut(call.slot())?.as_mut()?;
        Some(theirs).filter(|theirs| theirs.id == call.id && !theirs.ended)
    }

    /// The peer is told how it ended.
    pub(super) fn end(&mut self, call: PeerCall) -> Option<&mut Theirs> {
        self.get(call)?;
        self.by_id.remove(&call.id);
        let theirs = self.get(call)?;
        theirs.ended = true;
        Some(theirs)
    }

    /// Its handler is gone.
    pub(super) fn release(&mut self, call: PeerCall) {
        if let Some(place) = self.slots.get_mut(call.slot())
            && let Some(theirs) = place.take_if(|theirs| theirs.id == call.id && theirs.ended)
        {
            self.streams -= usize::from(theirs.has_stream);
            self.free.push(call.slot);
        }
    }
}

/// Ids are the peer's choice, and there are few at once: what makes them collide costs little, so that a
/// cheap hash will do.
#[derive(Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, id: u64) {
        self.0 = (self.0 ^ id).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(26);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Own {
        Own {
            mark: None,
            cancelled: false,
            gives_items: false,
            sending: None,
            receiving: Receiving::default(),
            deadline: None,
            has_stream: false,
        }
    }

    #[test]
    fn an_id_is_never_used_twice() {
        let mut calls = OwnCalls::default();
        let mut seen = std::collections::HashSet::new();
        for round in 0..100 {
            let made: Vec<_> = (0..=round).map(|_| calls.insert(own()).unwrap()).collect();
            for call in made {
                assert!(seen.insert(call.id()) && (1..MAX_ID).contains(&call.id()));
                assert!(calls.remove(call).is_some() && calls.remove(call).is_none());
            }
        }
        assert_eq!((calls.len(), calls.slots.len()), (0, 100));
    }

    #[test]
    fn a_slot_whose_ids_are_used_up_is_not_used_again() {
        let mut calls = OwnCalls::default();
        let call = calls.insert(own()).unwrap();
        calls.remove(call);
        calls.slots[0].0 = GENERATIONS - 2;
        let last = calls.insert(own()).unwrap();
        assert!(last.id() < MAX_ID && last.slot() == 0);
        calls.remove(last);
        assert_eq!(calls.insert(own()).unwrap().slot(), 1);
    }
}
