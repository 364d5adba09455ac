//! What do the types of other crates look like?

use std::str::FromStr;

use indexmap::{IndexMap, IndexSet};
use rust_decimal::Decimal;
use semver::{Version, VersionReq};
use url::Url;
use uuid::Uuid;

use super::prelude::*;

/// From text, as these types are written in documents.
fn of<T: FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text} is none"))
}

type Chrono = chrono::DateTime<chrono::Utc>;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct All {
    pub id: Uuid,
    pub at: Chrono,
    pub link: Option<Url>,
    pub price: Decimal,
    pub version: Version,
    pub by_id: BTreeMap<Uuid, u64>,
    pub by_name: IndexMap<String, jiff::Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(tag = "type")]
pub enum Tagged {
    Made { at: Chrono, id: Uuid },
    Paid { amount: Decimal, link: Url },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(untagged)]
pub enum NumberOrUuid {
    Number(u64),
    Uuid(Uuid),
}

cases! {
    Uuid => [Uuid::nil(), Uuid::max(), of("67e55044-10b1-426f-9247-bb680e5fe0c8")];
    Url => [of("https://example.org/"), of("mailto:a@example.org"), of("https://ex\u{e4}mple.org/\u{e9}?q=%20#f")];
    Decimal => [Decimal::ZERO, Decimal::MAX, Decimal::MIN, of("-0.0000000000000000000000000001"), of("1.50")];
    Version => [of("0.0.0"), of("1.2.3-rc.1+build.5")];
    VersionReq => [VersionReq::STAR, of(">=1.2.3, <1.8.0"), of("^1")];
    IndexMap<String, u64> => [map([]), map([("b".to_owned(), u64::MAX), ("a".to_owned(), 0)])];
    IndexSet<u64> => [IndexSet::new(), IndexSet::from([u64::MAX, 0])];
    bytes::Bytes => [bytes::Bytes::new(), bytes::Bytes::from_static(&[0, 255])];
    serde_json::Map<String, serde_json::Value> => [
        serde_json::Map::new(),
        map([(odd(), serde_json::json!({ "deep": [u64::MAX, null] }))]),
    ];
    chrono::NaiveDate => [chrono::NaiveDate::MIN, chrono::NaiveDate::MAX, of("2024-02-29")];
    chrono::NaiveTime => [chrono::NaiveTime::MIN, of("23:59:59.999999999")];
    chrono::NaiveDateTime => [of("2024-02-29T00:00:00"), of("0000-01-01T12:30:15.5")];
    Chrono => [Chrono::UNIX_EPOCH, of("2024-02-29T23:59:59.123456789Z")];
    chrono::DateTime<chrono::FixedOffset> => [of("2024-02-29T23:59:59+05:30"), of("1970-01-01T00:00:00-23:59")];
    chrono::TimeDelta => [chrono::TimeDelta::zero(), chrono::TimeDelta::MAX, chrono::TimeDelta::MIN];
    chrono::Weekday => [chrono::Weekday::Mon, chrono::Weekday::Sun];
    chrono::Month => [chrono::Month::January, chrono::Month::May];
    BTreeMap<chrono::NaiveDate, u64> => [map([]), map([(of("2024-02-29"), u64::MAX)])];
    time::Date => [time::Date::MIN, time::Date::MAX];
    time::Time => [time::Time::MIDNIGHT, time::Time::MAX];
    time::OffsetDateTime => [time::OffsetDateTime::UNIX_EPOCH];
    time::UtcOffset => [time::UtcOffset::UTC, time::UtcOffset::from_hms(-23, -59, -59).expect("an offset")];
    time::Weekday => [time::Weekday::Monday, time::Weekday::Sunday];
    time::Month => [time::Month::January, time::Month::December];
    jiff::civil::Date => [jiff::civil::Date::MIN, jiff::civil::Date::MAX, of("2024-02-29")];
    jiff::civil::Time => [jiff::civil::Time::MIN, jiff::civil::Time::MAX];
    jiff::civil::DateTime => [of("2024-02-29T12:00:00"), jiff::civil::DateTime::MIN];
    jiff::Timestamp => [jiff::Timestamp::UNIX_EPOCH, jiff::Timestamp::MIN, jiff::Timestamp::MAX];
    jiff::SignedDuration => [jiff::SignedDuration::ZERO, jiff::SignedDuration::MIN, jiff::SignedDuration::MAX];
    All => [
        All {
            id: Uuid::max(),
            at: Chrono::UNIX_EPOCH,
            link: None,
            price: of("19.99"),
            version: of("1.0.0"),
            by_id: map([]),
            by_name: map([]),
        },
        All {
            id: Uuid::nil(),
            at: of("2024-02-29T23:59:59.5Z"),
            link: Some(of("https://example.org/a?b=c")),
            price: Decimal::MIN,
            version: of("1.0.0-alpha"),
            by_id: map([(Uuid::max(), u64::MAX)]),
            by_name: map([(odd(), jiff::Timestamp::UNIX_EPOCH)]),
        },
    ];
    Tagged => [
        Tagged::Made { at: Chrono::UNIX_EPOCH, id: Uuid::nil() },
        Tagged::Paid { amount: of("1.50"), link: of("https://example.org/") },
    ];
    NumberOrUuid => [NumberOrUuid::Number(u64::MAX), NumberOrUuid::Uuid(Uuid::max())];
}
