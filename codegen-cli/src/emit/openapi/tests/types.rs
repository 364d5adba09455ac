//! Does a schema say what serde does?

use serde_json::{Value, json};
use traitwire::rpc::Stub as _;
use traitwire_schema::walk::Schema;

use super::super::{Options, emit};
use super::kitchen::{self, SinkClient};
use super::{interfaces, parsed};

fn schemas(text: &str) -> Value {
    parsed(text)["components"]["schemas"].clone()
}

#[test]
fn types_of_one_name_have_their_modules_before_it_and_others_have_none() {
    let schemas = schemas(&super::kitchen());
    assert!(schemas.get("ShelfItem").is_some() && schemas.get("DrawerItem").is_some());
    assert!(schemas.get("Item").is_none());
    assert!(schemas.get("Pair_List_Id_Map_String_Tuple2_u8_f64").is_some());
    // `Job` and `JobInput` are two types, and neither is split.
    assert!(schemas_of_interfaces().get("JobInput").is_some());
}

fn schemas_of_interfaces() -> Value {
    schemas(&interfaces())
}

#[test]
fn a_name_can_be_chosen() {
    let schema = Schema::collect(kitchen::interfaces()).unwrap();
    let path = schema.types.keys().find(|id| id.module.ends_with("shelf")).unwrap().to_string();
    let names = [(path, "Shelved".to_owned())].into();
    let files = emit(&schema, &Options { names, ..Options::default() }).unwrap();
    let schemas = schemas(&files[0].text);
    // The other one needs no module any more.
    assert!(schemas.get("Shelved").is_some() && schemas.get("Item").is_some());
}

#[test]
fn only_what_differs_is_described_twice_however_deep() {
    let schemas = schemas(&super::kitchen());
    for split in ["Settings", "Tree_Settings", "Everything", "Strict", "External"] {
        let input = format!("{split}Input");
        assert!(schemas.get(split).is_some() && schemas.get(&input).is_some(), "{split}");
    }
    for same in ["Scalars", "Tree_u8", "Id", "Kind", "Untagged", "Loose"] {
        let input = format!("{same}Input");
        assert!(schemas.get(same).is_some() && schemas.get(&input).is_none(), "{same}");
    }
    let below = &schemas["Tree_SettingsInput"]["properties"]["below"]["items"]["$ref"];
    assert_eq!(below, "#/components/schemas/Tree_SettingsInput");
}

#[test]
fn a_type_that_only_goes_one_way_has_its_plain_name() {
    let schemas = schemas_of_interfaces();
    // It denies members, so it would differ.
    assert_eq!(schemas["Query"]["additionalProperties"], false);
    assert!(schemas.get("QueryInput").is_none());
    assert_eq!(schemas["Query"]["required"], json!(["model"]));
}

#[test]
fn a_discriminator_leads_to_each_variant() {
    let shape = &schemas_of_interfaces()["Shape"];
    assert_eq!(shape["discriminator"]["propertyName"], "kind");
    let mapping = &shape["discriminator"]["mapping"];
    assert_eq!(mapping["cylinder"], "#/components/schemas/Shape_Cylinder");
    assert_eq!(
        mapping.as_object().unwrap().len(),
        shape["oneOf"].as_array().unwrap().len(),
        "{shape}"
    );
}

#[test]
fn bounds_are_there_where_every_reader_has_their_digits() {
    let scalars = &schemas(&super::kitchen())["Scalars"]["properties"];
    assert_eq!(
        scalars["i32"],
        json!({ "type": "integer", "format": "int32", "minimum": i32::MIN, "maximum": i32::MAX })
    );
    assert_eq!(scalars["u64"], json!({ "type": "integer", "format": "uint64", "minimum": 0 }));
    assert_eq!(scalars["i128"], json!({ "type": "integer", "format": "int128" }));
}

/// A document of later times may have what the derive refuses today.
#[test]
fn flattened_members_and_catch_all_variants_are_described() {
    let mut schema = Schema::collect([SinkClient::interface()]).unwrap();
    let mut json = parsed(&schema.to_json());
    let key = |name: &str| {
        let types = json["types"].as_object().unwrap();
        types.keys().find(|key| key.ends_with(name)).unwrap().clone()
    };
    let (containers, growing) = (key("::Everything"), key("::Growing"));
    let fields = json["types"][&containers]["body"]["struct"]["shape"]["fields"].as_array_mut();
    for field in fields.unwrap() {
        if field["rustName"] == "scalars" {
            field["flatten"] = true.into();
        }
    }
    json["types"][&growing]["body"]["enum"]["variants"][1]["catchAll"] = true.into();
    schema = Schema::from_json(&json.to_string()).unwrap();
    let schemas = schemas(&emit(&schema, &Options::default()).unwrap()[0].text);
    let all = schemas["EverythingInput"]["allOf"].as_array().unwrap();
    assert_eq!(all[0]["$ref"], "#/components/schemas/Scalars");
    assert!(all[1]["properties"].get("scalars").is_none());
    assert_eq!(schemas["GrowingInput"], json!({ "description": "Grows.", "type": "string" }));
}
