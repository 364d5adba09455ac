use traitwire::rpc_interface;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    async fn change(&mut self);
    async fn consume(self);
    async fn boxed(self: Box<Self>);
    async fn shared(self: std::sync::Arc<Self>);
    async fn none(id: u64);
}

pub struct Mine;

impl Catalog for Mine {
    async fn change(&mut self) {}
    async fn consume(self) {}
    async fn boxed(self: Box<Self>) {}
    async fn shared(self: std::sync::Arc<Self>) {}
    async fn none(_id: u64) {}
}

fn main() {}
