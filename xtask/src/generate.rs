//! What does `traitwire generate` cost beside a build of the crate that it reads?

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::cargo::{Outcome, cargo, root, run};
use crate::measure::{cpu_of_children, median, text};

const ROUNDS: usize = 3;
/// CPU seconds that the first `generate` may cost beyond a build of the interfaces crate.
const FIRST_LIMIT: f64 = 3.0;
/// Seconds that one which changes nothing may take.
const NO_OP_LIMIT: f64 = 1.0;

/// The first `generate` in an empty target folder beside `cargo build` of the interfaces crate in
/// another, taking turns; then one that has nothing to do. The command itself is built for development:
/// what users have is faster.
pub(crate) fn bench() -> Outcome {
    let root = fs::canonicalize(root()).map_err(text)?;
    let folder = root.join("target/bench-generate");
    run(&mut cargo(&["build", "--quiet", "--package=traitwire-cli"]))?;
    let built = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    let traitwire = built.join("debug/traitwire");
    let config = config(&root, &folder)?;
    let (mut extras, mut walls, mut builds) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        let mut reference =
            cargo(&["build", "--quiet", "--offline", "--package=traitwire-interfaces"]);
        let (floor, _) = measured(&mut reference, &empty(&folder.join("floor"))?)?;
        let target = empty(&folder.join("generate"))?;
        let generate = || {
            let mut command = Command::new(&traitwire);
            command
                .current_dir(&root)
                .args(["generate", "--offline", "--config-file"])
                .arg(&config);
            command
        };
        let (first, _) = measured(&mut generate(), &target)?;
        let (_, wall) = measured(&mut generate(), &target)?;
        println!(
            "round {round}: build {floor:.1} CPU s, first generate {first:.1} CPU s, \
             nothing to do {wall:.2} s"
        );
        builds.push(floor);
        extras.push(first - floor);
        walls.push(wall);
    }
    let (extra, wall) = (median(&mut extras), median(&mut walls));
    println!(
        "generate, medians of {ROUNDS}: first {extra:.1} CPU s beyond a build of {:.1} (at most \
         {FIRST_LIMIT}), nothing to do {wall:.2} s (at most {NO_OP_LIMIT})",
        median(&mut builds)
    );
    if extra <= FIRST_LIMIT && wall <= NO_OP_LIMIT {
        Ok(())
    } else {
        Err("`generate` costs more than it may".to_owned())
    }
}

/// The targets of this repository, written elsewhere.
fn config(root: &Path, folder: &Path) -> Result<PathBuf, String> {
    let out = empty(&folder.join("out"))?;
    let text = fs::read_to_string(root.join("traitwire.toml")).map_err(text)?;
    let file = out.join("traitwire.toml");
    fs::write(&file, text).map_err(self::text)?;
    Ok(file)
}

fn empty(folder: &Path) -> Result<PathBuf, String> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(text)?;
    }
    fs::create_dir_all(folder).map_err(text)?;
    Ok(folder.to_owned())
}

/// CPU and wall time of a command that builds into a folder, in seconds.
fn measured(command: &mut Command, target: &Path) -> Result<(f64, f64), String> {
    let (cpu, wall) = (cpu_of_children()?, Instant::now());
    match command.env("CARGO_TARGET_DIR", target).status() {
        Ok(status) if status.success() => {
            Ok((cpu_of_children()? - cpu, wall.elapsed().as_secs_f64()))
        }
        other => Err(format!("`{}` failed: {other:?}", command.get_program().display())),
    }
}
