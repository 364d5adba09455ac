//! What may each end of a pair say next?

use std::io::IoSlice;
use std::time::Duration;

use bytes::Bytes;
use traitwire_protocol::frame::{self, Flags, Frame, HEADER, Header, Kind, MAX_PAYLOAD};
use traitwire_protocol::{
    Connection, Ending, Event, Head, Limits, MAX_CONTEXT, MAX_GREETING, MAX_INTRODUCTION,
    MIN_MESSAGE, NoItem, NotSent, OwnCall, Payload, PeerCall, Shape, Stream, Time, Transmit,
    Violation, WINDOW, Why, cost,
};

const PLAIN: u16 = 0;
const TAKES: u16 = 1;
const GIVES: u16 = 2;
const NOTIFIES: u16 = 3;

const SHAPES: [Shape; 4] = [
    Shape { takes_items: false, gives_items: false, notifies: false },
    Shape { takes_items: true, gives_items: false, notifies: false },
    Shape { takes_items: false, gives_items: true, notifies: false },
    Shape { takes_items: false, gives_items: false, notifies: true },
];

const A: usize = 0;
const B: usize = 1;

/// Two ends, between which bytes go when they are told to.
struct Pair {
    now: Time,
    ends: [Connection; 2],
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn limits(change: impl Fn(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

impl Pair {
    /// A pair on which nothing has been said.
    fn strangers(limits: &Limits) -> Pair {
        let now = seconds(100);
        Pair { now, ends: [(); 2].map(|()| Connection::new(now, limits.clone())) }
    }

    fn new() -> Pair {
        Pair::with(&Limits::default())
    }

    fn with(limits: &Limits) -> Pair {
        let mut pair = Pair::strangers(limits);
        for _ in 0..2 {
            for end in [A, B] {
                pair.ends[end].hello(b"{}");
            }
            assert_eq!(pair.pass(A).len() + pair.pass(B).len(), 2);
        }
        for end in [A, B] {
            pair.ends[end].open(SHAPES.into(), SHAPES.into());
        }
        pair
    }

    /// All that an end has to say.
    fn said(&mut self, from: usize) -> Vec<u8> {
        let (mut transmit, mut bytes) = (Transmit::default(), Vec::new());
        while self.ends[from].poll_transmit(&mut transmit) {
            bytes.extend(transmit.to_vec());
        }
        assert!(!self.ends[from].wants_transmit());
        bytes
    }

    /// What an end says next, as far as it is handed over at once.
    fn said_next(&mut self, from: usize) -> Vec<u8> {
        let mut transmit = Transmit::default();
        self.ends[from].poll_transmit(&mut transmit);
        transmit.to_vec()
    }

    fn hear(&mut self, to: usize, bytes: &[u8]) -> Result<Vec<Event<'static>>, Violation> {
        let (mut rest, mut events) = (bytes, Vec::new());
        while let Some((frame, length)) = frame::read(rest)? {
            events.extend(self.ends[to].handle(self.now, frame)?.map(Event::into_owned));
            rest = &rest[length..];
        }
        assert!(rest.is_empty());
        Ok(events)
    }

    /// All that an end has to say is heard by the other one.
    fn pass(&mut self, from: usize) -> Vec<Event<'static>> {
        let bytes = self.said(from);
        self.hear(1 - from, &bytes).expect("an end that keeps the rules")
    }

    /// The events of an end after so much time.
    fn wait(&mut self, end: usize, time: Duration) -> Result<Vec<Event<'static>>, Violation> {
        self.now += time;
        let mut events = Vec::new();
        while let Some(event) = self.ends[end].handle_timeout(self.now)? {
            events.push(event);
        }
        Ok(events)
    }

    fn call(&mut self, from: usize, method: u16) -> OwnCall {
        self.call_with(from, method, &Head::default(), b"args").expect("it can be made")
    }

    fn call_with(
        &mut self,
        from: usize,
        method: u16,
        head: &Head,
        args: &[u8],
    ) -> Result<OwnCall, NotSent> {
        self.ends[from].call(self.now, method, false, head, Payload::Here(args))
    }

    /// A call of one end's that has come to the other one.
    fn called(&mut self, from: usize, method: u16) -> (OwnCall, PeerCall) {
        let own = self.call(from, method);
        let events = self.pass(from);
        let [Event::Called { call, .. }] = events[..] else { panic!("{events:?}") };
        (own, call)
    }

    fn reply(&mut self, from: usize, call: PeerCall, reply: &[u8]) -> bool {
        self.ends[from].reply(call, false, Payload::Here(reply))
    }

    fn item(&mut self, from: usize, stream: Stream, length: usize) -> Result<(), NoItem> {
        self.ends[from].item(stream, false, Payload::Whole(vec![7; length].into()))
    }
}

fn raw(kind: Kind, flags: Flags, method: u16, id: u64, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame::write(&mut bytes, Frame { header: Header { kind, flags, method, id }, payload })
        .expect("it fits");
    bytes
}

/// The frames of bytes: kind, id and length of each.
fn frames(bytes: &[u8]) -> Vec<(Kind, u64, usize)> {
    let (mut rest, mut frames) = (bytes, Vec::new());
    while let Some((frame, length)) = frame::read(rest).unwrap() {
        frames.push((frame.header.kind, frame.header.id, frame.payload.len()));
        rest = &rest[length..];
    }
    frames
}

fn ended(call: OwnCall, ending: Ending, json: bool, payload: &[u8]) -> Event<'_> {
    Event::Ended { call, ending, json, payload: Payload::Here(payload) }
}

fn fault_text(events: &[Event<'_>]) -> String {
    let [Event::Ended { ending: Ending::Fault, payload, .. }] = events else {
        panic!("{events:?}")
    };
    String::from_utf8(payload.to_vec()).unwrap()
}

// Calls, and how they end.

#[test]
fn each_reply_goes_to_its_call_however_they_cross() {
    let mut pair = Pair::new();
    let calls: Vec<_> = (0..5).map(|_| pair.called(A, PLAIN)).collect();
    let back: Vec<_> = (0..5).map(|_| pair.called(B, PLAIN)).collect();
    for (number, (_, theirs)) in calls.iter().enumerate().rev() {
        assert!(pair.reply(B, *theirs, &[u8::try_from(number).unwrap()]));
        assert!(!pair.reply(B, *theirs, b"again"));
    }
    for (_, theirs) in &back {
        assert!(pair.reply(A, *theirs, b"back"));
    }
    let expected: Vec<_> = calls.iter().enumerate().rev().collect();
    for (event, (number, (own, _))) in pair.pass(B).iter().zip(expected) {
        assert_eq!(*event, ended(*own, Ending::Reply, false, &[u8::try_from(number).unwrap()]));
    }
    assert_eq!(pair.pass(A).len(), 5);
    for end in &pair.ends {
        assert_eq!((end.own_calls(), end.their_calls()), (0, 0));
    }
}

#[test]
fn a_handler_calls_back_before_it_replies_to_any_depth() {
    let mut pair = Pair::new();
    let mut chain = Vec::new();
    for depth in 0..100 {
        chain.push(pair.called(depth % 2, PLAIN));
    }
    for (depth, (own, theirs)) in chain.iter().enumerate().rev() {
        assert!(pair.reply(1 - depth % 2, *theirs, b"done"));
        let events = pair.pass(1 - depth % 2);
        assert_eq!(events, [ended(*own, Ending::Reply, false, b"done")]);
    }
}

#[test]
fn l3_256_chains_of_calls_end_though_no_more_calls_than_that_are_allowed() {
    let mut pair = Pair::new();
    // The handler that waits for each call, and how deep it is.
    let mut waits = std::collections::HashMap::new();
    for _ in 0..256 {
        pair.call(A, PLAIN);
    }
    let (mut ended, mut refused) = (0, 0);
    while pair.ends.iter().any(Connection::wants_transmit) {
        for from in [A, B] {
            let to = 1 - from;
            for event in pair.pass(from) {
                match event {
                    Event::Called { call, args, .. } => {
                        let depth = if args.len() == 1 { args[0] } else { 1 };
                        let inner = (depth < 4)
                            .then(|| pair.call_with(to, PLAIN, &Head::default(), &[depth + 1]));
                        match inner {
                            Some(Ok(inner)) => {
                                waits.insert((to, inner.id()), call);
                            }
                            Some(Err(why)) => {
                                assert_eq!(why, NotSent::Calls { limit: 256 });
                                refused += 1;
                                pair.reply(to, call, b"refused");
                            }
                            None => assert!(pair.reply(to, call, b"deep")),
                        }
                    }
                    Event::Ended { call, .. } => {
                        ended += 1;
                        if let Some(outer) = waits.remove(&(to, call.id())) {
                            assert!(pair.reply(to, outer, b"outer"));
                        }
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
    }
    // Each chain is two deep, and then its end allows no more.
    assert_eq!((ended, refused, waits.len()), (512, 256, 0));
}

#[test]
fn a_call_ends_with_its_reply_its_declared_error_or_a_fault() {
    let mut pair = Pair::new();
    for (ending, json) in [(Ending::Reply, true), (Ending::Declared, false), (Ending::Fault, true)]
    {
        let (own, theirs) = pair.called(A, PLAIN);
        let payload = Payload::Here(b"text");
        assert!(match ending {
            Ending::Reply => pair.ends[B].reply(theirs, json, payload),
            Ending::Declared => pair.ends[B].declare(theirs, json, payload),
            _ => pair.ends[B].fault(theirs, payload),
        });
        assert_eq!(pair.pass(B), [ended(own, ending, json, b"text")]);
    }
}

#[test]
fn c4_a_reply_that_crosses_a_cancel_is_dropped_and_the_next_call_gets_its_own() {
    let mut pair = Pair::new();
    let (own, theirs) = pair.called(A, PLAIN);
    assert!(pair.reply(B, theirs, b"late"));
    pair.ends[A].cancel(own);
    assert_eq!(pair.ends[A].own_calls(), 1, "until the peer has heard of it");
    let (next, their_next) = pair.called(A, PLAIN);
    assert_ne!(next.id(), own.id());
    assert_eq!(pair.pass(B), []);
    assert!(pair.reply(B, their_next, b"in time"));
    assert_eq!(pair.pass(B), [ended(next, Ending::Reply, false, b"in time")]);
    assert_eq!(pair.ends[A].own_calls(), 0);
}

#[test]
fn c4_an_id_is_not_used_again_after_its_call_has_ended() {
    let mut pair = Pair::new();
    let mut seen = std::collections::HashSet::new();
    for round in 0..1000 {
        let (own, theirs) = pair.called(A, PLAIN);
        assert!(seen.insert(own.id()));
        if round % 3 == 0 {
            pair.ends[A].cancel(own);
            pair.pass(A);
            pair.ends[B].release(theirs);
        } else {
            pair.reply(B, theirs, b"");
        }
        pair.pass(B);
    }
    assert_eq!((pair.ends[A].own_calls(), pair.ends[B].their_calls()), (0, 0));
}

#[test]
fn c3_a_cancelled_call_is_told_of_once_and_counts_until_its_handler_is_gone() {
    let mut pair = Pair::new();
    let (own, theirs) = pair.called(A, PLAIN);
    pair.ends[A].cancel(own);
    pair.ends[A].cancel(own);
    let cancelled = Event::Cancelled { call: theirs, why: Why::Cancelled };
    assert_eq!(pair.pass(A), [cancelled]);
    assert_eq!(pair.ends[B].their_calls(), 1);
    assert_eq!(pair.pass(B), []);
    assert_eq!(pair.ends[A].own_calls(), 0);
    assert!(!pair.reply(B, theirs, b"nobody waits"));
    assert_eq!((pair.ends[B].their_calls(), pair.said(B)), (0, Vec::new()));
}

#[test]
fn a_cancel_never_overtakes_its_call() {
    let mut pair = Pair::new();
    let own = pair.call(A, PLAIN);
    assert!(!pair.ends[A].may_be_known(own));
    pair.ends[A].cancel(own);
    let events = pair.pass(A);
    let [Event::Called { call, .. }, Event::Cancelled { call: cancelled, .. }] = events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(call, cancelled);
}

#[test]
fn a_large_call_that_is_cancelled_before_any_of_it_has_gone_never_goes() {
    let mut pair = Pair::new();
    let large = vec![1; MAX_PAYLOAD + 1];
    let own = pair.call_with(A, PLAIN, &Head::default(), &large).unwrap();
    pair.ends[A].cancel(own);
    assert_eq!((pair.ends[A].own_calls(), pair.said(A)), (0, Vec::new()));
}

#[test]
fn a_large_call_that_is_cancelled_half_sent_never_begins_and_the_next_one_does() {
    let mut pair = Pair::new();
    let large = vec![1; 5 * MAX_PAYLOAD];
    let own = pair.call_with(A, PLAIN, &Head::default(), &large).unwrap();
    let half = pair.said_next(A);
    assert_eq!(frames(&half).len(), 4);
    pair.ends[A].cancel(own);
    let next = pair.call_with(A, PLAIN, &Head::default(), &large).unwrap();
    assert_eq!(pair.hear(B, &half), Ok(vec![]));
    let events = pair.pass(A);
    let [Event::Called { call, args, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!((call.id(), args.len()), (next.id(), large.len()));
    // The peer says that it never began; whoever waited for that has gone.
    let bytes = pair.said(B);
    assert!(String::from_utf8_lossy(&bytes).contains(r#""code":"cancelled","executed":"no""#));
    assert_eq!(pair.hear(A, &bytes), Ok(vec![]));
    assert_eq!(pair.ends[A].own_calls(), 1);
}

#[test]
fn deadlines_end_a_call_at_both_ends() {
    let mut pair = Pair::new();
    let head = Head { deadline: Some(Duration::from_micros(1500)), ..Head::default() };
    let own = pair.call_with(A, PLAIN, &head, b"").unwrap();
    let events = pair.pass(A);
    let [Event::Called { call, head, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!(head.deadline, Some(Duration::from_millis(2)), "rounded up");
    for end in [A, B] {
        let due = if end == A { 1500 } else { 2000 };
        assert_eq!(pair.ends[end].next_timeout(), Some(pair.now + Duration::from_micros(due)));
    }
    pair.now += Duration::from_micros(1499);
    assert_eq!(pair.ends[A].handle_timeout(pair.now), Ok(None));
    assert_eq!(pair.wait(A, Duration::from_micros(1)), Ok(vec![Event::Expired(own)]));
    let over = Event::Cancelled { call: *call, why: Why::Deadline };
    assert_eq!(pair.wait(B, Duration::from_micros(500)), Ok(vec![over]));
    // Both tell each other, and neither is surprised.
    assert_eq!((pair.pass(A), pair.pass(B)), (vec![], vec![]));
    pair.ends[B].release(*call);
    for end in [A, B] {
        let left = (pair.ends[end].own_calls(), pair.ends[end].their_calls());
        assert_eq!((left, pair.ends[end].next_timeout()), ((0, 0), None));
    }
}

#[test]
fn a_caller_that_is_late_itself_is_told_of_the_deadline() {
    let mut pair = Pair::new();
    let head = Head { deadline: Some(seconds(1)), ..Head::default() };
    pair.call_with(A, PLAIN, &head, b"").unwrap();
    pair.pass(A);
    assert_eq!(pair.wait(B, seconds(1)).unwrap().len(), 1);
    assert!(fault_text(&pair.pass(B)).contains("deadline_exceeded"));
}

#[test]
fn a_call_that_ends_in_time_has_no_deadline_any_more() {
    let mut pair = Pair::new();
    for cancels in [false, true] {
        let head = Head { deadline: Some(seconds(9)), ..Head::default() };
        let own = pair.call_with(A, PLAIN, &head, b"").unwrap();
        let events = pair.pass(A);
        let [Event::Called { call, .. }] = events[..] else { panic!("{events:?}") };
        if cancels {
            pair.ends[A].cancel(own);
            pair.pass(A);
            pair.ends[B].release(call);
        } else {
            pair.reply(B, call, b"");
        }
        pair.pass(B);
        assert_eq!(pair.ends.each_ref().map(Connection::next_timeout), [None, None]);
    }
}

#[test]
fn what_a_call_brings_along_arrives() {
    let mut pair = Pair::new();
    let head = Head {
        deadline: Some(seconds(5)),
        trace: Some([3; 25]),
        within: Some(77),
        context: Some(Bytes::from_static(b"{}")),
    };
    pair.call_with(A, PLAIN, &head, b"args").unwrap();
    let events = pair.pass(A);
    let [Event::Called { head: come, args, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!((&**come, &args[..]), (&head, &b"args"[..]));
}

// Order.

#[test]
fn small_calls_begin_in_the_order_in_which_they_were_made() {
    let mut pair = Pair::new();
    let made: Vec<u64> = (0..50).map(|_| pair.call(A, PLAIN).id()).collect();
    let begun = pair.pass(A).into_iter().map(|event| match event {
        Event::Called { call, .. } => call.id(),
        other => panic!("{other:?}"),
    });
    assert_eq!(begun.collect::<Vec<_>>(), made);
}

#[test]
fn a_notification_that_was_sent_before_a_reply_comes_before_it_however_large_it_is() {
    let mut pair = Pair::new();
    let (own, theirs) = pair.called(A, PLAIN);
    let large = vec![1; 3 * MAX_PAYLOAD];
    for args in [&large[..], b"small"] {
        pair.ends[B].notify(NOTIFIES, false, &Head::default(), Payload::Here(args)).unwrap();
    }
    pair.reply(B, theirs, b"done");
    let events = pair.pass(B);
    let sizes: Vec<usize> = events
        .iter()
        .filter_map(|event| match event {
            Event::Notified { args, .. } => Some(args.len()),
            _ => None,
        })
        .collect();
    assert_eq!(sizes, [large.len(), 5]);
    assert_eq!(events[2..], [ended(own, Ending::Reply, false, b"done")]);
}

#[test]
fn l2_a_small_call_does_not_wait_behind_a_large_one() {
    let mut pair = Pair::new();
    let large = vec![1; 16 * 1024 * 1024];
    let first = pair.call_with(A, PLAIN, &Head::default(), &large).unwrap();
    pair.said_next(A);
    let second = pair.call(A, PLAIN);
    let next = frames(&pair.said_next(A));
    assert_eq!(next[0], (Kind::Call, second.id(), 4));
    assert_eq!(next[1], (Kind::Call, first.id(), MAX_PAYLOAD));
}

#[test]
fn items_come_in_their_order_and_before_the_end_of_their_call() {
    let mut pair = Pair::new();
    let (own, theirs) = pair.called(A, GIVES);
    let sizes = [3, 2 * MAX_PAYLOAD, 0, MAX_PAYLOAD - 100];
    for size in sizes {
        pair.item(B, Stream::Theirs(theirs), size).unwrap();
    }
    pair.ends[B].end_items(Stream::Theirs(theirs));
    let mut events = pair.pass(B);
    assert_eq!(events.pop(), Some(ended(own, Ending::End, false, b"")));
    let come = events.iter().map(|event| match event {
        Event::Item { stream: Stream::Own(call), payload, .. } if *call == own => payload.len(),
        other => panic!("{other:?}"),
    });
    assert_eq!(come.collect::<Vec<_>>(), sizes);
}

#[test]
fn the_stream_that_goes_with_a_call_ends_well_or_with_a_fault_and_the_call_goes_on() {
    for well in [true, false] {
        let mut pair = Pair::new();
        let (own, theirs) = pair.called(A, TAKES);
        pair.item(A, Stream::Own(own), 5).unwrap();
        let told = if well {
            pair.ends[A].end_items(Stream::Own(own))
        } else {
            pair.ends[A].fail_items(own, b"{}")
        };
        assert!(told && !pair.ends[A].end_items(Stream::Own(own)));
        assert_eq!(pair.item(A, Stream::Own(own), 5), Err(NoItem::Ended));
        let events = pair.pass(A);
        let fault = (!well).then_some(Payload::Here(b"{}"));
        assert_eq!(events[1..], [Event::ItemsEnded { call: theirs, fault }]);
        assert!(pair.reply(B, theirs, b"sum"));
        assert_eq!(pair.pass(B), [ended(own, Ending::Reply, false, b"sum")]);
    }
}

#[test]
fn items_that_are_not_wanted_stop_and_those_under_way_are_dropped() {
    let mut pair = Pair::new();
    let (own, theirs) = pair.called(A, TAKES);
    pair.item(A, Stream::Own(own), 5 * MAX_PAYLOAD).unwrap();
    let half = pair.said_next(A);
    assert_eq!(pair.hear(B, &half), Ok(vec![]));
    pair.ends[B].refuse_items(theirs);
    assert_eq!(pair.pass(A), []);
    assert_eq!(pair.pass(B), [Event::Unwanted(own)]);
    assert_eq!(pair.item(A, Stream::Own(own), 5), Err(NoItem::Ended));
    assert!(pair.reply(B, theirs, b"enough"));
    assert_eq!(pair.pass(B), [ended(own, Ending::Reply, false, b"enough")]);
}

// Credit.

#[test]
fn a_sender_stops_at_the_window_and_goes_on_when_half_of_it_was_consumed() {
    let mut pair = Pair::new();
    let (own, theirs) = pair.called(A, GIVES);
    let (reads, writes) = (Stream::Own(own), Stream::Theirs(theirs));
    let each = WINDOW / 4 - HEADER;
    for _ in 0..4 {
        pair.item(B, writes, each).unwrap();
    }
    assert_eq!(pair.item(B, writes, 0), Err(NoItem::NoCredit));
    assert_eq!(pair.pass(B).len(), 4);
    pair.ends[A].consume(reads, WINDOW / 2 - 1);
    assert_eq!(pair.said(A), []);
    pair.ends[A].consume(reads, 1);
    let half = u32::try_from(WINDOW / 2).unwrap();
    let credit = raw(Kind::Credit, Flags::NONE, 0, own.id(), &half.to_le_bytes());
    assert_eq!(pair.said(A), credit);
    assert_eq!(pair.hear(B, &credit), Ok(vec![Event::Credit(writes)]));
    // Half of the window is in use: an item of any size may go.
    assert_eq!(pair.ends[B].check_item(writes, 10 * WINDOW), Ok(()));
    assert_eq!(pair.item(B, writes, WINDOW / 2 - HEADER), Ok(()));
    assert_eq!(pair.ends[B].check_item(writes, 0), Err(NoItem::NoCredit));
}

#[test]
fn the_window_is_met_at_exactly_its_size() {
    for (last, fits) in [(WINDOW / 2 - HEADER - 1, true), (WINDOW / 2 - HEADER, false)] {
        let mut pair = Pair::new();
        let (_, theirs) = pair.called(A, GIVES);
        pair.item(B, Stream::Theirs(theirs), WINDOW / 2 - HEADER + 1).unwrap();
        assert_eq!(pair.item(B, Stream::Theirs(theirs), last).is_ok(), fits, "{last}");
        pair.pass(B);
    }
}

#[test]
fn notifications_have_a_window_of_their_own() {
    let mut pair = Pair::new();
    let args = vec![0; WINDOW / 2 - HEADER + 1];
    let notify = |pair: &mut Pair| {
        pair.ends[A].notify(NOTIFIES, false, &Head::default(), Payload::Here(&args))
    };
    notify(&mut pair).unwrap();
    assert_eq!(notify(&mut pair), Err(NotSent::NoCredit));
    let events = pair.pass(A);
    let [Event::Notified { cost: costs, .. }] = events[..] else { panic!("{events:?}") };
    assert_eq!(costs, cost(args.len()));
    pair.ends[B].consume_notification(costs);
    assert_eq!(pair.pass(B), [Event::NotificationCredit]);
    notify(&mut pair).unwrap();
}

#[test]
fn credit_for_a_call_that_was_given_up_is_not_told() {
    let mut pair = Pair::new();
    let (own, theirs) = pair.called(A, TAKES);
    pair.item(A, Stream::Own(own), WINDOW / 2).unwrap();
    pair.pass(A);
    pair.ends[B].consume(Stream::Theirs(theirs), cost(WINDOW / 2));
    pair.ends[A].cancel(own);
    assert_eq!(pair.pass(B), []);
}

// Limits, at n and at n + 1.

#[test]
fn l4_as_many_calls_are_made_as_are_allowed_and_not_one_more() {
    let mut pair = Pair::new();
    for _ in 0..256 {
        pair.call(A, PLAIN);
    }
    let refused = pair.call_with(A, PLAIN, &Head::default(), b"");
    assert_eq!(refused, Err(NotSent::Calls { limit: 256 }));
    assert_eq!(refused.unwrap_err().to_string(), "256 calls are under way, which is the limit");
    let events = pair.pass(A);
    assert_eq!(events.len(), 256);
    let Event::Called { call, .. } = events[0] else { panic!() };
    pair.reply(B, call, b"");
    pair.pass(B);
    pair.call(A, PLAIN);
    assert_eq!(pair.pass(A).len(), 1);
}

#[test]
fn as_many_calls_with_streams_are_made_as_are_allowed_and_not_one_more() {
    let mut pair = Pair::new();
    for number in 0..128 {
        pair.call(A, if number % 2 == 0 { TAKES } else { GIVES });
    }
    let refused = pair.call_with(A, GIVES, &Head::default(), b"");
    assert_eq!(refused, Err(NotSent::Streams { limit: 128 }));
    pair.call(A, PLAIN);
    assert_eq!(pair.pass(A).len(), 129);
}

#[test]
fn l4_a_call_over_the_limit_of_its_receiver_never_begins() {
    let mut pair = Pair::new();
    pair.ends[B] = Pair::with(&limits(|limits| {
        limits.max_calls = 2;
        limits.max_streams = 1;
    }))
    .ends
    .into_iter()
    .next()
    .unwrap();
    let (_, first) = pair.called(A, GIVES);
    pair.call(A, GIVES);
    assert_eq!(pair.pass(A), []);
    assert!(fault_text(&pair.pass(B)).contains(r#""code":"overloaded","executed":"no""#));
    pair.called(A, PLAIN);
    pair.call(A, PLAIN);
    assert_eq!(pair.pass(A), []);
    assert!(fault_text(&pair.pass(B)).contains("overloaded"));
    pair.reply(B, first, b"");
    pair.called(A, GIVES);
}

#[test]
fn messages_of_the_limit_go_and_one_byte_more_does_not() {
    let size = 100_000;
    let limits = limits(|limits| limits.max_message = size);
    let mut pair = Pair::with(&limits);
    let (fits, too_large) = (vec![0; size], vec![0; size + 1]);
    assert!(pair.call_with(A, PLAIN, &Head::default(), &fits).is_ok());
    let refused = Err(NotSent::TooLarge { size: size + 1, limit: size });
    assert_eq!(pair.call_with(A, PLAIN, &Head::default(), &too_large), refused);
    // What stands before the arguments counts.
    let head = Head { within: Some(1), ..Head::default() };
    let refused = Err(NotSent::TooLarge { size: size + 8, limit: size });
    assert_eq!(pair.call_with(A, PLAIN, &head, &fits), refused);
    let (_, theirs) = pair.called_with_large(&fits);
    assert!(pair.reply(B, theirs, &fits));
    assert_eq!(pair.pass(B).len(), 1);
    let (_, theirs) = pair.called(A, GIVES);
    let refused = Err(NoItem::TooLarge { size: size + 1, limit: size });
    assert_eq!(pair.item(B, Stream::Theirs(theirs), size + 1), refused);
    assert_eq!(pair.item(B, Stream::Theirs(theirs), size), Ok(()));
}

impl Pair {
    /// The large call that waits to be sent has come.
    fn called_with_large(&mut self, args: &[u8]) -> (usize, PeerCall) {
        let events = self.pass(A);
        let [Event::Called { call, args: come, .. }] = &events[..] else { panic!("{events:?}") };
        assert_eq!(&come[..], args);
        (args.len(), *call)
    }
}

#[test]
fn ends_agree_on_the_lower_limits_and_never_on_less_than_what_they_say_themselves() {
    let mut pair = Pair::with(&limits(|limits| limits.max_message = 1000));
    for (given, agreed) in [(2000, 1000), (500, 500), (0, MIN_MESSAGE)] {
        for end in &mut pair.ends {
            end.restrict(given, 1, 300);
            let limits = end.limits();
            let all = (limits.max_message, limits.max_calls, limits.max_streams);
            assert_eq!(all, (agreed, 1, 128));
        }
    }
    let head = Head { deadline: Some(seconds(1)), ..Head::default() };
    pair.call_with(A, PLAIN, &head, b"").unwrap();
    pair.pass(A);
    pair.wait(B, seconds(1)).unwrap();
    assert!(fault_text(&pair.pass(B)).contains("deadline_exceeded"));
    let pair = Pair::with(&limits(|limits| limits.max_message = 10));
    assert_eq!(pair.ends[A].limits().max_message, MIN_MESSAGE);
}

#[test]
fn a_context_of_the_limit_goes_and_one_byte_more_does_not() {
    let mut pair = Pair::new();
    let head = |size| Head { context: Some(vec![b' '; size].into()), ..Head::default() };
    assert!(pair.call_with(A, PLAIN, &head(MAX_CONTEXT), b"").is_ok());
    let refused = Err(NotSent::TooLarge { size: MAX_CONTEXT + 1, limit: MAX_CONTEXT });
    assert_eq!(pair.call_with(A, PLAIN, &head(MAX_CONTEXT + 1), b""), refused);
    assert_eq!(pair.pass(A).len(), 1);
}

#[test]
fn hellos_of_their_limits_are_heard() {
    let mut pair = Pair::strangers(&Limits::default());
    for size in [MAX_GREETING, MAX_INTRODUCTION] {
        pair.ends[A].hello(&vec![b' '; size]);
        let events = pair.pass(A);
        let [Event::Greeting(hello) | Event::Introduction(hello)] = &events[..] else {
            panic!("{events:?}")
        };
        assert_eq!(hello.len(), size);
    }
}

#[test]
fn an_end_is_full_when_as_much_waits_as_is_allowed() {
    let mut pair = Pair::with(&limits(|limits| limits.max_queue = 40));
    pair.call_with(A, PLAIN, &Head::default(), &[0; 23]).unwrap();
    assert!(!pair.ends[A].is_full());
    pair.said(A);
    pair.call_with(A, PLAIN, &Head::default(), &[0; 24]).unwrap();
    assert!(pair.ends[A].is_full());
    pair.said(A);
    assert!(!pair.ends[A].is_full());
}

// Bytes that are split.

/// What two ends say to each other in an exchange with all kinds of frames: the bytes of the first.
fn exchange() -> (Pair, Vec<u8>) {
    let mut pair = Pair::new();
    let mut bytes = Vec::new();
    let (own, theirs) = pair.called(B, GIVES);
    let calls: Vec<_> = (0..3).map(|_| pair.called(B, PLAIN)).collect();
    pair.item(A, Stream::Theirs(theirs), 9).unwrap();
    pair.ends[A].notify(NOTIFIES, true, &Head::default(), Payload::Here(b"note")).unwrap();
    pair.reply(A, calls[0].1, b"reply");
    pair.ends[A].declare(calls[1].1, true, Payload::Here(b"{}"));
    pair.ends[A].fault(calls[2].1, Payload::Here(b"{}"));
    let _ = own;
    pair.ends[A].end_items(Stream::Theirs(theirs));
    let head = Head { deadline: Some(seconds(5)), ..Head::default() };
    pair.call_with(A, TAKES, &head, b"args").unwrap();
    bytes.extend(pair.said(A));
    // A message in parts, with another between them.
    let id = 9 << 16;
    bytes.extend(raw(Kind::Call, Flags::MORE, PLAIN, id, b"first "));
    bytes.extend(raw(Kind::Ping, Flags::NONE, 0, 5, b""));
    bytes.extend(raw(Kind::Call, Flags::NONE, PLAIN, id, b"second"));
    bytes.extend(raw(Kind::Cancel, Flags::NONE, 0, id, b""));
    pair.ends[A].close(pair.now, Bytes::from_static(b"bye"));
    pair.ends[A].abort(Bytes::from_static(b"bye"));
    bytes.extend(pair.said(A));
    (pair, bytes)
}

#[test]
fn c5_every_frame_split_at_every_byte_gives_the_same_events_and_answers() {
    let (mut pair, bytes) = exchange();
    let events = pair.hear(B, &bytes).unwrap();
    let answers = pair.said(B);
    assert_eq!(events.len(), 10, "{events:?}");
    for split in 0..=bytes.len() {
        let (mut pair, _) = exchange();
        let (mut received, mut again) = (Vec::new(), Vec::new());
        for part in [&bytes[..split], &bytes[split..]] {
            received.extend_from_slice(part);
            while let Some((frame, length)) = frame::read(&received).unwrap() {
                let event = pair.ends[B].handle(pair.now, frame).unwrap();
                again.extend(event.map(Event::into_owned));
                received.drain(..length);
            }
        }
        assert_eq!(again, events, "split at {split}");
        assert_eq!(pair.said(B), answers, "split at {split}");
    }
}

/// Handles a frame whose payload is read to where it stays, if that is lent; `meanwhile` comes between.
fn hear_lent(
    pair: &mut Pair,
    to: usize,
    frame: Frame<'_>,
    meanwhile: impl FnOnce(&mut Pair),
) -> Option<Event<'static>> {
    let (come, rest) = frame.payload.split_at(frame.payload.len() / 2);
    let lent = pair.ends[to].lend(&frame.header, come);
    meanwhile(pair);
    let machine = &mut pair.ends[to];
    match lent {
        Some(mut bytes) => {
            bytes.extend_from_slice(rest);
            machine.handle_lent(pair.now, frame.header, bytes).unwrap()
        }
        None => machine.handle(pair.now, frame).unwrap().map(Event::into_owned),
    }
}

#[test]
fn c5_what_is_read_to_where_it_stays_gives_the_same_events() {
    let (mut pair, bytes) = exchange();
    let events = pair.hear(B, &bytes).unwrap();
    let (mut pair, _) = exchange();
    let (mut rest, mut again) = (&bytes[..], Vec::new());
    while let Some((frame, length)) = frame::read(rest).unwrap() {
        assert_eq!(frame::read_head(rest), Ok(Some((frame.header, frame.payload.len()))));
        again.extend(hear_lent(&mut pair, B, frame, |_| {}));
        rest = &rest[length..];
    }
    assert_eq!(again, events);
}

#[test]
fn c5_a_call_that_ends_while_an_item_of_it_is_read_leaves_nothing_of_that() {
    let mut pair = Pair::new();
    let (_, theirs) = pair.called(A, TAKES);
    let id = theirs.id();
    for (number, payload) in [b"one", b"two"].iter().enumerate() {
        let header = Header { kind: Kind::Item, flags: MORE, method: 0, id };
        let frame = Frame { header, payload: &payload[..] };
        let event = hear_lent(&mut pair, B, frame, |pair| {
            if number == 1 {
                assert!(pair.reply(B, theirs, b"enough"));
            }
        });
        assert_eq!(event, None);
    }
    assert_eq!(pair.ends[B].kept()[1], 0);
    let parts = [
        raw(Kind::Item, NONE, 0, id, b"late"),
        raw(Kind::Call, MORE, PLAIN, id + 1, b"an"),
        raw(Kind::Call, NONE, PLAIN, id + 1, b"other"),
    ];
    assert_eq!(pair.hear(B, &parts.concat()).unwrap().len(), 1);
}

#[test]
fn c5_a_cancel_at_every_byte_of_a_reply_loses_that_reply_alone() {
    let mut pair = Pair::new();
    let calls: Vec<_> = (0..2).map(|_| pair.called(A, PLAIN)).collect();
    for (_, theirs) in &calls {
        pair.reply(B, *theirs, b"a reply");
    }
    let bytes = pair.said(B);
    let whole = bytes.len() / 2;
    for split in 0..=bytes.len() {
        let mut pair = Pair::new();
        let calls: Vec<_> = (0..2).map(|_| pair.called(A, PLAIN)).collect();
        let (mut received, mut events) = (Vec::new(), Vec::new());
        for part in [&bytes[..split], &bytes[split..]] {
            received.extend_from_slice(part);
            while let Some((frame, length)) = frame::read(&received).unwrap() {
                let event = pair.ends[A].handle(pair.now, frame).unwrap();
                events.extend(event.map(Event::into_owned));
                received.drain(..length);
            }
            pair.ends[A].cancel(calls[0].0);
        }
        let heard = if split >= whole { 2 } else { 1 };
        assert_eq!(events.len(), heard, "split at {split}");
        assert_eq!(events[heard - 1], ended(calls[1].0, Ending::Reply, false, b"a reply"));
    }
}

// The handshake.

#[test]
fn a_call_does_not_overtake_a_second_hello_in_parts() {
    let mut pair = Pair::strangers(&Limits::default());
    for end in [A, B] {
        pair.ends[end].hello(b"{}");
    }
    pair.pass(A);
    pair.pass(B);
    pair.ends[A].hello(&vec![b' '; MAX_INTRODUCTION]);
    pair.ends[B].hello(b"{}");
    pair.pass(B);
    pair.ends[A].open(SHAPES.into(), SHAPES.into());
    pair.call(A, PLAIN);
    let bytes = pair.said(A);
    let kinds: Vec<Kind> = frames(&bytes).into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(kinds[..16], [Kind::Hello; 16]);
    assert_eq!(kinds[16..], [Kind::Call]);
}

#[test]
fn a_hello_that_does_not_come_is_waited_for_five_seconds_each() {
    for hellos in 0..2 {
        let mut pair = Pair::strangers(&Limits::default());
        for _ in 0..hellos {
            pair.now += seconds(4);
            pair.ends[A].hello(b"{}");
            pair.pass(A);
        }
        pair.now += Duration::from_millis(4999);
        assert_eq!(pair.ends[B].handle_timeout(pair.now), Ok(None));
        let over = pair.wait(B, Duration::from_millis(1));
        assert_eq!(over.unwrap_err().to_string(), "no hello came in time");
    }
}

#[test]
fn no_sign_of_life_is_asked_for_in_the_handshake() {
    let limits = limits(|limits| {
        limits.keep_alive = Some(seconds(2));
        limits.hello_timeout = seconds(60);
    });
    let mut pair = Pair::strangers(&limits);
    assert_eq!(pair.wait(A, seconds(30)), Ok(vec![]));
    assert_eq!(pair.said(A), []);
}

#[test]
fn an_end_may_be_refused_in_the_handshake_with_a_reason() {
    let mut pair = Pair::strangers(&Limits::default());
    pair.ends[A].hello(b"{}");
    pair.pass(A);
    pair.ends[B].close(pair.now, Bytes::from_static(b"no"));
    assert_eq!(pair.pass(B), [Event::Goodbye(Payload::Here(b"no"))]);
    assert!(pair.ends.iter().all(Connection::is_over));
}

// Signs of life.

#[test]
fn c2_after_ten_seconds_of_silence_a_peer_is_asked_and_after_ten_more_it_is_lost() {
    let limits = limits(|limits| limits.keep_alive = Some(seconds(10)));
    let mut pair = Pair::with(&limits);
    assert_eq!(pair.wait(A, Duration::from_millis(9999)), Ok(vec![]));
    assert_eq!(pair.said(A), []);
    assert_eq!(pair.wait(A, Duration::from_millis(1)), Ok(vec![]));
    assert_eq!(frames(&pair.said(A)), [(Kind::Ping, 0, 0)]);
    assert_eq!(pair.wait(A, Duration::from_millis(9999)), Ok(vec![]));
    assert_eq!(pair.said(A), []);
    assert_eq!(pair.wait(A, Duration::from_millis(1)), Err(Violation::Silent));
    assert_eq!(Violation::Silent.to_string(), "no sign of life");
}

#[test]
fn c2_a_peer_that_answers_is_not_lost() {
    let limits = limits(|limits| limits.keep_alive = Some(seconds(10)));
    let mut pair = Pair::with(&limits);
    for _ in 0..100 {
        for end in [A, B] {
            assert_eq!(pair.wait(end, seconds(5)), Ok(vec![]));
        }
        for end in [A, B, A] {
            assert_eq!(pair.pass(end), []);
        }
    }
}

#[test]
fn who_asks_late_for_a_sign_of_life_waits_for_it() {
    let limits = limits(|limits| limits.keep_alive = Some(seconds(10)));
    let mut pair = Pair::with(&limits);
    assert_eq!(pair.wait(A, seconds(1000)), Ok(vec![]));
    assert_eq!(pair.wait(A, Duration::from_millis(9999)), Ok(vec![]));
    assert_eq!(pair.wait(A, Duration::from_millis(1)), Err(Violation::Silent));
}

#[test]
fn who_was_asleep_while_it_waited_asks_again() {
    let limits = limits(|limits| limits.keep_alive = Some(seconds(10)));
    let mut pair = Pair::with(&limits);
    assert_eq!(pair.wait(A, seconds(10)), Ok(vec![]));
    for _ in 0..3 {
        assert_eq!(frames(&pair.said(A)), [(Kind::Ping, 0, 0)]);
        assert_eq!(pair.wait(A, seconds(20)), Ok(vec![]));
    }
    assert_eq!(pair.wait(A, Duration::from_millis(19_999)), Err(Violation::Silent));
}

#[test]
fn who_was_asleep_tries_again_to_have_something_taken() {
    let mut pair = Pair::new();
    pair.call(A, PLAIN);
    pair.ends[A].handle_blocked(pair.now);
    assert_eq!(pair.wait(A, seconds(60)), Ok(vec![]));
    assert_eq!(pair.ends[A].next_timeout(), Some(pair.now + seconds(30)));
    assert_eq!(pair.wait(A, Duration::from_millis(59_999)), Err(Violation::Stalled));
}

#[test]
fn a_peer_is_not_asked_more_often_than_it_bears() {
    let limits = limits(|limits| limits.keep_alive = Some(Duration::from_millis(1)));
    let mut pair = Pair::with(&limits);
    for _ in 0..10_000 {
        assert_eq!(pair.wait(A, Duration::from_millis(10)), Ok(vec![]));
        pair.pass(A);
        pair.pass(B);
    }
}

#[test]
fn a_ping_is_answered_with_its_number() {
    let mut pair = Pair::new();
    assert_eq!(pair.hear(B, &raw(Kind::Ping, Flags::NONE, 0, 12, b"")), Ok(vec![]));
    assert_eq!(pair.said(B), raw(Kind::Pong, Flags::NONE, 0, 12, b""));
}

#[test]
fn ten_pings_at_once_are_borne_and_then_one_each_second() {
    let mut pair = Pair::new();
    let ping = raw(Kind::Ping, Flags::NONE, 0, 0, b"");
    for _ in 0..10 {
        assert_eq!(pair.hear(A, &ping), Ok(vec![]));
    }
    for _ in 0..50 {
        pair.now += seconds(1);
        assert_eq!(pair.hear(A, &ping), Ok(vec![]));
    }
    assert_eq!(pair.hear(A, &ping), Err(Violation::Pings));
    assert_eq!(Violation::Pings.to_string(), "more than one ping each second");
}

#[test]
fn l1_a_peer_that_takes_nothing_for_thirty_seconds_is_lost() {
    let mut pair = Pair::new();
    pair.call(A, PLAIN);
    pair.ends[A].handle_blocked(pair.now);
    assert_eq!(pair.wait(A, seconds(29)), Ok(vec![]));
    // It has taken something, if little.
    pair.ends[A].handle_progress();
    pair.ends[A].handle_blocked(pair.now);
    pair.now += seconds(1);
    pair.ends[A].handle_blocked(pair.now);
    assert_eq!(pair.ends[A].next_timeout(), Some(pair.now + seconds(29)));
    assert_eq!(pair.wait(A, Duration::from_millis(28_999)), Ok(vec![]));
    let lost = pair.wait(A, Duration::from_millis(1)).unwrap_err();
    assert_eq!(lost.to_string(), "the peer has taken no byte for too long");
}

#[test]
fn times_without_end_are_possible() {
    let mut pair = Pair::with(&limits(|limits| {
        limits.keep_alive = Some(Duration::MAX);
        limits.stall_timeout = Duration::MAX;
        limits.close_timeout = Duration::MAX;
        limits.hello_timeout = Duration::MAX;
    }));
    let head = Head { deadline: Some(Duration::MAX), ..Head::default() };
    pair.call_with(A, PLAIN, &head, b"").unwrap();
    pair.pass(A);
    pair.ends[A].handle_blocked(pair.now);
    pair.ends[A].close(pair.now, Bytes::new());
    for end in [A, B] {
        assert_eq!(pair.wait(end, seconds(1_000_000)), Ok(vec![]));
    }
}

// The end of a pair.

#[test]
fn a_pair_is_closed_when_its_calls_have_ended() {
    let mut pair = Pair::new();
    let (own, theirs) = pair.called(A, PLAIN);
    let (back, their_back) = pair.called(B, PLAIN);
    pair.ends[B].close(pair.now, Bytes::from_static(b"bye"));
    assert_eq!(pair.said(B), []);
    assert_eq!(pair.call_with(B, PLAIN, &Head::default(), b""), Err(NotSent::Closed));
    // A call that crosses this is refused.
    pair.call(A, PLAIN);
    assert_eq!(pair.pass(A), []);
    let refused = fault_text(&pair.pass(B));
    assert!(refused.contains(r#""code":"disconnected","executed":"no""#), "{refused}");
    pair.reply(A, their_back, b"back");
    assert_eq!(pair.pass(A), [ended(back, Ending::Reply, false, b"back")]);
    assert!(!pair.ends[B].wants_transmit());
    pair.reply(B, theirs, b"last");
    let goodbye = Event::Goodbye(Payload::Here(b"bye"));
    assert_eq!(pair.pass(B), [ended(own, Ending::Reply, false, b"last"), goodbye]);
    assert!(pair.ends.iter().all(Connection::is_over));
    assert_eq!(pair.said(A), []);
}

#[test]
fn a_close_gives_up_after_two_seconds() {
    let mut pair = Pair::new();
    let (_, theirs) = pair.called(A, PLAIN);
    pair.ends[B].close(pair.now, Bytes::from_static(b"bye"));
    assert_eq!(pair.wait(B, Duration::from_millis(1999)), Ok(vec![]));
    assert!(!pair.ends[B].is_over());
    assert_eq!(pair.wait(B, Duration::from_millis(1)), Ok(vec![]));
    assert!(pair.ends[B].is_over());
    assert!(!pair.reply(B, theirs, b"too late"));
    assert_eq!(pair.pass(B), [Event::Goodbye(Payload::Here(b"bye"))]);
    assert!(pair.ends[A].is_over());
}

#[test]
fn nothing_is_said_after_a_goodbye_of_either_end() {
    for aborts in [true, false] {
        let mut pair = Pair::new();
        let (stream, theirs) = pair.called(A, GIVES);
        let (own, their_own) = pair.called(B, TAKES);
        let (end, other) = if aborts { (B, A) } else { (A, B) };
        pair.ends[B].abort(Bytes::from_static(b"bye"));
        let bytes = pair.said(B);
        assert_eq!(frames(&bytes), [(Kind::Goodbye, 0, 3)]);
        assert_eq!(pair.hear(A, &bytes).unwrap().len(), 1);
        let _ = other;
        let machine = &mut pair.ends[end];
        machine.abort(Bytes::from_static(b"again"));
        machine.consume_notification(WINDOW);
        if aborts {
            assert!(!machine.reply(theirs, false, Payload::Here(b"")));
            machine.cancel(own);
            assert_eq!(machine.check_item(Stream::Own(own), 1), Err(NoItem::Ended));
        } else {
            assert!(!machine.reply(their_own, false, Payload::Here(b"")));
            machine.refuse_items(their_own);
            machine.cancel(stream);
            machine.consume(Stream::Own(stream), WINDOW);
        }
        assert_eq!(pair.said(end), []);
        assert_eq!(pair.ends[end].next_timeout(), None);
    }
}

#[test]
fn what_comes_after_a_goodbye_is_not_told() {
    let mut pair = Pair::new();
    let goodbye = raw(Kind::Goodbye, Flags::NONE, 0, 0, b"bye");
    assert_eq!(pair.hear(A, &goodbye).unwrap().len(), 1);
    for late in [goodbye, raw(Kind::Call, Flags::NONE, PLAIN, 1, b"")] {
        assert_eq!(pair.hear(A, &late), Ok(vec![]));
    }
}

#[test]
fn what_one_end_has_sent_before_it_heard_of_the_end_is_not_told() {
    let mut pair = Pair::new();
    pair.call(A, PLAIN);
    pair.ends[B].abort(Bytes::new());
    assert_eq!(pair.pass(A), []);
    assert_eq!(pair.pass(B), [Event::Goodbye(Payload::Here(b""))]);
}

#[test]
fn a_goodbye_that_would_be_refused_says_nothing() {
    for (size, said) in [(MAX_GREETING, MAX_GREETING), (MAX_GREETING + 1, 0)] {
        let mut pair = Pair::new();
        pair.ends[A].abort(vec![b' '; size].into());
        let events = pair.pass(A);
        let [Event::Goodbye(goodbye)] = &events[..] else { panic!("{events:?}") };
        assert_eq!(goodbye.len(), said);
    }
}

#[test]
fn c1_a_call_that_was_never_handed_over_is_known_to_nobody() {
    let mut pair = Pair::new();
    let sent = pair.call(A, PLAIN);
    pair.pass(A);
    let waits = pair.call(A, PLAIN);
    pair.ends[A].abort(Bytes::from_static(b"a goodbye that is longer than the call was"));
    for _ in 0..2 {
        assert!(pair.ends[A].may_be_known(sent));
        assert!(!pair.ends[A].may_be_known(waits));
        pair.said(A);
    }
}

#[test]
fn a_close_is_not_taken_for_deafness_because_a_large_reply_waits() {
    let mut pair = Pair::new();
    let (_, theirs) = pair.called(A, PLAIN);
    assert!(pair.reply(B, theirs, &vec![0; 8 * 1024 * 1024]));
    pair.ends[B].close(pair.now, Bytes::new());
    pair.call(A, PLAIN);
    assert_eq!(pair.pass(A), []);
    let events = pair.pass(B);
    assert!(fault_text(&events[..1]).contains("disconnected"));
    assert_eq!(events.len(), 3);
}

#[test]
fn what_goes_out_is_done_when_its_last_byte_has_gone() {
    let mut pair = Pair::new();
    let (_, theirs) = pair.called(A, GIVES);
    pair.item(B, Stream::Theirs(theirs), MAX_PAYLOAD + 1).unwrap();
    // The end of the stream has no bytes, and waits behind the item.
    pair.ends[B].end_items(Stream::Theirs(theirs));
    let mut transmit = Transmit::default();
    assert!(pair.ends[B].poll_transmit(&mut transmit));
    while !transmit.is_empty() {
        let mut parts = [IoSlice::new(&[]); 2];
        let count = transmit.slices(&mut parts);
        assert!(count > 0);
        let length = parts[..count].iter().map(|part| part.len()).sum();
        transmit.advance(length);
    }
}

// What ends a pair that does not end well.

/// A frame that breaks a rule, in the state that a pair is brought into before.
type Breach = (&'static str, fn(&mut Pair) -> Vec<u8>);

const NONE: Flags = Flags::NONE;
const PEER: Flags = Flags::PEER;
const MORE: Flags = Flags::MORE;

/// What a peer says to the first end, whose methods are [`SHAPES`].
const BREACHES: &[Breach] = &[
    ("a frame of 0 bytes: it has 12 to 65548 after its length", |_| vec![0; 4]),
    ("a Hello has no place here", |_| raw(Kind::Hello, NONE, 0, 0, b"{}")),
    ("a Call of more than 100000 bytes", |_| {
        [
            raw(Kind::Call, MORE, PLAIN, 1, &[0; MAX_PAYLOAD]),
            raw(Kind::Call, NONE, PLAIN, 1, &[0; 100_001 - MAX_PAYLOAD]),
        ]
        .concat()
    }),
    ("a Goodbye of more than 4096 bytes", |_| {
        raw(Kind::Goodbye, NONE, 0, 0, &[0; MAX_GREETING + 1])
    }),
    ("a Call in parts while another message in parts is not complete", |_| {
        [raw(Kind::Call, MORE, PLAIN, 1, b""), raw(Kind::Call, MORE, PLAIN, 2, b"")].concat()
    }),
    ("a Call in parts while another message in parts is not complete", |_| {
        [raw(Kind::Call, MORE, PLAIN, 1, b""), raw(Kind::Call, Flags::JSON, PLAIN, 1, b"")].concat()
    }),
    ("the method 4, which was not agreed", |_| raw(Kind::Call, NONE, 4, 1, b"")),
    ("the method 9, which was not agreed", |_| raw(Kind::Notify, NONE, 9, 0, b"")),
    ("the method 3 is notified but has a reply, or the other way round", |_| {
        raw(Kind::Call, NONE, NOTIFIES, 1, b"")
    }),
    ("the method 0 is notified but has a reply, or the other way round", |_| {
        raw(Kind::Notify, NONE, PLAIN, 0, b"")
    }),
    ("a call without what its flags announce", |_| {
        raw(Kind::Call, Flags::DEADLINE, PLAIN, 1, b"123")
    }),
    ("a call without what its flags announce", |_| {
        raw(Kind::Notify, Flags::CONTEXT, NOTIFIES, 0, &[1, 0])
    }),
    ("a call with the id 1, which another one has", |_| {
        [raw(Kind::Call, NONE, PLAIN, 1, b""), raw(Kind::Call, NONE, PLAIN, 1, b"")].concat()
    }),
    ("a Reply for the call 77, which waits for none", |_| raw(Kind::Reply, PEER, 0, 77, b"")),
    ("a Reply for the call 65536, which waits for none", |pair| {
        let (own, theirs) = pair.called(A, PLAIN);
        pair.reply(B, theirs, b"");
        pair.pass(B);
        raw(Kind::Reply, PEER, 0, own.id(), b"")
    }),
    ("a Reply for the call 65536, which waits for none", |pair| {
        let (own, _) = pair.called(A, PLAIN);
        raw(Kind::Reply, NONE, 0, own.id(), b"")
    }),
    ("a Reply for the call 65536, which waits for none", |pair| {
        let (own, _) = pair.called(A, GIVES);
        raw(Kind::Reply, PEER, 0, own.id(), b"")
    }),
    ("a End for the call 65536, which waits for none", |pair| {
        let (own, _) = pair.called(A, PLAIN);
        raw(Kind::End, PEER, 0, own.id(), b"")
    }),
    ("a Item for the call 65536, which waits for none", |pair| {
        let (own, _) = pair.called(A, PLAIN);
        raw(Kind::Item, PEER, 0, own.id(), b"")
    }),
    ("a Item for the call 1, which waits for none", |_| {
        [raw(Kind::Call, NONE, PLAIN, 1, b""), raw(Kind::Item, NONE, 0, 1, b"")].concat()
    }),
    ("a Cancel for the call 77, which waits for none", |_| raw(Kind::Cancel, PEER, 0, 77, b"")),
    ("a Credit for the call 77, which waits for none", |_| {
        raw(Kind::Credit, PEER, 0, 77, &[1, 0, 0, 0])
    }),
    ("a Credit for the call 1, which waits for none", |_| {
        [raw(Kind::Call, NONE, PLAIN, 1, b""), raw(Kind::Credit, NONE, 0, 1, &[1, 0, 0, 0])]
            .concat()
    }),
    ("more items or notifications than the credit of 262144 bytes allows", |_| {
        let item = raw(Kind::Item, NONE, 0, 1, &[0; WINDOW / 4 - HEADER]);
        let call = raw(Kind::Call, NONE, TAKES, 1, b"");
        [call, item.repeat(4), raw(Kind::Item, NONE, 0, 1, b"")].concat()
    }),
    ("more items or notifications than the credit of 262144 bytes allows", |pair| {
        // An item may be larger than the window, but not if half of that is in use.
        let (own, _) = pair.called(A, GIVES);
        let item = raw(Kind::Item, PEER, 0, own.id(), &[0; WINDOW / 4]);
        let part = raw(Kind::Item, PEER.with(MORE), 0, own.id(), &[0; MAX_PAYLOAD]);
        [item.repeat(2), part.repeat(2)].concat()
    }),
    ("more items or notifications than the credit of 262144 bytes allows", |_| {
        let note = raw(Kind::Notify, NONE, NOTIFIES, 0, &[0; WINDOW / 4 - HEADER]);
        [note.repeat(4), raw(Kind::Notify, NONE, NOTIFIES, 0, b"")].concat()
    }),
    ("credit for what was not sent", |_| raw(Kind::Credit, NONE, 0, 0, &[1, 0, 0, 0])),
    ("credit for what was not sent", |pair| {
        let (own, _) = pair.called(A, TAKES);
        pair.item(A, Stream::Own(own), 84).unwrap();
        raw(Kind::Credit, PEER, 0, own.id(), &[101, 0, 0, 0])
    }),
    ("credit for what was not sent", |pair| {
        let (own, _) = pair.called(A, TAKES);
        pair.item(A, Stream::Own(own), 84).unwrap();
        raw(Kind::Credit, PEER, 0, own.id(), &[0; 4])
    }),
    ("credit for what was not sent", |_| raw(Kind::Credit, NONE, 0, 0, &[1, 0, 0])),
    ("calls over the limit, and replies that are not read", |_| {
        let calls = 1..=(3 + 3 + 1024 + 1);
        calls.flat_map(|id| raw(Kind::Call, NONE, PLAIN, id, b"")).collect()
    }),
    ("more than one ping each second", |_| raw(Kind::Ping, NONE, 0, 0, b"").repeat(11)),
];

#[test]
fn b1_each_breach_of_the_rules_ends_the_pair_and_the_frame_before_it_does_not() {
    for (expected, breach) in BREACHES {
        let mut pair = Pair::with(&limits(|limits| {
            limits.max_calls = 3;
            limits.max_message = 100_000;
        }));
        let bytes = breach(&mut pair);
        let mut rest = &bytes[..];
        let violation = loop {
            match frame::read(rest) {
                Ok(Some((frame, length))) => {
                    rest = &rest[length..];
                    match pair.ends[A].handle(pair.now, frame) {
                        Ok(_) => assert!(!rest.is_empty(), "not refused: {expected}"),
                        Err(violation) => break violation,
                    }
                }
                Ok(None) => panic!("not refused: {expected}"),
                Err(malformed) => break malformed.into(),
            }
        };
        assert_eq!(violation.to_string(), *expected);
        assert!(frame::read(rest).is_err() || rest.is_empty(), "refused too early: {expected}");
        // What is left to do: say so.
        pair.ends[A].abort(Bytes::from_static(b"{}"));
        assert_eq!(frames(&pair.said(A)), [(Kind::Goodbye, 0, 2)], "{expected}");
    }
}

#[test]
fn b1_only_hellos_have_a_place_in_the_handshake_and_each_has_its_size() {
    let hello = |size: usize| raw(Kind::Hello, NONE, 0, 0, &vec![b' '; size]);
    let more = |size: usize| raw(Kind::Hello, MORE, 0, 0, &vec![b' '; size]);
    let too_many = [more(MAX_PAYLOAD).repeat(16), hello(1)].concat();
    for (bytes, expected) in [
        (raw(Kind::Call, NONE, PLAIN, 1, b""), "a Call has no place here"),
        (raw(Kind::Ping, NONE, 0, 0, b""), "a Ping has no place here"),
        ([hello(2), raw(Kind::Notify, NONE, 0, 0, b"")].concat(), "a Notify has no place here"),
        (hello(MAX_GREETING + 1), "a Hello of more than 4096 bytes"),
        (more(1), "a Hello of more than 4096 bytes"),
        ([hello(2), too_many].concat(), "a Hello of more than 1048576 bytes"),
        (hello(2).repeat(3), "a Hello has no place here"),
    ] {
        let mut pair = Pair::strangers(&Limits::default());
        let refused = pair.hear(A, &bytes).expect_err(expected);
        assert_eq!(refused.to_string(), expected);
    }
}

#[test]
fn frames_for_a_call_of_the_peers_that_has_ended_crossed_its_end() {
    let mut pair = Pair::new();
    for kind in [Kind::Item, Kind::End, Kind::Fault, Kind::Cancel] {
        assert_eq!(pair.hear(A, &raw(kind, NONE, 0, 5, b"{}")), Ok(vec![]), "{kind:?}");
    }
    let credit = raw(Kind::Credit, NONE, 0, 5, &[1, 0, 0, 0]);
    assert_eq!(pair.hear(A, &credit), Ok(vec![]));
}
