//! An interface whose handlers count how often they run, for tests of what may be repeated.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use traitwire::http::Connector;
use traitwire::rpc::Backend;
use traitwire::{Stream, rpc_interface};

/// Each method gives back the nonce that it was called with.
#[rpc_interface(version = "1.0.0")]
pub trait Jobs {
    /// Must not run twice.
    #[rpc(public)]
    async fn run(&self, nonce: u64) -> u64;
    #[rpc(public, idempotent)]
    async fn put(&self, nonce: u64) -> u64;
    #[rpc(public, readonly)]
    async fn get(&self, nonce: u64) -> u64;
    /// Takes this long.
    #[rpc(public)]
    async fn slow(&self, nonce: u64, micros: u64) -> u64;
    /// Never ends by itself.
    #[rpc(public)]
    async fn stalls(&self, nonce: u64) -> u64;
    #[rpc(public, readonly)]
    fn items(&self, count: u64) -> impl Stream<Item = u64> + Send;
    #[rpc(public)]
    fn events(&self, count: u64) -> impl Stream<Item = u64> + Send;
}

/// Counts the runs of each nonce, and the handlers that run.
#[derive(Debug, Clone, Default)]
pub struct Worker {
    runs: Arc<Mutex<BTreeMap<u64, usize>>>,
    running: Arc<AtomicUsize>,
}

impl Worker {
    pub fn backend(&self) -> Backend {
        Backend::builder().serve(JobsServer::new(self.clone())).build().expect("all is public")
    }

    /// How often a handler ran with this nonce.
    pub fn runs(&self, nonce: u64) -> usize {
        let runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        runs.get(&nonce).copied().unwrap_or_default()
    }

    /// How many handlers run.
    pub fn running(&self) -> usize {
        self.running.load(Ordering::SeqCst)
    }

    /// Waits until this many handlers run, for ten seconds at most.
    pub async fn until_running(&self, count: usize) {
        let waiting = async {
            while self.running() != count {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(10), waiting).await;
        waited.unwrap_or_else(|_| panic!("{} handlers run, not {count}", self.running()));
    }

    fn begin(&self, nonce: u64) -> Running {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        *runs.entry(nonce).or_default() += 1;
        self.running.fetch_add(1, Ordering::SeqCst);
        Running(Arc::clone(&self.running))
    }
}

struct Running(Arc<AtomicUsize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Jobs for Worker {
    async fn run(&self, nonce: u64) -> u64 {
        let _running = self.begin(nonce);
        nonce
    }

    async fn put(&self, nonce: u64) -> u64 {
        let _running = self.begin(nonce);
        nonce
    }

    async fn get(&self, nonce: u64) -> u64 {
        let _running = self.begin(nonce);
        nonce
    }

    async fn slow(&self, nonce: u64, micros: u64) -> u64 {
        let _running = self.begin(nonce);
        tokio::time::sleep(Duration::from_micros(micros)).await;
        nonce
    }

    async fn stalls(&self, nonce: u64) -> u64 {
        let _running = self.begin(nonce);
        std::future::pending().await
    }

    fn items(&self, count: u64) -> impl Stream<Item = u64> + Send {
        stream::iter(0..count)
    }

    fn events(&self, count: u64) -> impl Stream<Item = u64> + Send {
        stream::iter(0..count)
    }
}

/// What carries the requests of a frontend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    Reqwest,
    Hyper,
    /// Hyper over HTTP/2 without TLS.
    H2,
}

impl Carrier {
    pub const ALL: [Carrier; 3] = [Carrier::Reqwest, Carrier::Hyper, Carrier::H2];
    /// Those of HTTP/1.1.
    pub const H1: [Carrier; 2] = [Carrier::Reqwest, Carrier::Hyper];

    /// A connector that keeps its connections, or makes one for each request.
    pub fn connector(self, url: &str, keeps: bool) -> Connector {
        let idle = if keeps { usize::MAX } else { 0 };
        if self == Carrier::Reqwest {
            let client = reqwest::Client::builder().pool_max_idle_per_host(idle);
            let client = client.redirect(reqwest::redirect::Policy::none());
            return Connector::new(url).expect("a URL").client(client.build().expect("a client"));
        }
        let mut client = Client::builder(TokioExecutor::new());
        client.http2_only(self == Carrier::H2).pool_max_idle_per_host(idle);
        let client: Client<_, Full<Bytes>> = client.build_http();
        Connector::hyper(url).expect("a URL").hyper_client(client)
    }
}
