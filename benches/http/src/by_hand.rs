//! How does one serve and call the same without a library for it?

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use http::header::CONTENT_TYPE;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::{Anything, Client, Item};

#[derive(Serialize, Deserialize)]
struct EchoArgs {
    item: Item,
}

#[derive(Serialize, Deserialize)]
struct ManyArgs {
    item: Item,
    count: u64,
}

async fn echo(Json(args): Json<EchoArgs>) -> Json<Item> {
    Json(args.item)
}

/// As one writes it with what axum has: each item one event.
async fn many(
    Json(ManyArgs { item, count }): Json<ManyArgs>,
) -> Sse<impl Stream<Item = Result<Event, axum::Error>>> {
    let items = stream::iter(0..count).map(move |_| Event::default().json_data(item.clone()));
    Sse::new(items).keep_alive(KeepAlive::default())
}

/// Serves, and says where.
pub async fn serve() -> Anything<String> {
    let app = Router::new().route("/echo", post(echo)).route("/many", post(many));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(base)
}

/// A client library.
pub trait Library: Clone + Send + Sync + 'static {
    type Response: Send;

    fn post(
        &self,
        url: &str,
        body: Vec<u8>,
    ) -> impl Future<Output = Anything<Self::Response>> + Send;

    fn chunk(response: &mut Self::Response)
    -> impl Future<Output = Anything<Option<Bytes>>> + Send;

    fn whole(response: Self::Response) -> impl Future<Output = Anything<Bytes>> + Send;
}

#[derive(Clone)]
pub struct Reqwest(pub reqwest::Client);

impl Library for Reqwest {
    type Response = reqwest::Response;

    async fn post(&self, url: &str, body: Vec<u8>) -> Anything<reqwest::Response> {
        let request = self.0.post(url).header(CONTENT_TYPE, "application/json").body(body);
        Ok(request.send().await?.error_for_status()?)
    }

    async fn chunk(response: &mut reqwest::Response) -> Anything<Option<Bytes>> {
        Ok(response.chunk().await?)
    }

    async fn whole(response: reqwest::Response) -> Anything<Bytes> {
        Ok(response.bytes().await?)
    }
}

#[derive(Clone)]
pub struct Hyper(legacy::Client<HttpConnector, Full<Bytes>>);

impl Default for Hyper {
    fn default() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Hyper(legacy::Client::builder(TokioExecutor::new()).build(connector))
    }
}

impl Library for Hyper {
    type Response = http::Response<hyper::body::Incoming>;

    async fn post(&self, url: &str, body: Vec<u8>) -> Anything<Self::Response> {
        let request = http::Request::post(url)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(body.into()))?;
        let response = self.0.request(request).await?;
        if !response.status().is_success() {
            return Err(response.status().to_string().into());
        }
        Ok(response)
    }

    async fn chunk(response: &mut Self::Response) -> Anything<Option<Bytes>> {
        while let Some(frame) = response.frame().await {
            if let Ok(data) = frame?.into_data() {
                return Ok(Some(data));
            }
        }
        Ok(None)
    }

    async fn whole(response: Self::Response) -> Anything<Bytes> {
        Ok(response.into_body().collect().await?.to_bytes())
    }
}

/// A hand-written client of what [`serve`] serves.
#[derive(Clone)]
pub struct ByHand<L> {
    library: L,
    echo: String,
    many: String,
}

impl<L> ByHand<L> {
    pub fn new(library: L, base: &str) -> ByHand<L> {
        ByHand { library, echo: format!("{base}/echo"), many: format!("{base}/many") }
    }
}

impl<L: Library> Client for ByHand<L> {
    async fn echo(&self, item: &Item) -> Anything<Item> {
        let body = serde_json::to_vec(&EchoArgs { item: item.clone() })?;
        let response = self.library.post(&self.echo, body).await?;
        Ok(serde_json::from_slice(&L::whole(response).await?)?)
    }

    async fn many(&self, item: &Item, count: u64) -> Anything<u64> {
        let body = serde_json::to_vec(&ManyArgs { item: item.clone(), count })?;
        let mut response = self.library.post(&self.many, body).await?;
        let (mut rest, mut count) = (Vec::new(), 0);
        while let Some(chunk) = L::chunk(&mut response).await? {
            rest.extend_from_slice(&chunk);
            let mut start = 0;
            while let Some(end) = rest[start..].windows(2).position(|two| two == b"\n\n") {
                let event = &rest[start..start + end];
                let data = event.strip_prefix(b"data: ").ok_or("an event without data")?;
                serde_json::from_slice::<Item>(data)?;
                count += 1;
                start += end + 2;
            }
            rest.drain(..start);
        }
        Ok(count)
    }
}
