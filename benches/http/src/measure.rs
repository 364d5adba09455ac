//! How do two clients that do the same compare?

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::{Anything, Client, Item};

const ROUNDS: usize = 25;
const CALLS: usize = 1000;
const IN_FLIGHT: usize = 64;
const ITEMS: u64 = 20_000;

/// What is measured, and the floor beside it.
pub struct Pair<'a, F, O> {
    library: &'a str,
    floor: &'a F,
    ours: &'a O,
}

impl<'a, F: Client, O: Client> Pair<'a, F, O> {
    pub fn new(library: &'a str, floor: &'a F, ours: &'a O) -> Self {
        Pair { library, floor, ours }
    }
}

/// What some work took, of both ends together.
#[derive(Clone, Copy)]
struct Cost {
    time: Duration,
    cpu: Duration,
}

async fn cost<T>(work: impl Future<Output = Anything<T>>) -> Anything<Cost> {
    let (start, before) = (Instant::now(), cpu()?);
    work.await?;
    Ok(Cost { time: start.elapsed(), cpu: cpu()? - before })
}

/// What this process, both ends in one, has used of the processors.
fn cpu() -> Anything<Duration> {
    let used = getrusage(UsageWho::RUSAGE_SELF)?;
    let micros = used.user_time().num_microseconds() + used.system_time().num_microseconds();
    Ok(Duration::from_micros(micros.try_into()?))
}

async fn one_by_one(client: &impl Client, count: usize) -> Anything<()> {
    let item = Item::some();
    for _ in 0..count {
        assert_eq!(client.echo(&item).await?, item);
    }
    Ok(())
}

/// Makes so many calls, and nothing else.
pub async fn side_by_side(client: &impl Client, in_flight: usize, count: usize) -> Anything<()> {
    let tasks = (0..in_flight).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { one_by_one(&client, count / in_flight).await })
    });
    for ended in try_join_all(tasks).await? {
        ended?;
    }
    Ok(())
}

/// Compares calls, one at a time and many at once.
pub async fn calls<F: Client, O: Client>(pair: &Pair<'_, F, O>) -> Anything<()> {
    let Pair { library, floor, ours } = *pair;
    let mut ratios = Ratios::default();
    for round in 0..=ROUNDS {
        // Short turns, so that both see the same machine.
        for _ in 0..10 {
            let floor = cost(one_by_one(floor, CALLS / 10)).await?;
            let own = cost(one_by_one(ours, CALLS / 10)).await?;
            ratios.add(round, own, floor);
        }
    }
    ratios.print(&format!("{library}, one call at a time"), CALLS / 10);
    let mut ratios = Ratios::default();
    for round in 0..=ROUNDS {
        let floor = cost(side_by_side(floor, IN_FLIGHT, 2 * CALLS)).await?;
        let own = cost(side_by_side(ours, IN_FLIGHT, 2 * CALLS)).await?;
        ratios.add(round, own, floor);
    }
    ratios.print(&format!("{library}, {IN_FLIGHT} calls in flight"), 2 * CALLS);
    Ok(())
}

/// Compares streams of small items.
pub async fn streams<F: Client, O: Client>(pair: &Pair<'_, F, O>) -> Anything<()> {
    let Pair { library, floor, ours } = *pair;
    let item = Item::some();
    let mut ratios = Ratios::default();
    for round in 0..=ROUNDS {
        let all = async |client: &F| {
            assert_eq!(client.many(&item, ITEMS).await?, ITEMS);
            Ok(())
        };
        let floor = cost(all(floor)).await?;
        let own = cost(async {
            assert_eq!(ours.many(&item, ITEMS).await?, ITEMS);
            Ok(())
        });
        ratios.add(round, own.await?, floor);
    }
    ratios.print(&format!("{library}, an item of a stream"), ITEMS as usize);
    Ok(())
}

#[derive(Default)]
struct Ratios(Vec<(Cost, Cost)>);

impl Ratios {
    /// The first round only warms up.
    fn add(&mut self, round: usize, own: Cost, floor: Cost) {
        if round > 0 {
            self.0.push((own, floor));
        }
    }

    fn print(&self, what: &str, count: usize) {
        for (name, part) in
            [("time", (|cost| cost.time) as fn(Cost) -> Duration), ("CPU ", |cost| cost.cpu)]
        {
            let median = |of: &dyn Fn(&(Cost, Cost)) -> f64| {
                let mut all: Vec<f64> = self.0.iter().map(of).collect();
                all.sort_by(f64::total_cmp);
                [all[all.len() / 2], all[all.len() / 10], all[all.len() * 9 / 10]]
            };
            let each = |cost| part(cost).as_secs_f64() * 1e6 / count as f64;
            let [by_hand, ..] = median(&|(_, floor)| each(*floor));
            let [own, ..] = median(&|(own, _)| each(*own));
            let [ratio, low, high] = median(&|(own, floor)| each(*own) / each(*floor));
            println!(
                "{what}, {name}: by hand {by_hand:.2} us, traitwire {own:.2} us, ratio {ratio:.3} \
                 (tenths from {low:.3} to {high:.3})"
            );
        }
    }
}
