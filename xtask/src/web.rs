//! What do the tests of other languages need, and how does it get here?
//!
//! Nothing here fails: a test whose tool is missing says `skipped: why`, and so do we say what to
//! install.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use crate::cargo::{Outcome, root, run};
use crate::npm;

/// Installs what is missing, as far as that is ours to do: npm packages in `node_modules`, Python
/// packages in `target/python`, and what Debian has, if we are root.
pub(crate) fn install() {
    for (what, installed) in [
        ("npm packages", npm::install(&root())),
        ("Chromium", chromium()),
        ("Python packages", python()),
    ] {
        if let Err(error) = installed {
            eprintln!("note: no {what}: {error}; the tests that need them are skipped");
        }
    }
}

fn chromium() -> Outcome {
    // As `tests/src/web.rs` looks for it.
    let there = env::var_os("CHROMIUM").is_some()
        || ["chromium", "chromium-browser", "google-chrome"].into_iter().any(is_program);
    if there { Ok(()) } else { debian("chromium") }
}

fn python() -> Outcome {
    let environment = root().join("target/python");
    let wanted = root().join("tests/python/requirements.txt");
    let marker = environment.join("requirements.txt");
    let text = fs::read_to_string(&wanted).map_err(|error| error.to_string())?;
    if fs::read_to_string(&marker).is_ok_and(|installed| installed == text) {
        return Ok(());
    }
    if !is_program("python3") {
        debian("python3")?;
    }
    let create = || run(Command::new("python3").args(["-m", "venv"]).arg(&environment));
    if create().is_err() {
        // Debian keeps this part of Python in a package of its own.
        debian("python3-venv")?;
        create()?;
    }
    let bin = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    run(Command::new(environment.join(bin))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
        .arg(&wanted))?;
    fs::write(marker, text).map_err(|error| error.to_string())
}

/// Installs a package of Debian, if this is Debian and we are root.
fn debian(package: &str) -> Outcome {
    let advice = format!("install Debian's package `{package}`, or what your system calls it");
    if !cfg!(target_os = "linux") || !is_program("apt-get") || !is_root() {
        return Err(advice);
    }
    let apt = |args: &[&str]| {
        run(Command::new("apt-get").args(args).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt(&["update", "--quiet"])
        .and_then(|()| apt(&["install", "--quiet", "--yes", "--no-install-recommends", package]))
        .map_err(|error| format!("{error}; {advice}"))
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

fn is_program(name: &str) -> bool {
    program(name).is_some()
}

/// A program in the `PATH`. On Windows npm is a script.
fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let names = [format!("{name}{}", env::consts::EXE_SUFFIX), format!("{name}.cmd")];
    env::split_paths(&path)
        .flat_map(|folder| names.each_ref().map(|name| folder.join(name)))
        .find(|file| file.is_file())
}
