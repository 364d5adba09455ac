//! What do all who use one end of a pair share?

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
#[cfg(feature = "__ipc")]
use std::task::{Context, Poll, ready};
#[cfg(not(feature = "__ipc"))]
use std::time::Instant;

#[cfg(feature = "__ipc")]
use tokio::time::Instant;
#[cfg(feature = "__ipc")]
use traitwire_protocol::Transmit;
use traitwire_protocol::{Connection, Ending, OwnCall, PeerCall, Time};

use super::batch::Batch;
use super::buffer::Body;
use super::output::{DriverWaker, Writer, Written};
use super::within::Handler;
use crate::{Executed, Fault, FaultKind};

/// One end of a pair.
pub(crate) struct Link {
    state: Mutex<State>,
    writer: Mutex<Writer>,
    driver: Arc<DriverWaker>,
    /// Wakes the driver.
    waker: Waker,
    start: Instant,
    /// Whether the peer has to know in which handler a call is made.
    peer_is_serial: bool,
}

/// So late nothing is due any more: some thirty years.
const FAR: Time = Time::from_secs(1_000_000_000);

/// What is behind the lock. No code of the user's runs while it is held.
pub(crate) struct State {
    pub(crate) connection: Connection,
    /// The waiter of each call that this end has made, by its slot.
    by_slot: Vec<usize>,
    waiters: Vec<Option<Waiter>>,
    free: Vec<usize>,
    /// What is kept of the peer's calls, by their slots.
    theirs: Vec<Option<Theirs>>,
    /// What ends the handlers of notifications that have tasks of their own.
    tasks: HashMap<u64, Option<Cancel>>,
    next_task: u64,
    /// Who waits for the queue to be shorter, and for how long.
    room: Vec<(Waker, Option<Time>)>,
    /// Who waits until the peer has dealt with earlier notifications.
    pub(crate) notifiers: Vec<Waker>,
    /// Why the pair has ended, for whoever still calls.
    pub(crate) over: Option<String>,
    /// The transport takes nothing more.
    pub(crate) failed: bool,
    /// When the driver looks at the time next.
    pub(crate) armed: Option<Time>,
}

/// Who waits for a call of this end.
pub(crate) struct Waiter {
    call: OwnCall,
    /// The handler in which the call was made.
    made_in: Option<Handler>,
    pub(crate) waker: Option<Waker>,
    pub(crate) outcome: Option<Outcome>,
    /// What has come of the stream that comes back.
    pub(crate) items: Batch,
}

/// How a call of this end has ended.
pub(crate) enum Outcome {
    Ended(Ending, bool, Body),
    Fault(Fault),
}

/// Ends a handler.
pub(crate) type Cancel = Box<dyn FnOnce() + Send>;

/// What is kept of a call of the peer's.
pub(crate) struct Theirs {
    pub(crate) call: PeerCall,
    /// Ends the handler.
    pub(crate) cancel: Option<Cancel>,
    /// The handler that waits for credit.
    pub(crate) sender: Option<Waker>,
    /// What has come of the stream that comes in, and who waits for it.
    pub(crate) items: Batch,
    pub(crate) items_ended: Option<Result<(), Fault>>,
    pub(crate) reader: Option<Waker>,
}

impl Link {
    pub(crate) fn new(
        connection: Connection,
        writer: Writer,
        start: Instant,
        peer_is_serial: bool,
    ) -> Link {
        let driver = Arc::new(DriverWaker::default());
        Link {
            state: Mutex::new(State {
                connection,
                by_slot: Vec::new(),
                waiters: Vec::new(),
                free: Vec::new(),
                theirs: Vec::new(),
                tasks: HashMap::new(),
                next_task: 0,
                room: Vec::new(),
                notifiers: Vec::new(),
                over: None,
                failed: false,
                armed: None,
            }),
            writer: Mutex::new(writer),
            waker: Arc::clone(&driver).into(),
            driver,
            start,
            peer_is_serial,
        }
    }

    pub(crate) fn peer_is_serial(&self) -> bool {
        self.peer_is_serial
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The driver, for it to be woken.
    pub(crate) fn driver(&self) -> &DriverWaker {
        &self.driver
    }

    pub(crate) fn now(&self) -> Time {
        self.start.elapsed()
    }

    /// A time as the clock has it; one that it cannot have is far away.
    pub(crate) fn at(&self, time: Time) -> Instant {
        self.start.checked_add(time).unwrap_or_else(|| self.start + FAR)
    }

    /// Says something that need not be answered, and writes it if there is something to be written.
    pub(crate) fn say(&self, say: impl FnOnce(&mut Connection)) {
        let mut state = self.lock();
        say(&mut state.connection);
        let wants = state.connection.wants_transmit();
        drop(state);
        if wants {
            self.flush();
        }
    }

    /// Writes what waits, unless somebody is at it.
    pub(crate) fn flush(&self) {
        // The transport may have woken the driver while the writer was still held here, and the driver
        // found it so. Now it is free.
        if !self.write() {
            self.driver.wake();
        }
    }

    /// The same for the driver, which the transport wakes when it takes more. Whether that is not waited
    /// for.
    pub(crate) fn write(&self) -> bool {
        loop {
            let Ok(mut writer) = self.writer.try_lock() else {
                // Whoever has it looks again before leaving.
                return true;
            };
            match self.write_to(&mut writer) {
                Written::All => {}
                Written::Blocked(some) => {
                    let mut state = self.lock();
                    if some {
                        state.connection.handle_progress();
                    }
                    let now = self.now();
                    state.connection.handle_blocked(now);
                    return false;
                }
                Written::Failed => {
                    self.lock().failed = true;
                    return false;
                }
            }
            drop(writer);
            if !self.lock().connection.wants_transmit() {
                return true;
            }
        }
    }

    fn write_to(&self, writer: &mut Writer) -> Written {
        loop {
            match writer.write(&self.waker) {
                Written::All => {}
                other => return other,
            }
            let mut state = self.lock();
            state.connection.handle_progress();
            if !state.connection.poll_transmit(writer.transmit()) {
                break;
            }
            state.make_room();
        }
        writer.flush(&self.waker)
    }

    /// Closes the transport, once everything is written that it takes.
    #[cfg(feature = "__ipc")]
    pub(crate) fn poll_close(&self, cx: &mut Context<'_>) -> Poll<()> {
        // Whoever else writes does so for the last time.
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let next = |transmit: &mut Transmit| self.lock().connection.poll_transmit(transmit);
        match ready!(writer.poll_all(cx, next)) {
            Ok(()) => writer.poll_close(cx),
            Err(_) => Poll::Ready(()),
        }
    }

    /// Lets go of the transport, whoever still has a handle of the pair.
    #[cfg(feature = "__ipc")]
    pub(crate) fn let_go(&self) {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).let_go();
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link(..)")
    }
}

impl State {
    /// Somebody waits for the end of a call. What is returned stands for it until
    /// [`take_outcome`](Self::take_outcome) or [`forget`](Self::forget).
    pub(crate) fn wait(&mut self, call: OwnCall, made_in: Option<Handler>, waker: Waker) -> usize {
        let (waker, items) = (Some(waker), Batch::default());
        let waiter = Some(Waiter { call, made_in, waker, outcome: None, items });
        let place = match self.free.pop() {
            Some(place) => {
                self.waiters[place] = waiter;
                place
            }
            None => {
                self.waiters.push(waiter);
                self.waiters.len() - 1
            }
        };
        if self.by_slot.len() <= call.slot() {
            self.by_slot.resize(call.slot() + 1, usize::MAX);
        }
        self.by_slot[call.slot()] = place;
        place
    }

    pub(crate) fn waiter(&mut self, place: usize) -> Option<&mut Waiter> {
        self.waiters.get_mut(place)?.as_mut()
    }

    /// Who waits for this call; it is under way.
    pub(crate) fn waiter_of(&mut self, call: OwnCall) -> Option<&mut Waiter> {
        let place = *self.by_slot.get(call.slot())?;
        self.waiter(place).filter(|waiter| waiter.call == call)
    }

    /// The handler in which a call of this end was made that is under way.
    #[cfg(feature = "__ipc")]
    pub(crate) fn made_in(&mut self, id: u64) -> Option<Handler> {
        let call = self.connection.own_call(id)?;
        self.waiter_of(call)?.made_in
    }

    /// How the call ended. If it has not, the waker is woken when something has come.
    pub(crate) fn take_outcome(&mut self, place: usize, waker: &Waker) -> Option<Outcome> {
        let waiter = self.waiter(place)?;
        if let Some(outcome) = waiter.outcome.take() {
            self.forget(place);
            return Some(outcome);
        }
        match &mut waiter.waker {
            Some(known) if known.will_wake(waker) => {}
            place => *place = Some(waker.clone()),
        }
        None
    }

    /// Nobody waits any more.
    pub(crate) fn forget(&mut self, place: usize) {
        if self.waiters[place].take().is_some() {
            self.free.push(place);
        }
    }

    /// Whoever waits for a call hears how it ended.
    pub(crate) fn end(&mut self, call: OwnCall, outcome: Outcome) -> Option<Waker> {
        let waiter = self.waiter_of(call)?;
        waiter.outcome = Some(outcome);
        waiter.waker.take()
    }

    /// Keeps something of a call of the peer's.
    pub(crate) fn begin_theirs(&mut self, call: PeerCall) -> &mut Theirs {
        if self.theirs.len() <= call.slot() {
            self.theirs.resize_with(call.slot() + 1, || None);
        }
        self.theirs[call.slot()].insert(Theirs {
            call,
            cancel: None,
            sender: None,
            items: Batch::default(),
            items_ended: None,
            reader: None,
        })
    }

    pub(crate) fn theirs(&mut self, call: PeerCall) -> Option<&mut Theirs> {
        let theirs = self.theirs.get_mut(call.slot())?.as_mut()?;
        Some(theirs).filter(|theirs| theirs.call == call)
    }

    /// Nothing is kept of it any more.
    pub(crate) fn end_theirs(&mut self, call: PeerCall) -> Option<Theirs> {
        self.theirs.get_mut(call.slot())?.take_if(|theirs| theirs.call == call)
    }

    /// A handler of a notification gets a task of its own.
    pub(crate) fn begin_task(&mut self) -> u64 {
        self.next_task += 1;
        self.tasks.insert(self.next_task, None);
        self.next_task
    }

    /// What ends it, unless it has ended already.
    pub(crate) fn set_task(&mut self, id: u64, cancel: Cancel) {
        if let Some(place) = self.tasks.get_mut(&id) {
            *place = Some(cancel);
        }
    }

    pub(crate) fn end_task(&mut self, id: u64) {
        self.tasks.remove(&id);
    }

    /// Whether something is due before the driver looks at the time.
    pub(crate) fn is_early(&self) -> bool {
        let Some(next) = self.next_due() else { return false };
        self.armed.is_none_or(|armed| next < armed)
    }

    /// When something is due next.
    pub(crate) fn next_due(&self) -> Option<Time> {
        let room = self.room.iter().filter_map(|(_, by)| *by).min();
        [self.connection.next_timeout(), room].into_iter().flatten().min()
    }

    /// Somebody is woken when the queue is shorter, or when that time has come.
    pub(crate) fn wait_for_room(&mut self, waker: &Waker, by: Option<Time>) {
        self.room.push((waker.clone(), by));
    }

    /// Wakes who has waited long enough for room.
    #[cfg(feature = "__ipc")]
    pub(crate) fn wake_late(&mut self, now: Time) {
        for (waker, _) in self.room.extract_if(.., |(_, by)| by.is_some_and(|by| by <= now)) {
            waker.wake();
        }
    }

    /// Wakes who waits for room, if there is some.
    fn make_room(&mut self) {
        if !self.room.is_empty() && !self.connection.is_full() {
            for (waker, _) in self.room.drain(..) {
                waker.wake();
            }
        }
    }

    /// The pair has ended: nothing comes any more, and nobody waits. What ends the peer's calls is
    /// returned, for it to be run without the lock.
    pub(crate) fn end_all(&mut self, why: &str) -> Vec<Cancel> {
        if self.over.is_some() {
            return Vec::new();
        }
        self.over = Some(why.to_owned());
        for waiter in self.waiters.iter_mut().flatten().filter(|waiter| waiter.outcome.is_none()) {
            let known = self.connection.may_be_known(waiter.call);
            let executed = if known { Executed::Maybe } else { Executed::No };
            let fault = Fault::new(FaultKind::Disconnected, executed, why);
            waiter.outcome = Some(Outcome::Fault(fault));
        }
        let waiters = self.waiters.iter_mut().flatten().filter_map(|waiter| waiter.waker.take());
        let mut wakers: Vec<Waker> = waiters.collect();
        wakers.extend(self.room.drain(..).map(|(waker, _)| waker));
        wakers.append(&mut self.notifiers);
        let mut cancels = Vec::new();
        for theirs in self.theirs.iter_mut().flatten() {
            theirs.items_ended.get_or_insert_with(|| {
                Err(Fault::new(FaultKind::Disconnected, Executed::Maybe, why))
            });
            wakers.extend(theirs.reader.take());
            wakers.extend(theirs.sender.take());
            cancels.extend(theirs.cancel.take());
        }
        cancels.extend(self.tasks.drain().filter_map(|(_, cancel)| cancel));
        for waker in wakers {
            waker.wake();
        }
        cancels
    }
}
