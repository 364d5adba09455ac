use traitwire::rpc_interface;

#[rpc_interface(version = "1.2.0")]
pub trait Catalog {
    #[rpc(since = "1.3.0")]
    async fn newer(&self);
    #[rpc(since = "0.9.0")]
    async fn older(&self);
    #[rpc(since = "1.0")]
    async fn vague(&self);
}

fn main() {}
