//! What does traitwire's own RPC over HTTP cost?
//!
//! With all that is on by default: a token that is checked, deadlines, the need of each call's
//! version, a trace, limits at both ends, and a server with its timeouts. The two peers differ in
//! what carries the requests.

use crate::peer::{Client, Item, Peer, Tick};
use anyhow::Result;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use std::marker::PhantomData;
use traitwire::http::Connector;
use traitwire::rpc::{Backend, StaticTokens};
use traitwire::server::{Server, ServerLimits};
use traitwire::{Caller, Fault, rpc_interface};

/// The workloads as an interface.
#[rpc_interface(version = "1.0.0")]
pub trait Echo {
    /// Gives back what came.
    async fn echo(&self, item: Item) -> Item;
    /// Gives back the bytes that came.
    async fn bytes(&self, data: traitwire::Bytes) -> traitwire::Bytes;
    /// So many ticks.
    fn stream(&self, n: u64) -> impl Stream<Item = Tick> + Send;
}

struct Same;

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
}

const TOKEN: &str = "s3cret";

async fn serve() -> Result<String> {
    let backend = Backend::builder()
        .serve(EchoServer::new(Same))
        .authenticator(StaticTokens::new([(TOKEN, Caller::new("bench"))]))
        .build()?;
    // The workload `idle` opens about as many connections as are allowed by default.
    let limits = ServerLimits { max_connections: 2_000, ..ServerLimits::default() };
    let server = Server::builder(backend).limits(limits).signals(false).bind("127.0.0.1:0").await?;
    let addr = server.local_addr().to_string();
    tokio::spawn(server.serve());
    Ok(addr)
}

/// What carries the requests.
pub trait Carrier: Send + Sync + 'static {
    const NAME: &'static str;
    fn connector(url: &str) -> Result<Connector, Fault>;
}

pub struct Reqwest;

impl Carrier for Reqwest {
    const NAME: &'static str = "traitwire-http";
    fn connector(url: &str) -> Result<Connector, Fault> {
        Connector::new(url)
    }
}

pub struct Hyper;

impl Carrier for Hyper {
    const NAME: &'static str = "traitwire-hyper";
    fn connector(url: &str) -> Result<Connector, Fault> {
        Connector::hyper(url)
    }
}

pub struct Traitwire<C>(PhantomData<C>);

impl<C: Carrier> Peer for Traitwire<C> {
    const NAME: &'static str = C::NAME;
    const FLOOR: &'static str = "axum-hyper";
    type Client = TraitwireClient;
    async fn serve() -> Result<String> {
        serve().await
    }
    async fn connect(addr: &str) -> Result<TraitwireClient> {
        let connector = C::connector(&format!("http://{addr}/rpc"))?;
        Ok(TraitwireClient(connector.token(TOKEN).connect().await?))
    }
}

#[derive(Clone)]
pub struct TraitwireClient(EchoClient);

impl Client for TraitwireClient {
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
}
