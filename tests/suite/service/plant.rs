//! Which interface do these tests call?

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use traitwire::rpc::{Backend, BackendBuilder};
use traitwire::{Bytes, Context, Stream, Wire, rpc_interface};
use traitwire_tests::{Server, tokens};

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum How {
    Well,
    Refuses,
    Panics,
    /// Takes 300 ms.
    Slowly,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub enum PlantError {
    #[wire(status = 404)]
    Refused { run: u64 },
}

/// Nests without an array or an object of its own at each level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Chain(pub Option<Box<Link>>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Link {
    pub next: Chain,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Nest(pub Vec<Nest>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub enum Expr {
    One,
    Minus(Box<Expr>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(tag = "t", content = "c")]
pub enum Tagged {
    One,
    More(Box<Tagged>),
}

#[rpc_interface(version = "1.4.0")]
pub trait Plant {
    /// Gives back the number of the run.
    #[rpc(public)]
    async fn pay(&self, cents: u64, how: How) -> Result<u64, PlantError>;
    #[rpc(public)]
    async fn pay_bytes(&self, photo: Bytes) -> Bytes;
    /// As `pay`, for callers that are known.
    async fn pay_known(&self, cents: u64) -> u64;
    /// The key, as the handler sees it.
    #[rpc(public)]
    async fn key(&self, cx: &Context) -> Option<String>;

    /// Waits until it is let go.
    #[rpc(public)]
    async fn hold(&self) -> u64;
    #[rpc(public)]
    async fn echo(&self, nonce: u64, wait_ms: u64) -> u64;
    #[rpc(public)]
    async fn panics(&self) -> u64;
    #[rpc(public)]
    async fn runs(&self) -> u64;
    #[rpc(public)]
    async fn produced(&self) -> u64;

    #[rpc(public, readonly, cache = "2m")]
    async fn price(&self, id: u32) -> u32;
    #[rpc(public, readonly)]
    async fn stock(&self, id: u32) -> u32;
    #[rpc(readonly, cache = "1h")]
    async fn salary(&self) -> u32;
    #[rpc(public, readonly, cache = "1d")]
    async fn photo(&self) -> Bytes;
    #[rpc(public, readonly, cache = "1m")]
    async fn missing(&self) -> Result<u32, PlantError>;

    /// 640 MB in items of 64 KiB.
    #[rpc(public)]
    fn flood(&self) -> impl Stream<Item = String> + Send;
    /// Small items, all ready at once.
    #[rpc(public)]
    fn burst(&self, count: u64) -> impl Stream<Item = u64> + Send;
    /// Small items, each after a while.
    #[rpc(public)]
    fn ticks(&self, every_ms: u64) -> impl Stream<Item = u64> + Send;
    /// Nothing, ever. Counts itself as running.
    #[rpc(public)]
    fn silent(&self) -> impl Stream<Item = u64> + Send;
    /// Five items in all, of which the reader has seen some.
    #[rpc(public, readonly)]
    fn resumed(&self, cx: &Context) -> impl Stream<Item = String> + Send;
    #[rpc(public)]
    fn panicking(&self) -> impl Stream<Item = u64> + Send;

    #[rpc(public)]
    async fn chain(&self, value: Chain) -> Chain;
    #[rpc(public)]
    async fn nest(&self, value: Nest) -> Nest;
    #[rpc(public)]
    async fn expr(&self, value: Expr) -> Expr;
    #[rpc(public)]
    async fn tagged(&self, value: Tagged) -> Tagged;
    #[rpc(public)]
    async fn deep(&self, value: serde_json::Value) -> serde_json::Value;
}

/// The implementation, and what it counts.
#[derive(Clone)]
pub struct Works {
    pub runs: Arc<AtomicUsize>,
    pub produced: Arc<AtomicUsize>,
    pub running: Arc<AtomicUsize>,
    pub go: Arc<Semaphore>,
    /// Where each run leaves a byte, for counting over several processes.
    pub ledger: Option<PathBuf>,
}

impl Default for Works {
    fn default() -> Works {
        Works {
            runs: Arc::default(),
            produced: Arc::default(),
            running: Arc::default(),
            go: Arc::new(Semaphore::new(0)),
            ledger: None,
        }
    }
}

impl Works {
    pub fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }

    pub fn running(&self) -> usize {
        self.running.load(Ordering::SeqCst)
    }

    /// Waits until so many handlers run, for ten seconds at most.
    pub async fn until_running(&self, count: usize) {
        let reached = async {
            while self.running() != count {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let reached = tokio::time::timeout(Duration::from_secs(10), reached).await;
        assert!(reached.is_ok(), "{} handlers run, not {count}", self.running());
    }

    fn run(&self) -> u64 {
        if let Some(ledger) = &self.ledger {
            let mut file =
                std::fs::OpenOptions::new().append(true).create(true).open(ledger).unwrap();
            file.write_all(b"x").unwrap();
        }
        self.runs.fetch_add(1, Ordering::SeqCst) as u64 + 1
    }

    fn at_work(&self) -> AtWork {
        self.running.fetch_add(1, Ordering::SeqCst);
        AtWork(Arc::clone(&self.running))
    }
}

pub struct AtWork(Arc<AtomicUsize>);

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Plant for Works {
    async fn pay(&self, _cents: u64, how: How) -> Result<u64, PlantError> {
        let run = self.run();
        let _work = self.at_work();
        match how {
            How::Well => Ok(run),
            How::Refuses => Err(PlantError::Refused { run }),
            How::Panics => panic!("the secret of run {run} in /etc/plant SELECT * FROM wages"),
            How::Slowly => {
                tokio::time::sleep(Duration::from_millis(300)).await;
                Ok(run)
            }
        }
    }

    async fn pay_bytes(&self, photo: Bytes) -> Bytes {
        self.run();
        photo
    }

    async fn pay_known(&self, _cents: u64) -> u64 {
        self.run()
    }

    async fn key(&self, cx: &Context) -> Option<String> {
        cx.idempotency_key().map(str::to_owned)
    }

    async fn hold(&self) -> u64 {
        let _work = self.at_work();
        self.go.acquire().await.unwrap().forget();
        self.run()
    }

    async fn echo(&self, nonce: u64, wait_ms: u64) -> u64 {
        let _work = self.at_work();
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        nonce
    }

    async fn panics(&self) -> u64 {
        panic!("the secret of the plant in /etc/plant SELECT * FROM wages")
    }

    async fn runs(&self) -> u64 {
        self.runs() as u64
    }

    async fn produced(&self) -> u64 {
        self.produced.load(Ordering::SeqCst) as u64
    }

    async fn price(&self, id: u32) -> u32 {
        self.run();
        id * 2
    }

    async fn stock(&self, id: u32) -> u32 {
        self.run();
        id * 3
    }

    async fn salary(&self) -> u32 {
        self.run();
        1
    }

    async fn photo(&self) -> Bytes {
        vec![0, 159, 255].into()
    }

    async fn missing(&self) -> Result<u32, PlantError> {
        Err(PlantError::Refused { run: 0 })
    }

    fn flood(&self) -> impl Stream<Item = String> + Send {
        let (work, produced) = (self.at_work(), Arc::clone(&self.produced));
        stream::iter(0..10_000).map(move |_| {
            let _ = &work;
            produced.fetch_add(1, Ordering::SeqCst);
            "x".repeat(64 * 1024)
        })
    }

    fn burst(&self, count: u64) -> impl Stream<Item = u64> + Send {
        stream::iter(0..count)
    }

    fn ticks(&self, every_ms: u64) -> impl Stream<Item = u64> + Send {
        stream::iter(0..).then(move |n| async move {
            tokio::time::sleep(Duration::from_millis(every_ms)).await;
            n
        })
    }

    fn silent(&self) -> impl Stream<Item = u64> + Send {
        let work = self.at_work();
        stream::once(async move {
            let _work = work;
            std::future::pending().await
        })
    }

    fn resumed(&self, cx: &Context) -> impl Stream<Item = String> + Send {
        let seen = cx.last_event_id().map_or(0, |id| id.parse().unwrap_or(0));
        stream::iter(seen..5).map(|n| format!("item {}", n + 1))
    }

    fn panicking(&self) -> impl Stream<Item = u64> + Send {
        stream::once(async { 1 }).chain(stream::once(async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            panic!("the secret of the plant in /etc/plant SELECT * FROM wages")
        }))
    }

    async fn chain(&self, value: Chain) -> Chain {
        value
    }

    async fn nest(&self, value: Nest) -> Nest {
        value
    }

    async fn expr(&self, value: Expr) -> Expr {
        value
    }

    async fn tagged(&self, value: Tagged) -> Tagged {
        value
    }

    async fn deep(&self, value: serde_json::Value) -> serde_json::Value {
        value
    }
}

/// A builder that serves the plant.
pub fn builder(works: &Works) -> BackendBuilder {
    Backend::builder().serve(PlantServer::new(works.clone())).authenticator(tokens())
}

/// A server of its own, whose streams say something every 50 ms.
pub async fn serve(builder: BackendBuilder) -> Server {
    let service = traitwire::http::service(builder.build().unwrap());
    let service = service.heartbeat(Some(Duration::from_millis(50)));
    Server::start_app(axum::Router::new().nest_service("/rpc", service)).await
}

/// The URL of a method.
pub fn url(server: &Server, method: &str) -> String {
    format!("{}/Plant/v1/{method}", server.url)
}

/// Posts arguments, with more headers.
pub fn post(url: String, headers: &[(&'static str, &str)], args: &str) -> reqwest::RequestBuilder {
    let mut request = reqwest::Client::new().post(url).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(args.to_owned())
}
