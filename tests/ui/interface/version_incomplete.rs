use traitwire::rpc_interface;

#[rpc_interface(version = "1.2")]
pub trait Catalog {
    async fn ping(&self);
}

fn main() {}
