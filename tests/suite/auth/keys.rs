//! How do keys come, change, and go missing?

use std::error::Error;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::routing::get;
use traitwire::rpc::{Backend, BadKeys, JwtAuthenticator, JwtKeys, KeySource, RetryPolicy};
use traitwire::{Executed, Fault, FaultKind, in_process};
use traitwire_tests::Server;

use crate::issuer::{AUDIENCE, ISSUER, Signer, claims, key_set};
use crate::vault::{Keeper, Member, VaultClient, vault};

/// An issuer that can change its keys, and be away.
#[derive(Clone, Default)]
struct Provider {
    document: Arc<Mutex<String>>,
    away: Arc<AtomicBool>,
    panics: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
    /// How long it takes to answer, in ms.
    delay: Arc<AtomicUsize>,
}

impl Provider {
    fn publish(&self, signers: &[&Signer]) {
        *self.document.lock().unwrap() = key_set(signers);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn vault(&self) -> (Backend, Keeper) {
        vault_with(JwtKeys::from_source(self.clone()))
    }
}

fn vault_with(keys: JwtKeys) -> (Backend, Keeper) {
    vault(JwtAuthenticator::<Member>::new(keys, ISSUER, AUDIENCE))
}

impl KeySource for Provider {
    async fn fetch(&self) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let delay = self.delay.load(Ordering::SeqCst) as u64;
        tokio::time::sleep(Duration::from_millis(delay)).await;
        assert!(!self.panics.load(Ordering::SeqCst), "the provider breaks down");
        if self.away.load(Ordering::SeqCst) {
            return Err("the provider is away".into());
        }
        Ok(self.document.lock().unwrap().clone().into_bytes())
    }
}

async fn who(backend: &Backend, token: &str) -> Result<String, Fault> {
    let once = in_process::Connector::new(backend).token(token).retries(RetryPolicy::off());
    let vault: VaultClient = once.connect().unwrap();
    vault.who().await.map_err(traitwire::CallError::into_fault)
}

async fn kind(backend: &Backend, token: &str) -> FaultKind {
    let fault = who(backend, token).await.unwrap_err();
    assert_eq!(fault.executed(), Executed::No);
    fault.kind()
}

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_once_and_when_they_are_needed() {
    let (provider, signer) = (Provider::default(), Signer::p256("1"));
    provider.publish(&[&signer]);
    provider.delay.store(50, Ordering::SeqCst);
    let (backend, _) = provider.vault();
    assert_eq!(provider.asked(), 0);
    // Who shows no token costs nothing.
    let nobody: VaultClient = in_process::connect(&backend).unwrap();
    assert_eq!(nobody.who().await.unwrap_err().into_fault().kind(), FaultKind::Unauthenticated);
    assert_eq!(provider.asked(), 0);
    let token = signer.sign(&claims());
    let calls = (0..50).map(|_| who(&backend, &token));
    for subject in futures_util::future::join_all(calls).await {
        assert_eq!(subject.unwrap(), "ann");
    }
    assert_eq!(provider.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_new_key_is_noticed_by_the_first_token_that_it_signs() {
    let (provider, old, new) = (Provider::default(), Signer::p256("1"), Signer::p256("2"));
    provider.publish(&[&old]);
    let (backend, _) = provider.vault();
    assert_eq!(who(&backend, &old.sign(&claims())).await.unwrap(), "ann");
    tokio::time::advance(Duration::from_secs(1)).await;
    provider.publish(&[&new]);
    assert_eq!(who(&backend, &new.sign(&claims())).await.unwrap(), "ann");
    assert_eq!(provider.asked(), 2);
    // The old one is gone with it.
    assert_eq!(kind(&backend, &old.sign(&claims())).await, FaultKind::Unauthenticated);
}

/// Whoever names keys that do not exist makes us ask once a minute, not once a token.
#[tokio::test(start_paused = true)]
async fn unknown_keys_do_not_flood_the_issuer() {
    let (provider, signer) = (Provider::default(), Signer::p256("1"));
    provider.publish(&[&signer]);
    let (backend, keeper) = provider.vault();
    let good = signer.sign(&claims());
    assert_eq!(who(&backend, &good).await.unwrap(), "ann");
    for minute in 1..=3 {
        tokio::time::advance(Duration::from_secs(61)).await;
        let tokens: Vec<String> = (0..200)
            .map(|n| Signer { id: format!("no {n}"), ..Signer::p256("") }.sign(&claims()))
            .collect();
        let calls = tokens.iter().map(|token| kind(&backend, token));
        for kind in futures_util::future::join_all(calls).await {
            assert_eq!(kind, FaultKind::Unauthenticated);
        }
        assert_eq!(provider.asked(), 1 + minute);
        assert_eq!(who(&backend, &good).await.unwrap(), "ann");
    }
    assert_eq!(keeper.started(), 4);
}

/// A key that was taken back is forgotten, though nobody shows a new one.
#[tokio::test(start_paused = true)]
async fn keys_are_renewed_every_ten_minutes_without_anybody_waiting() {
    let (provider, old, new) = (Provider::default(), Signer::p256("1"), Signer::p256("2"));
    provider.publish(&[&old]);
    let (backend, _) = provider.vault();
    let token = old.sign(&claims());
    assert_eq!(who(&backend, &token).await.unwrap(), "ann");
    provider.publish(&[&new]);
    tokio::time::advance(Duration::from_secs(599)).await;
    assert_eq!(who(&backend, &token).await.unwrap(), "ann");
    assert_eq!(provider.asked(), 1);
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(who(&backend, &token).await.unwrap(), "ann");
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(provider.asked(), 2);
    assert_eq!(kind(&backend, &token).await, FaultKind::Unauthenticated);
}

/// An issuer that is away says nothing against a token.
#[tokio::test(start_paused = true)]
async fn without_keys_a_call_can_be_made_again() {
    let (provider, signer) = (Provider::default(), Signer::p256("1"));
    provider.publish(&[&signer]);
    provider.away.store(true, Ordering::SeqCst);
    let (backend, keeper) = provider.vault();
    let token = signer.sign(&claims());
    for _ in 0..100 {
        assert_eq!(kind(&backend, &token).await, FaultKind::Overloaded);
    }
    assert_eq!((provider.asked(), keeper.started()), (1, 0));
    // What everyone may do goes on.
    let vault: VaultClient = in_process::Connector::new(&backend).token(&token).connect().unwrap();
    assert_eq!(vault.door().await.unwrap(), "nobody");
    tokio::time::advance(Duration::from_secs(6)).await;
    provider.away.store(false, Ordering::SeqCst);
    assert_eq!(who(&backend, &token).await.unwrap(), "ann");
    // Once there were keys, they are good for a day.
    provider.away.store(true, Ordering::SeqCst);
    for _ in 0..20 {
        tokio::time::advance(Duration::from_hours(1)).await;
        assert_eq!(who(&backend, &token).await.unwrap(), "ann");
    }
    tokio::time::advance(Duration::from_hours(5)).await;
    assert_eq!(kind(&backend, &token).await, FaultKind::Overloaded);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_breaks_down_or_hangs_is_asked_again() {
    let (provider, signer) = (Provider::default(), Signer::p256("1"));
    provider.publish(&[&signer]);
    let (backend, _) = provider.vault();
    let token = signer.sign(&claims());
    provider.panics.store(true, Ordering::SeqCst);
    assert_eq!(kind(&backend, &token).await, FaultKind::Overloaded);
    provider.panics.store(false, Ordering::SeqCst);
    provider.delay.store(1_000_000, Ordering::SeqCst);
    tokio::time::advance(Duration::from_secs(6)).await;
    assert_eq!(kind(&backend, &token).await, FaultKind::Overloaded);
    *provider.document.lock().unwrap() = "no keys".to_owned();
    provider.delay.store(0, Ordering::SeqCst);
    tokio::time::advance(Duration::from_secs(6)).await;
    assert_eq!(kind(&backend, &token).await, FaultKind::Overloaded);
    provider.publish(&[&signer]);
    tokio::time::advance(Duration::from_secs(6)).await;
    assert_eq!(who(&backend, &token).await.unwrap(), "ann");
    assert_eq!(provider.asked(), 4);
}

/// Else whoever hangs up at once could keep everybody else out.
#[tokio::test(start_paused = true)]
async fn a_caller_who_gives_up_does_not_end_the_fetch_for_others() {
    let (provider, signer) = (Provider::default(), Signer::p256("1"));
    provider.publish(&[&signer]);
    provider.delay.store(100, Ordering::SeqCst);
    let (backend, _) = provider.vault();
    let token = signer.sign(&claims());
    let hasty = tokio::time::timeout(Duration::from_millis(20), who(&backend, &token)).await;
    assert!(hasty.is_err());
    assert_eq!(who(&backend, &token).await.unwrap(), "ann");
    assert_eq!(provider.asked(), 1);
}

#[tokio::test]
async fn keys_come_from_a_url() {
    let (provider, old, new) = (Provider::default(), Signer::p256("1"), Signer::ed25519("2"));
    provider.publish(&[&old]);
    let issuer = provider.clone();
    let answer = move || {
        let issuer = issuer.clone();
        async move { issuer.fetch().await.map_err(|_| axum::http::StatusCode::BAD_GATEWAY) }
    };
    let app = axum::Router::new()
        .route("/keys", get(answer))
        .route("/moved", get(async || axum::response::Redirect::temporary("/keys")));
    let server = Server::start_app(app).await;
    let origin = server.url.trim_end_matches("/rpc");
    let (backend, _) = vault_with(JwtKeys::url(&format!("{origin}/keys")).unwrap());
    assert_eq!(who(&backend, &old.sign(&claims())).await.unwrap(), "ann");
    provider.publish(&[&old, &new]);
    assert_eq!(who(&backend, &new.sign(&claims())).await.unwrap(), "ann");
    assert_eq!(who(&backend, &old.sign(&claims())).await.unwrap(), "ann");
    assert_eq!(provider.asked(), 2);
    for path in ["moved", "missing"] {
        let (backend, _) = vault_with(JwtKeys::url(&format!("{origin}/{path}")).unwrap());
        assert_eq!(kind(&backend, &old.sign(&claims())).await, FaultKind::Overloaded, "{path}");
    }
}

#[tokio::test]
async fn a_document_of_the_limit_is_taken_and_a_longer_one_is_not() {
    let signer = Signer::p256("1");
    let limit = traitwire::rpc::Fixed::HERE.key_document;
    for (length, taken) in [(limit, true), (limit + 1, false), (2 * limit, false)] {
        let keys = key_set(&[&signer]);
        let document = format!("{keys}{}", " ".repeat(length - keys.len()));
        let app = axum::Router::new().route("/keys", get(move || async move { document }));
        let server = Server::start_app(app).await;
        let origin = server.url.trim_end_matches("/rpc");
        let (backend, _) = vault_with(JwtKeys::url(&format!("{origin}/keys")).unwrap());
        let caller = who(&backend, &signer.sign(&claims())).await;
        assert_eq!(caller.map_err(|fault| fault.kind()).ok(), taken.then(|| "ann".to_owned()));
    }
}

#[test]
fn a_url_that_others_could_answer_is_refused() {
    for url in [
        "http://id.example.org/keys",
        "http://localhost.example.org/keys",
        "http://127.0.0.1.example.org/keys",
        "https://user:secret@id.example.org/keys",
        "file:///etc/keys",
        "id.example.org/keys",
        "",
    ] {
        let error = JwtKeys::url(url).unwrap_err();
        assert!(matches!(error, BadKeys::Url(_)), "{url}: {error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    for url in ["https://id.example.org/keys", "http://[::1]:8080/keys", "http://localhost/keys"] {
        assert!(JwtKeys::url(url).is_ok(), "{url}");
    }
}

#[tokio::test]
async fn keys_come_from_a_file_that_may_change() {
    let (old, new) = (Signer::p256("1"), Signer::p256("2"));
    let folder = std::env::temp_dir().join(format!("traitwire-keys-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("jwks.json");
    let (backend, _) = vault_with(JwtKeys::file(&path));
    std::fs::write(&path, key_set(&[&old])).unwrap();
    assert_eq!(who(&backend, &old.sign(&claims())).await.unwrap(), "ann");
    std::fs::write(&path, key_set(&[&new])).unwrap();
    assert_eq!(who(&backend, &new.sign(&claims())).await.unwrap(), "ann");
    std::fs::remove_dir_all(&folder).unwrap();
    let (backend, _) = vault_with(JwtKeys::file(&path));
    assert_eq!(kind(&backend, &new.sign(&claims())).await, FaultKind::Overloaded);
}

#[test]
fn keys_outlive_the_runtime_that_was_fetching_them() {
    let signer = Signer::p256("a");
    let provider = Provider::default();
    provider.publish(&[&signer]);
    let (backend, _) = provider.vault();
    let token = signer.sign(&claims());
    // A runtime that goes away in the middle of an attempt, and its tasks with it.
    provider.delay.store(60_000, Ordering::SeqCst);
    let first = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let asked = async {
        tokio::time::timeout(Duration::from_millis(50), who(&backend, &token)).await.is_err()
    };
    assert!(first.block_on(asked));
    drop(first);
    provider.delay.store(0, Ordering::SeqCst);
    let mut second = tokio::runtime::Builder::new_current_thread();
    let second = second.enable_time().start_paused(true).build().unwrap();
    second.block_on(async {
        tokio::time::sleep(Duration::from_secs(6)).await;
        assert_eq!(who(&backend, &token).await.unwrap(), "ann");
    });
}
