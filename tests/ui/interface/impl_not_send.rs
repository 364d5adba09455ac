use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    async fn get(&self) -> u8;
}

pub struct Mine;

impl Catalog for Mine {
    async fn get(&self) -> u8 {
        let held = std::rc::Rc::new(1);
        std::future::ready(()).await;
        *held
    }
}

fn main() {}
