//! Is the default that a schema states the one that serde takes?

use serde_json::Value as Json;
use traitwire_corpus::types;
use traitwire_schema::{Absent, Body, Shape, Struct, Type, Value};

use crate::{none_wrong, say};

#[test]
fn a_member_that_is_left_out_reads_as_its_default() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for case in &types::cases() {
        let schema = case.schema().expect("a schema");
        let Type::Named(named) = &case.ty else { continue };
        let def = schema.def(&named.id).expect("its definition");
        let Body::Struct(Struct { shape: Shape::Fields(fields), .. }) = &def.body else { continue };
        for read in fields.iter().filter(|field| !field.flatten).filter_map(|f| f.read.as_ref()) {
            let Absent::Default(Value::Json(default)) = &read.absent else { continue };
            let default: Json = serde_json::from_str(default).expect("JSON");
            for json in case.values.iter().filter_map(|value| value.json().ok()) {
                let Ok(Json::Object(mut members)) = serde_json::from_str(&json) else { continue };
                members.remove(&*read.name);
                let without = (case.read)(&Json::Object(members.clone()).to_string());
                members.insert(read.name.clone().into_owned(), default.clone());
                let with = (case.read)(&Json::Object(members).to_string());
                match (with, without) {
                    (Ok(with), Ok(without)) if with.is(&*without) => count += 1,
                    // Something else is missing: it is of another direction.
                    (Err(_), Err(_)) => {}
                    (with, without) => wrong.push(format!(
                        "{}: without `{}` it is {without:?}, with {default} {with:?}",
                        case.id, read.name
                    )),
                }
            }
        }
    }
    none_wrong("defaults", &wrong);
    assert!(count > 0, "no type has a default");
    say(&format!("{count} values without a member that has a default, 0 other than with it"));
}
