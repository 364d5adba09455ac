//! What crosses between the two ends of a pair. No input or output happens here, and nothing here
//! knows a clock, chance, or an async runtime: bytes come in, frames come out, and the other way round.
//!
//! | module | the question it answers |
//! |---|---|
//! | [`frame`] | How does a frame look in bytes, and which bytes are one? |
//! | `head` | What does a call bring along beside its arguments? |
//! | `payload` | Where do the bytes of a message lie? |
//! | `limits` | How much is too much? |
//! | `violation` | How can a peer break the protocol? |
//! | `connection` | What may each end say next? |
//! | `transmit` | Which bytes go out next? |
//!
//! `docs/protocol.md` specifies the bytes, and what may follow what.

mod connection;
pub mod frame;
mod head;
mod limits;
mod payload;
mod transmit;
mod violation;

pub use connection::{
    Connection, Ending, Event, NoItem, NotSent, OwnCall, PeerCall, Shape, Stream, Time, Why, cost,
};
pub use head::{Head, ReceivedHead};
pub use limits::{Limits, MAX_CONTEXT, MAX_GREETING, MAX_INTRODUCTION, MIN_MESSAGE, WINDOW};
pub use payload::Payload;
pub use transmit::Transmit;
pub use violation::Violation;
