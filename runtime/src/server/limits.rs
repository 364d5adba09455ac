//! How much is too much for a server?

use std::time::Duration;

/// What a server accepts of its connections, and how long it waits. What a call may take is in
/// [`rpc::Limits`](crate::rpc::Limits).
///
/// ```
/// use traitwire::server::ServerLimits;
///
/// let limits = ServerLimits { max_connections: 10_000, ..ServerLimits::default() };
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerLimits {
    /// How many connections may be open. Default 1,024, the limit of files that a process of Linux
    /// usually has. One more is answered with 503 and `Retry-After: 1` without being read, or closed
    /// where TLS would have to be spoken.
    pub max_connections: usize,
    /// How long the head of a request may take: from the opening of the connection for the first, from
    /// its first byte for all others. Default 10 s; a head is one packet or two.
    pub head_timeout: Duration,
    /// How long a handshake of TLS may take. Default 10 s.
    pub tls_timeout: Duration,
    /// How often the files of a certificate are looked at. Default 1 min, as often as Kubernetes brings
    /// new secrets.
    pub tls_reload: Duration,
    /// How long a connection may be kept without a request. Default 60 s, as nginx keeps its own to
    /// backends: whoever is in front should give up first.
    pub idle_timeout: Duration,
    /// How long a peer may take no byte of what is to be sent. Default 30 s.
    pub write_timeout: Duration,
    /// Largest head of a request in bytes, path and headers. Default 32 KiB. HTTP/2 has
    /// [`h2_max_head`](Self::h2_max_head) besides. At least 8 KiB is allowed.
    pub max_head: usize,
    /// How many headers a request may have. Default 100, as hyper has it.
    pub max_headers: usize,
    /// How many calls may share a connection of HTTP/2. Default 100, the least that RFC 9113 §6.5.2
    /// recommends.
    pub h2_max_streams: u32,
    /// Largest list of headers on HTTP/2 in bytes, as RFC 9113 §6.5.2 counts them. Default 16 KiB, as
    /// hyper has it.
    pub h2_max_head: u32,
    /// How often a connection of HTTP/2 is pinged. Default 30 s.
    pub h2_ping_interval: Duration,
    /// How long the answer to such a ping may take before the peer counts as gone. Default 20 s, as
    /// gRPC and hyper have it.
    pub h2_ping_timeout: Duration,
    /// How long accepting pauses after it has failed, for want of files as a rule. Default 50 ms.
    pub accept_pause: Duration,
    /// How long a check of readiness may take. Default 1 s, as Kubernetes waits for a probe.
    pub ready_timeout: Duration,
    /// How long new connections are still accepted while `/readyz` already says 503, so that load
    /// balancers take notice. Default zero; behind one, a little more than period × failures of its
    /// probe.
    pub drain_delay: Duration,
    /// How long after that streams may go on before each is ended with a fault that says why. Default
    /// 5 s, half of [`drain_grace`](Self::drain_grace): time for one that ends by itself.
    pub drain_streams: Duration,
    /// How long after [`drain_delay`](Self::drain_delay) calls may take to finish, before they are cut.
    /// Default 10 s; Kubernetes kills 30 s after `SIGTERM`.
    pub drain_grace: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        ServerLimits {
            max_connections: 1024,
            head_timeout: Duration::from_secs(10),
            tls_timeout: Duration::from_secs(10),
            tls_reload: Duration::from_mins(1),
            idle_timeout: Duration::from_mins(1),
            write_timeout: Duration::from_secs(30),
            max_head: 32 * 1024,
            max_headers: 100,
            h2_max_streams: 100,
            h2_max_head: 16 * 1024,
            h2_ping_interval: Duration::from_secs(30),
            h2_ping_timeout: Duration::from_secs(20),
            accept_pause: Duration::from_millis(50),
            ready_timeout: Duration::from_secs(1),
            drain_delay: Duration::ZERO,
            drain_streams: Duration::from_secs(5),
            drain_grace: Duration::from_secs(10),
        }
    }
}

/// Least size of the buffer that hyper reads heads into.
pub(super) const LEAST_HEAD: usize = 8 * 1024;

/// How long a connection is kept for a request that may be on its way while the server drains. Longer
/// than a round trip to a load balancer nearby, shorter than anybody minds.
pub(super) const LINGER: Duration = Duration::from_millis(100);

/// How long the end of a response may be on its way on HTTP/2, where the peer says when it has room for
/// it: several times round the world.
pub(super) const FLIGHT: Duration = Duration::from_secs(1);
