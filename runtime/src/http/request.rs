//! What does an HTTP request say of its call?

use std::sync::Arc;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::response::Refusal;
use super::{header, media, query, timeout};
use crate::labels::{self, Labels};
use crate::rpc::Payload;
use crate::rpc::admission::{Head, Target};
use crate::rpc::admitted::Admitted;
use crate::rpc::auth::Credentials;
use crate::{Fault, FaultKind, Trace};

/// What the head of a request says of its call, each header looked at once.
#[derive(Debug, Default)]
pub(super) struct Said<'a> {
    pub(super) need: Option<&'a str>,
    timeout: Option<&'a str>,
    session: Option<&'a str>,
    application: Option<&'a str>,
    route: Option<&'a str>,
    trace: Option<&'a str>,
    idempotency_key: Option<&'a str>,
    last_event_id: Option<&'a str>,
    content_type: Option<&'a str>,
    content_encoding: Option<&'a str>,
    pub(super) authorization: Option<&'a str>,
}

impl<'a> Said<'a> {
    /// Reads the headers. None of ours may stand there twice, and all are visible ASCII; so is
    /// `Authorization`, or who calls would be taken for one who says nothing.
    pub(super) fn by(headers: &'a HeaderMap) -> Result<Said<'a>, Refusal> {
        let mut said = Said::default();
        for (name, value) in headers {
            let place = match name.as_str() {
                header::NEED_TEXT => &mut said.need,
                header::TIMEOUT_TEXT => &mut said.timeout,
                labels::SESSION => &mut said.session,
                labels::APPLICATION => &mut said.application,
                labels::ROUTE => &mut said.route,
                labels::TRACE => &mut said.trace,
                labels::IDEMPOTENCY_KEY => &mut said.idempotency_key,
                labels::LAST_EVENT_ID => &mut said.last_event_id,
                "content-type" => &mut said.content_type,
                "content-encoding" => &mut said.content_encoding,
                "authorization" => &mut said.authorization,
                _ => continue,
            };
            let wrong = |what| {
                let message = format!("the header `{name}` {what}");
                Refusal::from(Fault::before(FaultKind::InvalidArgument, message))
            };
            let text = value.to_str().map_err(|_| wrong("must be visible ASCII"))?;
            if place.replace(text).is_some() {
                return Err(wrong("is there twice"));
            }
        }
        Ok(said)
    }

    /// Has the backend judge the head.
    pub(super) async fn admit(
        &self,
        target: Target<'_>,
        headers: &HeaderMap,
        request_id: &HeaderValue,
    ) -> Result<Admitted, Refusal> {
        let timeout = self.timeout.map(timeout::parse).transpose();
        let head = Head {
            need: self.need,
            credentials: Credentials::new(headers),
            labels: self.labels(headers, request_id),
            timeout: timeout
                .map_err(|message| Fault::before(FaultKind::InvalidArgument, message))?,
        };
        Ok(target.admit(head).await?)
    }

    fn labels(&self, headers: &HeaderMap, request_id: &HeaderValue) -> Labels {
        let trace = self.trace.and_then(|trace| trace.parse::<Trace>().ok()).map(|trace| {
            // Systems on the way may each have added a line.
            let states = headers.get_all(header::TRACE_STATE).iter();
            let states: Vec<&str> = states.filter_map(|state| state.to_str().ok()).collect();
            if states.is_empty() { trace } else { trace.with_state(&states.join(",")) }
        });
        Labels {
            // What is not visible ASCII is refused with the reason, as any other bad id is.
            request_id: request_id.to_str().unwrap_or("\n").into(),
            session: self.session.map(Arc::from),
            application: self.application.map(Arc::from),
            route: self.route.map(Arc::from),
            trace,
            idempotency_key: self.idempotency_key.map(Arc::from),
            last_event_id: self.last_event_id.map(Arc::from),
        }
    }

    /// Whether a body is bytes; otherwise it is JSON. Anything else is refused: what a browser sends to
    /// other origins without asking them first must never run a handler.
    fn is_octets(&self) -> Result<bool, Refusal> {
        let refused = |message: String| {
            let fault = Fault::before(FaultKind::InvalidArgument, message);
            Err(Refusal::with_status(fault, StatusCode::UNSUPPORTED_MEDIA_TYPE))
        };
        if self.content_encoding.is_some() {
            return refused("the body must not be compressed".to_owned());
        }
        let content_type = self.content_type.unwrap_or_default();
        let (essence, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
        let (essence, parameters) = (essence.trim(), parameters.trim());
        let plain = parameters.is_empty();
        if essence.eq_ignore_ascii_case(media::JSON)
            && (plain || parameters.eq_ignore_ascii_case("charset=utf-8"))
        {
            return Ok(false);
        }
        if essence.eq_ignore_ascii_case(media::OCTETS) && plain {
            return Ok(true);
        }
        refused(format!(
            "the content type must be `{}`, or `{}` for a lone argument of bytes, not `{}`",
            media::JSON,
            media::OCTETS,
            content_type.escape_debug()
        ))
    }
}

pub(super) fn arguments_of_query(target: Target<'_>, head: &Parts) -> Result<Payload, Refusal> {
    let query = head.uri.query().unwrap_or_default();
    let json = query::arguments(query, target.method(), target.text_args())?;
    Ok(Payload::Json(json.into()))
}

/// Reads the arguments from a body, in the time and up to the size that the call has.
pub(super) async fn arguments_of_body<B>(
    target: Target<'_>,
    head: &Parts,
    said: &Said<'_>,
    body: B,
    admitted: &Admitted,
) -> Result<Payload, Refusal>
where
    B: http_body::Body + Send,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if head.uri.query().is_some_and(|query| !query.is_empty()) {
        let message = "the arguments of a POST stand in its body, not in the URL";
        return Err(Fault::before(FaultKind::InvalidArgument, message).into());
    }
    let octets = said.is_octets()?;
    let collected = collect(body, target.max_body());
    let bytes = match admitted.opens_by() {
        None => collected.await?,
        Some(by) => tokio::time::timeout_at(by.into(), collected).await.map_err(|_| {
            let message = "the body did not arrive before the deadline";
            Fault::before(FaultKind::DeadlineExceeded, message)
        })??,
    };
    Ok(match (octets, bytes.is_empty()) {
        (true, _) => Payload::Octets(bytes),
        // A method without arguments needs no body.
        (false, true) => Payload::Json(Bytes::from_static(b"{}")),
        (false, false) => Payload::Json(bytes),
    })
}

/// The whole of a body.
async fn collect<B>(body: B, max_body: usize) -> Result<Bytes, Fault>
where
    B: http_body::Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let too_large = || {
        let message = format!("the body is larger than {max_body} bytes");
        Fault::before(FaultKind::TooLarge, message)
    };
    if body.size_hint().lower() > max_body as u64 {
        return Err(too_large());
    }
    let mut body = std::pin::pin!(body);
    let mut whole = Bytes::new();
    let mut pieces = BytesMut::new();
    while let Some(frame) = std::future::poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        let frame = frame.map_err(|error| {
            let message = format!("the body was cut: {}", error.into());
            Fault::before(FaultKind::InvalidArgument, message)
        })?;
        // What is no data is a trailer, which says nothing of ours.
        let Ok(mut data) = frame.into_data() else { continue };
        if data.remaining() > max_body - whole.len() - pieces.len() {
            return Err(too_large());
        }
        // Most bodies come in one piece, which needs no copy.
        if whole.is_empty() && pieces.is_empty() {
            whole = data.copy_to_bytes(data.remaining());
        } else {
            pieces.extend_from_slice(&std::mem::take(&mut whole));
            pieces.put(data);
        }
    }
    Ok(if pieces.is_empty() { whole } else { pieces.freeze() })
}
