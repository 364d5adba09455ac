//! How does what became of a call look as a response?

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, ALLOW, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};

use super::body::{Body, First};
use super::cache::{self, Freshness};
use super::{header, media, problem};
use crate::rpc::channel::ReplyItems;
use crate::rpc::{Failure, Payload, codec};
use crate::{Fault, FaultKind};

/// How long a stream is watched for its first item before the head of the response goes out. What
/// fails by then has the status of its failure, as any call has; later it is the last event.
const OPENING: Duration = Duration::from_millis(250);

/// The response of a call that has one reply; with `freshness`, of one that may be kept.
pub(super) fn reply_of(
    payload: Payload,
    freshness: Option<Freshness>,
    headers: &HeaderMap,
) -> Response<Body> {
    let (content_type, content) = match payload {
        Payload::Octets(octets) if accepts_octets(headers) => (media::OCTETS, octets),
        payload => (media::JSON, json(payload)),
    };
    let mut response = ok(content_type, content.clone());
    match freshness {
        Some(freshness) => cache::allow(response, &content, freshness, headers),
        None => {
            cache::forbid(response.headers_mut());
            response
        }
    }
}

/// The head of a response alone, as it would be with its body.
pub(super) fn without_body(response: &mut Response<Body>) {
    if let Some(length) = response.body().length()
        && response.status() != StatusCode::NOT_MODIFIED
    {
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
    *response.body_mut() = Body::empty();
}

fn accepts_octets(headers: &HeaderMap) -> bool {
    let ranges = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    ranges.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts.next().is_some_and(|range| range.eq_ignore_ascii_case(media::OCTETS));
        // A weight of zero means: anything but this.
        named
            && !parts.any(|weight| {
                let weight = weight.strip_prefix("q=").or(weight.strip_prefix("Q="));
                weight.is_some_and(|weight| weight.parse() == Ok(0.0_f32))
            })
    })
}

/// A reply or item as JSON; bytes become the string that they are there.
pub(super) fn json(payload: Payload) -> Bytes {
    match payload {
        Payload::Json(json) => json,
        // A string can always be encoded.
        Payload::Octets(octets) => {
            codec::encode(&crate::Bytes::from(octets)).unwrap_or_default().into()
        }
    }
}

/// The response of a call that has a stream of items.
pub(super) async fn stream_of(
    mut items: ReplyItems,
    id: u64,
    heartbeat: Option<Duration>,
) -> Result<Response<Body>, Refusal> {
    let first = std::future::poll_fn(|cx| items.as_mut().poll_next(cx));
    let first = match tokio::time::timeout(OPENING, first).await {
        Ok(Some(Err(failure))) => return Err(failure.into()),
        Ok(Some(Ok(item))) => First::Item(item),
        Ok(None) => First::End,
        Err(_) => First::Unknown,
    };
    let mut response = Response::new(Body::items(first, items, id, heartbeat));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media::EVENTS));
    if let Some(every) = heartbeat {
        // Rounded up, so that nobody waits for less than is promised.
        let millis = every.as_nanos().div_ceil(1_000_000).try_into().unwrap_or(u64::MAX);
        headers.insert(header::HEARTBEAT, millis.into());
    }
    cache::forbid(headers);
    // nginx would hold items back until its buffer is full.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

pub(super) fn ok(content_type: &'static str, content: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::whole(content));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Why a request brought no reply.
pub(super) struct Refusal {
    pub(super) failure: Failure,
    /// In place of the usual one of the fault's kind.
    status: Option<StatusCode>,
    pub(super) allow: Option<&'static str>,
}

impl Refusal {
    pub(super) fn with_status(fault: Fault, status: StatusCode) -> Refusal {
        Refusal { failure: Failure::Fault(fault), status: Some(status), allow: None }
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let status = self.status.unwrap_or_else(|| status_of(&self.failure));
        let mut response = ok(media::PROBLEM, problem_of(&self.failure, status).into());
        *response.status_mut() = status;
        cache::forbid(response.headers_mut());
        if let Some(allow) = self.allow {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
        }
        if let Failure::Fault(fault) = &self.failure
            && let Some(wait) = fault.retry_after()
        {
            // Whole seconds are all that it can say (RFC 9110 §10.2.3).
            let seconds = wait.as_millis().div_ceil(1000);
            response.headers_mut().insert(RETRY_AFTER, visible(&seconds.to_string()));
        }
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

/// The refusal of a path that answers other methods of HTTP.
pub(super) fn method_not_allowed(allow: &'static str) -> Refusal {
    let message = format!("this path answers {allow}");
    let fault = Fault::before(FaultKind::Unimplemented, message);
    Refusal { allow: Some(allow), ..Refusal::with_status(fault, StatusCode::METHOD_NOT_ALLOWED) }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Refusal { failure, status: None, allow: None }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Failure::Fault(fault).into()
    }
}

/// The usual status of a failure.
pub(super) fn status_of(failure: &Failure) -> StatusCode {
    let status = match failure {
        Failure::Declared { status, .. } => *status,
        Failure::Fault(fault) => fault.kind().status(),
    };
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

pub(super) fn problem_of(failure: &Failure, status: StatusCode) -> Vec<u8> {
    match failure {
        Failure::Declared { json, .. } => problem::of_declared(json, status.as_u16()),
        Failure::Fault(fault) => problem::of_fault(fault, status.as_u16()),
    }
}
/// A header value of text that is known to be visible ASCII.
pub(super) fn visible(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}
