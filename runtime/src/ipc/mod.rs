//! Tightly coupled calls: one frontend, one backend, and calls both ways.
//!
//! | module | the question it answers |
//! |---|---|
//! | `channel` | How does a stub's call find the pair that it goes over? |
//! | `call` | How does a call of this end run from its arguments to its end? |
//! | `dispatch` | How does a call of the peer's reach its handler? |
//! | `incoming` | How do the items of a stream that the peer sends reach the handler? |
//! | `codec` | How do values become the bytes of a message and back? |
//! | `fault` | What does a fault look like between the ends of a pair? |
//! | `buffer` | Where are messages written before they go out, and kept until they are read? |
//! | `batch` | How do many items cross a border at the price of one? |
//! | `link` | What do all who use one end of a pair share? |
//! | `output` | How do bytes leave, written by whoever has some? |
//! | `within` | In which call's handler does code run? |

#![allow(dead_code, reason = "without a transport there is no pair")]

mod batch;
mod buffer;
mod call;
mod channel;
mod codec;
mod dispatch;
mod fault;
mod incoming;
mod link;
mod output;
mod within;

#[doc(hidden)]
pub use self::call::Prepared;
pub use self::call::{Call, Notification, StreamCall};
#[doc(hidden)]
pub use self::channel::Channel;
pub use self::channel::Stub;
pub(crate) use self::codec::is_bytes;
#[doc(hidden)]
pub use self::codec::{Codec, EncodeError};
pub use self::dispatch::Dispatch;
#[doc(hidden)]
pub use self::dispatch::{Ended, Filled, Invocation, Items, Outcome, Slot};

/// Decodes arguments that stand one behind the other.
pub(crate) fn decode_compact<A: serde::de::DeserializeOwned>(
    bytes: &[u8],
) -> Result<A, crate::rpc::codec::DecodeError> {
    Codec::Compact.read(bytes)
}
