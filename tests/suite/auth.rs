//! Who may call what, and what nobody may learn on the way.

#![allow(unreachable_pub, reason = "interfaces are public where they are used")]
#![allow(clippy::needless_pass_by_value, reason = "`json!` makes values, not references")]

#[path = "auth/access.rs"]
mod access;
#[path = "auth/head.rs"]
mod head;
#[path = "auth/issuer.rs"]
mod issuer;
#[path = "auth/jwt.rs"]
mod jwt;
#[path = "auth/keys.rs"]
mod keys;
#[path = "auth/secrets.rs"]
mod secrets;
#[path = "auth/streams.rs"]
mod streams;
#[path = "auth/vault.rs"]
mod vault;
