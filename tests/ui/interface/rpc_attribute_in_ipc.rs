use traitwire::ipc_interface;

#[ipc_interface(version = "1.0.0", served_by = backend)]
pub trait Editor {
    #[rpc(since = "1.0.0")]
    async fn ping(&self);
    #[ipc(public)]
    async fn open(&self);
    #[ipc(readonly)]
    async fn read(&self);
}

fn main() {}
