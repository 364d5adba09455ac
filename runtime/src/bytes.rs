//! How do bytes cross?

use std::fmt;
use std::ops::Deref;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer, forward_to_deserialize_any};

/// Bytes, shared without copying. In JSON they are base64 (RFC 4648 §4, padded); a binary encoding
/// carries them as they are, and so does HTTP where they are the only argument or the whole reply.
/// (`Vec<u8>` crosses too, as an array of numbers, in about four times the space.)
///
/// ```
/// let tile = traitwire::Bytes::from(vec![1, 2, 3]);
/// assert_eq!(serde_json::to_string(&tile).unwrap(), r#""AQID""#);
/// assert_eq!(&tile[..], [1, 2, 3]);
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(bytes::Bytes);

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes(bytes.into())
    }
}

impl From<&'static [u8]> for Bytes {
    fn from(bytes: &'static [u8]) -> Self {
        Bytes(bytes::Bytes::from_static(bytes))
    }
}

impl From<bytes::Bytes> for Bytes {
    fn from(bytes: bytes::Bytes) -> Self {
        Bytes(bytes)
    }
}

impl From<Bytes> for bytes::Bytes {
    fn from(bytes: Bytes) -> Self {
        bytes.0
    }
}

impl From<Bytes> for Vec<u8> {
    fn from(bytes: Bytes) -> Self {
        bytes.0.into()
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            if let Some(place) = beside::put(&self.0) {
                return serializer.serialize_u64(place);
            }
            serializer.serialize_str(&STANDARD.encode(&self.0))
        } else {
            serializer.serialize_bytes(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BytesVisitor;

        impl Visitor<'_> for BytesVisitor {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes in padded base64")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Bytes, E> {
                STANDARD
                    .decode(text)
                    .map(Bytes::from)
                    .map_err(|error| E::custom(format_args!("not padded base64: {error}")))
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(bytes.to_vec().into())
            }

            fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<Bytes, E> {
                Ok(bytes.into())
            }
        }

        if deserializer.is_human_readable() {
            if beside::is_read() {
                let place = u64::deserialize(deserializer)?;
                let found = beside::get(place);
                return found.map(Bytes).ok_or_else(|| {
                    de::Error::custom(format_args!("no bytes number {place} came with the JSON"))
                });
            }
            deserializer.deserialize_str(BytesVisitor)
        } else {
            deserializer.deserialize_byte_buf(BytesVisitor)
        }
    }
}

/// Bytes that travel beside the JSON, which then holds their numbers in their places. Whether they do is settled
/// for each method of a pair: the type says where bytes stand, so that no value is ever taken for a number.
pub(crate) mod beside {
    use std::cell::RefCell;

    thread_local! {
        static WRITTEN: RefCell<Option<Vec<bytes::Bytes>>> = const { RefCell::new(None) };
        static READ: RefCell<Option<Vec<bytes::Bytes>>> = const { RefCell::new(None) };
    }

    /// Restores what was there before, also after a panic.
    struct Restore(
        &'static std::thread::LocalKey<RefCell<Option<Vec<bytes::Bytes>>>>,
        Option<Vec<bytes::Bytes>>,
    );

    impl Drop for Restore {
        fn drop(&mut self) {
            self.0.set(self.1.take());
        }
    }

    /// Writes something; its bytes are put behind those of the list.
    pub(crate) fn write<T>(list: &mut Vec<bytes::Bytes>, write: impl FnOnce() -> T) -> T {
        let restore = Restore(&WRITTEN, WRITTEN.replace(Some(std::mem::take(list))));
        let written = write();
        *list = WRITTEN.take().unwrap_or_default();
        drop(restore);
        written
    }

    /// Reads something whose bytes are these.
    pub(crate) fn read<T>(list: Vec<bytes::Bytes>, read: impl FnOnce() -> T) -> T {
        let _restore = Restore(&READ, READ.replace(Some(list)));
        read()
    }

    pub(super) fn put(bytes: &bytes::Bytes) -> Option<u64> {
        WRITTEN.with_borrow_mut(|written| {
            let written = written.as_mut()?;
            written.push(bytes.clone());
            Some(written.len() as u64 - 1)
        })
    }

    pub(super) fn is_read() -> bool {
        READ.with_borrow(Option::is_some)
    }

    pub(super) fn get(place: u64) -> Option<bytes::Bytes> {
        let place = usize::try_from(place).ok()?;
        READ.with_borrow(|read| read.as_ref()?.get(place).cloned())
    }
}

/// Decodes a type that holds bytes and nothing else.
pub(crate) fn decode<T: de::DeserializeOwned>(octets: bytes::Bytes) -> Option<T> {
    T::deserialize(Octets(octets)).ok()
}

/// Gives bytes to what asks for bytes, and nothing to all else.
struct Octets(bytes::Bytes);

impl<'de> Deserializer<'de> for Octets {
    type Error = de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(de::Error::custom("it holds more than bytes"))
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_byte_buf(self.0.into())
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes option unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_base64_are_refused_with_the_reason() {
        for (json, part) in [
            (r#""AQI""#, "not padded base64"),
            (r#""A Q=""#, "not padded base64"),
            ("[1,2]", "expected bytes in padded base64"),
        ] {
            let error = serde_json::from_str::<Bytes>(json).unwrap_err().to_string();
            assert!(error.contains(part), "{json}: {error}");
        }
    }
}
