//! What do the tables of `traitwire.toml` mean, and which of their keys are wrong?

use std::ops::Range;
use std::path::Path;

use toml::Spanned as Located;
use toml::de::{DeTable, DeValue};
use traitwire_schema::names::did_you_mean;

use super::{Kind, Names, SchemaSection, Spanned, Target};
use crate::emit::{json_schema, openapi, typescript};
use crate::report::{Report, names};

/// The tables of the file.
pub(super) const TABLES: &[&str] = &["schema", "target"];
/// The keys of `[schema]`.
pub(super) const SCHEMA: &[&str] = &[
    "packages",
    "features",
    "all-features",
    "no-default-features",
    "manifest-path",
    "driver",
    "from",
];
/// The keys of every `[[target]]`.
pub(super) const TARGET: &[&str] = &["kind", "out", "interfaces"];
/// The kinds of targets, each with the keys that only it has.
pub(super) const KINDS: &[(&str, &[&str])] = &[
    ("typescript", &["runtime", "import_extension", "names"]),
    ("openapi", &["title", "servers", "names"]),
    ("json-schema", &["id", "names"]),
    ("schema", &[]),
];
/// What imports of generated TypeScript may end with.
pub(super) const EXTENSIONS: &[&str] = &[".js", ".ts", ""];

/// What the file says.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) schema: SchemaSection,
    pub(super) targets: Vec<Target>,
}

/// Reads the text, and finds all mistakes in it.
pub(super) fn read(text: &str, shown: &str) -> Result<Read, Vec<Report>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut mistakes = Mistakes { shown, text, reports: Vec::new() };
    for error in &errors {
        let span = error.span().unwrap_or(0..0);
        mistakes.add(format!("this is no TOML: {}", error.message()), span, "");
    }
    if !errors.is_empty() {
        return Err(mistakes.reports);
    }
    let root = document.get_ref();
    mistakes.unknown_keys(root, TABLES, "a table of traitwire.toml");
    let schema = match root.get("schema") {
        None => SchemaSection::default(),
        Some(value) => match value.get_ref() {
            DeValue::Table(table) => schema(table, value.span(), &mut mistakes),
            _ => {
                mistakes.add("`schema` is a table: `[schema]`", value.span(), "");
                SchemaSection::default()
            }
        },
    };
    let mut targets = Vec::new();
    if let Some(value) = root.get("target") {
        match value.get_ref() {
            DeValue::Array(array) => {
                for item in array {
                    match item.get_ref() {
                        DeValue::Table(table) => {
                            targets.extend(target(table, &item.span(), &mut mistakes));
                        }
                        _ => mistakes.add("a target is a table: `[[target]]`", item.span(), ""),
                    }
                }
            }
            _ => mistakes.add(
                "there may be many targets, so each has two pairs of brackets: `[[target]]`",
                value.span(),
                "",
            ),
        }
    }
    if mistakes.reports.is_empty() { Ok(Read { schema, targets }) } else { Err(mistakes.reports) }
}

fn schema(table: &DeTable<'_>, span: Range<usize>, mistakes: &mut Mistakes<'_>) -> SchemaSection {
    mistakes.unknown_keys(table, SCHEMA, "an option of `[schema]`");
    let section = SchemaSection {
        packages: mistakes.texts(table, "packages").unwrap_or_default(),
        features: mistakes.texts(table, "features").unwrap_or_default(),
        all_features: mistakes.flag(table, "all-features"),
        no_default_features: mistakes.flag(table, "no-default-features"),
        manifest_path: mistakes.text(table, "manifest-path").map(|text| text.value),
        driver: mistakes.text(table, "driver").map(|text| text.value),
        from: mistakes.text(table, "from").map(|text| text.value),
    };
    if section.from.is_some() {
        let others = || SCHEMA.iter().filter(|key| **key != "from" && table.contains_key(**key));
        if let Some(first) = others().next() {
            let span = table.get(*first).map_or(span, Located::span);
            mistakes.add(
                format!(
                    "`from` names a finished schema, so {} cannot stand beside it",
                    names(others())
                ),
                span,
                "",
            );
        }
    }
    section
}

/// Whether it ends as a file does that a target writes.
fn names_a_file(out: &str) -> bool {
    let end = Path::new(out).extension();
    end.is_some_and(|end| ["json", "ts", "yaml", "yml"].iter().any(|known| end == *known))
}

/// Where the interfaces are mounted, as OpenAPI understands it.
fn servers(table: &DeTable<'_>, mistakes: &mut Mistakes<'_>) -> Vec<String> {
    let servers = mistakes.texts(table, "servers").unwrap_or_default();
    for server in &servers {
        let known = ["http://", "https://", "/"];
        if !known.iter().any(|begin| server.value.starts_with(begin)) {
            mistakes.add(
                "a server begins with `http://` or `https://`, or with `/` for the document's own",
                server.span.clone(),
                "",
            );
        }
    }
    servers.into_iter().map(|server| server.value).collect()
}

/// What the `$id` of a document begins with.
fn id(table: &DeTable<'_>, mistakes: &mut Mistakes<'_>) -> Option<String> {
    let id = mistakes.text(table, "id")?;
    let is_absolute =
        ["http://", "https://", "urn:"].iter().any(|begin| id.value.starts_with(begin));
    if !is_absolute || id.value.contains(|c: char| c.is_whitespace() || c.is_control() || c == '#')
    {
        mistakes.add(
            "an `id` is a URI that begins with `https://`, `http://` or `urn:`, without a fragment",
            id.span.clone(),
            "",
        );
    }
    Some(id.value)
}

fn target(table: &DeTable<'_>, span: &Range<usize>, mistakes: &mut Mistakes<'_>) -> Option<Target> {
    let kind = mistakes.needed(table, "kind", span);
    let out = mistakes.needed(table, "out", span);
    let interfaces = mistakes.texts(table, "interfaces");
    let kind = kind?;
    let Some((name, own)) = KINDS.iter().find(|(name, _)| *name == kind.value) else {
        let known = KINDS.iter().map(|(name, _)| *name);
        mistakes.unknown(&kind.value, kind.span, "a kind of target", known);
        return None;
    };
    // An option of another kind is no typo.
    for (key, value) in table {
        let key = key.get_ref().as_ref();
        let other = KINDS.iter().find(|(_, keys)| keys.contains(&key));
        if let (Some((other, _)), false) = (other, own.contains(&key)) {
            mistakes.add(
                format!("`{key}` is an option of {other} targets, and this one is {name}"),
                value.span(),
                "",
            );
        }
    }
    let every: Vec<&str> = KINDS.iter().flat_map(|(_, keys)| *keys).copied().collect();
    let known: Vec<&str> = TARGET.iter().chain(*own).copied().collect();
    mistakes.unknown_keys_but(table, &known, &every, &format!("an option of {name} targets"));
    if let Some(out) = out.as_ref().filter(|out| out.value.contains(char::is_control)) {
        mistakes.add("`out` has a character that no folder should have", out.span.clone(), "");
    }
    if let Some(out) = out.as_ref().filter(|out| out.value.split('/').next() == Some("~")) {
        // A folder of this name is dangerous: a shell takes it for another.
        mistakes.add(
            "`out` begins with `~`, which only shells know; write the path in full",
            out.span.clone(),
            "",
        );
    }
    if let Some(out) = out.as_ref().filter(|out| out.value.trim().is_empty()) {
        mistakes.add("`out` is empty; the folder of traitwire.toml is `.`", out.span.clone(), "");
    }
    if let Some(out) = out.as_ref().filter(|out| names_a_file(&out.value)) {
        mistakes.add("`out` is a folder, and files are put into it", out.span.clone(), "");
    }
    let (names, paths) = mistakes.names(table);
    let kind = match *name {
        "typescript" => Kind::TypeScript(typescript_options(table, names, mistakes)),
        "openapi" => Kind::OpenApi(openapi::Options {
            title: mistakes.text(table, "title").map(|text| text.value),
            servers: servers(table, mistakes),
            names,
        }),
        "json-schema" => Kind::JsonSchema(json_schema::Options { id: id(table, mistakes), names }),
        _ => Kind::Schema,
    };
    Some(Target { kind, out: out?, interfaces, paths })
}

fn typescript_options(
    table: &DeTable<'_>,
    names: Names,
    mistakes: &mut Mistakes<'_>,
) -> typescript::Options {
    let mut options = typescript::Options { names, ..Default::default() };
    if let Some(runtime) = mistakes.text(table, "runtime") {
        options.runtime = runtime.value;
    }
    if let Some(extension) = mistakes.text(table, "import_extension") {
        if !EXTENSIONS.contains(&extension.value.as_str()) {
            mistakes.add(
                "`import_extension` is \".js\", \".ts\" or \"\"",
                extension.span.clone(),
                "",
            );
        }
        options.import_extension = extension.value;
    }
    options
}

/// The mistakes that were found so far.
struct Mistakes<'a> {
    shown: &'a str,
    text: &'a str,
    reports: Vec<Report>,
}

impl Mistakes<'_> {
    fn add(&mut self, title: impl Into<String>, span: Range<usize>, label: &str) {
        self.reports.push(Report::error(title).at(self.shown, self.text, span, label));
    }

    /// A word that is none of those that stand to choice.
    fn unknown<'k>(
        &mut self,
        word: &str,
        span: Range<usize>,
        role: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) {
        let report = Report::error(format!("`{word}` is not {role}"));
        let report = match did_you_mean(word, known.clone()) {
            Some(near) => {
                report.at(self.shown, self.text, span, &format!("did you mean `{near}`?"))
            }
            None => report
                .at(self.shown, self.text, span, "")
                .help(format!("there is {}", names(known))),
        };
        self.reports.push(report);
    }

    fn unknown_keys(&mut self, table: &DeTable<'_>, known: &[&str], role: &str) {
        self.unknown_keys_but(table, known, &[], role);
    }

    fn unknown_keys_but(
        &mut self,
        table: &DeTable<'_>,
        known: &[&str],
        known_elsewhere: &[&str],
        role: &str,
    ) {
        for (key, _) in table {
            let word = key.get_ref().as_ref();
            if !known.contains(&word) && !known_elsewhere.contains(&word) {
                self.unknown(word, key.span(), role, known.iter().copied());
            }
        }
    }

    fn text(&mut self, table: &DeTable<'_>, key: &str) -> Option<Spanned<String>> {
        let value = table.get(key)?;
        let found = text_of(value);
        if found.is_none() {
            self.add(format!("`{key}` is a text in quotes"), value.span(), "");
        }
        found
    }

    fn needed(
        &mut self,
        table: &DeTable<'_>,
        key: &str,
        span: &Range<usize>,
    ) -> Option<Spanned<String>> {
        if !table.contains_key(key) {
            self.add(format!("this target has no `{key}`"), span.clone(), "");
        }
        self.text(table, key)
    }

    fn texts(&mut self, table: &DeTable<'_>, key: &str) -> Option<Vec<Spanned<String>>> {
        let value = table.get(key)?;
        let DeValue::Array(array) = value.get_ref() else {
            self.add(format!("`{key}` is a list: `{key} = [\"..\"]`"), value.span(), "");
            return None;
        };
        let found: Option<Vec<_>> = array.iter().map(text_of).collect();
        if found.is_none() {
            self.add(format!("`{key}` is a list of texts in quotes"), value.span(), "");
        }
        found
    }

    fn flag(&mut self, table: &DeTable<'_>, key: &str) -> bool {
        let Some(value) = table.get(key) else { return false };
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.add(format!("`{key}` is `true` or `false`"), value.span(), "");
        }
        flag.unwrap_or_default()
    }

    /// `names`, and the places of its keys.
    fn names(&mut self, table: &DeTable<'_>) -> (Names, Vec<Spanned<String>>) {
        let (mut names, mut paths) = (Names::new(), Vec::new());
        let Some(value) = table.get("names") else { return (names, paths) };
        let DeValue::Table(entries) = value.get_ref() else {
            self.add(
                "`names` is a table: `names = { \"shop::Item\" = \"Part\" }`",
                value.span(),
                "",
            );
            return (names, paths);
        };
        for (path, name) in entries {
            let Some(text) = text_of(name) else {
                self.add("the name of a type is a text in quotes", name.span(), "");
                continue;
            };
            let mut chars = text.value.chars();
            let begins = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
            if !begins || !chars.all(|c| c.is_ascii_alphanumeric() || c == '_') {
                self.add(
                    format!("`{}` cannot be the name of a type", text.value),
                    text.span.clone(),
                    "letters, digits and `_`, and no digit first",
                );
            }
            let path = Spanned { value: path.get_ref().to_string(), span: path.span() };
            names.insert(path.value.clone(), text.value);
            paths.push(path);
        }
        (names, paths)
    }
}

fn text_of(value: &Located<DeValue<'_>>) -> Option<Spanned<String>> {
    let text = value.get_ref().as_str()?;
    Some(Spanned { value: text.to_owned(), span: value.span() })
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
