use traitwire::{Stream, rpc_interface};

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    async fn watch(&self) -> impl Stream<Item = u8> + Send;
    fn not_send(&self) -> impl Stream<Item = u8>;
    fn no_item(&self) -> impl Stream + Send;
}

fn main() {}
