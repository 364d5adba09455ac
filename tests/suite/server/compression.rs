//! What is compressed, and what may come compressed.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use reqwest::{Client, Response};
use traitwire::server::{Server, ServerLimits};
use traitwire_tests::kitchen;

use super::support::{Process, Served, served};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// The arguments of `say`, so many bytes in all.
fn arguments(bytes: usize) -> Vec<u8> {
    let empty = r#"{"text":""}"#.len();
    format!(r#"{{"text":"{}"}}"#, "0".repeat(bytes - empty)).into_bytes()
}

async fn say(url: &str, encoding: &str, body: Vec<u8>) -> Response {
    let request = Client::new().post(format!("{url}/Kitchen/v1/say"));
    let request = request.header("content-type", "application/json");
    request.header("content-encoding", encoding).body(body).send().await.unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn l8_what_inflates_beyond_the_limit_is_refused_meanwhile() {
    let server = Process::accepting_compressed().await;
    // Whatever is made for the first call and kept.
    assert_eq!(say(&server.url(), "gzip", gzip(&arguments(100))).await.status(), 200);
    let bomb = gzip(&arguments(10 << 20));
    assert!(bomb.len() < 12 << 10, "{}", bomb.len());
    let before = server.memory();
    let answer = say(&server.url(), "gzip", bomb).await;
    assert_eq!(answer.status(), 413);
    let problem: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!((&problem["code"], &problem["executed"]), (&"too_large".into(), &"no".into()));
    let grown = server.memory().saturating_sub(before);
    assert!(grown < 8 << 20, "{grown}");
}

#[tokio::test]
async fn l8_the_limit_counts_what_a_body_inflates_to() {
    let (backend, _) = kitchen();
    let server = Served::start(Server::builder(backend).accept_compressed()).await;
    for (bytes, expected) in [(4 << 20, 200), ((4 << 20) + 1, 413)] {
        let answer = say(&server.url(), "gzip", gzip(&arguments(bytes))).await;
        assert_eq!(answer.status(), expected, "{bytes}");
    }
    let whole = gzip(&arguments(10_000));
    let cut = whole[..whole.len() / 2].to_vec();
    let damaged: Vec<u8> = whole.iter().map(|byte| byte ^ 1).collect();
    for (encoding, body, expected) in [
        ("gzip", cut, 400),
        ("gzip", damaged, 400),
        ("gzip", arguments(100), 400),
        ("br", whole.clone(), 415),
        ("gzip, gzip", gzip(&whole), 415),
    ] {
        let answer = say(&server.url(), encoding, body).await;
        assert_eq!(answer.status(), expected, "{encoding}");
    }
}

#[tokio::test]
async fn a_compressed_reply_has_a_tag_of_its_own_kind() {
    let server = Served::start(Server::builder(kitchen().0).compress_replies()).await;
    let dish = format!("{{%22id%22:1,%22name%22:%22{}%22}}", "x".repeat(2000));
    let get = async |encoding: &str, current: &str| {
        let request = Client::new().get(format!("{}/Kitchen/v1/echo?dish={dish}", server.url()));
        let request = request.header("accept-encoding", encoding);
        request.header("if-none-match", current).send().await.unwrap()
    };
    let tag = |answer: &Response| answer.headers()["etag"].to_str().unwrap().to_owned();
    let plain = tag(&get("identity", "").await);
    let answer = get("gzip", "").await;
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    // The same value, but not the same bytes.
    assert_eq!(tag(&answer), format!("W/{plain}"));
    for current in [plain.clone(), tag(&answer)] {
        assert_eq!(get("gzip", &current).await.status(), 304, "{current}");
    }
}

#[tokio::test]
async fn compressed_calls_are_refused_unless_asked_for() {
    let (server, cook) = served(ServerLimits::default()).await;
    assert_eq!(say(&server.url(), "gzip", gzip(&arguments(100))).await.status(), 415);
    assert_eq!(cook.started(), 0);
}

#[tokio::test]
async fn replies_are_compressed_for_whoever_accepts_that() {
    let (backend, _) = kitchen();
    let pages =
        axum::Router::new().route("/", axum::routing::get(|| async { "page ".repeat(1000) }));
    let builder = Server::builder(backend).fallback(pages).compress_replies();
    let server = Served::start(builder).await;
    let encoding = |answer: &Response| {
        answer.headers().get("content-encoding").map(|value| value.to_str().unwrap().to_owned())
    };
    let call = async |method: &str, accept: Option<&str>, body: Vec<u8>| {
        let request = Client::new().post(format!("{}/Kitchen/v1/{method}", server.url()));
        let mut request = request.header("content-type", "application/json").body(body);
        if let Some(accept) = accept {
            request = request.header("accept-encoding", accept);
        }
        request.send().await.unwrap()
    };
    let answer = call("say", Some("gzip"), arguments(10_000)).await;
    assert_eq!(encoding(&answer).as_deref(), Some("gzip"));
    assert!(answer.headers()["vary"].to_str().unwrap().contains("accept-encoding"));
    let mut text = String::new();
    let bytes = answer.bytes().await.unwrap();
    GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
    assert_eq!(text.trim_matches('"').len(), 10_000 - 11);
    assert_eq!(encoding(&call("say", None, arguments(10_000)).await), None);
    assert_eq!(encoding(&call("say", Some("br"), arguments(10_000)).await), None);
    assert_eq!(encoding(&call("say", Some("gzip"), arguments(500)).await), None);
    // Items are not held back.
    let items = br#"{"count":100,"error":null}"#.to_vec();
    let answer = call("courses", Some("gzip"), items).await;
    assert_eq!(encoding(&answer), None);
    assert!(answer.text().await.unwrap().ends_with("event: end\ndata: {}\n\n"));
    let page = Client::new().get(format!("http://{}/", server.address));
    let page = page.header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(encoding(&page).as_deref(), Some("gzip"));
}
