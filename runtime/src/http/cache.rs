//! What may be kept of a reply, by whom, and how long?
//!
//! Only a reply to `GET` is kept by anybody. With `cache = ".."` on its method it is fresh for that
//! time, for everybody where the method is `public` and the request had no credentials. Without, it
//! may be kept but not used unasked (`no-cache`): the handler runs each time, and a reply that is still
//! the same is not sent again. Whatever else is answered is `no-store`, for a failure is not to outlive
//! its reason.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use sha2::{Digest, Sha256};

use super::body::Body;

/// What else of a request decides on its reply; the URL has the rest, the series among it. (What CORS
/// needs is up to whoever allows it.)
const VARIES: &str = "authorization, accept, traitwire-need, traitwire-route";

/// Bytes of a hash in an entity tag: enough that two replies never share one.
const TAG: usize = 16;

/// For how long and for whom a reply is fresh.
#[derive(Debug, Clone, Copy)]
pub(super) struct Freshness {
    /// In seconds; `None` where the method says nothing.
    pub(super) max_age: Option<u64>,
    /// Whether everybody gets the same.
    pub(super) shared: bool,
}

/// Forbids to keep a response.
pub(super) fn forbid(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// Lets a reply to `GET` be kept, and leaves it out where the caller still has it.
pub(super) fn allow(
    mut response: Response<Body>,
    content: &Bytes,
    freshness: Freshness,
    request: &HeaderMap,
) -> Response<Body> {
    let tag = tag(content, &response);
    let current = request.get_all(IF_NONE_MATCH).iter().any(|tags| names(tags, &tag));
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, control(freshness));
    headers.insert(VARY, HeaderValue::from_static(VARIES));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    if current {
        headers.remove(http::header::CONTENT_TYPE);
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
    }
    response
}

fn control(Freshness { max_age, shared }: Freshness) -> HeaderValue {
    let whose = if shared { "public" } else { "private" };
    let text = match max_age {
        Some(seconds) => format!("{whose}, max-age={seconds}"),
        None if shared => "no-cache".to_owned(),
        None => "private, no-cache".to_owned(),
    };
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("no-store"))
}

/// A strong tag: equal only where every byte is. One value has two forms, bytes and JSON.
fn tag(content: &Bytes, response: &Response<Body>) -> String {
    let form = response.headers().get(http::header::CONTENT_TYPE);
    let form = form.map_or(&b""[..], HeaderValue::as_bytes);
    let hash = Sha256::new().chain_update(form).chain_update([0]).chain_update(content).finalize();
    let digits = hash.iter().take(TAG).map(|byte| format!("{byte:02x}"));
    format!("\"{}\"", digits.collect::<String>())
}

/// Whether a list of tags has this one. The comparison is the weak one (RFC 9110 §13.1.2); our tags
/// have no commas.
fn names(tags: &HeaderValue, tag: &str) -> bool {
    let tags = tags.to_str().unwrap_or_default().split(',').map(str::trim);
    tags.map(|given| given.strip_prefix("W/").unwrap_or(given))
        .any(|given| given == tag || given == "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_in_a_list() {
        let found = |tags: &str| names(&HeaderValue::from_str(tags).unwrap(), "\"ab\"");
        assert!(["\"ab\"", "W/\"ab\"", "\"x\", \"ab\"", "*", " \"ab\" "].into_iter().all(found));
        assert!(!["", "ab", "\"a\"", "\"abc\"", "W/ab"].into_iter().any(found));
    }
}
