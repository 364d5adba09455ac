//! Where do the bytes of a message lie?

use std::ops::Deref;

use bytes::Bytes;

/// The bytes of a message: where they were received or written, or on their own.
#[derive(Debug, Clone)]
pub enum Payload<'a> {
    /// In somebody's buffer. To keep them is to copy them.
    Here(&'a [u8]),
    /// On their own.
    Whole(Bytes),
}

impl Payload<'_> {
    /// The bytes on their own.
    pub fn into_bytes(self) -> Bytes {
        match self {
            Payload::Here(bytes) => Bytes::copy_from_slice(bytes),
            Payload::Whole(bytes) => bytes,
        }
    }

    /// All but the first `at` bytes; there are so many.
    pub(crate) fn from(self, at: usize) -> Self {
        match self {
            Payload::Here(bytes) => Payload::Here(&bytes[at..]),
            Payload::Whole(bytes) => Payload::Whole(bytes.slice(at..)),
        }
    }
}

impl Deref for Payload<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Payload::Here(bytes) => bytes,
            Payload::Whole(bytes) => bytes,
        }
    }
}

impl PartialEq for Payload<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Payload<'_> {}
