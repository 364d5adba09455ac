//! How much is too much?

use std::time::Duration;

/// What a backend accepts. Every limit can be changed on [`BackendBuilder::limits`].
///
/// [`BackendBuilder::limits`]: crate::rpc::BackendBuilder::limits
///
/// ```
/// use traitwire::rpc::Limits;
///
/// let limits = Limits { max_body: 16 * 1024 * 1024, ..Limits::default() };
/// ```
#[cfg(feature = "__backend")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest body of a request, in bytes. Default 4 MiB, as in gRPC and Connect.
    pub max_body: usize,
    /// Longest path and query of a request, in bytes. Default 8 KiB.
    pub max_url: usize,
    /// How long a call with one reply may take if its request does not say, and how long a stream
    /// may take to begin: until its caller is known and its arguments are there. Default 30 s.
    pub default_deadline: Duration,
    /// The longest that a call with one reply may ask for; more is cut down to it. Default 10 min.
    pub max_deadline: Duration,
    /// How many calls with one reply may be in flight at once, from the judgement of their heads to
    /// the ends of their handlers. One more is refused as [`Overloaded`], before its body is read.
    /// Default 1,024.
    ///
    /// [`Overloaded`]: crate::FaultKind::Overloaded
    pub max_calls: usize,
    /// How many streams may be open at once; they do not count as calls. Default 1,024.
    pub max_streams: usize,
}

#[cfg(feature = "__backend")]
impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_body: 4 * 1024 * 1024,
            max_url: 8 * 1024,
            default_deadline: DEFAULT_DEADLINE,
            max_deadline: Duration::from_mins(10),
            max_calls: 1024,
            max_streams: 1024,
        }
    }
}

/// How long a call with one reply may take unless it says otherwise.
pub(crate) const DEFAULT_DEADLINE: Duration = Duration::from_secs(30);

/// Largest reply and largest item that a frontend takes, in bytes: 64 MiB, for a backend may send
/// more than it accepts, but not without end.
#[cfg(feature = "__http-client")]
pub(crate) const MAX_REPLY: usize = 64 * 1024 * 1024;
