//! May an end be told this now?

use traitwire_protocol::{Ending, Event, Head, OwnCall, Payload, PeerCall, Stream, Why, cost};

use crate::act::{ending_tag, item_tag, note_tag};
use crate::plan::{Fate, body, is_body, tag};
use crate::world::{Handler, NOTIFIES, SHAPES, World};

impl World {
    pub(crate) fn told(&mut self, to: usize, event: Event<'_>) {
        let end = &mut self.ends[to];
        match event {
            Event::Greeting(_) | Event::Introduction(_) => self.hello(to, &event),
            Event::Goodbye(_) => {
                hold!(11, !end.goodbye || !self.fair, "end {to} hears two goodbyes");
                end.goodbye = true;
            }
            event => {
                hold!(10, end.opened, "end {to} has not opened, and is told: {event:?}");
                hold!(9, !end.down, "the pair has ended, and end {to} is told: {event:?}");
                self.told_open(to, event);
            }
        }
    }

    fn hello(&mut self, to: usize, event: &Event<'_>) {
        let first = matches!(event, Event::Greeting(_));
        let end = &mut self.ends[to];
        hold!(11, end.hellos == u8::from(!first), "hello {} of end {to} comes again", end.hellos);
        hold!(11, !end.opened, "end {to} has opened, and hears a hello");
        end.hellos += 1;
        if self.plan.fate == Fate::Refuse && to == self.plan.whom {
            self.abort(to);
        } else if first {
            if !end.mute {
                let in_parts = self.plan.large > 0 && self.rng.u8(..4) == 0;
                let large = if in_parts { 200_000 } else { 300 };
                let length = self.rng.usize(..large);
                end.machine.hello(&body(2, length));
            }
        } else {
            if self.plan.agree {
                let other = &self.plan.limits[1 - to];
                let (calls, streams) = (other.max_calls, other.max_streams);
                end.machine.restrict(other.max_message, calls, streams);
            }
            end.machine.open(SHAPES.into(), SHAPES.into());
            end.opened = true;
        }
    }

    fn told_open(&mut self, to: usize, event: Event<'_>) {
        match event {
            Event::Called { call, method, head, args, .. } => {
                self.called(to, call, method, &head, &args);
            }
            Event::Notified { method, head, args, cost, .. } => {
                hold!(7, method == NOTIFIES, "the method {method} was notified");
                self.notified(to, &head, &args, cost);
            }
            Event::Ended { call, ending, payload, .. } => {
                self.ended_at(to, call, ending, &payload);
            }
            Event::Expired(call) => {
                let number = self.own(to, call, "expired");
                self.ends[to].own[call.slot()] = None;
                let due = self.calls[number].deadline.is_some_and(|due| due <= self.now);
                hold!(8, due, "a call expired before its deadline");
                self.calls[number].abandoned = true;
                self.ended(number);
            }
            Event::Item { stream, payload, .. } => self.item_came(to, stream, &payload),
            Event::ItemsEnded { call, fault } => self.items_ended(to, call, fault.as_ref()),
            Event::Credit(Stream::Own(call)) => {
                self.own(to, call, "given credit");
            }
            Event::Credit(Stream::Theirs(call)) => {
                self.handler(to, call, "given credit");
            }
            Event::NotificationCredit => {}
            Event::Unwanted(call) => {
                let number = self.own(to, call, "told that its items are not wanted");
                let flow = &mut self.calls[number].flows[0];
                hold!(7, flow.refused || !self.fair, "items that were not refused are not wanted");
                flow.refused = true;
            }
            Event::Cancelled { call, why } => {
                let now = self.now;
                let handler = self.handler(to, call, "cancelled");
                handler.cancelled = true;
                let (of, due) = (handler.of, handler.deadline.is_some_and(|due| due <= now));
                match (why, of) {
                    (Why::Deadline, _) => hold!(8, due, "a handler was ended before its deadline"),
                    (Why::Cancelled, Some(of)) => {
                        hold!(
                            1,
                            self.calls[of].abandoned,
                            "a call that is waited for was cancelled"
                        );
                    }
                    (Why::Cancelled, None) => {}
                }
                if let Some(of) = of {
                    self.calls[of].handler = None;
                }
            }
            Event::Greeting(_) | Event::Introduction(_) | Event::Goodbye(_) => {
                unreachable!("told apart before")
            }
        }
    }

    /// The call of an end that waits for its end.
    fn own(&self, end: usize, call: OwnCall, what: &str) -> usize {
        let number = self.ends[end].own.get(call.slot()).copied().flatten();
        let number = number.filter(|number| self.calls[*number].own == call);
        hold!(1, number.is_some(), "a call for which nobody waits is {what} at end {end}");
        number.unwrap_or_default()
    }

    fn handler(&mut self, end: usize, call: PeerCall, what: &str) -> &mut Handler {
        let handler = self.ends[end].handlers.get_mut(call.slot()).and_then(Option::as_mut);
        let handler = handler.filter(|handler| handler.call == call && !handler.cancelled);
        let Some(handler) = handler else {
            panic!("property 3: a handler that is not there, or cancelled, is {what} at end {end}")
        };
        handler
    }

    fn called(&mut self, to: usize, call: PeerCall, method: u16, head: &Head, args: &Payload<'_>) {
        hold!(7, self.ends[to].closing.is_none(), "a call begins after end {to} was closed");
        let slot = call.slot();
        if self.ends[to].handlers.len() <= slot {
            self.ends[to].handlers.resize_with(slot + 1, || None);
        }
        hold!(3, self.ends[to].handlers[slot].is_none(), "two handlers have the slot {slot}");
        let mut of = None;
        if self.fair {
            let number = tag(args).and_then(|tag| usize::try_from(tag).ok());
            let number = number.filter(|number| *number < self.calls.len());
            let Some(number) = number else { panic!("property 7: arguments were altered") };
            let made = &mut self.calls[number];
            hold!(7, is_body(args, number as u64, made.length), "arguments were altered");
            let same = made.caller != to && made.method == method && made.own.id() == call.id();
            hold!(2, same && made.within == head.within, "a call came as another");
            made.begun += 1;
            hold!(3, made.begun == 1, "the handler of a call begins twice");
            hold!(9, !made.never, "a call begins that was said never to have been known");
            hold!(1, made.said.is_none(), "a call begins after its end");
            made.handler = Some(call);
            of = Some(number);
            if made.small {
                let before = self.ends[to].last_small.replace(number);
                hold!(7, before < Some(number), "small calls begin in another order");
            }
            let due = made.deadline.is_some();
            hold!(7, due == head.deadline.is_some(), "a deadline was lost");
        }
        let shape = SHAPES[usize::from(method)];
        let detached = self.rng.u8(..100) < self.plan.detached;
        self.ends[to].handlers[slot] = Some(Handler {
            call,
            shape,
            of,
            deadline: head.deadline.map(|time| self.now + time),
            cancelled: false,
            detached,
            reading: shape.takes_items,
            nested: None,
            depth: 0,
            held: 0,
        });
        let end = &mut self.ends[to];
        let streams = end.handlers.iter().flatten().filter(|one| one.has_stream()).count();
        let limits = end.machine.limits();
        end.crowded |=
            end.machine.their_calls() == limits.max_calls || streams == limits.max_streams;
    }

    fn notified(&mut self, to: usize, head: &Head, args: &Payload<'_>, costs: usize) {
        if self.fair {
            let number = self.ends[to].notes_got;
            let size = self.ends[1 - to].notes.pop_front();
            hold!(7, size.is_some_and(|size| cost(size) == costs), "a notification was altered");
            let right = is_body(args, note_tag(number), args.len());
            hold!(7, right, "notification {number} is another, or was altered");
            hold!(7, head.within.is_none(), "the head of a notification was altered");
        }
        self.ends[to].notes_got += 1;
        self.ends[to].notes_held.push(costs);
    }

    fn ended_at(&mut self, to: usize, call: OwnCall, ending: Ending, payload: &Payload<'_>) {
        let number = self.own(to, call, "ended");
        self.ends[to].own[call.slot()] = None;
        self.ended(number);
        if !self.fair {
            return;
        }
        let made = &self.calls[number];
        if let (Ending::Fault, None) = (ending, &made.said) {
            let text = std::str::from_utf8(payload).unwrap_or_default();
            let callee = &self.ends[1 - to];
            let right = if text.contains(r#""overloaded","executed":"no""#) {
                made.begun == 0 && callee.crowded
            } else if text.contains(r#""disconnected","executed":"no""#) {
                made.begun == 0 && callee.closing.is_some()
            } else if text.contains(r#""deadline_exceeded""#) {
                // Rounded up on the wire, it ends here first unless this end is late.
                made.begun == 1 && made.deadline.is_some_and(|due| due <= self.now)
            } else {
                false
            };
            hold!(1, right, "a call ends, and nobody has said so: {text}");
            return;
        }
        let Some(said) = &made.said else {
            panic!("property 2: a call ends with {ending:?}, and its handler has said nothing")
        };
        self.tally.answered += 1;
        hold!(2, said.ending == ending, "{:?} has become {ending:?}", said.ending);
        let right = is_body(payload, ending_tag(number, ending), said.length);
        hold!(2, right || (ending == Ending::End && payload.is_empty()), "an end is another's");
        hold!(7, made.flows[1].sizes.is_empty(), "a call ends before its last item has come");
        let notes = self.ends[to].notes_got;
        hold!(7, notes >= said.notes, "the end of a call overtakes a notification");
    }

    fn item_came(&mut self, to: usize, stream: Stream, payload: &Payload<'_>) {
        let (number, back) = match stream {
            Stream::Own(call) => (Some(self.own(to, call, "sent an item")), 1),
            Stream::Theirs(call) => {
                let handler = self.handler(to, call, "sent an item");
                hold!(7, handler.reading, "an item comes to a handler that reads none");
                (handler.of, 0)
            }
        };
        if let Some(number) = number.filter(|_| self.fair) {
            let flow = &mut self.calls[number].flows[back];
            let right = flow
                .sizes
                .pop_front()
                .is_some_and(|size| is_body(payload, item_tag(number, back == 1, flow.got), size));
            hold!(7, right, "item {} of a stream is another, or was altered", flow.got);
            flow.got += 1;
        }
        self.hold_item(to, stream, payload.len());
    }

    fn items_ended(&mut self, to: usize, call: PeerCall, fault: Option<&Payload<'_>>) {
        let handler = self.handler(to, call, "told that its items have ended");
        hold!(7, handler.reading, "items end that were not open");
        handler.reading = false;
        if let Some(of) = handler.of {
            let flow = &self.calls[of].flows[0];
            hold!(7, flow.done && flow.failed == fault.is_some(), "items end that go on");
            hold!(7, flow.sizes.is_empty(), "items end before the last has come");
        }
    }

    /// A call has ended for its caller.
    pub(crate) fn ended(&mut self, number: usize) {
        let call = &mut self.calls[number];
        call.ended += 1;
        hold!(1, call.ended == 1, "a call ends {} times", call.ended);
    }

    /// The pair has ended, as far as an end knows: all that it waits for has, too.
    pub(crate) fn take_down(&mut self, end: usize) {
        self.ends[end].down = true;
        let peer = &self.ends[1 - end];
        let timeout = peer.machine.limits().close_timeout;
        let closed = peer.closing.is_some_and(|since| self.now < since + timeout);
        let orderly = self.fair && self.ends[end].goodbye && closed;
        let own: Vec<usize> = self.ends[end].own.iter_mut().filter_map(Option::take).collect();
        let before = self.ends[end].machine.kept()[0];
        for number in own {
            let call = self.calls[number].own;
            if !self.ends[end].machine.may_be_known(call) {
                self.calls[number].never = true;
                hold!(9, self.calls[number].begun == 0, "a call has begun, and is not known");
            }
            let lost = orderly && self.calls[number].said.is_some();
            hold!(1, !lost, "a goodbye comes before the end of a call");
            self.ended(number);
            // Whoever dropped it last.
            self.ends[end].machine.cancel(call);
            self.ends[end].machine.consume(Stream::Own(call), 300_000);
        }
        let handlers: Vec<Handler> =
            self.ends[end].handlers.iter_mut().filter_map(Option::take).collect();
        let machine = &mut self.ends[end].machine;
        for handler in handlers {
            machine.refuse_items(handler.call);
            machine.consume(Stream::Theirs(handler.call), 300_000);
            let _ = machine.item(Stream::Theirs(handler.call), false, Payload::Here(b"late"));
            machine.reply(handler.call, false, Payload::Here(b"late"));
        }
        machine.consume_notification(300_000);
        let call = machine.is_over().then(|| {
            machine.call(self.now, 0, false, &Head::default(), Payload::Here(b"")).is_err()
        });
        hold!(9, call != Some(false), "a call begins after the end of the pair");
        // A transport that has ended takes nothing more; the machine does not know of that.
        let more = machine.is_over() && machine.kept()[0] > before;
        hold!(9, !more, "end {end} says something after its last");
    }
}
