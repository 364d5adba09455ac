//! What can go wrong in the catalog?

use std::fmt;

use serde::{Deserialize, Serialize};
use traitwire::Wire;

use super::{ElementId, ModelId};

/// What most methods of the catalog return.
pub type Result<T, E = CatalogError> = std::result::Result<T, E>;

/// What can go wrong in the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(tag = "error", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CatalogError {
    /// There is no such model.
    #[wire(status = 404)]
    NotFound {
        /// Which one.
        id: ModelId,
    },
    /// There is no such element.
    #[wire(status = 404)]
    NoSuchElement {
        /// Which one.
        id: ElementId,
    },
    /// Another model has the name already.
    #[wire(status = 409)]
    NameTaken {
        /// The name.
        name: String,
        /// The model that has it.
        by: ModelId,
    },
    /// A name is empty, or longer than 200 characters.
    InvalidName {
        /// How many characters it has.
        length: u64,
    },
    /// The query makes no sense.
    #[wire(status = 400)]
    BadQuery(QueryProblem),
    /// The model has no such tile, for it does not go that deep.
    #[wire(status = 404)]
    NoSuchTile,
    /// The bytes are neither a PNG nor a JPEG.
    #[wire(status = 415)]
    NotAPicture,
    /// The catalog's store does not answer. Its log says why.
    #[wire(status = 503)]
    Unavailable,
}

/// What is wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct QueryProblem {
    /// Which part of it: `where[2].value`.
    pub part: String,
    /// What about it.
    pub problem: String,
}

impl fmt::Display for CatalogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CatalogError::NotFound { id } => write!(f, "there is no model {id}"),
            CatalogError::NoSuchElement { id } => write!(f, "there is no element {id}"),
            CatalogError::NameTaken { name, by } => {
                write!(f, "the model {by} has the name `{name}` already")
            }
            CatalogError::InvalidName { length } => {
                write!(f, "a name has 1 to 200 characters, not {length}")
            }
            CatalogError::BadQuery(QueryProblem { part, problem }) => {
                write!(f, "the query makes no sense at `{part}`: {problem}")
            }
            CatalogError::NoSuchTile => f.write_str("the model has no such tile"),
            CatalogError::NotAPicture => f.write_str("neither a PNG nor a JPEG"),
            CatalogError::Unavailable => f.write_str("the catalog's store does not answer"),
        }
    }
}

impl std::error::Error for CatalogError {}
