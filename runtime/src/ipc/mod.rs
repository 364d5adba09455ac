//! Tightly coupled calls: one frontend, one backend, and calls both ways.
//!
//! | module | the question it answers |
//! |---|---|
//! | `channel` | How does a stub's call find the pair that it goes over? |
//! | `call` | How does a call of this end run from its arguments to its end? |
//! | `dispatch` | How does a call of the peer's reach its handler? |
//! | `incoming` | How do the items of a stream that the peer sends reach the handler? |
//! | `codec` | How do values become the bytes of a message and back? |
//! | `depth` | How deep may a value be that is read by position? |
//! | `fault` | What does a fault look like between the ends of a pair? |
//! | `buffer` | Where are messages written before they go out, and kept until they are read? |
//! | `batch` | How do many items cross a border at the price of one? |
//! | `link` | What do all who use one end of a pair share? |
//! | `output` | How do bytes leave, written by whoever has some? |
//! | `pair` | How does a program open a pair, and what can it do with one? |
//! | `listen` | Who becomes the one frontend of a backend that waits for it? |
//! | `handshake` | How do two ends come to know each other before the first call? |
//! | `terms` | Do two ends go together, and how do they call each other? |
//! | `goodbye` | What does an end say last? |
//! | `driver` | When do frames and time move? |
//! | `serving` | How does a handler run for the peer, and how is it ended? |
//! | `rpc` | How does an RPC interface cross a pair? |
//! | `held` | How is the allocation of a handler used again? |
//! | `serial` | How do the handlers of an interface run one at a time? |
//! | `starts` | In which order do handlers start that have no time to start where their calls are read? |
//! | `transport/*` | How do the bytes of a pair cross one medium? |
//! | `within` | In which handler does code run? |

#![cfg_attr(
    not(feature = "__ipc"),
    allow(dead_code, reason = "without a transport there is no pair")
)]

mod batch;
mod buffer;
mod call;
mod channel;
mod codec;
mod dispatch;
mod fault;
mod held;
mod incoming;
mod link;
mod output;
mod within;

#[cfg(feature = "__ipc")]
mod depth;
#[cfg(feature = "__ipc")]
mod driver;
#[cfg(feature = "__ipc")]
mod goodbye;
#[cfg(feature = "__ipc")]
mod handshake;
#[cfg(any(feature = "ipc-tcp", feature = "ipc-unix"))]
mod listen;
#[cfg(feature = "__ipc")]
mod pair;
#[cfg(feature = "ipc-rpc")]
mod rpc;
#[cfg(feature = "__ipc")]
mod serial;
#[cfg(feature = "__ipc")]
mod serving;
#[cfg(feature = "__ipc")]
mod starts;
#[cfg(feature = "__ipc")]
mod terms;
#[cfg(feature = "__ipc")]
mod transport;

#[cfg(feature = "__ipc")]
pub use self::pair::{Builder, Clients, Closed, Pair, Servers, backend, frontend};
#[cfg(feature = "ipc-rpc")]
pub use self::rpc::Rpc;
#[cfg(feature = "ipc-tcp")]
pub use self::transport::tcp;
#[cfg(feature = "ipc-unix")]
pub use self::transport::unix;
#[cfg(feature = "__ipc")]
pub use self::transport::{Stream, Transport, in_process};
#[cfg(feature = "__ipc")]
pub use traitwire_protocol::Limits;

#[doc(hidden)]
pub use self::call::Prepared;
pub use self::call::{Call, Notification, StreamCall};
#[doc(hidden)]
pub use self::channel::Channel;
pub use self::channel::Stub;
#[doc(hidden)]
pub use self::codec::{Codec, EncodeError};
pub(crate) use self::codec::{is_bytes, read_compact};
pub use self::dispatch::Dispatch;
#[doc(hidden)]
pub use self::dispatch::{Ended, Filled, Invocation, Items, Outcome, Slot};
