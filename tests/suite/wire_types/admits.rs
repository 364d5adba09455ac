//! Is this JSON what the schema says?

use regex::Regex;
use serde_json::Value;
use traitwire::schema::walk::Schema;
use traitwire::schema::{Body, Field, Int, Shape, Struct, Type};

/// Whether a value is of a type as it is written. Only what std's and foreign types need: the types
/// that are derived have suites of their own.
pub(crate) fn admits(schema: &Schema, ty: &Type, value: &Value) -> bool {
    match ty {
        Type::Bool => value.is_boolean(),
        Type::F32 | Type::F64 => value.is_number(),
        Type::Float => {
            value.is_number() || matches!(value.as_str(), Some("NaN" | "Infinity" | "-Infinity"))
        }
        Type::Char => value.as_str().is_some_and(|text| text.chars().count() == 1),
        Type::String | Type::Bytes => value.is_string(),
        Type::Unit => value.is_null(),
        Type::Json => true,
        Type::Format(format) => {
            let meets = |text| Regex::new(&format.pattern).unwrap().is_match(text);
            value.as_str().is_some_and(meets)
        }
        Type::Int(int) => in_range(*int, value, u128::MAX),
        Type::NonZero(int) => in_range(*int, value, u128::MAX) && *value != 0,
        Type::AtMost(int, most) => in_range(*int, value, (*most).into()),
        Type::Option(inner) => value.is_null() || admits(schema, inner, value),
        Type::Seq(item) | Type::Set(item) => value
            .as_array()
            .is_some_and(|items| items.iter().all(|value| admits(schema, item, value))),
        Type::Array(item, len) => value.as_array().is_some_and(|items| {
            items.len() as u64 == *len && items.iter().all(|value| admits(schema, item, value))
        }),
        Type::Tuple(types) => value.as_array().is_some_and(|items| {
            items.len() == types.len()
                && types.iter().zip(items).all(|(ty, value)| admits(schema, ty, value))
        }),
        Type::Map(key, item) => value.as_object().is_some_and(|members| {
            members
                .iter()
                .all(|(name, value)| admits_key(schema, key, name) && admits(schema, item, value))
        }),
        Type::Named(named) => {
            let def = schema.def(&named.id).unwrap();
            match &def.body {
                Body::Struct(Struct { shape, .. }) => {
                    shape_admits(schema, shape, &named.args, value)
                }
                Body::Enum(body) => body.variants.iter().any(|variant| {
                    let name = variant.write.as_deref().unwrap();
                    match &variant.shape {
                        Shape::Unit => value == name,
                        shape => value.as_object().is_some_and(|members| {
                            members.len() == 1
                                && members.get(name).is_some_and(|value| {
                                    shape_admits(schema, shape, &named.args, value)
                                })
                        }),
                    }
                }),
            }
        }
        other => panic!("{other:?} is not to be found here"),
    }
}

fn shape_admits(schema: &Schema, shape: &Shape, args: &[Type], value: &Value) -> bool {
    match shape {
        Shape::Newtype(ty) => admits(schema, &ty.substitute(args), value),
        Shape::Fields(fields) => value.as_object().is_some_and(|members| {
            let admitted = |field: &Field| {
                let name = &*field.write.as_ref().unwrap().name;
                let ty = field.ty.substitute(args);
                members.get(name).is_some_and(|value| admits(schema, &ty, value))
            };
            members.len() == fields.len() && fields.iter().all(admitted)
        }),
        other => panic!("{other:?} is not to be found here"),
    }
}

/// A key is text, or what its text says.
fn admits_key(schema: &Schema, key: &Type, name: &str) -> bool {
    admits(schema, key, &Value::from(name))
        || serde_json::from_str(name).is_ok_and(|value| admits(schema, key, &value))
        || name.parse::<u128>().is_ok_and(|_| *key == Type::Int(Int::U128))
}

fn in_range(int: Int, value: &Value, most: u128) -> bool {
    let Value::Number(number) = value else { return false };
    if int.bits() == 128 {
        // Larger than `Value` can hold; serde has read it as a real.
        return int.signed() || !number.to_string().starts_with('-');
    }
    let width = u32::from(int.bits() - u8::from(int.signed()));
    if let Some(number) = number.as_u64() {
        let number = u128::from(number);
        number < 1 << width && number <= most
    } else {
        int.signed() && number.as_i64().is_some_and(|number| i128::from(number) >= -(1 << width))
    }
}
