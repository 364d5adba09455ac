//! What does cargo know of the user's workspace?

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;

use super::command::Cargo;
use crate::report::{Exit, Failure};

/// The parts of `cargo metadata --format-version 1` that matter here.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    pub(crate) workspace_members: Vec<String>,
    pub(crate) workspace_root: PathBuf,
    pub(crate) target_directory: PathBuf,
    resolve: Resolve,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    /// Absent for a package from a path.
    pub(crate) source: Option<String>,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
    pub(crate) targets: Vec<Target>,
    pub(crate) features: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `dev`, `build`, or nothing.
    pub(crate) kind: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Target {
    pub(crate) kind: Vec<String>,
    pub(crate) name: String,
    pub(crate) src_path: PathBuf,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dep>,
}

#[derive(Debug, Deserialize)]
struct Dep {
    pkg: String,
    dep_kinds: Vec<DepKind>,
}

#[derive(Debug, Deserialize)]
struct DepKind {
    kind: Option<String>,
}

impl Package {
    /// The folder of its manifest.
    pub(crate) fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(&self.manifest_path)
    }

    /// The target that others can depend on; a macro crate has none that could declare a trait.
    pub(crate) fn library(&self) -> Option<&Target> {
        let linkable =
            |target: &&Target| target.kind.iter().any(|kind| kind == "lib" || kind == "rlib");
        self.targets.iter().find(linkable)
    }

    /// The kind of a library that no Rust code can depend on, if there is no other.
    pub(crate) fn unlinkable(&self) -> Option<&str> {
        let kinds = self.targets.iter().flat_map(|target| &target.kind).map(String::as_str);
        let mut unlinkable =
            kinds.filter(|kind| ["cdylib", "staticlib", "proc-macro"].contains(kind));
        if self.library().is_none() { unlinkable.next() } else { None }
    }

    /// The programs of the package.
    pub(crate) fn binaries(&self) -> impl Iterator<Item = &Target> {
        self.targets.iter().filter(|target| target.kind.iter().any(|kind| kind == "bin"))
    }

    /// Whether its own code names traitwire, under whatever name.
    pub(crate) fn uses_traitwire(&self) -> bool {
        self.dependencies.iter().any(|on| on.name == "traitwire" && on.kind.is_none())
    }
}

impl Metadata {
    /// Asks cargo. With `--locked`, this is where it says that the user's Cargo.lock is not current.
    pub(crate) fn load(cargo: &Cargo<'_>) -> Result<Metadata, Failure> {
        let mut command = cargo.command("metadata");
        // Without it, cargo would fetch what only other platforms need.
        command.args(["--format-version=1", "--filter-platform=host-tuple"]);
        cargo.user_manifest(&mut command);
        if cargo.args.locked || cargo.args.frozen {
            command.arg("--locked");
        }
        let output =
            command.stderr(Stdio::inherit()).output().map_err(|error| Cargo::absent(&error))?;
        if !output.status.success() {
            // Cargo has said why.
            return Err(Failure { exit: Exit::Build, reports: Vec::new() });
        }
        serde_json::from_slice(&output.stdout).map_err(|error| {
            Failure::usage(format!("the answer of `cargo metadata` cannot be read: {error}"))
        })
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| self.workspace_members.contains(&package.id))
    }

    /// The packages that these are built from, themselves among them, without those of their tests.
    pub(crate) fn reach<'a>(
        &'a self,
        from: impl IntoIterator<Item = &'a str>,
    ) -> BTreeSet<&'a str> {
        let nodes: BTreeMap<&str, &Node> =
            self.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
        let mut reached = BTreeSet::new();
        let mut left: Vec<&str> = from.into_iter().collect();
        while let Some(id) = left.pop() {
            if reached.insert(id)
                && let Some(node) = nodes.get(id)
            {
                left.extend(node.built_from());
            }
        }
        reached
    }

    /// The packages among `within` that depend on this one.
    pub(crate) fn dependents(&self, on: &str, within: &BTreeSet<&str>) -> Vec<&str> {
        let nodes = self.resolve.nodes.iter();
        let ids: Vec<&str> = nodes
            .filter(|node| within.contains(node.id.as_str()))
            .filter(|node| node.built_from().any(|id| id == on))
            .map(|node| node.id.as_str())
            .collect();
        let packages = self.packages.iter().filter(|package| ids.contains(&package.id.as_str()));
        packages.map(|package| package.name.as_str()).collect()
    }
}

impl Node {
    fn built_from(&self) -> impl Iterator<Item = &str> {
        let counts = |dep: &&Dep| {
            dep.dep_kinds.iter().any(|kind| kind.kind.as_deref().is_none_or(|kind| kind == "build"))
        };
        self.deps.iter().filter(counts).map(|dep| dep.pkg.as_str())
    }
}
