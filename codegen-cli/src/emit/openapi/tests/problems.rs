//! Does bad input get a message that names the place and a way out?

use serde_json::{Value, json};
use traitwire::rpc::Stub as _;
use traitwire_schema::Source;
use traitwire_schema::walk::Schema;

use super::super::{Options, emit};
use super::kitchen::SinkClient;
use super::{parsed, problems};

fn with_names(path: &str, name: &str) -> Options {
    let names = [(path.to_owned(), name.to_owned())].into();
    Options { names, ..Options::default() }
}

/// An interface with one method that takes an `x::A`.
fn small() -> Value {
    let named = |name: &str| json!({ "named": { "id": name } });
    json!({
        "schemaFormat": 1,
        "interfaces": [{
            "name": "Shop", "rustName": "Shop", "kind": "rpc", "servedBy": "backend",
            "version": "1.0.0",
            "methods": [{
                "name": "buy", "rustName": "buy", "access": "public", "reply": { "value": "unit" },
                "args": [{ "name": "a", "rustName": "a", "ty": named("x::A") }],
                "source": { "file": "shop.rs", "line": 3, "column": 5 },
            }],
        }],
        "types": { "x::A": {
            "body": { "struct": { "shape": "unit" } },
            "source": { "file": "a.rs", "line": 7, "column": 1 },
        } },
    })
}

#[test]
fn a_document_without_any_call_is_refused() {
    let mut json = small();
    json["interfaces"][0]["kind"] = json!("ipc");
    let schema = Schema::from_json(&json.to_string()).unwrap();
    let problems = emit(&schema, &Options::default()).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].message, "there is no RPC interface, and OpenAPI describes no others");
}

#[test]
fn a_chosen_name_needs_a_type_and_the_right_letters() {
    let json = small().to_string();
    let unknown = problems(&json, &with_names("x::B", "C"));
    assert_eq!(unknown[0].message, "there is no type `x::B` to be called `C`");
    assert_eq!(unknown[0].help.as_deref(), Some("did you mean `x::A`?"));
    let bad = problems(&json, &with_names("x::A", "Größe"));
    assert_eq!(bad[0].message, "the name `Größe` for `x::A` cannot name a schema in OpenAPI");
    assert_eq!(bad[0].source, Source { file: "a.rs".into(), line: 7, column: 1 });
}

#[test]
fn two_schemas_cannot_have_one_name() {
    let taken = problems(&small().to_string(), &with_names("x::A", "TraitwireFault"));
    assert_eq!(taken[0].message, "the type `x::A` cannot be called `TraitwireFault` in OpenAPI");
    assert_eq!(taken[0].source.line, 7);
}

#[test]
fn a_type_that_never_ends_is_named() {
    let mut json = small();
    let grown = json!({ "named": { "id": "x::P", "args": [{ "seq": { "param": 0 } }] } });
    json["types"]["x::P"] = json!({
        "params": ["T"],
        "body": { "struct": { "shape": { "newtype": { "option": grown } } } },
        "source": { "file": "p.rs", "line": 9, "column": 1 },
    });
    let used = json!({ "named": { "id": "x::P", "args": ["bool"] } });
    json["interfaces"][0]["methods"][0]["args"][0]["ty"] = used;
    let found = problems(&json.to_string(), &Options::default());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].message, "`x::P` contains itself with ever larger type arguments");
    assert_eq!(found[0].source.line, 9);
}

#[test]
fn examples_have_to_be_json_and_not_too_many() {
    let block = |json: &str| format!("```json\n{json}\n```\n");
    for (docs, expected) in [
        (block("{ a }"), "an example in the docs of `Shop/buy` is no JSON"),
        (block("[1]"), "the first example of `Shop/buy` is not an object of its arguments"),
        (block("{}").repeat(3), "`Shop/buy` has more examples than its arguments and its reply"),
    ] {
        let mut json = small();
        json["interfaces"][0]["methods"][0]["docs"] = docs.into();
        let found = problems(&json.to_string(), &Options::default());
        assert!(found[0].message.starts_with(expected), "{}", found[0].message);
        assert_eq!(found[0].source.line, 3);
    }
}

#[test]
fn names_that_break_paths_and_operations_are_refused() {
    let mut json = small();
    let mut twin = json["interfaces"][0]["methods"][0].clone();
    json["interfaces"][0]["methods"][0]["name"] = "a-b".into();
    twin["name"] = "a_b".into();
    json["interfaces"][0]["methods"].as_array_mut().unwrap().push(twin);
    let found = problems(&json.to_string(), &Options::default());
    assert_eq!(found[0].message, "`Shop/a-b` and `Shop/a_b` would be one operation");
    json["interfaces"][0]["methods"][0]["name"] = "a/b".into();
    let found = problems(&json.to_string(), &Options::default());
    assert!(found[0].message.starts_with("the name of the method `Shop/a/b` "), "{found:?}");
}

#[test]
fn one_series_cannot_be_there_twice() {
    let mut json = small();
    let mut twin = json["interfaces"][0].clone();
    twin["version"] = "1.3.0".into();
    json["interfaces"].as_array_mut().unwrap().push(twin);
    let found = problems(&json.to_string(), &Options::default());
    assert_eq!(found[0].message, "`Shop` is there twice in the series v1, as 1.0.0 and 1.3.0");
}

#[test]
fn what_cannot_be_flattened_is_refused_at_its_field() {
    let mut json = parsed(&Schema::collect([SinkClient::interface()]).unwrap().to_json());
    let types = json["types"].as_object_mut().unwrap();
    let everything = types.iter_mut().find(|(id, _)| id.ends_with("::Everything")).unwrap().1;
    let fields = everything["body"]["struct"]["shape"]["fields"].as_array_mut().unwrap();
    let field = fields.iter_mut().find(|field| field["rustName"] == "growing").unwrap();
    field["flatten"] = true.into();
    field["ty"] = json!({ "seq": "u8" });
    let line = field["source"]["line"].as_u64();
    let found = problems(&json.to_string(), &Options::default());
    let expected = "the flattened field `growing` is no object";
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].message, expected);
    assert_eq!(Some(u64::from(found[0].source.line)), line);
}

#[test]
fn a_type_that_is_nothing_but_itself_is_named() {
    let mut json = small();
    let own = json!({ "named": { "id": "x::A" } });
    json["types"]["x::A"]["body"] = json!({ "struct": { "shape": { "newtype": own } } });
    let found = problems(&json.to_string(), &Options::default());
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].message, "the type `x::A` is itself, with no object or array between");
    assert_eq!(found[0].source.line, 7);
}

#[test]
fn a_key_that_json_cannot_have_is_refused() {
    let mut json = small();
    let key = json!({ "option": "string" });
    json["types"]["x::A"]["body"] =
        json!({ "struct": { "shape": { "newtype": { "map": [key, "u8"] } } } });
    let found = problems(&json.to_string(), &Options::default());
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].message, "the type `x::A` has a map whose keys JSON cannot have");
}

/// The keyword for alternatives has to list one at least.
#[test]
fn an_enum_without_variants_has_no_value() {
    for tagging in [json!({ "internal": { "tag": "t" } }), json!("untagged"), json!("external")] {
        for open in [false, true] {
            let mut json = small();
            json["types"]["x::A"]["body"] =
                json!({ "enum": { "tagging": tagging, "variants": [], "open": open } });
            let give = json!({ "value": { "named": { "id": "x::A" } } });
            json["interfaces"][0]["methods"][0]["reply"] = give;
            let schema = Schema::from_json(&json.to_string()).unwrap();
            let text = emit(&schema, &Options::default()).unwrap().remove(0).text;
            let schemas = parsed(&text)["components"]["schemas"].clone();
            let input = if open { "AInput" } else { "A" };
            assert_eq!(schemas[input], json!({ "not": {} }), "{tagging}");
            assert!(!schemas["A"].to_string().contains("[]"), "{schemas}");
        }
    }
}
