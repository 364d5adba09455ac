//! How do the handlers of an interface run one at a time?
//!
//! What comes while one runs waits for its turn. Only what the running one itself may wait for goes
//! ahead: a call that the peer makes in the handler of a call that was made in the running handler.
//! Otherwise both ends would wait for each other for ever.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use traitwire_protocol::{Head, PeerCall};

use super::serving::Serving;
use super::within::Handler;

/// The turns of one interface on one pair.
#[derive(Default)]
pub(super) struct Serial(Mutex<State>);

#[derive(Default)]
struct State {
    /// The handler whose turn it is, and those within it.
    running: Vec<Handler>,
    waiting: VecDeque<Waiting>,
}

/// Something that waits for its turn. Its arguments count to the limits of the connection.
pub(super) struct Waiting {
    pub(super) what: What,
    pub(super) number: u16,
    pub(super) json: bool,
    pub(super) head: Head,
    pub(super) args: Bytes,
    pub(super) since: Instant,
}

pub(super) enum What {
    Call(PeerCall),
    /// With what it has cost.
    Notification(usize),
}

impl Serial {
    /// Whether a handler may run now; then it has its turn. `cause` is the handler that, by way of the
    /// peer, this one runs for.
    pub(super) fn enter(&self, handler: Handler, cause: Option<Handler>) -> bool {
        let mut state = self.lock();
        let free = state.running.is_empty() && state.waiting.is_empty();
        let within = cause.is_some_and(|cause| state.running.contains(&cause));
        if free || within {
            state.running.push(handler);
        }
        free || within
    }

    /// Something waits for its turn.
    pub(super) fn wait(&self, waiting: Waiting) {
        self.lock().waiting.push_back(waiting);
    }

    /// A call waits no longer; whether it had.
    pub(super) fn forget(&self, call: PeerCall) -> bool {
        let mut state = self.lock();
        let before = state.waiting.len();
        state.waiting.retain(|waiting| !matches!(waiting.what, What::Call(it) if it == call));
        state.waiting.len() < before
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The turn of a handler. The next one comes when it is dropped.
pub(super) struct Turn {
    pub(super) serial: Arc<Serial>,
    pub(super) serving: Arc<Serving>,
    pub(super) handler: Handler,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.serial.lock();
        state.running.retain(|running| *running != self.handler);
        if !state.running.is_empty() {
            return;
        }
        // None, when this is dropped because the runtime is.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let Some(next) = state.waiting.pop_front() else { return };
        let handler = self.serving.handler(&next.what);
        state.running.push(handler);
        drop(state);
        let turn =
            Turn { serial: Arc::clone(&self.serial), serving: Arc::clone(&self.serving), handler };
        // Of its own, for this may be the end of another.
        runtime.spawn(async move { Serving::resume(turn, next) });
    }
}
