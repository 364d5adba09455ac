//! Does the machine bear whatever a peer sends, and whatever its own end asks of it meanwhile?

use std::time::Duration;

use traitwire_protocol::frame;
use traitwire_protocol::{
    Connection, Event, Head, Limits, OwnCall, Payload, PeerCall, Shape, Stream, Transmit, cost,
};

/// Input that is used up byte by byte.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn bytes(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }
}

/// One end, and what its user knows of it.
struct Machine {
    connection: Connection,
    now: Duration,
    own: Vec<OwnCall>,
    theirs: Vec<PeerCall>,
    lost: bool,
}

/// Small limits are met by short inputs.
const MESSAGE: usize = 512;
const CALLS: usize = 4;

/// Feeds the machine of one end: frames that the input makes up, its own commands between them, and time.
///
/// # Panics
/// If the machine does, keeps more than it may, or says what is no frame.
pub fn machine(bytes: &[u8]) {
    let mut input = Input(bytes);
    let limits = Limits {
        max_message: MESSAGE,
        max_calls: CALLS,
        max_streams: 2,
        max_queue: 1024,
        keep_alive: Some(Duration::from_secs(10)),
        ..Limits::default()
    };
    let mut connection = Connection::new(Duration::ZERO, limits);
    connection.hello(b"{}");
    if input.byte().is_some_and(|byte| byte & 1 == 0) {
        let methods = [0b000, 0b001, 0b010, 0b011, 0b100].map(|bits: u8| Shape {
            takes_items: bits & 1 != 0,
            gives_items: bits & 2 != 0,
            notifies: bits & 4 != 0,
        });
        connection.open(methods.into(), methods.into());
    }
    let mut machine = Machine {
        connection,
        now: Duration::ZERO,
        own: Vec::new(),
        theirs: Vec::new(),
        lost: false,
    };
    while let Some(step) = input.byte() {
        machine.step(step, &mut input);
    }
    machine.transmit();
}

impl Machine {
    fn step(&mut self, step: u8, input: &mut Input<'_>) {
        match step % 16 {
            0..=5 => self.receive(input),
            6 => self.call(input),
            7 => {
                let payload = Payload::Here(input.bytes(40));
                let _ = self.connection.notify(4, false, &Head::default(), payload);
            }
            8 => self.end(input),
            9 => self.item(input),
            10 => {
                if let Some(stream) = self.stream(input) {
                    let bytes = usize::from(input.byte().unwrap_or(0)) * 1024;
                    self.connection.consume(stream, bytes);
                }
            }
            11 => {
                if let Some(call) = self.theirs(input) {
                    self.connection.refuse_items(call);
                }
            }
            12 => self.pass_time(input),
            13 => self.transmit(),
            14 => {
                if let Some(call) = self.own.pop() {
                    self.connection.cancel(call);
                }
            }
            _ => match input.byte().unwrap_or(0) {
                0 => self.connection.close(self.now, b"{}".as_slice().into()),
                1 => self.connection.abort(b"{}".as_slice().into()),
                2 => self.connection.handle_blocked(self.now),
                3 => self.connection.handle_progress(),
                cost => self.connection.consume_notification(usize::from(cost) * 1024),
            },
        }
        let [queue, partial] = self.connection.kept();
        // What waits is bounded by the limits, and one message more; so is what has not come whole.
        assert!(queue <= 1024 + 64 * (MESSAGE + 256) + 1_048_576, "{queue} bytes wait");
        assert!(partial <= 1_048_576, "{partial} bytes are kept");
    }

    fn theirs(&self, input: &mut Input<'_>) -> Option<PeerCall> {
        let place = usize::from(input.byte()?);
        self.theirs.get(place % self.theirs.len().max(1)).copied()
    }

    fn stream(&self, input: &mut Input<'_>) -> Option<Stream> {
        let byte = input.byte()?;
        if byte & 1 == 0 {
            return self.theirs(input).map(Stream::Theirs);
        }
        self.own.get(usize::from(byte / 2) % self.own.len().max(1)).copied().map(Stream::Own)
    }

    fn call(&mut self, input: &mut Input<'_>) {
        let (Some(method), Some(length)) = (input.byte(), input.byte()) else { return };
        let head = Head {
            deadline: (method & 8 != 0).then(|| Duration::from_millis(u64::from(length))),
            ..Head::default()
        };
        let payload = vec![method; usize::from(length) * 3];
        let payload = Payload::Whole(payload.into());
        let method = u16::from(method) % 4;
        self.own.extend(self.connection.call(self.now, method, false, &head, payload));
    }

    fn end(&mut self, input: &mut Input<'_>) {
        let Some(call) = self.theirs(input) else { return };
        let payload = Payload::Here(input.bytes(20));
        match input.byte().unwrap_or(0) % 5 {
            0 => self.connection.reply(call, false, payload),
            1 => self.connection.declare(call, true, payload),
            2 => self.connection.fault(call, payload),
            3 => self.connection.end_items(Stream::Theirs(call)),
            _ => {
                self.connection.release(call);
                false
            }
        };
    }

    fn item(&mut self, input: &mut Input<'_>) {
        let Some(stream) = self.stream(input) else { return };
        let length = usize::from(input.byte().unwrap_or(0)) * 4;
        let _ = self.connection.item(stream, false, Payload::Whole(vec![0; length].into()));
        if length == 4 {
            self.connection.end_items(stream);
        }
    }

    fn pass_time(&mut self, input: &mut Input<'_>) {
        self.now += Duration::from_millis(u64::from(input.byte().unwrap_or(0)) * 100);
        // A timeout that is due is dealt with in a bounded number of steps.
        for _ in 0..1000 {
            match self.connection.handle_timeout(self.now) {
                Ok(Some(event)) => self.told(event),
                Ok(None) => return,
                Err(_) => return self.lose(),
            }
        }
        panic!("a timeout that never ends");
    }

    /// A frame that is sound by itself.
    fn receive(&mut self, input: &mut Input<'_>) {
        let (Some(kind), Some(flags), Some(method), Some(id)) =
            (input.byte(), input.byte(), input.byte(), input.byte())
        else {
            return;
        };
        let length = input.byte().map_or(0, usize::from);
        // Ids of calls of the peer's are small; its answers need those that this end has made.
        let own = self.own.get(usize::from(id) % self.own.len().max(1)).map(|call| call.id());
        let id = if flags & 2 != 0 { own.unwrap_or(1) } else { u64::from(id % 8) };
        let mut bytes = (12 + u32::try_from(length).unwrap_or(0)).to_le_bytes().to_vec();
        bytes.extend_from_slice(&[kind % 14, flags, method % 6, 0]);
        bytes.extend_from_slice(&id.to_le_bytes());
        let payload = input.bytes(length);
        bytes.extend_from_slice(payload);
        bytes.resize(16 + length, 0);
        let Ok(Some((frame, _))) = frame::read(&bytes) else { return };
        let (come, rest) = frame.payload.split_at(frame.payload.len() / 2);
        let lent = (kind & 0x80 != 0).then(|| self.connection.lend(&frame.header, come)).flatten();
        let handled = match lent {
            Some(mut lent) => {
                lent.extend_from_slice(rest);
                self.connection.handle_lent(self.now, frame.header, lent)
            }
            None => self.connection.handle(self.now, frame),
        };
        match handled {
            Ok(Some(event)) => self.told(event.into_owned()),
            Ok(None) => {}
            Err(_) => self.lose(),
        }
    }

    fn told(&mut self, event: Event<'_>) {
        assert!(!self.lost || matches!(event, Event::Goodbye(_)), "told after the end: {event:?}");
        match event {
            Event::Called { call, .. } => {
                self.theirs.push(call);
                assert!(self.connection.their_calls() <= CALLS);
            }
            Event::Item { stream, payload, .. } => {
                self.connection.consume(stream, cost(payload.len()));
            }
            Event::Cancelled { call, .. } => self.connection.release(call),
            _ => {}
        }
    }

    fn lose(&mut self) {
        self.connection.abort(b"{}".as_slice().into());
        self.lost = true;
    }

    /// All that this end says is frames.
    fn transmit(&mut self) {
        let mut transmit = Transmit::default();
        while self.connection.poll_transmit(&mut transmit) {
            let bytes = transmit.to_vec();
            let mut rest = &bytes[..];
            while !rest.is_empty() {
                let read = frame::read(rest).expect("it is sound").expect("it is whole");
                rest = &rest[read.1..];
            }
        }
    }
}
