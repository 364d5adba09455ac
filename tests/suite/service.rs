//! What a backend owes to those who call it over HTTP: streams that hold, caches that are right, limits,
//! and keys under which a call runs once.

#![allow(unreachable_pub, reason = "interfaces are public where they are used")]

#[path = "service/bad_input.rs"]
mod bad_input;
#[path = "service/caching.rs"]
mod caching;
#[path = "service/idempotency.rs"]
mod idempotency;
#[path = "service/older.rs"]
mod older;
#[path = "service/overload.rs"]
mod overload;
#[path = "service/plant.rs"]
mod plant;
#[path = "service/process.rs"]
mod process;
#[path = "service/streams.rs"]
mod streams;
