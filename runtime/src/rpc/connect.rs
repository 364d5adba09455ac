//! Is the other end one that this frontend can talk to?

use std::sync::Arc;

use traitwire_schema::Interface;
use traitwire_schema::version::{self, Offer, Series};
use traitwire_schema::walk::Schema;

use crate::rpc::channel::{Channel, Stub, Target};
use crate::rpc::compatibility::{self, MethodShape};
use crate::rpc::limits::DEFAULT_DEADLINE;
use crate::rpc::retry::Retrying;
use crate::rpc::sender::Sender;
use crate::rpc::versions::{OfferedInterface, Versions};
use crate::{Fault, FaultKind};

/// One stub or a tuple of them: what `connect` makes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no client of an interface",
    label = "no generated `..Client`",
    note = "a client is what the macro of the interface made, such as `CatalogClient`; several of them \
            connect as a tuple of at most 8"
)]
pub trait Stubs: Sized {
    /// The interfaces that they call.
    #[doc(hidden)]
    fn interfaces() -> Vec<&'static Interface>;

    /// The stubs, from one channel for each interface.
    #[doc(hidden)]
    fn from_channels(channels: &mut dyn Iterator<Item = Channel>) -> Option<Self>;
}

impl<S: Stub> Stubs for S {
    fn interfaces() -> Vec<&'static Interface> {
        vec![S::interface()]
    }

    fn from_channels(channels: &mut dyn Iterator<Item = Channel>) -> Option<Self> {
        channels.next().map(S::new)
    }
}

macro_rules! tuples {
    ($($name:ident)+) => {
        impl<$($name: Stub),+> Stubs for ($($name,)+) {
            fn interfaces() -> Vec<&'static Interface> {
                vec![$($name::interface()),+]
            }

            fn from_channels(channels: &mut dyn Iterator<Item = Channel>) -> Option<Self> {
                Some(($(channels.next().map($name::new)?,)+))
            }
        }
    };
}

tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);

/// How much of an interface has to be there for a frontend to connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// Its series. A method that is missing or differs is found out when it is called.
    Series,
    /// Every method.
    EveryMethod,
}

/// Makes stubs over a transport, once the backend is known to serve what they call.
pub(crate) fn connect<S: Stubs>(
    transport: Retrying,
    sender: Sender,
    versions: &Versions,
    strictness: Strictness,
) -> Result<S, Fault> {
    let transport = sender.surround(transport);
    let sender = Arc::new(sender);
    let mut channels = Vec::new();
    for interface in S::interfaces() {
        let target = target(interface)?;
        let offered = find(interface, &target.series, versions)?;
        if strictness == Strictness::EveryMethod {
            check_methods(interface, &target, offered)?;
        }
        channels.push(Channel {
            target: Arc::new(target),
            transport: Arc::clone(&transport),
            sender: Arc::clone(&sender),
        });
    }
    S::from_channels(&mut channels.into_iter())
        .ok_or_else(|| Fault::before(FaultKind::Internal, "a stub for each interface is missing"))
}

pub(crate) fn target(interface: &'static Interface) -> Result<Target, Fault> {
    let schema = Schema::collect([interface]).map_err(|error| own_fault(interface, &error))?;
    let version =
        version::parse(&interface.version).map_err(|error| own_fault(interface, &error))?;
    let needs = interface.methods.iter().map(|method| {
        MethodShape::of(&schema, interface, method)
            .map(|shape| shape.need)
            .map_err(|error| own_fault(interface, &error))
    });
    Ok(Target {
        interface,
        series: Series::of(&version).to_string(),
        needs: needs.collect::<Result<_, _>>()?,
        timeout: DEFAULT_DEADLINE,
        #[cfg(feature = "__http-client")]
        prepared: interface.methods.iter().map(|_| std::sync::OnceLock::new()).collect(),
    })
}

/// The frontend's own interface is not fit to be called.
fn own_fault(interface: &Interface, error: &dyn std::fmt::Display) -> Fault {
    Fault::before(FaultKind::Internal, format!("the interface `{}`: {error}", interface.name))
}

fn find<'a>(
    interface: &Interface,
    series: &str,
    versions: &'a Versions,
) -> Result<&'a OfferedInterface, Fault> {
    let offered = || versions.interfaces.iter().filter(|offered| offered.name == interface.name);
    if let Some(found) = offered().find(|offered| offered.series == series) {
        return Ok(found);
    }
    let offers: Vec<String> = offered().map(|offered| offered.version.clone()).collect();
    if offers.is_empty() {
        let message = format!("the backend does not serve the interface `{}`", interface.name);
        return Err(Fault::before(FaultKind::Unimplemented, message));
    }
    Err(compatibility::other_series(&interface.name, None, series, offers))
}

fn check_methods(
    interface: &Interface,
    target: &Target,
    offered: &OfferedInterface,
) -> Result<(), Fault> {
    let bad = |what: &str| Fault::before(FaultKind::BadReply, format!("_versions: {what}"));
    let offer = Offer {
        version: version::parse(&offered.version).map_err(|error| bad(&error.to_string()))?,
        baseline: match &offered.baseline {
            Some(text) => Some(version::parse(text).map_err(|error| bad(&error.to_string()))?),
            None => None,
        },
    };
    for (method, need) in interface.methods.iter().zip(&target.needs) {
        let answers = |name: &str| {
            offered.methods.iter().find(|offered| {
                offered.name == name || offered.aliases.iter().any(|alias| alias == name)
            })
        };
        let Some(found) = answers(&method.name) else {
            let message = format!(
                "the backend offers `{}` {} without the method `{}`",
                interface.name, offered.version, method.name
            );
            return Err(Fault::before(FaultKind::Unimplemented, message));
        };
        let fingerprint = found
            .fingerprint
            .parse()
            .map_err(|_| bad(&format!("`{}` is no fingerprint", found.fingerprint)))?;
        let shape = MethodShape { fingerprint, need: String::new() };
        compatibility::check(interface, method, &shape, &offer, need)?;
        compatibility::check_same_version(interface, method, &shape, &offer, need)?;
    }
    Ok(())
}
