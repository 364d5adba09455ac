//! The project's tasks: `cargo xtask`.

mod cargo;
mod measure;
mod test;

use std::process::ExitCode;

const HELP: &str = "\
The project's tasks.

usage: cargo xtask TASK

  lint        format, lints with warnings denied, docs
  test        all tests: unit, UI, suites, docs, guide
  cold-check  CPU time of a cold check of a small interfaces crate, beside serde alone
  bench-http  latency of a call over HTTP, beside a hand-written handler
";

fn main() -> ExitCode {
    let task = std::env::args().nth(1).unwrap_or_default();
    let done = match task.as_str() {
        "lint" => cargo::lint(),
        "test" => test::all(),
        "cold-check" => measure::cold_check(),
        "bench-http" => measure::http(),
        "" | "help" | "--help" => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("there is no task `{task}`\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
