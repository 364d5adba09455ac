use std::sync::Arc;

use traitwire::{Incoming, Stream, ipc_interface};

#[ipc_interface(version = "1.0.0")]
pub trait Editor {
    async fn open(&self, path: &str) -> Result<u8, std::convert::Infallible>;
    async fn stroke(&self, points: Incoming<u8>) -> u64;
    fn history(&self) -> impl Stream<Item = u8> + Send;
    #[ipc(notify)]
    fn progress(&self, done: u64);
}

struct Mine;

impl Editor for Mine {
    async fn open(&self, path: &str) -> Result<u8, std::convert::Infallible> {
        Ok(path.len() as u8)
    }
    async fn stroke(&self, _points: Incoming<u8>) -> u64 {
        0
    }
    fn history(&self) -> impl Stream<Item = u8> + Send {
        futures_util::stream::empty()
    }
    fn progress(&self, _done: u64) {}
}

pub async fn elsewhere(client: &EditorClient) -> Option<u8> {
    client.progress(2).await.ok()?;
    let _items = client.history();
    client.stroke(futures_util::stream::iter([1, 2])).await.ok()?;
    client.open("a").await.ok()
}

pub fn served() -> impl traitwire::ipc::Dispatch {
    EditorServer::from(Arc::new(Mine))
}

fn main() {}
