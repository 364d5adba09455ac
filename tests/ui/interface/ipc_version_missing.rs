use traitwire::ipc_interface;

#[ipc_interface(served_by = backend)]
pub trait Editor {
    async fn ping(&self);
}

fn main() {}
