//! The project's tasks: `cargo xtask`.

mod cargo;
mod generate;
mod measure;
mod npm;
mod test;
mod web;

use std::process::ExitCode;

const HELP: &str = "\
The project's tasks.

usage: cargo xtask TASK

  lint            format, lints with warnings denied, docs, generated files
  test            all tests: unit, UI, suites, docs, guide; installs what they need, where it can
  install         what the tests need besides cargo: packages of npm and PyPI, Chromium
  cold-check      CPU time of a cold check of a small interfaces crate, beside serde alone
  bench-generate  what `traitwire generate` costs, beside a build of the interfaces crate
  bench-http      latency of a call over HTTP, beside a hand-written handler
  bench-peers ..  RPC and IPC libraries beside floors, by `benches/peers` with these arguments
  bench-types     what `#[derive(Wire)]` adds to a check of 150 types with serde's derives
  random [N]      N times (10) 100 types by chance, each from another seed, and the corpus' proof
  fuzz [N]        N seconds (60) of fuzzing for each target of `tests/fuzz`, by libFuzzer
  simulate [N]    N schedules (100000) of two ends of a pair by chance, from other seeds each time
  bench-web       size and speed of the npm runtime, time of tsc over a large interface
";

fn main() -> ExitCode {
    let task = std::env::args().nth(1).unwrap_or_default();
    let done = match task.as_str() {
        "lint" => cargo::lint(),
        "test" => test::all(),
        "install" => {
            web::install();
            Ok(())
        }
        "cold-check" => measure::cold_check(),
        "bench-generate" => generate::bench(),
        "bench-http" => measure::http(),
        "bench-peers" => measure::peers(&std::env::args().skip(2).collect::<Vec<_>>()),
        "bench-types" => measure::types(),
        "random" => test::random(std::env::args().nth(2).as_deref()),
        "fuzz" => test::fuzz(std::env::args().nth(2).as_deref()),
        "simulate" => test::simulate(std::env::args().nth(2).as_deref()),
        "bench-web" => measure::web(),
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
