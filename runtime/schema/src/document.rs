//! What does a schema look like as JSON?
//!
//! One document holds the interfaces and every type that they reach. Members have camel case; what
//! is false, empty or absent is left out; a type is as short as it can be: `"u32"`,
//! `{"option":"string"}`, `{"named":{"id":"shop::Item"}}`. A reader skips members that it does not
//! know, so what changes the meaning of a document must raise [`FORMAT`].

use std::collections::BTreeMap;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::check;
use crate::model::{Format, Int, Interface, List, Named, Ref, Text, Type, TypeDef, TypeId};
use crate::walk::Schema;

pub use crate::check::Problem;

/// The format that is written, as `schemaFormat`.
pub const FORMAT: u64 = 1;

/// The oldest format that is read.
pub const MIN_FORMAT: u64 = 1;

/// Why a text is no schema that can be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum DocumentError {
    /// It is no JSON, lacks a member, or a member has the wrong type; says in which line.
    Malformed(serde_json::Error),
    /// A later traitwire wrote it.
    TooNew {
        /// Its `schemaFormat`.
        format: u64,
    },
    /// A traitwire wrote it whose documents are no longer read.
    TooOld {
        /// Its `schemaFormat`.
        format: u64,
    },
    /// A type in it refers to something that is not there.
    Broken {
        /// The method and argument, or the type and field, where it does.
        place: String,
        /// What is wrong there.
        problem: Problem,
    },
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DocumentError::Malformed(error) => write!(f, "not a schema document: {error}"),
            DocumentError::TooNew { format } => write!(
                f,
                "schema format {format} is newer than this traitwire reads \
                 ({MIN_FORMAT} to {FORMAT}); upgrade traitwire"
            ),
            DocumentError::TooOld { format } => write!(
                f,
                "schema format {format} is older than this traitwire reads \
                 ({MIN_FORMAT} to {FORMAT}); generate the document again"
            ),
            DocumentError::Broken { place, problem } => write!(f, "{place}: {problem}"),
        }
    }
}

impl std::error::Error for DocumentError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            DocumentError::Malformed(error) => Some(error),
            DocumentError::Broken { problem, .. } => Some(problem),
            _ => None,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    schema_format: u64,
    traitwire: &'static str,
    interfaces: &'a [Interface],
    types: &'a BTreeMap<TypeId, TypeDef>,
}

#[derive(Deserialize)]
struct Document {
    interfaces: Vec<Interface>,
    types: BTreeMap<TypeId, TypeDef>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    schema_format: u64,
}

impl Schema {
    /// The schema as a JSON document: indented, the same for the same schema, with a newline at
    /// its end.
    ///
    /// ```
    /// use traitwire_schema::walk::Schema;
    ///
    /// let json = Schema::default().to_json();
    /// assert!(json.starts_with("{\n  \"schemaFormat\": 1,"));
    /// assert_eq!(Schema::from_json(&json)?, Schema::default());
    /// # Ok::<(), traitwire_schema::document::DocumentError>(())
    /// ```
    #[allow(clippy::missing_panics_doc, reason = "it cannot: all keys of the model are strings")]
    pub fn to_json(&self) -> String {
        let written = Written {
            schema_format: FORMAT,
            traitwire: env!("CARGO_PKG_VERSION"),
            interfaces: &self.interfaces,
            types: &self.types,
        };
        let mut json = serde_json::to_string_pretty(&written).expect("all keys are strings");
        json.push('\n');
        json
    }

    /// Reads a document. Interfaces are sorted and every use of a type is checked.
    ///
    /// # Errors
    /// [`DocumentError`] that names the format, the line, or the method or type where it is wrong.
    /// The format comes first, so that a future document is refused for that reason.
    pub fn from_json(json: &str) -> Result<Schema, DocumentError> {
        let Head { schema_format: format } =
            serde_json::from_str(json).map_err(DocumentError::Malformed)?;
        if format > FORMAT {
            return Err(DocumentError::TooNew { format });
        }
        if format < MIN_FORMAT {
            return Err(DocumentError::TooOld { format });
        }
        let Document { mut interfaces, mut types } =
            serde_json::from_str(json).map_err(DocumentError::Malformed)?;
        for (id, def) in &mut types {
            def.id = id.clone();
        }
        interfaces.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
        let schema = Schema { interfaces, types };
        check::check(&schema)
            .map_err(|(place, problem)| DocumentError::Broken { place, problem })?;
        Ok(schema)
    }
}

/// Whether a member may be left out.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Stands in a definition until the key under which it was read replaces it.
pub(crate) fn no_id() -> TypeId {
    TypeId { module: "".into(), name: "".into() }
}

impl<T: Serialize> Serialize for Ref<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ref<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Ref::from)
    }
}

impl Serialize for TypeId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TypeId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let path = String::deserialize(deserializer)?;
        match path.rsplit_once("::") {
            Some((module, name)) if !module.is_empty() && !name.is_empty() => {
                Ok(TypeId { module: module.to_owned().into(), name: name.to_owned().into() })
            }
            _ => Err(D::Error::custom(format_args!(
                "`{path}` is not the path of a type, as in `crate::module::Name`"
            ))),
        }
    }
}

/// How a type is read. It is written by the derive on [`Type`]; reading an untagged variant by
/// derive would lose the line of an error.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum TypeForm {
    Bool,
    F32,
    F64,
    Char,
    String,
    Bytes,
    Unit,
    Json,
    Option(Ref<Type>),
    Seq(Ref<Type>),
    Set(Ref<Type>),
    Array(Ref<Type>, u64),
    Map(Ref<Type>, Ref<Type>),
    Tuple(List<Type>),
    Split { write: Ref<Type>, read: Ref<Type> },
    Float,
    Format(Format),
    Literal(Text),
    NonZero(Int),
    AtMost(Int, u64),
    Param(u16),
    Named(Named),
    I8,
    I16,
    I32,
    I64,
    I128,
    Isize,
    U8,
    U16,
    U32,
    U64,
    U128,
    Usize,
}

impl From<TypeForm> for Type {
    fn from(form: TypeForm) -> Type {
        match form {
            TypeForm::Bool => Type::Bool,
            TypeForm::F32 => Type::F32,
            TypeForm::F64 => Type::F64,
            TypeForm::Char => Type::Char,
            TypeForm::String => Type::String,
            TypeForm::Bytes => Type::Bytes,
            TypeForm::Unit => Type::Unit,
            TypeForm::Json => Type::Json,
            TypeForm::Option(inner) => Type::Option(inner),
            TypeForm::Seq(item) => Type::Seq(item),
            TypeForm::Set(item) => Type::Set(item),
            TypeForm::Array(item, len) => Type::Array(item, len),
            TypeForm::Map(key, value) => Type::Map(key, value),
            TypeForm::Tuple(items) => Type::Tuple(items),
            TypeForm::Split { write, read } => Type::Split { write, read },
            TypeForm::Float => Type::Float,
            TypeForm::Format(format) => Type::Format(format),
            TypeForm::Literal(text) => Type::Literal(text),
            TypeForm::NonZero(int) => Type::NonZero(int),
            TypeForm::AtMost(int, most) => Type::AtMost(int, most),
            TypeForm::Param(index) => Type::Param(index),
            TypeForm::Named(named) => Type::Named(named),
            TypeForm::I8 => Type::Int(Int::I8),
            TypeForm::I16 => Type::Int(Int::I16),
            TypeForm::I32 => Type::Int(Int::I32),
            TypeForm::I64 => Type::Int(Int::I64),
            TypeForm::I128 => Type::Int(Int::I128),
            TypeForm::Isize => Type::Int(Int::Isize),
            TypeForm::U8 => Type::Int(Int::U8),
            TypeForm::U16 => Type::Int(Int::U16),
            TypeForm::U32 => Type::Int(Int::U32),
            TypeForm::U64 => Type::Int(Int::U64),
            TypeForm::U128 => Type::Int(Int::U128),
            TypeForm::Usize => Type::Int(Int::Usize),
        }
    }
}

#[cfg(test)]
#[path = "tests/document.rs"]
mod tests;
