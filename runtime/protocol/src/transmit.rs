//! Which bytes go out next?

use std::collections::VecDeque;
use std::io::IoSlice;

use bytes::{Buf, Bytes};

/// Bytes that are on their way out, in the order in which they go. Large payloads are not copied: they
/// go from where they lie.
#[derive(Debug, Default)]
pub struct Transmit {
    pub(crate) bytes: Vec<u8>,
    /// How much of `bytes` has gone.
    at: usize,
    /// Payloads, each with the place in `bytes` before which it goes.
    pub(crate) bodies: VecDeque<(usize, Bytes)>,
}

impl Transmit {
    /// Whether all has gone.
    pub fn is_empty(&self) -> bool {
        self.at == self.bytes.len() && self.bodies.is_empty()
    }

    /// What is left, in parts for a vectored write; as many as there is room for. How many there are.
    pub fn slices<'a>(&'a self, to: &mut [IoSlice<'a>]) -> usize {
        let mut places = to.iter_mut();
        let mut filled = 0;
        let mut put = |part: &'a [u8]| {
            if part.is_empty() {
                return true;
            }
            let Some(place) = places.next() else { return false };
            *place = IoSlice::new(part);
            filled += 1;
            true
        };
        let mut at = self.at;
        for (before, body) in &self.bodies {
            if !put(&self.bytes[at..*before]) || !put(body) {
                return filled;
            }
            at = *before;
        }
        put(&self.bytes[at..]);
        filled
    }

    /// What is left, copied.
    pub fn to_vec(&self) -> Vec<u8> {
        let (mut all, mut at) = (Vec::new(), self.at);
        for (before, body) in &self.bodies {
            all.extend_from_slice(&self.bytes[at..*before]);
            all.extend_from_slice(body);
            at = *before;
        }
        all.extend_from_slice(&self.bytes[at..]);
        all
    }

    /// So many bytes more have gone.
    ///
    /// # Panics
    /// If there were not so many.
    pub fn advance(&mut self, mut count: usize) {
        while count > 0 {
            let before = self.bodies.front().map_or(self.bytes.len(), |(before, _)| *before);
            if before > self.at {
                let step = count.min(before - self.at);
                self.at += step;
                count -= step;
                continue;
            }
            let (_, body) = self.bodies.front_mut().expect("so many bytes are left");
            let step = count.min(body.len());
            body.advance(step);
            count -= step;
            if body.is_empty() {
                self.bodies.pop_front();
            }
        }
    }

    /// Makes it ready to be filled anew.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.bodies.clear();
        self.at = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_goes_once_and_in_order_however_little_is_taken() {
        for step in 1..8 {
            for room in 1..5 {
                let mut transmit = Transmit {
                    bytes: b"abcde".to_vec(),
                    at: 0,
                    bodies: [(2, Bytes::from_static(b"123")), (2, Bytes::from_static(b"45"))]
                        .into(),
                };
                let mut gone = Vec::new();
                while !transmit.is_empty() {
                    let mut slices = vec![IoSlice::new(&[]); room];
                    let count = transmit.slices(&mut slices);
                    let slices = slices[..count].iter().map(|slice| &**slice);
                    let mut taken = slices.collect::<Vec<&[u8]>>().concat();
                    taken.truncate(step);
                    assert!(!taken.is_empty());
                    transmit.advance(taken.len());
                    gone.extend(taken);
                }
                assert_eq!(gone, b"ab12345cde", "{step} {room}");
            }
        }
    }
}
