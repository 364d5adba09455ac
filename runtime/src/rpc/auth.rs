//! Who is calling?
//!
//! | module | the question it answers |
//! |---|---|
//! | `credentials` | What does a request say about its caller? |
//! | `refused` | Why was somebody not recognised? |
//! | `static_tokens` | Whose token is this, of those known from the start? |
//! | `jwt` | What does a signed token say about its bearer? |
//! | `jwt/keys` | Which key may have signed this token, and where do keys come from? |
//! | `jwt/key_set` | Which algorithms may a published key verify? |

mod credentials;
#[cfg(feature = "jwt")]
mod jwt;
mod refused;
mod static_tokens;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub use self::credentials::Credentials;
#[cfg(feature = "in-process")]
pub(crate) use self::credentials::HeaderValues;
#[cfg(all(feature = "jwt", feature = "http-client"))]
pub(crate) use self::jwt::MAX_DOCUMENT;
#[cfg(feature = "jwt")]
pub(crate) use self::jwt::MAX_TOKEN;
#[cfg(feature = "jwt")]
pub use self::jwt::{BadKeys, JwtAuthenticator, JwtKeys, KeySource, NoClaims};
pub use self::refused::Refused;
pub use self::static_tokens::StaticTokens;
use crate::Caller;

/// Finds out who calls, once for each request and before its body is read.
///
/// An implementation writes an `async fn`:
///
/// ```
/// use traitwire::Caller;
/// use traitwire::rpc::{Authenticator, Credentials, Refused};
///
/// /// Knows machines by their keys.
/// struct ApiKeys;
///
/// impl Authenticator for ApiKeys {
///     async fn authenticate(&self, credentials: Credentials<'_>) -> Result<Caller, Refused> {
///         match credentials.header("x-api-key") {
///             Some("k3y") => Ok(Caller::new("the build").with_scope("jobs:run")),
///             _ => Err(Refused::unauthenticated("an API key is needed: `X-Api-Key: ..`")),
///         }
///     }
/// }
/// ```
pub trait Authenticator: Send + Sync + 'static {
    /// Recognises a caller, or refuses it. It has the time that the call has. If it panics, the call
    /// ends with [`FaultKind::Internal`], before its handler could run.
    ///
    /// # Errors
    /// [`Refused`]: who calls is not known, or may do nothing here, or that cannot be told now.
    ///
    /// # Cancel safety
    /// It is dropped where it awaits when the caller gives up or its deadline passes.
    ///
    /// [`FaultKind::Internal`]: crate::FaultKind::Internal
    fn authenticate<'a>(
        &'a self,
        credentials: Credentials<'a>,
    ) -> impl Future<Output = Result<Caller, Refused>> + Send + 'a;
}

impl<T: Authenticator> Authenticator for Arc<T> {
    fn authenticate<'a>(
        &'a self,
        credentials: Credentials<'a>,
    ) -> impl Future<Output = Result<Caller, Refused>> + Send + 'a {
        (**self).authenticate(credentials)
    }
}

/// An authenticator of any type, as a backend keeps it.
pub(super) trait AnyAuthenticator: Send + Sync {
    fn ask<'a>(
        &'a self,
        credentials: Credentials<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<Caller, Refused>> + Send + 'a>>;
}

impl<A: Authenticator> AnyAuthenticator for A {
    fn ask<'a>(
        &'a self,
        credentials: Credentials<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<Caller, Refused>> + Send + 'a>> {
        Box::pin(self.authenticate(credentials))
    }
}
