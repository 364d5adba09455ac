//! Does a backend bear whatever somebody says who connects to it?

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use traitwire::{Incoming, ipc, ipc_interface};

#[ipc_interface(version = "1.2.0", served_by = backend)]
trait Doors {
    async fn open(&self, name: &str, times: Option<u32>) -> bool;
    async fn count(&self, names: Incoming<String>) -> u64;
    #[ipc(notify)]
    fn knock(&self, name: String);
}

#[ipc_interface(version = "0.3.1", served_by = frontend)]
trait Bell {
    async fn ring(&self, loud: bool);
}

struct House;

impl Doors for House {
    async fn open(&self, name: &str, times: Option<u32>) -> bool {
        name.len() > times.unwrap_or(0) as usize
    }
    async fn count(&self, names: Incoming<String>) -> u64 {
        drop(names);
        0
    }
    fn knock(&self, name: String) {
        drop(name);
    }
}

/// The bytes come from a frontend, from the first hello on. The backend refuses it, or becomes its peer and
/// answers; in the end it notices that nobody is there any more.
///
/// # Panics
/// If it does not end.
pub fn handshake(bytes: &[u8]) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let (mut here, there) = tokio::io::duplex(4096);
        let backend = ipc::backend().serve(|bell: BellClient| {
            drop(bell);
            DoorsServer::new(House)
        });
        let opened = tokio::spawn(backend.open::<()>(ipc::Stream::local(there)));
        let said = async {
            let (mut read, mut write) = tokio::io::split(&mut here);
            let write = async {
                let _ = write.write_all(bytes).await;
                let _ = write.shutdown().await;
            };
            let mut heard = Vec::new();
            let _ = tokio::join!(write, read.read_to_end(&mut heard));
        };
        let time = std::time::Duration::from_mins(10);
        tokio::time::timeout(time, said).await.expect("the backend hangs up");
        let opened = tokio::time::timeout(time, opened).await.expect("it ends");
        if let Ok((pair, ())) = opened.expect("no panic") {
            tokio::time::timeout(time, pair.closed()).await.expect("the pair ends");
        }
    });
}
