//! How does a message in several frames become one?

use crate::frame::{Flags, Frame, Header, Kind};
use crate::payload::{Payload, append};
use crate::violation::Violation;

/// The message whose last part has not come yet. There is one at most: a sender finishes what it has
/// begun in parts before it begins another.
#[derive(Debug, Default)]
pub(super) struct Partial(Option<(Header, Vec<u8>)>);

/// Room for a message in parts, whose size is known only at its end: as much as is seldom exceeded, and a
/// header that is read behind it, so that nothing is copied while it grows.
fn room(limit: usize) -> Vec<u8> {
    const ROOM: usize = 1024 * 1024 + 4096;
    Vec::with_capacity(ROOM.min(limit))
}

impl Partial {
    /// The message that a frame is, or completes.
    pub(super) fn add<'a>(
        &mut self,
        frame: Frame<'a>,
        limit: usize,
    ) -> Result<Option<Payload<'a>>, Violation> {
        let Header { kind, flags, .. } = frame.header;
        let header = Header { flags: flags.without(Flags::MORE), ..frame.header };
        let more = flags.has(Flags::MORE);
        let too_large = Violation::TooLarge { kind, limit };
        match &mut self.0 {
            Some((begun, bytes)) if belongs(begun, &header) => {
                if *begun != header {
                    return Err(Violation::Interleaved(kind));
                }
                if bytes.len() + frame.payload.len() > limit {
                    return Err(too_large);
                }
                append(bytes, frame.payload);
                if more {
                    return Ok(None);
                }
                let whole = self.0.take().map(|(_, bytes)| bytes);
                Ok(whole.map(|mut bytes| {
                    if bytes.len() < bytes.capacity() / 2 {
                        bytes.shrink_to_fit();
                    }
                    Payload::Whole(bytes.into())
                }))
            }
            _ if frame.payload.len() > limit => Err(too_large),
            _ if !more => Ok(Some(Payload::Here(frame.payload))),
            Some(_) => Err(Violation::Interleaved(kind)),
            None => {
                let mut bytes = room(limit);
                append(&mut bytes, frame.payload);
                self.0 = Some((header, bytes));
                Ok(None)
            }
        }
    }

    /// Lends what there is of the message to which a frame belongs, and what has come of that frame, for
    /// the rest to be put behind it. `limit` is that of all of the message. `None` for a frame that is a
    /// whole message.
    pub(super) fn lend(&mut self, header: &Header, come: &[u8], limit: usize) -> Option<Vec<u8>> {
        let mut lent = match &mut self.0 {
            Some((begun, bytes)) if belongs(begun, header) => std::mem::take(bytes),
            None if header.flags.has(Flags::MORE) => {
                let flags = header.flags.without(Flags::MORE);
                self.0 = Some((Header { flags, ..*header }, Vec::new()));
                room(limit)
            }
            _ => return None,
        };
        append(&mut lent, come);
        Some(lent)
    }

    /// Takes back what was lent, unless it is not wanted any more.
    pub(super) fn take_back(&mut self, header: &Header, lent: Vec<u8>) {
        if let Some((begun, bytes)) = &mut self.0
            && belongs(begun, header)
        {
            *bytes = lent;
        }
    }

    /// How much of this message there is.
    pub(super) fn length(&self, frame: &Frame<'_>) -> usize {
        match &self.0 {
            Some((begun, bytes)) if belongs(begun, &frame.header) => bytes.len(),
            _ => 0,
        }
    }

    /// Bytes that are kept of it.
    pub(super) fn kept(&self) -> usize {
        self.0.as_ref().map_or(0, |(_, bytes)| bytes.len())
    }

    /// Forgets the message in parts, if it is one of this kind and call.
    pub(super) fn forget(&mut self, kind: Kind, id: u64, peer: bool) -> bool {
        let found = self.0.as_ref().is_some_and(|(begun, _)| {
            begun.kind == kind && begun.id == id && begun.flags.has(Flags::PEER) == peer
        });
        if found {
            self.0 = None;
        }
        found
    }
}

/// Whether two frames can only be parts of one message.
fn belongs(begun: &Header, next: &Header) -> bool {
    let peer = |header: &Header| header.flags.has(Flags::PEER);
    begun.kind == next.kind && begun.id == next.id && peer(begun) == peer(next)
}
