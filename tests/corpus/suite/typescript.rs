//! What becomes of values in TypeScript?
//!
//! Node reads what Rust wrote with the generated codecs, hands the value back as an argument, and Rust
//! reads what comes. What Node had in between is written down as a literal, which the compiler takes
//! for the generated type, or not.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use traitwire_cli::emit::typescript::{self, Options};
use traitwire_corpus::{Case, Read};
use traitwire_schema::walk::Schema;
use traitwire_tests::web::{self, COMPILERS, Package, Web};

use crate::known::{aliases, known};
use crate::mirror::mirrored;
use crate::random::Random;
use crate::schemas::{Schemas, admitted, first};
use crate::{none_wrong, printable, report, say};

/// Values of a type on their way to Node.
#[derive(Serialize)]
struct Sent {
    id: String,
    /// As a reply has them.
    written: Vec<String>,
    /// As an argument has them.
    read: Vec<String>,
    /// Of each argument, which value it is: one may be written in several ways.
    #[serde(skip)]
    same: Vec<usize>,
}

/// A value that comes from Node.
#[derive(Deserialize)]
struct Came {
    id: String,
    /// Whether it stood in a reply.
    written: bool,
    index: usize,
    /// As TypeScript writes it.
    literal: Option<String>,
    /// As an argument.
    json: Option<String>,
    error: Option<String>,
}

/// The types that have TypeScript, and why the others have none.
pub(crate) fn emitted(cases: &[Case]) -> (Vec<&Case>, BTreeMap<String, String>) {
    let (mut with, mut without) = (Vec::new(), BTreeMap::new());
    for case in cases {
        // Both are needed, and what has no codec one way may need one the other way.
        let emitted = case.schema().and_then(|schema| {
            [&schema, &mirrored(&schema)].into_iter().try_for_each(|schema| {
                let emitted = typescript::emit(schema, &Options::default());
                emitted.map(drop).map_err(|problems| first(&problems))
            })
        });
        match emitted {
            Ok(()) => with.push(case),
            Err(why) => {
                without.insert(case.id.clone(), why);
            }
        }
    }
    (with, without)
}

/// All that is needed to call an interface for each type.
fn write_package(package: &Package, cases: &[&Case]) {
    let interfaces: Vec<_> = cases.iter().map(|case| case.interface()).collect();
    let schema = Schema::collect(&interfaces).expect("a schema");
    for (folder, schema) in [("generated", &schema), ("mirrored", &mirrored(&schema))] {
        package.write_all(folder, &web::typescript(schema, &Options::default()));
    }
    package.write("call.ts", include_str!("call.ts"));
    package.write("tsconfig.json", &web::strict(&["generated", "mirrored", "literals"]));
}

/// The values of a type: what it writes, and of arguments also some that chance makes.
fn send(case: &Case) -> Sent {
    let written: Vec<String> = case.values.iter().filter_map(|value| value.json().ok()).collect();
    let aliases = aliases(&case.schema().expect("it had one"));
    // serde also reads an array as a struct, which no schema and no type says.
    let schemas = Schemas::of(case).ok();
    let fits = |json: &String| {
        let value = serde_json::from_str(json).expect("JSON");
        schemas.as_ref().is_none_or(|schemas| schemas.read.validator.is_valid(&value))
    };
    let made = schemas.as_ref().map(|schemas| admitted(case, schemas, 12, Random::seed()));
    let made = made.iter().flatten().map(Json::to_string);
    let (mut read, mut same) = (Vec::new(), Vec::new());
    let arguments = written.iter().filter(|json| fits(json)).cloned().chain(made);
    for (number, json) in arguments.enumerate() {
        let Ok(value) = (case.read)(&json) else { continue };
        // With only what matters, and with all that a writer writes.
        let least = known(case, &aliases, &json);
        let most = value.json().ok().filter(|json| {
            fits(json)
                && (case.read)(json).is_ok_and(|read| read.is(&*value))
                && known(case, &aliases, json).is_some()
        });
        let both: BTreeSet<String> = least.into_iter().chain(most).collect();
        same.extend(both.iter().map(|_| number));
        read.extend(both);
    }
    Sent { id: case.id.clone(), written, read, same }
}

/// What each type's values are in Node.
async fn call(package: &Package, sent: &[&Sent]) -> Vec<Came> {
    package.write("sent.json", &serde_json::to_string(sent).expect("JSON"));
    let printed = package.run("call.ts", &["sent.json"]).await;
    let printed = printed.unwrap_or_else(|error| panic!("{error}"));
    printed.lines().map(|line| serde_json::from_str(line).expect("a report")).collect()
}

const BEFORE: usize = 6;

/// Literals, one file for each type and one line for each literal.
fn write_literals<'c>(package: &Package, came: &'c [Came]) -> BTreeMap<(String, usize), &'c Came> {
    let mut files: BTreeMap<&str, String> = BTreeMap::new();
    let mut places = BTreeMap::new();
    for one in came {
        let Some(literal) = &one.literal else { continue };
        let id = &one.id;
        let text = files.entry(id).or_insert_with(|| {
            format!(
                "import type {{ unrecognized as symbol }} from \"@traitwire/runtime\";\n\
                 import type {{ {id}Client }} from \"../generated/index.js\";\n\
                 declare const unrecognized: typeof symbol;\n\
                 export type Out = Awaited<ReturnType<{id}Client[\"read\"]>>;\n\
                 export type In = Parameters<{id}Client[\"write\"]>[0][\"value\"];\n\
                 export const used: unknown = [unrecognized];\n"
            )
        });
        debug_assert!(text.lines().count() >= BEFORE);
        let (name, ty) = if one.written { ("out", "Out") } else { ("in", "In") };
        let _ = writeln!(text, "export const {name}{}: {ty} = {literal};", one.index);
        places.insert((format!("literals/{id}.ts"), text.lines().count()), one);
    }
    for (id, text) in files {
        package.write(&format!("literals/{id}.ts"), &text);
    }
    places
}

/// What the compiler says, by the line of which it says it. The rest stands under no line.
fn by_line(said: &str) -> BTreeMap<(String, usize), String> {
    let mut found: BTreeMap<_, String> = BTreeMap::new();
    for line in said.lines() {
        let place = line.split_once('(').and_then(|(file, rest)| {
            let number = rest.split_once(',')?.0.parse().ok()?;
            Some((file.to_owned(), number))
        });
        let message = line.split_once(": error ").map_or(line, |(_, message)| message);
        // Further lines explain the one that was last, which says enough.
        if let Some(place) = place {
            found.entry(place).or_insert_with(|| message.to_owned());
        } else if found.is_empty() && !line.trim().is_empty() && !line.contains("exit status") {
            found.insert((String::new(), 0), line.to_owned());
        }
    }
    found
}

/// The value that Rust reads, compared with another way to have it.
fn same(read: &Read, expected: &Read) -> bool {
    match (read, expected) {
        (Ok(read), Ok(expected)) => read.is(&**expected),
        (Err(_), Err(_)) => true,
        _ => false,
    }
}

#[tokio::test]
async fn values_survive_typescript() {
    let Some(web) = Web::or_skip() else { return };
    let cases = crate::cases();
    let (with, _) = emitted(&cases);
    let package = web.package("corpus").await;
    write_package(&package, &with);
    let sent: BTreeMap<String, Sent> =
        with.iter().map(|case| (case.id.clone(), send(case))).collect();
    let answers = call(&package, &sent.values().collect::<Vec<_>>()).await;
    let mut wrong = Vec::new();
    let mut refused = 0;
    let mut strict: BTreeMap<&str, String> = BTreeMap::new();
    for one in &answers {
        let case = with.iter().find(|case| case.id == one.id).expect("it was sent");
        let json = if one.written { &sent[&one.id].written } else { &sent[&one.id].read };
        let json = json[one.index].as_str();
        match (&one.json, &one.error) {
            // Of `usize` and `isize`, which are a `number`.
            (_, Some(error)) if error.contains("not a safe integer") => refused += 1,
            // Another way to write an argument, of which TypeScript has one.
            (_, Some(error)) if !one.written => {
                strict.entry(&one.id).or_insert_with(|| format!("`{json}`: {error}"));
            }
            (_, Some(error)) => wrong.push(format!("{}: {json}: {error}", one.id)),
            (Some(back), _) => {
                // Rust may not read what it writes itself; then it must not read it from TypeScript.
                let (read, expected) = ((case.read)(back), (case.read)(json));
                if !same(&read, &expected) {
                    wrong.push(format!("{}: {json} came back as {back}: {read:?}", one.id));
                }
            }
            (None, None) => wrong.push(format!("{}: nothing answers of {json}", one.id)),
        }
    }
    let places = write_literals(&package, &answers);
    let mut complete: BTreeMap<&str, String> = BTreeMap::new();
    for compiler in [COMPILERS[0], COMPILERS[2]] {
        let Err(said) = package.check(compiler, "tsconfig.json").await else { continue };
        let errors = by_line(&said);
        for (place, message) in &errors {
            let Some(one) = places.get(place) else {
                wrong.push(format!("{compiler}: {place:?}: {message}"));
                continue;
            };
            // The same argument may be written in another way that it takes.
            let number = |other: &Came| sent[&other.id].same[other.index];
            let another = !one.written
                && places.iter().any(|(place, other)| {
                    !other.written
                        && other.id == one.id
                        && number(other) == number(one)
                        && !errors.contains_key(place)
                });
            let literal = one.literal.as_deref().unwrap_or_default();
            if another {
                complete.entry(&one.id).or_insert_with(|| message.clone());
            } else if one.written {
                wrong.push(format!("{compiler}: {} {literal}: {message}", one.id));
            } else {
                strict.entry(&one.id).or_insert_with(|| format!("`{literal}`: {message}"));
            }
        }
    }
    none_wrong("values that went through TypeScript", &wrong);
    let list = |found: &BTreeMap<&str, String>| -> Vec<String> {
        found.iter().map(|(id, message)| format!("- {id}: {}", printable(message))).collect()
    };
    let mut lines = vec!["## With all members written out".to_owned(), String::new()];
    lines.extend(list(&complete));
    lines.extend(["", "## In another way only", ""].map(str::to_owned));
    lines.extend(list(&strict));
    if Random::seed() == Random::SEED {
        report("TYPESCRIPT.md", STRICTER, lines.into_iter());
    }
    say(&format!(
        "{} types in TypeScript: {} values there and back, {} literals, 0 wrong; \
         {refused} refused as no safe integer",
        with.len(),
        answers.len(),
        places.len()
    ));
}

const STRICTER: &str = "\
# Where TypeScript asks for more than serde

Each of these types has an argument that serde reads and TypeScript does not take as it stands: an example
and why. Under the first heading it takes the same value with all members written out; under the second it
does not, for serde reads the value from more than it writes. Written by
`UPDATE=1 cargo test -p traitwire-corpus`; CI compares.";
