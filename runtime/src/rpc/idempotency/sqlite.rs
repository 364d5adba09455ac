//! How do several processes share the ends of calls?

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

use super::{Claim, Entry, IdempotencyStore, StoreError, StoreFuture, WINDOW, record};

/// How long one process waits for another to finish writing.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many old entries one claim removes, so that none has to remove them all.
const SWEEP: i64 = 100;

/// How many bytes the ends of calls take, unless said otherwise: 1 GiB.
pub(crate) const MAX_SIZE: usize = 1024 * 1024 * 1024;

/// What an entry takes besides the bytes that are kept.
const OVERHEAD: usize = 256;

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
    max_bytes: usize,
}

impl SqliteStore {
    /// Opens the database, or makes it. It gets two tables, whose names begin with
    /// `traitwire_idempotency`.
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
        // Triggers count, for several processes write, and adding up all of it takes too long.
        connection.execute_batch(&format!(
            "BEGIN IMMEDIATE;
             CREATE TABLE IF NOT EXISTS traitwire_idempotency (
                 key BLOB PRIMARY KEY,
                 arguments BLOB NOT NULL,
                 claimed INTEGER NOT NULL,
                 lost INTEGER NOT NULL,
                 ended BLOB
             ) WITHOUT ROWID;
             CREATE INDEX IF NOT EXISTS traitwire_idempotency_age
                 ON traitwire_idempotency (claimed);
             CREATE TABLE IF NOT EXISTS traitwire_idempotency_size (bytes INTEGER NOT NULL);
             INSERT INTO traitwire_idempotency_size
                 SELECT (SELECT TOTAL({OVERHEAD} + IFNULL(LENGTH(ended), 0))
                         FROM traitwire_idempotency)
                 WHERE NOT EXISTS (SELECT 1 FROM traitwire_idempotency_size);
             CREATE TRIGGER IF NOT EXISTS traitwire_idempotency_claimed
                 AFTER INSERT ON traitwire_idempotency BEGIN
                 UPDATE traitwire_idempotency_size
                     SET bytes = bytes + {OVERHEAD} + IFNULL(LENGTH(new.ended), 0);
             END;
             CREATE TRIGGER IF NOT EXISTS traitwire_idempotency_kept
                 AFTER UPDATE OF ended ON traitwire_idempotency BEGIN
                 UPDATE traitwire_idempotency_size SET bytes = bytes
                     + IFNULL(LENGTH(new.ended), 0) - IFNULL(LENGTH(old.ended), 0);
             END;
             CREATE TRIGGER IF NOT EXISTS traitwire_idempotency_forgotten
                 AFTER DELETE ON traitwire_idempotency BEGIN
                 UPDATE traitwire_idempotency_size
                     SET bytes = bytes - {OVERHEAD} - IFNULL(LENGTH(old.ended), 0);
             END;
             COMMIT;"
        ))?;
        let connection = Arc::new(Mutex::new(connection));
        Ok(SqliteStore { connection, window: WINDOW, max_bytes: MAX_SIZE })
    }

    /// How long the end of a call is kept. Default: 24 hours.
    pub fn window(mut self, window: Duration) -> SqliteStore {
        self.window = window;
        self
    }

    /// How much of the database the ends of calls may take, in bytes. Default: 1 GiB. Where room is
    /// needed, the oldest goes first; of one that is larger than this, only that it has run is kept.
    pub fn max_bytes(mut self, bytes: usize) -> SqliteStore {
        self.max_bytes = bytes;
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

/// Forgets the oldest ends while there is too much of them.
fn make_room(connection: &Connection, now: i64, max_bytes: i64) -> rusqlite::Result<()> {
    for _ in 0..SWEEP {
        let size = "SELECT bytes FROM traitwire_idempotency_size";
        let bytes: i64 = connection.query_row(size, [], |row| row.get(0))?;
        let forget = "DELETE FROM traitwire_idempotency WHERE key IN (
                 SELECT key FROM traitwire_idempotency
                 WHERE ended IS NOT NULL OR lost <= ?1 ORDER BY claimed LIMIT 1)";
        if bytes <= max_bytes || connection.execute(forget, params![now])? == 0 {
            break;
        }
    }
    Ok(())
}

fn claim(
    connection: &mut Connection,
    entry: &Entry,
    window: i64,
    max_bytes: i64,
) -> rusqlite::Result<Claim> {
    let now = now();
    // Immediate: who writes after reading would otherwise be refused when another was faster.
    let work = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    work.execute(
        "DELETE FROM traitwire_idempotency WHERE key IN (
             SELECT key FROM traitwire_idempotency
             WHERE claimed <= ?1 AND (ended IS NOT NULL OR lost <= ?2) LIMIT ?3)",
        params![now.saturating_sub(window), now, SWEEP],
    )?;
    make_room(&work, now, max_bytes)?;
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
        let max_bytes = i64::try_from(self.max_bytes).unwrap_or(i64::MAX);
        self.with(move |connection| claim(connection, &entry, window, max_bytes))
    }

    fn keep<'a>(&'a self, entry: &'a Entry, ended: Bytes) -> StoreFuture<'a, ()> {
        let key = *entry.key();
        let ended =
            if ended.len() + OVERHEAD > self.max_bytes { record::too_large() } else { ended };
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
        f.debug_struct("SqliteStore")
            .field("window", &self.window)
            .field("max_bytes", &self.max_bytes)
            .finish_non_exhaustive()
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
    async fn bytes(store: &SqliteStore) -> i64 {
        let size = "SELECT bytes FROM traitwire_idempotency_size";
        store.with(|connection| connection.query_row(size, [], |row| row.get(0))).await.unwrap()
    }

    async fn run(store: &SqliteStore, key: u8, ended: Bytes) {
        assert_eq!(store.claim(&entry(key)).await.unwrap(), Claim::Ours);
        store.keep(&entry(key), ended).await.unwrap();
    }

    #[tokio::test]
    async fn where_room_is_needed_the_oldest_goes_and_nothing_that_runs() {
        let ended = || Bytes::from_static(b"1234");
        // What runs, and two that have ended.
        let store = SqliteStore::open(":memory:").unwrap().max_bytes(3 * OVERHEAD + 8);
        assert_eq!(store.claim(&entry(0)).await.unwrap(), Claim::Ours);
        for key in 1..=2 {
            run(&store, key, ended()).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        for key in 1..=2 {
            assert_eq!(store.claim(&entry(key)).await.unwrap(), Claim::Ended(ended()));
        }
        run(&store, 3, ended()).await;
        assert_eq!(store.claim(&entry(2)).await.unwrap(), Claim::Ended(ended()));
        assert_eq!(store.claim(&entry(0)).await.unwrap(), Claim::Running);
        assert_eq!(bytes(&store).await, i64::try_from(3 * OVERHEAD + 8).unwrap());
        assert_eq!(store.claim(&entry(1)).await.unwrap(), Claim::Ours);
    }

    #[tokio::test]
    async fn an_end_of_the_limit_is_kept_and_of_a_larger_one_only_that_it_ran() {
        let store = SqliteStore::open(":memory:").unwrap().max_bytes(OVERHEAD + 200);
        for (key, length) in [(1, 200), (2, 201)] {
            let ended = Bytes::from(vec![0; length]);
            run(&store, key, ended.clone()).await;
            let expected = if key == 1 { ended } else { record::too_large() };
            assert_eq!(store.claim(&entry(key)).await.unwrap(), Claim::Ended(expected));
            store.release(&entry(key)).await.unwrap();
            assert_eq!(bytes(&store).await, 0);
        }
    }

    #[tokio::test]
    async fn what_others_keep_in_the_same_database_does_not_count() {
        let store = SqliteStore::open(":memory:").unwrap().max_bytes(1 << 16);
        let fill = "CREATE TABLE theirs AS SELECT ZEROBLOB(1000000) AS much";
        store.with(move |connection| connection.execute_batch(fill)).await.unwrap();
        run(&store, 1, Bytes::from_static(b"a")).await;
        assert_eq!(store.claim(&entry(1)).await.unwrap(), Claim::Ended(Bytes::from_static(b"a")));
    }
}
