//! Does a pattern admit all that its type writes, and nothing that it refuses to read?

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use chrono::TimeZone;
use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind};
use traitwire::Wire;
use traitwire::schema::{Body, Format, Shape, Type};

const ROUNDS: usize = 3000;

/// `SplitMix64`: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    #[allow(clippy::cast_possible_truncation, reason = "the caller gives the range")]
    fn between<T: TryFrom<i64>>(&mut self, first: i64, last: i64) -> T {
        let width = i128::from(last) - i128::from(first) + 1;
        let at = i128::from(first) + (i128::from(self.next()) % width);
        T::try_from(at as i64).ok().expect("the range fits")
    }

    /// Less than a second, and often a round number.
    fn nanos(&mut self) -> u32 {
        let unit = [1_000_000_000, 1_000_000, 1000, 1][usize::try_from(self.below(4)).unwrap()];
        self.between::<u32>(0, 999_999_999) / unit * unit
    }

    /// Text that a pattern admits.
    fn text(&mut self, hir: &Hir, text: &mut String) {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => text.push_str(std::str::from_utf8(&literal.0).unwrap()),
            HirKind::Class(Class::Unicode(class)) => {
                let ranges = class.ranges();
                let range = ranges[usize::try_from(self.below(ranges.len() as u64)).unwrap()];
                let (first, last) = (u32::from(range.start()), u32::from(range.end()));
                text.push(char::from_u32(self.between(first.into(), last.into())).unwrap());
            }
            HirKind::Class(Class::Bytes(_)) => panic!("a pattern is of text"),
            HirKind::Repetition(repetition) => {
                let most = repetition.max.unwrap_or(repetition.min + 5);
                for _ in 0..self.between::<u32>(repetition.min.into(), most.into()) {
                    self.text(&repetition.sub, text);
                }
            }
            HirKind::Capture(capture) => self.text(&capture.sub, text),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.text(part, text)),
            HirKind::Alternation(parts) => {
                let chosen = self.below(parts.len() as u64);
                self.text(&parts[usize::try_from(chosen).unwrap()], text);
            }
        }
    }
}

fn format_of(ty: Type) -> Format {
    match ty {
        Type::Format(format) => format,
        Type::Named(named) => match &named.def.get().unwrap().body {
            Body::Struct(body) => match &body.shape {
                Shape::Newtype(ty) => format_of(ty.clone()),
                other => panic!("no text: {other:?}"),
            },
            Body::Enum(_) => panic!("no text"),
        },
        other => panic!("no text: {other:?}"),
    }
}

/// Both halves of the promise. `left` are texts that no regular expression can tell, and that are
/// left to the reader.
fn check<T: Wire>(make: impl Fn(&mut Random) -> Option<T>, left: impl Fn(&str) -> bool) {
    check_written(make);
    check_admitted::<T>(left);
}

fn check_written<T: Wire>(make: impl Fn(&mut Random) -> Option<T>) {
    let name = std::any::type_name::<T>();
    let format = format_of(T::TYPE);
    assert!(format.pattern.starts_with('^') && format.pattern.ends_with('$'), "{name}");
    let mut random = Random(7);
    let pattern = Regex::new(&format.pattern).unwrap();
    let mut count = 0;
    for _ in 0..ROUNDS {
        let Some(value) = make(&mut random) else { continue };
        count += 1;
        let json = serde_json::to_string(&value).unwrap();
        let text: String = serde_json::from_str(&json).unwrap();
        assert!(pattern.is_match(&text), "{name} writes {text}, which its pattern excludes");
    }
    assert!(count > ROUNDS / 2, "{name}: only {count} values");
}

fn check_admitted<T: Wire>(left: impl Fn(&str) -> bool) {
    let name = std::any::type_name::<T>();
    let format = format_of(T::TYPE);
    let mut random = Random(7);
    let pattern = Regex::new(&format.pattern).unwrap();
    let hir = regex_syntax::parse(&format.pattern).unwrap();
    let mut tried = 0;
    for _ in 0..ROUNDS {
        let mut text = String::new();
        random.text(&hir, &mut text);
        assert!(pattern.is_match(&text), "{name}: {text}");
        if left(&text) {
            continue;
        }
        tried += 1;
        let read = serde_json::from_value::<T>(text.clone().into());
        assert!(read.is_ok(), "{name} refuses {text}: {}", read.err().unwrap());
    }
    assert!(tried > ROUNDS / 4, "{name}: only {tried} texts");
}

fn nothing(_: &str) -> bool {
    false
}

fn leap_day(text: &str) -> bool {
    text.contains("-02-29")
}

#[test]
fn of_network_addresses() {
    fn v4(random: &mut Random) -> Ipv4Addr {
        Ipv4Addr::from(random.between::<u32>(0, u32::MAX.into()))
    }
    fn v6(random: &mut Random) -> Ipv6Addr {
        if random.below(4) == 0 {
            return v4(random).to_ipv6_mapped();
        }
        let mut groups = [0; 8];
        for group in &mut groups {
            *group = if random.below(2) == 0 { 0 } else { random.between(0, 0xffff) };
        }
        groups.into()
    }
    fn socket_v4(random: &mut Random) -> SocketAddrV4 {
        SocketAddrV4::new(v4(random), random.between(0, 0xffff))
    }
    fn socket_v6(random: &mut Random) -> SocketAddrV6 {
        let scope = if random.below(2) == 0 { 0 } else { random.between(0, u32::MAX.into()) };
        SocketAddrV6::new(v6(random), random.between(0, 0xffff), 0, scope)
    }
    check(|random| Some(v4(random)), nothing);
    check(|random| Some(v6(random)), nothing);
    check(|random| Some(IpAddr::from(v4(random))), nothing);
    check(|random| Some(IpAddr::from(v6(random))), nothing);
    check(|random| Some(socket_v4(random)), nothing);
    check(|random| Some(socket_v6(random)), nothing);
    check(|random| Some(SocketAddr::from(socket_v4(random))), nothing);
    check(|random| Some(SocketAddr::from(socket_v6(random))), nothing);
}

#[test]
fn of_chrono() {
    use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};
    fn date(random: &mut Random) -> NaiveDate {
        // Half of them in years of four digits.
        let limit = if random.below(2) == 0 { 3_600_000 } else { 95_700_000 };
        NaiveDate::from_num_days_from_ce_opt(random.between(-limit, limit)).unwrap()
    }
    fn time(random: &mut Random) -> NaiveTime {
        let second = random.between(0, 86_399);
        let leap = if second % 60 == 59 { 1_000_000_000 } else { 0 };
        NaiveTime::from_num_seconds_from_midnight_opt(second, random.nanos() + leap).unwrap()
    }
    fn date_time(random: &mut Random) -> NaiveDateTime {
        date(random).and_time(time(random))
    }
    // The offset of a date at the end of time leads beyond it.
    let left = |text: &str| {
        leap_day(text) || text.contains("262142-12-31") || text.contains("262143-01-01")
    };
    check(|random| Some(date(random)), leap_day);
    check(|random| Some(time(random)), nothing);
    check(|random| Some(date_time(random)), leap_day);
    check::<DateTime<Utc>>(|random| Some(date_time(random).and_utc()), left);
    check::<DateTime<FixedOffset>>(
        |random| {
            let offset = FixedOffset::east_opt(random.between::<i32>(-1439, 1439) * 60).unwrap();
            Some(offset.from_utc_datetime(&date_time(random)))
        },
        left,
    );
}

#[test]
fn of_time() {
    use time::{Date, PlainDateTime, SignedDuration, Time, UtcOffset};
    fn date(random: &mut Random) -> Date {
        let (first, last) = (Date::MIN.to_julian_day(), Date::MAX.to_julian_day());
        Date::from_julian_day(random.between(first.into(), last.into())).unwrap()
    }
    fn time(random: &mut Random) -> Time {
        let (hour, minute, second) =
            (random.between(0, 23), random.between(0, 59), random.between(0, 59));
        Time::from_hms_nano(hour, minute, second, random.nanos()).unwrap()
    }
    fn date_time(random: &mut Random) -> PlainDateTime {
        PlainDateTime::new(date(random), time(random))
    }
    fn offset(random: &mut Random) -> UtcOffset {
        UtcOffset::from_whole_seconds(random.between(-93_599, 93_599)).unwrap()
    }
    check(|random| Some(date(random)), leap_day);
    check(|random| Some(time(random)), nothing);
    check(|random| Some(date_time(random)), leap_day);
    check(|random| Some(date_time(random).as_utc()), leap_day);
    check(|random| Some(offset(random)), nothing);
    check(|random| Some(date_time(random).assume_offset(offset(random))), leap_day);
    check(
        |random| {
            Some(SignedDuration::new(random.between(i64::MIN + 1, i64::MAX), 0).saturating_add(
                SignedDuration::nanoseconds(random.between(-999_999_999, 999_999_999)),
            ))
        },
        |text| text.split('.').next().unwrap().parse::<i64>().is_err(),
    );
}

#[test]
fn of_jiff() {
    use jiff::civil::{Date, DateTime, Time};
    use jiff::tz::{Offset, TimeZone};
    use jiff::{SignedDuration, Timestamp};
    fn timestamp(random: &mut Random) -> Timestamp {
        let (first, last) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second() - 1);
        let nanos = i32::try_from(random.nanos()).unwrap();
        Timestamp::new(random.between(first + 1, last), nanos).unwrap()
    }
    fn date(random: &mut Random) -> Date {
        Date::new(random.between(-9999, 9999), random.between(1, 12), random.between(1, 28))
            .unwrap()
    }
    fn time(random: &mut Random) -> Time {
        let (hour, minute, second) =
            (random.between(0, 23), random.between(0, 59), random.between(0, 59));
        Time::new(hour, minute, second, i32::try_from(random.nanos()).unwrap()).unwrap()
    }
    let last_day = |text: &str| leap_day(text) || text.contains("9999-");
    check(|random| Some(date(random)), leap_day);
    check(|random| Some(time(random)), nothing);
    check(|random| Some(DateTime::from_parts(date(random), time(random))), leap_day);
    check(
        |random| Some(date(random).iso_week_date()),
        |text| text.contains("-W53") || text.contains("9999-"),
    );
    check(|random| Some(timestamp(random)), last_day);
    // That a zone exists, and has the offset, is left to the reader.
    check_written(|random| {
        let hour = random.between(-25, 25);
        let zone = match random.below(3) {
            0 => TimeZone::UTC,
            1 => TimeZone::get("America/Argentina/Buenos_Aires").unwrap(),
            _ => TimeZone::fixed(Offset::from_hours(hour).unwrap()),
        };
        Some(timestamp(random).to_zoned_datetime(zone))
    });
    check(
        |random| {
            let limit = if random.below(2) == 0 { 10_000 } else { i64::MAX };
            let nanos = i32::try_from(random.nanos()).unwrap();
            Some(
                SignedDuration::new(random.between(-limit, limit), 0)
                    .saturating_add(SignedDuration::from_nanos(nanos.into())),
            )
        },
        // That it has no more seconds than 64 bits.
        |text| text.len() > 17,
    );
}

#[test]
fn of_uuid() {
    use uuid::{NonNilUuid, Uuid};
    fn uuid(random: &mut Random) -> Uuid {
        Uuid::from_u64_pair(random.next(), random.next())
    }
    check(|random| Some(uuid(random)), nothing);
    check(|random| NonNilUuid::new(uuid(random)), nothing);
    check(|random| Some(uuid(random).hyphenated()), nothing);
    check(|random| Some(uuid(random).simple()), nothing);
    check(|random| Some(uuid(random).braced()), nothing);
    check(|random| Some(uuid(random).urn()), nothing);
}

#[test]
fn of_semver() {
    use semver::{BuildMetadata, Comparator, Op, Prerelease, Version, VersionReq};
    fn identifiers(random: &mut Random) -> String {
        let all = ["0", "1", "rc", "x-y", "0a", "-", "20", "alpha", "B"];
        let mut one = || all[usize::try_from(random.below(all.len() as u64)).unwrap()];
        [one(), one()].join(".")
    }
    fn pre(random: &mut Random) -> Prerelease {
        match random.below(2) {
            0 => Prerelease::EMPTY,
            _ => Prerelease::new(&identifiers(random)).unwrap(),
        }
    }
    fn version(random: &mut Random) -> Version {
        let limit = if random.below(2) == 0 { 20 } else { u64::MAX };
        let mut version = Version::new(random.below(limit), random.below(3), random.below(limit));
        version.pre = pre(random);
        if random.below(2) == 0 {
            version.build = BuildMetadata::new(&identifiers(random)).unwrap();
        }
        version
    }
    fn comparator(random: &mut Random) -> Comparator {
        let ops = [
            Op::Exact,
            Op::Greater,
            Op::GreaterEq,
            Op::Less,
            Op::LessEq,
            Op::Tilde,
            Op::Caret,
            Op::Wildcard,
        ];
        let op = ops[usize::try_from(random.below(8)).unwrap()];
        let version = version(random);
        let parts = random.below(if op == Op::Wildcard { 2 } else { 3 });
        Comparator {
            op,
            major: version.major,
            minor: (parts > 0).then_some(version.minor),
            patch: (parts > 1).then_some(version.patch),
            pre: if parts > 1 { version.pre } else { Prerelease::EMPTY },
        }
    }
    check(|random| Some(version(random)), nothing);
    check(|random| Some(comparator(random)), nothing);
    check(
        |random| {
            let comparators = (0..random.below(33)).map(|_| comparator(random)).collect();
            Some(VersionReq { comparators })
        },
        nothing,
    );
}

#[test]
fn of_rust_decimal() {
    use rust_decimal::Decimal;
    check(
        |random| {
            let (low, high) = (random.next(), random.next());
            // Small ones as well.
            let high = if random.below(2) == 0 { 0 } else { high };
            let part = |bits: u64| u32::try_from(bits & 0xffff_ffff).unwrap();
            let scale = random.between(0, 28);
            Some(Decimal::from_parts(
                part(low),
                part(low >> 32),
                part(high),
                high & (1 << 40) > 0,
                scale,
            ))
        },
        // Of 29 digits, some are more than 96 bits.
        |text| text.trim_start_matches('-').split('.').next().unwrap().len() == 29,
    );
}
