//! Ends of different revisions agree on JSON, and bytes travel beside it.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use traitwire::ipc;
use traitwire::{Bytes, CallError, Incoming, Stream, Wire, ipc_interface};

/// The backend's revision. Its fields stand in another order, so that no position can be relied on.
mod newer {
    use super::{Bytes, Deserialize, Incoming, Serialize, Stream, Wire, ipc_interface};

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
    pub(super) struct Tile {
        pub(super) layers: Vec<Bytes>,
        pub(super) name: String,
        pub(super) mask: Option<Bytes>,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
    pub(super) enum TileError {
        Broken { at: Bytes },
    }

    #[ipc_interface(version = "1.0.0", served_by = backend)]
    pub(super) trait Tiles {
        async fn store(&self, left: Tile, note: &str, right: Tile) -> Result<Tile, TileError>;
        fn all(&self, tiles: Incoming<Tile>) -> impl Stream<Item = Tile> + Send;
        async fn none(&self);
    }
}

mod older {
    use super::{Bytes, Deserialize, Incoming, Serialize, Stream, Wire, ipc_interface};

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
    pub(super) struct Tile {
        pub(super) name: String,
        pub(super) mask: Option<Bytes>,
        pub(super) layers: Vec<Bytes>,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
    pub(super) enum TileError {
        Broken { at: Bytes },
    }

    #[ipc_interface(version = "1.0.0", served_by = backend)]
    pub(super) trait Tiles {
        async fn store(&self, left: Tile, note: &str, right: Tile) -> Result<Tile, TileError>;
        fn all(&self, tiles: Incoming<Tile>) -> impl Stream<Item = Tile> + Send;
        async fn none(&self);
    }
}

struct Store;

impl newer::Tiles for Store {
    async fn store(
        &self,
        left: newer::Tile,
        note: &str,
        right: newer::Tile,
    ) -> Result<newer::Tile, newer::TileError> {
        if note == "broken" {
            return Err(newer::TileError::Broken { at: left.layers[0].clone() });
        }
        let layers = [left.layers, right.layers].concat();
        Ok(newer::Tile { layers, name: note.to_owned(), mask: right.mask })
    }

    fn all(&self, tiles: Incoming<newer::Tile>) -> impl Stream<Item = newer::Tile> + Send {
        tiles.map(|tile| tile.expect("a tile"))
    }

    async fn none(&self) {}
}

/// A stream that keeps what is written.
struct Heard(DuplexStream, Arc<Mutex<Vec<u8>>>);

impl AsyncRead for Heard {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Heard {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.0).poll_write(cx, bytes);
        if let Poll::Ready(Ok(count)) = written {
            self.1.lock().unwrap().extend_from_slice(&bytes[..count]);
        }
        written
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[tokio::test]
async fn bytes_travel_beside_json_where_the_layouts_differ() {
    let (here, there) = tokio::io::duplex(1 << 16);
    let backend = ipc::backend().serve(|()| newer::TilesServer::new(Store));
    let backend = tokio::spawn(backend.open::<()>(ipc::Stream::local(there)));
    let heard = Arc::new(Mutex::new(Vec::new()));
    let here = ipc::Stream::local(Heard(here, Arc::clone(&heard)));
    let opened = ipc::frontend().open::<older::TilesClient>(here).await;
    let (pair, tiles) = opened.expect("a pair");
    backend.await.expect("no panic").expect("a pair");

    let bytes = |byte: u8, length: usize| Bytes::from(vec![byte; length]);
    let tile = |name: &str, layers: Vec<Bytes>, mask: Option<Bytes>| older::Tile {
        name: name.to_owned(),
        mask,
        layers,
    };
    let left = tile("left", vec![bytes(1, 3), bytes(2, 0)], None);
    let right = tile("right", vec![bytes(0xfe, 100_000)], Some(bytes(0xff, 5)));
    heard.lock().unwrap().clear();
    let stored = tiles.store(left.clone(), "0", right.clone()).await.expect("it is stored");
    let layers = vec![bytes(1, 3), bytes(2, 0), bytes(0xfe, 100_000)];
    assert_eq!(stored, tile("0", layers, Some(bytes(0xff, 5))));
    let sent = String::from_utf8_lossy(&heard.lock().unwrap()).into_owned();
    let json = r#"{"left":{"name":"left","mask":null,"layers":[0,1]},"note":"0","right":{"name":"right","mask":2,"layers":[3]}}"#;
    assert!(sent.contains(json), "{}", &sent[..200]);
    assert!(heard.lock().unwrap().len() < 101_000, "no base64");

    let error = tiles.store(left.clone(), "broken", right.clone()).await.unwrap_err();
    assert_eq!(error, CallError::Declared(older::TileError::Broken { at: bytes(1, 3) }));
    let sent = vec![left, right];
    let back: Vec<_> = tiles.all(futures_util::stream::iter(sent.clone())).collect().await;
    assert_eq!(back.into_iter().map(Result::unwrap).collect::<Vec<_>>(), sent);
    assert_eq!(tiles.none().await, Ok(()));
    pair.close().await;
}
