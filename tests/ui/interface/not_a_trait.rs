use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub struct Catalog;

#[rpc_interface(version = "1.0.0")]
impl Catalog {}

fn main() {}
