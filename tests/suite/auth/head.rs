//! What does the head of a request say, and what is refused for it alone?

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use traitwire::http::Connector;
use traitwire::rpc::{Authenticator, Credentials, Refused, StaticTokens};
use traitwire::{Caller, Executed, FaultKind, in_process};
use traitwire_tests::Server;

use crate::vault::{VaultClient, vault};

/// Sends a head, and reads what comes until the end or for five seconds.
pub async fn raw(server: &Server, head: &str) -> String {
    let address = server.url.trim_start_matches("http://").trim_end_matches("/rpc");
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let reading = async {
        let mut buffer = [0; 1024];
        while let Ok(read @ 1..) = socket.read(&mut buffer).await {
            answer.extend_from_slice(&buffer[..read]);
            // The problem document is the end of the response, and short.
            if answer.ends_with(b"}") {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(5), reading).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// The body was announced and never sent. Whoever read it first would wait for it.
#[tokio::test]
async fn req_08_a_request_without_credentials_is_refused_before_its_body_is_read() {
    let tokens = [("reader", Caller::new("bob"))];
    let (backend, keeper) = vault(StaticTokens::new(tokens));
    let server = Server::start(backend).await;
    for (method, authorization, status) in [
        ("who", "", "401"),
        ("who", "Authorization: Bearer wrong\r\n", "401"),
        ("who", "Authorization: Basic cmVhZGVy\r\n", "401"),
        ("who", "Authorization: Bearer reader\r\nAuthorization: Bearer reader\r\n", "400"),
        ("store", "", "401"),
        ("store", "Authorization: Bearer reader\r\n", "403"),
    ] {
        for expect in ["Expect: 100-continue\r\n", ""] {
            let head = format!(
                "POST /rpc/Vault/v1/{method} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                 Content-Length: 1000000\r\n{expect}{authorization}\r\n"
            );
            let answer = raw(&server, &head).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{head}{answer}");
            assert!(answer.contains(r#""executed":"no""#), "{answer}");
            assert_eq!(answer.contains("www-authenticate: Bearer"), status == "401", "{answer}");
        }
    }
    assert_eq!(keeper.started(), 0);
}

/// Knows callers by headers that a proxy would set, and tells what it can.
struct Proxied;

impl Authenticator for Proxied {
    async fn authenticate(&self, credentials: Credentials<'_>) -> Result<Caller, Refused> {
        assert!(!format!("{credentials:?}").contains("CN="));
        match credentials.header("X-Client-Subject") {
            Some("CN=away") => {
                let away = Refused::unavailable("the directory is away");
                Err(away.with_retry_after(Duration::from_secs(7)))
            }
            Some("CN=banned") => Err(Refused::permission_denied("the account is closed")),
            Some(name) => Ok(Caller::new(name.trim_start_matches("CN="))),
            None => Err(Refused::unauthenticated("a certificate is needed")),
        }
    }
}

#[tokio::test]
async fn any_header_can_say_who_calls() {
    let (backend, keeper) = vault(Proxied);
    let server = Server::start(backend.clone()).await;
    let local = |name: &str| -> VaultClient {
        let connector = in_process::Connector::new(&backend);
        connector.header("x-client-subject", name).connect().unwrap()
    };
    let remote = async |name: &str| -> VaultClient {
        let mut headers = reqwest::header::HeaderMap::new();
        headers.insert("x-client-subject", name.parse().unwrap());
        let client = reqwest::Client::builder().default_headers(headers).build().unwrap();
        Connector::new(&server.url).unwrap().client(client).connect().await.unwrap()
    };
    for vault in [local("CN=ann"), remote("CN=ann").await] {
        assert_eq!(vault.who().await.unwrap(), "ann");
        assert_eq!(vault.door().await.unwrap(), "ann");
    }
    let before = keeper.started();
    for (name, kind, message) in [
        ("CN=away", FaultKind::Overloaded, "the directory is away"),
        ("CN=banned", FaultKind::PermissionDenied, "the account is closed"),
    ] {
        for vault in [local(name), remote(name).await] {
            let fault = vault.who().await.unwrap_err().into_fault();
            assert_eq!((fault.kind(), fault.executed()), (kind, Executed::No));
            assert_eq!(fault.message(), message);
            // What everyone may do, these may do too.
            assert_eq!(vault.door().await.unwrap(), "nobody");
        }
    }
    // Nobody can tell which of two the proxy has set.
    let head = "POST /rpc/Vault/v1/who HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                X-Client-Subject: CN=root\r\nX-Client-Subject: CN=ann\r\nContent-Length: 2\r\n\r\n{}";
    assert!(raw(&server, head).await.starts_with("HTTP/1.1 401 "));
    assert_eq!(keeper.started(), before);
}
