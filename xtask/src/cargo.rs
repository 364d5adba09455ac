//! How is cargo run, and what must the tree pass besides its tests?

use std::path::{Path, PathBuf};
use std::process::Command;

/// What ends a task.
pub(crate) type Outcome = Result<(), String>;

/// Where the workspace is.
pub(crate) fn root() -> PathBuf {
    // The package stands directly below it.
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Cargo in the workspace.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    command.current_dir(root()).args(args);
    command
}

/// Runs a command to its end, and shows it.
pub(crate) fn run(command: &mut Command) -> Outcome {
    eprintln!("> {}", shown(command));
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{}` failed: {status}", shown(command))),
        Err(error) => Err(format!("`{}` did not run: {error}", shown(command))),
    }
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let args = command.get_args().map(|arg| arg.to_string_lossy());
    let mut words = vec![program.to_string_lossy()];
    words.extend(args);
    words.join(" ")
}

/// Format, lints, docs, and whether what is generated is current. The crates that people use without
/// default features are looked at without them too, for the rest of the workspace turns those features on.
pub(crate) fn lint() -> Outcome {
    run(&mut cargo(&["fmt", "--all", "--check"]))?;
    run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    for features in [
        "",
        "http-client",
        "http-client-hyper",
        "http-server",
        "server",
        "tls,compression",
        "in-process",
        "http-client-service",
        "jwt",
        "metrics",
        "testing",
        "idempotency-sqlite",
        "ipc",
        "ipc-rpc",
        "ipc-tcp",
        "ipc-unix",
        "serde_json",
        "driver",
    ] {
        run(&mut cargo(&[
            "clippy",
            "--package=traitwire",
            "--no-default-features",
            "--features",
            features,
            "--",
            "-D",
            "warnings",
        ]))?;
    }
    run(&mut cargo(&["clippy", "--package=traitwire-schema", "--", "-D", "warnings"]))?;
    run(cargo(&["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    run(&mut cargo(&["run", "--quiet", "--package=traitwire-cli", "--", "generate", "--check"]))
}
