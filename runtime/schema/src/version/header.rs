//! How does a request say what it needs?

use std::fmt;
use std::str::FromStr;

use super::{BadVersion, Need, Version, parse};
use crate::fingerprint::{BadFingerprint, Fingerprint};

/// The value of `Traitwire-Need`: `1.4.0; fp=9b1f..; since=1.2.0`.
///
/// ```
/// use traitwire_schema::version::NeedHeader;
///
/// let text = "1.4.0; fp=00112233445566778899aabbccddeeff; since=1.2.0";
/// let header: NeedHeader = text.parse()?;
/// assert_eq!(header.version.minor, 4);
/// assert_eq!(header.to_string(), text);
/// # Ok::<(), traitwire_schema::version::BadNeedHeader>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedHeader {
    /// The version that the caller's interface declares.
    pub version: Version,
    /// The caller's fingerprint of the method. Without one the shapes count as different.
    pub fingerprint: Option<Fingerprint>,
    /// The version whose behaviour the caller's method pins, if any.
    pub since: Option<Version>,
}

impl NeedHeader {
    /// The need towards an end that has `fingerprint` for the method.
    pub fn need(&self, fingerprint: Fingerprint) -> Need {
        Need {
            version: self.version.clone(),
            same_shape: self.fingerprint == Some(fingerprint),
            since: self.since.clone(),
        }
    }
}

impl fmt::Display for NeedHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.version.fmt(f)?;
        if let Some(fingerprint) = self.fingerprint {
            write!(f, "; fp={fingerprint}")?;
        }
        if let Some(since) = &self.since {
            write!(f, "; since={since}")?;
        }
        Ok(())
    }
}

/// What is wrong with a `Traitwire-Need`.
#[derive(Debug)]
#[non_exhaustive]
pub enum BadNeedHeader {
    /// The version that it begins with.
    Version(BadVersion),
    /// `fp`.
    Fingerprint(BadFingerprint),
    /// `since`.
    Since(BadVersion),
    /// A parameter without `=`.
    NotAParameter {
        /// All of it.
        text: String,
    },
    /// A parameter of a name that it does not have.
    Unknown {
        /// The name.
        name: String,
    },
    /// A parameter that occurs twice.
    Twice {
        /// Its name.
        name: &'static str,
    },
}

impl fmt::Display for BadNeedHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadNeedHeader::Version(error) => error.fmt(f),
            BadNeedHeader::Fingerprint(error) => write!(f, "`fp`: {error}"),
            BadNeedHeader::Since(error) => write!(f, "`since`: {error}"),
            BadNeedHeader::NotAParameter { text } => {
                write!(f, "`{}` is not a parameter, as `name=value` is", text.escape_debug())
            }
            BadNeedHeader::Unknown { name } => {
                write!(f, "the parameter `{}` is unknown", name.escape_debug())
            }
            BadNeedHeader::Twice { name } => write!(f, "the parameter `{name}` occurs twice"),
        }
    }
}

impl std::error::Error for BadNeedHeader {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            BadNeedHeader::Version(error) | BadNeedHeader::Since(error) => Some(error),
            BadNeedHeader::Fingerprint(error) => Some(error),
            _ => None,
        }
    }
}

impl FromStr for NeedHeader {
    type Err = BadNeedHeader;

    /// # Errors
    /// [`BadNeedHeader`] that names the part which is wrong.
    fn from_str(text: &str) -> Result<Self, BadNeedHeader> {
        let mut parts = text.split(';').map(|part| part.trim_matches([' ', '\t']));
        let version = parse(parts.next().unwrap_or_default()).map_err(BadNeedHeader::Version)?;
        let mut header = NeedHeader { version, fingerprint: None, since: None };
        for part in parts {
            let Some((name, value)) = part.split_once('=') else {
                return Err(BadNeedHeader::NotAParameter { text: part.to_owned() });
            };
            match name {
                "fp" => {
                    let value = value.parse().map_err(BadNeedHeader::Fingerprint)?;
                    set(&mut header.fingerprint, value, "fp")?;
                }
                "since" => {
                    let value = parse(value).map_err(BadNeedHeader::Since)?;
                    set(&mut header.since, value, "since")?;
                }
                _ => return Err(BadNeedHeader::Unknown { name: name.to_owned() }),
            }
        }
        Ok(header)
    }
}

fn set<T>(to: &mut Option<T>, value: T, name: &'static str) -> Result<(), BadNeedHeader> {
    match to.replace(value) {
        None => Ok(()),
        Some(_) => Err(BadNeedHeader::Twice { name }),
    }
}
