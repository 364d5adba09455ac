//! The real command over real workspaces, as a user runs it.

mod check;
mod config;
mod crates;
mod from;
mod refused;
mod support;
