//! Replies that may be kept: by whom, how long, and what asks whether they are still right.

use reqwest::{Client, Method, Response};
use traitwire::rpc::Backend;
use traitwire::{Caller, rpc_interface};
use traitwire_tests::Server;

use super::plant::{Works, builder, post, serve, url};

const VARY: &str = "authorization, accept, traitwire-need, traitwire-route";

async fn get(server: &Server, path: &str, headers: &[(&str, &str)]) -> Response {
    send(Method::GET, server, path, headers).await
}

async fn send(verb: Method, server: &Server, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = Client::new().request(verb, url(server, path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_reply_says_how_long_and_for_whom_it_is_fresh() {
    let server = serve(builder(&Works::default())).await;
    let known = [("authorization", "Bearer reader")];
    for (path, headers, control) in [
        ("price?id=1", &[][..], "public, max-age=120"),
        // The caller is known, so the reply may be its alone.
        ("price?id=1", &known, "private, max-age=120"),
        ("salary", &known, "private, max-age=3600"),
        ("photo", &[], "public, max-age=86400"),
        ("stock?id=1", &[], "no-cache"),
        ("stock?id=1", &known, "private, no-cache"),
    ] {
        let response = get(&server, path, headers).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(header(&response, "cache-control"), control, "{path}");
        assert_eq!(header(&response, "vary"), VARY, "{path}");
        assert!(header(&response, "etag").starts_with('"'), "{path}");
    }
}

#[tokio::test]
async fn what_is_no_reply_to_get_is_not_kept() {
    let server = serve(builder(&Works::default())).await;
    for (response, status) in [
        (post(url(&server, "price"), &[], r#"{"id":1}"#).send().await.unwrap(), 200),
        (post(url(&server, "burst"), &[], r#"{"count":1}"#).send().await.unwrap(), 200),
        // A browser would keep a 404 that says nothing.
        (get(&server, "missing", &[]).await, 404),
        (get(&server, "salary", &[]).await, 401),
        (get(&server, "price?id=x", &[]).await, 400),
        (get(&server, "resumed", &[]).await, 200),
        (get(&server, "nowhere", &[]).await, 404),
    ] {
        assert_eq!(response.status(), status);
        assert_eq!(header(&response, "cache-control"), "no-store", "{response:?}");
        assert_eq!(header(&response, "etag"), "");
    }
}

#[tokio::test]
async fn a_reply_that_is_still_the_same_is_not_sent_again() {
    let works = Works::default();
    let server = serve(builder(&works)).await;
    for (path, form) in [("price?id=7", "*/*"), ("photo", "application/octet-stream")] {
        let first = get(&server, path, &[("accept", form)]).await;
        let tag = header(&first, "etag").to_owned();
        for tags in [&*tag, &format!("\"x\", W/{tag}"), "*"] {
            let headers = [("if-none-match", tags), ("accept", form)];
            let again = get(&server, path, &headers).await;
            assert_eq!(again.status(), 304, "{tags}");
            for name in ["etag", "cache-control", "vary", "traitwire-offer"] {
                assert_eq!(header(&again, name), header(&first, name), "{name}");
            }
            assert_eq!(again.bytes().await.unwrap().len(), 0);
        }
        let other = get(&server, path, &[("if-none-match", "\"x\""), ("accept", form)]).await;
        assert_eq!((other.status().as_u16(), header(&other, "etag")), (200, &*tag));
    }
    // Another value, and another form of one value, have other tags.
    let tag = async |path: &str, accept: &str| {
        header(&get(&server, path, &[("accept", accept)]).await, "etag").to_owned()
    };
    assert_ne!(tag("price?id=7", "*/*").await, tag("price?id=8", "*/*").await);
    assert_ne!(tag("photo", "*/*").await, tag("photo", "application/octet-stream").await);
    // A POST is never answered with what somebody has.
    let all = [("if-none-match", "*")];
    let posted = post(url(&server, "price"), &all, r#"{"id":7}"#).send().await.unwrap();
    assert_eq!(posted.status(), 200);
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let server = serve(builder(&Works::default())).await;
    for path in ["price?id=7", "photo", "missing", "price?id=x", "nowhere"] {
        let (get, head) =
            (get(&server, path, &[]).await, send(Method::HEAD, &server, path, &[]).await);
        assert_eq!(head.status(), get.status(), "{path}");
        for name in ["content-type", "content-length", "etag", "cache-control", "vary"] {
            assert_eq!(header(&head, name), header(&get, name), "{path} {name}");
        }
        assert_eq!(head.text().await.unwrap(), "", "{path}");
    }
    let stream = send(Method::HEAD, &server, "resumed", &[]).await;
    assert_eq!(header(&stream, "content-type"), "text/event-stream");
    assert_eq!(stream.text().await.unwrap(), "");
    // What changes something does not answer it.
    let refused = send(Method::HEAD, &server, "pay", &[]).await;
    assert_eq!((refused.status().as_u16(), header(&refused, "allow")), (405, "POST"));
    let versions = Client::new().head(format!("{}/_versions", server.url)).send().await.unwrap();
    assert_eq!(versions.status(), 200);
}

#[tokio::test]
async fn the_list_of_versions_is_asked_for_anew_and_seldom_sent() {
    let server = serve(builder(&Works::default())).await;
    let ask = |tag: &str| {
        let url = format!("{}/_versions", server.url);
        Client::new().get(url).header("if-none-match", tag).send()
    };
    let first = ask("").await.unwrap();
    assert_eq!(header(&first, "cache-control"), "no-cache");
    assert_eq!(ask(header(&first, "etag")).await.unwrap().status(), 304);
}

#[rpc_interface(version = "1.0.0", name = "Rates")]
pub trait RatesV1 {
    #[rpc(public, readonly, cache = "1h")]
    async fn rate(&self) -> u32;
}

#[rpc_interface(version = "2.0.0", name = "Rates")]
pub trait RatesV2 {
    #[rpc(public, readonly, cache = "1h")]
    async fn rate(&self) -> u32;
}

struct Rates;

impl RatesV1 for Rates {
    async fn rate(&self) -> u32 {
        1
    }
}

impl RatesV2 for Rates {
    async fn rate(&self) -> u32 {
        2
    }
}

/// A cache as a proxy has it: what is fresh is given again, for the same URL and the same headers that
/// the reply varies by.
#[tokio::test]
async fn a_cache_never_gives_a_reply_of_another_series() {
    let backend = Backend::builder()
        .serve(RatesV1Server::new(Rates))
        .serve(RatesV2Server::new(Rates))
        .authenticator(traitwire::rpc::StaticTokens::new([("t", Caller::new("ann"))]))
        .build()
        .unwrap();
    let server = Server::start(backend).await;
    let mut kept = std::collections::HashMap::new();
    for (series, need, expected) in
        [("v1", "1.0.0", "1"), ("v2", "2.0.0", "2"), ("v1", "1.0.0", "1"), ("v2", "2.0.0", "2")]
    {
        let url = format!("{}/Rates/{series}/rate", server.url);
        let response = Client::new().get(&url).header("traitwire-need", need).send().await.unwrap();
        assert!(header(&response, "vary").contains("traitwire-need"));
        let key = (url, need);
        let text = response.text().await.unwrap();
        assert_eq!(kept.entry(key).or_insert(text), expected);
    }
    assert_eq!(kept.len(), 2);
    // A need that is not met is never answered from a reply that was fresh for another.
    let url = format!("{}/Rates/v1/rate", server.url);
    let refused = Client::new().get(&url).header("traitwire-need", "1.1.0").send().await.unwrap();
    assert_eq!((refused.status().as_u16(), header(&refused, "cache-control")), (412, "no-store"));
}
