//! How does a data file become tables?

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, Transaction, params};
use serde::Deserialize;
use traitwire_interfaces::catalog::{
    BoundingBox, ChangeKind, Color, ElementClass, ElementId, GeometrySummary, ModelId, ModelKind,
    Origin, Placement, PropertyCategory, PropertyValue, Shape, Tag, Version,
};

use super::{StoreError, key, to_json, to_word};

#[derive(Deserialize)]
struct DataFile {
    models: Vec<ModelData>,
}

#[derive(Deserialize)]
struct ModelData {
    id: ModelId,
    name: String,
    kind: ModelKind,
    place: String,
    summary: String,
    origin: Origin,
    #[serde(default)]
    axes: Vec<char>,
    #[serde(default)]
    tags: Vec<Tag>,
    versions: Vec<Version>,
    elements: Vec<ElementData>,
}

#[derive(Deserialize)]
struct ElementData {
    id: ElementId,
    parent: Option<ElementId>,
    class: ElementClass,
    label: String,
    placement: Option<Placement>,
    #[serde(default = "empty")]
    shape: Shape,
    color: Option<Color>,
    #[serde(default)]
    properties: Vec<PropertyCategory>,
}

fn empty() -> Shape {
    Shape::Empty
}

/// Fills the tables, or leaves them empty.
pub(super) fn fill(connection: &mut Connection, data: &str) -> Result<(), StoreError> {
    let DataFile { models } = serde_json::from_str(data)?;
    let transaction = connection.transaction()?;
    for model in &models {
        insert_model(&transaction, model)?;
        for element in &model.elements {
            insert_element(&transaction, model.id, element)?;
        }
    }
    transaction.commit()?;
    Ok(())
}

fn insert_model(tables: &Transaction<'_>, model: &ModelData) -> Result<(), StoreError> {
    let ModelData { name, place, summary, .. } = model;
    let id = key(model.id.0);
    let changed = model.versions.last().map_or(0, |version| version.at);
    tables.execute(
        "INSERT INTO model (id, name, kind, place, summary, origin, axes, changed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            id,
            name,
            to_word(&model.kind)?,
            place,
            summary,
            to_json(&model.origin)?,
            to_json(&model.axes)?,
            changed
        ],
    )?;
    for Tag(word) in &model.tags {
        tables.execute("INSERT INTO tag (model, word) VALUES (?1, ?2)", params![id, word])?;
    }
    for version in &model.versions {
        let Version { number, at, note } = version;
        tables.execute(
            "INSERT INTO version (model, number, at, note) VALUES (?1, ?2, ?3, ?4)",
            params![id, number, at, note],
        )?;
        let released = to_json(&ChangeKind::Released(version.clone()))?;
        tables.execute(
            "INSERT INTO change (model, at, by, what) VALUES (?1, ?2, 'import', ?3)",
            params![id, at, released],
        )?;
    }
    Ok(())
}

fn insert_element(
    tables: &Transaction<'_>,
    model: ModelId,
    element: &ElementData,
) -> Result<(), StoreError> {
    let id = key(element.id.0);
    let parent = element.parent.map(|parent| key(parent.0));
    let class = to_word(&element.class)?;
    let geometry = match element.placement {
        Some(placement) => Some(to_json(&GeometrySummary {
            element: element.id,
            bounding_box: bounds(&element.shape, placement),
            placement,
            shape: element.shape.clone(),
            color: element.color,
        })?),
        None => None,
    };
    // Parents stand before their children in the file.
    tables.execute(
        "INSERT INTO element (id, model, parent, level, class, label, properties, geometry)
         VALUES (?1, ?2, ?3, coalesce((SELECT level + 1 FROM element WHERE id = ?3), 0),
                 ?4, ?5, ?6, ?7)",
        params![
            id,
            key(model.0),
            parent,
            class,
            element.label,
            to_json(&element.properties)?,
            geometry
        ],
    )?;
    // Where two categories have a property of the same name, queries see the first.
    let mut insert = tables.prepare_cached(
        "INSERT INTO property (element, name, value) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
    )?;
    insert.execute(params![id, "class", class])?;
    insert.execute(params![id, "label", element.label])?;
    for property in element.properties.iter().flat_map(|category| &category.properties) {
        if let Some(value) = simple(&property.value) {
            insert.execute(params![id, property.name, value])?;
        }
    }
    Ok(())
}

/// A value that a query can compare.
fn simple(value: &PropertyValue) -> Option<Sql> {
    match value {
        PropertyValue::Flag(flag) => Some(Sql::Integer((*flag).into())),
        PropertyValue::Integer(number) => Some(Sql::Integer(*number)),
        PropertyValue::Number(number) | PropertyValue::Quantity { amount: number, .. } => {
            Some(Sql::Real(*number))
        }
        PropertyValue::Letter(letter) => Some(Sql::Text(letter.to_string())),
        PropertyValue::Text(text) => Some(Sql::Text(text.clone())),
        _ => None,
    }
}

/// What a shape fills where it stands.
fn bounds(shape: &Shape, placement: Placement) -> BoundingBox {
    let local = match shape {
        Shape::Block { size } => BoundingBox { low: [0.0; 3], high: *size },
        Shape::Cylinder { radius: r, height, .. } => {
            BoundingBox { low: [-r, -r, 0.0], high: [*r, *r, *height] }
        }
        Shape::Sphere(sphere) => BoundingBox { low: [-sphere.radius; 3], high: [sphere.radius; 3] },
        Shape::Extrusion { profile, depth } => profile
            .iter()
            .map(|at| BoundingBox { low: [0.0, at.0, at.1], high: [*depth, at.0, at.1] })
            .reduce(BoundingBox::union)
            .unwrap_or(NOTHING),
        Shape::Compound { parts } => parts
            .iter()
            .map(|(placement, part)| bounds(part, *placement))
            .reduce(BoundingBox::union)
            .unwrap_or(NOTHING),
        _ => NOTHING,
    };
    place(local, placement)
}

const NOTHING: BoundingBox = BoundingBox { low: [0.0; 3], high: [0.0; 3] };

/// The box around a box that was scaled, turned about the vertical axis, and moved.
fn place(local: BoundingBox, placement: Placement) -> BoundingBox {
    let (x, y, z) = placement.origin;
    let (degrees, scale) = placement.turn;
    let (sin, cos) = degrees.to_radians().sin_cos();
    let scale = f64::from(scale);
    let corner = |cx: f64, cy: f64, cz: f64| {
        let (cx, cy, cz) = (cx * scale, cy * scale, cz * scale);
        let at = [x + cx * cos - cy * sin, y + cx * sin + cy * cos, z + cz];
        BoundingBox { low: at, high: at }
    };
    let BoundingBox { low: [x0, y0, z0], high: [x1, y1, z1] } = local;
    corner(x0, y0, z0).union(corner(x1, y0, z0)).union(corner(x0, y1, z1)).union(corner(x1, y1, z1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turned_block_fills_another_box() {
        let placement = Placement { origin: (10.0, 0.0, 1.0), turn: (90.0, 2.0) };
        let BoundingBox { low, high } = bounds(&Shape::Block { size: [3.0, 1.0, 1.0] }, placement);
        for (got, expected) in low.into_iter().chain(high).zip([8.0, 0.0, 1.0, 10.0, 6.0, 3.0]) {
            assert!((got - expected).abs() < 1e-9, "{low:?} {high:?}");
        }
    }

    #[test]
    fn a_data_file_that_breaks_off_fills_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        let broken = fill(&mut connection, r#"{"models": [{"id": 1"#).unwrap_err();
        assert!(broken.to_string().starts_with("data/models.json: EOF"), "{broken}");
    }
}
