use traitwire::ipc_interface;

#[ipc_interface(version = "1.0.0", served_by = server)]
pub trait Editor {
    async fn ping(&self);
}

fn main() {}
