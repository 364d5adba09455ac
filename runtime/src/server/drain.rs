//! How far has the end of a server come, and who asks for it?

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use tokio::sync::watch;

use crate::rpc::channel::ReplyItems;
use crate::rpc::{Failure, Payload};
use crate::{Executed, Fault, FaultKind};

/// How far the end of a server has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// It has not begun.
    Serving,
    /// The server says that it is not ready, and serves on.
    Unready,
    /// Nothing new is accepted.
    Closing,
    /// Streams are told to end.
    EndingStreams,
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wish {
    Serve,
    Drain,
    /// To end without waiting any longer.
    Abort,
}

/// Ends a [`Server`](super::Server) from elsewhere. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct ServerHandle(pub(super) Arc<watch::Sender<Wish>>);

impl ServerHandle {
    pub(super) fn new() -> ServerHandle {
        ServerHandle(Arc::new(watch::Sender::new(Wish::Serve)))
    }

    /// Asks the server to drain, as `SIGTERM` does: it accepts nothing new, finishes what it has
    /// accepted, and [`serve`](super::Server::serve) returns. Asking again changes nothing.
    pub fn drain(&self) {
        self.raise(Wish::Drain);
    }

    /// Asks the server to end at once: what is running is cut.
    pub fn abort(&self) {
        self.raise(Wish::Abort);
    }

    /// Whether the server has been asked to drain or to end.
    pub fn is_draining(&self) -> bool {
        *self.0.borrow() >= Wish::Drain
    }

    /// Asks for more than before: the first signal drains, the second aborts.
    pub(super) fn insist(&self) {
        self.0.send_modify(|wish| {
            *wish = if *wish == Wish::Serve { Wish::Drain } else { Wish::Abort };
        });
    }

    fn raise(&self, to: Wish) {
        self.0.send_if_modified(|wish| {
            let raise = *wish < to;
            if raise {
                *wish = to;
            }
            raise
        });
    }

    /// Waits until at least this much is wished for.
    pub(super) async fn wished(&self, least: Wish) {
        let mut wishes = self.0.subscribe();
        // The sender lives as long as `self`.
        let _ = wishes.wait_for(|wish| *wish >= least).await;
    }
}

/// Asks for the end on `SIGTERM` and Ctrl-C, and insists on every further one.
pub(super) async fn obey_signals(handle: ServerHandle) {
    #[cfg(unix)]
    {
        use std::pin::pin;

        use futures_util::future::select;
        use tokio::signal::unix::{SignalKind, signal};

        let (Ok(mut terminate), Ok(mut interrupt)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        else {
            tracing::error!("signals cannot be listened for; the server drains by its handle only");
            return;
        };
        loop {
            select(pin!(terminate.recv()), pin!(interrupt.recv())).await;
            handle.insist();
        }
    }
    #[cfg(not(unix))]
    while tokio::signal::ctrl_c().await.is_ok() {
        handle.insist();
    }
}

/// Tells streams of their server's end. It stands in the extensions of requests to services of the
/// user's, for there may be a backend behind them, whatever stands between.
#[derive(Debug, Clone)]
pub(crate) struct Leaving(pub(super) watch::Receiver<Phase>);

impl Leaving {
    /// The same items, up to the time when the server has its streams end. The last is a fault then.
    pub(crate) fn end(&self, items: ReplyItems) -> ReplyItems {
        let mut phase = self.0.clone();
        let told = Box::pin(async move {
            // A server that is gone has ended, too.
            let _ = phase.wait_for(|phase| *phase >= Phase::EndingStreams).await;
        });
        Box::pin(UntilLeaving { items: Some(items), told: Some(told) })
    }
}

/// The items of a stream until the server has its streams end.
struct UntilLeaving {
    /// `None` after the last.
    items: Option<ReplyItems>,
    /// `None` once the server has its streams end.
    told: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Stream for UntilLeaving {
    type Item = Result<Payload, Failure>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let UntilLeaving { items, told } = self.get_mut();
        let Some(running) = items else { return Poll::Ready(None) };
        let Some(waiting) = told else {
            *items = None;
            return Poll::Ready(Some(Err(gone().into())));
        };
        if waiting.as_mut().poll(cx).is_pending() {
            return running.as_mut().poll_next(cx);
        }
        *told = None;
        // What is there already still goes out, and an end of its own is a better end.
        match running.as_mut().poll_next(cx) {
            Poll::Pending => {
                *items = None;
                Poll::Ready(Some(Err(gone().into())))
            }
            last @ Poll::Ready(_) => last,
        }
    }
}

fn gone() -> Fault {
    let message =
        "the backend is going away; the stream can be opened again, at a backend that stays";
    Fault::new(FaultKind::Disconnected, Executed::Maybe, message)
}
