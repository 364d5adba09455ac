use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    fn get(&self) -> u8;
    fn ping(&self);
    fn written_out(&self) -> impl Future<Output = u8> + Send;
}

fn main() {}
