//! What fuzzing feeds. Each function takes any bytes at all, and panics if something is found.
//!
//! `cargo xtask fuzz` runs them by libFuzzer; the suite runs them on the inputs in `corpus`, which are what
//! fuzzing has found worth keeping.

mod handshake;
mod machine;

pub use handshake::handshake;
pub use machine::machine;

use traitwire_protocol::frame;

/// A function that takes any bytes.
pub type Target = fn(&[u8]);

/// Each with its name.
pub const TARGETS: [(&str, Target); 3] =
    [("frames", frames), ("machine", machine), ("handshake", handshake)];

/// What is taken for a frame is one: it is written as it was.
///
/// # Panics
/// If it is not.
pub fn frames(bytes: &[u8]) {
    let mut rest = bytes;
    while let Ok(Some((frame, length))) = frame::read(rest) {
        let mut written = Vec::new();
        frame::write(&mut written, frame).expect("what was read fits");
        assert_eq!(written, rest[..length]);
        let head = frame::read_head(rest).expect("it is a frame").expect("all of it is there");
        assert_eq!(head, (frame.header, frame.payload.len()));
        rest = &rest[length..];
    }
}
