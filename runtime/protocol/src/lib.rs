//! What crosses between the two ends of a pair. No input or output happens here, and nothing here
//! knows a clock, chance, or an async runtime: bytes come in, frames come out, and the other way round.
//!
//! | module | the question it answers |
//! |---|---|
//! | `frame` | How does a frame look in bytes, and which bytes are one? |
//!
//! `docs/protocol.md` specifies the bytes.

pub mod frame;
