//! Does every type that chance makes cross exactly?
//!
//! The proof is the corpus', module by module. A type that is refused, by `Schema::unreadable` or by an
//! emitter, is counted and left out: chance does not know what is sound.

#[path = "../../corpus/suite/change.rs"]
mod change;
#[path = "../../corpus/suite/generate.rs"]
mod generate;
#[path = "../../corpus/suite/known.rs"]
mod known;
#[path = "../../corpus/suite/mirror.rs"]
mod mirror;
#[path = "../../corpus/suite/positional.rs"]
mod positional;
#[path = "../../corpus/suite/random.rs"]
mod random;
#[path = "../../corpus/suite/schemas.rs"]
mod schemas;
#[path = "../../corpus/suite/typescript.rs"]
mod typescript;

use std::fmt::Write as _;
use std::sync::Once;

use traitwire_corpus::Case;

static SAID: Once = Once::new();

/// The types that are proven: all that are not refused.
fn cases() -> Vec<Case> {
    let all = traitwire_random::all();
    let count = all.len();
    let sound = |case: &Case| {
        let schema = case.schema().expect("each type has a path of its own");
        let found = schema.unreadable();
        found.is_empty()
    };
    let cases: Vec<Case> = all.into_iter().filter(sound).collect();
    // Each test asks for them.
    SAID.call_once(|| {
        say(&format!(
            "{count} types, {} refused: serde could not read them back",
            count - cases.len()
        ));
    });
    assert!(!cases.is_empty(), "not all are refused");
    cases
}

/// Says something of all types on a line that is seen though the test passes, and what makes them
/// again.
fn say(line: &str) {
    use std::io::Write as _;
    let seed = traitwire_random::SEED;
    let _ = write!(std::io::stdout(), "\nrandom (RANDOM_SEED={seed}): {line}\n");
}

/// Ends a test if something was wrong, with all that was.
fn none_wrong(what: &str, wrong: &[String]) {
    let mut text = String::new();
    for one in wrong {
        let _ = writeln!(text, "- {one}");
    }
    let seed = traitwire_random::SEED;
    assert!(wrong.is_empty(), "{what}: {} wrong with RANDOM_SEED={seed}\n{text}", wrong.len());
}

/// What the corpus writes down is only said here.
fn report(file: &str, _: &str, lines: impl Iterator<Item = String>) {
    say(&format!("{} lines for {file}", lines.count()));
}

/// On one line, whatever it holds.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && *c != '\u{2028}').collect()
}
