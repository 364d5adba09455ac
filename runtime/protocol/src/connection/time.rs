//! What is due?

use std::time::Duration;

use super::calls::{OwnCall, PeerCall};
use super::send::faults;
use super::{AnyCall, Connection, Event, Phase, Time, Why};
use crate::frame::{Flags, Header, Kind};
use crate::violation::Violation;

impl Connection {
    /// When [`handle_timeout`](Self::handle_timeout) has something to do next; `None` if never.
    pub fn next_timeout(&self) -> Option<Time> {
        if self.is_over() {
            return self.stall();
        }
        let phase = match self.phase {
            Phase::Hello { by, .. } | Phase::Closing { by } => Some(by),
            Phase::Open | Phase::Over { .. } => None,
        };
        let deadline = self.deadlines.first().map(|(time, _)| *time);
        [phase, deadline, self.stall(), self.keep_alive()].into_iter().flatten().min()
    }

    fn stall(&self) -> Option<Time> {
        self.blocked.map(|since| since.saturating_add(self.limits.stall_timeout))
    }

    /// When a sign of life is to be asked for, or has not come.
    fn keep_alive(&self) -> Option<Time> {
        // Who asks late gives the peer no less time.
        Some(self.asked.unwrap_or(self.heard).saturating_add(self.silence()?))
    }

    /// How long a silence may be before it is to be broken.
    fn silence(&self) -> Option<Duration> {
        // A hello has a time of its own, and nothing else may be said before.
        let opened = matches!(self.phase, Phase::Open | Phase::Closing { .. });
        let every = self.limits.keep_alive.filter(|_| opened)?;
        // More often than this a peer may not be asked.
        Some(every.max(Duration::from_secs(1)))
    }

    /// Time has passed. To be called until it gives no event.
    ///
    /// # Errors
    /// [`Violation`] if the peer has let a time pass; see [`handle`](Self::handle).
    pub fn handle_timeout(&mut self, now: Time) -> Result<Option<Event<'static>>, Violation> {
        if let Some(due) = self.stall()
            && now >= due
        {
            if !was_asleep(now, due, self.limits.stall_timeout) {
                return Err(Violation::Stalled);
            }
            self.blocked = Some(now);
        }
        match self.phase {
            Phase::Over { .. } => return Ok(None),
            Phase::Hello { by, .. } if now >= by => return Err(Violation::NoHello),
            Phase::Closing { by } if now >= by => {
                // What has not ended by now is not waited for.
                if let Some(goodbye) = self.goodbye.take() {
                    self.abort(goodbye);
                    return Ok(None);
                }
            }
            _ => {}
        }
        if let (Some(due), Some(silence)) = (self.keep_alive(), self.silence())
            && now >= due
        {
            if self.asked.replace(now).is_some() && !was_asleep(now, due, silence) {
                return Err(Violation::Silent);
            }
            self.outbox
                .control(Header { kind: Kind::Ping, flags: Flags::NONE, method: 0, id: 0 }, &[]);
        }
        let Some((time, call)) = self.deadlines.first().copied() else { return Ok(None) };
        if time > now {
            return Ok(None);
        }
        self.deadlines.pop_first();
        Ok(Some(match call {
            AnyCall::Own(id) => {
                let call = OwnCall(id);
                if let Some(own) = self.own.get(call) {
                    own.deadline = None;
                }
                self.cancel(call);
                Event::Expired(call)
            }
            AnyCall::Theirs { slot, id } => {
                let call = PeerCall { slot, id };
                if let Some(theirs) = self.theirs.get(call) {
                    theirs.deadline = None;
                }
                self.give_up(call, faults::DEADLINE);
                Event::Cancelled { call, why: Why::Deadline }
            }
        }))
    }

    /// The transport takes nothing more for now, though something waits.
    pub fn handle_blocked(&mut self, now: Time) {
        self.blocked.get_or_insert(now);
    }

    /// The transport has taken something.
    pub fn handle_progress(&mut self) {
        self.blocked = None;
    }
}

/// Whether this end cannot tell what its peer did meanwhile, for it is later than that by a whole period: what
/// has come, or could go, was not looked at.
fn was_asleep(now: Time, due: Time, period: Duration) -> bool {
    now >= due.saturating_add(period)
}
