//! How does a driver's schema get here?

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::report::{Exit, Failure, Report};

/// The lines that cargo prints before the program begins.
#[derive(Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    BuildFinished {
        success: bool,
    },
    #[serde(other)]
    Other,
}

/// Builds and runs a driver with this `cargo run`, and gives what it prints. Cargo's diagnostics go to
/// the standard error as they are.
pub(crate) fn run(mut command: Command, what: &str) -> Result<String, Failure> {
    // This says when the build ends, and so whether the build failed or the program. With any other
    // message format the two could not be told apart.
    command.arg("--message-format=json-render-diagnostics");
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| Failure::io("cargo did not run", &error))?;
    let mut built = None;
    let mut printed = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        let broken = |error: &_| Failure::io(format!("the output of {what} was lost"), error);
        while built.is_none() && stdout.read_line(&mut line).map_err(|error| broken(&error))? > 0 {
            if let Ok(Message::BuildFinished { success }) = serde_json::from_str(&line) {
                built = Some(success);
            }
            line.clear();
        }
        stdout.read_to_end(&mut printed).map_err(|error| broken(&error))?;
    }
    let status = child.wait().map_err(|error| Failure::io(format!("{what} was lost"), &error))?;
    if built != Some(true) {
        // Cargo has said why.
        return Err(Failure { exit: Exit::Build, reports: Vec::new() });
    }
    if !status.success() {
        return Err(Failure::usage(format!(
            "your crates were built, but {what} did not print their schema ({status})"
        )));
    }
    String::from_utf8(document(&printed).to_vec()).map_err(|error| {
        Failure::new(Exit::Usage, Report::error(format!("{what} did not print text: {error}")))
    })
}

/// The schema in what was printed: code that runs before or after `main` may print as well.
fn document(printed: &[u8]) -> &[u8] {
    const BEGIN: &[u8] = b"{\n  \"schemaFormat\"";
    let begin = printed.windows(BEGIN.len()).position(|part| part == BEGIN).unwrap_or_default();
    let rest = &printed[begin..];
    let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<IgnoredAny>();
    match values.next() {
        Some(Ok(_)) => &rest[..values.byte_offset()],
        _ => rest,
    }
}

/// The folder, from the root.
pub(crate) fn absolute(path: &Path) -> Result<std::path::PathBuf, Failure> {
    std::path::absolute(path)
        .map_err(|error| Failure::io(format!("`{}` is no path", path.display()), &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_found_among_what_else_was_printed() {
        let schema = "{\n  \"schemaFormat\": 1,\n  \"x\": {\n    \"schemaFormat\": 2\n  }\n}";
        for printed in [schema.to_owned(), format!("{{ready}} {schema}\nbye \u{e4}")] {
            assert_eq!(document(printed.as_bytes()), schema.as_bytes());
        }
        assert_eq!(document(b"hello"), b"hello");
        assert_eq!(document(b""), b"");
    }
}
