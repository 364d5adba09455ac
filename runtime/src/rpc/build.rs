//! Which interfaces make a backend?

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use traitwire_schema::read_back::Unreadable;
use traitwire_schema::version::{self, Offer, Series, Version};
use traitwire_schema::walk::{Schema, SchemaError};
use traitwire_schema::{Access, Interface, InterfaceKind};

use crate::Context;
use crate::rpc::around::BackendInterceptor;
use crate::rpc::auth::{AnyAuthenticator, Authenticator};
use crate::rpc::backend::{Backend, CallObserver, Inner, Mount, MountedMethod};
use crate::rpc::channel::Stub;
use crate::rpc::compatibility::MethodShape;
use crate::rpc::dispatch::Dispatch;
use crate::rpc::idempotency::IdempotencyStore;
use crate::rpc::in_flight::InFlight;
use crate::rpc::limits::Limits;
#[cfg(feature = "metrics")]
use crate::rpc::metrics::ClientVersions;
use crate::rpc::older;
use crate::rpc::versions::{OfferedInterface, OfferedMethod};

/// Who may read the whole schema at `_schema`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SchemaAccess {
    /// Callers that the authenticator accepts. The default.
    #[default]
    Authenticated,
    /// Everyone.
    Public,
    /// No one: the path does not exist.
    Off,
}

/// What becomes of a call whose need the offer does not meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VersionPolicy {
    /// It is refused, and no handler runs. The default.
    #[default]
    Enforce,
    /// It runs all the same, as far as its arguments are understood. The log says what differs, and
    /// [`Backend::diagnosed`] counts. For finding out who would be refused, before that happens.
    Diagnose,
}

/// One `serve`.
struct Served {
    dispatch: Arc<dyn Dispatch>,
    baseline: Option<String>,
    /// The interface of an older series that it answers for, in place of its own.
    older: Option<&'static Interface>,
}

impl Served {
    fn interface(&self) -> &'static Interface {
        self.older.unwrap_or_else(|| self.dispatch.interface())
    }
}

/// Gathers what a [`Backend`] serves.
#[derive(Default)]
#[must_use]
pub struct BackendBuilder {
    served: Vec<Served>,
    policy: VersionPolicy,
    idempotency: Option<Arc<dyn IdempotencyStore>>,
    authenticator: Option<Arc<dyn AnyAuthenticator>>,
    limits: Limits,
    schema_access: SchemaAccess,
    observer: Option<Arc<CallObserver>>,
    interceptors: Vec<Arc<dyn BackendInterceptor>>,
}

impl BackendBuilder {
    /// Serves an interface: `serve(CatalogServer::new(handler))`. Several series of one interface
    /// may stand side by side.
    pub fn serve(mut self, server: impl Dispatch) -> Self {
        self.served.push(Served { dispatch: Arc::new(server), baseline: None, older: None });
        self
    }

    /// Serves an older series of an interface by the newer implementation, as far as shapes agree:
    /// `serve_older::<CatalogV1Client>(CatalogServer::from(shared))`. `Old` is the client of the
    /// older trait, which stays in the interfaces crate for as long as there are such frontends.
    ///
    /// A method is served if the newer trait has one of its name, or with an alias of its name, that
    /// is equal in shape, and whose `since` is not beyond the older version. The others are refused
    /// with the fault that a missing series brings. Who may call what is as the *newer* trait says.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use traitwire::{in_process, rpc::Backend, rpc_interface};
    ///
    /// #[rpc_interface(version = "1.4.0", name = "Notes")]
    /// pub trait NotesV1 {
    ///     #[rpc(public)]
    ///     async fn count(&self) -> u32;
    ///     #[rpc(public)]
    ///     async fn get(&self, id: u32) -> String;
    /// }
    ///
    /// #[rpc_interface(version = "2.0.0")]
    /// pub trait Notes {
    ///     #[rpc(public)]
    ///     async fn count(&self) -> u32;
    ///     #[rpc(public)]
    ///     async fn get(&self, id: u64) -> Option<String>;
    /// }
    /// # struct Store;
    /// # impl Notes for Store {
    /// #     async fn count(&self) -> u32 {
    /// #         2
    /// #     }
    /// #     async fn get(&self, id: u64) -> Option<String> {
    /// #         Some(id.to_string())
    /// #     }
    /// # }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = NotesServer::new(Store);
    /// let backend =
    ///     Backend::builder().serve(server.clone()).serve_older::<NotesV1Client>(server).build()?;
    /// let v1 = in_process::connect::<NotesV1Client>(&backend)?;
    /// assert_eq!(v1.count().await?, 2);
    /// // Its shape has changed.
    /// assert!(v1.get(1).await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn serve_older<Old: Stub>(mut self, server: impl Dispatch) -> Self {
        let older = Some(Old::interface());
        self.served.push(Served { dispatch: Arc::new(server), baseline: None, older });
        self
    }

    /// Serves a prerelease of an interface that also stands in for the last release of its series:
    /// a frontend that needs no more than `baseline` is served.
    pub fn serve_with_baseline(
        mut self,
        server: impl Dispatch,
        baseline: impl Into<String>,
    ) -> Self {
        let baseline = Some(baseline.into());
        self.served.push(Served { dispatch: Arc::new(server), baseline, older: None });
        self
    }

    /// Changes what becomes of calls that are of a version which does not go together with this one.
    pub fn versions(mut self, policy: VersionPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Keeps how calls with an `Idempotency-Key` ended, so that one that is made twice runs once. See
    /// [`rpc::idempotency`]. Without a store the key only reaches the handler.
    ///
    /// [`rpc::idempotency`]: crate::rpc::idempotency
    pub fn idempotency(mut self, store: impl IdempotencyStore) -> Self {
        self.idempotency = Some(Arc::new(store));
        self
    }

    /// Finds out who calls. Needed unless every method is `public`.
    pub fn authenticator(mut self, authenticator: impl Authenticator) -> Self {
        self.authenticator = Some(Arc::new(authenticator));
        self
    }

    /// Changes what is accepted.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Shows each call that arrives to this, with its span, before anything else happens to it: so
    /// that a tracing system makes the span a child of [`Context::trace`], or a program adds what it
    /// knows. The caller is not known yet. Fields of the span follow OpenTelemetry's conventions for
    /// RPC.
    ///
    /// [`Context::trace`]: crate::Context::trace
    pub fn on_call(
        mut self,
        observer: impl Fn(&Context, &tracing::Span) + Send + Sync + 'static,
    ) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Has this stand around every call that was accepted, whatever carried it. Of several, the first
    /// is the outermost.
    pub fn intercept(mut self, interceptor: impl BackendInterceptor) -> Self {
        self.interceptors.push(Arc::new(interceptor));
        self
    }

    /// Changes who may read the whole schema.
    pub fn schema(mut self, access: SchemaAccess) -> Self {
        self.schema_access = access;
        self
    }

    /// Checks that everything fits together.
    ///
    /// # Errors
    /// [`BuildError`]: nothing is served, two servers answer to one name and series, a method needs
    /// an authenticated caller and there is no authenticator, the types make no schema, or one
    /// that serde could not read back.
    pub fn build(self) -> Result<Backend, BuildError> {
        let interfaces: Vec<&'static Interface> =
            self.served.iter().map(Served::interface).collect();
        if interfaces.is_empty() {
            return Err(BuildError::NothingServed);
        }
        let schema = Schema::collect(interfaces.iter().copied())?;
        let unreadable = schema.unreadable();
        if !unreadable.is_empty() {
            return Err(BuildError::Unreadable(unreadable));
        }
        let mut mounts: BTreeMap<&'static str, Vec<Arc<Mount>>> = BTreeMap::new();
        for served in self.served {
            let mount = Mount::new(served, &schema)?;
            if self.authenticator.is_none() {
                mount.check_all_public()?;
            }
            let series = mounts.entry(&mount.interface.name).or_default();
            if series.iter().any(|other| other.series == mount.series) {
                return Err(BuildError::SameSeries {
                    interface: mount.interface.name.to_string(),
                    series: mount.series.to_string(),
                });
            }
            series.push(Arc::new(mount));
        }
        for series in mounts.values_mut() {
            series.sort_by(|a, b| a.offer.version.cmp(&b.offer.version));
        }
        Ok(Backend(Arc::new(Inner {
            mounts,
            authenticator: self.authenticator,
            limits: self.limits,
            policy: self.policy,
            diagnosed: AtomicU64::new(0),
            in_flight: InFlight::default(),
            idempotency: self.idempotency,
            schema_access: self.schema_access,
            schema,
            observer: self.observer,
            interceptors: (!self.interceptors.is_empty()).then(|| self.interceptors.into()),
        })))
    }
}

/// Why interfaces make no backend.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// Nothing is served.
    NothingServed,
    /// An IPC interface cannot be served to many frontends.
    NotRpc {
        /// Its name.
        interface: String,
    },
    /// Two servers answer to one name and series.
    SameSeries {
        /// The name.
        interface: String,
        /// The series.
        series: String,
    },
    /// A method needs an authenticated caller, and nothing can authenticate one.
    NoAuthenticator {
        /// The interface.
        interface: String,
        /// The first such method.
        method: String,
    },
    /// An interface that no macro would have let through: a version that is none, a type without
    /// end.
    BadInterface {
        /// Its name.
        interface: String,
        /// What is wrong.
        reason: String,
    },
    /// A baseline is no released version of the interface's series.
    BadBaseline {
        /// The interface.
        interface: String,
        /// The baseline.
        baseline: String,
    },
    /// The types make no schema.
    Schema(SchemaError),
    /// There are types of which serde could not read back every value.
    Unreadable(Vec<Unreadable>),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::NothingServed => {
                f.write_str("the backend serves no interface; add one with `serve`")
            }
            BuildError::NotRpc { interface } => {
                write!(
                    f,
                    "`{interface}` is an IPC interface; serve it to its one frontend over IPC"
                )
            }
            BuildError::SameSeries { interface, series } => write!(
                f,
                "two servers answer to `{interface}/{series}`; serve one of them, or give one \
                 another major version"
            ),
            BuildError::NoAuthenticator { interface, method } => write!(
                f,
                "`{interface}/{method}` needs an authenticated caller, but the backend has no \
                 authenticator; add one with `authenticator`, or mark the method #[rpc(public)]"
            ),
            BuildError::BadInterface { interface, reason } => write!(f, "`{interface}`: {reason}"),
            BuildError::BadBaseline { interface, baseline } => write!(
                f,
                "the baseline `{baseline}` of `{interface}` is not a released version of the same \
                 series"
            ),
            BuildError::Schema(error) => error.fmt(f),
            BuildError::Unreadable(all) => {
                f.write_str("serde could not read back every value of these types:")?;
                for one in all {
                    write!(f, "\n{one}\n  help: {}", one.trap.help())?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            BuildError::Schema(error) => Some(error),
            _ => None,
        }
    }
}

impl From<SchemaError> for BuildError {
    fn from(error: SchemaError) -> Self {
        BuildError::Schema(error)
    }
}

/// Seconds of a time as `cache` has it, such as `5m`. The macro lets nothing else through.
fn seconds(text: &str) -> Option<u64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(seconds)
}

fn bad_interface(interface: &Interface, reason: &dyn fmt::Display) -> BuildError {
    BuildError::BadInterface { interface: interface.name.to_string(), reason: reason.to_string() }
}

impl Mount {
    fn new(served: Served, schema: &Schema) -> Result<Mount, BuildError> {
        let interface = served.interface();
        let Served { dispatch, baseline, older } = served;
        let name = || interface.name.to_string();
        if interface.kind != InterfaceKind::Rpc {
            return Err(BuildError::NotRpc { interface: name() });
        }
        let version =
            version::parse(&interface.version).map_err(|error| bad_interface(interface, &error))?;
        let series = Series::of(&version);
        let baseline = match baseline {
            None => None,
            Some(text) => match version::parse(&text) {
                Ok(baseline) if baseline.pre.is_empty() && Series::of(&baseline) == series => {
                    Some(baseline)
                }
                _ => return Err(BuildError::BadBaseline { interface: name(), baseline: text }),
            },
        };
        let newer = dispatch.interface();
        let runs: Vec<Option<usize>> = match older {
            None => (0..interface.methods.len()).map(Some).collect(),
            Some(older) => older::served_by(schema, older, newer)
                .map_err(|reason| bad_interface(older, &reason))?,
        };
        let mut methods = Vec::with_capacity(interface.methods.len());
        let mut offered = Vec::with_capacity(interface.methods.len());
        for (method, runs) in interface.methods.iter().zip(runs) {
            let shape = MethodShape::of(schema, interface, method)
                .map_err(|error| bad_interface(interface, &error))?;
            if runs.is_some() {
                offered.push(OfferedMethod::new(method, shape.fingerprint));
            }
            let text_args = method.args.iter().map(|arg| schema.is_text(&arg.ty)).collect();
            let max_age = method.cache.as_deref().and_then(seconds);
            methods.push(MountedMethod { shape, text_args, runs, max_age });
        }
        let offered = OfferedInterface {
            name: name(),
            series: series.to_string(),
            version: interface.version.to_string(),
            baseline: baseline.as_ref().map(Version::to_string),
            methods: offered,
        };
        let offer = Offer { version, baseline };
        Ok(Mount {
            dispatch,
            interface,
            series,
            offer,
            offered,
            methods,
            #[cfg(feature = "metrics")]
            client_versions: ClientVersions::default(),
        })
    }

    fn check_all_public(&self) -> Result<(), BuildError> {
        let newer = self.dispatch.interface();
        let mut running = self.methods.iter().filter_map(|mounted| mounted.runs);
        match running.find(|run| newer.methods[*run].access != Access::Public) {
            None => Ok(()),
            Some(run) => Err(BuildError::NoAuthenticator {
                interface: self.interface.name.to_string(),
                method: newer.methods[run].name.to_string(),
            }),
        }
    }
}
