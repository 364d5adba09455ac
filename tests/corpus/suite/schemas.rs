//! What does a type's JSON Schema say of its values?

use jsonschema::{Draft, Validator};
use serde_json::{Value as Json, json};
use traitwire_cli::emit::Problem;
use traitwire_cli::emit::json_schema::{Way, of_type};
use traitwire_cli::emit::openapi;
use traitwire_corpus::Case;
use traitwire_schema::Type;
use traitwire_schema::walk::Schema;

use crate::generate::Generator;
use crate::random::Random;
use crate::{none_wrong, say};

/// The JSON Schemas of a type: of what is written, and of what is read.
pub(crate) struct Schemas {
    pub(crate) written: Checked,
    pub(crate) read: Checked,
}

/// A JSON Schema, and what validates by it.
pub(crate) struct Checked {
    pub(crate) schema: Json,
    pub(crate) validator: Validator,
}

impl Schemas {
    /// # Errors
    /// The message of what keeps it from having one.
    pub(crate) fn of(case: &Case) -> Result<Schemas, String> {
        let schema = case.schema()?;
        let one = |way| of_one(&schema, &case.ty, way);
        Ok(Schemas { written: one(Way::Out)?, read: one(Way::In)? })
    }
}

/// The JSON Schema of a type one way.
pub(crate) fn of_one(schema: &Schema, ty: &Type, way: Way) -> Result<Checked, String> {
    let text = of_type(schema, ty, way).map_err(|problems| first(&problems))?;
    Checked::new(serde_json::from_str(&text).expect("JSON"))
}

/// What a list of problems begins with.
pub(crate) fn first(problems: &[Problem]) -> String {
    problems.first().expect("a problem").message.clone()
}

impl Checked {
    pub(crate) fn new(schema: Json) -> Result<Checked, String> {
        Checked::with_formats(schema, true)
    }

    /// Where formats are asserted, or only said.
    fn with_formats(schema: Json, asserted: bool) -> Result<Checked, String> {
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(asserted)
            .build(&schema)
            .map_err(|error| format!("no JSON Schema: {error}"))?;
        Ok(Checked { schema, validator })
    }
}

/// What OpenAPI says of replies of this type.
fn openapi_of(case: &Case) -> Result<Checked, String> {
    let files = openapi::emit(&case.schema()?, &openapi::Options::default())
        .map_err(|problems| first(&problems))?;
    let document: Json = serde_json::from_str(&files[0].text).expect("JSON");
    let path = format!("/{}/v1/read", case.id);
    let reply = &document["paths"][&path]["post"]["responses"]["200"]["content"];
    let reply = reply["application/json"]["schema"].clone();
    // Bytes alone are no JSON there.
    let reply = if reply.is_null() { json!(true) } else { reply };
    // There, formats say more to people than patterns do, and are no assertions.
    Checked::with_formats(json!({ "allOf": [reply], "components": document["components"] }), false)
}

fn parsed(json: &str) -> Json {
    serde_json::from_str(json).expect("JSON")
}

#[test]
fn what_is_written_is_valid() {
    let cases = crate::cases();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for case in &cases {
        let both = Schemas::of(case).and_then(|schemas| Ok((schemas, openapi_of(case)?)));
        let (schemas, openapi) = match both {
            Ok(both) => both,
            Err(why) => {
                wrong.push(format!("{}: {why}", case.id));
                continue;
            }
        };
        for json in case.values.iter().filter_map(|value| value.json().ok()) {
            count += 1;
            let value = parsed(&json);
            for (what, checked) in [("JSON Schema", &schemas.written), ("OpenAPI", &openapi)] {
                if let Err(error) = checked.validator.validate(&value) {
                    wrong.push(format!("{}: serde writes {json}; {what}: {error}", case.id));
                }
            }
            // What serde reads of its own must be admitted as well. Of two different types, an array
            // may happen to be read as a struct.
            if !case.module.ends_with("two_directions")
                && (case.read)(&json).is_ok()
                && let Err(error) = schemas.read.validator.validate(&value)
            {
                wrong.push(format!("{}: serde reads {json}, but {error}", case.id));
            }
        }
    }
    none_wrong("the JSON Schema of what is written", &wrong);
    say(&format!("{} types, {count} values written, 0 not as their JSON Schema says", cases.len()));
}

/// Whether the reader of a type refuses values for reasons that no schema can say: it is a function
/// that somebody wrote, or knows a calendar.
pub(crate) fn is_partial(case: &Case) -> bool {
    case.module.ends_with("partial") || case.module.ends_with("foreign")
}

/// Values that the schema of what is read admits, and what serde says of those that it refuses.
pub(crate) fn refused(
    case: &Case,
    schemas: &Schemas,
    count: usize,
    seed: u64,
) -> (usize, Vec<String>) {
    let admitted = admitted(case, schemas, count, seed);
    let refused = admitted.iter().filter_map(|value| {
        let json = value.to_string();
        (case.read)(&json).err().map(|error| format!("{}: `{json}`: {error}", case.id))
    });
    // A few say what is wrong.
    (admitted.len(), refused.take(3).collect())
}

/// Values that the schema of what is read admits.
pub(crate) fn admitted(case: &Case, schemas: &Schemas, count: usize, seed: u64) -> Vec<Json> {
    // Some integers are larger than serde_json's values can be, and would be others in a new text.
    let written: Vec<Json> = case
        .values
        .iter()
        .filter_map(|value| Some(parsed(&value.json().ok()?)))
        .filter(|value| (case.read)(&value.to_string()).is_ok())
        .collect();
    let random = Random::new(seed, &case.id);
    let mut generator = Generator::new(&schemas.read.schema, random, &written);
    let fits = |value: &Json| schemas.read.validator.is_valid(value);
    let mut admitted: Vec<Json> = written.iter().filter(|value| fits(value)).cloned().collect();
    let before = admitted.len();
    // Chance may lead nowhere, and some types have few values.
    for attempt in 0..8 * count {
        if admitted.len() >= before + count {
            break;
        }
        let made = if attempt % 2 == 0 || admitted.is_empty() {
            generator.value()
        } else {
            let at = attempt % admitted.len();
            Some(generator.changed(&admitted[at].clone()))
        };
        admitted.extend(made.filter(fits));
    }
    admitted.split_off(before)
}

/// How many values a type gets by chance, which `CORPUS_VALUES` sets.
pub(crate) fn values_per_type() -> usize {
    std::env::var("CORPUS_VALUES")
        .map_or(60, |count| count.parse().expect("CORPUS_VALUES: a number"))
}

#[test]
fn what_is_admitted_is_read() {
    let cases = crate::cases();
    let (mut wrong, mut count) = (Vec::new(), 0);
    let seed = Random::seed();
    for case in &cases {
        let Ok(schemas) = Schemas::of(case) else { continue };
        let (admitted, refused) = refused(case, &schemas, values_per_type(), seed);
        if admitted == 0 {
            wrong.push(format!("{}: no value was found", case.id));
        }
        if !is_partial(case) {
            count += admitted;
            wrong.extend(refused);
        }
    }
    none_wrong(&format!("values that the schema admits (CORPUS_SEED={seed})"), &wrong);
    say(&format!(
        "{count} values admitted by a JSON Schema, 0 refused by serde (CORPUS_SEED={seed})"
    ));
}
