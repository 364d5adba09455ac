use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    async fn get(&self) -> u8;
}

pub struct Mine(std::cell::Cell<u8>);

impl Catalog for Mine {
    async fn get(&self) -> u8 {
        self.0.get()
    }
}

fn serve() -> impl traitwire::rpc::Dispatch {
    CatalogServer::new(Mine(std::cell::Cell::new(1)))
}

fn main() {}
