use traitwire::ipc_interface;

#[ipc_interface(version = "1.0.0", served_bye = backend, route = required, serial = true)]
pub trait Editor {
    #[ipc(cache = "60s", notfy)]
    async fn ping(&self);
}

fn main() {}
