//! How much is too much?

use std::time::Duration;

/// Bytes of a stream, each item with its header, that may be under way or wait for their reader. Both
/// ends know it, so that a stream can begin before any credit was given.
pub const WINDOW: usize = 256 * 1024;

/// Most bytes of a first hello: nothing is known yet of whoever sends it.
pub const MAX_GREETING: usize = 4 * 1024;

/// Most bytes of a second hello.
pub const MAX_INTRODUCTION: usize = 1024 * 1024;

/// Most bytes of what a request of RPC says of itself.
pub const MAX_CONTEXT: usize = 4 * 1024;

/// Least that [`Limits::max_message`] is: what an end says itself of a call that failed always fits.
pub const MIN_MESSAGE: usize = 256;

/// What an end allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of a message: arguments, a reply, an item. Default 16 MiB, and never less
    /// than [`MIN_MESSAGE`].
    pub max_message: usize,
    /// Most calls at once, in each direction. Default 256.
    pub max_calls: usize,
    /// Most of those that have a stream. Default 128.
    pub max_streams: usize,
    /// So many bytes may wait to be taken by the transport before callers wait in their turn, and as many
    /// more may be about to be written. Default 1 MiB. What is begun is finished, so that one message more
    /// may wait.
    pub max_queue: usize,
    /// How long each hello may take. Default 5 s.
    pub hello_timeout: Duration,
    /// After so much silence the peer is asked for a sign of life; after as much again it is taken for
    /// lost. Not less than 1 s, for a peer may not be asked more often. None by default: a local transport
    /// says itself when its other end is gone.
    pub keep_alive: Option<Duration>,
    /// A peer that takes no byte for so long is taken for lost. Default 30 s.
    pub stall_timeout: Duration,
    /// How long calls have to end once the pair is to be closed. Default 2 s.
    pub close_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            max_message: 16 * 1024 * 1024,
            max_calls: 256,
            max_streams: 128,
            max_queue: 1024 * 1024,
            hello_timeout: Duration::from_secs(5),
            keep_alive: None,
            stall_timeout: Duration::from_secs(30),
            close_timeout: Duration::from_secs(2),
        }
    }
}
