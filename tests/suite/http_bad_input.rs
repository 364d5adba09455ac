//! Bad input over HTTP: each test shows what the user sees, and that no handler ran.

use reqwest::Client;
use serde_json::Value;
use traitwire::http::Connector;
use traitwire::rpc::{Backend, Limits};
use traitwire_tests::{Cook, KitchenServer, Server, kitchen, tokens};

struct Answer {
    status: u16,
    problem: Value,
}

impl Answer {
    fn detail(&self) -> &str {
        self.problem["detail"].as_str().unwrap_or_default()
    }
}

async fn send(url: String, headers: &[(&str, &str)], body: impl Into<reqwest::Body>) -> Answer {
    let mut request = Client::new().post(url).body(body);
    if !headers.iter().any(|(name, _)| *name == "content-type") {
        request = request.header("content-type", "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    Answer { status, problem: serde_json::from_str(&text).unwrap_or_default() }
}

async fn started() -> (Server, Cook) {
    let (backend, cook) = kitchen();
    (Server::start(backend).await, cook)
}

/// Asserts status, code and detail, and that nothing ran.
macro_rules! refused {
    ($answer:expr, $status:literal, $code:literal, $detail:expr) => {{
        let answer = $answer;
        assert_eq!(answer.status, $status, "{}", answer.problem);
        assert_eq!(answer.problem["code"], $code);
        assert_eq!(answer.problem["executed"], "no");
        assert!(answer.detail().contains($detail), "{} lacks {}", answer.detail(), $detail);
        answer
    }};
}

#[tokio::test]
async fn an_unknown_interface_series_or_method_is_named() {
    let (server, _) = started().await;
    for (path, status, code, detail) in [
        (
            "Kitchn/v1/order",
            404,
            "unimplemented",
            "no interface `Kitchn` is served here; did you mean `Kitchen`?",
        ),
        (
            "Kitchen/v1/oder",
            404,
            "unimplemented",
            "`Kitchen/v1` has no method `oder`; did you mean `order`?",
        ),
        ("Kitchen/v1/zzz", 404, "unimplemented", "`Kitchen/v1` has no method `zzz`"),
        ("Kitchen/v1/__proto__", 404, "unimplemented", "has no method `__proto__`"),
        ("Kitchen/v2/order", 412, "incompatible", "offered as 1.2.0, not in the series `v2`"),
        ("Kitchen/1/order", 412, "incompatible", "not in the series `1`"),
        ("Kitchen/v1", 404, "unimplemented", "{interface}/{series}/{method}"),
        ("Kitchen/v1/order/", 404, "unimplemented", "{interface}/{series}/{method}"),
        ("", 404, "unimplemented", "{interface}/{series}/{method}"),
        ("%4bitchen/v1/order", 404, "unimplemented", "no interface `%4bitchen`"),
    ] {
        let answer = send(format!("{}/{path}", server.url), &[], "{}").await;
        assert_eq!((answer.status, &answer.problem["code"]), (status, &code.into()), "{path}");
        assert!(answer.detail().contains(detail), "{path}: {}", answer.detail());
    }
}

#[tokio::test]
async fn wrong_arguments_are_named_with_their_path() {
    let (server, cook) = started().await;
    for (body, path, detail) in [
        ("{}", None, "the argument `dish` is missing"),
        (
            r#"{"dish":{"id":1,"name":"a"},"tabel":1}"#,
            Some("tabel"),
            "the argument `tabel` was not understood: the method has no such argument; did you \
             mean `table`?",
        ),
        (
            r#"{"dish":{"id":1,"name":"a","side":{"id":2,"name":"b","spices":["salt","sugar"]}}}"#,
            Some("dish.side.spices[1]"),
            "the argument `dish.side.spices[1]` was not understood: unknown variant `sugar`",
        ),
        (
            r#"{"dish":{"id":"1","name":"a"}}"#,
            Some("dish.id"),
            "invalid type: string \"1\", expected u64",
        ),
        (r#"{"dish":{"id":1}}"#, Some("dish"), "missing field `name`"),
        (r#"{"dish":{"id":1,"name":"a"},"table":-1}"#, Some("table"), "integer `-1`, expected u32"),
        (
            r#"{"dish":{"id":1,"name":"a"},"dish":{"id":2,"name":"a"}}"#,
            None,
            "the argument `dish` is there twice",
        ),
        (r#"{"dish":{"id":1,"id":2,"name":"a"}}"#, Some("dish"), "duplicate field `id`"),
        ("[]", None, "expected an object of arguments (dish, table)"),
        ("null", None, "expected an object of arguments (dish, table)"),
        (r#"{"dish":"#, Some("dish"), "EOF while parsing"),
        ("", None, "the argument `dish` is missing"),
        ("{} {}", None, "the argument `dish` is missing"),
        (r#"{"dish":{"id":1,"name":"a"}} x"#, None, "trailing characters"),
        ("\u{feff}{}", None, "expected value"),
        (r#"{"dish":{"id":1,"name":"\ud800"}}"#, Some("dish.name"), "unexpected end of hex escape"),
        (r#"{"dish":{"id":1e999,"name":"a"}}"#, Some("dish.id"), "number out of range"),
    ] {
        let answer = send(server.method("echo"), &[], body.to_owned()).await;
        let answer = refused!(answer, 400, "invalid_argument", detail);
        assert_eq!(answer.problem.get("path").and_then(Value::as_str), path, "{body}");
    }
    let bytes = send(server.method("echo"), &[], vec![b'{', 0xff]).await;
    refused!(bytes, 400, "invalid_argument", "the arguments were not understood");
    assert_eq!(cook.started(), 0);
}

#[tokio::test]
async fn other_media_types_are_refused() {
    let (server, cook) = started().await;
    for content_type in [
        "text/plain",
        "text/plain; application/json",
        "application/json; charset=latin1",
        "application/json, text/plain",
        "application/jsonp",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/octet-stream; a=b",
        "",
    ] {
        let body = r#"{"dish":{"id":1,"name":"a"}}"#;
        let answer = send(server.method("echo"), &[("content-type", content_type)], body).await;
        refused!(answer, 415, "invalid_argument", "the content type must be `application/json`");
    }
    let gzip = [("content-encoding", "gzip")];
    let answer = send(server.method("echo"), &gzip, "x").await;
    refused!(answer, 415, "invalid_argument", "must not be compressed");
    let bare = Client::new().post(server.method("echo")).send().await.unwrap();
    assert_eq!(bare.status(), 415);
    assert_eq!(cook.started(), 0);
}

#[tokio::test]
async fn a_body_of_the_limit_passes_and_one_byte_more_fails() {
    let limit = 4 * 1024 * 1024;
    let (server, _) = started().await;
    let frame = r#"{"text":""}"#.len();
    for (length, status) in [(limit, 200), (limit + 1, 413)] {
        let body = format!(r#"{{"text":"{}"}}"#, "x".repeat(length - frame));
        assert_eq!(body.len(), length);
        assert_eq!(send(server.method("say"), &[], body.clone()).await.status, status);
        // The same without a declared length.
        let chunks = futures_util::stream::iter(
            body.into_bytes()
                .chunks(65_536)
                .map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec()))
                .collect::<Vec<_>>(),
        );
        let answer = send(server.method("say"), &[], reqwest::Body::wrap_stream(chunks)).await;
        assert_eq!(answer.status, status);
        if status == 413 {
            assert_eq!(answer.detail(), "the body is larger than 4194304 bytes");
            assert_eq!(answer.problem["executed"], "no");
        }
    }
}

#[tokio::test]
async fn limits_can_be_changed() {
    let limits = Limits { max_body: 20, max_url: 60, ..Limits::default() };
    let backend = Backend::builder()
        .serve(KitchenServer::new(Cook::default()))
        .authenticator(tokens())
        .limits(limits)
        .build()
        .unwrap();
    let server = Server::start(backend).await;
    assert_eq!(send(server.method("say"), &[], r#"{"text":"12345678"}"#).await.status, 200);
    let answer = send(server.method("say"), &[], r#"{"text":"1234567890"}"#).await;
    refused!(answer, 413, "too_large", "the body is larger than 20 bytes");
    // "/Kitchen/v1/courses?count=" is what the service sees of it.
    let get = |count: usize| {
        let url = format!("{}?count={}", server.method("courses"), "0".repeat(count));
        async { Client::new().get(url).send().await.unwrap().status() }
    };
    let seen = "/Kitchen/v1/courses?count=".len();
    assert_eq!(get(60 - seen).await, 400, "so many zeros are no number, but not too long");
    assert_eq!(get(61 - seen).await, 414);
}

#[tokio::test]
async fn headers_that_make_no_sense_are_named() {
    let (server, cook) = started().await;
    let body = r#"{"dish":{"id":1,"name":"a"}}"#;
    let long = "x".repeat(129);
    for (name, value, detail) in [
        ("traitwire-timeout", "", "whole milliseconds of 1 to 10 digits, not ``"),
        ("traitwire-timeout", "-1", "not `-1`"),
        ("traitwire-timeout", "1.5", "not `1.5`"),
        ("traitwire-timeout", "99999999999", "not `99999999999`"),
        ("traitwire-timeout", "NaN", "not `NaN`"),
        ("traitwire-need", "1.2", "Traitwire-Need: `1.2` is not a version"),
        ("traitwire-need", "", "Traitwire-Need: `` is not a version"),
        ("traitwire-need", "1.2.0; fp=xyz", "Traitwire-Need: `fp`"),
        ("traitwire-need", "1.2.0; what=ever", "Traitwire-Need: the parameter `what` is unknown"),
        ("x-request-id", "a b", "at most 128 visible ASCII characters"),
        ("x-request-id", &long, "at most 128 visible ASCII characters"),
    ] {
        let answer = send(server.method("echo"), &[(name, value)], body).await;
        refused!(answer, 400, "invalid_argument", detail);
    }
    let twice = [("traitwire-need", "1.2.0"), ("traitwire-need", "1.1.0")];
    let answer = send(server.method("echo"), &twice, body).await;
    refused!(answer, 400, "invalid_argument", "`traitwire-need` is there twice");
    let query = format!("{}?table=1", server.method("echo"));
    let answer = send(query, &[], body).await;
    refused!(answer, 400, "invalid_argument", "stand in its body, not in the URL");
    assert_eq!(cook.started(), 0);
}

#[tokio::test]
async fn a_caller_that_is_not_known_is_refused_before_its_body_is_read() {
    let (server, cook) = started().await;
    for (authorization, detail) in [
        ("", "a bearer token is needed"),
        ("Bearer wrong", "the bearer token is not known"),
        ("Bearer ", "a bearer token is needed"),
        ("Basic reader", "a bearer token is needed"),
    ] {
        let headers = [("authorization", authorization)];
        let answer = send(server.method("who"), &headers, vec![b'x'; 5_000_000]).await;
        refused!(answer, 401, "unauthenticated", detail);
    }
    assert_eq!(cook.started(), 0);
}

#[test]
fn a_url_that_is_none_is_refused() {
    for (url, part) in [
        ("", "its scheme must be `http` or `https`, as in `http://localhost:7300/rpc`"),
        ("127.0.0.1:7300", "its scheme must be `http` or `https`, as in"),
        ("localhost:7300/rpc", "its scheme must be `http` or `https`, as in"),
        ("ftp://127.0.0.1/rpc", "its scheme must be `http` or `https`"),
        ("http://127.0.0.1/rpc?x=1", "it must have no query"),
        ("http://", "empty host"),
        ("http://ann:s3cret@127.0.0.1/rpc", "it must hold no user and no password; use `token`"),
        ("http://ann@127.0.0.1/rpc", "it must hold no user and no password"),
        ("http://:s3cret@127.0.0.1/rpc", "it must hold no user and no password"),
        ("http://ann:s3cret@", "empty host"),
    ] {
        let fault = Connector::new(url).unwrap_err();
        assert!(fault.message().contains(part), "{url}: {fault}");
        assert!(!fault.message().contains("s3cret"), "{fault}");
    }
}

#[tokio::test]
async fn a_name_of_megabytes_is_refused_as_a_short_one_is() {
    let (server, _) = started().await;
    let body = format!(r#"{{"{}":1}}"#, "x".repeat(4_000_000));
    let answer = send(server.method("echo"), &[], body).await;
    refused!(answer, 400, "invalid_argument", "the method has no such argument");
}
