//! What holds after every step, and at the end?

use traitwire_protocol::{MAX_INTRODUCTION, Stream, WINDOW};

use crate::world::{SHAPES, World};

/// Bytes of small messages that need no room: cancels, credit, the faults of calls that are not waited
/// for or not begun, pings.
const UNASKED: usize = 300 * 1024;

impl World {
    /// What holds after every step.
    pub(crate) fn check(&mut self) {
        for end in 0..2 {
            self.check_limits(end);
            if !self.ends[end].down {
                self.check_tables(end);
            }
        }
        if self.fair {
            self.check_credit(false);
        }
    }

    fn check_limits(&mut self, end: usize) {
        let one = &mut self.ends[end];
        let limits = one.machine.limits().clone();
        let [queue, partial] = one.machine.kept();
        let around = 5000;
        let most = limits.max_queue + limits.max_message.max(MAX_INTRODUCTION) + around + UNASKED;
        hold!(5, queue <= most, "end {end} keeps {queue} bytes to be sent, {most} at most");
        let most = limits.max_message.max(if one.opened { 4096 } else { MAX_INTRODUCTION });
        hold!(5, partial <= most, "end {end} keeps {partial} bytes of a message, {most} at most");
        let (own, theirs) = (one.machine.own_calls(), one.machine.their_calls());
        let most = limits.max_calls;
        hold!(5, own <= most, "end {end} has {own} calls under way, {most} at most");
        hold!(5, theirs <= most, "end {end} has {theirs} calls of its peer's, {most} at most");
        let [_, held] = one.machine.credit_in_use(None);
        let most = WINDOW + limits.max_message + around;
        hold!(5, held <= most, "end {end} holds {held} bytes of notifications, {most} at most");
        let streams = one.handlers.iter().flatten();
        let streams = streams.filter(|it| it.shape.takes_items || it.shape.gives_items).count();
        let most = limits.max_streams;
        hold!(5, streams <= most, "end {end} has {streams} streams of its peer's, {most} at most");
        let own = one.own.iter().flatten();
        let shapes = own.map(|call| SHAPES[usize::from(self.calls[*call].method)]);
        let streams = shapes.filter(|shape| shape.takes_items || shape.gives_items).count();
        hold!(5, streams <= most, "end {end} has made {streams} calls with streams");
    }

    /// The machine knows of the same calls as the application.
    fn check_tables(&mut self, end: usize) {
        let one = &mut self.ends[end];
        let live = one.own.iter().flatten().count();
        let own = one.machine.own_calls();
        hold!(4, own >= live, "end {end} waits for {live} calls, and its machine for {own}");
        let handlers = one.handlers.iter().flatten().count();
        let theirs = one.machine.their_calls();
        hold!(4, theirs == handlers, "end {end} runs {handlers} handlers, its machine {theirs}");
    }

    /// No end has been given more credit than it has used. When all is quiet, both count the same.
    pub(crate) fn check_credit(&mut self, quiet: bool) {
        if self.ends.iter().any(|end| end.down) {
            return;
        }
        for end in 0..2 {
            let [used, _] = self.ends[end].machine.credit_in_use(None);
            let [_, held] = self.ends[1 - end].machine.credit_in_use(None);
            same_credit(used, held, quiet);
            for slot in 0..self.ends[end].own.len() {
                let Some(number) = self.ends[end].own[slot] else { continue };
                let call = &self.calls[number];
                let shape = SHAPES[usize::from(call.method)];
                if !shape.takes_items && !shape.gives_items {
                    continue;
                }
                let Some(handler) = call.handler.filter(|_| call.said.is_none()) else { continue };
                let open = !call.flows[0].done && !call.flows[0].refused;
                let own = Stream::Own(call.own);
                let theirs = Stream::Theirs(handler);
                let [used, held] = self.ends[end].machine.credit_in_use(Some(own));
                let [used_there, held_there] =
                    self.ends[1 - end].machine.credit_in_use(Some(theirs));
                if open {
                    same_credit(used, held_there, quiet);
                }
                if shape.gives_items {
                    same_credit(used_there, held, quiet);
                }
            }
        }
    }

    /// What was due has been done.
    pub(crate) fn check_deadlines(&self, end: usize) {
        let one = &self.ends[end];
        for number in one.own.iter().flatten() {
            let late = self.calls[*number].deadline.is_some_and(|due| due <= self.now);
            hold!(8, !late, "a call is waited for after its deadline");
        }
        for handler in one.handlers.iter().flatten() {
            let late = handler.deadline.is_some_and(|due| due <= self.now);
            hold!(8, !late || handler.cancelled, "a handler goes on after its deadline");
        }
    }

    /// Bytes have gone as far as they could, and all that came was consumed.
    pub(crate) fn check_settled(&mut self) {
        if !self.fair || self.ends.iter().any(|end| end.down || !end.opened) {
            return;
        }
        self.check_credit(true);
        for end in 0..2 {
            hold!(8, self.ends[end].notes_held.is_empty(), "notifications are left");
            hold!(7, self.ends[end].notes.is_empty(), "notifications were lost");
            hold!(8, self.ends[end].machine.kept() == [0; 2], "end {end} keeps bytes for nobody");
            for handler in self.ends[end].handlers.iter().flatten() {
                let Some(of) = handler.of else { continue };
                let given_up = self.calls[of].abandoned && !handler.cancelled;
                hold!(8, !given_up, "a handler was not told that its call was given up");
            }
            let own: Vec<usize> = self.ends[end].own.iter().flatten().copied().collect();
            for number in own {
                let call = &self.calls[number];
                hold!(8, call.begun == 1, "a call was not begun, and not refused");
                hold!(1, call.said.is_none(), "the end of a call was lost");
                for flow in &call.flows {
                    let all = flow.sizes.is_empty() || flow.refused;
                    hold!(7, all, "items were lost");
                }
                let shape = SHAPES[usize::from(call.method)];
                let (own, flow) = (Stream::Own(call.own), &call.flows[0]);
                let (open, handler) = (!flow.done && !flow.refused, call.handler);
                if open {
                    self.check_open(end, own);
                }
                if let Some(handler) = handler.filter(|_| shape.gives_items) {
                    self.check_open(1 - end, Stream::Theirs(handler));
                }
            }
        }
    }

    /// All of a stream was consumed: an item of any size may go.
    fn check_open(&mut self, end: usize, stream: Stream) {
        let largest = self.ends[end].machine.limits().max_message;
        let can = self.ends[end].machine.check_item(stream, largest);
        hold!(8, can.is_ok(), "all was consumed, and end {end} can send no item: {can:?}");
    }

    /// All has ended, and nothing is left of it.
    pub(crate) fn check_quiet(&mut self) {
        if !self.fair {
            return;
        }
        for end in 0..2 {
            let one = &mut self.ends[end];
            if one.down {
                continue;
            }
            let left = (one.machine.own_calls(), one.machine.their_calls());
            hold!(4, left == (0, 0), "end {end} has {left:?} calls left, its own and its peer's");
            hold!(4, one.machine.kept() == [0; 2], "end {end} keeps bytes for nobody");
            let due = one.machine.next_timeout();
            let due = due.filter(|_| one.machine.limits().keep_alive.is_none());
            let nothing = one.closing.is_some() || due.is_none();
            hold!(4, nothing, "end {end} waits for {due:?}, and for nothing");
        }
    }

    /// Each call has ended, and what a handler has said well was heard.
    pub(crate) fn check_calls(&self) {
        for (number, call) in self.calls.iter().enumerate() {
            hold!(1, call.ended == 1, "call {number} has ended {} times", call.ended);
        }
        for (number, end) in self.ends.iter().enumerate() {
            let left = end.own.iter().flatten().count();
            hold!(1, left == 0, "end {number} waits for {left} calls");
        }
    }
}

fn same_credit(used: usize, held: usize, quiet: bool) {
    hold!(6, used >= held, "{held} bytes of credit are held, and {used} were used");
    hold!(6, !quiet || used == held, "{used} bytes of credit were used, and {held} are held");
}
