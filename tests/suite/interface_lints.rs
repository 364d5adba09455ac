//! Is what is generated clean under the strictest lints of its user?

#![deny(warnings, missing_docs, unreachable_pub, unnameable_types, missing_debug_implementations)]
#![deny(rust_2018_idioms, future_incompatible, unused, nonstandard_style, rustdoc::all)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery, clippy::cargo)]
#![deny(unused_qualifications, single_use_lifetimes, trivial_casts, unused_results, let_underscore)]
#![forbid(unsafe_code)]
#![allow(clippy::multiple_crate_versions, clippy::cargo_common_metadata, reason = "not of code")]

use std::collections::BTreeMap;

use traitwire::{Context, Incoming, Stream, ipc_interface, rpc_interface};

/// Finds models.
#[rpc_interface(version = "1.0.0")]
pub(crate) trait Catalog {
    /// Searches.
    async fn search(&self, query: &str, limit: Option<u32>, names: Vec<String>) -> Vec<u64>;
    /// Renames.
    async fn rename(&self, cx: &Context, tags: &[String], map: BTreeMap<String, u64>) -> u8;
    /// Watches.
    fn watch(
        &self,
        cx: &Context,
        name: String,
    ) -> impl Stream<Item = Result<u8, Infallible>> + Send;
    /// Does nothing.
    async fn ping(&self);
    /// Names that suggest something to a lint.
    async fn len(&self) -> u64;
    /// Another.
    async fn next(&self) -> u64;
    /// Another.
    #[expect(clippy::iter_not_returning_iterator)]
    async fn iter(&self) -> Vec<u64>;
    /// Another.
    async fn add(&self, other: u64) -> u64;
    /// Another.
    #[expect(clippy::wrong_self_convention)]
    async fn into_parts(&self) -> u64;
    /// Another.
    #[expect(clippy::wrong_self_convention, clippy::fn_params_excessive_bools)]
    async fn from_parts(&self, a: bool, b: bool, c: bool, d: bool) -> (u64, (u8, Vec<(u8, u8)>));
    /// Another.
    #[expect(clippy::wrong_self_convention)]
    async fn new(&self) -> u64;
    /// Bytes as numbers, on purpose.
    #[allow(deprecated)]
    async fn numbers(&self, of: &[u8]) -> Vec<u8>;
    /// Gone.
    #[cfg(any())]
    async fn gone(&self, what: Gone) -> Gone;
    /// Old.
    #[deprecated(note = "use `search`")]
    async fn find(&self, old: u8) -> u8;
    /// Old, and many.
    #[deprecated]
    #[must_use]
    fn find_many(&self) -> impl Stream<Item = u8> + Send;
    /// Many arguments.
    #[expect(clippy::too_many_arguments)]
    async fn many(&self, a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8) -> u8;
}

use std::convert::Infallible;

/// One method.
#[rpc_interface(version = "0.1.0")]
pub trait One {
    /// The method.
    async fn one(&self) -> u8;
}

/// None, as it happens.
#[rpc_interface(version = "0.1.0")]
pub trait Empty {
    /// Not there.
    #[cfg(any())]
    async fn one(&self) -> u8;
}

/// Not used at all.
#[rpc_interface(version = "0.1.0")]
#[allow(dead_code)]
trait Private {
    /// The method.
    async fn one(&self, _name: u8) -> u8;
}

/// Old.
#[rpc_interface(version = "0.1.0")]
#[deprecated]
pub trait Old {
    /// The method.
    async fn one(&self, name: u8) -> u8;
}

/// Not there.
#[rpc_interface(version = "0.1.0")]
#[cfg(any())]
pub trait Gone {
    /// The method.
    async fn one(&self, name: Gone) -> u8;
}

/// The backend's half.
#[ipc_interface(version = "0.1.0", served_by = backend)]
pub trait Editor {
    /// Draws.
    async fn stroke(&self, cx: &Context, points: Incoming<(u8, u8)>, name: &str) -> u64;
    /// Tells.
    #[ipc(notify)]
    fn tell(&self, done: u64);
    /// Tells, and waits.
    #[ipc(notify, spawn)]
    async fn told(&self, cx: &Context, tags: &[String]);
    /// Old.
    #[deprecated]
    fn history(&self) -> impl Stream<Item = u64> + Send;
    /// Both ways.
    fn convert(
        &self,
        cx: &Context,
        words: Incoming<String>,
        width: Option<u64>,
    ) -> impl Stream<Item = Result<u8, Infallible>> + Send;
    /// Does nothing.
    async fn ping(&self);
    /// Names that suggest something to a lint.
    async fn next(&self) -> u64;
    /// Another.
    #[expect(clippy::wrong_self_convention)]
    async fn new(&self) -> u64;
    /// Another.
    #[expect(clippy::wrong_self_convention, clippy::fn_params_excessive_bools)]
    async fn from_parts(&self, a: bool, b: bool, c: bool, d: bool) -> (u64, (u8, Vec<(u8, u8)>));
    /// Bytes as numbers, on purpose.
    #[allow(deprecated)]
    async fn numbers(&self, of: &[u8]) -> Vec<u8>;
    /// Gone.
    #[cfg(any())]
    async fn gone(&self, what: Incoming<Gone>) -> Gone;
    /// Many arguments.
    #[expect(clippy::too_many_arguments)]
    #[ipc(notify)]
    fn many(&self, a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8);
}

/// None, as it happens.
#[ipc_interface(version = "0.1.0", served_by = frontend, serial)]
pub trait EmptyView {
    /// Not there.
    #[cfg(any())]
    async fn one(&self) -> u8;
}

/// Not used at all.
#[ipc_interface(version = "0.1.0", served_by = frontend)]
#[allow(dead_code)]
trait PrivateView {
    /// The method.
    async fn one(&self, _names: Incoming<u8>) -> u8;
    /// Another.
    #[ipc(notify)]
    fn two(&self, _name: u8);
}

/// Old.
#[ipc_interface(version = "0.1.0", served_by = frontend)]
#[deprecated]
pub trait OldView {
    /// The method.
    #[ipc(notify)]
    fn one(&self, name: u8);
}

/// Not there.
#[ipc_interface(version = "0.1.0", served_by = frontend)]
#[cfg(any())]
pub trait GoneView {
    /// The method.
    async fn one(&self, name: Gone) -> u8;
}

pub mod inner {
    //! Visibilities.

    /// In between.
    #[traitwire::rpc_interface(version = "1.0.0")]
    pub(super) trait InBetween {
        /// Does nothing.
        async fn ping(&self);
    }
}

#[test]
#[allow(deprecated)]
fn everything_can_be_named() {
    fn named<T>() -> usize {
        size_of::<T>()
    }
    let sizes = named::<CatalogClient>()
        + named::<CatalogServer<()>>()
        + named::<OneClient>()
        + named::<OneServer<()>>()
        + named::<EmptyClient>()
        + named::<OldClient>()
        + named::<OldServer<()>>()
        + named::<inner::InBetweenClient>()
        + named::<EditorClient>()
        + named::<EditorServer<()>>()
        + named::<EmptyViewClient>()
        + named::<EmptyViewServer<()>>()
        + named::<OldViewClient>()
        + named::<OldViewServer<()>>();
    assert!(sizes > 0);
    let _ = (inner::InBetweenClient::ping, CatalogClient::search, EditorClient::told);
}
