//! How do values become the bytes of a message and back?

use serde::Serialize;
use serde::de::DeserializeOwned;
use traitwire_protocol::Payload;
use traitwire_schema::Type;

use super::batch::Batch;
use super::buffer::{Body, Buffer};
use crate::bytes::beside;
use crate::rpc::codec::{self as json, DecodeError};
use crate::rpc::fragile::is_recursive;
use crate::wire::Wire;

/// How the values of one method cross, as the handshake has settled it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// By position: postcard.
    #[cfg_attr(not(feature = "__ipc"), allow(dead_code, reason = "the handshake settles it"))]
    Compact,
    /// By name: JSON.
    Json,
    /// JSON, and the bytes that it holds beside it: its length, itself, and then each length and bytes.
    #[cfg_attr(not(feature = "__ipc"), allow(dead_code, reason = "the handshake settles it"))]
    Beside,
}

impl Codec {
    #[inline]
    pub(crate) fn is_json(self) -> bool {
        self != Codec::Compact
    }

    /// Its word in the handshake.
    #[cfg(feature = "__ipc")]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Codec::Compact => "compact",
            Codec::Json => "json",
            Codec::Beside => "json_beside",
        }
    }

    /// Writes a value, which crosses as a `W`, behind what is there already. Bytes that are all of it cross
    /// as they are.
    #[inline]
    pub(crate) fn write<W: Wire, T: Serialize + ?Sized>(
        self,
        to: &mut Vec<u8>,
        value: &T,
    ) -> Result<(), EncodeError> {
        match self {
            Codec::Json => json::write::<W, T>(to, value).map_err(|error| error.to_string()),
            Codec::Beside => {
                let (start, mut bytes) = (begin_beside(to), Vec::new());
                let written = beside::write(&mut bytes, || json::write::<W, T>(to, value));
                written.map_err(|error| error.to_string())?;
                finish_beside(to, start, &bytes)
            }
            #[cfg(feature = "__ipc")]
            Codec::Compact => compact::write(to, value).map_err(|error| error.to_string()),
            #[cfg(not(feature = "__ipc"))]
            Codec::Compact => Err(String::new()),
        }
    }

    /// A value as the body of a message.
    pub(crate) fn body<T: Wire>(self, value: &T) -> Result<Body, EncodeError> {
        if let Some(bytes) = value.to_octets() {
            return Ok(Body::Bytes(bytes));
        }
        let mut buffer = Buffer::new();
        self.write::<T, T>(&mut buffer, value)?;
        Ok(Body::written(buffer))
    }

    /// A value as one more item.
    #[inline]
    pub(crate) fn push<T: Wire>(self, batch: &mut Batch, value: &T) -> Result<(), EncodeError> {
        match value.to_octets() {
            Some(bytes) => {
                batch.push_bytes(bytes);
                Ok(())
            }
            None => batch.write(|to| self.write::<T, T>(to, value)),
        }
    }

    /// Refuses what has come in another codec than was agreed.
    #[inline]
    pub(crate) fn check(self, json: bool) -> Result<(), DecodeError> {
        if self.is_json() == json { Ok(()) } else { Err(other()) }
    }

    /// The value that a message is.
    pub(crate) fn take<T: Wire>(self, body: Body) -> Result<T, DecodeError> {
        if is_bytes(const { &T::TYPE }) {
            return T::from_octets(body.into_bytes()).ok_or_else(other);
        }
        self.read(&body)
    }

    /// The value that an item is.
    #[inline]
    pub(crate) fn take_payload<T: Wire>(self, item: Payload<'_>) -> Result<T, DecodeError> {
        if is_bytes(const { &T::TYPE }) {
            return T::from_octets(item.into_bytes()).ok_or_else(other);
        }
        self.read(&item)
    }

    /// Reads a value that is all of `bytes`.
    #[inline]
    pub(crate) fn read<T: Wire>(self, bytes: &[u8]) -> Result<T, DecodeError> {
        match self {
            Codec::Json => json::decode(bytes),
            Codec::Beside => read_beside(bytes, json::decode),
            Codec::Compact => read_compact(bytes, is_recursive::<T>()),
        }
    }
}

const LENGTH: usize = 4;

/// Where the JSON begins of a message that has bytes beside it.
pub(crate) const BESIDE: usize = LENGTH;

/// Leaves room for the length of the JSON that follows; where it begins.
pub(crate) fn begin_beside(to: &mut Vec<u8>) -> usize {
    to.extend_from_slice(&[0; LENGTH]);
    to.len()
}

/// The JSON is written from `start` on; its bytes come after it.
pub(crate) fn finish_beside(
    to: &mut Vec<u8>,
    start: usize,
    bytes: &[bytes::Bytes],
) -> Result<(), EncodeError> {
    let length = |length: usize| {
        let length = u32::try_from(length).map_err(|_| "more than 4 GiB".to_owned())?;
        Ok::<_, EncodeError>(length.to_le_bytes())
    };
    let json = length(to.len() - start)?;
    to[start - LENGTH..start].copy_from_slice(&json);
    for bytes in bytes {
        to.extend_from_slice(&length(bytes.len())?);
        to.extend_from_slice(bytes);
    }
    Ok(())
}

/// Reads JSON whose bytes come after it.
pub(crate) fn read_beside<T>(
    message: &[u8],
    read: impl FnOnce(&[u8]) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    let cut = || {
        let message = "it is shorter than it says".to_owned();
        DecodeError { path: String::new(), message }
    };
    let mut rest = message;
    let json = take_part(&mut rest).ok_or_else(cut)?;
    let mut bytes = Vec::new();
    while !rest.is_empty() {
        bytes.push(bytes::Bytes::copy_from_slice(take_part(&mut rest).ok_or_else(cut)?));
    }
    beside::read(bytes, || read(json))
}

/// A part whose length stands before it.
fn take_part<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk::<LENGTH>()?;
    let (part, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *rest = after;
    Some(part)
}

/// Reads a value by position that is all of `bytes`. One that may contain itself is read more slowly, for
/// somebody has to count.
#[inline]
pub(crate) fn read_compact<T: DeserializeOwned>(
    bytes: &[u8],
    recursive: bool,
) -> Result<T, DecodeError> {
    #[cfg(feature = "__ipc")]
    return compact::read(bytes, recursive);
    #[cfg(not(feature = "__ipc"))]
    {
        let _ = (bytes, recursive);
        Err(other())
    }
}

/// Why a value cannot be written, in the words of its type.
pub type EncodeError = String;

/// Why something in another codec cannot be read.
fn other() -> DecodeError {
    let message = "it is in another codec than was agreed".to_owned();
    DecodeError { path: String::new(), message }
}

/// Whether a type is bytes and nothing else. They cross as they are, whatever the codec.
pub(crate) const fn is_bytes(ty: &Type) -> bool {
    matches!(ty, Type::Bytes)
}

#[cfg(feature = "__ipc")]
mod compact {
    use postcard::ser_flavors::Flavor;
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use crate::ipc::depth::{self, Bounded, Left};
    use crate::rpc::codec::DecodeError;

    #[inline]
    pub(super) fn write<T: Serialize + ?Sized>(
        to: &mut Vec<u8>,
        value: &T,
    ) -> Result<(), postcard::Error> {
        let mut serializer = postcard::Serializer { output: Append(to) };
        value.serialize(&mut serializer)
    }

    /// Writes behind what is there.
    struct Append<'a>(&'a mut Vec<u8>);

    impl Flavor for Append<'_> {
        type Output = ();

        #[inline]
        fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
            self.0.push(byte);
            Ok(())
        }

        #[inline]
        fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
            self.0.extend_from_slice(bytes);
            Ok(())
        }

        fn finalize(self) -> postcard::Result<()> {
            Ok(())
        }
    }

    #[inline]
    pub(super) fn read<T: DeserializeOwned>(
        bytes: &[u8],
        recursive: bool,
    ) -> Result<T, DecodeError> {
        let wrong = |message: String| DecodeError { path: String::new(), message };
        let mut deserializer = postcard::Deserializer::from_bytes(bytes);
        let read = if recursive {
            T::deserialize(Bounded { inner: &mut deserializer, left: Left::ALL })
        } else {
            T::deserialize(&mut deserializer)
        };
        let value = read.map_err(|error| {
            let too_deep = recursive && depth::was_too_deep();
            wrong(if too_deep { depth::reason() } else { error.to_string() })
        })?;
        match deserializer.finalize() {
            Ok([]) => Ok(value),
            Ok(rest) => Err(wrong(format!("{} bytes follow the value", rest.len()))),
            Err(error) => Err(wrong(error.to_string())),
        }
    }
}
