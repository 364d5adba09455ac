use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    async fn get(&self, name: Option<&str>, all: Vec<(u8, &[u8])>, text: std::borrow::Cow<'_, str>);
    async fn ok(&self, name: std::borrow::Cow<'static, str>);
}

fn main() {}
