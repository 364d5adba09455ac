//! Loosely coupled calls: what every transport shares.
//!
//! | module | the question it answers |
//! |---|---|
//! | `args` | How do arguments become bytes and back? |
//! | `returned` | What may a method return, and how does it become a reply? |
//! | `codec` | How do values become JSON and back, exactly and bounded? |
//! | `exact` | Which values would JSON alter without a word? |
//! | `fragile` | Of which types would it alter a value? |
//! | `channel` | How does a stub's call find its transport? |
//! | `dispatch` | How does an accepted call reach its handler? |
//! | `compatibility` | What does a call need, is it offered, and how is it said that it is not? |
//! | `build` | Which interfaces make a backend? |
//! | `backend` | Which interfaces are served, and which of their methods does a request name? |
//! | `admission` | May a call run, by what its head says? |
//! | `admitted` | How does a call that may run come to its handler, once at most? |
//! | `running` | How does a handler run to its end: its reply, its deadline, its panic? |
//! | `in_flight` | How many calls may run at once, and what becomes of one more? |
//! | `idempotency/*` | How does a call that is made twice run once? |
//! | `older` | Which methods of an older series can this implementation serve? |
//! | `auth` | Who is calling? (`auth.rs` lists its own modules) |
//! | `limits` | How much is too much? |
//! | `observe` | What is told of every call to logs, traces and metrics? |
//! | `metrics` | What is counted of every call? |
//! | `intercept` | What does a program do around every call of its own? |
//! | `around` | What does a backend do around every call that it runs? |
//! | `sender` | What do all calls of one frontend say of it? |
//! | `token` | What does a frontend show a backend? |
//! | `retry` | When is a call made again, and after which pause? |
//! | `retry/driver` | How is a call made until one of its attempts is the last? |
//! | `versions` | What does a backend say that it serves? |
//! | `connector` | What can be said of a connection, whatever carries its calls? |
//! | `connect` | Is the other end one that this frontend can talk to? |

#[cfg(feature = "__backend")]
pub(crate) mod admission;
#[cfg(feature = "__backend")]
pub(crate) mod admitted;
pub(crate) mod args;
#[cfg(feature = "__backend")]
mod around;
#[cfg(feature = "__backend")]
pub(crate) mod auth;
#[cfg(feature = "__backend")]
pub(crate) mod backend;
#[cfg(feature = "__backend")]
mod build;
pub(crate) mod channel;
pub(crate) mod codec;
#[cfg(feature = "__rpc")]
pub(crate) mod compatibility;
#[cfg(feature = "__frontend")]
pub(crate) mod connect;
#[cfg(feature = "__frontend")]
pub(crate) mod connector;
pub(crate) mod dispatch;
pub(crate) mod exact;
pub(crate) mod fragile;
#[cfg(feature = "__backend")]
pub mod idempotency;
#[cfg(feature = "__backend")]
mod in_flight;
#[cfg(feature = "__frontend")]
mod intercept;
#[cfg(feature = "__rpc")]
pub(crate) mod limits;
// On its own the feature has no end to count calls at.
#[cfg(all(feature = "metrics", any(feature = "__frontend", feature = "__backend")))]
mod metrics;
#[cfg(any(feature = "__frontend", feature = "__backend"))]
pub(crate) mod observe;
#[cfg(feature = "__backend")]
mod older;
pub(crate) mod retry;
pub(crate) mod returned;
#[cfg(feature = "__backend")]
pub(crate) mod running;
pub(crate) mod sender;
pub(crate) mod token;
#[cfg(feature = "__rpc")]
pub(crate) mod versions;

#[cfg(feature = "__backend")]
pub use self::around::{AcceptedCall, BackendInterceptor};
#[cfg(feature = "__backend")]
pub use self::auth::{Authenticator, Credentials, Refused, StaticTokens};
#[cfg(feature = "jwt")]
pub use self::auth::{BadKeys, JwtAuthenticator, JwtKeys, KeySource, NoClaims};
#[cfg(feature = "__backend")]
pub use self::backend::Backend;
#[cfg(feature = "__backend")]
pub use self::build::{BackendBuilder, BuildError, SchemaAccess, VersionPolicy};
pub use self::channel::Stub;
// For transports of our own, until both halves of one can be written outside.
#[doc(hidden)]
pub use self::channel::{Channel, Transport};
pub use self::channel::{Opening, Reply, ReplyItems, Request};
#[cfg(feature = "__frontend")]
pub use self::connect::Stubs;
pub use self::dispatch::{Dispatch, Failure, Payload};
#[cfg(feature = "__frontend")]
pub use self::intercept::{Interceptor, Next};
#[cfg(feature = "__backend")]
pub use self::limits::{Fixed, Limits};
pub use self::retry::RetryPolicy;
pub use self::sender::Routed;
#[cfg(feature = "__rpc")]
pub use self::versions::{OfferedInterface, OfferedMethod, Versions};
#[cfg(feature = "server")]
pub use crate::server::Server;
