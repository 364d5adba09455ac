//! Bundles the page that `--serve` shows: TypeScript to one file of JavaScript, by esbuild.
//!
//! The npm packages are installed if they are not there. Where npm is missing too, the page says so,
//! and everything else works.

#[path = "../../xtask/src/npm.rs"]
mod npm;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let root = package.join("../..");
    for path in [
        "examples/quickstart/build.rs",
        "examples/quickstart/typescript/src",
        "interfaces/generated/typescript",
        "package-lock.json",
        "runtime/typescript/src",
        "xtask/src/npm.rs",
    ] {
        println!("cargo::rerun-if-changed={}", root.join(path).display());
    }

    let page = out.join("page.js");
    if let Err(why) = npm::install(&root).and_then(|()| bundle(&root, &page)) {
        println!("cargo::warning=the page is not built: {why}");
        // A file that is not there makes cargo try again the next time.
        println!("cargo::rerun-if-changed={}", out.join("again").display());
        let why = format!("{why:?}");
        fs::write(
            &page,
            format!("document.getElementById('problem').textContent = 'The page is not built: ' + {why};\n"),
        )
        .expect("OUT_DIR can be written to");
    }
}

fn bundle(root: &Path, page: &Path) -> Result<(), String> {
    let output = Command::new(npm::bin(root, "esbuild"))
        .current_dir(root)
        .args(["examples/quickstart/typescript/src/page.ts", "--bundle", "--format=esm"])
        .args(["--target=es2022", "--log-level=warning", "--sourcemap=inline"])
        // In the repository the runtime is bundled from its source; npm has it compiled.
        .arg("--alias:@traitwire/runtime=./runtime/typescript/src/index.ts")
        .arg(format!("--outfile={}", page.display()))
        .output()
        .map_err(|error| format!("esbuild did not run: {error}"))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(format!("esbuild failed: {}", String::from_utf8_lossy(&output.stderr).trim()))
    }
}
