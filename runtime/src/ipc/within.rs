//! In which call's handler does code run?
//!
//! A call that a handler makes to its own peer says so, for the peer to let it through where calls run one
//! at a time: it may be what the running one waits for.

use std::cell::Cell;
use std::sync::Arc;

use super::link::Link;

thread_local! {
    /// The pair, by its address, and the id of the call.
    static CURRENT: Cell<Option<(usize, u64)>> = const { Cell::new(None) };
}

fn address(link: &Arc<Link>) -> usize {
    Arc::as_ptr(link).addr()
}

/// The call of the peer's whose handler runs here.
pub(super) fn current(link: &Arc<Link>) -> Option<u64> {
    let (pair, id) = CURRENT.get()?;
    (pair == address(link)).then_some(id)
}

/// Runs something for a call of the peer's.
#[cfg(feature = "__ipc")]
pub(super) fn run<T>(link: &Arc<Link>, id: u64, run: impl FnOnce() -> T) -> T {
    /// Restores what was there, also when a handler panics.
    struct Restore(Option<(usize, u64)>);

    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }

    let _restore = Restore(CURRENT.replace(Some((address(link), id))));
    run()
}
