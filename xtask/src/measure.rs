//! What does it cost? Always beside something to compare with, in one run.

use std::fs;
use std::path::Path;

use crate::cargo::{Outcome, cargo, root, run};
use crate::npm;

/// CPU time of a cold check of a crate with one interface and no default features, beside the same
/// crate with serde and `serde_json` alone. Both in empty target folders, taking turns.
pub(crate) fn cold_check() -> Outcome {
    const ROUNDS: usize = 5;
    let folder = root().join("target/cold-check");
    let runtime = fs::canonicalize(root().join("runtime")).map_err(text)?;
    write(
        &folder.join("serde"),
        "serde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\"\n",
        include_str!("cold_check/serde.rs"),
    )?;
    write(
        &folder.join("traitwire"),
        &format!(
            "serde = {{ version = \"1\", features = [\"derive\"] }}\n\
             serde_json = \"1\"\n\
             traitwire = {{ path = \"{}\", default-features = false }}\n",
            runtime.display()
        ),
        include_str!("cold_check/traitwire.rs"),
    )?;
    let mut ratios = Vec::new();
    let mut seconds = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let floor = cpu_of_check(&folder.join("serde"))?;
        let ours = cpu_of_check(&folder.join("traitwire"))?;
        println!("round {round}: serde {floor:.1} s, traitwire {ours:.1} s");
        ratios.push(ours / floor);
        seconds.0.push(floor);
        seconds.1.push(ours);
    }
    println!(
        "cold check, CPU seconds, medians of {ROUNDS}: serde {:.1}, traitwire {:.1}, ratio {:.2}",
        median(&mut seconds.0),
        median(&mut seconds.1),
        median(&mut ratios)
    );
    Ok(())
}

/// Latency of a call over HTTP, beside a hand-written handler with the same client.
pub(crate) fn http() -> Outcome {
    run(cargo(&["run", "--release"]).current_dir(root().join("benches/http")))
}

/// RPC and IPC libraries beside hand-written floors: builds the harness of `benches/peers` and hands
/// it the arguments, `run` if there are none. `PEERS_FEATURES` lists features of a smaller build.
pub(crate) fn peers(args: &[String]) -> Outcome {
    let mut peers = cargo(&["run", "--release"]);
    peers.current_dir(root().join("benches/peers"));
    if let Ok(features) = std::env::var("PEERS_FEATURES") {
        peers.args(["--no-default-features", "--features", &features]);
    }
    peers.arg("--").args(args);
    if args.is_empty() {
        peers.arg("run");
    }
    run(&mut peers)
}

/// CPU time of a check of many types, beside the same types without `Wire`.
pub(crate) fn types() -> Outcome {
    run(cargo(&["run", "--quiet"]).current_dir(root().join("benches/types")))
}

/// The numbers of TypeScript: size, speed, and what compilers take.
pub(crate) fn web() -> Outcome {
    npm::install(&root())?;
    run(&mut cargo(&["run", "--package=traitwire-tests", "--example=web_numbers"]))
}

fn write(package: &Path, dependencies: &str, code: &str) -> Outcome {
    let manifest = format!(
        "[package]\nname = \"measured\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\n{dependencies}\n[workspace]\n"
    );
    fs::create_dir_all(package.join("src")).map_err(text)?;
    fs::write(package.join("Cargo.toml"), manifest).map_err(text)?;
    fs::write(package.join("src/lib.rs"), code).map_err(text)?;
    // Versions as this workspace has them; what it does not need is dropped from the copy.
    fs::copy(root().join("Cargo.lock"), package.join("Cargo.lock")).map_err(text)?;
    run(cargo(&["fetch", "--quiet"]).current_dir(package))
}

fn cpu_of_check(package: &Path) -> Result<f64, String> {
    let target = package.join("target");
    if target.exists() {
        fs::remove_dir_all(&target).map_err(text)?;
    }
    let before = cpu_of_children()?;
    let mut check = cargo(&["check", "--quiet", "--offline"]);
    check.current_dir(package).env("CARGO_TARGET_DIR", &target);
    match check.status() {
        Ok(status) if status.success() => Ok(cpu_of_children()? - before),
        other => Err(format!("`cargo check` in {} failed: {other:?}", package.display())),
    }
}

/// User and system time of all ended children, in seconds (proc(5): fields 16 and 17, in ticks of
/// 1/100 s on Linux).
pub(crate) fn cpu_of_children() -> Result<f64, String> {
    let stat = fs::read_to_string("/proc/self/stat")
        .map_err(|error| format!("CPU times are read from /proc, on Linux only: {error}"))?;
    // The second field is the program's name in brackets and may have spaces.
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let mut ticks = rest.split_whitespace().skip(13).take(2).map(str::parse::<f64>);
    match (ticks.next(), ticks.next()) {
        (Some(Ok(user)), Some(Ok(system))) => Ok((user + system) / 100.0),
        _ => Err("/proc/self/stat is not as expected".to_owned()),
    }
}

pub(crate) fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

#[allow(clippy::needless_pass_by_value, reason = "`map_err` passes it so")]
pub(crate) fn text(error: std::io::Error) -> String {
    error.to_string()
}
