//! A declared error, and the shortest way from a client to a server.

use serde::{Deserialize, Serialize};
use traitwire::rpc::{Backend, Dispatch, StaticTokens, Stub};
use traitwire::{Caller, Wire, in_process};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub(crate) enum CatalogError {
    #[wire(status = 404)]
    NotFound { id: u64 },
}

/// A client of this server, for whom ann calls.
pub(crate) fn client<C: Stub>(server: impl Dispatch) -> C {
    let tokens = StaticTokens::new([("token", Caller::new("ann"))]);
    let backend = Backend::builder().serve(server).authenticator(tokens).build().unwrap();
    in_process::Connector::new(&backend).token("token").connect().unwrap()
}
