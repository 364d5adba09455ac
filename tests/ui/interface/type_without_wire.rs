use serde::{Deserialize, Serialize};
use traitwire::{Stream, rpc_interface};

#[derive(Debug, Serialize, Deserialize)]
pub struct NoWire;

pub struct NoSerde;

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    async fn lone(&self, model: NoWire) -> u32;
    async fn nested(&self, a: u8, models: Vec<NoWire>) -> u32;
    async fn borrowed(&self, a: u8, models: &[NoWire]) -> u32;
    async fn no_serde(&self, a: u8, b: NoSerde) -> u32;
    async fn returned(&self) -> NoSerde;
    async fn returned_result(&self) -> Result<Vec<NoWire>, NoWire>;
    fn items(&self) -> impl Stream<Item = NoWire> + Send;
}

fn main() {}
