//! How is cargo called, so that it does what it does for the user?

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::args::CargoArgs;
use crate::report::Failure;

/// Cargo, with the user's flags.
pub(crate) struct Cargo<'a> {
    pub(crate) args: &'a CargoArgs,
    /// The user's Cargo.toml, if it was named.
    manifest: Option<PathBuf>,
}

impl<'a> Cargo<'a> {
    /// `manifest` is what the configuration names; the flag comes first.
    pub(crate) fn new(args: &'a CargoArgs, manifest: Option<PathBuf>) -> Result<Self, Failure> {
        let manifest = args.manifest_path.clone().or(manifest);
        let here = crate::config::current_dir()?;
        if manifest.is_none() && !here.ancestors().any(|dir| dir.join("Cargo.toml").is_file()) {
            return Err(Failure::usage("there is no Cargo.toml in this folder or above it").help(
                "go to your crates, name their manifest with `--manifest-path` (or `manifest-path` \
                 under `[schema]` in traitwire.toml), or take a finished schema with `--from`",
            ));
        }
        Ok(Cargo { args, manifest })
    }

    /// A command of cargo's, in the current directory, so that `.cargo/config.toml` applies.
    pub(crate) fn command(&self, subcommand: &str) -> Command {
        let mut command = Command::new(program());
        command.arg(subcommand);
        for value in &self.args.config {
            command.arg("--config").arg(value);
        }
        if self.args.offline || self.args.frozen {
            command.arg("--offline");
        }
        // Cargo's progress is for people who watch; its diagnostics are shown in any case.
        if !std::io::stderr().is_terminal() {
            command.arg("--quiet");
        }
        command
    }

    /// Names the user's manifest.
    pub(crate) fn user_manifest(&self, command: &mut Command) {
        if let Some(manifest) = &self.manifest {
            command.arg("--manifest-path").arg(manifest);
        }
    }

    /// Says where and how to build.
    pub(crate) fn build_flags(&self, command: &mut Command, target_dir: &Path) {
        command.arg("--target-dir").arg(target_dir);
        if self.args.release {
            command.arg("--release");
        }
        if let Some(profile) = &self.args.profile {
            command.arg("--profile").arg(profile);
        }
    }

    /// Why it could not be started.
    pub(crate) fn absent(error: &std::io::Error) -> Failure {
        Failure::usage(format!("`{}` did not run: {error}", program().display()))
            .help("install Rust from https://rustup.rs, or take a finished schema with `--from`")
    }
}

/// The cargo that called us, or the one in the path.
fn program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
