//! The kitchen on a server of its own, in a process of its own: for tests that signal or measure it.
//! Prints its address, and when it has ended how.

#![allow(missing_docs, reason = "only tests see it")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use traitwire::rpc::Backend;
use traitwire::server::Server;
use traitwire_tests::{Cook, KitchenServer, WorkshopServer, tokens};

/// How much was begun, and how much was finished.
#[derive(Default, Clone)]
struct Shop {
    begun: Arc<AtomicUsize>,
    done: Arc<AtomicUsize>,
}

impl traitwire_tests::Workshop for Shop {
    async fn work(&self, ms: u64) -> u64 {
        self.begun.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(ms)).await;
        self.done.fetch_add(1, Ordering::SeqCst);
        ms
    }
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let shop = Shop::default();
    let backend = Backend::builder()
        .serve(KitchenServer::new(Cook::default()))
        .serve(WorkshopServer::new(shop.clone()))
        .authenticator(tokens())
        .build()?;
    let mut server = Server::builder(backend);
    if std::env::args().any(|arg| arg == "--accept-compressed") {
        server = server.accept_compressed();
    }
    let server = server.bind("127.0.0.1:0").await?;
    println!("{}", server.local_addr());
    let report = server.serve().await;
    let count = |counter: &AtomicUsize| counter.load(Ordering::SeqCst);
    println!("{} begun {} done {} aborted", count(&shop.begun), count(&shop.done), report.aborted);
    Ok(())
}
