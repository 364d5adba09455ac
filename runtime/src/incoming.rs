//! How do the items of a stream that comes in reach a handler?

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use crate::Fault;

/// A stream of items that the caller sends: an argument of an IPC method. It ends with `None` when
/// the caller has sent all, and with a fault when it could not.
///
/// ```
/// use traitwire::{Incoming, ipc_interface};
///
/// #[ipc_interface(version = "1.0.0", served_by = backend)]
/// pub trait Editor {
///     /// Draws a line through all points; the reply is the number of them.
///     async fn stroke(&self, points: Incoming<(f32, f32)>) -> u64;
/// }
/// ```
pub struct Incoming<T> {
    items: Pin<Box<dyn Stream<Item = Result<T, Fault>> + Send>>,
}

impl<T> Incoming<T> {
    /// Items from any stream: what a test of a handler passes in.
    pub fn new(items: impl Stream<Item = Result<T, Fault>> + Send + 'static) -> Incoming<T> {
        Incoming { items: Box::pin(items) }
    }
}

impl<T> Stream for Incoming<T> {
    type Item = Result<T, Fault>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.items.as_mut().poll_next(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.items.size_hint()
    }
}

impl<T> fmt::Debug for Incoming<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Incoming(..)")
    }
}
