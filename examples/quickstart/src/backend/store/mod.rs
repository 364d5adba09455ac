//! Where are the models?
//!
//! In a database in memory, filled from `data/models.json`. Its connection works for one call at a
//! time and blocks meanwhile, so each use of it runs on a thread that may block.

mod elements;
mod load;
mod models;
mod query;

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::types::Type;
use rusqlite::{Connection, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;
use traitwire_interfaces::catalog::CatalogError;

pub(crate) use self::elements::Surveyed;

/// The models of the quickstart.
const DATA: &str = include_str!("../../../data/models.json");

const TABLES: &str = "
    CREATE TABLE model (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        place TEXT NOT NULL,
        summary TEXT NOT NULL,
        origin TEXT NOT NULL,
        axes TEXT NOT NULL,
        changed INTEGER NOT NULL
    );
    CREATE TABLE version (
        model INTEGER NOT NULL REFERENCES model,
        number INTEGER NOT NULL,
        at INTEGER NOT NULL,
        note TEXT NOT NULL,
        PRIMARY KEY (model, number)
    );
    CREATE TABLE tag (
        model INTEGER NOT NULL REFERENCES model,
        word TEXT NOT NULL,
        PRIMARY KEY (model, word)
    );
    CREATE TABLE element (
        id INTEGER PRIMARY KEY,
        model INTEGER NOT NULL REFERENCES model,
        parent INTEGER REFERENCES element,
        level INTEGER NOT NULL,
        class TEXT NOT NULL,
        label TEXT NOT NULL,
        properties TEXT NOT NULL,
        geometry TEXT
    );
    CREATE INDEX element_parent ON element (parent);
    CREATE INDEX element_model ON element (model);
    -- Every simple property of an element, for queries; `value` has the type that the value has.
    CREATE TABLE property (
        element INTEGER NOT NULL REFERENCES element,
        name TEXT NOT NULL,
        value,
        PRIMARY KEY (element, name)
    );
    CREATE TABLE change (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        model INTEGER NOT NULL REFERENCES model,
        at INTEGER NOT NULL,
        by TEXT NOT NULL,
        what TEXT NOT NULL
    );
    CREATE TABLE thumbnail (digest BLOB PRIMARY KEY, picture BLOB NOT NULL);
";

/// Why the store did not do something.
#[derive(Debug)]
pub(crate) enum StoreError {
    /// The request cannot be met; the caller learns why.
    Refused(CatalogError),
    /// The database failed; nobody's business but ours.
    Sqlite(rusqlite::Error),
    /// The data file is not what it should be.
    Data(serde_json::Error),
}

impl From<CatalogError> for StoreError {
    fn from(error: CatalogError) -> Self {
        StoreError::Refused(error)
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        StoreError::Sqlite(error)
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        StoreError::Data(error)
    }
}

impl std::fmt::Display for StoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StoreError::Refused(error) => error.fmt(f),
            StoreError::Sqlite(error) => write!(f, "SQLite: {error}"),
            StoreError::Data(error) => write!(f, "data/models.json: {error}"),
        }
    }
}

impl std::error::Error for StoreError {}

/// The database of models. Clones share it.
#[derive(Clone)]
pub(crate) struct Store(Arc<Mutex<Tables>>);

impl Store {
    /// A new database, filled from the data file.
    pub(crate) fn open() -> Result<Store, StoreError> {
        Ok(Store(Arc::new(Mutex::new(Tables::filled_with(DATA)?))))
    }

    /// Runs `work` on a thread that may block. What went wrong inside the store goes to its log,
    /// and the caller learns only that something did.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tables) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, CatalogError> {
        let tables = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || {
            // A transaction that a panic ended was rolled back: the tables are as they were.
            work(&mut tables.lock().unwrap_or_else(PoisonError::into_inner))
        });
        match done.await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(StoreError::Refused(error))) => Err(error),
            Ok(Err(error)) => {
                eprintln!("store: {error}");
                Err(CatalogError::Unavailable)
            }
            Err(panicked) => {
                eprintln!("store: {panicked}");
                Err(CatalogError::Unavailable)
            }
        }
    }
}

/// The tables, for whoever may block.
pub(crate) struct Tables {
    connection: Connection,
}

impl Tables {
    fn filled_with(data: &str) -> Result<Tables, StoreError> {
        let mut connection = Connection::open_in_memory()?;
        connection.execute_batch(TABLES)?;
        load::fill(&mut connection, data)?;
        Ok(Tables { connection })
    }
}

/// An id as the database keeps it: its integers are signed, and the same 64 bits long.
fn key(id: u64) -> i64 {
    id.cast_signed()
}

/// An id as the database kept it.
fn id(row: &Row<'_>, column: &str) -> rusqlite::Result<u64> {
    row.get(column).map(i64::cast_unsigned)
}

/// A count as the database reports it, which is never negative.
fn count(row: &Row<'_>) -> rusqlite::Result<u64> {
    row.get(0).map(i64::cast_unsigned)
}

/// A value that is kept as JSON.
fn from_json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let index = row.as_ref().column_index(column)?;
    serde_json::from_str(&row.get::<_, String>(index)?).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error))
    })
}

/// A variant without fields, which is kept by its name.
fn from_word<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let index = row.as_ref().column_index(column)?;
    serde_json::from_value(row.get::<_, String>(index)?.into()).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error))
    })
}

/// A value as JSON.
fn to_json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    Ok(serde_json::to_string(value)?)
}

/// The name of a variant without fields.
fn to_word<T: Serialize>(value: &T) -> Result<String, StoreError> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(word) => Ok(word),
        other => Ok(other.to_string()),
    }
}

/// Milliseconds since 1970.
fn now() -> i64 {
    let since_1970 = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_all_64_bits_come_back() {
        let Tables { connection } = Tables::filled_with(r#"{"models": []}"#).unwrap();
        for bits in [0, 1, u64::MAX, 1 << 63] {
            let back = connection.query_row("SELECT ?1 AS id", [key(bits)], |row| id(row, "id"));
            assert_eq!(back, Ok(bits));
        }
    }

    #[tokio::test]
    async fn a_failing_store_keeps_its_reasons_to_itself() {
        let store = Store::open().unwrap();
        let failed = store.run(|tables| {
            tables.connection.execute_batch("SELECT * FROM nowhere")?;
            Ok(())
        });
        assert_eq!(failed.await, Err(CatalogError::Unavailable));
        let panicked = store.run(|_| -> Result<(), StoreError> { panic!("on purpose") });
        assert_eq!(panicked.await, Err(CatalogError::Unavailable));
        assert!(store.run(|tables| tables.statistics(None)).await.is_ok());
    }
}
