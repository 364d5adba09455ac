//! How many calls may run at once, and what becomes of one more?

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::rpc::limits::Limits;
use crate::{Fault, FaultKind};

/// What a refused caller is told to wait: the least that `Retry-After` can say.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Counts what runs. A call that finds no room is refused at once: a queue would only have it wait
/// until its caller has gone.
#[derive(Debug, Default)]
pub(super) struct InFlight {
    calls: Arc<AtomicUsize>,
    /// Apart from calls, for streams stay: else a thousand change feeds would stop every call.
    streams: Arc<AtomicUsize>,
}

/// Room for one call, until it is dropped.
#[derive(Debug)]
pub(crate) struct Permit(Arc<AtomicUsize>);

impl InFlight {
    /// Takes room for a call.
    pub(super) fn enter(&self, streams: bool, limits: &Limits) -> Result<Permit, Fault> {
        let (count, limit, what) = if streams {
            (&self.streams, limits.max_streams, "streams")
        } else {
            (&self.calls, limits.max_calls, "calls")
        };
        let enter = |count: usize| (count < limit).then_some(count + 1);
        match count.fetch_update(Ordering::AcqRel, Ordering::Acquire, enter) {
            Ok(_) => Ok(Permit(Arc::clone(count))),
            Err(_) => {
                let message = format!("{limit} {what} are running here; call again later");
                Err(Fault::before(FaultKind::Overloaded, message).with_retry_after(RETRY_AFTER))
            }
        }
    }

    /// Calls and streams that run now.
    pub(super) fn count(&self) -> usize {
        self.calls.load(Ordering::Acquire) + self.streams.load(Ordering::Acquire)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_comes_back_and_streams_have_their_own() {
        let flight = InFlight::default();
        let limits = Limits { max_calls: 1, max_streams: 1, ..Limits::default() };
        let call = flight.enter(false, &limits).unwrap();
        let _stream = flight.enter(true, &limits).unwrap();
        assert_eq!(flight.enter(false, &limits).unwrap_err().kind(), FaultKind::Overloaded);
        assert_eq!(flight.count(), 2);
        drop(call);
        assert!(flight.enter(false, &limits).is_ok());
    }
}
