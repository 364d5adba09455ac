use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    #[rpc(notify)]
    async fn progress(&self, done: u64);
    #[rpc(spawn)]
    async fn work(&self);
}

fn main() {}
