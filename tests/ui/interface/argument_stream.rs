use traitwire::{Incoming, rpc_interface};

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    async fn upload(&self, parts: Incoming<u8>) -> u64;
}

fn main() {}
