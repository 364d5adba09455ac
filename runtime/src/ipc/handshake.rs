//! How do two ends come to know each other before the first call?
//!
//! First both say what protocol they speak and which end they are. Then the frontend says what it serves
//! and what it calls, and the backend answers with what it has found of both directions.

use std::io;
use std::task::{Context as TaskContext, Poll, ready};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::AsyncRead;
use tokio::time::Instant;
use traitwire_protocol::frame;
use traitwire_protocol::{Connection, Event, MAX_GREETING, MAX_INTRODUCTION, Payload, Violation};
use traitwire_schema::End;

use super::driver::ReadBuffer;
use super::goodbye::Goodbye;
use super::output::Writer;
use super::pair::lost;
use super::terms::{Agreed, Terms, not_understood, word};
use crate::{Fault, FaultKind};

/// The version of the protocol.
const PROTOCOL: u32 = 1;

/// The first hello.
#[derive(Serialize, Deserialize)]
struct Greeting {
    /// The version of the protocol.
    traitwire: u32,
    end: EndName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EndName {
    Frontend,
    Backend,
}

impl From<End> for EndName {
    fn from(end: End) -> EndName {
        match end {
            End::Frontend => EndName::Frontend,
            End::Backend => EndName::Backend,
        }
    }
}

/// A pair that is about to be.
pub(super) struct Opening {
    pub(super) connection: Connection,
    pub(super) start: Instant,
    pub(super) input: Box<dyn AsyncRead + Send + Unpin>,
    pub(super) writer: Writer,
    pub(super) buffer: ReadBuffer,
}

impl Opening {
    /// Says and hears the hellos.
    pub(super) async fn agree(
        &mut self,
        terms: &Terms,
        door: Option<&dyn Admission>,
    ) -> Result<Agreed, Fault> {
        match self.exchange(terms, door).await {
            Ok(agreed) => Ok(agreed),
            Err(Failed::Peer(fault)) => Err(fault),
            Err(Failed::Here(fault)) => {
                // The other end is told, if it listens.
                self.connection.abort(Goodbye::refused(&fault).write());
                let told = std::future::poll_fn(|cx| self.poll_last(cx));
                let _ = tokio::time::timeout(Duration::from_secs(1), told).await;
                Err(fault)
            }
        }
    }

    async fn exchange(
        &mut self,
        terms: &Terms,
        door: Option<&dyn Admission>,
    ) -> Result<Agreed, Failed> {
        let token = terms.token.clone().filter(|_| terms.end == End::Frontend);
        let greeting = Greeting { traitwire: PROTOCOL, end: terms.end.into(), token };
        self.hello(&greeting, MAX_GREETING)?;
        let greeting: Greeting = self.heard().await?;
        if greeting.traitwire != PROTOCOL {
            let message = format!(
                "the peer speaks version {} of the protocol, this end version {PROTOCOL}; use the same \
                 traitwire at both ends",
                greeting.traitwire
            );
            return Err(Fault::before(FaultKind::Incompatible, message).into());
        }
        if greeting.end == terms.end.into() {
            let message = format!("both ends are a {}", word(terms.end));
            return Err(Fault::before(FaultKind::Incompatible, message).into());
        }
        let Some(door) = door else { return self.settle(terms).await };
        door.enter(greeting.token.as_deref())?;
        // Also if it is dropped in the middle, the next one may come in.
        let mut held = Held { door, passed: false };
        let settled = self.settle(terms).await;
        held.passed = settled.is_ok();
        settled
    }

    /// Says what this end brings, and hears what the other does.
    async fn settle(&mut self, terms: &Terms) -> Result<Agreed, Failed> {
        let agreed = if terms.end == End::Frontend {
            self.hello(&terms.introduction(self.connection.limits()), MAX_INTRODUCTION)?;
            terms.accept(&self.heard().await?)?
        } else {
            let introduction = self.heard().await?;
            let (settlement, agreed) = terms.judge(&introduction, self.connection.limits())?;
            self.hello(&settlement, MAX_INTRODUCTION)?;
            agreed
        };
        agreed.open(&mut self.connection);
        let by = self.connection.limits().hello_timeout;
        let sent = std::future::poll_fn(|cx| self.poll_send(cx));
        match tokio::time::timeout(by, sent).await {
            Ok(sent) => sent.map_err(|error| Failed::Peer(lost(&error)))?,
            Err(_) => return Err(Failed::Peer(lost(&"the peer has not taken its hello in time"))),
        }
        Ok(agreed)
    }

    fn hello(&mut self, hello: &impl Serialize, limit: usize) -> Result<(), Fault> {
        let json = serde_json::to_vec(hello).expect("texts and numbers are JSON");
        if json.len() > limit {
            let message = format!("a hello of {} bytes exceeds the limit of {limit}", json.len());
            return Err(Fault::before(FaultKind::TooLarge, message));
        }
        self.connection.hello(&json);
        Ok(())
    }

    /// The next hello of the peer.
    async fn heard<H: serde::de::DeserializeOwned>(&mut self) -> Result<H, Failed> {
        loop {
            match frame::read(self.buffer.bytes()) {
                Ok(None) => {}
                Err(malformed) => return Err(broken(&malformed.into())),
                Ok(Some((frame, length))) => {
                    let now = self.start.elapsed();
                    let event = self.connection.handle(now, frame).map_err(|why| broken(&why))?;
                    let hello = match event {
                        Some(Event::Greeting(hello) | Event::Introduction(hello)) => {
                            Some(Ok(read(&hello)?))
                        }
                        Some(Event::Goodbye(goodbye)) => {
                            Some(Err(Failed::Peer(Goodbye::read(&goodbye).into_fault())))
                        }
                        _ => None,
                    };
                    self.buffer.consume(length);
                    if let Some(hello) = hello {
                        return hello;
                    }
                    continue;
                }
            }
            let next = self.connection.next_timeout();
            let left = next.unwrap_or_default().saturating_sub(self.start.elapsed());
            match tokio::time::timeout(left, std::future::poll_fn(|cx| self.poll(cx))).await {
                Ok(Ok(0)) => {
                    let message = "the peer has closed the connection during the handshake";
                    return Err(Failed::Peer(lost(&message)));
                }
                Ok(Ok(_)) => {}
                Ok(Err(error)) => return Err(Failed::Peer(lost(&error))),
                Err(_) => {
                    let now = self.start.elapsed();
                    self.connection.handle_timeout(now).map_err(|why| broken(&why))?;
                }
            }
        }
    }

    /// Writes and reads, whichever goes: both ends may say more than the transport holds.
    fn poll(&mut self, cx: &mut TaskContext<'_>) -> Poll<io::Result<usize>> {
        let sent = self.poll_send(cx);
        let read = self.buffer.poll_read(&mut self.input, false, cx);
        match (sent, read) {
            // What the peer has said before it went is read first.
            (Poll::Ready(Err(error)), Poll::Pending) => Poll::Ready(Err(error)),
            (_, read) => read,
        }
    }

    /// Writes what waits. Ready once the transport has all of it.
    fn poll_send(&mut self, cx: &mut TaskContext<'_>) -> Poll<io::Result<()>> {
        let connection = &mut self.connection;
        self.writer.poll_all(cx, |transmit| connection.poll_transmit(transmit))
    }

    /// Says the last, and reads what still comes: TCP would otherwise drop what was written together with
    /// what was not read.
    fn poll_last(&mut self, cx: &mut TaskContext<'_>) -> Poll<()> {
        if ready!(self.poll_send(cx)).is_err() {
            return Poll::Ready(());
        }
        ready!(self.writer.poll_close(cx));
        self.buffer.poll_end(&mut self.input, cx)
    }
}

/// What stands between a listener and whoever connects.
pub(super) trait Admission: Sync {
    /// A frontend has said its first hello, and shows this.
    fn enter(&self, shown: Option<&str>) -> Result<(), Fault>;

    /// The one that has passed is no frontend for this backend.
    fn leave(&self);
}

/// A door through which somebody passes.
struct Held<'a> {
    door: &'a dyn Admission,
    passed: bool,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if !self.passed {
            self.door.leave();
        }
    }
}

/// Why there is no pair.
enum Failed {
    /// The peer says so, or is gone.
    Peer(Fault),
    /// This end says so.
    Here(Fault),
}

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Failed {
        Failed::Here(fault)
    }
}

fn broken(violation: &Violation) -> Failed {
    let kind = match violation {
        Violation::NoHello => FaultKind::Disconnected,
        _ => FaultKind::BadReply,
    };
    Failed::Here(Fault::before(kind, format!("the handshake failed: {violation}")))
}

fn read<H: serde::de::DeserializeOwned>(hello: &Payload<'_>) -> Result<H, Failed> {
    crate::rpc::codec::decode(hello).map_err(|error| not_understood(&error).into())
}
