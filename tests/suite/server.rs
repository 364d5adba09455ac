//! `traitwire::server`: what it accepts, what it refuses, and how it ends.

#![allow(unreachable_pub, reason = "interfaces are public where they are used")]

#[path = "server/abuse.rs"]
mod abuse;
#[path = "server/compression.rs"]
mod compression;
#[path = "server/drain.rs"]
mod drain;
#[path = "server/http2.rs"]
mod http2;
#[path = "server/origins.rs"]
mod origins;
#[path = "server/paths.rs"]
mod paths;
#[path = "server/support.rs"]
mod support;
#[path = "server/tls.rs"]
mod tls;
