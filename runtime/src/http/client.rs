//! How does a call become an HTTP request, and the response its reply?

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{TryFutureExt as _, stream};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use reqwest::{Response, Url};
use tokio::time::Instant;
use traitwire_schema::{Reply as ReplyKind, Type};

use super::events::{BadEvents, Event, Parser};
use super::{header, media, problem, timeout};
use crate::rpc::channel::{Reply, ReplyItems, Request, Transport};
use crate::rpc::connect::{self, Strictness, Stubs};
use crate::rpc::limits::{DEFAULT_DEADLINE, MAX_REPLY};
use crate::rpc::sender::{Sender, sender_options};
use crate::rpc::token::Token;
use crate::rpc::{Failure, Payload, Versions, codec};
use crate::{Executed, Fault, FaultKind};

/// Connects to a backend over HTTP, without credentials. `url` is where its interfaces stand:
/// `http://127.0.0.1:7300/rpc`. (For `https`, build reqwest with its feature `rustls`, or pass a
/// client of your own to [`Connector::client`].) Several interfaces of one backend make a tuple:
/// `connect::<(CatalogClient, JobsClient)>(url)`.
///
/// # Errors
/// [`FaultKind::InvalidArgument`] for a URL that is none, [`FaultKind::Disconnected`] if the backend
/// is not reached, [`FaultKind::DeadlineExceeded`] if it does not answer within 30 s,
/// [`FaultKind::BadReply`] if something else is there, [`FaultKind::Unimplemented`] if it lacks an
/// interface and [`FaultKind::Incompatible`] if it lacks the series.
///
/// # Cancel safety
/// Cancel-safe: nothing is kept.
///
/// ```no_run
/// # use traitwire::rpc_interface;
/// #[rpc_interface(version = "1.0.0")]
/// pub trait Adder {
///     /// The sum.
///     #[rpc(public)]
///     async fn add(&self, a: i64, b: i64) -> i64;
/// }
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let adder = traitwire::http::connect::<AdderClient>("http://127.0.0.1:7300/rpc").await?;
/// assert_eq!(adder.add(2, 3).await?, 5);
/// # Ok(())
/// # }
/// ```
pub async fn connect<S: Stubs>(url: &str) -> Result<S, Fault> {
    Connector::new(url)?.connect().await
}

/// Says how to connect to a backend over HTTP.
#[derive(Debug, Clone)]
#[must_use]
pub struct Connector {
    base: Url,
    token: Option<Token>,
    client: Option<reqwest::Client>,
    max_reply: usize,
    sender: Sender,
}

sender_options!(Connector);

impl Connector {
    /// Connects to the backend whose interfaces stand below this URL.
    ///
    /// # Errors
    /// [`FaultKind::InvalidArgument`] if it is no URL of `http` or `https`, or holds credentials,
    /// which would be seen wherever it is.
    pub fn new(url: &str) -> Result<Connector, Fault> {
        let wrong = |why: &dyn std::fmt::Display| {
            // It may hold a password.
            let url = if url.contains('@') { "<..@..>" } else { url };
            let message = format!("`{}` is no URL of a backend: {why}", url.escape_debug());
            Fault::before(FaultKind::InvalidArgument, message)
        };
        let mut base = Url::parse(url).map_err(|error| wrong(&error))?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(wrong(&"its scheme must be `http` or `https`"));
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err(wrong(&"it must hold no user and no password; use `token`"));
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(wrong(&"it must have no query and no fragment"));
        }
        let path = base.path().trim_end_matches('/').to_owned();
        base.set_path(&path);
        let sender = Sender::default();
        Ok(Connector { base, token: None, client: None, max_reply: MAX_REPLY, sender })
    }

    /// Makes all calls with this bearer token.
    pub fn token(mut self, token: impl Into<String>) -> Connector {
        self.token = Some(Token::new(token));
        self
    }

    /// Makes all calls with this client, which has its own settings for TLS, proxies and pools. The
    /// default one follows no redirects, for they could lead credentials elsewhere.
    pub fn client(mut self, client: reqwest::Client) -> Connector {
        self.client = Some(client);
        self
    }

    /// The largest reply and the largest item that is taken, in bytes. Default: 64 MiB.
    pub fn max_reply(mut self, bytes: usize) -> Connector {
        self.max_reply = bytes;
        self
    }

    /// Connects if the backend serves every interface in its series. A method that it lacks, or has
    /// in another shape, is found out when it is called.
    ///
    /// # Errors
    /// As [`connect`].
    ///
    /// # Cancel safety
    /// Cancel-safe: nothing is kept.
    pub async fn connect<S: Stubs>(self) -> Result<S, Fault> {
        self.connect_with(Strictness::Series).await
    }

    /// Connects if the backend serves every method as this frontend knows it.
    ///
    /// # Errors
    /// As [`connect`], and for the first method that is missing or does not go together.
    ///
    /// # Cancel safety
    /// Cancel-safe: nothing is kept.
    pub async fn connect_strict<S: Stubs>(self) -> Result<S, Fault> {
        self.connect_with(Strictness::EveryMethod).await
    }

    async fn connect_with<S: Stubs>(self, strictness: Strictness) -> Result<S, Fault> {
        let Connector { base, token, client, max_reply, sender } = self;
        let client = match client {
            Some(client) => client,
            None => reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .map_err(|error| Fault::before(FaultKind::Internal, chain(&error)))?,
        };
        let authorization = token.map(|token| authorization(&token)).transpose()?;
        let base = base.as_str().trim_end_matches('/').to_owned();
        let mut inner = Inner { client, base, authorization, max_reply: MAX_REPLY };
        // The list of versions is no reply of a method's: its size says nothing of theirs.
        let versions = inner.versions().await?;
        inner.max_reply = max_reply;
        let transport: Arc<dyn Transport> = Arc::new(Http { inner: Arc::new(inner) });
        connect::connect(&transport, sender, &versions, strictness)
    }
}

fn authorization(token: &Token) -> Result<HeaderValue, Fault> {
    let mut value = HeaderValue::from_str(token.authorization()).map_err(|_| {
        Fault::before(
            FaultKind::InvalidArgument,
            "the token has characters that no header may have",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

struct Http {
    inner: Arc<Inner>,
}

struct Inner {
    client: reqwest::Client,
    /// Without a slash at its end.
    base: String,
    authorization: Option<HeaderValue>,
    max_reply: usize,
}

impl Transport for Http {
    fn call(&self, request: Request) -> Reply {
        let inner = Arc::clone(&self.inner);
        Box::pin(async move {
            let timeout = request.timeout().unwrap_or(DEFAULT_DEADLINE);
            let call = async {
                let http = inner.request(request)?;
                let response = inner.client.execute(http).await.map_err(|error| lost(&error))?;
                inner.reply(response).await
            };
            tokio::time::timeout(timeout, call).await.unwrap_or_else(|_| Err(late().into()))
        })
    }

    fn stream(&self, request: Request) -> ReplyItems {
        let inner = Arc::clone(&self.inner);
        let deadline = request.timeout().and_then(|timeout| Instant::now().checked_add(timeout));
        let opening = async move {
            let http = inner.request(request)?;
            let opened = async {
                let response = inner.client.execute(http).await.map_err(|error| lost(&error))?;
                inner.items(response, deadline).await
            };
            until(deadline, opened).await
        };
        Box::pin(opening.try_flatten_stream())
    }
}

/// Waits no longer than the deadline, if there is one.
async fn until<T>(
    deadline: Option<Instant>,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    match deadline {
        None => work.await,
        Some(deadline) => {
            tokio::time::timeout_at(deadline, work).await.unwrap_or_else(|_| Err(late().into()))
        }
    }
}

fn late() -> Fault {
    let message = "no reply came before the deadline";
    Fault::new(FaultKind::DeadlineExceeded, Executed::Maybe, message)
}

impl Inner {
    /// The HTTP request of a call.
    fn request(&self, request: Request) -> Result<reqwest::Request, Fault> {
        let (interface, method) = (request.interface(), request.method());
        let url = format!("{}/{}/{}/{}", self.base, interface.name, request.series(), method.name);
        let url = Url::parse(&url).map_err(|error| {
            Fault::before(FaultKind::InvalidArgument, format!("`{url}`: {error}"))
        })?;
        let mut http = reqwest::Request::new(Method::POST, url);
        let headers = http.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(&request.payload)));
        headers.insert(ACCEPT, HeaderValue::from_static(accept(&method.reply)));
        insert(headers, header::NEED, request.need())?;
        for (name, value) in request.labels() {
            insert(headers, HeaderName::from_static(name), &value)?;
        }
        if let Some(timeout) = request.timeout() {
            insert(headers, header::TIMEOUT, &timeout::write(timeout))?;
        }
        if let Some(authorization) = &self.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        let (Payload::Json(body) | Payload::Octets(body)) = request.payload;
        *http.body_mut() = Some(body.into());
        Ok(http)
    }

    async fn versions(&self) -> Result<Versions, Fault> {
        let url = format!("{}/_versions", self.base);
        let call = async {
            let response = self.client.get(&url).send().await.map_err(|error| lost(&error))?;
            self.reply(response).await
        };
        let reply = tokio::time::timeout(DEFAULT_DEADLINE, call)
            .await
            .unwrap_or_else(|_| Err(late().into()));
        match reply {
            Ok(Payload::Json(json)) => codec::decode(&json).map_err(|error| {
                let message = format!("{url} was not understood: {error}");
                Fault::before(FaultKind::BadReply, message)
            }),
            Ok(Payload::Octets(_)) | Err(Failure::Declared { .. }) => {
                let message = format!("{url} is not the list of a backend's versions");
                Err(Fault::before(FaultKind::BadReply, message))
            }
            // No method was called, so none has run.
            Err(Failure::Fault(fault)) => {
                Err(Fault::before(fault.kind(), format!("{url}: {}", fault.message())))
            }
        }
    }

    /// Reads a response that is one reply.
    async fn reply(&self, response: Response) -> Result<Payload, Failure> {
        let (status, content_type) = (response.status(), content_type_of(&response));
        match (status, media::essence(&content_type).as_str()) {
            (StatusCode::OK, media::JSON) => Ok(Payload::Json(self.body(response).await?)),
            (StatusCode::OK, media::OCTETS) => Ok(Payload::Octets(self.body(response).await?)),
            _ => Err(self.failure(response).await),
        }
    }

    /// Reads a response that is a stream of items.
    async fn items(
        &self,
        response: Response,
        deadline: Option<Instant>,
    ) -> Result<ReplyItems, Failure> {
        let (status, content_type) = (response.status(), content_type_of(&response));
        if status != StatusCode::OK || media::essence(&content_type) != media::EVENTS {
            return Err(self.failure(response).await);
        }
        let heartbeat = response.headers().get(header::HEARTBEAT).and_then(heartbeat);
        let events = Events { response, parser: Parser::new(self.max_reply), deadline, heartbeat };
        Ok(Box::pin(stream::unfold(Some(events), |events| async {
            let mut events = events?;
            let item = events.next().await?;
            let more = item.is_ok().then_some(events);
            Some((item, more))
        })))
    }

    /// Reads a response that is no reply.
    async fn failure(&self, response: Response) -> Failure {
        let (status, content_type) = (response.status(), content_type_of(&response));
        let body = match self.body(response).await {
            Ok(body) => body,
            Err(failure) => return failure,
        };
        // The body says what happened; a status alone may come from anything in between.
        if media::essence(&content_type) == media::PROBLEM
            && let Some(failure) = problem::read(&body)
        {
            return failure;
        }
        let message = format!(
            "status {}, `{}`: not a reply of a traitwire backend: {}",
            status.as_u16(),
            content_type,
            excerpt(&body)
        );
        Fault::new(FaultKind::BadReply, Executed::Maybe, message).into()
    }

    async fn body(&self, mut response: Response) -> Result<Bytes, Failure> {
        let declared = response.content_length().unwrap_or(0);
        if declared > self.max_reply as u64 {
            return Err(self.too_large());
        }
        let mut body = BytesMut::new();
        let mut only = None;
        while let Some(chunk) = response.chunk().await.map_err(|error| cut(&error))? {
            if body.len() + chunk.len() > self.max_reply {
                return Err(self.too_large());
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

    fn too_large(&self) -> Failure {
        let message = format!("the reply is larger than {} bytes", self.max_reply);
        Fault::new(FaultKind::TooLarge, Executed::Maybe, message).into()
    }
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

fn content_type_of(response: &Response) -> String {
    let value = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    value.unwrap_or("no content type").to_owned()
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
struct Events {
    response: Response,
    parser: Parser,
    deadline: Option<Instant>,
    /// How long the backend is silent at most, if it says so.
    heartbeat: Option<Duration>,
}

impl Events {
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
    response: &mut Response,
    heartbeat: Option<Duration>,
) -> Result<Option<Bytes>, Failure> {
    let mut chunk = std::pin::pin!(response.chunk());
    let chunk = match heartbeat {
        None => chunk.await,
        Some(heartbeat) => {
            let mut missing = 0;
            // One by one: where this process was asleep itself, that is one heartbeat only, and what
            // has come meanwhile is still heard.
            loop {
                if let Ok(chunk) = tokio::time::timeout(heartbeat, chunk.as_mut()).await {
                    break chunk;
                }
                missing += 1;
                if missing == HEARTBEATS {
                    let message = "the backend has said nothing for three of its heartbeats";
                    let fault = Fault::new(FaultKind::Disconnected, Executed::Maybe, message);
                    return Err(fault.into());
                }
            }
        }
    };
    chunk.map_err(|error| cut(&error).into())
}

fn bad_item(message: &str) -> Failure {
    Fault::new(FaultKind::BadReply, Executed::Maybe, message).into()
}

/// The request was not sent, or no response came.
fn lost(error: &reqwest::Error) -> Fault {
    // Only a connection that was never made is sure to have run nothing.
    let executed = if error.is_connect() { Executed::No } else { Executed::Maybe };
    let mut message = chain(error);
    if error.url().is_some_and(|url| url.scheme() == "https") && message.contains("scheme") {
        message
            .push_str("; build reqwest with its feature `rustls`, or pass a client that has TLS");
    }
    Fault::new(FaultKind::Disconnected, executed, message)
}

/// The response stopped before its end.
fn cut(error: &reqwest::Error) -> Fault {
    Fault::new(FaultKind::Disconnected, Executed::Maybe, chain(error))
}

/// An error with all its causes; reqwest's own text leaves out why.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    #[tokio::test]
    async fn a_body_is_the_same_in_whatever_chunks_it_comes() {
        let inner = Inner {
            client: reqwest::Client::new(),
            base: String::new(),
            authorization: None,
            max_reply: 4,
        };
        for chunks in [&["abcd"][..], &["", "abcd"], &["a", "", "bcd"], &["abcd", ""]] {
            let chunks = stream::iter(chunks.iter().copied().map(Ok::<_, std::io::Error>));
            let body = reqwest::Body::wrap_stream(chunks);
            let body = inner.body(http::Response::new(body).into()).await;
            assert_eq!(body, Ok(Bytes::from_static(b"abcd")));
        }
    }
}
