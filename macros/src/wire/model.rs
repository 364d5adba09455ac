//! What does the type mean on the wire?

use proc_macro2::{Ident, TokenStream};
use syn::{DeriveInput, ExprPath, Path, Type};

use super::crossing::Crossing;
use crate::common::Deprecation;
use crate::types::same;

/// A type as the schema sees it: names are the wire's, and what never crosses is left out.
pub(super) struct Definition<'a> {
    pub(super) item: &'a DeriveInput,
    /// Where generated code finds the runtime.
    pub(super) runtime: Option<&'a Path>,
    pub(super) body: Body<'a>,
    pub(super) conversion: Conversion<'a>,
    /// The foreign type that it describes, in place of being one itself.
    pub(super) remote: Option<&'a Path>,
    /// The statuses of its variants as a declared error.
    pub(super) statuses: Vec<(&'a Ident, u16)>,
    pub(super) about: About,
    /// The lints that the user allows anywhere on the item. The expansion repeats the user's types,
    /// so it has to repeat these.
    pub(super) allowed: Vec<TokenStream>,
}

/// What serde writes and reads in place of the type (`into`, `from`, `try_from`).
#[derive(Clone, Copy)]
pub(super) struct Conversion<'a> {
    pub(super) write: Option<&'a Type>,
    pub(super) read: Option<&'a Type>,
}

/// What the user says about an item to people.
pub(super) struct About {
    pub(super) docs: String,
    pub(super) deprecated: Option<Deprecation>,
}

pub(super) enum Body<'a> {
    Struct {
        /// `tag = ".."`: the member and what it holds.
        tag: Option<(&'a str, String)>,
        shape: Shape<'a>,
        transparent: bool,
        deny_unknown_fields: bool,
    },
    Enum {
        tagging: Tagging<'a>,
        variants: Vec<Variant<'a>>,
        open: bool,
        deny_unknown_fields: bool,
        overlapping: bool,
    },
}

pub(super) enum Tagging<'a> {
    External,
    Internal { tag: &'a str },
    Adjacent { tag: &'a str, content: &'a str },
    Untagged,
}

pub(super) struct Variant<'a> {
    pub(super) ident: &'a Ident,
    pub(super) write: Option<String>,
    pub(super) read: Option<ReadName>,
    pub(super) shape: Shape<'a>,
    pub(super) status: Option<u16>,
    pub(super) catch_all: bool,
    pub(super) untagged: bool,
    pub(super) since: Option<&'a str>,
    pub(super) about: About,
}

pub(super) enum Shape<'a> {
    Unit,
    Newtype(Crossing<'a>),
    Tuple(Vec<Crossing<'a>>),
    Fields(Vec<Field<'a>>),
}

pub(super) struct Field<'a> {
    pub(super) ident: &'a Ident,
    pub(super) crossing: Crossing<'a>,
    pub(super) write: Option<Write<'a>>,
    pub(super) read: Option<Read<'a>>,
    pub(super) flatten: bool,
    pub(super) since: Option<&'a str>,
    pub(super) about: About,
}

pub(super) struct Write<'a> {
    pub(super) name: String,
    /// Some values leave it out.
    pub(super) maybe: bool,
    /// The function that says which.
    pub(super) skips: Option<&'a ExprPath>,
}

pub(super) struct Read<'a> {
    pub(super) name: ReadName,
    pub(super) absent: Absent<'a>,
}

/// What a reader does where a field is absent.
pub(super) enum Absent<'a> {
    /// The type decides.
    ByType,
    /// It refuses.
    Never,
    /// This value stands in, of which JSON says nothing exact: it depends on parameters, or functions
    /// write it.
    Unknown,
    /// The default of the field's type.
    OfType(&'a Type),
    /// What this function gives.
    OfFunction(&'a Type, &'a ExprPath),
    /// The field's value in the default of the container.
    OfContainer(&'a Type, Option<&'a ExprPath>),
}

/// What a reader accepts.
pub(super) struct ReadName {
    pub(super) name: String,
    /// Other names for it, without the name itself.
    pub(super) aliases: Vec<String>,
}

impl ReadName {
    pub(super) fn all(&self) -> impl Iterator<Item = &str> + Clone {
        std::iter::once(&self.name).chain(&self.aliases).map(String::as_str)
    }
}

impl<'a> Definition<'a> {
    /// What crosses in its fields.
    pub(super) fn crossings(&self) -> Vec<Crossing<'a>> {
        match &self.body {
            Body::Struct { shape, .. } => shape.crossings(),
            Body::Enum { variants, .. } => {
                let mut crossings = Vec::new();
                for variant in variants {
                    crossings.append(&mut variant.shape.crossings());
                }
                crossings
            }
        }
    }

    /// The types that it names.
    pub(super) fn types(&self) -> Vec<&'a Type> {
        let mut types: Vec<_> = self.crossings().into_iter().flat_map(Crossing::types).collect();
        if !self.conversion.is_full() {
            types.extend(self.conversion.types());
        }
        types
    }
}

impl<'a> Conversion<'a> {
    /// Whether it stands in both ways, so that nothing crosses of the type itself.
    pub(super) fn is_full(self) -> bool {
        self.write.is_some() && self.read.is_some()
    }

    pub(super) fn types(self) -> impl Iterator<Item = &'a Type> {
        self.write
            .into_iter()
            .chain(self.read.filter(|read| self.write.is_none_or(|write| !same(write, read))))
    }
}

impl<'a> Shape<'a> {
    fn crossings(&self) -> Vec<Crossing<'a>> {
        match self {
            Shape::Unit => Vec::new(),
            Shape::Newtype(crossing) => vec![*crossing],
            Shape::Tuple(crossings) => crossings.clone(),
            Shape::Fields(fields) => fields.iter().map(|field| field.crossing).collect(),
        }
    }
}
