use traitwire::{Incoming, ipc_interface};

#[ipc_interface(version = "1.0.0", served_by = backend)]
pub trait Editor {
    async fn upload(&self, parts: &Incoming<u8>) -> u64;
}

fn main() {}
