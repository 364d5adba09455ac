//! chrono writes ISO 8601, in binary encodings too. An offset from UTC is written in whole minutes.

use std::borrow::Cow;

use chrono::{DateTime, Month, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Weekday};
use serde::Serialize;
use serde::de::DeserializeOwned;
use traitwire_schema::{Int, Type, TypeDef};

use super::pattern::{hour, month_day, sixty};
use crate::rpc::returned::Plain;
use crate::wire::Wire;
use crate::wire::define::{choice, format, named, renamed_unit, wire};

/// A year that has not four digits has a sign. They go from -262143 to +262142.
macro_rules! date {
    () => {
        concat!(
            "(?:[0-9]{4}",
            r"|\+(?:[1-9][0-9]{4}|1[0-9]{5}|2[0-5][0-9]{4}|26[01][0-9]{3}",
            "|262(?:0[0-9]{2}|1[0-3][0-9]|14[0-2]))",
            "|-(?:[0-9]{4}|[1-9][0-9]{4}|1[0-9]{5}|2[0-5][0-9]{4}|26[01][0-9]{3}",
            "|262(?:0[0-9]{2}|1[0-3][0-9]|14[0-3])))-",
            month_day!()
        )
    };
}

/// A leap second is the 60th.
macro_rules! time {
    () => {
        concat!(hour!(), ":", sixty!(), r":(?:[0-5][0-9]|60)(?:\.[0-9]{1,9})?")
    };
}

macro_rules! names {
    ($($rust:literal $name:literal $alias:literal)*) => {
        const { &[$(renamed_unit($rust, $name, const { &[Cow::Borrowed($alias)] })),*] }
    };
}

fn weekday() -> TypeDef {
    // A reader takes the names in any case.
    choice(
        "chrono",
        "Weekday",
        &[],
        names! {
            "Mon" "Mon" "Monday"
            "Tue" "Tue" "Tuesday"
            "Wed" "Wed" "Wednesday"
            "Thu" "Thu" "Thursday"
            "Fri" "Fri" "Friday"
            "Sat" "Sat" "Saturday"
            "Sun" "Sun" "Sunday"
        },
        "A day of the week.",
    )
}

fn month() -> TypeDef {
    // A reader takes the names in any case.
    choice(
        "chrono",
        "Month",
        &[],
        names! {
            "January" "January" "Jan"
            "February" "February" "Feb"
            "March" "March" "Mar"
            "April" "April" "Apr"
            // Both are called so; an alias that is the name is none.
            "May" "May" "may"
            "June" "June" "Jun"
            "July" "July" "Jul"
            "August" "August" "Aug"
            "September" "September" "Sep"
            "October" "October" "Oct"
            "November" "November" "Nov"
            "December" "December" "Dec"
        },
        "A month of the year.",
    )
}

wire! {
    NaiveDate => format("date", concat!("^", date!(), "$")),
    NaiveTime => format("time-local", concat!("^", time!(), "$")),
    NaiveDateTime => format("date-time-local", concat!("^", date!(), "T", time!(), "$")),
    // Seconds and nanoseconds; the seconds have a limit of 1000 times less than `i64`.
    TimeDelta => Type::Tuple(Cow::Borrowed(
        const { &[Type::AtMost(Int::I64, 9_223_372_036_854_775), Type::AtMost(Int::U32, 999_999_999)] }
    )),
    Weekday => named("chrono", "Weekday", &[], weekday),
    Month => named("chrono", "Month", &[], month),
}

impl<Tz: TimeZone + 'static> Wire for DateTime<Tz>
where
    DateTime<Tz>: Serialize + DeserializeOwned + Send,
{
    const TYPE: Type = format(
        "date-time",
        concat!("^", date!(), "T", time!(), "(?:Z|[+-]", hour!(), ":", sixty!(), ")$"),
    );
}

impl<Tz: TimeZone + 'static> Plain for DateTime<Tz> where
    DateTime<Tz>: Serialize + DeserializeOwned + Send
{
}
