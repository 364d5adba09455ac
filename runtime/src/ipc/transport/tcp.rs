//! How do the bytes of a pair cross TCP, and who may connect?
//!
//! Every process of a computer reaches its loopback, whoever it belongs to: a frontend shows a token that
//! its backend has given out once. Elsewhere everybody on the way reads and changes what crosses, so that
//! TCP alone is only for who says that it is dangerous; TLS goes over [`ipc::Stream`](crate::ipc::Stream).

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::time::Instant;

use super::{Transport, not_connected};
use crate::Fault;
use crate::ipc::listen::{self, Accept, Door};
use crate::ipc::pair::{Builder, Clients, Pair};

/// A TCP connection as a transport.
#[derive(Debug)]
pub struct Socket(TcpStream);

impl Socket {
    /// A connection that is open, wherever its other end is: nobody has asked who that is, and what crosses
    /// can be read and changed on the way.
    pub fn dangerous_plaintext(stream: TcpStream) -> Socket {
        Socket(stream)
    }
}

impl Transport for Socket {
    type Input = OwnedReadHalf;
    type Output = OwnedWriteHalf;

    fn split(self) -> io::Result<(OwnedReadHalf, OwnedWriteHalf)> {
        // A message is on its way when it is written.
        self.0.set_nodelay(true)?;
        Ok(self.0.into_split())
    }

    fn is_local(&self) -> bool {
        self.0.peer_addr().is_ok_and(|address| address.ip().is_loopback())
    }

    fn notices_loss(&self) -> bool {
        // Also on one computer: a process that is stopped says nothing.
        false
    }
}

/// What a frontend shows its backend: 256 bits by chance, good once and for 30 s. It is a secret: `Debug`
/// does not show it. It goes to the frontend's process by the environment or a file that nobody else
/// reads, and never as an argument, which every process of a computer can see.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    fn new() -> io::Result<Token> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        Ok(Token(bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))))
    }

    /// A token that this process was given.
    pub fn from_text(text: impl Into<String>) -> Token {
        Token(text.into())
    }

    /// Its text, for it to be given to the frontend.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// For so long a token is good.
const TOKEN_AGE: Duration = Duration::from_secs(30);

/// A port of the loopback on which a backend waits for its frontend.
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
/// let listener = ipc::tcp::Listener::bind().await?;
/// let (address, token) = (listener.local_addr(), listener.token().clone());
/// let backend = ipc::backend().serve(|()| AdderServer::new(Plain));
/// let waiting = tokio::spawn(listener.pair::<()>(backend));
///
/// // .. and in the frontend's.
/// let socket = ipc::tcp::connect(address).await?;
/// let (pair, adder) = ipc::frontend().token(&token).open::<AdderClient>(socket).await?;
/// assert_eq!(adder.add(2, 3).await?, 5);
/// # pair.close().await;
/// # waiting.await??;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    token: Token,
    until: Instant,
}

impl Listener {
    /// Binds a port that is free, on the loopback.
    ///
    /// # Errors
    /// Of the operating system.
    ///
    /// # Cancel safety
    /// Cancel-safe.
    pub async fn bind() -> io::Result<Listener> {
        Self::bind_to(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await
    }

    /// Binds this address of the loopback.
    ///
    /// # Errors
    /// [`InvalidInput`](ErrorKind::InvalidInput) if it is none of the loopback, and those of the operating
    /// system.
    ///
    /// # Cancel safety
    /// Cancel-safe.
    pub async fn bind_to(address: SocketAddr) -> io::Result<Listener> {
        if !address.ip().is_loopback() {
            return Err(not_loopback(address));
        }
        Self::bind_anywhere(address).await
    }

    /// Binds any address. What crosses can be read and changed on the way, the token included.
    ///
    /// # Errors
    /// Of the operating system.
    ///
    /// # Cancel safety
    /// Cancel-safe.
    pub async fn bind_dangerous_plaintext(address: SocketAddr) -> io::Result<Listener> {
        Self::bind_anywhere(address).await
    }

    async fn bind_anywhere(address: SocketAddr) -> io::Result<Listener> {
        let socket = TcpListener::bind(address).await?;
        let address = socket.local_addr()?;
        Ok(Listener { socket, address, token: Token::new()?, until: Instant::now() + TOKEN_AGE })
    }

    /// Where the frontend connects to.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// What the frontend has to show.
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// Waits for the frontend: the first that shows the token within 30 s, and is one for this backend.
    /// Whoever comes at the same time is told that it was too late, and then nobody can connect any more.
    ///
    /// # Errors
    /// [`FaultKind::Unauthenticated`](crate::FaultKind::Unauthenticated) after five wrong tokens;
    /// [`FaultKind::DeadlineExceeded`](crate::FaultKind::DeadlineExceeded) if nobody has shown the token in time;
    /// [`FaultKind::Internal`](crate::FaultKind::Internal) if what this end is to serve or to call is not
    /// fit for that. A frontend that is refused is not an error, but a warning in the log.
    ///
    /// # Cancel safety
    /// Dropping it closes the port.
    pub async fn pair<C: Clients>(self, backend: Builder) -> Result<(Pair, C), Fault> {
        let door = Door::locked(self.token.0.clone(), self.until);
        listen::pair(self, backend, door).await
    }
}

impl Accept for Listener {
    type Transport = Socket;

    async fn accept(&mut self) -> io::Result<Socket> {
        Ok(Socket(self.socket.accept().await?.0))
    }
}

/// Connects to a backend on the loopback.
///
/// # Errors
/// [`InvalidInput`](ErrorKind::InvalidInput) if the address is none of the loopback, and those of the
/// operating system.
///
/// # Cancel safety
/// Cancel-safe.
pub async fn connect(address: SocketAddr) -> io::Result<Socket> {
    if !address.ip().is_loopback() {
        return Err(not_loopback(address));
    }
    let connected = TcpStream::connect(address).await;
    Ok(Socket(connected.map_err(|error| not_connected(address, &error))?))
}

/// Connects to a backend anywhere. What crosses can be read and changed on the way, the token included.
///
/// # Errors
/// Of the operating system.
///
/// # Cancel safety
/// Cancel-safe.
pub async fn connect_dangerous_plaintext(address: impl ToSocketAddrs) -> io::Result<Socket> {
    Ok(Socket(TcpStream::connect(address).await?))
}

fn not_loopback(address: SocketAddr) -> io::Error {
    let message = format!(
        "{address} is not on the loopback, and so everybody on the way reads and changes what crosses: go \
         over TLS (ipc::Stream), or say `dangerous_plaintext`"
    );
    io::Error::new(ErrorKind::InvalidInput, message)
}
