//! How does a schedule end?

use std::time::Duration;

use crate::plan::Fate;
use crate::world::World;

impl World {
    pub(crate) fn finish(&mut self) {
        match self.plan.fate {
            Fate::Settle | Fate::Close | Fate::CloseBoth | Fate::Corrupt => {}
            Fate::Abort | Fate::Cut | Fate::Refuse => {
                self.settle();
                for end in 0..2 {
                    hold!(9, self.ends[end].down, "end {end} does not know of the end of the pair");
                }
            }
            Fate::Lost => self.find_lost(),
            Fate::Stall => self.find_stalled(),
            Fate::Mute => {
                for _ in 0..50 {
                    self.pass(Duration::from_secs(1));
                    self.settle();
                }
                hold!(8, self.ends.iter().all(|end| end.down), "nobody waits for a hello for ever");
            }
        }
        self.settle();
        self.check_settled();
        self.end_work();
        if self.plan.fate == Fate::Settle {
            self.stay_idle();
        }
        self.check_quiet();
        self.close(self.plan.whom);
        self.wait_for_the_end();
        self.check_calls();
        let aged = self.now.saturating_add(Duration::from_secs(100));
        self.now = aged;
        self.timeouts();
    }

    /// Lets bytes go, and all that comes be consumed, until nothing moves.
    pub(crate) fn settle(&mut self) {
        let begin = self.now;
        for round in 0.. {
            // Nothing that is sent is larger than what a pipe takes in half a minute.
            let long = self.now > begin + Duration::from_secs(30);
            hold!(8, round < 10_000 && !long, "something moves, and does not come to its end");
            self.flow();
            self.consume_all(0);
            self.consume_all(1);
            self.flow();
            self.check();
            let open = self.pipes.iter().filter(|pipe| pipe.stalled < Duration::from_secs(100_000));
            let Some(next) = open.filter_map(crate::pipe::Pipe::next).min() else {
                let more = (0..2).any(|end| {
                    let pipe = &self.pipes[end];
                    let stopped = pipe.closed || pipe.room() == 0;
                    !stopped && self.ends[end].machine.wants_transmit()
                });
                hold!(8, !more, "something waits, and nothing moves");
                return;
            };
            self.pass(next.saturating_sub(self.now));
        }
    }

    /// Ends all that the applications have begun.
    fn end_work(&mut self) {
        for round in 0.. {
            hold!(8, round < 2_000, "what was begun does not end");
            let mut left = 0;
            for end in 0..2 {
                if self.ends[end].down {
                    continue;
                }
                for slot in 0..self.ends[end].handlers.len() {
                    let Some(handler) = &self.ends[end].handlers[slot] else { continue };
                    left += 1;
                    let nested = handler.nested;
                    if handler.cancelled {
                        self.leave(end, slot);
                    } else if nested.is_none_or(|nested| self.calls[nested].ended > 0) {
                        self.answer(end, slot);
                    }
                }
                let own: Vec<usize> = self.ends[end].own.iter().flatten().copied().collect();
                for call in own {
                    left += 1;
                    let flow = &self.calls[call].flows[0];
                    if !flow.done && !flow.refused {
                        self.end_own_items(end, call, true);
                    } else if !self.fair && self.rng.u8(..10) == 0 {
                        self.give_up(end, call);
                    }
                }
            }
            self.settle();
            let unknown = self.plan.fate == Fate::Corrupt && round > 50;
            if left == 0 || unknown {
                return;
            }
        }
    }

    /// Nothing happens for a while: two ends that live know it of each other.
    fn stay_idle(&mut self) {
        let Some(every) = self.plan.limits[0].keep_alive else {
            self.pass(Duration::from_secs(1000));
            self.settle();
            return;
        };
        let until = self.now + every * 5;
        let before = self.tally.bytes;
        while self.now < until {
            let next = self.ends.iter().filter_map(|end| end.machine.next_timeout()).min();
            hold!(8, next.is_some_and(|next| next <= self.now + every), "nobody asks for life");
            self.pass(next.unwrap_or(until).saturating_sub(self.now));
            self.settle();
        }
        hold!(8, self.tally.bytes > before, "nobody has asked for life");
        // Whoever slept asks first, and waits, though it slept again.
        for _ in 0..2 {
            self.now += every * 3;
            self.timeouts();
        }
        self.settle();
        hold!(8, self.ends.iter().all(|end| !end.down), "an end was taken for lost");
    }

    /// What is said is lost: who asks for signs of life finds out.
    fn find_lost(&mut self) {
        let ends = self.ends.iter().all(|end| end.opened);
        if let (Some(every), true) = (self.plan.limits[0].keep_alive, ends) {
            let until = self.now + every * 2 + Duration::from_secs(31);
            while self.now < until {
                self.pass(Duration::from_millis(500));
                self.settle();
            }
            // The other end is told, if it can be.
            let heard = self.ends.iter().any(|end| end.down);
            hold!(8, heard, "nobody has noticed that a peer is lost");
            let both = self.pipes.iter().all(|pipe| pipe.lost);
            let all = self.ends.iter().all(|end| end.down);
            hold!(8, all || !both, "an end has not noticed that its peer is lost");
        }
        self.hang_up();
    }

    /// One end reads nothing: whoever has something to say to it finds out.
    fn find_stalled(&mut self) {
        let whom = self.plan.whom;
        let stall = self.plan.limits[whom].stall_timeout;
        for _ in 0..3_000 {
            if !self.ends[whom].works() || self.ends[whom].blocked {
                break;
            }
            self.act(whom);
            self.write(whom, usize::MAX);
            self.check();
        }
        if self.ends[whom].works() && self.ends[whom].blocked {
            self.pass(stall + Duration::from_millis(1));
            hold!(8, self.ends[whom].down, "end {whom} has not noticed that nothing is read");
        }
        self.hang_up();
    }

    fn hang_up(&mut self) {
        for pipe in &mut self.pipes {
            pipe.stalled = Duration::ZERO;
            pipe.cut(0);
        }
        self.settle();
    }

    /// Both ends know of the end, in the time that is given for that.
    fn wait_for_the_end(&mut self) {
        let orderly = self.fair && self.ends.iter().all(|end| !end.down && end.opened);
        self.settle();
        if orderly {
            let all = self.ends.iter().all(|end| end.down);
            hold!(8, all, "all has ended, and the pair has not");
            hold!(11, self.ends.iter().any(|end| end.goodbye), "nobody has said goodbye");
        }
        for _ in 0..10 {
            self.pass(Duration::from_secs(2));
            self.settle();
        }
        if !self.fair {
            self.hang_up();
        }
        for end in 0..2 {
            hold!(9, self.ends[end].down, "end {end} does not end");
        }
    }
}
