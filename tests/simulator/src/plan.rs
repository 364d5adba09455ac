//! What does chance decide for a schedule before it begins?

use std::time::Duration;

use traitwire_protocol::{Limits, Time};

/// What becomes of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// All that was begun ends, and then the pair is closed.
    Settle,
    /// One end closes it in the middle.
    Close,
    /// Both do.
    CloseBoth,
    /// One end ends it at once.
    Abort,
    /// The transport ends.
    Cut,
    /// What one end says, or what both say, is lost from some moment on.
    Lost,
    /// One end reads nothing more.
    Stall,
    /// Bits turn over, and frames come that nobody has sent.
    Corrupt,
    /// One end never says anything.
    Mute,
    /// One end does not let the other in.
    Refuse,
}

#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) fate: Fate,
    /// When it comes.
    pub(crate) at: usize,
    /// Whom it concerns first.
    pub(crate) whom: usize,
    pub(crate) steps: usize,
    /// The handshake is over before the first step.
    pub(crate) met: bool,
    pub(crate) limits: [Limits; 2],
    /// The ends lower their limits to each other's when they open.
    pub(crate) agree: bool,
    pub(crate) capacity: usize,
    pub(crate) delay: Time,
    /// So many bytes of large messages may be sent.
    pub(crate) large: usize,
    /// Of a hundred steps, so many let time pass.
    pub(crate) hurry: u8,
    /// Of a hundred things that the applications do, so many begin something.
    pub(crate) begin: u8,
    /// Of a hundred calls, so many have a deadline.
    pub(crate) deadlines: u8,
    /// Of a hundred handlers that are not wanted any more, so many stay for a while.
    pub(crate) detached: u8,
}

impl Plan {
    pub(crate) fn new(rng: &mut fastrand::Rng) -> Plan {
        let fate = match rng.u8(..100) {
            0..=39 => Fate::Settle,
            40..=55 => Fate::Close,
            56..=59 => Fate::CloseBoth,
            60..=67 => Fate::Abort,
            68..=75 => Fate::Cut,
            76..=82 => Fate::Lost,
            83..=87 => Fate::Stall,
            88..=97 => Fate::Corrupt,
            98 => Fate::Mute,
            _ => Fate::Refuse,
        };
        let steps = if rng.u8(..10) == 0 { rng.usize(200..600) } else { rng.usize(20..200) };
        let large = if rng.u8(..4) == 0 { 1 << rng.u32(17..22) } else { 0 };
        let delay = [0, 0, 1, 30, 200][rng.usize(..5)];
        let small_pipe = large == 0 && delay == 0;
        let capacity = if small_pipe { 1 << rng.u32(4..12) } else { 1 << rng.u32(17..19) };
        let capacity = if fate == Fate::Stall { 4096.min(capacity) } else { capacity };
        let keep_alive = rng.bool().then(|| Duration::from_secs(rng.u64(5..=10)));
        let few = rng.bool();
        // Both ends allow the same, as a rule.
        let (same, agree) = (rng.u8(..4) > 0, rng.bool());
        let mut first = limits(rng, few, keep_alive);
        let mut second = if same { first.clone() } else { limits(rng, few, keep_alive) };
        if !agree {
            first.max_message = first.max_message.min(second.max_message);
            second.max_message = first.max_message;
        }
        Plan {
            fate,
            at: rng.usize(..steps),
            whom: rng.usize(..2),
            steps,
            met: rng.u8(..6) > 0,
            limits: [first, second],
            agree,
            capacity,
            delay: Duration::from_millis(delay),
            large,
            hurry: [2, 5, 20][rng.usize(..3)],
            begin: [10, 25, 60][rng.usize(..3)],
            deadlines: [0, 10, 60][rng.usize(..3)],
            detached: [0, 20, 100][rng.usize(..3)],
        }
    }
}

fn limits(rng: &mut fastrand::Rng, few: bool, keep_alive: Option<Duration>) -> Limits {
    Limits {
        max_calls: if few { rng.usize(1..6) } else { 64 },
        max_streams: if few { rng.usize(1..4) } else { 32 },
        max_message: if rng.u8(..3) == 0 { 1 << rng.u32(6..18) } else { 512 * 1024 },
        max_queue: 1 << rng.u32(5..20),
        keep_alive,
        hello_timeout: Duration::from_secs([5, 20][rng.usize(..2)]),
        ..Limits::default()
    }
}

/// Bytes of which no part is like another.
pub(crate) fn noise() -> &'static [u8] {
    static NOISE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    NOISE.get_or_init(|| {
        let mut rng = fastrand::Rng::with_seed(7);
        (0..(2 << 20)).map(|_| rng.u8(..)).collect()
    })
}

/// A payload of so many bytes that belongs to a tag alone: it begins with it, if there is room.
pub(crate) fn body(tag: u64, length: usize) -> Vec<u8> {
    let mut body = Vec::with_capacity(length);
    let tag_bytes = tag.to_le_bytes();
    body.extend_from_slice(&tag_bytes[..length.min(8)]);
    body.extend_from_slice(rest(tag, length));
    body
}

/// Whether a payload is that of a tag.
pub(crate) fn is_body(payload: &[u8], tag: u64, length: usize) -> bool {
    payload.len() == length
        && payload[..length.min(8)] == tag.to_le_bytes()[..length.min(8)]
        && payload[length.min(8)..] == *rest(tag, length)
}

/// The tag of a payload that is long enough to have one.
pub(crate) fn tag(payload: &[u8]) -> Option<u64> {
    payload.first_chunk().map(|tag| u64::from_le_bytes(*tag))
}

fn rest(tag: u64, length: usize) -> &'static [u8] {
    let from = usize::try_from(tag % 4093).unwrap_or(0);
    &noise()[from..from + length.saturating_sub(8)]
}
