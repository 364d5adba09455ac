//! What do the validators of others say?

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{interfaces, kitchen};

/// A value, the schema that it is held against, and whether it should fit.
pub(super) struct Sample {
    pub(super) document: &'static str,
    pub(super) schema: &'static str,
    pub(super) json: String,
    pub(super) fits: bool,
}

/// Runs the validators; says why where they are not there.
pub(super) fn validate(samples: &[Sample]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    if !root.join("node_modules/@seriousme/openapi-schema-validator").is_dir() {
        println!("skipped: node_modules is missing; run `npm ci --ignore-scripts`");
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/emit/openapi/tests/validate.mjs");
    let node = Command::new("node")
        .arg(script)
        .current_dir(root.join("tests/typescript"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut node = match node {
        Ok(node) => node,
        Err(error) => {
            println!("skipped: node does not start: {error}");
            return;
        }
    };
    let values: Vec<Value> = samples
        .iter()
        .map(|Sample { document, schema, json, fits }| {
            json!({ "document": document, "schema": schema, "json": json, "fits": fits })
        })
        .collect();
    let documents = json!({ "kitchen": kitchen(), "interfaces": interfaces() });
    let input = json!({ "documents": documents, "values": values }).to_string();
    node.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success());
    let wrong: Vec<String> = serde_json::from_slice(&output.stdout).unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn openapi_typescript_makes_a_client_of_it_that_type_checks() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let modules = root.join("node_modules");
    if !modules.join("openapi-typescript").is_dir() {
        println!("skipped: node_modules is missing; run `npm ci --ignore-scripts`");
        return;
    }
    // Inside the workspace, so that the client finds what it imports.
    let folder = modules.join(format!(".cache/traitwire-openapi-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("openapi.json"), interfaces()).unwrap();
    std::fs::write(folder.join("client.ts"), include_str!("client.ts")).unwrap();
    std::fs::write(folder.join("package.json"), r#"{ "type": "module" }"#).unwrap();
    let run = |script: &str, args: &[&str]| {
        let output = Command::new("node")
            .arg(modules.join(script))
            .args(args)
            .current_dir(&folder)
            .output()
            .expect("node starts");
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    };
    let made = run("openapi-typescript/bin/cli.js", &["openapi.json", "-o", "api.ts"]);
    let flags = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "client.ts"];
    let checked = run("typescript/bin/tsc", &flags);
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(made.0, "{}", made.1);
    assert!(checked.0, "{}", checked.1);
}

#[test]
fn every_document_is_openapi_and_every_schema_json_schema() {
    validate(&[]);
}
