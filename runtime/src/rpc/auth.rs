//! Who is calling?

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::Caller;

/// What a request says about its caller. Its debug form hides the secret.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    authorization: Option<&'a str>,
}

impl<'a> Credentials<'a> {
    pub(crate) fn new(authorization: Option<&'a str>) -> Credentials<'a> {
        Credentials { authorization }
    }

    /// The whole `Authorization` of the request.
    pub fn authorization(&self) -> Option<&'a str> {
        self.authorization
    }

    /// The token of `Authorization: Bearer ..`; the scheme's case does not matter (RFC 9110 §11.1).
    pub fn bearer(&self) -> Option<&'a str> {
        let (scheme, token) = self.authorization?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start_matches(' '))
    }
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.authorization.is_some() {
            "Credentials(..)"
        } else {
            "Credentials(none)"
        })
    }
}

/// Why somebody was not recognised. The message reaches the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unauthenticated {
    message: String,
}

impl Unauthenticated {
    /// The reason, which must not help to guess a secret.
    pub fn new(message: impl Into<String>) -> Unauthenticated {
        Unauthenticated { message: message.into() }
    }

    /// The reason.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// Finds out who calls, once for each request and before its body is read.
///
/// ```
/// use std::future::Future;
/// use std::pin::Pin;
/// use traitwire::Caller;
/// use traitwire::rpc::{Authenticator, Credentials, Unauthenticated};
///
/// /// Takes everybody's word for it. For a test.
/// struct Trusting;
///
/// impl Authenticator for Trusting {
///     fn authenticate<'a>(
///         &'a self,
///         credentials: Credentials<'a>,
///     ) -> Pin<Box<dyn Future<Output = Result<Caller, Unauthenticated>> + Send + 'a>> {
///         Box::pin(async move {
///             let name = credentials.bearer().ok_or(Unauthenticated::new("say who you are"))?;
///             Ok(Caller::new(name))
///         })
///     }
/// }
/// ```
pub trait Authenticator: Send + Sync + 'static {
    /// Recognises a caller, or refuses it.
    fn authenticate<'a>(
        &'a self,
        credentials: Credentials<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<Caller, Unauthenticated>> + Send + 'a>>;
}

/// Bearer tokens that are known when the backend starts. They are compared in constant time, by
/// their SHA-256, and are not kept.
///
/// ```
/// use traitwire::Caller;
/// use traitwire::rpc::StaticTokens;
///
/// let tokens = StaticTokens::new([
///     ("s3cret", Caller::new("ann")),
///     ("t0psecret", Caller::new("bob").with_scope("models:write")),
/// ]);
/// ```
pub struct StaticTokens {
    tokens: Vec<([u8; 32], Caller)>,
}

impl StaticTokens {
    /// Tokens and whom each belongs to. An empty token is never accepted.
    pub fn new<T: AsRef<str>>(tokens: impl IntoIterator<Item = (T, Caller)>) -> StaticTokens {
        let tokens = tokens.into_iter().filter(|(token, _)| !token.as_ref().is_empty());
        StaticTokens {
            tokens: tokens.map(|(token, caller)| (hash(token.as_ref()), caller)).collect(),
        }
    }

    fn find(&self, token: &str) -> Option<&Caller> {
        let hash = hash(token);
        let mut found = None;
        // All are compared, so that the time tells nothing of which one came near.
        for (known, caller) in &self.tokens {
            if known.ct_eq(&hash).into() {
                found = Some(caller);
            }
        }
        found
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

impl fmt::Debug for StaticTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.tokens.iter().map(|(_, caller)| caller.subject())).finish()
    }
}

impl Authenticator for StaticTokens {
    fn authenticate<'a>(
        &'a self,
        credentials: Credentials<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<Caller, Unauthenticated>> + Send + 'a>> {
        let found = match credentials.bearer() {
            None => {
                Err(Unauthenticated::new("a bearer token is needed: `Authorization: Bearer ..`"))
            }
            Some(token) => self
                .find(token)
                .cloned()
                .ok_or_else(|| Unauthenticated::new("the bearer token is not known")),
        };
        Box::pin(std::future::ready(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_token_is_known() {
        let tokens = StaticTokens::new([("abc", Caller::new("ann")), ("", Caller::new("nobody"))]);
        assert_eq!(tokens.find("abc").map(Caller::subject), Some("ann"));
        for wrong in ["", "ab", "abcd", "ABC", " abc"] {
            assert_eq!(tokens.find(wrong), None, "{wrong:?}");
        }
        assert_eq!(format!("{tokens:?}"), r#"["ann"]"#);
    }

    #[test]
    fn the_scheme_is_bearer_in_any_case() {
        for (header, token) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc", Some("abc")),
            ("Basic abc", None),
            ("Bearerabc", None),
            ("", None),
        ] {
            assert_eq!(Credentials::new(Some(header)).bearer(), token, "{header:?}");
        }
        assert_eq!(format!("{:?}", Credentials::new(Some("Bearer abc"))), "Credentials(..)");
    }
}
