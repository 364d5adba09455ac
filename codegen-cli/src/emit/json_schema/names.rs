//! What is a type called in a document?
//!
//! By its name in Rust, as far as nobody else wants it, with its type arguments after `_`.

use std::collections::{BTreeMap, BTreeSet};

use traitwire_schema::names::RenameRule;
use traitwire_schema::walk::Schema;
use traitwire_schema::{Named, Type, TypeId};

use super::Dialect;
use super::uses::{Uses, key};
use crate::emit::Problem;
use crate::emit::direction::Way;
use crate::emit::names::{Rules, input, settle};

/// The names of all defined types that calls use.
#[derive(Debug, Clone, Default)]
pub(in crate::emit) struct Names {
    /// By the path of the definition, without type arguments.
    plain: BTreeMap<TypeId, String>,
    /// By the spelling of the use: of both directions where they are alike, else of the output.
    of_use: BTreeMap<String, String>,
    /// Of the input, where it is not alike.
    of_input: BTreeMap<String, String>,
}

impl Names {
    /// Names every use; `chosen` has names by the path of a type in Rust.
    pub(in crate::emit) fn new(
        schema: &Schema,
        uses: &Uses,
        chosen: &BTreeMap<String, String>,
        dialect: Dialect,
        problems: &mut Vec<Problem>,
    ) -> Names {
        let language = dialect.language();
        let is_allowed = |name: &str| is_allowed(name, dialect);
        let wrong = |name: &str| (!is_allowed(name)).then_some(dialect.cannot_name());
        let is_taken = |name: &str| dialect.reserved().contains(&name);
        let letters = dialect.letters();
        let choose = format!("choose {letters}");
        let rules = Rules { language, wrong: &wrong, letters: &choose, is_taken: &is_taken };
        let ids: BTreeSet<&TypeId> = uses.values().map(|known| &known.named.id).collect();
        let plain = settle(schema, ids, chosen, &rules, problems);
        for (id, name) in plain.iter().filter(|(_, name)| !is_allowed(name)) {
            problems.push(Problem {
                message: format!("`{name}` {}", dialect.cannot_name()),
                source: schema.def(id).map(|def| def.source.clone()).unwrap_or_default(),
                label: format!("may have {letters} only"),
                help: Some(format!("choose a name for `{id}` in `names`")),
            });
        }
        let mut names = Names { plain, ..Names::default() };
        for (spelled, known) in uses {
            let name = names.with_args(&known.named);
            names.of_use.insert(spelled.clone(), name);
        }
        if dialect == Dialect::JsonSchema {
            // Each direction has a document of its own.
            return names;
        }
        let spoken_for: BTreeSet<&str> = names.of_use.values().map(String::as_str).collect();
        let mut of_input = BTreeMap::new();
        for (spelled, known) in uses.iter().filter(|(_, known)| known.is_split()) {
            let name = &names.of_use[spelled];
            match input(schema, &known.named.id, name, |name| {
                spoken_for.contains(name) || is_taken(name)
            }) {
                Ok(input) => {
                    of_input.insert(spelled.clone(), input);
                }
                Err(problem) => problems.push(problem),
            }
        }
        names.of_input = of_input;
        names
    }

    /// The name of a defined type in one direction.
    pub(in crate::emit) fn of(&self, named: &Named, way: Way) -> String {
        let key = key(named);
        let input = self.of_input.get(&key).filter(|_| way == Way::In);
        input.or_else(|| self.of_use.get(&key)).cloned().unwrap_or_default()
    }

    fn with_args(&self, named: &Named) -> String {
        let plain = self.plain.get(&named.id).map_or(&*named.id.name, String::as_str);
        let args = named.args.iter().map(|arg| self.word(arg));
        [plain.to_owned()].into_iter().chain(args).collect::<Vec<_>>().join("_")
    }

    /// A type as a part of a name. Each word has as many after it as it needs, so that no two types
    /// share a name by where a part of it begins.
    pub(in crate::emit) fn word(&self, ty: &Type) -> String {
        let one = |name: &str, ty: &Type| format!("{name}_{}", self.word(ty));
        match ty {
            Type::Bool => "bool".to_owned(),
            Type::Int(int) => int.name().to_owned(),
            Type::F32 => "f32".to_owned(),
            Type::F64 => "f64".to_owned(),
            Type::Char => "char".to_owned(),
            Type::String => "String".to_owned(),
            Type::Bytes => "Bytes".to_owned(),
            Type::Unit => "Unit".to_owned(),
            Type::Json => "Json".to_owned(),
            Type::Float => "Float".to_owned(),
            Type::Format(format) => {
                format.name.split('-').map(|word| RenameRule::Pascal.apply_to_field(word)).collect()
            }
            Type::Literal(text) => {
                // It may be any text, and a name is part of a reference.
                let mut word = RenameRule::Pascal.apply_to_field(text);
                word.retain(|c| c.is_ascii_alphanumeric());
                format!("Literal{word}")
            }
            Type::NonZero(int) => format!("NonZero_{}", int.name()),
            Type::AtMost(int, most) => format!("{}AtMost{most}", int.name()),
            Type::Split { write, read } if write == read => self.word(write),
            Type::Split { write, read } => {
                format!("Split_{}_{}", self.word(write), self.word(read))
            }
            Type::Option(inner) => one("Option", inner),
            Type::Seq(item) => one("List", item),
            Type::Set(item) => one("Set", item),
            Type::Array(item, len) => one(&format!("Array{len}"), item),
            Type::Map(key, value) => format!("Map_{}_{}", self.word(key), self.word(value)),
            Type::Tuple(items) => {
                let start = format!("Tuple{}", items.len());
                items.iter().fold(start, |name, item| format!("{name}_{}", self.word(item)))
            }
            Type::Param(index) => format!("Param{index}"),
            Type::Named(named) => self.with_args(named),
        }
    }
}

/// Whether a text may name a schema. What stands for a method has dots in its name, so that no type
/// can be called like it.
fn is_allowed(name: &str, dialect: Dialect) -> bool {
    let dots = dialect == Dialect::OpenApi;
    let allowed =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-') || (c == '.' && dots);
    !name.is_empty() && name.chars().all(allowed)
}
