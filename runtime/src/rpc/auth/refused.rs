//! Why was somebody not recognised?

use std::time::Duration;

use crate::{Fault, FaultKind};

/// Why an authenticator did not recognise a caller. The message reaches the caller: it must not help
/// to guess a secret. What only the backend's operators should know belongs into the log.
///
/// ```
/// use std::time::Duration;
/// use traitwire::rpc::Refused;
///
/// // Who is it? A frontend of ours asks its token provider for another token.
/// let unknown = Refused::unauthenticated("the session has ended");
/// // It is known, and may do nothing here.
/// let banned = Refused::permission_denied("the account is closed");
/// // Nobody can tell now. The call may be made again.
/// let away = Refused::unavailable("sessions cannot be looked up now")
///     .with_retry_after(Duration::from_secs(5));
/// # let _ = (unknown, banned, away);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    kind: FaultKind,
    message: String,
    retry_after: Option<Duration>,
}

impl Refused {
    /// The credentials are missing, unknown, expired or wrong: [`FaultKind::Unauthenticated`].
    pub fn unauthenticated(message: impl Into<String>) -> Refused {
        Refused { kind: FaultKind::Unauthenticated, message: message.into(), retry_after: None }
    }

    /// No bearer token came, and nothing else would do.
    pub(super) fn no_bearer() -> Refused {
        Refused::unauthenticated("a bearer token is needed: `Authorization: Bearer ..`")
    }

    /// It is known who calls, and it may do nothing here: [`FaultKind::PermissionDenied`].
    pub fn permission_denied(message: impl Into<String>) -> Refused {
        Refused { kind: FaultKind::PermissionDenied, message: message.into(), retry_after: None }
    }

    /// Who calls cannot be told now, say because the identity provider is not reached:
    /// [`FaultKind::Overloaded`], which says nothing against the credentials and may be tried again.
    pub fn unavailable(message: impl Into<String>) -> Refused {
        Refused { kind: FaultKind::Overloaded, message: message.into(), retry_after: None }
    }

    /// The same, with the time after which it is worth asking again.
    #[must_use]
    pub fn with_retry_after(mut self, retry_after: Duration) -> Refused {
        self.retry_after = Some(retry_after);
        self
    }

    /// What the call ends with.
    pub fn kind(&self) -> FaultKind {
        self.kind
    }

    /// The reason.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// After how long it is worth asking again, if that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Fault {
        Fault::before(refused.kind, refused.message)
    }
}
