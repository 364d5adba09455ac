//! How do the bytes of a pair cross anything that is read and written?

use std::io;

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadHalf, WriteHalf};

use super::Transport;

/// Anything that is `AsyncRead` and `AsyncWrite` as a transport: a TLS connection, a serial line, an end of
/// [`tokio::io::duplex`]. Whatever it connects to is trusted to be the peer.
#[derive(Debug)]
pub struct Stream<T> {
    inner: T,
    local: bool,
    notices_loss: bool,
}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream<T> {
    /// A stream whose other end may be anywhere, and may be gone without a sign.
    pub fn new(stream: T) -> Stream<T> {
        Stream { inner: stream, local: false, notices_loss: false }
    }

    /// A stream whose other end is on this computer, and says when it is gone.
    pub fn local(stream: T) -> Stream<T> {
        Stream { inner: stream, local: true, notices_loss: true }
    }
}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Transport for Stream<T> {
    type Input = ReadHalf<T>;
    type Output = WriteHalf<T>;

    fn split(self) -> io::Result<(Self::Input, Self::Output)> {
        Ok(tokio::io::split(self.inner))
    }

    fn is_local(&self) -> bool {
        self.local
    }

    fn notices_loss(&self) -> bool {
        self.notices_loss
    }
}

/// So many bytes are under way between two ends in one process.
const DUPLEX: usize = 64 * 1024;

/// The two ends of a transport within this process. Values pass the codec, so that they are what they
/// would be elsewhere.
///
/// ```
/// use traitwire::ipc;
///
/// let (one, other) = ipc::in_process();
/// # let _ = (one, other);
/// ```
pub fn in_process() -> (Stream<DuplexStream>, Stream<DuplexStream>) {
    let (one, other) = tokio::io::duplex(DUPLEX);
    (Stream::local(one), Stream::local(other))
}
