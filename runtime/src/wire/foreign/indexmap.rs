//! indexmap writes objects and arrays, in its order.

use std::hash::{BuildHasher, Hash};

use indexmap::{IndexMap, IndexSet};
use traitwire_schema::{Ref, Type};

use crate::wire::Wire;
use crate::wire::define::wire;

wire! {
    {K: Wire + Eq + Hash, V: Wire, S: BuildHasher + Default + Send + 'static} IndexMap<K, V, S>
        => Type::Map(Ref::Static(const { &K::TYPE }), Ref::Static(const { &V::TYPE })),
    {T: Wire + Eq + Hash, S: BuildHasher + Default + Send + 'static} IndexSet<T, S>
        => Type::Set(Ref::Static(const { &T::TYPE })),
}
