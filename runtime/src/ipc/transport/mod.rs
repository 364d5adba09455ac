//! How do the bytes of a pair cross one medium?
//!
//! | module | the question it answers |
//! |---|---|
//! | `stream` | How do they cross anything that is read and written? |
//! | `tcp` | How do they cross TCP, and who may connect? |
//! | `unix` | How do they cross a Unix socket, and who may connect? |

mod stream;
#[cfg(feature = "ipc-tcp")]
pub mod tcp;
#[cfg(feature = "ipc-unix")]
pub mod unix;

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite};

pub use self::stream::{Stream, in_process};
use super::output::Output;

/// What carries the bytes of a pair: a connection that exists, in order and without loss, as long as it
/// lasts.
///
/// Those of this crate are made by [`unix`](crate::ipc::unix), [`tcp`](crate::ipc::tcp) and
/// [`in_process`](crate::ipc::in_process); [`Stream`] makes one of anything that is `AsyncRead` and
/// `AsyncWrite`.
pub trait Transport: Send + 'static {
    /// The half from which bytes come.
    type Input: AsyncRead + Unpin + Send + 'static;
    /// The half into which bytes go.
    type Output: AsyncWrite + Unpin + Send + 'static;

    /// Its two halves.
    ///
    /// # Errors
    /// Of the operating system.
    fn split(self) -> io::Result<(Self::Input, Self::Output)>;

    /// Whether both ends are on one computer for certain.
    fn is_local(&self) -> bool;

    /// Whether it says itself when the other end is gone. Otherwise the ends ask each other for a sign of
    /// life.
    fn notices_loss(&self) -> bool {
        self.is_local()
    }
}

/// Any writer as an output.
pub(crate) struct AsyncOutput<W>(pub(crate) W);

impl<W: AsyncWrite + Unpin + Send> Output for AsyncOutput<W> {
    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, bytes)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// An error of connecting that says where to.
#[cfg(any(feature = "ipc-tcp", feature = "ipc-unix"))]
fn not_connected(place: impl std::fmt::Display, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("no backend can be reached at {place}: {error}"))
}
