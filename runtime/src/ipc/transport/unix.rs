//! How do the bytes of a pair cross a Unix socket, and who may connect?

use std::fs::DirBuilder;
use std::io::{self, ErrorKind, IoSlice, Write as _};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::os::unix::net::UnixStream as StdStream;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;
use tokio::net::unix::pipe;
use tokio::net::{UnixListener, UnixStream};

use super::{Transport, not_connected};
use crate::Fault;
use crate::ipc::listen::{self, Accept, Door};
use crate::ipc::pair::{Builder, Clients, Pair};

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

/// Writes at once. A socket is registered for writing from when it was full until all is written.
#[derive(Debug)]
pub struct WriteHalf {
    stream: StdStream,
    full: Option<pipe::Sender>,
}

impl WriteHalf {
    fn poll(&mut self, cx: &mut Context<'_>, bytes: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        loop {
            if let Some(full) = &mut self.full {
                return Pin::new(full).poll_write_vectored(cx, bytes);
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

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // All is written: nothing is waited for any more.
        self.full = None;
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.stream.shutdown(Shutdown::Write))
    }
}

/// A socket on which a backend waits for its frontend. Only processes of the same user reach it: it lies in
/// a folder that nobody else may enter, and whoever connects is asked who it is.
///
/// ```
/// use traitwire::{ipc, ipc_interface};
///
/// #[ipc_interface(version = "1.0.0", served_by = backend)]
/// pub trait Adder {
///     /// The sum.
///     async fn add(&self, a: i64, b: i64) -> i64;
/// }
///
/// struct Plain;
///
/// impl Adder for Plain {
///     async fn add(&self, a: i64, b: i64) -> i64 {
///         a + b
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // In the backend's process ..
/// let listener = ipc::unix::Listener::bind()?;
/// let path = listener.path().to_owned();
/// let backend = ipc::backend().serve(|()| AdderServer::new(Plain));
/// let waiting = tokio::spawn(listener.pair::<()>(backend));
///
/// // .. and in the frontend's.
/// let socket = ipc::unix::connect(path).await?;
/// let (pair, adder) = ipc::frontend().open::<AdderClient>(socket).await?;
/// assert_eq!(adder.add(2, 3).await?, 5);
/// assert!(pair.is_local());
/// # pair.close().await;
/// # waiting.await??;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Listener {
    socket: UnixListener,
    place: Place,
    /// The user that may connect: the one that this process belongs to.
    user: u32,
}

/// Where the socket lies. Whatever this process has made is removed.
#[derive(Debug)]
struct Place {
    path: PathBuf,
    folder: Option<PathBuf>,
}

impl Drop for Place {
    fn drop(&mut self) {
        // If it is not there any more, so much the better.
        let _ = std::fs::remove_file(&self.path);
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir(folder);
        }
    }
}

/// Longest path of a socket, in bytes: `sun_path` has room for 108 with its end (unix(7)), and for 104 on
/// other systems.
const MAX_PATH: usize = 103;

impl Listener {
    /// Binds a socket in a fresh folder in `$XDG_RUNTIME_DIR`, or else in the folder for temporary files.
    /// [`path`](Self::path) says where.
    ///
    /// # Errors
    /// Of the operating system.
    pub fn bind() -> io::Result<Listener> {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let within = runtime.filter(|folder| folder.is_absolute() && folder.is_dir());
        let within = within.unwrap_or_else(std::env::temp_dir);
        // Nobody can have made it before: that would be an error.
        let folder = within.join(format!("traitwire-{:016x}", crate::call::random()));
        DirBuilder::new().mode(0o700).create(&folder)?;
        let path = folder.join("socket");
        Self::bind_at(Place { path, folder: Some(folder) })
    }

    /// Binds a socket at this path. Its folder must belong to the user of this process, and must be closed
    /// to everybody else.
    ///
    /// # Errors
    /// [`PermissionDenied`](ErrorKind::PermissionDenied) if the folder is not so,
    /// [`AddrInUse`](ErrorKind::AddrInUse) if there is something at the path, and those of the operating
    /// system.
    pub fn bind_to(path: impl Into<PathBuf>) -> io::Result<Listener> {
        Self::bind_at(Place { path: path.into(), folder: None })
    }

    fn bind_at(place: Place) -> io::Result<Listener> {
        let length = place.path.as_os_str().len();
        if length > MAX_PATH {
            let message =
                format!("the path of a socket has {length} bytes; {MAX_PATH} are possible");
            return Err(io::Error::new(ErrorKind::InvalidInput, message));
        }
        let user = own_user()?;
        check_folder(place.path.parent().unwrap_or(Path::new(".")), user)?;
        let socket = match UnixListener::bind(&place.path) {
            Ok(socket) => socket,
            Err(error) => {
                // What is there is not ours.
                let Place { folder, .. } = &place;
                if let Some(folder) = folder {
                    let _ = std::fs::remove_dir(folder);
                }
                std::mem::forget(place);
                return Err(error);
            }
        };
        Ok(Listener { socket, place, user })
    }

    /// Where the frontend connects to.
    pub fn path(&self) -> &Path {
        &self.place.path
    }

    /// Waits for the frontend. The first that is one for this backend becomes its peer; whoever comes at
    /// the same time is told that it was too late, and then nobody can connect any more.
    ///
    /// # Errors
    /// [`FaultKind::Internal`](crate::FaultKind::Internal) if what this end is to serve or to call is not
    /// fit for that. A frontend that is refused is not an error, but a warning in the log.
    ///
    /// # Cancel safety
    /// Dropping it closes the socket.
    pub async fn pair<C: Clients>(self, backend: Builder) -> Result<(Pair, C), Fault> {
        listen::pair(self, backend, Door::open()).await
    }
}

impl Accept for Listener {
    type Transport = UnixStream;

    async fn accept(&mut self) -> io::Result<UnixStream> {
        loop {
            let (socket, _) = self.socket.accept().await?;
            let user = socket.peer_cred()?.uid();
            if user == self.user {
                return Ok(socket);
            }
            tracing::warn!(user, "a process of another user has connected; it was refused");
        }
    }
}

/// Connects to the socket of a backend, if that belongs to the same user.
///
/// # Errors
/// [`PermissionDenied`](ErrorKind::PermissionDenied) if it belongs to another user, and those of the
/// operating system: [`NotFound`](ErrorKind::NotFound) or
/// [`ConnectionRefused`](ErrorKind::ConnectionRefused) if the backend does not wait, or has its frontend.
///
/// # Cancel safety
/// Cancel-safe.
pub async fn connect(path: impl AsRef<Path>) -> io::Result<UnixStream> {
    let path = path.as_ref();
    let connected = UnixStream::connect(path).await;
    let socket = connected.map_err(|error| not_connected(path.display(), &error))?;
    let (own, theirs) = (own_user()?, socket.peer_cred()?.uid());
    if own != theirs {
        let message = format!("the socket belongs to the user {theirs}, and not to {own}");
        return Err(io::Error::new(ErrorKind::PermissionDenied, message));
    }
    Ok(socket)
}

/// The user whom this process acts for, as the other end of a socket sees it.
fn own_user() -> io::Result<u32> {
    let (one, _other) = UnixStream::pair()?;
    Ok(one.peer_cred()?.uid())
}

/// Refuses a folder in which somebody else could put a socket of his own, or reach this one.
fn check_folder(folder: &Path, user: u32) -> io::Result<()> {
    // Not what a link points at: that could change.
    let found = std::fs::symlink_metadata(folder)?;
    let refused = |why: String| {
        let message = format!("the folder {} {why}", folder.display());
        Err(io::Error::new(ErrorKind::PermissionDenied, message))
    };
    if !found.is_dir() {
        return refused("is no folder, or a link to one".to_owned());
    }
    if found.uid() != user {
        return refused(format!("belongs to the user {}, and not to {user}", found.uid()));
    }
    let mode = found.mode() & 0o777;
    if mode & 0o077 != 0 {
        return refused(format!("is open to other users (mode {mode:o}): chmod 700 it"));
    }
    Ok(())
}
