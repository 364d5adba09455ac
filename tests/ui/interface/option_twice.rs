use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0", version = "1.1.0")]
pub trait Catalog {
    async fn ping(&self);
}

fn main() {}
