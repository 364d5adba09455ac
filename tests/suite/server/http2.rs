//! What the calls that share a connection of HTTP/2 do to each other, and what one that dawdles may hold.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use traitwire::http::Connector;
use traitwire::rpc::RetryPolicy;
use traitwire::server::{Server, ServerLimits};
use traitwire_tests::{KitchenClient, kitchen};

use super::abuse::{PREFACE, SETTINGS, frame, headers};
use super::support::{PATIENCE, Served};

const DATA: u8 = 0;
const RESET: u8 = 3;
const SETTINGS_OF: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;

/// One end of a connection that says what it likes.
struct Peer {
    stream: TcpStream,
    host: String,
}

/// What the other end has said.
struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
    content: Vec<u8>,
}

impl Peer {
    async fn connect(server: &Served, settings: &[u8]) -> Peer {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(&[PREFACE, settings].concat()).await.unwrap();
        Peer { stream, host: server.address.to_string() }
    }

    async fn say(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    fn get(&self, stream: u32) -> Vec<u8> {
        headers(stream, &self.host, true)
    }

    /// Asks, and gives up, as often as this, in one breath.
    fn given_up(&self, streams: impl Iterator<Item = u32>) -> Vec<u8> {
        let cancel = 8_u32.to_be_bytes();
        streams.flat_map(|id| [self.get(id), frame(RESET, 0, id, &cancel)].concat()).collect()
    }

    /// The next frame; none at the end. Pings are answered.
    async fn next(&mut self) -> Option<Frame> {
        loop {
            let frame = self.frame().await?;
            if frame.kind == PING && frame.flags == 0 {
                let pong = super::abuse::frame(PING, 1, 0, &frame.content);
                let _ = self.stream.write_all(&pong).await;
                continue;
            }
            return Some(frame);
        }
    }

    async fn frame(&mut self) -> Option<Frame> {
        let read = async {
            let mut head = [0; 9];
            self.stream.read_exact(&mut head).await.ok()?;
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let mut content = vec![0; length as usize];
            self.stream.read_exact(&mut content).await.ok()?;
            let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
            Some(Frame { kind: head[3], flags: head[4], stream, content })
        };
        tokio::time::timeout(PATIENCE, read).await.expect("a frame, or the end")
    }

    /// The body of a stream up to its end. Whatever comes is taken after this pause.
    async fn body(&mut self, stream: u32, pause: Duration) -> Result<Vec<u8>, String> {
        let mut body = Vec::new();
        while let Some(frame) = self.next().await {
            match frame.kind {
                DATA if frame.stream == stream => {
                    body.extend_from_slice(&frame.content);
                    if frame.flags & 1 == 1 {
                        return Ok(body);
                    }
                    let more = u32::try_from(frame.content.len()).unwrap().to_be_bytes();
                    if !pause.is_zero() {
                        tokio::time::sleep(pause).await;
                    }
                    let update = |stream| super::abuse::frame(WINDOW_UPDATE, 0, stream, &more);
                    let _ = self.stream.write_all(&[update(0), update(stream)].concat()).await;
                }
                RESET if frame.stream == stream => return Err("reset".to_owned()),
                GOAWAY if frame.content[7] != 0 => return Err(format!("{:?}", frame.content)),
                _ => {}
            }
        }
        Err(format!("the connection ended after {} bytes", body.len()))
    }
}

/// A server whose `/` takes this long, and is this large.
async fn large(limits: ServerLimits, takes: Duration, size: usize) -> Served {
    let app = axum::Router::new().route(
        "/",
        axum::routing::get(async move || {
            tokio::time::sleep(takes).await;
            vec![b'x'; size]
        }),
    );
    Served::start(Server::builder(kitchen().0).fallback(app).limits(limits)).await
}

#[tokio::test]
async fn l7_calls_that_are_given_up_at_once_leave_their_connection_alone() {
    let server = large(ServerLimits::default(), Duration::from_millis(300), 4).await;
    let mut peer = Peer::connect(&server, SETTINGS).await;
    let first = peer.get(1);
    peer.say(&first).await;
    // Twice as many as may run at once, before the server has looked at one of them.
    let burst = peer.given_up((1..=200).map(|n| n * 2 + 1));
    peer.say(&burst).await;
    assert_eq!(peer.body(1, Duration::ZERO).await, Ok(b"xxxx".to_vec()));
    // And as many again.
    let burst = peer.given_up((202..=401).map(|n| n * 2 + 1));
    peer.say(&[peer.get(403), burst].concat()).await;
    assert_eq!(peer.body(403, Duration::ZERO).await, Ok(b"xxxx".to_vec()));
}

#[tokio::test]
async fn l7_a_frontend_that_drops_its_calls_keeps_its_connection() {
    // One, so that no other can stand in for it.
    let limits = ServerLimits { max_connections: 1, ..ServerLimits::default() };
    let server = large(limits, Duration::from_millis(300), 4).await;
    let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let connector = Connector::new(&server.url()).unwrap().client(client.clone());
    let kitchen: KitchenClient = connector.retries(RetryPolicy::off()).connect().await.unwrap();
    let other = tokio::spawn(client.get(format!("http://{}/", server.address)).send());
    // Some before they are sent, some while they run.
    for patience in [0, 1, 30] {
        let calls = join_all((0..200).map(|_| kitchen.stalls()));
        let dropped = tokio::time::timeout(Duration::from_millis(patience), calls).await;
        assert!(dropped.is_err(), "{dropped:?}");
    }
    assert_eq!(other.await.unwrap().unwrap().text().await.unwrap(), "xxxx");
    assert_eq!(kitchen.say("hi".to_owned()).await.unwrap(), "hi");
}

#[tokio::test]
async fn l7_one_call_more_that_is_given_up_at_once_ends_the_connection() {
    let server = large(ServerLimits::default(), Duration::ZERO, 4).await;
    let mut peer = Peer::connect(&server, SETTINGS).await;
    let burst = peer.given_up((0..=200).map(|n| n * 2 + 1));
    peer.say(&burst).await;
    let mut errors = Vec::new();
    while let Some(frame) = peer.next().await {
        if frame.kind == GOAWAY {
            errors.push(u32::from_be_bytes(frame.content[4..8].try_into().unwrap()));
        }
    }
    // ENHANCE_YOUR_CALM.
    assert_eq!(errors, [11]);
}

/// Settings by which a peer takes so many bytes of each stream, until it says more.
fn window(bytes: u32) -> Vec<u8> {
    frame(SETTINGS_OF, 0, 0, &[&[0, 4][..], &bytes.to_be_bytes()].concat())
}

#[tokio::test]
async fn l1_a_peer_of_http2_that_takes_nothing_is_ended() {
    let limits =
        ServerLimits { write_timeout: Duration::from_millis(500), ..ServerLimits::default() };
    for size in [4, 1 << 20] {
        let server = large(limits, Duration::ZERO, size).await;
        let mut peer = Peer::connect(&server, &window(0)).await;
        let first = peer.get(1);
        peer.say(&first).await;
        let begin = Instant::now();
        let ended = async { while peer.next().await.is_some() {} };
        tokio::time::timeout(Duration::from_secs(5), ended).await.expect("the connection ends");
        let took = begin.elapsed();
        assert!(took > Duration::from_millis(450) && took < Duration::from_secs(3), "{took:?}");
    }
}

#[tokio::test]
async fn l1_pings_keep_no_connection_whose_peer_takes_next_to_nothing() {
    let limits = ServerLimits {
        write_timeout: Duration::from_millis(500),
        idle_timeout: Duration::from_millis(500),
        head_timeout: Duration::from_millis(500),
        ..ServerLimits::default()
    };
    let server = large(limits, Duration::ZERO, 1 << 20).await;
    let mut peer = Peer::connect(&server, &window(1)).await;
    let first = peer.get(1);
    peer.say(&first).await;
    let ping = frame(PING, 0, 0, &[7; 8]);
    let begin = Instant::now();
    while peer.stream.write_all(&ping).await.is_ok() {
        assert!(begin.elapsed() < Duration::from_secs(5), "it is still there");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

#[tokio::test]
async fn l5_a_connection_whose_reply_is_taken_slowly_is_not_idle() {
    let limits =
        ServerLimits { idle_timeout: Duration::from_millis(1500), ..ServerLimits::default() };
    let server = large(limits, Duration::ZERO, 256 << 10).await;
    let mut peer = Peer::connect(&server, SETTINGS).await;
    let first = peer.get(1);
    peer.say(&first).await;
    let begin = Instant::now();
    let body = peer.body(1, Duration::from_millis(150)).await;
    assert_eq!(body.map(|body| body.len()), Ok(256 << 10));
    assert!(begin.elapsed() > Duration::from_secs(2), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn c7_a_reply_that_is_taken_slowly_is_sent_to_its_end() {
    let server = large(ServerLimits::default(), Duration::ZERO, 128 << 10).await;
    let mut peer = Peer::connect(&server, SETTINGS).await;
    let first = peer.get(1);
    peer.say(&first).await;
    server.handle.drain();
    // A peer far away: 250 ms there and back.
    let body = peer.body(1, Duration::from_millis(250)).await;
    assert_eq!(body.map(|body| body.len()), Ok(128 << 10));
    drop(peer);
    assert_eq!(server.ended().await.aborted, 0);
}
