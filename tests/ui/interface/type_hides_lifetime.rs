use std::borrow::Cow;
use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    async fn get(&self, name: Cow<str>) -> u8;
    async fn back(&self) -> Cow<str>;
}

fn main() {}
