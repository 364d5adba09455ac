//! Does an operation say what the backend does?

use std::collections::BTreeSet;

use serde_json::{Value, json};
use traitwire::FaultKind;
use traitwire_schema::walk::Schema;

use super::super::{Options, emit, errors};
use super::{interfaces, kitchen, parsed};

fn operation(path: &str, http: &str) -> Value {
    parsed(&kitchen())["paths"][path][http].clone()
}

#[test]
fn every_series_has_its_paths_and_ipc_has_none() {
    let document = parsed(&kitchen());
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(
        paths,
        ["/Sink/v1/drops", "/Sink/v1/fill", "/Sink/v1/find", "/Sink/v1/put", "/Sink/v2/put"]
    );
    assert_eq!(document["info"]["title"], "Sink");
    assert_eq!(document["info"]["version"], "2.0.1");
    assert_eq!(document["tags"].as_array().unwrap().len(), 1);
    assert_eq!(document["tags"][0]["description"], "A better sink.\n\nVersion 1.2.0 and 2.0.1.");
}

#[test]
fn no_two_operations_share_a_name_and_each_is_an_identifier() {
    for text in [kitchen(), interfaces()] {
        let document = parsed(&text);
        let mut ids = BTreeSet::new();
        for path in document["paths"].as_object().unwrap().values() {
            for operation in path.as_object().unwrap().values() {
                let id = operation["operationId"].as_str().unwrap().to_owned();
                assert!(id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{id}");
                assert!(ids.insert(id.clone()), "{id}");
            }
        }
    }
}

#[test]
fn only_readonly_methods_answer_get() {
    assert!(operation("/Sink/v1/find", "get").is_object());
    assert!(operation("/Sink/v1/put", "get").is_null());
    // A client that has nothing to say must still send a content type.
    assert_eq!(
        operation("/Sink/v2/put", "post")["requestBody"],
        json!({
            "required": true,
            "content": { "application/json": {
                "schema": { "type": "object", "additionalProperties": false },
            } },
        })
    );
}

#[test]
fn a_query_has_text_as_it_is_and_the_rest_as_json() {
    let find = operation("/Sink/v1/find", "get");
    let parameters = find["parameters"].as_array().unwrap();
    let as_json: Vec<&str> = parameters
        .iter()
        .filter(|parameter| parameter.get("content").is_some())
        .map(|parameter| parameter["name"].as_str().unwrap())
        .collect();
    assert_eq!(as_json, ["kinds"]);
    let required: Vec<&str> = parameters
        .iter()
        .filter(|parameter| parameter["required"] == true)
        .map(|parameter| parameter["name"].as_str().unwrap())
        .collect();
    assert_eq!(required, ["text", "kinds"]);
}

#[test]
fn bytes_travel_in_both_forms() {
    let fill = operation("/Sink/v1/fill", "post");
    for content in [&fill["requestBody"]["content"], &fill["responses"]["200"]["content"]] {
        let types: Vec<&String> = content.as_object().unwrap().keys().collect();
        assert_eq!(types, ["application/json", "application/octet-stream"]);
    }
}

#[test]
fn each_status_lists_its_variants_and_the_fault_that_shares_it() {
    let responses = &parsed(&kitchen())["components"]["responses"];
    let schema =
        |name: &str| responses[name]["content"]["application/problem+json"]["schema"].clone();
    let taken = schema("SinkError_409");
    let arms: Vec<&str> = taken["properties"]["error"]["oneOf"]
        .as_array()
        .unwrap()
        .iter()
        .map(|arm| arm["$ref"].as_str().unwrap().rsplit('/').next().unwrap())
        .collect();
    assert_eq!(arms, ["SinkError_Taken", "SinkError_Locked"]);
    // Variants of the error alone: no fault has 409.
    assert!(taken.get("oneOf").is_none());
    let missing = schema("SinkError_404");
    assert_eq!(missing["oneOf"][1]["$ref"], "#/components/schemas/TraitwireFault");
    let error = &missing["oneOf"][0]["properties"]["error"];
    assert_eq!(error["$ref"], "#/components/schemas/SinkError_NotFound");
    let other = schema("SinkError_422");
    assert_eq!(other["properties"]["status"]["const"], 422);
    // An error that is no enum has one status.
    let clogged = schema("Clogged_422");
    assert_eq!(clogged["properties"]["error"]["$ref"], "#/components/schemas/Clogged");
}

#[test]
fn access_is_what_the_interface_says() {
    let put = operation("/Sink/v1/put", "post");
    assert_eq!(put["security"], json!([{ "bearer": ["sink:write"] }]));
    assert!(put["responses"].get("401").is_some() && put["responses"].get("403").is_some());
    let fill = operation("/Sink/v1/fill", "post");
    assert_eq!(fill["security"], json!([]));
    assert!(fill["responses"].get("401").is_none() && fill["responses"].get("403").is_none());
    let find = operation("/Sink/v1/find", "post");
    assert!(find.get("security").is_none() && find["responses"].get("403").is_none());
}

#[test]
fn what_is_deprecated_says_so() {
    let fill = operation("/Sink/v1/fill", "post");
    assert_eq!(fill["deprecated"], true);
    let text = fill["description"].as_str().unwrap();
    assert!(text.ends_with("Deprecated since 1.2.0: use `put`"), "{text}");
}

/// Those that a frontend finds out never cross.
#[test]
fn the_codes_of_faults_are_those_of_the_runtime() {
    let crossing = FaultKind::ALL.iter().map(|kind| kind.code());
    let crossing: Vec<&str> =
        crossing.filter(|code| !["disconnected", "bad_reply"].contains(code)).collect();
    assert_eq!(BTreeSet::from(errors::CODES), BTreeSet::from_iter(crossing));
}

#[test]
fn titles_and_servers_can_be_chosen() {
    let options = Options {
        title: Some("Shop".to_owned()),
        servers: vec!["https://example.com/rpc/".to_owned()],
        ..Options::default()
    };
    let files = emit(&Schema::default(), &options).unwrap();
    let document = parsed(&files[0].text);
    assert_eq!(document["info"]["title"], "Shop");
    assert_eq!(document["servers"], json!([{ "url": "https://example.com/rpc" }]));
    let servers = parsed(&kitchen())["servers"].clone();
    assert_eq!(servers, json!([{ "url": "/rpc" }]));
}
