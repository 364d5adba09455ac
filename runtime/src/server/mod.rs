//! RPC on a socket of its own, as production needs it.
//!
//! [`Server`] serves a [`Backend`](crate::rpc::Backend) over HTTP/1.1 and HTTP/2: it ends connections
//! that stall, refuses those that are too many, survives what makes accepting fail, says whether it is
//! healthy, and ends without losing a call. Parts of it are [tower] layers too, for people who bring a
//! server of their own: [`HostList`], [`Cors`].
//!
//! ```no_run
//! # use traitwire::{rpc::Backend, rpc_interface};
//! # #[rpc_interface(version = "1.0.0")]
//! # pub trait Adder {
//! #     /// The sum.
//! #     #[rpc(public)]
//! #     async fn add(&self, a: i64, b: i64) -> i64;
//! # }
//! # struct Plain;
//! # impl Adder for Plain {
//! #     async fn add(&self, a: i64, b: i64) -> i64 {
//! #         a + b
//! #     }
//! # }
//! use traitwire::server::Server;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let backend = Backend::builder().serve(AdderServer::new(Plain)).build()?;
//! let server = Server::builder(backend)
//!     .application(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
//!     .bind("127.0.0.1:7300")
//!     .await?;
//! println!("calls go to http://{}/rpc", server.local_addr());
//! let report = server.serve().await;
//! println!("ended; {} calls were cut", report.aborted);
//! # Ok(())
//! # }
//! ```
//!
//! | module | the question it answers |
//! |---|---|
//! | `build` | What does a server serve, and under which rules? |
//! | `serve` | How does a server accept connections, and how does it end? |
//! | `connection` | How does one connection live and end? |
//! | `socket` | What is going on on a connection, and how long may that go on? |
//! | `drain` | How far has the end of a server come, and who asks for it? |
//! | `routes` | Who answers a request? |
//! | `app` | What can a server serve besides a backend? |
//! | `limits` | How much is too much for a server? |
//! | `authority` | Which host and port are meant? |
//! | `hosts` | Which hosts is a server called by? |
//! | `cors` | Which pages of other origins may read replies? |
//! | `compression` | What is compressed, and what may come compressed? |
//! | `tls` | Which certificate does a server show? |
//!
//! [tower]: https://docs.rs/tower

mod app;
mod authority;
mod build;
#[cfg(feature = "compression")]
mod compression;
mod connection;
mod cors;
mod drain;
mod hosts;
mod limits;
mod routes;
mod serve;
mod socket;
#[cfg(feature = "tls")]
mod tls;

pub use self::app::RequestBody;
pub use self::build::{BindError, ServerBuilder};
pub use self::cors::{BadOrigin, Cors, CorsService, Origin};
pub(crate) use self::drain::Leaving;
pub use self::drain::ServerHandle;
pub use self::hosts::{BadHost, HostList, HostListService};
pub use self::limits::ServerLimits;
pub use self::serve::{Report, Server};
#[cfg(feature = "tls")]
pub use self::tls::{Tls, TlsError};

/// An error of somebody else's code.
type BoxError = Box<dyn std::error::Error + Send + Sync>;
