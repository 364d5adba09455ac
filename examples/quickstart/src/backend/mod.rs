//! The backend: two interfaces over one database.
//!
//! | module | the question it answers |
//! |---|---|
//! | `catalog` | How does the catalog answer? |
//! | `jobs` | How do jobs run? |
//! | `store` | Where are the models? |

mod catalog;
mod jobs;
mod store;

use traitwire::Caller;
use traitwire::rpc::{Backend, BuildError, StaticTokens};
use traitwire_interfaces::catalog::CatalogServer;
use traitwire_interfaces::jobs::JobsServer;

use self::catalog::ModelCatalog;
use self::jobs::JobService;
pub(crate) use self::store::{Store, StoreError};

/// A backend that serves both interfaces.
///
/// The tokens are in the source so that one can try them. A real backend asks its identity
/// provider, in an `Authenticator` of its own.
pub(crate) fn build(store: &Store) -> Result<Backend, BuildError> {
    let reader = Caller::new("ann");
    let writer = Caller::new("bob").with_scope("models:write").with_scope("jobs:run");
    Backend::builder()
        .serve(CatalogServer::new(ModelCatalog::new(store.clone())))
        .serve(JobsServer::new(JobService::new(store.clone())))
        .authenticator(StaticTokens::new([("reader-token", reader), ("writer-token", writer)]))
        .build()
}

#[cfg(test)]
mod tests {
    use traitwire::testing::AccessTest;

    use super::*;

    #[tokio::test]
    async fn every_method_lets_in_whom_it_should() {
        let backend = build(&Store::open().unwrap()).unwrap();
        let test = AccessTest::new(&backend, |_| "writer-token");
        test.wrong_scope(|_| "reader-token").nothing_expires().run().await.assert_ok();
    }
}
