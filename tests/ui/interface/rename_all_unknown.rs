use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0", rename_all = "camel_case")]
pub trait Catalog {
    async fn ping(&self);
}

fn main() {}
