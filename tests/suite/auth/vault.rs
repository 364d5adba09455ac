//! What is guarded in these tests?

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{StreamExt as _, stream};
use serde::Deserialize;
use traitwire::rpc::{Authenticator, Backend};
use traitwire::{Caller, Context, Stream, rpc_interface};

/// Says who its callers are.
#[rpc_interface(version = "1.0.0")]
pub trait Vault {
    #[rpc(public)]
    async fn door(&self, cx: &Context) -> String;
    async fn who(&self, cx: &Context) -> String;
    async fn team(&self, cx: &Context) -> Option<String>;
    async fn slow(&self, ms: u64) -> u64;
    #[rpc(scope = "vault:write")]
    async fn store(&self, text: &str) -> u64;
    /// One item, and then nothing for ever.
    fn follow(&self) -> impl Stream<Item = u64> + Send;
}

/// What the tokens of these tests say beside the usual.
#[derive(Deserialize)]
pub struct Member {
    pub team: String,
}

/// Counts what runs in it.
#[derive(Clone, Default)]
pub struct Keeper {
    started: Arc<AtomicUsize>,
    running: Arc<AtomicUsize>,
}

impl Keeper {
    /// How many handlers have run.
    pub fn started(&self) -> usize {
        self.started.load(Ordering::SeqCst)
    }

    pub fn running(&self) -> usize {
        self.running.load(Ordering::SeqCst)
    }

    fn start(&self) -> AtWork {
        self.started.fetch_add(1, Ordering::SeqCst);
        self.running.fetch_add(1, Ordering::SeqCst);
        AtWork(Arc::clone(&self.running))
    }
}

struct AtWork(Arc<AtomicUsize>);

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn subject(cx: &Context) -> String {
    cx.caller().map_or("nobody", Caller::subject).to_owned()
}

impl Vault for Keeper {
    async fn door(&self, cx: &Context) -> String {
        subject(cx)
    }

    async fn who(&self, cx: &Context) -> String {
        let _work = self.start();
        subject(cx)
    }

    async fn team(&self, cx: &Context) -> Option<String> {
        let _work = self.start();
        Some(cx.caller()?.claims::<Member>()?.team.clone())
    }

    async fn slow(&self, ms: u64) -> u64 {
        let _work = self.start();
        tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
        ms
    }

    async fn store(&self, text: &str) -> u64 {
        let _work = self.start();
        text.len() as u64
    }

    fn follow(&self) -> impl Stream<Item = u64> + Send {
        let work = self.start();
        stream::once(async { 1 }).chain(stream::once(async move {
            let _work = work;
            std::future::pending().await
        }))
    }
}

/// A vault behind this authenticator.
pub fn vault(authenticator: impl Authenticator) -> (Backend, Keeper) {
    let keeper = Keeper::default();
    let server = VaultServer::new(keeper.clone());
    let backend = Backend::builder().serve(server).authenticator(authenticator).build();
    (backend.expect("the vault is a backend"), keeper)
}
