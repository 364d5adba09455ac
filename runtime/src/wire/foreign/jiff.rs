//! jiff writes RFC 3339, RFC 9557 and ISO 8601, in binary encodings too.
//!
//! A `Span` is left out: its units are written as others where they are less than a second, so that
//! what is read is no longer what was written.

use jiff::civil::{Date, DateTime, ISOWeekDate, Time};
use jiff::{SignedDuration, Timestamp, ZonedDateTime};

use super::pattern::{hour, month_day, sixty};
use crate::wire::define::{format, wire};

/// A year before 0 has a sign and six digits; there is no year -0.
macro_rules! year {
    () => {
        concat!("(?:[0-9]{4}", "|-00(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9]))")
    };
}

macro_rules! date {
    () => {
        concat!(year!(), "-", month_day!())
    };
}

macro_rules! time {
    () => {
        concat!(hour!(), ":", sixty!(), ":", sixty!(), r"(?:\.[0-9]{1,9})?")
    };
}

macro_rules! seconds {
    () => {
        r"[0-9]{1,19}(?:\.[0-9]{1,9})?S"
    };
}

wire! {
    Date => format("date", concat!("^", date!(), "$")),
    Time => format("time-local", concat!("^", time!(), "$")),
    DateTime => format("date-time-local", concat!("^", date!(), "T", time!(), "$")),
    ISOWeekDate => format("iso-week-date", concat!("^", year!(), "-W(?:0[1-9]|[1-4][0-9]|5[0-3])-[1-7]$")),
    // A reader refuses what lies outside the years -9999 to 9999 in UTC.
    Timestamp => format(
        "date-time",
        concat!("^", date!(), "T", time!(), "(?:Z|[+-]", hour!(), ":", sixty!(), ")$"),
    ),
    // A reader has to know the time zone (jiff has features for where from), and the offset has to be
    // one of it.
    ZonedDateTime => format(
        "zoned-date-time",
        concat!(
            "^", date!(), "T", time!(), "[+-]", "(?:[01][0-9]|2[0-5])", ":", sixty!(), "(?::", sixty!(), ")?",
            r"\[!?[A-Za-z0-9_./+:-]+\]$"
        ),
    ),
    // Hours, minutes and seconds.
    SignedDuration => format(
        "duration",
        concat!(
            "^-?PT(?:[0-9]{1,16}H(?:[0-9]{1,18}M)?(?:", seconds!(), ")?",
            "|[0-9]{1,18}M(?:", seconds!(), ")?",
            "|", seconds!(), ")$"
        ),
    ),
}
