//! Which interfaces make a backend?

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use traitwire_schema::read_back::Unreadable;
use traitwire_schema::version::{self, Offer, Series, Version};
use traitwire_schema::walk::{Schema, SchemaError};
use traitwire_schema::{Access, Interface, InterfaceKind};

use crate::rpc::auth::{AnyAuthenticator, Authenticator};
use crate::rpc::backend::{Backend, Inner, Mount, MountedMethod};
use crate::rpc::compatibility::MethodShape;
use crate::rpc::dispatch::Dispatch;
use crate::rpc::limits::Limits;
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

/// Gathers what a [`Backend`] serves.
#[derive(Default)]
#[must_use]
pub struct BackendBuilder {
    served: Vec<(Arc<dyn Dispatch>, Option<String>)>,
    authenticator: Option<Arc<dyn AnyAuthenticator>>,
    limits: Limits,
    schema_access: SchemaAccess,
}

impl BackendBuilder {
    /// Serves an interface: `serve(CatalogServer::new(handler))`. Several series of one interface
    /// may stand side by side.
    pub fn serve(mut self, server: impl Dispatch) -> Self {
        self.served.push((Arc::new(server), None));
        self
    }

    /// Serves a prerelease of an interface that also stands in for the last release of its series:
    /// a frontend that needs no more than `baseline` is served.
    pub fn serve_with_baseline(
        mut self,
        server: impl Dispatch,
        baseline: impl Into<String>,
    ) -> Self {
        self.served.push((Arc::new(server), Some(baseline.into())));
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
            self.served.iter().map(|(dispatch, _)| dispatch.interface()).collect();
        if interfaces.is_empty() {
            return Err(BuildError::NothingServed);
        }
        let schema = Schema::collect(interfaces.iter().copied())?;
        let unreadable = schema.unreadable();
        if !unreadable.is_empty() {
            return Err(BuildError::Unreadable(unreadable));
        }
        let mut mounts: BTreeMap<&'static str, Vec<Arc<Mount>>> = BTreeMap::new();
        for (dispatch, baseline) in self.served {
            let mount = Mount::new(dispatch, baseline, &schema)?;
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
            schema_access: self.schema_access,
            schema,
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

fn bad_interface(interface: &Interface, reason: &dyn fmt::Display) -> BuildError {
    BuildError::BadInterface { interface: interface.name.to_string(), reason: reason.to_string() }
}

impl Mount {
    fn new(
        dispatch: Arc<dyn Dispatch>,
        baseline: Option<String>,
        schema: &Schema,
    ) -> Result<Mount, BuildError> {
        let interface = dispatch.interface();
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
        let mut methods = Vec::with_capacity(interface.methods.len());
        let mut offered = Vec::with_capacity(interface.methods.len());
        for method in interface.methods.iter() {
            let shape = MethodShape::of(schema, interface, method)
                .map_err(|error| bad_interface(interface, &error))?;
            offered.push(OfferedMethod::new(method, shape.fingerprint));
            let text_args = method.args.iter().map(|arg| schema.is_text(&arg.ty)).collect();
            methods.push(MountedMethod { shape, text_args });
        }
        let offered = OfferedInterface {
            name: name(),
            series: series.to_string(),
            version: interface.version.to_string(),
            baseline: baseline.as_ref().map(Version::to_string),
            methods: offered,
        };
        let offer = Offer { version, baseline };
        Ok(Mount { dispatch, interface, series, offer, offered, methods })
    }

    fn check_all_public(&self) -> Result<(), BuildError> {
        match self.interface.methods.iter().find(|method| method.access != Access::Public) {
            None => Ok(()),
            Some(method) => Err(BuildError::NoAuthenticator {
                interface: self.interface.name.to_string(),
                method: method.name.to_string(),
            }),
        }
    }
}
