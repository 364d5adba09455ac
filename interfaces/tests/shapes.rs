//! Do the interfaces have what examples and tests need of them: every shape, in the expected JSON?

use std::collections::BTreeSet;
use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use traitwire::Bytes;
use traitwire::rpc::Stub as _;
use traitwire::schema::walk::Schema;
use traitwire::schema::{
    Absent, Access, Body, Enum, Field, Interface, Presence, Reply, Shape, Struct, Tagging, Type,
};
use traitwire_interfaces::catalog::{
    CatalogClient, CatalogError, Change, ChangeKind, Comparison, Condition, Delta, Element,
    ElementClass, ElementId, Filter, ModelId, ModelKind, Placement, Point2, PropertyValue, Query,
    Shape as Solid, Sphere, Statistics, Thumbnail, ThumbnailFormat, TileId, Unit,
};
use traitwire_interfaces::jobs::{
    Cancelled, Finding, JobError, JobId, JobInput, JobSpec, JobState, JobsClient, LogLine, Task,
};
use traitwire_interfaces::{Cursor, Page};

fn interfaces() -> [&'static Interface; 2] {
    [CatalogClient::interface(), JobsClient::interface()]
}

#[test]
fn every_kind_of_type_occurs() {
    let schema = Schema::collect(interfaces()).unwrap();
    let mut found = BTreeSet::new();
    for interface in interfaces() {
        for method in interface.methods.iter() {
            method.args.iter().for_each(|arg| note(&arg.ty, &mut found));
            match &method.reply {
                Reply::Value(ty) | Reply::Stream(ty) => note(ty, &mut found),
                Reply::None => {}
            }
        }
    }
    for def in schema.types.values() {
        if !def.params.is_empty() {
            found.insert("generic".to_owned());
        }
        match &def.body {
            Body::Struct(Struct { shape, transparent, deny_unknown_fields }) => {
                found.insert(shape_name("struct", shape));
                flag("transparent", *transparent, &mut found);
                flag("deny_unknown_fields", *deny_unknown_fields, &mut found);
                fields(shape, &mut found);
            }
            Body::Enum(Enum { tagging, variants, open, .. }) => {
                found.insert(match tagging {
                    Tagging::External => "external".to_owned(),
                    Tagging::Internal { .. } => "internal".to_owned(),
                    Tagging::Adjacent { .. } => "adjacent".to_owned(),
                    Tagging::Untagged => "untagged".to_owned(),
                });
                flag("non_exhaustive", *open, &mut found);
                for variant in variants.iter() {
                    found.insert(shape_name("variant", &variant.shape));
                    flag("status", variant.status.is_some(), &mut found);
                    let read = variant.read.as_ref();
                    flag("alias", read.is_some_and(|read| !read.aliases.is_empty()), &mut found);
                    let renamed = variant.write.as_ref().is_some_and(|w| *w != variant.rust_name);
                    flag("rename", renamed, &mut found);
                    fields(&variant.shape, &mut found);
                }
            }
        }
    }
    let expected = [
        "bool",
        "char",
        "f32",
        "f64",
        "i8",
        "i64",
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "string",
        "bytes",
        "unit",
        "json",
        "option",
        "seq",
        "set",
        "array",
        "tuple",
        "parameter",
        "named",
        "generic",
        "map of string",
        "map of u16",
        "map of named",
        "struct fields",
        "struct newtype",
        "struct tuple",
        "struct unit",
        "transparent",
        "deny_unknown_fields",
        "external",
        "internal",
        "adjacent",
        "untagged",
        "non_exhaustive",
        "variant unit",
        "variant newtype",
        "variant tuple",
        "variant fields",
        "status",
        "alias",
        "rename",
        "default",
        "skip_serializing_if",
    ];
    let missing: Vec<_> = expected.into_iter().filter(|kind| !found.contains(*kind)).collect();
    assert_eq!(missing, [""; 0], "found: {found:?}");
}

fn flag(name: &str, present: bool, found: &mut BTreeSet<String>) {
    if present {
        found.insert(name.to_owned());
    }
}

fn shape_name(of: &str, shape: &Shape) -> String {
    let name = match shape {
        Shape::Unit => "unit",
        Shape::Newtype(_) => "newtype",
        Shape::Tuple(_) => "tuple",
        Shape::Fields(_) => "fields",
    };
    format!("{of} {name}")
}

fn fields(shape: &Shape, found: &mut BTreeSet<String>) {
    match shape {
        Shape::Unit => {}
        Shape::Newtype(ty) => note(ty, found),
        Shape::Tuple(types) => types.iter().for_each(|ty| note(ty, found)),
        Shape::Fields(fields) => {
            for Field { ty, write, read, rust_name, .. } in fields.iter() {
                note(ty, found);
                let maybe = write.as_ref().is_some_and(|w| w.presence == Presence::Maybe);
                flag("skip_serializing_if", maybe, found);
                let absent = read.as_ref().map(|read| &read.absent);
                let default = matches!(absent, Some(Absent::Default(_)));
                flag("default", default, found);
                let alias = read.as_ref().is_some_and(|read| !read.aliases.is_empty());
                flag("alias", alias, found);
                flag("rename", write.as_ref().is_some_and(|w| w.name != *rust_name), found);
            }
        }
    }
}

/// Notes a type and those inside it, up to the next named one.
fn note(ty: &Type, found: &mut BTreeSet<String>) {
    let name = match ty {
        Type::Bool => "bool",
        Type::Int(int) => int.name(),
        Type::F32 => "f32",
        Type::F64 => "f64",
        Type::Char => "char",
        Type::String => "string",
        Type::Bytes => "bytes",
        Type::Unit => "unit",
        Type::Json => "json",
        Type::Option(inner) => {
            note(inner, found);
            "option"
        }
        Type::Seq(inner) => {
            note(inner, found);
            "seq"
        }
        Type::Set(inner) => {
            note(inner, found);
            "set"
        }
        Type::Array(inner, _) => {
            note(inner, found);
            "array"
        }
        Type::Map(key, value) => {
            note(value, found);
            match &**key {
                Type::String => "map of string",
                Type::Named(_) => "map of named",
                Type::Int(int) if int.name() == "u16" => "map of u16",
                other => panic!("a map of {other:?}"),
            }
        }
        Type::Tuple(types) => {
            types.iter().for_each(|ty| note(ty, found));
            "tuple"
        }
        Type::Param(_) => "parameter",
        Type::Named(named) => {
            named.args.iter().for_each(|ty| note(ty, found));
            "named"
        }
        other => panic!("{other:?} has no word here"),
    };
    found.insert(name.to_owned());
}

#[test]
fn every_attribute_of_methods_occurs() {
    let [catalog, jobs] = interfaces();
    assert_eq!((&*catalog.name, &*catalog.version), ("Catalog", "1.4.0"));
    assert_eq!((&*jobs.name, &*jobs.version), ("Jobs", "0.3.0"));
    let methods = || catalog.methods.iter().chain(jobs.methods.iter());
    assert!(methods().any(|method| method.readonly));
    assert!(methods().any(|method| method.idempotent && !method.readonly));
    assert!(methods().any(|method| method.access == Access::Public));
    assert!(methods().any(|method| method.access == Access::Authenticated));
    assert!(methods().any(|method| matches!(&method.access, Access::Scope(_))));
    assert!(methods().any(|method| method.aliases.iter().any(|alias| alias == "info")));
    assert!(methods().any(|method| method.since.as_deref() == Some("1.4.0")));
    let streams = methods().filter(|method| matches!(method.reply, Reply::Stream(_)));
    let failing: Vec<bool> = streams.map(|method| method.error.is_some()).collect();
    assert_eq!(failing, [true, false]);
    assert!(methods().all(|method| !method.docs.is_empty()));
}

#[test]
fn every_part_is_documented() {
    let schema = Schema::collect(interfaces()).unwrap();
    for def in schema.types.values() {
        assert!(!def.docs.is_empty(), "{}", def.id);
    }
}

/// A value is written as this JSON, and read from it.
#[track_caller]
fn is<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, json: Value) {
    assert_eq!(serde_json::to_value(value).unwrap(), json);
    assert_eq!(serde_json::from_value::<T>(json).unwrap(), *value);
}

#[test]
fn types_of_the_catalog_have_the_expected_json() {
    let id = ElementId(u64::MAX);
    is(&id, json!(u64::MAX));
    is(&TileId(1, 2, 3), json!([1, 2, 3]));
    is(
        &Element {
            id,
            model: ModelId(1),
            parent: None,
            class: ElementClass::Column,
            label: "Column A1".to_owned(),
            child_count: 0,
        },
        json!({ "id": id, "model": 1, "class": "Column", "label": "Column A1", "childCount": 0 }),
    );
    is(&Filter::Any, json!("any"));
    is(&Filter::Kind(ModelKind::TreatmentPlant), json!({ "kind": "treatment_plant" }));
    is(&Filter::Changed { from: -1, until: None }, json!({ "changed": { "from": -1 } }));
    is(&Filter::Versions(1, 2), json!({ "versions": [1, 2] }));
    let both = Filter::All(vec![Filter::Not(Box::new(Filter::Tagged("x".into()))), Filter::Any]);
    is(&both, json!({ "all": [{ "not": { "tagged": "x" } }, "any"] }));
    // As text: a `Value` holds no 128 bits.
    let thumbnail =
        Thumbnail { digest: u128::MAX, size: 1, format: ThumbnailFormat::Jpeg, known: false };
    let text = r#"{"digest":340282366920938463463374607431768211455,"size":1,"format":"image/jpeg","known":false}"#;
    assert_eq!(serde_json::to_string(&thumbnail).unwrap(), text);
    let aliased = text.replace("image/jpeg", "image/jpg");
    assert_eq!(serde_json::from_str::<Thumbnail>(&aliased).unwrap(), thumbnail);
    let mut counts = Statistics { elements: 2, ..Statistics::default() };
    counts.by_level.insert(7, 2);
    let levels = json!({ "elements": 2, "byClass": {}, "byLevel": { "7": 2 }, "storage": {} });
    is(&counts, levels);
}

#[test]
fn properties_and_shapes_nest() {
    let area = PropertyValue::Quantity { amount: 1.5, unit: Unit::SquareMetre };
    let data = PropertyValue::Data(Bytes::from(vec![1, 2, 3]));
    let parts = [("a".to_owned(), area), ("b".to_owned(), data)].into();
    is(
        &PropertyValue::Array(vec![
            PropertyValue::Struct(parts),
            PropertyValue::Missing,
            PropertyValue::Range(0.5, 1.0),
            PropertyValue::Letter('Ä'),
            PropertyValue::Integer(i64::MIN),
        ]),
        json!({ "type": "array", "value": [
            { "type": "struct", "value": {
                "a": { "type": "quantity", "value": { "amount": 1.5, "unit": "m2" } },
                "b": { "type": "data", "value": "AQID" },
            } },
            { "type": "missing" },
            { "type": "range", "value": [0.5, 1.0] },
            { "type": "letter", "value": "Ä" },
            { "type": "integer", "value": i64::MIN },
        ] }),
    );
    let at = Placement { origin: (1.0, 2.0, 3.0), turn: (90.0, 0.5) };
    let profile = vec![Point2(0.0, 1.0)];
    is(
        &Solid::Compound {
            parts: vec![
                (at, Solid::Sphere(Sphere { radius: 2.0 })),
                (at, Solid::Extrusion { profile, depth: 3.0 }),
                (at, Solid::Cylinder { radius: 1.0, height: 2.0, wall_thickness: Some(0.1) }),
                (at, Solid::Empty),
            ],
        },
        json!({ "kind": "compound", "parts": [
            [{ "origin": [1.0, 2.0, 3.0], "turn": [90.0, 0.5] }, { "kind": "sphere", "radius": 2.0 }],
            [at, { "kind": "extrusion", "profile": [[0.0, 1.0]], "depth": 3.0 }],
            [at, { "kind": "cylinder", "radius": 1.0, "height": 2.0, "wallThickness": 0.1 }],
            [at, { "kind": "empty" }],
        ] }),
    );
}

#[test]
fn what_a_query_leaves_out_has_a_default() {
    let short = json!({ "model": 1, "where": [{ "name": "label", "value": "x" }] });
    let condition =
        Condition { property: "label".to_owned(), is: Comparison::Equal, value: json!("x") };
    let query = Query { conditions: vec![condition], ..Query::of(ModelId(1)) };
    assert_eq!(serde_json::from_value::<Query>(short).unwrap(), query);
    let unknown = json!({ "model": 1, "order": "label" });
    let error = serde_json::from_value::<Query>(unknown).unwrap_err();
    assert!(error.to_string().starts_with("unknown field `order`"), "{error}");
    let next = Some(Cursor { token: "t".to_owned() });
    is(
        &Page { items: vec!['a'], total: 2, next },
        json!({ "items": ["a"], "total": 2, "next": "t" }),
    );
}

#[test]
fn changes_and_errors_have_the_expected_json() {
    let what = ChangeKind::Renamed(Delta { from: "a".to_owned(), to: "b".to_owned() });
    let change = Change { number: 1, model: ModelId(2), at: 3, by: "bob".to_owned(), what };
    is(
        &change,
        json!({ "number": 1, "model": 2, "at": 3, "by": "bob",
                "what": { "renamed": { "from": "a", "to": "b" } } }),
    );
    is(&CatalogError::NotFound { id: ModelId(7) }, json!({ "error": "not_found", "id": 7 }));
    is(&CatalogError::Unavailable, json!({ "error": "unavailable" }));
    is(&JobError::NoSuchJob(JobId(1)), json!({ "no_such_job": 1 }));
    is(&JobError::TooMany(8, 9), json!({ "too_many": [8, 9] }));
    is(
        &JobError::NoReport { state: JobState::Running },
        json!({ "no_report": { "state": "RUNNING" } }),
    );
}

#[test]
fn the_input_of_a_job_is_known_by_its_shape() {
    for (input, json) in [
        (JobInput::Everything, json!(null)),
        (JobInput::Model(ModelId(1)), json!(1)),
        (JobInput::Elements([ElementId(2)].into()), json!([2])),
        (JobInput::Search("bridge".to_owned()), json!("bridge")),
        (
            JobInput::Selection { model: ModelId(1), classes: vec!["Pipe".to_owned()] },
            json!({ "model": 1, "classes": ["Pipe"] }),
        ),
    ] {
        is(&input, json.clone());
        let spec = JobSpec { task: Task::Validate, input, priority: 0 };
        is(&spec, json!({ "task": "validate", "input": json }));
    }
    is(&Cancelled, json!(null));
    is(&Finding::Clash(ElementId(1), ElementId(2)), json!({ "clash": [1, 2] }));
    let line: LogLine = serde_json::from_value(json!({ "at": 1, "text": "x" })).unwrap();
    assert_eq!(serde_json::to_value(line).unwrap()["level"], "info");
}
