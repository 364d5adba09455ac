//! How does a call that is made twice run once?
//!
//! A frontend whose connection was lost does not know whether its call ran. With an
//! `Idempotency-Key` it may make the same call again: the backend runs it once, and both get its reply.
//! [`BackendBuilder::idempotency`] takes the store that makes it so: [`MemoryStore`] for one process,
//! `SqliteStore` (feature `idempotency-sqlite`) for several on one machine, or one of your own.
//!
//! - A key is the caller's own, for one method: keys of others, and of other methods, are others. Who
//!   is not authenticated shares them with everybody who is not, so a key must not be guessable. A call
//!   with a key and credentials that are not recognised is refused also where the method is public: it
//!   may have been made before with others that were.
//! - A call that is made again with other arguments is refused as `invalid_argument`. Arguments are the
//!   same if their bytes are.
//! - While the first call runs, the second waits for its end, within its own deadline.
//! - A call with a key is not cancelled when its caller goes. It runs to its end or its deadline, for
//!   a caller that was lost is the one that asks again.
//! - How it ended is kept: the reply, the declared error, and a fault that left it open whether the
//!   handler ran (a panic, a passed deadline). A second run could do a second time what the first had
//!   done; who knows that it did not uses a new key. A call that was refused before its handler ran
//!   is not kept, and may be made again.
//! - If the process ended in the middle, the outcome is not known, and that is what the second call is
//!   told (`internal`, `maybe`).
//! - It is for calls with one reply. A `readonly` method may be called twice anyway, and streams are
//!   resumed by the application; their handlers only see the key.
//! - It is kept for 24 hours, or until room is needed.
//!
//! [`BackendBuilder::idempotency`]: crate::rpc::BackendBuilder::idempotency

mod memory;
mod record;
#[cfg(feature = "idempotency-sqlite")]
mod sqlite;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;

pub use self::memory::MemoryStore;
pub(crate) use self::memory::{MAX_BYTES, MAX_ENTRIES};
#[cfg(feature = "idempotency-sqlite")]
pub(crate) use self::sqlite::MAX_SIZE;
#[cfg(feature = "idempotency-sqlite")]
pub use self::sqlite::SqliteStore;
use crate::rpc::dispatch::{Failure, Payload};
use crate::rpc::limits::DEFAULT_DEADLINE;
use crate::rpc::running::{self, Running};
use crate::{Caller, Context, Executed, Fault, FaultKind};

/// How long the end of a call is kept: a day, as in what payment services promise.
const WINDOW: Duration = Duration::from_hours(24);

/// How long a handler that has reached its deadline may take to be dropped and its end to be kept.
const MARGIN: Duration = Duration::from_secs(10);

/// How often the end of a call that runs elsewhere is looked for: soon, then more seldom.
const PAUSES: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(250));

/// Keeps how calls ended, under their keys. Several processes that serve one interface share one.
///
/// Its methods are called within a tokio runtime, by tasks that run to their end also where a caller
/// has gone.
pub trait IdempotencyStore: Send + Sync + 'static {
    /// Claims a key, or finds out what became of the call that has claimed it. Of all who claim a key
    /// at the same time, one is told [`Claim::Ours`].
    fn claim<'a>(&'a self, entry: &'a Entry) -> StoreFuture<'a, Claim>;

    /// Keeps how the call that claimed the key ended.
    fn keep<'a>(&'a self, entry: &'a Entry, ended: Bytes) -> StoreFuture<'a, ()>;

    /// Forgets a claim: the call was refused before its handler ran.
    fn release<'a>(&'a self, entry: &'a Entry) -> StoreFuture<'a, ()>;
}

/// What a store does, as it goes on.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// What a store is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    key: [u8; 32],
    arguments: [u8; 32],
    lease: Duration,
}

impl Entry {
    /// The hash of caller, interface, series, method and key.
    pub fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// The hash of the arguments.
    pub fn arguments(&self) -> &[u8; 32] {
        &self.arguments
    }

    /// How long after its claim the call has surely ended, if its process has not.
    pub fn lease(&self) -> Duration {
        self.lease
    }

    pub(super) fn new(key: &str, context: &Context, series: &str, payload: &Payload) -> Entry {
        let mut hash = Sha256::new();
        // Each part with its length, so that no two lists of parts are one text.
        let mut part = |part: &str| {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        };
        match context.caller().map(Caller::subject) {
            Some(subject) => ["caller", subject].into_iter().for_each(&mut part),
            None => part("nobody"),
        }
        [context.interface(), series, context.method(), key].into_iter().for_each(&mut part);
        let (kind, bytes) = match payload {
            Payload::Json(bytes) => ([0], bytes),
            Payload::Octets(bytes) => ([1], bytes),
        };
        let lease = context.remaining().unwrap_or(DEFAULT_DEADLINE) + MARGIN;
        let arguments = Sha256::new().chain_update(kind).chain_update(bytes);
        Entry { key: hash.finalize().into(), arguments: arguments.finalize().into(), lease }
    }
}

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The key was free. The call is to be run.
    Ours,
    /// The call that claimed the key has not ended.
    Running,
    /// It has ended; these bytes were kept.
    Ended(Bytes),
    /// It has other arguments.
    OtherArguments,
    /// It did not end within its lease: its process is gone.
    Lost,
}

/// Why a store failed. The reason goes into the log and not to the caller.
#[derive(Debug)]
pub struct StoreError(Box<dyn std::error::Error + Send + Sync>);

impl StoreError {
    /// An error with its cause.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
        StoreError(cause.into())
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store of idempotency keys failed: {}", self.0)
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.0)
    }
}

/// Where the caller waits; closed when it has gone.
type Line = oneshot::Sender<Result<Payload, Failure>>;

/// Runs a call unless it has run, and says how it ended.
pub(super) async fn once(
    store: Arc<dyn IdempotencyStore>,
    entry: Entry,
    context: Context,
    run: impl FnOnce() -> Result<Running, Fault> + Send + 'static,
) -> Result<Payload, Failure> {
    let (mut caller, ended) = oneshot::channel();
    let task = {
        let context = context.clone();
        async move {
            if let Some(ended) = claim_and_run(&*store, &entry, &context, &mut caller, run).await {
                // Nobody may be waiting; then it is kept for who asks again.
                let _ = caller.send(ended);
            }
        }
    };
    tokio::spawn(task);
    // It can fail only where the runtime shuts down.
    ended.await.unwrap_or_else(|_| Err(unknown(&context).into()))
}

/// `None` if the caller has gone while the call ran elsewhere.
async fn claim_and_run(
    store: &dyn IdempotencyStore,
    entry: &Entry,
    context: &Context,
    caller: &mut Line,
    run: impl FnOnce() -> Result<Running, Fault>,
) -> Option<Result<Payload, Failure>> {
    let (mut pause, longest) = PAUSES;
    loop {
        let claim = match store.claim(entry).await {
            Ok(claim) => claim,
            Err(error) => return Some(Err(unavailable(context, &error).into())),
        };
        match claim {
            Claim::Ours => break,
            Claim::Ended(bytes) => {
                return Some(record::read(&bytes).unwrap_or_else(|| Err(unknown(context).into())));
            }
            Claim::Lost => return Some(Err(unknown(context).into())),
            Claim::OtherArguments => {
                let message = "a call with this idempotency key was made with other arguments";
                return Some(Err(Fault::before(FaultKind::InvalidArgument, message).into()));
            }
            Claim::Running => {}
        }
        if tokio::time::timeout(pause, caller.closed()).await.is_ok() {
            return None;
        }
        pause = longest.min(pause * 2);
    }
    let ended = match run() {
        Ok(Running::Reply(reply)) => reply.finish().await,
        Ok(Running::Items(_)) => Err(running::other_kind(context.method()).into()),
        Err(fault) => Err(fault.into()),
    };
    let kept = match &ended {
        Err(Failure::Fault(fault)) if fault.executed() == Executed::No => {
            store.release(entry).await
        }
        ended => store.keep(entry, record::write(ended)).await,
    };
    if let Err(error) = kept {
        // The handler ran, and so its caller has a right to what came of it. Whoever asks again is
        // told that it is not known.
        log(context, &error);
    }
    Some(ended)
}

fn log(context: &Context, error: &StoreError) {
    tracing::error!(
        interface = context.interface(),
        method = context.method(),
        request_id = context.request_id(),
        "{error}"
    );
}

fn unavailable(context: &Context, error: &StoreError) -> Fault {
    log(context, error);
    let message = "the backend cannot tell whether a call with this idempotency key has run";
    Fault::before(FaultKind::Internal, message)
}

fn unknown(context: &Context) -> Fault {
    let message = format!(
        "a call of `{}` with this idempotency key was begun, and how it ended is not known",
        context.method()
    );
    Fault::new(FaultKind::Internal, Executed::Maybe, message)
}
