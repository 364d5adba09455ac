//! What is refused, when, and with which message?

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use traitwire_corpus::{Case, types};

use crate::positional::unsafe_because;
use crate::random::Random;
use crate::schemas::{Schemas, is_partial, refused};
use crate::typescript::emitted;
use crate::{none_wrong, printable, report, say};

const HEAD: &str = "\
# What is refused

Every type that does not compile, or compiles and cannot be served, with its message. Written by
`UPDATE=1 cargo test -p traitwire-corpus`; CI compares.";

/// What the schema says against the type: its values would not come back.
fn unreadable(case: &Case) -> Vec<String> {
    let schema = match case.schema() {
        Ok(schema) => schema,
        Err(why) => return vec![why],
    };
    let found = schema.unreadable().into_iter();
    found.map(|found| format!("`{}`: {}", found.path, found.trap)).collect()
}

/// The first value that serde itself does not read back, and what comes instead.
fn lost(case: &Case) -> Option<String> {
    case.values.iter().find_map(|value| match value.json() {
        Err(error) => Some(format!("serde does not write `{value:?}`: {error}")),
        Ok(json) => match (case.read)(&json) {
            Ok(read) if read.is(&**value) => None,
            Ok(read) => Some(format!("serde reads `{json}`, which is `{value:?}`, as `{read:?}`")),
            Err(error) => Some(format!("serde does not read `{json}`: {error}")),
        },
    })
}

/// Of each test of the compiler's messages, the message.
fn of_the_compiler() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/wire");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("tests of the compiler's messages")
        .map(|file| file.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "stderr"))
        .collect();
    files.sort();
    let mut lines = Vec::new();
    for file in files {
        let name = file.file_stem().expect("a name").to_string_lossy();
        let text = fs::read_to_string(&file).expect("messages");
        let mut seen = BTreeSet::new();
        for message in text.lines().filter_map(|line| line.strip_prefix("error")) {
            let message = message.split_once(": ").map_or(message, |(_, message)| message);
            if seen.insert(message.to_owned()) {
                lines.push(format!("- {name}: {message}"));
            }
        }
    }
    lines
}

#[test]
fn every_type_is_read_back_or_refused() {
    let cases = types::cases();
    assert!(cases.len() >= 150, "{} types are no corpus", cases.len());
    let not_served = types::refused();
    let mut wrong = Vec::new();
    for case in &cases {
        wrong.extend(
            unreadable(case).into_iter().map(|why| format!("{} is refused: {why}", case.id)),
        );
        // Types of two directions are not meant to read what they write.
        if !case.module.ends_with("directions") {
            wrong.extend(lost(case).map(|what| format!("{} is not refused: {what}", case.id)));
        }
    }
    let mut lines = vec!["## By the compiler".to_owned(), String::new()];
    lines.extend(of_the_compiler());
    lines.extend(["", "## When the schema is gathered", ""].map(str::to_owned));
    for case in &not_served {
        let reasons = unreadable(case);
        if reasons.is_empty() {
            wrong.push(format!("{} is not refused: {:?}", case.id, lost(case)));
        }
        for reason in reasons {
            lines.push(format!("- {}: {reason}", case.id));
        }
        let what = lost(case).unwrap_or_else(|| "its values here come back".to_owned());
        lines.push(format!("  - {}", printable(&what)));
    }
    lines.extend(["", "## In TypeScript", ""].map(str::to_owned));
    let without = emitted(&cases).1;
    lines.extend(without.iter().map(|(id, why)| format!("- {id}: {why}")));
    lines.extend(["", "## In JSON Schema", ""].map(str::to_owned));
    for case in &cases {
        lines.extend(Schemas::of(case).err().map(|why| format!("- {}: {why}", case.id)));
    }
    lines.extend(["", "## In positional encodings", ""].map(str::to_owned));
    for case in &cases {
        lines.extend(unsafe_because(case).map(|why| format!("- {}: {why}", case.id)));
    }
    lines.extend(
        ["", "## By readers that a JSON Schema does not describe in full", ""].map(str::to_owned),
    );
    for case in cases.iter().filter(|case| is_partial(case)) {
        let Ok(schemas) = Schemas::of(case) else { continue };
        let refused = refused(case, &schemas, 60, Random::SEED).1;
        lines.extend(refused.first().map(|line| format!("- {}", printable(line))));
    }
    none_wrong("types", &wrong);
    report("REFUSALS.md", HEAD, lines.into_iter());
    say(&format!(
        "{} types with {} values, {} more refused by their schema, {} by TypeScript; all listed",
        cases.len(),
        cases.iter().map(|case| case.values.len()).sum::<usize>(),
        not_served.len(),
        without.len()
    ));
}
