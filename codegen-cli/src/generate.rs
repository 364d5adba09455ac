//! What does the schema make of the targets, and does it differ from what is there?

use std::time::Instant;

use similar::TextDiff;
use traitwire_schema::names::did_you_mean;
use traitwire_schema::walk::Schema;
use traitwire_schema::{Body, Shape, Source};

use crate::args::GenerateArgs;
use crate::cargo::Loaded;
use crate::config::{Config, FILE, Kind, Target};
use crate::emit::{File, Problem, json_schema, openapi, typescript};
use crate::output::{Change, Plan};
use crate::report::{Exit, Failure, Report, count, print, say};
use crate::{load, select};

const EXAMPLE: &str = "for example:\n\n[[target]]\nkind = \"typescript\"\nout = \"web/src/api\"";

/// Writes or compares all targets. `name` is what the user calls the program.
pub(crate) fn run(name: &str, args: &GenerateArgs) -> Result<(), Failure> {
    let begin = Instant::now();
    let Some(config) = Config::load(args.schema.config_file.as_deref())? else {
        return Err(Failure::usage(format!("there is no {FILE} in this folder or above it"))
            .help(format!("write one that says what to generate, {EXAMPLE}")));
    };
    if config.targets.is_empty() {
        return Err(Failure::usage(format!("{FILE} has no target, so there is nothing to write"))
            .help(format!("add one, {EXAMPLE}")));
    }
    let loaded = load::load(&args.schema, Some(&config))?;
    let mut plan = plan(&config, &loaded, args.force)?;
    if !loaded.complete {
        for kept in plan.keep_leftovers() {
            say(&format!("{:>9} {kept}: an interface that is left out may need it", "kept"));
        }
    }
    if args.check {
        return check(name, &plan);
    }
    let done = plan.write()?;
    for change in done {
        say(&format!("{:>9} {}", change.verb(), change.shown()));
    }
    let written = done.iter().filter(|change| !matches!(change, Change::Remove { .. })).count();
    let removed = match done.len() - written {
        0 => String::new(),
        removed => format!(", {removed} removed"),
    };
    say(&format!(
        "{} of {}: {written} written, {} unchanged{removed} ({:.2} s)",
        count(plan.files(), "file"),
        count(loaded.schema.interfaces.len(), "interface"),
        plan.files() - written,
        begin.elapsed().as_secs_f64()
    ));
    Ok(())
}

/// What all targets come to.
fn plan(config: &Config, loaded: &Loaded, force: bool) -> Result<Plan, Failure> {
    let mut reports: Vec<Report> = loaded
        .schema
        .unreadable()
        .iter()
        .map(|unreadable| {
            let report =
                Report::error(format!("serde could not read back every value: {unreadable}"));
            loaded.folders.report(report, &unreadable.source, "").help(unreadable.trap.help())
        })
        .collect();
    let mut texts = Vec::new();
    for target in &config.targets {
        reports.extend(unknown_names(config, target, &loaded.schema));
        if !reports.is_empty() {
            continue;
        }
        let schema = select::only(&loaded.schema, |interface| match &target.interfaces {
            None => true,
            Some(names) => names.iter().any(|name| select::means(&name.value, interface)),
        });
        match emit(&target.kind, &schema) {
            Ok(files) => texts.push((target, files)),
            Err(problems) => {
                reports.extend(problems.iter().map(|problem| shown(problem, target, loaded)));
            }
        }
    }
    if reports.is_empty() {
        Plan::new(config, texts, force)
    } else {
        Err(Failure { exit: Exit::Usage, reports })
    }
}

fn emit(kind: &Kind, schema: &Schema) -> Result<Vec<File>, Vec<Problem>> {
    match kind {
        Kind::TypeScript(options) => typescript::emit(schema, options),
        Kind::OpenApi(options) => openapi::emit(schema, options),
        Kind::JsonSchema(options) => json_schema::emit(schema, options),
        Kind::Schema => {
            let text = without_places(schema.clone()).to_json();
            Ok(vec![File { path: "schema.json".to_owned(), text }])
        }
    }
}

/// A document that stays the same when a line of Rust moves.
fn without_places(mut schema: Schema) -> Schema {
    let clear = |shape: &mut Shape| {
        if let Shape::Fields(fields) = shape {
            for field in fields.to_mut() {
                field.source = Source::default();
            }
        }
    };
    for interface in &mut schema.interfaces {
        interface.source = Source::default();
        for method in interface.methods.to_mut() {
            method.source = Source::default();
        }
    }
    for def in schema.types.values_mut() {
        def.source = Source::default();
        match &mut def.body {
            Body::Struct(body) => clear(&mut body.shape),
            Body::Enum(body) => {
                for variant in body.variants.to_mut() {
                    clear(&mut variant.shape);
                }
            }
        }
    }
    schema
}

/// Interfaces and types that a target names and the schema does not have.
fn unknown_names(config: &Config, target: &Target, schema: &Schema) -> Vec<Report> {
    let mut reports = Vec::new();
    for name in target.interfaces.iter().flatten() {
        if !schema.interfaces.iter().any(|interface| select::means(&name.value, interface)) {
            let title = format!("there is no interface `{}`", name.value);
            let near = select::nearest(&name.value, schema);
            reports.push(config.error(title, &name.span, &near));
        }
    }
    let known: Vec<String> = schema.types.keys().map(ToString::to_string).collect();
    for path in &target.paths {
        if !known.contains(&path.value) {
            let title = format!("no interface uses a type `{}`", path.value);
            let last = |path: &str| path.rsplit("::").next().map(str::to_owned);
            let same_name = known.iter().find(|one| last(one) == last(&path.value));
            let near = did_you_mean(&path.value, known.iter().map(String::as_str))
                .or(same_name.map(String::as_str));
            let label = near.map_or_else(String::new, |near| format!("did you mean `{near}`?"));
            reports.push(config.error(title, &path.span, &label));
        }
    }
    reports
}

/// An emitter's problem at the line of Rust that causes it.
fn shown(problem: &Problem, target: &Target, loaded: &Loaded) -> Report {
    let report = Report::error(format!("{}: {}", target.kind.name(), problem.message));
    let report = loaded.folders.report(report, &problem.source, &problem.label);
    match &problem.help {
        Some(help) => report.help(help),
        None => report,
    }
}

/// Prints what would change.
fn check(name: &str, plan: &Plan) -> Result<(), Failure> {
    let mut diff = String::new();
    for change in plan.changes() {
        let shown = change.shown();
        let (before, after) = (change.before(), change.after());
        let old = if change.is_new() { "/dev/null".to_owned() } else { format!("a/{shown}") };
        let new = match change {
            Change::Remove { .. } => "/dev/null".to_owned(),
            Change::Write { .. } => format!("b/{shown}"),
        };
        let lines = TextDiff::from_lines(&*before, after);
        diff += &lines.unified_diff().header(&old, &new).to_string();
    }
    let stale = plan.changes().len();
    if stale == 0 {
        say(&format!("{} up to date", count(plan.files(), "file")));
        return Ok(());
    }
    print(&diff)?;
    let title = match stale {
        1 => "1 file is not up to date".to_owned(),
        _ => format!("{stale} files are not up to date"),
    };
    let mut report = Report::error(title);
    for change in plan.changes() {
        report = report.note(match change {
            Change::Write { .. } if change.is_new() => format!("{} is missing", change.shown()),
            Change::Write { .. } => format!("{} differs", change.shown()),
            Change::Remove { .. } => format!("{} is left over", change.shown()),
        });
    }
    let report = report.help(format!("run `{name} generate`, and commit what it writes"));
    Err(Failure::new(Exit::Stale, report))
}
