use traitwire::rpc_interface;

pub struct Context;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    async fn get(&self, cx: &Context, id: u64);
}

fn main() {}
