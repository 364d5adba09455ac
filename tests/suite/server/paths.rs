//! Which paths answer, and what.

use traitwire::server::{BindError, Server, ServerBuilder};
use traitwire_tests::kitchen;

use super::support::{Served, status};

async fn get(server: &Served, path: &str) -> String {
    request(server, "GET", path).await
}

async fn request(server: &Served, method: &str, path: &str) -> String {
    let host = server.address;
    let head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    server.exchange(&head).await
}

fn builder() -> ServerBuilder {
    Server::builder(kitchen().0)
}

#[tokio::test]
async fn the_application_says_who_and_how_it_is() {
    let app = axum::Router::new().route("/", axum::routing::get(|| async { "a page" }));
    let ready = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let server = builder()
        .fallback(app)
        .application("kitchen", "1.2.3")
        .metrics(|| "dishes_total 7\n".to_owned())
        .ready({
            let ready = std::sync::Arc::clone(&ready);
            move || {
                let ready = ready.load(std::sync::atomic::Ordering::SeqCst);
                async move { if ready { Ok(()) } else { Err("the oven is cold".to_owned()) } }
            }
        });
    let server = Served::start(server).await;
    for (path, expected, content) in [
        ("/healthz", 200, "ok\n"),
        ("/readyz", 503, "the oven is cold\n"),
        ("/version", 200, r#"{"name":"kitchen","version":"1.2.3"}"#),
        ("/metrics", 200, "dishes_total 7\n"),
        ("/", 200, "a page"),
        ("/rpc/_versions", 200, ""),
        ("/healthz/", 404, ""),
        ("/nothing", 404, ""),
    ] {
        let answer = get(&server, path).await;
        assert_eq!(status(&answer), expected, "{path}: {answer}");
        assert!(answer.ends_with(content), "{path}: {answer}");
    }
    ready.store(true, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(status(&get(&server, "/readyz").await), 200);
    assert_eq!(status(&request(&server, "POST", "/readyz").await), 405);
    let head = request(&server, "HEAD", "/healthz").await;
    assert!(status(&head) == 200 && head.ends_with("\r\n\r\n"), "{head}");
}

#[tokio::test]
async fn what_was_not_given_is_not_there() {
    let server = Served::start(builder().prefix("/api/rpc")).await;
    for (path, expected) in [
        ("/version", 404),
        ("/metrics", 404),
        ("/rpc/_versions", 404),
        ("/api/rpc/_versions", 200),
        ("/api/rpcs/_versions", 404),
    ] {
        assert_eq!(status(&get(&server, path).await), expected, "{path}");
    }
    let server = Served::start(builder().prefix("/").health(false)).await;
    assert_eq!(status(&get(&server, "/_versions").await), 200);
    assert_eq!(status(&get(&server, "/healthz").await), 404);
}

#[tokio::test]
async fn a_check_of_readiness_that_hangs_is_not_waited_for() {
    let limits = traitwire::server::ServerLimits {
        ready_timeout: std::time::Duration::from_millis(100),
        ..Default::default()
    };
    let server = Served::start(builder().limits(limits).ready(std::future::pending)).await;
    let answer = get(&server, "/readyz").await;
    assert!(status(&answer) == 503 && answer.contains("took too long"), "{answer}");
}

#[tokio::test]
async fn a_bad_prefix_is_refused_before_anything_is_bound() {
    for prefix in ["", "rpc", "/rpc/", "/r pc", "/rpc?x", "/rp#c"] {
        let error = builder().prefix(prefix).bind("127.0.0.1:0").await.unwrap_err();
        assert!(error.to_string().contains(&format!("the prefix `{prefix}`")), "{error}");
    }
    let taken = builder().bind("127.0.0.1:0").await.unwrap();
    let error = builder().bind(taken.local_addr()).await.unwrap_err();
    let message = format!("the address could not be bound: {}: ", taken.local_addr());
    assert!(error.to_string().starts_with(&message), "{error}");
    // A `main` that returns the error shows its debug form.
    assert!(format!("{error:?}").contains(&taken.local_addr().to_string()), "{error:?}");
    let BindError::Io(error) = error else { panic!("{error:?}") };
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}

#[tokio::test]
async fn a_router_of_the_users_is_served_whole() {
    let rpc = traitwire::http::service(kitchen().0);
    let app = axum::Router::new().nest_service("/v2/rpc", rpc);
    let server = Served::start(Server::builder_of(app)).await;
    assert_eq!(status(&get(&server, "/v2/rpc/_versions").await), 200);
    assert_eq!(status(&get(&server, "/healthz").await), 200);
    assert_eq!(status(&get(&server, "/rpc/_versions").await), 404);
}

#[tokio::test]
async fn a_heartbeat_is_as_said() {
    let every = std::time::Duration::from_secs(7);
    let server = Served::start(builder().heartbeat(Some(every))).await;
    let answer = reqwest::Client::new()
        .post(format!("{}/Kitchen/v1/stalling_items", server.url()))
        .header("content-type", "application/json")
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.headers()["traitwire-heartbeat"], "7000");
}

#[tokio::test]
async fn a_path_has_one_spelling() {
    let server = Served::start(builder()).await;
    assert_eq!(status(&get(&server, "/rpc/_versions").await), 200);
    for path in ["/rpc//_versions", "/rpc/_versions/", "/rpc/./_versions", "/rpc/%5fversions"] {
        assert_eq!(status(&get(&server, path).await), 404, "{path}");
    }
}
