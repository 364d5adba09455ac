use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    #[rpc(alias = "ping")]
    async fn ping(&self);
}

fn main() {}
