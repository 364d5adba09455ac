//! Ends of a connection that misbehave.

use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// A proxy in front of a backend that cuts its connections.
pub struct Proxy {
    pub url: String,
    cut: Arc<Notify>,
}

impl Proxy {
    /// Cuts every connection that is open.
    pub fn cut(&self) {
        self.cut.notify_waiters();
    }
}

/// Starts a proxy that also cuts a connection once the backend has sent `limit` bytes on it.
pub async fn cutting_proxy(backend: &str, limit: usize) -> Proxy {
    let address = backend
        .strip_prefix("http://")
        .and_then(|rest| rest.strip_suffix("/rpc"))
        .expect("the URL of a test server")
        .to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/rpc", listener.local_addr().expect("an address"));
    let cut = Arc::new(Notify::new());
    let notify = Arc::clone(&cut);
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let (address, notify) = (address.clone(), Arc::clone(&notify));
            tokio::spawn(async move {
                let far = TcpStream::connect(address).await.expect("the backend is there");
                tokio::select! {
                    () = pass(near, far, limit) => {}
                    () = notify.notified() => {}
                }
            });
        }
    });
    Proxy { url, cut }
}

async fn pass(near: TcpStream, far: TcpStream, limit: usize) {
    let (mut near_read, mut near_write) = near.into_split();
    let (mut far_read, mut far_write) = far.into_split();
    let there = async { tokio::io::copy(&mut near_read, &mut far_write).await.map(drop) };
    let back = async {
        let mut left = limit;
        let mut buffer = [0; 1024];
        loop {
            let read = far_read.read(&mut buffer).await?;
            if read == 0 || left == 0 {
                return Ok::<(), std::io::Error>(());
            }
            let passed = read.min(left);
            near_write.write_all(&buffer[..passed]).await?;
            left -= passed;
        }
    };
    tokio::select! {
        _ = there => {}
        _ = back => {}
    }
}

/// A server that lists the kitchen in `_versions`, and answers everything else with these bytes.
pub async fn answering(response: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/rpc", listener.local_addr().expect("an address"));
    let versions = serde_json::to_string(&crate::kitchen().0.versions()).expect("they are JSON");
    let versions = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{versions}",
        versions.len()
    );
    let response = response.to_owned();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            let mut byte = [0];
            // All of our requests fit the socket's buffer, so the body need not be read to answer.
            while !head.ends_with(b"\r\n\r\n") {
                match stream.read(&mut byte).await {
                    Ok(1) => head.push(byte[0]),
                    _ => break,
                }
            }
            let list = head.starts_with(b"GET /rpc/_versions ");
            let bytes = if list { &versions } else { &response };
            let _ = stream.write_all(bytes.as_bytes()).await;
            let _ = stream.shutdown().await;
            // Reads what is left, so that closing does not reset what was written.
            let _ = stream.read_to_end(&mut Vec::new()).await;
        }
    });
    url
}
