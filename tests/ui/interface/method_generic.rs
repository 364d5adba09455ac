use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    async fn get<T: Send>(&self, what: T) -> u8;
    async fn find<'a>(&'a self, name: &'a str) -> u8;
    async fn bound(&self)
    where
        Self: Sized;
}

fn main() {}
