//! Which types cross, and which values of them are tried?

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::ffi::{CStr, CString};
use std::fmt::Debug;
use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::{NonZeroI128, NonZeroU8, NonZeroUsize, Saturating, Wrapping};
use std::ops::{Bound, Range, RangeFrom, RangeInclusive, RangeTo};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use traitwire::schema::Type;
use traitwire::{Bytes, Float, Wire};

/// A type, and what became of some values of it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) ty: Type,
    /// What serde wrote.
    pub(crate) json: Vec<String>,
    /// The first value that JSON did not bring back.
    pub(crate) json_lost: Option<String>,
    /// The first value that postcard did not bring back, or not with all bytes.
    pub(crate) postcard_lost: Option<String>,
    pub(crate) reads: fn(&str) -> Result<(), String>,
}

fn case_by<T: Wire + Debug>(
    name: &'static str,
    values: &[T],
    same: impl Fn(&T, &T) -> bool,
) -> Case {
    let same = &same;
    let json = values.iter().map(|value| serde_json::to_string(value).expect(name)).collect();
    let json_lost = values.iter().find_map(|value| {
        let json = serde_json::to_string(value).expect(name);
        match serde_json::from_str::<T>(&json) {
            Ok(back) if same(&back, value) => None,
            back => Some(format!("{value:?} is {json} is {back:?}")),
        }
    });
    let postcard_lost = values.iter().find_map(|value| {
        let bytes = match postcard::to_allocvec(value) {
            Ok(bytes) => bytes,
            Err(error) => return Some(format!("{value:?}: {error}")),
        };
        match postcard::take_from_bytes::<T>(&bytes) {
            Ok((back, [])) if same(&back, value) => None,
            back => Some(format!("{value:?} is {bytes:?} is {back:?}")),
        }
    });
    let reads = |json: &str| match serde_json::from_str::<T>(json) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    };
    Case { name, ty: T::TYPE, json, json_lost, postcard_lost, reads }
}

fn case<T: Wire + Debug + PartialEq>(name: &'static str, values: &[T]) -> Case {
    case_by(name, values, |one, other| one == other)
}

macro_rules! cases {
    ($($ty:ty: $($value:expr),+;)*) => {
        vec![$(case::<$ty>(stringify!($ty), &[$($value),+])),*]
    };
}

pub(crate) fn all() -> Vec<Case> {
    let mut all = scalars();
    all.extend(wrappers());
    all.extend(containers());
    all.extend(defined());
    all.extend(dates());
    all.extend(others());
    all
}

fn scalars() -> Vec<Case> {
    cases! {
        bool: false, true;
        i8: i8::MIN, 0, i8::MAX;
        i16: i16::MIN, 0, i16::MAX;
        i32: i32::MIN, 0, i32::MAX;
        i64: i64::MIN, 0, i64::MAX;
        i128: i128::MIN, 0, i128::MAX;
        isize: isize::MIN, 0, isize::MAX;
        u8: 0, u8::MAX;
        u16: 0, u16::MAX;
        u32: 0, u32::MAX;
        u64: 0, u64::MAX;
        u128: 0, u128::MAX;
        usize: 0, usize::MAX;
        f32: 0.1, -0.0, f32::MAX, f32::MIN_POSITIVE;
        f64: 0.1, -0.0, f64::MAX, 5e-324;
        Float: Float(0.1), Float(f64::INFINITY), Float(f64::NEG_INFINITY);
        char: 'a', '\u{10ffff}', '"';
        (): ();
        NonZeroU8: NonZeroU8::MIN, NonZeroU8::MAX;
        NonZeroI128: NonZeroI128::MIN, NonZeroI128::MAX;
        NonZeroUsize: NonZeroUsize::MIN, NonZeroUsize::MAX;
        String: String::new(), "a\"\u{1f600}".to_owned();
        Box<str>: "a".into();
        Arc<str>: "a".into();
        Cow<'static, str>: "a".into();
        PathBuf: "/tmp/ä".into(), PathBuf::new();
        Box<Path>: Path::new("a/b").into();
        Arc<Path>: Path::new("a/b").into();
        CString: CString::default(), c"a\xff".to_owned();
        Box<CStr>: c"abc".into();
        Bytes: Bytes::default(), vec![0, 255, 7].into();
    }
}

fn wrappers() -> Vec<Case> {
    let mut all = cases! {
        Wrapping<u8>: Wrapping(7);
        Saturating<i16>: Saturating(i16::MIN), Saturating(i16::MAX);
        Reverse<String>: Reverse("a".into());
        PhantomData<Mutex<u8>>: PhantomData;
        Box<u32>: Box::new(1);
        Arc<u32>: Arc::new(1);
        Cow<'static, [u16]>: vec![1, 2].into();
        Cell<u8>: Cell::new(7);
        RefCell<Vec<u8>>: RefCell::new(vec![7]);
        Option<u8>: None, Some(0);
        Reverse<Option<u8>>: Reverse(None), Reverse(Some(1));
    };
    let loaded = |one: &AtomicI64, other: &AtomicI64| {
        one.load(Ordering::Relaxed) == other.load(Ordering::Relaxed)
    };
    all.push(case_by("AtomicI64", &[i64::MIN.into(), 0.into(), i64::MAX.into()], loaded));
    all.push(case_by("AtomicBool", &[AtomicBool::new(true)], |_, back| {
        back.load(Ordering::Relaxed)
    }));
    all.push(case_by("AtomicUsize", &[7.into()], |one: &AtomicUsize, other| {
        one.load(Ordering::Relaxed) == other.load(Ordering::Relaxed)
    }));
    all.push(case_by("Mutex<u8>", &[Mutex::new(7)], |one, other| {
        *one.lock().unwrap() == *other.lock().unwrap()
    }));
    all.push(case_by("RwLock<String>", &[RwLock::new("a".to_owned())], |one, other| {
        *one.read().unwrap() == *other.read().unwrap()
    }));
    all
}

fn containers() -> Vec<Case> {
    let mut all = cases! {
        Vec<Option<u8>>: vec![], vec![Some(1), None];
        Box<[u16]>: [1, 2].into(), [].into();
        Arc<[u16]>: [1, 2].into();
        VecDeque<u8>: [1, 2].into();
        LinkedList<u8>: [1, 2].into();
        BTreeSet<String>: ["a".to_owned(), "b".to_owned()].into();
        HashSet<i8>: [-1, 1].into();
        BTreeMap<String, u8>: BTreeMap::new(), [("a".to_owned(), 1)].into();
        BTreeMap<u64, u8>: [(u64::MAX, 1)].into();
        BTreeMap<bool, u8>: [(true, 1), (false, 2)].into();
        BTreeMap<char, u8>: [('"', 1)].into();
        BTreeMap<Ipv4Addr, u8>: [(Ipv4Addr::LOCALHOST, 1)].into();
        BTreeMap<NonZeroU8, u8>: [(NonZeroU8::MAX, 1)].into();
        BTreeMap<u128, u8>: [(u128::MAX, 1)].into();
        HashMap<uuid::Uuid, u8>: [(uuid::Uuid::max(), 1)].into();
        HashMap<chrono::Weekday, u8>: [(chrono::Weekday::Sun, 1)].into();
        HashMap<rust_decimal::Decimal, u8>: [(rust_decimal::Decimal::TEN, 1)].into();
        [u8; 0]: [];
        [Option<u8>; 3]: [None, Some(1), None];
        [u8; 32]: [7; 32];
        (u8,): (1,);
        (u8, String): (1, "a".into());
        (u8, i8, u16, i16, u32, i32, u64, i64, bool, char, (), Option<u8>):
            (1, -1, 2, -2, 3, -3, 4, -4, true, 'x', (), None);
        indexmap::IndexMap<String, u8>: [("b".to_owned(), 1), ("a".to_owned(), 2)].into();
        indexmap::IndexSet<u8>: [2, 1].into();
        bytes::Bytes: vec![0, 255].into(), bytes::Bytes::new();
        bytes::BytesMut: bytes::BytesMut::from(&[0, 255][..]);
        Value: json!(null), json!({"a": [1, -2.5, "x", null, true, u64::MAX]});
        serde_json::Map<String, Value>: serde_json::Map::new();
    };
    all.push(case_by("BinaryHeap<u8>", &[BinaryHeap::from([1, 3, 2])], |one, other| {
        one.clone().into_sorted_vec() == other.clone().into_sorted_vec()
    }));
    all
}

fn defined() -> Vec<Case> {
    cases! {
        Duration: Duration::ZERO, Duration::MAX, Duration::new(1, 999_999_999);
        SystemTime: UNIX_EPOCH, UNIX_EPOCH + Duration::new(i64::MAX.cast_unsigned(), 999_999_999);
        Range<u8>: 1..2, 0..0;
        RangeInclusive<String>: "a".to_owned()..="b".to_owned();
        RangeFrom<Option<u8>>: None.., Some(1)..;
        RangeTo<i64>: ..i64::MIN;
        Bound<u8>: Bound::Unbounded, Bound::Included(1), Bound::Excluded(2);
        Vec<Result<u8, String>>: vec![Ok(1), Err("a".into())];
        Result<Option<u8>, ()>: Ok(None), Ok(Some(1)), Err(());
        Ipv4Addr: Ipv4Addr::LOCALHOST, Ipv4Addr::BROADCAST;
        Ipv6Addr: Ipv6Addr::LOCALHOST, "1:2::ffff".parse().unwrap(), "::ffff:1.2.3.4".parse().unwrap();
        IpAddr: Ipv4Addr::LOCALHOST.into(), Ipv6Addr::UNSPECIFIED.into();
        SocketAddrV4: SocketAddrV4::new(Ipv4Addr::LOCALHOST, 80);
        SocketAddrV6: SocketAddrV6::new(Ipv6Addr::LOCALHOST, 65535, 0, u32::MAX);
        SocketAddr: "1.2.3.4:5".parse().unwrap(), "[::1%7]:0".parse().unwrap();
    }
}

fn dates() -> Vec<Case> {
    let chrono = chrono::NaiveDate::from_ymd_opt(2024, 2, 29).unwrap();
    let leap = chrono.and_hms_nano_opt(23, 59, 59, 1_999_999_999).unwrap();
    let east = chrono::FixedOffset::east_opt(-(12 * 60 + 30) * 60).unwrap();
    let time = time::Date::MAX.midnight();
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(-4));
    let mut all = cases! {
        chrono::NaiveDate: chrono, chrono::NaiveDate::MIN, chrono::NaiveDate::MAX;
        chrono::NaiveTime: chrono::NaiveTime::MIN, leap.time();
        chrono::NaiveDateTime: leap, chrono::NaiveDateTime::MIN, chrono::NaiveDateTime::MAX;
        chrono::DateTime<chrono::Utc>: leap.and_utc(), chrono::DateTime::<chrono::Utc>::MIN_UTC;
        chrono::DateTime<chrono::FixedOffset>: leap.and_local_timezone(east).unwrap();
        chrono::TimeDelta: chrono::TimeDelta::MIN, chrono::TimeDelta::MAX, chrono::TimeDelta::zero();
        chrono::Weekday: chrono::Weekday::Mon, chrono::Weekday::Sun;
        chrono::Month: chrono::Month::January, chrono::Month::May, chrono::Month::December;
        time::Date: time::Date::MIN, time::Date::MAX;
        time::Time: time::Time::MIDNIGHT, time::Time::MAX;
        time::PlainDateTime: time::PlainDateTime::MIN, time;
        time::UtcDateTime: time.as_utc();
        time::UtcOffset: time::UtcOffset::UTC, time::UtcOffset::from_hms(0, 0, -1).unwrap();
        time::OffsetDateTime: time.assume_offset(time::UtcOffset::from_hms(-25, -59, -59).unwrap());
        time::SignedDuration: time::SignedDuration::MIN, time::SignedDuration::MAX,
            time::SignedDuration::nanoseconds(-1);
        time::Timestamp: time::Timestamp::UNIX_EPOCH;
        time::Weekday: time::Weekday::Monday, time::Weekday::Sunday;
        time::Month: time::Month::January, time::Month::December;
        jiff::civil::Date: jiff::civil::Date::MIN, jiff::civil::Date::MAX, jiff::civil::date(2024, 2, 29);
        jiff::civil::Time: jiff::civil::Time::MIN, jiff::civil::Time::MAX;
        jiff::civil::DateTime: jiff::civil::DateTime::MIN, jiff::civil::DateTime::MAX;
        jiff::civil::ISOWeekDate: jiff::civil::date(2024, 12, 31).iso_week_date();
        jiff::Timestamp: jiff::Timestamp::MIN, jiff::Timestamp::MAX, jiff::Timestamp::UNIX_EPOCH;
        jiff::SignedDuration: jiff::SignedDuration::MIN, jiff::SignedDuration::MAX,
            jiff::SignedDuration::ZERO, jiff::SignedDuration::from_nanos(-1);
    };
    all.push(case_by(
        "jiff::ZonedDateTime",
        &[
            jiff::Timestamp::UNIX_EPOCH.to_zoned_datetime(zone),
            jiff::Timestamp::UNIX_EPOCH.to_zoned_datetime(jiff::tz::TimeZone::UTC),
        ],
        |one, other| one == other && one.time_zone() == other.time_zone(),
    ));
    all
}

fn others() -> Vec<Case> {
    use uuid::Uuid;
    let uuid = Uuid::from_u128(0x1234_5678_9abc_def0_1234_5678_9abc_def0);
    cases! {
        Uuid: Uuid::nil(), uuid;
        uuid::NonNilUuid: uuid.try_into().unwrap();
        uuid::fmt::Hyphenated: uuid.into();
        uuid::fmt::Simple: uuid.into();
        uuid::fmt::Braced: uuid.into();
        uuid::fmt::Urn: uuid.into();
        url::Url: "https://ann@example.org:1/ä?b#c".parse().unwrap(), "data:,x".parse().unwrap();
        semver::Version: "1.2.3-rc.1+b.01".parse().unwrap(), semver::Version::new(0, 0, u64::MAX);
        semver::VersionReq: semver::VersionReq::STAR, ">=1, <2.0.0-0".parse().unwrap(),
            "1.*".parse().unwrap();
        semver::Comparator: "^1.2".parse().unwrap();
        rust_decimal::Decimal: rust_decimal::Decimal::MAX, rust_decimal::Decimal::MIN,
            rust_decimal::Decimal::new(10, 28), rust_decimal::Decimal::ZERO;
    }
}
