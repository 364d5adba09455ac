//! Does every method let in whom it should, and nobody else?
//!
//! [`AccessTest`] tries every method of a backend with every kind of credentials. No handler runs and
//! nothing is sent: whether a call may run is decided before its arguments are looked at.

use std::fmt;

use traitwire_schema::Access;

use crate::FaultKind;
use crate::labels::Labels;
use crate::rpc::Backend;
use crate::rpc::admission::{Head, Target};
use crate::rpc::auth::{Credentials, HeaderValues};

/// What is no credentials of anybody. The third but last says that it is signed by no one.
const GARBAGE: [&str; 6] = [
    "Bearer",
    "Bearer ",
    "Bearer garbage",
    "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290IiwiZXhwIjo0MTAyNDQ0ODAwfQ.",
    "Bearer a.b.c",
    "Basic Z2FyYmFnZTpnYXJiYWdl",
];

/// Tries every method of a backend × no credentials, garbage, expired ones, ones that lack the
/// method's scope, and right ones.
///
/// ```
/// use std::time::SystemTime;
/// use traitwire::rpc::{Backend, StaticTokens};
/// use traitwire::testing::AccessTest;
/// use traitwire::{Caller, rpc_interface};
///
/// #[rpc_interface(version = "1.0.0")]
/// pub trait Diary {
///     async fn read(&self) -> String;
///     #[rpc(scope = "diary:write")]
///     async fn write(&self, text: &str);
/// }
///
/// struct Mine;
///
/// impl Diary for Mine {
///     async fn read(&self) -> String {
///         "Dear diary, ..".to_owned()
///     }
///
///     async fn write(&self, _text: &str) {}
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let backend = Backend::builder()
///     .serve(DiaryServer::new(Mine))
///     .authenticator(StaticTokens::new([
///         ("ann's", Caller::new("ann").with_scope("diary:write")),
///         ("bob's", Caller::new("bob")),
///         ("eve's", Caller::new("eve").with_expires_at(SystemTime::UNIX_EPOCH)),
///     ]))
///     .build()?;
///
/// let report = AccessTest::new(&backend, |_scope| "ann's")
///     .wrong_scope(|_scope| "bob's")
///     .expired(|_scope| "eve's")
///     .run()
///     .await;
/// report.assert_ok();
/// assert_eq!(report.to_string().lines().count(), 2);
/// # Ok(())
/// # }
/// ```
#[must_use = "it tries nothing until it is run"]
pub struct AccessTest<'a> {
    backend: &'a Backend,
    right: MakeFor<'a>,
    wrong_scope: Option<MakeWithout<'a>>,
    expired: Option<MakeFor<'a>>,
    nothing_expires: bool,
}

/// Makes credentials of a caller who holds a scope, or any caller.
type MakeFor<'a> = Box<dyn Fn(Option<&str>) -> Shown + 'a>;

/// Makes credentials of a caller who lacks a scope.
type MakeWithout<'a> = Box<dyn Fn(&str) -> Shown + 'a>;

impl<'a> AccessTest<'a> {
    /// A test of this backend. `right` makes the credentials of a caller who holds this scope, if there
    /// is one.
    pub fn new<S: Into<Shown>>(
        backend: &'a Backend,
        right: impl Fn(Option<&str>) -> S + 'a,
    ) -> AccessTest<'a> {
        let right = Box::new(move |scope: Option<&str>| right(scope).into());
        AccessTest { backend, right, wrong_scope: None, expired: None, nothing_expires: false }
    }

    /// How the credentials of a caller are made who lacks this scope, and better holds others, of a
    /// similar name among them. Needed if a method asks for a scope.
    pub fn wrong_scope<S: Into<Shown>>(mut self, make: impl Fn(&str) -> S + 'a) -> Self {
        self.wrong_scope = Some(Box::new(move |scope| make(scope).into()));
        self
    }

    /// How credentials are made that would be right, had they not expired. Needed unless
    /// [`nothing_expires`](Self::nothing_expires).
    pub fn expired<S: Into<Shown>>(mut self, make: impl Fn(Option<&str>) -> S + 'a) -> Self {
        self.expired = Some(Box::new(move |scope| make(scope).into()));
        self
    }

    /// The authenticator knows no credentials that expire.
    pub fn nothing_expires(mut self) -> Self {
        self.nothing_expires = true;
        self
    }

    /// Tries them all. It has to be awaited within a tokio runtime with timers.
    ///
    /// # Cancel safety
    /// Nothing remains of it.
    pub async fn run(self) -> AccessReport {
        let mut methods = Vec::new();
        for target in self.backend.targets() {
            let mut checks = Vec::new();
            for case in Case::ALL {
                let Some(wanted) = case.wanted(target.access()) else { continue };
                if case == Case::Expired && self.nothing_expires {
                    continue;
                }
                let got = self.try_case(target, case, wanted).await;
                checks.push(Check { case, wanted, got });
            }
            let access = target.access().clone();
            methods.push(MethodAccess { path: target.path(), access, checks });
        }
        AccessReport { methods }
    }

    /// What came of a case; where it has several credentials, of the first that went wrong.
    async fn try_case(&self, target: Target<'_>, case: Case, wanted: Verdict) -> Option<Verdict> {
        let scope = match target.access() {
            Access::Scope(scope) => Some(&**scope),
            _ => None,
        };
        let all = match case {
            Case::None => vec![Shown::nothing()],
            Case::Garbage => {
                let fixed = GARBAGE.map(|value| Shown::nothing().header("authorization", value));
                let right = (self.right)(scope);
                let near = [right.changed(|value| value.push('x')), right.changed(shorten)];
                fixed.into_iter().chain(near).collect()
            }
            Case::Expired => vec![self.expired.as_ref()?(scope)],
            Case::WrongScope => vec![self.wrong_scope.as_ref()?(scope?)],
            Case::Right => vec![(self.right)(scope)],
        };
        for shown in &all {
            let got = verdict(target, shown).await;
            if got != wanted {
                return Some(got);
            }
        }
        Some(wanted)
    }
}

fn shorten(value: &mut String) {
    value.pop();
}

/// What admission says. What it would let in ends here.
async fn verdict(target: Target<'_>, shown: &Shown) -> Verdict {
    // Where a route is required, any will do: it is not what is tried.
    let labels = Labels {
        request_id: "access-test".into(),
        route: Some("access-test".into()),
        ..Labels::default()
    };
    let head = Head { credentials: Credentials::new(shown), labels, ..Head::default() };
    match target.admit(head).await {
        Ok(_) => Verdict::Admitted,
        Err(fault) => Verdict::Refused(fault.kind()),
    }
}

/// What a request shows of its caller. A text is a bearer token.
#[derive(Clone, Default)]
pub struct Shown {
    headers: Vec<(String, String)>,
}

impl Shown {
    /// No credentials.
    pub fn nothing() -> Shown {
        Shown::default()
    }

    /// A bearer token.
    pub fn bearer(token: impl AsRef<str>) -> Shown {
        Shown::nothing().header("authorization", format!("Bearer {}", token.as_ref()))
    }

    /// The same, and this header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Shown {
        self.headers.push((name.into(), value.into()));
        self
    }

    fn changed(&self, change: impl Fn(&mut String)) -> Shown {
        let mut shown = self.clone();
        shown.headers.iter_mut().for_each(|(_, value)| change(value));
        shown
    }
}

impl HeaderValues for Shown {
    fn value(&self, name: &str) -> Option<&str> {
        self.headers.value(name)
    }
}

impl From<&str> for Shown {
    fn from(token: &str) -> Shown {
        Shown::bearer(token)
    }
}

impl From<String> for Shown {
    fn from(token: String) -> Shown {
        Shown::bearer(token)
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown(..)")
    }
}

/// A kind of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    None,
    Garbage,
    Expired,
    WrongScope,
    Right,
}

impl Case {
    const ALL: [Case; 5] =
        [Case::None, Case::Garbage, Case::Expired, Case::WrongScope, Case::Right];

    /// What is to come of it; nothing, where there is no such case.
    fn wanted(self, access: &Access) -> Option<Verdict> {
        Some(match (self, access) {
            (Case::WrongScope, Access::Scope(_)) => Verdict::Refused(FaultKind::PermissionDenied),
            (Case::WrongScope, _) => return None,
            (_, Access::Public) | (Case::Right, _) => Verdict::Admitted,
            _ => Verdict::Refused(FaultKind::Unauthenticated),
        })
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Case::None => "none",
            Case::Garbage => "garbage",
            Case::Expired => "expired",
            Case::WrongScope => "wrong scope",
            Case::Right => "right",
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Admitted,
    Refused(FaultKind),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Admitted => f.write_str("admitted"),
            Verdict::Refused(kind) => kind.fmt(f),
        }
    }
}

/// What came of an [`AccessTest`]. Its text has one line for each method.
#[derive(Debug, Clone)]
#[must_use = "it may tell of methods that let in the wrong callers"]
pub struct AccessReport {
    methods: Vec<MethodAccess>,
}

#[derive(Debug, Clone)]
struct MethodAccess {
    path: String,
    access: Access,
    checks: Vec<Check>,
}

#[derive(Debug, Clone)]
struct Check {
    case: Case,
    wanted: Verdict,
    /// `None` if there were no such credentials to try.
    got: Option<Verdict>,
}

impl AccessReport {
    /// Whether every method judged every kind of credentials as it should, and all were tried.
    pub fn is_ok(&self) -> bool {
        self.methods.iter().all(MethodAccess::is_ok)
    }

    /// The paths of all methods that were tried, such as `Catalog/v1/search`.
    pub fn methods(&self) -> impl Iterator<Item = &str> {
        self.methods.iter().map(|method| &*method.path)
    }

    /// Ends the test if [`is_ok`](Self::is_ok) does not hold.
    ///
    /// # Panics
    /// Then, with a line for each method that is not as it should be.
    #[track_caller]
    pub fn assert_ok(&self) {
        let wrong = self.methods.iter().filter(|method| !method.is_ok());
        let wrong: Vec<String> = wrong.map(ToString::to_string).collect();
        let lines = wrong.join("\n  ");
        assert!(wrong.is_empty(), "access is not as the interfaces say:\n  {lines}");
    }
}

impl fmt::Display for AccessReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for method in &self.methods {
            writeln!(f, "{method}")?;
        }
        Ok(())
    }
}

impl MethodAccess {
    fn is_ok(&self) -> bool {
        self.checks.iter().all(|check| check.got == Some(check.wanted))
    }
}

impl fmt::Display for MethodAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (", self.path)?;
        match &self.access {
            Access::Public => f.write_str("public")?,
            Access::Authenticated => f.write_str("authenticated")?,
            Access::Scope(scope) => write!(f, "scope {scope}")?,
        }
        f.write_str(")")?;
        for (index, Check { case, wanted, got }) in self.checks.iter().enumerate() {
            let between = if index == 0 { ": " } else { ", " };
            match got {
                Some(got) if got == wanted => write!(f, "{between}{case} {got}")?,
                Some(got) => write!(f, "{between}{case} {got} INSTEAD OF {wanted}")?,
                None => write!(f, "{between}{case} NOT TRIED")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn method(checks: Vec<Check>) -> AccessReport {
        let access = Access::Scope("diary:write".into());
        let path = "Diary/v1/write".to_owned();
        AccessReport { methods: vec![MethodAccess { path, access, checks }] }
    }

    #[test]
    fn what_went_wrong_and_what_was_not_tried_is_said() {
        let denied = Verdict::Refused(FaultKind::PermissionDenied);
        let report = method(vec![
            Check { case: Case::Right, wanted: Verdict::Admitted, got: Some(Verdict::Admitted) },
            Check { case: Case::WrongScope, wanted: denied, got: Some(Verdict::Admitted) },
            Check { case: Case::Expired, wanted: denied, got: None },
        ]);
        assert!(!report.is_ok());
        assert_eq!(
            report.to_string(),
            "Diary/v1/write (scope diary:write): right admitted, wrong scope admitted INSTEAD OF \
             permission_denied, expired NOT TRIED\n"
        );
    }

    #[test]
    #[should_panic(expected = "access is not as the interfaces say:\n  Diary/v1/write")]
    fn what_was_not_tried_fails_the_test() {
        method(vec![Check { case: Case::Right, wanted: Verdict::Admitted, got: None }]).assert_ok();
    }
}
