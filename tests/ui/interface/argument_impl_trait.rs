use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    async fn get(&self, name: impl Into<String>);
    async fn dynamic(&self, name: Box<dyn ToString + Send>);
    async fn function(&self, f: fn(u8) -> u8);
    async fn of_self(&self, other: Self);
}

fn main() {}
