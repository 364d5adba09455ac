//! How does a program open a pair, and what can it do with one?

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use traitwire_protocol::{Connection, Limits};
use traitwire_schema::{End, Interface};

use super::channel::{Channel, Stub};
use super::dispatch::Dispatch;
use super::driver::{Driver, ReadBuffer, Timer};
use super::goodbye::{Code, Goodbye};
use super::handshake::{self, Admission};
use super::link::Link;
use super::output::Writer;
use super::serial::Serial;
use super::serving::{InPlace, Served, Serving};
use super::terms::{Agreed, AgreedMethod, Terms};
use super::transport::{AsyncOutput, Transport};
use crate::{Executed, Fault, FaultKind};

/// A pair: an open connection between one frontend and one backend. It lasts until one of them closes it or
/// is lost, also when this handle is dropped. Cloning is cheap.
#[derive(Clone)]
pub struct Pair {
    link: Arc<Link>,
    closed: watch::Receiver<Option<Closed>>,
    local: bool,
}

impl Pair {
    /// Whether both ends are on one computer for certain.
    pub fn is_local(&self) -> bool {
        self.local
    }

    /// Why the pair has ended; `None` as long as it has not.
    pub fn why_closed(&self) -> Option<Closed> {
        self.closed.borrow().clone()
    }

    /// Waits until the pair has ended, and says why.
    ///
    /// # Cancel safety
    /// Cancel-safe.
    pub async fn closed(&self) -> Closed {
        let mut closed = self.closed.clone();
        let closed = closed.wait_for(Option::is_some).await;
        // The driver says so before it is gone.
        let closed = closed.ok().and_then(|closed| closed.clone());
        closed.unwrap_or_else(|| Closed::Lost("the runtime of this end was shut down".to_owned()))
    }

    /// Closes the pair: new calls are refused, those that are under way have 2 s to end, and the peer is
    /// told that this was the end. Says how it ended.
    ///
    /// # Cancel safety
    /// The pair closes also if nobody waits for it.
    pub async fn close(&self) -> Closed {
        let goodbye = Goodbye::new(Code::Closed, "closed").write();
        let now = self.link.now();
        self.link.lock().connection.close(now, goodbye);
        self.link.driver().wake();
        self.closed().await
    }
}

#[doc(hidden)]
impl Pair {
    /// How many calls are under way that this end and that the peer has made; for tests.
    pub fn calls_under_way(&self) -> (usize, usize) {
        let state = self.link.lock();
        (state.connection.own_calls(), state.connection.their_calls())
    }

    /// How many bytes wait to be taken by the transport; for tests.
    pub fn queued_bytes(&self) -> usize {
        self.link.lock().connection.queued_bytes()
    }
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pair").field("local", &self.local).finish_non_exhaustive()
    }
}

/// Why a pair has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Closed {
    /// This end has closed it.
    Here,
    /// The peer has closed it.
    Peer,
    /// The peer is gone, or gave no sign of life.
    Lost(String),
    /// The peer broke the protocol.
    Violation(String),
    /// The peer ended it for something that this end did.
    Refused(String),
}

impl Closed {
    /// Whether one of the ends has closed it on purpose, and in order.
    pub fn is_orderly(&self) -> bool {
        matches!(self, Closed::Here | Closed::Peer)
    }
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Closed::Here => f.write_str("this end has closed the pair"),
            Closed::Peer => f.write_str("the peer has closed the pair"),
            Closed::Lost(why) => write!(f, "the peer was lost: {why}"),
            Closed::Violation(why) => write!(f, "the peer broke the protocol: {why}"),
            Closed::Refused(why) => write!(f, "the peer has ended the pair: {why}"),
        }
    }
}

/// Clients of the peer's interfaces: one, a tuple of at most 8, or none (`()`).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no client of an IPC interface",
    label = "no generated `..Client`",
    note = "a client is what the macro of the interface made, such as `EditorClient`; several of them are \
            a tuple of at most 8, and none is `()`"
)]
pub trait Clients: Sized {
    /// The interfaces that they call.
    #[doc(hidden)]
    fn interfaces() -> Vec<&'static Interface>;

    /// The clients, each over what is found for its interface.
    #[doc(hidden)]
    fn new(channel: &dyn Fn(&'static Interface) -> Channel) -> Self;
}

impl<S: Stub> Clients for S {
    fn interfaces() -> Vec<&'static Interface> {
        vec![S::interface()]
    }

    fn new(channel: &dyn Fn(&'static Interface) -> Channel) -> Self {
        <S as Stub>::new(channel(S::interface()))
    }
}

/// What serves interfaces to the peer: one `..Server`, a tuple of at most 8, or none (`()`).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no served IPC interface",
    label = "no generated `..Server`",
    note = "what implements an interface is served by what its macro made: \
            `EditorServer::new(implementation)`; several of them are a tuple of at most 8"
)]
pub trait Servers: Sized {
    /// The interfaces that they serve.
    #[doc(hidden)]
    fn interfaces() -> Vec<&'static Interface>;

    /// Themselves, in the same order.
    #[doc(hidden)]
    fn into_dispatch(self) -> Vec<Arc<dyn Dispatch>>;
}

impl<D: Dispatch> Servers for D {
    fn interfaces() -> Vec<&'static Interface> {
        vec![D::interface()]
    }

    fn into_dispatch(self) -> Vec<Arc<dyn Dispatch>> {
        vec![Arc::new(self)]
    }
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: Stub),*> Clients for ($($name,)*) {
            fn interfaces() -> Vec<&'static Interface> {
                vec![$($name::interface()),*]
            }

            #[allow(unused_variables, clippy::unused_unit, reason = "none needs nothing")]
            fn new(channel: &dyn Fn(&'static Interface) -> Channel) -> Self {
                ($(<$name as Stub>::new(channel($name::interface())),)*)
            }
        }

        impl<$($name: Dispatch),*> Servers for ($($name,)*) {
            fn interfaces() -> Vec<&'static Interface> {
                vec![$($name::interface()),*]
            }

            #[allow(non_snake_case, reason = "each is called like its type")]
            fn into_dispatch(self) -> Vec<Arc<dyn Dispatch>> {
                let ($($name,)*) = self;
                vec![$(Arc::new($name)),*]
            }
        }
    };
}

tuples!();
tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);

/// Makes the handlers of an end, once its peer's clients are there.
type Serve =
    Box<dyn FnOnce(&dyn Fn(&'static Interface) -> Channel) -> Vec<Arc<dyn Dispatch>> + Send>;

/// Says what an end of a pair serves and allows, and opens it over a transport.
///
/// ```
/// use traitwire::{ipc, ipc_interface};
///
/// /// The backend's half.
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
/// let (here, there) = ipc::in_process();
/// let backend = ipc::backend().serve(|()| AdderServer::new(Plain));
/// let opening = tokio::spawn(backend.open::<()>(there));
/// let (pair, adder) = ipc::frontend().open::<AdderClient>(here).await?;
/// assert_eq!(adder.add(2, 3).await?, 5);
/// pair.close().await;
/// # opening.await??;
/// # Ok(())
/// # }
/// ```
#[must_use = "it opens nothing by itself"]
pub struct Builder {
    end: End,
    limits: Limits,
    calls: Vec<&'static Interface>,
    serves: Vec<&'static Interface>,
    serve: Vec<Serve>,
    token: Option<String>,
    #[cfg(feature = "ipc-rpc")]
    authorization: Option<String>,
    #[cfg(feature = "ipc-rpc")]
    rpc: Option<crate::rpc::Backend>,
}

/// The frontend of a pair.
pub fn frontend() -> Builder {
    Builder::new(End::Frontend)
}

/// The backend of a pair.
pub fn backend() -> Builder {
    Builder::new(End::Backend)
}

impl Builder {
    fn new(end: End) -> Builder {
        Builder {
            end,
            limits: Limits::default(),
            calls: Vec::new(),
            serves: Vec::new(),
            serve: Vec::new(),
            token: None,
            #[cfg(feature = "ipc-rpc")]
            authorization: None,
            #[cfg(feature = "ipc-rpc")]
            rpc: None,
        }
    }

    /// Serves what the function makes, once the pair is open: it gets the clients of its peer, and what it
    /// makes lives as long as the pair. Both may be one, a tuple of at most 8, or none.
    pub fn serve<C: Clients, S: Servers>(
        mut self,
        make: impl FnOnce(C) -> S + Send + 'static,
    ) -> Builder {
        self.calls.extend(C::interfaces());
        self.serves.extend(S::interfaces());
        self.serve.push(Box::new(move |channel| make(C::new(channel)).into_dispatch()));
        self
    }

    /// In place of the default limits. Both ends keep to the lower of what they allow.
    pub fn limits(mut self, limits: Limits) -> Builder {
        self.limits = limits;
        self
    }

    /// What this frontend shows its backend.
    #[cfg(feature = "ipc-tcp")]
    pub fn token(mut self, token: &super::tcp::Token) -> Builder {
        self.token = Some(token.secret().to_owned());
        self
    }

    /// Serves the interfaces of an RPC backend as well; the frontend calls them by [`Rpc`](super::Rpc). Whoever
    /// calls is who the frontend has shown itself to be, see [`rpc_token`](Self::rpc_token).
    #[cfg(feature = "ipc-rpc")]
    pub fn serve_rpc(mut self, backend: &crate::rpc::Backend) -> Builder {
        self.rpc = Some(backend.clone());
        self
    }

    /// What this frontend shows to the RPC backends of the pair, once for all calls.
    #[cfg(feature = "ipc-rpc")]
    pub fn rpc_token(mut self, token: &str) -> Builder {
        self.authorization = Some(format!("Bearer {token}"));
        self
    }

    /// Opens the pair: both ends say what they serve and what they call, and compare. Brings the pair, and
    /// clients of the peer.
    ///
    /// # Errors
    /// [`FaultKind::Unimplemented`] if the peer does not serve an interface or a method that this end
    /// calls, or the other way round; [`FaultKind::Incompatible`] if their versions do not go together;
    /// [`FaultKind::Unauthenticated`] if the peer does not admit this end; [`FaultKind::Disconnected`] if
    /// it is lost, or says nothing in time; [`FaultKind::Internal`] if what this end is to serve or to
    /// call is not fit for that.
    ///
    /// # Cancel safety
    /// Dropping it closes the transport.
    pub async fn open<C: Clients>(self, transport: impl Transport) -> Result<(Pair, C), Fault> {
        let builder = self.calling::<C>();
        let terms = builder.terms()?;
        let agreement = agree(&terms, builder.limits.clone(), transport, None).await?;
        Ok(builder.finish(agreement))
    }

    /// The same, with clients that the program keeps.
    pub(super) fn calling<C: Clients>(mut self) -> Builder {
        self.calls.extend(C::interfaces());
        self
    }

    pub(super) fn terms(&self) -> Result<Terms, Fault> {
        let mut terms = Terms::new(self.end, self.calls.clone(), self.serves.clone())?;
        terms.token.clone_from(&self.token);
        #[cfg(feature = "ipc-rpc")]
        {
            terms.authorization.clone_from(&self.authorization);
            terms.rpc.clone_from(&self.rpc);
        }
        Ok(terms)
    }

    #[cfg(any(feature = "ipc-tcp", feature = "ipc-unix"))]
    pub(super) fn own_limits(&self) -> &Limits {
        &self.limits
    }

    /// The pair is agreed: handlers are made, and it lives.
    pub(super) fn finish<C: Clients>(self, agreement: Agreement) -> (Pair, C) {
        let Agreement { opening, agreed, local } = agreement;
        let handshake::Opening { connection, start, input, writer, buffer } = opening;
        let link = Arc::new(Link::new(connection, writer, start, agreed.peer_is_serial));
        let channels = Channels { link: Arc::clone(&link), routes: agreed.calls };
        let channel = |interface| channels.of(interface);
        let servers: Vec<_> = self.serve.into_iter().flat_map(|make| make(&channel)).collect();
        let serials: Vec<_> = self
            .serves
            .iter()
            .map(|interface| interface.serial.then(Arc::<Serial>::default))
            .collect();
        let methods = agreed
            .serves
            .into_iter()
            .map(|served| match served {
                AgreedMethod::Ipc { server, interface, method, codec } => Served::Ipc {
                    dispatch: Arc::clone(&servers[server]),
                    interface,
                    method,
                    codec,
                    serial: serials[server].clone(),
                },
                #[cfg(feature = "ipc-rpc")]
                AgreedMethod::Rpc(method) => Served::Rpc(method),
            })
            .collect();
        let (closed, watch) = watch::channel(None);
        let serving = Some(Arc::new(Serving::new(Arc::clone(&link), methods)));
        tokio::spawn(Driver {
            link: Arc::clone(&link),
            serving,
            in_place: InPlace::default(),
            input,
            buffer,
            lent: None,
            in_parts: false,
            timer: Timer::default(),
            yielded: false,
            wakers: Vec::new(),
            closed,
            closing: None,
        });
        (Pair { link, closed: watch, local }, C::new(&|interface| channels.of(interface)))
    }
}

/// A pair that only has to be brought to life.
pub(super) struct Agreement {
    opening: handshake::Opening,
    agreed: Agreed,
    local: bool,
}

/// Has both ends say what they are, and compares.
pub(super) async fn agree(
    terms: &Terms,
    mut limits: Limits,
    transport: impl Transport,
    door: Option<&dyn Admission>,
) -> Result<Agreement, Fault> {
    let local = transport.is_local();
    if limits.keep_alive.is_none() && !transport.notices_loss() {
        limits.keep_alive = Some(KEEP_ALIVE);
    }
    let (input, output) = transport.split().map_err(|error| lost(&error))?;
    let mut opening = handshake::Opening {
        connection: Connection::new(Duration::ZERO, limits),
        start: Instant::now(),
        input: Box::new(input),
        writer: Writer::new(Box::new(AsyncOutput(output))),
        buffer: ReadBuffer::default(),
    };
    let agreed = opening.agree(terms, door).await?;
    Ok(Agreement { opening, agreed, local })
}

/// After so much silence a network transport is asked for a sign of life.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

pub(super) fn lost(error: &dyn fmt::Display) -> Fault {
    Fault::new(FaultKind::Disconnected, Executed::No, error.to_string())
}

/// How the interfaces of the peer are called.
struct Channels {
    link: Arc<Link>,
    routes: Vec<(&'static Interface, Arc<[super::channel::Route]>)>,
}

impl Channels {
    fn of(&self, interface: &'static Interface) -> Channel {
        let found = self.routes.iter().find(|(known, _)| known.name == interface.name);
        // Each interface that a client calls was agreed, or there would be no pair.
        let (_, routes) = found.expect("every client's interface was agreed");
        Channel { link: Arc::clone(&self.link), routes: Arc::clone(routes), interface }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |interfaces: &[&'static Interface]| -> Vec<String> {
            interfaces.iter().map(|interface| interface.name.to_string()).collect()
        };
        f.debug_struct("Builder")
            .field("end", &self.end)
            .field("calls", &names(&self.calls))
            .field("serves", &names(&self.serves))
            .finish_non_exhaustive()
    }
}
