//! Bad input over HTTP, row by row: lengths that lie, nesting, times, documents of JSON, panics, and what
//! a caller learns of them.

use std::time::Duration;

use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use traitwire::http::Connector;
use traitwire::{Executed, FaultKind};

use super::plant::{PlantClient, Works, builder, post, serve, url};
use super::process::Process;

/// What must never reach a caller: parts of what the handlers panic with, and of what Rust says then.
const CANARIES: [&str; 6] =
    ["secret", "/etc/plant", "SELECT", "panicked", ".rs:", "RUST_BACKTRACE"];

#[tokio::test]
async fn b2_a_declared_length_allocates_nothing() {
    if !Process::is_measured() {
        return;
    }
    let process = Process::start(&[]);
    let plant: PlantClient = Connector::new(&process.url).unwrap().connect().await.unwrap();
    assert_eq!(plant.echo(1, 0).await.unwrap(), 1);
    let memory = process.memory();
    let head = "POST /rpc/Plant/v1/echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                content-length: 4294967296\r\n\r\n{";
    let mut connections = Vec::new();
    for _ in 0..1000 {
        let mut stream = TcpStream::connect(process.address()).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        connections.push(stream);
    }
    let mut grown = 0;
    for mut stream in connections {
        let mut status = [0; 13];
        stream.read_exact(&mut status).await.unwrap();
        assert_eq!(&status, b"HTTP/1.1 413 ");
        grown = grown.max(process.memory().saturating_sub(memory));
    }
    // A thousand connections that are open take what they take; a length takes nothing.
    assert!(grown < 32 * 1024 * 1024, "memory has grown by {grown} bytes");
    assert_eq!(plant.echo(2, 0).await.unwrap(), 2);
}

#[tokio::test]
async fn b3_nesting_of_the_limit_passes_and_more_is_an_error() {
    let server = serve(builder(&Works::default())).await;
    // The arguments are one level; each row is what opens and closes a level, and what is inside.
    for (method, open, inside, close) in [
        ("deep", "[", "1", "]"),
        ("deep", r#"{"a":"#, "1", "}"),
        ("nest", "[", "", "]"),
        ("chain", r#"{"next":"#, "null", "}"),
        ("expr", r#"{"Minus":"#, "\"One\"", "}"),
        ("tagged", r#"{"t":"More","c":"#, r#"{"t":"One"}"#, "}"),
    ] {
        let inner = usize::from(method == "tagged");
        for (depth, status) in [(63 - inner, 200), (64 - inner, 400), (500_000, 400)] {
            let value = format!("{}{inside}{}", open.repeat(depth), close.repeat(depth));
            if value.len() > 4_000_000 {
                continue;
            }
            let args = format!(r#"{{"value":{value}}}"#);
            let response = post(url(&server, method), &[], &args).send().await.unwrap();
            assert_eq!(response.status(), status, "{method} {depth}");
            let text = response.text().await.unwrap();
            if status == 200 {
                assert_eq!(text, value);
            } else {
                assert!(text.contains("nested deeper than 64"), "{method} {depth}: {text}");
            }
        }
        // What never closes: as deep as a body can be.
        let args = format!(r#"{{"value":{}"#, open.repeat(1_000_000.min(4_000_000 / open.len())));
        let response = post(url(&server, method), &[], &args).send().await.unwrap();
        assert_eq!(response.status(), 400, "{method}");
    }
    assert_eq!(post(url(&server, "runs"), &[], "{}").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn b4_absurd_times_are_refused_and_long_ones_cut() {
    let works = Works::default();
    let server = serve(builder(&works)).await;
    let pay = |timeout: String| {
        let request = post(url(&server, "pay"), &[], r#"{"cents":1,"how":"well"}"#);
        async { request.header("traitwire-timeout", timeout).send().await.unwrap() }
    };
    let thirty = format!("1{}", "0".repeat(30));
    for timeout in [
        "",
        "-1",
        "-0",
        "+5",
        "1e3",
        "0x10",
        "NaN",
        "Infinity",
        "1.0",
        " ",
        "1,2",
        "99999999999",
        &thirty,
    ] {
        let response = pay(timeout.to_owned()).await;
        assert_eq!(response.status(), 400, "{timeout}");
        assert!(response.text().await.unwrap().contains("whole milliseconds"), "{timeout}");
    }
    let zero = pay("0".to_owned()).await;
    assert_eq!(zero.status(), 504);
    assert!(zero.text().await.unwrap().contains(r#""executed":"no""#));
    assert_eq!(works.runs(), 0);
    for timeout in ["9999999999", "0000000001000", "600001"] {
        let expected = if timeout.len() > 10 { 400 } else { 200 };
        assert_eq!(pay(timeout.to_owned()).await.status(), expected, "{timeout}");
    }
}

/// One document, and what each end makes of it. The npm runtime's tests read the same file.
#[derive(serde::Deserialize)]
struct Document {
    name: String,
    /// As text; or as bytes in hexadecimal digits, where it is no text.
    json: Option<String>,
    hex: Option<String>,
    rust: bool,
    node: bool,
}

fn documents() -> Vec<Document> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/json_documents.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

impl Document {
    fn bytes(&self) -> Vec<u8> {
        match (&self.json, &self.hex) {
            (Some(json), None) => json.clone().into_bytes(),
            (None, Some(hex)) => {
                let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
                (0..hex.len()).step_by(2).map(byte).collect()
            }
            _ => panic!("{}: either text or bytes", self.name),
        }
    }
}

#[tokio::test]
async fn b5_documents_of_json_are_judged_as_is_said() {
    let server = serve(builder(&Works::default())).await;
    let client = reqwest::Client::new();
    let mut wrong = Vec::new();
    for document in documents() {
        let body = [b"{\"value\":", &document.bytes()[..], b"}"].concat();
        let request = client.post(url(&server, "deep")).header("content-type", "application/json");
        let response = request.body(body).send().await.unwrap();
        let status = response.status().as_u16();
        if status != if document.rust { 200 } else { 400 } {
            wrong.push(format!("{}: {status}: {}", document.name, response.text().await.unwrap()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn b5_the_guide_has_every_document_that_the_ends_judge_differently() {
    let page = include_str!("../../../docs/guide/http.md");
    for document in documents().iter().filter(|document| document.rust != document.node) {
        assert!(page.contains(&document.name), "http.md says nothing of `{}`", document.name);
    }
}

#[tokio::test]
async fn c4_no_reply_reaches_another_call() {
    let server = serve(builder(&Works::default())).await;
    let plant: PlantClient = Connector::new(&server.url).unwrap().connect().await.unwrap();
    // A small generator, so that a failure comes again.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mixed: Vec<(u64, u64)> = (0..5000).map(|nonce| (nonce, random())).collect();
    let ended = stream::iter(mixed)
        .map(|(nonce, chance)| {
            let call = plant.echo(nonce, chance % 5);
            async move {
                match chance / 5 % 4 {
                    // The caller gives up.
                    0 => tokio::time::timeout(Duration::from_millis(chance / 20 % 4), call)
                        .await
                        .ok()
                        .map(|reply| reply.unwrap() == nonce),
                    // Its time is over, perhaps while the reply is on its way.
                    1 => match call.deadline(Duration::from_millis(1 + chance / 20 % 4)).await {
                        Ok(reply) => Some(reply == nonce),
                        Err(error) => {
                            let kind = error.into_fault().kind();
                            assert_eq!(kind, FaultKind::DeadlineExceeded);
                            None
                        }
                    },
                    _ => Some(call.await.unwrap() == nonce),
                }
            }
        })
        .buffer_unordered(64)
        .collect::<Vec<_>>()
        .await;
    assert_eq!(ended.len(), 5000);
    assert!(ended.iter().flatten().all(|right| *right), "a reply has another call's nonce");
    assert!(ended.iter().flatten().count() >= 2500);
}

#[tokio::test]
async fn c6_a_thousand_panics_end_a_thousand_calls_and_no_other() {
    // Of its own, for a thousand panics say so.
    let process = Process::start(&[]);
    let plant: PlantClient = Connector::new(&process.url).unwrap().connect().await.unwrap();
    let calls = stream::iter(0..1000_u64).map(|nonce| {
        let plant = plant.clone();
        async move { (nonce, tokio::join!(plant.panics(), plant.echo(nonce, 0))) }
    });
    let ended = calls.buffer_unordered(32).collect::<Vec<_>>().await;
    for (nonce, (panicked, good)) in ended {
        let fault = panicked.unwrap_err().into_fault();
        assert_eq!((fault.kind(), fault.executed()), (FaultKind::Internal, Executed::Maybe));
        assert_eq!(good.unwrap(), nonce);
    }
    // Also on one and the same connection.
    let mut stream = TcpStream::connect(process.address()).await.unwrap();
    for (method, status) in ["panics", "runs"].into_iter().zip(["500", "200"]).cycle().take(100) {
        let request = format!(
            "POST /rpc/Plant/v1/{method} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
             content-length: 2\r\n\r\n{{}}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = vec![0; 16 * 1024];
        let read = stream.read(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
}

#[tokio::test]
async fn i8_a_caller_learns_nothing_of_what_went_wrong_inside() {
    let process = Process::start(&[]);
    let requests = [
        ("panics", "{}"),
        ("pay", r#"{"cents":1,"how":"panics"}"#),
        ("panicking", "{}"),
        ("pay", r#"{"cents":1,"how":"badly"}"#),
        ("missing", "{}"),
    ];
    let address = process.address();
    let answers = requests.map(|(method, args)| async move {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "POST /rpc/Plant/v1/{method} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{args}",
            args.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        (method, String::from_utf8_lossy(&answer).into_owned())
    });
    for (method, answer) in join_all(answers).await {
        assert!(answer.starts_with("HTTP/1.1 "), "{method}: {answer}");
        for canary in CANARIES {
            assert!(!answer.contains(canary), "{method} says `{canary}`: {answer}");
        }
        if method == "panicking" {
            assert!(answer.contains("event: failed\ndata: {"), "{answer}");
            let problem = answer.split("event: failed\ndata: ").nth(1).unwrap();
            let problem: Value =
                serde_json::from_str(problem.split("\n\n").next().unwrap()).unwrap();
            assert_eq!(problem["code"], "internal");
        }
    }
}
