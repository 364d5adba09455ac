//! Do two ends go together, and how do they call each other?
//!
//! The backend judges both directions: which methods there are, by number, and the codec of each. Only one
//! end needs the rules about versions.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};
use traitwire_protocol::{Connection, Limits, Shape};
use traitwire_schema::version::{self, Need, Offer};
use traitwire_schema::walk::{Schema, method_types};
use traitwire_schema::{End, Interface, InterfaceKind, Method, Reply};

use super::channel::Route;
use super::codec::Codec;
use crate::rpc::compatibility;
use crate::{Fault, FaultKind};

/// The second hello of a frontend.
#[derive(Serialize, Deserialize)]
pub(super) struct Introduction {
    calls: Vec<Arc<Described>>,
    serves: Vec<Arc<Described>>,
    /// What the frontend shows to RPC backends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    authorization: Option<String>,
    limits: Bounds,
}

/// The second hello of a backend: what it has found of both directions.
#[derive(Serialize, Deserialize)]
pub(super) struct Settlement {
    frontend_calls: Vec<Settled>,
    backend_calls: Vec<Settled>,
    /// Whether the backend runs the handlers of some interface one at a time.
    #[serde(default, skip_serializing_if = "is_false")]
    serial: bool,
    limits: Bounds,
}

/// An interface as one end knows it.
#[derive(Debug, Serialize, Deserialize)]
struct Described {
    name: String,
    version: String,
    /// Whether the end that serves it runs one handler at a time.
    #[serde(default, skip_serializing_if = "is_false")]
    serial: bool,
    /// Whether it is an RPC interface.
    #[serde(default, skip_serializing_if = "is_false")]
    rpc: bool,
    methods: Vec<DescribedMethod>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
fn is_false(it: &bool) -> bool {
    !it
}

#[derive(Debug, Serialize, Deserialize)]
struct DescribedMethod {
    name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
    fingerprint: String,
    /// The fingerprint with the order of what has a name; none where values cannot cross by position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    layout: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    /// Whether bytes can travel beside the JSON.
    #[serde(default, skip_serializing_if = "is_false")]
    beside: bool,
    /// Whether a stream comes back; said of methods of RPC, which the other end may know otherwise.
    #[serde(default, skip_serializing_if = "is_false")]
    stream: bool,
}

/// An interface that one end calls and the other serves. Its methods have numbers in this order.
#[derive(Serialize, Deserialize)]
struct Settled {
    interface: String,
    methods: Vec<SettledMethod>,
}

#[derive(Serialize, Deserialize)]
struct SettledMethod {
    /// As the end knows it that serves it.
    name: String,
    codec: String,
}

/// What both ends keep to.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Bounds {
    message: usize,
    calls: usize,
    streams: usize,
}

impl Bounds {
    fn of(limits: &Limits) -> Bounds {
        Bounds { message: limits.max_message, calls: limits.max_calls, streams: limits.max_streams }
    }
}

/// What an end brings to a pair.
pub(super) struct Terms {
    pub(super) end: End,
    calls: Vec<(&'static Interface, Arc<Described>)>,
    serves: Vec<(&'static Interface, Arc<Described>)>,
    pub(super) token: Option<String>,
    /// What the frontend shows to RPC backends.
    pub(super) authorization: Option<String>,
    #[cfg(feature = "ipc-rpc")]
    pub(super) rpc: Option<crate::rpc::Backend>,
}

/// How each interface that this end calls is called.
pub(super) type Routes = Vec<(&'static Interface, Arc<[Route]>)>;

/// What was agreed.
pub(super) struct Agreed {
    pub(super) calls: Routes,
    /// By number.
    pub(super) serves: Vec<AgreedMethod>,
    /// Whether the peer runs the handlers of some interface one at a time.
    pub(super) peer_is_serial: bool,
    /// What the peer allows.
    limits: Bounds,
}

impl Agreed {
    /// Opens the connection to calls.
    pub(super) fn open(&self, connection: &mut Connection) {
        let Bounds { message, calls, streams } = self.limits;
        connection.restrict(message, calls, streams);
        let own = self.calls.iter().flat_map(|(interface, _)| interface.methods.iter().map(shape));
        connection.open(own.collect(), self.serves.iter().map(AgreedMethod::shape).collect());
    }
}

pub(super) enum AgreedMethod {
    Ipc {
        /// The position of the interface among those that this end serves.
        server: usize,
        interface: &'static Interface,
        method: usize,
        codec: Codec,
    },
    #[cfg(feature = "ipc-rpc")]
    Rpc(Arc<super::rpc::Method>),
}

impl AgreedMethod {
    fn shape(&self) -> Shape {
        match self {
            AgreedMethod::Ipc { interface, method, .. } => shape(&interface.methods[*method]),
            #[cfg(feature = "ipc-rpc")]
            AgreedMethod::Rpc(method) => {
                Shape { takes_items: false, gives_items: method.streams, notifies: false }
            }
        }
    }
}

impl Terms {
    pub(super) fn new(
        end: End,
        calls: Vec<&'static Interface>,
        serves: Vec<&'static Interface>,
    ) -> Result<Terms, Fault> {
        let mut terms = Terms {
            end,
            calls: Vec::new(),
            serves: Vec::new(),
            token: None,
            authorization: None,
            #[cfg(feature = "ipc-rpc")]
            rpc: None,
        };
        for interface in calls {
            if interface.served_by == end {
                return Err(own_fault(
                    interface,
                    &format_args!(
                        "it is `served_by = {0}`, so the {0} cannot call it; it serves it, and its peer calls it",
                        word(end)
                    ),
                ));
            }
            if !terms.calls.iter().any(|(known, _)| known.name == interface.name) {
                terms.calls.push((interface, describe(interface)?));
            }
        }
        for interface in serves {
            if interface.served_by != end {
                let (here, by) = (word(end), word(interface.served_by));
                let why = format!(
                    "it is `served_by = {by}`, so the {here} cannot serve it; it calls it, by its client"
                );
                return Err(own_fault(interface, &why));
            }
            if interface.kind == InterfaceKind::Rpc {
                return Err(own_fault(interface, &"an RPC interface is served by `serve_rpc`"));
            }
            if terms.serves.iter().any(|(known, _)| known.name == interface.name) {
                return Err(own_fault(interface, &"it is served twice"));
            }
            terms.serves.push((interface, describe(interface)?));
        }
        Ok(terms)
    }

    /// What a frontend says of itself.
    pub(super) fn introduction(&self, limits: &Limits) -> Introduction {
        Introduction {
            calls: descriptions(&self.calls),
            serves: descriptions(&self.serves),
            authorization: self.authorization.clone(),
            limits: Bounds::of(limits),
        }
    }

    /// What a backend finds of both directions.
    pub(super) fn judge(
        &self,
        introduction: &Introduction,
        limits: &Limits,
    ) -> Result<(Settlement, Agreed), Fault> {
        let (calls, serves) = (descriptions(&self.calls), descriptions(&self.serves));
        let frontend_calls =
            settle(&introduction.calls, &serves, End::Backend, |called| self.check_rpc(called))?;
        let backend_calls = settle(&calls, &introduction.serves, End::Frontend, |called| {
            Err(not_served(&called.name, End::Frontend))
        })?;
        let serial = |interfaces: &[Arc<Described>]| interfaces.iter().any(|it| it.serial);
        let agreed = Agreed {
            calls: self.routes(&backend_calls)?,
            serves: self.served(&frontend_calls, Some(introduction))?,
            peer_is_serial: serial(&introduction.serves),
            limits: introduction.limits,
        };
        let (serial, limits) = (serial(&serves), Bounds::of(limits));
        Ok((Settlement { frontend_calls, backend_calls, serial, limits }, agreed))
    }

    /// What a frontend is told of both directions.
    pub(super) fn accept(&self, settlement: &Settlement) -> Result<Agreed, Fault> {
        Ok(Agreed {
            calls: self.routes(&settlement.frontend_calls)?,
            serves: self.served(&settlement.backend_calls, None)?,
            peer_is_serial: settlement.serial,
            limits: settlement.limits,
        })
    }

    /// The routes of what this end calls.
    fn routes(&self, settled: &[Settled]) -> Result<Routes, Fault> {
        let mut number = 0_u16;
        let mut routes = Vec::new();
        if settled.len() != self.calls.len() {
            return Err(not_understood(&"it has other interfaces than were asked for"));
        }
        for ((interface, _), settled) in self.calls.iter().zip(settled) {
            if settled.interface != interface.name
                || settled.methods.len() != interface.methods.len()
            {
                return Err(not_understood(&"it has other methods than were asked for"));
            }
            let mut of_interface = Vec::new();
            for method in &settled.methods {
                of_interface.push(Route { number, codec: codec(&method.codec)? });
                number = number.checked_add(1).ok_or_else(too_many)?;
            }
            routes.push((*interface, of_interface.into()));
        }
        Ok(routes)
    }

    /// What the peer calls, by number.
    fn served(
        &self,
        settled: &[Settled],
        introduction: Option<&Introduction>,
    ) -> Result<Vec<AgreedMethod>, Fault> {
        let mut served = Vec::new();
        for (number, settled) in settled.iter().enumerate() {
            #[cfg(feature = "ipc-rpc")]
            if let Some(introduction) = introduction
                && introduction.calls[number].rpc
            {
                served.extend(self.rpc_methods(introduction, &introduction.calls[number])?);
                continue;
            }
            #[cfg(not(feature = "ipc-rpc"))]
            let _ = (number, introduction);
            let mut known = self.serves.iter().enumerate();
            let found = known.find(|(_, (interface, _))| interface.name == settled.interface);
            let Some((place, (interface, _))) = found else {
                return Err(not_understood(&"it has an interface that is not served"));
            };
            for settled in &settled.methods {
                let mut known = interface.methods.iter();
                let found = known.position(|method| method.name == settled.name);
                let Some(method) = found else {
                    return Err(not_understood(&"it has a method that is not served"));
                };
                let codec = codec(&settled.codec)?;
                served.push(AgreedMethod::Ipc { server: place, interface, method, codec });
            }
        }
        if served.len() > usize::from(u16::MAX) {
            return Err(too_many());
        }
        Ok(served)
    }

    /// What the peer calls of an RPC interface.
    #[cfg(feature = "ipc-rpc")]
    fn rpc_methods(
        &self,
        introduction: &Introduction,
        called: &Described,
    ) -> Result<Vec<AgreedMethod>, Fault> {
        let parse = |text: &str| version::parse(text).map_err(|error| not_understood(&error));
        let version = parse(&called.version)?;
        let series = version::Series::of(&version).to_string();
        let backend = self.rpc.as_ref().ok_or_else(|| not_understood(&"no RPC is served"))?;
        let methods = called.methods.iter().map(|method| {
            let fingerprint = method.fingerprint.parse();
            let need = version::NeedHeader {
                version: version.clone(),
                fingerprint: Some(fingerprint.map_err(|_| not_understood(&"a bad fingerprint"))?),
                since: method.since.as_deref().map(parse).transpose()?,
            };
            Ok(AgreedMethod::Rpc(Arc::new(super::rpc::Method {
                backend: backend.clone(),
                interface: called.name.clone(),
                series: series.clone(),
                name: method.name.clone(),
                need: need.to_string(),
                authorization: introduction.authorization.clone(),
                streams: method.stream,
            })))
        });
        methods.collect()
    }

    /// Whether an RPC backend of this end serves an interface in the series that is called. Which of its
    /// methods go together with the caller's is found when they are called, as over HTTP.
    #[cfg(feature = "ipc-rpc")]
    fn check_rpc(&self, called: &Described) -> Result<(), Fault> {
        let version = version::parse(&called.version).map_err(|error| not_understood(&error))?;
        let series = version::Series::of(&version).to_string();
        let offered = self.rpc.as_ref().map(crate::rpc::Backend::versions);
        let offered = offered.map_or(Vec::new(), |versions| versions.interfaces);
        let named = || offered.iter().filter(|offered| offered.name == called.name);
        if named().any(|offered| offered.series == series) {
            return Ok(());
        }
        let offers: Vec<String> = named().map(|offered| offered.version.clone()).collect();
        if offers.is_empty() {
            return Err(not_served(&called.name, End::Backend));
        }
        Err(compatibility::other_series(&called.name, None, &series, offers))
    }

    #[cfg(not(feature = "ipc-rpc"))]
    fn check_rpc(&self, called: &Described) -> Result<(), Fault> {
        let _ = self;
        Err(not_served(&called.name, End::Backend))
    }
}

fn descriptions(interfaces: &[(&'static Interface, Arc<Described>)]) -> Vec<Arc<Described>> {
    interfaces.iter().map(|(_, described)| Arc::clone(described)).collect()
}

fn not_served(interface: &str, served_by: End) -> Fault {
    let message = format!("the {} does not serve the interface `{interface}`", word(served_by));
    Fault::before(FaultKind::Unimplemented, message)
}

pub(super) fn word(end: End) -> &'static str {
    match end {
        End::Frontend => "frontend",
        End::Backend => "backend",
    }
}

fn codec(word: &str) -> Result<Codec, Fault> {
    [Codec::Compact, Codec::Json, Codec::Beside]
        .into_iter()
        .find(|codec| codec.word() == word)
        .ok_or_else(|| not_understood(&format_args!("there is no codec `{}`", word.escape_debug())))
}

fn shape(method: &Method) -> Shape {
    Shape {
        takes_items: method.args.iter().any(|arg| arg.stream),
        gives_items: matches!(method.reply, Reply::Stream(_)),
        notifies: matches!(method.reply, Reply::None),
    }
}

/// An interface of this end as the other is told of it. That is found out once.
fn describe(interface: &'static Interface) -> Result<Arc<Described>, Fault> {
    type Known = Mutex<HashMap<usize, Arc<Described>>>;
    static KNOWN: OnceLock<Known> = OnceLock::new();
    let known = KNOWN.get_or_init(Known::default);
    let address = std::ptr::from_ref(interface).addr();
    let found = known.lock().unwrap_or_else(PoisonError::into_inner).get(&address).cloned();
    if let Some(found) = found {
        return Ok(found);
    }
    let schema = Schema::collect([interface]).map_err(|error| own_fault(interface, &error))?;
    if let Some(unreadable) = schema.unreadable().first() {
        return Err(own_fault(interface, unreadable));
    }
    version::parse(&interface.version).map_err(|error| own_fault(interface, &error))?;
    let rpc = interface.kind == InterfaceKind::Rpc;
    let methods = interface.methods.iter().map(|method| {
        let fingerprint =
            schema.method_fingerprint(method).map_err(|error| own_fault(interface, &error))?;
        // RPC crosses as it does over HTTP.
        let positional = !rpc && method_types(method).all(|ty| schema.positional(ty).is_ok());
        let layout = if positional {
            let layout = schema.layout_fingerprint(method);
            Some(layout.map_err(|error| own_fault(interface, &error))?.to_string())
        } else {
            None
        };
        Ok(DescribedMethod {
            name: method.name.to_string(),
            aliases: method.aliases.iter().map(ToString::to_string).collect(),
            fingerprint: fingerprint.to_string(),
            layout,
            since: method.since.as_ref().map(ToString::to_string),
            beside: !rpc
                && method_types(method).any(|ty| schema.holds_bytes(ty))
                && method_types(method).all(|ty| schema.attachments(ty).is_ok()),
            stream: rpc && matches!(method.reply, Reply::Stream(_)),
        })
    });
    let described = Arc::new(Described {
        name: interface.name.to_string(),
        version: interface.version.to_string(),
        serial: interface.serial,
        rpc,
        methods: methods.collect::<Result<_, Fault>>()?,
    });
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    known.insert(address, Arc::clone(&described));
    Ok(described)
}

/// An interface of this end is not fit for a pair.
fn own_fault(interface: &Interface, why: &dyn fmt::Display) -> Fault {
    Fault::before(FaultKind::Internal, format!("the interface `{}`: {why}", interface.name))
}

pub(super) fn not_understood(why: &dyn fmt::Display) -> Fault {
    Fault::before(FaultKind::BadReply, format!("the hello of the peer was not understood: {why}"))
}

fn too_many() -> Fault {
    Fault::before(FaultKind::TooLarge, "a pair has at most 65,535 methods in each direction")
}

/// Whether one end may call what it knows of what the other serves, and how.
fn settle(
    calls: &[Arc<Described>],
    serves: &[Arc<Described>],
    served_by: End,
    check_rpc: impl Fn(&Described) -> Result<(), Fault>,
) -> Result<Vec<Settled>, Fault> {
    let mut settled = Vec::new();
    let mut differences = Vec::new();
    for called in calls {
        if called.rpc {
            differences.extend(check_rpc(called).err());
            let methods = called.methods.iter().map(|method| SettledMethod {
                name: method.name.clone(),
                codec: Codec::Json.word().to_owned(),
            });
            settled.push(Settled { interface: called.name.clone(), methods: methods.collect() });
            continue;
        }
        let Some(offered) = serves.iter().find(|offered| offered.name == called.name) else {
            differences.push(not_served(&called.name, served_by));
            continue;
        };
        let parse = |text: &str| version::parse(text).map_err(|error| not_understood(&error));
        let (needed, offer) =
            (parse(&called.version)?, Offer { version: parse(&offered.version)?, baseline: None });
        let mut methods = Vec::new();
        for method in &called.methods {
            let found = offered
                .methods
                .iter()
                .find(|known| known.name == method.name || known.aliases.contains(&method.name));
            let same_shape = found.is_some_and(|found| found.fingerprint == method.fingerprint);
            let since = method.since.as_deref().map(parse).transpose()?;
            let need = Need { version: needed.clone(), same_shape, since };
            if let Err(mismatch) = version::compatible(&need, &offer) {
                let fault = compatibility::incompatible(
                    &called.name,
                    &method.name,
                    &offer,
                    &mismatch,
                    served_by,
                );
                differences.push(fault);
                continue;
            }
            let Some(found) = found else {
                let message = format!(
                    "the {} serves `{}` {} without the method `{}`",
                    word(served_by),
                    offered.name,
                    offered.version,
                    method.name
                );
                differences.push(Fault::before(FaultKind::Unimplemented, message));
                continue;
            };
            let same_layout = method.layout.is_some() && method.layout == found.layout;
            let codec = match same_layout {
                true => Codec::Compact,
                false if method.beside && found.beside => Codec::Beside,
                false => Codec::Json,
            };
            methods
                .push(SettledMethod { name: found.name.clone(), codec: codec.word().to_owned() });
        }
        settled.push(Settled { interface: called.name.clone(), methods });
    }
    match differences.len() {
        0 => Ok(settled),
        1 => Err(differences.swap_remove(0)),
        count => {
            // The first as it is, for a program; all of them for people.
            let texts: Vec<&str> = differences.iter().take(SHOWN).map(Fault::message).collect();
            let more =
                if count > SHOWN { format!("; and {} more", count - SHOWN) } else { String::new() };
            let first = &differences[0];
            let mut fault = Fault::before(first.kind(), format!("{}{more}", texts.join("; ")));
            if let Some(incompatibility) = first.incompatibility() {
                fault = fault.with_incompatibility(incompatibility.clone());
            }
            Err(fault)
        }
    }
}

/// So many differences are told one by one.
const SHOWN: usize = 8;
