use traitwire::rpc::Backend;
use traitwire::{in_process, rpc_interface};

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    #[rpc(public)]
    async fn ping(&self);
}

struct Shop;

impl Catalog for Shop {
    async fn ping(&self) {}
}

fn main() {
    let backend = Backend::builder().serve(Shop).build().unwrap();
    let _ = in_process::connect::<CatalogServer<Shop>>(&backend);
}
