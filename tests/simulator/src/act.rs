//! What do the applications do?

use std::time::Duration;

use bytes::Bytes;
use traitwire_protocol::frame::MAX_PAYLOAD;
use traitwire_protocol::{
    Ending, Head, MAX_CONTEXT, NoItem, NotSent, OwnCall, PeerCall, Stream, cost,
};

use crate::plan::body;
use crate::world::{Call, Flow, NOTIFIES, SHAPES, Said, World};

/// The payload of a body, whichever way it is handed over.
macro_rules! payload {
    ($world:expr, $body:expr) => {
        if $world.rng.bool() {
            traitwire_protocol::Payload::Here(&$body)
        } else {
            traitwire_protocol::Payload::Whole(Bytes::copy_from_slice(&$body))
        }
    };
}

/// The tag of an item.
pub(crate) fn item_tag(call: usize, back: bool, number: u64) -> u64 {
    (call as u64) << 24 | u64::from(back) << 23 | number
}

/// The tag of a notification.
pub(crate) fn note_tag(number: u64) -> u64 {
    1 << 50 | number
}

/// The tag of how a call ends.
pub(crate) fn ending_tag(call: usize, ending: Ending) -> u64 {
    (call as u64) << 4 | ending as u64
}

impl World {
    /// One thing that the application of an end does.
    pub(crate) fn act(&mut self, end: usize) {
        if !self.ends[end].works() {
            return;
        }
        if self.rng.u8(..100) < self.plan.begin {
            if self.rng.u8(..4) == 0 {
                self.notify(end);
            } else {
                self.call(end, None);
            }
            return;
        }
        match self.rng.u8(..8) {
            0..=2 => {
                let live: Vec<usize> = self.ends[end].own.iter().flatten().copied().collect();
                if let Some(call) = self.rng.choice(live) {
                    self.follow(end, call);
                }
            }
            3 => self.consume_notes(end, false),
            _ => {
                let handlers = self.ends[end].handlers.iter().enumerate();
                let live: Vec<usize> =
                    handlers.filter_map(|(slot, handler)| handler.as_ref().map(|_| slot)).collect();
                if let Some(slot) = self.rng.choice(live) {
                    self.serve(end, slot);
                }
            }
        }
    }

    /// The size of something, at least so large.
    fn size(&mut self, least: usize) -> usize {
        let small = if self.rng.bool() { 24 } else { 400 };
        if self.plan.large == 0 || self.rng.u8(..3) > 0 {
            return self.rng.usize(..small).max(least);
        }
        let max = self.plan.limits[0].max_message.min(self.plan.limits[1].max_message);
        let size = match self.rng.u8(..5) {
            0 => self.rng.usize(MAX_PAYLOAD - 30..MAX_PAYLOAD + 30),
            1 => self.rng.usize(100_000..160_000),
            2 => self.rng.usize(250_000..300_000),
            3 => self.rng.usize(max - 50..max + 50),
            _ => self.rng.usize(1..70_000),
        };
        let size = size.min(self.plan.large);
        self.plan.large -= size;
        size.max(least)
    }

    fn head(&mut self, within: Option<u64>) -> (Head, usize) {
        let mut head = Head { within, ..Head::default() };
        let mut length = within.map_or(0, |_| 8);
        if self.rng.u8(..100) < self.plan.deadlines {
            head.deadline = Some(Duration::from_micros(self.rng.u64(..3_000_000)));
            length += 4;
        }
        if self.rng.u8(..20) == 0 {
            head.trace = Some([self.rng.u8(..); 25]);
            length += 25;
        }
        if self.rng.u8(..20) == 0 {
            let context = self.rng.usize(..=MAX_CONTEXT / 8);
            head.context = Some(vec![b' '; context].into());
            length += 2 + context;
        }
        (head, length)
    }

    /// Calls the peer, from a handler or not; which call that is.
    pub(crate) fn call(&mut self, caller: usize, within: Option<PeerCall>) -> Option<usize> {
        if self.ends[caller].machine.is_full() {
            return None;
        }
        let method = if self.rng.u8(..3) == 0 { 0 } else { self.rng.u16(..NOTIFIES) };
        let shape = SHAPES[usize::from(method)];
        let within = within.map(PeerCall::id);
        let (head, before) = self.head(within);
        let length = self.size(8);
        let number = self.calls.len();
        let args = body(number as u64, length);
        let json = self.rng.bool();
        let end = &mut self.ends[caller];
        let limits = end.machine.limits().clone();
        let under_way = end.machine.own_calls();
        let args = payload!(self, args);
        let own = match end.machine.call(self.now, method, json, &head, args) {
            Ok(own) => own,
            Err(why) => {
                let right = match why {
                    NotSent::Closed => end.closing.is_some(),
                    NotSent::Calls { limit } => limit == limits.max_calls && under_way == limit,
                    NotSent::Streams { limit } => {
                        limit == limits.max_streams
                            && under_way >= limit
                            && (shape.takes_items || shape.gives_items)
                    }
                    NotSent::TooLarge { size, limit } => {
                        size == before + length && size > limit && limit == limits.max_message
                    }
                    _ => false,
                };
                hold!(5, right, "end {caller} refuses a call: {why}");
                return None;
            }
        };
        hold!(7, end.closing.is_none(), "end {caller} calls after it was closed");
        hold!(5, before + length <= limits.max_message, "too large a call was sent");
        let slot = own.slot();
        hold!(1, end.ids.insert(own.id()), "the id {} has been used before", own.id());
        if end.own.len() <= slot {
            end.own.resize(slot + 1, None);
        }
        let other = end.own[slot].replace(number);
        hold!(1, other.is_none(), "two calls have the slot {slot}");
        self.calls.push(Call {
            caller,
            own,
            method,
            length,
            small: before + length <= MAX_PAYLOAD,
            within,
            deadline: head.deadline.map(|time| self.now + time),
            ended: 0,
            abandoned: false,
            begun: 0,
            never: false,
            handler: None,
            said: None,
            flows: [Flow { done: !shape.takes_items, ..Flow::default() }, Flow::default()],
            held: 0,
        });
        self.tally.calls += 1;
        self.tally.nested += u64::from(within.is_some());
        Some(number)
    }

    fn notify(&mut self, from: usize) {
        if self.ends[from].machine.is_full() {
            return;
        }
        let (head, before) = self.head(None);
        let length = self.size(8);
        let end = &mut self.ends[from];
        let args = body(note_tag(end.notes_sent), length);
        let args = payload!(self, args);
        match end.machine.notify(NOTIFIES, false, &head, args) {
            Ok(()) => {
                hold!(7, end.closing.is_none(), "end {from} notifies after it was closed");
                end.notes_sent += 1;
                end.notes.push_back(before + length);
                self.tally.notifications += 1;
            }
            Err(NotSent::Closed) => hold!(7, end.closing.is_some(), "it was not closed"),
            Err(NotSent::TooLarge { size, limit }) => {
                hold!(5, size == before + length && size > limit, "{size} bytes fit {limit}");
            }
            Err(NotSent::NoCredit) => {
                let [used, _] = end.machine.credit_in_use(None);
                hold!(6, used > 0, "there is no credit, though nothing was sent");
            }
            Err(why) => hold!(5, false, "end {from} refuses a notification: {why}"),
        }
    }

    pub(crate) fn consume_notes(&mut self, end: usize, all: bool) {
        while let Some(cost) = self.ends[end].notes_held.pop() {
            self.ends[end].machine.consume_notification(cost);
            if !all && self.rng.bool() {
                return;
            }
        }
    }

    /// Goes on with a call of an end: gives it up, sends it an item, consumes what has come.
    fn follow(&mut self, end: usize, call: usize) {
        let own = self.calls[call].own;
        if self.rng.u8(..6) == 0 {
            self.give_up(end, call);
            return;
        }
        if self.rng.bool() {
            let held = self.calls[call].held;
            let some = if self.rng.bool() { held } else { self.rng.usize(..=held) };
            self.calls[call].held -= some;
            self.ends[end].machine.consume(Stream::Own(own), some);
        }
        let flow = &self.calls[call].flows[0];
        if !flow.done && !flow.refused {
            match self.rng.u8(..10) {
                0 => self.end_own_items(end, call, true),
                1 => self.end_own_items(end, call, false),
                _ => self.items(end, call, Stream::Own(own), false),
            }
        }
    }

    pub(crate) fn give_up(&mut self, end: usize, call: usize) {
        let own = self.calls[call].own;
        self.ends[end].machine.cancel(own);
        self.ends[end].own[own.slot()] = None;
        self.calls[call].abandoned = true;
        self.tally.cancels += 1;
        self.ended(call);
    }

    pub(crate) fn end_own_items(&mut self, end: usize, call: usize, well: bool) {
        let own = self.calls[call].own;
        let machine = &mut self.ends[end].machine;
        let told = if well {
            machine.end_items(Stream::Own(own))
        } else {
            machine.fail_items(own, br#""no more""#)
        };
        hold!(8, told || !self.fair, "the stream of a call cannot be ended");
        self.calls[call].flows[0].done = true;
        self.calls[call].flows[0].failed = !well;
    }

    /// Sends a few items, as far as that can be.
    fn items(&mut self, from: usize, call: usize, stream: Stream, back: bool) {
        for _ in 0..self.rng.u8(1..6) {
            if !self.item(from, call, stream, back) {
                return;
            }
        }
    }

    /// Sends an item; whether that could be.
    fn item(&mut self, from: usize, call: usize, stream: Stream, back: bool) -> bool {
        if self.ends[from].machine.is_full() {
            return false;
        }
        let length = self.size(0);
        let number = self.calls[call].flows[usize::from(back)].sent;
        let item = body(item_tag(call, back, number), length);
        let item = payload!(self, item);
        let machine = &mut self.ends[from].machine;
        let limit = machine.limits().max_message;
        let check = machine.check_item(stream, length);
        let sent = machine.item(stream, false, item);
        hold!(6, check == sent, "what was said of an item, {check:?}, became {sent:?}");
        match sent {
            Ok(()) => {
                hold!(5, length <= limit, "an item of {length} bytes was sent");
                let flow = &mut self.calls[call].flows[usize::from(back)];
                flow.sent += 1;
                flow.sizes.push_back(length);
                self.tally.items += 1;
            }
            Err(NoItem::TooLarge { size, .. }) => {
                hold!(5, size == length && size > limit, "an item of {length} bytes was refused");
            }
            Err(NoItem::NoCredit) => {
                let [used, _] = machine.credit_in_use(Some(stream));
                hold!(6, used > 0, "there is no credit, though nothing was sent");
            }
            Err(why) => hold!(7, !self.fair, "an item of an open stream was refused: {why}"),
        }
        sent.is_ok()
    }

    /// Goes on with a handler.
    fn serve(&mut self, end: usize, slot: usize) {
        let Some(handler) = &mut self.ends[end].handlers[slot] else { return };
        let (call, shape, of) = (handler.call, handler.shape, handler.of);
        if handler.cancelled {
            if !handler.detached || self.rng.u8(..10) == 0 {
                self.leave(end, slot);
            }
            return;
        }
        let waits = handler.nested.is_some_and(|nested| self.calls[nested].ended == 0);
        if waits && self.rng.u8(..4) > 0 {
            return;
        }
        if handler.reading && self.rng.bool() {
            let held = handler.held;
            let some = if self.rng.bool() { held } else { self.rng.usize(..=held) };
            handler.held -= some;
            self.ends[end].machine.consume(Stream::Theirs(call), some);
            return;
        }
        if handler.reading && self.rng.u8(..10) == 0 {
            handler.reading = false;
            if let Some(of) = of {
                self.calls[of].flows[0].refused = true;
            }
            self.ends[end].machine.refuse_items(call);
            return;
        }
        if handler.depth < 6 && self.rng.u8(..6) == 0 {
            handler.depth += 1;
            if let Some(nested) = self.call(end, Some(call))
                && let Some(handler) = &mut self.ends[end].handlers[slot]
            {
                handler.nested = Some(nested);
            }
            return;
        }
        if shape.gives_items && self.rng.u8(..4) > 0 {
            match of {
                Some(of) => self.items(end, of, Stream::Theirs(call), true),
                None => {
                    let item = [0; 9];
                    let item = payload!(self, item);
                    let _ = self.ends[end].machine.item(Stream::Theirs(call), false, item);
                }
            }
            return;
        }
        if self.rng.bool() {
            self.answer(end, slot);
        }
    }

    /// The handler of a call that nobody waits for is gone.
    pub(crate) fn leave(&mut self, end: usize, slot: usize) {
        let Some(handler) = self.ends[end].handlers[slot].take() else { return };
        if self.rng.bool() {
            self.ends[end].machine.release(handler.call);
            return;
        }
        // It has finished before it heard of that.
        let reply = payload!(self, [7; 8]);
        let told = self.ends[end].machine.reply(handler.call, false, reply);
        hold!(1, !told, "a call that has ended was replied to");
    }

    /// A handler ends its call.
    pub(crate) fn answer(&mut self, from: usize, slot: usize) {
        let Some(handler) = &self.ends[from].handlers[slot] else { return };
        let (call, of, gives_items) = (handler.call, handler.of, handler.shape.gives_items);
        let ending = match self.rng.u8(..20) {
            0..=2 => Ending::Declared,
            3..=5 => Ending::Fault,
            _ if gives_items => Ending::End,
            _ => Ending::Reply,
        };
        // What is large waits until there is room.
        let full = self.ends[from].machine.is_full();
        let max = self.ends[from].machine.limits().max_message;
        let length = if full || ending == Ending::Fault { 8 } else { self.size(8).min(max) };
        if full && self.rng.bool() {
            return;
        }
        self.ends[from].handlers[slot] = None;
        let notes = self.ends[from].notes_sent;
        let text = body(ending_tag(of.unwrap_or(0), ending), length);
        let text = payload!(self, text);
        let machine = &mut self.ends[from].machine;
        let told = match ending {
            Ending::Reply => machine.reply(call, false, text),
            Ending::Declared => machine.declare(call, false, text),
            Ending::Fault => machine.fault(call, text),
            Ending::End => machine.end_items(Stream::Theirs(call)),
        };
        hold!(1, told, "a call that waits for its end could not be ended");
        if let Some(of) = of {
            let length = if ending == Ending::End { 0 } else { length };
            self.calls[of].said = Some(Said { ending, length, notes });
        }
    }

    /// All that has come to an end is consumed.
    pub(crate) fn consume_all(&mut self, end: usize) {
        self.consume_notes(end, true);
        let own: Vec<usize> = self.ends[end].own.iter().flatten().copied().collect();
        let machine = &mut self.ends[end].machine;
        for call in own {
            let held = std::mem::take(&mut self.calls[call].held);
            let own: OwnCall = self.calls[call].own;
            machine.consume(Stream::Own(own), held);
        }
        for handler in self.ends[end].handlers.iter_mut().flatten() {
            machine.consume(Stream::Theirs(handler.call), std::mem::take(&mut handler.held));
        }
    }

    /// What an item holds of the credit of its stream until it is consumed.
    pub(crate) fn hold_item(&mut self, end: usize, stream: Stream, length: usize) {
        let cost = cost(length);
        match stream {
            Stream::Own(own) => {
                if let Some(call) = self.ends[end].own[own.slot()] {
                    self.calls[call].held += cost;
                }
            }
            Stream::Theirs(call) => {
                if let Some(handler) = &mut self.ends[end].handlers[call.slot()] {
                    handler.held += cost;
                }
            }
        }
    }
}
