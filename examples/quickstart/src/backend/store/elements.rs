//! What is inside a model?

use std::collections::{BTreeMap, HashMap};

use rusqlite::{OptionalExtension, Row, params};
use traitwire_interfaces::catalog::{
    BoundingBox, CatalogError, Element, ElementClass, ElementId, GeometrySummary, ModelId, Node,
    Placement, PropertyCategory, Shape, Statistics, TileId,
};

use super::{StoreError, Tables, from_json, from_word, id, key};

/// The deepest level of tiles.
const MAX_TILE_LEVEL: u8 = 4;

/// What jobs look at.
pub(crate) struct Surveyed {
    pub(crate) element: Element,
    /// The names of its properties.
    pub(crate) properties: Vec<String>,
    pub(crate) geometry: Option<GeometrySummary>,
}

impl Tables {
    /// The tree of a model's elements, `depth` levels of it.
    pub(crate) fn hierarchy(&self, model: ModelId, depth: u8) -> Result<Node, StoreError> {
        self.model(model)?;
        let mut select = self.connection.prepare_cached(
            "SELECT id, parent, class, label FROM element
             WHERE model = ?1 AND level < ?2 ORDER BY level DESC, id DESC",
        )?;
        let mut rows = select.query(params![key(model.0), depth.max(1)])?;
        // Children come before their parents, the last child first.
        let mut below: HashMap<u64, Vec<Node>> = HashMap::new();
        while let Some(row) = rows.next()? {
            let id = id(row, "id")?;
            let mut children = below.remove(&id).unwrap_or_default();
            children.reverse();
            let (label, class) = (row.get("label")?, from_word(row, "class")?);
            let node = Node { id: ElementId(id), label, class, children };
            match row.get::<_, Option<i64>>("parent")? {
                Some(parent) => below.entry(parent.cast_unsigned()).or_default().push(node),
                None => return Ok(node),
            }
        }
        Err(CatalogError::NotFound { id: model }.into())
    }

    /// The elements directly below another.
    pub(crate) fn children(&self, parent: ElementId) -> Result<Vec<Element>, StoreError> {
        self.element(parent)?;
        let mut select = self.connection.prepare_cached(&select_elements("parent = ?1"))?;
        let children = select.query_map([key(parent.0)], element)?;
        Ok(children.collect::<Result<_, _>>()?)
    }

    /// One element.
    pub(crate) fn element(&self, id: ElementId) -> Result<Element, StoreError> {
        let mut select = self.connection.prepare_cached(&select_elements("id = ?1"))?;
        let found = select.query_row([key(id.0)], element).optional()?;
        Ok(found.ok_or(CatalogError::NoSuchElement { id })?)
    }

    /// Those of the elements that exist.
    pub(crate) fn elements(
        &self,
        ids: &[ElementId],
    ) -> Result<BTreeMap<ElementId, Element>, StoreError> {
        let mut select = self.connection.prepare_cached(&select_elements("id = ?1"))?;
        let mut found = BTreeMap::new();
        for id in ids {
            if let Some(element) = select.query_row([key(id.0)], element).optional()? {
                found.insert(*id, element);
            }
        }
        Ok(found)
    }

    /// What is known of an element.
    pub(crate) fn properties(&self, id: ElementId) -> Result<Vec<PropertyCategory>, StoreError> {
        let found = self
            .connection
            .query_row("SELECT properties FROM element WHERE id = ?1", [key(id.0)], |row| {
                from_json(row, "properties")
            })
            .optional()?;
        Ok(found.ok_or(CatalogError::NoSuchElement { id })?)
    }

    /// Where an element is and what it looks like. An assembly has no body of its own: it fills
    /// what the elements below it fill.
    pub(crate) fn geometry(&self, id: ElementId) -> Result<GeometrySummary, StoreError> {
        self.element(id)?;
        let mut select = self.connection.prepare_cached(
            "WITH RECURSIVE below (id) AS (
                 VALUES (?1) UNION ALL
                 SELECT element.id FROM element JOIN below ON element.parent = below.id
             )
             SELECT geometry FROM element JOIN below USING (id)
             WHERE geometry IS NOT NULL ORDER BY id",
        )?;
        let found = select.query_map([key(id.0)], |row| from_json(row, "geometry"))?;
        let found: Vec<GeometrySummary> = found.collect::<Result<_, _>>()?;
        Ok(around(id, found))
    }

    /// The geometry of all elements of a model that have one.
    pub(crate) fn geometries(&self, model: ModelId) -> Result<Vec<GeometrySummary>, StoreError> {
        self.model(model)?;
        let mut select = self.connection.prepare_cached(
            "SELECT geometry FROM element WHERE model = ?1 AND geometry IS NOT NULL ORDER BY id",
        )?;
        let found = select.query_map([key(model.0)], |row| from_json(row, "geometry"))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// The elements of a tile, as bytes.
    pub(crate) fn tile(&self, model: ModelId, tile: TileId) -> Result<Vec<u8>, StoreError> {
        let TileId(level, column, row) = tile;
        let extents = self.describe(model)?.extents;
        let across = 1_u32 << level.min(MAX_TILE_LEVEL);
        if level > MAX_TILE_LEVEL || column >= across || row >= across {
            return Err(CatalogError::NoSuchTile.into());
        }
        let mut bytes = b"TWT1".to_vec();
        for geometry in self.geometries(model)? {
            let bounds = geometry.bounding_box;
            // An element is in the tile that has its middle.
            let part = |axis: usize| {
                let middle = f64::midpoint(bounds.low[axis], bounds.high[axis]);
                let length = (extents.high[axis] - extents.low[axis]).max(f64::EPSILON);
                (middle - extents.low[axis]) / length * f64::from(across)
            };
            let within =
                |part: f64, tile: u32| (f64::from(tile)..f64::from(tile) + 1.0).contains(&part);
            if within(part(0), column) && within(part(1), row) {
                bytes.extend(geometry.element.0.to_le_bytes());
                for length in bounds.low.into_iter().chain(bounds.high) {
                    #[allow(clippy::cast_possible_truncation, reason = "graphics cards want f32")]
                    bytes.extend((length as f32).to_le_bytes());
                }
            }
        }
        Ok(bytes)
    }

    /// Counts over one model, or all.
    pub(crate) fn statistics(&self, model: Option<ModelId>) -> Result<Statistics, StoreError> {
        if let Some(model) = model {
            self.model(model)?;
        }
        let mut statistics = Statistics::default();
        let mut select = self.connection.prepare_cached(
            "SELECT class, level, count(*) AS count FROM element
             WHERE ?1 IS NULL OR model = ?1 GROUP BY class, level",
        )?;
        let mut rows = select.query([model.map(|model| key(model.0))])?;
        while let Some(row) = rows.next()? {
            let count = id(row, "count")?;
            statistics.elements += count;
            *statistics.by_class.entry(row.get("class")?).or_default() += count;
            *statistics.by_level.entry(row.get("level")?).or_default() += count;
        }
        for (part, size) in [
            ("database", "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"),
            ("thumbnails", "SELECT coalesce(sum(length(picture)), 0) FROM thumbnail"),
        ] {
            let size = self.connection.query_row(size, [], super::count)?;
            statistics.storage.insert(part.to_owned(), size);
        }
        Ok(statistics)
    }

    /// What a job looks at: the elements of a model.
    pub(crate) fn survey(&self, model: ModelId) -> Result<Vec<Surveyed>, StoreError> {
        let mut select = self.connection.prepare_cached(&select_elements("model = ?1"))?;
        let elements = select.query_map([key(model.0)], |row| {
            Ok(Surveyed {
                element: element(row)?,
                properties: from_json(row, "names")?,
                geometry: match row.get_ref("geometry")? {
                    rusqlite::types::ValueRef::Null => None,
                    _ => Some(from_json(row, "geometry")?),
                },
            })
        })?;
        Ok(elements.collect::<Result<_, _>>()?)
    }
}

/// The geometry of an element, given all geometry from it downwards.
fn around(element: ElementId, found: Vec<GeometrySummary>) -> GeometrySummary {
    let bounds = found.iter().map(|part| part.bounding_box).reduce(BoundingBox::union);
    match found.into_iter().find(|own| own.element == element) {
        Some(own) => own,
        None => GeometrySummary {
            element,
            bounding_box: bounds.unwrap_or(BoundingBox { low: [0.0; 3], high: [0.0; 3] }),
            placement: Placement { origin: (0.0, 0.0, 0.0), turn: Placement::upright() },
            shape: Shape::Empty,
            color: None,
        },
    }
}

fn select_elements(condition: &str) -> String {
    format!(
        "SELECT id, model, parent, class, label, geometry,
                (SELECT count(*) FROM element AS child WHERE child.parent = element.id) AS children,
                (SELECT json_group_array(name) FROM property WHERE element = element.id) AS names
         FROM element WHERE {condition} ORDER BY label"
    )
}

fn element(row: &Row<'_>) -> rusqlite::Result<Element> {
    Ok(Element {
        id: ElementId(id(row, "id")?),
        model: ModelId(id(row, "model")?),
        parent: row.get::<_, Option<i64>>("parent")?.map(|id| ElementId(id.cast_unsigned())),
        class: from_word::<ElementClass>(row, "class")?,
        label: row.get("label")?,
        child_count: row.get("children")?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::DATA;
    use super::*;

    const BRIDGE: ModelId = ModelId(101);
    const ROOT: ElementId = ElementId(1_010_001);
    const NOWHERE: ElementId = ElementId(u64::MAX);

    #[test]
    fn a_tree_has_every_element_once_and_only_as_deep_as_asked() {
        let tables = Tables::filled_with(DATA).unwrap();
        let tree = tables.hierarchy(BRIDGE, u8::MAX).unwrap();
        assert_eq!(tree.size() as u64, tables.statistics(Some(BRIDGE)).unwrap().elements);
        assert_eq!((tree.id, tree.label.as_str()), (ROOT, "Linden Street Bridge"));
        let labels =
            |node: &Node| node.children.iter().map(|n| n.label.clone()).collect::<Vec<_>>();
        assert_eq!(labels(&tree), ["Substructure", "Superstructure", "Equipment"]);

        let top = tables.hierarchy(BRIDGE, 2).unwrap();
        assert_eq!(top.size(), 4);
        assert_eq!(tables.hierarchy(BRIDGE, 0).unwrap().size(), 1);
    }

    #[test]
    fn children_know_how_many_are_below_them() {
        let tables = Tables::filled_with(DATA).unwrap();
        let children = tables.children(ROOT).unwrap();
        assert_eq!(children.len(), 3);
        for child in children {
            assert_eq!(child.parent, Some(ROOT));
            assert_eq!(tables.children(child.id).unwrap().len(), child.child_count as usize);
        }
        let refused = tables.children(NOWHERE).unwrap_err();
        assert_eq!(refused.to_string(), format!("there is no element {NOWHERE}"));
    }

    #[test]
    fn of_many_elements_those_that_exist_come_back() {
        let tables = Tables::filled_with(DATA).unwrap();
        let found = tables.elements(&[NOWHERE, ROOT, ROOT]).unwrap();
        assert_eq!(found.into_keys().collect::<Vec<_>>(), [ROOT]);
    }

    #[test]
    fn an_assembly_fills_what_its_parts_fill() {
        let tables = Tables::filled_with(DATA).unwrap();
        let whole = tables.geometry(ROOT).unwrap();
        assert_eq!(whole.bounding_box, tables.describe(BRIDGE).unwrap().extents);
        assert_eq!(whole.shape, Shape::Empty);
        let part = ElementId(1_010_004);
        assert!(matches!(tables.geometry(part).unwrap().shape, Shape::Block { .. }));
    }

    #[test]
    fn the_tiles_of_a_level_have_every_body_once() {
        let tables = Tables::filled_with(DATA).unwrap();
        let bodies = tables.geometries(BRIDGE).unwrap().len();
        for level in 0..=2_u8 {
            let across = 1_u32 << level;
            let bytes: usize = (0..across * across)
                .map(|n| TileId(level, n % across, n / across))
                .map(|tile| tables.tile(BRIDGE, tile).unwrap().len() - 4)
                .sum();
            assert_eq!(bytes, 32 * bodies, "level {level}");
        }
        for tile in [TileId(0, 1, 0), TileId(1, 0, 2), TileId(5, 0, 0), TileId(255, 0, 0)] {
            let refused = tables.tile(BRIDGE, tile).unwrap_err();
            assert!(matches!(refused, StoreError::Refused(CatalogError::NoSuchTile)), "{refused}");
        }
    }

    #[test]
    fn statistics_add_up() {
        let tables = Tables::filled_with(DATA).unwrap();
        let all = tables.statistics(None).unwrap();
        assert!(all.elements > 250, "{}", all.elements);
        assert_eq!(all.by_class.values().sum::<u64>(), all.elements);
        assert_eq!(all.by_level.values().sum::<u64>(), all.elements);
        assert_eq!(all.by_level[&0], 3);
        assert!(all.storage["database"] > 0);
    }
}
