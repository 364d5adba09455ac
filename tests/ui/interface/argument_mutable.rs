use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    async fn fill(&self, buffer: &mut Vec<u8>);
    async fn forever(&self, name: &'static str);
}

fn main() {}
