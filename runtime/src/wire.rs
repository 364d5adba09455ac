//! What is a type called in the schema?

mod containers;
#[allow(dead_code, reason = "which types need what depends on the features")]
mod define;
mod defined;
mod foreign;
mod net;
mod param;
mod scalars;

use serde::Serialize;
use serde::de::DeserializeOwned;
use traitwire_schema::Type;

pub use self::param::Param;

/// A type that can cross the wire: an argument, a reply, an item, a declared error, a field.
///
/// Derive it beside serde's derives. It describes what serde does with the type; it does not change
/// it. The type owns its data (no lifetimes), for what arrives is decoded.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use traitwire::Wire;
///
/// #[derive(Debug, Clone, Serialize, Deserialize, Wire)]
/// #[serde(rename_all = "camelCase")]
/// pub struct Model {
///     pub id: u64,
///     pub display_name: String,
///     #[serde(default)]
///     pub tags: Vec<String>,
/// }
/// ```
///
/// # What the derive reads
///
/// Every attribute of serde means here what it means there, in both directions, or is a compile error
/// at its place; none is ignored.
///
/// | of serde | on | means |
/// |---|---|---|
/// | `rename`, `rename_all`, `rename_all_fields`, `alias` | all | names, of each direction apart |
/// | `tag`, `content`, `untagged` | an enum | how a value says which variant it is |
/// | `tag` | a struct | a first member that always holds the name; a reader ignores it, so not beside `deny_unknown_fields` |
/// | `untagged` | a variant | has no tag, and is tried when none of the others fits |
/// | `other` | a variant | stands for every name that a reader does not know |
/// | `default` | a field, a struct | may be absent; the schema holds the value, if it is always the same |
/// | `skip`, `skip_serializing`, `skip_deserializing`, `skip_serializing_if` | a field, a variant | is not there, in both directions, in one, or in some values |
/// | `flatten` | a field | its members stand among the others; not beside `deny_unknown_fields` |
/// | `deny_unknown_fields` | the type | a reader refuses what it does not know |
/// | `transparent` | a struct | is its only field, absence included |
/// | `from`, `try_from`, `into` | the type | crosses as these types, which are `Wire` themselves |
/// | `with`, `serialize_with`, `deserialize_with` | a field, a variant | crosses as `#[wire(as = ..)]` says, which is needed |
/// | `remote`, `getter` | the type, a field | makes a [`Mirror`] of a type of another crate |
/// | `bound`, `crate`, `expecting` | as in serde | nothing on the wire |
/// | `borrow`, `field_identifier`, `variant_identifier`, `remote = "Self"` | | refused |
///
/// Beside them stand, in `#[wire(..)]`:
///
/// | option | on | says |
/// |---|---|---|
/// | `as = Type` | a field, a variant with `with` | what crosses: the field's own type need not be `Wire` |
/// | `overlapping` | an enum | of variants without tags that share values, the first that fits is meant |
/// | `status = 404` | a variant | the HTTP status of this declared error, 400 to 599; without it 422 |
/// | `since = "1.2.0"` | a field, a variant | the version of the interface that brought it |
/// | `crate = path` | the type | where traitwire is, if not at `::traitwire` |
///
/// # Types and functions of others
///
/// serde calls functions that you name, and these write what they like: say what with `as`. A type that
/// crosses by impls of its own is described in the same way. Where all of a foreign type is public, or
/// has getters, a mirror with `#[serde(remote = "..")]` needs no function at all.
///
/// ```
/// # mod other_crate { pub struct Point { pub x: f64, pub y: f64 } }
/// use other_crate::Point;
/// use serde::{Deserialize, Serialize};
/// use traitwire::Wire;
///
/// #[derive(Serialize, Deserialize, Wire)]
/// #[serde(remote = "Point")]
/// struct PointDef {
///     x: f64,
///     y: f64,
/// }
///
/// #[derive(Serialize, Deserialize, Wire)]
/// struct Circle {
///     #[serde(with = "PointDef")]
///     #[wire(as = PointDef)]
///     center: Point,
///     #[serde(with = "as_text")]
///     #[wire(as = String)]
///     radius: u32,
/// }
///
/// mod as_text {
///     use serde::{Deserialize, Deserializer, Serializer, de::Error};
///
///     pub fn serialize<S: Serializer>(value: &u32, serializer: S) -> Result<S::Ok, S::Error> {
///         serializer.collect_str(value)
///     }
///
///     pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
///         String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
///     }
/// }
/// ```
///
/// # What newer versions add
///
/// `#[non_exhaustive]` on an enum says that later versions may add variants. For a reader that is to
/// survive them, add a last variant that takes what it does not know:
///
/// | tagging | `#[serde(other)] Unknown` | `#[serde(untagged)] Other(serde_json::Value)` |
/// |---|---|---|
/// | `tag` alone | takes every variant, and drops its content | keeps all of it |
/// | none, or `tag` and `content` | takes variants without content only; the derive warns | keeps all of it |
///
/// # Generic types
///
/// Type parameters stay parameters in the schema: `Page<T>` is described once. Their bounds are limited
/// to serde's traits, `Wire`, `'static`, and those of std that are commonly derived. A type may hold
/// itself, but not with an ever larger argument.
///
/// # Warnings
///
/// `Vec<u8>` crosses as an array of numbers, in about four times the space: the derive warns of it once
/// for a type. [`Bytes`](crate::Bytes) is the way out, and `#[allow(deprecated)]` on the type silences
/// the warning (no macro can warn but by something deprecated).
///
/// # What is refused later
///
/// That serde could not read back a value can often be said only when all types are known: an
/// integer of 128 bits behind a tag, `Option<Option<T>>` (for which there is
/// [`double_option`](crate::double_option)), untagged variants that share values. Such a type compiles,
/// and is refused with the reason and the way out when a backend is built, or by `traitwire generate`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross the wire",
    label = "no wire schema for `{Self}`",
    note = "if the type is yours, add #[derive(traitwire::Wire)] next to its serde derives",
    note = "if it comes from another crate, enable the matching traitwire feature, or wrap it in a \
            type of your own",
    note = "`Rc` and `rc::Weak` never cross, for a call may move between threads: use `Arc` or `Box`"
)]
pub trait Wire: Serialize + DeserializeOwned + Send + 'static {
    /// What the schema says of it.
    const TYPE: Type;

    /// The same, as generated code names it: where a value with a destructor stands, the compiler has
    /// to see to its end.
    #[doc(hidden)]
    const TYPE_REF: &'static Type = &Self::TYPE;

    /// The bytes, if this is nothing but bytes: they may travel without JSON.
    #[doc(hidden)]
    fn to_octets(&self) -> Option<bytes::Bytes> {
        None
    }

    /// The reverse of `to_octets`.
    #[doc(hidden)]
    fn from_octets(octets: bytes::Bytes) -> Option<Self> {
        // A newtype of bytes is bytes on the wire; whoever calls it need not have the newtype.
        crate::bytes::decode(octets)
    }
}

/// Says what a type looks like on the wire that is not [`Wire`] itself, in `#[wire(as = ..)]` on a
/// field. Every type that is [`Wire`] mirrors itself; `#[derive(Wire)]` beside
/// `#[serde(remote = "..")]` makes a mirror of a type of another crate.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what crosses the wire",
    label = "no wire schema for `{Self}`",
    note = "`#[wire(as = ..)]` takes a type that crosses itself, or one that derives Wire beside \
            #[serde(remote = \"..\")]"
)]
pub trait Mirror {
    /// What the schema says of it.
    const MIRRORED: Type;

    /// See [`Wire::TYPE_REF`].
    #[doc(hidden)]
    const MIRRORED_REF: &'static Type = &Self::MIRRORED;
}

impl<T: Wire> Mirror for T {
    const MIRRORED: Type = T::TYPE;
}
