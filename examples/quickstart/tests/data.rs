//! Where does `data/models.json` come from? From here: `UPDATE=1 cargo test -p quickstart` writes
//! it, and without `UPDATE` this test says whether it is as it should be.

#![allow(clippy::too_many_lines, reason = "each model is one list")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};
use traitwire_interfaces::catalog::{
    Color, ElementClass, Placement, Point2, Property, PropertyCategory, PropertyValue, Shape,
    Sphere, Unit,
};

#[test]
fn the_data_file_is_what_this_program_writes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/models.json");
    let expected = data();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, expected).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    assert!(committed == expected, "run `UPDATE=1 cargo test -p quickstart`");
}

/// The whole file: one element a line, so that a difference can be read.
fn data() -> String {
    let models = [bridge(), station(), plant()];
    let mut text = String::from("{\"models\": [\n");
    for (i, (model, builder)) in models.iter().enumerate() {
        let comma = if i + 1 < models.len() { "," } else { "" };
        let mut head = serde_json::to_string(model).unwrap();
        head.pop();
        writeln!(text, "{head},\"elements\":[").unwrap();
        let lines: Vec<String> = builder.elements.iter().map(Value::to_string).collect();
        writeln!(text, "{}\n]}}{comma}", lines.join(",\n")).unwrap();
    }
    text + "]}\n"
}

/// The elements of one model so far.
struct Builder {
    first: u64,
    elements: Vec<Value>,
}

/// What an element is made of.
struct Body {
    at: [f64; 3],
    turn: f64,
    shape: Shape,
    color: Option<Color>,
}

const CONCRETE: Color = Color(0.62, 0.62, 0.6, 1.0);
const STEEL: Color = Color(0.28, 0.33, 0.38, 1.0);
const WATER: Color = Color(0.2, 0.5, 0.8, 0.75);

impl Builder {
    fn new(model: u64) -> Builder {
        Builder { first: model * 10_000, elements: Vec::new() }
    }

    fn add(
        &mut self,
        parent: Option<u64>,
        class: ElementClass,
        label: impl Into<String>,
        body: impl Into<Option<Body>>,
        properties: Vec<PropertyCategory>,
    ) -> u64 {
        let id = self.first + 1 + self.elements.len() as u64;
        let label = label.into();
        let mut element = json!({ "id": id, "parent": parent, "class": class, "label": label });
        if let Some(Body { at, turn, shape, color }) = body.into() {
            let placement = Placement { origin: (at[0], at[1], at[2]), turn: (turn, 1.0) };
            element["placement"] = json!(placement);
            element["shape"] = json!(shape);
            element["color"] = json!(color);
        }
        if !properties.is_empty() {
            element["properties"] = properties.into_iter().map(|known| json!(known)).collect();
        }
        self.elements.push(element);
        id
    }

    fn group(&mut self, parent: Option<u64>, label: impl Into<String>) -> u64 {
        self.add(parent, ElementClass::Assembly, label, None::<Body>, Vec::new())
    }
}

/// A block whose lowest corner is at `at`.
fn block(at: [f64; 3], size: [f64; 3], color: Color) -> Body {
    Body { at, turn: 0.0, shape: Shape::Block { size }, color: Some(color) }
}

/// A cylinder that stands on `at`.
fn cylinder(at: [f64; 3], radius: f64, height: f64, wall: Option<f64>) -> Body {
    let shape = Shape::Cylinder { radius, height, wall_thickness: wall };
    Body { at, turn: 0.0, shape, color: Some(STEEL) }
}

fn category(name: &str, properties: Vec<(&str, PropertyValue)>) -> PropertyCategory {
    let property =
        |(name, value): (&str, _)| Property { name: name.to_owned(), label: None, value };
    PropertyCategory {
        name: name.to_owned(),
        properties: properties.into_iter().map(property).collect(),
    }
}

fn text(text: impl Into<String>) -> PropertyValue {
    PropertyValue::Text(text.into())
}

fn of(amount: f64, unit: Unit) -> PropertyValue {
    PropertyValue::Quantity { amount: (amount * 1000.0).round() / 1000.0, unit }
}

fn concrete(class: &str, volume: f64) -> PropertyCategory {
    let properties = vec![
        ("material", text("Reinforced concrete")),
        ("strengthClass", text(class)),
        ("volume", of(volume, Unit::CubicMetre)),
        ("mass", of(volume * 2.5, Unit::Tonne)),
    ];
    category("Material", properties)
}

fn steel(class: &str, mass: f64) -> PropertyCategory {
    let properties = vec![
        ("material", text("Structural steel")),
        ("strengthClass", text(class)),
        ("mass", of(mass, Unit::Tonne)),
    ];
    category("Material", properties)
}

/// Two inspections, each a struct, as an array: the deepest property there is.
fn inspection(grade: i64, crack_mm: f64) -> PropertyCategory {
    let visit = |year: i64, grade: i64, findings: Vec<PropertyValue>| {
        PropertyValue::Struct(BTreeMap::from([
            ("year".to_owned(), PropertyValue::Integer(year)),
            ("grade".to_owned(), PropertyValue::Integer(grade)),
            ("findings".to_owned(), PropertyValue::Array(findings)),
        ]))
    };
    let crack = PropertyValue::Struct(BTreeMap::from([
        ("kind".to_owned(), text("crack")),
        ("widthMm".to_owned(), PropertyValue::Range(crack_mm / 2.0, crack_mm)),
        ("sealed".to_owned(), PropertyValue::Flag(crack_mm > 0.25)),
    ]));
    let visits = vec![visit(2019, grade - 1, Vec::new()), visit(2024, grade, vec![crack])];
    category(
        "Inspection",
        vec![
            ("conditionGrade", PropertyValue::Integer(grade)),
            ("visits", PropertyValue::Array(visits)),
        ],
    )
}

fn bridge() -> (Value, Builder) {
    let mut b = Builder::new(101);
    let root = b.group(None, "Linden Street Bridge");

    let below = b.group(Some(root), "Substructure");
    for (name, x) in [("Abutment West", -4.0), ("Abutment East", 150.0)] {
        let abutment = b.group(Some(below), name);
        let material = vec![concrete("C30/37", 4.0 * 14.0 * 6.0)];
        let body = block([x, -7.0, 0.0], [4.0, 14.0, 6.0], CONCRETE);
        b.add(Some(abutment), ElementClass::Foundation, format!("{name}, block"), body, material);
        for side in 0..2 {
            let y = if side == 0 { -7.5 } else { 7.0 };
            let body = block([x - 2.0, y, 0.0], [6.0, 0.5, 8.0], CONCRETE);
            let label = format!("{name}, wing wall {}", side + 1);
            let material = vec![concrete("C30/37", 24.0)];
            b.add(Some(abutment), ElementClass::Slab, label, body, material);
        }
    }
    for pier in 1..=4 {
        let x = 30.0 * f64::from(pier);
        let group = b.group(Some(below), format!("Pier {pier}"));
        let body = block([x - 3.0, -6.0, -3.0], [6.0, 12.0, 3.0], CONCRETE);
        let label = format!("Pier {pier}, footing");
        let known = vec![concrete("C30/37", 216.0)];
        b.add(Some(group), ElementClass::Foundation, label, body, known);
        for side in 0..2 {
            let y = if side == 0 { -3.5 } else { 3.5 };
            let body = cylinder([x, y, 0.0], 0.9, 6.0, None);
            let label = format!("Pier {pier}, column {}", side + 1);
            // The drawings of pier 3 are lost; a validation finds that out.
            let mut known = if pier == 3 { vec![] } else { vec![concrete("C40/50", 15.268)] };
            known.push(inspection(i64::from(pier % 3) + 2, 0.1 * f64::from(pier)));
            b.add(Some(group), ElementClass::Column, label, body, known);
        }
        for (side, y) in [-3.5, 3.5].into_iter().enumerate() {
            let body = block([x - 0.4, y - 0.4, 6.0], [0.8, 0.8, 0.2], STEEL);
            let known = vec![category(
                "Bearing",
                vec![
                    ("type", text("Elastomeric")),
                    ("capacity", of(4200.0, Unit::Kilonewton)),
                    ("movementMm", PropertyValue::Range(-45.0, 45.0)),
                    (
                        "assetNumber",
                        PropertyValue::Integer(9_007_199_254_740_993 + i64::from(pier)),
                    ),
                ],
            )];
            let label = format!("Pier {pier}, bearing {}", side + 1);
            b.add(Some(group), ElementClass::Bearing, label, body, known);
        }
    }

    let above = b.group(Some(root), "Superstructure");
    for span in 1..=5 {
        let x = 30.0 * f64::from(span - 1);
        let group = b.group(Some(above), format!("Span {span}"));
        for girder in 1..=4 {
            let y = 3.4 * f64::from(girder) - 8.5;
            // The outline of an I: two flanges and a web.
            let profile =
                [(0.0, 0.0), (0.6, 0.0), (0.6, 0.05), (0.35, 0.05), (0.35, 1.45), (0.6, 1.45)]
                    .into_iter()
                    .chain([
                        (0.6, 1.5),
                        (0.0, 1.5),
                        (0.0, 1.45),
                        (0.25, 1.45),
                        (0.25, 0.05),
                        (0.0, 0.05),
                    ])
                    .map(|(x, y)| Point2(x, y))
                    .collect();
            let shape = Shape::Extrusion { profile, depth: 30.0 };
            let body = Some(Body { at: [x, y, 6.2], turn: 0.0, shape, color: Some(STEEL) });
            let label = format!("Span {span}, girder {girder}");
            let known = vec![
                steel("S355", 47.1),
                category(
                    "Assembly",
                    vec![
                        ("length", of(30.0, Unit::Metre)),
                        ("cambered", PropertyValue::Flag(span != 1)),
                        (
                            "weldedBy",
                            if girder == 4 { PropertyValue::Missing } else { text("Shop B") },
                        ),
                    ],
                ),
            ];
            b.add(Some(group), ElementClass::Beam, label, body, known);
        }
        let body = block([x, -6.5, 7.7], [30.0, 13.0, 0.3], CONCRETE);
        let known = vec![concrete("C35/45", 117.0), inspection(2, 0.15)];
        b.add(Some(group), ElementClass::Slab, format!("Span {span}, deck"), body, known);
    }

    let equipment = b.group(Some(root), "Equipment");
    for side in ["north", "south"] {
        let y = if side == "north" { 6.3 } else { -6.5 };
        for span in 1..=5 {
            let x = 30.0 * f64::from(span - 1);
            let body = block([x, y, 8.0], [30.0, 0.2, 1.1], STEEL);
            let label = format!("Railing {side}, span {span}");
            b.add(Some(equipment), ElementClass::Fixture, label, body, vec![steel("S235", 1.35)]);
        }
        for lamp in 1..=4 {
            let at = [30.0 * f64::from(lamp) - 15.0, y * 0.85, 8.0];
            let parts = vec![
                (
                    Placement { origin: (0.0, 0.0, 0.0), turn: (0.0, 1.0) },
                    Shape::Cylinder { radius: 0.08, height: 5.5, wall_thickness: Some(0.005) },
                ),
                (
                    Placement { origin: (0.0, 0.0, 5.6), turn: (0.0, 1.0) },
                    Shape::Sphere(Sphere { radius: 0.2 }),
                ),
            ];
            let shape = Shape::Compound { parts };
            let body = Some(Body { at, turn: 0.0, shape, color: None });
            let known = vec![category("Electrical", vec![("power", of(0.075, Unit::Kilowatt))])];
            let label = format!("Lamp {side} {lamp}");
            b.add(Some(equipment), ElementClass::Fixture, label, body, known);
        }
    }

    let model = json!({
        "id": 101,
        "name": "Linden Street Bridge",
        "kind": "bridge",
        "place": "Harbour District",
        "summary": "Road bridge of five spans over the Linden canal: composite deck on four steel \
                    girders, four piers of two columns. Survey of 2019, inspected again in 2024.",
        "origin": { "latitude": 53.5412, "longitude": 9.9841, "height": 3.2 },
        "tags": ["road", "inspected"],
        "versions": [
            { "number": 1, "at": 1_551_434_400_000_i64, "note": "As built, from the survey" },
            { "number": 2, "at": 1_561_975_200_000_i64, "note": "Bearings added" },
            { "number": 3, "at": 1_718_000_000_000_i64, "note": "Inspection of 2024" },
        ],
    });
    (model, b)
}

fn station() -> (Value, Builder) {
    let mut b = Builder::new(102);
    let root = b.group(None, "Harbour Station");
    let levels = [("Tunnel", -12.0), ("Concourse", -6.0), ("Street", 0.0)];
    for (level, z) in levels {
        let storey = b.group(Some(root), format!("{level} level"));
        let body = block([0.0, 0.0, z - 0.6], [70.0, 24.0, 0.6], CONCRETE);
        let known = vec![concrete("C35/45", 1008.0)];
        b.add(Some(storey), ElementClass::Slab, format!("{level} slab"), body, known);

        let columns = b.group(Some(storey), format!("{level} columns"));
        for (i, axis) in ('A'..='H').enumerate() {
            #[allow(clippy::cast_precision_loss, reason = "there are eight")]
            let x = 10.0 * i as f64;
            for row in 1..=3 {
                let y = 12.0 * f64::from(row - 1);
                let body = cylinder([x, y, z], 0.35, 5.4, None);
                let grid = category(
                    "Grid",
                    vec![
                        ("axis", PropertyValue::Letter(axis)),
                        ("row", PropertyValue::Integer(i64::from(row))),
                    ],
                );
                let mut known = vec![grid];
                // Two columns of the tunnel were never sampled.
                if !(level == "Tunnel" && axis == 'F' && row > 1) {
                    known.push(concrete("C50/60", 2.078));
                }
                let label = format!("Column {axis}{row}, {}", level.to_lowercase());
                b.add(Some(columns), ElementClass::Column, label, body, known);
            }
        }
        if level != "Street" {
            let stairs = b.group(Some(storey), format!("{level} stairs"));
            for stair in 1..=3 {
                let x = 20.0 * f64::from(stair) - 6.0;
                let body = block([x, 5.0, z], [8.0, 2.4, 5.4], CONCRETE);
                let label = format!("Stair {stair}, {} up", level.to_lowercase());
                let known = vec![category(
                    "Access",
                    vec![
                        ("steps", PropertyValue::Integer(34)),
                        ("width", of(2.4, Unit::Metre)),
                        ("escapeRoute", PropertyValue::Flag(stair != 2)),
                    ],
                )];
                b.add(Some(stairs), ElementClass::Stair, label, body, known);
            }
        }
    }
    let platforms = b.group(Some(root), "Platforms");
    for platform in 1..=2 {
        let y = if platform == 1 { 1.5 } else { 18.5 };
        let group = b.group(Some(platforms), format!("Platform {platform}"));
        let body = block([0.0, y, -12.0], [70.0, 4.0, 0.95], CONCRETE);
        let known = vec![
            category(
                "Platform",
                vec![
                    ("length", of(70.0, Unit::Metre)),
                    ("area", of(280.0, Unit::SquareMetre)),
                    ("tactilePaving", PropertyValue::Flag(true)),
                    ("lines", PropertyValue::Array(vec![text("U1"), text("U4")])),
                ],
            ),
            concrete("C30/37", 266.0),
        ];
        b.add(Some(group), ElementClass::Slab, format!("Platform {platform}, slab"), body, known);
        for sign in 1..=4 {
            let at = [15.0 * f64::from(sign), y + 1.9, -8.0];
            let body = block(at, [1.6, 0.1, 0.4], STEEL);
            let label = format!("Platform {platform}, sign {sign}");
            b.add(Some(group), ElementClass::Fixture, label, body, Vec::new());
        }
    }
    let model = json!({
        "id": 102,
        "name": "Harbour Station",
        "kind": "station",
        "place": "Harbour District",
        "summary": "Underground station on three levels with two platforms, on a grid of eight axes \
                    and three rows.",
        "origin": { "latitude": 53.5397, "longitude": 9.9902, "height": 5.0 },
        "axes": ["A", "B", "C", "D", "E", "F", "G", "H"],
        "tags": ["metro", "inspected"],
        "versions": [
            { "number": 1, "at": 1_640_995_200_000_i64, "note": "Design, stage 3" },
            { "number": 2, "at": 1_700_000_000_000_i64, "note": "As built" },
        ],
    });
    (model, b)
}

fn plant() -> (Value, Builder) {
    let mut b = Builder::new(103);
    let root = b.group(None, "Meadow Creek Water Treatment");
    let stages = ["Intake", "Screening", "Settling", "Filtration", "Disinfection", "Storage"];
    let mut last_tank = None;
    for (i, stage) in stages.into_iter().enumerate() {
        let number = i64::try_from(i).unwrap();
        #[allow(clippy::cast_precision_loss, reason = "there are six")]
        let x = 26.0 * i as f64;
        let group = b.group(Some(root), stage);

        let tanks = b.group(Some(group), format!("{stage} tanks"));
        for tank in 1..=2 {
            let y = 14.0 * f64::from(tank);
            let shape = Shape::Cylinder { radius: 5.0, height: 4.5, wall_thickness: Some(0.3) };
            let body = Some(Body { at: [x, y, 0.0], turn: 0.0, shape, color: Some(WATER) });
            let mut known = vec![
                category(
                    "Process",
                    vec![
                        ("capacity", of(353.4, Unit::CubicMetre)),
                        ("retentionHours", PropertyValue::Number(1.5 + 0.25 * x / 26.0)),
                        ("covered", PropertyValue::Flag(stage == "Storage")),
                    ],
                ),
                concrete("C35/45", 42.4),
            ];
            if let Some(tank) = last_tank {
                let feed = PropertyValue::Element(traitwire_interfaces::catalog::ElementId(tank));
                known.push(category("Flow", vec![("fedBy", feed)]));
            }
            let label = format!("{stage} tank {tank}");
            let id = b.add(Some(tanks), ElementClass::Tank, label, body, known);
            if tank == 2 {
                last_tank = Some(id);
            }
        }

        let pumps = b.group(Some(group), format!("{stage} pumps"));
        for pump in 1..=3 {
            let at = [x + 7.0, 5.0 * f64::from(pump), 0.0];
            let body = block(at, [1.2, 0.8, 1.0], STEEL);
            let power = 7.5 + f64::from(pump) * 3.75;
            let mut known = vec![category(
                "Pump",
                vec![
                    ("flow", of(120.0 * f64::from(pump), Unit::CubicMetrePerHour)),
                    (
                        "serialNumber",
                        text(format!("MC-{}{pump:02}-{}", number + 1, 4711 + number * 13)),
                    ),
                    ("standby", PropertyValue::Flag(pump == 3)),
                ],
            )];
            // Nobody read the plate of the last pump of the storage.
            if !(stage == "Storage" && pump == 3) {
                known.push(category("Electrical", vec![("power", of(power, Unit::Kilowatt))]));
            }
            let label = format!("{stage} pump {pump}");
            b.add(Some(pumps), ElementClass::Pump, label, body, known);
        }

        let piping = b.group(Some(group), format!("{stage} piping"));
        for pipe in 1..=4 {
            let at = [x + 9.0, 5.0 * f64::from(pipe) - 3.0, 0.4];
            let diameter = if pipe == 4 { 0.2 } else { 0.4 };
            // The third pipe of each stage runs through the second; clash detection finds it.
            let at = if pipe == 3 { [at[0] + 2.0, at[1] - 5.0, 0.5] } else { at };
            let body = block(at, [13.0, diameter, diameter], STEEL);
            let known = vec![
                category(
                    "Pipe",
                    vec![
                        (
                            "nominalDiameter",
                            PropertyValue::Integer(if pipe == 4 { 200 } else { 400 }),
                        ),
                        ("length", of(13.0, Unit::Metre)),
                        ("pressureBar", PropertyValue::Range(0.5, 6.0)),
                    ],
                ),
                steel("P235", 1.2),
            ];
            let label = format!("{stage} pipe {pipe}");
            b.add(Some(piping), ElementClass::Pipe, label, body, known);
            if pipe <= 2 {
                let body = block([at[0] - 0.6, at[1], 0.3], [0.5, 0.6, 0.9], STEEL);
                let known = vec![category(
                    "Valve",
                    vec![("type", text("Gate")), ("normallyOpen", PropertyValue::Flag(pipe == 1))],
                )];
                let label = format!("{stage} valve {pipe}");
                b.add(Some(piping), ElementClass::Valve, label, body, known);
            }
        }

        let sensors = b.group(Some(group), format!("{stage} sensors"));
        for (sensor, quantity) in ["level", "turbidity", "chlorine"].into_iter().enumerate() {
            #[allow(clippy::cast_precision_loss, reason = "there are three")]
            let at = [x - 0.1 + sensor as f64, 21.0, 4.6];
            let body = block(at, [0.2, 0.2, 0.3], STEEL);
            let id = format!("{}{}", number + 1, sensor + 1);
            let mut known = vec![category(
                "Signal",
                vec![
                    ("quantity", text(quantity)),
                    ("certificate", PropertyValue::Data(id.clone().into_bytes().into())),
                ],
            )];
            if !(stage == "Screening" && quantity == "chlorine") {
                let number = ("serialNumber", text(format!("S-{id}-2023")));
                known.push(category("Device", vec![number]));
            }
            let label = format!("{stage} {quantity} sensor");
            b.add(Some(sensors), ElementClass::Sensor, label, body, known);
        }
    }
    let model = json!({
        "id": 103,
        "name": "Meadow Creek Water Treatment",
        "kind": "treatment_plant",
        "place": "Meadow Creek",
        "summary": "Drinking water for 40000 people in six stages, each with two tanks, three pumps \
                    and its sensors.",
        "origin": { "latitude": 53.6120, "longitude": 10.0875, "height": 21.5 },
        "tags": ["water"],
        "versions": [
            { "number": 1, "at": 1_690_000_000_000_i64, "note": "Design, stage 2" },
        ],
    });
    (model, b)
}
