//! Which interfaces are served, and which of their methods does a request name?

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::Span;
use traitwire_schema::version::{Offer, Series};
use traitwire_schema::walk::Schema;
use traitwire_schema::{Interface, Method, names};

use crate::rpc::admission::Target;
use crate::rpc::around::Interceptors;
use crate::rpc::auth::AnyAuthenticator;
use crate::rpc::build::{BackendBuilder, SchemaAccess, VersionPolicy};
use crate::rpc::compatibility::{self, MethodShape};
use crate::rpc::dispatch::Dispatch;
use crate::rpc::idempotency::IdempotencyStore;
use crate::rpc::in_flight::InFlight;
use crate::rpc::limits::Limits;
#[cfg(feature = "metrics")]
use crate::rpc::metrics::ClientVersions;
use crate::rpc::versions::{OfferedInterface, Versions};
use crate::{Context, Fault, FaultKind};

/// A set of served interfaces, with the rules under which they are served. Transports share it:
/// `http::service` serves it over HTTP, `in_process` calls it directly. Cloning is cheap.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// use traitwire::rpc::{Backend, StaticTokens};
/// use traitwire::{Caller, rpc_interface};
///
/// #[rpc_interface(version = "1.0.0")]
/// pub trait Greeter {
///     /// Greets somebody.
///     async fn greet(&self, name: &str) -> String;
/// }
///
/// struct Polite;
///
/// impl Greeter for Polite {
///     async fn greet(&self, name: &str) -> String {
///         format!("Good day, {name}.")
///     }
/// }
///
/// let backend = Backend::builder()
///     .serve(GreeterServer::new(Polite))
///     .authenticator(StaticTokens::new([("s3cret", Caller::new("ann"))]))
///     .build()?;
/// # Ok::<(), traitwire::rpc::BuildError>(())
/// ```
#[derive(Clone)]
pub struct Backend(pub(super) Arc<Inner>);

#[cfg_attr(not(feature = "http-server"), allow(dead_code, reason = "HTTP alone asks"))]
pub(super) struct Inner {
    /// By name, then series.
    pub(super) mounts: BTreeMap<&'static str, Vec<Arc<Mount>>>,
    pub(super) authenticator: Option<Arc<dyn AnyAuthenticator>>,
    pub(super) limits: Limits,
    pub(super) policy: VersionPolicy,
    /// Calls that ran though their need was not met.
    pub(super) diagnosed: AtomicU64,
    pub(super) in_flight: InFlight,
    pub(super) idempotency: Option<Arc<dyn IdempotencyStore>>,
    pub(super) schema_access: SchemaAccess,
    pub(super) schema: Schema,
    pub(super) observer: Option<Arc<CallObserver>>,
    /// `None` if there are none, so that they cost nothing then.
    pub(super) interceptors: Option<Interceptors>,
}

/// Sees each call that arrives, and its span.
pub(super) type CallObserver = dyn Fn(&Context, &Span) + Send + Sync;

/// One served interface.
pub(crate) struct Mount {
    pub(super) dispatch: Arc<dyn Dispatch>,
    pub(super) interface: &'static Interface,
    pub(super) series: Series,
    pub(super) offer: Offer,
    pub(super) offered: OfferedInterface,
    pub(super) methods: Vec<MountedMethod>,
    #[cfg(feature = "metrics")]
    pub(super) client_versions: ClientVersions,
}

#[cfg_attr(not(feature = "http-server"), allow(dead_code, reason = "HTTP alone asks"))]
pub(super) struct MountedMethod {
    pub(super) shape: MethodShape,
    /// For each argument, whether it stands in a query string as it is.
    pub(super) text_args: Vec<bool>,
    /// The position of what runs it in the interface of `dispatch`, which is a newer one where this is
    /// an older series. `None`: shapes differ.
    pub(super) runs: Option<usize>,
    /// How long a reply may be kept, in seconds.
    pub(super) max_age: Option<u64>,
}

impl Backend {
    /// Starts to gather what is served.
    pub fn builder() -> BackendBuilder {
        BackendBuilder::default()
    }

    /// What is served: the content of `_versions`.
    pub fn versions(&self) -> Versions {
        let mounts = self.0.mounts.values().flatten();
        Versions::new(mounts.map(|mount| mount.offered.clone()).collect())
    }

    /// Everything that is known of what is served: the content of `_schema`.
    pub fn schema(&self) -> &Schema {
        &self.0.schema
    }

    /// Calls and streams that run now, over all transports.
    pub fn in_flight(&self) -> usize {
        self.0.in_flight.count()
    }

    /// Calls that ran though what they need is not offered: only with [`VersionPolicy::Diagnose`].
    pub fn diagnosed(&self) -> u64 {
        self.0.diagnosed.load(Ordering::Relaxed)
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    #[cfg(feature = "http-server")]
    pub(crate) fn schema_access(&self) -> SchemaAccess {
        self.0.schema_access
    }

    /// Finds a method by the names on the wire.
    pub(crate) fn find(
        &self,
        interface: &str,
        series: &str,
        method: &str,
        need: Option<&str>,
    ) -> Result<Target<'_>, Fault> {
        let Some(mounts) = self.0.mounts.get(interface) else {
            let known = self.0.mounts.keys().copied();
            let what = format!("no interface `{interface}` is served here");
            return Err(Fault::before(
                FaultKind::Unimplemented,
                did_you_mean(what, interface, known),
            ));
        };
        let Some(mount) = mounts.iter().find(|mount| mount.offered.series == series) else {
            let offers = mounts.iter().map(|mount| mount.offer.version.to_string()).collect();
            return Err(compatibility::other_series(interface, Some(method), series, offers));
        };
        let methods = &mount.interface.methods;
        let answers = |known: &Method| {
            known.name == method || known.aliases.iter().any(|alias| alias == method)
        };
        match methods.iter().position(answers) {
            Some(method) => match mount.methods[method].runs {
                Some(runs) => Ok(Target { backend: self, mount, method, runs }),
                None => {
                    // To this method, the older series is one that is not served.
                    let served = mounts.iter().filter(|other| other.series != mount.series);
                    let offers = served.map(|other| other.offer.version.to_string()).collect();
                    let name = &methods[method].name;
                    Err(compatibility::other_series(interface, Some(name), series, offers))
                }
            },
            None => {
                compatibility::check_missing(mount.interface, method, &mount.offer, need)?;
                let known = methods.iter().map(|method| &*method.name);
                let what = format!("`{interface}/{series}` has no method `{method}`");
                Err(Fault::before(FaultKind::Unimplemented, did_you_mean(what, method, known)))
            }
        }
    }

    /// Every method that is served.
    #[cfg(feature = "testing")]
    pub(crate) fn targets(&self) -> impl Iterator<Item = Target<'_>> {
        self.0.mounts.values().flatten().flat_map(move |mount| {
            let methods = mount.methods.iter().enumerate();
            // Those of an older series that nothing runs are not served.
            methods.filter_map(move |(method, mounted)| {
                let runs = mounted.runs?;
                Some(Target { backend: self, mount, method, runs })
            })
        })
    }
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mounts = self.0.mounts.values().flatten();
        let names = mounts.map(|mount| format!("{}/{}", mount.interface.name, mount.series));
        f.debug_tuple("Backend").field(&names.collect::<Vec<_>>()).finish()
    }
}

fn did_you_mean<'a>(what: String, word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    match names::did_you_mean(word, known) {
        Some(near) => format!("{what}; did you mean `{near}`?"),
        None => what,
    }
}
