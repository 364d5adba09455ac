//! What does a server serve, and under which rules?

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tokio::net::{TcpListener, ToSocketAddrs, lookup_host};
use tokio::sync::watch;
use tower_service::Service;

use super::BoxError;
use super::app::{App, RequestBody, any};
use super::connection;
use super::cors::Cors;
use super::drain::{Leaving, Phase, ServerHandle};
use super::hosts::HostList;
use super::limits::ServerLimits;
#[cfg(not(feature = "compression"))]
use super::routes::Rpc;
use super::routes::{ReadyCheck, Routes};
use super::serve::Server;
use crate::http::HttpService;
use crate::rpc::Backend;

/// Gathers what a [`Server`] serves. Made by [`Server::builder`].
#[must_use]
pub struct ServerBuilder {
    rpc: Option<HttpService>,
    prefix: String,
    fallback: Option<Arc<dyn App>>,
    application: Option<(String, String)>,
    health: bool,
    ready: Option<ReadyCheck>,
    metrics: Option<Arc<dyn Fn() -> String + Send + Sync>>,
    hosts: Hosts,
    cors: Option<Cors>,
    limits: ServerLimits,
    signals: bool,
    #[cfg(feature = "tls")]
    tls: Option<super::Tls>,
    #[cfg(feature = "compression")]
    compression: super::compression::Compression,
}

enum Hosts {
    /// Those of a loopback address, if it is bound to one.
    Usual,
    Any,
    Only(HostList),
}

impl ServerBuilder {
    pub(super) fn new(backend: Option<Backend>, fallback: Option<Arc<dyn App>>) -> ServerBuilder {
        ServerBuilder {
            rpc: backend.map(crate::http::service),
            prefix: "/rpc".to_owned(),
            fallback,
            application: None,
            health: true,
            ready: None,
            metrics: None,
            hosts: Hosts::Usual,
            cors: None,
            limits: ServerLimits::default(),
            signals: true,
            #[cfg(feature = "tls")]
            tls: None,
            #[cfg(feature = "compression")]
            compression: super::compression::Compression::default(),
        }
    }

    /// Where calls go. Default `/rpc`; `/` for all paths.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How often the silence of a stream is broken; none for never. Default as of
    /// [`HttpService::heartbeat`](crate::http::HttpService::heartbeat).
    pub fn heartbeat(mut self, every: Option<Duration>) -> Self {
        self.rpc = self.rpc.map(|rpc| rpc.heartbeat(every));
        self
    }

    /// Who answers all other paths: an axum router, files, any tower service.
    ///
    /// ```
    /// # use traitwire::{rpc::Backend, rpc_interface, server::Server};
    /// # #[rpc_interface(version = "1.0.0")]
    /// # pub trait Adder {
    /// #     /// The sum.
    /// #     #[rpc(public)]
    /// #     async fn add(&self, a: i64, b: i64) -> i64;
    /// # }
    /// # struct Plain;
    /// # impl Adder for Plain {
    /// #     async fn add(&self, a: i64, b: i64) -> i64 {
    /// #         a + b
    /// #     }
    /// # }
    /// # let backend = Backend::builder().serve(AdderServer::new(Plain)).build()?;
    /// let pages = axum::Router::new().route("/", axum::routing::get(|| async { "Good day." }));
    /// let server = Server::builder(backend).fallback(pages);
    /// # Ok::<(), traitwire::rpc::BuildError>(())
    /// ```
    pub fn fallback<S, B>(mut self, service: S) -> Self
    where
        S: Service<Request<RequestBody>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.fallback = Some(any(service));
        self
    }

    /// What `/version` says: `application(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))`. Without
    /// it there is no such path. Versions of interfaces are at `_versions` below the prefix.
    pub fn application(mut self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.application = Some((name.into(), version.into()));
        self
    }

    /// Whether `/healthz` (200 as long as the process answers) and `/readyz` (503 while the server
    /// drains) are there. Default yes.
    pub fn health(mut self, health: bool) -> Self {
        self.health = health;
        self
    }

    /// Asks the application on each `GET /readyz` whether it can serve: whether its database answers,
    /// say. The text of an `Err` goes to whoever asks, with 503, so it must hold no secret.
    ///
    /// ```
    /// # use traitwire::server::ServerBuilder;
    /// # fn example(builder: ServerBuilder) -> ServerBuilder {
    /// builder.ready(|| async { Err("the index is being built".to_owned()) })
    /// # }
    /// ```
    pub fn ready<F>(mut self, check: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.ready = Some(Arc::new(move || Box::pin(check())));
        self
    }

    /// What `/metrics` says, in the text format of Prometheus. Without it there is no such path.
    pub fn metrics(mut self, metrics: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.metrics = Some(Arc::new(metrics));
        self
    }

    /// Serves requests that name these hosts only. Where this is not said, a server that is bound to a
    /// loopback address is called by that address and by `localhost`, and any other by every name.
    pub fn hosts(mut self, hosts: HostList) -> Self {
        self.hosts = Hosts::Only(hosts);
        self
    }

    /// Serves requests whatever host they name, also on a loopback address. Right behind a proxy that
    /// passes on the name it was called by, if nothing but the proxy runs a browser on this machine.
    pub fn any_host(mut self) -> Self {
        self.hosts = Hosts::Any;
        self
    }

    /// Lets pages of other origins call and read replies. Default none.
    pub fn cors(mut self, cors: Cors) -> Self {
        self.cors = Some(cors);
        self
    }

    /// Changes how much is too much.
    pub fn limits(mut self, limits: ServerLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Whether `SIGTERM` and Ctrl-C make the server drain, and the next of them make it end at once.
    /// Default yes. Otherwise [`ServerHandle::drain`] does.
    pub fn signals(mut self, signals: bool) -> Self {
        self.signals = signals;
        self
    }

    /// Speaks TLS, with this certificate. Default plain text.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: super::Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Compresses replies (gzip) of 1 KiB and more for whoever accepts that; streams and images are left
    /// as they are. Default no: it costs time, and a reply that holds both a secret and something that
    /// an attacker chooses tells the secret by its length.
    #[cfg(feature = "compression")]
    pub fn compress_replies(mut self) -> Self {
        self.compression.replies = true;
        self
    }

    /// Takes calls whose body is compressed (gzip). Default no. Limits count what it inflates to, while
    /// it does.
    #[cfg(feature = "compression")]
    pub fn accept_compressed(mut self) -> Self {
        self.compression.calls = true;
        self
    }

    /// Binds the server to an address; port 0 is a free one, which [`Server::local_addr`] tells. From
    /// then on connections wait to be accepted.
    ///
    /// An address that others can reach is as good as any other, for TLS may end in front of the
    /// server; whether it does is not checked.
    ///
    /// # Errors
    /// [`BindError`]: the address is taken or none, or a prefix is none.
    ///
    /// # Cancel safety
    /// Nothing is bound when it is dropped.
    pub async fn bind(self, address: impl ToSocketAddrs) -> Result<Server, BindError> {
        self.check()?;
        let listener = bind(address).await.map_err(BindError::Io)?;
        self.listen(listener)
    }

    /// Takes a socket that is bound already, by systemd for example.
    ///
    /// # Errors
    /// [`BindError`]: it has no address, or a prefix is none.
    pub fn listen(self, listener: TcpListener) -> Result<Server, BindError> {
        self.check()?;
        let address = listener.local_addr().map_err(BindError::Io)?;
        let (phase, phases) = watch::channel(Phase::Serving);
        let signals = self.signals;
        #[cfg(feature = "tls")]
        let tls = self.tls.clone();
        let shared = connection::Shared {
            #[cfg(feature = "tls")]
            tls: match &tls {
                None => None,
                Some(tls) => Some(tls.config().map_err(BindError::Tls)?.into()),
            },
            http: connection::http(&self.limits),
            limits: self.limits,
            routes: self.routes(address, phases.clone()),
            phase: phases,
            running: Arc::default(),
        };
        Ok(Server {
            listener,
            address,
            shared: Arc::new(shared),
            phase,
            handle: ServerHandle::new(),
            signals,
            #[cfg(feature = "tls")]
            tls,
        })
    }

    fn check(&self) -> Result<(), BindError> {
        let prefix = &self.prefix;
        let segments = prefix.starts_with('/') && !prefix.ends_with('/');
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"?#".contains(&byte);
        if prefix != "/" && !(segments && prefix.bytes().all(plain)) {
            return Err(BindError::Prefix(prefix.clone()));
        }
        Ok(())
    }

    fn routes(self, address: SocketAddr, phase: watch::Receiver<Phase>) -> Routes {
        let hosts = match self.hosts {
            // `::ffff:127.0.0.1` is one, too.
            Hosts::Usual => {
                address.ip().to_canonical().is_loopback().then(|| HostList::loopback(address))
            }
            Hosts::Any => None,
            Hosts::Only(hosts) => Some(hosts),
        };
        let version = self.application.map(|(name, version)| {
            serde_json::json!({ "name": name, "version": version }).to_string().into()
        });
        let rpc = self.rpc.map(|service| {
            #[cfg(feature = "compression")]
            let service = self.compression.rpc(service);
            #[cfg(not(feature = "compression"))]
            let service = Rpc::Plain(service);
            (self.prefix.trim_end_matches('/').to_owned(), service)
        });
        #[cfg(feature = "compression")]
        let fallback = self.fallback.map(|fallback| self.compression.replies_of(fallback));
        #[cfg(not(feature = "compression"))]
        let fallback = self.fallback;
        Routes {
            hosts,
            cors: self.cors,
            rpc,
            fallback,
            health: self.health,
            ready: self.ready,
            ready_timeout: self.limits.ready_timeout,
            version,
            metrics: self.metrics,
            leaving: Leaving(phase),
        }
    }
}

impl fmt::Debug for ServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("ServerBuilder");
        debug.field("rpc", &self.rpc).field("prefix", &self.prefix);
        debug.field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// A socket at the first of these addresses that can be had. The error names the address, which may stand
/// in a file of settings, far from here.
async fn bind(address: impl ToSocketAddrs) -> io::Result<TcpListener> {
    let mut failed = None;
    for address in lookup_host(address).await? {
        match TcpListener::bind(address).await {
            Ok(listener) => return Ok(listener),
            Err(error) => {
                let named = format!("{address}: {error}");
                failed = Some(io::Error::new(error.kind(), named));
            }
        }
    }
    let nothing = || io::Error::new(io::ErrorKind::InvalidInput, "the name leads to no address");
    Err(failed.unwrap_or_else(nothing))
}

/// Why a server could not be bound.
#[derive(Debug)]
#[non_exhaustive]
pub enum BindError {
    /// The address is taken, or is none.
    Io(io::Error),
    /// The prefix is no path without a slash at its end.
    Prefix(String),
    /// The certificate cannot be used.
    #[cfg(feature = "tls")]
    Tls(super::TlsError),
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BindError::Io(error) => write!(f, "the address could not be bound: {error}"),
            BindError::Prefix(prefix) => write!(
                f,
                "the prefix `{prefix}` is no path such as `/rpc`: it begins with a slash, and ends \
                 with none"
            ),
            #[cfg(feature = "tls")]
            BindError::Tls(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            BindError::Io(error) => Some(error),
            BindError::Prefix(_) => None,
            #[cfg(feature = "tls")]
            BindError::Tls(error) => Some(error),
        }
    }
}
