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
/// Names, tags, defaults and skips mean in the schema what they mean in serde. A serde attribute that
/// the schema cannot express (`flatten`, `with`, `from`, `into`, `other` and some more) is a compile
/// error at its place, never ignored. Beside them stand, in `#[wire(..)]`:
///
/// | option | on | says |
/// |---|---|---|
/// | `status = 404` | a variant | the HTTP status of this declared error, 400 to 599; without it 422 |
/// | `since = "1.2.0"` | a field, a variant | the version of the interface that brought it |
/// | `crate = path` | the type | where traitwire is, if not at `::traitwire` |
///
/// `#[non_exhaustive]` on an enum says that later versions may add variants. Type parameters stay
/// parameters in the schema: `Page<T>` is described once. Their bounds are limited to serde's traits,
/// `Wire`, `'static`, and those of std that are commonly derived.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross the wire",
    label = "no wire schema for `{Self}`",
    note = "if the type is yours, add #[derive(traitwire::Wire)] next to its serde derives",
    note = "if it comes from another crate, enable the matching traitwire feature, or wrap it in a \
            type of your own"
)]
pub trait Wire: Serialize + DeserializeOwned + Send + 'static {
    /// What the schema says of it.
    const TYPE: Type;

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
}

impl<T: Wire> Mirror for T {
    const MIRRORED: Type = T::TYPE;
}
