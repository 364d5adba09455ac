//! When is a call made again, and after which pause?
//!
//! The policy decides by what is known of one failed attempt, without a clock and without chance of
//! its own; the driver around it (`retry/driver`) waits and calls.

#[cfg(feature = "__frontend")]
mod driver;

use std::time::Duration;

#[cfg(feature = "__http-client")]
pub(crate) use self::driver::Facts;
#[cfg(feature = "__frontend")]
pub(crate) use self::driver::{Retrier, Retrying};
#[cfg(feature = "__frontend")]
use crate::{Executed, Fault, FaultKind};

/// When a call is made again. It is where both hold:
///
/// - It can help: the backend was not reached or was lost ([`FaultKind::Disconnected`]), has too
///   much to do ([`FaultKind::Overloaded`]), or is about to be upgraded
///   ([`FaultKind::Incompatible`], `retryable`).
/// - It does nothing twice: the handler is known not to have run ([`Executed::No`]), or the method is
///   `readonly` or `idempotent`.
///
/// All attempts lie within the call's one deadline, and in the long run at most a tenth of the calls
/// of a connection is made again, so that retries cannot keep down a backend that is down already. A
/// stream is opened again, but never once it has begun.
///
/// Pauses are chance: all between nothing and a limit that doubles with each attempt, so that the
/// frontends of one backend do not come back in one moment. After `Disconnected` that limit begins
/// sixteen times as high (1.6 s), for a backend that is gone is gone for all of its frontends, and
/// restarting takes longer than a burst of requests does. Where the backend says how long to wait
/// ([`Fault::retry_after`]), the pause comes on top of that; if there is no time for it before the
/// deadline, the call fails at once.
///
/// ```
/// use std::time::Duration;
/// use traitwire::rpc::RetryPolicy;
///
/// // The default, written out.
/// let policy = RetryPolicy::default()
///     .attempts(3)
///     .base(Duration::from_millis(100))
///     .cap(Duration::from_secs(5));
/// assert_eq!(policy, RetryPolicy::default());
/// ```
///
/// [`FaultKind::Disconnected`]: crate::FaultKind::Disconnected
/// [`FaultKind::Overloaded`]: crate::FaultKind::Overloaded
/// [`FaultKind::Incompatible`]: crate::FaultKind::Incompatible
/// [`Executed::No`]: crate::Executed::No
/// [`Fault::retry_after`]: crate::Fault::retry_after
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct RetryPolicy {
    attempts: u32,
    base: Duration,
    cap: Duration,
    deduplicated: bool,
}

/// How many doublings a backend that is gone is ahead of one that has too much to do.
#[cfg(feature = "__frontend")]
const GONE: u32 = 4;

impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPolicy {
            attempts: 3,
            base: Duration::from_millis(100),
            cap: Duration::from_secs(5),
            deduplicated: false,
        }
    }
}

impl RetryPolicy {
    /// Makes no call again.
    pub fn off() -> RetryPolicy {
        RetryPolicy::default().attempts(1)
    }

    /// How often a call is made at most, the first time included. Default: 3. With 1 or 0, no call
    /// is made again.
    pub fn attempts(mut self, attempts: u32) -> RetryPolicy {
        self.attempts = attempts.max(1);
        self
    }

    /// The longest pause before the second attempt; it doubles with each, and begins sixteen times
    /// as high if the backend is gone. Default: 100 ms.
    pub fn base(mut self, longest: Duration) -> RetryPolicy {
        self.base = longest;
        self
    }

    /// The longest pause of all, unless the backend asks for more. Default: 5 s.
    pub fn cap(mut self, longest: Duration) -> RetryPolicy {
        self.cap = longest;
        self
    }

    /// Says that the backend remembers idempotency keys and runs no call twice that has the same:
    /// then a call with a key ([`Call::idempotency_key`]) may be made again whatever its method is.
    /// If the backend does not, this makes it do things twice.
    ///
    /// [`Call::idempotency_key`]: crate::Call::idempotency_key
    pub fn backend_deduplicates(mut self) -> RetryPolicy {
        self.deduplicated = true;
        self
    }
}

/// What is known of a failed attempt.
#[cfg(feature = "__frontend")]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Failed<'a> {
    pub(crate) fault: &'a Fault,
    /// Which attempt it was, from 1.
    pub(crate) attempt: u32,
    /// Whether the method may run twice.
    pub(crate) idempotent: bool,
    /// Whether the call has an idempotency key.
    pub(crate) has_key: bool,
    /// The time until the deadline.
    pub(crate) left: Option<Duration>,
}

#[cfg(feature = "__frontend")]
impl RetryPolicy {
    /// The pause before the next attempt, if there is to be one. `chance` is from 0 to below 1.
    pub(crate) fn pause(&self, failed: Failed<'_>, chance: f64) -> Option<Duration> {
        if failed.attempt >= self.attempts || !self.may_repeat(failed) {
            return None;
        }
        let gone = failed.fault.kind() == FaultKind::Disconnected;
        let doublings = failed.attempt - 1 + if gone { GONE } else { 0 };
        let limit = 1_u32.checked_shl(doublings).map_or(self.cap, |n| self.base.saturating_mul(n));
        let asked = failed.fault.retry_after().unwrap_or_default();
        let mut limit = limit.min(self.cap);
        if let Some(left) = failed.left {
            // As much chance as there is time for.
            limit = limit.min(left.saturating_sub(asked));
        }
        let pause = asked.saturating_add(limit.mul_f64(chance));
        failed.left.is_none_or(|left| pause < left).then_some(pause)
    }

    fn may_repeat(&self, failed: Failed<'_>) -> bool {
        let fault = failed.fault;
        let did_nothing = fault.executed() == Executed::No;
        let does_nothing_twice =
            did_nothing || failed.idempotent || (failed.has_key && self.deduplicated);
        match fault.kind() {
            FaultKind::Disconnected | FaultKind::Overloaded => does_nothing_twice,
            // Of several backends behind one address, some are newer than others for a while.
            FaultKind::Incompatible => {
                did_nothing && fault.incompatibility().is_some_and(|found| found.retryable)
            }
            _ => false,
        }
    }
}

#[cfg(all(test, feature = "__frontend"))]
mod tests {
    use super::*;

    fn failed(fault: &Fault) -> Failed<'_> {
        Failed { fault, attempt: 1, idempotent: false, has_key: false, left: None }
    }

    fn fault(kind: FaultKind, executed: Executed) -> Fault {
        Fault::new(kind, executed, "said")
    }

    /// All kinds, whether they came before the handler, of methods that may run twice or not.
    #[test]
    fn only_what_helps_and_does_nothing_twice_is_repeated() {
        let policy = RetryPolicy::default();
        for kind in FaultKind::ALL.iter().copied() {
            let helps = matches!(kind, FaultKind::Disconnected | FaultKind::Overloaded);
            for executed in [Executed::No, Executed::Maybe] {
                let fault = fault(kind, executed);
                for idempotent in [false, true] {
                    let once = Failed { idempotent, ..failed(&fault) };
                    let harmless = idempotent || executed == Executed::No;
                    assert_eq!(policy.pause(once, 0.5).is_some(), helps && harmless, "{once:?}");
                    assert_eq!(RetryPolicy::off().pause(once, 0.5), None);
                    let third = Failed { attempt: 3, ..once };
                    assert_eq!(policy.pause(third, 0.5), None);
                }
            }
        }
    }

    #[test]
    fn a_key_counts_only_if_the_backend_deduplicates() {
        let cut = fault(FaultKind::Disconnected, Executed::Maybe);
        let with_key = Failed { has_key: true, ..failed(&cut) };
        assert_eq!(RetryPolicy::default().pause(with_key, 0.5), None);
        let policy = RetryPolicy::default().backend_deduplicates();
        assert!(policy.pause(with_key, 0.5).is_some());
        assert_eq!(policy.pause(failed(&cut), 0.5), None);
    }

    #[test]
    fn pauses_double_up_to_the_cap_and_chance_comes_after_it() {
        let policy = RetryPolicy::default().attempts(u32::MAX);
        let pause = |kind, attempt, chance| {
            let fault = fault(kind, Executed::No);
            policy.pause(Failed { attempt, ..failed(&fault) }, chance).unwrap().as_millis()
        };
        let busy = |attempt| pause(FaultKind::Overloaded, attempt, 0.5);
        assert_eq!([1, 2, 3, 6, 7, 40, 1 << 31].map(busy), [50, 100, 200, 1600, 2500, 2500, 2500]);
        let gone = |attempt| pause(FaultKind::Disconnected, attempt, 0.5);
        assert_eq!([1, 2, 3, 4].map(gone), [800, 1600, 2500, 2500]);
        assert_eq!(pause(FaultKind::Overloaded, 9, 0.0), 0);
    }

    #[test]
    fn a_pause_is_no_shorter_than_asked_and_ends_before_the_deadline() {
        let policy = RetryPolicy::default();
        let second = Duration::from_secs(1);
        let busy = fault(FaultKind::Overloaded, Executed::No).with_retry_after(second);
        assert_eq!(policy.pause(failed(&busy), 0.0), Some(second));
        assert_eq!(policy.pause(failed(&busy), 0.5), Some(second + Duration::from_millis(50)));
        let within = |left| policy.pause(Failed { left: Some(left), ..failed(&busy) }, 0.999);
        assert_eq!(within(second), None);
        let pause = within(second + Duration::from_millis(10)).unwrap();
        assert!(pause >= second && pause < second + Duration::from_millis(10), "{pause:?}");
        // What cannot even be added up is not waited for.
        let never = busy.clone().with_retry_after(Duration::MAX);
        let left = Some(Duration::from_secs(30));
        assert_eq!(policy.pause(Failed { left, ..failed(&never) }, 0.5), None);
    }

    /// A thousand frontends lose their backend in one moment, and it takes this long to be back.
    fn returns(down: Duration, rng: &mut fastrand::Rng) -> Vec<Duration> {
        let cut = fault(FaultKind::Disconnected, Executed::Maybe);
        let client = |rng: &mut fastrand::Rng| {
            let mut at = Duration::ZERO;
            for attempt in 1.. {
                let failed = Failed { attempt, idempotent: true, ..failed(&cut) };
                at += RetryPolicy::default().pause(failed, rng.f64())?;
                if at >= down {
                    return Some(at);
                }
            }
            None
        };
        (0..1000).filter_map(|_| client(rng)).collect()
    }

    #[test]
    fn l9_frontends_of_a_backend_that_restarts_do_not_come_back_in_one_moment() {
        let mut rng = fastrand::Rng::with_seed(7);
        for down in [0, 50, 500, 1000, 3000].map(Duration::from_millis) {
            for _ in 0..100 {
                let mut buckets = std::collections::BTreeMap::<u128, u32>::new();
                for at in returns(down, &mut rng) {
                    *buckets.entry(at.as_millis() / 100).or_default() += 1;
                }
                let most = buckets.values().max().copied().unwrap_or_default();
                assert!(most <= 150, "{most} of 1000 in 100 ms, after {down:?}");
            }
        }
    }

    #[test]
    fn l9_chance_is_on_by_default() {
        let policy = RetryPolicy::default();
        let cut = fault(FaultKind::Disconnected, Executed::No);
        let mut pauses: Vec<_> =
            [0.0, 0.25, 0.5, 0.75].map(|chance| policy.pause(failed(&cut), chance)).into();
        pauses.dedup();
        assert_eq!(pauses.len(), 4);
        assert_eq!(pauses[0], Some(Duration::ZERO));
    }
}
