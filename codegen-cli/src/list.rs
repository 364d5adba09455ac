//! Which interfaces are there?

use serde::Serialize;
use traitwire_schema::version::{Series, parse};
use traitwire_schema::{End, Interface, InterfaceKind};

use crate::args::{Format, ListArgs};
use crate::config::Config;
use crate::load;
use crate::report::{Exit, Failure, Report, print, print_text};

/// A row of the list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    name: &'a str,
    version: &'a str,
    kind: InterfaceKind,
    served_by: End,
    series: String,
    methods: usize,
    file: &'a str,
    line: u32,
}

/// Prints the list.
pub(crate) fn run(args: &ListArgs) -> Result<(), Failure> {
    let config = Config::load(args.schema.config_file.as_deref())?;
    let loaded = load::load(&args.schema, config.as_ref())?;
    let rows: Vec<Row<'_>> = loaded.schema.interfaces.iter().map(row).collect();
    match args.format {
        Format::Human => print_text(&table(&rows)),
        Format::Json => {
            let json = serde_json::to_string_pretty(&rows).map_err(|error| {
                Failure::new(Exit::Unexpected, Report::error(error.to_string()))
            })?;
            print(&format!("{json}\n"))
        }
    }
}

fn row(interface: &Interface) -> Row<'_> {
    Row {
        name: &interface.name,
        version: &interface.version,
        kind: interface.kind,
        served_by: interface.served_by,
        series: series(interface),
        methods: interface.methods.len(),
        file: &interface.source.file,
        line: interface.source.line,
    }
}

/// What stands for the version in a path.
pub(crate) fn series(interface: &Interface) -> String {
    // A document may say anything.
    parse(&interface.version)
        .map_or_else(|_| "?".to_owned(), |version| Series::of(&version).to_string())
}

/// `rpc`, or `ipc` with the end that serves it.
pub(crate) fn kind(kind: InterfaceKind, served_by: End) -> &'static str {
    match (kind, served_by) {
        (InterfaceKind::Rpc, _) => "rpc",
        (InterfaceKind::Ipc, End::Backend) => "ipc, by the backend",
        (InterfaceKind::Ipc, End::Frontend) => "ipc, by the frontend",
    }
}

fn table(rows: &[Row<'_>]) -> String {
    let head = ["interface", "version", "kind", "series", "methods", "place"].map(str::to_owned);
    let mut lines = vec![head];
    lines.extend(rows.iter().map(|row| {
        [
            row.name.to_owned(),
            row.version.to_owned(),
            kind(row.kind, row.served_by).to_owned(),
            row.series.clone(),
            row.methods.to_string(),
            match (row.file, row.line) {
                ("", _) => "-".to_owned(),
                (file, line) => format!("{file}:{line}"),
            },
        ]
    }));
    columns(&lines)
}

/// Columns as wide as they need to be.
fn columns<const N: usize>(lines: &[[String; N]]) -> String {
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max();
    let widths: [usize; N] = std::array::from_fn(|column| width(column).unwrap_or_default());
    let mut text = String::new();
    for line in lines {
        let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        text += line.trim_end();
        text.push('\n');
    }
    text
}
