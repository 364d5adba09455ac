use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0", name = "acme/Catalog")]
pub trait Catalog {
    async fn _ping(&self, größe: u8);
    #[rpc(alias = "a/b")]
    async fn pong(&self);
}

fn main() {}
