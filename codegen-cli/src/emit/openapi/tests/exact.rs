//! Does what `serde_json` writes fit the schemas, and nothing that it would not read?

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;
use traitwire_interfaces::catalog::{
    CatalogError, Change, ChangeKind, Delta, Element, ElementClass, ElementId, Filter, ModelId,
    Placement, Point2, PropertyValue, Query, QueryProblem, Shape, Sphere, Statistics, Thumbnail,
    ThumbnailFormat, TileId, Unit,
};
use traitwire_interfaces::jobs::{
    Cancelled, Finding, JobError, JobId, JobInput, JobState, Progress, Task,
};
use traitwire_interfaces::{Cursor, Page};

use super::kitchen::{
    Adjacent, Containers, External, Growing, Id, Internal, Kind, Loose, Scalars, Settings, Strict,
    Untagged,
};
use super::node::{Sample, validate};

#[derive(Default)]
struct Samples(Vec<Sample>);

impl Samples {
    /// What Rust writes.
    fn writes(&mut self, document: &'static str, schema: &'static str, value: &impl Serialize) {
        let json = serde_json::to_string(value).unwrap();
        self.0.push(Sample { document, schema, json, fits: true });
    }

    /// What somebody else wrote.
    fn text(&mut self, schema: &'static str, json: &str, fits: bool) {
        self.0.push(Sample { document: "kitchen", schema, json: json.to_owned(), fits });
    }
}

#[test]
fn what_the_catalog_writes_fits() {
    let mut samples = Samples::default();
    samples.writes("interfaces", "ElementId", &ElementId(u64::MAX));
    samples.writes("interfaces", "TileId", &TileId(1, 2, 3));
    samples.writes(
        "interfaces",
        "Element",
        &Element {
            id: ElementId(1),
            model: ModelId(1),
            parent: None,
            class: ElementClass::Column,
            label: "Column A1".to_owned(),
            child_count: 0,
        },
    );
    samples.writes("interfaces", "Filter", &Filter::Any);
    samples.writes("interfaces", "Filter", &Filter::Changed { from: -1, until: None });
    samples.writes("interfaces", "Filter", &Filter::Versions(1, 2));
    samples.writes(
        "interfaces",
        "Filter",
        &Filter::All(vec![Filter::Not(Box::new(Filter::Tagged("x".into())))]),
    );
    let format = ThumbnailFormat::Jpeg;
    samples.writes(
        "interfaces",
        "Statistics",
        &Statistics { by_level: [(7, 2)].into(), ..Statistics::default() },
    );
    samples.writes("interfaces", "Query", &Query::of(ModelId(1)));
    samples.writes("interfaces", "Cursor", &Cursor { token: "t".to_owned() });
    let parts = [("a".to_owned(), PropertyValue::Data(vec![1, 2, 3].into()))].into();
    samples.writes(
        "interfaces",
        "PropertyValue",
        &PropertyValue::Array(vec![
            PropertyValue::Struct(parts),
            PropertyValue::Missing,
            PropertyValue::Quantity { amount: 1.5, unit: Unit::SquareMetre },
            PropertyValue::Range(0.5, 1.0),
            PropertyValue::Letter('Ä'),
            PropertyValue::Letter('🦀'),
            PropertyValue::Integer(i64::MIN),
        ]),
    );
    let at = Placement { origin: (1.0, 2.0, 3.0), turn: (90.0, 0.5) };
    samples.writes(
        "interfaces",
        "Shape",
        &Shape::Compound {
            parts: vec![
                (at, Shape::Sphere(Sphere { radius: 2.0 })),
                (at, Shape::Extrusion { profile: vec![Point2(0.0, 1.0)], depth: 3.0 }),
                (at, Shape::Cylinder { radius: 1.0, height: 2.0, wall_thickness: Some(0.1) }),
                (at, Shape::Empty),
            ],
        },
    );
    let what = ChangeKind::Renamed(Delta { from: "a".to_owned(), to: "b".to_owned() });
    samples.writes(
        "interfaces",
        "Change",
        &Change { number: 1, model: ModelId(2), at: 3, by: "bob".to_owned(), what },
    );
    samples.writes("interfaces", "ChangeKind", &ChangeKind::Created);
    samples.writes("interfaces", "CatalogError", &CatalogError::NotFound { id: ModelId(7) });
    let problem = QueryProblem { part: "where".to_owned(), problem: "none".to_owned() };
    samples.writes("interfaces", "CatalogError", &CatalogError::BadQuery(problem));
    samples.writes("interfaces", "CatalogError", &CatalogError::Unavailable);
    samples.writes("interfaces", "JobError", &JobError::NoSuchJob(JobId(1)));
    samples.writes("interfaces", "JobError", &JobError::EmptyInput);
    samples.writes("interfaces", "JobError", &JobError::TooMany(8, 9));
    samples.writes("interfaces", "JobError", &JobError::NoReport { state: JobState::Running });
    samples.writes("interfaces", "Cancelled", &Cancelled);
    samples.writes("interfaces", "Finding", &Finding::Clash(ElementId(1), ElementId(2)));
    samples.writes("interfaces", "Task", &Task::DetectClashes { tolerance: 0.5 });
    samples.writes("interfaces", "Progress", &Progress { done: 1, total: 2 });
    for input in [
        JobInput::Everything,
        JobInput::Model(ModelId(1)),
        JobInput::Elements([ElementId(2)].into()),
        JobInput::Search("bridge".to_owned()),
        JobInput::Selection { model: ModelId(1), classes: vec!["Pipe".to_owned()] },
    ] {
        samples.writes("interfaces", "JobInput", &input);
    }
    samples.writes(
        "interfaces",
        "Thumbnail",
        &Thumbnail { digest: u128::MAX, size: 1, format, known: false },
    );
    let page: Page<BTreeMap<String, u8>> = Page { items: vec![], total: 2, next: None };
    samples.writes("interfaces", "Page_Row", &page);
    validate(&samples.0);
}

#[test]
fn what_the_kitchen_writes_fits() {
    let mut samples = Samples::default();
    let scalars = Scalars {
        i8: i8::MIN,
        i16: i16::MIN,
        i32: i32::MIN,
        i64: i64::MIN,
        i128: i128::MIN,
        isize: isize::MIN,
        u8: u8::MAX,
        u16: u16::MAX,
        u32: u32::MAX,
        u64: u64::MAX,
        u128: u128::MAX,
        usize: usize::MAX,
        f32: f32::MAX,
        f64: f64::MIN_POSITIVE,
        bool: true,
        char: '🦀',
        string: String::new(),
        bytes: vec![255; 3].into(),
        unit: (),
        json: json!({ "a": [null] }),
    };
    samples.writes("kitchen", "Scalars", &scalars);
    let containers = Containers {
        option: None,
        option_of_named: None,
        option_of_json: None,
        list: vec![None, Some(String::new())],
        set: [1, 2].into(),
        array: [1, 2],
        tuple: (1, String::new()),
        by_name: [("__proto__".to_owned(), 1)].into(),
        by_number: [(-3, 1), (0, 2)].into(),
        by_flag: [(true, 1)].into(),
        by_letter: [('ß', 1)].into(),
        by_kind: [(Kind::VerySo, 1)].into(),
        by_id: [(Id(u64::MAX), 1)].into(),
    };
    samples.writes("kitchen", "Containers", &containers);
    #[allow(deprecated, reason = "it is written all the same")]
    let settings = Settings {
        name: "a".to_owned(),
        limit: u128::MAX,
        note: None,
        password: "secret".to_owned(),
        changed: 1,
        more: None,
    };
    samples.writes("kitchen", "Settings", &settings);
    for value in [
        External::Unit,
        External::Newtype(1),
        External::Pair(1, "a".to_owned()),
        External::None(),
        External::Fields { a: 1, b: None },
        External::Written(1),
    ] {
        samples.writes("kitchen", "External", &value);
    }
    for value in [
        Internal::UnitLike,
        Internal::Strict(Strict { x: 1 }),
        Internal::Loose(Loose { y: 1 }),
        Internal::Map([("a".to_owned(), 1)].into()),
        Internal::Nothing(()),
        Internal::Fields { a: 1, b: 2 },
    ] {
        samples.writes("kitchen", "Internal", &value);
        // Nothing is skipped, so what is written is also read.
        samples.writes("kitchen", "InternalInput", &value);
    }
    for value in [
        Adjacent::Unit,
        Adjacent::Newtype(1),
        Adjacent::Maybe(None),
        Adjacent::Pair(1, "a".to_owned()),
        Adjacent::Fields { a: 1 },
    ] {
        samples.writes("kitchen", "Adjacent", &value);
        samples.writes("kitchen", "AdjacentInput", &value);
    }
    for value in [
        Untagged::Number(1),
        Untagged::Pair(1, "a".to_owned()),
        Untagged::Fields { a: 1 },
        Untagged::Unit,
    ] {
        samples.writes("kitchen", "Untagged", &value);
    }
    samples.writes("kitchen", "Growing", &Growing::One);
    validate(&samples.0);
}

type Reader = fn(&str) -> bool;

fn reads<T: serde::de::DeserializeOwned>(json: &str) -> bool {
    serde_json::from_str::<T>(json).is_ok()
}

/// Each line is also read by `serde_json`, so that both say the same.
#[test]
fn what_a_reader_takes_fits_and_nothing_else() {
    let mut samples = Samples::default();
    let cases: [(&'static str, Reader, &[&str]); 8] = [
        (
            "SettingsInput",
            reads::<Settings>,
            &[
                r#"{"name":"a"}"#,
                r#"{"name":"a","limit":1,"note":null,"password":"p","more":{"name":"b"}}"#,
                "{}",
                r#"{"name":"a","changed":1}"#,
                r#"{"name":"a","more":{"name":"b","unknown":1}}"#,
                r#"{"name":"a","limit":-1}"#,
                r#"{"name":"a","limit":null}"#,
            ],
        ),
        (
            "ExternalInput",
            reads::<External>,
            &[
                r#""Unit""#,
                r#"{"Read":1}"#,
                r#"{"Written":1}"#,
                r#"{"Fields":{"a":1}}"#,
                r#"{"Fields":{}}"#,
                r#"{"Pair":[1]}"#,
                r#"{"Newtype":1,"Read":1}"#,
                r#""Later""#,
            ],
        ),
        (
            "InternalInput",
            reads::<Internal>,
            &[
                r#"{"type":"fields","a":1}"#,
                r#"{"type":"fields","a":1,"c":1}"#,
                r#"{"type":"strict","x":1}"#,
                r#"{"type":"strict","x":1,"z":1}"#,
                r#"{"type":"loose","y":1,"z":1}"#,
                r#"{"type":"map","y":300}"#,
                r#"{"type":"later"}"#,
                r#"{"a":1}"#,
            ],
        ),
        (
            "AdjacentInput",
            reads::<Adjacent>,
            &[
                r#"{"t":"Unit"}"#,
                r#"{"t":"Maybe"}"#,
                r#"{"t":"Newtype"}"#,
                r#"{"t":"Fields","c":{"a":1}}"#,
                r#"{"t":"Fields","c":{}}"#,
            ],
        ),
        ("Untagged", reads::<Untagged>, &["1", "null", r#"[1,"a"]"#, r#"{"a":1}"#, "true", "{}"]),
        ("GrowingInput", reads::<Growing>, &[r#""one""#, r#""three""#]),
        ("Id", reads::<Id>, &["1", "-1", r#""1""#]),
        ("Kind", reads::<Kind>, &[r#""very-so""#, r#""VerySo""#]),
    ];
    for (schema, reads, texts) in cases {
        for text in texts {
            samples.text(schema, text, reads(text));
        }
    }
    validate(&samples.0);
}

#[test]
fn what_a_later_version_writes_fits_unless_it_is_wrong() {
    let mut samples = Samples::default();
    samples.text("Growing", r#""three""#, true);
    samples.text("External", r#""Later""#, true);
    samples.text("External", r#"{"Later":[1]}"#, true);
    samples.text("Internal", r#"{"type":"later","deep":{}}"#, true);
    // But what it knows has to be right.
    samples.text("External", r#"{"Newtype":"no"}"#, false);
    samples.text("Internal", r#"{"type":"fields"}"#, false);
    samples.text("Internal", "{}", false);
    validate(&samples.0);
}

#[test]
fn what_is_never_written_does_not_fit() {
    let mut samples = Samples::default();
    for text in ["256", "-1", "1.5"] {
        samples.text("Tree_u8", &format!(r#"{{"value":{text},"below":[]}}"#), false);
    }
    let mut containers: serde_json::Value = json!({
        "option": null, "option_of_named": null, "option_of_json": null, "list": [], "set": [],
        "array": [1, 2], "tuple": [1, ""], "by_name": {}, "by_number": {}, "by_flag": {},
        "by_letter": {}, "by_kind": {}, "by_id": {},
    });
    samples.text("Containers", &containers.to_string(), true);
    for (member, bad) in [
        ("set", json!([1, 1])),
        ("array", json!([1])),
        ("array", json!([1, 2, 3])),
        ("tuple", json!([1])),
        ("tuple", json!([1, "", 2])),
        ("by_number", json!({ "x": 1 })),
        ("by_flag", json!({ "yes": 1 })),
        ("by_letter", json!({ "ab": 1 })),
        ("by_kind", json!({ "other": 1 })),
        ("by_id", json!({ "-1": 1 })),
        ("by_name", json!({ "a": "b" })),
    ] {
        let good = std::mem::replace(&mut containers[member], bad);
        samples.text("Containers", &containers.to_string(), false);
        containers[member] = good;
    }
    validate(&samples.0);
}
