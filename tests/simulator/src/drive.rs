//! How is a connection driven? As whoever has a socket would do it.

use std::io::IoSlice;

use bytes::Bytes;
use traitwire_protocol::frame::{self, Flags, Frame, HEADER, Header, Kind};
use traitwire_protocol::{MAX_GREETING, Time, Violation};

use crate::plan::{Fate, body};
use crate::world::{Lent, World};

impl World {
    /// Says the first hello at both ends.
    pub(crate) fn greet(&mut self) {
        for end in 0..2 {
            if self.plan.fate == Fate::Mute && end == self.plan.whom {
                self.ends[end].mute = true;
                continue;
            }
            let length = [0, 2, 100, MAX_GREETING][self.rng.usize(..4)];
            self.ends[end].machine.hello(&body(1, length));
        }
    }

    /// Takes what an end says to the pipe, up to so many bytes. How many there were.
    pub(crate) fn write(&mut self, from: usize, most: usize) -> usize {
        let (end, pipe) = (&mut self.ends[from], &mut self.pipes[from]);
        if pipe.closed {
            return 0;
        }
        if end.transmit.is_empty() {
            let wants = end.machine.wants_transmit();
            let given = end.machine.poll_transmit(&mut end.transmit);
            hold!(8, wants == given, "end {from} does not say whether it has something to say");
            if !given {
                // Who has said its last hangs up.
                pipe.closed = end.down && end.machine.is_over();
                return 0;
            }
        }
        let most = most.min(pipe.room());
        let mut places = [IoSlice::new(&[]); 4];
        let count = end.transmit.slices(&mut places);
        hold!(8, count > 0, "end {from} has something to say, and it has no bytes");
        let mut taken = 0;
        for part in &places[..count] {
            let part = &part[..part.len().min(most - taken)];
            pipe.write(self.now, part);
            taken += part.len();
        }
        if taken == 0 {
            end.machine.handle_blocked(self.now);
            end.blocked = true;
        } else {
            end.transmit.advance(taken);
            end.machine.handle_progress();
            end.blocked = false;
        }
        self.tally.bytes += taken as u64;
        taken
    }

    /// Hands an end up to so many bytes of what has arrived. How many there were.
    pub(crate) fn read(&mut self, to: usize, most: usize) -> usize {
        let pipe = &mut self.pipes[1 - to];
        let count = pipe.ready(self.now).min(most);
        let mut bytes = std::mem::take(&mut self.ends[to].received);
        if count == 0 {
            let hung_up = pipe.closed && pipe.len() == 0;
            self.ends[to].received = bytes;
            if hung_up && !self.ends[to].down {
                self.take_down(to);
                // Whoever drove it is done with it.
                self.ends[to].deaf = true;
                self.pipes[to].closed = true;
            }
            return 0;
        }
        pipe.read(count, &mut bytes);
        let mut at = 0;
        while !self.ends[to].deaf {
            let event = if let Some(lent) = self.ends[to].lent.take() {
                let Some(whole) = self.fill(to, lent, &bytes, &mut at) else { break };
                self.ends[to].machine.handle_lent(self.now, whole.header, whole.bytes)
            } else {
                self.lend(to, &bytes, &mut at);
                if self.ends[to].lent.is_some() {
                    continue;
                }
                match frame::read(&bytes[at..]) {
                    Ok(Some((frame, length))) => {
                        at += length;
                        self.ends[to].machine.handle(self.now, frame)
                    }
                    Ok(None) => break,
                    Err(malformed) => Err(malformed.into()),
                }
            };
            match event {
                Ok(Some(event)) => self.told(to, event),
                Ok(None) => {}
                Err(violation) => self.violated(to, violation),
            }
            self.notice(to);
        }
        if self.ends[to].deaf {
            bytes.clear();
        } else {
            bytes.drain(..at);
        }
        self.ends[to].received = bytes;
        count
    }

    /// Has a frame that is not all there put to where it stays, now and then.
    fn lend(&mut self, to: usize, bytes: &[u8], at: &mut usize) {
        let Ok(Some((header, missing))) = frame::read_head(&bytes[*at..]) else { return };
        let whole = bytes.len() - *at - HEADER >= missing;
        if whole && self.rng.bool() {
            return;
        }
        let come = &bytes[*at + HEADER..];
        let come = &come[..missing.min(come.len())];
        if let Some(bytes) = self.ends[to].machine.lend(&header, come) {
            *at += HEADER + come.len();
            let missing = missing - come.len();
            self.ends[to].lent = Some(Lent { header, bytes, missing });
        }
    }

    /// Puts what has come of such a frame there; all of it, once it is.
    fn fill(&mut self, to: usize, mut lent: Lent, bytes: &[u8], at: &mut usize) -> Option<Lent> {
        let count = lent.missing.min(bytes.len() - *at);
        lent.bytes.extend_from_slice(&bytes[*at..*at + count]);
        *at += count;
        lent.missing -= count;
        if lent.missing == 0 {
            return Some(lent);
        }
        self.ends[to].lent = Some(lent);
        None
    }

    /// Does what is due at both ends.
    pub(crate) fn timeouts(&mut self) {
        for end in 0..2 {
            for round in 0.. {
                hold!(8, round < 1000, "end {end} has always something that is due");
                if self.ends[end].deaf {
                    break;
                }
                match self.ends[end].machine.handle_timeout(self.now) {
                    Ok(Some(event)) => self.told(end, event),
                    Ok(None) => {
                        let next = self.ends[end].machine.next_timeout();
                        let later = next.is_none_or(|next| next > self.now);
                        hold!(8, later, "end {end} has done all, but something is due");
                        break;
                    }
                    Err(violation) => self.violated(end, violation),
                }
                self.notice(end);
            }
            self.notice(end);
            self.check_deadlines(end);
        }
    }

    /// Lets so much time pass, and what is due be done when it is.
    pub(crate) fn pass(&mut self, time: Time) {
        let until = self.now + time;
        loop {
            let next = self.next_timeout().filter(|next| *next <= until);
            self.now = next.unwrap_or(until).max(self.now);
            self.timeouts();
            if next.is_none() {
                return;
            }
        }
    }

    fn next_timeout(&self) -> Option<Time> {
        let ends = self.ends.iter().filter(|end| !end.deaf);
        ends.filter_map(|end| end.machine.next_timeout()).min()
    }

    /// Lets bytes go as far as they can without any time.
    pub(crate) fn flow(&mut self) {
        self.flowed = self.now;
        loop {
            let mut moved = 0;
            for end in 0..2 {
                moved += self.write(end, usize::MAX) + self.read(end, usize::MAX);
            }
            if moved == 0 {
                return;
            }
        }
    }

    /// A frame that the peer of whoever hears it has not sent.
    pub(crate) fn inject(&mut self, from: usize) {
        if !self.ends[from].transmit.is_empty() || self.pipes[from].closed {
            return;
        }
        let kind = Kind::ALL[self.rng.usize(..Kind::ALL.len())];
        let mut flags = Flags::NONE;
        for flag in [Flags::MORE, Flags::PEER, Flags::JSON, Flags::DEADLINE, Flags::CONTEXT] {
            if self.rng.u8(..4) == 0 {
                flags = flags.with(flag);
            }
        }
        let own = self.rng.usize(..2);
        let known: Vec<u64> = self.ends[own].ids.iter().copied().collect();
        let id = match self.rng.u8(..4) {
            0 => 0,
            1 => self.rng.u64(1..100),
            _ => self.rng.choice(known).unwrap_or(1),
        };
        let method = if self.rng.bool() { 0 } else { self.rng.u16(..6) };
        let length = if self.rng.bool() { 4 } else { self.rng.usize(..100) };
        let mut bytes = Vec::new();
        let header = Header { kind, flags, method, id };
        let payload = vec![self.rng.u8(..3); length];
        frame::write(&mut bytes, Frame { header, payload: &payload }).expect("it is small");
        if bytes.len() <= self.pipes[from].room() {
            self.pipes[from].write(self.now, &bytes);
        }
    }

    pub(crate) fn close(&mut self, whom: usize) {
        let end = &mut self.ends[whom];
        if end.closing.is_none() {
            end.closing = Some(self.now);
            end.machine.close(self.now, Bytes::from_static(b"{}"));
            self.notice(whom);
        }
    }

    pub(crate) fn abort(&mut self, whom: usize) {
        self.ends[whom].machine.abort(Bytes::from_static(b"{}"));
        self.notice(whom);
    }

    fn violated(&mut self, end: usize, violation: Violation) {
        let fate = self.plan.fate;
        let expected = match violation {
            Violation::Stalled | Violation::Silent => matches!(fate, Fate::Stall | Fate::Lost),
            Violation::NoHello => {
                matches!(fate, Fate::Mute | Fate::Refuse | Fate::Stall | Fate::Lost)
            }
            _ => false,
        };
        hold!(12, expected || !self.fair, "end {end} says of a peer that is fair: {violation}");
        self.ends[end].deaf = true;
        self.abort(end);
    }

    /// Sees whether the pair has ended.
    fn notice(&mut self, end: usize) {
        if self.ends[end].machine.is_over() && !self.ends[end].down {
            self.take_down(end);
        }
    }
}
