//! Typed RPC and IPC from one annotated trait.
//!
//! Annotate a trait with [`rpc_interface`], and it brings a client and a server along:
//!
//! ```
//! use traitwire::{in_process, rpc::Backend, rpc_interface};
//!
//! /// Greets people.
//! #[rpc_interface(version = "1.0.0")]
//! pub trait Greeter {
//!     /// A greeting for somebody.
//!     #[rpc(public)]
//!     async fn greet(&self, name: &str) -> String;
//! }
//!
//! struct Polite;
//!
//! impl Greeter for Polite {
//!     async fn greet(&self, name: &str) -> String {
//!         format!("Good day, {name}.")
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let backend = Backend::builder().serve(GreeterServer::new(Polite)).build()?;
//! // Here within the process; over HTTP it is `http::connect::<GreeterClient>(url).await?`.
//! let greeter = in_process::connect::<GreeterClient>(&backend)?;
//! assert_eq!(greeter.greet("Ann").await?, "Good day, Ann.");
//! # Ok(())
//! # }
//! ```
//!
//! | to | see |
//! |---|---|
//! | declare an interface | [`rpc_interface`], [`ipc_interface`] |
//! | describe a type | [`Wire`], [`Mirror`], [`Bytes`], [`Float`], [`double_option`] |
//! | call | [`Call`], [`StreamCall`], [`CallError`] |
//! | handle | [`Context`], [`Caller`], [`Trace`] |
//! | serve | [`rpc::Backend`], `http::service`, `server::Server` |
//! | know who calls | `rpc::Authenticator`, `rpc::StaticTokens`, `rpc::JwtAuthenticator`, `testing::AccessTest` |
//! | connect | `http::connect`, `in_process::connect` |
//! | open a pair, with calls both ways | `ipc::frontend`, `ipc::backend`, [`ipc::Call`], [`Incoming`] |
//!
//! # Features
//!
//! | feature | brings |
//! |---|---|
//! | `http-client` | calls over HTTP, by reqwest |
//! | `http-client-hyper` | calls over HTTP, by hyper's own client |
//! | `http-client-service` | calls over HTTP, by a tower service of yours alone |
//! | `http-server` | a `tower::Service` that serves interfaces over HTTP |
//! | `server` | `server::Server`: interfaces on a socket of its own, with timeouts, limits, health and drain (brings hyper-util) |
//! | `tls` | TLS in that server, by rustls |
//! | `compression` | gzip in that server, where asked for |
//! | `in-process` | calls within the process |
//! | `ipc` | pairs of one frontend and one backend, with calls both ways: `ipc`, in this process or over any stream |
//! | `ipc-rpc` | RPC interfaces over pairs: `ipc::Rpc` |
//! | `ipc-unix` | the same over Unix sockets: `ipc::unix` |
//! | `ipc-tcp` | the same over TCP: `ipc::tcp` |
//! | `jwt` | `rpc::JwtAuthenticator`: callers by JSON Web Tokens; it builds C code |
//! | `idempotency-sqlite` | `rpc::idempotency::SqliteStore`: idempotency keys for several processes on one machine |
//! | `metrics` | calls and their time for the recorder that the program installs with the crate `metrics` |
//! | `testing` | `testing::AccessTest`, which tries every method with every kind of credentials |
//! | `bytes`, `chrono`, `indexmap`, `jiff`, `rust_decimal`, `semver`, `serde_json`, `time`, `url`, `uuid` | types of the crate that is called so as wire types |
//! | `driver` | `driver::main`, for a program that prints the schema of its interfaces |
//!
//! `http-client`, `http-server` and `in-process` are the default. A crate that only declares
//! interfaces turns them off (`default-features = false`) and then compiles neither tokio nor hyper,
//! axum or reqwest.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod bytes;
mod call;
mod caller;
#[cfg(feature = "__rpc")]
mod cancel;
mod context;
mod default;
mod definition;
mod difference;
pub mod double_option;
#[cfg(feature = "driver")]
pub mod driver;
mod error;
mod float;
mod hex;
#[cfg(any(feature = "__http-client", feature = "http-server"))]
pub mod http;
#[cfg(feature = "in-process")]
pub mod in_process;
mod incoming;
pub mod ipc;
mod labels;
#[cfg(any(feature = "__backend", feature = "__ipc"))]
mod panics;
pub mod rpc;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "testing")]
pub mod testing;
mod trace;
mod wire;

pub use crate::bytes::Bytes;
pub use crate::call::{Call, StreamCall};
pub use crate::caller::Caller;
pub use crate::context::Context;
pub use crate::error::{CallError, Executed, Fault, FaultKind, Incompatibility};
pub use crate::float::Float;
pub use crate::incoming::Incoming;
pub use crate::trace::{BadTrace, Trace};
pub use crate::wire::{Mirror, Wire};
pub use futures_core::Stream;
pub use traitwire_macros::Wire;
/// Declares an IPC interface: one frontend, one backend, and calls in both directions. The trait stays
/// as it is written, but that its futures are `Send`; beside it stand a client, which calls the peer of a
/// [pair](ipc), and a server for the end that implements it, both named after the trait.
///
/// | option | means |
/// |---|---|
/// | `version = "1.0.0"` | the version that the handshake compares; needed |
/// | `served_by = backend` (or `frontend`) | which end implements the trait; needed |
/// | `name = ".."`, `rename_all = ".."`, `crate = path` | as in [`rpc_interface`] |
/// | `serial` | handlers of the interface run one at a time |
///
/// Methods take `#[ipc(..)]`:
///
/// | attribute | means |
/// |---|---|
/// | `notify` | nothing comes back, so nothing is returned; the handler of a plain `fn` runs where the message is read, that of an `async fn` may wait |
/// | `since = ".."` | the caller needs this version's behaviour, though the shape is older |
/// | `alias = ".."` | a former name, under which it still answers |
/// | `spawn` | the handler is never polled by the task that reads, for it computes for long before its first await |
/// | `detached` | the handler runs to its end even if its caller gives up |
///
/// A method is an `async fn` with one reply, a plain `fn` that returns `impl Stream<Item = ..> + Send`, or
/// a notification. It may take a `cx: &Context` first, which is not sent, and one [`Incoming`] among its
/// arguments, for which the client takes any stream.
///
/// ```
/// use traitwire::{Incoming, Stream, ipc_interface};
///
/// /// The backend's half of a pair.
/// #[ipc_interface(version = "1.0.0", served_by = backend)]
/// pub trait Editor {
///     /// Items come in.
///     async fn stroke(&self, points: Incoming<(f32, f32)>) -> u64;
///     /// Items go out.
///     fn history(&self) -> impl Stream<Item = String> + Send;
/// }
///
/// /// The frontend's half, which the backend calls.
/// #[ipc_interface(version = "1.0.0", served_by = frontend)]
/// pub trait EditorView {
///     /// No reply is sent.
///     #[ipc(notify)]
///     fn progress(&self, done: u64, total: u64);
/// }
///
/// /// What the backend does with the client of its frontend.
/// async fn import(view: &EditorViewClient, pages: &[String]) -> Result<(), traitwire::Fault> {
///     for (done, _page) in (1..).zip(pages) {
///         view.progress(done, pages.len() as u64).await?;
///     }
///     Ok(())
/// }
/// ```
pub use traitwire_macros::ipc_interface;
/// Declares an RPC interface. The trait stays as it is written, but that its futures are `Send`;
/// beside it stand a client and a server, named after it.
///
/// | option | means |
/// |---|---|
/// | `version = "1.2.0"` | the version of the interface; needed |
/// | `name = ".."` | its name on the wire, in place of the trait's |
/// | `rename_all = ".."` | methods and arguments are named so on the wire, in a case of serde's |
/// | `route = required` | a request without a routing key is refused before its handler runs |
/// | `crate = path` | where traitwire is, if it has another name |
///
/// Methods take `#[rpc(..)]`:
///
/// | attribute | means |
/// |---|---|
/// | `readonly` | changes nothing: also answers `GET`, may be cached and retried |
/// | `idempotent` | may be retried |
/// | `public` | everyone may call it; otherwise the caller must be known |
/// | `scope = ".."` | the caller must hold this scope |
/// | `since = ".."` | a frontend needs this version's behaviour, though the shape is older |
/// | `alias = ".."` | a former name, under which it still answers |
/// | `cache = "60s"` | how long a reply to `GET` may be cached |
///
/// A method takes `&self`, a `&Context` if it wants one, and named arguments, which may be borrowed
/// (`&str`, `&[T]`, `&T`). It is an `async fn`, or a `fn` that returns `impl Stream<Item = ..> + Send`.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use traitwire::{Context, Stream, Wire, rpc_interface};
///
/// #[derive(Debug, Serialize, Deserialize, Wire)]
/// pub enum CatalogError {
///     #[wire(status = 404)]
///     NotFound { id: u64 },
/// }
///
/// /// Finds and reads models.
/// #[rpc_interface(version = "1.2.0")]
/// pub trait Catalog {
///     /// Names that contain `query`.
///     #[rpc(readonly)]
///     async fn search(&self, query: &str, limit: Option<u32>) -> Result<Vec<String>, CatalogError>;
///
///     /// Gives a model another name.
///     #[rpc(scope = "models:write")]
///     async fn rename(&self, cx: &Context, id: u64, name: &str) -> Result<(), CatalogError>;
///
///     /// The names as they change.
///     #[rpc(since = "1.2.0")]
///     fn watch(&self, id: u64) -> impl Stream<Item = Result<String, CatalogError>> + Send;
/// }
/// ```
pub use traitwire_macros::rpc_interface;
pub use traitwire_schema as schema;
