//! How much is too much?

#[cfg(any(feature = "__frontend", feature = "__backend"))]
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
#[cfg(any(feature = "__frontend", feature = "__backend"))]
pub(crate) const DEFAULT_DEADLINE: Duration = Duration::from_secs(30);

/// Largest reply and largest item that a frontend takes, in bytes: 64 MiB, for a backend may send
/// more than it accepts, but not without end.
#[cfg(feature = "__http-client")]
pub(crate) const MAX_REPLY: usize = 64 * 1024 * 1024;

/// What is bounded by no field of a struct of limits. The guide's table is made of these and of those,
/// and a test takes both apart, so that nothing is bounded without a line there.
#[cfg(feature = "__backend")]
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Fixed {
    pub label: usize,
    pub trace_state: usize,
    pub depth: usize,
    pub stored_entries: usize,
    pub stored_bytes: usize,
    #[cfg(feature = "idempotency-sqlite")]
    pub database: usize,
    #[cfg(feature = "__http-client")]
    pub reply: usize,
    #[cfg(feature = "jwt")]
    pub token: usize,
    #[cfg(all(feature = "jwt", feature = "http-client"))]
    pub key_document: usize,
}

#[cfg(feature = "__backend")]
impl Fixed {
    /// As they are.
    pub const HERE: Fixed = Fixed {
        label: crate::labels::MAX_LABEL,
        trace_state: crate::trace::MAX_STATE,
        depth: crate::rpc::codec::MAX_DEPTH,
        stored_entries: crate::rpc::idempotency::MAX_ENTRIES,
        stored_bytes: crate::rpc::idempotency::MAX_BYTES,
        #[cfg(feature = "idempotency-sqlite")]
        database: crate::rpc::idempotency::MAX_SIZE,
        #[cfg(feature = "__http-client")]
        reply: MAX_REPLY,
        #[cfg(feature = "jwt")]
        token: crate::rpc::auth::MAX_TOKEN,
        #[cfg(all(feature = "jwt", feature = "http-client"))]
        key_document: crate::rpc::auth::MAX_DOCUMENT,
    };
}
