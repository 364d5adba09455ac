//! What do std's types that hold other types cross as?

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::hash::{BuildHasher, Hash};
use std::sync::{Arc, Mutex, RwLock};

use serde::Serialize;
use serde::de::DeserializeOwned;
use traitwire_schema::{Ref, Type};

use super::Wire;
use super::define::wire;
use crate::rpc::returned::Plain;

wire! {
    {T: Wire} Option<T> => Type::Option(Ref::Static(const { &T::TYPE })),
    {T: Wire} Vec<T> => Type::Seq(Ref::Static(const { &T::TYPE })),
    {T: Wire} Box<[T]> => Type::Seq(Ref::Static(const { &T::TYPE })),
    {T: Wire + Sync} Arc<[T]> => Type::Seq(Ref::Static(const { &T::TYPE })),
    {T: Wire} VecDeque<T> => Type::Seq(Ref::Static(const { &T::TYPE })),
    {T: Wire} LinkedList<T> => Type::Seq(Ref::Static(const { &T::TYPE })),
    {T: Wire + Ord} BinaryHeap<T> => Type::Seq(Ref::Static(const { &T::TYPE })),
    {T: Wire + Ord} BTreeSet<T> => Type::Set(Ref::Static(const { &T::TYPE })),
    {T: Wire + Eq + Hash, S: BuildHasher + Default + Send + 'static} HashSet<T, S>
        => Type::Set(Ref::Static(const { &T::TYPE })),
    {K: Wire + Ord, V: Wire} BTreeMap<K, V>
        => Type::Map(Ref::Static(const { &K::TYPE }), Ref::Static(const { &V::TYPE })),
    {K: Wire + Eq + Hash, V: Wire, S: BuildHasher + Default + Send + 'static} HashMap<K, V, S>
        => Type::Map(Ref::Static(const { &K::TYPE }), Ref::Static(const { &V::TYPE })),

    // What is inside crosses: locked, and an error where that fails.
    {T: Wire + Copy} Cell<T> => T::TYPE,
    {T: Wire} RefCell<T> => T::TYPE,
    {T: Wire} Mutex<T> => T::TYPE,
    {T: Wire} RwLock<T> => T::TYPE,
}

impl<T: Wire> Wire for Box<T> {
    const TYPE: Type = T::TYPE;

    fn to_octets(&self) -> Option<bytes::Bytes> {
        T::to_octets(self)
    }

    fn from_octets(octets: bytes::Bytes) -> Option<Self> {
        T::from_octets(octets).map(Box::new)
    }
}

impl<T: Wire> Plain for Box<T> {}

impl<T: Wire + Sync> Wire for Arc<T> {
    const TYPE: Type = T::TYPE;

    fn to_octets(&self) -> Option<bytes::Bytes> {
        T::to_octets(self)
    }

    fn from_octets(octets: bytes::Bytes) -> Option<Self> {
        T::from_octets(octets).map(Arc::new)
    }
}

impl<T: Wire + Sync> Plain for Arc<T> {}

impl<B> Wire for Cow<'static, B>
where
    B: ToOwned + Serialize + Sync + ?Sized,
    B::Owned: Wire,
{
    const TYPE: Type = <B::Owned as Wire>::TYPE;
}

impl<B> Plain for Cow<'static, B>
where
    B: ToOwned + Serialize + Sync + ?Sized,
    B::Owned: Wire,
{
}

// serde knows arrays of up to 32 elements.
impl<T: Wire, const N: usize> Wire for [T; N]
where
    [T; N]: Serialize + DeserializeOwned,
{
    const TYPE: Type = Type::Array(Ref::Static(const { &T::TYPE }), N as u64);
}

impl<T: Wire, const N: usize> Plain for [T; N] where [T; N]: Serialize + DeserializeOwned {}

macro_rules! tuples {
    ($($name:ident)+) => {
        wire! {
            {$($name: Wire),+} ($($name,)+)
                => Type::Tuple(Cow::Borrowed(const { &[$($name::TYPE),+] })),
        }
    };
}

tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);
tuples!(A B C D E F G H I);
tuples!(A B C D E F G H I J);
tuples!(A B C D E F G H I J K);
tuples!(A B C D E F G H I J K L);
tuples!(A B C D E F G H I J K L M);
tuples!(A B C D E F G H I J K L M N);
tuples!(A B C D E F G H I J K L M N O);
tuples!(A B C D E F G H I J K L M N O P);
