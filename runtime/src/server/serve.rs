//! How does a server accept connections, and how does it end?

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{Either, select};
use http::{Request, Response};
use http_body::Body;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tower_service::Service;

use super::BoxError;
use super::app::{RequestBody, any};
use super::build::ServerBuilder;
use super::connection::{self, Shared};
use super::drain::{Phase, ServerHandle, Wish, obey_signals};

/// A backend on a socket of its own. See the [module](super) for an example.
///
/// | path | answers |
/// |---|---|
/// | `/rpc/..` | calls, as [`http::service`](crate::http::service) does |
/// | `/healthz` | 200 as long as the process answers |
/// | `/readyz` | 200, or 503 while the server drains or the application says that it is not ready |
/// | `/version` | the application's name and version as JSON, if [given](ServerBuilder::application) |
/// | `/metrics` | metrics as text, if [given](ServerBuilder::metrics) |
/// | all others | the [fallback](ServerBuilder::fallback), or 404 |
///
/// It speaks HTTP/1.1, and HTTP/2 with whoever begins with it.
pub struct Server {
    pub(super) listener: TcpListener,
    pub(super) address: SocketAddr,
    pub(super) shared: Arc<Shared>,
    pub(super) phase: watch::Sender<Phase>,
    pub(super) handle: ServerHandle,
    pub(super) signals: bool,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<super::Tls>,
}

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// How many requests were still being answered when time was up, and were cut.
    pub aborted: usize,
}

impl Server {
    /// A server of a backend.
    pub fn builder(backend: crate::rpc::Backend) -> ServerBuilder {
        ServerBuilder::new(Some(backend), None)
    }

    /// A server of anything, such as an axum router with [`http::service`](crate::http::service)
    /// somewhere in it. It brings the same but for the path of calls, which is the router's.
    ///
    /// ```
    /// use traitwire::server::Server;
    ///
    /// let app: axum::Router = axum::Router::new();
    /// let server = Server::builder_of(app);
    /// ```
    pub fn builder_of<S, B>(service: S) -> ServerBuilder
    where
        S: Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        ServerBuilder::new(None, Some(any(service)))
    }

    /// The address that it is bound to.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// What ends it from elsewhere.
    pub fn handle(&self) -> ServerHandle {
        self.handle.clone()
    }

    /// Serves until it is asked to end, by a signal or by its [handle](Server::handle), and drains:
    ///
    /// 1. `/readyz` says 503, and for `drain_delay` everything goes on.
    /// 2. Nothing new is accepted. Idle connections are closed, all others with the response that they
    ///    wait for. Streams that have not ended after `drain_streams` end with a fault of the kind
    ///    `Disconnected`.
    /// 3. What still runs after `drain_grace` is cut, and counted in the report.
    ///
    /// The times are in [`ServerLimits`](super::ServerLimits).
    ///
    /// # Cancel safety
    /// Dropping it closes all connections at once.
    pub async fn serve(self) -> Report {
        let mut helpers = JoinSet::new();
        #[cfg(feature = "tls")]
        if let Some(tls) = self.tls {
            helpers.spawn(tls.keep_current(self.shared.limits.tls_reload));
        }
        let Server { listener, shared, phase, handle, signals, .. } = self;
        if signals {
            helpers.spawn(obey_signals(handle.clone()));
        }
        let limits = shared.limits;
        // Semaphores count up to this.
        let places = limits.max_connections.min(Semaphore::MAX_PERMITS).min(u32::MAX as usize);
        let mut door = Door {
            shared: Arc::clone(&shared),
            places: Arc::new(Semaphore::new(places)),
            connections: JoinSet::new(),
            refusals: JoinSet::new(),
        };
        {
            let mut leave = pin!(async {
                handle.wished(Wish::Drain).await;
                phase.send_replace(Phase::Unready);
                let _ = within(limits.drain_delay, handle.wished(Wish::Abort)).await;
            });
            while let Either::Left(((), _)) =
                select(pin!(door.let_in(&listener)), leave.as_mut()).await
            {}
        }
        // Whoever has connected so far is served; from then on others are told at once that nobody
        // listens, and may go elsewhere.
        door.let_in_waiting(listener);
        phase.send_replace(Phase::Closing);
        let all = u32::try_from(places).unwrap_or(u32::MAX);
        let aborted = {
            let everyone_left = pin!(door.places.acquire_many(all));
            let out_of_time = pin!(async {
                let streams = limits.drain_streams.min(limits.drain_grace);
                if within(streams, handle.wished(Wish::Abort)).await {
                    return;
                }
                phase.send_replace(Phase::EndingStreams);
                within(limits.drain_grace.saturating_sub(streams), handle.wished(Wish::Abort))
                    .await;
            });
            // Whoever has left does not wait: what runs for it yet is not cut by us.
            match select(everyone_left, out_of_time).await {
                Either::Left(_) => 0,
                Either::Right(_) => shared.running.load(Ordering::Relaxed),
            }
        };
        if aborted > 0 {
            tracing::warn!(aborted, "requests were cut, for they took longer than the drain");
        }
        door.connections.shutdown().await;
        Report { aborted }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limits = &self.shared.limits;
        f.debug_struct("Server")
            .field("address", &self.address)
            .field("limits", limits)
            .finish_non_exhaustive()
    }
}

/// Waits for something, but no longer than this. Says whether it came.
async fn within(time: Duration, what: impl Future<Output = ()>) -> bool {
    tokio::time::timeout(time, what).await.is_ok()
}

/// Where connections come in.
struct Door {
    shared: Arc<Shared>,
    places: Arc<Semaphore>,
    connections: JoinSet<()>,
    refusals: JoinSet<()>,
}

/// How many connections are told at a time that there are too many. More are closed without a word.
const MAX_REFUSALS: usize = 64;

/// How long such a connection is kept so that it can read what it is told.
const REFUSAL: Duration = Duration::from_secs(1);

/// What it is told.
const TOO_MANY: &str = "{\"type\":\"urn:traitwire:overloaded\",\"title\":\"overloaded\",\"status\":503,\
    \"code\":\"overloaded\",\"detail\":\"the server has as many connections as it takes\",\
    \"executed\":\"no\"}";

impl Door {
    /// Lets one connection in, or waits a little if that fails.
    async fn let_in(&mut self, listener: &TcpListener) {
        match listener.accept().await {
            Ok((stream, _)) => self.admit(stream),
            // The one connection was lost; there is nothing to wait for.
            Err(error) if of_one_connection(&error) => {
                tracing::debug!(%error, "a connection was lost before it was accepted");
            }
            // As a rule there are no more files. Trying again at once would only burn time.
            Err(error) => {
                tracing::warn!(%error, "accepting connections fails; trying again");
                tokio::time::sleep(self.shared.limits.accept_pause).await;
            }
        }
        while self.connections.try_join_next().is_some() {}
        while self.refusals.try_join_next().is_some() {}
    }

    /// Lets all in that have connected, and closes the listener.
    fn let_in_waiting(&mut self, listener: TcpListener) {
        // Tokio would look only where it knows that somebody waits; this asks the system.
        let Ok(listener) = listener.into_std() else { return };
        while let Ok((stream, _)) = listener.accept() {
            let stream = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream));
            if let Ok(stream) = stream {
                self.admit(stream);
            }
        }
    }

    fn admit(&mut self, stream: TcpStream) {
        // A reply that waits for another to fill its packet comes late; without it all works, too.
        let _ = stream.set_nodelay(true);
        match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => {
                let shared = Arc::clone(&self.shared);
                self.connections.spawn(connection::welcome(shared, stream, place));
            }
            // A word in plain text would be none to whoever expects TLS.
            #[cfg(feature = "tls")]
            Err(_) if self.shared.tls.is_some() => {
                tracing::warn!("a connection is closed, for there are too many");
            }
            Err(_) if self.refusals.len() < MAX_REFUSALS => {
                tracing::warn!("a connection is refused, for there are too many");
                self.refusals.spawn(async {
                    let _ = tokio::time::timeout(REFUSAL, refuse(stream)).await;
                });
            }
            Err(_) => {}
        }
    }
}

/// Tells a connection that there are too many, once it has begun to ask: an answer without a question is
/// an error to some. The rest is read, for closing a socket with something unread in it would take the
/// answer back.
async fn refuse(mut stream: TcpStream) -> io::Result<()> {
    let length = TOO_MANY.len();
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\n\
         content-length: {length}\r\nretry-after: 1\r\nconnection: close\r\n\r\n{TOO_MANY}"
    );
    let mut unread = [0; 4096];
    if stream.read(&mut unread).await? == 0 {
        return Ok(());
    }
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    while stream.read(&mut unread).await? > 0 {}
    Ok(())
}

/// Whether an error of accepting concerns the accepted connection alone.
fn of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}
