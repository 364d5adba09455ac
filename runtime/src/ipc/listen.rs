//! Who becomes the one frontend of a backend that waits for it?

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use subtle::ConstantTimeEq as _;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::handshake::Admission;
use super::pair::{Agreement, Builder, Clients, Pair, agree};
use super::terms::Terms;
use super::transport::Transport;
use crate::{Fault, FaultKind};

/// So many connections may be in the handshake at once: nothing is known yet of whoever makes them.
const UNKNOWN: usize = 16;

/// After so many wrong tokens nobody is let in.
const WRONG: usize = 5;

/// Whoever comes at the same time as the one that became the peer is told that it was too late, until
/// nobody has come for so long ..
const LATE: Duration = Duration::from_secs(1);

/// .. or until the pair has been open for so long.
const LATEST: Duration = Duration::from_secs(5);

/// What stands between a listener and whoever connects. One may pass.
pub(super) struct Door {
    taken: AtomicBool,
    lock: Option<Lock>,
}

/// What a frontend has to show.
struct Lock {
    token: String,
    /// Until when that is good.
    until: Instant,
    /// How often something else was shown.
    wrong: AtomicUsize,
}

impl Door {
    /// One whose listener knows itself whom it accepts.
    #[cfg(feature = "ipc-unix")]
    pub(super) fn open() -> Door {
        Door { taken: AtomicBool::new(false), lock: None }
    }

    /// One for whoever shows this token in time.
    #[cfg(feature = "ipc-tcp")]
    pub(super) fn locked(token: String, until: Instant) -> Door {
        let lock = Lock { token, until, wrong: AtomicUsize::new(0) };
        Door { taken: AtomicBool::new(false), lock: Some(lock) }
    }

    fn is_taken(&self) -> bool {
        self.taken.load(Ordering::Acquire)
    }

    /// Waits until nobody can show any more what is good.
    async fn expired(&self) {
        match &self.lock {
            Some(lock) => tokio::time::sleep_until(lock.until).await,
            None => std::future::pending().await,
        }
    }

    fn is_closed(&self) -> bool {
        self.lock.as_ref().is_some_and(|lock| lock.wrong.load(Ordering::Relaxed) >= WRONG)
    }
}

impl Admission for Door {
    fn enter(&self, shown: Option<&str>) -> Result<(), Fault> {
        if let Some(lock) = &self.lock {
            lock.open(shown.unwrap_or_default())?;
        }
        if self.taken.swap(true, Ordering::AcqRel) {
            let message = "the backend has its frontend already; a pair has one";
            return Err(Fault::before(FaultKind::PermissionDenied, message));
        }
        Ok(())
    }

    fn leave(&self) {
        self.taken.store(false, Ordering::Release);
    }
}

impl Lock {
    fn open(&self, shown: &str) -> Result<(), Fault> {
        // In the same time, wherever the first difference is.
        let right: bool = shown.as_bytes().ct_eq(self.token.as_bytes()).into();
        if right && Instant::now() < self.until {
            return Ok(());
        }
        self.wrong.fetch_add(1, Ordering::Relaxed);
        // The same, whichever of the two it is.
        let message = "the token is not the one that this backend gave out, or is too old";
        Err(Fault::before(FaultKind::Unauthenticated, message))
    }
}

/// A socket on which connections come.
pub(super) trait Accept: Send + 'static {
    type Transport: Transport;

    /// The next connection of somebody who may connect.
    fn accept(&mut self) -> impl Future<Output = io::Result<Self::Transport>> + Send;
}

/// Opens a pair with the first frontend that is one for this backend.
pub(super) async fn pair<C: Clients>(
    mut socket: impl Accept,
    builder: Builder,
    door: Door,
) -> Result<(Pair, C), Fault> {
    let builder = builder.calling::<C>();
    let terms = Arc::new(builder.terms()?);
    let limits = builder.own_limits().clone();
    let door = Arc::new(door);
    let mut candidates: JoinSet<Result<Agreement, Fault>> = JoinSet::new();
    let agreement = loop {
        if door.is_closed() {
            let message = "too many wrong tokens were shown; the backend waits no longer";
            return Err(Fault::before(FaultKind::Unauthenticated, message));
        }
        tokio::select! {
            accepted = socket.accept(), if candidates.len() < UNKNOWN => match accepted {
                Ok(transport) => {
                    let (terms, limits) = (Arc::clone(&terms), limits.clone());
                    let door = Arc::clone(&door);
                    candidates
                        .spawn(async move { agree(&terms, limits, transport, Some(&*door)).await });
                }
                Err(error) => {
                    // Too many open files, as a rule: it passes.
                    tracing::warn!(%error, "a connection cannot be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            () = door.expired(), if !door.is_taken() => {
                // Whoever has entered by now has shown it in time.
                if !door.is_taken() {
                    let message = "nobody has shown the token in time; the backend waits no longer";
                    return Err(Fault::before(FaultKind::DeadlineExceeded, message));
                }
            }
            Some(ended) = candidates.join_next() => match ended {
                Ok(Ok(agreement)) => break agreement,
                Ok(Err(fault)) => tracing::warn!(%fault, "a connection does not become a pair"),
                Err(error) => tracing::error!(%error, "a handshake failed"),
            },
        }
    };
    tokio::spawn(turn_away(socket, candidates, terms, limits, door));
    Ok(builder.finish(agreement))
}

/// Tells those who came at the same time that they were too late.
async fn turn_away(
    mut socket: impl Accept,
    mut candidates: JoinSet<Result<Agreement, Fault>>,
    terms: Arc<Terms>,
    limits: super::Limits,
    door: Arc<Door>,
) {
    let opened = Instant::now();
    let mut until = opened + LATE;
    loop {
        tokio::select! {
            Ok(transport) = socket.accept(), if candidates.len() < UNKNOWN => {
                until = (Instant::now() + LATE).min(opened + LATEST);
                let (terms, limits) = (Arc::clone(&terms), limits.clone());
                let door = Arc::clone(&door);
                candidates
                    .spawn(async move { agree(&terms, limits, transport, Some(&*door)).await });
            }
            Some(_) = candidates.join_next() => {}
            () = tokio::time::sleep_until(until) => break,
        }
    }
}
