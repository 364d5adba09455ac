//! Which versions stand for one another?

use std::fmt;
use std::str::FromStr;

use super::Version;

/// The versions that a backend serves as one: `v1` (all 1.y.z), `v0.3` (all 0.3.z) or `v0.0.3`.
/// Older series are smaller.
///
/// ```
/// use traitwire_schema::version::{Series, parse};
///
/// assert_eq!(Series::of(&parse("1.4.2")?).to_string(), "v1");
/// assert_eq!(Series::of(&parse("0.3.9")?), "v0.3".parse().unwrap());
/// # Ok::<(), traitwire_schema::version::BadVersion>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Series {
    major: u64,
    minor: u64,
    patch: u64,
}

impl Series {
    /// The series of a version.
    pub fn of(version: &Version) -> Series {
        let Version { major, minor, patch, .. } = *version;
        match (major, minor) {
            (0, 0) => Series { major, minor, patch },
            (0, _) => Series { major, minor, patch: 0 },
            _ => Series { major, minor: 0, patch: 0 },
        }
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Series { major: 0, minor: 0, patch } => write!(f, "v0.0.{patch}"),
            Series { major: 0, minor, .. } => write!(f, "v0.{minor}"),
            Series { major, .. } => write!(f, "v{major}"),
        }
    }
}

/// A text that names no series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadSeries {
    text: String,
}

impl fmt::Display for BadSeries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text.escape_debug();
        write!(f, "`{text}` is not a series of versions, as `v1`, `v0.3` and `v0.0.3` are")
    }
}

impl std::error::Error for BadSeries {}

impl FromStr for Series {
    type Err = BadSeries;

    /// # Errors
    /// [`BadSeries`] unless it is exactly what a series displays as: each has one text.
    fn from_str(text: &str) -> Result<Self, BadSeries> {
        let bad = || BadSeries { text: text.to_owned() };
        let mut numbers = [0; 3];
        let parts: Vec<&str> = text.strip_prefix('v').ok_or_else(bad)?.split('.').collect();
        if parts.len() > 3 {
            return Err(bad());
        }
        for (number, part) in numbers.iter_mut().zip(parts) {
            *number = part.parse().map_err(|_| bad())?;
        }
        let [major, minor, patch] = numbers;
        let series = Series::of(&Version::new(major, minor, patch));
        // This leaves no room for `v01`, `v+1`, `v1.0` or `v0`.
        if series.to_string() == text { Ok(series) } else { Err(bad()) }
    }
}
