use traitwire::ipc_interface;

pub struct Context;
pub struct Incoming<T>(T);

#[ipc_interface(version = "1.0.0", served_by = backend)]
pub trait Editor {
    async fn put(&self, cx: &Context, parts: Incoming<u8>);
}

fn main() {}
