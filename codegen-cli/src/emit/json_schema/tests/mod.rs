//! Does what serde writes fit the schema of the output, and does serde read what fits that of the input?
//!
//! The second is asked of what is written with one thing altered, over and over, so that nobody has to
//! think of what might be wrong.

mod beside;
mod enums;
mod golden;
mod model;
mod problems;
mod scalars;
mod tags;

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use traitwire_schema::Type;
use traitwire_schema::walk::Schema;

use super::{Way, of_type};

/// A validator of one direction, and the text that it was made from.
struct Validator {
    text: String,
    validator: jsonschema::Validator,
}

impl Validator {
    #[track_caller]
    fn new(schema: &Schema, ty: &Type, way: Way) -> Validator {
        let text = of_type(schema, ty, way).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        assert!(jsonschema::draft202012::meta::is_valid(&document), "{text}");
        let options = jsonschema::draft202012::options().should_validate_formats(true);
        let validator = options.build(&document).unwrap();
        Validator { text, validator }
    }

    fn takes(&self, json: &str) -> bool {
        self.validator.is_valid(&serde_json::from_str(json).unwrap())
    }
}

/// What holds for a type and its model.
struct Checked<T> {
    input: Validator,
    output: Validator,
    reads: fn(&str) -> Result<T, serde_json::Error>,
}

impl<T: Debug> Checked<T> {
    /// Whatever serde does with these texts, the input says the same.
    #[track_caller]
    fn agrees(self, texts: &[&str]) -> Self {
        for text in texts {
            let read = (self.reads)(text);
            assert_eq!(
                self.input.takes(text),
                read.is_ok(),
                "{text}: {read:?}\n{}",
                self.input.text
            );
        }
        self
    }

    /// The output has room for these, and not for those.
    #[track_caller]
    fn output(self, fits: &[&str], does_not: &[&str]) -> Self {
        for text in fits {
            assert!(self.output.takes(text), "{text}\n{}", self.output.text);
        }
        for text in does_not {
            assert!(!self.output.takes(text), "{text}\n{}", self.output.text);
        }
        self
    }

    /// What serde takes all the same, though it is no way to write the value.
    #[track_caller]
    fn input_is_narrower(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!((self.reads)(text).is_ok(), "{text}");
            assert!(!self.input.takes(text), "{text}\n{}", self.input.text);
        }
        self
    }
}

/// Holds values of a type, and what is made from them, against its model.
#[track_caller]
fn check<T: Serialize + DeserializeOwned + Debug>(
    schema: &Schema,
    ty: &Type,
    values: &[T],
) -> Checked<T> {
    let input = Validator::new(schema, ty, Way::In);
    let output = Validator::new(schema, ty, Way::Out);
    let (mut taken, mut read) = (0, 0);
    for value in values {
        let text = serde_json::to_string(value).unwrap();
        assert!(output.takes(&text), "{text} is written, and does not fit\n{}", output.text);
        let mut texts = vec![text.clone()];
        let once = altered(&serde_json::from_str(&text).unwrap());
        for one in &once {
            texts.push(one.to_string());
            texts.extend(altered(one).into_iter().step_by(7).map(|two| two.to_string()));
        }
        for text in texts {
            let result = serde_json::from_str::<T>(&text);
            read += usize::from(result.is_ok());
            if input.takes(&text) {
                taken += 1;
                let of = "fits, and is not read";
                assert!(result.is_ok(), "{text} {of}: {}\n{}", result.unwrap_err(), input.text);
            }
        }
    }
    // One that takes next to nothing would pass all of this.
    assert!(taken > 0 && taken * 4 >= read, "{taken} of {read} fit\n{}", input.text);
    let reads = |text: &str| serde_json::from_str::<T>(text);
    Checked { input, output, reads }
}

/// What a value is with one thing altered.
fn altered(value: &Value) -> Vec<Value> {
    let others = [
        json!(null),
        json!(true),
        json!(1),
        json!(-1),
        json!(1.5),
        json!(300),
        json!("x"),
        json!([]),
        json!({}),
    ];
    let mut all: Vec<Value> = others.into_iter().filter(|other| other != value).collect();
    match value {
        Value::Object(members) => {
            for name in members.keys() {
                let mut fewer = members.clone();
                let taken = fewer.remove(name).unwrap_or_default();
                all.push(Value::Object(fewer.clone()));
                fewer.insert("unknown".to_owned(), taken.clone());
                all.push(Value::Object(fewer.clone()));
                for inside in altered(&taken) {
                    fewer = members.clone();
                    fewer.insert(name.clone(), inside);
                    all.push(Value::Object(fewer));
                }
            }
            for name in ["unknown", "a", "b", "t", "c", "x", "A", "B", "0"] {
                for extra in [json!(1), json!(null), json!("x"), json!(true)] {
                    let mut more: Map<String, Value> = members.clone();
                    if more.insert(name.to_owned(), extra).is_none() {
                        all.push(Value::Object(more));
                    }
                }
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                let mut fewer = items.clone();
                fewer.remove(at);
                all.push(Value::Array(fewer));
                for inside in altered(item) {
                    let mut other = items.clone();
                    other[at] = inside;
                    all.push(Value::Array(other));
                }
            }
            let mut more = items.clone();
            more.push(items.last().cloned().unwrap_or_default());
            all.push(Value::Array(more));
        }
        _ => {}
    }
    all
}
