//! In which order do handlers start that have no time to start where their calls are read?
//!
//! Each has a task of its own, and a runtime runs tasks in any order. So each has a place, and starts when all
//! before it have started, or are gone.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context as TaskContext, Poll, Waker};

/// The handlers that wait to start.
#[derive(Debug, Default)]
pub(super) struct Starts {
    /// How many there are, for who reads to know at once.
    count: AtomicUsize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    waiting: BTreeMap<u64, Option<Waker>>,
}

/// The place of one of them. It keeps those behind it waiting until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    starts: Arc<Starts>,
    number: u64,
}

impl Starts {
    /// Whether nobody waits, so that whoever comes may start at once.
    pub(super) fn is_empty(&self) -> bool {
        self.count.load(Ordering::Acquire) == 0
    }

    /// A place behind all others.
    pub(super) fn place(self: &Arc<Self>) -> Place {
        let mut state = self.lock();
        let number = state.next;
        state.next += 1;
        state.waiting.insert(number, None);
        self.count.store(state.waiting.len(), Ordering::Release);
        drop(state);
        Place { starts: Arc::clone(self), number }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Waits until all before this one have started.
    pub(super) fn poll(&self, cx: &mut TaskContext<'_>) -> Poll<()> {
        let mut state = self.starts.lock();
        if state.waiting.first_key_value().is_none_or(|(first, _)| *first >= self.number) {
            return Poll::Ready(());
        }
        state.waiting.insert(self.number, Some(cx.waker().clone()));
        Poll::Pending
    }

    /// The same.
    pub(super) async fn turn(&self) {
        poll_fn(|cx| self.poll(cx)).await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.starts.lock();
        state.waiting.remove(&self.number);
        self.starts.count.store(state.waiting.len(), Ordering::Release);
        let first = state.waiting.first_entry();
        let next = first.filter(|first| *first.key() > self.number);
        let waker = next.and_then(|mut next| next.get_mut().take());
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_in_their_order_and_those_that_are_gone_hold_nobody_up() {
        let starts = Arc::new(Starts::default());
        let mut cx = TaskContext::from_waker(Waker::noop());
        let [first, second, third] = [(); 3].map(|()| starts.place());
        assert!(third.poll(&mut cx).is_pending() && second.poll(&mut cx).is_pending());
        drop(second);
        assert!(third.poll(&mut cx).is_pending() && first.poll(&mut cx).is_ready());
        drop(first);
        assert!(third.poll(&mut cx).is_ready() && !starts.is_empty());
        drop(third);
        assert!(starts.is_empty());
    }
}
