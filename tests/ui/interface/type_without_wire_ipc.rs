use serde::{Deserialize, Serialize};
use traitwire::{Incoming, Stream, ipc_interface};

#[derive(Debug, Serialize, Deserialize)]
pub struct NoWire;

pub struct NoSerde;

#[ipc_interface(version = "1.0.0", served_by = backend)]
pub trait Editor {
    async fn lone(&self, model: NoWire) -> u32;
    async fn nested(&self, a: u8, models: Vec<NoWire>) -> u32;
    async fn borrowed(&self, a: u8, model: &NoSerde) -> u32;
    async fn slice(&self, a: u8, models: &[NoWire]) -> u32;
    async fn returned(&self) -> NoSerde;
    async fn error(&self) -> Result<u8, String>;
    fn items(&self) -> impl Stream<Item = NoWire> + Send;
    async fn incoming(&self, a: u8, points: Incoming<NoWire>) -> u32;
    #[ipc(notify)]
    fn notified(&self, a: NoWire);
    #[ipc(notify)]
    async fn notified_later(&self, a: &NoWire);
}

fn main() {}
