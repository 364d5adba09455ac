use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    async fn get(&self) -> u8 {
        1
    }
}

pub struct Mine;

impl Catalog for Mine {
    async fn get(&self) -> u8 {
        1
    }
}

fn main() {}
