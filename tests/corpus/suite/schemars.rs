//! Where do schemars and traitwire say something different of a type, and who is right?
//!
//! serde decides: what it writes must be admitted by the schema of what is written, and the schema of
//! what is read admits what serde reads.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use traitwire_corpus::{Case, types};

use crate::generate::Generator;
use crate::random::Random;
use crate::schemas::{Checked, Schemas, is_partial};
use crate::{report, say};

const VALUES: usize = 120;

const HEAD: &str = "\
# Where schemars 1.2 and traitwire differ

For each type that both know, values that serde writes, and values made by chance from both schemas, are
validated by both. A line says which value they judge differently, one for each way to be wrong, and what
serde does with it: that is who is right. What serde reads and traitwire refuses is narrower on purpose: no
writer writes it. Written by `UPDATE=1 cargo test -p traitwire-corpus`; CI compares.";

/// A difference: what the line says of it.
type Differences = BTreeMap<&'static str, (String, usize)>;

fn note(differences: &mut Differences, what: &'static str, json: String) {
    let (shortest, count) = differences.entry(what).or_insert_with(|| (json.clone(), 0));
    if json.len() < shortest.len() {
        *shortest = json;
    }
    *count += 1;
}

/// Values that a schema admits, and changed ones.
fn pool(case: &Case, schema: &Checked, written: &[Json], name: &str) -> Vec<Json> {
    let random = Random::new(Random::SEED, &format!("{} {name}", case.id));
    let mut generator = Generator::new(&schema.schema, random, written);
    let mut pool: Vec<Json> = (0..VALUES).filter_map(|_| generator.value()).collect();
    pool.extend_from_slice(written);
    for at in 0..pool.len().min(VALUES) {
        let changed = generator.changed(&pool[at]);
        pool.push(changed);
    }
    pool
}

fn compare(case: &Case, theirs: [&Checked; 2], ours: &Schemas) -> Differences {
    let mut differences = Differences::new();
    let jsons: Vec<String> = case.values.iter().filter_map(|value| value.json().ok()).collect();
    let written: Vec<Json> =
        jsons.iter().map(|json| serde_json::from_str(json).expect("JSON")).collect();
    for (json, value) in jsons.iter().zip(&written) {
        match (ours.written.validator.is_valid(value), theirs[0].validator.is_valid(value)) {
            (true, false) => note(
                &mut differences,
                "traitwire is right: serde writes, schemars refuses",
                json.clone(),
            ),
            (false, true) => note(
                &mut differences,
                "schemars is right: serde writes, traitwire refuses",
                json.clone(),
            ),
            _ => {}
        }
    }
    let mut values = pool(case, &ours.read, &written, "ours");
    values.extend(pool(case, theirs[1], &written, "theirs"));
    for value in values {
        let json = value.to_string();
        let is_read = (case.read)(&json).is_ok();
        let admit = (ours.read.validator.is_valid(&value), theirs[1].validator.is_valid(&value));
        let what = match (admit, is_read) {
            ((true, false), true) => "traitwire is right: serde reads, schemars refuses",
            ((false, true), false) => "traitwire is right: serde does not read, schemars admits",
            ((true, false), false) => "schemars is right: serde does not read, traitwire admits",
            ((false, true), true) => "schemars is right: serde reads, traitwire refuses",
            _ => continue,
        };
        note(&mut differences, what, json);
    }
    differences
}

#[test]
fn differences_from_schemars_are_known() {
    let mut lines = Vec::new();
    let mut totals: BTreeMap<&str, usize> = BTreeMap::new();
    let mut known = 0;
    // Of readers that no schema describes in full, none can be right.
    for case in types::cases().iter().filter(|case| !is_partial(case)) {
        let Some(schemars) = case.schemars else { continue };
        let Ok(ours) = Schemas::of(case) else { continue };
        known += 1;
        let (written, read) = match (Checked::new(schemars(true)), Checked::new(schemars(false))) {
            (Ok(written), Ok(read)) => (written, read),
            (Err(error), _) | (_, Err(error)) => {
                lines.push(format!("- {}: traitwire is right: schemars has {error}", case.id));
                continue;
            }
        };
        for (what, (json, count)) in compare(case, [&written, &read], &ours) {
            *totals.entry(what.split_once(':').map_or(what, |(who, _)| who)).or_default() += 1;
            let json: String = json.chars().take(160).collect();
            let json = json.replace(['\u{2028}', '\u{7f}', '`'], "");
            lines.push(format!("- {}: {what} `{json}` (of {count})", case.id));
        }
    }
    let totals: Vec<String> =
        totals.iter().map(|(who, count)| format!("{who} in {count}")).collect();
    let summary = format!(
        "{known} types that schemars knows, {} differences: {}",
        lines.len(),
        totals.join(", ")
    );
    lines.insert(0, format!("{summary}.\n"));
    report("SCHEMARS.md", HEAD, lines.into_iter());
    say(&summary);
}
