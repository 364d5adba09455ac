//! How do arguments become bytes and back?

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde::{Serialize, forward_to_deserialize_any};
use traitwire_schema::names;

use crate::rpc::codec;
use crate::rpc::dispatch::Payload;
use crate::rpc::fragile::is_recursive;
use crate::wire::Wire;
use crate::{Executed, Fault, FaultKind};

/// What an argument that a method borrows (`&str`, `&[T]`, `&T`) is decoded into before it is lent.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross the wire",
    label = "no wire schema for `{Self}`",
    note = "an argument is a wire type, or borrowed: `&str`, `&[T]`, `&T`"
)]
pub trait Lend {
    /// The type that arrives.
    type Owned: Wire;

    /// This type. Generated code names it so, because rustc then says once, and at the user's type,
    /// that it cannot cross, and nothing of what follows from that.
    type Lent: ?Sized;

    /// Lends what has arrived.
    fn lend(owned: &Self::Owned) -> &Self;

    /// The bytes, if it is nothing but bytes.
    fn to_octets(&self) -> Option<bytes::Bytes> {
        None
    }
}

impl<T: Wire> Lend for T {
    type Owned = T;
    type Lent = T;

    fn lend(owned: &T) -> &T {
        owned
    }

    fn to_octets(&self) -> Option<bytes::Bytes> {
        Wire::to_octets(self)
    }
}

impl Lend for str {
    type Owned = String;
    type Lent = str;

    fn lend(owned: &String) -> &str {
        owned
    }
}

impl<T: Wire> Lend for [T] {
    type Owned = Vec<T>;
    type Lent = [T];

    fn lend(owned: &Vec<T>) -> &[T] {
        owned
    }
}

/// The arguments of a call, as a client writes them.
#[must_use]
pub struct Arguments {
    json: Vec<u8>,
    failure: Option<Fault>,
}

impl Default for Arguments {
    fn default() -> Self {
        Arguments { json: Vec::with_capacity(128), failure: None }
    }
}

impl Arguments {
    /// The only argument of a method: bytes travel as they are.
    ///
    /// # Errors
    /// [`FaultKind::InvalidArgument`] if the value cannot be encoded.
    pub fn lone<T: Lend + Serialize + ?Sized>(name: &str, value: &T) -> Result<Payload, Fault> {
        match value.to_octets() {
            Some(octets) => Ok(Payload::Octets(octets)),
            None => Arguments::default().with(name, value).finish(),
        }
    }

    /// One argument more. `name` has no character that JSON escapes; the macro sees to that.
    pub fn with<T: Lend + Serialize + ?Sized>(mut self, name: &str, value: &T) -> Arguments {
        self.json.push(if self.json.is_empty() { b'{' } else { b',' });
        self.json.push(b'"');
        self.json.extend_from_slice(name.as_bytes());
        self.json.extend_from_slice(b"\":");
        if let Err(error) = codec::write::<T::Owned, T>(&mut self.json, value) {
            let message = format!("the argument `{name}` cannot be encoded: {error}");
            let fault = Fault::before(FaultKind::InvalidArgument, message).at(name);
            self.failure.get_or_insert(fault);
        }
        self
    }

    /// All arguments are there.
    ///
    /// # Errors
    /// [`FaultKind::InvalidArgument`] if a value cannot be encoded.
    pub fn finish(mut self) -> Result<Payload, Fault> {
        if self.json.is_empty() {
            self.json.push(b'{');
        }
        self.json.push(b'}');
        match self.failure {
            Some(fault) => Err(fault),
            None => Ok(Payload::Json(self.json.into())),
        }
    }
}

/// The arguments of a call, as a dispatcher decodes them: a tuple, in the order of declaration.
pub trait Args: Sized {
    /// Decodes from an object with these members.
    ///
    /// # Errors
    /// What is wrong, and where.
    fn decode(json: &[u8], names: &'static [&'static str]) -> Result<Self, codec::DecodeError>;

    /// Takes bytes that came without JSON, if they are the only argument.
    fn from_octets(octets: bytes::Bytes) -> Option<Self>;

    /// Whether they are bytes and nothing else.
    fn is_bytes() -> bool;

    /// Decodes from the values one behind the other, without names.
    ///
    /// # Errors
    /// What is wrong.
    fn decode_compact(bytes: &[u8]) -> Result<Self, codec::DecodeError>;
}

/// The fault for arguments that were not understood.
pub(crate) fn not_understood(error: codec::DecodeError) -> Fault {
    let message = if error.path.is_empty() {
        format!("the arguments were not understood: {}", error.message)
    } else {
        format!("the argument `{}` was not understood: {}", error.path, error.message)
    };
    let fault = Fault::new(FaultKind::InvalidArgument, Executed::No, message);
    if error.path.is_empty() { fault } else { fault.at(error.path) }
}

/// Decodes the arguments of a call.
pub(crate) fn decode<A: Args>(
    payload: Payload,
    names: &'static [&'static str],
) -> Result<A, Fault> {
    match payload {
        Payload::Json(json) => A::decode(&json, names).map_err(not_understood),
        Payload::Octets(octets) => A::from_octets(octets).ok_or_else(|| {
            Fault::before(
                FaultKind::InvalidArgument,
                "application/octet-stream can carry a lone argument of bytes only; send \
                 application/json",
            )
        }),
    }
}

macro_rules! args {
    ($($ty:ident $slot:ident $index:literal)*) => {
        impl<$($ty: Wire),*> Args for ($($ty,)*) {
            fn decode(
                json: &[u8],
                names: &'static [&'static str],
            ) -> Result<Self, codec::DecodeError> {
                codec::decode_seed(json, || Members::<Self> { names, args: PhantomData })
            }

            args!(@octets $($ty)*);

            fn decode_compact(bytes: &[u8]) -> Result<Self, codec::DecodeError> {
                crate::ipc::read_compact(bytes, false $(|| is_recursive::<$ty>())*)
            }
        }

        impl<'de, $($ty: Wire),*> Visitor<'de> for Members<($($ty,)*)> {
            type Value = ($($ty,)*);

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                expecting(self.names, f)
            }

            #[allow(unused_variables, reason = "a method without arguments has no slots")]
            fn visit_map<Ma>(self, mut map: Ma) -> Result<Self::Value, Ma::Error>
            where
                Ma: MapAccess<'de>,
            {
                $(let mut $slot: Option<$ty> = None;)*
                while let Some(index) = map.next_key_seed(MemberName(self.names))? {
                    match index {
                        $($index => fill(&mut $slot, &mut map, self.names[$index])?,)*
                        _ => return Err(Ma::Error::custom("more arguments than the method has")),
                    }
                }
                Ok(($(or_absent($slot, self.names[$index])?,)*))
            }
        }

        impl<'de, $($ty: Wire),*> DeserializeSeed<'de> for Members<($($ty,)*)> {
            type Value = ($($ty,)*);

            fn deserialize<De>(self, de: De) -> Result<Self::Value, De::Error>
            where
                De: Deserializer<'de>,
            {
                de.deserialize_map(self)
            }
        }
    };
    (@octets $ty:ident) => {
        fn from_octets(octets: bytes::Bytes) -> Option<Self> {
            $ty::from_octets(octets).map(|arg| (arg,))
        }

        fn is_bytes() -> bool {
            crate::ipc::is_bytes(const { &$ty::TYPE })
        }
    };
    (@octets $($ty:ident)*) => {
        fn from_octets(_: bytes::Bytes) -> Option<Self> {
            None
        }

        fn is_bytes() -> bool {
            false
        }
    };
}

args!();
args!(A a 0);
args!(A a 0 B b 1);
args!(A a 0 B b 1 C c 2);
args!(A a 0 B b 1 C c 2 D d 3);
args!(A a 0 B b 1 C c 2 D d 3 E e 4);
args!(A a 0 B b 1 C c 2 D d 3 E e 4 F f 5);
args!(A a 0 B b 1 C c 2 D d 3 E e 4 F f 5 G g 6);
args!(A a 0 B b 1 C c 2 D d 3 E e 4 F f 5 G g 6 H h 7);
args!(A a 0 B b 1 C c 2 D d 3 E e 4 F f 5 G g 6 H h 7 I i 8);
args!(A a 0 B b 1 C c 2 D d 3 E e 4 F f 5 G g 6 H h 7 I i 8 J j 9);
args!(A a 0 B b 1 C c 2 D d 3 E e 4 F f 5 G g 6 H h 7 I i 8 J j 9 K k 10);
args!(A a 0 B b 1 C c 2 D d 3 E e 4 F f 5 G g 6 H h 7 I i 8 J j 9 K k 10 L l 11);

/// An object with these members, each an element of the tuple `A`.
struct Members<A> {
    names: &'static [&'static str],
    args: PhantomData<A>,
}

fn expecting(names: &[&str], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match names {
        [] => f.write_str("an empty object, for the method has no arguments"),
        _ => write!(f, "an object of arguments ({})", names.join(", ")),
    }
}

fn fill<'de, T: Wire, M: MapAccess<'de>>(
    slot: &mut Option<T>,
    map: &mut M,
    name: &str,
) -> Result<(), M::Error> {
    if slot.is_some() {
        return Err(M::Error::custom(format_args!("the argument `{name}` is there twice")));
    }
    *slot = Some(map.next_value()?);
    Ok(())
}

fn or_absent<T: Wire, E: serde::de::Error>(slot: Option<T>, name: &'static str) -> Result<T, E> {
    match slot {
        Some(value) => Ok(value),
        None => T::deserialize(AbsentArg { name, error: PhantomData }),
    }
}

/// Decodes the position of a member in the list of names.
struct MemberName(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for MemberName {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, de: D) -> Result<usize, D::Error> {
        de.deserialize_identifier(self)
    }
}

impl Visitor<'_> for MemberName {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of an argument")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<usize, E> {
        if let Some(index) = self.0.iter().position(|known| *known == name) {
            return Ok(index);
        }
        let known = self.0.iter().copied();
        // The place, which is the name, stands before it.
        Err(match names::did_you_mean(name, known) {
            Some(near) => {
                E::custom(format_args!("the method has no such argument; did you mean `{near}`?"))
            }
            None if self.0.is_empty() => E::custom("the method has no arguments"),
            None => E::custom(format_args!(
                "the method has no such argument, but `{}`",
                self.0.join("`, `")
            )),
        })
    }
}

/// Stands for an argument that was left out: an option reads it as `None`, all else as an error.
/// serde treats absent fields in the same way.
struct AbsentArg<E> {
    name: &'static str,
    error: PhantomData<E>,
}

impl<'de, E: serde::de::Error> Deserializer<'de> for AbsentArg<E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, E> {
        Err(E::custom(format_args!("the argument `{}` is missing", self.name)))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_none()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode_two(json: &str) -> Result<(String, Option<u32>), Fault> {
        decode(Payload::Json(json.as_bytes().to_vec().into()), &["query", "limit"])
    }

    #[test]
    fn arguments_are_named_and_optional_ones_may_be_left_out() {
        assert_eq!(decode_two(r#"{"limit":3,"query":"a"}"#), Ok(("a".to_owned(), Some(3))));
        assert_eq!(decode_two(r#"{"query":"a"}"#), Ok(("a".to_owned(), None)));
        assert_eq!(decode_two(r#"{"query":"a","limit":null}"#), Ok(("a".to_owned(), None)));
    }

    #[test]
    fn what_a_client_writes_is_what_a_dispatcher_reads() {
        let payload = Arguments::default().with("query", "a\"b").with("limit", &Some(7)).finish();
        let Ok(Payload::Json(json)) = &payload else { panic!("no JSON") };
        assert_eq!(json, r#"{"query":"a\"b","limit":7}"#.as_bytes());
        let decoded: (String, Option<u32>) = decode(payload.unwrap(), &["query", "limit"]).unwrap();
        assert_eq!(decoded, ("a\"b".to_owned(), Some(7)));
        assert_eq!(Arguments::default().finish(), Ok(Payload::Json(b"{}".to_vec().into())));
    }

    #[cfg(feature = "__rpc")]
    #[test]
    fn wrong_arguments_name_the_place_and_the_rule() {
        for (json, path, part) in [
            ("{}", None, "the argument `query` is missing"),
            (r#"{"query":1}"#, Some("query"), "invalid type: integer `1`, expected a string"),
            (r#"{"query":"a","limit":-1}"#, Some("limit"), "invalid value: integer `-1`"),
            (r#"{"query":"a","limt":1}"#, Some("limt"), "did you mean `limit`?"),
            (r#"{"query":"a","query":"b"}"#, None, "the argument `query` is there twice"),
            (r#"["a"]"#, None, "expected an object of arguments (query, limit)"),
            (r#"{"query":"a""#, None, "EOF"),
            ("", None, "EOF"),
        ] {
            let fault = decode_two(json).unwrap_err();
            assert_eq!(fault.kind(), FaultKind::InvalidArgument);
            assert_eq!(fault.executed(), Executed::No);
            assert!(fault.message().contains(part), "{json}: {fault}");
            assert_eq!(fault.path(), path, "{json}: {fault}");
        }
    }
}
