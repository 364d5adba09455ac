//! Which values would JSON alter without a word?
//!
//! `serde_json` writes `null` for a real that is no finite number, and for whatever holds nothing. In
//! an `Option` both are read as `None`. Such a value is refused where it is written instead.

use serde::ser::{
    Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// A value that is written only if it can be read again.
pub(crate) struct Exact<'a, T: ?Sized> {
    value: &'a T,
    /// Whether it stands in a `Some`, where `null` would be read as `None`.
    in_some: bool,
}

impl<'a, T: ?Sized> Exact<'a, T> {
    pub(crate) fn new(value: &'a T) -> Exact<'a, T> {
        Exact { value, in_some: false }
    }
}

impl<T: Serialize + ?Sized> Serialize for Exact<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(Checked { inner: serializer, in_some: self.in_some })
    }
}

/// A serializer that refuses what would be altered, and passes on everything else.
struct Checked<S> {
    inner: S,
    in_some: bool,
}

impl<S: Serializer> Checked<S> {
    fn check_null(&self) -> Result<(), S::Error> {
        if self.in_some {
            return Err(S::Error::custom("`Some` of nothing is `null`, which is read as `None`"));
        }
        Ok(())
    }

    fn check_finite(finite: bool) -> Result<(), S::Error> {
        if finite { Ok(()) } else { Err(S::Error::custom("JSON has finite numbers only")) }
    }
}

macro_rules! pass_on {
    ($($method:ident($($arg:ident: $ty:ty),*) -> $ok:ty;)*) => { $(
        fn $method(self, $($arg: $ty),*) -> Result<$ok, S::Error> {
            self.inner.$method($($arg),*)
        }
    )* };
}

macro_rules! pass_on_members {
    ($($method:ident($($arg:ident: $ty:ty),*) -> $members:ident;)*) => { $(
        fn $method(self, $($arg: $ty),*) -> Result<Members<S::$members>, S::Error> {
            self.inner.$method($($arg),*).map(Members)
        }
    )* };
}

impl<S: Serializer> Serializer for Checked<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Members<S::SerializeSeq>;
    type SerializeTuple = Members<S::SerializeTuple>;
    type SerializeTupleStruct = Members<S::SerializeTupleStruct>;
    type SerializeTupleVariant = Members<S::SerializeTupleVariant>;
    type SerializeMap = Members<S::SerializeMap>;
    type SerializeStruct = Members<S::SerializeStruct>;
    type SerializeStructVariant = Members<S::SerializeStructVariant>;

    pass_on! {
        serialize_bool(value: bool) -> S::Ok;
        serialize_i8(value: i8) -> S::Ok;
        serialize_i16(value: i16) -> S::Ok;
        serialize_i32(value: i32) -> S::Ok;
        serialize_i64(value: i64) -> S::Ok;
        serialize_i128(value: i128) -> S::Ok;
        serialize_u8(value: u8) -> S::Ok;
        serialize_u16(value: u16) -> S::Ok;
        serialize_u32(value: u32) -> S::Ok;
        serialize_u64(value: u64) -> S::Ok;
        serialize_u128(value: u128) -> S::Ok;
        serialize_char(value: char) -> S::Ok;
        serialize_str(value: &str) -> S::Ok;
        serialize_bytes(value: &[u8]) -> S::Ok;
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str) -> S::Ok;
    }

    pass_on_members! {
        serialize_seq(len: Option<usize>) -> SerializeSeq;
        serialize_tuple(len: usize) -> SerializeTuple;
        serialize_tuple_struct(name: &'static str, len: usize) -> SerializeTupleStruct;
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, len: usize)
            -> SerializeTupleVariant;
        serialize_map(len: Option<usize>) -> SerializeMap;
        serialize_struct(name: &'static str, len: usize) -> SerializeStruct;
        serialize_struct_variant(name: &'static str, index: u32, variant: &'static str, len: usize)
            -> SerializeStructVariant;
    }

    fn serialize_f32(self, value: f32) -> Result<S::Ok, S::Error> {
        Self::check_finite(value.is_finite())?;
        self.inner.serialize_f32(value)
    }

    fn serialize_f64(self, value: f64) -> Result<S::Ok, S::Error> {
        Self::check_finite(value.is_finite())?;
        self.inner.serialize_f64(value)
    }

    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.check_null()?;
        self.inner.serialize_none()
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.check_null()?;
        self.inner.serialize_unit()
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<S::Ok, S::Error> {
        self.check_null()?;
        self.inner.serialize_unit_struct(name)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.inner.serialize_some(&Exact { value, in_some: true })
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        // On the wire it is its content.
        self.inner.serialize_newtype_struct(name, &Exact { value, in_some: self.in_some })
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.inner.serialize_newtype_variant(name, index, variant, &Exact::new(value))
    }

    fn collect_str<T: std::fmt::Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.inner.collect_str(value)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// The members of a value, each of which is checked.
struct Members<C>(C);

macro_rules! members {
    ($($compound:ident { $($method:ident($($name:ident)?))* })*) => { $(
        impl<C: $compound> $compound for Members<C> {
            type Ok = C::Ok;
            type Error = C::Error;

            $(fn $method<T: Serialize + ?Sized>(
                &mut self,
                $($name: &'static str,)?
                value: &T,
            ) -> Result<(), C::Error> {
                self.0.$method($($name,)? &Exact::new(value))
            })*

            fn end(self) -> Result<C::Ok, C::Error> {
                self.0.end()
            }
        }
    )* };
}

members! {
    SerializeSeq { serialize_element() }
    SerializeTuple { serialize_element() }
    SerializeTupleStruct { serialize_field() }
    SerializeTupleVariant { serialize_field() }
    SerializeMap { serialize_key() serialize_value() }
    SerializeStruct { serialize_field(key) }
    SerializeStructVariant { serialize_field(key) }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::Exact;

    fn written<T: Serialize>(value: &T) -> Result<String, String> {
        serde_json::to_string(&Exact::new(value)).map_err(|error| error.to_string())
    }

    #[test]
    fn what_can_be_read_again_is_written_as_without_a_check() {
        #[derive(Serialize)]
        enum Every {
            Unit,
            New(Option<u8>),
            Tuple(u8, ()),
            Struct { real: f32, none: Option<()> },
        }
        let every = (
            vec![Every::Unit, Every::New(None), Every::Tuple(1, ())],
            Every::Struct { real: 0.1, none: None },
            std::collections::BTreeMap::from([(1_u8, Some("a")), (2, None)]),
            [Some(Some(i128::MIN)), None],
            ((), 'x', Some([None, Some(1.5)])),
        );
        assert_eq!(written(&every), Ok(serde_json::to_string(&every).unwrap()));
        let raw: &serde_json::Value = &serde_json::json!({"a": [null, {"b": 1e300}]});
        assert_eq!(written(raw), Ok(raw.to_string()));
    }

    #[test]
    fn what_would_be_altered_is_refused() {
        #[derive(Serialize)]
        struct Unit;
        #[derive(Serialize)]
        struct New(Option<u8>);
        let nothing = Err("`Some` of nothing is `null`, which is read as `None`".to_owned());
        assert_eq!(written(&Some(None::<u8>)), nothing);
        assert_eq!(written(&[Some(())]), nothing);
        assert_eq!(written(&(1, Some(Unit))), nothing);
        assert_eq!(written(&Some(New(None))), nothing);
        assert_eq!(written(&Some(serde_json::Value::Null)), nothing);
        for real in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let no_number = Err("JSON has finite numbers only".to_owned());
            assert_eq!(written(&Some(real)), no_number);
            assert_eq!(written(&vec![real]), no_number);
        }
        assert!(written(&f32::NAN).is_err());
    }
}
