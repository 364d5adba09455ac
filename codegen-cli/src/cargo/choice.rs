//! Which packages are asked for their interfaces, with which features, and which traitwire do they use?

use std::collections::BTreeMap;

use traitwire_schema::names::did_you_mean;

use super::metadata::{Metadata, Package};
use crate::args::CargoArgs;
use crate::config::{Config, Spanned};
use crate::report::{Exit, Failure, Report, names};

/// What the driver links.
#[derive(Debug)]
pub(crate) struct Choice<'a> {
    pub(crate) packages: Vec<Chosen<'a>>,
    /// Members that use traitwire and were left out by name.
    pub(crate) left_out: Vec<&'a Package>,
    /// Members that use traitwire and have no library.
    pub(crate) programs: Vec<&'a Package>,
}

/// A package and its features.
#[derive(Debug)]
pub(crate) struct Chosen<'a> {
    pub(crate) package: &'a Package,
    pub(crate) features: Vec<&'a str>,
    pub(crate) default_features: bool,
}

/// Chooses among the members of the workspace.
pub(crate) fn choose<'a>(
    metadata: &'a Metadata,
    args: &CargoArgs,
    config: Option<&Config>,
) -> Result<Choice<'a>, Failure> {
    let users: Vec<&Package> =
        metadata.members().filter(|package| package.uses_traitwire()).collect();
    let named = named(metadata, args, config)?;
    let (chosen, left_out): (Vec<&Package>, Vec<&Package>) = match &named {
        None => (users.clone(), Vec::new()),
        Some(named) => {
            let left_out = users.iter().filter(|user| !named.iter().any(|one| one.id == user.id));
            (named.clone(), left_out.copied().collect())
        }
    };
    let (libraries, programs): (Vec<&Package>, Vec<&Package>) =
        chosen.into_iter().partition(|package| package.library().is_some());
    if config.is_some_and(|config| config.schema.driver.is_some()) {
        // It links what it needs, and may be a program itself.
        let packages = features(libraries, args, config)?;
        return Ok(Choice { packages, left_out, programs });
    }
    let programs_only = libraries.is_empty() || named.is_some();
    if let (Some(program), true) = (programs.first(), programs_only) {
        if let Some(kind) = program.unlinkable() {
            return Err(unlinkable(program, kind).into());
        }
        return Err(Failure::usage(format!(
            "the package `{}` has no library target, and a program cannot be linked to read its \
             interfaces",
            program.name
        ))
        .help("move the annotated traits to its src/lib.rs, or to a crate of their own"));
    }
    if libraries.is_empty() {
        return Err(Failure::usage(format!(
            "no package of the workspace `{}` depends on traitwire",
            metadata.workspace_root.display()
        ))
        .help("run `cargo add traitwire --no-default-features` in the crate of your interfaces"));
    }
    let packages = features(libraries, args, config)?;
    Ok(Choice { packages, left_out, programs })
}

/// A package whose library nobody can link, and the way out.
pub(crate) fn unlinkable(package: &Package, kind: &str) -> Report {
    let name = &package.name;
    let title = format!(
        "the library of the package `{name}` is a {kind} only, which cannot be linked to read its \
         interfaces"
    );
    Report::error(title).help(match kind {
        "proc-macro" => "move the annotated traits to a crate of their own".to_owned(),
        _ => format!("add \"lib\" to it: `crate-type = [\"{kind}\", \"lib\"]` under `[lib]`"),
    })
}

/// The packages that `-p` or `packages` name, if one of them is given.
fn named<'a>(
    metadata: &'a Metadata,
    args: &CargoArgs,
    config: Option<&Config>,
) -> Result<Option<Vec<&'a Package>>, Failure> {
    let find = |name: &str| {
        metadata
            .members()
            .find(|package| {
                package.name == name || format!("{}@{}", package.name, package.version) == name
            })
            .ok_or_else(|| {
                let title = format!("the workspace has no package `{name}`");
                (title, did_you_mean(name, metadata.members().map(|package| package.name.as_str())))
            })
    };
    if !args.package.is_empty() {
        let found = args.package.iter().map(|name| {
            find(name).map_err(|(title, near)| {
                let failure = Failure::usage(title);
                match near {
                    Some(near) => failure.help(format!("did you mean `{near}`?")),
                    None => failure,
                }
            })
        });
        return found.collect::<Result<_, _>>().map(Some);
    }
    let Some(config) = config.filter(|config| !config.schema.packages.is_empty()) else {
        return Ok(None);
    };
    let found = config.schema.packages.iter().map(|Spanned { value, span }| {
        find(value).map_err(|(title, near)| {
            let label = near.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
            Failure::from(config.error(title, span, &label))
        })
    });
    found.collect::<Result<_, _>>().map(Some)
}

/// Gives each feature to every package that has it, as cargo does.
fn features<'a>(
    packages: Vec<&'a Package>,
    args: &CargoArgs,
    config: Option<&Config>,
) -> Result<Vec<Chosen<'a>>, Failure> {
    let section = config.map(|config| &config.schema);
    let all = args.all_features || section.is_some_and(|section| section.all_features);
    let default =
        !(args.no_default_features || section.is_some_and(|section| section.no_default_features));
    let mut wanted: Vec<(String, Option<&Spanned<String>>)> =
        args.features().map(|feature| (feature.to_owned(), None)).collect();
    wanted.extend(
        section
            .into_iter()
            .flat_map(|section| &section.features)
            .map(|one| (one.value.clone(), Some(one))),
    );
    let mut given: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (feature, place) in &wanted {
        let (only, feature) = match feature.split_once('/') {
            Some((package, feature)) => (Some(package), feature),
            None => (None, feature.as_str()),
        };
        let mut found = false;
        for package in &packages {
            if only.is_none_or(|only| only == package.name)
                && let Some((feature, _)) = package.features.get_key_value(feature)
            {
                given.entry(&package.id).or_default().push(feature);
                found = true;
            }
        }
        if !found {
            return Err(no_feature(&packages, only, feature, config.zip(*place)));
        }
    }
    let chosen = packages.into_iter().map(|package| Chosen {
        package,
        features: if all {
            package.features.keys().map(String::as_str).collect()
        } else {
            let mut features = given.remove(package.id.as_str()).unwrap_or_default();
            features.sort_unstable();
            features.dedup();
            features
        },
        default_features: default,
    });
    Ok(chosen.collect())
}

fn no_feature(
    packages: &[&Package],
    only: Option<&str>,
    feature: &str,
    place: Option<(&Config, &Spanned<String>)>,
) -> Failure {
    let asked = packages.iter().filter(|package| only.is_none_or(|only| only == package.name));
    let asked: Vec<&Package> = asked.copied().collect();
    let title = match (asked.as_slice(), only) {
        ([], Some(only)) => format!("`{only}` is none of the packages that are read"),
        _ => format!("no feature `{feature}` in {}", names(asked.iter().map(|one| &one.name))),
    };
    let known = asked.iter().flat_map(|package| package.features.keys()).map(String::as_str);
    let near = did_you_mean(feature, known).map(|near| format!("did you mean `{near}`?"));
    let report = match place {
        Some((config, place)) => {
            config.error(title, &place.span, near.as_deref().unwrap_or_default())
        }
        None => match near {
            Some(near) => Report::error(title).help(near),
            None => Report::error(title),
        },
    };
    Failure::new(Exit::Usage, report)
}

/// The traitwire that the chosen packages use. There must be one: interfaces register with the
/// traitwire that they were compiled with, and another would not see them.
pub(crate) fn traitwire<'a>(
    metadata: &'a Metadata,
    choice: &Choice<'a>,
) -> Result<&'a Package, Failure> {
    let from = choice.packages.iter().map(|chosen| chosen.package.id.as_str());
    let reached = metadata.reach(from);
    let all = || metadata.packages.iter().filter(|package| package.name == "traitwire");
    let mut found: Vec<&Package> =
        all().filter(|package| reached.contains(package.id.as_str())).collect();
    if found.is_empty() {
        // An optional dependency that is off by default.
        found = all().collect();
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(Failure::usage("no chosen package uses traitwire as it is built here").help(
            "traitwire seems to be an optional dependency: turn its feature on with `--features`",
        )),
        many => {
            let mut failure = Failure::usage(format!(
                "there are {} versions of traitwire, and each knows only its own interfaces",
                many.len()
            ));
            for package in many {
                let place = match &package.source {
                    Some(source) => source.split('#').next().unwrap_or(source).to_owned(),
                    None => package.folder().display().to_string(),
                };
                let by = names(metadata.dependents(&package.id, &reached));
                failure = failure
                    .note(format!("traitwire {} ({place}) is used by {by}", package.version));
            }
            Err(failure.help(
                "let them depend on one version, or name packages of one version with `-p` or \
                 `packages`",
            ))
        }
    }
}
