//! Does the protocol keep its promises, whatever happens?

use traitwire_simulator::{Tally, run};

/// Few, for each is a schedule that `cargo xtask simulate` runs many more of.
const SCHEDULES: u64 = 2_000;

#[test]
fn every_property_holds_after_every_step_of_every_schedule() {
    let mut all = Tally::default();
    for seed in 0..SCHEDULES {
        match run(seed) {
            Ok(tally) => all.add(tally),
            Err(text) => panic!(
                "seed {seed}: {text}\nagain: cargo run -p traitwire-simulator -- --seed {seed}"
            ),
        }
    }
    // Schedules in which nothing happens prove nothing.
    assert_eq!(all.schedules, SCHEDULES);
    for (what, count, each) in [
        ("calls", all.calls, 5),
        ("answered calls", all.answered, 1),
        ("items", all.items, 5),
        ("notifications", all.notifications, 1),
        ("cancels", all.cancels, 1),
    ] {
        assert!(count >= each * SCHEDULES, "only {count} {what}: {all:?}");
    }
    assert!(all.nested > SCHEDULES / 4, "{all:?}");
    println!("simulator: {all:?}");
}
