#![deny(deprecated)]

use traitwire::{ipc_interface, rpc_interface};

#[rpc_interface(version = "1.0.0")]
pub trait Photos {
    async fn add(&self, name: &str, content: &[u8]) -> u64;
    async fn get(&self, id: u64) -> Vec<u8>;
}

#[ipc_interface(version = "1.0.0", served_by = backend)]
pub trait Editor {
    async fn read(&self) -> Result<Option<Vec<u8>>, std::convert::Infallible>;
}

#[rpc_interface(version = "1.0.0")]
#[allow(deprecated)]
pub trait Numbers {
    async fn get(&self, id: u64) -> Vec<u8>;
}

#[rpc_interface(version = "1.0.0")]
pub trait Some {
    #[allow(deprecated)]
    async fn numbers(&self) -> Vec<u8>;
    #[cfg(any())]
    async fn gone(&self) -> Vec<u8>;
}

fn main() {}
