use traitwire::rpc_interface;

#[rpc_interface(verion = "1.0.0")]
pub trait Catalog {
    async fn ping(&self);
}

fn main() {}
