//! How is the frontend in TypeScript made, and how is it run?

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::process::Command;

use crate::frontend;

/// Generates TypeScript from the traits, bundles the frontend with it, and runs it in Node.
pub(crate) async fn run(url: &str) -> Result<(), Box<dyn Error>> {
    let root = root();
    let script = PathBuf::from(env!("OUT_DIR")).join("tour.mjs");
    if !script.exists() {
        println!("  (the first time, this builds the command line: a minute or two)");
    }

    // What a user types is `traitwire generate`, or `cargo traitwire generate`.
    let cargo = std::env::var_os("CARGO").unwrap_or("cargo".into());
    let mut generate = Command::new(cargo);
    generate.args(["run", "--quiet", "--package=traitwire-cli", "--", "generate"]);
    let generated = finish(generate.current_dir(&root)).await?;
    if let Some(summary) = String::from_utf8_lossy(&generated.stderr).lines().last() {
        frontend::show("traitwire generate", summary);
    }

    let mut bundle = Command::new(esbuild());
    bundle.args(["examples/quickstart/typescript/src/tour.ts", "--bundle", "--format=esm"]);
    bundle.args(["--platform=node", "--target=node20", "--log-level=warning"]);
    bundle.arg("--alias:@traitwire/runtime=./runtime/typescript/src/index.ts");
    bundle.arg(format!("--outfile={}", script.display()));
    finish(bundle.current_dir(&root)).await?;

    let mut node = Command::new("node");
    let toured = finish(node.arg(&script).arg(url)).await?;
    print!("{}", String::from_utf8_lossy(&toured.stdout));
    Ok(())
}

/// Why the frontend in TypeScript cannot be run here, if it cannot.
pub(crate) async fn missing() -> Option<String> {
    let mut node = Command::new("node");
    if let Err(error) = finish(node.arg("--version")).await {
        return Some(format!("{error}; install Node.js 20 or newer"));
    }
    let mut bundler = Command::new(esbuild());
    let error = finish(bundler.arg("--version")).await.err()?;
    Some(format!("{error}; run `npm ci --ignore-scripts`"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Installed by the build script, where npm is there.
fn esbuild() -> PathBuf {
    root().join("node_modules/.bin").join(if cfg!(windows) { "esbuild.cmd" } else { "esbuild" })
}

/// Runs a command to its end, which must be a good one.
async fn finish(command: &mut Command) -> Result<Output, Box<dyn Error>> {
    let name = Path::new(command.as_std().get_program()).display().to_string();
    let output = command
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| format!("{name} did not run: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("{name} failed: {}\n{said}", output.status).into())
}
