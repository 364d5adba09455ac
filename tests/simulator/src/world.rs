//! What happens next?

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use fastrand::Rng;
use traitwire_protocol::frame::Header;
use traitwire_protocol::{Connection, Ending, OwnCall, PeerCall, Shape, Time, Transmit};

use crate::Tally;
use crate::pipe::Pipe;
use crate::plan::{Fate, Plan};

/// The methods, which both ends serve: their shapes by their number.
pub(crate) const SHAPES: [Shape; 5] = [
    Shape { takes_items: false, gives_items: false, notifies: false },
    Shape { takes_items: true, gives_items: false, notifies: false },
    Shape { takes_items: false, gives_items: true, notifies: false },
    Shape { takes_items: true, gives_items: true, notifies: false },
    Shape { takes_items: false, gives_items: false, notifies: true },
];

/// The number of the method that notifies.
pub(crate) const NOTIFIES: u16 = 4;

pub(crate) struct World {
    pub(crate) rng: Rng,
    pub(crate) now: Time,
    pub(crate) plan: Plan,
    pub(crate) ends: [End; 2],
    /// Each has what the end of this number says.
    pub(crate) pipes: [Pipe; 2],
    pub(crate) calls: Vec<Call>,
    pub(crate) tally: Tally,
    /// Whether both ends keep the rules, and what they say arrives.
    pub(crate) fair: bool,
    /// When bytes last went as far as they could.
    pub(crate) flowed: Time,
}

/// One end: the machine, and what its application knows.
#[allow(clippy::struct_excessive_bools, reason = "each says something of its own")]
pub(crate) struct End {
    pub(crate) machine: Connection,
    pub(crate) transmit: Transmit,
    /// Bytes of a frame that is not all there.
    pub(crate) received: Vec<u8>,
    /// A frame whose payload goes behind what the machine has lent.
    pub(crate) lent: Option<Lent>,
    pub(crate) hellos: u8,
    pub(crate) opened: bool,
    /// It says nothing.
    pub(crate) mute: bool,
    /// It takes no more frames: the peer has broken the rules.
    pub(crate) deaf: bool,
    pub(crate) blocked: bool,
    /// When it was closed.
    pub(crate) closing: Option<Time>,
    /// The peer has said its last.
    pub(crate) goodbye: bool,
    /// The pair has ended, as far as this end knows.
    pub(crate) down: bool,
    /// Its calls by their slots.
    pub(crate) own: Vec<Option<usize>>,
    pub(crate) ids: BTreeSet<u64>,
    pub(crate) handlers: Vec<Option<Handler>>,
    /// There were as many calls, or streams, of the peer's as are allowed.
    pub(crate) crowded: bool,
    pub(crate) notes_sent: u64,
    pub(crate) notes_got: u64,
    /// Sizes of the notifications that are on their way to the peer.
    pub(crate) notes: VecDeque<usize>,
    /// What notifications cost that are not consumed yet.
    pub(crate) notes_held: Vec<usize>,
    /// The last small call of the peer's that has begun.
    pub(crate) last_small: Option<usize>,
}

/// A frame that is not all there, put to where it stays.
pub(crate) struct Lent {
    pub(crate) header: Header,
    pub(crate) bytes: Vec<u8>,
    pub(crate) missing: usize,
}

/// What the application knows of a call of its peer's.
pub(crate) struct Handler {
    pub(crate) call: PeerCall,
    pub(crate) shape: Shape,
    /// Which call it is, if both ends keep the rules.
    pub(crate) of: Option<usize>,
    pub(crate) deadline: Option<Time>,
    pub(crate) cancelled: bool,
    pub(crate) detached: bool,
    /// The stream that it reads is open.
    pub(crate) reading: bool,
    /// A call that it waits for.
    pub(crate) nested: Option<usize>,
    pub(crate) depth: u8,
    /// What items cost that are not consumed yet.
    pub(crate) held: usize,
}

/// All that is known of a call, at both ends.
pub(crate) struct Call {
    pub(crate) caller: usize,
    pub(crate) own: OwnCall,
    pub(crate) method: u16,
    pub(crate) length: usize,
    pub(crate) small: bool,
    pub(crate) within: Option<u64>,
    pub(crate) deadline: Option<Time>,
    /// How often it has ended.
    pub(crate) ended: u8,
    /// The caller gave up, or its deadline has passed there.
    pub(crate) abandoned: bool,
    /// How often its handler has begun.
    pub(crate) begun: u8,
    /// The caller was told that it never begins.
    pub(crate) never: bool,
    pub(crate) handler: Option<PeerCall>,
    pub(crate) said: Option<Said>,
    /// What the caller sends, and what comes back.
    pub(crate) flows: [Flow; 2],
    /// What items cost that the caller has not consumed yet.
    pub(crate) held: usize,
}

/// What a handler has said at its end.
pub(crate) struct Said {
    pub(crate) ending: Ending,
    pub(crate) length: usize,
    /// So many notifications had been sent before.
    pub(crate) notes: u64,
}

/// A stream of items.
#[derive(Default)]
pub(crate) struct Flow {
    pub(crate) sent: u64,
    pub(crate) got: u64,
    /// Sizes of the items that are on their way.
    pub(crate) sizes: VecDeque<usize>,
    /// Its sender sends no more.
    pub(crate) done: bool,
    /// Its reader wants no more.
    pub(crate) refused: bool,
    pub(crate) failed: bool,
}

impl Handler {
    pub(crate) fn has_stream(&self) -> bool {
        self.shape.takes_items || self.shape.gives_items
    }
}

impl End {
    fn new(machine: Connection) -> End {
        End {
            machine,
            transmit: Transmit::default(),
            received: Vec::new(),
            lent: None,
            hellos: 0,
            opened: false,
            mute: false,
            deaf: false,
            blocked: false,
            closing: None,
            goodbye: false,
            down: false,
            own: Vec::new(),
            ids: BTreeSet::new(),
            handlers: Vec::new(),
            crowded: false,
            notes_sent: 0,
            notes_got: 0,
            notes: VecDeque::new(),
            notes_held: Vec::new(),
            last_small: None,
        }
    }

    /// Whether its application can do something.
    pub(crate) fn works(&self) -> bool {
        self.opened && !self.down
    }
}

impl World {
    pub(crate) fn new(seed: u64) -> World {
        let mut rng = Rng::with_seed(seed);
        let plan = Plan::new(&mut rng);
        let now = Duration::from_secs(rng.u64(..3));
        let ends = plan.limits.clone().map(|limits| End::new(Connection::new(now, limits)));
        let pipes = [(); 2].map(|()| Pipe::new(plan.capacity, plan.delay));
        let fair = plan.fate != Fate::Corrupt;
        let (calls, tally) = (Vec::new(), Tally::default());
        World { rng, now, plan, ends, pipes, calls, tally, fair, flowed: now }
    }

    /// Runs the schedule to its end.
    pub(crate) fn run(mut self) -> Tally {
        self.greet();
        if self.plan.met {
            self.settle();
        }
        for step in 0..self.plan.steps {
            if step == self.plan.at {
                self.meet_fate();
            }
            self.step();
            self.tally.steps += 1;
            self.check();
        }
        self.finish();
        self.tally.schedules = 1;
        self.tally
    }

    fn step(&mut self) {
        let end = self.rng.usize(..2);
        let hundred = self.rng.u8(..100);
        if hundred < self.plan.hurry {
            self.let_time_pass();
            return;
        }
        let some = 1 << self.rng.u32(..18);
        match self.rng.u8(..10) {
            0..=4 => {
                for _ in 0..self.rng.u8(1..4) {
                    self.act(end);
                }
            }
            5 | 6 => {
                self.write(end, some);
            }
            7 => {
                self.read(end, some);
            }
            8 => {
                self.read(end, usize::MAX);
            }
            _ => self.flow(),
        }
        if self.plan.fate == Fate::Corrupt && self.rng.u8(..30) == 0 {
            if self.rng.bool() {
                self.pipes[end].corrupt(&mut self.rng);
            } else {
                self.inject(end);
            }
        }
        if self.rng.u8(..40) == 0 {
            self.pipes[end].stalled = self.now + Duration::from_millis(self.rng.u64(..500));
        }
    }

    /// A moment, in which whoever drives the ends may be late by that much.
    fn let_time_pass(&mut self) {
        let moment = Duration::from_micros(self.rng.u64(..250_000));
        if self.now + moment > self.flowed + Duration::from_millis(500) {
            self.flow();
        }
        if self.rng.u8(..3) == 0 {
            self.now += moment;
            self.timeouts();
        } else {
            self.pass(moment);
        }
    }

    /// What its plan has for this pair.
    fn meet_fate(&mut self) {
        let whom = self.plan.whom;
        match self.plan.fate {
            Fate::Close => self.close(whom),
            Fate::CloseBoth => {
                self.close(whom);
                self.close(1 - whom);
            }
            Fate::Abort => self.abort(whom),
            Fate::Cut => {
                for pipe in &mut self.pipes {
                    let keep = self.rng.usize(..=pipe.len());
                    pipe.cut(keep);
                }
            }
            Fate::Lost => {
                self.pipes[whom].lost = true;
                self.pipes[1 - whom].lost = self.rng.bool();
            }
            Fate::Stall => self.pipes[whom].stalled = Duration::from_secs(1_000_000),
            Fate::Settle | Fate::Corrupt | Fate::Mute | Fate::Refuse => {}
        }
    }
}
