//! How is a backend reached over HTTP?

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
#[cfg(feature = "http-client-hyper")]
use hyper_util::client::legacy;
use tower_service::Service;
use url::{ParseError, Url};

use super::carrier::Carrier;
use super::exchange::{Http, Place};
#[cfg(feature = "http-client-hyper")]
use super::over_hyper::Hyper;
#[cfg(feature = "http-client")]
use super::over_reqwest;
use super::over_service::Tower;
use crate::rpc::connect::{self, Strictness, Stubs};
use crate::rpc::connector::connector_options;
use crate::rpc::limits::{DEFAULT_DEADLINE, MAX_REPLY};
use crate::rpc::retry::{Facts, Retrier, Retrying};
use crate::rpc::sender::Sender;
use crate::rpc::token::Tokens;
use crate::rpc::{Failure, RetryPolicy, Versions};
use crate::{Fault, FaultKind};

/// Connects to a backend over HTTP, without credentials. `url` is where its interfaces stand:
/// `http://127.0.0.1:7300/rpc`. (For `https`, build reqwest with its feature `rustls`, or pass a
/// client of your own to [`Connector::client`].) Several interfaces of one backend make a tuple:
/// `connect::<(CatalogClient, JobsClient)>(url)`.
///
/// # Errors
/// [`FaultKind::InvalidArgument`] for a URL that is none, [`FaultKind::Disconnected`] if the backend
/// is not reached in three attempts, [`FaultKind::DeadlineExceeded`] if it does not answer within
/// 30 s, [`FaultKind::BadReply`] if something else is there, [`FaultKind::Unimplemented`] if it lacks
/// an interface and [`FaultKind::Incompatible`] if it lacks the series.
///
/// # Cancel safety
/// Cancel-safe: nothing is kept.
///
/// ```no_run
/// # use traitwire::rpc_interface;
/// #[rpc_interface(version = "1.0.0")]
/// pub trait Adder {
///     /// The sum.
///     #[rpc(public)]
///     async fn add(&self, a: i64, b: i64) -> i64;
/// }
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let adder = traitwire::http::connect::<AdderClient>("http://127.0.0.1:7300/rpc").await?;
/// assert_eq!(adder.add(2, 3).await?, 5);
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "http-client")]
pub async fn connect<S: Stubs>(url: &str) -> Result<S, Fault> {
    Connector::new(url)?.connect().await
}

/// Says how to connect to a backend over HTTP. What carries the requests is chosen when it is made:
/// `Connector::new` takes reqwest (feature `http-client`), `Connector::hyper` hyper's own client
/// (feature `http-client-hyper`), which costs less and knows less: no proxies, no TLS of its own.
/// `Connector::service` takes any tower service. Everything else is the same.
#[derive(Clone)]
#[must_use]
pub struct Connector {
    base: Url,
    carrier: Carriers,
    tokens: Tokens,
    retries: RetryPolicy,
    max_reply: usize,
    sender: Sender,
}

connector_options!(Connector);

// reqwest's own form of a client would show the headers that it sends, and an API key among them.
impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

/// What carries the requests.
#[derive(Clone)]
enum Carriers {
    /// `None` is the default one.
    #[cfg(feature = "http-client")]
    Reqwest(Option<reqwest::Client>),
    #[cfg(feature = "http-client-hyper")]
    Hyper(Hyper),
    Service(Tower),
}

impl Connector {
    /// Connects by reqwest to the backend whose interfaces stand below this URL.
    ///
    /// # Errors
    /// [`FaultKind::InvalidArgument`] if it is no URL of `http` or `https`, or holds credentials,
    /// which would be seen wherever it is.
    #[cfg(feature = "http-client")]
    pub fn new(url: &str) -> Result<Connector, Fault> {
        Connector::over(url, Carriers::Reqwest(None))
    }

    /// Connects by hyper's client to the backend whose interfaces stand below this URL, in HTTP/1.1
    /// and without TLS; see [`Connector::hyper_client`] for more.
    ///
    /// # Errors
    /// As `Connector::new`: [`FaultKind::InvalidArgument`] if it is no URL of `http` or `https`, or
    /// holds credentials.
    ///
    /// ```no_run
    /// # use traitwire::rpc_interface;
    /// # #[rpc_interface(version = "1.0.0")]
    /// # pub trait Adder {
    /// #     /// The sum.
    /// #     #[rpc(public)]
    /// #     async fn add(&self, a: i64, b: i64) -> i64;
    /// # }
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use traitwire::http::Connector;
    ///
    /// let adder: AdderClient =
    ///     Connector::hyper("http://127.0.0.1:7300/rpc")?.token("s3cret").connect().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "http-client-hyper")]
    pub fn hyper(url: &str) -> Result<Connector, Fault> {
        Connector::over(url, Carriers::Hyper(Hyper::default()))
    }

    /// Connects by this tower service to the backend whose interfaces stand below this URL: a client with
    /// layers around it, or an axum router that is called without a socket. Needs no other feature than
    /// `http-client-service`, and none with the other clients.
    ///
    /// A call takes a copy of the service, waits until that is ready, and gives it one request, which has
    /// the whole URL. An error of the service is [`FaultKind::Disconnected`], and as the handler may have
    /// run then, [`Executed::Maybe`](crate::Executed::Maybe), unless the service was never ready; a layer
    /// that knows better has a [`Fault`] as its error, which is passed on.
    ///
    /// # Errors
    /// As `Connector::new`: [`FaultKind::InvalidArgument`] if it is no URL of `http` or `https`, or
    /// holds credentials.
    ///
    /// ```
    /// # use traitwire::{rpc::Backend, rpc_interface};
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
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use traitwire::http::{self, Connector};
    ///
    /// let backend = Backend::builder().serve(AdderServer::new(Plain)).build()?;
    /// let app = axum::Router::new().nest_service("/rpc", http::service(backend));
    /// // Nothing listens: the name is one as good as another.
    /// let adder: AdderClient = Connector::service("http://app/rpc", app)?.connect().await?;
    /// assert_eq!(adder.add(2, 3).await?, 5);
    /// # Ok(())
    /// # }
    /// ```
    pub fn service<S, B>(url: &str, service: S) -> Result<Connector, Fault>
    where
        S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + 'static,
        S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
        S::Future: Send,
        B: http_body::Body + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        Connector::over(url, Carriers::Service(Tower::new(service)))
    }

    fn over(url: &str, carrier: Carriers) -> Result<Connector, Fault> {
        let wrong = |why: &dyn std::fmt::Display| {
            // It may hold a password.
            let url = if url.contains('@') { "<..@..>" } else { url };
            let message = format!("`{}` is no URL of a backend: {why}", url.escape_debug());
            Fault::before(FaultKind::InvalidArgument, message)
        };
        let scheme = "its scheme must be `http` or `https`, as in `http://localhost:7300/rpc`";
        let mut base = Url::parse(url).map_err(|error| match error {
            // So it is called without a scheme, and means little to who has left that out.
            ParseError::RelativeUrlWithoutBase => wrong(&scheme),
            error => wrong(&error),
        })?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(wrong(&scheme));
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err(wrong(&"it must hold no user and no password; use `token`"));
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(wrong(&"it must have no query and no fragment"));
        }
        let path = base.path().trim_end_matches('/').to_owned();
        base.set_path(&path);
        Ok(Connector {
            base,
            carrier,
            tokens: Tokens::default(),
            retries: RetryPolicy::default(),
            max_reply: MAX_REPLY,
            sender: Sender::default(),
        })
    }

    /// Makes all calls with this client of reqwest's, which has its own settings for TLS, proxies and
    /// pools. The default one follows no redirects, for they could lead credentials elsewhere.
    #[cfg(feature = "http-client")]
    pub fn client(mut self, client: reqwest::Client) -> Connector {
        self.carrier = Carriers::Reqwest(Some(client));
        self
    }

    /// Makes all calls with this client of hyper's, which has its own connections (TLS, Unix sockets),
    /// versions of HTTP and pools. Here HTTP/2 without TLS:
    ///
    /// ```no_run
    /// # use traitwire::rpc_interface;
    /// # #[rpc_interface(version = "1.0.0")]
    /// # pub trait Adder {
    /// #     async fn add(&self, a: i64, b: i64) -> i64;
    /// # }
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use hyper_util::{client::legacy::Client, rt::TokioExecutor};
    /// use traitwire::http::Connector;
    ///
    /// let client = Client::builder(TokioExecutor::new()).http2_only(true).build_http();
    /// let adder: AdderClient =
    ///     Connector::hyper("http://127.0.0.1:7300/rpc")?.hyper_client(client).connect().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "http-client-hyper")]
    pub fn hyper_client<C>(mut self, client: legacy::Client<C, Full<Bytes>>) -> Connector
    where
        C: legacy::connect::Connect + Clone + Send + Sync + 'static,
    {
        self.carrier = Carriers::Hyper(Hyper::new(client));
        self
    }

    /// The largest reply and the largest item that is taken, in bytes. Default: 64 MiB.
    pub fn max_reply(mut self, bytes: usize) -> Connector {
        self.max_reply = bytes;
        self
    }

    /// Connects if the backend serves every interface in its series. A method that it lacks, or has
    /// in another shape, is found out when it is called.
    ///
    /// # Errors
    /// [`FaultKind::Disconnected`] if the backend is not reached, [`FaultKind::DeadlineExceeded`] if it
    /// does not answer within 30 s, [`FaultKind::BadReply`] if something else is there,
    /// [`FaultKind::Unimplemented`] if it lacks an interface, [`FaultKind::Incompatible`] if it lacks
    /// the series, [`FaultKind::Unauthenticated`] if there is no token, and
    /// [`FaultKind::InvalidArgument`] if the token cannot be sent.
    ///
    /// # Cancel safety
    /// Cancel-safe: nothing is kept.
    pub async fn connect<S: Stubs>(self) -> Result<S, Fault> {
        self.connect_with(Strictness::Series).await
    }

    /// Connects if the backend serves every method as this frontend knows it.
    ///
    /// # Errors
    /// As [`Connector::connect`], and for the first method that is missing or does not go together.
    ///
    /// # Cancel safety
    /// Cancel-safe: nothing is kept.
    pub async fn connect_strict<S: Stubs>(self) -> Result<S, Fault> {
        self.connect_with(Strictness::EveryMethod).await
    }

    async fn connect_with<S: Stubs>(self, strictness: Strictness) -> Result<S, Fault> {
        let Reached { transport, sender, versions } = self.reach().await?;
        connect::connect(transport, sender, &versions, strictness)
    }

    // Knows no stub, so that programs do not compile each carrier once more for each of theirs.
    async fn reach(self) -> Result<Reached, Fault> {
        match self.carrier.clone() {
            #[cfg(feature = "http-client")]
            Carriers::Reqwest(client) => {
                let client = client.map_or_else(over_reqwest::client, Ok)?;
                self.reach_by(client).await
            }
            #[cfg(feature = "http-client-hyper")]
            Carriers::Hyper(client) => self.reach_by(client).await,
            Carriers::Service(service) => self.reach_by(service).await,
        }
    }

    async fn reach_by(self, carrier: impl Carrier) -> Result<Reached, Fault> {
        let Connector { base, tokens, retries, max_reply, sender, .. } = self;
        let labels = sender.question()?;
        let base = base.as_str().trim_end_matches('/').to_owned();
        let url = format!("{base}/_versions");
        let http = Http { carrier, backend: Place { base, max_reply } };
        let retrier = Retrier::new(retries);
        let deadline = Instant::now() + DEFAULT_DEADLINE;
        let asked = retrier.repeat(Facts::of_query("_versions", deadline), || {
            tokens.show(Some(deadline), |token| http.versions(&labels, token, deadline))
        });
        let versions = asked.await.map_err(|failure| match failure {
            // No method was called, so none has run.
            Failure::Fault(fault) => {
                Fault::before(fault.kind(), format!("{url}: {}", fault.message()))
            }
            Failure::Declared { .. } => {
                Fault::before(FaultKind::BadReply, format!("{url}: no list of versions"))
            }
        })?;
        let transport = Retrying { transport: Arc::new(http), tokens, retrier };
        Ok(Reached { transport, sender, versions })
    }
}

/// A backend that has said what it serves.
struct Reached {
    transport: Retrying,
    sender: Sender,
    versions: Versions,
}
