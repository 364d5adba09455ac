use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    unsafe fn get(&self) -> u8;
    async unsafe fn other(&self) -> u8;
    async extern "C" fn foreign(&self) -> u8;
}

fn main() {}
