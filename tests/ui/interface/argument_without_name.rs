use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    async fn get(&self, _: u8);
    async fn pair(&self, (a, b): (u8, u8));
    async fn change(&self, mut a: u8);
    async fn odd(&self, #[allow(unused)] a: u8);
}

fn main() {}
