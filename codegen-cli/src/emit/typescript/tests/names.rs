//! Does everything have the name that people expect, and nobody else wants?

use serde_json::json;

use super::*;
use crate::emit::typescript::names::{is_taken, method_name};

fn empty() -> serde_json::Value {
    fields(&[field("x", json!("u8"))])
}

/// The names of the types that an interface gives, in the order of their paths.
fn names_of(paths: &[&str]) -> Vec<String> {
    let methods: Vec<_> = (0..)
        .zip(paths)
        .map(|(n, path)| method(&format!("m{n}"), json!("u8"), named(path)))
        .collect();
    let types = paths.iter().map(|path| ((*path).to_owned(), empty())).collect();
    let text = file(&[interface("Shop", &methods)], serde_json::Value::Object(types));
    let calls = text.lines().filter_map(|line| line.split_once("): Call<"));
    calls.map(|(_, name)| name.trim_end_matches(">;").to_owned()).collect()
}

#[test]
fn a_type_keeps_its_name() {
    assert_eq!(names_of(&["shop::model::Model", "shop::part::Part"]), ["Model", "Part"]);
}

#[test]
fn no_name_hides_what_every_program_sees() {
    for name in ["Element", "Node", "Record", "Omit", "Promise", "Event", "Call", "Codec", "Json"] {
        assert!(is_taken(name), "{name}");
    }
    assert_eq!(names_of(&["shop::catalog::element::Element"]), ["CatalogElement"]);
    assert_eq!(names_of(&["shop::Record"]), ["ShopRecord"]);
    assert_eq!(names_of(&["shop::words::string"]), ["Wordsstring"]);
    assert_eq!(
        names_of(&["shop::web::ShopClient", "shop::web::Shop"]),
        ["WebShopClient", "WebShop"]
    );
}

#[test]
fn types_of_one_name_all_get_their_module() {
    let paths = ["shop::order::Item", "shop::stock::Item", "shop::Part"];
    assert_eq!(names_of(&paths), ["OrderItem", "StockItem", "Part"]);
    let paths = ["shop::v1::model::Item", "shop::v2::model::Item"];
    assert_eq!(names_of(&paths), ["V1ModelItem", "V2ModelItem"]);
    assert_eq!(names_of(&["a_shop::Item", "b_shop::Item"]), ["AShopItem", "BShopItem"]);
}

#[test]
fn a_name_that_is_made_by_a_prefix_is_nobody_elses() {
    let paths = ["shop::order::Item", "shop::order::OrderItem", "shop::stock::Item"];
    assert_eq!(names_of(&paths), ["ShopOrderItem", "OrderOrderItem", "StockItem"]);
}

#[test]
fn the_written_half_of_a_type_has_a_name_of_its_own() {
    let differs = fields(&[field("x", json!({ "option": "u8" }))]);
    let text = both_ways(differs.clone());
    has(&text, "export interface T {\n  readonly x: number | null;\n}");
    has(&text, "export interface TInput {\n  readonly x?: number | null | undefined;\n}");
    let methods = [
        method("a", named("shop::T"), named("shop::T")),
        method("b", json!("u8"), named("shop::TInput")),
    ];
    let types = json!({ "shop::T": differs, "shop::TInput": empty() });
    let text = file(&[interface("Shop", &methods)], types);
    has(&text, "export interface TInputShape {");
    has(&text, "export interface TInput {");
}

#[test]
fn a_chosen_name_holds_and_a_bad_one_is_refused() {
    let methods =
        [method("a", json!("u8"), named("shop::T")), method("b", json!("u8"), named("shop::U"))];
    let schema =
        schema(&[interface("Shop", &methods)], json!({ "shop::T": empty(), "shop::U": empty() }));
    let emit_as = |name: &str| {
        let names = [("shop::T".to_owned(), name.to_owned())].into();
        emit(&schema, &Options { names, ..Options::default() })
    };
    has(&emit_as("Thing").unwrap()[1].text, "export interface Thing {");
    for (name, part) in [
        ("a b", "is no identifier"),
        ("$T", "is no identifier"),
        ("class", "is a reserved word"),
        ("Element", "cannot be called `Element`"),
        ("ShopClient", "cannot be called `ShopClient`"),
    ] {
        let problems = emit_as(name).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        has(&problems[0].message, part);
        assert!(problems[0].help.is_some());
    }
    let names = [("shop::Tt".to_owned(), "Thing".to_owned())].into();
    let problems = emit(&schema, &Options { names, ..Options::default() }).unwrap_err();
    has(&problems[0].message, "there is no type `shop::Tt`");
    assert_eq!(problems[0].help.as_deref(), Some("did you mean `shop::T`?"));
    // The other type of that name makes way.
    has(&emit_as("U").unwrap()[1].text, "export interface ShopU {");
}

#[test]
fn methods_are_in_camel_case_and_never_mistaken_for_something_else() {
    assert_eq!(method_name("upload_thumbnail"), "uploadThumbnail");
    assert_eq!(method_name("then"), "then_");
    assert_eq!(method_name("to_json"), "toJson");
    // In an interface, `new(..)` says how its values are constructed.
    assert_eq!(method_name("new"), "new_");
    assert_eq!(method_name("toJSON"), "toJSON_");
    assert_eq!(method_name("constructor"), "constructor_");
    assert_eq!(method_name("has_own_property"), "hasOwnProperty_");
}

#[test]
fn a_type_parameter_hides_no_type() {
    let page = generic(&["Item"], fields(&[field("items", json!({ "seq": { "param": 0 } }))]));
    let methods = [method("m", json!("u8"), applied("shop::Page", &[named("shop::Item")]))];
    let types = json!({ "shop::Page": page, "shop::Item": empty() });
    let text = file(&[interface("Shop", &methods)], types);
    has(&text, "export interface Page<TItem> {\n  readonly items: readonly TItem[];");
}

#[test]
fn interfaces_that_hide_something_are_renamed() {
    let text = file(&[interface("Storage", &[])], json!({}));
    has(&text, "export const StorageInterface: Interface<StorageClient> = {");
    let files = emit(&schema(&[interface("Types", &[])], json!({})), &Options::default()).unwrap();
    assert_eq!(files[1].path, "types-interface.ts");
}
