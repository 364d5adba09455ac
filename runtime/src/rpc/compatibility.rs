//! What does a call need, is it offered, and how is it said that it is not?

use traitwire_schema::End;
#[cfg(any(feature = "__frontend", feature = "__backend"))]
use traitwire_schema::canonical::ShapeError;
#[cfg(any(feature = "__frontend", feature = "__backend"))]
use traitwire_schema::fingerprint::Fingerprint;
#[cfg(feature = "__backend")]
use traitwire_schema::version::Need;
#[cfg(any(feature = "__frontend", feature = "__backend"))]
use traitwire_schema::version::{self, BadVersion, NeedHeader, Series};
use traitwire_schema::version::{Mismatch, Offer};
#[cfg(any(feature = "__frontend", feature = "__backend"))]
use traitwire_schema::walk::Schema;
#[cfg(any(feature = "__frontend", feature = "__backend"))]
use traitwire_schema::{Interface, Method};

use crate::{Executed, Fault, FaultKind, Incompatibility};

/// What one end knows of a method, and the other may need.
#[cfg(any(feature = "__frontend", feature = "__backend"))]
#[derive(Debug)]
pub(crate) struct MethodShape {
    pub(crate) fingerprint: Fingerprint,
    /// What a frontend of this very revision sends, so that nothing has to be parsed when it does.
    pub(crate) need: String,
}

/// Why an interface has no shape that could be compared.
#[cfg(any(feature = "__frontend", feature = "__backend"))]
#[derive(Debug)]
pub(crate) enum NoShape {
    Version(BadVersion),
    Type(ShapeError),
}

#[cfg(any(feature = "__frontend", feature = "__backend"))]
impl std::fmt::Display for NoShape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NoShape::Version(error) => error.fmt(f),
            NoShape::Type(error) => error.fmt(f),
        }
    }
}

#[cfg(any(feature = "__frontend", feature = "__backend"))]
impl MethodShape {
    pub(crate) fn of(
        schema: &Schema,
        interface: &Interface,
        method: &Method,
    ) -> Result<MethodShape, NoShape> {
        let fingerprint = schema.method_fingerprint(method).map_err(NoShape::Type)?;
        let since = method.since.as_deref().map(version::parse).transpose();
        let need = NeedHeader {
            version: version::parse(&interface.version).map_err(NoShape::Version)?,
            fingerprint: Some(fingerprint),
            since: since.map_err(NoShape::Version)?,
        };
        Ok(MethodShape { fingerprint, need: need.to_string() })
    }
}

/// Decides whether a method as it is offered meets what a call needs of it.
#[cfg(any(feature = "__frontend", feature = "__backend"))]
pub(crate) fn check(
    interface: &Interface,
    method: &Method,
    shape: &MethodShape,
    offer: &Offer,
    need: &str,
) -> Result<(), Fault> {
    if need == shape.need {
        return Ok(());
    }
    let need: NeedHeader = need.parse().map_err(|error| {
        Fault::before(FaultKind::InvalidArgument, format!("Traitwire-Need: {error}"))
    })?;
    version::compatible(&need.need(shape.fingerprint), offer).map_err(|mismatch| {
        incompatible(&interface.name, &method.name, offer, &mismatch, End::Backend)
    })
}

/// Decides whether a method is missing because the caller is newer: then that is what it is told.
#[cfg(feature = "__backend")]
pub(crate) fn check_missing(
    interface: &Interface,
    method: &str,
    offer: &Offer,
    need: Option<&str>,
) -> Result<(), Fault> {
    let Some(Ok(need)) = need.map(str::parse::<NeedHeader>) else { return Ok(()) };
    let need = Need { version: need.version, same_shape: false, since: None };
    version::compatible(&need, offer)
        .map_err(|mismatch| incompatible(&interface.name, method, offer, &mismatch, End::Backend))
}

/// Decides whether two ends that declare the same version have the same shape of a method. Versions
/// alone would let them talk; where every method is looked at, a forgotten bump is found.
#[cfg(feature = "__frontend")]
pub(crate) fn check_same_version(
    interface: &Interface,
    method: &Method,
    shape: &MethodShape,
    offer: &Offer,
    need: &str,
) -> Result<(), Fault> {
    let Ok(need) = need.parse::<NeedHeader>() else { return Ok(()) };
    let same_version = need.version.cmp_precedence(&offer.version).is_eq();
    if !same_version || need.fingerprint == Some(shape.fingerprint) {
        return Ok(());
    }
    let (name, version) = (&interface.name, &offer.version);
    let message = format!(
        "`{name}/{}` has another shape at each end, though both call themselves {version}; give the \
         newer one a version of its own",
        method.name
    );
    let incompatibility = Incompatibility {
        interface: name.to_string(),
        method: Some(method.name.to_string()),
        need: version.to_string(),
        offers: vec![version.to_string()],
        reason: "same_version_other_shape".to_owned(),
        fix: "use_same_version".to_owned(),
        retryable: false,
    };
    let fault = Fault::new(FaultKind::Incompatible, Executed::No, message);
    Err(fault.with_incompatibility(incompatibility))
}

/// The fault for a need that is not met by what `served_by` offers.
pub(crate) fn incompatible(
    interface: &str,
    method: &str,
    offer: &Offer,
    mismatch: &Mismatch,
    served_by: End,
) -> Fault {
    let fix = mismatch.fix(served_by).word();
    let offers = [&offer.baseline, &Some(offer.version.clone())];
    let incompatibility = Incompatibility {
        interface: interface.to_owned(),
        method: Some(method.to_owned()),
        need: mismatch.need().to_string(),
        offers: offers.into_iter().flatten().map(ToString::to_string).collect(),
        reason: mismatch.reason().to_owned(),
        fix: fix.to_owned(),
        retryable: mismatch.retryable(),
    };
    let message = format!("`{interface}/{method}`: {mismatch}; {}", advice(fix));
    Fault::new(FaultKind::Incompatible, Executed::No, message).with_incompatibility(incompatibility)
}

/// The fault for an interface that is served, but not in the series that a frontend calls.
#[cfg(any(feature = "__frontend", feature = "__backend"))]
pub(crate) fn other_series(
    interface: &str,
    method: Option<&str>,
    series: &str,
    offers: Vec<String>,
) -> Fault {
    let newest = offers.iter().filter_map(|offer| version::parse(offer).ok()).max();
    let called: Result<Series, _> = series.parse();
    // Without a series that can be compared, the caller is the one to look at its request.
    let (fix, retryable) = match (&called, newest) {
        (Ok(called), Some(newest)) if Series::of(&newest) < *called => ("upgrade_backend", true),
        _ => ("upgrade_frontend", false),
    };
    let message = format!(
        "`{interface}` is offered as {}, not in the series `{series}`; {}",
        offers.join(", "),
        advice(fix)
    );
    let incompatibility = Incompatibility {
        interface: interface.to_owned(),
        method: method.map(str::to_owned),
        need: series.to_owned(),
        offers,
        reason: "other_series".to_owned(),
        fix: fix.to_owned(),
        retryable,
    };
    Fault::new(FaultKind::Incompatible, Executed::No, message).with_incompatibility(incompatibility)
}

/// What would help, for people.
fn advice(fix: &str) -> &'static str {
    match fix {
        "upgrade_backend" => "upgrade the backend, or call again when its upgrade is done",
        "upgrade_frontend" => "upgrade the frontend (a page: load it again)",
        _ => "use the same version at both ends",
    }
}
