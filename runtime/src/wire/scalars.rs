//! What do numbers, text and std's wrappers of one value cross as?

use std::cmp::Reverse;
use std::ffi::{CStr, CString};
use std::marker::PhantomData;
use std::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU8,
    NonZeroU16, NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize, Saturating, Wrapping,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{
    AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicU8, AtomicU16,
    AtomicU32, AtomicU64, AtomicUsize,
};

use traitwire_schema::{Int, Ref, Type};

use super::Wire;
use super::define::wire;
use crate::rpc::returned::Plain;
use crate::{Bytes, Float};

wire! {
    bool => Type::Bool,
    i8 => Type::Int(Int::I8),
    i16 => Type::Int(Int::I16),
    i32 => Type::Int(Int::I32),
    i64 => Type::Int(Int::I64),
    i128 => Type::Int(Int::I128),
    isize => Type::Int(Int::Isize),
    u8 => Type::Int(Int::U8),
    u16 => Type::Int(Int::U16),
    u32 => Type::Int(Int::U32),
    u64 => Type::Int(Int::U64),
    u128 => Type::Int(Int::U128),
    usize => Type::Int(Int::Usize),
    f32 => Type::F32,
    f64 => Type::F64,
    Float => Type::Float,
    char => Type::Char,
    () => Type::Unit,

    String => Type::String,
    Box<str> => Type::String,
    Arc<str> => Type::String,
    // A path that is no Unicode fails where it is written.
    PathBuf => Type::String,
    Box<Path> => Type::String,
    Arc<Path> => Type::String,
    CString => C_STRING,
    Box<CStr> => C_STRING,

    NonZeroI8 => Type::NonZero(Int::I8),
    NonZeroI16 => Type::NonZero(Int::I16),
    NonZeroI32 => Type::NonZero(Int::I32),
    NonZeroI64 => Type::NonZero(Int::I64),
    NonZeroI128 => Type::NonZero(Int::I128),
    NonZeroIsize => Type::NonZero(Int::Isize),
    NonZeroU8 => Type::NonZero(Int::U8),
    NonZeroU16 => Type::NonZero(Int::U16),
    NonZeroU32 => Type::NonZero(Int::U32),
    NonZeroU64 => Type::NonZero(Int::U64),
    NonZeroU128 => Type::NonZero(Int::U128),
    NonZeroUsize => Type::NonZero(Int::Usize),

    // A reader clamps what is out of range; a frontend should not count on that.
    Saturating<i8> => Type::Int(Int::I8),
    Saturating<i16> => Type::Int(Int::I16),
    Saturating<i32> => Type::Int(Int::I32),
    Saturating<i64> => Type::Int(Int::I64),
    Saturating<isize> => Type::Int(Int::Isize),
    Saturating<u8> => Type::Int(Int::U8),
    Saturating<u16> => Type::Int(Int::U16),
    Saturating<u32> => Type::Int(Int::U32),
    Saturating<u64> => Type::Int(Int::U64),
    Saturating<usize> => Type::Int(Int::Usize),

    {T: Wire} Wrapping<T> => T::TYPE,
    {T: Wire} Reverse<T> => T::TYPE,

    // serde writes it as a unit struct.
    {T: ?Sized + Send + 'static} PhantomData<T> => Type::Unit,
}

/// serde writes the bytes of a C string as an array of numbers.
const C_STRING: Type = Type::Seq(Ref::Static(&Type::NonZero(Int::U8)));

macro_rules! atomics {
    ($($width:literal: $($ty:ty => $schema:expr),*;)*) => { $($(
        #[cfg(target_has_atomic = $width)]
        wire! { $ty => $schema, }
    )*)* };
}

atomics! {
    "8": AtomicBool => Type::Bool, AtomicI8 => Type::Int(Int::I8), AtomicU8 => Type::Int(Int::U8);
    "16": AtomicI16 => Type::Int(Int::I16), AtomicU16 => Type::Int(Int::U16);
    "32": AtomicI32 => Type::Int(Int::I32), AtomicU32 => Type::Int(Int::U32);
    "64": AtomicI64 => Type::Int(Int::I64), AtomicU64 => Type::Int(Int::U64);
    "ptr": AtomicIsize => Type::Int(Int::Isize), AtomicUsize => Type::Int(Int::Usize);
}

impl Wire for Bytes {
    const TYPE: Type = Type::Bytes;

    fn to_octets(&self) -> Option<bytes::Bytes> {
        Some(self.clone().into())
    }

    fn from_octets(octets: bytes::Bytes) -> Option<Self> {
        Some(octets.into())
    }
}

impl Plain for Bytes {}
