//! What does a call bring along beside its arguments?

use std::ops::Deref;
use std::time::Duration;

use bytes::Bytes;

use crate::frame::{Flags, MAX_ID};
use crate::limits::MAX_CONTEXT;

/// What a call brings along beside its arguments: nothing, as a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// How long it may take from now on. It crosses in whole milliseconds, rounded up.
    pub deadline: Option<Duration>,
    /// Its place in a trace: 16 bytes for the trace, 8 for the span, one of flags, as in W3C's Trace
    /// Context.
    pub trace: Option<[u8; 25]>,
    /// The call of the receiver's in whose handler this one is made.
    pub within: Option<u64>,
    /// What a request of RPC says of itself, as JSON: at most [`MAX_CONTEXT`] bytes.
    pub context: Option<Bytes>,
}

/// A head as it has come. It is small, for it is moved about, and empty as a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReceivedHead(Option<Box<Head>>);

impl Deref for ReceivedHead {
    type Target = Head;

    fn deref(&self) -> &Head {
        static EMPTY: Head = Head { deadline: None, trace: None, within: None, context: None };
        self.0.as_deref().unwrap_or(&EMPTY)
    }
}

impl Head {
    pub(crate) fn flags(&self) -> Flags {
        let mut flags = Flags::NONE;
        for (there, flag) in [
            (self.deadline.is_some(), Flags::DEADLINE),
            (self.trace.is_some(), Flags::TRACE),
            (self.within.is_some(), Flags::WITHIN),
            (self.context.is_some(), Flags::CONTEXT),
        ] {
            if there {
                flags = flags.with(flag);
            }
        }
        flags
    }

    pub(crate) fn write(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Some(deadline) = self.deadline {
            bytes.extend_from_slice(&milliseconds(deadline).to_le_bytes());
        }
        if let Some(trace) = &self.trace {
            bytes.extend_from_slice(trace);
        }
        if let Some(within) = self.within {
            bytes.extend_from_slice(&within.to_le_bytes());
        }
        if let Some(context) = &self.context {
            let length = u16::try_from(context.len()).unwrap_or(u16::MAX);
            bytes.extend_from_slice(&length.to_le_bytes());
            bytes.extend_from_slice(context);
        }
        bytes
    }

    /// What a payload begins with, and how many bytes that takes; `None` if it is not so.
    pub(crate) fn read(flags: Flags, payload: &[u8]) -> Option<(ReceivedHead, usize)> {
        if !flags.has_any(Flags::HEAD) {
            return Some((ReceivedHead::default(), 0));
        }
        let mut head = Head::default();
        let mut rest = payload;
        if flags.has(Flags::DEADLINE) {
            let ms = u32::from_le_bytes(*take(&mut rest)?);
            head.deadline = Some(Duration::from_millis(ms.into()));
        }
        if flags.has(Flags::TRACE) {
            head.trace = Some(*take(&mut rest)?);
        }
        if flags.has(Flags::WITHIN) {
            let within = u64::from_le_bytes(*take(&mut rest)?);
            head.within = Some(within).filter(|id| (1..MAX_ID).contains(id));
            head.within?;
        }
        if flags.has(Flags::CONTEXT) {
            let length = usize::from(u16::from_le_bytes(*take(&mut rest)?));
            if length > MAX_CONTEXT || length > rest.len() {
                return None;
            }
            let (context, after) = rest.split_at(length);
            head.context = Some(Bytes::copy_from_slice(context));
            rest = after;
        }
        Some((ReceivedHead(Some(Box::new(head))), payload.len() - rest.len()))
    }
}

/// Rounded up, so that a call never has less time than it was given; at most 49 days.
fn milliseconds(time: Duration) -> u32 {
    u32::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(u32::MAX)
}

fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_what_is_cut_is_not() {
        let heads = [
            Head::default(),
            Head { deadline: Some(Duration::from_millis(1500)), ..Head::default() },
            Head { trace: Some([7; 25]), ..Head::default() },
            Head { within: Some(1), ..Head::default() },
            Head { context: Some(Bytes::from_static(b"{}")), ..Head::default() },
            Head {
                deadline: Some(Duration::ZERO),
                trace: Some([1; 25]),
                within: Some(MAX_ID - 1),
                context: Some(vec![b' '; MAX_CONTEXT].into()),
            },
        ];
        for head in heads {
            let mut bytes = head.write();
            let length = bytes.len();
            bytes.extend_from_slice(b"arguments");
            let (read, read_length) = Head::read(head.flags(), &bytes).unwrap();
            assert_eq!((&*read, read_length), (&head, length));
            for cut in 0..length {
                assert_eq!(Head::read(head.flags(), &bytes[..cut]), None, "{head:?} at {cut}");
            }
        }
    }

    #[test]
    fn a_deadline_is_rounded_up_and_one_without_end_is_the_longest() {
        assert_eq!(milliseconds(Duration::from_nanos(1)), 1);
        assert_eq!(milliseconds(Duration::from_millis(2)), 2);
        assert_eq!(milliseconds(Duration::MAX), u32::MAX);
    }

    #[test]
    fn a_call_within_none_and_a_context_over_the_limit_are_refused() {
        for id in [0, MAX_ID] {
            assert_eq!(Head::read(Flags::WITHIN, &u64::to_le_bytes(id)), None);
        }
        let mut context = u16::try_from(MAX_CONTEXT + 1).unwrap().to_le_bytes().to_vec();
        context.resize(2 + MAX_CONTEXT + 1, b' ');
        assert_eq!(Head::read(Flags::CONTEXT, &context), None);
    }
}
