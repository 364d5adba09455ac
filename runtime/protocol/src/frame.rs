//! How does a frame look in bytes, and which bytes are one?
//!
//! ```text
//! 0        4      5       6        8          16
//! | length | kind | flags | method | id       | payload ..
//! ```
//!
//! All numbers are little-endian; the length counts what follows it. `docs/protocol.md` says what each
//! kind is for.

use std::fmt;

/// Bytes of a frame before its payload.
pub const HEADER: usize = 16;

/// Bytes of the length, which do not count in it.
const LENGTH: usize = 4;

/// Most bytes of a payload. What is larger crosses in several frames, so that a small call never waits
/// long behind it.
pub const MAX_PAYLOAD: usize = 64 * 1024;

/// Ids are smaller than this: JavaScript's numbers hold them exactly.
pub const MAX_ID: u64 = 1 << 53;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A step of the handshake.
    Hello = 1,
    /// Calls a method.
    Call = 2,
    /// The value that ends a call.
    Reply = 3,
    /// The declared error that ends a call, or its stream of items.
    Declared = 4,
    /// The fault that ends a call, or its stream of items.
    Fault = 5,
    /// Calls a method that has no reply.
    Notify = 6,
    /// An item of a stream.
    Item = 7,
    /// No item of the stream follows.
    End = 8,
    /// Nobody waits for the end of the call any more.
    Cancel = 9,
    /// So many more bytes of a stream are welcome.
    Credit = 10,
    /// Asks for a sign of life.
    Ping = 11,
    /// A sign of life.
    Pong = 12,
    /// The last frame of an end.
    Goodbye = 13,
}

/// What of a header means something for a kind.
struct Rules {
    /// The flags that it may have.
    flags: u8,
    id: IdRule,
    method: bool,
}

/// Which ids a kind may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum IdRule {
    /// That of a call.
    Call,
    /// That of a call, or 0 for what belongs to none.
    CallOrNone,
    /// Any number.
    Any,
    None,
}

impl Kind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Kind; 13] = [
        Kind::Hello,
        Kind::Call,
        Kind::Reply,
        Kind::Declared,
        Kind::Fault,
        Kind::Notify,
        Kind::Item,
        Kind::End,
        Kind::Cancel,
        Kind::Credit,
        Kind::Ping,
        Kind::Pong,
        Kind::Goodbye,
    ];

    #[inline]
    fn of(number: u8) -> Option<Kind> {
        let position = usize::from(number).checked_sub(1)?;
        Kind::ALL.get(position).copied()
    }

    #[inline]
    fn rules(self) -> Rules {
        const MORE: u8 = Flags::MORE.0;
        const PEER: u8 = Flags::PEER.0;
        const CALL: u8 = MORE | Flags::JSON.0 | Flags::HEAD.0;
        let (flags, id, method) = match self {
            Kind::Hello | Kind::Goodbye => (MORE, IdRule::None, false),
            Kind::Call => (CALL, IdRule::Call, true),
            Kind::Notify => (CALL, IdRule::None, true),
            Kind::Reply | Kind::Declared | Kind::Fault | Kind::Item => {
                (MORE | PEER | Flags::JSON.0, IdRule::Call, false)
            }
            Kind::End | Kind::Cancel => (PEER, IdRule::Call, false),
            Kind::Credit => (PEER, IdRule::CallOrNone, false),
            Kind::Ping | Kind::Pong => (0, IdRule::Any, false),
        };
        Rules { flags, id, method }
    }
}

/// What else there is to a frame.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flags(u8);

impl Flags {
    /// The payload goes on in the next frame of this kind and id.
    pub const MORE: Flags = Flags(0x01);
    /// The id is that of a call which the receiver of this frame has made.
    pub const PEER: Flags = Flags(0x02);
    /// The payload is JSON; without, it is compact.
    pub const JSON: Flags = Flags(0x04);
    /// The payload begins with the time that the call has.
    pub const DEADLINE: Flags = Flags(0x08);
    /// Then comes its place in a trace.
    pub const TRACE: Flags = Flags(0x10);
    /// Then comes the call of the receiver's in whose handler this one is made.
    pub const WITHIN: Flags = Flags(0x20);
    /// Then comes what a request of RPC says of itself.
    pub const CONTEXT: Flags = Flags(0x40);

    /// Those of which each stands for something before the arguments.
    pub(crate) const HEAD: Flags =
        Flags::DEADLINE.with(Flags::TRACE).with(Flags::WITHIN).with(Flags::CONTEXT);

    /// None of them.
    pub const NONE: Flags = Flags(0);

    /// Both.
    #[must_use]
    pub const fn with(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// The byte that they are.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Without those of `other`.
    #[must_use]
    pub(crate) const fn without(self, other: Flags) -> Flags {
        Flags(self.0 & !other.0)
    }

    /// Whether some of `other` are there.
    pub(crate) const fn has_any(self, other: Flags) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether all of `other` are there.
    pub const fn has(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A frame without its payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// What it is.
    pub kind: Kind,
    /// What else there is to it.
    pub flags: Flags,
    /// The number of the called method, as the handshake has settled it; 0 where none is called.
    pub method: u16,
    /// The id of the call that it belongs to; 0 where it belongs to none.
    pub id: u64,
}

/// A frame, its payload where it was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// All but the payload.
    pub header: Header,
    /// At most [`MAX_PAYLOAD`] bytes.
    pub payload: &'a [u8],
}

/// Writes a frame.
///
/// # Errors
/// [`Oversized`] if the payload is larger than [`MAX_PAYLOAD`]; nothing is written then.
pub fn write(to: &mut Vec<u8>, frame: Frame<'_>) -> Result<(), Oversized> {
    let payload = frame.payload.len();
    if payload > MAX_PAYLOAD {
        return Err(Oversized { payload });
    }
    write_header(to, frame.header, payload);
    to.extend_from_slice(frame.payload);
    Ok(())
}

/// Writes the header of a frame whose payload, of so many bytes, is written after it. There are at most
/// [`MAX_PAYLOAD`].
pub(crate) fn write_header(to: &mut Vec<u8>, header: Header, payload: usize) {
    debug_assert!(payload <= MAX_PAYLOAD);
    let length = u32::try_from(HEADER - LENGTH + payload).unwrap_or(u32::MAX);
    let Header { kind, flags, method, id } = header;
    // All at once: an item may be no larger than this.
    let mut bytes = [0; HEADER];
    bytes[..LENGTH].copy_from_slice(&length.to_le_bytes());
    (bytes[4], bytes[5]) = (kind as u8, flags.0);
    bytes[6..8].copy_from_slice(&method.to_le_bytes());
    bytes[8..].copy_from_slice(&id.to_le_bytes());
    to.extend_from_slice(&bytes);
}

/// A payload that does not fit one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Oversized {
    /// Its size in bytes.
    pub payload: usize,
}

impl fmt::Display for Oversized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Oversized { payload } = self;
        write!(
            f,
            "{payload} bytes do not fit one frame, which has {MAX_PAYLOAD}; send them in parts"
        )
    }
}

impl std::error::Error for Oversized {}

/// The frame that bytes begin with, and how many of them it takes; `None` as long as it is not all there.
///
/// What has come of a frame is judged at once: a length that lies is found before anything is kept for
/// it.
///
/// ```
/// use traitwire_protocol::frame::{self, Flags, Frame, Header, Kind};
///
/// let header = Header { kind: Kind::Call, flags: Flags::NONE, method: 3, id: 1 };
/// let mut bytes = Vec::new();
/// frame::write(&mut bytes, Frame { header, payload: b"hi" })?;
/// let (read, length) = frame::read(&bytes)?.expect("all of it is there");
/// assert_eq!((read.header, read.payload, length), (header, &b"hi"[..], bytes.len()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Malformed`]: no frame begins so, whatever else comes. The connection cannot be used any more.
#[inline]
pub fn read(bytes: &[u8]) -> Result<Option<(Frame<'_>, usize)>, Malformed> {
    let Some((length, rest)) = bytes.split_first_chunk::<LENGTH>() else { return Ok(None) };
    let length = check_length(*length)?;
    let Some((header, rest)) = rest.split_first_chunk::<{ HEADER - LENGTH }>() else {
        return Ok(None);
    };
    let header = read_header(*header)?;
    let Some(payload) = rest.get(..length - (HEADER - LENGTH)) else { return Ok(None) };
    Ok(Some((Frame { header, payload }, LENGTH + length)))
}

/// The header that bytes begin with, and how long its payload is; `None` if it is not all there.
///
/// # Errors
/// As [`read`].
pub fn read_head(bytes: &[u8]) -> Result<Option<(Header, usize)>, Malformed> {
    let Some((head, _)) = bytes.split_first_chunk::<HEADER>() else { return Ok(None) };
    let Some((length, rest)) = head.split_first_chunk::<LENGTH>() else { return Ok(None) };
    let length = check_length(*length)?;
    let Some((header, _)) = rest.split_first_chunk::<{ HEADER - LENGTH }>() else {
        return Ok(None);
    };
    Ok(Some((read_header(*header)?, length - (HEADER - LENGTH))))
}

#[inline]
fn check_length(bytes: [u8; LENGTH]) -> Result<usize, Malformed> {
    let length = u32::from_le_bytes(bytes) as usize;
    if (HEADER - LENGTH..=HEADER - LENGTH + MAX_PAYLOAD).contains(&length) {
        Ok(length)
    } else {
        Err(Malformed::Length(length))
    }
}

#[inline]
fn read_header(bytes: [u8; HEADER - LENGTH]) -> Result<Header, Malformed> {
    let [kind, flags, low, high, id @ ..] = bytes;
    let (method, id) = (u16::from_le_bytes([low, high]), u64::from_le_bytes(id));
    let kind = Kind::of(kind).ok_or(Malformed::Kind(kind))?;
    let rules = kind.rules();
    if flags & !rules.flags != 0 {
        return Err(Malformed::Flags { kind, flags });
    }
    if method != 0 && !rules.method {
        return Err(Malformed::Method { kind, method });
    }
    let fits = match rules.id {
        IdRule::Call => id != 0,
        IdRule::CallOrNone | IdRule::Any => true,
        IdRule::None => id == 0,
    };
    if id >= MAX_ID || !fits {
        return Err(Malformed::Id { kind, id });
    }
    Ok(Header { kind, flags: Flags(flags), method, id })
}

/// Why bytes are no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// A length that no frame has.
    Length(usize),
    /// A kind that is unknown.
    Kind(u8),
    /// Flags that the kind does not have.
    Flags {
        /// The kind.
        kind: Kind,
        /// All flags.
        flags: u8,
    },
    /// A method where none is called.
    Method {
        /// The kind.
        kind: Kind,
        /// The method.
        method: u16,
    },
    /// An id that no call has, none where a call is meant, or one where none is.
    Id {
        /// The kind.
        kind: Kind,
        /// The id.
        id: u64,
    },
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LEAST: usize = HEADER - LENGTH;
        match self {
            Malformed::Length(length) => write!(
                f,
                "a frame of {length} bytes: it has {LEAST} to {} after its length",
                LEAST + MAX_PAYLOAD
            ),
            Malformed::Kind(kind) => {
                write!(f, "a frame of kind {kind}: there are 1 to {}", Kind::ALL.len())
            }
            Malformed::Flags { kind, flags } => {
                write!(f, "a {kind:?} with the flags {flags:#04x}, which it does not have")
            }
            Malformed::Method { kind, method } => {
                write!(f, "a {kind:?} with the method {method}: only Call and Notify have one")
            }
            Malformed::Id { kind, id } => write!(f, "a {kind:?} with the id {id}"),
        }
    }
}

impl std::error::Error for Malformed {}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of each kind, with all that it may have.
    fn frames() -> Vec<(Header, Vec<u8>)> {
        let full = |kind: Kind| {
            let rules = kind.rules();
            let id = if rules.id == IdRule::None { 0 } else { MAX_ID - 1 };
            let method = if rules.method { u16::MAX } else { 0 };
            Header { kind, flags: Flags(rules.flags), method, id }
        };
        let payload = |kind: Kind| vec![kind as u8; usize::from(kind as u8)];
        Kind::ALL.iter().map(|kind| (full(*kind), payload(*kind))).collect()
    }

    fn bytes(header: Header, payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut bytes, Frame { header, payload }).unwrap();
        bytes
    }

    #[test]
    fn what_is_written_is_read_wherever_it_is_split() {
        let mut stream = Vec::new();
        for (header, payload) in frames() {
            write(&mut stream, Frame { header, payload: &payload }).unwrap();
        }
        for split in 0..=stream.len() {
            let (mut received, mut read_so_far) = (stream[..split].to_vec(), Vec::new());
            for rest in [&[][..], &stream[split..]] {
                received.extend_from_slice(rest);
                while let Some((frame, length)) = read(&received).unwrap() {
                    read_so_far.push((frame.header, frame.payload.to_vec()));
                    received.drain(..length);
                }
            }
            assert_eq!(read_so_far, frames(), "split at {split}");
            assert!(received.is_empty());
        }
    }

    #[test]
    fn the_bytes_are_those_of_the_specification() {
        let header =
            Header { kind: Kind::Call, flags: Flags::DEADLINE, method: 0x0102, id: 0x03_0405 };
        let expected = [14, 0, 0, 0, 2, 8, 2, 1, 5, 4, 3, 0, 0, 0, 0, 0, b'h', b'i'];
        assert_eq!(bytes(header, b"hi"), expected);
    }

    #[test]
    fn b1_whatever_a_byte_becomes_it_is_a_frame_or_refused() {
        let mut rng = fastrand::Rng::with_seed(1);
        for (header, payload) in frames() {
            let sound = bytes(header, &payload);
            for at in 0..sound.len() {
                for value in 0..=u8::MAX {
                    let mut bytes = sound.clone();
                    bytes[at] = value;
                    if let Ok(Some((frame, length))) = read(&bytes) {
                        // What is taken for a frame is one: it is written as it was.
                        let mut again = Vec::new();
                        write(&mut again, frame).unwrap();
                        assert_eq!(again, bytes[..length]);
                    }
                }
            }
        }
        for _ in 0..100_000 {
            let noise: Vec<u8> = (0..rng.usize(0..40)).map(|_| rng.u8(..)).collect();
            let _ = read(&noise);
        }
    }

    #[test]
    fn b2_a_length_is_judged_before_anything_else_has_come() {
        let least = HEADER - LENGTH;
        for length in [0, least - 1, least + MAX_PAYLOAD + 1, u32::MAX as usize] {
            let bytes = u32::try_from(length).unwrap().to_le_bytes();
            assert_eq!(read(&bytes), Err(Malformed::Length(length)));
        }
        for length in [least, least + MAX_PAYLOAD] {
            let bytes = u32::try_from(length).unwrap().to_le_bytes();
            assert_eq!(read(&bytes), Ok(None));
        }
    }

    #[test]
    fn a_payload_of_the_limit_passes_and_one_byte_more_is_refused() {
        let header = Header { kind: Kind::Item, flags: Flags::NONE, method: 0, id: 1 };
        let fits = bytes(header, &vec![7; MAX_PAYLOAD]);
        assert_eq!(read(&fits).unwrap().unwrap().1, fits.len());
        let mut buffer = b"before".to_vec();
        let large = vec![7; MAX_PAYLOAD + 1];
        let refused = write(&mut buffer, Frame { header, payload: &large });
        assert_eq!(refused, Err(Oversized { payload: MAX_PAYLOAD + 1 }));
        assert_eq!(buffer, b"before");
    }

    #[test]
    fn what_a_kind_does_not_have_is_refused_with_the_reason() {
        let read_text = |header| match read(&bytes(header, b"")) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        };
        let call = Header { kind: Kind::Call, flags: Flags::NONE, method: 0, id: 1 };
        let ping = Header { kind: Kind::Ping, ..call };
        for (header, text) in [
            (call, ""),
            (ping, ""),
            (
                Header { flags: Flags::PEER, ..call },
                "a Call with the flags 0x02, which it does not have",
            ),
            (Header { id: 0, ..call }, "a Call with the id 0"),
            (Header { id: MAX_ID, ..ping }, "a Ping with the id 9007199254740992"),
            (Header { kind: Kind::Hello, ..call }, "a Hello with the id 1"),
            (
                Header { kind: Kind::Reply, method: 5, ..call },
                "a Reply with the method 5: only Call and Notify have one",
            ),
        ] {
            assert_eq!(read_text(header), text, "{header:?}");
        }
        let mut unknown = bytes(call, b"");
        unknown[4] = 14;
        let error = read(&unknown).unwrap_err();
        assert_eq!(error.to_string(), "a frame of kind 14: there are 1 to 13");
        assert_eq!(
            Malformed::Length(3).to_string(),
            "a frame of 3 bytes: it has 12 to 65548 after its length"
        );
    }
}
