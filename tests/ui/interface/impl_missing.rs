use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    async fn get(&self) -> u8;
}

pub struct Mine;

fn serve() -> impl traitwire::rpc::Dispatch {
    CatalogServer::new(Mine)
}

fn main() {}
