use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0", rename_all = "camelCase")]
#[allow(non_snake_case)]
pub trait Catalog {
    async fn get_it(&self);
    async fn getIt(&self);
    #[rpc(alias = "getIt")]
    async fn fetch(&self);
    async fn set(&self, a_b: u8, aB: u8);
}

fn main() {}
