//! How do several processes share the ends of calls?

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use super::{Claim, Entry, IdempotencyStore, StoreError, StoreFuture, WINDOW};

/// How long one process waits for another to finish writing.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many old entries one claim removes, so that none has to remove them all.
const SWEEP: i64 = 100;

/// Keeps how calls ended in an SQLite database, which several processes of one machine share. (On a
/// network drive SQLite's locks do not hold.)
///
/// ```no_run
/// use traitwire::rpc::idempotency::SqliteStore;
///
/// let store = SqliteStore::open("/var/lib/shop/idempotency.sqlite")?;
/// # Ok::<(), traitwire::rpc::idempotency::StoreError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct SqliteStore {
    connection: Arc<Mutex<Connection>>,
    window: Duration,
}

impl SqliteStore {
    /// Opens the database, or makes it. It gets one table, `traitwire_idempotency`.
    ///
    /// # Errors
    /// [`StoreError`] if the file cannot be opened, or is none of SQLite.
    pub fn open(path: impl AsRef<Path>) -> Result<SqliteStore, StoreError> {
        let connection = Connection::open(path).map_err(StoreError::new)?;
        SqliteStore::prepare(connection).map_err(StoreError::new)
    }

    fn prepare(connection: Connection) -> rusqlite::Result<SqliteStore> {
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS traitwire_idempotency (
                 key BLOB PRIMARY KEY,
                 arguments BLOB NOT NULL,
                 claimed INTEGER NOT NULL,
                 lost INTEGER NOT NULL,
                 ended BLOB
             ) WITHOUT ROWID;
             CREATE INDEX IF NOT EXISTS traitwire_idempotency_age
                 ON traitwire_idempotency (claimed);",
        )?;
        Ok(SqliteStore { connection: Arc::new(Mutex::new(connection)), window: WINDOW })
    }

    /// How long the end of a call is kept. Default: 24 hours.
    pub fn window(mut self, window: Duration) -> SqliteStore {
        self.window = window;
        self
    }

    /// Uses the connection where blocking does no harm.
    fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> StoreFuture<'static, T> {
        let connection = Arc::clone(&self.connection);
        let blocking = tokio::task::spawn_blocking(move || {
            work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner))
        });
        Box::pin(async move { blocking.await.map_err(StoreError::new)?.map_err(StoreError::new) })
    }
}

/// Milliseconds of the clock that all processes of a machine share.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    millis(since)
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Arguments, when the call is lost, and how it ended.
type Row = (Vec<u8>, i64, Option<Vec<u8>>);

fn claim(connection: &mut Connection, entry: &Entry, window: i64) -> rusqlite::Result<Claim> {
    let now = now();
    // Immediate: who writes after reading would otherwise be refused when another was faster.
    let work = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    work.execute(
        "DELETE FROM traitwire_idempotency WHERE key IN (
             SELECT key FROM traitwire_idempotency
             WHERE claimed <= ?1 AND (ended IS NOT NULL OR lost <= ?2) LIMIT ?3)",
        params![now.saturating_sub(window), now, SWEEP],
    )?;
    let found: Option<Row> = work
        .query_row(
            "SELECT arguments, lost, ended FROM traitwire_idempotency WHERE key = ?1",
            params![entry.key()],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    let claim = match found {
        Some((arguments, ..)) if arguments != entry.arguments() => Claim::OtherArguments,
        Some((_, _, Some(ended))) => Claim::Ended(ended.into()),
        Some((_, lost, None)) if now < lost => Claim::Running,
        Some(_) => Claim::Lost,
        None => {
            work.execute(
                "INSERT INTO traitwire_idempotency (key, arguments, claimed, lost)
                 VALUES (?1, ?2, ?3, ?4)",
                params![
                    entry.key(),
                    entry.arguments(),
                    now,
                    now.saturating_add(millis(entry.lease()))
                ],
            )?;
            Claim::Ours
        }
    };
    work.commit()?;
    Ok(claim)
}

impl IdempotencyStore for SqliteStore {
    fn claim<'a>(&'a self, entry: &'a Entry) -> StoreFuture<'a, Claim> {
        let (entry, window) = (entry.clone(), millis(self.window));
        self.with(move |connection| claim(connection, &entry, window))
    }

    fn keep<'a>(&'a self, entry: &'a Entry, ended: Bytes) -> StoreFuture<'a, ()> {
        let key = *entry.key();
        self.with(move |connection| {
            let keep = "UPDATE traitwire_idempotency SET ended = ?2 WHERE key = ?1";
            connection.execute(keep, params![key, &ended[..]]).map(drop)
        })
    }

    fn release<'a>(&'a self, entry: &'a Entry) -> StoreFuture<'a, ()> {
        let key = *entry.key();
        self.with(move |connection| {
            let release = "DELETE FROM traitwire_idempotency WHERE key = ?1";
            connection.execute(release, params![key]).map(drop)
        })
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("window", &self.window).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: u8) -> Entry {
        Entry { key: [key; 32], arguments: [0; 32], lease: Duration::from_mins(1) }
    }

    #[tokio::test]
    async fn a_claim_is_one_s_own_until_it_has_ended_or_is_lost() {
        let store = SqliteStore::open(":memory:").unwrap();
        assert_eq!(store.claim(&entry(1)).await.unwrap(), Claim::Ours);
        assert_eq!(store.claim(&entry(1)).await.unwrap(), Claim::Running);
        let other = Entry { arguments: [1; 32], ..entry(1) };
        assert_eq!(store.claim(&other).await.unwrap(), Claim::OtherArguments);
        store.keep(&entry(1), Bytes::from_static(b"\x00end")).await.unwrap();
        let ended = Claim::Ended(Bytes::from_static(b"\x00end"));
        assert_eq!(store.claim(&entry(1)).await.unwrap(), ended);

        assert_eq!(store.claim(&entry(2)).await.unwrap(), Claim::Ours);
        store.release(&entry(2)).await.unwrap();
        assert_eq!(store.claim(&entry(2)).await.unwrap(), Claim::Ours);

        let short = Entry { lease: Duration::ZERO, ..entry(3) };
        assert_eq!(store.claim(&short).await.unwrap(), Claim::Ours);
        assert_eq!(store.claim(&short).await.unwrap(), Claim::Lost);
    }

    #[tokio::test]
    async fn what_is_old_is_forgotten_and_what_runs_is_not() {
        let store = SqliteStore::open(":memory:").unwrap().window(Duration::ZERO);
        assert_eq!(store.claim(&entry(1)).await.unwrap(), Claim::Ours);
        assert_eq!(store.claim(&entry(1)).await.unwrap(), Claim::Running);
        store.keep(&entry(1), Bytes::from_static(b"a")).await.unwrap();
        assert_eq!(store.claim(&entry(1)).await.unwrap(), Claim::Ours);
    }
}
