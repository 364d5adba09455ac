//! Types that are one value, keys of maps, and members of structs.

use std::collections::{BTreeMap, BTreeSet};
use std::num::{NonZeroI8, NonZeroU16};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use traitwire::Bytes;
use traitwire_schema::{Format, Int, Shape, Tagging, Type};

use super::model::{
    choice, denying, field, fields, map, maybe_written, named, newtype, only_written, option,
    other, plain, schema, split, variant, with_aliases, with_default,
};
use super::{Way, check, of_type};

const U8: Type = Type::Int(Int::U8);

fn none() -> traitwire_schema::walk::Schema {
    schema([])
}

fn json_of(ty: &Type, way: Way) -> Value {
    serde_json::from_str(&of_type(&none(), ty, way).unwrap()).unwrap()
}

#[test]
fn integers_have_their_bounds_to_the_last_digit() {
    for (int, low, high) in [
        (Int::I8, "-128", "127"),
        (Int::U32, "0", "4294967295"),
        (Int::I64, "-9223372036854775808", "9223372036854775807"),
        (Int::Usize, "0", "18446744073709551615"),
        (
            Int::I128,
            "-170141183460469231731687303715884105728",
            "170141183460469231731687303715884105727",
        ),
        (Int::U128, "0", "340282366920938463463374607431768211455"),
    ] {
        let text = of_type(&none(), &Type::Int(int), Way::In).unwrap();
        assert!(text.contains(&format!("\"minimum\": {low},\n")), "{text}");
        assert!(text.contains(&format!("\"maximum\": {high}\n")), "{text}");
    }
    check(&none(), &Type::Int(Int::U64), &[0, u64::MAX]).agrees(&["-1", "18446744073709551616"]);
    check(&none(), &Type::Int(Int::I64), &[i64::MIN, i64::MAX])
        .agrees(&["9223372036854775808", "1.5"]);
    check(&none(), &Type::NonZero(Int::I8), &[NonZeroI8::MIN, NonZeroI8::MAX])
        .agrees(&["0", "128"]);
    check(&none(), &Type::NonZero(Int::U16), &[NonZeroU16::MIN, NonZeroU16::MAX])
        .agrees(&["0", "65536"]);
    let most = json_of(&Type::AtMost(Int::U32, 9), Way::In);
    assert_eq!(most["maximum"], 9);
}

#[test]
fn other_scalars() {
    check(&none(), &Type::Char, &['a', '🦀']).agrees(&[r#""""#, r#""ab""#]);
    check(&none(), &Type::F32, &[f32::MAX, f32::MIN, 0.5]).agrees(&["1e39", "-1e300"]);
    let bytes: Vec<Bytes> =
        [&[][..], &[1], &[1, 2], &[255, 254, 253], &[0; 7]].map(|b| b.to_vec().into()).into();
    check(&none(), &Type::Bytes, &bytes).agrees(&[
        r#""AQI""#,
        r#""A Q=""#,
        r#""AQ==""#,
        r#""AR==""#,
        r#""AQIDB===""#,
        r#""-_8=""#,
    ]);
    check(&none(), &Type::Tuple(vec![U8, Type::Bool].into()), &[(1_u8, true)])
        .agrees(&["[1]", "[1,true,1]"]);
    check(&none(), &Type::Array(U8.into(), 2), &[[1_u8, 2]]).agrees(&["[1]", "[1,2,3]"]);
    let set: BTreeSet<u8> = [1, 2].into();
    check(&none(), &Type::Set(U8.into()), &[set]).input_is_narrower(&["[1,1]"]);
    let float = Type::Float;
    let output = super::Validator::new(&none(), &option(float), Way::Out);
    assert!(["1.5", r#""NaN""#, r#""-Infinity""#, "null"].iter().all(|text| output.takes(text)));
    assert!(!output.takes(r#""nan""#) && !output.takes("true"));
}

#[test]
fn options_of_what_lists_its_values() {
    let literal = option(Type::Literal("on".into()));
    let input = super::Validator::new(&none(), &literal, Way::In);
    assert!(input.takes("null") && input.takes(r#""on""#) && !input.takes(r#""off""#));
    let twice = option(option(U8));
    check(&none(), &twice, &[Some(Some(1_u8)), None]).agrees(&[r#""x""#]);
    check(&none(), &option(Type::Unit), &[None::<()>]).agrees(&["1"]);
}

#[test]
fn a_form_has_a_name_that_validators_know_or_none() {
    let form = |name: &'static str, pattern: &'static str| {
        Type::Format(Format { name: name.into(), pattern: pattern.into(), positional: true })
    };
    let uuid = json_of(&form("uuid", ""), Way::In);
    assert_eq!((&uuid["format"], &uuid["type"]), (&json!("uuid"), &json!("string")));
    let semver = json_of(&form("semver", "^[0-9]+$"), Way::In);
    assert_eq!((semver.get("format"), &semver["pattern"]), (None, &json!("^[0-9]+$")));
    let keys = json_of(&map(form("semver", "^[0-9]+$"), U8), Way::In);
    assert_eq!(keys["propertyNames"]["pattern"], "^[0-9]+$");
}

#[test]
fn keys_are_texts_of_what_they_stand_for() {
    fn of<K: Ord, const N: usize>(keys: [K; N]) -> [BTreeMap<K, u8>; 1] {
        [keys.into_iter().map(|key| (key, 1)).collect()]
    }
    #[derive(Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
    enum Kind {
        A,
        #[serde(other)]
        Other,
    }
    let kind = choice(Tagging::External, [variant("A", Shape::Unit), other("Other")]);
    let id = plain(newtype(Type::Int(Int::U16)));
    let schema = schema([("Kind", kind), ("Id", id)]);
    let value = |key: &str| json!({ key: 1 }).to_string();
    let keys: Vec<String> =
        ["0", "-0", "00", "01", "1.0", "+1", " 1", "1 ", "", "-", "x", "9", "10"]
            .into_iter()
            .chain([
                "99", "100", "127", "128", "129", "130", "199", "200", "255", "256", "260", "999",
            ])
            .chain([
                "-1", "-9", "-10", "-127", "-128", "-129", "-130", "-200", "-1000", "65535",
                "65536",
            ])
            .chain(["65540", "65600", "66000", "70000", "59999", "100000"])
            .chain(["18446744073709551615", "18446744073709551616", "18446744073709551620"])
            .chain(["9223372036854775807", "9223372036854775808", "-9223372036854775808"])
            .chain(["-9223372036854775809", "170141183460469231731687303715884105727"])
            .chain(["170141183460469231731687303715884105728", "10000000000000000000"])
            .chain([
                "340282366920938463463374607431768211455",
                "340282366920938463463374607431768211456",
            ])
            .map(value)
            .collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let int = |int| map(Type::Int(int), U8);
    check(&schema, &int(Int::U8), &of([0, u8::MAX])).agrees(&keys);
    check(&schema, &int(Int::I8), &of([i8::MIN, 0, i8::MAX])).agrees(&keys);
    check(&schema, &int(Int::U64), &of([0, u64::MAX])).agrees(&keys);
    check(&schema, &int(Int::I64), &of([i64::MIN, i64::MAX])).agrees(&keys);
    check(&schema, &int(Int::U128), &of([0, u128::MAX])).agrees(&keys);
    // Of 128 bits, serde takes `-0` for 0.
    let narrower = value("-0");
    let others: Vec<&str> = keys.iter().copied().filter(|key| **key != narrower).collect();
    check(&schema, &int(Int::I128), &of([i128::MIN, i128::MAX]))
        .agrees(&others)
        .input_is_narrower(&[&narrower]);
    check(&schema, &map(named("Id"), U8), &of([0_u16, u16::MAX])).agrees(&keys);
    let one = NonZeroI8::MIN;
    check(&schema, &map(Type::NonZero(Int::I8), U8), &of([one, NonZeroI8::MAX])).agrees(&keys);
    check(&schema, &map(Type::Char, U8), &of(['a', '🦀'])).agrees(&keys);
    check(&schema, &map(Type::Bool, U8), &of([true])).agrees(&[r#"{"true":1}"#, r#"{"yes":1}"#]);
    check(&schema, &map(named("Kind"), U8), &of([Kind::A, Kind::Other])).agrees(&[r#"{"new":1}"#]);
}

#[test]
fn members_and_their_other_names() {
    #[derive(Debug, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Members {
        #[serde(alias = "aa", alias = "aaa")]
        a: u8,
        #[serde(alias = "bb", default)]
        b: u8,
        c: Option<u8>,
        #[serde(default, skip_deserializing)]
        written: u8,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        maybe: Option<u8>,
    }
    let body = denying(plain(fields([
        with_aliases(field("a", U8), &["aa", "aaa"]),
        with_default(with_aliases(field("b", U8), &["bb"]), "0"),
        field("c", option(U8)),
        only_written(field("written", U8)),
        maybe_written(with_default(field("maybe", option(U8)), "null")),
    ])));
    let schema = schema([("Members", body)]);
    let value = || Members { a: 1, b: 2, c: None, written: 3, maybe: None };
    let text = of_type(&schema, &named("Members"), Way::In).unwrap();
    assert!(text.contains(r#""default": 0"#), "{text}");
    check(&schema, &named("Members"), &[value()])
        .agrees(&[
            r#"{"a":1}"#,
            r#"{"aa":1}"#,
            r#"{"aaa":1,"bb":1,"c":1}"#,
            r#"{"a":1,"aaa":1}"#,
            r#"{"a":1,"b":1,"bb":1}"#,
            r#"{"b":1}"#,
            r#"{"a":1,"written":1}"#,
            r#"{"a":1,"maybe":null}"#,
        ])
        .output(
            &[r#"{"a":1,"b":1,"c":null,"written":1,"later":1}"#],
            &[r#"{"a":1,"b":1,"c":null}"#, r#"{"aa":1,"b":1,"c":null,"written":1}"#],
        );
}

#[test]
fn what_is_written_and_what_is_read_are_apart() {
    let split = split(Type::String, U8);
    assert_eq!(json_of(&split, Way::Out)["type"], "string");
    assert_eq!(json_of(&split, Way::In)["type"], "integer");
    // The type that only the other way needs is not described.
    let tag = only_written(field("type", Type::Literal("S".into())));
    let schema = schema([
        ("S", plain(fields([tag, field("a", super::model::split(named("W"), named("R")))]))),
        ("W", plain(fields([field("w", U8)]))),
        ("R", plain(fields([field("r", U8)]))),
    ]);
    let output = of_type(&schema, &named("S"), Way::Out).unwrap();
    assert!(output.contains(r##""#/$defs/W""##) && !output.contains(r#""R""#), "{output}");
    assert!(output.contains(r#""const": "S""#));
    let input = of_type(&schema, &named("S"), Way::In).unwrap();
    assert!(input.contains(r##""#/$defs/R""##) && !input.contains(r#""W""#), "{input}");
    assert!(!input.contains("const"));
}
