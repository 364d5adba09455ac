//! How do the bytes of a pair cross a Unix socket, and who may connect?

use std::io::{self, ErrorKind, IoSlice, Write as _};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdStream;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::AsyncWrite;
use tokio::net::UnixStream;
use tokio::net::unix::pipe;

use super::Transport;

impl Transport for UnixStream {
    type Input = pipe::Receiver;
    type Output = WriteHalf;

    fn split(self) -> io::Result<(pipe::Receiver, WriteHalf)> {
        // tokio registers a socket for both directions, and on a Unix socket each message that the other
        // end takes then counts as a chance to write: a wake-up that nobody needs. Its ends of pipes
        // are registered for one direction, and take any descriptor.
        let stream = self.into_std()?;
        let reading = OwnedFd::from(stream.try_clone()?);
        Ok((pipe::Receiver::from_owned_fd_unchecked(reading)?, WriteHalf { stream, full: None }))
    }

    fn is_local(&self) -> bool {
        true
    }
}

/// Writes at once; only a full socket is registered for writing.
#[derive(Debug)]
pub struct WriteHalf {
    stream: StdStream,
    full: Option<pipe::Sender>,
}

impl WriteHalf {
    fn poll(&mut self, cx: &mut Context<'_>, bytes: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        loop {
            if let Some(full) = &mut self.full {
                let written = ready!(Pin::new(full).poll_write_vectored(cx, bytes));
                self.full = None;
                return Poll::Ready(written);
            }
            match self.stream.write_vectored(bytes) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    let writing = OwnedFd::from(self.stream.try_clone()?);
                    self.full = Some(pipe::Sender::from_owned_fd_unchecked(writing)?);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                written => return Poll::Ready(written),
            }
        }
    }
}

impl AsyncWrite for WriteHalf {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.stream.shutdown(Shutdown::Write))
    }
}
