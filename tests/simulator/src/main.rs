//! Runs schedules: `simulate [--schedules N] [--seed S]`.

use std::process::ExitCode;
use std::time::Instant;

use traitwire_simulator::{Tally, run};

const USAGE: &str = "usage: simulate [--schedules N] [--seed S]

  --schedules N  how many, of the seeds from S on; 100000, or 1 if there is a seed
  --seed S       the first seed; 0";

fn main() -> ExitCode {
    let (mut schedules, mut seed) = (None, None);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let value = args.next().and_then(|value| value.parse::<u64>().ok());
        match (arg.as_str(), value) {
            ("--schedules", Some(count)) => schedules = Some(count),
            ("--seed", Some(number)) => seed = Some(number),
            _ => {
                eprintln!("{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    let schedules = schedules.unwrap_or(if seed.is_some() { 1 } else { 100_000 });
    let begin = Instant::now();
    let mut all = Tally::default();
    for seed in (seed.unwrap_or(0)..).take(usize::try_from(schedules).unwrap_or(usize::MAX)) {
        match run(seed) {
            Ok(tally) => all.add(tally),
            Err(text) => {
                eprintln!("seed {seed}: {text}");
                eprintln!("again: cargo run --release -p traitwire-simulator -- --seed {seed}");
                return ExitCode::FAILURE;
            }
        }
    }
    let Tally { schedules, steps, calls, nested, answered, items, notifications, cancels, bytes } =
        all;
    println!(
        "{schedules} schedules of {steps} steps in {:.1} s: {calls} calls ({nested} of handlers, \
         {answered} answered by theirs, {cancels} cancelled), {items} items, {notifications} \
         notifications, {} MiB",
        begin.elapsed().as_secs_f64(),
        bytes >> 20,
    );
    ExitCode::SUCCESS
}
