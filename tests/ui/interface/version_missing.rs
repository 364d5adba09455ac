use traitwire::rpc_interface;

#[rpc_interface]
pub trait Catalog {
    async fn ping(&self);
}

fn main() {}
