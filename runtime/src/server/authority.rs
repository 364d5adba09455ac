//! Which host and port are meant?

use std::net::{Ipv4Addr, Ipv6Addr};

/// A host and a port, in the one form in which they can be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Authority {
    /// In lower case; an IPv6 address in its brackets.
    pub(super) host: String,
    pub(super) port: Option<u16>,
}

impl Authority {
    /// Reads `host` or `host:port`; none if it is anything else, such as with a user before it.
    pub(super) fn parse(text: &str) -> Option<Authority> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (address, port) = rest.split_once(']')?;
                (format!("[{}]", address.parse::<Ipv6Addr>().ok()?), port)
            }
            None => {
                let end = text.find(':').unwrap_or(text.len());
                (name(&text[..end])?, &text[end..])
            }
        };
        let port = match port.strip_prefix(':') {
            None if port.is_empty() => None,
            None => return None,
            Some(digits) => Some(number(digits)?),
        };
        Some(Authority { host, port })
    }

    /// Whether this is how it is spelled by whoever does as all do.
    pub(super) fn is_spelled(&self, text: &[u8]) -> bool {
        let Some(port) = text.strip_prefix(self.host.as_bytes()) else { return false };
        match self.port {
            None => port.is_empty(),
            Some(own) => {
                let digits = port.strip_prefix(b":").and_then(|digits| str::from_utf8(digits).ok());
                digits.and_then(number) == Some(own)
            }
        }
    }

    /// Whether the two are one place, for a scheme whose usual port is among these.
    pub(super) fn is(&self, other: &Authority, usual: &[u16]) -> bool {
        let port = |authority: &Authority| authority.port.filter(|port| !usual.contains(port));
        self.host == other.host && port(self) == port(other)
    }
}

/// A name as DNS has it or an IPv4 address, in lower case. A name of another script stands in a header
/// as `xn--…`; a dot at the end makes another name, as for browsers.
fn name(text: &str) -> Option<String> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let sound = !text.is_empty() && text.len() <= 253 && text.bytes().all(known);
    if !sound || text.starts_with('.') || text.contains("..") {
        return None;
    }
    // `127.1`, `0x7f.0.0.1` and the like mean an address to some and a name to others.
    let last = text.trim_end_matches('.').rsplit('.').next()?;
    let numeric = last.bytes().all(|byte| byte.is_ascii_digit())
        || last.starts_with("0x")
        || last.starts_with("0X");
    if numeric && text.parse::<Ipv4Addr>().is_err() {
        return None;
    }
    Some(text.to_ascii_lowercase())
}

/// A port. `parse` alone would take `+80`.
fn number(digits: &str) -> Option<u16> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_host_and_port_is_none() {
        for text in [
            "",
            ":",
            ":80",
            "a:",
            "a:b",
            "a:+80",
            "a:65536",
            "a:80:80",
            "ann@a",
            "a/b",
            "a b",
            "a..b",
            ".a",
            "[::1",
            "[::1]80",
            "[a]",
            "::1",
            "127.1",
            "1.2.3",
            "0x7f.0.0.0x1",
            "0X7F000001",
            "256.1.1.1",
            "bücher.de",
            "a,b",
            "a?b",
            "a#b",
            "a\\b",
            "a%2eb",
        ] {
            assert_eq!(Authority::parse(text), None, "{text}");
        }
    }

    #[test]
    fn one_place_has_one_form() {
        let form = |text| Authority::parse(text).map(|a| (a.host, a.port));
        assert_eq!(form("LocalHost:7300"), Some(("localhost".to_owned(), Some(7300))));
        assert_eq!(form("[0:0::1]:1"), Some(("[::1]".to_owned(), Some(1))));
        assert_eq!(form("127.0.0.1"), Some(("127.0.0.1".to_owned(), None)));
    }
}
