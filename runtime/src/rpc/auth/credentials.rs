//! What does a request say about its caller?

use std::fmt;

/// What the head of a request says about its caller: `Authorization`, and any other header by its
/// name. Its debug form shows none of it.
#[derive(Clone, Copy, Default)]
pub struct Credentials<'a> {
    headers: Option<&'a dyn HeaderValues>,
}

/// The headers of one transport.
pub(crate) trait HeaderValues: Sync {
    /// The value of a header that is there once, and is text. Names are compared without their case.
    fn value(&self, name: &str) -> Option<&str>;

    /// That of `Authorization`, which nearly every call asks for.
    fn authorization(&self) -> Option<&str> {
        self.value("authorization")
    }
}

impl<'a> Credentials<'a> {
    pub(crate) fn new(headers: &'a dyn HeaderValues) -> Credentials<'a> {
        Credentials { headers: Some(headers) }
    }

    /// The whole `Authorization` of the request.
    pub fn authorization(&self) -> Option<&'a str> {
        self.headers?.authorization()
    }

    /// The token of `Authorization: Bearer ..`; the scheme's case does not matter (RFC 9110 §11.1).
    pub fn bearer(&self) -> Option<&'a str> {
        let (scheme, token) = self.authorization()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start_matches(' '))
    }

    /// The value of any header, such as an API key, or what a proxy in front found in a certificate.
    /// None if it is not there, is not visible ASCII, or is there more than once: nobody can tell
    /// then which one was added on the way.
    ///
    /// A header that a proxy sets proves something only if the proxy also takes it off requests that
    /// bring their own.
    pub fn header(&self, name: &str) -> Option<&'a str> {
        self.headers?.value(name)
    }
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.authorization().is_some() {
            "Credentials(..)"
        } else {
            "Credentials(no authorization)"
        })
    }
}

/// The headers of a transport that has no headers of its own, lowercase.
impl HeaderValues for Vec<(String, String)> {
    fn value(&self, name: &str) -> Option<&str> {
        let mut named = self.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let (_, value) = named.next()?;
        named.next().is_none().then_some(value)
    }
}

#[cfg(feature = "http-server")]
impl HeaderValues for http::HeaderMap {
    fn value(&self, name: &str) -> Option<&str> {
        only(self.get_all(name))
    }

    fn authorization(&self) -> Option<&str> {
        only(self.get_all(http::header::AUTHORIZATION))
    }
}

#[cfg(feature = "http-server")]
fn only(values: http::header::GetAll<'_, http::HeaderValue>) -> Option<&str> {
    let mut values = values.into_iter();
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    value.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_scheme_is_bearer_in_any_case() {
        for (header, token) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc", Some("abc")),
            ("Basic abc", None),
            ("Bearerabc", None),
            ("", None),
        ] {
            let headers = headers(&[("authorization", header)]);
            let credentials = Credentials::new(&headers);
            assert_eq!(credentials.bearer(), token, "{header:?}");
            assert_eq!(format!("{credentials:?}"), "Credentials(..)");
        }
        let none = headers(&[]);
        let none = Credentials::new(&none);
        assert_eq!(none.bearer(), None);
        assert_eq!(format!("{none:?}"), "Credentials(no authorization)");
    }

    #[test]
    fn a_header_that_is_there_twice_says_nothing() {
        let headers = headers(&[("X-Cert", "ann"), ("x-cert", "eve"), ("x-api-key", "k3y")]);
        let credentials = Credentials::new(&headers);
        assert_eq!(credentials.header("x-cert"), None);
        assert_eq!(credentials.header("X-API-Key"), Some("k3y"));
        assert_eq!(credentials.header("x-other"), None);
    }

    #[cfg(feature = "http-server")]
    #[test]
    fn http_headers_are_read_in_the_same_way() {
        let mut map = http::HeaderMap::new();
        for (name, value) in [("x-cert", "ann"), ("x-cert", "eve"), ("x-api-key", "k3y")] {
            map.append(name, http::HeaderValue::from_static(value));
        }
        map.append("x-odd", http::HeaderValue::from_bytes(&[0xff]).unwrap());
        let credentials = Credentials::new(&map);
        assert_eq!(credentials.header("x-cert"), None);
        assert_eq!(credentials.header("X-API-Key"), Some("k3y"));
        assert_eq!(credentials.header("x-odd"), None);
        assert_eq!(credentials.header("no such name\n"), None);
    }
}
