//! How does a stub's call find the pair that it goes over?

use std::fmt;
use std::sync::Arc;

use traitwire_schema::Interface;

use super::call::Prepared;
use super::codec::Codec;
use super::link::Link;

/// A generated client of an IPC interface. A pair makes it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no client of an IPC interface",
    label = "no generated `..Client`",
    note = "a client is what the macro of the interface made, such as `EditorClient`"
)]
pub trait Stub: Sized {
    /// The interface that it calls.
    fn interface() -> &'static Interface;

    /// The stub over a channel.
    #[doc(hidden)]
    fn new(channel: Channel) -> Self;
}

/// How a method is called on this pair, as the handshake has settled it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    pub(crate) number: u16,
    pub(crate) codec: Codec,
}

/// One interface of the peer's: what a stub holds.
#[derive(Clone)]
pub struct Channel {
    pub(super) link: Arc<Link>,
    /// One for each method of the interface.
    pub(super) routes: Arc<[Route]>,
    #[cfg_attr(not(feature = "__ipc"), allow(dead_code, reason = "shown only"))]
    pub(super) interface: &'static Interface,
}

impl Channel {
    /// A call of a method, by its position in the interface.
    pub fn method(&self, method: usize) -> Prepared {
        Prepared::new(self, method)
    }

    pub(super) fn route(&self, method: usize) -> Route {
        // A stub is generated with its interface, so the position is always right.
        self.routes[method]
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Channel({})", self.interface.name)
    }
}
