//! How are elements asked for by what is known of them?

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use traitwire::Wire;

use super::ModelId;
use crate::Cursor;

/// Which elements, and what of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// The model that they are in.
    pub model: ModelId,
    /// What they meet, each of it.
    #[serde(default, rename = "where")]
    pub conditions: Vec<Condition>,
    /// The properties to bring, beside `id`, `label` and `class`.
    #[serde(default)]
    pub columns: Vec<String>,
    /// How many rows a page has, at most 1000.
    #[serde(default = "Query::default_limit")]
    pub limit: u16,
    /// Where to go on: the `next` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
}

impl Query {
    /// Everything in a model, by pages of the default size.
    pub fn of(model: ModelId) -> Query {
        let limit = Query::default_limit();
        Query { model, conditions: Vec::new(), columns: Vec::new(), limit, cursor: None }
    }

    /// How many rows a page has unless the query says otherwise.
    pub fn default_limit() -> u16 {
        50
    }
}

/// What a property of an element has to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct Condition {
    /// The name of the property; `label` and `class` are properties too.
    #[serde(alias = "name")]
    pub property: String,
    /// How to compare it.
    #[serde(default)]
    pub is: Comparison,
    /// With what: text, a number, or a flag.
    pub value: Value,
}

/// How to compare.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// The same.
    #[default]
    Equal,
    /// Not the same; also true where the element has no such property.
    NotEqual,
    /// A smaller number.
    LessThan,
    /// A greater number.
    GreaterThan,
    /// A text with this part.
    Contains,
}

/// One element of a reply: values by the names of their columns. A property that the element does
/// not have is `null`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct Row(pub BTreeMap<String, Value>);
