//! What does a backend say that it serves?

use serde::{Deserialize, Serialize};
#[cfg(feature = "__backend")]
use traitwire_schema::{Method, fingerprint::Fingerprint};

/// What a backend serves: the content of `_versions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Versions {
    /// The version of traitwire that serves.
    pub traitwire: String,
    /// Sorted by name, then version.
    pub interfaces: Vec<OfferedInterface>,
}

#[cfg(feature = "__backend")]
impl Versions {
    pub(crate) fn new(interfaces: Vec<OfferedInterface>) -> Versions {
        Versions { traitwire: env!("CARGO_PKG_VERSION").to_owned(), interfaces }
    }
}

/// One series of an interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OfferedInterface {
    /// The name on the wire.
    pub name: String,
    /// The series, such as `v1`.
    pub series: String,
    /// The version that is served.
    pub version: String,
    /// The last release, where a prerelease is served that stands in for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    /// In the order of declaration.
    pub methods: Vec<OfferedMethod>,
}

/// A method that is served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OfferedMethod {
    /// The name on the wire.
    pub name: String,
    /// Former names under which it is served too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The fingerprint of its wire shape, in hexadecimal digits.
    pub fingerprint: String,
    /// The first version with its present behaviour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// What to use instead of it, where it is deprecated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<String>,
}

#[cfg(feature = "__backend")]
impl OfferedMethod {
    pub(crate) fn new(method: &Method, fingerprint: Fingerprint) -> OfferedMethod {
        let deprecated = method.deprecated.as_ref();
        OfferedMethod {
            name: method.name.to_string(),
            aliases: method.aliases.iter().map(ToString::to_string).collect(),
            fingerprint: fingerprint.to_string(),
            since: method.since.as_ref().map(ToString::to_string),
            deprecated: deprecated
                .map(|deprecated| deprecated.note.as_deref().unwrap_or_default().to_owned()),
        }
    }
}
