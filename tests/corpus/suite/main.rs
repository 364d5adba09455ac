//! Does every type of the corpus cross exactly?
//!
//! | module | the question it answers |
//! |---|---|
//! | `change` | What is a value that is nearly another? |
//! | `defaults` | Is the default that a schema states the one that serde takes? |
//! | `generate` | Which values does a JSON Schema admit? |
//! | `known` | What of a JSON text does TypeScript know? |
//! | `mirror` | What would a type be that is written as this one is read? |
//! | `positional` | Does what the schema calls safe for positional encodings come back from postcard? |
//! | `random` | Which numbers does chance give, and which texts does a pattern have? |
//! | `refusals` | What is refused, when, and with which message? |
//! | `schemars` | Where do schemars and traitwire differ, and who is right? |
//! | `schemas` | What does a type's JSON Schema say of its values? |
//! | `typescript` | What becomes of values in TypeScript? |

mod change;
mod defaults;
mod generate;
mod known;
mod mirror;
mod positional;
mod random;
mod refusals;
mod schemars;
mod schemas;
mod typescript;

use std::fmt::Write as _;
use std::path::Path;

/// The types that are proven.
fn cases() -> Vec<traitwire_corpus::Case> {
    traitwire_corpus::types::cases()
}

/// Says something of all types on a line that is seen though the test passes.
fn say(line: &str) {
    use std::io::Write as _;
    let _ = write!(std::io::stdout(), "\ncorpus: {line}\n");
}

/// Ends a test if something was wrong, with all that was.
fn none_wrong(what: &str, wrong: &[String]) {
    let mut text = String::new();
    for one in wrong {
        let _ = writeln!(text, "- {one}");
    }
    assert!(wrong.is_empty(), "{what}: {} wrong\n{text}", wrong.len());
}

/// Compares what was found with a file of this package, or writes that if `UPDATE` is set.
fn report(file: &str, head: &str, lines: impl Iterator<Item = String>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let mut text = format!("{head}\n\n");
    for line in lines {
        text.push_str(&line);
        text.push('\n');
    }
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &text).expect("a report is written");
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        known == text,
        "{file} is no longer true; `UPDATE=1 cargo test -p traitwire-corpus` writes:\n{text}"
    );
}

/// On one line, whatever it holds.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && *c != '\u{2028}').collect()
}
