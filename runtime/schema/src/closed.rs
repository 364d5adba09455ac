//! Which types without parameters stand behind the uses of generic ones?
//!
//! Types are interned: an argument that is used twice stays one entry, so that nested definitions
//! which double their argument grow by one entry each, and not by a power of two.

use std::collections::HashMap;
use std::fmt;

use crate::model::{Format, Int, Text, Type, TypeDef, TypeId};
use crate::walk::{MAX_TYPE_DEPTH, Schema};

/// Most types without parameters that one shape may consist of.
pub(crate) const MAX_TYPES: usize = 1 << 14;

/// Why a type has no finite shape.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShapeError {
    /// A type is used, but its definition is nowhere.
    MissingType {
        /// The path.
        id: TypeId,
    },
    /// A type parameter is used that the surrounding definition does not have.
    StrayParam {
        /// From 0.
        index: u16,
        /// The surrounding definition; none at the use in a method.
        within: Option<TypeId>,
    },
    /// Type arguments nest deeper than [`MAX_TYPE_DEPTH`]: a type contains itself with ever larger
    /// arguments.
    TooDeep {
        /// The definition whose body does so; none at the use in a method.
        within: Option<TypeId>,
    },
    /// More different types than a shape may have (16384).
    TooManyTypes,
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = |within: &Option<TypeId>| match within {
            Some(id) => format!("in `{id}`, "),
            None => String::new(),
        };
        match self {
            ShapeError::MissingType { id } => write!(f, "the type `{id}` is used but not defined"),
            ShapeError::StrayParam { index, within } => {
                write!(f, "{}the type parameter {index} does not exist", place(within))
            }
            ShapeError::TooDeep { within } => write!(
                f,
                "{}types nest deeper than {MAX_TYPE_DEPTH}; a type may not contain itself with \
                 ever larger arguments",
                place(within)
            ),
            ShapeError::TooManyTypes => {
                write!(f, "more than {MAX_TYPES} different types make up one shape")
            }
        }
    }
}

impl std::error::Error for ShapeError {}

/// An interned type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Id(usize);

/// A type without parameters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Closed<'a> {
    /// By its name; `usize` and `isize` are the 64-bit integers that they cross as.
    Leaf(&'static str),
    Format(Format),
    Literal(Text),
    AtMost(&'static str, u64),
    Option(Id),
    Seq(Id),
    Set(Id),
    Array(Id, u64),
    Map(Id, Id),
    Tuple(Vec<Id>),
    /// What is written, and what is read.
    Split(Id, Id),
    Named(&'a TypeId, Vec<Id>),
}

pub(crate) const BYTES: Closed<'static> = Closed::Leaf("bytes");
pub(crate) const JSON: Closed<'static> = Closed::Leaf("json");

/// The types without parameters that were met so far.
pub(crate) struct Types<'a> {
    schema: &'a Schema,
    /// With the depth of its arguments.
    known: Vec<(Closed<'a>, usize)>,
    ids: HashMap<Closed<'a>, Id>,
}

impl<'a> Types<'a> {
    pub(crate) fn new(schema: &'a Schema) -> Self {
        Types { schema, known: Vec::new(), ids: HashMap::new() }
    }

    pub(crate) fn get(&self, id: Id) -> &Closed<'a> {
        &self.known[id.0].0
    }

    /// The definition and arguments, of a named type.
    pub(crate) fn def(&self, id: Id) -> Option<(&'a TypeDef, Vec<Id>)> {
        match self.get(id) {
            Closed::Named(name, args) => self.schema.def(name).map(|def| (def, args.clone())),
            _ => None,
        }
    }

    /// Fills the parameters of a type that stands in the definition `within`.
    pub(crate) fn close(
        &mut self,
        ty: &Type,
        args: &[Id],
        within: Option<&TypeId>,
    ) -> Result<Id, ShapeError> {
        let closed = match ty {
            Type::Param(index) => {
                return args.get(usize::from(*index)).copied().ok_or_else(|| {
                    ShapeError::StrayParam { index: *index, within: within.cloned() }
                });
            }
            Type::Option(inner) => Closed::Option(self.close(inner, args, within)?),
            Type::Seq(item) => Closed::Seq(self.close(item, args, within)?),
            Type::Set(item) => Closed::Set(self.close(item, args, within)?),
            Type::Array(item, len) => Closed::Array(self.close(item, args, within)?, *len),
            Type::Map(key, value) => {
                Closed::Map(self.close(key, args, within)?, self.close(value, args, within)?)
            }
            Type::Tuple(items) => Closed::Tuple(self.close_all(items, args, within)?),
            Type::Named(named) => {
                let Some((id, _)) = self.schema.types.get_key_value(&named.id) else {
                    return Err(ShapeError::MissingType { id: named.id.clone() });
                };
                Closed::Named(id, self.close_all(&named.args, args, within)?)
            }
            Type::Bool => Closed::Leaf("bool"),
            Type::Split { write, read } => {
                Closed::Split(self.close(write, args, within)?, self.close(read, args, within)?)
            }
            Type::Int(int) => Closed::Leaf(width(*int)),
            Type::NonZero(int) => Closed::Leaf(non_zero(*int)),
            Type::AtMost(int, most) => Closed::AtMost(width(*int), *most),
            Type::Float => Closed::Leaf("float"),
            Type::Format(format) => Closed::Format(format.clone()),
            Type::Literal(text) => Closed::Literal(text.clone()),
            Type::F32 => Closed::Leaf("f32"),
            Type::F64 => Closed::Leaf("f64"),
            Type::Char => Closed::Leaf("char"),
            Type::String => Closed::Leaf("string"),
            Type::Bytes => BYTES,
            Type::Unit => Closed::Leaf("unit"),
            Type::Json => JSON,
        };
        self.intern(closed, within)
    }

    pub(crate) fn close_all(
        &mut self,
        types: &[Type],
        args: &[Id],
        within: Option<&TypeId>,
    ) -> Result<Vec<Id>, ShapeError> {
        types.iter().map(|ty| self.close(ty, args, within)).collect()
    }

    fn intern(&mut self, closed: Closed<'a>, within: Option<&TypeId>) -> Result<Id, ShapeError> {
        if let Some(id) = self.ids.get(&closed) {
            return Ok(*id);
        }
        let depth = parts(&closed).iter().map(|id| self.known[id.0].1 + 1).max().unwrap_or(0);
        if depth > MAX_TYPE_DEPTH {
            return Err(ShapeError::TooDeep { within: within.cloned() });
        }
        if self.known.len() == MAX_TYPES {
            return Err(ShapeError::TooManyTypes);
        }
        let id = Id(self.known.len());
        self.known.push((closed.clone(), depth));
        self.ids.insert(closed, id);
        Ok(id)
    }
}

/// What an integer crosses as.
fn width(int: Int) -> &'static str {
    match int {
        Int::Usize => "u64",
        Int::Isize => "i64",
        int => int.name(),
    }
}

fn non_zero(int: Int) -> &'static str {
    match int {
        Int::I8 => "nonzero i8",
        Int::I16 => "nonzero i16",
        Int::I32 => "nonzero i32",
        Int::I64 | Int::Isize => "nonzero i64",
        Int::I128 => "nonzero i128",
        Int::U8 => "nonzero u8",
        Int::U16 => "nonzero u16",
        Int::U32 => "nonzero u32",
        Int::U64 | Int::Usize => "nonzero u64",
        Int::U128 => "nonzero u128",
    }
}

/// The types directly inside this one.
pub(crate) fn parts(closed: &Closed<'_>) -> Vec<Id> {
    match closed {
        Closed::Leaf(_) | Closed::Format(_) | Closed::Literal(_) | Closed::AtMost(..) => Vec::new(),
        Closed::Option(item) | Closed::Seq(item) | Closed::Set(item) | Closed::Array(item, _) => {
            vec![*item]
        }
        Closed::Map(one, other) | Closed::Split(one, other) => vec![*one, *other],
        Closed::Tuple(items) | Closed::Named(_, items) => items.clone(),
    }
}
