//! The same with traitwire, and all that is on by default: a token that is checked, deadlines, the
//! need of each call's version, a trace, spans, limits at both ends, and a server with its timeouts.

use futures_util::{Stream, StreamExt as _, stream};
use traitwire::http::Connector;
use traitwire::rpc::{Backend, StaticTokens};
use traitwire::server::Server;
use traitwire::{Caller, rpc_interface};

use crate::{Anything, Client, Item};

/// The interface that is measured.
#[rpc_interface(version = "1.0.0")]
pub trait Echo {
    /// Gives back what came.
    async fn echo(&self, item: &Item) -> Item;
    /// The same item so many times.
    fn many(&self, item: Item, count: u64) -> impl Stream<Item = Item> + Send;
}

struct Same;

impl Echo for Same {
    async fn echo(&self, item: &Item) -> Item {
        item.clone()
    }

    fn many(&self, item: Item, count: u64) -> impl Stream<Item = Item> + Send {
        stream::iter(0..count).map(move |_| item.clone())
    }
}

const TOKEN: &str = "s3cret";

/// Serves, and says where.
pub async fn serve() -> Anything<String> {
    let backend = Backend::builder()
        .serve(EchoServer::new(Same))
        .authenticator(StaticTokens::new([(TOKEN, Caller::new("bench"))]))
        .build()?;
    let server = Server::builder(backend).signals(false).bind("127.0.0.1:0").await?;
    let url = format!("http://{}/rpc", server.local_addr());
    tokio::spawn(server.serve());
    Ok(url)
}

pub fn over_reqwest(url: &str, client: reqwest::Client) -> Anything<Connector> {
    Ok(Connector::new(url)?.client(client))
}

pub fn over_hyper(url: &str) -> Anything<Connector> {
    Ok(Connector::hyper(url)?)
}

#[derive(Clone)]
pub struct Ours(EchoClient);

impl Ours {
    pub async fn connect(connector: Connector) -> Anything<Ours> {
        Ok(Ours(connector.token(TOKEN).connect().await?))
    }
}

impl Client for Ours {
    async fn echo(&self, item: &Item) -> Anything<Item> {
        Ok(self.0.echo(item).await?)
    }

    async fn many(&self, item: &Item, count: u64) -> Anything<u64> {
        let mut items = self.0.many(item.clone(), count);
        let mut count = 0;
        while let Some(item) = items.next().await {
            item?;
            count += 1;
        }
        Ok(count)
    }
}
