use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    #[rpc(public, scope = "models:write")]
    async fn rename(&self);
    #[rpc(scope = "models write")]
    async fn remove(&self);
}

fn main() {}
