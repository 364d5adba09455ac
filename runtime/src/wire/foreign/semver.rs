//! semver writes text, in binary encodings too.

use semver::{Comparator, Version, VersionReq};

use crate::wire::define::{format, wire};

/// A number has no leading zero. Those of 64 bits are read.
macro_rules! number {
    () => {
        "(?:0|[1-9][0-9]*)"
    };
}

/// The identifiers of a prerelease, of which those in digits are numbers.
macro_rules! pre {
    () => {
        concat!(
            "-(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)",
            r"(?:\.(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*"
        )
    };
}

macro_rules! comparator {
    () => {
        concat!(
            // `1.*`, `1.2.*`
            "(?:",
            number!(),
            r"(?:\.",
            number!(),
            r")?\.\*",
            // `>=1`, `^1.2`, `=1.2.3-rc.1`
            "|(?:=|>=?|<=?|~|\\^)",
            number!(),
            r"(?:\.",
            number!(),
            r"(?:\.",
            number!(),
            "(?:",
            pre!(),
            ")?)?)?)"
        )
    };
}

wire! {
    Version => format(
        "semver",
        concat!(
            "^", number!(), r"\.", number!(), r"\.", number!(), "(?:", pre!(),
            r")?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$"
        ),
    ),
    Comparator => format("semver-comparator", concat!("^", comparator!(), "$")),
    VersionReq => format(
        "semver-range",
        concat!(r"^(?:\*|", comparator!(), "(?:, ", comparator!(), "){0,31})$"),
    ),
}
