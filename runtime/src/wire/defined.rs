//! What do the structs and enums of std cross as?

use std::borrow::Cow;
use std::ops::{Bound, Range, RangeFrom, RangeInclusive, RangeTo};
use std::time::{Duration, SystemTime};

use traitwire_schema::{Int, Type, TypeDef};

use super::Wire;
use super::define::{choice, holds, member, named, structure, unit, wire};

/// What follows the whole seconds; a writer stays below the next second.
const NANOS: Type = Type::AtMost(Int::U32, 999_999_999);

fn duration() -> TypeDef {
    structure(
        "std::time",
        "Duration",
        &[],
        const { &[member("secs", Type::Int(Int::U64)), member("nanos", NANOS)] },
        "A span of time.",
    )
}

fn system_time() -> TypeDef {
    // A time before the epoch fails where it is written. The clock of Unix counts seconds in an
    // `i64`; a reader on Windows, whose clock ends in the year 30828, refuses what is later.
    structure(
        "std::time",
        "SystemTime",
        &[],
        const {
            &[
                member("secs_since_epoch", Type::AtMost(Int::U64, i64::MAX.cast_unsigned())),
                member("nanos_since_epoch", NANOS),
            ]
        },
        "A point in time, from the beginning of 1970 in UTC.",
    )
}

macro_rules! ranges {
    ($($def:ident $name:literal $docs:literal: $($member:literal)*;)*) => { $(
        fn $def() -> TypeDef {
            structure(
                "std::ops",
                $name,
                const { &[Cow::Borrowed("Idx")] },
                const { &[$(member($member, Type::Param(0))),*] },
                $docs,
            )
        }
    )* };
}

ranges! {
    range "Range" "From `start` to before `end`.": "start" "end";
    range_inclusive "RangeInclusive" "From `start` to `end`.": "start" "end";
    range_from "RangeFrom" "From `start` on.": "start";
    range_to "RangeTo" "To before `end`.": "end";
}

fn bound() -> TypeDef {
    choice(
        "std::ops",
        "Bound",
        const { &[Cow::Borrowed("T")] },
        const {
            &[
                unit("Unbounded"),
                holds("Included", Type::Param(0)),
                holds("Excluded", Type::Param(0)),
            ]
        },
        "An end of a range.",
    )
}

fn result() -> TypeDef {
    choice(
        "std::result",
        "Result",
        const { &[Cow::Borrowed("T"), Cow::Borrowed("E")] },
        const { &[holds("Ok", Type::Param(0)), holds("Err", Type::Param(1))] },
        "Success or failure.",
    )
}

wire! {
    Duration => named("std::time", "Duration", &[], duration),
    SystemTime => named("std::time", "SystemTime", &[], system_time),
    {T: Wire} Range<T> => named("std::ops", "Range", const { &[T::TYPE] }, range),
    {T: Wire} RangeInclusive<T>
        => named("std::ops", "RangeInclusive", const { &[T::TYPE] }, range_inclusive),
    {T: Wire} RangeFrom<T> => named("std::ops", "RangeFrom", const { &[T::TYPE] }, range_from),
    {T: Wire} RangeTo<T> => named("std::ops", "RangeTo", const { &[T::TYPE] }, range_to),
    {T: Wire} Bound<T> => named("std::ops", "Bound", const { &[T::TYPE] }, bound),
}

// Not `Plain`: what a method returns as a `Result` is its reply or its declared error. Inside other
// types it is a value.
impl<T: Wire, E: Wire> Wire for Result<T, E> {
    const TYPE: Type = named("std::result", "Result", const { &[T::TYPE, E::TYPE] }, result);
}
