//! What does a frontend show a backend?

use std::fmt;
use std::sync::Arc;

/// A bearer token. Its debug form hides it.
#[derive(Clone)]
pub(crate) struct Token(Arc<str>);

impl Token {
    pub(crate) fn new(token: impl Into<String>) -> Token {
        Token(format!("Bearer {}", token.into()).into())
    }

    /// The value of `Authorization`.
    pub(crate) fn authorization(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}
