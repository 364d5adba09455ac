//! What do the rest of std's types look like, and traitwire's `Float`?

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, LinkedList};
use std::ffi::CString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::{
    NonZeroI8, NonZeroI64, NonZeroI128, NonZeroU8, NonZeroU32, NonZeroU64, NonZeroUsize,
    Saturating, Wrapping,
};
use std::ops::{Bound, Range, RangeFrom, RangeInclusive, RangeTo};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, SystemTime};

use traitwire::Float;

use super::prelude::*;

fn nonzero(number: u64) -> NonZeroU64 {
    NonZeroU64::new(number).expect("not 0")
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Times {
    pub timeout: Duration,
    pub retry: Option<Duration>,
    pub at: SystemTime,
    pub by_name: BTreeMap<String, Range<u64>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Addresses {
    pub listen: SocketAddr,
    pub allowed: Vec<IpAddr>,
    pub by_address: BTreeMap<Ipv4Addr, u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Floats {
    pub float: Float,
    pub option: Option<Float>,
    pub list: Vec<Float>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(tag = "type")]
pub enum TaggedStd {
    Wait { duration: Duration, result: Result<u64, String> },
    Float { float: Float },
    Range(Range<i64>),
}

/// Types that have no `==`.
#[derive(Debug, Default, Serialize, Deserialize, Wire)]
pub struct Shared {
    pub flag: AtomicBool,
    pub count: AtomicI64,
    pub locked: Mutex<u64>,
    pub lists: RwLock<Vec<u64>>,
    pub heap: BinaryHeap<u8>,
}

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        let json = serde_json::to_string(self);
        json.is_ok_and(|json| serde_json::to_string(other).is_ok_and(|other| other == json))
    }
}

fn shared() -> Shared {
    Shared {
        flag: AtomicBool::new(true),
        count: AtomicI64::new(i64::MIN),
        locked: Mutex::new(u64::MAX),
        lists: RwLock::new(vec![u64::MAX]),
        heap: BinaryHeap::from([1, 3, 2]),
    }
}

fn v6() -> Ipv6Addr {
    Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0xff00, 0x42, 0x8329)
}

fn at(seconds: u64, nanos: u32) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos)
}

cases! {
    NonZeroU8 => [NonZeroU8::MIN, NonZeroU8::MAX];
    NonZeroI8 => [NonZeroI8::MIN, NonZeroI8::MAX];
    NonZeroU32 => [NonZeroU32::MIN, NonZeroU32::MAX];
    NonZeroU64 => [NonZeroU64::MIN, NonZeroU64::MAX];
    NonZeroI64 => [NonZeroI64::MIN, NonZeroI64::MAX];
    NonZeroI128 => [NonZeroI128::MIN, NonZeroI128::MAX];
    NonZeroUsize => [NonZeroUsize::MIN];
    Option<NonZeroU64> => [None, Some(nonzero(1)), Some(NonZeroU64::MAX)];
    BTreeMap<NonZeroU8, bool> => [map([]), map([(NonZeroU8::MIN, true), (NonZeroU8::MAX, false)])];
    Wrapping<u64> => [Wrapping(0), Wrapping(u64::MAX)];
    Saturating<i64> => [Saturating(i64::MIN), Saturating(i64::MAX)];
    Reverse<u64> => [Reverse(0), Reverse(u64::MAX)];
    Float => [Float(0.0), Float(-0.0), Float(f64::NAN), Float(f64::INFINITY), Float(f64::NEG_INFINITY), Float(1e300)];
    Floats => [
        Floats { float: Float(f64::NAN), option: None, list: vec![] },
        Floats { float: Float(0.5), option: Some(Float(f64::NAN)), list: vec![Float(f64::INFINITY), Float(-1.0)] },
    ];
    Duration => [Duration::ZERO, Duration::MAX, Duration::new(1, 500)];
    SystemTime => [SystemTime::UNIX_EPOCH, at(1_700_000_000, 999_999_999)];
    Range<u64> => [0..u64::MAX, 5..5];
    RangeInclusive<i8> => [-128..=127, 0..=0];
    RangeFrom<u64> => [0.., u64::MAX..];
    RangeTo<char> => [..'a', ..'\u{1F980}'];
    Bound<u64> => [Bound::Unbounded, Bound::Included(0), Bound::Excluded(u64::MAX)];
    (Bound<i64>, Bound<i64>) => [(Bound::Unbounded, Bound::Included(i64::MIN))];
    Vec<Result<u64, String>> => [vec![], vec![Ok(u64::MAX), Err(odd())]];
    Option<Result<(), bool>> => [None, Some(Ok(())), Some(Err(true))];
    Ipv4Addr => [Ipv4Addr::UNSPECIFIED, Ipv4Addr::BROADCAST];
    Ipv6Addr => [Ipv6Addr::UNSPECIFIED, Ipv6Addr::LOCALHOST, v6(), Ipv4Addr::LOCALHOST.to_ipv6_mapped()];
    IpAddr => [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(v6())];
    SocketAddrV4 => [SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0), SocketAddrV4::new(Ipv4Addr::BROADCAST, 65535)];
    SocketAddrV6 => [SocketAddrV6::new(v6(), 80, 0, 0), SocketAddrV6::new(v6(), 65535, 0, 7)];
    SocketAddr => [SocketAddr::from((Ipv4Addr::LOCALHOST, 80)), SocketAddr::from((v6(), 443))];
    BTreeMap<IpAddr, u64> => [map([]), map([(IpAddr::V4(Ipv4Addr::LOCALHOST), u64::MAX), (IpAddr::V6(v6()), 0)])];
    PathBuf => [PathBuf::new(), PathBuf::from("/tmp/é"), PathBuf::from(ODD)];
    Box<str> => ["".into(), ODD.into()];
    Arc<str> => ["".into(), ODD.into()];
    Arc<[u64]> => [Arc::new([]), Arc::new([u64::MAX])];
    Box<[Option<u64>]> => [Box::new([]), Box::new([None, Some(u64::MAX)])];
    Arc<Vec<u64>> => [Arc::new(vec![]), Arc::new(vec![u64::MAX])];
    CString => [CString::default(), c"text".to_owned()];
    LinkedList<u64> => [LinkedList::new(), LinkedList::from([u64::MAX])];
    Cell<u64> => [Cell::new(0), Cell::new(u64::MAX)];
    RefCell<Option<u64>> => [RefCell::new(None), RefCell::new(Some(u64::MAX))];
    Shared => [Shared::default(), shared()];
    Times => [
        Times { timeout: Duration::MAX, retry: None, at: SystemTime::UNIX_EPOCH, by_name: map([]) },
        Times {
            timeout: Duration::ZERO,
            retry: Some(Duration::new(0, 999_999_999)),
            at: at(1, 1),
            by_name: map([(odd(), 0..u64::MAX)]),
        },
    ];
    Addresses => [
        Addresses {
            listen: SocketAddr::from((v6(), 443)),
            allowed: vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(v6())],
            by_address: map([(Ipv4Addr::LOCALHOST, u64::MAX)]),
        },
    ];
    TaggedStd => [
        TaggedStd::Wait { duration: Duration::MAX, result: Ok(u64::MAX) },
        TaggedStd::Wait { duration: Duration::ZERO, result: Err(odd()) },
        TaggedStd::Float { float: Float(f64::NAN) },
        TaggedStd::Range(i64::MIN..i64::MAX),
    ];
}
