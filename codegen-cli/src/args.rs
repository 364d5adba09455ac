//! What did the user ask for?

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// From annotated Rust traits to TypeScript, OpenAPI and JSON Schema.
#[derive(Debug, Parser)]
#[command(name = "traitwire", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 fine, 1 unexpected, 2 usage or configuration, 3 your crates do not build, 4 generated \
files are stale, 6 the remote answered with an error";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write the files of every `[[target]]` in traitwire.toml
    Generate(GenerateArgs),
    /// List the interfaces
    List(ListArgs),
    /// Show an interface or a method: its signature, docs, access and types
    Inspect(InspectArgs),
}

#[derive(Debug, Args)]
pub(crate) struct GenerateArgs {
    /// Write nothing; print what would change, and end with 4 if anything would
    #[arg(long)]
    pub(crate) check: bool,
    /// Overwrite files that traitwire did not write
    #[arg(long, conflicts_with = "check")]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) schema: SchemaArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// How the list is printed
    #[arg(long, value_enum, default_value = "human")]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) schema: SchemaArgs,
}

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// An interface, `Catalog` or `Catalog@1.2.0`, or a method of one, `Catalog/search`
    #[arg(value_name = "NAME[/METHOD]")]
    pub(crate) name: String,
    /// Print the part of the schema document
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) schema: SchemaArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table
    Human,
    /// A JSON array
    Json,
}

/// Where the schema comes from. All commands share this.
#[derive(Debug, Default, Args)]
pub(crate) struct SchemaArgs {
    /// Read this configuration in place of the nearest traitwire.toml upwards
    #[arg(long, value_name = "FILE")]
    pub(crate) config_file: Option<PathBuf>,
    /// Take the schema from a file or a running backend (`http://localhost:8080/rpc`), not from cargo
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) from: Option<String>,
    /// The environment variable that holds a bearer token for the URL
    #[arg(long, value_name = "VAR")]
    pub(crate) token_env: Option<String>,
    #[command(flatten)]
    pub(crate) cargo: CargoArgs,
}

/// Cargo's own flags, with cargo's meaning.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Options of cargo")]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of cargo's")]
pub(crate) struct CargoArgs {
    /// Only the interfaces of this package (may be given more than once)
    #[arg(short, long, value_name = "NAME")]
    pub(crate) package: Vec<String>,
    /// Features of the packages, with commas or spaces between
    #[arg(short = 'F', long, value_name = "FEATURES")]
    pub(crate) features: Vec<String>,
    /// All features of the packages
    #[arg(long)]
    pub(crate) all_features: bool,
    /// Not the default features of the packages
    #[arg(long)]
    pub(crate) no_default_features: bool,
    /// Build with the profile `release`
    #[arg(short, long, conflicts_with = "profile")]
    pub(crate) release: bool,
    /// Build with this profile
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Where cargo builds
    #[arg(long, value_name = "FOLDER")]
    pub(crate) target_dir: Option<PathBuf>,
    /// The Cargo.toml of your crates
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest_path: Option<PathBuf>,
    /// Fail if your Cargo.lock is not up to date
    #[arg(long)]
    pub(crate) locked: bool,
    /// Do not use the network
    #[arg(long)]
    pub(crate) offline: bool,
    /// `--locked` and `--offline`
    #[arg(long)]
    pub(crate) frozen: bool,
    /// Override a value of cargo's configuration
    #[arg(long, value_name = "KEY=VALUE|FILE")]
    pub(crate) config: Vec<String>,
}

impl CargoArgs {
    /// Whether it says which crates to build or how.
    pub(crate) fn chooses(&self) -> bool {
        let CargoArgs {
            package,
            features,
            all_features,
            no_default_features,
            release,
            profile,
            target_dir: _,
            manifest_path,
            locked: _,
            offline: _,
            frozen: _,
            config: _,
        } = self;
        !package.is_empty()
            || !features.is_empty()
            || *all_features
            || *no_default_features
            || *release
            || profile.is_some()
            || manifest_path.is_some()
    }

    /// The features that were named.
    pub(crate) fn features(&self) -> impl Iterator<Item = &str> {
        self.features
            .iter()
            .flat_map(|list| list.split([',', ' ']))
            .map(str::trim)
            .filter(|feature| !feature.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_of_the_arguments_holds() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }
}
