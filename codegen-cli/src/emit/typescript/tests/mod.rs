mod codecs;
mod flatten;
mod golden;
mod names;
mod problems;
mod types;
mod variants;

use serde_json::{Value, json};
use traitwire_schema::walk::Schema;

use super::{Options, emit};
use crate::emit::Problem;

/// A method that takes `it` of one type and gives one of another.
fn method(name: &str, arg: Value, reply: Value) -> Value {
    json!({
        "name": name, "rustName": name, "access": "authenticated",
        "args": [{ "name": "it", "rustName": "it", "ty": arg }],
        "reply": { "value": reply },
        "source": { "file": "src/lib.rs", "line": 7 },
    })
}

fn interface(name: &str, methods: &[Value]) -> Value {
    json!({
        "name": name, "rustName": name, "kind": "rpc", "servedBy": "backend", "version": "1.2.3",
        "methods": methods, "source": { "file": "src/lib.rs", "line": 3 },
    })
}

/// A field that is always written, and that its type may let be absent.
fn field(name: &str, ty: Value) -> Value {
    json!({
        "rustName": name, "ty": ty,
        "write": { "name": name, "presence": "always" },
        "read": { "name": name, "absent": "byType" },
    })
}

/// A field whose members stand among those of its struct.
fn flat(name: &str, ty: Value) -> Value {
    let mut flat = field(name, ty);
    flat["flatten"] = true.into();
    flat
}

fn fields(fields: &[Value]) -> Value {
    json!({ "body": { "struct": { "shape": { "fields": fields } } } })
}

fn newtype(inner: Value) -> Value {
    json!({ "body": { "struct": { "shape": { "newtype": inner } } } })
}

fn variant(name: &str, shape: Value) -> Value {
    json!({ "rustName": name, "write": name, "read": { "name": name }, "shape": shape })
}

fn choice(tagging: Value, variants: &[Value]) -> Value {
    json!({ "body": { "enum": { "tagging": tagging, "variants": variants } } })
}

fn open(mut choice: Value) -> Value {
    choice["body"]["enum"]["open"] = true.into();
    choice
}

fn generic(params: &[&str], mut def: Value) -> Value {
    def["params"] = json!(params);
    def
}

fn named(id: &str) -> Value {
    json!({ "named": { "id": id } })
}

fn applied(id: &str, args: &[Value]) -> Value {
    json!({ "named": { "id": id, "args": args } })
}

fn schema(interfaces: &[Value], types: Value) -> Schema {
    let document = json!({ "schemaFormat": 1, "interfaces": interfaces, "types": types });
    Schema::from_json(&document.to_string()).unwrap()
}

/// The file of the only interface.
fn file(interfaces: &[Value], types: Value) -> String {
    let files = emit(&schema(interfaces, types), &Options::default()).unwrap();
    assert_eq!(files.len(), 2, "{files:?}");
    files.into_iter().find(|file| file.path != "index.ts").unwrap().text
}

/// The file of an interface whose only method takes and gives values of `shop::a::T`.
fn both_ways(def: Value) -> String {
    let method = method("m", named("shop::a::T"), named("shop::a::T"));
    file(&[interface("Shop", &[method])], json!({ "shop::a::T": def }))
}

fn problems(interfaces: &[Value], types: Value) -> Vec<Problem> {
    emit(&schema(interfaces, types), &Options::default()).unwrap_err()
}

#[track_caller]
fn has(text: &str, part: &str) {
    assert!(text.contains(part), "no `{part}` in\n{text}");
}

#[track_caller]
fn lacks(text: &str, part: &str) {
    assert!(!text.contains(part), "`{part}` in\n{text}");
}
