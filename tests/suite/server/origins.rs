//! Who is let in by host and origin, as sockets and browsers see it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use traitwire::server::{Cors, HostList, Server};
use traitwire_tests::web::{self, Web};
use traitwire_tests::{kitchen, web::document};

use super::support::{Served, exchange, status};

#[tokio::test]
async fn i2_a_server_on_loopback_is_called_by_its_own_names_only() {
    let (backend, cook) = kitchen();
    let server = Served::start(Server::builder(backend)).await;
    let port = server.address.port();
    let body = "{}";
    let ask = async |target: &str, hosts: &[String]| {
        let hosts: Vec<String> = hosts.iter().map(|host| format!("host: {host}\r\n")).collect();
        let hosts = hosts.concat();
        let request = format!(
            "POST {target} HTTP/1.1\r\n{hosts}content-type: application/json\r\nconnection: close\r\n\
             content-length: {}\r\ntraitwire-timeout: 50\r\n\r\n{body}",
            body.len()
        );
        status(&server.exchange(&request).await)
    };
    let path = "/rpc/Kitchen/v1/stalls";
    for host in ["evil.example".to_owned(), format!("evil.example:{port}")] {
        assert_eq!(ask(path, &[host]).await, 403);
    }
    for host in ["localhost", "127.0.0.1:1", "localhost.", "127.0.0.2"] {
        assert_eq!(ask(path, &[host.to_owned()]).await, 403, "{host}");
    }
    let (good, evil) = (format!("127.0.0.1:{port}"), "evil.example".to_owned());
    assert_eq!(ask(path, &[]).await, 400);
    assert_eq!(ask(path, &[good.clone(), good.clone()]).await, 400);
    assert_eq!(ask(path, &[good.clone(), evil.clone()]).await, 400);
    let absolute = |host: &str| format!("http://{host}{path}");
    assert_eq!(ask(&absolute("evil.example"), std::slice::from_ref(&evil)).await, 403);
    assert_eq!(ask(&absolute("evil.example"), std::slice::from_ref(&good)).await, 400);
    assert_eq!(ask(&absolute(&good), &[evil]).await, 400);
    // Health is no exception, for it says that the server is there.
    assert_eq!(ask("/healthz", &["evil.example".to_owned()]).await, 403);
    assert_eq!(cook.started(), 0);
    // 504, for this method never ends.
    for name in ["localhost", "127.0.0.1", "[::1]", "LOCALHOST"] {
        assert_eq!(ask(path, &[format!("{name}:{port}")]).await, 504, "{name}");
    }
    assert_eq!(ask(&absolute(&good), &[good]).await, 504);
    assert_eq!(cook.started(), 5);
}

#[tokio::test]
async fn i2_the_hosts_are_those_that_are_said() {
    let get = async |server: &Served, host: &str| {
        let head = format!("GET /healthz HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        status(&server.exchange(&head).await)
    };
    let hosts = HostList::new(["api.example.com"]).unwrap();
    let server = Served::start(Server::builder(kitchen().0).hosts(hosts)).await;
    assert_eq!(get(&server, "api.example.com").await, 200);
    assert_eq!(get(&server, &server.address.to_string()).await, 403);
    let server = Served::start(Server::builder(kitchen().0).any_host()).await;
    assert_eq!(get(&server, "evil.example").await, 200);
    // Who can be reached by others is called by names that nobody knows here.
    let server = Server::builder(kitchen().0).signals(false).bind("0.0.0.0:0").await.unwrap();
    let port = server.local_addr().port();
    let _server = Served::run(server);
    let head = "GET /healthz HTTP/1.1\r\nhost: api.example.com\r\nconnection: close\r\n\r\n";
    let answer = super::support::exchange(([127, 0, 0, 1], port).into(), head).await;
    assert_eq!(status(&answer), 200);
}

#[tokio::test]
async fn cors_lets_listed_pages_in_and_says_nothing_to_others() {
    let cors = Cors::new(["https://app.example.com"]).unwrap();
    let server = Served::start(Server::builder(kitchen().0).cors(cors)).await;
    let send = async |method: &str, headers: &str| {
        let head = format!(
            "{method} /rpc/Kitchen/v1/nothing HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\
             content-type: application/json\r\n{headers}content-length: 0\r\n\r\n",
            server.address
        );
        server.exchange(&head).await
    };
    let listed = "origin: https://app.example.com\r\n";
    let asks = "access-control-request-method: POST\r\n\
                access-control-request-headers: authorization,content-type,traitwire-need\r\n";
    let answer = send("OPTIONS", &format!("{listed}{asks}")).await;
    assert_eq!(status(&answer), 204, "{answer}");
    for header in [
        "access-control-allow-origin: https://app.example.com",
        "access-control-allow-methods: GET, HEAD, POST",
        "access-control-max-age: 600",
        "vary: origin",
        "traitwire-need",
        "idempotency-key",
    ] {
        assert!(answer.contains(header), "{header}: {answer}");
    }
    assert!(!answer.contains("credentials"), "{answer}");
    let answer = send("POST", listed).await;
    assert_eq!(status(&answer), 200, "{answer}");
    for header in [
        "access-control-allow-origin: https://app.example.com\r\n",
        "access-control-expose-headers: etag, retry-after, traitwire-heartbeat, ",
        "traitwire-offer, x-request-id\r\n",
        "vary: origin\r\n",
    ] {
        assert!(answer.contains(header), "{header}: {answer}");
    }
    for origin in ["origin: https://evil.example\r\n", "origin: null\r\n"] {
        let answer = send("OPTIONS", &format!("{origin}{asks}")).await;
        assert_eq!(status(&answer), 403, "{answer}");
        assert!(!answer.contains("access-control-allow"), "{answer}");
        assert!(!send("POST", origin).await.contains("access-control-allow"));
    }
    // What has no origin depends on it all the same, for caches.
    let answer = send("POST", "").await;
    assert!(answer.contains("vary: origin\r\n") && !answer.contains("access-control"), "{answer}");
}

#[tokio::test]
async fn i2_i4_a_server_of_the_users_has_the_same_as_layers() {
    let app = axum::Router::new()
        .nest_service("/rpc", traitwire::http::service(kitchen().0))
        .layer(HostList::new(["api.example.com"]).unwrap())
        .layer(Cors::new(["https://app.example.com"]).unwrap());
    let server = traitwire_tests::Server::start_app(app).await;
    let send = async |host: &str, origin: &str| {
        let request = reqwest::Client::new().post(server.method("nothing"));
        let request = request.header("content-type", "application/json").header("host", host);
        request.header("origin", origin).send().await.unwrap()
    };
    let allowed =
        |answer: &reqwest::Response| answer.headers().get("access-control-allow-origin").is_some();
    let answer = send("api.example.com", "https://app.example.com").await;
    assert!(answer.status() == 200 && allowed(&answer), "{answer:?}");
    let answer = send("api.example.com", "https://evil.example").await;
    assert!(answer.status() == 200 && !allowed(&answer), "{answer:?}");
    let answer = send("evil.example", "https://app.example.com").await;
    assert!(answer.status() == 403 && allowed(&answer), "{answer:?}");
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let preflight =
        reqwest::Client::new().request(reqwest::Method::OPTIONS, server.method("nothing"));
    let preflight = preflight.header("origin", "https://app.example.com");
    let preflight = preflight.header("access-control-request-method", "POST").send().await.unwrap();
    assert!(preflight.status() == 204 && allowed(&preflight), "{preflight:?}");
}

/// A page that tries what a browser lets any page do, and says how each try ended.
const ATTACKER: &str = r#"<!doctype html><meta charset="utf-8"><body><script type="module">
const targets = TARGETS;
const body = "{}";
const bare = () => new Blob([body]);
const typed = (type) => new Blob([body], { type });
const tries = {
  "text/plain": (url) => fetch(url, { method: "POST", body }),
  "text/plain; application/json": (url) =>
    fetch(url, { method: "POST", body, headers: { "content-type": "text/plain; application/json" } }),
  "no content type": (url) => fetch(url, { method: "POST", body: bare() }),
  "no content type, no-cors": (url) => fetch(url, { method: "POST", body: bare(), mode: "no-cors" }),
  "form": (url) => fetch(url, { method: "POST", body: new URLSearchParams({ a: "b" }), mode: "no-cors" }),
  "multipart": (url) => fetch(url, { method: "POST", body: new FormData(), mode: "no-cors" }),
  "json": (url) =>
    fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } }),
  "json, no-cors": (url) =>
    fetch(url, { method: "POST", body: typed("application/json"), mode: "no-cors" }),
  "json with credentials": (url) =>
    fetch(url, { method: "POST", body: typed("application/json"), credentials: "include" }),
  "simple get": (url) => fetch(url, { mode: "no-cors" }),
  "get with a body of json": (url) => fetch(url, { headers: { "content-type": "application/json" } }),
  "beacon": async (url) => navigator.sendBeacon(url, typed("application/json")),
  "beacon of text": async (url) => navigator.sendBeacon(url, body),
  "image": (url) => new Promise((done) => {
    const image = new Image();
    image.onload = image.onerror = () => done("loaded");
    image.src = url;
  }),
  "form of the page": (url) => new Promise((done) => {
    const frame = document.createElement("iframe");
    frame.name = "frame" + Math.random();
    document.body.append(frame);
    const form = document.createElement("form");
    form.action = url; form.method = "post"; form.enctype = "text/plain"; form.target = frame.name;
    const field = document.createElement("input");
    field.name = '{"a":"'; field.value = '"}';
    form.append(field);
    document.body.append(form);
    frame.onload = () => done("sent");
    setTimeout(() => done("waited"), 500);
    form.submit();
  }),
};
const results = [];
globalThis.results = (async () => {
  for (const target of targets) for (const [name, attempt] of Object.entries(tries)) {
    const ended = await attempt(target).then((r) => r?.status ?? String(r), (e) => "refused");
    results.push([name, ended]);
  }
  // Beacons tell nobody that they have arrived.
  await new Promise((done) => setTimeout(done, 500));
  return results;
})();
</script>"#;

#[tokio::test]
async fn i1_i3_no_page_of_another_origin_runs_a_handler() {
    let Some(web) = Web::or_skip() else { return };
    let Some(chromium) = web::chromium() else {
        return web::skipped("chromium is not installed");
    };
    let (backend, cook) = kitchen();
    let came = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&came);
    let rpc = axum::Router::new().nest_service("/rpc", traitwire::http::service(backend)).layer(
        axum::middleware::map_request(move |request: axum::extract::Request| {
            counter.fetch_add(1, Ordering::SeqCst);
            std::future::ready(request)
        }),
    );
    // Somebody else may come in; that helps nobody here.
    let cors = Cors::new(["https://app.example.com"]).unwrap();
    let server = Served::start(Server::builder_of(rpc).cors(cors)).await;
    let port = server.address.port();
    // It changes something, everyone may call it, and it has no arguments: an easy victim.
    let targets = ["127.0.0.1", "localhost"]
        .map(|host| format!("http://{host}:{port}/rpc/Kitchen/v1/stalls"));
    let page = ATTACKER.replace("TARGETS", &serde_json::to_string(&targets).unwrap());
    let package = web.bare_package("attacks");
    package.copy("chromium");
    package.write("attack.html", &page);
    let pages = Server::builder_of(document(axum::Router::new(), "/", "text/html", page));
    let pages = pages.signals(false).bind("0.0.0.0:0").await.unwrap();
    let pages_port = pages.local_addr().port();
    let _pages = Served::run(pages);
    let file = format!("file://{}", package.folder.join("attack.html").display());
    for attacker in [
        format!("http://127.0.0.1:{pages_port}/"),
        format!("http://127.0.0.2:{pages_port}/"),
        format!("http://attacker.localhost:{pages_port}/"),
        file,
    ] {
        let before = came.load(Ordering::SeqCst);
        let chromium = chromium.to_string_lossy();
        let printed = package.run("chromium/chromium.ts", &[&chromium, &attacker]).await.unwrap();
        assert_eq!(printed.lines().count(), 2 * 15, "{attacker}: {printed}");
        // Some of them do reach the server: it is not the browser that saves us.
        assert!(came.load(Ordering::SeqCst) - before >= 10, "{attacker}: {printed}");
        // And none brings anything that the page could read.
        assert!(!printed.lines().any(|line| line.ends_with(",200]")), "{attacker}: {printed}");
        assert_eq!(cook.started(), 0, "{attacker}: {printed}");
    }
}

#[tokio::test]
async fn a_page_of_a_listed_origin_calls_and_reads() {
    const PAGE: &str = r#"<!doctype html><script type="module">
    globalThis.results = (async () => {
      const reply = await fetch("TARGET", {
        method: "POST",
        body: '{"text":"hi"}',
        headers: { "content-type": "application/json", "traitwire-need": "1.2.0", authorization: "Bearer x" },
      });
      return [await reply.json(), reply.headers.get("traitwire-offer"), reply.headers.get("x-request-id") !== null];
    })();
    </script>"#;
    let Some(web) = Web::or_skip() else { return };
    let Some(chromium) = web::chromium() else {
        return web::skipped("chromium is not installed");
    };
    // The port of the page has to be known before the server is there.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let cors = Cors::new([&origin]).unwrap();
    let server = Served::start(Server::builder(kitchen().0).cors(cors)).await;
    let page = PAGE.replace("TARGET", &format!("{}/Kitchen/v1/say", server.url()));
    let pages = Server::builder_of(document(axum::Router::new(), "/", "text/html", page));
    let _pages = Served::run(pages.signals(false).listen(listener).unwrap());
    let package = web.bare_package("listed");
    package.copy("chromium");
    let chromium = chromium.to_string_lossy();
    let printed = package.run("chromium/chromium.ts", &[&chromium, &origin]).await.unwrap();
    assert_eq!(printed, "\"hi\"\n\"1.2.0\"\ntrue\n");
}

#[tokio::test]
async fn i2_an_ipv4_loopback_address_in_ipv6_is_a_loopback_address() {
    let server = Server::builder(kitchen().0).signals(false).bind("[::ffff:127.0.0.1]:0").await;
    let Ok(server) = server else {
        traitwire_tests::web::skipped("this machine has no IPv6");
        return;
    };
    let port = server.local_addr().port();
    let server = Served::run(server);
    for (host, expected) in [("127.0.0.1", 200), ("localhost", 200), ("evil.example", 403)] {
        let request =
            format!("GET /healthz HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: close\r\n\r\n");
        let address = (std::net::Ipv4Addr::LOCALHOST, port).into();
        assert_eq!(status(&exchange(address, &request).await), expected, "{host}");
    }
    server.handle.abort();
}
