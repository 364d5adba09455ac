//! In which handler does code run?
//!
//! A call that a handler makes to its own peer says so, for the peer to let through what it calls in
//! turn, where handlers run one at a time: it may be what the running one waits for.

use std::cell::Cell;
use std::sync::Arc;

use super::link::Link;

/// A handler of a pair, told from all others of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Handler {
    /// Of a call of the peer's, by its id.
    Call(u64),
    /// Of a notification, by a number.
    #[cfg_attr(not(feature = "__ipc"), allow(dead_code, reason = "only a driver runs one"))]
    Notification(u64),
}

thread_local! {
    /// The pair, by its address, and the handler.
    static CURRENT: Cell<Option<(usize, Handler)>> = const { Cell::new(None) };
}

fn address(link: &Arc<Link>) -> usize {
    Arc::as_ptr(link).addr()
}

/// The handler of this pair that runs here.
pub(super) fn current(link: &Arc<Link>) -> Option<Handler> {
    let (pair, handler) = CURRENT.get()?;
    (pair == address(link)).then_some(handler)
}

/// Runs something for a handler.
#[cfg(feature = "__ipc")]
pub(super) fn run<T>(link: &Arc<Link>, handler: Handler, run: impl FnOnce() -> T) -> T {
    /// Restores what was there, also when a handler panics.
    struct Restore(Option<(usize, Handler)>);

    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }

    let _restore = Restore(CURRENT.replace(Some((address(link), handler))));
    run()
}
