//! One frontend, one backend, and calls both ways.

mod ipc {
    mod admission;
    mod calls;
    mod codecs;
    mod common;
    mod conformance;
    mod faults;
    mod handshake;
    mod limits;
    mod mistakes;
    mod order;
    mod raw;
}
