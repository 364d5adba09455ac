//! Which interfaces does this program declare?
//!
//! `traitwire generate` writes a program that links your interfaces crates and calls [`main`], runs it
//! and reads what it prints. You may write that program yourself, where the generated one does not fit
//! your build: a binary of your workspace that links the crates and calls [`main`], and its name in
//! `traitwire.toml`:
//!
//! ```toml
//! [schema]
//! driver = "print-schema"
//! ```
//!
//! ```no_run
//! // src/bin/print-schema.rs. Name every crate whose interfaces you want: one that no code mentions
//! // is not linked, and its interfaces are then missing without a word.
//! # mod acme_interfaces {}
//! use acme_interfaces as _;
//!
//! fn main() -> std::process::ExitCode {
//!     traitwire::driver::main()
//! }
//! ```

use std::io::Write as _;
use std::process::ExitCode;

use traitwire_schema::Interface;
use traitwire_schema::walk::Schema;

use crate::__private::{Entry, inventory};

/// Prints one JSON document with every interface that is linked into this program, and all types
/// that they reach, on the standard output. Interfaces are sorted by name and version.
///
/// If they make no schema (two interfaces of one name and version, two types of one path), says so on
/// the standard error and gives an exit code that is not zero.
pub fn main() -> ExitCode {
    let interfaces = inventory::iter::<Entry>.into_iter().map(|Entry(interface)| interface());
    let json = match document(interfaces.collect()) {
        Ok(json) => json,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(json.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: the schema could not be printed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn document(mut interfaces: Vec<&Interface>) -> Result<String, String> {
    interfaces.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    for pair in interfaces.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        if a.name == b.name && a.version == b.version {
            return Err(format!(
                "two interfaces are called `{}` and have the version {}: `{}` in {}:{} and `{}` in \
                 {}:{}; give one of them another name (`name = \"..\"`) or another version",
                a.name,
                a.version,
                a.rust_name,
                a.source.file,
                a.source.line,
                b.rust_name,
                b.source.file,
                b.source.line,
            ));
        }
    }
    match Schema::collect(interfaces) {
        Ok(schema) => Ok(schema.to_json()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use traitwire_schema::{End, InterfaceKind, Source};

    fn interface(name: &'static str, version: &'static str, line: u32) -> Interface {
        Interface {
            name: name.into(),
            rust_name: name.into(),
            kind: InterfaceKind::Rpc,
            served_by: End::Backend,
            version: version.into(),
            route_required: false,
            serial: false,
            methods: Vec::new().into(),
            docs: "".into(),
            deprecated: None,
            source: Source { file: "src/lib.rs".into(), line, column: 1 },
        }
    }

    #[test]
    fn interfaces_are_sorted_and_a_second_version_may_stand_beside_the_first() {
        let (b2, b1, a) =
            (interface("B", "2.0.0", 1), interface("B", "1.0.0", 2), interface("A", "1.0.0", 3));
        let json = document(vec![&b2, &b1, &a]).unwrap();
        let schema = Schema::from_json(&json).unwrap();
        let lines: Vec<u32> = schema.interfaces.iter().map(|one| one.source.line).collect();
        assert_eq!(lines, [3, 2, 1]);
    }

    #[test]
    fn two_of_one_name_and_version_are_refused_with_both_places() {
        let (first, second) = (interface("A", "1.0.0", 7), interface("A", "1.0.0", 9));
        let error = document(vec![&first, &second]).unwrap_err();
        for part in ["`A`", "1.0.0", "src/lib.rs:7", "src/lib.rs:9", "name = "] {
            assert!(error.contains(part), "{error}");
        }
    }
}
