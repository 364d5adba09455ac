//! Two ends of a pair in simulated time: what [`traitwire_protocol`] promises is looked at after every
//! step of a schedule, and a schedule is made by one seed.
//!
//! | module | the question it answers |
//! |---|---|
//! | `plan` | What does chance decide before a schedule begins? |
//! | `pipe` | How do bytes get from one end to the other? |
//! | `world` | What happens next? |
//! | `drive` | How is a connection driven? |
//! | `act` | What do the applications do? |
//! | `told` | May an end be told this now? |
//! | `check` | What holds after every step, and at the end? |
//! | `finish` | How does a schedule end? |
//!
//! The properties, by their numbers:
//!
//! 1. Each call ends exactly once.
//! 2. A reply carries what its call brought along.
//! 3. A handler runs at most once for a call.
//! 4. Nothing is left in a table once all is quiet.
//! 5. What is kept stays within the limits, always.
//! 6. Credit is neither lost nor made.
//! 7. What has an order keeps it, and arrives as it was sent.
//! 8. What waits goes on, if bytes do; what is due is done.
//! 9. After the end of a pair all has ended at once, and nothing is said any more.
//! 10. Nothing is told of before both ends have opened.
//! 11. There is one handshake, and one goodbye.
//! 12. Nothing panics, and an end that keeps the rules is never accused of breaking them.

/// Ends a schedule unless a property, by its number, holds.
macro_rules! hold {
    ($property:literal, $holds:expr, $($text:tt)+) => {
        assert!($holds, "property {}: {}", $property, format_args!($($text)+))
    };
}

mod act;
mod check;
mod drive;
mod finish;
mod pipe;
mod plan;
mod told;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What schedules have done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Schedules.
    pub schedules: u64,
    /// Steps, after each of which the properties were looked at.
    pub steps: u64,
    /// Calls.
    pub calls: u64,
    /// Those of them that handlers made.
    pub nested: u64,
    /// Calls that ended with what their handler said.
    pub answered: u64,
    /// Items.
    pub items: u64,
    /// Notifications.
    pub notifications: u64,
    /// Calls that were cancelled.
    pub cancels: u64,
    /// Bytes that crossed.
    pub bytes: u64,
}

impl Tally {
    /// Counts those of another one, too.
    pub fn add(&mut self, other: Tally) {
        self.schedules += other.schedules;
        self.steps += other.steps;
        self.calls += other.calls;
        self.nested += other.nested;
        self.answered += other.answered;
        self.items += other.items;
        self.notifications += other.notifications;
        self.cancels += other.cancels;
        self.bytes += other.bytes;
    }
}

/// Runs the schedule of a seed.
///
/// # Errors
/// What did not hold.
pub fn run(seed: u64) -> Result<Tally, String> {
    catch_unwind(AssertUnwindSafe(|| world::World::new(seed).run())).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        text.unwrap_or_else(|| "a panic without a text".to_owned())
    })
}
