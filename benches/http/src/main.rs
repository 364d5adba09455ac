//! What a call over HTTP costs, and a stream of small items, each beside a hand-written axum handler
//! with the same client library, body and runtime. They take turns in one run; only the ratio counts,
//! for the machine is never quiet.
//!
//! `cargo run --release`, or `cargo xtask bench-http` from the root. `bench-http calls WHAT IN_FLIGHT
//! N` makes N calls of `by-hand-reqwest`, `by-hand-hyper`, `reqwest` or `hyper`, so many at once, and
//! nothing else, for a profiler.

mod by_hand;
mod measure;
mod ours;

use std::error::Error;

use serde::{Deserialize, Serialize};
use traitwire::Wire;

use self::by_hand::ByHand;
use self::measure::{Pair, calls, side_by_side, streams};
use self::ours::Ours;

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

impl Item {
    fn some() -> Item {
        Item {
            id: u64::MAX,
            name: "sixteen letters.".to_owned(),
            tags: vec!["one".to_owned(), "two".to_owned(), "three".to_owned()],
            flag: true,
        }
    }
}

type Anything<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// A client that is measured.
trait Client: Clone + Send + Sync + 'static {
    /// One call.
    fn echo(&self, item: &Item) -> impl Future<Output = Anything<Item>> + Send;

    /// How many items a stream brought.
    fn many(&self, item: &Item, count: u64) -> impl Future<Output = Anything<u64>> + Send;
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Anything<()> {
    let (by_hand, ours) = (by_hand::serve().await?, ours::serve().await?);
    let reqwest = reqwest::Client::new();
    let floor_by_reqwest = ByHand::new(by_hand::Reqwest(reqwest.clone()), &by_hand);
    let floor_by_hyper = ByHand::new(by_hand::Hyper::default(), &by_hand);
    let by_reqwest = Ours::connect(ours::over_reqwest(&ours, reqwest)?).await?;
    let by_hyper = Ours::connect(ours::over_hyper(&ours)?).await?;

    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        [] => {
            let pairs = Pair::new("reqwest", &floor_by_reqwest, &by_reqwest);
            calls(&pairs).await?;
            streams(&pairs).await?;
            let pairs = Pair::new("hyper", &floor_by_hyper, &by_hyper);
            calls(&pairs).await?;
            streams(&pairs).await
        }
        ["calls", what, in_flight, count] => {
            let (in_flight, count) = (in_flight.parse()?, count.parse()?);
            match what {
                "by-hand-reqwest" => side_by_side(&floor_by_reqwest, in_flight, count).await,
                "by-hand-hyper" => side_by_side(&floor_by_hyper, in_flight, count).await,
                "reqwest" => side_by_side(&by_reqwest, in_flight, count).await,
                "hyper" => side_by_side(&by_hyper, in_flight, count).await,
                _ => Err(format!("`{what}` is none of the four that there are").into()),
            }
        }
        _ => Err("usage: bench-http [calls WHAT IN_FLIGHT N]".into()),
    }
}
