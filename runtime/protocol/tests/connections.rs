//! The conversations that other implementations replay are had here as they are there.
//!
//! `UPDATE=1 cargo test -p traitwire-protocol --test connections` writes them.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Map, Value, json};
use traitwire_protocol::frame::{self, Flags, Frame, Header, Kind, MAX_PAYLOAD};
use traitwire_protocol::{
    Connection, Ending, Event, Head, Limits, MAX_GREETING, NoItem, NotSent, OwnCall, Payload,
    PeerCall, Shape, Stream, Transmit, Violation, WINDOW, Why,
};

const FILE: &str = "../../tests/vectors/connections.json";

const PLAIN: u16 = 0;
const TAKES: u16 = 1;
const GIVES: u16 = 2;
const NOTIFIES: u16 = 3;

/// The methods of both ends, by number.
const SHAPES: [Shape; 4] = [
    Shape { takes_items: false, gives_items: false, notifies: false },
    Shape { takes_items: true, gives_items: false, notifies: false },
    Shape { takes_items: false, gives_items: true, notifies: false },
    Shape { takes_items: false, gives_items: false, notifies: true },
];

/// The first two ids that we choose.
const FIRST: u64 = 1 << 16;
const SECOND: u64 = FIRST + 1;

/// Runs of a byte that are longer are written as `(byte*count)`.
const RUN: usize = 24;

fn hex(bytes: &[u8]) -> String {
    let mut hex = String::new();
    for run in bytes.chunk_by(|one, next| one == next) {
        let (byte, count) = (run[0], run.len());
        if count > RUN {
            let _ = write!(hex, "({byte:02x}*{count})");
        } else {
            hex.extend(std::iter::repeat_n(format!("{byte:02x}"), count));
        }
    }
    hex
}

fn bytes(hex: &str) -> Vec<u8> {
    let byte = |digits: &str| u8::from_str_radix(digits, 16).expect("two digits");
    let (mut rest, mut bytes) = (hex, Vec::new());
    while !rest.is_empty() {
        if let Some(run) = rest.strip_prefix('(') {
            let (run, after) = run.split_once(')').expect("the end of a run");
            let (digits, count) = run.split_once('*').expect("a run");
            bytes.extend(std::iter::repeat_n(byte(digits), count.parse().expect("a number")));
            rest = after;
        } else {
            bytes.push(byte(&rest[..2]));
            rest = &rest[2..];
        }
    }
    bytes
}

// One end, and what is done with it.

struct End {
    machine: Connection,
    own: HashMap<u64, OwnCall>,
    theirs: HashMap<u64, PeerCall>,
}

fn text<'a>(step: &'a Value, field: &str) -> &'a str {
    step[field].as_str().unwrap_or_else(|| panic!("{field} of {step}"))
}

fn number(step: &Value, field: &str) -> u64 {
    step[field].as_u64().unwrap_or_else(|| panic!("{field} of {step}"))
}

fn flag(step: &Value, field: &str) -> bool {
    step.get(field).is_some_and(|value| value.as_bool().expect("a flag"))
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).expect("not for ever")
}

fn limits(given: &Value) -> Limits {
    let mut limits = Limits::default();
    for (name, value) in given.as_object().expect("limits") {
        let value = value.as_u64().expect("a number");
        let count = usize::try_from(value).expect("not for ever");
        match name.as_str() {
            "max_message" => limits.max_message = count,
            "max_calls" => limits.max_calls = count,
            "max_streams" => limits.max_streams = count,
            "keep_alive" => limits.keep_alive = Some(Duration::from_millis(value)),
            _ => panic!("the limit {name}"),
        }
    }
    limits
}

fn head(given: &Value) -> Head {
    let mut head = Head::default();
    for (name, value) in given.as_object().into_iter().flatten() {
        match name.as_str() {
            "deadline" => head.deadline = value.as_u64().map(Duration::from_millis),
            "trace" => head.trace = bytes(value.as_str().expect("hex")).try_into().ok(),
            "within" => head.within = value.as_u64(),
            "context" => head.context = value.as_str().map(|hex| bytes(hex).into()),
            _ => panic!("{name} in a head"),
        }
    }
    head
}

fn head_json(head: &Head) -> Value {
    let mut json = Map::new();
    if let Some(deadline) = head.deadline {
        json.insert("deadline".to_owned(), milliseconds(deadline).into());
    }
    if let Some(trace) = head.trace {
        json.insert("trace".to_owned(), hex(&trace).into());
    }
    if let Some(within) = head.within {
        json.insert("within".to_owned(), within.into());
    }
    if let Some(context) = &head.context {
        json.insert("context".to_owned(), hex(context).into());
    }
    json.into()
}

fn breach(violation: Violation) -> &'static str {
    match violation {
        Violation::Malformed(_) => "malformed",
        Violation::OutOfPlace(_) => "out of place",
        Violation::TooLarge { .. } => "too large",
        Violation::Interleaved(_) => "interleaved",
        Violation::Method(_) => "method",
        Violation::OtherKind(_) => "other kind",
        Violation::Head => "head",
        Violation::UsedId(_) => "used id",
        Violation::UnknownCall { .. } => "unknown call",
        Violation::Overdraft => "overdraft",
        Violation::Credit => "credit",
        Violation::Deaf => "deaf",
        Violation::Pings => "pings",
        Violation::NoHello => "no hello",
        Violation::Silent => "silent",
        Violation::Stalled => "stalled",
        other => panic!("{other:?} has no name"),
    }
}

fn not_sent(why: NotSent) -> &'static str {
    match why {
        NotSent::Closed => "closed",
        NotSent::Calls { .. } => "calls",
        NotSent::Streams { .. } => "streams",
        NotSent::TooLarge { .. } => "too large",
        NotSent::NoCredit => "no credit",
        other => panic!("{other:?} has no name"),
    }
}

fn no_item(why: NoItem) -> &'static str {
    match why {
        NoItem::Ended => "ended",
        NoItem::NoCredit => "no credit",
        NoItem::TooLarge { .. } => "too large",
        other => panic!("{other:?} has no name"),
    }
}

impl End {
    fn stream(&self, step: &Value) -> Stream {
        let id = number(step, "id");
        if flag(step, "peer") {
            Stream::Theirs(self.theirs[&id])
        } else {
            Stream::Own(self.own[&id])
        }
    }

    fn event(&mut self, event: &Event<'_>) -> Value {
        let stream = |event, stream: &Stream| match stream {
            Stream::Own(call) => json!({ "event": event, "id": call.id() }),
            Stream::Theirs(call) => json!({ "event": event, "id": call.id(), "peer": true }),
        };
        match event {
            Event::Greeting(hello) => json!({ "event": "greeting", "payload": hex(hello) }),
            Event::Introduction(hello) => json!({ "event": "introduction", "payload": hex(hello) }),
            Event::Called { call, method, json, head, args } => {
                self.theirs.insert(call.id(), *call);
                json!({
                    "event": "called", "id": call.id(), "method": method, "json": json,
                    "head": head_json(head), "payload": hex(args),
                })
            }
            Event::Notified { method, json, head, args, cost } => json!({
                "event": "notified", "method": method, "json": json, "head": head_json(head),
                "payload": hex(args), "cost": cost,
            }),
            Event::Ended { call, ending, json, payload } => {
                let ending = match ending {
                    Ending::Reply => "reply",
                    Ending::End => "end",
                    Ending::Declared => "declared",
                    Ending::Fault => "fault",
                };
                json!({
                    "event": "ended", "id": call.id(), "with": ending, "json": json,
                    "payload": hex(payload),
                })
            }
            Event::Expired(call) => json!({ "event": "expired", "id": call.id() }),
            Event::Item { stream: of, json, payload } => {
                let mut item = stream("item", of);
                item["json"] = (*json).into();
                item["payload"] = hex(payload).into();
                item
            }
            Event::ItemsEnded { call, fault } => json!({
                "event": "items ended", "id": call.id(), "peer": true,
                "fault": fault.as_deref().map(hex),
            }),
            Event::Credit(of) => stream("credit", of),
            Event::NotificationCredit => json!({ "event": "credit", "id": 0 }),
            Event::Unwanted(call) => json!({ "event": "unwanted", "id": call.id() }),
            Event::Cancelled { call, why } => {
                let why = match why {
                    Why::Cancelled => "cancelled",
                    Why::Deadline => "deadline",
                };
                json!({ "event": "cancelled", "id": call.id(), "peer": true, "why": why })
            }
            Event::Goodbye(goodbye) => json!({ "event": "goodbye", "payload": hex(goodbye) }),
        }
    }

    /// The events of a step; the violation stands after those that came before it.
    fn told(
        &mut self,
        step: &Value,
        now: Duration,
        events: &mut Vec<Value>,
    ) -> Result<(), Violation> {
        match text(step, "do") {
            "receive" => {
                let received = bytes(text(step, "payload"));
                let mut rest = &received[..];
                while let Some((frame, length)) = frame::read(rest)? {
                    if let Some(event) = self.machine.handle(now, frame)? {
                        let event = event.into_owned();
                        events.push(self.event(&event));
                    }
                    rest = &rest[length..];
                }
                assert!(rest.is_empty(), "frames are whole: {step}");
            }
            "wait" => {
                while let Some(event) = self.machine.handle_timeout(now)? {
                    events.push(self.event(&event));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Carries out a command; what it returns.
    fn command(&mut self, step: &Value, now: Duration) -> Value {
        let payload = step.get("payload").map(|hex| bytes(hex.as_str().expect("hex")));
        let payload = Bytes::from(payload.unwrap_or_default());
        let whole = Payload::Whole(payload.clone());
        let json = flag(step, "json");
        let method = || u16::try_from(number(step, "method")).expect("a method");
        let head = || head(&step["head"]);
        let theirs = |end: &Self| end.theirs[&number(step, "id")];
        let own = |end: &Self| end.own[&number(step, "id")];
        match text(step, "do") {
            "hello" => self.machine.hello(&payload),
            "open" => self.machine.open(SHAPES.into(), SHAPES.into()),
            "call" => {
                return match self.machine.call(now, method(), json, &head(), whole) {
                    Ok(call) => {
                        self.own.insert(call.id(), call);
                        json!({ "id": call.id() })
                    }
                    Err(why) => json!({ "refused": not_sent(why) }),
                };
            }
            "notify" => {
                let done = self.machine.notify(method(), json, &head(), whole);
                return done
                    .map_or_else(|why| json!({ "refused": not_sent(why) }), |()| Value::Null);
            }
            "item" => {
                let stream = self.stream(step);
                let done = self.machine.item(stream, json, whole);
                return done
                    .map_or_else(|why| json!({ "refused": no_item(why) }), |()| Value::Null);
            }
            "reply" => return self.machine.reply(theirs(self), json, whole).into(),
            "declare" => return self.machine.declare(theirs(self), json, whole).into(),
            "fault" => return self.machine.fault(theirs(self), whole).into(),
            "end items" => {
                let stream = self.stream(step);
                return self.machine.end_items(stream).into();
            }
            "fail items" => return self.machine.fail_items(own(self), &payload).into(),
            "cancel" => self.machine.cancel(own(self)),
            "release" => self.machine.release(theirs(self)),
            "refuse items" => self.machine.refuse_items(theirs(self)),
            "consume" => {
                let cost = usize::try_from(number(step, "cost")).expect("a cost");
                if step.get("id").is_some() {
                    let stream = self.stream(step);
                    self.machine.consume(stream, cost);
                } else {
                    self.machine.consume_notification(cost);
                }
            }
            "close" => self.machine.close(now, payload),
            "abort" => self.machine.abort(payload),
            "blocked" => self.machine.handle_blocked(now),
            "progress" => self.machine.handle_progress(),
            "receive" | "wait" => {}
            other => panic!("the command {other}"),
        }
        Value::Null
    }

    /// What follows from a step.
    fn step(&mut self, step: &Value) -> Value {
        let now = Duration::from_millis(number(step, "at"));
        let mut then = Map::new();
        let returned = self.command(step, now);
        if !returned.is_null() {
            then.insert("returns".to_owned(), returned);
        }
        let mut events = Vec::new();
        let told = self.told(step, now, &mut events);
        if !events.is_empty() {
            then.insert("events".to_owned(), events.into());
        }
        if let Err(violation) = told {
            then.insert("breach".to_owned(), breach(violation).into());
            then.insert("text".to_owned(), violation.to_string().into());
            return then.into();
        }
        let (mut transmit, mut sends) = (Transmit::default(), Vec::new());
        let polls = match step.get("takes").map(|takes| takes.as_str().expect("a word")) {
            None => usize::MAX,
            Some("once") => 1,
            Some("nothing") => 0,
            Some(other) => panic!("takes {other}"),
        };
        for _ in 0..polls {
            if !self.machine.poll_transmit(&mut transmit) {
                break;
            }
            sends.extend(transmit.to_vec());
        }
        if !sends.is_empty() {
            then.insert("sends".to_owned(), hex(&sends).into());
        }
        let due = self.machine.next_timeout().map(milliseconds);
        then.insert("due".to_owned(), due.into());
        if self.machine.is_over() {
            then.insert("over".to_owned(), true.into());
        }
        then.into()
    }
}

/// Has a conversation, and says what follows from each of its steps.
fn have(limits_given: &Value, steps: &[Value]) -> Vec<Value> {
    let machine = Connection::new(Duration::ZERO, limits(limits_given));
    let mut end = End { machine, own: HashMap::new(), theirs: HashMap::new() };
    let with = |step: &Value| {
        let mut step = step.clone();
        step.as_object_mut().expect("a step").remove("then");
        step["then"] = end.step(&step);
        step
    };
    steps.iter().map(with).collect()
}

// What is said.

const NONE: Flags = Flags::NONE;
const PEER: Flags = Flags::PEER;
const MORE: Flags = Flags::MORE;

fn raw(kind: Kind, flags: Flags, method: u16, id: u64, payload: &[u8]) -> Vec<u8> {
    let header = Header { kind, flags, method, id };
    let mut bytes = Vec::new();
    frame::write(&mut bytes, Frame { header, payload }).expect("it fits");
    bytes
}

/// A conversation in the making.
struct Talk {
    name: &'static str,
    limits: Value,
    now: u64,
    steps: Vec<Value>,
}

impl Talk {
    /// Of an end that has not said anything.
    fn strangers(name: &'static str) -> Talk {
        Talk { name, limits: json!({}), now: 0, steps: Vec::new() }
    }

    /// Of an end that is open.
    fn open(name: &'static str) -> Talk {
        let mut talk = Talk::strangers(name);
        for _ in 0..2 {
            talk.say(json!({ "do": "hello", "payload": hex(b"{}") }));
            talk.hears(&raw(Kind::Hello, NONE, 0, 0, b"{}"));
        }
        talk.say(json!({ "do": "open" }));
        talk
    }

    fn within(mut self, limits: Value) -> Talk {
        self.limits = limits;
        self
    }

    fn say(&mut self, mut step: Value) -> &mut Talk {
        step["at"] = self.now.into();
        self.steps.push(step);
        self
    }

    fn hears(&mut self, bytes: &[u8]) -> &mut Talk {
        self.say(json!({ "do": "receive", "payload": hex(bytes) }))
    }

    fn waits(&mut self, milliseconds: u64) -> &mut Talk {
        self.now += milliseconds;
        self.say(json!({ "do": "wait" }))
    }

    fn calls(&mut self, method: u16) -> &mut Talk {
        self.say(json!({ "do": "call", "method": method, "payload": hex(b"args") }))
    }

    /// It is called, with the id 1.
    fn called(&mut self, method: u16) -> &mut Talk {
        self.hears(&raw(Kind::Call, NONE, method, 1, b"args"))
    }

    fn item(&mut self, id: u64, peer: bool, length: usize) -> &mut Talk {
        let payload = hex(&vec![7; length]);
        self.say(json!({ "do": "item", "id": id, "peer": peer, "payload": payload }))
    }
}

fn hellos() -> Vec<Talk> {
    let hello = |length: usize| raw(Kind::Hello, NONE, 0, 0, &vec![b' '; length]);
    let mut talks = vec![Talk::open("the handshake")];
    let mut talk = Talk::strangers("a second hello in parts, and a call that does not overtake it");
    talk.say(json!({ "do": "hello", "payload": hex(b"{}") })).hears(&hello(2)).hears(&hello(3));
    talk.say(
        json!({ "do": "hello", "payload": hex(&vec![b' '; 2 * MAX_PAYLOAD]), "takes": "nothing" }),
    );
    talk.say(json!({ "do": "open", "takes": "nothing" })).calls(PLAIN);
    talks.push(talk);
    let mut talk = Talk::strangers("a second hello that comes in parts");
    let part = raw(Kind::Hello, MORE, 0, 0, &[b' '; 100]);
    talk.hears(&hello(MAX_GREETING)).hears(&part).hears(&hello(2));
    talks.push(talk);
    let mut talk = Talk::strangers("a peer that says goodbye in the handshake");
    talk.hears(&hello(2)).hears(&raw(Kind::Goodbye, NONE, 0, 0, b"no"));
    talks.push(talk);
    let mut talk = Talk::strangers("an end that closes in the handshake");
    talk.hears(&hello(2)).say(json!({ "do": "close", "payload": hex(b"no") }));
    talks.push(talk);
    for (name, hellos) in [("no first hello", 0), ("no second hello", 1)] {
        let mut talk = Talk::strangers(name);
        talk.now = 2000;
        for _ in 0..hellos {
            talk.hears(&hello(2));
        }
        talk.now = if hellos == 0 { 0 } else { 2000 };
        talk.waits(4999).waits(1);
        talks.push(talk);
    }
    for (name, bytes) in [
        ("a call in the handshake", raw(Kind::Call, NONE, 0, 1, b"")),
        ("a ping in the handshake", raw(Kind::Ping, NONE, 0, 0, b"")),
        ("a first hello that is too large", hello(MAX_GREETING + 1)),
        ("a first hello in parts", part.clone()),
        ("a third hello", hello(2).repeat(3)),
    ] {
        let mut talk = Talk::strangers(name);
        talk.hears(&bytes);
        talks.push(talk);
    }
    talks
}

fn calls() -> Vec<Talk> {
    let mut talks = Vec::new();
    for (name, kind, flags) in [
        ("a call, and its reply", Kind::Reply, PEER),
        ("a call, and its reply in JSON", Kind::Reply, PEER.with(Flags::JSON)),
        ("a call, and its declared error", Kind::Declared, PEER),
        ("a call, and its fault", Kind::Fault, PEER.with(Flags::JSON)),
    ] {
        let mut talk = Talk::open(name);
        talk.calls(PLAIN).hears(&raw(kind, flags, 0, FIRST, b"end"));
        talks.push(talk);
    }
    for ending in ["reply", "declare", "fault"] {
        let mut talk = Talk::open(match ending {
            "reply" => "a call of the peer's that is replied to, once",
            "declare" => "a call of the peer's that ends with its declared error",
            _ => "a call of the peer's that ends with a fault",
        });
        talk.called(PLAIN);
        talk.say(json!({ "do": ending, "id": 1, "json": true, "payload": hex(b"{}") }));
        talk.say(json!({ "do": "reply", "id": 1, "payload": "" }));
        talks.push(talk);
    }
    let mut talk = Talk::open("replies that cross");
    talk.calls(PLAIN).calls(PLAIN);
    talk.hears(&raw(Kind::Reply, PEER, 0, SECOND, b"second"));
    talk.hears(&raw(Kind::Reply, PEER, 0, FIRST, b"first")).calls(PLAIN);
    talks.push(talk);
    let mut talk = Talk::open("a handler that calls back");
    talk.called(PLAIN);
    talk.say(json!({ "do": "call", "method": PLAIN, "head": { "within": 1 }, "payload": "" }));
    talk.hears(&raw(Kind::Reply, PEER, 0, FIRST, b"inner"));
    talk.say(json!({ "do": "reply", "id": 1, "payload": hex(b"outer") }));
    talks.push(talk);
    let all = json!({
        "deadline": 1500, "trace": hex(&(0..25).collect::<Vec<u8>>()),
        "within": 9, "context": hex(b"{}"),
    });
    let mut talk = Talk::open("all that a call may bring along");
    talk.say(json!({ "do": "call", "method": PLAIN, "json": true, "head": all, "payload": "ff" }));
    let flags = [Flags::DEADLINE, Flags::TRACE, Flags::WITHIN, Flags::CONTEXT];
    let flags = flags.into_iter().fold(NONE, Flags::with);
    let mut payload = vec![0xdc, 5, 0, 0];
    payload.extend([3; 25]);
    payload.extend(FIRST.to_le_bytes());
    payload.extend([2, 0, b'{', b'}', 0xff]);
    talk.hears(&raw(Kind::Call, flags, PLAIN, 1, &payload));
    talks.push(talk);
    let mut talk = Talk::open("a call of which the peer does not wait for the end");
    talk.called(PLAIN).hears(&raw(Kind::Cancel, NONE, 0, 1, b""));
    talk.say(json!({ "do": "reply", "id": 1, "payload": hex(b"late") }));
    talk.hears(&raw(Kind::Cancel, NONE, 0, 1, b""));
    talks.push(talk);
    let mut talk = Talk::open("a reply that crosses a cancel");
    talk.calls(PLAIN).say(json!({ "do": "cancel", "id": FIRST })).calls(PLAIN);
    talk.hears(&raw(Kind::Reply, PEER, 0, FIRST, b"late"));
    talk.hears(&raw(Kind::Reply, PEER, 0, SECOND, b"in time")).calls(PLAIN);
    talks.push(talk);
    let mut talk = Talk::open("a cancel that comes before its call was taken");
    talk.say(json!({ "do": "call", "method": PLAIN, "payload": "", "takes": "nothing" }));
    talk.say(json!({ "do": "cancel", "id": FIRST }));
    talk.hears(&raw(Kind::Fault, PEER.with(Flags::JSON), 0, FIRST, b"{}"));
    talks.push(talk);
    for (name, time) in [("a deadline that passes", 1500), ("a deadline that does not", 100)] {
        let mut talk = Talk::open(name);
        let head = json!({ "deadline": 1500 });
        talk.say(json!({ "do": "call", "method": PLAIN, "head": head, "payload": "" }));
        talk.hears(&raw(Kind::Call, Flags::DEADLINE, PLAIN, 1, &[0xdc, 5, 0, 0]));
        talk.waits(time);
        talk.say(json!({ "do": "reply", "id": 1, "payload": "" }));
        talk.hears(&raw(Kind::Reply, PEER, 0, FIRST, b""));
        talks.push(talk);
    }
    let mut talk = Talk::open("as many calls as are allowed, and one more, both ways")
        .within(json!({ "max_calls": 2, "max_streams": 1 }));
    talk.calls(GIVES).calls(TAKES).calls(PLAIN).calls(PLAIN);
    for (id, method) in [(1, GIVES), (2, TAKES), (3, PLAIN), (4, PLAIN)] {
        talk.hears(&raw(Kind::Call, NONE, method, id, b""));
    }
    talk.hears(&raw(Kind::Cancel, NONE, 0, 3, b"")).hears(&raw(Kind::Call, NONE, PLAIN, 5, b""));
    talk.say(json!({ "do": "release", "id": 3 })).hears(&raw(Kind::Call, NONE, PLAIN, 6, b""));
    talks.push(talk);
    talks
}

fn streams() -> Vec<Talk> {
    let mut talks = Vec::new();
    let mut talk = Talk::open("items that come, and their end");
    talk.calls(GIVES);
    for item in [&b"one"[..], b""] {
        talk.hears(&raw(Kind::Item, PEER, 0, FIRST, item));
    }
    talk.hears(&raw(Kind::End, PEER, 0, FIRST, b""));
    talks.push(talk);
    let mut talk = Talk::open("items that go, and their end");
    talk.called(GIVES).item(1, true, 3).item(1, true, 0);
    talk.say(json!({ "do": "end items", "id": 1, "peer": true })).item(1, true, 0);
    talks.push(talk);
    for ending in ["end items", "fail items"] {
        let mut talk = Talk::open(match ending {
            "end items" => "items that go with a call, and end well",
            _ => "items that go with a call, and fail",
        });
        talk.calls(TAKES).item(FIRST, false, 3);
        talk.say(json!({ "do": ending, "id": FIRST, "payload": hex(b"{}") }));
        talk.item(FIRST, false, 3).hears(&raw(Kind::Reply, PEER, 0, FIRST, b"sum"));
        talks.push(talk);
    }
    for kind in [Kind::End, Kind::Fault] {
        let mut talk = Talk::open(match kind {
            Kind::End => "items that come with a call, and end well",
            _ => "items that come with a call, and fail",
        });
        talk.called(TAKES).hears(&raw(Kind::Item, NONE, 0, 1, b"item"));
        talk.hears(&raw(kind, NONE, 0, 1, b""));
        talk.say(json!({ "do": "reply", "id": 1, "payload": "" }));
        talk.hears(&raw(Kind::Item, NONE, 0, 1, b"late"));
        talks.push(talk);
    }
    let mut talk = Talk::open("items that are not wanted any more");
    talk.called(TAKES).hears(&raw(Kind::Item, MORE, 0, 1, b"begun"));
    talk.say(json!({ "do": "refuse items", "id": 1 }));
    talk.hears(&raw(Kind::Item, NONE, 0, 1, b"late")).calls(TAKES);
    talk.hears(&raw(Kind::Cancel, PEER, 0, FIRST, b"")).item(FIRST, false, 1);
    talks.push(talk);
    let mut talk = Talk::open("credit that is used up, and given back");
    talk.called(GIVES);
    let quarter = WINDOW / 4 - 16;
    for _ in 0..4 {
        talk.item(1, true, quarter);
    }
    talk.item(1, true, 0).hears(&raw(Kind::Credit, NONE, 0, 1, &[0, 0, 2, 0]));
    talk.item(1, true, 2 * WINDOW).item(1, true, 0);
    talks.push(talk);
    let mut talk = Talk::open("credit that is given at half a window");
    talk.calls(GIVES);
    for _ in 0..4 {
        talk.hears(&raw(Kind::Item, PEER, 0, FIRST, &vec![7; quarter]));
    }
    talk.say(json!({ "do": "consume", "id": FIRST, "cost": WINDOW / 2 - 1 }));
    talk.say(json!({ "do": "consume", "id": FIRST, "cost": 1 }));
    talk.say(json!({ "do": "consume", "id": FIRST, "cost": WINDOW / 2 }));
    talks.push(talk);
    let mut talk = Talk::open("credit for items that come with a call");
    talk.called(TAKES).hears(&raw(Kind::Item, NONE, 0, 1, &vec![7; 2 * quarter / 2]));
    talk.hears(&raw(Kind::Item, NONE, 0, 1, &vec![7; quarter]));
    talk.say(json!({ "do": "consume", "id": 1, "peer": true, "cost": WINDOW / 2 }));
    talks.push(talk);
    let mut talk = Talk::open("notifications both ways, and their credit");
    let half = hex(&vec![7; WINDOW / 2 - 15]);
    talk.say(json!({ "do": "notify", "method": NOTIFIES, "json": true, "payload": half }));
    talk.say(json!({ "do": "notify", "method": NOTIFIES, "payload": half }));
    talk.hears(&raw(Kind::Credit, NONE, 0, 0, &[1, 0, 2, 0]));
    talk.say(json!({ "do": "notify", "method": NOTIFIES, "payload": "" }));
    for _ in 0..3 {
        talk.hears(&raw(Kind::Notify, NONE, NOTIFIES, 0, &vec![7; quarter]));
    }
    talk.say(json!({ "do": "consume", "cost": WINDOW / 4 * 3 }));
    talks.push(talk);
    talks
}

fn parts() -> Vec<Talk> {
    let mut talks = Vec::new();
    let large = hex(&vec![1; 5 * MAX_PAYLOAD]);
    let call = json!({ "do": "call", "method": PLAIN, "payload": large, "takes": "nothing" });
    let mut once = call.clone();
    once["takes"] = "once".into();
    let mut talk = Talk::open("a large call in parts, with a small one between them");
    talk.say(once.clone()).calls(PLAIN);
    talks.push(talk);
    let mut talk = Talk::open("a large call that is cancelled before any of it has gone");
    talk.say(call).say(json!({ "do": "cancel", "id": FIRST })).calls(PLAIN);
    talks.push(talk);
    let mut talk = Talk::open("a large call that is cancelled half-sent");
    talk.say(once).say(json!({ "do": "cancel", "id": FIRST })).calls(PLAIN);
    talk.hears(&raw(Kind::Fault, PEER.with(Flags::JSON), 0, FIRST, b"{}"));
    talks.push(talk);
    let mut talk = Talk::open("a call that comes in parts, with others between them");
    talk.hears(&raw(Kind::Call, MORE, PLAIN, 1, b"one "));
    talk.hears(&raw(Kind::Call, NONE, PLAIN, 2, b"small"));
    talk.hears(&raw(Kind::Call, MORE, PLAIN, 1, b"two "));
    talk.hears(&raw(Kind::Ping, NONE, 0, 5, b""));
    talk.hears(&raw(Kind::Call, NONE, PLAIN, 1, b"three"));
    talks.push(talk);
    let mut talk = Talk::open("a call in parts that does not go on");
    talk.hears(&raw(Kind::Call, MORE, PLAIN, 1, b"one"));
    talk.hears(&raw(Kind::Cancel, NONE, 0, 1, b""));
    talk.hears(&raw(Kind::Call, MORE, PLAIN, 2, b"another"));
    talk.hears(&raw(Kind::Call, NONE, PLAIN, 2, b" one"));
    talks.push(talk);
    let mut talk = Talk::open("an item in parts that does not go on, for its call has ended");
    talk.called(TAKES).hears(&raw(Kind::Item, MORE, 0, 1, b"begun"));
    talk.say(json!({ "do": "reply", "id": 1, "payload": "" }));
    talk.hears(&raw(Kind::Item, NONE, 0, 1, b"late"));
    talk.hears(&raw(Kind::Call, MORE, PLAIN, 2, b"one ")).hears(&raw(
        Kind::Call,
        NONE,
        PLAIN,
        2,
        b"two",
    ));
    talks.push(talk);
    let mut talk = Talk::open("a reply that waits for a large notification before it");
    talk.called(PLAIN);
    let note = hex(&vec![7; MAX_PAYLOAD + 1]);
    let notify = json!({ "do": "notify", "method": NOTIFIES, "payload": note, "takes": "nothing" });
    talk.say(notify).say(json!({ "do": "reply", "id": 1, "payload": hex(b"done") }));
    talks.push(talk);
    let mut talk = Talk::open("an end of items that waits for a large one before it");
    talk.called(GIVES);
    let item = json!({ "do": "item", "id": 1, "peer": true, "payload": note, "takes": "nothing" });
    talk.say(item).say(json!({ "do": "end items", "id": 1, "peer": true }));
    talks.push(talk);
    let mut talk = Talk::open("a message of the limit, and one of one byte more")
        .within(json!({ "max_message": 1000 }));
    for length in [1000, 1001] {
        talk.say(json!({ "do": "call", "method": PLAIN, "payload": hex(&vec![0; length]) }));
    }
    talk.hears(&raw(Kind::Call, NONE, PLAIN, 1, &[0; 1000]));
    talk.hears(&raw(Kind::Call, NONE, PLAIN, 2, &[0; 1001]));
    talks.push(talk);
    talks
}

fn endings() -> Vec<Talk> {
    let mut talks = Vec::new();
    let goodbye = raw(Kind::Goodbye, NONE, 0, 0, b"bye");
    let close = json!({ "do": "close", "payload": hex(b"bye") });
    let mut talk = Talk::open("a pair that is closed when its calls have ended");
    talk.called(PLAIN).calls(PLAIN).say(close.clone()).calls(PLAIN);
    talk.hears(&raw(Kind::Call, NONE, PLAIN, 2, b""));
    talk.say(json!({ "do": "reply", "id": 1, "payload": "" }));
    talk.hears(&raw(Kind::Reply, PEER, 0, FIRST, b"")).hears(&goodbye);
    talks.push(talk);
    let mut talk = Talk::open("a close that gives up");
    talk.called(PLAIN).say(close).waits(1999).waits(1);
    talk.say(json!({ "do": "reply", "id": 1, "payload": "" }));
    talks.push(talk);
    let mut talk = Talk::open("a pair that ends at once");
    talk.called(PLAIN).calls(PLAIN).say(json!({ "do": "abort", "payload": hex(b"bye") }));
    talk.say(json!({ "do": "reply", "id": 1, "payload": "" }));
    talk.hears(&raw(Kind::Reply, PEER, 0, FIRST, b"")).hears(&goodbye).hears(&goodbye);
    talks.push(talk);
    let mut talk = Talk::open("a peer that says goodbye while calls are under way");
    talk.called(PLAIN).calls(PLAIN).hears(&goodbye);
    talk.say(json!({ "do": "cancel", "id": FIRST }));
    talk.say(json!({ "do": "reply", "id": 1, "payload": "" }));
    talks.push(talk);
    let alive = || json!({ "keep_alive": 10_000 });
    let mut talk = Talk::open("a peer that gives signs of life").within(alive());
    talk.waits(9999).waits(1).hears(&raw(Kind::Pong, NONE, 0, 0, b"")).waits(9999).waits(1);
    talks.push(talk);
    let mut talk = Talk::open("a peer that gives none").within(alive());
    talk.waits(10_000).waits(9999).waits(1);
    talks.push(talk);
    let mut talk = Talk::open("an end that was asleep").within(alive());
    talk.waits(500_000).waits(9999).waits(1);
    talks.push(talk);
    let mut talk = Talk::open("a peer that takes nothing");
    talk.say(json!({ "do": "blocked" }));
    talk.now += 20_000;
    talk.say(json!({ "do": "progress" })).say(json!({ "do": "blocked" })).waits(29_999).waits(1);
    talks.push(talk);
    let mut talk = Talk::open("pings, as many as are borne and one more");
    talk.hears(&raw(Kind::Ping, NONE, 0, 3, b"").repeat(10));
    talk.now += 1000;
    talk.hears(&raw(Kind::Ping, NONE, 0, 4, b"")).hears(&raw(Kind::Ping, NONE, 0, 5, b""));
    talks.push(talk);
    talks
}

/// What a peer must not say to an end that is open, has made a call, and was called with the id 1.
fn breaches() -> Vec<Talk> {
    let call = |flags, method, id, payload: &[u8]| raw(Kind::Call, flags, method, id, payload);
    let quarter = vec![7; WINDOW / 4 - 16];
    let breaches: Vec<(&'static str, u16, u16, Vec<u8>)> = vec![
        ("a length that no frame has", PLAIN, PLAIN, vec![0; 4]),
        ("a hello in an open pair", PLAIN, PLAIN, raw(Kind::Hello, NONE, 0, 0, b"{}")),
        (
            "a goodbye that is too large",
            PLAIN,
            PLAIN,
            raw(Kind::Goodbye, NONE, 0, 0, &[0; MAX_GREETING + 1]),
        ),
        (
            "two messages in parts at a time",
            PLAIN,
            PLAIN,
            [call(MORE, PLAIN, 2, b""), call(MORE, PLAIN, 3, b"")].concat(),
        ),
        (
            "parts with other flags",
            PLAIN,
            PLAIN,
            [call(MORE, PLAIN, 2, b""), call(Flags::JSON, PLAIN, 2, b"")].concat(),
        ),
        ("a method that was not agreed", PLAIN, PLAIN, call(NONE, 4, 2, b"")),
        ("a call of a method that is notified", PLAIN, PLAIN, call(NONE, NOTIFIES, 2, b"")),
        (
            "a notify of a method that is called",
            PLAIN,
            PLAIN,
            raw(Kind::Notify, NONE, PLAIN, 0, b""),
        ),
        ("a deadline that is not there", PLAIN, PLAIN, call(Flags::DEADLINE, PLAIN, 2, b"123")),
        (
            "a context that is not there",
            PLAIN,
            PLAIN,
            raw(Kind::Notify, Flags::CONTEXT, NOTIFIES, 0, &[1, 0]),
        ),
        ("an id that another call has", PLAIN, PLAIN, call(NONE, PLAIN, 1, b"")),
        ("a reply to no call", PLAIN, PLAIN, raw(Kind::Reply, PEER, 0, 77, b"")),
        ("two replies to a call", PLAIN, PLAIN, raw(Kind::Reply, PEER, 0, FIRST, b"").repeat(2)),
        ("a reply without peer", PLAIN, PLAIN, raw(Kind::Reply, NONE, 0, FIRST, b"")),
        ("a reply in place of an end", GIVES, PLAIN, raw(Kind::Reply, PEER, 0, FIRST, b"")),
        ("an end in place of a reply", PLAIN, PLAIN, raw(Kind::End, PEER, 0, FIRST, b"")),
        ("an item that was not called for", PLAIN, PLAIN, raw(Kind::Item, PEER, 0, FIRST, b"")),
        ("an item that no method takes", PLAIN, PLAIN, raw(Kind::Item, NONE, 0, 1, b"")),
        (
            "items that nobody sends are not wanted",
            PLAIN,
            PLAIN,
            raw(Kind::Cancel, PEER, 0, 7, b""),
        ),
        ("credit for no call", PLAIN, PLAIN, raw(Kind::Credit, PEER, 0, 77, &[1, 0, 0, 0])),
        (
            "credit for a call without items",
            PLAIN,
            PLAIN,
            raw(Kind::Credit, NONE, 0, 1, &[1, 0, 0, 0]),
        ),
        (
            "credit for items that were not sent",
            TAKES,
            PLAIN,
            raw(Kind::Credit, PEER, 0, FIRST, &[1, 0, 0, 0]),
        ),
        (
            "credit for notifications that were not sent",
            PLAIN,
            PLAIN,
            raw(Kind::Credit, NONE, 0, 0, &[1, 0, 0, 0]),
        ),
        ("credit of three bytes", PLAIN, PLAIN, raw(Kind::Credit, NONE, 0, 0, &[1, 0, 0])),
        (
            "an item without credit",
            PLAIN,
            TAKES,
            [raw(Kind::Item, NONE, 0, 1, &quarter).repeat(4), raw(Kind::Item, NONE, 0, 1, b"")]
                .concat(),
        ),
        (
            "a notification without credit",
            PLAIN,
            PLAIN,
            [
                raw(Kind::Notify, NONE, NOTIFIES, 0, &quarter).repeat(4),
                raw(Kind::Notify, NONE, NOTIFIES, 0, b""),
            ]
            .concat(),
        ),
    ];
    let talk = |(name, calls, called, bytes): (&'static str, u16, u16, Vec<u8>)| {
        let mut talk = Talk::open(name);
        talk.calls(calls).called(called).hears(&bytes);
        talk.say(json!({ "do": "abort", "payload": hex(b"{}") }));
        talk
    };
    breaches.into_iter().map(talk).collect()
}

/// A step on each line.
fn as_text(talks: &[Value]) -> String {
    let mut text = String::from("[\n");
    for (number, talk) in talks.iter().enumerate() {
        let end = if number + 1 == talks.len() { "" } else { "," };
        let (name, limits) = (&talk["name"], &talk["limits"]);
        let steps: Vec<_> = talk["steps"]
            .as_array()
            .expect("steps")
            .iter()
            .map(|step| format!("    {step}"))
            .collect();
        let steps = steps.join(",\n");
        let _ = writeln!(
            text,
            "  {{\"name\": {name}, \"limits\": {limits}, \"steps\": [\n{steps}\n  ]}}{end}"
        );
    }
    text + "]\n"
}

#[test]
fn every_conversation_goes_as_it_says() {
    let talks = [hellos(), calls(), streams(), parts(), endings(), breaches()];
    let talks: Vec<Value> = talks
        .iter()
        .flatten()
        .map(|talk| {
            json!({ "name": talk.name, "limits": talk.limits, "steps": have(&talk.limits, &talk.steps) })
        })
        .collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, as_text(&talks)).expect("it can be written");
    }
    let written = std::fs::read_to_string(&path).expect("UPDATE=1 writes them");
    let written: Vec<Value> = serde_json::from_str(&written).expect("a list");
    assert_eq!(written.len(), talks.len(), "UPDATE=1 writes them");
    let mut names = std::collections::HashSet::new();
    for (written, talk) in written.iter().zip(&talks) {
        assert!(names.insert(talk["name"].to_string()), "two are called {}", talk["name"]);
        let steps = written["steps"].as_array().expect("steps");
        for (step, expected) in steps.iter().zip(talk["steps"].as_array().expect("steps")) {
            assert_eq!(step, expected, "{}", talk["name"]);
        }
        assert_eq!(written, talk);
        // What is written is enough to have it again.
        assert_eq!(have(&written["limits"], steps), *steps, "{}", talk["name"]);
    }
}

#[test]
fn the_specification_has_every_fault_of_ours_and_every_breach() {
    let specification = include_str!("../../../docs/protocol.md");
    let vectors = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE));
    let talks: Vec<Value> = serde_json::from_str(&vectors.expect("a file")).expect("a list");
    let (mut faults, mut breaches) = (Vec::new(), Vec::new());
    for then in talks.iter().flat_map(|talk| talk["steps"].as_array().expect("steps")) {
        let then = &then["then"];
        if let Some(breach) = then["breach"].as_str() {
            breaches.push(breach);
        }
        let sends = bytes(then["sends"].as_str().unwrap_or_default());
        let mut rest = &sends[..];
        while let Some((frame, length)) = frame::read(rest).expect("it is sound") {
            let text = String::from_utf8_lossy(frame.payload);
            if frame.header.kind == Kind::Fault && text.starts_with(r#"{"code""#) {
                faults.push(text.into_owned());
            }
            rest = &rest[length..];
        }
    }
    faults.sort_unstable();
    faults.dedup();
    breaches.sort_unstable();
    breaches.dedup();
    // All but deafness, which takes more calls than a reader wants to read.
    assert_eq!((faults.len(), breaches.len()), (5, 15));
    for fault in faults {
        assert!(specification.contains(&format!("| `{fault}` |")), "{fault}");
    }
    for breach in breaches {
        let names = [format!("| {breach} |"), format!("| {breach},"), format!(", {breach}")];
        assert!(names.iter().any(|name| specification.contains(name)), "{breach}");
    }
}
