//! How does JSON keep the order and the digits in which it was made?
//!
//! `serde_json::Value` sorts members and keeps 64 bits of a number, unless features say otherwise, which
//! would then hold for the whole workspace. A document for people has its members in an order that
//! reads well, and the bounds of a `u128` have all their digits.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The longest line on which a list or an object stands in one line.
const WIDTH: usize = 100;

/// How deep a text nests that is read: as deep as `serde_json` reads, which skips raw text at any depth.
const MAX_DEPTH: usize = 128;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::emit) enum Json {
    Null,
    Bool(bool),
    /// The digits as they are to stand.
    Number(String),
    String(String),
    Array(Vec<Json>),
    Object(Object),
}

/// A JSON object whose members stay in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::emit) struct Object(Vec<(String, Json)>);

impl Object {
    pub(in crate::emit) fn new() -> Object {
        Object::default()
    }

    /// The same object with one more member.
    #[must_use]
    pub(in crate::emit) fn with(
        mut self,
        name: impl Into<String>,
        value: impl Into<Json>,
    ) -> Object {
        self.put(name, value);
        self
    }

    /// Replaces a member where it stands, or adds it at the end.
    pub(in crate::emit) fn put(&mut self, name: impl Into<String>, value: impl Into<Json>) {
        let (name, value) = (name.into(), value.into());
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.0.push((name, value)),
        }
    }

    /// Adds a member unless there is nothing in it.
    pub(in crate::emit) fn put_some(&mut self, name: &str, value: impl Into<Json>) {
        let value = value.into();
        let nothing = match &value {
            Json::Null => true,
            Json::String(text) => text.is_empty(),
            Json::Array(items) => items.is_empty(),
            Json::Object(object) => object.is_empty(),
            Json::Bool(_) | Json::Number(_) => false,
        };
        if !nothing {
            self.put(name, value);
        }
    }

    /// The same object with all members of another.
    #[must_use]
    pub(in crate::emit) fn with_all(mut self, other: Object) -> Object {
        self.extend(other);
        self
    }

    /// Adds all members of another object.
    pub(in crate::emit) fn extend(&mut self, other: Object) {
        for (name, value) in other.0 {
            self.put(name, value);
        }
    }

    pub(in crate::emit) fn get(&self, name: &str) -> Option<&Json> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    pub(in crate::emit) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(in crate::emit) fn len(&self) -> usize {
        self.0.len()
    }

    pub(in crate::emit) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Json {
        Json::String(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Json {
        Json::String(text)
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Json {
        Json::Bool(value)
    }
}

impl From<u64> for Json {
    fn from(value: u64) -> Json {
        Json::Number(value.to_string())
    }
}

impl From<Object> for Json {
    fn from(object: Object) -> Json {
        Json::Object(object)
    }
}

impl<T: Into<Json>> From<Vec<T>> for Json {
    fn from(items: Vec<T>) -> Json {
        Json::Array(items.into_iter().map(Into::into).collect())
    }
}

impl Json {
    /// Reads a text that somebody wrote, digit by digit.
    ///
    /// # Errors
    /// What is wrong with it and in which line.
    pub(in crate::emit) fn parse(text: &str) -> Result<Json, serde_json::Error> {
        Json::of_raw(serde_json::from_str(text)?, 0)
    }

    fn of_raw(raw: &RawValue, depth: usize) -> Result<Json, serde_json::Error> {
        if depth > MAX_DEPTH {
            let message = format_args!("JSON nests deeper than {MAX_DEPTH}");
            return Err(serde_json::Error::custom(message));
        }
        let inner = |raw| Json::of_raw(raw, depth + 1);
        let text = raw.get();
        Ok(match text.as_bytes().first() {
            Some(b'{') => {
                let Members(members) = serde_json::from_str(text)?;
                let mut object = Object::new();
                for (name, value) in members {
                    object.put(name, inner(value)?);
                }
                Json::Object(object)
            }
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(text)?;
                Json::Array(items.into_iter().map(inner).collect::<Result<_, _>>()?)
            }
            Some(b'"') => Json::String(serde_json::from_str(text)?),
            Some(b't') => Json::Bool(true),
            Some(b'f') => Json::Bool(false),
            Some(b'n') => Json::Null,
            _ => Json::Number(text.to_owned()),
        })
    }

    fn in_one_line(&self) -> String {
        match self {
            Json::Null => "null".to_owned(),
            Json::Bool(value) => value.to_string(),
            Json::Number(digits) => digits.clone(),
            Json::String(text) => quoted(text),
            Json::Array(items) => {
                let items: Vec<_> = items.iter().map(Json::in_one_line).collect();
                format!("[{}]", items.join(", "))
            }
            Json::Object(Object(members)) if members.is_empty() => "{}".to_owned(),
            Json::Object(Object(members)) => {
                let members = members
                    .iter()
                    .map(|(name, value)| format!("{}: {}", quoted(name), value.in_one_line()));
                format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// Whether it is worth more than one line wherever it stands.
    fn nests(&self) -> bool {
        let holds = |value: &Json| match value {
            Json::Array(items) => !items.is_empty(),
            Json::Object(object) => !object.is_empty(),
            _ => false,
        };
        match self {
            Json::Array(items) => items.iter().any(holds),
            Json::Object(Object(members)) => members.iter().any(|(_, value)| holds(value)),
            _ => false,
        }
    }

    /// Writes the value; `room` is what its first line may take.
    fn write(&self, out: &mut String, indent: usize, room: usize) {
        if !self.nests() {
            let line = self.in_one_line();
            let scalar = !matches!(self, Json::Array(_) | Json::Object(_));
            if scalar || line.len() <= room {
                out.push_str(&line);
                return;
            }
        }
        let step = "  ".repeat(indent + 1);
        let inner = WIDTH.saturating_sub(step.len() + 1);
        let (open, close) = if matches!(self, Json::Array(_)) { ('[', ']') } else { ('{', '}') };
        out.push(open);
        match self {
            Json::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    out.push_str(if i == 0 { "\n" } else { ",\n" });
                    out.push_str(&step);
                    item.write(out, indent + 1, inner);
                }
            }
            Json::Object(Object(members)) => {
                for (i, (name, value)) in members.iter().enumerate() {
                    let name = quoted(name);
                    out.push_str(if i == 0 { "\n" } else { ",\n" });
                    out.push_str(&step);
                    out.push_str(&name);
                    out.push_str(": ");
                    value.write(out, indent + 1, inner.saturating_sub(name.len() + 2));
                }
            }
            _ => {}
        }
        out.push('\n');
        out.push_str(&step[2..]);
        out.push(close);
    }
}

/// The value as an indented text, without a newline at its end.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        self.write(&mut out, 0, WIDTH);
        f.write_str(&out)
    }
}

fn quoted(text: &str) -> String {
    // A string can always be written.
    serde_json::to_string(text).unwrap_or_default()
}

/// The members of an object, in order.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_digits_stay() {
        let text =
            r#"{ "z": 340282366920938463463374607431768211455, "a": [-0.10, 1e400], "ä": "\n" }"#;
        let json = Json::parse(text).unwrap();
        assert_eq!(json.in_one_line(), text);
        assert!(Json::parse("{ a: 1 }").is_err());
        assert!(Json::parse("1 2").is_err());
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(Json::parse(&deep(100)).is_ok());
        let error = Json::parse(&deep(100_000)).unwrap_err().to_string();
        assert!(error.contains("deeper than 128"), "{error}");
    }

    #[test]
    fn what_is_short_and_flat_stands_in_one_line() {
        let flat = Object::new().with("type", "string").with("format", "x");
        assert_eq!(
            Json::from(Object::new().with("a", flat).with("b", Object::new())).to_string(),
            "{\n  \"a\": { \"type\": \"string\", \"format\": \"x\" },\n  \"b\": {}\n}"
        );
        let long = Json::from(vec!["x".repeat(60), "y".repeat(60)]).to_string();
        assert_eq!(long.lines().count(), 4, "{long}");
    }
}
