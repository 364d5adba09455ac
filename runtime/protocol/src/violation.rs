//! How can a peer break the protocol?

use std::fmt;

use crate::frame::{Kind, Malformed};
use crate::limits::WINDOW;

/// What ends a pair that does not end well. Nothing of the connection can be used afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Violation {
    /// Bytes that are no frame.
    Malformed(Malformed),
    /// A frame that has no place before, in or after the handshake.
    OutOfPlace(Kind),
    /// A message that is larger than was agreed.
    TooLarge {
        /// The kind of its frames.
        kind: Kind,
        /// Most bytes that it may have.
        limit: usize,
    },
    /// A message in several frames that begins before the last such one has ended, or goes on as another.
    Interleaved(Kind),
    /// A method that was not agreed.
    Method(u16),
    /// A method that is notified though it has a reply, or called though it has none.
    OtherKind(u16),
    /// What a call is to bring along is not there.
    Head,
    /// An id that another call has.
    UsedId(u64),
    /// A frame for a call that does not wait for one.
    UnknownCall {
        /// What it was.
        kind: Kind,
        /// The id.
        id: u64,
    },
    /// More of a stream, or of notifications, than there was credit for.
    Overdraft,
    /// Credit for more than was sent, or none.
    Credit,
    /// Calls over the limit, from a peer that does not read what it is told.
    Deaf,
    /// More signs of life asked for than one each second.
    Pings,
    /// A hello that did not come in time.
    NoHello,
    /// No sign of life.
    Silent,
    /// A peer that takes nothing.
    Stalled,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Violation::Malformed(malformed) => malformed.fmt(f),
            Violation::OutOfPlace(kind) => write!(f, "a {kind:?} has no place here"),
            Violation::TooLarge { kind, limit } => {
                write!(f, "a {kind:?} of more than {limit} bytes")
            }
            Violation::Interleaved(kind) => {
                write!(f, "a {kind:?} in parts while another message in parts is not complete")
            }
            Violation::Method(number) => write!(f, "the method {number}, which was not agreed"),
            Violation::OtherKind(number) => {
                write!(f, "the method {number} is notified but has a reply, or the other way round")
            }
            Violation::Head => f.write_str("a call without what its flags announce"),
            Violation::UsedId(id) => write!(f, "a call with the id {id}, which another one has"),
            Violation::UnknownCall { kind, id } => {
                write!(f, "a {kind:?} for the call {id}, which waits for none")
            }
            Violation::Overdraft => {
                write!(f, "more items or notifications than the credit of {WINDOW} bytes allows")
            }
            Violation::Credit => f.write_str("credit for what was not sent"),
            Violation::Deaf => f.write_str("calls over the limit, and replies that are not read"),
            Violation::Pings => f.write_str("more than one ping each second"),
            Violation::NoHello => f.write_str("no hello came in time"),
            Violation::Silent => f.write_str("no sign of life"),
            Violation::Stalled => f.write_str("the peer has taken no byte for too long"),
        }
    }
}

impl std::error::Error for Violation {}

impl From<Malformed> for Violation {
    fn from(malformed: Malformed) -> Self {
        Violation::Malformed(malformed)
    }
}
