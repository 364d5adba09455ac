use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0", served_by = frontend, serial)]
pub trait Catalog {
    async fn ping(&self);
}

fn main() {}
