use traitwire::rpc_interface;

#[rpc_interface(verion = "1.0.0", version = "1.0.0", colour = "red")]
pub trait Catalog {
    async fn ping(&self);
}

fn main() {}
