//! What is as much as a limit allows passes; does one more end as the guide says?

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use bytes::Bytes;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use traitwire::rpc::{Backend, Fixed, JwtAuthenticator, JwtKeys, Limits, NoClaims};
use traitwire::server::{Report, Server, ServerLimits};
use traitwire::{FaultKind, in_process};
use traitwire_tests::{Cook, KitchenClient, KitchenServer, kitchen, tokens};

/// Longest that anything may take here.
const PATIENCE: Duration = Duration::from_secs(30);

fn limited(limits: Limits) -> Backend {
    let kitchen = KitchenServer::new(Cook::default());
    Backend::builder().serve(kitchen).authenticator(tokens()).limits(limits).build().unwrap()
}

async fn served(backend: Backend, limits: ServerLimits) -> (String, JoinHandle<Report>) {
    let server = Server::builder(backend).limits(limits).signals(false);
    let server = server.bind("127.0.0.1:0").await.unwrap();
    (server.local_addr().to_string(), tokio::spawn(server.serve()))
}

async fn post(address: &str, method: &str, timeout: Option<u64>) -> (u16, Value) {
    let url = format!("http://{address}/rpc/Kitchen/v1/{method}");
    let mut request = reqwest::Client::new().post(url).body("{}");
    request = request.header("content-type", "application/json");
    if let Some(timeout) = timeout {
        request = request.header("traitwire-timeout", timeout);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap())
}

#[tokio::test]
async fn a_url_of_the_limit_passes_and_one_byte_more_does_not() {
    let limit = Limits::default().max_url;
    let server = traitwire_tests::Server::start(kitchen().0).await;
    let start = "/Kitchen/v1/courses?count=";
    for (length, status) in [(limit, 400), (limit + 1, 414)] {
        let url = format!("{}{start}{}", server.url, "0".repeat(length - start.len()));
        let answer = reqwest::get(url).await.unwrap();
        // So many zeros are no number, but not too long.
        assert_eq!(answer.status(), status, "{length}");
    }
}

#[tokio::test]
async fn a_call_that_does_not_say_has_the_default_time() {
    let (address, _) = served(kitchen().0, ServerLimits::default()).await;
    let default = Limits::default().default_deadline.as_millis();
    let (_, left) = post(&address, "remaining", None).await;
    let left = u128::from(left.as_u64().unwrap());
    assert!(left <= default && left > default - 10_000, "{left}");

    let limits = Limits { default_deadline: Duration::from_millis(200), ..Limits::default() };
    let (address, _) = served(limited(limits), ServerLimits::default()).await;
    assert_eq!(post(&address, "nothing", None).await.0, 200);
    let (status, problem) = post(&address, "stalls", None).await;
    assert_eq!((status, &problem["code"]), (504, &json!("deadline_exceeded")));
}

#[tokio::test]
async fn more_time_than_the_limit_is_cut_down_to_it() {
    let (address, _) = served(kitchen().0, ServerLimits::default()).await;
    let limit = u64::try_from(Limits::default().max_deadline.as_millis()).unwrap();
    for (asked, given) in [
        (limit - 60_000, limit - 60_000),
        (limit, limit),
        (limit + 1, limit),
        (9_999_999_999, limit),
    ] {
        let (status, left) = post(&address, "remaining", Some(asked)).await;
        let left = left.as_u64().unwrap();
        assert_eq!(status, 200);
        assert!(left <= given && left > given - 10_000, "{asked}: {left}");
    }
}

type H2 = h2::client::SendRequest<Bytes>;

async fn h2(address: &str) -> H2 {
    let stream = TcpStream::connect(address).await.unwrap();
    let (sender, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    sender.ready().await.unwrap()
}

fn call(sender: &mut H2, address: &str, method: &str) -> h2::client::ResponseFuture {
    let request = http::Request::post(format!("http://{address}/rpc/Kitchen/v1/{method}"))
        .header("content-type", "application/json")
        .body(())
        .unwrap();
    let (answer, mut body) = sender.send_request(request, false).unwrap();
    body.send_data(Bytes::from_static(b"{}"), true).unwrap();
    answer
}

#[tokio::test]
async fn one_call_too_many_on_a_connection_of_http2_waits() {
    let (backend, cook) = kitchen();
    let limits = ServerLimits { h2_max_streams: 3, ..ServerLimits::default() };
    let (address, _) = served(backend, limits).await;
    let mut sender = h2(&address).await;
    let mut held = Vec::new();
    for n in 1..=3 {
        held.push(call(&mut sender, &address, "stalls"));
        sender = sender.ready().await.unwrap();
        let running = async {
            while cook.running() < n {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, running).await.expect("as many as the limit run");
    }
    assert_eq!(sender.current_max_send_streams(), 3);
    let mut waiting = call(&mut sender, &address, "nothing");
    let early = tokio::time::timeout(Duration::from_millis(300), &mut waiting).await;
    assert!(early.is_err(), "it runs beside three others");
    drop(held.pop());
    let answer = tokio::time::timeout(PATIENCE, waiting).await.expect("there is room").unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn a_list_of_headers_of_the_limit_passes_and_one_byte_more_does_not() {
    let limits = ServerLimits::default();
    let (address, _) = served(kitchen().0, limits).await;
    let mut sender = h2(&address).await;
    let others = [
        (":method", "GET"),
        (":scheme", "http"),
        (":authority", &address),
        (":path", "/healthz"),
        ("x", ""),
    ];
    let others: usize = others.iter().map(|(name, value)| name.len() + value.len() + 32).sum();
    let limit = limits.h2_max_head as usize;
    for (size, status) in [(limit, 200), (limit + 1, 431)] {
        let request = http::Request::get(format!("http://{address}/healthz"))
            .header("x", "x".repeat(size - others))
            .body(())
            .unwrap();
        sender = sender.ready().await.unwrap();
        let (answer, _) = sender.send_request(request, true).unwrap();
        let answer = tokio::time::timeout(PATIENCE, answer).await.expect("an answer").unwrap();
        assert_eq!(answer.status(), status, "{size}");
    }
}

#[tokio::test]
async fn a_peer_of_http2_that_answers_no_ping_is_gone() {
    let limits = ServerLimits {
        h2_ping_interval: Duration::from_millis(300),
        h2_ping_timeout: Duration::from_millis(300),
        ..ServerLimits::default()
    };
    let (address, _) = served(kitchen().0, limits).await;
    let answering = h2(&address).await;
    let mut mute = TcpStream::connect(&address).await.unwrap();
    // How HTTP/2 begins, and a frame of no settings.
    mute.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    let begin = Instant::now();
    let end = tokio::time::timeout(PATIENCE, mute.read_to_end(&mut Vec::new())).await;
    // However it is closed, it is.
    let _ = end.expect("the connection ends");
    let took = begin.elapsed();
    assert!(took > Duration::from_millis(550) && took < Duration::from_secs(5), "{took:?}");
    let mut answering = answering.ready().await.unwrap();
    assert_eq!(call(&mut answering, &address, "nothing").await.unwrap().status(), 200);
}

/// A token that is good, and this long.
fn token(secret: &[u8], length: usize) -> String {
    let in_an_hour = jsonwebtoken::get_current_timestamp() + 3600;
    // Three bytes are four characters, so either part alone would leave out some lengths.
    for more in 0..4 {
        let header = Header { cty: Some("x".repeat(more)), ..Header::default() };
        let sign = |pad: usize| {
            let claims = json!({
                "iss": "https://id.example.org", "aud": "kitchen", "sub": "ann",
                "exp": in_an_hour, "pad": "x".repeat(pad),
            });
            jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(secret)).unwrap()
        };
        let pad = (length - sign(0).len()) / 4 * 3;
        if let Some(token) = (pad.saturating_sub(6)..pad + 6).map(sign).find(|t| t.len() == length)
        {
            return token;
        }
    }
    panic!("no token has {length} bytes")
}

#[tokio::test]
async fn a_token_of_the_limit_is_read_and_a_longer_one_is_not() {
    let secret = BASE64.encode([7; 32]);
    let keys = JwtKeys::secret(&secret).unwrap();
    let authenticator =
        JwtAuthenticator::<NoClaims>::new(keys, "https://id.example.org", "kitchen");
    let kitchen = KitchenServer::new(Cook::default());
    let backend = Backend::builder().serve(kitchen).authenticator(authenticator).build().unwrap();
    let who = async |length| {
        let token = token(secret.as_bytes(), length);
        let client: KitchenClient =
            in_process::Connector::new(&backend).token(token).connect().unwrap();
        client.who().await.map_err(traitwire::CallError::into_fault)
    };
    let limit = Fixed::HERE.token;
    assert!(who(limit).await.unwrap().starts_with("ann:"));
    assert_eq!(who(limit + 1).await.unwrap_err().kind(), FaultKind::Unauthenticated);
}
