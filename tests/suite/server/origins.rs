//! Who is let in by host and origin, as sockets and browsers see it.

use traitwire::server::{Cors, HostList, Server};
use traitwire_tests::kitchen;

use super::support::{Served, status};

#[tokio::test]
async fn i2_a_server_on_loopback_is_called_by_its_own_names_only() {
    let (backend, cook) = kitchen();
    let server = Served::start(Server::builder(backend)).await;
    let port = server.address.port();
    let body = "{}";
    let ask = async |target: &str, hosts: &[String]| {
        let hosts: String = hosts.iter().map(|host| format!("host: {host}\r\n")).collect();
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
        "access-control-expose-headers: etag, retry-after, traitwire-offer, x-request-id\r\n",
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
