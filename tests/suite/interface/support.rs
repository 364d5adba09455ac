//! A declared error, and a transport that leads straight to a server.

use std::sync::Arc;

use futures_util::stream;
use serde::{Deserialize, Serialize};
use traitwire::__private::{Channel, Invocation, Outcome, schema};
use traitwire::rpc::{Dispatch, Reply, ReplyItems, Request, Stub, Transport};
use traitwire::{Caller, Context};

/// As `#[derive(Wire)]` would describe it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum CatalogError {
    NotFound { id: u64 },
}

impl traitwire::__private::Wire for CatalogError {
    const TYPE: schema::Type = schema::Type::Json;
}
impl traitwire::__private::Plain for CatalogError {}
impl traitwire::__private::Declare for CatalogError {
    fn status(&self) -> u16 {
        404
    }
}

/// Encoded arguments go in, an encoded reply comes out; no I/O between.
struct Straight(Arc<dyn Dispatch>);

impl Straight {
    fn dispatch(&self, request: &Request) -> Result<Outcome, traitwire::Fault> {
        let methods = &request.interface().methods;
        let method = methods.iter().position(|method| std::ptr::eq(method, request.method()));
        let context = Context::new("Catalog", "any")
            .with_caller(Caller::new("ann"))
            .with_request_id(request.request_id());
        let payload = request.payload().clone();
        self.0.dispatch(Invocation { method: method.unwrap(), context, payload })
    }
}

impl Transport for Straight {
    fn call(&self, request: Request) -> Reply {
        match self.dispatch(&request) {
            Ok(Outcome::Reply(reply)) => reply,
            Ok(Outcome::Items(_)) => panic!("a stream where one reply was due"),
            Err(fault) => Box::pin(async { Err(fault.into()) }),
        }
    }

    fn stream(&self, request: Request) -> ReplyItems {
        match self.dispatch(&request) {
            Ok(Outcome::Items(items)) => items,
            Ok(Outcome::Reply(_)) => panic!("one reply where a stream was due"),
            Err(fault) => Box::pin(stream::iter([Err(fault.into())])),
        }
    }
}

/// A client of this server.
pub(crate) fn client<C: Stub>(server: impl Dispatch) -> C {
    C::new(Channel::bare(C::interface(), Arc::new(Straight(Arc::new(server)))))
}
