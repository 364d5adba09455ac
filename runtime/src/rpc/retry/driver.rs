//! How is a call made until one of its attempts is the last?

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use super::{Failed, RetryPolicy};
use crate::rpc::Failure;
use crate::rpc::channel::{Request, Transport};
use crate::rpc::token::Tokens;
use crate::{Executed, Fault};

/// A transport whose calls are made again where the policy says so. Each attempt shows the token
/// that is current then.
pub(crate) struct Retrying {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) tokens: Tokens,
    pub(crate) retrier: Retrier,
}

/// The policy and the budget of a connection.
#[derive(Debug, Clone)]
pub(crate) struct Retrier {
    policy: RetryPolicy,
    budget: Arc<Budget>,
}

/// A future that one attempt is.
type Attempt<T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send>>;

/// Makes an attempt.
type Make<T> = fn(&dyn Transport, Request) -> Attempt<T>;

impl Retrying {
    /// Makes a call: one that has a reply, or one up to where its stream begins.
    pub(crate) fn call<T: 'static>(self: &Arc<Self>, request: Request, make: Make<T>) -> Called<T> {
        self.retrier.budget.earn();
        let attempt = self.attempt(&request, make);
        Called { attempt, first: Some((Arc::clone(self), request, make)) }
    }

    /// One attempt, or two if the first shows that the token is old.
    fn attempt<T: 'static>(self: &Arc<Self>, request: &Request, make: Make<T>) -> Attempt<T> {
        let with = |request: &Request, token| Request { token, ..request.clone() };
        match &self.tokens {
            Tokens::None => make(&*self.transport, request.clone()),
            Tokens::One(token) => make(&*self.transport, with(request, Some(token.clone()))),
            Tokens::Provided(_) => {
                let (this, request) = (Arc::clone(self), request.clone());
                Box::pin(async move {
                    let attempt = |token| make(&*this.transport, with(&request, token));
                    this.tokens.show(request.deadline, attempt).await
                })
            }
        }
    }

    /// What else is to be done after a first attempt that ended so.
    async fn go_on<T: 'static>(
        self: Arc<Self>,
        fault: Fault,
        request: Request,
        make: Make<T>,
    ) -> Result<T, Failure> {
        let method = request.method();
        let facts = Facts {
            what: &method.name,
            idempotent: method.idempotent || method.readonly,
            has_key: request.labels.idempotency_key.is_some(),
            deadline: request.deadline,
        };
        let policy = request.retries.unwrap_or(self.retrier.policy);
        let retrier = Retrier { policy, ..self.retrier.clone() };
        retrier.go_on(facts, fault, || self.attempt(&request, make)).await
    }
}

/// A call under way. What is needed for further attempts is little until there are any.
pub(crate) struct Called<T> {
    attempt: Attempt<T>,
    /// `None` after the first attempt.
    first: Option<(Arc<Retrying>, Request, Make<T>)>,
}

impl<T: 'static> Future for Called<T> {
    type Output = Result<T, Failure>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let ended = ready!(self.attempt.as_mut().poll(cx));
            match (ended, self.first.take()) {
                (Err(Failure::Fault(fault)), Some((calls, request, make))) => {
                    self.attempt = Box::pin(calls.go_on(fault, request, make));
                }
                (ended, _) => return Poll::Ready(ended),
            }
        }
    }
}

/// What counts in a call when it has failed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// For the log.
    what: &'a str,
    idempotent: bool,
    has_key: bool,
    deadline: Option<Instant>,
}

#[cfg(feature = "__http-client")]
impl Facts<'_> {
    /// Of something that changes nothing.
    pub(crate) fn of_query(what: &str, deadline: Instant) -> Facts<'_> {
        Facts { what, idempotent: true, has_key: false, deadline: Some(deadline) }
    }
}

impl Retrier {
    pub(crate) fn new(policy: RetryPolicy) -> Retrier {
        Retrier { policy, budget: Arc::new(Budget::full()) }
    }

    /// Makes one attempt after the other until one of them is the last.
    #[cfg(feature = "__http-client")]
    pub(crate) async fn repeat<T, A>(
        &self,
        facts: Facts<'_>,
        mut attempt: impl FnMut() -> A,
    ) -> Result<T, Failure>
    where
        A: Future<Output = Result<T, Failure>>,
    {
        self.budget.earn();
        match attempt().await {
            Err(Failure::Fault(fault)) => self.go_on(facts, fault, attempt).await,
            ended => ended,
        }
    }

    /// As `repeat`, after a first attempt that ended so.
    async fn go_on<T, A>(
        &self,
        facts: Facts<'_>,
        mut fault: Fault,
        mut attempt: impl FnMut() -> A,
    ) -> Result<T, Failure>
    where
        A: Future<Output = Result<T, Failure>>,
    {
        let mut executed = Executed::No;
        let mut number = 1;
        loop {
            let failed = Failed {
                fault: &fault,
                attempt: number,
                idempotent: facts.idempotent,
                has_key: facts.has_key,
                left: facts.deadline.map(|at| at.saturating_duration_since(Instant::now())),
            };
            let pause = self.policy.pause(failed, fastrand::f64());
            let Some(pause) = pause.filter(|_| self.budget.spend()) else {
                return Err(after(executed, fault).into());
            };
            if fault.executed() == Executed::Maybe {
                executed = Executed::Maybe;
            }
            tracing::debug!(method = facts.what, attempt = number, ?pause, %fault, "calls again");
            number += 1;
            tokio::time::sleep(pause).await;
            fault = match attempt().await {
                Err(Failure::Fault(fault)) => fault,
                ended => return ended,
            };
        }
    }
}

/// That the last attempt did nothing says nothing of the earlier ones.
fn after(earlier: Executed, fault: Fault) -> Fault {
    match earlier {
        Executed::No => fault,
        Executed::Maybe => fault.executed_maybe(),
    }
}

/// How many retries a connection has left, in tenths: each call brings one tenth, up to ten
/// retries, and a retry takes ten.
#[derive(Debug)]
struct Budget(AtomicU32);

impl Budget {
    const FULL: u32 = 100;
    const RETRY: u32 = 10;

    fn full() -> Budget {
        Budget(AtomicU32::new(Budget::FULL))
    }

    fn earn(&self) {
        self.change(|tenths| Some((tenths + 1).min(Budget::FULL)));
    }

    fn spend(&self) -> bool {
        self.change(|tenths| tenths.checked_sub(Budget::RETRY))
    }

    /// No other memory depends on it, so no order is needed.
    fn change(&self, change: impl Fn(u32) -> Option<u32>) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, change).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_retries_are_free_and_ten_calls_earn_one_more() {
        let budget = Budget::full();
        budget.earn();
        assert_eq!((0..20).filter(|_| budget.spend()).count(), 10);
        for _ in 0..9 {
            budget.earn();
            assert!(!budget.spend());
        }
        budget.earn();
        assert!(budget.spend() && !budget.spend());
    }
}
