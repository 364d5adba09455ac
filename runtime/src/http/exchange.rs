//! How does a call become an HTTP request, and the response its reply?

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use futures_util::stream;
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
    pub(super) carrier: Arc<C>,
    pub(super) backend: Arc<Place>,
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
        let (carrier, backend) = (Arc::clone(&self.carrier), Arc::clone(&self.backend));
        Box::pin(async move {
            let deadline = request.deadline;
            let call = async {
                let response = carrier.send(backend.request(request)?).await?;
                reply(response, backend.max_reply).await
            };
            until(deadline, call).await
        })
    }

    fn open(&self, request: Request) -> Opening {
        let (carrier, backend) = (Arc::clone(&self.carrier), Arc::clone(&self.backend));
        Box::pin(async move {
            let deadline = request.deadline;
            let opened = async {
                let response = carrier.send(backend.request(request)?).await?;
                items(response, backend.max_reply, deadline).await
            };
            until(deadline, opened).await
        })
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
        let asked = async {
            let response =
                self.carrier.send(self.backend.question(labels, token.as_ref())?).await?;
            // The list of versions is no reply of a method's: its size says nothing of theirs.
            reply(response, MAX_REPLY).await
        };
        let no_list = |why: &str| Fault::before(FaultKind::BadReply, why).into();
        match until(Some(deadline), asked).await {
            Ok(Payload::Json(json)) => codec::decode(&json).map_err(|error| {
                no_list(&format!("the list of versions was not understood: {error}"))
            }),
            Ok(Payload::Octets(_)) | Err(Failure::Declared { .. }) => {
                Err(no_list("this is not the list of a backend's versions"))
            }
            Err(failure) => Err(failure),
        }
    }
}

/// Waits no longer than the deadline, if there is one.
async fn until<T>(
    deadline: Option<Instant>,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    match deadline {
        None => work.await,
        Some(deadline) => tokio::time::timeout_at(deadline.into(), work)
            .await
            .unwrap_or_else(|_| Err(late().into())),
    }
}

fn late() -> Fault {
    let message = "no reply came before the deadline";
    Fault::new(FaultKind::DeadlineExceeded, Executed::Maybe, message)
}

impl Place {
    /// The HTTP request of a call.
    fn request(&self, request: Request) -> Result<Outgoing, Fault> {
        let (interface, method) = (request.interface(), request.method());
        let url = format!("{}/{}/{}/{}", self.base, interface.name, request.series(), method.name);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(&request.payload)));
        headers.insert(ACCEPT, HeaderValue::from_static(accept(&method.reply)));
        insert(&mut headers, header::NEED, request.need())?;
        label(&mut headers, &request.labels)?;
        if let Some(timeout) = request.timeout() {
            insert(&mut headers, header::TIMEOUT, &timeout::write(timeout))?;
        }
        authorize(&mut headers, request.token.as_ref())?;
        let (Payload::Json(body) | Payload::Octets(body)) = request.payload;
        Ok(Outgoing { method: Method::POST, url, headers, body })
    }

    /// The HTTP request for what the backend serves.
    fn question(&self, labels: &Labels, token: Option<&Token>) -> Result<Outgoing, Fault> {
        let url = format!("{}/_versions", self.base);
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(media::JSON));
        label(&mut headers, labels)?;
        authorize(&mut headers, token)?;
        Ok(Outgoing { method: Method::GET, url, headers, body: Bytes::new() })
    }
}

fn label(headers: &mut HeaderMap, labels: &Labels) -> Result<(), Fault> {
    for (name, value) in labels.headers() {
        insert(headers, HeaderName::from_static(name), &value)?;
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
async fn reply(response: impl Incoming, max_reply: usize) -> Result<Payload, Failure> {
    let (status, content_type) = (response.status(), content_type_of(response.headers()));
    match (status, media::essence(&content_type).as_str()) {
        (StatusCode::OK, media::JSON) => Ok(Payload::Json(body(response, max_reply).await?)),
        (StatusCode::OK, media::OCTETS) => Ok(Payload::Octets(body(response, max_reply).await?)),
        _ => Err(failure(response, max_reply).await),
    }
}

/// Reads a response that is a stream of items.
async fn items(
    response: impl Incoming,
    max_reply: usize,
    deadline: Option<Instant>,
) -> Result<ReplyItems, Failure> {
    let (status, content_type) = (response.status(), content_type_of(response.headers()));
    if status != StatusCode::OK || media::essence(&content_type) != media::EVENTS {
        return Err(failure(response, max_reply).await);
    }
    let silence = response.headers().get(header::HEARTBEAT).and_then(longest_silence);
    let events = Events { response, parser: Parser::new(max_reply), deadline, silence };
    Ok(Box::pin(stream::unfold(Some(events), |events| async {
        let mut events = events?;
        let item = events.next().await?;
        let more = item.is_ok().then_some(events);
        Some((item, more))
    })))
}

/// Reads a response that is no reply.
async fn failure(response: impl Incoming, max_reply: usize) -> Failure {
    let (status, content_type) = (response.status(), content_type_of(response.headers()));
    let retry_after = retry_after(response.headers());
    let body = match body(response, max_reply).await {
        Ok(body) => body,
        Err(failure) => return failure,
    };
    // The body says what happened; a status alone may come from anything in between.
    if media::essence(&content_type) == media::PROBLEM
        && let Some(failure) = problem::read(&body)
    {
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
        content_type,
        excerpt(&body)
    );
    Fault::new(FaultKind::BadReply, Executed::Maybe, message).into()
}

async fn body(mut response: impl Incoming, max_reply: usize) -> Result<Bytes, Failure> {
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

/// What a frontend can read: a reply of nothing but bytes comes as bytes.
fn accept(reply: &ReplyKind) -> &'static str {
    match reply {
        ReplyKind::Value(Type::Bytes) => "application/octet-stream, application/problem+json",
        ReplyKind::Stream(_) => "text/event-stream, application/problem+json",
        _ => "application/json, application/problem+json",
    }
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) -> Result<(), Fault> {
    let value = HeaderValue::from_str(value).map_err(|_| {
        let message = format!("the value of `{name}` has characters that no header may have");
        Fault::before(FaultKind::InvalidArgument, message)
    })?;
    headers.insert(name, value);
    Ok(())
}

fn content_type_of(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.unwrap_or("no content type").to_owned()
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
    /// The backend is lost if nothing comes for so long.
    silence: Option<Duration>,
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
            let silent = self.silence.and_then(|silence| Instant::now().checked_add(silence));
            let chunk = async {
                match silent {
                    None => Ok(response.chunk().await?),
                    Some(silent) => tokio::time::timeout_at(silent.into(), response.chunk())
                        .await
                        .unwrap_or_else(|_| Err(mute()))
                        .map_err(Failure::from),
                }
            };
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

/// How long a stream may be silent whose backend says how long it is at most: three heartbeats, for
/// one may be late and one may be lost on its way.
fn longest_silence(heartbeat: &HeaderValue) -> Option<Duration> {
    let millis: u64 = heartbeat.to_str().ok()?.parse().ok()?;
    Some(Duration::from_millis(millis.saturating_mul(3)))
}

fn mute() -> Fault {
    let message = "the backend has said nothing for three of its heartbeats";
    Fault::new(FaultKind::Disconnected, Executed::Maybe, message)
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
            let body = body(Chunks(chunks.iter().copied().collect()), 4).await;
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
