//! How can a call end other than well?

use std::convert::Infallible;
use std::fmt;
use std::time::Duration;

/// Why a call did not bring its reply: the method's declared error, exactly as the handler returned
/// it, or a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallError<E> {
    /// The `Err` that the handler returned.
    Declared(E),
    /// Everything else.
    Fault(Fault),
}

impl<E> CallError<E> {
    /// The declared error, if it is one.
    pub fn declared(&self) -> Option<&E> {
        match self {
            CallError::Declared(error) => Some(error),
            CallError::Fault(_) => None,
        }
    }

    /// The fault, if it is one.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            CallError::Declared(_) => None,
            CallError::Fault(fault) => Some(fault),
        }
    }

    /// Whether the handler may have run. It has, where its own error came back.
    pub fn executed(&self) -> Executed {
        match self {
            CallError::Declared(_) => Executed::Maybe,
            CallError::Fault(fault) => fault.executed(),
        }
    }
}

impl<E> From<Fault> for CallError<E> {
    fn from(fault: Fault) -> Self {
        CallError::Fault(fault)
    }
}

impl<E: fmt::Debug> fmt::Display for CallError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // A declared error need not be displayable; its debug form names variant and fields.
            CallError::Declared(error) => write!(f, "declared error: {error:?}"),
            CallError::Fault(fault) => fault.fmt(f),
        }
    }
}

impl<E: fmt::Debug> std::error::Error for CallError<E> {}

impl CallError<Infallible> {
    /// The fault: a method that declares no error ends well or with one.
    pub fn into_fault(self) -> Fault {
        match self {
            CallError::Declared(never) => match never {},
            CallError::Fault(fault) => fault,
        }
    }
}

/// Everything that can end a call besides its reply and its declared error.
#[derive(Clone, PartialEq, Eq)]
pub struct Fault {
    kind: FaultKind,
    executed: Executed,
    message: String,
    // The rest is rare; boxed, so that every `Result` of a call stays small.
    details: Option<Box<Details>>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Details {
    path: Option<String>,
    incompatibility: Option<Incompatibility>,
    retry_after: Option<Duration>,
}

impl Fault {
    /// A fault of this kind. `message` is for people and crosses the wire: it must hold no secret.
    pub fn new(kind: FaultKind, executed: Executed, message: impl Into<String>) -> Fault {
        Fault { kind, executed, message: message.into(), details: None }
    }

    /// A fault that ended the call before its handler could run.
    pub(crate) fn before(kind: FaultKind, message: impl Into<String>) -> Fault {
        Fault::new(kind, Executed::No, message)
    }

    /// What went wrong, and so what the caller can do.
    pub fn kind(&self) -> FaultKind {
        self.kind
    }

    /// Whether the handler may have run.
    pub fn executed(&self) -> Executed {
        self.executed
    }

    /// What went wrong, for people.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where in the arguments or the reply the value stands that was not understood, such as
    /// `filter.kinds[2]`.
    pub fn path(&self) -> Option<&str> {
        self.details.as_ref()?.path.as_deref()
    }

    /// What differs, for [`FaultKind::Incompatible`].
    pub fn incompatibility(&self) -> Option<&Incompatibility> {
        self.details.as_ref()?.incompatibility.as_ref()
    }

    /// How long to wait before the call is made again, where the backend says so.
    pub fn retry_after(&self) -> Option<Duration> {
        self.details.as_ref()?.retry_after
    }

    /// That in whole milliseconds, as it crosses: rounded up, so that nobody comes too early.
    pub(crate) fn retry_after_ms(&self) -> Option<u64> {
        let wait = self.retry_after()?;
        Some(wait.as_nanos().div_ceil(1_000_000).try_into().unwrap_or(u64::MAX))
    }

    /// The same fault of a call whose handler may have run all the same, such as in an earlier attempt.
    #[cfg(any(feature = "__frontend", feature = "__backend"))]
    pub(crate) fn executed_maybe(mut self) -> Fault {
        self.executed = Executed::Maybe;
        self
    }

    /// The same fault at a place in the arguments or the reply.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Fault {
        self.details.get_or_insert_default().path = Some(path.into());
        self
    }

    /// The same fault with what differs between the two ends.
    #[must_use]
    pub fn with_incompatibility(mut self, incompatibility: Incompatibility) -> Fault {
        self.details.get_or_insert_default().incompatibility = Some(incompatibility);
        self
    }

    /// The same fault with how long to wait before the call is made again. Over HTTP it is rounded
    /// up to a millisecond.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Fault {
        self.details.get_or_insert_default().retry_after = Some(wait);
        self
    }
}

#[allow(clippy::missing_fields_in_debug, reason = "the details are shown one by one")]
impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Fault");
        debug.field("kind", &self.kind).field("executed", &self.executed);
        debug.field("message", &self.message);
        if let Some(path) = self.path() {
            debug.field("path", &path);
        }
        if let Some(incompatibility) = self.incompatibility() {
            debug.field("incompatibility", incompatibility);
        }
        if let Some(wait) = self.retry_after() {
            debug.field("retry_after", &wait);
        }
        debug.finish()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}

impl std::error::Error for Fault {}

macro_rules! fault_kinds {
    ($($(#[$doc:meta])* $variant:ident $code:literal $status:literal,)*) => {
        /// What went wrong, and so what the caller can do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum FaultKind { $($(#[$doc])* $variant,)* }

        impl FaultKind {
            /// Every kind.
            pub const ALL: &'static [FaultKind] = &[$(FaultKind::$variant),*];

            /// The word on the wire, such as `permission_denied`.
            pub const fn code(self) -> &'static str {
                match self { $(FaultKind::$variant => $code,)* }
            }

            /// The HTTP status that it usually goes with.
            pub const fn status(self) -> u16 {
                match self { $(FaultKind::$variant => $status,)* }
            }

            /// The kind that a word on the wire stands for.
            pub fn from_code(code: &str) -> Option<FaultKind> {
                match code { $($code => Some(FaultKind::$variant),)* _ => None }
            }
        }
    };
}

fault_kinds! {
    /// The caller did not say who it is, or not credibly.
    Unauthenticated "unauthenticated" 401,
    /// The caller may not do this.
    PermissionDenied "permission_denied" 403,
    /// The request was not understood. [`Fault::path`] says where.
    InvalidArgument "invalid_argument" 400,
    /// The request, the reply or an item is over a limit.
    TooLarge "too_large" 413,
    /// The backend has no such interface, series or method.
    Unimplemented "unimplemented" 404,
    /// The two ends are of versions that do not go together. [`Fault::incompatibility`] says why.
    Incompatible "incompatible" 412,
    /// The backend has too much to do; later it may not.
    Overloaded "overloaded" 503,
    /// The call took longer than it was given.
    DeadlineExceeded "deadline_exceeded" 504,
    /// The caller gave up.
    Cancelled "cancelled" 499,
    /// The other end was not reached, or was lost.
    Disconnected "disconnected" 502,
    /// Something came back that is no reply of a traitwire backend to this call.
    BadReply "bad_reply" 502,
    /// The backend failed in a way that it does not declare. What happened is in its log.
    Internal "internal" 500,
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Whether the handler may have run: what decides if a call can be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Executed {
    /// It did not run.
    No,
    /// It ran, or may have.
    Maybe,
}

impl Executed {
    /// The word on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Executed::No => "no",
            Executed::Maybe => "maybe",
        }
    }
}

/// What differs between a frontend and a backend that cannot talk.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Incompatibility {
    /// The interface.
    pub interface: String,
    /// The method; none when the interface as a whole was refused.
    pub method: Option<String>,
    /// The version that the call needs.
    pub need: String,
    /// The versions that the backend offers, one for each series.
    pub offers: Vec<String>,
    /// Why they do not go together, such as `newer_needed`.
    pub reason: String,
    /// What would help, such as `upgrade_backend`.
    pub fix: String,
    /// Whether the same call may succeed later without a change at this end (a backend that is being
    /// upgraded).
    pub retryable: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_word_of_its_own() {
        for kind in FaultKind::ALL {
            assert_eq!(FaultKind::from_code(kind.code()), Some(*kind));
        }
        assert_eq!(FaultKind::from_code("constructor"), None);
    }

    #[test]
    fn a_call_result_stays_small() {
        assert!(size_of::<Fault>() <= 48);
    }
}
