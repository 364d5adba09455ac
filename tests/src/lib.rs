//! What the suites share: an interface that has everything, its backend, and a server for it.

#![allow(missing_docs, clippy::missing_panics_doc, reason = "only tests see it")]

pub mod conformance;
pub mod corpus;
pub mod jobs;
pub mod net;
pub mod web;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use traitwire::rpc::{Backend, StaticTokens};
use traitwire::{Bytes, Caller, Context, Stream, Wire, rpc_interface};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Dish {
    pub id: u64,
    pub name: String,
    #[serde(default)]
    pub spices: Vec<Spice>,
    pub side: Option<Box<Dish>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Wire)]
#[serde(rename_all = "snake_case")]
pub enum Spice {
    Salt,
    BlackPepper,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum KitchenError {
    #[wire(status = 404)]
    NoSuchDish {
        id: u64,
    },
    #[wire(status = 409)]
    Burnt {
        after: i64,
    },
    Closed,
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Wire,
)]
pub struct Table(pub u32);

pub type Served<T> = Result<T, KitchenError>;

/// Everything that a call can be.
#[rpc_interface(version = "1.2.0")]
pub trait Kitchen {
    /// Gives back what came.
    #[rpc(readonly, public)]
    async fn echo(&self, dish: Dish, table: Option<Table>) -> (Dish, Option<Table>);
    /// Borrowed arguments.
    #[rpc(readonly)]
    async fn join(&self, words: &[String], by: &str, dish: &Dish) -> String;
    #[rpc(public)]
    async fn extremes(&self, low: i128, high: u128, real: f64, letter: char) -> Extremes;
    #[rpc(public)]
    async fn reversed(&self, photo: Bytes) -> Bytes;
    #[rpc(public)]
    async fn two_photos(&self, a: Bytes, b: Option<Bytes>) -> Vec<Bytes>;
    #[rpc(public)]
    async fn nothing(&self);
    #[rpc(public)]
    async fn order(&self, id: u64) -> Served<Dish>;
    #[rpc(scope = "kitchen:burn")]
    async fn burn(&self, cx: &Context, id: u64) -> Result<String, KitchenError>;
    async fn who(&self, cx: &Context) -> String;
    #[rpc(public)]
    async fn panics(&self, late: bool) -> u8;
    /// Never ends by itself. Counts itself as running while it does.
    #[rpc(public)]
    async fn stalls(&self) -> u8;
    #[rpc(public)]
    async fn remaining(&self, cx: &Context) -> Option<u64>;
    /// `count` items, then the error, if any.
    #[rpc(public, readonly)]
    fn courses(
        &self,
        count: u32,
        error: Option<KitchenError>,
    ) -> impl Stream<Item = Served<Dish>> + Send;
    #[rpc(public)]
    fn numbers(&self, from: &u64) -> impl Stream<Item = u64> + Send;
    /// Counts itself as running.
    #[rpc(public)]
    fn stalling_items(&self) -> impl Stream<Item = u64> + Send;
    #[rpc(public)]
    fn panicking_items(&self) -> impl Stream<Item = u64> + Send;
    #[rpc(public)]
    fn photos(&self) -> impl Stream<Item = Bytes> + Send;
    #[rpc(public)]
    async fn deep(&self, nested: serde_json::Value) -> serde_json::Value;
    #[rpc(public, alias = "speak", since = "1.1.0")]
    async fn say(&self, text: String) -> String;
}

/// Work that takes a while, for servers that are ended meanwhile.
#[rpc_interface(version = "1.0.0")]
pub trait Workshop {
    /// Takes so many milliseconds.
    #[rpc(public)]
    async fn work(&self, ms: u64) -> u64;
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Extremes {
    pub low: i128,
    pub high: u128,
    pub real: f64,
    pub letter: char,
}

/// The implementation, and a count of what runs in it.
#[derive(Debug, Default, Clone)]
pub struct Cook {
    pub running: Arc<AtomicUsize>,
    pub started: Arc<AtomicUsize>,
}

impl Cook {
    pub fn running(&self) -> usize {
        self.running.load(Ordering::SeqCst)
    }

    pub fn started(&self) -> usize {
        self.started.load(Ordering::SeqCst)
    }

    fn at_work(&self) -> AtWork {
        self.started.fetch_add(1, Ordering::SeqCst);
        self.running.fetch_add(1, Ordering::SeqCst);
        AtWork(Arc::clone(&self.running))
    }

    /// Waits until nothing runs any more, for five seconds at most.
    pub async fn idle(&self) {
        let idle = async {
            while self.running() > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), idle).await.expect("a handler still runs");
    }

    /// Waits until something runs, for five seconds at most.
    pub async fn busy(&self) {
        let busy = async {
            while self.running() == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), busy).await.expect("no handler runs");
    }
}

struct AtWork(Arc<AtomicUsize>);

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

pub fn dish(id: u64) -> Dish {
    Dish { id, name: format!("dish {id}"), spices: vec![Spice::BlackPepper], side: None }
}

impl Kitchen for Cook {
    async fn echo(&self, dish: Dish, table: Option<Table>) -> (Dish, Option<Table>) {
        let _work = self.at_work();
        (dish, table)
    }

    async fn join(&self, words: &[String], by: &str, dish: &Dish) -> String {
        format!("{}{by}{}", words.join(by), dish.name)
    }

    async fn extremes(&self, low: i128, high: u128, real: f64, letter: char) -> Extremes {
        Extremes { low, high, real, letter }
    }

    async fn reversed(&self, photo: Bytes) -> Bytes {
        photo.iter().rev().copied().collect::<Vec<u8>>().into()
    }

    async fn two_photos(&self, a: Bytes, b: Option<Bytes>) -> Vec<Bytes> {
        [Some(a), b].into_iter().flatten().collect()
    }

    async fn nothing(&self) {}

    async fn order(&self, id: u64) -> Served<Dish> {
        match id {
            0 => Err(KitchenError::NoSuchDish { id }),
            1 => Err(KitchenError::Burnt { after: i64::MIN }),
            2 => Err(KitchenError::Closed),
            _ => Ok(dish(id)),
        }
    }

    async fn burn(&self, cx: &Context, id: u64) -> Result<String, KitchenError> {
        let _work = self.at_work();
        let caller = cx.caller().map(Caller::subject).unwrap_or_default();
        Ok(format!("{caller} burnt {id} by {}/{}", cx.interface(), cx.method()))
    }

    async fn who(&self, cx: &Context) -> String {
        let _work = self.at_work();
        format!("{}:{}", cx.caller().map_or("nobody", Caller::subject), cx.request_id())
    }

    async fn panics(&self, late: bool) -> u8 {
        if late {
            tokio::task::yield_now().await;
        }
        panic!("the secret of the kitchen");
    }

    async fn stalls(&self) -> u8 {
        let _work = self.at_work();
        std::future::pending().await
    }

    async fn remaining(&self, cx: &Context) -> Option<u64> {
        cx.remaining().map(|left| u64::try_from(left.as_millis()).unwrap_or(u64::MAX))
    }

    fn courses(
        &self,
        count: u32,
        error: Option<KitchenError>,
    ) -> impl Stream<Item = Served<Dish>> + Send {
        let items = stream::iter((0..count).map(|i| Ok(dish(u64::from(i)))));
        items.chain(stream::iter(error.map(Err)))
    }

    fn numbers(&self, from: &u64) -> impl Stream<Item = u64> + Send {
        stream::iter(*from..*from + 1000).then(|n| async move {
            if n % 100 == 0 {
                tokio::task::yield_now().await;
            }
            n
        })
    }

    fn stalling_items(&self) -> impl Stream<Item = u64> + Send {
        let work = self.at_work();
        stream::once(async { 1 }).chain(stream::once(async move {
            let _work = work;
            std::future::pending().await
        }))
    }

    fn panicking_items(&self) -> impl Stream<Item = u64> + Send {
        stream::once(async { 1 }).chain(stream::once(async { panic!("the secret of the kitchen") }))
    }

    fn photos(&self) -> impl Stream<Item = Bytes> + Send {
        stream::iter([Bytes::from(vec![0, 255]), Bytes::default()])
    }

    async fn deep(&self, nested: serde_json::Value) -> serde_json::Value {
        nested
    }

    async fn say(&self, text: String) -> String {
        text
    }
}

/// The kitchen with two callers: `reader`, and `burner` who may burn.
pub fn kitchen() -> (Backend, Cook) {
    let cook = Cook::default();
    let backend = Backend::builder()
        .serve(KitchenServer::new(cook.clone()))
        .authenticator(tokens())
        .build()
        .expect("the kitchen is a backend");
    (backend, cook)
}

pub fn tokens() -> StaticTokens {
    StaticTokens::new([
        ("reader", Caller::new("ann")),
        ("burner", Caller::new("bob").with_scope("kitchen:burn")),
    ])
}

/// A backend on a port of its own until it is dropped.
pub struct Server {
    pub url: String,
    stop: Option<oneshot::Sender<()>>,
}

impl Server {
    pub async fn start(backend: Backend) -> Server {
        Server::start_app(
            axum::Router::new().nest_service("/rpc", traitwire::http::service(backend)),
        )
        .await
    }

    /// Serves anything; interfaces are to stand below `/rpc`.
    pub async fn start_app(app: axum::Router) -> Server {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/rpc", listener.local_addr().expect("an address"));
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(async move {
            tokio::select! {
                served = async { axum::serve(listener, app).await } => served.expect("it serves"),
                _ = stopped => {}
            }
        });
        Server { url, stop: Some(stop) }
    }

    /// The URL of a method of the kitchen.
    pub fn method(&self, method: &str) -> String {
        format!("{}/Kitchen/v1/{method}", self.url)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}
