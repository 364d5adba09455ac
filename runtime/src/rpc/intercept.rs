//! What does a program do around every call of its own?

use std::fmt;
use std::sync::Arc;

use crate::rpc::channel::{Opening, Reply, Request, Transport};

/// Stands around every call of a frontend, and knows which it is: for logs, for caches, for rules of
/// the house. Retries and tokens happen below it: it sees a call once, as its caller does.
///
/// ```
/// use std::time::Instant;
/// use traitwire::rpc::{Interceptor, Next, Reply, Request};
///
/// /// Prints how long each call took.
/// struct Timing;
///
/// impl Interceptor for Timing {
///     fn call(&self, request: Request, next: Next) -> Reply {
///         let (method, started) = (request.method(), Instant::now());
///         Box::pin(async move {
///             let reply = next.call(request).await;
///             println!("{} took {:?}", method.name, started.elapsed());
///             reply
///         })
///     }
/// }
/// ```
pub trait Interceptor: Send + Sync + 'static {
    /// Makes a call that has one reply: as it is, changed, several times or not at all.
    fn call(&self, request: Request, next: Next) -> Reply {
        next.call(request)
    }

    /// Makes a call that has a stream of items, up to where the stream begins.
    fn open(&self, request: Request, next: Next) -> Opening {
        next.open(request)
    }
}

/// What an interceptor stands before: the next one, or the transport.
#[derive(Clone)]
pub struct Next(Arc<dyn Transport>);

impl Next {
    /// Makes a call that has one reply.
    pub fn call(&self, request: Request) -> Reply {
        self.0.call(request)
    }

    /// Makes a call that has a stream of items, up to where the stream begins.
    pub fn open(&self, request: Request) -> Opening {
        self.0.open(request)
    }
}

impl fmt::Debug for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Next(..)")
    }
}

/// A transport behind an interceptor.
pub(crate) struct Intercepted {
    pub(crate) interceptor: Arc<dyn Interceptor>,
    pub(crate) next: Arc<dyn Transport>,
}

impl Transport for Intercepted {
    fn call(&self, request: Request) -> Reply {
        self.interceptor.call(request, Next(Arc::clone(&self.next)))
    }

    fn open(&self, request: Request) -> Opening {
        self.interceptor.open(request, Next(Arc::clone(&self.next)))
    }
}
