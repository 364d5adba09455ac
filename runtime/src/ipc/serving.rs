//! How does a handler run for the peer, and how is it ended?

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::task::{Context as TaskContext, Poll, Waker, ready};
use std::time::{Duration, Instant};

use tokio::task::AbortHandle;
use traitwire_protocol::{Ending, Head, NoItem, Payload, PeerCall, Stream as Wired};
use traitwire_schema::{Interface, Method};

use super::codec::Codec;
use super::dispatch::{Dispatch, Ended, Invocation, Outcome, Slot, Spare, Started};
use super::held::{Held, Spares};
use super::incoming::IncomingItems;
use super::link::Link;
use super::serial::{Serial, Turn, Waiting, What};
use super::starts::{Place, Starts};
use super::within;
use crate::{Context, Executed, Fault, FaultKind, Trace, panics};

/// What this end serves to its peer. It lives as long as the pair does.
pub(super) struct Serving {
    link: Arc<Link>,
    /// By number.
    methods: Vec<Served>,
    /// How many notifications have come.
    notifications: AtomicU64,
    starts: Arc<Starts>,
}

/// A method that the peer calls.
pub(super) enum Served {
    Ipc {
        dispatch: Arc<dyn Dispatch>,
        interface: &'static Interface,
        /// Its position in the interface.
        method: usize,
        codec: Codec,
        /// The turns of its interface, where handlers run one at a time.
        serial: Option<Arc<Serial>>,
    },
    #[cfg(feature = "ipc-rpc")]
    Rpc(Arc<super::rpc::Method>),
}

impl Served {
    /// What the schema says of it, unless it is RPC.
    #[cfg_attr(
        not(feature = "ipc-rpc"),
        allow(clippy::unnecessary_wraps, reason = "without that feature none is RPC")
    )]
    fn schema(&self) -> Option<&'static Method> {
        match self {
            Served::Ipc { interface, method, .. } => Some(&interface.methods[*method]),
            #[cfg(feature = "ipc-rpc")]
            Served::Rpc(_) => None,
        }
    }

    /// Its interface and itself, for a log.
    fn names(&self) -> (&str, &str) {
        match self {
            Served::Ipc { interface, method, .. } => {
                (&interface.name, &interface.methods[*method].name)
            }
            #[cfg(feature = "ipc-rpc")]
            Served::Rpc(method) => (&method.interface, &method.name),
        }
    }

    fn takes_items(&self) -> bool {
        self.schema().is_some_and(|method| method.args.iter().any(|arg| arg.stream))
    }

    fn is_spawned(&self) -> bool {
        // What stands around a handler of RPC asks the clock, so that it has a task of its own.
        self.schema().is_none_or(|method| method.spawn)
    }

    fn is_detached(&self) -> bool {
        self.schema().is_some_and(|method| method.detached)
    }

    fn serial(&self) -> Option<&Arc<Serial>> {
        match self {
            Served::Ipc { serial, .. } => serial.as_ref(),
            #[cfg(feature = "ipc-rpc")]
            Served::Rpc(_) => None,
        }
    }
}

/// For so long handlers are polled where their calls are read; then they have tasks of their own, so that
/// reading goes on.
const BUDGET: Duration = Duration::from_millis(1);

/// What handlers that are polled in place share.
#[derive(Default)]
pub(super) struct InPlace {
    /// When the first of them was to start, of those whose calls came together.
    since: Option<Instant>,
    /// What held those that have ended.
    replies: Spares<Ended>,
    notified: Spares<()>,
}

impl InPlace {
    /// More calls have come.
    pub(super) fn begin(&mut self) {
        self.since = None;
    }

    fn is_used_up(&mut self) -> bool {
        let now = Instant::now();
        now.duration_since(*self.since.get_or_insert(now)) > BUDGET
    }

    fn spare(&mut self, number: u16) -> Spare {
        Spare { replies: self.replies.take(number), notified: self.notified.take(number) }
    }
}

impl Serving {
    pub(super) fn new(link: Arc<Link>, methods: Vec<Served>) -> Serving {
        Serving { link, methods, notifications: AtomicU64::new(0), starts: Arc::default() }
    }

    /// What tells the handler from all others.
    pub(super) fn handler(&self, what: &What) -> within::Handler {
        match what {
            What::Call(call) => within::Handler::Call(call.id()),
            What::Notification(_) => {
                let number = self.notifications.fetch_add(1, Ordering::Relaxed);
                within::Handler::Notification(number)
            }
        }
    }

    /// Whether it is the turn of a handler. If not, it waits, and there is nothing more to do.
    fn turn(
        self: &Arc<Self>,
        what: What,
        number: u16,
        json: bool,
        head: &Head,
        args: &Payload<'_>,
    ) -> Admission {
        let Some(serial) = self.methods[usize::from(number)].serial() else {
            return Admission::Now(None);
        };
        let handler = self.handler(&what);
        let cause = head.within.and_then(|id| self.link.lock().made_in(id));
        if serial.enter(handler, cause) {
            let (serial, serving) = (Arc::clone(serial), Arc::clone(self));
            return Admission::Now(Some(Turn { serial, serving, handler }));
        }
        if let What::Call(call) = what {
            let (serial, link) = (Arc::clone(serial), Arc::clone(&self.link));
            let mut state = self.link.lock();
            let theirs = match state.theirs(call) {
                Some(theirs) => theirs,
                None => state.begin_theirs(call),
            };
            theirs.cancel = Some(Box::new(move || {
                if serial.forget(call) {
                    let mut state = link.lock();
                    state.end_theirs(call);
                    state.connection.release(call);
                }
            }));
        }
        let (args, since) = (args.clone().into_bytes(), Instant::now());
        serial.wait(Waiting { what, number, json, head: head.clone(), args, since });
        Admission::Later
    }

    /// It is the turn of something that had to wait.
    pub(super) fn resume(turn: Turn, waiting: Waiting) {
        let Waiting { what, number, json, mut head, args, since } = waiting;
        let serving = Arc::clone(&turn.serving);
        // Whoever waits when the pair ends does not run any more.
        if serving.link.lock().over.is_some() {
            return;
        }
        head.deadline = head.deadline.map(|time| time.saturating_sub(since.elapsed()));
        let (args, mut in_place) = (Payload::Whole(args), InPlace::default());
        match what {
            What::Call(call) => {
                serving.run_call(call, number, json, &head, args, Some(turn), &mut in_place);
            }
            What::Notification(cost) => {
                let turn = Some(turn);
                serving.run_notification(number, json, &head, args, cost, turn, &mut in_place);
            }
        }
        serving.link.flush();
    }

    /// The peer calls.
    pub(super) fn called(
        self: &Arc<Self>,
        call: PeerCall,
        number: u16,
        json: bool,
        head: &Head,
        args: Payload<'_>,
        in_place: &mut InPlace,
    ) {
        // Its items may come before its turn.
        if self.methods[usize::from(number)].takes_items() {
            self.link.lock().begin_theirs(call);
        }
        if let Admission::Now(turn) = self.turn(What::Call(call), number, json, head, &args) {
            self.run_call(call, number, json, head, args, turn, in_place);
        }
    }

    #[allow(clippy::too_many_arguments, reason = "a call has so many parts")]
    fn run_call(
        self: &Arc<Self>,
        call: PeerCall,
        number: u16,
        json: bool,
        head: &Head,
        args: Payload<'_>,
        turn: Option<Turn>,
        in_place: &mut InPlace,
    ) {
        let served = &self.methods[usize::from(number)];
        let items = served.takes_items().then(|| IncomingItems::new(Arc::clone(&self.link), call));
        let mut context = None;
        let spare = in_place.spare(number);
        let handler = match served.start(json, head, args, items, spare, &mut context) {
            Ok(Started::Reply(handler)) => Handler::Reply(handler),
            Ok(Started::Items(handler, slot)) => Handler::Items { handler: Some(handler), slot },
            // What the macro makes fits the schema, which both ends go by.
            Ok(Started::Notified(_) | Started::Done) => {
                let message = "a notification was called";
                Handler::Ended(Ended::fault(&Fault::before(FaultKind::Internal, message)))
            }
            Err(fault) => Handler::Ended(Ended::fault(&fault)),
        };
        let serving = Arc::clone(self);
        let place = None;
        let mut task = Task { serving, number, call, handler, context, place, _turn: turn };
        if !served.is_spawned() {
            // Nobody would wake a stream when there is credit, so it gets a task at once.
            let is_stream = matches!(task.handler, Handler::Items { .. });
            if is_stream || in_place.is_used_up() || !self.starts.is_empty() {
                task.place = Some(self.starts.place());
            } else if task.run_in_place(in_place) {
                return;
            }
        }
        let context = task.context.clone();
        let mut state = self.link.lock();
        if state.theirs(call).is_none() {
            state.begin_theirs(call);
        }
        drop(state);
        let handle = tokio::spawn(task).abort_handle();
        // It may have ended by now.
        if let Some(theirs) = self.link.lock().theirs(call) {
            theirs.cancel = Some(if served.is_detached() {
                Box::new(move || {
                    if let Some(context) = context {
                        context.cancel();
                    }
                })
            } else {
                abort(handle)
            });
        }
    }

    /// The peer notifies.
    pub(super) fn notified(
        self: &Arc<Self>,
        number: u16,
        json: bool,
        head: &Head,
        args: Payload<'_>,
        cost: usize,
        in_place: &mut InPlace,
    ) {
        let what = What::Notification(cost);
        let Admission::Now(turn) = self.turn(what, number, json, head, &args) else { return };
        let waits = in_place.is_used_up() || !self.starts.is_empty();
        if !waits || self.methods[usize::from(number)].is_spawned() {
            return self.run_notification(number, json, head, args, cost, turn, in_place);
        }
        let (serving, place) = (Arc::clone(self), self.starts.place());
        let (head, args) = (head.clone(), Payload::Whole(args.into_bytes()));
        self.spawn(async move {
            place.turn().await;
            let mut in_place = InPlace::default();
            serving.run_notification(number, json, &head, args, cost, turn, &mut in_place);
            // What was said in place goes out.
            serving.link.flush();
        });
    }

    /// Runs something that ends with the pair.
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let id = self.link.lock().begin_task();
        let link = Arc::clone(&self.link);
        let handle = tokio::spawn(async move {
            task.await;
            link.lock().end_task(id);
        });
        self.link.lock().set_task(id, abort(handle.abort_handle()));
    }

    #[allow(clippy::too_many_arguments, reason = "a notification has so many parts")]
    fn run_notification(
        self: &Arc<Self>,
        number: u16,
        json: bool,
        head: &Head,
        args: Payload<'_>,
        cost: usize,
        turn: Option<Turn>,
        in_place: &mut InPlace,
    ) {
        let served = &self.methods[usize::from(number)];
        let mut context = None;
        let handler_id = match &turn {
            Some(turn) => turn.handler,
            None => self.handler(&What::Notification(cost)),
        };
        let mut done = Consumed { link: Arc::clone(&self.link), cost, task: None, turn };
        let spare = in_place.spare(number);
        let mut handler = match served.start(json, head, args, None, spare, &mut context) {
            Ok(Started::Notified(handler)) => handler,
            Ok(_) => return,
            Err(fault) => {
                // Nobody waits to be told.
                let (interface, method) = served.names();
                tracing::error!(interface, method, %fault, "a notification was not understood");
                return;
            }
        };
        let serving = Arc::clone(self);
        let poll = move |handler: &mut Held<()>, cx: &mut TaskContext<'_>| {
            let polled = within::run(&serving.link, handler_id, || {
                catch_unwind(AssertUnwindSafe(|| handler.as_mut().poll(cx)))
            });
            polled.unwrap_or_else(|panic| {
                panicked(serving.methods[usize::from(number)].names(), &*panic);
                Poll::Ready(())
            })
        };
        if !served.is_spawned()
            && !in_place.is_used_up()
            && poll(&mut handler, &mut TaskContext::from_waker(Waker::noop())).is_ready()
        {
            in_place.notified.keep(number, handler);
            return;
        }
        let id = self.link.lock().begin_task();
        done.task = Some(id);
        let task = async move {
            let _done = done;
            std::future::poll_fn(|cx| poll(&mut handler, cx)).await;
        };
        let handle = tokio::spawn(task).abort_handle();
        self.link.lock().set_task(id, abort(handle));
    }
}

/// Whether something may run.
enum Admission {
    /// In this turn, if it has to have one.
    Now(Option<Turn>),
    Later,
}

fn abort(handle: AbortHandle) -> Box<dyn FnOnce() + Send> {
    Box::new(move || handle.abort())
}

impl Served {
    /// Has the handler made. What it panics with stays here.
    fn start(
        &self,
        json: bool,
        head: &Head,
        args: Payload<'_>,
        items: Option<IncomingItems>,
        spare: Spare,
        made: &mut Option<Context>,
    ) -> Result<Started, Fault> {
        let (dispatch, interface, method, codec) = match self {
            Served::Ipc { dispatch, interface, method, codec, .. } => {
                (dispatch, *interface, *method, *codec)
            }
            #[cfg(feature = "ipc-rpc")]
            Served::Rpc(method) => return Ok(method.start(json, head, args)),
        };
        let mut context = || {
            made.get_or_insert_with(|| {
                let mut context = Context::new(&interface.name, &interface.methods[method].name);
                let by = head.deadline.and_then(|time| Instant::now().checked_add(time));
                if let Some(by) = by {
                    context = context.with_deadline(by);
                }
                if let Some(trace) = head.trace.as_ref().and_then(Trace::from_bytes) {
                    context = context.with_trace(trace);
                }
                context
            })
            .clone()
        };
        let context = &mut context;
        let invocation = Invocation { method, codec, json, args, context, items, spare };
        // Decoding runs code of the user's, and so can panic.
        match catch_unwind(AssertUnwindSafe(|| dispatch.dispatch(invocation))) {
            Ok(outcome) => outcome.map(|Outcome(started)| started),
            Err(panic) => Err(panicked(self.names(), &*panic)),
        }
    }
}

/// What a panic becomes: its message stays in the log.
fn panicked((interface, method): (&str, &str), panic: &(dyn Any + Send)) -> Fault {
    let text = panics::text(panic);
    tracing::error!(interface, method, panic = text, "a handler panicked");
    let message = "the handler failed; the log of the end that serves it says how";
    Fault::new(FaultKind::Internal, Executed::Maybe, message)
}

/// A notification that has been dealt with when this is dropped.
struct Consumed {
    link: Arc<Link>,
    cost: usize,
    task: Option<u64>,
    /// Over once this is.
    turn: Option<Turn>,
}

impl Drop for Consumed {
    fn drop(&mut self) {
        let mut state = self.link.lock();
        if let Some(task) = self.task {
            state.end_task(task);
        }
        state.connection.consume_notification(self.cost);
        let wants = self.task.is_some() && state.connection.wants_transmit();
        drop(state);
        self.turn = None;
        // In place, the reader writes when it has read all.
        if wants {
            self.link.flush();
        }
    }
}

/// A handler on its way.
struct Task {
    serving: Arc<Serving>,
    number: u16,
    call: PeerCall,
    handler: Handler,
    context: Option<Context>,
    /// Until it has started.
    place: Option<Place>,
    /// Over when the handler is gone.
    _turn: Option<Turn>,
}

enum Handler {
    Reply(Held<Ended>),
    Items {
        /// `None` once it has put its last item into the slot.
        handler: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
        slot: Slot,
    },
    /// It has ended, and there is no room yet to say how.
    Ended(Ended),
    /// It was said, and others may have more to say before it is written.
    Told,
    Over,
}

impl Task {
    fn panicked(&self, panic: &(dyn Any + Send)) -> Fault {
        panicked(self.serving.methods[usize::from(self.number)].names(), panic)
    }

    /// Polls it once without a task of its own; whether that was enough.
    fn run_in_place(&mut self, in_place: &mut InPlace) -> bool {
        let mut cx = TaskContext::from_waker(Waker::noop());
        match &mut self.handler {
            Handler::Items { .. } => return false,
            Handler::Reply(_) => {
                let Poll::Ready(ended) = self.poll_reply(&mut cx) else { return false };
                let handler = std::mem::replace(&mut self.handler, Handler::Ended(ended));
                if let Handler::Reply(held) = handler {
                    in_place.replies.keep(self.number, held);
                }
            }
            _ => {}
        }
        self.tell().is_none()
    }

    fn poll_reply(&mut self, cx: &mut TaskContext<'_>) -> Poll<Ended> {
        let Handler::Reply(handler) = &mut self.handler else { return Poll::Pending };
        let current = within::Handler::Call(self.call.id());
        let polled = within::run(&self.serving.link, current, || {
            catch_unwind(AssertUnwindSafe(|| handler.as_mut().poll(cx)))
        });
        polled.unwrap_or_else(|panic| Poll::Ready(Ended::fault(&self.panicked(&*panic))))
    }

    /// Tells the peer how the call ended; gives that back if there is no room.
    fn tell(&mut self) -> Option<bool> {
        let Handler::Ended(ended) = std::mem::replace(&mut self.handler, Handler::Over) else {
            return None;
        };
        let mut state = self.serving.link.lock();
        if state.over.is_none() && state.connection.is_full() {
            self.handler = Handler::Ended(ended);
            return Some(true);
        }
        let Ended { ending, json, body } = &ended;
        let (call, payload) = (self.call, body.payload());
        state.end_theirs(call);
        let connection = &mut state.connection;
        let limit = connection.limits().max_message;
        if body.len() > limit {
            let message = format!("a reply of {} bytes exceeds the limit of {limit}", body.len());
            let fault = Fault::new(FaultKind::TooLarge, Executed::Maybe, message);
            connection.fault(call, Ended::fault(&fault).body.payload());
            return None;
        }
        match ending {
            Ending::Reply => connection.reply(call, *json, payload),
            Ending::Declared => connection.declare(call, *json, payload),
            Ending::Fault => connection.fault(call, payload),
            Ending::End => connection.end_items(Wired::Theirs(call)),
        };
        None
    }

    /// Sends what is in the slot. Ready once that is all, and with it whether nobody wants more.
    fn poll_items(&mut self, cx: &mut TaskContext<'_>) -> Poll<()> {
        loop {
            let Handler::Items { handler, slot } = &mut self.handler else {
                return Poll::Ready(());
            };
            let mut filled = slot.lock().unwrap_or_else(PoisonError::into_inner);
            let (call, stream) = (self.call, Wired::Theirs(self.call));
            let mut sent = false;
            let mut failure = None;
            let mut state = self.serving.link.lock();
            let json = filled.json;
            while let Some(result) = filled.batch.next_if(|item| {
                if state.connection.is_full() {
                    return Err(None);
                }
                state.connection.item(stream, json, item).map_err(Some)
            }) {
                match result {
                    Ok(()) => sent = true,
                    Err(None) => {
                        state.wait_for_room(cx.waker(), None);
                        drop(state);
                        self.serving.link.flush();
                        return Poll::Pending;
                    }
                    Err(Some(NoItem::NoCredit)) => {
                        if let Some(theirs) = state.theirs(call) {
                            theirs.sender = Some(cx.waker().clone());
                        }
                        drop(state);
                        if sent {
                            self.serving.link.flush();
                        }
                        return Poll::Pending;
                    }
                    Err(Some(why @ NoItem::TooLarge { .. })) => {
                        let message = why.to_string();
                        let fault = Fault::new(FaultKind::TooLarge, Executed::Maybe, message);
                        failure = Some(Ended::fault(&fault));
                        break;
                    }
                    // Nobody waits for it.
                    Err(Some(_)) => {
                        state.end_theirs(call);
                        state.connection.release(call);
                        drop(state);
                        drop(filled);
                        self.handler = Handler::Over;
                        return Poll::Ready(());
                    }
                }
            }
            drop(state);
            if failure.is_none() && handler.is_none() {
                failure = Some(filled.failure.take().unwrap_or_else(Ended::end));
            }
            drop(filled);
            if let Some(ended) = failure {
                self.handler = Handler::Ended(ended);
                return Poll::Ready(());
            }
            if sent {
                self.serving.link.flush();
            }
            let Some(running) = handler else { continue };
            let polled =
                within::run(&self.serving.link, within::Handler::Call(self.call.id()), || {
                    catch_unwind(AssertUnwindSafe(|| running.as_mut().poll(cx)))
                });
            match polled {
                Ok(Poll::Ready(())) => *handler = None,
                Ok(Poll::Pending) => {
                    let filled = slot.lock().unwrap_or_else(PoisonError::into_inner);
                    if filled.batch.is_empty() {
                        return Poll::Pending;
                    }
                }
                Err(panic) => {
                    let served = &self.serving.methods[usize::from(self.number)];
                    let fault = panicked(served.names(), &*panic);
                    *handler = None;
                    slot.lock().unwrap_or_else(PoisonError::into_inner).failure =
                        Some(Ended::fault(&fault));
                }
            }
        }
    }
}

impl Future for Task {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<()> {
        let this = &mut *self;
        let Some(place) = &this.place else { return this.poll_started(cx) };
        ready!(place.poll(cx));
        let polled = this.poll_started(cx);
        this.place = None;
        polled
    }
}

impl Task {
    fn poll_started(&mut self, cx: &mut TaskContext<'_>) -> Poll<()> {
        let this = self;
        loop {
            match &this.handler {
                Handler::Reply(_) => {
                    let ended = ready!(this.poll_reply(cx));
                    this.handler = Handler::Ended(ended);
                }
                Handler::Items { .. } => ready!(this.poll_items(cx)),
                Handler::Ended(_) => {
                    if this.tell().is_some() {
                        this.serving.link.lock().wait_for_room(cx.waker(), None);
                        this.serving.link.flush();
                        return Poll::Pending;
                    }
                    let others = this.serving.link.lock().connection.their_calls() > 0;
                    this.handler = Handler::Told;
                    if others && this.serving.link.driver().ask_to_write() {
                        this.handler = Handler::Over;
                    } else if others {
                        cx.waker().wake_by_ref();
                        return Poll::Pending;
                    }
                }
                Handler::Told => {
                    this.serving.link.flush();
                    this.handler = Handler::Over;
                }
                Handler::Over => return Poll::Ready(()),
            }
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        match self.handler {
            Handler::Over => {}
            Handler::Told => self.serving.link.flush(),
            // Nobody waits for it any more: the peer has been told, or is gone.
            _ => {
                if let Some(context) = &self.context {
                    context.cancel();
                }
                // What it holds is the user's, and so can panic.
                let handler = std::mem::replace(&mut self.handler, Handler::Over);
                if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(handler))) {
                    self.panicked(&*panic);
                }
                let mut state = self.serving.link.lock();
                state.end_theirs(self.call);
                state.connection.release(self.call);
            }
        }
    }
}
