//! Which interfaces do the user's crates declare?
//!
//! The compiler resolves types, so the crates are built: a driver links them and prints what they
//! registered. What is not linked or not compiled would be absent without a word, so the source is
//! scanned as well, and what only the scan found is reported.

mod choice;
mod command;
mod driver;
mod metadata;
mod run;

use traitwire_schema::walk::Schema;

use self::choice::Choice;
use self::command::Cargo;
use self::driver::Driver;
use self::metadata::{Metadata, Package};
use crate::args::CargoArgs;
use crate::config::Config;
use crate::report::{Failure, Report, Severity, count};
use crate::scan::{self, Annotated, Scan};
use crate::sources::Folders;

/// A schema and where its sources are.
pub(crate) struct Loaded {
    pub(crate) schema: Schema,
    pub(crate) folders: Folders,
    /// Whether no interface is known to have been left out.
    pub(crate) complete: bool,
}

/// Builds the user's crates and reads their interfaces.
pub(crate) fn load(args: &CargoArgs, config: Option<&Config>) -> Result<Loaded, Failure> {
    let manifest = config.and_then(|config| {
        config.schema.manifest_path.as_ref().map(|path| config.folder.join(path))
    });
    let cargo = Cargo::new(args, manifest)?;
    let metadata = Metadata::load(&cargo)?;
    let choice = choice::choose(&metadata, args, config)?;
    let own = config.and_then(|config| config.schema.driver.as_deref());
    let json = match own {
        Some(name) => run_own(&cargo, &metadata, name, config)?,
        None => run_generated(&cargo, &metadata, &choice)?,
    };
    let mut schema = Schema::from_json(&json).map_err(|error| {
        Failure::usage(format!("what the driver printed is no schema: {error}"))
            .help("a driver prints nothing but what `traitwire::driver::main` prints")
    })?;
    let folders = Folders::new(
        &metadata.workspace_root,
        metadata.packages.iter().map(|package| {
            let library = package.library().map(|library| library.name.replace('-', "_"));
            (library, package.folder().to_owned())
        }),
    );
    let read = choice.packages.iter().map(|chosen| chosen.package);
    // The user's own program may have interfaces in it.
    let programs = choice.programs.iter().copied().filter(|_| own.is_some());
    let scans: Vec<Scan> = read.chain(programs).map(scan).collect();
    let missing = folders.settle(&mut schema, &scans);
    for report in unreadable(&scans, &folders) {
        report.show();
    }
    for annotated in &missing {
        absent(annotated, &folders).show();
    }
    for report in elsewhere(&metadata, &choice, args, &folders, own.is_some()) {
        report.show();
    }
    if schema.interfaces.is_empty() {
        let names = crate::report::names(choice.packages.iter().map(|one| &one.package.name));
        let failure = Failure::usage(format!("no interface was found in {names}"));
        return Err(if missing.is_empty() {
            failure.help("annotate a trait with `#[traitwire::rpc_interface(version = \"1.0.0\")]`")
        } else {
            failure.note(format!("{}, see above", count(missing.len(), "trait was left out")))
        });
    }
    let complete = missing.is_empty() && args.package.is_empty();
    Ok(Loaded { schema, folders, complete })
}

fn target_dir(cargo: &Cargo<'_>, metadata: &Metadata) -> Result<std::path::PathBuf, Failure> {
    match &cargo.args.target_dir {
        Some(folder) => run::absolute(folder),
        None => Ok(metadata.target_directory.clone()),
    }
}

fn run_generated(
    cargo: &Cargo<'_>,
    metadata: &Metadata,
    choice: &Choice<'_>,
) -> Result<String, Failure> {
    let traitwire = choice::traitwire(metadata, choice)?;
    let target_dir = target_dir(cargo, metadata)?;
    let driver = Driver::write(metadata, choice, traitwire, &target_dir)?;
    let mut command = cargo.command("run");
    command.arg("--manifest-path").arg(&driver.manifest);
    cargo.build_flags(&mut command, &target_dir);
    run::run(command, "the driver")
}

/// A program of the user's, which calls `traitwire::driver::main`.
fn run_own(
    cargo: &Cargo<'_>,
    metadata: &Metadata,
    name: &str,
    config: Option<&Config>,
) -> Result<String, Failure> {
    let mut command = cargo.command("run");
    command.args(["--bin", name]);
    cargo.user_manifest(&mut command);
    cargo.build_flags(&mut command, &target_dir(cargo, metadata)?);
    let section = config.map(|config| &config.schema);
    if cargo.args.all_features || section.is_some_and(|section| section.all_features) {
        command.arg("--all-features");
    }
    if cargo.args.no_default_features || section.is_some_and(|section| section.no_default_features)
    {
        command.arg("--no-default-features");
    }
    let configured = section.into_iter().flat_map(|section| &section.features);
    for feature in cargo.args.features().chain(configured.map(|one| one.value.as_str())) {
        command.args(["--features", feature]);
    }
    if cargo.args.locked || cargo.args.frozen {
        command.arg("--locked");
    }
    run::run(command, &format!("the program `{name}`"))
}

fn scan(package: &Package) -> Scan {
    let root = |target: &metadata::Target| target.src_path.clone();
    let binaries: Vec<_> = package.binaries().map(root).collect();
    scan::scan(package.folder(), package.library().map(root), &binaries)
}

/// A trait that is annotated, but is not in the schema.
fn absent(annotated: &Annotated, folders: &Folders) -> Report {
    let title = format!("the interface `{}` is left out", annotated.name);
    let report = Report::new(Severity::Warning, title);
    let (label, help) = annotated.why();
    let shown = folders.shown(&annotated.file);
    let text = std::fs::read_to_string(&annotated.file).unwrap_or_default();
    let report = report.at_word(&shown, &text, annotated.line, annotated.column, &label);
    match help {
        Some(help) => report.help(help),
        None => report,
    }
}

/// What the scan could not read.
fn unreadable(scans: &[Scan], folders: &Folders) -> Vec<Report> {
    let files = scans.iter().flat_map(|scan| &scan.unreadable);
    files
        .map(|(file, error)| {
            let title = format!(
                "`{}` could not be searched for annotated traits ({error}); the schema itself is \
                 complete",
                folders.shown(file)
            );
            Report::new(Severity::Note, title)
        })
        .collect()
}

/// Members that declare interfaces which the configuration leaves out, or nobody can read.
fn elsewhere(
    metadata: &Metadata,
    choice: &Choice<'_>,
    args: &CargoArgs,
    folders: &Folders,
    own_driver: bool,
) -> Vec<Report> {
    let mut reports = Vec::new();
    // Who names packages in the call knows what is left out.
    if args.package.is_empty() {
        let chosen = choice.packages.iter().map(|chosen| chosen.package.id.as_str());
        let reached = metadata.reach(chosen);
        let left_out = choice.left_out.iter().filter(|package| {
            !reached.contains(package.id.as_str())
                && scan(package).annotated.iter().any(|one| !one.only_tested())
        });
        let left_out: Vec<&str> = left_out.map(|package| package.name.as_str()).collect();
        if !left_out.is_empty() {
            reports.push(Report::new(
                Severity::Note,
                format!("`packages` leaves out interfaces of {}", crate::report::names(left_out)),
            ));
        }
    }
    for package in choice.programs.iter().filter(|_| !own_driver) {
        if let Some(kind) = package.unlinkable() {
            reports.push(choice::unlinkable(package, kind).into_warning());
            continue;
        }
        for annotated in scan(package).annotated.iter().filter(|one| !one.only_tested()) {
            reports.push(absent(annotated, folders));
        }
    }
    reports
}
