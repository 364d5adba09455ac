//! What does a call between the two ends of a traitwire pair cost?
//!
//! With all that is on by default: the handshake, limits, credit, cancellation, and panics that are caught.

use crate::net::{Net, Tcp, Uds};
use crate::peer::{Client, Item, Peer, Tick};
use anyhow::{Context as _, Result};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::{Mutex, OnceLock};
use tokio::sync::mpsc;
use traitwire::ipc::{self, Pair, Transport};
use traitwire::ipc_interface;

/// The workloads as an interface.
#[ipc_interface(version = "1.0.0", served_by = backend)]
pub trait Echo {
    /// Gives back what came.
    async fn echo(&self, item: Item) -> Item;
    /// Gives back the bytes that came.
    async fn bytes(&self, data: traitwire::Bytes) -> traitwire::Bytes;
    /// So many ticks.
    fn stream(&self, n: u64) -> impl Stream<Item = Tick> + Send;
    /// Has the frontend give back an item so often.
    async fn call_back(&self, n: u64);
}

/// What the backend calls.
#[ipc_interface(version = "1.0.0", served_by = frontend)]
pub trait Back {
    /// Gives back what came.
    async fn echo(&self, item: Item) -> Item;
}

struct Same(BackClient);

impl Echo for Same {
    async fn echo(&self, item: Item) -> Item {
        item
    }
    async fn bytes(&self, data: traitwire::Bytes) -> traitwire::Bytes {
        data
    }
    fn stream(&self, n: u64) -> impl Stream<Item = Tick> + Send {
        stream::iter((0..n).map(Tick::nth))
    }
    async fn call_back(&self, n: u64) {
        let mut item = Item::sample(7);
        for _ in 0..n {
            item = self.0.echo(item).await.expect("the frontend is there");
        }
    }
}

struct SameBack;

impl Back for SameBack {
    async fn echo(&self, item: Item) -> Item {
        item
    }
}

async fn serve(transport: impl Transport) -> Result<Pair> {
    let backend = ipc::backend().serve(|back: BackClient| EchoServer::new(Same(back)));
    Ok(backend.open::<()>(transport).await?.0)
}

async fn connect(transport: impl Transport) -> Result<PairClient> {
    let frontend = ipc::frontend().serve(|()| BackServer::new(SameBack));
    Ok(PairClient(frontend.open::<EchoClient>(transport).await?.1))
}

/// A socket as a transport.
pub trait Carries: Net {
    fn transport(stream: Self::Stream) -> impl Transport;
}

impl Carries for Uds {
    fn transport(stream: Self::Stream) -> impl Transport {
        stream
    }
}

impl Carries for Tcp {
    fn transport(stream: Self::Stream) -> impl Transport {
        ipc::tcp::Socket::dangerous_plaintext(stream)
    }
}

/// Over a socket.
pub struct Traitwire<N>(PhantomData<N>);

impl<N: Carries> Peer for Traitwire<N> {
    const NAME: &'static str = if N::UDS { "traitwire-uds" } else { "traitwire-tcp" };
    const FLOOR: &'static str = N::FLOOR;
    type Client = PairClient;
    async fn serve() -> Result<String> {
        N::each(|stream| async { serve(N::transport(stream)).await.map(|_| ()) }).await
    }
    async fn connect(addr: &str) -> Result<PairClient> {
        connect(N::transport(N::connect(addr).await?)).await
    }
}

/// Within the process.
pub struct InProcess;

type Waiting = mpsc::UnboundedSender<ipc::Stream<tokio::io::DuplexStream>>;

/// Who waits for connections, by address.
fn listeners() -> &'static Mutex<HashMap<String, Waiting>> {
    static LISTENERS: OnceLock<Mutex<HashMap<String, Waiting>>> = OnceLock::new();
    LISTENERS.get_or_init(Mutex::default)
}

impl Peer for InProcess {
    const NAME: &'static str = "traitwire-inproc";
    const FLOOR: &'static str = "inproc";
    const LOCAL: bool = true;
    type Client = PairClient;
    async fn serve() -> Result<String> {
        let (sender, mut waiting) = mpsc::unbounded_channel();
        let mut listeners = listeners().lock().unwrap();
        let addr = listeners.len().to_string();
        listeners.insert(addr.clone(), sender);
        tokio::spawn(async move {
            while let Some(stream) = waiting.recv().await {
                tokio::spawn(serve(stream));
            }
        });
        Ok(addr)
    }
    async fn connect(addr: &str) -> Result<PairClient> {
        let (here, there) = ipc::in_process();
        let listener = listeners().lock().unwrap().get(addr).cloned();
        listener.context("nobody listens")?.send(there)?;
        connect(here).await
    }
}

#[derive(Clone)]
pub struct PairClient(EchoClient);

impl Client for PairClient {
    async fn echo(&self, item: Item) -> Result<Item> {
        Ok(self.0.echo(item).await?)
    }
    async fn bytes(&self, data: Bytes) -> Result<Bytes> {
        Ok(self.0.bytes(data.into()).await?.into())
    }
    async fn stream(&self, n: u64) -> Result<u64> {
        let mut ticks = self.0.stream(n);
        let mut got = 0;
        while let Some(tick) = ticks.next().await {
            anyhow::ensure!(tick?.seq == got, "a lost tick");
            got += 1;
        }
        Ok(got)
    }
    async fn callback(&self, n: u64) -> Result<()> {
        Ok(self.0.call_back(n).await?)
    }
}
