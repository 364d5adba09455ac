//! What follows from an annotated trait: its schema, its client and its server, which understand
//! each other.

#![allow(missing_docs, reason = "the traits are here to be expanded")]

mod interface {
    mod calls;
    mod ipc;
    mod schema;
    mod support;
}
