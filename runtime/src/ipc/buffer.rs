//! Where are messages written before they go out, and kept until they are read?
//!
//! A message is written outside of every lock, and then copied into the connection: it is small, as a
//! rule, and what is large is not copied. Buffers are used again, so that a call allocates none.

use std::cell::RefCell;
use std::ops::{Deref, DerefMut};

use bytes::Bytes;
use traitwire_protocol::Payload;

thread_local! {
    static SPARE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// So many buffers are kept for a thread.
const KEPT: usize = 64;

/// Larger ones are not kept.
const LARGEST: usize = 4 * 1024;

/// What fits one frame is copied; larger bytes are passed on.
const COPIED: usize = traitwire_protocol::frame::MAX_PAYLOAD;

/// A buffer, which is used again when it is dropped.
#[derive(Debug)]
pub(crate) struct Buffer(Vec<u8>);

impl Buffer {
    /// An empty one.
    pub(crate) fn new() -> Buffer {
        let spare = SPARE.try_with(|spare| spare.borrow_mut().pop());
        Buffer(spare.ok().flatten().unwrap_or_else(|| Vec::with_capacity(128)))
    }

    fn into_bytes(mut self) -> Bytes {
        std::mem::take(&mut self.0).into()
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if (1..=LARGEST).contains(&self.0.capacity()) {
            let mut buffer = std::mem::take(&mut self.0);
            buffer.clear();
            // A thread that ends keeps none.
            let _ = SPARE.try_with(|spare| {
                let mut spare = spare.borrow_mut();
                if spare.len() < KEPT {
                    spare.push(buffer);
                }
            });
        }
    }
}

impl Deref for Buffer {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

/// The bytes of a message.
#[derive(Debug)]
pub(crate) enum Body {
    /// In a buffer.
    Buffer(Buffer),
    /// Shared.
    Bytes(Bytes),
}

impl Body {
    /// What was written.
    pub(crate) fn written(buffer: Buffer) -> Body {
        if buffer.len() > COPIED { Body::Bytes(buffer.into_bytes()) } else { Body::Buffer(buffer) }
    }

    /// Keeps what has arrived.
    pub(crate) fn keep(payload: Payload<'_>) -> Body {
        match payload {
            Payload::Here(bytes) if bytes.len() > LARGEST => Body::Bytes(payload.into_bytes()),
            Payload::Here(bytes) => {
                let mut buffer = Buffer::new();
                buffer.extend_from_slice(bytes);
                Body::Buffer(buffer)
            }
            Payload::Whole(bytes) => Body::Bytes(bytes),
        }
    }

    /// For it to be sent: what is small is copied there.
    pub(crate) fn payload(&self) -> Payload<'_> {
        match self {
            Body::Buffer(buffer) => Payload::Here(buffer),
            Body::Bytes(bytes) if bytes.len() <= COPIED => Payload::Here(bytes),
            Body::Bytes(bytes) => Payload::Whole(bytes.clone()),
        }
    }

    /// The bytes on their own.
    pub(crate) fn into_bytes(self) -> Bytes {
        match self {
            Body::Buffer(buffer) => Bytes::copy_from_slice(&buffer),
            Body::Bytes(bytes) => bytes,
        }
    }
}

impl Deref for Body {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Body::Buffer(buffer) => buffer,
            Body::Bytes(bytes) => bytes,
        }
    }
}
