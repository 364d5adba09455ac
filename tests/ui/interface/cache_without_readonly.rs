use traitwire::{Stream, rpc_interface};

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    #[rpc(cache = "60s")]
    async fn set(&self);
    #[rpc(readonly, cache = "one minute")]
    async fn read(&self) -> u8;
    #[rpc(readonly, cache = "60s")]
    fn watch(&self) -> impl Stream<Item = u8> + Send;
}

fn main() {}
