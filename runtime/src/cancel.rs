//! How does work for a call learn that nobody waits for it any more?

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::{self, Either};
use futures_util::{StreamExt as _, stream};
use tokio::sync::Notify;

use crate::rpc::channel::{Reply, ReplyItems};
use crate::{Executed, Fault, FaultKind};

/// A flag that is set once, and that can be waited for. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cancel(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    set: AtomicBool,
    changed: Notify,
}

impl Cancel {
    #[cfg(any(feature = "__backend", feature = "__ipc"))]
    pub(crate) fn set(&self) {
        self.0.set.store(true, Ordering::Release);
        self.0.changed.notify_waiters();
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.set.load(Ordering::Acquire)
    }

    /// The reply, or a fault if this is set before it comes.
    pub(crate) fn end_reply(&self, reply: Reply) -> Reply {
        let cancel = self.clone();
        Box::pin(async move {
            match future::select(reply, pin!(cancel.wait())).await {
                Either::Left((reply, _)) => reply,
                Either::Right(((), _)) => Err(cancelled().into()),
            }
        })
    }

    /// The items, and a fault in place of the next one if this is set before it comes.
    pub(crate) fn end_items(&self, items: ReplyItems) -> ReplyItems {
        let cancel = self.clone();
        Box::pin(stream::unfold(Some(items), move |items| {
            let cancel = cancel.clone();
            async move {
                let mut items = items?;
                match future::select(items.next(), pin!(cancel.wait())).await {
                    Either::Left((item, _)) => Some((item?, Some(items))),
                    Either::Right(((), _)) => Some((Err(cancelled().into()), None)),
                }
            }
        }))
    }

    pub(crate) async fn wait(&self) {
        // A `Notified` hears of what happens from its making on, so the flag is read after that.
        let changed = self.0.changed.notified();
        if !self.is_set() {
            changed.await;
        }
    }
}

fn cancelled() -> Fault {
    let message = "the call that this one was made for was cancelled";
    Fault::new(FaultKind::Cancelled, Executed::Maybe, message)
}
