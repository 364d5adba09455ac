//! Which interfaces does the source seem to declare?
//!
//! It reads the tree of modules from the root of the library, without resolving a name. Traits that
//! macros write cannot be seen so; the driver sees them.

mod cfg;
mod tree;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use traitwire_schema::Interface;

use self::cfg::Condition;

/// The attributes, by the last part of their path.
const ATTRIBUTES: [&str; 2] = ["rpc_interface", "ipc_interface"];

/// What was found in a package.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) annotated: Vec<Annotated>,
    /// Files that could not be read, and why.
    pub(crate) unreadable: Vec<(PathBuf, String)>,
}

/// An annotated trait.
#[derive(Debug, Clone)]
pub(crate) struct Annotated {
    /// The trait's name in Rust.
    pub(crate) name: String,
    /// The folder of its package.
    pub(crate) package: PathBuf,
    pub(crate) file: PathBuf,
    /// Of the name, from 1.
    pub(crate) line: u32,
    pub(crate) column: u32,
    /// The first line of its attributes.
    begin: u32,
    /// What must hold for it to be compiled, outermost first.
    conditions: Vec<Condition>,
    reached: Reached,
}

/// Who compiles a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    Library,
    Binary,
    Nobody,
}

impl Annotated {
    /// Whether it exists in tests only, where nobody misses it.
    pub(crate) fn only_tested(&self) -> bool {
        self.conditions.iter().any(Condition::only_tested)
    }

    /// Whether an interface of the schema is this trait: the file is named from the package's folder,
    /// or from the workspace's.
    pub(crate) fn declares(&self, interface: &Interface) -> bool {
        let place = &interface.source;
        self.name == interface.rust_name
            && (self.begin..=self.line).contains(&place.line)
            && (self.package.join(&*place.file) == self.file
                || self.file.ends_with(Path::new(&*place.file)))
    }

    /// Why it was not compiled, as far as the source tells, and the way out.
    pub(crate) fn why(&self) -> (String, Option<String>) {
        match self.reached {
            Reached::Binary => (
                "it is in a program, which cannot be linked to read its interfaces".to_owned(),
                Some("move the trait to src/lib.rs, or to a crate of its own".to_owned()),
            ),
            Reached::Nobody => (
                "no `mod` leads to this file".to_owned(),
                Some("declare the module, or remove the file".to_owned()),
            ),
            Reached::Library => match self.conditions.as_slice() {
                [] => (
                    "it is annotated, but was not compiled".to_owned(),
                    Some(
                        "look for a condition around it; an attribute of another crate may also be \
                         called so"
                            .to_owned(),
                    ),
                ),
                conditions => {
                    let shown: Vec<String> =
                        conditions.iter().map(|one| format!("`#[cfg({one})]`")).collect();
                    let features: BTreeSet<&str> =
                        conditions.iter().flat_map(Condition::features).collect();
                    let features: Vec<&str> = features.into_iter().collect();
                    let help = (!features.is_empty()).then(|| {
                        format!(
                            "pass `--features {}`, or write `features = [..]` under `[schema]` in traitwire.toml",
                            features.join(",")
                        )
                    });
                    (format!("it is behind {}", shown.join(" in ")), help)
                }
            },
        }
    }
}

/// Scans a package: what its library reaches, what only its programs reach, and what nobody reaches.
pub(crate) fn scan(folder: &Path, library: Option<PathBuf>, binaries: &[PathBuf]) -> Scan {
    let mut walk = tree::Walk::new(folder);
    if let Some(library) = library {
        walk.root(&library, Reached::Library);
    }
    for binary in binaries {
        walk.root(binary, Reached::Binary);
    }
    for file in rust_files(&folder.join("src")) {
        // Parsing what was left lying about is not worth a note.
        let suspect = fs::read_to_string(&file)
            .is_ok_and(|text| ATTRIBUTES.iter().any(|attribute| text.contains(attribute)));
        if suspect && !walk.seen(&file) {
            walk.alone(&file);
        }
    }
    walk.scan
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(folder) = left.pop() {
        let Ok(entries) = fs::read_dir(folder) else { continue };
        for entry in entries.flatten() {
            // A link may lead back.
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => left.push(entry.path()),
                Ok(kind) if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    files.sort();
    files
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
