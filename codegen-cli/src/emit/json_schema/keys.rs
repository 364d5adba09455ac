//! What are the keys of a map in JSON Schema?
//!
//! In JSON they are text, whatever they are in Rust. `serde_json` reads a number from one as it would
//! read the number itself, so `"01"` and `"+1"` are none.

use traitwire_schema::{Body, Enum, Int, Shape, Type};

use super::Dialect;
use super::ordered::Object;
use super::types::{BASE64, Schemas, formatted, highest};
use crate::emit::direction::{Way, one_way};
use crate::emit::newtypes::alias_of;

/// A number as JSON writes it. That it is no greater than a double can be is not said.
const REAL: &str = r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$";

impl Schemas<'_> {
    /// What is to be said of each key; nothing where it may be any text.
    pub(super) fn key(&mut self, ty: &Type, way: Way) -> Object {
        let exact = self.dialect == Dialect::JsonSchema;
        match one_way(ty, way) {
            Type::Bool => Object::new().with("enum", vec!["true", "false"]),
            Type::Int(int) if exact => number(*int, highest(*int), true),
            Type::NonZero(int) if exact => number(*int, highest(*int), false),
            Type::AtMost(int, most) if exact => number(*int, u128::from(*most), true),
            Type::Int(int) | Type::NonZero(int) | Type::AtMost(int, _) if int.signed() => {
                Object::new().with("pattern", "^(0|-?[1-9][0-9]*)$")
            }
            Type::Int(_) | Type::NonZero(_) | Type::AtMost(..) => {
                Object::new().with("pattern", "^(0|[1-9][0-9]*)$")
            }
            Type::F32 | Type::F64 if exact => Object::new().with("pattern", REAL),
            Type::Char => Object::new().with("minLength", 1).with("maxLength", 1),
            Type::Bytes => {
                let mut text = Object::new().with("contentEncoding", "base64");
                if exact {
                    text.put("pattern", BASE64);
                }
                text
            }
            Type::Format(format) => formatted(format, self.dialect, Object::new()),
            Type::Literal(text) => Object::new().with("const", &**text),
            Type::Named(named) => match self.schema.def(&named.id).map(|def| &def.body) {
                // Behind a newtype, so that a plain text needs no schema for it.
                Some(Body::Struct(body)) => match alias_of(body) {
                    Some(inner) => self.key(&inner.substitute(&named.args), way),
                    None => Object::new(),
                },
                Some(Body::Enum(body)) if way == Way::In && takes_any(body) => Object::new(),
                Some(Body::Enum(_)) => self.reference(&self.names.of(named, way)),
                None => Object::new(),
            },
            // What cannot be a key was refused before.
            _ => Object::new(),
        }
    }
}

/// Whether a reader takes every text for one of the variants.
fn takes_any(body: &Enum) -> bool {
    body.variants.iter().all(|variant| variant.shape == Shape::Unit)
        && body.variants.iter().any(|variant| variant.catch_all)
}

/// The texts of the integers between the lowest and this one.
fn number(int: Int, highest: u128, with_zero: bool) -> Object {
    let mut texts = Vec::new();
    if with_zero {
        texts.push("0".to_owned());
    }
    texts.extend(up_to(highest));
    if int.signed() {
        // The lowest one is one further from 0.
        let lowest = super::types::highest(int) + 1;
        texts.push(format!("-(?:{})", up_to(lowest).join("|")));
    }
    Object::new().with("pattern", format!("^(?:{})$", texts.join("|")))
}

/// Patterns that together meet every integer from 1 to this one, and no other text.
fn up_to(highest: u128) -> Vec<String> {
    let digits = highest.to_string().into_bytes();
    let mut patterns = Vec::new();
    if highest == 0 {
        return vec!["[^\\s\\S]".to_owned()];
    }
    match digits.len() {
        1 => {}
        2 => patterns.push("[1-9]".to_owned()),
        length => patterns.push(format!("[1-9][0-9]{{0,{}}}", length - 2)),
    }
    // As long as the highest one: the same digits up to some place, and a smaller one there.
    for (place, digit) in digits.iter().enumerate() {
        let lowest = if place == 0 { b'1' } else { b'0' };
        let is_last = place + 1 == digits.len();
        let below = if is_last { *digit } else { digit.saturating_sub(1) };
        if below < lowest || (!is_last && *digit == b'0') {
            continue;
        }
        let mut pattern = String::from_utf8_lossy(&digits[..place]).into_owned();
        pattern += &if below == lowest {
            char::from(lowest).to_string()
        } else {
            format!("[{}-{}]", char::from(lowest), char::from(below))
        };
        match digits.len() - place - 1 {
            0 => {}
            1 => pattern += "[0-9]",
            rest => pattern += &format!("[0-9]{{{rest}}}"),
        }
        patterns.push(pattern);
    }
    patterns
}
