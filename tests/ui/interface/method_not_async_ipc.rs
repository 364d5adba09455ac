use traitwire::ipc_interface;

#[ipc_interface(version = "1.0.0", served_by = backend)]
pub trait Editor {
    fn get(&self) -> u8;
}

fn main() {}
