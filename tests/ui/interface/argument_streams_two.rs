use traitwire::{Incoming, ipc_interface};

#[ipc_interface(version = "1.0.0", served_by = backend)]
pub trait Editor {
    async fn merge(&self, left: Incoming<u8>, name: &str, right: Incoming<u16>) -> u64;
}

fn main() {}
