//! What stands for a type parameter while a generic type is described?

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use traitwire_schema::Type;

use super::Wire;
use crate::rpc::returned::Plain;

/// Stands for the n-th type parameter while a generic type is described, so that its definition
/// stays generic in the schema. It has the traits that bounds commonly ask for and no values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Param<const N: u16> {}

impl<const N: u16> Wire for Param<N> {
    const TYPE: Type = Type::Param(N);
}

impl<const N: u16> Plain for Param<N> {}

impl<const N: u16> Serialize for Param<N> {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        match *self {}
    }
}

impl<'de, const N: u16> Deserialize<'de> for Param<N> {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(serde::de::Error::custom("a type parameter has no values"))
    }
}

impl<const N: u16> std::fmt::Display for Param<N> {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {}
    }
}

impl<const N: u16> Default for Param<N> {
    /// Never called: descriptions only name the type.
    fn default() -> Self {
        panic!("a type parameter has no values")
    }
}
