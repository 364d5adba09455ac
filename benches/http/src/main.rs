//! Latency of a call over HTTP, one at a time, and throughput of a stream of small items, each beside
//! a hand-written axum handler with the same client library, body and runtime. They take turns in one
//! run; only the ratio counts, for the machine is never quiet.
//!
//! `cargo run --release`, or `cargo xtask bench-http` from the root.

use std::time::{Duration, Instant};

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::post;
use axum::{Json, Router};
use futures_util::{Stream, StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use traitwire::rpc::{Backend, StaticTokens};
use traitwire::{Caller, Wire, rpc_interface};

const ROUNDS: usize = 25;
const CALLS: usize = 1000;
const ITEMS: u64 = 20_000;

/// What crosses, both ways: about 110 bytes of JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Item {
    /// A number.
    pub id: u64,
    /// Sixteen letters.
    pub name: String,
    /// Three short strings.
    pub tags: Vec<String>,
    /// A flag.
    pub flag: bool,
}

/// The interface that is measured.
#[rpc_interface(version = "1.0.0")]
pub trait Echo {
    /// Gives back what came.
    async fn echo(&self, item: &Item) -> Item;
    /// The same item so many times.
    fn many(&self, item: Item, count: u64) -> impl Stream<Item = Item> + Send;
}

struct Same;

impl Echo for Same {
    async fn echo(&self, item: &Item) -> Item {
        item.clone()
    }

    fn many(&self, item: Item, count: u64) -> impl Stream<Item = Item> + Send {
        stream::iter(0..count).map(move |_| item.clone())
    }
}

#[derive(Serialize, Deserialize)]
struct Args {
    item: Item,
}

#[derive(Serialize, Deserialize)]
struct ManyArgs {
    item: Item,
    count: u64,
}

/// As one writes it with what axum has: each item one event.
async fn many_by_hand(
    Json(ManyArgs { item, count }): Json<ManyArgs>,
) -> Sse<impl Stream<Item = Result<Event, axum::Error>>> {
    let items = stream::iter(0..count).map(move |_| Event::default().json_data(item.clone()));
    Sse::new(items).keep_alive(KeepAlive::default())
}

/// The items of a stream, as one reads them without a library.
async fn read_by_hand(mut response: reqwest::Response) -> Result<u64, Box<dyn std::error::Error>> {
    let (mut rest, mut count) = (Vec::new(), 0);
    while let Some(chunk) = response.chunk().await? {
        rest.extend_from_slice(&chunk);
        let mut start = 0;
        while let Some(end) = rest[start..].windows(2).position(|two| two == b"\n\n") {
            let event = &rest[start..start + end];
            let data = event.strip_prefix(b"data: ").ok_or("an event without data")?;
            serde_json::from_slice::<Item>(data)?;
            count += 1;
            start += end + 2;
        }
        rest.drain(..start);
    }
    Ok(count)
}

async fn by_hand(Json(args): Json<Args>) -> Json<Item> {
    Json(args.item)
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tokens = StaticTokens::new([("token", Caller::new("bench"))]);
    let backend =
        Backend::builder().serve(EchoServer::new(Same)).authenticator(tokens).build()?;
    let app = Router::new()
        .route("/by-hand", post(by_hand))
        .route("/many-by-hand", post(many_by_hand))
        .nest_service("/rpc", traitwire::http::service(backend));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", listener.local_addr()?);
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    let item = Item {
        id: u64::MAX,
        name: "sixteen letters.".to_owned(),
        tags: vec!["one".to_owned(), "two".to_owned(), "three".to_owned()],
        flag: true,
    };
    let http = reqwest::Client::new();
    let echo: EchoClient = traitwire::http::Connector::new(&format!("{base}/rpc"))?
        .token("token")
        .client(http.clone())
        .connect()
        .await?;
    let url = format!("{base}/by-hand");

    let mut floors = Vec::new();
    let mut ours = Vec::new();
    let mut ratios = Vec::new();
    for round in 0..=ROUNDS {
        let mut floor = Vec::with_capacity(CALLS);
        let mut own = Vec::with_capacity(CALLS);
        // Call by call in turn, so that both see the same machine.
        for _ in 0..CALLS {
            let start = Instant::now();
            let body = serde_json::to_vec(&Args { item: item.clone() })?;
            let request = http.post(&url).header("content-type", "application/json").body(body);
            let reply = request.send().await?.bytes().await?;
            assert_eq!(serde_json::from_slice::<Item>(&reply)?, item);
            floor.push(start.elapsed());

            let start = Instant::now();
            assert_eq!(echo.echo(&item).await?, item);
            own.push(start.elapsed());
        }
        // The first round warms up.
        if round > 0 {
            let (floor, own) = (median(&mut floor), median(&mut own));
            ratios.push(own.as_secs_f64() / floor.as_secs_f64());
            floors.push(floor);
            ours.push(own);
        }
    }
    let url = format!("{base}/many-by-hand");
    let mut stream_ratios = Vec::new();
    for round in 0..=ROUNDS {
        let start = Instant::now();
        let args = serde_json::to_vec(&ManyArgs { item: item.clone(), count: ITEMS })?;
        let request = http.post(&url).header("content-type", "application/json").body(args);
        assert_eq!(read_by_hand(request.send().await?).await?, ITEMS);
        let floor = start.elapsed();

        let start = Instant::now();
        let mut items = echo.many(item.clone(), ITEMS);
        let mut count = 0;
        while let Some(item) = items.next().await {
            item?;
            count += 1;
        }
        assert_eq!(count, ITEMS);
        if round > 0 {
            // Throughput: how much of what the floor does in a time is done in it.
            stream_ratios.push(floor.as_secs_f64() / start.elapsed().as_secs_f64());
        }
    }
    server.abort();
    stream_ratios.sort_by(f64::total_cmp);
    ratios.sort_by(f64::total_cmp);
    println!(
        "one call over HTTP, medians of {ROUNDS} rounds of {CALLS}: by hand {:.1} us, traitwire {:.1} us, \
         ratio {:.3} (spread {:.3} to {:.3})",
        micros(median(&mut floors)),
        micros(median(&mut ours)),
        ratios[ratios.len() / 2],
        ratios[0],
        ratios[ratios.len() - 1],
    );
    println!(
        "a stream of {ITEMS} small items, {ROUNDS} rounds: throughput {:.3} of one by hand \
         (spread {:.3} to {:.3})",
        stream_ratios[ROUNDS / 2],
        stream_ratios[0],
        stream_ratios[ROUNDS - 1],
    );
    Ok(())
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
