//! What may each end say next?
//!
//! | module | the question it answers |
//! |---|---|
//! | `calls` | Which calls are under way? |
//! | `credit` | How much of a stream may be under way? |
//! | `outbox` | In which order do messages go out? |
//! | `partial` | How does a message in several frames become one? |
//! | `receive` | What does a frame of the peer's mean? |
//! | `send` | What does this end say? |
//! | `time` | What is due? |

mod calls;
mod credit;
mod outbox;
mod partial;
mod receive;
mod send;
mod time;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

pub use self::calls::{OwnCall, PeerCall};
pub use self::credit::cost;
pub use self::send::{NoItem, NotSent};

use self::calls::{OwnCalls, TheirCalls};
use self::credit::{Receiving, Sending};
use self::outbox::Outbox;
use self::partial::Partial;
use crate::head::ReceivedHead;
use crate::limits::{Limits, MIN_MESSAGE};
use crate::payload::Payload;

/// Time since a moment that the user of a connection chose; it never goes back.
pub type Time = Duration;

/// One end of a pair: a state machine without input and output.
///
/// - **What arrives** goes in frame by frame, [`handle`](Connection::handle), and comes out as an
///   [`Event`].
/// - **Commands** say what this end wants: [`call`](Connection::call), [`reply`](Connection::reply),
///   [`item`](Connection::item), [`cancel`](Connection::cancel) and others. None of them waits.
/// - **What is to be sent** is taken with [`poll_transmit`](Connection::poll_transmit), after each of
///   the above.
/// - **Time** comes in with whatever needs it; [`next_timeout`](Connection::next_timeout) says when
///   [`handle_timeout`](Connection::handle_timeout) is to be called next.
///
/// After a [`Violation`](crate::Violation) nothing arrives any more: what is left to do is
/// [`abort`](Connection::abort) and to send what that says.
///
/// ```
/// use std::{sync::Arc, time::Duration};
/// use traitwire_protocol::{
///     Connection, Event, Head, Limits, Payload, Shape, Transmit, frame,
/// };
///
/// /// Hands over all that one end has to say; returns what the other end is told of it.
/// fn pass(from: &mut Connection, to: &mut Connection) -> Vec<Event<'static>> {
///     let (mut transmit, mut events) = (Transmit::default(), Vec::new());
///     while from.poll_transmit(&mut transmit) {
///         let bytes = transmit.to_vec();
///         let mut rest = &bytes[..];
///         while let Some((frame, length)) = frame::read(rest).unwrap() {
///             events.extend(to.handle(Duration::ZERO, frame).unwrap().map(Event::into_owned));
///             rest = &rest[length..];
///         }
///     }
///     events
/// }
///
/// let mut ends = [(); 2].map(|()| Connection::new(Duration::ZERO, Limits::default()));
/// let [frontend, backend] = &mut ends;
/// for text in [&b"hello"[..], b"what I serve"] {
///     frontend.hello(text);
///     backend.hello(text);
///     pass(frontend, backend);
///     pass(backend, frontend);
/// }
/// let shapes: Arc<[Shape]> = [Shape::default()].into();
/// frontend.open(shapes.clone(), shapes.clone());
/// backend.open(shapes.clone(), shapes);
///
/// let call = frontend
///     .call(Duration::ZERO, 0, false, &Head::default(), Payload::Here(b"ping"))
///     .unwrap();
/// let events = pass(frontend, backend);
/// let [Event::Called { call: incoming, method: 0, args, .. }] = &events[..] else { panic!() };
/// assert_eq!(&args[..], b"ping");
/// backend.reply(*incoming, false, Payload::Here(b"pong"));
/// let events = pass(backend, frontend);
/// let [Event::Ended { call: ended, payload, .. }] = &events[..] else { panic!() };
/// assert_eq!((*ended, &payload[..]), (call, &b"pong"[..]));
/// ```
#[derive(Debug)]
pub struct Connection {
    limits: Limits,
    phase: Phase,
    /// The methods that this end calls, and those that the peer calls.
    own_methods: Arc<[Shape]>,
    their_methods: Arc<[Shape]>,
    own: OwnCalls,
    theirs: TheirCalls,
    outbox: Outbox,
    partial: Partial,
    notifying: Sending,
    notified: Receiving,
    deadlines: BTreeSet<(Time, AnyCall)>,
    /// When the last frame came.
    heard: Time,
    /// When a sign of life was asked for since.
    asked: Option<Time>,
    pings: Pings,
    /// Refusals of calls that were not handed over yet.
    refused: usize,
    /// Since when the transport takes nothing, though something waits.
    blocked: Option<Time>,
    /// What is said at the end, once that is all there is to say.
    goodbye: Option<Bytes>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// So many hellos have come.
    Hello {
        received: u8,
        by: Time,
    },
    Open,
    /// No new call begins; those that have begun may end.
    Closing {
        by: Time,
    },
    /// One end has said its last.
    Over {
        /// The peer has.
        heard: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum AnyCall {
    Own(u64),
    Theirs { slot: u32, id: u64 },
}

/// What there is to a method besides its arguments and its reply.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Shape {
    /// The caller sends a stream of items.
    pub takes_items: bool,
    /// A stream of items comes back.
    pub gives_items: bool,
    /// There is no reply.
    pub notifies: bool,
}

/// A stream of items: that which belongs to a call, towards the end that reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stream {
    /// Of a call that this end has made.
    Own(OwnCall),
    /// Of a call that the peer has made.
    Theirs(PeerCall),
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// With its reply.
    Reply,
    /// With the end of its items.
    End,
    /// With the error that the method declares.
    Declared,
    /// With a fault.
    Fault,
}

/// Why nobody waits for the end of a call any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// The caller gave up.
    Cancelled,
    /// Its deadline has passed.
    Deadline,
}

/// What an end is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<'a> {
    /// The first hello of the peer.
    Greeting(Payload<'a>),
    /// The second hello of the peer.
    Introduction(Payload<'a>),
    /// The peer calls. The call is to be ended, and if it is [cancelled](Event::Cancelled) to be
    /// [released](Connection::release).
    Called {
        /// The call.
        call: PeerCall,
        /// The number of the method.
        method: u16,
        /// Whether the arguments are JSON.
        json: bool,
        /// What else it brings along.
        head: ReceivedHead,
        /// The arguments.
        args: Payload<'a>,
    },
    /// The peer notifies. Once that is dealt with, it is [consumed](Connection::consume_notification).
    Notified {
        /// The number of the method.
        method: u16,
        /// Whether the arguments are JSON.
        json: bool,
        /// What else it brings along.
        head: ReceivedHead,
        /// The arguments.
        args: Payload<'a>,
        /// What is to be consumed.
        cost: usize,
    },
    /// A call of this end has ended.
    Ended {
        /// The call.
        call: OwnCall,
        /// How.
        ending: Ending,
        /// Whether the payload is JSON.
        json: bool,
        /// The reply, the declared error or the fault; nothing for the end of items.
        payload: Payload<'a>,
    },
    /// The deadline of a call of this end has passed, and so it has ended.
    Expired(OwnCall),
    /// An item has come. Once it is dealt with, its [`cost`] is [consumed](Connection::consume).
    Item {
        /// The stream.
        stream: Stream,
        /// Whether it is JSON.
        json: bool,
        /// The item.
        payload: Payload<'a>,
    },
    /// The stream that the peer sends with its call has ended: with its last item or with a fault.
    ItemsEnded {
        /// The call.
        call: PeerCall,
        /// The fault, as JSON.
        fault: Option<Payload<'a>>,
    },
    /// The peer takes more of a stream.
    Credit(Stream),
    /// The peer takes more notifications.
    NotificationCredit,
    /// The peer wants no more of the stream that this end sends with its call.
    Unwanted(OwnCall),
    /// Nobody waits for the end of a call of the peer's any more; the peer has been told that it ended.
    /// Once its handler is gone, it is to be [released](Connection::release).
    Cancelled {
        /// The call.
        call: PeerCall,
        /// Why.
        why: Why,
    },
    /// The peer has said its last. Its calls are not answered any more, and neither are those of this end.
    Goodbye(Payload<'a>),
}

impl Event<'_> {
    /// The same event, with bytes of its own.
    pub fn into_owned(self) -> Event<'static> {
        let own = |payload: Payload<'_>| Payload::Whole(payload.into_bytes());
        match self {
            Event::Greeting(payload) => Event::Greeting(own(payload)),
            Event::Introduction(payload) => Event::Introduction(own(payload)),
            Event::Called { call, method, json, head, args } => {
                Event::Called { call, method, json, head, args: own(args) }
            }
            Event::Notified { method, json, head, args, cost } => {
                Event::Notified { method, json, head, args: own(args), cost }
            }
            Event::Ended { call, ending, json, payload } => {
                Event::Ended { call, ending, json, payload: own(payload) }
            }
            Event::Expired(call) => Event::Expired(call),
            Event::Item { stream, json, payload } => {
                Event::Item { stream, json, payload: own(payload) }
            }
            Event::ItemsEnded { call, fault } => Event::ItemsEnded { call, fault: fault.map(own) },
            Event::Credit(stream) => Event::Credit(stream),
            Event::NotificationCredit => Event::NotificationCredit,
            Event::Unwanted(call) => Event::Unwanted(call),
            Event::Cancelled { call, why } => Event::Cancelled { call, why },
            Event::Goodbye(payload) => Event::Goodbye(own(payload)),
        }
    }
}

impl Connection {
    /// A connection on which nothing has been said yet.
    pub fn new(now: Time, mut limits: Limits) -> Connection {
        limits.max_message = limits.max_message.max(MIN_MESSAGE);
        let by = now.saturating_add(limits.hello_timeout);
        Connection {
            limits,
            phase: Phase::Hello { received: 0, by },
            own_methods: Arc::default(),
            their_methods: Arc::default(),
            own: OwnCalls::default(),
            theirs: TheirCalls::default(),
            outbox: Outbox::default(),
            partial: Partial::default(),
            notifying: Sending::default(),
            notified: Receiving::default(),
            deadlines: BTreeSet::new(),
            heard: now,
            asked: None,
            pings: Pings { left: Pings::MOST, since: now },
            refused: 0,
            blocked: None,
            goodbye: None,
        }
    }

    /// Whether all has been said: only what is under way is to be sent.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over { .. })
    }

    /// Lowers the limits on what both ends keep to what the peer allows as well.
    pub fn restrict(&mut self, max_message: usize, max_calls: usize, max_streams: usize) {
        let limits = &mut self.limits;
        limits.max_message = limits.max_message.min(max_message).max(MIN_MESSAGE);
        limits.max_calls = limits.max_calls.min(max_calls);
        limits.max_streams = limits.max_streams.min(max_streams);
    }

    /// Whether so much waits to be sent that callers are to wait, too.
    pub fn is_full(&self) -> bool {
        self.outbox.len() >= self.limits.max_queue
    }

    /// The call of this end that has this id and is under way.
    pub fn own_call(&mut self, id: u64) -> Option<OwnCall> {
        let call = OwnCall(id);
        self.own.get(call).map(|_| call)
    }

    /// How many bytes wait to be handed over.
    pub fn queued_bytes(&self) -> usize {
        self.outbox.len()
    }

    /// How many calls of this end are under way.
    pub fn own_calls(&self) -> usize {
        self.own.len()
    }

    /// How many calls of the peer's are under way, or have handlers that are still there.
    pub fn their_calls(&self) -> usize {
        self.theirs.len()
    }

    /// Bytes that wait to be sent, and bytes of the message whose last part has not come. The simulator
    /// holds them against the limits.
    #[doc(hidden)]
    pub fn kept(&self) -> [usize; 2] {
        [self.outbox.len(), self.partial.kept()]
    }

    /// Bytes of credit in use: of the stream that this end writes, and of the one that it reads; of
    /// notifications without a stream. The simulator holds the two ends against each other.
    #[doc(hidden)]
    pub fn credit_in_use(&mut self, stream: Option<Stream>) -> [usize; 2] {
        let (sending, receiving) = match stream {
            None => (Some(&self.notifying), Some(&self.notified)),
            Some(Stream::Own(call)) => match self.own.get(call) {
                Some(own) => (own.sending.as_ref(), Some(&own.receiving)),
                None => (None, None),
            },
            Some(Stream::Theirs(call)) => match self.theirs.get(call) {
                Some(theirs) => (Some(&theirs.sending), theirs.receiving.as_ref()),
                None => (None, None),
            },
        };
        [sending.map_or(0, Sending::in_use), receiving.map_or(0, Receiving::in_use)]
    }

    /// What it allows.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}

/// How often a peer may ask for a sign of life: as often as it likes for a moment, and then once a
/// second.
#[derive(Debug)]
struct Pings {
    left: u32,
    since: Time,
}

impl Pings {
    const MOST: u32 = 10;

    fn take(&mut self, now: Time) -> bool {
        let seconds = now.saturating_sub(self.since).as_secs();
        self.left = self.left.saturating_add(u32::try_from(seconds).unwrap_or(u32::MAX));
        if self.left >= Pings::MOST {
            (self.left, self.since) = (Pings::MOST, now);
        } else {
            self.since += Duration::from_secs(seconds);
        }
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        true
    }
}
