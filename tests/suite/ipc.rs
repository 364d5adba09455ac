//! One frontend, one backend, and calls both ways.

mod ipc {
    mod calls;
    mod codecs;
    mod limits;
    mod mistakes;
    mod order;
}
