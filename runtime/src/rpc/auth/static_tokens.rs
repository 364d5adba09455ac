//! Whose token is this, of those known from the start?

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Authenticator, Credentials, Refused};
use crate::Caller;

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
    async fn authenticate(&self, credentials: Credentials<'_>) -> Result<Caller, Refused> {
        let token = credentials.bearer().ok_or_else(Refused::no_bearer)?;
        let caller = self.find(token).cloned();
        caller.ok_or_else(|| Refused::unauthenticated("the bearer token is not known"))
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
            assert!(tokens.find(wrong).is_none(), "{wrong:?}");
        }
        assert_eq!(format!("{tokens:?}"), r#"["ann"]"#);
    }
}
