//! One frontend, one backend, and calls both ways.

mod ipc {
    mod calls;
    mod codecs;
    mod common;
    mod conformance;
    mod limits;
    mod mistakes;
    mod order;
}
