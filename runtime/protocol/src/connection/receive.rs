//! What does a frame of the peer's mean?

use super::calls::{OwnCall, PeerCall, Theirs};
use super::credit::{Receiving, Sending, cost};
use super::outbox::Lane;
use super::send::faults;
use super::{AnyCall, Connection, Ending, Event, Phase, Stream, Time, Why};
use crate::frame::{Flags, Frame, Header, Kind};
use crate::head::Head;
use crate::limits::{MAX_GREETING, MAX_INTRODUCTION};
use crate::payload::Payload;
use crate::violation::Violation;

/// So many refusals beyond the limit of calls are kept for a peer that does not read them. One that does
/// waits for the end of a call before it makes more than its own limit allows.
const DEAF: usize = 1024;

impl Connection {
    /// A frame has come.
    ///
    /// # Errors
    /// [`Violation`] if the peer may not send it. The connection is to be [aborted](Self::abort) then; it
    /// hears nothing more.
    pub fn handle<'a>(
        &mut self,
        now: Time,
        frame: Frame<'a>,
    ) -> Result<Option<Event<'a>>, Violation> {
        (self.heard, self.asked) = (now, None);
        let Header { kind, flags, id, .. } = frame.header;
        match (self.phase, kind) {
            // What was sent before the peer heard that this was the end, or after its own.
            (Phase::Over { heard }, _) if heard || kind != Kind::Goodbye => Ok(None),
            (_, Kind::Goodbye) => {
                let goodbye = self.partial.add(frame, MAX_GREETING)?;
                Ok(goodbye.map(|goodbye| {
                    if !self.is_over() {
                        self.end(true);
                    }
                    self.phase = Phase::Over { heard: true };
                    Event::Goodbye(goodbye)
                }))
            }
            (Phase::Hello { received, .. }, Kind::Hello) => self.hello_came(now, received, frame),
            (Phase::Hello { .. } | Phase::Over { .. }, _) | (_, Kind::Hello) => {
                Err(Violation::OutOfPlace(kind))
            }
            (_, Kind::Call) => self.called(now, frame),
            (_, Kind::Notify) => self.notified(frame),
            (_, Kind::Reply | Kind::Declared) => self.ended(frame),
            (_, Kind::Fault | Kind::Item | Kind::End) if flags.has(Flags::PEER) => match kind {
                Kind::Item => self.own_item(frame),
                _ => self.ended(frame),
            },
            (_, Kind::Fault | Kind::Item | Kind::End) => match self.theirs.find(id) {
                Some(call) => self.their_item(call, frame),
                None => {
                    self.late(&frame.header);
                    Ok(None)
                }
            },
            (_, Kind::Cancel) if flags.has(Flags::PEER) => self.unwanted(frame.header),
            (_, Kind::Cancel) => self.cancelled(id),
            (_, Kind::Credit) => self.credit(frame),
            (_, Kind::Ping) => self.pinged(now, id),
            (_, Kind::Pong) => Ok(None),
        }
    }

    /// For a frame of whose payload only these first bytes have come: what they end and the rest is to be
    /// put behind, so that a message in parts is read to where it stays. `None` if it is better read whole,
    /// and [handled](Self::handle).
    pub fn lend(&mut self, header: &Header, come: &[u8]) -> Option<Vec<u8>> {
        match self.phase {
            Phase::Open | Phase::Closing { .. } => {
                self.partial.lend(header, come, self.limits.max_message)
            }
            Phase::Hello { .. } | Phase::Over { .. } => None,
        }
    }

    /// The payload of that frame has been put behind what was lent.
    ///
    /// # Errors
    /// As [`handle`](Self::handle).
    pub fn handle_lent(
        &mut self,
        now: Time,
        header: Header,
        lent: Vec<u8>,
    ) -> Result<Option<Event<'static>>, Violation> {
        self.partial.take_back(&header, lent);
        self.handle(now, Frame { header, payload: &[] })
    }

    /// What crossed the end of its call, or of its stream.
    fn late(&mut self, header: &Header) {
        let peer = header.flags.has(Flags::PEER);
        self.partial.forget(header.kind, header.id, peer);
    }

    fn hello_came<'a>(
        &mut self,
        now: Time,
        received: u8,
        frame: Frame<'a>,
    ) -> Result<Option<Event<'a>>, Violation> {
        let kind = Kind::Hello;
        let limit = match received {
            0 if frame.header.flags.has(Flags::MORE) => {
                return Err(Violation::TooLarge { kind, limit: MAX_GREETING });
            }
            0 => MAX_GREETING,
            1 => MAX_INTRODUCTION,
            _ => return Err(Violation::OutOfPlace(kind)),
        };
        let Some(hello) = self.partial.add(frame, limit)? else { return Ok(None) };
        let by = now.saturating_add(self.limits.hello_timeout);
        self.phase = Phase::Hello { received: received + 1, by };
        Ok(Some(if received == 0 { Event::Greeting(hello) } else { Event::Introduction(hello) }))
    }

    fn called<'a>(&mut self, now: Time, frame: Frame<'a>) -> Result<Option<Event<'a>>, Violation> {
        let Header { flags, method, id, .. } = frame.header;
        let shape = self.their_methods.get(usize::from(method)).copied();
        let shape = shape.ok_or(Violation::Method(method))?;
        if shape.notifies {
            return Err(Violation::OtherKind(method));
        }
        if self.theirs.find(id).is_some() {
            return Err(Violation::UsedId(id));
        }
        let Some(args) = self.partial.add(frame, self.limits.max_message)? else {
            return Ok(None);
        };
        let (head, at) = Head::read(flags, &args).ok_or(Violation::Head)?;
        let has_stream = shape.takes_items || shape.gives_items;
        let full = self.theirs.len() >= self.limits.max_calls
            || (has_stream && self.theirs.streams() >= self.limits.max_streams);
        let closing = matches!(self.phase, Phase::Closing { .. });
        if full || closing {
            self.refuse(id, if closing { faults::CLOSING } else { faults::OVERLOADED })?;
            return Ok(None);
        }
        let deadline = head.deadline.map(|time| now.saturating_add(time));
        let call = self.theirs.insert(Theirs {
            id,
            ended: false,
            gives_items: shape.gives_items,
            sending: Sending::default(),
            receiving: shape.takes_items.then(Receiving::default),
            deadline,
            has_stream,
        });
        if let Some(deadline) = deadline {
            self.deadlines.insert((deadline, AnyCall::Theirs { slot: call.slot, id }));
        }
        let json = flags.has(Flags::JSON);
        Ok(Some(Event::Called { call, method, json, head, args: args.from(at) }))
    }

    /// Ends a call that never began.
    fn refuse(&mut self, id: u64, fault: &'static [u8]) -> Result<(), Violation> {
        self.refused += 1;
        if self.refused > self.limits.max_calls + DEAF {
            return Err(Violation::Deaf);
        }
        let flags = Flags::JSON.with(Flags::PEER);
        // It ends nothing that has begun, so that there is nothing for which it must wait.
        self.outbox.control(Header { kind: Kind::Fault, flags, method: 0, id }, fault);
        Ok(())
    }

    fn notified<'a>(&mut self, frame: Frame<'a>) -> Result<Option<Event<'a>>, Violation> {
        let Header { flags, method, .. } = frame.header;
        let shape = self.their_methods.get(usize::from(method)).copied();
        if !shape.ok_or(Violation::Method(method))?.notifies {
            return Err(Violation::OtherKind(method));
        }
        self.notified.check(self.partial.length(&frame) + frame.payload.len())?;
        let Some(args) = self.partial.add(frame, self.limits.max_message)? else {
            return Ok(None);
        };
        let length = args.len();
        self.notified.receive(length)?;
        let (head, at) = Head::read(flags, &args).ok_or(Violation::Head)?;
        let (json, cost) = (flags.has(Flags::JSON), cost(length));
        Ok(Some(Event::Notified { method, json, head, args: args.from(at), cost }))
    }

    fn ended<'a>(&mut self, frame: Frame<'a>) -> Result<Option<Event<'a>>, Violation> {
        let Header { kind, flags, id, .. } = frame.header;
        let call = OwnCall(id);
        let unknown = Violation::UnknownCall { kind, id };
        let gives_items = self.own.get(call).filter(|_| flags.has(Flags::PEER));
        let gives_items = gives_items.ok_or(unknown)?.gives_items;
        let ending = match kind {
            Kind::Reply if !gives_items => Ending::Reply,
            Kind::End if gives_items => Ending::End,
            Kind::Declared => Ending::Declared,
            Kind::Fault => Ending::Fault,
            _ => return Err(unknown),
        };
        // An item that the peer did not finish.
        self.partial.forget(Kind::Item, id, true);
        let Some(payload) = self.partial.add(frame, self.limits.max_message)? else {
            return Ok(None);
        };
        let Some(own) = self.own.remove(call) else { return Err(unknown) };
        if let Some(deadline) = own.deadline {
            self.deadlines.remove(&(deadline, AnyCall::Own(id)));
        }
        if own.has_stream {
            let lane = Lane::Call { id, peer: false };
            self.outbox.remove(lane, &[Kind::Item, Kind::End, Kind::Fault]);
        }
        if own.cancelled {
            return Ok(None);
        }
        let json = flags.has(Flags::JSON);
        Ok(Some(Event::Ended { call, ending, json, payload }))
    }

    fn own_item<'a>(&mut self, frame: Frame<'a>) -> Result<Option<Event<'a>>, Violation> {
        let Header { kind, flags, id, .. } = frame.header;
        let call = OwnCall(id);
        let own = self.own.get(call).filter(|own| own.gives_items);
        let own = own.ok_or(Violation::UnknownCall { kind, id })?;
        own.receiving.check(self.partial.length(&frame) + frame.payload.len())?;
        let Some(payload) = self.partial.add(frame, self.limits.max_message)? else {
            return Ok(None);
        };
        own.receiving.receive(payload.len())?;
        if own.cancelled {
            return Ok(None);
        }
        let (stream, json) = (Stream::Own(call), flags.has(Flags::JSON));
        Ok(Some(Event::Item { stream, json, payload }))
    }

    fn their_item<'a>(
        &mut self,
        call: PeerCall,
        frame: Frame<'a>,
    ) -> Result<Option<Event<'a>>, Violation> {
        let Header { kind, flags, id, .. } = frame.header;
        let Some(theirs) = self.theirs.get(call) else { return Ok(None) };
        let Some(receiving) = &mut theirs.receiving else {
            // It has no stream, that has ended, or it crossed the word that no more is wanted.
            if !theirs.has_stream {
                return Err(Violation::UnknownCall { kind, id });
            }
            self.late(&frame.header);
            return Ok(None);
        };
        if kind == Kind::Item {
            receiving.check(self.partial.length(&frame) + frame.payload.len())?;
        }
        let Some(payload) = self.partial.add(frame, self.limits.max_message)? else {
            return Ok(None);
        };
        if kind == Kind::Item {
            receiving.receive(payload.len())?;
            let (stream, json) = (Stream::Theirs(call), flags.has(Flags::JSON));
            return Ok(Some(Event::Item { stream, json, payload }));
        }
        theirs.receiving = None;
        let fault = (kind == Kind::Fault).then_some(payload);
        Ok(Some(Event::ItemsEnded { call, fault }))
    }

    fn unwanted(&mut self, header: Header) -> Result<Option<Event<'static>>, Violation> {
        let Header { kind, id, .. } = header;
        let call = OwnCall(id);
        let own = self.own.get(call).ok_or(Violation::UnknownCall { kind, id })?;
        let wanted = own.sending.take().is_some() && !own.cancelled;
        let lane = Lane::Call { id, peer: false };
        self.outbox.remove(lane, &[Kind::Item, Kind::End, Kind::Fault]);
        Ok(wanted.then_some(Event::Unwanted(call)))
    }

    fn cancelled(&mut self, id: u64) -> Result<Option<Event<'static>>, Violation> {
        if self.partial.forget(Kind::Call, id, false) {
            self.refuse(id, faults::NEVER_BEGAN)?;
            return Ok(None);
        }
        // If there is none, the end of the call crossed this.
        let Some(call) = self.theirs.find(id) else { return Ok(None) };
        self.give_up(call, faults::CANCELLED);
        Ok(Some(Event::Cancelled { call, why: Why::Cancelled }))
    }

    /// Ends a call for which nobody waits any more.
    pub(super) fn give_up(&mut self, call: PeerCall, fault: &'static [u8]) {
        let lane = Lane::Call { id: call.id(), peer: true };
        self.outbox.remove_waiting(lane, Kind::Item);
        self.conclude(call, Kind::Fault, Flags::JSON, Payload::Here(fault));
    }

    fn credit(&mut self, frame: Frame<'_>) -> Result<Option<Event<'static>>, Violation> {
        let Header { kind, flags, id, .. } = frame.header;
        let bytes: [u8; 4] = frame.payload.try_into().map_err(|_| Violation::Credit)?;
        let bytes = u32::from_le_bytes(bytes) as usize;
        if id == 0 {
            self.notifying.credit(bytes)?;
            return Ok(Some(Event::NotificationCredit));
        }
        if flags.has(Flags::PEER) {
            let call = OwnCall(id);
            let own = self.own.get(call).ok_or(Violation::UnknownCall { kind, id })?;
            // The last items may be consumed after this end has sent all.
            let Some(sending) = &mut own.sending else { return Ok(None) };
            sending.credit(bytes)?;
            return Ok((!own.cancelled).then_some(Event::Credit(Stream::Own(call))));
        }
        // If there is none, the end of the call crossed this.
        let Some(call) = self.theirs.find(id) else { return Ok(None) };
        let Some(theirs) = self.theirs.get(call) else { return Ok(None) };
        if !theirs.gives_items {
            return Err(Violation::UnknownCall { kind, id });
        }
        theirs.sending.credit(bytes)?;
        Ok(Some(Event::Credit(Stream::Theirs(call))))
    }

    fn pinged(&mut self, now: Time, id: u64) -> Result<Option<Event<'static>>, Violation> {
        if !self.pings.take(now) {
            return Err(Violation::Pings);
        }
        self.outbox.control(Header { kind: Kind::Pong, flags: Flags::NONE, method: 0, id }, &[]);
        Ok(None)
    }
}
