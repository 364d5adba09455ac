//! Which package links the user's crates and prints their schema?
//!
//! It stands below the target folder, as a workspace of its own, and is built into the user's target
//! folder: what it shares with the user's own build (all dependencies from registries) is built once.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::choice::Choice;
use super::metadata::{Metadata, Package};
use crate::output::write_if_changed;
use crate::report::{Exit, Failure, Report, say};

/// A package on disk.
pub(crate) struct Driver {
    pub(crate) manifest: PathBuf,
    /// Until it was run: another command with other packages or features would write another driver
    /// into the same folder, and this one would print the schema of that.
    _lock: File,
}

impl Driver {
    /// Writes it, as far as it is not there yet: cargo builds again what is newer than its output.
    pub(crate) fn write(
        metadata: &Metadata,
        choice: &Choice<'_>,
        traitwire: &Package,
        target_dir: &Path,
    ) -> Result<Driver, Failure> {
        // Workspaces may share a target folder.
        let mut hasher = DefaultHasher::new();
        metadata.workspace_root.hash(&mut hasher);
        let name = format!("traitwire-driver-{:08x}", hasher.finish() >> 32);
        let folder = target_dir.join("traitwire").join(&name);
        let doing = || format!("the driver in `{}` could not be written", folder.display());
        let io = |error: io::Error| Failure::io(doing(), &error);
        fs::create_dir_all(folder.join("src")).map_err(io)?;

        let lock_file = locked(&folder.join("lock")).map_err(io)?;
        let manifest = manifest(&name, metadata, choice, traitwire)?;
        let changed = write_if_changed(&folder.join("Cargo.toml"), &manifest).map_err(io)?;
        write_if_changed(&folder.join("src/main.rs"), &code(choice)).map_err(io)?;
        lock(metadata, &folder, changed).map_err(io)?;
        Ok(Driver { manifest: folder.join("Cargo.toml"), _lock: lock_file })
    }
}

/// Opens a file that one command at a time may have.
fn locked(path: &Path) -> io::Result<File> {
    let file = File::create(path)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            say("waiting for another traitwire that reads these crates");
            file.lock()?;
        }
        // Some file systems have no locks. Cargo goes on without as well.
        Err(TryLockError::Error(_)) | Ok(()) => {}
    }
    Ok(file)
}

/// Versions are the user's. Cargo drops from the driver's lock what the driver does not need, so a copy
/// tells whether the user's lock has changed since.
fn lock(metadata: &Metadata, folder: &Path, manifest_changed: bool) -> io::Result<()> {
    let (user, copy) = (metadata.workspace_root.join("Cargo.lock"), folder.join("user.lock"));
    let locked = match fs::read_to_string(user) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let changed = fs::read(&copy).map_or(true, |before| before != locked.as_bytes());
    if changed || manifest_changed || !folder.join("Cargo.lock").exists() {
        write_if_changed(&folder.join("Cargo.lock"), &locked)?;
    }
    // Last, so that an interrupted run is made up for.
    write_if_changed(&copy, &locked)?;
    Ok(())
}

fn code(choice: &Choice<'_>) -> String {
    let mut code =
        "// Written by traitwire. Links the crates below and prints their interfaces.\n\n"
            .to_owned();
    for (index, chosen) in choice.packages.iter().enumerate() {
        code += &format!("use interfaces_{index} as _; // {}\n", chosen.package.name);
    }
    code += "\nfn main() -> std::process::ExitCode {\n    traitwire::driver::main()\n}\n";
    code
}

fn manifest(
    name: &str,
    metadata: &Metadata,
    choice: &Choice<'_>,
    traitwire: &Package,
) -> Result<String, Failure> {
    let mut dependencies = Table::new();
    for (index, chosen) in choice.packages.iter().enumerate() {
        let mut on = Table::new();
        on.insert("package".into(), chosen.package.name.as_str().into());
        on.insert("path".into(), path(chosen.package.folder()));
        on.insert("default-features".into(), chosen.default_features.into());
        let features = chosen.features.iter().map(|feature| Value::from(*feature));
        on.insert("features".into(), Value::Array(features.collect()));
        // The name of the library does not matter then, nor whether two are alike.
        dependencies.insert(format!("interfaces_{index}"), on.into());
    }
    dependencies.insert("traitwire".into(), dependency(traitwire)?.into());

    let package = Table::from_iter([
        ("name".to_owned(), Value::from(name)),
        ("version".to_owned(), "0.0.0".into()),
        ("edition".to_owned(), "2021".into()),
        ("publish".to_owned(), false.into()),
    ]);
    let mut manifest = Table::from_iter([
        ("package".to_owned(), Value::from(package)),
        ("dependencies".to_owned(), dependencies.into()),
        // Host and target apart, as in every current workspace.
        ("workspace".to_owned(), Table::from_iter([("resolver".to_owned(), "2".into())]).into()),
    ]);
    carry_over(&mut manifest, metadata, choice)?;
    let ours = [name, "traitwire", "traitwire-schema"].into_iter();
    let theirs = choice.packages.iter().map(|chosen| chosen.package.name.as_str());
    without_debug_info(&mut manifest, ours.chain(theirs));
    toml::to_string(&manifest).map_err(|error| {
        let title = format!("the driver's manifest could not be written: {error}");
        Failure::new(Exit::Unexpected, Report::error(title))
    })
}

/// The dependency on traitwire, from where the user's crates have it: another source would be another
/// crate, in which nothing is registered.
fn dependency(traitwire: &Package) -> Result<Table, Failure> {
    let mut on = Table::new();
    on.insert("default-features".into(), false.into());
    on.insert("features".into(), Value::Array(vec!["driver".into()]));
    let Some(source) = &traitwire.source else {
        on.insert("path".into(), path(traitwire.folder()));
        return Ok(on);
    };
    match source.split_once('+') {
        Some(("git", url)) => {
            let url = url.split('#').next().unwrap_or(url);
            let (url, query) = url.split_once('?').unwrap_or((url, ""));
            on.insert("git".into(), url.into());
            // The user's lock says which commit it is; this says how it was asked for, which is a part
            // of the source's identity.
            for pair in query.split('&') {
                if let Some((key @ ("branch" | "tag" | "rev"), value)) = pair.split_once('=') {
                    on.insert(key.into(), unescaped(value).into());
                }
            }
        }
        Some(("registry" | "sparse", url)) => {
            on.insert("version".into(), format!("={}", traitwire.version).into());
            if url != "https://github.com/rust-lang/crates.io-index" {
                let index = source.strip_prefix("registry+").unwrap_or(source);
                on.insert("registry-index".into(), index.into());
            }
        }
        _ => {
            return Err(Failure::usage(format!(
                "traitwire comes from `{source}`, which is no source \
                 that a driver can be written for"
            ))
            .help("write a driver yourself: `driver` under `[schema]` in traitwire.toml"));
        }
    }
    Ok(on)
}

/// Undoes percent-encoding, which cargo applies to the names of branches and tags.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What the root manifest of the user's workspace says of all its packages.
fn carry_over(
    manifest: &mut Table,
    metadata: &Metadata,
    choice: &Choice<'_>,
) -> Result<(), Failure> {
    let root = metadata.workspace_root.join("Cargo.toml");
    let text = fs::read_to_string(&root)
        .map_err(|error| Failure::io(format!("`{}` could not be read", root.display()), &error))?;
    let root: Table = text
        .parse()
        .map_err(|error| Failure::usage(format!("`{}` is no TOML: {error}", root.display())))?;
    // Settings of a profile may be behind one.
    if let Some(features) = root.get("cargo-features") {
        manifest.insert("cargo-features".into(), features.clone());
    }
    if let Some(Value::Table(sources)) = root.get("patch") {
        let needed = declared(metadata, choice);
        let mut patch = Table::new();
        for (source, replacements) in sources {
            let Value::Table(replacements) = replacements else { continue };
            let replacements: Table = replacements
                .iter()
                // Cargo warns of a patch that replaces nothing.
                .filter(|(key, value)| {
                    let name = value.get("package").and_then(Value::as_str).unwrap_or(key);
                    needed.contains(name)
                })
                .map(|(key, value)| (key.clone(), absolute(value, &metadata.workspace_root)))
                .collect();
            if !replacements.is_empty() {
                patch.insert(source.clone(), replacements.into());
            }
        }
        if !patch.is_empty() {
            manifest.insert("patch".into(), patch.into());
        }
    }
    if let Some(Value::Table(replace)) = root.get("replace") {
        let replace = replace
            .iter()
            .map(|(spec, value)| (spec.clone(), absolute(value, &metadata.workspace_root)));
        manifest.insert("replace".into(), replace.collect::<Table>().into());
    }
    if let Some(Value::Table(profiles)) = root.get("profile") {
        // With other settings nothing could be shared with the user's builds, and `--profile` would
        // name nothing.
        let mut profiles = profiles.clone();
        for (_, profile) in &mut profiles {
            if let Some(Value::Table(packages)) = profile.get_mut("package") {
                // Cargo warns of settings for a package that is not there.
                packages.retain(|spec, _| spec == "*");
            }
        }
        manifest.insert("profile".into(), profiles.into());
    }
    Ok(())
}

/// Nobody debugs the driver. These packages are built for it alone (another folder, another feature), so
/// that this costs no sharing.
fn without_debug_info<'a>(manifest: &mut Table, names: impl Iterator<Item = &'a str>) {
    let mut table = manifest;
    for key in ["profile", "dev", "package"] {
        let inner = table.entry(key).or_insert_with(|| Table::new().into());
        let Some(inner) = inner.as_table_mut() else { return };
        table = inner;
    }
    for name in names {
        let setting = Table::from_iter([("debug".to_owned(), Value::from(0))]);
        table.insert(name.to_owned(), setting.into());
    }
}

/// The names of all packages that the chosen ones may be built from, whatever their features.
fn declared<'a>(metadata: &'a Metadata, choice: &Choice<'a>) -> BTreeSet<&'a str> {
    let mut names = BTreeSet::new();
    let mut left: Vec<&str> =
        choice.packages.iter().map(|chosen| chosen.package.name.as_str()).collect();
    left.push("traitwire");
    while let Some(name) = left.pop() {
        if names.insert(name) {
            for package in metadata.packages.iter().filter(|package| package.name == name) {
                let built =
                    package.dependencies.iter().filter(|on| on.kind.as_deref() != Some("dev"));
                left.extend(built.map(|on| on.name.as_str()));
            }
        }
    }
    names
}

/// A dependency whose path begins at the root of the file system.
fn absolute(dependency: &Value, root: &Path) -> Value {
    let mut dependency = dependency.clone();
    if let Some(relative) = dependency.get("path").and_then(Value::as_str) {
        let absolute = path(&root.join(relative));
        if let Some(table) = dependency.as_table_mut() {
            table.insert("path".into(), absolute);
        }
    }
    dependency
}

fn path(path: &Path) -> Value {
    path.display().to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(source: Option<&str>) -> Package {
        Package {
            id: "id".into(),
            name: "traitwire".into(),
            version: "1.2.3".into(),
            source: source.map(str::to_owned),
            manifest_path: "/src/traitwire/Cargo.toml".into(),
            dependencies: Vec::new(),
            targets: Vec::new(),
            features: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn traitwire_comes_from_where_the_user_has_it() {
        let shown = |source| {
            let mut table = dependency(&package(source)).unwrap();
            assert_eq!(table.remove("default-features"), Some(false.into()));
            assert!(table.remove("features").unwrap().to_string().contains("driver"));
            toml::to_string(&table).unwrap()
        };
        assert_eq!(shown(None), "path = \"/src/traitwire\"\n");
        assert_eq!(
            shown(Some("registry+https://github.com/rust-lang/crates.io-index")),
            "version = \"=1.2.3\"\n"
        );
        assert_eq!(
            shown(Some("registry+https://example.com/index")),
            "registry-index = \"https://example.com/index\"\nversion = \"=1.2.3\"\n"
        );
        assert_eq!(
            shown(Some("sparse+https://example.com/index/")),
            "registry-index = \"sparse+https://example.com/index/\"\nversion = \"=1.2.3\"\n"
        );
        assert_eq!(
            shown(Some("git+https://example.com/t.git?branch=a%2Fb#0123abcd")),
            "branch = \"a/b\"\ngit = \"https://example.com/t.git\"\n"
        );
        assert_eq!(
            shown(Some("git+https://example.com/t.git#0123abcd")),
            "git = \"https://example.com/t.git\"\n"
        );
        assert!(dependency(&package(Some("directory+file:///x"))).is_err());
    }
}
