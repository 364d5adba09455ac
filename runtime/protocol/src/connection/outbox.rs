//! In which order do messages go out?
//!
//! Small ones go in the order in which they came, and control goes before them. What does not fit one
//! frame waits in a second queue and goes in parts, one message after another, with the small ones
//! between its parts. What must not overtake a message of that queue joins it.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;

use crate::frame::{self, Flags, Frame, HEADER, Header, Kind, MAX_PAYLOAD};
use crate::payload::Payload;
use crate::transmit::Transmit;

/// Messages that keep their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Lane {
    /// All notifications.
    Notifications,
    /// What one end says of one call.
    Call {
        id: u64,
        /// Whether it is a call of the peer's.
        peer: bool,
    },
}

#[derive(Debug, Default)]
pub(super) struct Outbox {
    control: Vec<u8>,
    small: Vec<u8>,
    /// Bytes that were ever put into `small`, and that were ever taken from it.
    put: u64,
    taken: u64,
    large: VecDeque<Large>,
    large_bytes: usize,
    /// How many messages of a lane wait in `large`.
    waiting: HashMap<Lane, usize>,
}

#[derive(Debug)]
struct Large {
    lane: Lane,
    header: Header,
    /// Goes before the payload.
    prefix: Vec<u8>,
    payload: Bytes,
    begun: bool,
}

impl Large {
    fn len(&self) -> usize {
        self.prefix.len() + self.payload.len() + HEADER
    }
}

/// What became of a message that is not wanted any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Removed {
    /// None of it had gone.
    Whole,
    /// The peer has its beginning.
    Begun,
    /// It had gone.
    Nothing,
}

/// Most bytes of large messages that are handed over at once: small messages that come meanwhile wait for
/// so much.
const BATCH: usize = 256 * 1024;

/// Buffers that have grown beyond this are not kept.
const KEEP: usize = 256 * 1024;

impl Outbox {
    /// Bytes that wait.
    pub(super) fn len(&self) -> usize {
        self.control.len() + self.small.len() + self.large_bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether messages of a lane wait behind, or as, a large one.
    fn holds(&self, lane: Lane) -> bool {
        !self.large.is_empty() && self.waiting.contains_key(&lane)
    }

    /// A frame that nothing holds up.
    pub(super) fn control(&mut self, header: Header, payload: &[u8]) {
        let frame = Frame { header, payload };
        frame::write(&mut self.control, frame).expect("control is small");
    }

    /// A message of a lane. What ends a call also waits for the notifications before it.
    pub(super) fn message(
        &mut self,
        lane: Lane,
        header: Header,
        prefix: Vec<u8>,
        payload: Payload<'_>,
    ) {
        let ends = matches!(header.kind, Kind::Reply | Kind::Declared | Kind::Fault | Kind::End);
        let joins = self.holds(lane) || (ends && self.holds(Lane::Notifications));
        if joins || prefix.len() + payload.len() > MAX_PAYLOAD {
            let payload = payload.into_bytes();
            let large = Large { lane, header, prefix, payload, begun: false };
            self.large_bytes += large.len();
            *self.waiting.entry(lane).or_default() += 1;
            self.large.push_back(large);
            return;
        }
        let length = prefix.len() + payload.len();
        self.small.reserve(HEADER + length);
        frame::write_header(&mut self.small, header, length);
        if !prefix.is_empty() {
            self.small.extend_from_slice(&prefix);
        }
        self.small.extend_from_slice(&payload);
        self.put += (HEADER + length) as u64;
    }

    /// A place in the order of small messages, which comes after all that were put there.
    pub(super) fn mark(&self) -> u64 {
        self.put
    }

    /// Whether all before a mark has been handed over.
    pub(super) fn has_passed(&self, mark: u64) -> bool {
        self.taken >= mark
    }

    /// Takes out what waits in the second queue of a lane and belongs to one of these kinds. The peer must
    /// know, before it hears of another message in parts, that one which has begun does not go on.
    pub(super) fn remove(&mut self, lane: Lane, kinds: &[Kind]) -> Removed {
        self.remove_if(lane, |large| kinds.contains(&large.header.kind))
    }

    /// The same, but what has begun goes on.
    pub(super) fn remove_waiting(&mut self, lane: Lane, kind: Kind) {
        self.remove_if(lane, |large| large.header.kind == kind && !large.begun);
    }

    fn remove_if(&mut self, lane: Lane, goes: impl Fn(&Large) -> bool) -> Removed {
        if !self.holds(lane) {
            return Removed::Nothing;
        }
        let mut removed = Removed::Nothing;
        let (waiting, large_bytes) = (&mut self.waiting, &mut self.large_bytes);
        self.large.retain(|large| {
            if large.lane != lane || !goes(large) {
                return true;
            }
            if removed != Removed::Begun {
                removed = if large.begun { Removed::Begun } else { Removed::Whole };
            }
            *large_bytes -= large.len();
            leave(waiting, lane);
            false
        });
        removed
    }

    /// Drops all that waits.
    pub(super) fn clear(&mut self) {
        // What was dropped has not been handed over: marks keep their meaning.
        let (put, taken) = (self.put, self.taken);
        *self = Outbox { put, taken, ..Outbox::default() };
    }

    /// Hands over what goes next.
    pub(super) fn transmit(&mut self, to: &mut Transmit) {
        to.clear();
        if to.bytes.capacity() > KEEP {
            to.bytes = Vec::new();
        }
        // What was dropped is never handed over, so that this is not all that was put there.
        self.taken += self.small.len() as u64;
        if self.control.is_empty() {
            std::mem::swap(&mut to.bytes, &mut self.small);
        } else {
            to.bytes.append(&mut self.control);
            to.bytes.append(&mut self.small);
        }
        let mut room = BATCH;
        while let Some(large) = self.large.front_mut()
            && room > 0
        {
            let first = MAX_PAYLOAD.min(large.payload.len() + large.prefix.len());
            let body = first - large.prefix.len();
            let last = body == large.payload.len();
            let flags = large.header.flags;
            let flags = if last { flags } else { flags.with(Flags::MORE) };
            frame::write_header(&mut to.bytes, Header { flags, ..large.header }, first);
            to.bytes.append(&mut large.prefix);
            // The end of a stream has no bytes, and waits here like others.
            if body > 0 {
                to.bodies.push_back((to.bytes.len(), large.payload.split_to(body)));
            }
            large.begun = true;
            room = room.saturating_sub(first.max(1));
            self.large_bytes -= first;
            if last {
                self.large_bytes -= HEADER;
                leave(&mut self.waiting, large.lane);
                self.large.pop_front();
            }
        }
    }
}

fn leave(waiting: &mut HashMap<Lane, usize>, lane: Lane) {
    if let Some(count) = waiting.get_mut(&lane) {
        *count -= 1;
        if *count == 0 {
            waiting.remove(&lane);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: Lane = Lane::Call { id: 1, peer: false };

    fn header(kind: Kind, id: u64) -> Header {
        Header { kind, flags: Flags::NONE, method: 0, id }
    }

    /// The frames that go out at once, as kind, id, length and whether more follows.
    fn next(outbox: &mut Outbox) -> Vec<(Kind, u64, usize, bool)> {
        let mut transmit = Transmit::default();
        outbox.transmit(&mut transmit);
        let bytes = transmit.to_vec();
        let (mut rest, mut frames) = (&bytes[..], Vec::new());
        while let Some((frame, length)) = frame::read(rest).unwrap() {
            let Header { kind, id, flags, .. } = frame.header;
            frames.push((kind, id, frame.payload.len(), flags.has(Flags::MORE)));
            rest = &rest[length..];
        }
        assert!(rest.is_empty());
        frames
    }

    fn send(outbox: &mut Outbox, lane: Lane, kind: Kind, length: usize) {
        let id = if let Lane::Call { id, .. } = lane { id } else { 0 };
        let payload = Payload::Whole(vec![0; length].into());
        outbox.message(lane, header(kind, id), Vec::new(), payload);
    }

    #[test]
    fn small_messages_go_between_the_parts_of_a_large_one_and_control_before_all() {
        let mut outbox = Outbox::default();
        send(&mut outbox, CALL, Kind::Call, BATCH + 10);
        send(&mut outbox, Lane::Call { id: 2, peer: false }, Kind::Call, 5);
        outbox.control(header(Kind::Cancel, 7), &[]);
        let part = (Kind::Call, 1, MAX_PAYLOAD, true);
        let first = next(&mut outbox);
        assert_eq!(first[..2], [(Kind::Cancel, 7, 0, false), (Kind::Call, 2, 5, false)]);
        assert_eq!(first[2..], [part; 4]);
        send(&mut outbox, Lane::Call { id: 3, peer: false }, Kind::Call, 6);
        assert_eq!(next(&mut outbox), [(Kind::Call, 3, 6, false), (Kind::Call, 1, 10, false)]);
        assert!(outbox.is_empty());
    }

    #[test]
    fn nothing_overtakes_what_it_must_follow() {
        let mut outbox = Outbox::default();
        send(&mut outbox, Lane::Notifications, Kind::Notify, MAX_PAYLOAD + 1);
        send(&mut outbox, Lane::Notifications, Kind::Notify, 1);
        send(&mut outbox, Lane::Call { id: 5, peer: true }, Kind::Reply, 2);
        send(&mut outbox, CALL, Kind::Item, 3);
        let kinds: Vec<_> = next(&mut outbox).into_iter().map(|(kind, ..)| kind).collect();
        assert_eq!(kinds, [Kind::Item, Kind::Notify, Kind::Notify, Kind::Notify, Kind::Reply]);
    }

    #[test]
    fn what_is_taken_out_says_whether_the_peer_has_seen_of_it() {
        let mut outbox = Outbox::default();
        send(&mut outbox, CALL, Kind::Call, 2 * BATCH);
        send(&mut outbox, Lane::Call { id: 2, peer: false }, Kind::Call, 2 * BATCH);
        next(&mut outbox);
        assert_eq!(outbox.remove(CALL, &[Kind::Call]), Removed::Begun);
        let second = Lane::Call { id: 2, peer: false };
        assert_eq!(outbox.remove(second, &[Kind::Call]), Removed::Whole);
        assert_eq!(outbox.remove(second, &[Kind::Call]), Removed::Nothing);
        assert!(outbox.is_empty());
        assert_eq!(next(&mut outbox), []);
    }
}
