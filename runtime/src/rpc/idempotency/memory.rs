//! How are the ends of calls kept in memory?

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{Claim, Entry, IdempotencyStore, StoreFuture, WINDOW, record};

/// How many calls are known at once, unless said otherwise.
pub(crate) const MAX_ENTRIES: usize = 100_000;

/// How many bytes their ends take, unless said otherwise.
pub(crate) const MAX_BYTES: usize = 64 * 1024 * 1024;

/// What an entry takes besides the bytes that are kept.
const OVERHEAD: usize = 256;

/// Keeps how calls ended, in this process. Where room is needed, the oldest goes first.
///
/// ```
/// # use traitwire::rpc_interface;
/// use traitwire::rpc::Backend;
/// use traitwire::rpc::idempotency::MemoryStore;
///
/// #[rpc_interface(version = "1.0.0")]
/// pub trait Bank {
///     #[rpc(public)]
///     async fn pay(&self, cents: u64);
/// }
/// # struct Vault;
/// # impl Bank for Vault {
/// #     async fn pay(&self, _: u64) {}
/// # }
///
/// let backend = Backend::builder()
///     .serve(BankServer::new(Vault))
///     .idempotency(MemoryStore::new().max_entries(1000))
///     .build()?;
/// # Ok::<(), traitwire::rpc::BuildError>(())
/// ```
#[must_use]
pub struct MemoryStore {
    window: Duration,
    max_entries: usize,
    max_bytes: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    entries: HashMap<[u8; 32], Slot>,
    /// The keys in the order of their claims.
    order: BTreeMap<u64, [u8; 32]>,
    next: u64,
    bytes: usize,
}

struct Slot {
    arguments: [u8; 32],
    order: u64,
    claimed: Instant,
    lease: Duration,
    /// `None` while the call runs.
    ended: Option<Bytes>,
}

impl Default for MemoryStore {
    fn default() -> Self {
        MemoryStore {
            window: WINDOW,
            max_entries: MAX_ENTRIES,
            max_bytes: MAX_BYTES,
            kept: Mutex::default(),
        }
    }
}

impl MemoryStore {
    /// A store with all defaults.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    /// How long the end of a call is kept. Default: 24 hours.
    pub fn window(mut self, window: Duration) -> MemoryStore {
        self.window = window;
        self
    }

    /// How many calls are known at once. Default: 100,000. Calls that run are kept in any case.
    pub fn max_entries(mut self, entries: usize) -> MemoryStore {
        self.max_entries = entries;
        self
    }

    /// How much memory the ends of calls take, in bytes. Default: 64 MiB. Of one that is larger than
    /// this, only that it has run is kept.
    pub fn max_bytes(mut self, bytes: usize) -> MemoryStore {
        self.max_bytes = bytes;
        self
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes what is too old, and then the oldest while there is too much.
    fn make_room(&self, kept: &mut Kept, now: Instant) {
        let old: Vec<[u8; 32]> = kept
            .order
            .values()
            .take_while(|key| now.duration_since(kept.entries[*key].claimed) >= self.window)
            .filter(|key| !kept.entries[*key].runs(now))
            .copied()
            .collect();
        for key in &old {
            kept.remove(key);
        }
        while kept.entries.len() > self.max_entries || kept.bytes > self.max_bytes {
            let mut oldest = kept.order.values();
            let Some(key) = oldest.find(|key| !kept.entries[*key].runs(now)).copied() else {
                return;
            };
            kept.remove(&key);
        }
    }
}

impl Slot {
    fn runs(&self, now: Instant) -> bool {
        self.ended.is_none() && now.duration_since(self.claimed) < self.lease
    }
}

impl Kept {
    fn remove(&mut self, key: &[u8; 32]) {
        if let Some(slot) = self.entries.remove(key) {
            self.order.remove(&slot.order);
            self.bytes -= OVERHEAD + slot.ended.map_or(0, |ended| ended.len());
        }
    }
}

impl IdempotencyStore for MemoryStore {
    fn claim<'a>(&'a self, entry: &'a Entry) -> StoreFuture<'a, Claim> {
        let mut kept = self.kept();
        let now = Instant::now();
        self.make_room(&mut kept, now);
        let claim = match kept.entries.get(entry.key()) {
            Some(slot) if slot.arguments != *entry.arguments() => Claim::OtherArguments,
            Some(Slot { ended: Some(ended), .. }) => Claim::Ended(ended.clone()),
            Some(slot) if slot.runs(now) => Claim::Running,
            Some(_) => Claim::Lost,
            None => {
                let order = kept.next;
                let (arguments, lease) = (*entry.arguments(), entry.lease());
                let slot = Slot { arguments, order, claimed: now, lease, ended: None };
                kept.next += 1;
                kept.bytes += OVERHEAD;
                kept.order.insert(order, *entry.key());
                kept.entries.insert(*entry.key(), slot);
                Claim::Ours
            }
        };
        Box::pin(std::future::ready(Ok(claim)))
    }

    fn keep<'a>(&'a self, entry: &'a Entry, ended: Bytes) -> StoreFuture<'a, ()> {
        let mut kept = self.kept();
        let too_large = ended.len() + OVERHEAD > self.max_bytes;
        let ended = if too_large { record::too_large() } else { ended };
        let length = ended.len();
        if let Some(slot) = kept.entries.get_mut(entry.key()) {
            // A call that outlived its lease may have been made anew, and then there are two ends.
            let before = slot.ended.replace(ended).map_or(0, |ended| ended.len());
            kept.bytes = kept.bytes - before + length;
        }
        self.make_room(&mut kept, Instant::now());
        Box::pin(std::future::ready(Ok(())))
    }

    fn release<'a>(&'a self, entry: &'a Entry) -> StoreFuture<'a, ()> {
        self.kept().remove(entry.key());
        Box::pin(std::future::ready(Ok(())))
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("entries", &self.kept().entries.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: u8) -> Entry {
        Entry { key: [key; 32], arguments: [0; 32], lease: Duration::from_mins(1) }
    }

    async fn run(store: &MemoryStore, key: u8, ended: &'static [u8]) {
        assert_eq!(store.claim(&entry(key)).await.unwrap(), Claim::Ours);
        store.keep(&entry(key), Bytes::from_static(ended)).await.unwrap();
    }

    #[tokio::test]
    async fn as_many_as_the_limit_are_known_and_the_oldest_goes() {
        let store = MemoryStore::new().max_entries(2);
        run(&store, 1, b"a").await;
        run(&store, 2, b"b").await;
        assert_eq!(store.claim(&entry(1)).await.unwrap(), Claim::Ended(Bytes::from_static(b"a")));
        run(&store, 3, b"c").await;
        assert_eq!(store.claim(&entry(2)).await.unwrap(), Claim::Ended(Bytes::from_static(b"b")));
        assert_eq!(store.claim(&entry(1)).await.unwrap(), Claim::Ours);
    }

    #[tokio::test]
    async fn bytes_of_the_limit_are_kept_and_one_more_is_not() {
        let store = MemoryStore::new().max_bytes(OVERHEAD + 4);
        run(&store, 1, b"1234").await;
        assert_eq!(
            store.claim(&entry(1)).await.unwrap(),
            Claim::Ended(Bytes::from_static(b"1234"))
        );
        let store = MemoryStore::new().max_bytes(OVERHEAD + 100);
        assert_eq!(store.claim(&entry(1)).await.unwrap(), Claim::Ours);
        store.keep(&entry(1), vec![0; 101].into()).await.unwrap();
        assert_eq!(store.claim(&entry(1)).await.unwrap(), Claim::Ended(record::too_large()));
    }

    #[tokio::test]
    async fn an_end_that_is_kept_twice_is_counted_once() {
        let store = MemoryStore::new();
        run(&store, 1, b"1234").await;
        store.keep(&entry(1), Bytes::from_static(b"123")).await.unwrap();
        assert_eq!(store.kept().bytes, OVERHEAD + 3);
        store.release(&entry(1)).await.unwrap();
        assert_eq!(store.kept().bytes, 0);
    }

    #[tokio::test]
    async fn what_is_old_is_forgotten_and_what_runs_is_not() {
        let store = MemoryStore::new().window(Duration::ZERO);
        assert_eq!(store.claim(&entry(1)).await.unwrap(), Claim::Ours);
        assert_eq!(store.claim(&entry(1)).await.unwrap(), Claim::Running);
        store.keep(&entry(1), Bytes::from_static(b"a")).await.unwrap();
        assert_eq!(store.claim(&entry(1)).await.unwrap(), Claim::Ours);
    }

    #[tokio::test]
    async fn a_lease_that_has_passed_is_a_call_that_is_lost() {
        let store = MemoryStore::new();
        let short = Entry { lease: Duration::ZERO, ..entry(1) };
        assert_eq!(store.claim(&short).await.unwrap(), Claim::Ours);
        assert_eq!(store.claim(&short).await.unwrap(), Claim::Lost);
    }
}
