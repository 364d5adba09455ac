//! Would it be noticed if the protocol were wrong?
//!
//! Faults that real peers had, and some of our own, are planted one at a time in a copy of the protocol,
//! and each must be caught: by the property of the simulator that is there for it, or by the protocol's
//! own tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Schedules that a fault has to survive.
const SCHEDULES: &str = "8000";

/// A build and its run take no longer; one that hangs is not one that was caught.
const PATIENCE: Duration = Duration::from_mins(2);

/// What is expected to catch a fault.
enum By {
    /// One of these properties, which come to mind for it.
    Property(&'static [u8]),
    /// A test of the protocol's: two ends that both keep the rules do not meet it.
    Tests(&'static str),
}

struct Fault {
    name: &'static str,
    /// The file below `connection`.
    file: &'static str,
    text: &'static str,
    instead: &'static str,
    by: By,
}

const FAULTS: &[Fault] = &[
    Fault {
        name: "an entry is not removed on cancel",
        file: "send.rs",
        text: "            self.own.remove(call);\n            return;",
        instead: "            return;",
        by: By::Property(&[4]),
    },
    Fault {
        name: "credit is not given before a whole window was consumed",
        file: "credit.rs",
        text: "if self.consumed < WINDOW / 2 {",
        instead: "if self.consumed < WINDOW {",
        by: By::Property(&[8]),
    },
    Fault {
        name: "credit is given, but not counted as given",
        file: "credit.rs",
        text: "        self.held -= self.consumed;\n",
        instead: "",
        by: By::Property(&[6, 12]),
    },
    Fault {
        name: "an id is used again",
        file: "calls.rs",
        text: "*generation += 1;",
        instead: "*generation = 1;",
        by: By::Property(&[1]),
    },
    Fault {
        name: "one call too many is made",
        file: "send.rs",
        text: "self.own.len() >= self.limits.max_calls",
        instead: "self.own.len() > self.limits.max_calls",
        by: By::Property(&[5]),
    },
    Fault {
        name: "one call too many is taken",
        file: "receive.rs",
        text: "self.theirs.len() >= self.limits.max_calls",
        instead: "self.theirs.len() > self.limits.max_calls",
        by: By::Property(&[5]),
    },
    Fault {
        name: "one stream too many is begun",
        file: "send.rs",
        text: "self.own.streams() >= self.limits.max_streams",
        instead: "self.own.streams() > self.limits.max_streams",
        by: By::Property(&[5]),
    },
    Fault {
        name: "a late reply goes to whoever has the place of its call",
        file: "receive.rs",
        text: "        if own.cancelled {\n            return Ok(None);\n        }\n        let json",
        instead: "        let json",
        by: By::Property(&[1]),
    },
    Fault {
        name: "a cancel overtakes its call",
        file: "send.rs",
        text: "if mark.is_none_or(|mark| self.outbox.has_passed(mark)) {",
        instead: "if true {",
        by: By::Property(&[8]),
    },
    Fault {
        name: "a reply overtakes a notification",
        file: "outbox.rs",
        text: "|| (ends && self.holds(Lane::Notifications))",
        instead: "|| (ends && false)",
        by: By::Property(&[7]),
    },
    Fault {
        name: "a small item overtakes a large one",
        file: "outbox.rs",
        text: "let joins = self.holds(lane) ||",
        instead: "let joins = (header.kind != Kind::Item && self.holds(lane)) ||",
        by: By::Property(&[7, 12]),
    },
    Fault {
        name: "the parts of a cancelled call are not forgotten",
        file: "receive.rs",
        text: "if self.partial.forget(Kind::Call, id, false) {",
        instead: "if false {",
        by: By::Property(&[8, 12]),
    },
    Fault {
        name: "the parts of an item are not forgotten when its call ends",
        file: "send.rs",
        text: "        self.partial.forget(Kind::Item, call.id(), false);\n        let stream =",
        instead: "        let stream =",
        by: By::Property(&[8, 12]),
    },
    Fault {
        name: "a part of a message is lost",
        file: "partial.rs",
        text: "                append(bytes, frame.payload);\n",
        instead: "",
        by: By::Property(&[7, 12]),
    },
    Fault {
        name: "the deadline of a handler outlives it",
        file: "send.rs",
        text: "            self.deadlines.remove(&(deadline, call));\n",
        instead: "            let _ = (deadline, call);\n",
        by: By::Property(&[3, 4]),
    },
    Fault {
        name: "the deadline of a call outlives it",
        file: "receive.rs",
        text: "            self.deadlines.remove(&(deadline, AnyCall::Own(id)));\n",
        instead: "            let _ = deadline;\n",
        by: By::Property(&[1, 4]),
    },
    Fault {
        name: "whoever calls is not told to stop when the deadline has passed",
        file: "time.rs",
        text: "                self.cancel(call);\n",
        instead: "",
        by: By::Property(&[1, 4, 8]),
    },
    Fault {
        name: "a handler that has ended its call is not released",
        file: "send.rs",
        text: "        self.theirs.release(call);\n        ended",
        instead: "        ended",
        by: By::Property(&[4]),
    },
    Fault {
        name: "a handler that still runs counts as gone",
        file: "receive.rs",
        text: "        self.give_up(call, faults::CANCELLED);\n",
        instead: "        self.give_up(call, faults::CANCELLED);\n        self.theirs.release(call);\n",
        by: By::Property(&[3, 4]),
    },
    Fault {
        name: "the place of a handler is never used again",
        file: "calls.rs",
        text: "            self.free.push(call.slot);\n",
        instead: "",
        by: By::Property(&[4]),
    },
    Fault {
        name: "more credit than was used is accepted",
        file: "credit.rs",
        text: "match self.used.checked_sub(bytes) {",
        instead: "match Some(self.used.saturating_sub(bytes)) {",
        by: By::Tests("b1_each_breach"),
    },
    Fault {
        name: "more than there was credit for is accepted",
        file: "credit.rs",
        text: "if fits(self.held, cost(length)) {",
        instead: "if self.held < usize::MAX - length {",
        by: By::Tests("b1_each_breach"),
    },
    Fault {
        name: "an empty item costs nothing",
        file: "credit.rs",
        text: "    length + HEADER\n",
        instead: "    length + 0 * HEADER\n",
        by: By::Tests("the_window_is_met"),
    },
    Fault {
        name: "a hello after the second is accepted",
        file: "receive.rs",
        text: "            1 => MAX_INTRODUCTION,",
        instead: "            _ if received > 0 => MAX_INTRODUCTION,",
        by: By::Tests("b1_only_hellos"),
    },
    Fault {
        name: "an event comes before the pair is open",
        file: "receive.rs",
        text: "            (Phase::Hello { .. } | Phase::Over { .. }, _) | (_, Kind::Hello) => {",
        instead: "            (Phase::Over { .. }, _) | (_, Kind::Hello) => {",
        by: By::Tests("b1_only_hellos"),
    },
    Fault {
        name: "a goodbye comes before the replies that wait",
        file: "send.rs",
        text: "self.theirs.len() == 0 && self.outbox.is_empty()",
        instead: "self.theirs.len() == 0",
        by: By::Property(&[1, 8]),
    },
    Fault {
        name: "calls begin after the pair was closed",
        file: "receive.rs",
        text: "        if full || closing {",
        instead: "        if full {",
        by: By::Property(&[7]),
    },
    Fault {
        name: "replies go after the goodbye",
        file: "send.rs",
        text: "        self.theirs = TheirCalls::default();\n",
        instead: "",
        by: By::Property(&[9]),
    },
    Fault {
        name: "a call that was handed over counts as never sent",
        file: "outbox.rs",
        text: "        self.taken >= mark",
        instead: "        self.taken > mark",
        by: By::Property(&[9]),
    },
    Fault {
        name: "no pong is sent",
        file: "receive.rs",
        text: "        self.outbox.control(Header { kind: Kind::Pong, flags: Flags::NONE, method: 0, id }, &[]);\n",
        instead: "",
        by: By::Property(&[12]),
    },
    Fault {
        name: "nobody asks for a sign of life",
        file: "time.rs",
        text: "self.limits.keep_alive.filter(|_| opened)?",
        instead: "self.limits.keep_alive.filter(|_| false && opened)?",
        by: By::Property(&[8]),
    },
    Fault {
        name: "a peer that takes nothing is never noticed",
        file: "time.rs",
        text: "        self.blocked.map(|since|",
        instead: "        self.blocked.filter(|_| false).map(|since|",
        by: By::Property(&[8]),
    },
    Fault {
        name: "a peer that takes something counts as one that takes nothing",
        file: "time.rs",
        text: "        self.blocked = None;\n",
        instead: "",
        by: By::Property(&[8, 12]),
    },
    Fault {
        name: "what was sent still counts as waiting",
        file: "outbox.rs",
        text: "            self.large_bytes -= first;\n",
        instead: "",
        by: By::Property(&[8, 5]),
    },
    Fault {
        name: "a part without bytes goes out",
        file: "outbox.rs",
        text: "            if body > 0 {",
        instead: "            if body < usize::MAX {",
        by: By::Property(&[8]),
    },
    Fault {
        name: "a call that was dropped counts as known once the goodbye has gone",
        file: "outbox.rs",
        text: "        self.taken += self.small.len() as u64;\n",
        instead: "        self.taken = self.put;\n",
        by: By::Tests("c1_a_call_that_was_never_handed_over"),
    },
    Fault {
        name: "credit is told to whoever gave the call up",
        file: "receive.rs",
        text: "(!own.cancelled).then_some(Event::Credit(Stream::Own(call)))",
        instead: "Some(Event::Credit(Stream::Own(call)))",
        by: By::Property(&[1]),
    },
    Fault {
        name: "whoever was asleep takes its peer for lost",
        file: "time.rs",
        text: "is_some() && !was_asleep(now, due, silence) {",
        instead: "is_some() {",
        by: By::Property(&[8, 12]),
    },
    Fault {
        name: "a sign of life is asked for in the handshake",
        file: "time.rs",
        text: "matches!(self.phase, Phase::Open | Phase::Closing { .. })",
        instead: "true",
        by: By::Property(&[12]),
    },
    Fault {
        name: "a close that nobody answers waits for ever",
        file: "time.rs",
        text: "            Phase::Closing { by } if now >= by => {",
        instead: "            Phase::Closing { by } if now >= by.saturating_mul(1000) => {",
        by: By::Property(&[8, 9]),
    },
    Fault {
        name: "what was read to where it stays is lost",
        file: "partial.rs",
        text: "            *bytes = lent;\n",
        instead: "            let _ = (bytes, lent);\n",
        by: By::Property(&[7, 12]),
    },
    Fault {
        name: "a late part that was read to where it stays is kept",
        file: "receive.rs",
        text: "                None => {\n                    self.late(&frame.header);\n",
        instead: "                None => {\n",
        by: By::Property(&[8, 12]),
    },
];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("it is there") {
        let path = entry.expect("an entry").path();
        let to = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            write(&to, &fs::read(&path).expect("it can be read"));
        }
    }
}

/// Writes a file if it is not so yet, so that only what changes is built again.
fn write(path: &Path, bytes: &[u8]) {
    if fs::read(path).is_ok_and(|before| before == bytes) {
        return;
    }
    fs::write(path, bytes).expect("it can be written");
}

/// A workspace of the protocol and its simulator alone.
fn prepare(at: &Path) {
    for package in ["runtime/protocol", "tests/simulator"] {
        for part in ["src", "tests", "suite"] {
            let from = workspace().join(package).join(part);
            if from.is_dir() {
                copy(&from, &at.join(package).join(part));
            }
        }
        let manifest = Path::new(package).join("Cargo.toml");
        write(&at.join(&manifest), &fs::read(workspace().join(&manifest)).expect("a manifest"));
    }
    let manifest = fs::read_to_string(workspace().join("Cargo.toml")).expect("a manifest");
    let (before, rest) = manifest.split_once("members = [").expect("members");
    let (_, after) = rest.split_once(']').expect("their end");
    let members = r#"members = ["runtime/protocol", "tests/simulator"]"#;
    let profile = "[profile.planted]\ninherits = \"dev\"\nopt-level = 1\ndebug = false\n";
    write(&at.join("Cargo.toml"), format!("{before}{members}{after}\n{profile}").as_bytes());
    let lock = at.join("Cargo.lock");
    if !lock.exists() {
        write(&lock, &fs::read(workspace().join("Cargo.lock")).expect("a lock"));
    }
}

/// Runs cargo there. Whether all went well, and what it said.
fn cargo(at: &Path, args: &[&str]) -> (bool, String) {
    let output = at.join("output");
    let file = fs::File::create(&output).expect("a file");
    let mut child = Command::new(env!("CARGO"))
        .args(args)
        .current_dir(at)
        .env("CARGO_TARGET_DIR", at.join("target"))
        .env("RUST_BACKTRACE", "0")
        .stdout(file.try_clone().expect("a file"))
        .stderr(file)
        .stdin(Stdio::null())
        .spawn()
        .expect("cargo runs");
    let begin = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            break status;
        }
        if begin.elapsed() > PATIENCE {
            let _ = child.kill();
            let _ = child.wait();
            return (false, format!("cargo {} hangs", args.join(" ")));
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    (status.success(), fs::read_to_string(output).expect("what it said"))
}

fn simulate(at: &Path) -> (bool, String) {
    let run = ["run", "--offline", "--profile=planted", "--package=traitwire-simulator"];
    cargo(at, &[&run[..], &["--", "--schedules", SCHEDULES]].concat())
}

fn test(at: &Path) -> (bool, String) {
    let test = ["test", "--offline", "--profile=planted", "--package=traitwire-protocol"];
    cargo(at, &[&test[..], &["--lib", "--test=connection"]].concat())
}

/// What has caught a fault, or why nothing has.
fn caught(at: &Path, fault: &Fault) -> Result<String, String> {
    match fault.by {
        By::Property(expected) => {
            let (well, said) = simulate(at);
            let line = said.lines().find(|line| line.starts_with("seed "));
            match line {
                Some(line) => {
                    let names = |number| line.contains(&format!(": property {number}: "));
                    if expected.iter().any(names) {
                        Ok(line.to_owned())
                    } else {
                        Err(format!("expected one of the properties {expected:?}: {line}"))
                    }
                }
                None if well => Err("no property has noticed it".to_owned()),
                None => Err(said),
            }
        }
        By::Tests(expected) => {
            let (_, said) = test(at);
            let mut failed = said.lines().filter(|line| line.ends_with("... FAILED"));
            match failed.find(|line| line.contains(expected)) {
                Some(line) => Ok(line.to_owned()),
                None => Err(format!("the test {expected} has not noticed it: {said}")),
            }
        }
    }
}

#[test]
fn every_planted_fault_is_caught() {
    let at = Path::new(env!("CARGO_TARGET_TMPDIR")).join("planted");
    prepare(&at);
    for run in [simulate, test] {
        let (well, said) = run(&at);
        assert!(well, "without a fault: {said}");
    }
    let mut missed = Vec::new();
    for fault in FAULTS {
        let path = Path::new("runtime/protocol/src/connection").join(fault.file);
        let sound = fs::read_to_string(workspace().join(&path)).expect("a source");
        let count = sound.matches(fault.text).count();
        if count != 1 {
            missed.push(format!("{}: its text is {count} times in {}", fault.name, fault.file));
            continue;
        }
        write(&at.join(&path), sound.replace(fault.text, fault.instead).as_bytes());
        match caught(&at, fault) {
            Ok(by) => println!("caught: {}: {by}", fault.name),
            Err(why) => missed.push(format!("{}: {why}", fault.name)),
        }
        write(&at.join(&path), sound.as_bytes());
    }
    assert!(missed.is_empty(), "not caught:\n{}", missed.join("\n"));
    println!("{} faults were planted, and all were caught", FAULTS.len());
}
