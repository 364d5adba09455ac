use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    type Model;
    const LIMIT: u32;
    async fn get(&self) -> u8;
}

fn main() {}
