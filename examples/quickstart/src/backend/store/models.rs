//! Which models are there, and what happens to them?

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, Row, params};
use traitwire_interfaces::catalog::{
    BoundingBox, CatalogError, Change, ChangeKind, Delta, Description, ElementId, Filter, Model,
    ModelId, Tag, Version,
};

use super::{StoreError, Tables, count, from_json, from_word, id, key, now, to_json};

impl Tables {
    /// The models whose name or place contains `text`, in whatever case, best match first.
    pub(crate) fn search(
        &self,
        text: &str,
        limit: usize,
        filter: &Filter,
    ) -> Result<Vec<Model>, StoreError> {
        let mut models = Vec::new();
        for mut model in self.models()? {
            model.rank = rank(&model, &text.to_lowercase());
            if model.rank > 0.0 && matches(&model, filter) {
                models.push(model);
            }
        }
        models.sort_by(|a, b| b.rank.total_cmp(&a.rank).then_with(|| a.name.cmp(&b.name)));
        models.truncate(limit);
        Ok(models)
    }

    fn models(&self) -> Result<Vec<Model>, StoreError> {
        let mut select = self.connection.prepare_cached(&select_models("1"))?;
        let models = select.query_map([], model)?.collect::<Result<_, _>>()?;
        Ok(models)
    }

    /// One model.
    pub(crate) fn model(&self, id: ModelId) -> Result<Model, StoreError> {
        let mut select = self.connection.prepare_cached(&select_models("id = ?1"))?;
        let found = select.query_row([key(id.0)], model).optional()?;
        Ok(found.ok_or(CatalogError::NotFound { id })?)
    }

    /// All that is known of a model.
    pub(crate) fn describe(&self, id: ModelId) -> Result<Description, StoreError> {
        let model = self.model(id)?;
        let extents = self
            .geometries(id)?
            .into_iter()
            .map(|geometry| geometry.bounding_box)
            .reduce(BoundingBox::union)
            .unwrap_or(BoundingBox { low: [0.0; 3], high: [0.0; 3] });
        let elements = self.connection.query_row(
            "SELECT count(*) FROM element WHERE model = ?1",
            [key(id.0)],
            count,
        )?;
        let description = self.connection.query_row(
            "SELECT summary, origin, axes,
                    (SELECT id FROM element WHERE model = model.id AND parent IS NULL) AS root
             FROM model WHERE id = ?1",
            [key(id.0)],
            |row| {
                Ok(Description {
                    model,
                    summary: row.get("summary")?,
                    origin: from_json(row, "origin")?,
                    extents,
                    root: ElementId(super::id(row, "root")?),
                    elements,
                    axes: from_json(row, "axes")?,
                })
            },
        )?;
        Ok(description)
    }

    /// Gives a model another name, on behalf of `by`.
    pub(crate) fn rename(
        &mut self,
        id: ModelId,
        name: &str,
        by: &str,
    ) -> Result<Model, StoreError> {
        let length = name.chars().count();
        if !(1..=200).contains(&length) {
            return Err(CatalogError::InvalidName { length: length as u64 }.into());
        }
        let old = self.model(id)?;
        let holder = self
            .connection
            .query_row("SELECT id FROM model WHERE name = ?1", [name], |row| super::id(row, "id"))
            .optional()?;
        match holder.map(ModelId) {
            Some(same) if same == id => return Ok(old),
            Some(by) => return Err(CatalogError::NameTaken { name: name.to_owned(), by }.into()),
            None => {}
        }
        let delta = Delta { from: old.name, to: name.to_owned() };
        let transaction = self.connection.transaction()?;
        transaction
            .execute("UPDATE model SET name = ?2 WHERE id = ?1", params![key(id.0), name])?;
        record(&transaction, id, by, &ChangeKind::Renamed(delta))?;
        transaction.commit()?;
        self.model(id)
    }

    /// Adds tags to a model and takes others off, on behalf of `by`. Returns those it has then.
    pub(crate) fn retag(
        &mut self,
        id: ModelId,
        add: &BTreeSet<Tag>,
        remove: &BTreeSet<Tag>,
        by: &str,
    ) -> Result<BTreeSet<Tag>, StoreError> {
        let from = self.model(id)?.tags;
        let to: BTreeSet<Tag> = from.union(add).cloned().collect();
        let to: BTreeSet<Tag> = to.difference(remove).cloned().collect();
        if from == to {
            return Ok(to);
        }
        let transaction = self.connection.transaction()?;
        transaction.execute("DELETE FROM tag WHERE model = ?1", [key(id.0)])?;
        for Tag(word) in &to {
            transaction.execute(
                "INSERT INTO tag (model, word) VALUES (?1, ?2)",
                params![key(id.0), word],
            )?;
        }
        let delta = Delta { from, to: to.clone() };
        record(&transaction, id, by, &ChangeKind::Tagged(delta))?;
        transaction.commit()?;
        Ok(to)
    }

    /// The versions of a model, newest first.
    pub(crate) fn versions(&self, id: ModelId) -> Result<Vec<Version>, StoreError> {
        self.model(id)?;
        let mut select = self.connection.prepare_cached(
            "SELECT number, at, note FROM version WHERE model = ?1 ORDER BY number DESC",
        )?;
        let versions = select.query_map([key(id.0)], |row| {
            Ok(Version { number: row.get(0)?, at: row.get(1)?, note: row.get(2)? })
        })?;
        Ok(versions.collect::<Result<_, _>>()?)
    }

    /// The changes of a model after a number, oldest first, at most 1000.
    pub(crate) fn changes(&self, id: ModelId, after: u64) -> Result<Vec<Change>, StoreError> {
        self.model(id)?;
        let mut select = self.connection.prepare_cached(
            "SELECT number, model, at, by, what FROM change
             WHERE model = ?1 AND number > ?2 ORDER BY number LIMIT 1000",
        )?;
        let changes = select.query_map([key(id.0), key(after)], change)?;
        Ok(changes.collect::<Result<_, _>>()?)
    }

    /// The number of the last change of any model.
    pub(crate) fn last_change(&self) -> Result<u64, StoreError> {
        let last = "SELECT coalesce(max(number), 0) FROM change";
        Ok(self.connection.query_row(last, [], count)?)
    }

    /// Stores a picture under its digest. Returns whether it was there before.
    pub(crate) fn keep_thumbnail(
        &mut self,
        digest: u128,
        picture: &[u8],
    ) -> Result<bool, StoreError> {
        let stored = self.connection.execute(
            "INSERT INTO thumbnail (digest, picture) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            params![digest.to_be_bytes(), picture],
        )?;
        Ok(stored == 0)
    }
}

fn select_models(condition: &str) -> String {
    format!(
        "SELECT id, name, kind, place, changed,
                (SELECT max(number) FROM version WHERE model = model.id) AS version,
                (SELECT json_group_array(word) FROM tag WHERE model = model.id) AS tags
         FROM model WHERE {condition}"
    )
}

fn model(row: &Row<'_>) -> rusqlite::Result<Model> {
    Ok(Model {
        id: ModelId(id(row, "id")?),
        name: row.get("name")?,
        kind: from_word(row, "kind")?,
        place: row.get("place")?,
        version: row.get("version")?,
        changed: row.get("changed")?,
        tags: from_json(row, "tags")?,
        rank: 0.0,
    })
}

fn change(row: &Row<'_>) -> rusqlite::Result<Change> {
    Ok(Change {
        number: id(row, "number")?,
        model: ModelId(id(row, "model")?),
        at: row.get("at")?,
        by: row.get("by")?,
        what: from_json(row, "what")?,
    })
}

fn record(
    tables: &rusqlite::Transaction<'_>,
    model: ModelId,
    by: &str,
    what: &ChangeKind,
) -> Result<(), StoreError> {
    let (model, at) = (key(model.0), now());
    tables.execute(
        "INSERT INTO change (model, at, by, what) VALUES (?1, ?2, ?3, ?4)",
        params![model, at, by, to_json(what)?],
    )?;
    tables.execute("UPDATE model SET changed = ?2 WHERE id = ?1", params![model, at])?;
    Ok(())
}

/// How well a model matches a text in lower case: 0 if not at all.
fn rank(model: &Model, text: &str) -> f64 {
    let name = model.name.to_lowercase();
    if name == text {
        1.0
    } else if name.starts_with(text) {
        0.9
    } else if name.contains(text) {
        0.7
    } else if model.place.to_lowercase().contains(text) {
        0.4
    } else {
        0.0
    }
}

fn matches(model: &Model, filter: &Filter) -> bool {
    match filter {
        Filter::Any => true,
        Filter::Kind(kind) => model.kind == *kind,
        Filter::Tagged(tag) => model.tags.contains(tag),
        Filter::Changed { from, until } => {
            *from <= model.changed && until.is_none_or(|until| model.changed < until)
        }
        Filter::Versions(least, greatest) => (*least..=*greatest).contains(&model.version),
        Filter::All(filters) => filters.iter().all(|filter| matches(model, filter)),
        Filter::Not(filter) => !matches(model, filter),
    }
}

#[cfg(test)]
mod tests {
    use traitwire_interfaces::catalog::ModelKind;

    use super::super::DATA;
    use super::*;

    const BRIDGE: ModelId = ModelId(101);

    fn names(models: &[Model]) -> Vec<&str> {
        models.iter().map(|model| model.name.as_str()).collect()
    }

    #[test]
    fn a_search_puts_names_before_places() {
        let tables = Tables::filled_with(DATA).unwrap();
        let found = tables.search("HARBOUR", 10, &Filter::Any).unwrap();
        assert_eq!(names(&found), ["Harbour Station", "Linden Street Bridge"]);
        assert_eq!(names(&tables.search("harbour", 1, &Filter::Any).unwrap()), ["Harbour Station"]);
        assert_eq!(tables.search("", 10, &Filter::Any).unwrap().len(), 3);
        assert_eq!(tables.search("100%", 10, &Filter::Any).unwrap(), []);
    }

    #[test]
    fn filters_combine() {
        let tables = Tables::filled_with(DATA).unwrap();
        let inspected = Filter::Tagged("inspected".into());
        let no_bridge = Filter::Not(Box::new(Filter::Kind(ModelKind::Bridge)));
        let both = Filter::All(vec![inspected, no_bridge]);
        assert_eq!(names(&tables.search("", 10, &both).unwrap()), ["Harbour Station"]);
        let second = Filter::Versions(2, 2);
        assert_eq!(names(&tables.search("", 10, &second).unwrap()), ["Harbour Station"]);
        let early = Filter::Changed { from: 0, until: Some(1_695_000_000_000) };
        let found = tables.search("", 10, &early).unwrap();
        assert_eq!(names(&found), ["Meadow Creek Water Treatment"]);
    }

    #[test]
    fn a_name_is_given_once() {
        let mut tables = Tables::filled_with(DATA).unwrap();
        let before = tables.last_change().unwrap();
        let renamed = tables.rename(BRIDGE, "Linden Bridge", "bob").unwrap();
        assert_eq!(renamed.name, "Linden Bridge");
        let error = tables.rename(BRIDGE, "Harbour Station", "bob").unwrap_err();
        let StoreError::Refused(CatalogError::NameTaken { by, .. }) = error else {
            panic!("{error}")
        };
        assert_eq!(by, ModelId(102));
        // The name it has already changes nothing.
        tables.rename(BRIDGE, "Linden Bridge", "bob").unwrap();
        let changes = tables.changes(BRIDGE, before).unwrap();
        assert_eq!(changes.len(), 1);
        assert_eq!((changes[0].number, changes[0].by.as_str()), (before + 1, "bob"));
    }

    #[test]
    fn a_name_has_1_to_200_characters() {
        let mut tables = Tables::filled_with(DATA).unwrap();
        assert!(tables.rename(BRIDGE, &"ä".repeat(200), "bob").is_ok());
        for name in [String::new(), "x".repeat(201)] {
            let error = tables.rename(BRIDGE, &name, "bob").unwrap_err();
            let StoreError::Refused(CatalogError::InvalidName { length }) = error else {
                panic!("{error}")
            };
            assert_eq!(length, name.len() as u64);
        }
    }

    #[test]
    fn tags_that_do_not_change_are_no_change() {
        let mut tables = Tables::filled_with(DATA).unwrap();
        let before = tables.last_change().unwrap();
        let (road, none) = (BTreeSet::from(["road".into()]), BTreeSet::new());
        assert_eq!(tables.retag(BRIDGE, &road, &none, "bob").unwrap().len(), 2);
        assert_eq!(tables.last_change().unwrap(), before);
        assert_eq!(tables.retag(BRIDGE, &none, &road, "bob").unwrap().len(), 1);
        assert_eq!(tables.last_change().unwrap(), before + 1);
        assert_eq!(tables.model(BRIDGE).unwrap().tags, BTreeSet::from(["inspected".into()]));
    }

    #[test]
    fn a_model_that_is_not_there_is_refused_everywhere() {
        let mut tables = Tables::filled_with(DATA).unwrap();
        let id = ModelId(u64::MAX);
        let none = BTreeSet::new();
        for error in [
            tables.model(id).unwrap_err(),
            tables.describe(id).unwrap_err(),
            tables.rename(id, "x", "bob").unwrap_err(),
            tables.retag(id, &none, &none, "bob").unwrap_err(),
            tables.versions(id).unwrap_err(),
            tables.changes(id, 0).unwrap_err(),
        ] {
            assert!(
                matches!(
                    error,
                    StoreError::Refused(CatalogError::NotFound { id: ModelId(u64::MAX) })
                ),
                "{error}"
            );
        }
    }

    #[test]
    fn a_picture_is_stored_once() {
        let mut tables = Tables::filled_with(DATA).unwrap();
        assert!(!tables.keep_thumbnail(7, b"picture").unwrap());
        assert!(tables.keep_thumbnail(7, b"picture").unwrap());
    }
}
