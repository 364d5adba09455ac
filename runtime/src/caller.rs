//! Who calls, as the authenticator found out?

use std::any::{Any, type_name};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

/// Who calls, as the backend's authenticator found out: a subject, the scopes that it holds, until
/// when that is known, and claims of a type of yours. Cloning is cheap.
///
/// ```
/// use traitwire::Caller;
///
/// struct Member {
///     team: String,
/// }
///
/// let caller = Caller::new("ann")
///     .with_scope("models:write")
///     .with_claims(Member { team: "bridges".to_owned() });
/// assert!(caller.has_scope("models:write"));
/// assert_eq!(caller.claims::<Member>().unwrap().team, "bridges");
/// ```
#[derive(Clone)]
pub struct Caller(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    subject: String,
    scopes: BTreeSet<String>,
    expires_at: Option<SystemTime>,
    claims: Option<Claims>,
}

#[derive(Clone)]
struct Claims {
    value: Arc<dyn Any + Send + Sync>,
    /// All that may be shown of them.
    type_name: &'static str,
}

impl Caller {
    /// A caller without scopes, without claims, and known for as long as the call takes.
    pub fn new(subject: impl Into<String>) -> Caller {
        Caller(Arc::new(Inner {
            subject: subject.into(),
            scopes: BTreeSet::new(),
            expires_at: None,
            claims: None,
        }))
    }

    fn change(mut self, change: impl FnOnce(&mut Inner)) -> Caller {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// The same caller, holding one scope more.
    #[must_use]
    pub fn with_scope(self, scope: impl Into<String>) -> Caller {
        self.change(|inner| {
            inner.scopes.insert(scope.into());
        })
    }

    /// The same caller, known until then: later it is refused, and a stream that it has open ends
    /// with [`FaultKind::Unauthenticated`].
    ///
    /// [`FaultKind::Unauthenticated`]: crate::FaultKind::Unauthenticated
    #[must_use]
    pub fn with_expires_at(self, expires_at: SystemTime) -> Caller {
        self.change(|inner| inner.expires_at = Some(expires_at))
    }

    /// The same caller with claims, in place of those that it had. They are never shown: `Debug` has
    /// the name of their type.
    #[must_use]
    pub fn with_claims<C: Send + Sync + 'static>(self, claims: C) -> Caller {
        let claims = Claims { value: Arc::new(claims), type_name: type_name::<C>() };
        self.change(|inner| inner.claims = Some(claims))
    }

    /// Who it is: a user, a service.
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// Whether it holds a scope, by its exact name.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.0.scopes.contains(scope)
    }

    /// The scopes that it holds, sorted.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.0.scopes.iter().map(String::as_str)
    }

    /// When what it showed stops being good; none, if never.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.0.expires_at
    }

    /// What else the authenticator found out, if that is of this type.
    pub fn claims<C: Send + Sync + 'static>(&self) -> Option<&C> {
        self.0.claims.as_ref()?.value.downcast_ref()
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { subject, scopes, expires_at, claims } = &*self.0;
        let mut debug = f.debug_struct("Caller");
        debug.field("subject", subject).field("scopes", scopes).field("expires_at", expires_at);
        if let Some(claims) = claims {
            debug.field("claims", &format_args!("{}(..)", claims.type_name));
        }
        debug.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Badge(&'static str);

    #[test]
    fn claims_come_back_as_the_type_that_they_are() {
        let caller = Caller::new("ann").with_claims(Badge("canary"));
        let again = caller.clone().with_scope("models:write");
        assert_eq!(again.claims::<Badge>().map(|badge| badge.0), Some("canary"));
        assert!(again.claims::<String>().is_none());
        assert!(!caller.has_scope("models:write"));
        assert!(Caller::new("bob").claims::<Badge>().is_none());
    }

    #[test]
    fn claims_are_not_shown() {
        let shown = format!("{:?}", Caller::new("ann").with_claims(Badge("canary")));
        assert!(shown.contains("Badge(..)") && !shown.contains("canary"), "{shown}");
    }
}
