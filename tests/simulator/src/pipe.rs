//! How do bytes get from one end to the other?

use std::collections::VecDeque;

use traitwire_protocol::Time;

/// Bytes on their way from one end to the other, in order, as over a socket.
#[derive(Debug)]
pub(crate) struct Pipe {
    bytes: VecDeque<u8>,
    /// How many of them have arrived at which time.
    arrivals: VecDeque<(Time, usize)>,
    arrived: usize,
    capacity: usize,
    delay: Time,
    /// Until then its reader takes nothing.
    pub(crate) stalled: Time,
    /// What is written vanishes, as over a link that is down.
    pub(crate) lost: bool,
    /// Nothing is written any more.
    pub(crate) closed: bool,
}

impl Pipe {
    pub(crate) fn new(capacity: usize, delay: Time) -> Pipe {
        Pipe {
            bytes: VecDeque::new(),
            arrivals: VecDeque::new(),
            arrived: 0,
            capacity,
            delay,
            stalled: Time::ZERO,
            lost: false,
            closed: false,
        }
    }

    pub(crate) fn room(&self) -> usize {
        if self.lost { usize::MAX } else { self.capacity - self.bytes.len() }
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn write(&mut self, now: Time, bytes: &[u8]) {
        if self.lost || bytes.is_empty() {
            return;
        }
        self.bytes.extend(bytes);
        self.arrivals.push_back((now + self.delay, bytes.len()));
    }

    /// Makes one bit of what is under way another.
    pub(crate) fn corrupt(&mut self, rng: &mut fastrand::Rng) {
        let length = self.bytes.len();
        if length > 0 {
            // What was written last, as a rule: headers are there.
            let at = length - 1 - rng.usize(..length.min(24));
            self.bytes[at] ^= 1 << rng.u8(..8);
        }
    }

    /// How many bytes can be read.
    pub(crate) fn ready(&mut self, now: Time) -> usize {
        while let Some((_, count)) = self.arrivals.pop_front_if(|(time, _)| *time <= now) {
            self.arrived += count;
        }
        if self.stalled > now { 0 } else { self.arrived }
    }

    /// Reads so many bytes, which are ready.
    pub(crate) fn read(&mut self, count: usize, to: &mut Vec<u8>) {
        self.arrived -= count;
        let (first, second) = self.bytes.as_slices();
        let of_first = count.min(first.len());
        to.extend_from_slice(&first[..of_first]);
        to.extend_from_slice(&second[..count - of_first]);
        self.bytes.drain(..count);
    }

    /// When something can be read next.
    pub(crate) fn next(&self) -> Option<Time> {
        let arrival = if self.arrived > 0 { Time::ZERO } else { self.arrivals.front()?.0 };
        Some(arrival.max(self.stalled))
    }

    /// What is under way does not arrive, and nothing more does.
    pub(crate) fn cut(&mut self, keep: usize) {
        self.bytes.truncate(keep);
        self.arrivals.clear();
        self.arrived = self.bytes.len();
        self.closed = true;
    }
}
