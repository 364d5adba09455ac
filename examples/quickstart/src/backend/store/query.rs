//! How are elements found by what is known of them?

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rusqlite::types::{Value as Sql, ValueRef};
use rusqlite::{params, params_from_iter};
use serde_json::Value;
use traitwire_interfaces::catalog::{
    CatalogError, Comparison, Condition, Query, QueryProblem, Row,
};
use traitwire_interfaces::{Cursor, Page};

use super::{StoreError, Tables, count, id, key};

/// Most conditions, and most columns, of one query.
const MAX_PARTS: usize = 50;
/// Most rows of one page.
const MAX_ROWS: u16 = 1000;

impl Tables {
    /// The elements that meet all conditions, by their ids.
    pub(crate) fn query(&self, query: &Query) -> Result<Page<Row>, StoreError> {
        self.model(query.model)?;
        let (condition, mut values) = sql_condition(query)?;
        let total = format!("SELECT count(*) FROM element WHERE {condition}");
        let total = self.connection.query_row(&total, params_from_iter(&values), count)?;

        values.push(Sql::Integer(key(after(query.cursor.as_ref())?)));
        let from = values.len();
        values.push(Sql::Integer(i64::from(query.limit) + 1));
        let select = format!(
            "SELECT id FROM element WHERE {condition} AND id > ?{from} ORDER BY id LIMIT ?{}",
            from + 1
        );
        let mut select = self.connection.prepare_cached(&select)?;
        let ids = select.query_map(params_from_iter(&values), |row| id(row, "id"))?;
        let mut ids = ids.collect::<Result<Vec<_>, _>>()?;
        // One more than asked for was read, to know whether there is one.
        let more = ids.len() > query.limit.into();
        ids.truncate(query.limit.into());
        let next = ids.last().filter(|_| more).copied().map(cursor);
        let rows = ids.into_iter().map(|id| self.row(id, &query.columns));
        Ok(Page { items: rows.collect::<Result<_, _>>()?, total, next })
    }

    fn row(&self, id: u64, columns: &[String]) -> Result<Row, StoreError> {
        let mut known = BTreeMap::from([("id".to_owned(), Value::from(id))]);
        let mut select = self
            .connection
            .prepare_cached("SELECT value FROM property WHERE element = ?1 AND name = ?2")?;
        for column in ["label", "class"].into_iter().chain(columns.iter().map(String::as_str)) {
            let mut rows = select.query(params![key(id), column])?;
            let value = match rows.next()? {
                Some(row) => match row.get_ref(0)? {
                    ValueRef::Integer(number) => number.into(),
                    ValueRef::Real(number) => number.into(),
                    ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
                    ValueRef::Null | ValueRef::Blob(_) => Value::Null,
                },
                None => Value::Null,
            };
            known.entry(column.to_owned()).or_insert(value);
        }
        Ok(Row(known))
    }
}

/// A query as SQL. What the caller wrote is only ever bound, never part of the text.
fn sql_condition(query: &Query) -> Result<(String, Vec<Sql>), StoreError> {
    if query.conditions.len() > MAX_PARTS {
        return Err(problem("where", format!("more than {MAX_PARTS} conditions")));
    }
    if query.columns.len() > MAX_PARTS {
        return Err(problem("columns", format!("more than {MAX_PARTS} columns")));
    }
    if !(1..=MAX_ROWS).contains(&query.limit) {
        return Err(problem("limit", format!("a page has 1 to {MAX_ROWS} rows")));
    }
    let mut sql = String::from("model = ?1");
    let mut values = vec![Sql::Integer(key(query.model.0))];
    for (i, Condition { property, is, value }) in query.conditions.iter().enumerate() {
        let value = sql_value(value).ok_or_else(|| {
            problem(format!("where[{i}].value"), "not text, a number or a flag".to_owned())
        })?;
        let numeric = matches!(value, Sql::Integer(_) | Sql::Real(_));
        let (exists, comparison) = match is {
            Comparison::Equal => ("EXISTS", "value = "),
            Comparison::NotEqual => ("NOT EXISTS", "value = "),
            // SQLite holds any text to be greater than any number; we do not.
            Comparison::LessThan if numeric => ("EXISTS", "typeof(value) <> 'text' AND value < "),
            Comparison::GreaterThan if numeric => {
                ("EXISTS", "typeof(value) <> 'text' AND value > ")
            }
            Comparison::Contains if !numeric => ("EXISTS", "0 < instr(value, "),
            Comparison::Contains => {
                return Err(problem(format!("where[{i}].value"), "not a text".to_owned()));
            }
            Comparison::LessThan | Comparison::GreaterThan => {
                return Err(problem(format!("where[{i}].value"), "not a number".to_owned()));
            }
        };
        values.push(Sql::Text(property.clone()));
        let name = values.len();
        values.push(value);
        let close = if *is == Comparison::Contains { ")" } else { "" };
        // Writing to a string does not fail.
        let _ = write!(
            sql,
            " AND {exists} (SELECT 1 FROM property WHERE element = element.id AND name = ?{name}
                AND {comparison}?{}{close})",
            name + 1
        );
    }
    Ok((sql, values))
}

fn sql_value(value: &Value) -> Option<Sql> {
    match value {
        Value::Bool(flag) => Some(Sql::Integer((*flag).into())),
        Value::Number(number) => {
            number.as_i64().map(Sql::Integer).or_else(|| number.as_f64().map(Sql::Real))
        }
        Value::String(text) => Some(Sql::Text(text.clone())),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The place after an element.
fn cursor(last: u64) -> Cursor {
    Cursor { token: format!("after-{last:x}") }
}

fn after(cursor: Option<&Cursor>) -> Result<u64, StoreError> {
    let Some(cursor) = cursor else { return Ok(0) };
    let last = cursor.token.strip_prefix("after-").and_then(|n| u64::from_str_radix(n, 16).ok());
    last.ok_or_else(|| problem("cursor", "not one of this catalog".to_owned()))
}

fn problem(part: impl Into<String>, problem: String) -> StoreError {
    CatalogError::BadQuery(QueryProblem { part: part.into(), problem }).into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use traitwire_interfaces::catalog::ModelId;

    use super::super::DATA;
    use super::*;

    fn query(json: &Value) -> Query {
        let mut query = Query::of(ModelId(101));
        query.conditions = serde_json::from_value(json.clone()).unwrap();
        query
    }

    fn labels(json: &Value) -> Vec<String> {
        let page = Tables::filled_with(DATA).unwrap().query(&query(json)).unwrap();
        page.items.iter().map(|row| row.0["label"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn conditions_compare_text_numbers_and_flags() {
        let class = |class| json!({ "property": "class", "value": class });
        assert_eq!(labels(&json!([class("Beam")])).len(), 20);
        let decks = json!([
            class("Slab"),
            { "property": "volume", "is": "greater-than", "value": 100 },
            { "property": "label", "is": "contains", "value": "deck" },
        ]);
        assert_eq!(labels(&decks).len(), 5);
        let straight = json!([{ "property": "cambered", "value": false }]);
        assert_eq!(labels(&straight).len(), 4);
        let unknown = json!([
            class("Column"),
            { "property": "strengthClass", "is": "not-equal", "value": "C40/50" },
        ]);
        assert_eq!(labels(&unknown), ["Pier 3, column 1", "Pier 3, column 2"]);
        // A text is not less than a number, nor greater.
        for is in ["less-than", "greater-than"] {
            assert_eq!(labels(&json!([{ "property": "label", "is": is, "value": 5 }])), [""; 0]);
        }
    }

    #[test]
    fn pages_have_every_row_once() {
        let tables = Tables::filled_with(DATA).unwrap();
        let mut query = query(&json!([{ "property": "class", "value": "Beam" }]));
        query.limit = 8;
        query.columns = vec!["mass".to_owned(), "colour".to_owned()];
        let mut rows = Vec::new();
        loop {
            let page = tables.query(&query).unwrap();
            assert_eq!(page.total, 20);
            rows.extend(page.items);
            query.cursor = page.next;
            if query.cursor.is_none() {
                break;
            }
        }
        assert_eq!(rows.len(), 20);
        let Row(first) = &rows[0];
        assert_eq!(first["mass"], json!(47.1));
        assert_eq!(first["colour"], Value::Null);
        rows.dedup();
        assert_eq!(rows.len(), 20);
    }

    #[test]
    fn a_page_that_ends_with_the_list_says_so() {
        let mut query = query(&json!([{ "property": "class", "value": "Beam" }]));
        query.limit = 20;
        assert_eq!(Tables::filled_with(DATA).unwrap().query(&query).unwrap().next, None);
    }

    #[test]
    fn what_a_caller_writes_is_never_sql() {
        let quoted = "x' OR '1'='1";
        let injected = json!([{ "property": quoted, "value": "1) OR 1=1 --" }]);
        assert_eq!(labels(&injected), [""; 0]);
    }

    #[test]
    fn a_query_without_sense_is_refused_with_the_place() {
        let tables = Tables::filled_with(DATA).unwrap();
        let refused = |query: &Query| tables.query(query).unwrap_err().to_string();
        let sensible = query(&json!([]));
        for (json, part) in [
            (json!([{ "property": "mass", "value": null }]), "`where[0].value`: not text"),
            (json!([{ "property": "mass", "is": "less-than", "value": "1" }]), "not a number"),
            (json!([{ "property": "label", "is": "contains", "value": 1 }]), "not a text"),
        ] {
            let message = refused(&query(&json));
            assert!(message.contains(part), "{message}");
        }
        for limit in [0, 1001] {
            let message = refused(&Query { limit, ..sensible.clone() });
            assert!(message.contains("`limit`: a page has 1 to 1000 rows"), "{message}");
        }
        let cursor = Some(Cursor { token: "else-7".to_owned() });
        let message = refused(&Query { cursor, ..sensible });
        assert!(message.contains("`cursor`"), "{message}");
    }
}
