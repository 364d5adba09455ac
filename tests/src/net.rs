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

/// Serves a backend over HTTP/1.1 and HTTP/2 alike, until the program ends.
pub async fn serving_both(backend: traitwire::rpc::Backend) -> String {
    let app = axum::Router::new().nest_service("/rpc", traitwire::http::service(backend));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/rpc", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let app = hyper_util::service::TowerToHyperService::new(app.clone());
            tokio::spawn(async move {
                let stream = hyper_util::rt::TokioIo::new(stream);
                let executor = hyper_util::rt::TokioExecutor::new();
                let server = hyper_util::server::conn::auto::Builder::new(executor);
                // How a connection ends is its frontend's affair.
                let _ = server.serve_connection(stream, app).await;
            });
        }
    });
    url
}

/// Where a connection is cut: after so many bytes of one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    Request(usize),
    Response(usize),
}

/// A proxy whose next connection is cut as it is told; all others pass.
pub struct Saboteur {
    pub url: String,
    next: Arc<std::sync::Mutex<Option<Cut>>>,
}

impl Saboteur {
    /// Stands in front of a test server.
    pub async fn before(backend: &str) -> Saboteur {
        let address = address_of(backend);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/rpc", listener.local_addr().expect("an address"));
        let next = Arc::new(std::sync::Mutex::new(None));
        let cuts = Arc::clone(&next);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let cut: Option<Cut> = cuts.lock().expect("no panics").take();
                let address = address.clone();
                tokio::spawn(async move {
                    let far = TcpStream::connect(address).await.expect("the backend is there");
                    pass_until(near, far, cut).await;
                });
            }
        });
        Saboteur { url, next }
    }

    /// Cuts the next connection.
    pub fn cut(&self, cut: Cut) {
        *self.next.lock().expect("no panics") = Some(cut);
    }

    /// Whether the cut that was asked for has had its connection.
    pub fn is_done(&self) -> bool {
        self.next.lock().expect("no panics").is_none()
    }
}

/// The address of a test server's URL.
pub fn address_of(url: &str) -> String {
    let rest = url.strip_prefix("http://").and_then(|rest| rest.strip_suffix("/rpc"));
    rest.expect("the URL of a test server").to_owned()
}

async fn pass_until(near: TcpStream, far: TcpStream, cut: Option<Cut>) {
    let (near_read, near_write) = near.into_split();
    let (far_read, far_write) = far.into_split();
    let there = copy(
        near_read,
        far_write,
        match cut {
            Some(Cut::Request(bytes)) => bytes,
            _ => usize::MAX,
        },
    );
    let back = copy(
        far_read,
        near_write,
        match cut {
            Some(Cut::Response(bytes)) => bytes,
            _ => usize::MAX,
        },
    );
    // Whichever ends first takes the other with it.
    tokio::select! {
        () = there => {}
        () = back => {}
    }
}

/// Passes on so many bytes, and no more.
async fn copy(
    mut from: impl tokio::io::AsyncRead + Unpin,
    mut to: impl tokio::io::AsyncWrite + Unpin,
    mut left: usize,
) {
    let mut buffer = [0; 4096];
    while left > 0 {
        let Ok(read @ 1..) = from.read(&mut buffer).await else { return };
        let passed = read.min(left);
        if to.write_all(&buffer[..passed]).await.is_err() {
            return;
        }
        left -= passed;
    }
}
