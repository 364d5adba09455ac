use traitwire::rpc_interface;

pub struct Mine;
pub type Outcome<T> = Result<T, Mine>;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    async fn text(&self) -> Result<u8, String>;
    async fn io(&self) -> std::io::Result<u8>;
    async fn aliased(&self) -> Outcome<u8>;
}

fn main() {}
