//! Are the npm packages there that the repository needs? (The quickstart's build script asks this
//! too, from this file.)

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program that a package brings.
#[allow(dead_code, reason = "only the quickstart asks")]
pub(crate) fn bin(root: &Path, name: &str) -> PathBuf {
    let name = if cfg!(windows) { format!("{name}.cmd") } else { name.to_owned() };
    root.join("node_modules/.bin").join(name)
}

/// Installs the packages of `package-lock.json`, unless they are there already.
///
/// # Errors
/// Why they are not there, and what to do about it.
pub(crate) fn install(root: &Path) -> Result<(), String> {
    // Cargo runs build scripts side by side with other work: one installs, the others wait.
    let lock = File::create(root.join(".npm-install.lock"))
        .map_err(|error| format!("{}: {error}", root.display()))?;
    lock.lock().map_err(|error| format!("{}: {error}", root.display()))?;
    if is_current(root) {
        return Ok(());
    }
    let output = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
        .current_dir(root)
        // No package needs to run anything of its own to be installed.
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .output()
        .map_err(|error| format!("npm did not run ({error}); install Node.js 20 or newer"))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(format!("`npm ci` failed: {}", String::from_utf8_lossy(&output.stderr).trim()))
    }
}

/// Whether npm has installed since the lock file was last changed.
fn is_current(root: &Path) -> bool {
    let changed = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
    // What npm writes last when it installs.
    let stamp = root.join("node_modules/.package-lock.json");
    match (changed(&stamp), changed(&root.join("package-lock.json"))) {
        (Some(installed), Some(locked)) => installed >= locked,
        _ => false,
    }
}
