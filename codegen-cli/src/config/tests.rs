use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::*;

/// What editors check `traitwire.toml` with.
const EDITORS: &str = include_str!("../../traitwire.schema.json");

const EXAMPLES: [&str; 3] = [
    include_str!("../../../traitwire.toml"),
    "",
    r#"
[schema]
packages = ["acme-interfaces"]
features = ["legacy"]
all-features = false
no-default-features = true
manifest-path = "backend/Cargo.toml"
driver = "print-schema"

[[target]]
kind = "typescript"
out = "web/src/api"
interfaces = ["Catalog"]
runtime = "./runtime"
import_extension = ".ts"
names = { "shop::catalog::Element" = "Part" }

[[target]]
kind = "openapi"
out = "docs"
title = "Shop"
servers = ["https://example.com/rpc"]
names = { "shop::catalog::Element" = "Part" }

[[target]]
kind = "json-schema"
out = "schemas"
id = "https://example.com/schemas"
names = { "shop::catalog::Element" = "Part" }

[[target]]
kind = "schema"
out = "."
"#,
];

const MISTAKES: [&str; 13] = [
    "[shema]\n",
    "[schema]\npackage = [\"a\"]\n",
    "[schema]\npackages = \"a\"\n",
    "[schema]\nfrom = \"schema.json\"\nfeatures = []\n",
    "[[target]]\nkind = \"typescrpt\"\nout = \"a\"\n",
    "[[target]]\nkind = \"schema\"\n",
    "[[target]]\nkind = \"schema\"\nout = \"\"\n",
    "[[target]]\nkind = \"schema\"\nout = \"a\"\nruntime = \"b\"\n",
    "[[target]]\nkind = \"typescript\"\nout = \"a\"\nimport_extension = \".mjs\"\n",
    "[[target]]\nkind = \"openapi\"\nout = \"a\"\nnames = { a = \"1\" }\n",
    "[[target]]\nkind = \"openapi\"\nout = \"docs/openapi.json\"\n",
    "[[target]]\nkind = \"openapi\"\nout = \"a\"\nservers = [\"127.0.0.1:1/rpc\"]\n",
    "[[target]]\nkind = \"json-schema\"\nout = \"a\"\nid = \"schemas\"\n",
];

fn json(text: &str) -> Value {
    serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap()
}

#[test]
fn the_command_takes_examples_and_refuses_mistakes() {
    for text in EXAMPLES {
        assert!(read(text, "traitwire.toml").is_ok(), "{text}");
    }
    for text in MISTAKES {
        assert!(read(text, "traitwire.toml").is_err(), "{text}");
    }
}

#[test]
fn editors_agree_with_the_command() {
    let texts: Vec<&str> = EXAMPLES.into_iter().chain(MISTAKES).collect();
    let Some(valid) = judged_by_editors(&texts) else {
        return println!("skipped: node_modules is missing; run `npm ci --ignore-scripts`");
    };
    for (i, (text, valid)) in texts.iter().zip(valid).enumerate() {
        assert_eq!(valid, i < EXAMPLES.len(), "{text}");
    }
}

/// What a validator of JSON Schema says, as editors have one; none if it is not installed.
fn judged_by_editors(texts: &[&str]) -> Option<Vec<bool>> {
    const SCRIPT: &str = r#"
        import { readFileSync } from "node:fs";
        import { createRequire } from "node:module";
        const validator = createRequire(process.cwd() + "/").resolve("@seriousme/openapi-schema-validator");
        const { default: Ajv } = createRequire(validator)("ajv");
        const { schema, values } = JSON.parse(readFileSync(0, "utf8"));
        const validate = new Ajv({ strict: false }).compile(schema);
        console.log(JSON.stringify(values.map((value) => validate(value))));
    "#;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/typescript");
    if !folder.join("../../node_modules/@seriousme/openapi-schema-validator").is_dir() {
        return None;
    }
    let mut node = Command::new("node")
        .args(["--input-type=module", "--eval", SCRIPT])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let schema: Value = serde_json::from_str(EDITORS).unwrap();
    let values: Vec<Value> = texts.iter().copied().map(json).collect();
    let input = serde_json::json!({ "schema": schema, "values": values }).to_string();
    node.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn editors_know_the_keys_that_the_command_knows() {
    let schema: Value = serde_json::from_str(EDITORS).unwrap();
    let keys = |object: &Value| -> Vec<String> {
        let mut keys: Vec<String> = object.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys
    };
    let sorted = |keys: &[&str]| -> Vec<String> {
        let mut keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
        keys.sort();
        keys
    };
    assert_eq!(keys(&schema["properties"]), sorted(TABLES));
    assert_eq!(keys(&schema["properties"]["schema"]["properties"]), sorted(SCHEMA));
    let items = &schema["properties"]["target"]["items"];
    let kinds = items["oneOf"].as_array().unwrap();
    assert_eq!(kinds.len(), KINDS.len());
    for (form, (kind, own)) in kinds.iter().zip(KINDS) {
        assert_eq!(form["properties"]["kind"]["const"], *kind);
        assert_eq!(keys(&form["properties"]), sorted(&[TARGET, own].concat()));
    }
    let names: Vec<&str> = KINDS.iter().map(|(name, _)| *name).collect();
    assert_eq!(items["properties"]["kind"]["enum"], serde_json::json!(names));
    let extensions = &kinds[0]["properties"]["import_extension"]["enum"];
    assert_eq!(*extensions, serde_json::json!(EXTENSIONS));
}
