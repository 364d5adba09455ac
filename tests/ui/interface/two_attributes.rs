use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
#[traitwire::ipc_interface(version = "1.0.0", served_by = backend)]
pub trait Catalog {
    async fn get(&self) -> u8;
}

fn main() {}
