//! Calls within the process. Values pass the codec, so that they are what they would be over HTTP;
//! nothing else lies between: the handler runs in its caller's task. Deadlines need tokio's timers, so
//! calls are awaited within a tokio runtime that has them.

use std::fmt;
use std::sync::Arc;

use crate::Fault;
use crate::rpc::RetryPolicy;
use crate::rpc::admission::Head;
use crate::rpc::admitted::Admitted;
use crate::rpc::auth::{Credentials, HeaderValues};
use crate::rpc::backend::Backend;
use crate::rpc::channel::{Opening, Reply, Request, Transport};
use crate::rpc::connect::{self, Strictness, Stubs};
use crate::rpc::connector::connector_options;
use crate::rpc::retry::{Retrier, Retrying};
use crate::rpc::running::{self, Running};
use crate::rpc::sender::Sender;
use crate::rpc::token::{Token, Tokens};

/// Connects to a backend of this process, without credentials.
///
/// # Errors
/// [`FaultKind::Unimplemented`] if the backend lacks an interface, [`FaultKind::Incompatible`] if it
/// lacks the series.
///
/// [`FaultKind::Unimplemented`]: crate::FaultKind::Unimplemented
/// [`FaultKind::Incompatible`]: crate::FaultKind::Incompatible
///
/// ```
/// use traitwire::{in_process, rpc::Backend, rpc_interface};
///
/// #[rpc_interface(version = "1.0.0")]
/// pub trait Adder {
///     /// The sum.
///     #[rpc(public)]
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
/// let backend = Backend::builder().serve(AdderServer::new(Plain)).build()?;
/// let adder = in_process::connect::<AdderClient>(&backend)?;
/// assert_eq!(adder.add(2, 3).await?, 5);
/// # Ok(())
/// # }
/// ```
pub fn connect<S: Stubs>(backend: &Backend) -> Result<S, Fault> {
    Connector::new(backend).connect()
}

/// Says how to connect to a backend of this process.
#[derive(Debug, Clone)]
#[must_use]
pub struct Connector {
    backend: Backend,
    tokens: Tokens,
    headers: Headers,
    retries: RetryPolicy,
    sender: Sender,
}

connector_options!(Connector);

impl Connector {
    /// Connects to this backend.
    pub fn new(backend: &Backend) -> Connector {
        Connector {
            backend: backend.clone(),
            tokens: Tokens::default(),
            headers: Headers::default(),
            retries: RetryPolicy::default(),
            sender: Sender::default(),
        }
    }

    /// Makes all calls with this header, which an authenticator can read: an API key, or what a proxy
    /// would add in front of HTTP. Nothing else reads it.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Connector {
        self.headers.0.push((name.into(), value.into()));
        self
    }

    /// Connects if the backend serves every interface in its series.
    ///
    /// # Errors
    /// As [`connect`].
    pub fn connect<S: Stubs>(self) -> Result<S, Fault> {
        self.connect_with(Strictness::Series)
    }

    /// Connects if the backend serves every method as this frontend knows it.
    ///
    /// # Errors
    /// As [`connect`], and for the first method that is missing or does not go together.
    pub fn connect_strict<S: Stubs>(self) -> Result<S, Fault> {
        self.connect_with(Strictness::EveryMethod)
    }

    fn connect_with<S: Stubs>(self, strictness: Strictness) -> Result<S, Fault> {
        let versions = self.backend.versions();
        let Connector { backend, tokens, headers, retries, sender } = self;
        let transport = Arc::new(InProcess { backend, headers: Arc::new(headers) });
        let transport = Retrying { transport, tokens, retrier: Retrier::new(retries) };
        connect::connect(transport, sender, &versions, strictness)
    }
}

/// Headers that all calls show. They may be secrets.
#[derive(Clone, Default)]
struct Headers(Vec<(String, String)>);

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Headers(..)")
    }
}

/// What a call shows of its caller.
struct Shown<'a> {
    token: Option<&'a Token>,
    headers: &'a Headers,
}

impl HeaderValues for Shown<'_> {
    fn value(&self, name: &str) -> Option<&str> {
        match self.token {
            Some(token) if name.eq_ignore_ascii_case("authorization") => {
                Some(token.authorization())
            }
            _ => self.headers.0.value(name),
        }
    }
}

struct InProcess {
    backend: Backend,
    headers: Arc<Headers>,
}

impl Transport for InProcess {
    fn call(&self, request: Request) -> Reply {
        let (backend, headers) = (self.backend.clone(), Arc::clone(&self.headers));
        Box::pin(async move {
            let admitted = admit(&backend, &headers, &request).await?;
            let method = request.method();
            match admitted.start(request.payload)? {
                Running::Reply(reply) => reply.finish().await,
                Running::Items(_) => Err(running::other_kind(&method.name).into()),
            }
        })
    }

    fn open(&self, request: Request) -> Opening {
        let (backend, headers) = (self.backend.clone(), Arc::clone(&self.headers));
        Box::pin(async move {
            let admitted = admit(&backend, &headers, &request).await?;
            let method = request.method();
            match admitted.start(request.payload)? {
                Running::Items(items) => Ok(items),
                Running::Reply(_) => Err(running::other_kind(&method.name).into()),
            }
        })
    }
}

async fn admit(backend: &Backend, headers: &Headers, request: &Request) -> Result<Admitted, Fault> {
    let target = backend.find(
        &request.interface().name,
        request.series(),
        &request.method().name,
        Some(request.need()),
    )?;
    let shown = Shown { token: request.token.as_ref(), headers };
    let head = Head {
        need: Some(request.need()),
        credentials: Credentials::new(&shown),
        labels: (*request.labels).clone(),
        timeout: request.timeout(),
    };
    target.admit(head).await
}
