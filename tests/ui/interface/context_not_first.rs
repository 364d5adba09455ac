use traitwire::{Context, rpc_interface};

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    async fn get(&self, id: u64, cx: &Context);
}

fn main() {}
