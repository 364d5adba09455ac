use traitwire::ipc;

#[traitwire::ipc_interface(version = "1.0.0", served_by = backend)]
pub trait Editor {
    async fn open(&self, path: &str) -> u8;
}

struct Mine;
struct Other;

impl Editor for Mine {
    async fn open(&self, path: &str) -> u8 {
        path.len() as u8
    }
}

fn serve(_: impl ipc::Dispatch) {}
fn call<C: ipc::Stub>() {}

fn main() {
    serve(Mine);
    serve(EditorServer::new(Other));
    call::<EditorServer<Mine>>();
}
