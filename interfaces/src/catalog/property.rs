//! What is known of an element?

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use traitwire::{Bytes, Wire};

use super::ElementId;

/// Properties that belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct PropertyCategory {
    /// What they have in common: `Material`, `Inspection`.
    pub name: String,
    /// In the order in which people expect them.
    pub properties: Vec<Property>,
}

/// One thing that is known of an element.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Property {
    /// What it is called, such as `strengthClass`.
    pub name: String,
    /// How to show it to people, where the name is not enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its value.
    pub value: PropertyValue,
}

/// A value of a type that is not known beforehand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
#[non_exhaustive]
pub enum PropertyValue {
    /// It is known that nobody knows.
    Missing,
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// Any number.
    Number(f64),
    /// A number of something.
    Quantity {
        /// How many.
        amount: f64,
        /// Of what.
        unit: Unit,
    },
    /// From one number to another, both included.
    Range(f64, f64),
    /// One character, such as the letter of a grid axis.
    Letter(char),
    /// Text.
    Text(String),
    /// Bytes, such as a signature.
    Data(Bytes),
    /// Another element.
    Element(ElementId),
    /// Several values.
    Array(Vec<PropertyValue>),
    /// Values with names.
    Struct(BTreeMap<String, PropertyValue>),
}

/// What a quantity counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Wire)]
pub enum Unit {
    /// Metres.
    #[serde(rename = "m")]
    Metre,
    /// Square metres.
    #[serde(rename = "m2")]
    SquareMetre,
    /// Cubic metres.
    #[serde(rename = "m3")]
    CubicMetre,
    /// Tonnes.
    #[serde(rename = "t")]
    Tonne,
    /// Kilonewtons.
    #[serde(rename = "kN")]
    Kilonewton,
    /// Kilowatts.
    #[serde(rename = "kW")]
    Kilowatt,
    /// Cubic metres per hour.
    #[serde(rename = "m3/h")]
    CubicMetrePerHour,
}
