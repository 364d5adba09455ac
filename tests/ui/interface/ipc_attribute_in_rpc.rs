use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    #[ipc(since = "1.0.0")]
    async fn ping(&self);
}

fn main() {}
