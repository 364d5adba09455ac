//! time writes text with the feature `serde-human-readable`, which ours turns on, and numbers in binary
//! encodings. Its text is its own, no RFC 3339 (for which it has `time::serde::rfc3339`).

use time::{
    Date, Month, OffsetDateTime, PlainDateTime, SignedDuration, Time, Timestamp, UtcDateTime,
    UtcOffset, Weekday,
};
use traitwire_schema::{Int, Type, TypeDef};

use super::pattern::{hour, month_day, sixty};
use crate::wire::define::{choice, format, named, unit, wire};

/// A feature of time's, which any crate of the program may turn on, adds years of more than four digits.
const LARGE_DATES: bool = Date::MAX.year() > 9999;

/// What begins with a year.
macro_rules! dated {
    ($name:literal, $($rest:tt)*) => {
        format(
            $name,
            if LARGE_DATES {
                concat!("^(?:-?[0-9]{4}|[+-][0-9]{5,6})-", month_day!(), $($rest)*)
            } else {
                concat!("^-?[0-9]{4}-", month_day!(), $($rest)*)
            },
        )
    };
}

macro_rules! clock {
    () => {
        concat!(hour!(), ":", sixty!(), ":", sixty!(), r"\.[0-9]{1,9}")
    };
}

macro_rules! offset {
    () => {
        concat!("[+-](?:[01][0-9]|2[0-5]):", sixty!(), ":", sixty!())
    };
}

macro_rules! names {
    ($($name:literal)*) => { const { &[$(unit($name)),*] } };
}

fn weekday() -> TypeDef {
    choice(
        "time",
        "Weekday",
        &[],
        names!("Monday" "Tuesday" "Wednesday" "Thursday" "Friday" "Saturday" "Sunday"),
        "A day of the week.",
    )
}

fn month() -> TypeDef {
    choice(
        "time",
        "Month",
        &[],
        names! {
            "January" "February" "March" "April" "May" "June" "July" "August" "September" "October"
            "November" "December"
        },
        "A month of the year.",
    )
}

wire! {
    Date => dated!("date", "$"),
    Time => format("time-local", concat!("^", clock!(), "$")),
    PlainDateTime => dated!("plain-date-time", " ", clock!(), "$"),
    UtcDateTime => dated!("utc-date-time", " ", clock!(), "$"),
    OffsetDateTime => dated!("offset-date-time", " ", clock!(), " ", offset!(), "$"),
    UtcOffset => format("utc-offset", concat!("^", offset!(), "$")),
    // Seconds, with all nine digits of the nanoseconds.
    SignedDuration => format("seconds", r"^-?[0-9]{1,19}\.[0-9]{9}$"),
    // Nanoseconds since the beginning of 1970; a reader refuses those outside the years that it has.
    Timestamp => Type::Int(Int::I128),
    Weekday => named("time", "Weekday", &[], weekday),
    Month => named("time", "Month", &[], month),
}
