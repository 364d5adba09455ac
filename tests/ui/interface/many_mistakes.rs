use traitwire::{Context, rpc_interface};

#[rpc_interface(version = "1.0", rename_all = "camel", nme = "x")]
pub trait Catalog {
    #[rpc(public, scope = "a", idempotant)]
    async fn search(&mut self, query: Option<&str>, _: u8) -> &str;
    fn rename(&self, cx: &Context, id: u64);
    async fn fine(&self, cx: &Context, id: u64) -> u8;
    #[rpc(cache = "x")]
    async fn good(&self, text: &str) -> u64;
}

// What was right, or needs no more than its own repair, brings no further message.
pub struct Mine;

impl Catalog for Mine {
    async fn search(&mut self, _query: Option<&str>, _: u8) -> &str {
        ""
    }
    fn rename(&self, _cx: &Context, _id: u64) {}
    async fn fine(&self, _cx: &Context, _id: u64) -> u8 {
        1
    }
    async fn good(&self, _text: &str) -> u64 {
        1
    }
}

pub fn serve(client: &CatalogClient) -> impl traitwire::rpc::Dispatch {
    drop(client.fine(1));
    drop(client.good(""));
    CatalogServer::new(Mine)
}

fn main() {}
