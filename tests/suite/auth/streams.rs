//! What becomes of a call whose token expires while it runs?

use std::time::{Duration, SystemTime};

use futures_util::StreamExt as _;
use serde_json::json;
use traitwire::http::Connector;
use traitwire::rpc::{JwtAuthenticator, JwtKeys, StaticTokens};
use traitwire::{CallError, Caller, Executed, FaultKind, in_process};
use traitwire_tests::Server;

use crate::issuer::{AUDIENCE, ISSUER, Signer, at, claims_with, key_set};
use crate::vault::{Keeper, Member, VaultClient, vault};

/// Waits for the end of a stream whose token is good until `until`.
async fn ends_in_time(vault: &VaultClient, until: SystemTime, keeper: &Keeper, what: &str) {
    let mut items = std::pin::pin!(vault.follow());
    assert_eq!(items.next().await.unwrap().unwrap(), 1, "{what}");
    assert_eq!(keeper.running(), 1, "{what}");
    let end = tokio::time::timeout(Duration::from_secs(15), items.next()).await.expect(what);
    let Some(Err(CallError::Fault(fault))) = end else { panic!("{what}: no fault") };
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::Unauthenticated, Executed::Maybe));
    assert!(items.next().await.is_none(), "{what}: it goes on");
    let late = SystemTime::now().duration_since(until).expect("it ended too early");
    assert!(late < Duration::from_secs(5), "{what}: {late:?} late");
    let gone = async {
        while keeper.running() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), gone).await.expect("the handler still runs");
}

#[tokio::test]
async fn a_stream_ends_when_its_token_expires() {
    let signer = Signer::p256("1");
    let keys = JwtKeys::document(key_set(&[&signer])).unwrap();
    let (backend, keeper) = vault(JwtAuthenticator::<Member>::new(keys, ISSUER, AUDIENCE));
    let server = Server::start(backend.clone()).await;
    let expiring = || {
        let exp = at(2);
        let until = SystemTime::UNIX_EPOCH + Duration::from_secs(exp.unsigned_abs());
        (signer.sign(&claims_with(json!({ "exp": exp }))), until)
    };
    let (token, until) = expiring();
    let vault = in_process::Connector::new(&backend).token(token).connect().unwrap();
    ends_in_time(&vault, until, &keeper, "in process").await;
    let (token, until) = expiring();
    let connector = Connector::new(&server.url).unwrap().token(token);
    let vault = connector.connect().await.unwrap();
    ends_in_time(&vault, until, &keeper, "over HTTP").await;
}

#[tokio::test]
async fn a_deadline_before_the_expiry_comes_first() {
    let until = SystemTime::now() + Duration::from_hours(1);
    let tokens = [("ann's", Caller::new("ann").with_expires_at(until))];
    let (backend, _) = vault(StaticTokens::new(tokens));
    let vault: VaultClient = in_process::Connector::new(&backend).token("ann's").connect().unwrap();
    let mut items = std::pin::pin!(vault.follow().deadline(Duration::from_millis(200)));
    assert_eq!(items.next().await.unwrap().unwrap(), 1);
    let end = items.next().await.unwrap().unwrap_err();
    assert_eq!(end.fault().unwrap().kind(), FaultKind::DeadlineExceeded);
}

#[tokio::test]
async fn a_single_reply_needs_a_token_that_is_good_when_it_is_admitted() {
    let until = SystemTime::now() + Duration::from_millis(500);
    let tokens = [("ann's", Caller::new("ann").with_expires_at(until))];
    let (backend, keeper) = vault(StaticTokens::new(tokens));
    let vault: VaultClient = in_process::Connector::new(&backend).token("ann's").connect().unwrap();
    assert_eq!(vault.slow(1_000).await.unwrap(), 1_000);
    let fault = vault.who().await.unwrap_err().into_fault();
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::Unauthenticated, Executed::No));
    assert_eq!(fault.message(), "the credentials have expired");
    assert_eq!(keeper.started(), 1);
    assert_eq!(vault.door().await.unwrap(), "nobody");
    // So does one that is over before it begins, and a time that is never.
    let ever = [
        ("past", Caller::new("eve").with_expires_at(SystemTime::UNIX_EPOCH)),
        (
            "far",
            Caller::new("ann")
                .with_expires_at(SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 60)),
        ),
    ];
    let (backend, _) = vault_of(ever);
    let past: VaultClient = in_process::Connector::new(&backend).token("past").connect().unwrap();
    let end = std::pin::pin!(past.follow()).next().await.unwrap().unwrap_err();
    assert_eq!(end.fault().unwrap().executed(), Executed::No);
    let far: VaultClient = in_process::Connector::new(&backend).token("far").connect().unwrap();
    assert_eq!(std::pin::pin!(far.follow()).next().await.unwrap().unwrap(), 1);
}

fn vault_of(tokens: [(&str, Caller); 2]) -> (traitwire::rpc::Backend, Keeper) {
    vault(StaticTokens::new(tokens))
}
