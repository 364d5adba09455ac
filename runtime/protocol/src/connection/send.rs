//! What does this end say?

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::calls::{Own, OwnCall, PeerCall, TheirCalls};
use super::credit::{Receiving, Sending};
use super::outbox::{Lane, Removed};
use super::partial::Partial;
use super::{AnyCall, Connection, Phase, Shape, Stream, Time};
use crate::frame::{Flags, Header, Kind, MAX_PAYLOAD};
use crate::head::Head;
use crate::limits::{MAX_CONTEXT, MAX_GREETING, MAX_INTRODUCTION};
use crate::payload::Payload;
use crate::transmit::Transmit;

/// Why a call was not made. Nothing of it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotSent {
    /// The pair is being closed, or has ended.
    Closed,
    /// So many calls are under way already.
    Calls {
        /// Most calls at once.
        limit: usize,
    },
    /// So many calls with streams are under way already.
    Streams {
        /// Most at once.
        limit: usize,
    },
    /// The arguments are too large.
    TooLarge {
        /// Their size in bytes.
        size: usize,
        /// Most bytes of a message.
        limit: usize,
    },
    /// The peer has to deal with earlier notifications first; [`Event::NotificationCredit`] says when it
    /// has.
    ///
    /// [`Event::NotificationCredit`]: crate::Event::NotificationCredit
    NoCredit,
}

impl fmt::Display for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotSent::Closed => f.write_str("the pair has ended, or is about to"),
            NotSent::Calls { limit } => {
                write!(f, "{limit} calls are under way, which is the limit")
            }
            NotSent::Streams { limit } => {
                write!(f, "{limit} calls with streams are under way, which is the limit")
            }
            NotSent::TooLarge { size, limit } => {
                write!(f, "a message of {size} bytes exceeds the limit of {limit} bytes")
            }
            NotSent::NoCredit => f.write_str("the peer has earlier notifications to deal with"),
        }
    }
}

impl std::error::Error for NotSent {}

/// Why an item was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoItem {
    /// The call has ended, or the peer wants no more.
    Ended,
    /// The peer has to consume earlier items first; [`Event::Credit`] says when it has.
    ///
    /// [`Event::Credit`]: crate::Event::Credit
    NoCredit,
    /// The item is too large.
    TooLarge {
        /// Its size in bytes.
        size: usize,
        /// Most bytes of a message.
        limit: usize,
    },
}

impl fmt::Display for NoItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoItem::Ended => f.write_str("the stream has ended"),
            NoItem::NoCredit => f.write_str("the peer has earlier items to consume"),
            NoItem::TooLarge { size, limit } => {
                write!(f, "an item of {size} bytes exceeds the limit of {limit} bytes")
            }
        }
    }
}

impl std::error::Error for NoItem {}

/// The fault of a call that the peer no longer waits for, or that cannot run. Machines at both ends know
/// these without a codec.
pub(super) mod faults {
    pub(in super::super) const CANCELLED: &[u8] =
        br#"{"code":"cancelled","executed":"maybe","message":"the caller gave up"}"#;
    pub(in super::super) const DEADLINE: &[u8] =
        br#"{"code":"deadline_exceeded","executed":"maybe","message":"the handler did not finish before the deadline"}"#;
    pub(in super::super) const OVERLOADED: &[u8] =
        br#"{"code":"overloaded","executed":"no","message":"as many calls are under way as are allowed at once"}"#;
    pub(in super::super) const CLOSING: &[u8] =
        br#"{"code":"disconnected","executed":"no","message":"the pair is being closed"}"#;
    pub(in super::super) const NEVER_BEGAN: &[u8] =
        br#"{"code":"cancelled","executed":"no","message":"the caller gave up before all of the call was there"}"#;
}

fn flags(json: bool) -> Flags {
    if json { Flags::JSON } else { Flags::NONE }
}

/// A frame that belongs to a call: the id of one of this end, or of one of the peer's.
fn header(kind: Kind, flags: Flags, stream: Stream) -> Header {
    let (flags, id) = match stream {
        Stream::Own(call) => (flags, call.id()),
        Stream::Theirs(call) => (flags.with(Flags::PEER), call.id()),
    };
    Header { kind, flags, method: 0, id }
}

fn lane(stream: Stream) -> Lane {
    match stream {
        Stream::Own(call) => Lane::Call { id: call.id(), peer: false },
        Stream::Theirs(call) => Lane::Call { id: call.id(), peer: true },
    }
}

impl Connection {
    /// Says the next hello. The first has at most [`MAX_GREETING`](crate::MAX_GREETING) bytes, the second
    /// at most [`MAX_INTRODUCTION`]; larger ones would be refused by the peer.
    pub fn hello(&mut self, json: &[u8]) {
        debug_assert!(json.len() <= MAX_INTRODUCTION);
        // Among control, so that nothing overtakes its parts: whoever has heard the peer's may already
        // call, or ask for a sign of life.
        let mut rest = json;
        loop {
            let (part, after) = rest.split_at(rest.len().min(MAX_PAYLOAD));
            let flags = if after.is_empty() { Flags::NONE } else { Flags::MORE };
            self.outbox.control(Header { kind: Kind::Hello, flags, method: 0, id: 0 }, part);
            rest = after;
            if rest.is_empty() {
                return;
            }
        }
    }

    /// The handshake is done: these are the methods that this end calls, by number, and those that the
    /// peer calls.
    pub fn open(&mut self, own_methods: Arc<[Shape]>, their_methods: Arc<[Shape]>) {
        if let Phase::Hello { .. } = self.phase {
            self.phase = Phase::Open;
            (self.own_methods, self.their_methods) = (own_methods, their_methods);
        }
    }

    /// What stands before the arguments, if there is not too much of all.
    fn prefix(&self, head: &Head, payload: usize) -> Result<Vec<u8>, NotSent> {
        let context = head.context.as_ref().map_or(0, Bytes::len);
        if context > MAX_CONTEXT {
            return Err(NotSent::TooLarge { size: context, limit: MAX_CONTEXT });
        }
        let prefix = head.write();
        let (size, limit) = (prefix.len() + payload, self.limits.max_message);
        if size > limit { Err(NotSent::TooLarge { size, limit }) } else { Ok(prefix) }
    }

    /// Calls a method. `now` counts if the call has a deadline.
    ///
    /// # Errors
    /// [`NotSent`] if it cannot be made; nothing has been sent then.
    ///
    /// # Panics
    /// If the number is not one of the methods that were agreed.
    pub fn call(
        &mut self,
        now: Time,
        method: u16,
        json: bool,
        head: &Head,
        args: Payload<'_>,
    ) -> Result<OwnCall, NotSent> {
        if self.phase != Phase::Open {
            return Err(NotSent::Closed);
        }
        let shape = self.own_methods[usize::from(method)];
        let prefix = self.prefix(head, args.len())?;
        if self.own.len() >= self.limits.max_calls {
            return Err(NotSent::Calls { limit: self.limits.max_calls });
        }
        let has_stream = shape.takes_items || shape.gives_items;
        if has_stream && self.own.streams() >= self.limits.max_streams {
            return Err(NotSent::Streams { limit: self.limits.max_streams });
        }
        let small = prefix.len() + args.len() <= MAX_PAYLOAD;
        let deadline = head.deadline.map(|time| now.saturating_add(time));
        let call = self.own.insert(Own {
            mark: None,
            cancelled: false,
            gives_items: shape.gives_items,
            sending: shape.takes_items.then(Sending::default),
            receiving: Receiving::default(),
            deadline,
            has_stream,
        });
        let call = call.ok_or(NotSent::Calls { limit: self.limits.max_calls })?;
        let flags = flags(json).with(head.flags());
        let header = Header { kind: Kind::Call, flags, method, id: call.id() };
        self.outbox.message(lane(Stream::Own(call)), header, prefix, args);
        if small && let Some(own) = self.own.get(call) {
            own.mark = Some(self.outbox.mark());
        }
        if let Some(deadline) = deadline {
            self.deadlines.insert((deadline, AnyCall::Own(call.id())));
        }
        Ok(call)
    }

    /// Notifies the peer.
    ///
    /// # Errors
    /// [`NotSent`] if it cannot be done; nothing has been sent then.
    ///
    /// # Panics
    /// If the number is not one of the methods that were agreed.
    pub fn notify(
        &mut self,
        method: u16,
        json: bool,
        head: &Head,
        args: Payload<'_>,
    ) -> Result<(), NotSent> {
        if self.phase != Phase::Open {
            return Err(NotSent::Closed);
        }
        assert!(usize::from(method) < self.own_methods.len(), "a method that was agreed");
        let prefix = self.prefix(head, args.len())?;
        let length = prefix.len() + args.len();
        if !self.notifying.fits(length) {
            return Err(NotSent::NoCredit);
        }
        self.notifying.send(length);
        let flags = flags(json).with(head.flags());
        let header = Header { kind: Kind::Notify, flags, method, id: 0 };
        self.outbox.message(Lane::Notifications, header, prefix, args);
        Ok(())
    }

    /// Whether the peer may already know of a call: what was never handed over, it cannot.
    pub fn may_be_known(&mut self, call: OwnCall) -> bool {
        let mark = self.own.get(call).and_then(|own| own.mark);
        match mark {
            Some(mark) => self.outbox.has_passed(mark),
            None => true,
        }
    }

    /// Nobody waits for the end of a call any more. It counts as under way until the peer has heard of
    /// that.
    pub fn cancel(&mut self, call: OwnCall) {
        let Some(own) = self.own.get(call) else { return };
        if std::mem::replace(&mut own.cancelled, true) {
            return;
        }
        let mark = own.mark;
        if let Some(deadline) = own.deadline.take() {
            self.deadlines.remove(&(deadline, AnyCall::Own(call.id())));
        }
        let stream = Stream::Own(call);
        self.outbox.remove(lane(stream), &[Kind::Item, Kind::End, Kind::Fault]);
        if self.outbox.remove(lane(stream), &[Kind::Call]) == Removed::Whole {
            // The peer has not seen, and will not see, any of it.
            self.own.remove(call);
            return;
        }
        let cancel = header(Kind::Cancel, Flags::NONE, stream);
        // It must not overtake the call.
        if mark.is_none_or(|mark| self.outbox.has_passed(mark)) {
            self.outbox.control(cancel, &[]);
        } else {
            self.outbox.message(lane(stream), cancel, Vec::new(), Payload::Here(&[]));
        }
    }

    /// Ends a call of the peer's with its reply, and releases it. `false` if the peer does not wait for it
    /// any more.
    pub fn reply(&mut self, call: PeerCall, json: bool, reply: Payload<'_>) -> bool {
        self.end_call(call, Kind::Reply, flags(json), reply)
    }

    /// Ends a call of the peer's, or its stream, with the declared error, and releases it.
    pub fn declare(&mut self, call: PeerCall, json: bool, error: Payload<'_>) -> bool {
        self.end_call(call, Kind::Declared, flags(json), error)
    }

    /// Ends a call of the peer's, or its stream, with a fault as JSON, and releases it.
    pub fn fault(&mut self, call: PeerCall, fault: Payload<'_>) -> bool {
        self.end_call(call, Kind::Fault, Flags::JSON, fault)
    }

    fn end_call(&mut self, call: PeerCall, kind: Kind, flags: Flags, payload: Payload<'_>) -> bool {
        let ended = self.conclude(call, kind, flags, payload);
        self.theirs.release(call);
        ended
    }

    /// Tells the peer how its call ended, unless it knows.
    pub(super) fn conclude(
        &mut self,
        call: PeerCall,
        kind: Kind,
        flags: Flags,
        payload: Payload<'_>,
    ) -> bool {
        let Some(theirs) = self.theirs.end(call) else { return false };
        if let Some(deadline) = theirs.deadline.take() {
            let call = AnyCall::Theirs { slot: call.slot, id: call.id };
            self.deadlines.remove(&(deadline, call));
        }
        self.partial.forget(Kind::Item, call.id(), false);
        let stream = Stream::Theirs(call);
        self.outbox.message(lane(stream), header(kind, flags, stream), Vec::new(), payload);
        true
    }

    /// The handler of a call that was [cancelled](crate::Event::Cancelled) is gone.
    pub fn release(&mut self, call: PeerCall) {
        self.theirs.release(call);
    }

    /// Whether an item of so many bytes could be sent now.
    ///
    /// # Errors
    /// As [`item`](Self::item).
    pub fn check_item(&mut self, stream: Stream, length: usize) -> Result<(), NoItem> {
        self.sending(stream, length).map(|_| ())
    }

    fn sending(&mut self, stream: Stream, size: usize) -> Result<&mut Sending, NoItem> {
        let limit = self.limits.max_message;
        let sending = match stream {
            Stream::Own(call) => {
                self.own.get(call).filter(|own| !own.cancelled).and_then(|own| own.sending.as_mut())
            }
            Stream::Theirs(call) => self
                .theirs
                .get(call)
                .filter(|theirs| theirs.gives_items)
                .map(|theirs| &mut theirs.sending),
        };
        let sending = sending.ok_or(NoItem::Ended)?;
        if size > limit {
            return Err(NoItem::TooLarge { size, limit });
        }
        if sending.fits(size) { Ok(sending) } else { Err(NoItem::NoCredit) }
    }

    /// Sends an item: of the stream that goes with a call of this end, or that the peer has called for.
    ///
    /// # Errors
    /// [`NoItem`] if it cannot be sent now, or at all.
    pub fn item(&mut self, stream: Stream, json: bool, item: Payload<'_>) -> Result<(), NoItem> {
        self.sending(stream, item.len())?.send(item.len());
        let header = header(Kind::Item, flags(json), stream);
        self.outbox.message(lane(stream), header, Vec::new(), item);
        Ok(())
    }

    /// No item follows. Ends a call of the peer's and releases it; `false` if the peer does not wait for
    /// that any more.
    pub fn end_items(&mut self, stream: Stream) -> bool {
        match stream {
            Stream::Theirs(call) => self.end_call(call, Kind::End, Flags::NONE, Payload::Here(&[])),
            Stream::Own(call) => self.end_own_items(call, Kind::End, Flags::NONE, &[]),
        }
    }

    /// The stream that goes with a call of this end fails, with a fault as JSON. The call goes on.
    pub fn fail_items(&mut self, call: OwnCall, fault: &[u8]) -> bool {
        self.end_own_items(call, Kind::Fault, Flags::JSON, fault)
    }

    fn end_own_items(&mut self, call: OwnCall, kind: Kind, flags: Flags, payload: &[u8]) -> bool {
        let Some(own) = self.own.get(call).filter(|own| !own.cancelled) else { return false };
        if own.sending.take().is_none() {
            return false;
        }
        let stream = Stream::Own(call);
        let header = header(kind, flags, stream);
        self.outbox.message(lane(stream), header, Vec::new(), Payload::Here(payload));
        true
    }

    /// Items of a stream were consumed that [cost](crate::cost) so much together.
    pub fn consume(&mut self, stream: Stream, cost: usize) {
        let receiving = match stream {
            Stream::Own(call) => {
                self.own.get(call).filter(|own| !own.cancelled).map(|own| &mut own.receiving)
            }
            Stream::Theirs(call) => {
                self.theirs.get(call).and_then(|theirs| theirs.receiving.as_mut())
            }
        };
        if let Some(credit) = receiving.and_then(|receiving| receiving.consume(cost)) {
            let header = header(Kind::Credit, Flags::NONE, stream);
            self.outbox.control(header, &credit.to_le_bytes());
        }
    }

    /// A notification was dealt with that cost so much.
    pub fn consume_notification(&mut self, cost: usize) {
        if let Some(credit) = self.notified.consume(cost) {
            let header = Header { kind: Kind::Credit, flags: Flags::NONE, method: 0, id: 0 };
            self.outbox.control(header, &credit.to_le_bytes());
        }
    }

    /// The stream that the peer sends with its call is not wanted any more.
    pub fn refuse_items(&mut self, call: PeerCall) {
        let Some(theirs) = self.theirs.get(call) else { return };
        if theirs.receiving.take().is_some() {
            self.partial.forget(Kind::Item, call.id(), false);
            let header = header(Kind::Cancel, Flags::NONE, Stream::Theirs(call));
            self.outbox.control(header, &[]);
        }
    }

    /// Closes the pair once the calls that are under way have ended, or the time for that is up. `goodbye`
    /// is the last that the peer is told.
    pub fn close(&mut self, now: Time, goodbye: Bytes) {
        match self.phase {
            Phase::Hello { .. } => self.abort(goodbye),
            Phase::Open => {
                self.phase = Phase::Closing { by: now.saturating_add(self.limits.close_timeout) };
                self.goodbye = Some(goodbye);
            }
            Phase::Closing { .. } | Phase::Over { .. } => {}
        }
    }

    /// Closes the pair at once. What waits to be sent is dropped, but for `goodbye`, of which the peer takes
    /// [`MAX_GREETING`] bytes: it is empty if it is larger. What is called afterwards does nothing;
    /// [`may_be_known`](Self::may_be_known) goes on to answer.
    #[allow(clippy::needless_pass_by_value, reason = "what is given to `close` may come here")]
    pub fn abort(&mut self, goodbye: Bytes) {
        if let Phase::Over { .. } = self.phase {
            return;
        }
        self.end(false);
        let header = Header { kind: Kind::Goodbye, flags: Flags::NONE, method: 0, id: 0 };
        let fits = goodbye.len() <= MAX_GREETING;
        self.outbox.control(header, if fits { &goodbye } else { &[] });
    }

    /// Nothing is said any more, and no call is known but to those who ask what became of it.
    pub(super) fn end(&mut self, heard: bool) {
        self.phase = Phase::Over { heard };
        self.goodbye = None;
        self.outbox.clear();
        self.partial = Partial::default();
        self.own.abandon();
        self.theirs = TheirCalls::default();
        self.notified = Receiving::default();
        self.deadlines.clear();
    }

    /// Takes what goes out next, in place of what was taken before; `false` if there is nothing.
    pub fn poll_transmit(&mut self, to: &mut Transmit) -> bool {
        if self.is_done()
            && let Some(goodbye) = self.goodbye.take()
        {
            self.abort(goodbye);
        }
        if self.outbox.is_empty() {
            return false;
        }
        self.outbox.transmit(to);
        self.refused = 0;
        true
    }

    /// Whether there is something to be sent.
    pub fn wants_transmit(&self) -> bool {
        !self.outbox.is_empty() || self.is_done()
    }

    /// Whether nothing but the goodbye is left to be said.
    fn is_done(&self) -> bool {
        let closing = matches!(self.phase, Phase::Closing { .. });
        closing && self.own.len() + self.theirs.len() == 0 && self.outbox.is_empty()
    }
}
