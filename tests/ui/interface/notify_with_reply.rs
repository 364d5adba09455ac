use traitwire::{Incoming, ipc_interface};

#[ipc_interface(version = "1.0.0", served_by = backend)]
pub trait Editor {
    #[ipc(notify)]
    fn confirm(&self) -> bool;
    #[ipc(notify)]
    async fn ask(&self) -> bool;
    #[ipc(notify)]
    fn upload(&self, parts: Incoming<u8>);
    #[ipc(notify, spawn)]
    fn sum(&self, of: Vec<u32>);
    fn neither(&self, done: u64);
}

fn main() {}
