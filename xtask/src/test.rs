//! Do all tests pass, and how many are there?

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use crate::cargo::{Outcome, cargo, root, run};
use crate::web;

/// Installs what the tests need, runs every test of the workspace, and the schema's without its
/// features, and prints how many there were. Tests that skip themselves say `skipped: why` on a line
/// of their own.
pub(crate) fn all() -> Outcome {
    web::install();
    let mut counts = Counts::default();
    let mut failed = Vec::new();
    for args in [
        &["test", "--workspace", "--no-fail-fast"][..],
        &["test", "--package=traitwire-schema", "--lib", "--no-fail-fast"],
        &["test", "--package=traitwire", "--no-default-features", "--lib", "--no-fail-fast"],
    ] {
        eprintln!("> cargo {}", args.join(" "));
        // `--show-output`, so that the reason of a skipped check is seen though the test passes.
        let mut command = cargo(args);
        command.args(["--", "--show-output"]);
        if !counts.add(&mut command)? {
            failed.push(args.join(" "));
        }
    }
    println!("\n{} passed, {} failed, {} skipped", counts.passed, counts.failed, counts.skipped);
    if failed.is_empty() && counts.failed == 0 {
        Ok(())
    } else {
        Err(format!("tests failed in: cargo {}", failed.join("; cargo ")))
    }
}

/// Proves many more types that chance makes than a test run does. Stops at the first seed that finds
/// something, and names it.
pub(crate) fn random(batches: Option<&str>) -> Outcome {
    let batches: u64 = match batches.unwrap_or("10").parse() {
        Ok(batches) => batches,
        Err(_) => return Err("`random` takes a number of batches".to_owned()),
    };
    let begin = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |t| t.as_secs());
    for seed in begin..begin.saturating_add(batches) {
        let mut command = cargo(&["test", "--quiet", "--package=traitwire-random"]);
        command.args(["--", "--show-output"]);
        command.env("RANDOM_SEED", seed.to_string()).env("RANDOM_TYPES", "100");
        run(&mut command).map_err(|error| {
            format!(
                "{error}\nagain: RANDOM_SEED={seed} RANDOM_TYPES=100 cargo test -p traitwire-random"
            )
        })?;
    }
    Ok(())
}

/// Runs many more schedules of two ends of a pair than a test run does. Stops at the first seed that finds
/// something, and names it.
pub(crate) fn simulate(schedules: Option<&str>) -> Outcome {
    let schedules: u64 = match schedules.unwrap_or("100000").parse() {
        Ok(schedules) => schedules,
        Err(_) => return Err("`simulate` takes a number of schedules".to_owned()),
    };
    let seed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |t| t.as_secs());
    // So far apart that no two runs share a seed.
    let seed = seed.saturating_mul(1_000_000);
    let mut command = cargo(&["run", "--quiet", "--release", "--package=traitwire-simulator"]);
    let (schedules, seed) = (schedules.to_string(), seed.to_string());
    command.args(["--", "--schedules", &schedules, "--seed", &seed]);
    run(&mut command)
}

/// Fuzzes each target of `tests/fuzz` for so many seconds, from the inputs that are kept. What it finds stays in
/// `tests/fuzz/libfuzzer/artifacts`; what is new to it, and no more, in `tests/fuzz/libfuzzer/found`.
pub(crate) fn fuzz(seconds: Option<&str>) -> Outcome {
    let seconds: u64 = match seconds.unwrap_or("60").parse() {
        Ok(seconds) => seconds,
        Err(_) => return Err("`fuzz` takes a number of seconds".to_owned()),
    };
    // What only a nightly toolchain has otherwise.
    let fuzz = |args: &[&str]| {
        let mut command = cargo(args);
        command.current_dir(root().join("tests/fuzz/libfuzzer")).env("RUSTC_BOOTSTRAP", "1");
        command
    };
    if !fuzz(&["fuzz", "--version"]).output().is_ok_and(|output| output.status.success()) {
        run(&mut cargo(&["install", "cargo-fuzz", "--version", "0.13.2", "--locked"]))?;
    }
    let limit = format!("-max_total_time={seconds}");
    for target in ["frames", "machine", "handshake"] {
        let found = root().join("tests/fuzz/libfuzzer/found").join(target);
        std::fs::create_dir_all(&found).map_err(|error| error.to_string())?;
        let (found, kept) = (found.to_string_lossy().into_owned(), format!("../corpus/{target}"));
        let args = ["fuzz", "run", "--fuzz-dir", ".", target, &found, &kept, "--", &limit];
        run(&mut fuzz(&args))?;
    }
    Ok(())
}

#[derive(Default)]
struct Counts {
    passed: u64,
    failed: u64,
    skipped: u64,
}

impl Counts {
    /// Runs tests, passes their output on, and counts. Says whether all went well.
    fn add(&mut self, command: &mut Command) -> Result<bool, String> {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cargo did not run: {error}"))?;
        if let Some(stdout) = child.stdout.take() {
            for line in BufReader::new(stdout).lines() {
                let line = line.map_err(|error| format!("cargo's output: {error}"))?;
                self.count(&line);
                println!("{line}");
            }
        }
        let status = child.wait().map_err(|error| format!("cargo was lost: {error}"))?;
        Ok(status.success())
    }

    /// Counts `test result: ok. 3 passed; 0 failed; 1 ignored; ..` and `skipped: why`.
    fn count(&mut self, line: &str) {
        if line.trim_start().starts_with("skipped: ") {
            self.skipped += 1;
        }
        let Some(result) = line.strip_prefix("test result: ") else { return };
        let words: Vec<&str> = result.split_whitespace().collect();
        for pair in words.windows(2) {
            let Ok(number) = pair[0].parse::<u64>() else { continue };
            match pair[1].trim_end_matches(';') {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.skipped += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_and_skips_are_counted() {
        let mut counts = Counts::default();
        counts.count("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out");
        counts.count("test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured");
        counts.count("  skipped: curl is not installed");
        counts.count("test a ... ok");
        assert_eq!((counts.passed, counts.failed, counts.skipped), (13, 2, 2));
    }
}
