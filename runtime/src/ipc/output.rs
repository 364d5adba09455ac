//! How do bytes leave, written by whoever has some?
//!
//! Whoever has put something into the connection writes it, and everything else that waits there. Only one
//! does so at a time; nobody waits for that one, for it looks again before it leaves. What the transport
//! does not take goes out later, when the transport says that it takes more: that wakes the driver.

use std::io::{self, IoSlice};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use traitwire_protocol::Transmit;

/// The end of a transport into which bytes go.
pub(crate) trait Output: Send {
    /// Takes some of the bytes; more than none if it is ready. Otherwise the waker is woken when it takes
    /// more.
    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>>;

    /// Sends on what it may have kept of them.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// No more bytes come.
    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;
}

/// What is being written, and where to.
pub(crate) struct Writer {
    /// `None` when the pair has ended.
    output: Option<Box<dyn Output>>,
    transmit: Transmit,
    flushed: bool,
    failed: bool,
}

/// So many parts are written at once.
const PARTS: usize = 16;

/// How a write went.
pub(crate) enum Written {
    All,
    /// The transport takes no more for now. Whether it has taken some.
    Blocked(bool),
    Failed,
}

impl Writer {
    pub(crate) fn new(output: Box<dyn Output>) -> Writer {
        let output = Some(output);
        Writer { output, transmit: Transmit::default(), flushed: true, failed: false }
    }

    /// What has been written is replaced by what goes next.
    pub(crate) fn transmit(&mut self) -> &mut Transmit {
        &mut self.transmit
    }

    /// Writes what there is.
    pub(crate) fn write(&mut self, waker: &Waker) -> Written {
        let Some(output) = self.output.as_mut().filter(|_| !self.failed) else {
            return Written::Failed;
        };
        let mut cx = Context::from_waker(waker);
        let mut some = false;
        while !self.transmit.is_empty() {
            let mut parts = [IoSlice::new(&[]); PARTS];
            let count = self.transmit.slices(&mut parts);
            match output.poll_write(&mut cx, &parts[..count]) {
                Poll::Ready(Ok(count)) if count > 0 => self.transmit.advance(count),
                Poll::Ready(_) => {
                    // The reader hears of it as well; it says why.
                    self.failed = true;
                    return Written::Failed;
                }
                Poll::Pending => return Written::Blocked(some),
            }
            (some, self.flushed) = (true, false);
        }
        Written::All
    }

    /// Nothing follows for now: has the transport send on what it has taken.
    pub(crate) fn flush(&mut self, waker: &Waker) -> Written {
        let Some(output) = self.output.as_mut().filter(|_| !self.failed) else {
            return Written::Failed;
        };
        if self.flushed {
            return Written::All;
        }
        match output.poll_flush(&mut Context::from_waker(waker)) {
            Poll::Ready(Ok(())) => {
                self.flushed = true;
                Written::All
            }
            Poll::Ready(Err(_)) => {
                self.failed = true;
                Written::Failed
            }
            Poll::Pending => Written::Blocked(false),
        }
    }

    /// Writes what there is, and then what `next` puts there, until that is nothing.
    #[cfg(feature = "__ipc")]
    pub(crate) fn poll_all(
        &mut self,
        cx: &mut Context<'_>,
        mut next: impl FnMut(&mut Transmit) -> bool,
    ) -> Poll<io::Result<()>> {
        let written = loop {
            match self.write(cx.waker()) {
                Written::All if next(&mut self.transmit) => {}
                Written::All => break self.flush(cx.waker()),
                other => break other,
            }
        };
        match written {
            Written::All => Poll::Ready(Ok(())),
            Written::Blocked(_) => Poll::Pending,
            Written::Failed => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    /// Closes the transport.
    pub(crate) fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.output {
            Some(output) => output.poll_close(cx).map(|_| ()),
            None => Poll::Ready(()),
        }
    }

    /// Drops the transport, and what it has not taken.
    #[cfg(feature = "__ipc")]
    pub(crate) fn let_go(&mut self) {
        self.output = None;
        self.transmit = Transmit::default();
    }
}

/// Wakes the task that drives a connection, whichever it is by now.
#[derive(Debug, Default)]
pub(crate) struct DriverWaker {
    waker: Mutex<Option<Waker>>,
    doing: AtomicU8,
}

/// The driver waits.
const WAITS: u8 = 0;
/// It was asked to write.
const ASKED: u8 = 1;
/// It runs, perhaps somebody's handler.
const RUNS: u8 = 2;

impl DriverWaker {
    /// Has the driver write once for all who have something to say by then. If it runs already, it may do
    /// so only when a handler lets it: then this is `false`, and whoever asks writes.
    pub(crate) fn ask_to_write(&self) -> bool {
        match self.doing.compare_exchange(WAITS, ASKED, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => {
                self.wake();
                true
            }
            Err(doing) => doing == ASKED,
        }
    }

    /// The driver runs. Before it does, whether it was asked to write.
    #[cfg(feature = "__ipc")]
    pub(crate) fn is_asked_to_write(&self) -> bool {
        self.doing.load(Ordering::Acquire) == ASKED
    }

    #[cfg(feature = "__ipc")]
    pub(crate) fn set_running(&self, runs: bool) {
        self.doing.store(if runs { RUNS } else { WAITS }, Ordering::Release);
    }

    pub(crate) fn register(&self, waker: &Waker) {
        let mut place = self.waker.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *place {
            Some(known) if known.will_wake(waker) => {}
            place => *place = Some(waker.clone()),
        }
    }

    pub(crate) fn wake(&self) {
        let waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Wake for DriverWaker {
    fn wake(self: Arc<Self>) {
        DriverWaker::wake(&self);
    }

    fn wake_by_ref(self: &Arc<Self>) {
        DriverWaker::wake(self);
    }
}
