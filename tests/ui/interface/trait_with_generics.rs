use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog<T: Send> {
    async fn get(&self) -> u8;
}

fn main() {}
