//! How does a call become an HTTP request, and the response its reply?

use std::future::{self, Future};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use futures_util::future::Either;
use futures_util::{FutureExt as _, stream};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use traitwire_schema::{Reply as ReplyKind, Type};

use super::carrier::{Carrier, Incoming, Outgoing};
use super::events::{BadEvents, Event, Parser};
use super::{header, media, problem, timeout};
use crate::labels::Labels;
use crate::rpc::channel::{Opening, Reply, ReplyItems, Request, Transport};
use crate::rpc::limits::MAX_REPLY;
use crate::rpc::token::Token;
use crate::rpc::{Failure, Payload, Versions, codec};
use crate::{Executed, Fault, FaultKind};

/// Calls over HTTP, whatever carries the requests.
pub(super) struct Http<C> {
    pub(super) carrier: C,
    pub(super) backend: Place,
}

/// Where a backend is, and how much is taken from it.
#[derive(Debug)]
pub(super) struct Place {
    /// Without a slash at its end.
    pub(super) base: String,
    pub(super) max_reply: usize,
}

impl<C: Carrier> Transport for Http<C> {
    fn call(&self, request: Request) -> Reply {
        let (deadline, max_reply) = (request.deadline, self.backend.max_reply);
        match self.request(request) {
            Err(fault) => Box::pin(future::ready(Err(fault.into()))),
            Ok(request) => {
                let response = self.carrier.send(request);
                Box::pin(until(deadline, async move { reply(response.await?, max_reply).await }))
            }
        }
    }

    fn open(&self, request: Request) -> Opening {
        let (deadline, max_reply) = (request.deadline, self.backend.max_reply);
        match self.request(request) {
            Err(fault) => Box::pin(future::ready(Err(fault.into()))),
            Ok(request) => {
                let response = self.carrier.send(request);
                let opened = async move { items(response.await?, max_reply, deadline).await };
                Box::pin(until(deadline, opened))
            }
        }
    }
}

impl<C: Carrier> Http<C> {
    /// What the backend serves.
    pub(super) async fn versions(
        &self,
        labels: &Labels,
        token: Option<Token>,
        deadline: Instant,
    ) -> Result<Versions, Failure> {
        let response = self.carrier.send(self.question(labels, token.as_ref())?);
        // The list of versions is no reply of a method's: its size says nothing of theirs.
        let asked = until(Some(deadline), async { reply(response.await?, MAX_REPLY).await });
        let no_list = |why: &str| Fault::before(FaultKind::BadReply, why).into();
        match asked.await {
            Ok(Payload::Json(json)) => codec::decode(&json).map_err(|error| {
                no_list(&format!("the list of versions was not understood: {error}"))
            }),
            Ok(Payload::Octets(_)) | Err(Failure::Declared { .. }) => {
                Err(no_list("this is not the list of a backend's versions"))
            }
            Err(failure) => Err(failure),
        }
    }

    /// The HTTP request of a call.
    fn request(&self, request: Request) -> Result<Outgoing<C::Url>, Fault> {
        let Template { url, need } = self.template(&request)?;
        let (url, need) = (url.clone(), need.clone());
        let mut headers = HeaderMap::with_capacity(HEADERS);
        if let Some(accept) = accept(&request.method().reply) {
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
        }
        headers.insert(header::NEED, need);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(&request.payload)));
        label(&mut headers, &request.labels)?;
        if let Some(timeout) = request.timeout() {
            headers.insert(header::TIMEOUT, timeout::write(timeout));
        }
        authorize(&mut headers, request.token.as_ref())?;
        let (Payload::Json(body) | Payload::Octets(body)) = request.payload;
        Ok(Outgoing { method: Method::POST, url, headers, body })
    }

    /// What the requests of all calls of a method have in common.
    fn template<'a>(&self, request: &'a Request) -> Result<&'a Template<C::Url>, Fault> {
        let made = request.prepared();
        if let Some(template) = made.get().and_then(|made| made.downcast_ref()) {
            return Ok(template);
        }
        let path = [&request.interface().name, request.series(), &request.method().name].join("/");
        let url = self.carrier.url(&format!("{}/{path}", self.backend.base))?;
        let need = header_value(&header::NEED, request.need())?;
        let template = Template { url, need };
        let made = made.get_or_init(|| Box::new(template));
        made.downcast_ref().ok_or_else(|| {
            Fault::before(FaultKind::Internal, "a connection has two carriers of its requests")
        })
    }

    /// The HTTP request for what the backend serves.
    fn question(&self, labels: &Labels, token: Option<&Token>) -> Result<Outgoing<C::Url>, Fault> {
        let url = self.carrier.url(&format!("{}/_versions", self.backend.base))?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(media::JSON));
        label(&mut headers, labels)?;
        authorize(&mut headers, token)?;
        Ok(Outgoing { method: Method::GET, url, headers, body: Bytes::new() })
    }
}

/// Where the calls of a method go, and what they say that is always the same.
struct Template<U> {
    url: U,
    need: HeaderValue,
}

/// Headers of most requests, with those that their carrier adds.
const HEADERS: usize = 12;

/// Waits no longer than the deadline, if there is one.
fn until<T>(
    deadline: Option<Instant>,
    work: impl Future<Output = Result<T, Failure>>,
) -> impl Future<Output = Result<T, Failure>> {
    // Not `async`, for that would keep `work` twice.
    match deadline {
        None => Either::Left(work),
        Some(deadline) => Either::Right(
            tokio::time::timeout_at(deadline.into(), work)
                .map(|ended| ended.unwrap_or_else(|_| Err(late().into()))),
        ),
    }
}

fn late() -> Fault {
    let message = "no reply came before the deadline";
    Fault::new(FaultKind::DeadlineExceeded, Executed::Maybe, message)
}

fn label(headers: &mut HeaderMap, labels: &Labels) -> Result<(), Fault> {
    for (name, value) in header::LABELS.into_iter().zip(labels.values()) {
        if let Some(value) = value {
            let value = header_value(&name, &value)?;
            headers.insert(name, value);
        }
    }
    Ok(())
}

/// Shows the token, in a header that is not shown in turn.
fn authorize(headers: &mut HeaderMap, token: Option<&Token>) -> Result<(), Fault> {
    let Some(token) = token else { return Ok(()) };
    let mut value = HeaderValue::from_str(token.authorization()).map_err(|_| {
        Fault::before(
            FaultKind::InvalidArgument,
            "the token has characters that no header may have",
        )
    })?;
    value.set_sensitive(true);
    headers.insert(AUTHORIZATION, value);
    Ok(())
}

/// Reads a response that is one reply.
async fn reply(mut response: impl Incoming, max_reply: usize) -> Result<Payload, Failure> {
    let (ok, headers) = (response.status() == StatusCode::OK, response.headers());
    if ok && media::is(headers, media::JSON) {
        Ok(Payload::Json(body(&mut response, max_reply).await?))
    } else if ok && media::is(headers, media::OCTETS) {
        Ok(Payload::Octets(body(&mut response, max_reply).await?))
    } else {
        // Boxed, for it is rare and large.
        Err(Box::pin(failure(response, max_reply)).await)
    }
}

/// Reads a response that is a stream of items.
async fn items(
    response: impl Incoming,
    max_reply: usize,
    deadline: Option<Instant>,
) -> Result<ReplyItems, Failure> {
    if response.status() != StatusCode::OK || !media::is(response.headers(), media::EVENTS) {
        return Err(Box::pin(failure(response, max_reply)).await);
    }
    let heartbeat = response.headers().get(header::HEARTBEAT).and_then(heartbeat);
    let events = Events { response, parser: Parser::new(max_reply), deadline, heartbeat };
    Ok(Box::pin(stream::unfold(Some(events), |events| async {
        let mut events = events?;
        let item = events.next().await?;
        let more = item.is_ok().then_some(events);
        Some((item, more))
    })))
}

/// Reads a response that is no reply.
async fn failure(mut response: impl Incoming, max_reply: usize) -> Failure {
    let (status, headers) = (response.status(), response.headers());
    let (content_type, retry_after) = (headers.get(CONTENT_TYPE).cloned(), retry_after(headers));
    let is_problem = media::is(headers, media::PROBLEM);
    let body = match body(&mut response, max_reply).await {
        Ok(body) => body,
        Err(failure) => return failure,
    };
    // The body says what happened; a status alone may come from anything in between.
    if is_problem && let Some(failure) = problem::read(&body) {
        return match failure {
            // The document is finer, but what stands in between knows only the header.
            Failure::Fault(fault) if fault.retry_after().is_none() => match retry_after {
                Some(pause) => fault.with_retry_after(pause).into(),
                None => fault.into(),
            },
            failure => failure,
        };
    }
    let message = format!(
        "status {}, `{}`: not a reply of a traitwire backend: {}",
        status.as_u16(),
        content_type.as_ref().and_then(|value| value.to_str().ok()).unwrap_or("no content type"),
        excerpt(&body)
    );
    Fault::new(FaultKind::BadReply, Executed::Maybe, message).into()
}

async fn body(response: &mut impl Incoming, max_reply: usize) -> Result<Bytes, Failure> {
    let too_large = || {
        let message = format!("the reply is larger than {max_reply} bytes");
        Failure::from(Fault::new(FaultKind::TooLarge, Executed::Maybe, message))
    };
    let declared = response.length().unwrap_or(0);
    if declared > max_reply as u64 {
        return Err(too_large());
    }
    let mut body = BytesMut::new();
    let mut only = None;
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > max_reply {
            return Err(too_large());
        }
        // Most bodies come in one piece, which needs no copy.
        if declared > 0 && chunk.len() as u64 == declared {
            only = Some(chunk);
        } else {
            body.extend_from_slice(&chunk);
        }
    }
    Ok(only.unwrap_or_else(|| body.freeze()))
}

fn content_type(payload: &Payload) -> &'static str {
    match payload {
        Payload::Json(_) => media::JSON,
        Payload::Octets(_) => media::OCTETS,
    }
}

/// What a frontend can read, where that is not JSON, which comes unasked: a reply of nothing but bytes
/// comes as bytes.
fn accept(reply: &ReplyKind) -> Option<&'static str> {
    match reply {
        ReplyKind::Value(Type::Bytes) => Some("application/octet-stream, application/problem+json"),
        ReplyKind::Stream(_) => Some("text/event-stream, application/problem+json"),
        _ => None,
    }
}

fn header_value(name: &HeaderName, value: &str) -> Result<HeaderValue, Fault> {
    HeaderValue::from_str(value).map_err(|_| {
        let message = format!("the value of `{name}` has characters that no header may have");
        Fault::before(FaultKind::InvalidArgument, message)
    })
}

/// How long the backend asks to wait, in whole seconds. (A date, the other form, would need clocks that
/// agree; no backend of ours writes one.)
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u32 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.into()))
}

/// The beginning of a body that was not understood, for people.
fn excerpt(body: &[u8]) -> String {
    const LENGTH: usize = 80;
    let text = String::from_utf8_lossy(&body[..body.len().min(4 * LENGTH)]).into_owned();
    // The rest could steer the terminal that it is shown on.
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let text = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{} ..", &text[..end]),
        None if text.is_empty() => "(empty)".to_owned(),
        None => text,
    }
}

/// The items of a response as they come.
struct Events<R> {
    response: R,
    parser: Parser,
    deadline: Option<Instant>,
    /// How long the backend is silent at most, if it says so.
    heartbeat: Option<Duration>,
}

impl<R: Incoming> Events<R> {
    async fn next(&mut self) -> Option<Result<Payload, Failure>> {
        loop {
            // Items that are there already would keep the time from ever being looked at.
            if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                return Some(Err(late().into()));
            }
            match self.parser.next() {
                Ok(Some(Event::Item(json))) => return Some(Ok(Payload::Json(json.into()))),
                Ok(Some(Event::End)) => return None,
                Ok(Some(Event::Failed(problem))) => {
                    let unknown = || bad_item("the stream failed, but not in a way that is known");
                    return Some(Err(problem::read(&problem).unwrap_or_else(unknown)));
                }
                Ok(None) => {}
                Err(BadEvents::TooLarge) => {
                    let message = "an item is larger than the largest reply that is taken";
                    let fault = Fault::new(FaultKind::TooLarge, Executed::Maybe, message);
                    return Some(Err(fault.into()));
                }
                Err(BadEvents::Unknown(name)) => {
                    return Some(Err(bad_item(&format!(
                        "the event `{}` is unknown",
                        name.escape_debug()
                    ))));
                }
            }
            let response = &mut self.response;
            let chunk = heard(response, self.heartbeat);
            match until(self.deadline, chunk).await {
                Ok(Some(chunk)) => self.parser.push(&chunk),
                Ok(None) => {
                    let message = "the stream was cut before its end";
                    let fault = Fault::new(FaultKind::Disconnected, Executed::Maybe, message);
                    return Some(Err(fault.into()));
                }
                Err(failure) => return Some(Err(failure)),
            }
        }
    }
}

/// How many heartbeats may be missing: one may be late, and one lost on its way.
const HEARTBEATS: u32 = 3;

fn heartbeat(header: &HeaderValue) -> Option<Duration> {
    let millis = header.to_str().ok()?.parse().ok()?;
    Some(Duration::from_millis(millis)).filter(|every| !every.is_zero())
}

/// The next chunk, unless the backend is lost.
async fn heard(
    response: &mut impl Incoming,
    heartbeat: Option<Duration>,
) -> Result<Option<Bytes>, Failure> {
    let mut chunk = std::pin::pin!(response.chunk());
    let Some(heartbeat) = heartbeat else { return Ok(chunk.await?) };
    // One by one: where this process was asleep itself, that is one heartbeat only, and what has come
    // meanwhile is still heard.
    for _ in 0..HEARTBEATS {
        if let Ok(chunk) = tokio::time::timeout(heartbeat, chunk.as_mut()).await {
            return Ok(chunk?);
        }
    }
    let message = "the backend has said nothing for three of its heartbeats";
    Err(Fault::new(FaultKind::Disconnected, Executed::Maybe, message).into())
}

fn bad_item(message: &str) -> Failure {
    Fault::new(FaultKind::BadReply, Executed::Maybe, message).into()
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    /// A body in chunks, of unknown length.
    struct Chunks(VecDeque<&'static str>);

    impl Incoming for Chunks {
        fn status(&self) -> StatusCode {
            StatusCode::OK
        }

        fn headers(&self) -> &HeaderMap {
            unreachable!("a body is read without its head")
        }

        fn length(&self) -> Option<u64> {
            None
        }

        async fn chunk(&mut self) -> Result<Option<Bytes>, Fault> {
            Ok(self.0.pop_front().map(Bytes::from))
        }
    }

    #[tokio::test]
    async fn a_body_is_the_same_in_whatever_chunks_it_comes() {
        for chunks in [&["abcd"][..], &["", "abcd"], &["a", "", "bcd"], &["abcd", ""]] {
            let body = body(&mut Chunks(chunks.iter().copied().collect()), 4).await;
            assert_eq!(body, Ok(Bytes::from_static(b"abcd")));
        }
    }

    #[test]
    fn only_whole_seconds_are_a_pause() {
        let pause = |text: &'static str| {
            retry_after(&HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(text))]))
        };
        assert_eq!(pause("0"), Some(Duration::ZERO));
        assert_eq!(pause(" 120 "), Some(Duration::from_mins(2)));
        for text in ["", "-1", "1.5", "4294967296", "Wed, 21 Oct 2026 07:28:00 GMT"] {
            assert_eq!(pause(text), None);
        }
    }
}
