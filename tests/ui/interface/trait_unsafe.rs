use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub unsafe trait Catalog {
    async fn get(&self) -> u8;
}

fn main() {}
