//! TLS: handshakes, what they agree on, and certificates that are replaced.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ClientConfig, ProtocolVersion, RootCertStore};
use traitwire::server::{Server, ServerLimits, Tls};
use traitwire_tests::kitchen;

use super::support::{PATIENCE, Served, rest, status};

/// A certificate for `localhost` and its key, in PEM.
fn certificate() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}

fn der(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

/// Files of a test, which are removed with it.
struct Files {
    folder: PathBuf,
}

impl Files {
    fn new(name: &str) -> Files {
        let folder = std::env::temp_dir().join(format!("traitwire-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Files { folder }
    }

    fn write(&self, (certificate, key): &(String, String)) {
        std::fs::write(self.certificate(), certificate).unwrap();
        std::fs::write(self.key(), key).unwrap();
    }

    fn certificate(&self) -> PathBuf {
        self.folder.join("tls.crt")
    }

    fn key(&self) -> PathBuf {
        self.folder.join("tls.key")
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn connect(
    address: SocketAddr,
    trusted: &str,
    alpn: &[&str],
    versions: &[&'static tokio_rustls::rustls::SupportedProtocolVersion],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(der(trusted)).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_protocol_versions(versions).unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// One request on a connection that is kept.
async fn ask(stream: &mut TlsStream<TcpStream>, address: SocketAddr) -> String {
    let host = format!("localhost:{}", address.port());
    let head = format!("GET /healthz HTTP/1.1\r\nhost: {host}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    while !answer.ends_with("ok\n") {
        answer.push(stream.read_u8().await.expect("an answer") as char);
    }
    answer
}

async fn serve(tls: Tls, limits: ServerLimits) -> Served {
    Served::start(Server::builder(kitchen().0).tls(tls).limits(limits)).await
}

#[tokio::test]
async fn both_ends_agree_on_the_best_that_both_speak() {
    let (certificate, key) = certificate();
    let tls = Tls::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
    let server = serve(tls, ServerLimits::default()).await;
    for (versions, version) in [
        (&[&TLS12][..], ProtocolVersion::TLSv1_2),
        (&[&TLS13], ProtocolVersion::TLSv1_3),
        (&[&TLS12, &TLS13], ProtocolVersion::TLSv1_3),
    ] {
        for (offered, chosen) in [
            (&["h2", "http/1.1"][..], Some("h2")),
            (&["http/1.1", "h2"], Some("h2")),
            (&["http/1.1"], Some("http/1.1")),
            (&[], None),
        ] {
            let mut stream =
                connect(server.address, &certificate, offered, versions).await.unwrap();
            let (_, agreed) = stream.get_ref();
            assert_eq!(agreed.protocol_version(), Some(version));
            let spoken = agreed.alpn_protocol().map(|name| String::from_utf8_lossy(name));
            assert_eq!(spoken.as_deref(), chosen);
            if chosen != Some("h2") {
                assert_eq!(status(&ask(&mut stream, server.address).await), 200);
            }
        }
    }
    let other = connect(server.address, &certificate, &["h3"], &[&TLS13]).await;
    assert!(other.is_err());
}

#[tokio::test]
async fn a_certificate_is_replaced_while_the_server_runs() {
    let files = Files::new("reload");
    let (first, second) = (certificate(), certificate());
    files.write(&first);
    let tls = Tls::from_files(files.certificate(), files.key()).unwrap();
    let server = serve(tls.clone(), ServerLimits::default()).await;
    let shown = async |trusted: &str| {
        let stream = connect(server.address, trusted, &[], &[&TLS13]).await;
        stream.map(|stream| stream.get_ref().1.peer_certificates().unwrap()[0].clone())
    };
    let mut old = connect(server.address, &first.0, &[], &[&TLS13]).await.unwrap();
    assert_eq!(shown(&first.0).await.unwrap(), der(&first.0));
    files.write(&second);
    tls.reload().unwrap();
    assert_eq!(shown(&second.0).await.unwrap(), der(&second.0));
    assert!(shown(&first.0).await.is_err());
    // Who was there before is served on.
    assert_eq!(status(&ask(&mut old, server.address).await), 200);
    // What is no good changes nothing.
    files.write(&(first.0.clone(), second.1.clone()));
    let error = tls.reload().unwrap_err();
    assert!(error.to_string().contains("no good"), "{error}");
    std::fs::remove_file(files.key()).unwrap();
    let error = tls.reload().unwrap_err();
    assert!(error.to_string().contains("tls.key"), "{error}");
    assert_eq!(shown(&second.0).await.unwrap(), der(&second.0));
}

#[tokio::test]
async fn files_that_change_are_noticed() {
    let files = Files::new("watch");
    let (first, second) = (certificate(), certificate());
    files.write(&first);
    let tls = Tls::from_files(files.certificate(), files.key()).unwrap();
    let limits = ServerLimits { tls_reload: Duration::from_millis(50), ..Default::default() };
    let server = serve(tls, limits).await;
    assert!(connect(server.address, &first.0, &[], &[&TLS13]).await.is_ok());
    // Two files are never written at once; half of the change is no good, and does no harm.
    std::fs::write(files.certificate(), &second.0).unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(connect(server.address, &first.0, &[], &[&TLS13]).await.is_ok());
    files.write(&second);
    let noticed = async {
        while connect(server.address, &second.0, &[], &[&TLS13]).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, noticed).await.expect("the new certificate is shown");
}

#[test]
fn what_is_no_certificate_is_named() {
    let ((certificate, key), other) = (certificate(), certificate());
    for (certificate, key, message) in [
        ("", key.as_str(), "no certificate in PEM"),
        (key.as_str(), key.as_str(), "no certificate in PEM"),
        (certificate.as_str(), "", "no private key in PEM"),
        (certificate.as_str(), certificate.as_str(), "no private key in PEM"),
        (certificate.as_str(), other.1.as_str(), "no good"),
    ] {
        let error = Tls::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
    }
    let error = Tls::from_files("/nowhere/tls.crt", "/nowhere/tls.key").unwrap_err();
    assert!(error.to_string().contains("/nowhere/tls.crt"), "{error}");
    let tls = Tls::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
    assert!(!format!("{tls:?}").contains("PRIVATE"), "{tls:?}");
}

#[tokio::test]
async fn l5_a_handshake_that_stalls_is_ended() {
    let (certificate, key) = certificate();
    let tls = Tls::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
    let limits = ServerLimits { tls_timeout: Duration::from_millis(500), ..Default::default() };
    let server = serve(tls, limits).await;
    let mut stalling = Vec::new();
    for n in 0..50 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        if n % 2 == 0 {
            // The beginning of a hello.
            stream.write_all(&[0x16, 3, 1, 2, 0, 1]).await.unwrap();
        }
        stalling.push(stream);
    }
    let mut good = connect(server.address, &certificate, &[], &[&TLS13]).await.unwrap();
    let begin = Instant::now();
    for mut stream in stalling {
        rest(&mut stream).await;
    }
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
    assert_eq!(status(&ask(&mut good, server.address).await), 200);
}

#[tokio::test]
async fn plain_text_gets_no_answer_and_holds_nothing_up() {
    let (certificate, key) = certificate();
    let tls = Tls::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
    let limits = ServerLimits { max_connections: 2, ..ServerLimits::default() };
    let server = serve(tls, limits).await;
    let plain = server.exchange("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    assert!(!plain.contains("HTTP/1.1"), "{plain}");
    // One too many is closed without a word. The one before may not have left yet.
    let mut good = loop {
        match connect(server.address, &certificate, &[], &[&TLS13]).await {
            Ok(stream) => break stream,
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    };
    assert_eq!(status(&ask(&mut good, server.address).await), 200);
    let mute = TcpStream::connect(server.address).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(server.exchange("GET / HTTP/1.1\r\n\r\n").await, "");
    let begin = Instant::now();
    server.handle.drain();
    assert_eq!(server.ended().await.aborted, 0);
    assert!(begin.elapsed() < Duration::from_millis(1500), "{:?}", begin.elapsed());
    drop(mute);
    let mut left = Vec::new();
    let _ =
        tokio::time::timeout(PATIENCE, good.read_to_end(&mut left)).await.expect("it is closed");
}
