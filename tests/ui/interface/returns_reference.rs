use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    async fn name(&self) -> &str;
    async fn first(&self) -> Option<&u8>;
    async fn shown(&self) -> impl ToString;
}

fn main() {}
