//! Is there a method that lets in the wrong callers?

use std::time::SystemTime;

use serde_json::json;
use traitwire::rpc::{
    Authenticator, Backend, Credentials, Dispatch, JwtAuthenticator, JwtKeys, Refused,
    StaticTokens, Stub,
};
use traitwire::schema::Interface;
use traitwire::testing::{AccessTest, Shown};
use traitwire::{Caller, Fault};
use traitwire_interfaces::catalog::CatalogClient;
use traitwire_interfaces::jobs::JobsClient;
use traitwire_tests::{Cook, KitchenServer};

use crate::issuer::{AUDIENCE, ISSUER, Signer, at, claims_with, key_set};
use crate::vault::{Member, vault};

/// An interface whose handlers must not run.
struct Untouched(&'static Interface);

impl Dispatch for Untouched {
    fn interface(&self) -> &'static Interface {
        self.0
    }

    fn dispatch(
        &self,
        invocation: traitwire::__private::Invocation,
    ) -> Result<traitwire::__private::Outcome, Fault> {
        panic!("method {} of {} ran", invocation.method, self.0.name);
    }
}

#[tokio::test]
async fn req_08_every_method_of_our_interfaces_lets_in_whom_it_should() {
    let signer = Signer::p256("1");
    let keys = JwtKeys::document(key_set(&[&signer])).unwrap();
    let cook = Cook::default();
    let backend = Backend::builder()
        .serve(Untouched(CatalogClient::interface()))
        .serve(Untouched(JobsClient::interface()))
        .serve(KitchenServer::new(cook.clone()))
        .authenticator(JwtAuthenticator::<Member>::new(keys, ISSUER, AUDIENCE))
        .build()
        .unwrap();
    let others =
        |scope: &str| format!("{scope}:more {} models:read kitchen", &scope[..scope.len() - 1]);
    let report = AccessTest::new(&backend, |scope| {
        signer.sign(&claims_with(json!({ "scope": scope.unwrap_or("") })))
    })
    .wrong_scope(|scope| signer.sign(&claims_with(json!({ "scope": others(scope) }))))
    .expired(|scope| {
        signer.sign(&claims_with(json!({ "scope": scope.unwrap_or(""), "exp": at(-61) })))
    })
    .run()
    .await;
    report.assert_ok();
    let methods: usize =
        backend.schema().interfaces.iter().map(|interface| interface.methods.len()).sum();
    assert_eq!((report.methods().count(), report.to_string().lines().count()), (methods, methods));
    assert_eq!(cook.started(), 0);
    for line in [
        "Catalog/v1/ping (public): none admitted, garbage admitted, expired admitted, right admitted",
        "Catalog/v1/rename (scope models:write): none unauthenticated, garbage unauthenticated, expired \
         unauthenticated, wrong scope permission_denied, right admitted",
        "Jobs/v0.3/log (authenticated): none unauthenticated, garbage unauthenticated, expired \
         unauthenticated, right admitted",
    ] {
        assert!(
            report.to_string().lines().any(|known| known == line),
            "{line}\nis not in\n{report}"
        );
    }
}

#[tokio::test]
async fn api_keys_are_tried_as_well() {
    struct Keys;

    impl Authenticator for Keys {
        async fn authenticate(&self, credentials: Credentials<'_>) -> Result<Caller, Refused> {
            let key = credentials.header("x-api-key");
            match key.ok_or_else(|| Refused::unauthenticated("an API key is needed"))? {
                "writer" => Ok(Caller::new("ann").with_scope("vault:write")),
                "reader" => Ok(Caller::new("bob")),
                _ => Err(Refused::unauthenticated("the API key is not known")),
            }
        }
    }

    let (backend, keeper) = vault(Keys);
    let shown = |key| Shown::nothing().header("X-API-Key", key);
    let test = AccessTest::new(&backend, |_| shown("writer"));
    let report = test.wrong_scope(|_| shown("reader")).nothing_expires().run().await;
    report.assert_ok();
    assert_eq!(keeper.started(), 0);
}

/// Each mistake that an authenticator can make shows in the report.
#[tokio::test]
async fn an_authenticator_that_lets_in_the_wrong_callers_is_found_out() {
    /// Lets in whoever says anything.
    struct Credulous;

    impl Authenticator for Credulous {
        async fn authenticate(&self, credentials: Credentials<'_>) -> Result<Caller, Refused> {
            let unknown = || Refused::unauthenticated("say something");
            let name = credentials.authorization().ok_or_else(unknown)?;
            Ok(Caller::new(name).with_scope("vault:write"))
        }
    }

    let (backend, _) = vault(Credulous);
    let report =
        AccessTest::new(&backend, |_| "a").wrong_scope(|_| "b").expired(|_| "c").run().await;
    assert!(!report.is_ok());
    let line = "Vault/v1/store (scope vault:write): none unauthenticated, garbage admitted INSTEAD OF \
                unauthenticated, expired admitted INSTEAD OF unauthenticated, wrong scope admitted \
                INSTEAD OF permission_denied, right admitted";
    assert!(report.to_string().contains(line), "{report}");

    let tokens = StaticTokens::new([
        ("writer", Caller::new("ann").with_scope("vault:write")),
        ("reader", Caller::new("bob")),
        ("old", Caller::new("eve").with_expires_at(SystemTime::UNIX_EPOCH)),
    ]);
    let (backend, _) = vault(tokens);
    let right = || AccessTest::new(&backend, |_| "writer");
    assert!(!right().wrong_scope(|_| "reader").run().await.is_ok(), "nothing expired was tried");
    assert!(!right().expired(|_| "old").run().await.is_ok(), "no wrong scope was tried");
    right().wrong_scope(|_| "reader").expired(|_| "old").run().await.assert_ok();
}
