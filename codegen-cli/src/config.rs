//! What does `traitwire.toml` say?

mod read;

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::emit::{json_schema, openapi, typescript};
use crate::report::{Exit, Failure, Report};

pub(crate) const FILE: &str = "traitwire.toml";

/// What a file says, and the file, so that later mistakes can be shown in it.
#[derive(Debug)]
pub(crate) struct Config {
    /// As it is shown: relative to the current directory where that is shorter.
    shown: String,
    text: String,
    /// Its folder, to which all paths in it are relative.
    pub(crate) folder: PathBuf,
    pub(crate) schema: SchemaSection,
    pub(crate) targets: Vec<Target>,
}

/// A value and its bytes in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spanned<T> {
    pub(crate) value: T,
    pub(crate) span: Range<usize>,
}

/// `[schema]`: where the schema comes from.
#[derive(Debug, Default)]
pub(crate) struct SchemaSection {
    pub(crate) packages: Vec<Spanned<String>>,
    pub(crate) features: Vec<Spanned<String>>,
    pub(crate) all_features: bool,
    pub(crate) no_default_features: bool,
    pub(crate) manifest_path: Option<String>,
    pub(crate) driver: Option<String>,
    pub(crate) from: Option<String>,
}

/// `[[target]]`: what is written, and where.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) kind: Kind,
    /// As written.
    pub(crate) out: Spanned<String>,
    /// Only these interfaces; all of them if there is no list.
    pub(crate) interfaces: Option<Vec<Spanned<String>>>,
    /// The paths of types in `names`, which are checked once the schema is known.
    pub(crate) paths: Vec<Spanned<String>>,
}

/// What a target is written in.
#[derive(Debug)]
pub(crate) enum Kind {
    TypeScript(typescript::Options),
    OpenApi(openapi::Options),
    JsonSchema(json_schema::Options),
    Schema,
}

impl Kind {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Kind::TypeScript(_) => "typescript",
            Kind::OpenApi(_) => "openapi",
            Kind::JsonSchema(_) => "json-schema",
            Kind::Schema => "schema",
        }
    }
}

impl Config {
    /// The given file, or the nearest `traitwire.toml` upwards from the current directory, if any.
    pub(crate) fn load(file: Option<&Path>) -> Result<Option<Config>, Failure> {
        let here = current_dir()?;
        let path = match file {
            Some(file) => here.join(file),
            None => match here.ancestors().map(|dir| dir.join(FILE)).find(|file| file.is_file()) {
                Some(path) => path,
                None => return Ok(None),
            },
        };
        let shown = shown(&path, &here);
        let text = fs::read_to_string(&path)
            .map_err(|error| Failure::usage(format!("`{shown}` cannot be read: {error}")))?;
        let folder = path.parent().unwrap_or(&here).to_owned();
        let read =
            read::read(&text, &shown).map_err(|reports| Failure { exit: Exit::Usage, reports })?;
        Ok(Some(Config { shown, text, folder, schema: read.schema, targets: read.targets }))
    }

    /// An error at a place of the file.
    pub(crate) fn error(
        &self,
        title: impl Into<String>,
        span: &Range<usize>,
        label: &str,
    ) -> Report {
        Report::error(title).at(&self.shown, &self.text, span.clone(), label)
    }
}

/// The current directory.
pub(crate) fn current_dir() -> Result<PathBuf, Failure> {
    std::env::current_dir()
        .map_err(|error| Failure::io("the current directory cannot be found", &error))
}

/// A path as a person would write it from here.
pub(crate) fn shown(path: &Path, here: &Path) -> String {
    let short = path.strip_prefix(here).unwrap_or(path);
    let text = if short.as_os_str().is_empty() { Path::new(".") } else { short };
    text.display().to_string().replace('\\', "/")
}

/// Names that a target gives to types, by their paths.
type Names = BTreeMap<String, String>;
