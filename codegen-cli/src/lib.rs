//! The command line of traitwire: one command from annotated traits to TypeScript, OpenAPI and JSON Schema.
//!
//! A command loads a schema and does one thing with it. Everything behind the schema is a pure
//! function of it, until files are written.
//!
//! | module | the question it answers |
//! |---|---|
//! | `args` | What did the user ask for? |
//! | `config` | What does `traitwire.toml` say? |
//! | `load` | Where does the schema come from? |
//! | `cargo` | Which interfaces do the user's crates declare? |
//! | `scan` | Which interfaces does the source seem to declare? |
//! | `remote` | Which schema does a file or a running backend give? |
//! | [`emit`] | What text is a schema in another language? |
//! | `generate`, `list`, `inspect` | What does this command do? |
//! | `output` | Which files have to change, and how, so that none is left half-written? |
//! | `report` | What does a message look like, and with which exit code does a command end? |

#![allow(clippy::format_push_string, reason = "`write!` to a text has a result that means nothing")]

mod args;
mod cargo;
mod config;
pub mod emit;
mod generate;
mod inspect;
mod list;
mod load;
mod notation;
mod output;
mod remote;
mod report;
mod scan;
mod select;
mod sources;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

use crate::args::{Cli, Command};
use crate::report::Failure;

/// Runs the command line: `name` is what the user calls it, `args` begin with the program.
///
/// The exit code is 0 if all went well, 1 if something unexpected happened, 2 for wrong usage or
/// configuration, 3 if the user's crates do not build, 4 if generated files are stale, 6 if a remote
/// answers with an error.
pub fn main(name: &'static str, args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let matches = Cli::command().bin_name(name).try_get_matches_from(args);
    let cli = match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => {
            // Nothing is left to be done if not even this can be printed.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(1));
        }
    };
    let done = match &cli.command {
        Command::Generate(args) => generate::run(name, args),
        Command::List(args) => list::run(args),
        Command::Inspect(args) => inspect::run(args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => end(&failure),
    }
}

fn end(failure: &Failure) -> ExitCode {
    for report in &failure.reports {
        report.show();
    }
    failure.exit.code()
}
