use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    #[rpc(read_only)]
    async fn ping(&self);
    #[rpc]
    async fn pong(&self);
    #[rpc(public = true)]
    async fn other(&self);
    #[rpc(name = "x")]
    async fn named(&self);
}

fn main() {}
