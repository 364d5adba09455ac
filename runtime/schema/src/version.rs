//! May these two talk?
//!
//! A call *needs* a version, a backend *offers* one. Within a series ([`Series`]: `v1`, `v0.3`,
//! `v0.0.3`) an older need is met by a newer offer. Where the method has the same wire shape on
//! both ends, the need shrinks to what its author pinned with `since`, or to nothing.

mod header;
mod series;

use std::fmt;

pub use header::{BadNeedHeader, NeedHeader};
pub use semver::Version;
pub use series::{BadSeries, Series};

use crate::model::End;

/// A text that is no semantic version 2.0, with the reason.
#[derive(Debug)]
pub struct BadVersion {
    text: String,
    reason: semver::Error,
}

impl fmt::Display for BadVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a version of three numbers, as `1.2.0` is: {}",
            self.text.escape_debug(),
            self.reason
        )
    }
}

impl std::error::Error for BadVersion {}

/// Reads a version strictly: three numbers, and nothing that semantic versions 2.0 do not have.
///
/// ```
/// use traitwire_schema::version::parse;
///
/// assert_eq!(parse("1.2.0")?.minor, 2);
/// assert!(parse("1.2").is_err());
/// # Ok::<(), traitwire_schema::version::BadVersion>(())
/// ```
///
/// # Errors
/// [`BadVersion`] with the text and what is wrong with it.
pub fn parse(text: &str) -> Result<Version, BadVersion> {
    Version::parse(text).map_err(|reason| BadVersion { text: text.to_owned(), reason })
}

/// What a call needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The version that the caller's interface declares.
    pub version: Version,
    /// Whether both ends have the same fingerprint of the method.
    pub same_shape: bool,
    /// The version whose behaviour the method's author pinned, if any.
    pub since: Option<Version>,
}

/// What the serving end has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The version that its interface declares.
    pub version: Version,
    /// If that is a prerelease: the release of this series that came before it, which it also
    /// offers. Ignored otherwise.
    pub baseline: Option<Version>,
}

/// Why a need is not met.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mismatch {
    /// The versions belong to different series.
    OtherSeries {
        /// The version that the caller declares.
        need: Version,
        /// The version that is offered.
        offer: Version,
    },
    /// What is offered is older than what is needed.
    NewerNeeded {
        /// The version that is needed.
        need: Version,
        /// The version that is offered.
        offer: Version,
    },
    /// One is a prerelease, and they are not the same.
    Prerelease {
        /// The version that is needed.
        need: Version,
        /// The version that is offered.
        offer: Version,
    },
}

/// Who can mend a [`Mismatch`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fix {
    /// The frontend has to become newer: the page is to be loaded again, the application updated.
    UpgradeFrontend,
    /// The backend has to become newer.
    UpgradeBackend,
    /// Both have to be of one version.
    UseSameVersion,
}

/// Judges whether an offer meets a need. The handshake, every request and the command line ask
/// here.
///
/// ```
/// use traitwire_schema::version::{Mismatch, Need, Offer, compatible, parse};
///
/// let newer = |same_shape| Need { version: parse("1.4.0").unwrap(), same_shape, since: None };
/// let offer = Offer { version: parse("1.2.0").unwrap(), baseline: None };
/// assert_eq!(compatible(&newer(true), &offer), Ok(()));
/// assert!(matches!(compatible(&newer(false), &offer), Err(Mismatch::NewerNeeded { .. })));
/// ```
///
/// # Errors
/// [`Mismatch`] that says why not.
pub fn compatible(need: &Need, offer: &Offer) -> Result<(), Mismatch> {
    let offered = &offer.version;
    let series = Series::of(offered);
    if Series::of(&need.version) != series {
        let (need, offer) = (plain(&need.version), plain(offered));
        return Err(Mismatch::OtherSeries { need, offer });
    }
    // A prerelease may pin the release that it leads to; it still meets its own need.
    if need.version.cmp_precedence(offered).is_eq() {
        return Ok(());
    }
    let needed = match (&need.since, need.same_shape) {
        (None, true) => return Ok(()),
        (Some(since), true) => since,
        (_, false) => &need.version,
    };
    let baseline = offer.baseline.as_ref().filter(|baseline| {
        !offered.pre.is_empty() && baseline.pre.is_empty() && Series::of(baseline) == series
    });
    if meets(offered, needed) || baseline.is_some_and(|baseline| meets(baseline, needed)) {
        return Ok(());
    }
    let (need, offer) = (plain(needed), plain(offered));
    if numbers(&offer) >= numbers(&need) {
        Err(Mismatch::Prerelease { need, offer })
    } else {
        Err(Mismatch::NewerNeeded { need, offer })
    }
}

/// Whether a version of some series meets what is needed of that series. A `since` may be older
/// than the series, which all of it then has.
fn meets(offered: &Version, needed: &Version) -> bool {
    if offered.pre.is_empty() && needed.pre.is_empty() {
        numbers(offered) >= numbers(needed)
    } else {
        offered.cmp_precedence(needed).is_eq()
    }
}

/// What decides within a series: a patch is a promise to change nothing once there is a major.
fn numbers(version: &Version) -> (u64, u64, u64) {
    let patch = if version.major == 0 { version.patch } else { 0 };
    (version.major, version.minor, patch)
}

/// Without build metadata.
fn plain(version: &Version) -> Version {
    Version { build: semver::BuildMetadata::EMPTY, ..version.clone() }
}

impl Mismatch {
    /// The word for it in messages.
    pub fn reason(&self) -> &'static str {
        match self {
            Mismatch::OtherSeries { .. } => "other_series",
            Mismatch::NewerNeeded { .. } => "newer_needed",
            Mismatch::Prerelease { .. } => "prerelease",
        }
    }

    /// The version that is needed, without build metadata.
    pub fn need(&self) -> &Version {
        match self {
            Mismatch::OtherSeries { need, .. }
            | Mismatch::NewerNeeded { need, .. }
            | Mismatch::Prerelease { need, .. } => need,
        }
    }

    /// The version that is offered, without build metadata.
    pub fn offer(&self) -> &Version {
        match self {
            Mismatch::OtherSeries { offer, .. }
            | Mismatch::NewerNeeded { offer, .. }
            | Mismatch::Prerelease { offer, .. } => offer,
        }
    }

    /// Who can mend it, where `served_by` serves the interface and the other end calls.
    pub fn fix(&self, served_by: End) -> Fix {
        let serving_is_older = match self {
            Mismatch::Prerelease { .. } => return Fix::UseSameVersion,
            Mismatch::NewerNeeded { .. } => true,
            Mismatch::OtherSeries { need, offer } => Series::of(offer) < Series::of(need),
        };
        match (served_by, serving_is_older) {
            (End::Backend, true) | (End::Frontend, false) => Fix::UpgradeBackend,
            (End::Frontend, true) | (End::Backend, false) => Fix::UpgradeFrontend,
        }
    }

    /// Whether the same call may succeed a little later: while replicas are being upgraded, the
    /// next one that answers may already be newer. Of use to RPC; the ends of a pair stay the same.
    pub fn retryable(&self) -> bool {
        match self {
            Mismatch::NewerNeeded { .. } => true,
            Mismatch::OtherSeries { need, offer } => Series::of(offer) < Series::of(need),
            Mismatch::Prerelease { .. } => false,
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (need, offer) = (self.need(), self.offer());
        match self {
            Mismatch::OtherSeries { .. } => write!(
                f,
                "version {need} is needed, but {offer} is offered, of the series {} and not {}",
                Series::of(offer),
                Series::of(need)
            ),
            Mismatch::NewerNeeded { .. } => {
                write!(f, "version {need} is needed, but only {offer} is offered")
            }
            Mismatch::Prerelease { .. } => write!(
                f,
                "version {need} is needed and {offer} is offered; a prerelease only talks to itself"
            ),
        }
    }
}

impl std::error::Error for Mismatch {}

impl Fix {
    /// The word for it in messages.
    pub fn word(self) -> &'static str {
        match self {
            Fix::UpgradeFrontend => "upgrade_frontend",
            Fix::UpgradeBackend => "upgrade_backend",
            Fix::UseSameVersion => "use_same_version",
        }
    }
}

#[cfg(test)]
#[path = "tests/version.rs"]
mod tests;
