//! Which texts do two readers take for theirs?
//!
//! A form says what its writer writes; some readers take more. What stands here was found by giving the
//! texts of each type to the readers of all others.

use super::forms::Words;
use crate::model::Format;

/// Forms of which either reader takes a text that the other writes.
const EITHER: &[(&str, &str, &str)] = &[
    ("ip", "ipv4", "127.0.0.1"),
    ("ip", "ipv6", "::1"),
    ("socket", "socket-v4", "127.0.0.1:80"),
    ("socket", "socket-v6", "[::1]:80"),
    ("semver-range", "semver-comparator", "^1.2.3"),
    ("seconds", "decimal", "1.500000000"),
    ("bytes", "decimal", "1234"),
    ("bytes", "duration", "PT1S"),
    ("bytes", "uuid-simple", "00000000000000000000000000000000"),
    ("bytes", "float", "Infinity"),
    ("char", "decimal", "1"),
];

/// The first takes a text that the second writes.
const FIRST: &[(&str, &str, &str)] = &[
    ("uuid", "uuid-simple", "00000000000000000000000000000000"),
    ("uuid", "uuid-braced", "{00000000-0000-0000-0000-000000000000}"),
    ("uuid", "uuid-urn", "urn:uuid:00000000-0000-0000-0000-000000000000"),
    ("uri", "uuid-urn", "urn:uuid:00000000-0000-0000-0000-000000000000"),
    ("semver-range", "semver", "1.2.3"),
    ("semver-comparator", "semver", "1.2.3"),
    ("semver-range", "decimal", "1"),
    ("semver-comparator", "decimal", "1"),
    ("semver-range", "char", "1"),
    ("semver-comparator", "char", "1"),
    ("char", "semver-range", "*"),
    ("duration", "time-local", "01:02:03"),
];

/// The same, where jiff reads.
const JIFF: &[(&str, &str, &str)] = &[
    ("date", "date-time-local", "2000-01-01T00:00:00"),
    ("date", "plain-date-time", "2000-01-01 00:00:00.0"),
    ("date", "decimal", "20000101"),
    ("date-time-local", "date", "2000-01-01"),
    ("date-time-local", "plain-date-time", "2000-01-01 00:00:00.0"),
    ("date-time-local", "decimal", "20000101"),
];

/// A text that one reads and the other writes.
pub(super) fn shared(read: &Words, write: &Words) -> Option<String> {
    let text = match (read, write) {
        (Words::Any, Words::Any) => return Some("any text".to_owned()),
        (Words::Any, Words::Form(form)) | (Words::Form(form), Words::Any) => {
            return Some(format!("a text of the form {}", form.name));
        }
        (Words::Form(one), Words::Form(other)) if one.name == other.name => {
            return Some(format!("a text of {}", one.name));
        }
        (Words::These(text), words) | (words, Words::These(text)) => {
            return takes(words, text).then(|| format!("{text:?}"));
        }
        (Words::Any | Words::Char, Words::Char) | (Words::Char, Words::Any) => "a",
        (Words::Any | Words::Bytes, Words::Bytes) | (Words::Bytes, Words::Any) => "",
        (Words::Any | Words::Float, Words::Float) | (Words::Float, Words::Any) => "NaN",
        _ => {
            let (one, other) = (name(read)?, name(write)?);
            let first = |&&(a, b, _): &&(&str, &str, _)| a == one && b == other;
            let either =
                |pair: &&(&str, &str, _)| first(pair) || (pair.0 == other && pair.1 == one);
            let jiff = matches!(read, Words::Form(form) if is_jiff(form));
            let found = EITHER.iter().find(either).or_else(|| FIRST.iter().find(first));
            found.or_else(|| JIFF.iter().filter(|_| jiff).find(first))?.2
        }
    };
    Some(format!("{text:?}"))
}

/// Whether this text is one of these words.
fn takes(words: &Words, text: &str) -> bool {
    match words {
        Words::Any => true,
        Words::These(other) => other == text,
        Words::Char => text.chars().count() == 1,
        Words::Float => matches!(text, "NaN" | "Infinity" | "-Infinity"),
        Words::Bytes => {
            let digit = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/');
            text.len().is_multiple_of(4) && text.bytes().all(digit)
        }
        Words::Form(form) => form.name == "decimal" && text.parse::<u64>().is_ok(),
    }
}

fn name(words: &Words) -> Option<&str> {
    match words {
        Words::Form(form) => Some(&form.name),
        Words::Bytes => Some("bytes"),
        Words::Char => Some("char"),
        Words::Float => Some("float"),
        Words::Any | Words::These(_) => None,
    }
}

/// Years before 0 are what tells its dates from those of other crates.
fn is_jiff(form: &Format) -> bool {
    form.pattern.starts_with("^(?:[0-9]{4}|-00")
}
