//! How much is too much, and what becomes of it?

#[path = "limits/beyond.rs"]
mod beyond;
#[path = "limits/crowd.rs"]
mod crowd;
#[path = "limits/rows.rs"]
mod rows;

use std::fs;
use std::path::Path;

use rows::{Row, rows};

const BEGIN: &str = "<!-- made by `UPDATE=1 cargo test -p traitwire-tests --test limits` -->\n";
const END: &str = "<!-- up to here -->\n";

fn table() -> String {
    let mut table =
        "| limit | default | change it with | beyond it |\n|---|---|---|---|\n".to_owned();
    for Row { what, default, change, beyond, .. } in rows() {
        table.extend(["| ", what, " | ", &default, " | ", &change, " | ", beyond, " |\n"]);
    }
    table
}

#[test]
fn the_guide_has_every_limit_as_the_code_has_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide/limits.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("where the table begins");
    let (_, after) = rest.split_once(END).expect("where it ends");
    let made = format!("{before}{BEGIN}\n{}\n{END}{after}", table());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, made).unwrap();
    } else {
        assert!(page == made, "docs/guide/limits.md is not true any more; UPDATE=1 rewrites it");
    }
}

/// That they pass is for the tests themselves to say.
#[test]
fn every_limit_is_tested() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for Row { what, tests, .. } in rows() {
        assert!(!tests.is_empty(), "{what} is not tested");
        for (file, name) in tests {
            let text = fs::read_to_string(root.join(file)).unwrap_or_default();
            assert!(text.contains(&format!("fn {name}(")), "{what}: {file} has no test {name}");
        }
    }
}
