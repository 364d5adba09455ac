//! Who becomes the one frontend of a backend.

use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use traitwire::FaultKind;
use traitwire::ipc::{self, Closed, tcp, unix};

use super::common::{DialClient, EngineClient, Seen, dial, engine};

/// A folder of its own, which ends with this.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        let path = std::env::temp_dir().join(format!("traitwire-test-{:016x}", fastrand::u64(..)));
        std::fs::DirBuilder::new().mode(0o700).create(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

#[tokio::test]
async fn i5_a_socket_lies_in_a_folder_of_its_own_and_leaves_nothing() {
    let listener = unix::Listener::bind().unwrap();
    let (path, folder) = (listener.path().to_owned(), listener.path().parent().unwrap().to_owned());
    let found = std::fs::symlink_metadata(&folder).unwrap();
    assert_eq!(found.mode() & 0o777, 0o700);
    let shown = format!("{listener:?}");
    assert!(shown.starts_with("Listener"), "{shown}");
    drop(listener);
    assert!(!path.exists() && !folder.exists());
    // After a pair as well, while that lives.
    let listener = unix::Listener::bind().unwrap();
    let path = listener.path().to_owned();
    let connecting = async {
        let socket = unix::connect(&path).await.unwrap();
        dial(&Arc::default()).open::<EngineClient>(socket).await
    };
    let backend = engine(&Arc::default());
    let (front, _back) = tokio::join!(connecting, listener.pair::<DialClient>(backend));
    let (pair, client) = front.expect("a pair");
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert!(!path.exists() && !path.parent().unwrap().exists());
    assert_eq!(unix::connect(&path).await.unwrap_err().kind(), std::io::ErrorKind::NotFound);
    assert_eq!(client.add(1, 1).await, Ok(2));
    pair.close().await;
}

#[tokio::test]
async fn i5_a_folder_that_others_may_enter_is_refused() {
    use std::io::ErrorKind::{AddrInUse, InvalidInput, NotFound, PermissionDenied};

    let folder = Folder::new();
    let path = folder.0.join("socket");
    for mode in [0o755, 0o770, 0o701, 0o777] {
        std::fs::set_permissions(&folder.0, std::fs::Permissions::from_mode(mode)).unwrap();
        let error = unix::Listener::bind_to(&path).unwrap_err();
        assert_eq!(error.kind(), PermissionDenied);
        let text = error.to_string();
        assert!(text.contains(&format!("(mode {mode:o}): chmod 700 it")), "{text}");
        assert!(text.contains(&folder.0.display().to_string()), "{text}");
    }
    std::fs::set_permissions(&folder.0, std::fs::Permissions::from_mode(0o700)).unwrap();
    // A link to one.
    let link = folder.0.join("link");
    let real = folder.0.join("real");
    std::fs::DirBuilder::new().mode(0o700).create(&real).unwrap();
    symlink(&real, &link).unwrap();
    let error = unix::Listener::bind_to(link.join("socket")).unwrap_err();
    assert_eq!(error.kind(), PermissionDenied);
    assert!(error.to_string().ends_with("is no folder, or a link to one"), "{error}");
    // Something is there: a file, a link, a socket that nobody listens on.
    std::fs::write(&path, "mine").unwrap();
    assert_eq!(unix::Listener::bind_to(&path).unwrap_err().kind(), AddrInUse);
    assert_eq!(std::fs::read(&path).unwrap(), b"mine", "it is left as it was");
    symlink("/nowhere", folder.0.join("dangling")).unwrap();
    let error = unix::Listener::bind_to(folder.0.join("dangling")).unwrap_err();
    assert_eq!(error.kind(), AddrInUse);
    let stale = folder.0.join("stale");
    drop(std::os::unix::net::UnixListener::bind(&stale).unwrap());
    assert_eq!(unix::Listener::bind_to(&stale).unwrap_err().kind(), AddrInUse);
    assert!(stale.exists());
    // No folder, and too long a path.
    let error = unix::Listener::bind_to(folder.0.join("none").join("socket")).unwrap_err();
    assert_eq!(error.kind(), NotFound);
    let left = 103 - folder.0.as_os_str().len() - 1;
    drop(unix::Listener::bind_to(folder.0.join("x".repeat(left))).unwrap());
    let error = unix::Listener::bind_to(folder.0.join("x".repeat(left + 1))).unwrap_err();
    assert_eq!(error.kind(), InvalidInput);
    assert_eq!(error.to_string(), "the path of a socket has 104 bytes; 103 are possible");
}

/// No test: what another user does, in a process of its own.
#[tokio::test]
#[ignore = "another test starts it"]
async fn other_user_process() {
    let path = std::env::var("TRAITWIRE_TEST_SOCKET").unwrap();
    println!("\nconnected {:?}", unix::connect(&path).await.map(|_| ()).map_err(|e| e.to_string()));
    let stream = tokio::net::UnixStream::connect(&path).await.unwrap();
    let opened = dial(&Arc::default()).open::<EngineClient>(stream).await;
    println!("\nopened {}", opened.unwrap_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i5_another_user_is_refused_even_if_the_folder_lets_it_in() {
    let folder = Folder::new();
    if std::fs::symlink_metadata(&folder.0).unwrap().uid() != 0 {
        println!("skipped: only root can run a process of another user");
        return;
    }
    let program = folder.0.join("program");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let path = folder.0.join("socket");
    let listener = unix::Listener::bind_to(&path).unwrap();
    // As if somebody had opened it since.
    for (path, mode) in [(&folder.0, 0o755), (&path, 0o777), (&program, 0o755)] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let seen = Arc::<Seen>::default();
    let waiting = tokio::spawn(listener.pair::<DialClient>(engine(&seen)));
    let mut other = Command::new(&program);
    other.args(["ipc::admission::other_user_process", "--exact", "--ignored", "--nocapture"]);
    other.env("TRAITWIRE_TEST_SOCKET", &path).current_dir("/").uid(65534).gid(65534);
    let output = tokio::task::spawn_blocking(move || other.output()).await.unwrap();
    let output = match output {
        Ok(output) => output,
        Err(error) => {
            println!("skipped: a process of another user cannot be started: {error}");
            return;
        }
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("the socket belongs to the user 0, and not to 65534"), "{text}");
    let refused = text.lines().find(|line| line.starts_with("opened ")).expect(&text);
    assert!(refused.contains("disconnected"), "{refused}");
    // Whoever it waits for still comes in.
    let socket = unix::connect(&path).await.unwrap();
    let (pair, client) = dial(&Arc::default()).open::<EngineClient>(socket).await.expect("a pair");
    assert_eq!(client.add(1, 1).await, Ok(2));
    waiting.await.unwrap().expect("a pair");
    pair.close().await;
}

/// How many descriptors this process may have.
fn descriptors() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let limit = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let limit = limit.and_then(|limit| limit.split_whitespace().next()?.parse().ok());
    // As few as systems give by default.
    limit.unwrap_or(1024)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn req_19_i6_of_many_frontends_at_once_one_is_let_in() {
    // Each needs a descriptor at both ends, and other tests that run at the same time need some.
    let count = 1_000.min(descriptors() / 4);
    for over in ["unix", "tcp"] {
        let seen = Arc::<Seen>::default();
        let (waiting, path, address, token) = if over == "unix" {
            let listener = unix::Listener::bind().unwrap();
            let path = listener.path().to_owned();
            (tokio::spawn(listener.pair::<DialClient>(engine(&seen))), Some(path), None, None)
        } else {
            let listener = tcp::Listener::bind().await.unwrap();
            let (address, token) = (listener.local_addr(), listener.token().clone());
            let waiting = tokio::spawn(listener.pair::<DialClient>(engine(&seen)));
            (waiting, None, Some(address), Some(token))
        };
        let began = Instant::now();
        let all = (0..count).map(|_| {
            let (path, token) = (path.clone(), token.clone());
            tokio::spawn(async move {
                let builder = dial(&Arc::default());
                match (path, address, token) {
                    (Some(path), ..) => {
                        let socket =
                            unix::connect(path).await.map_err(|error| error.to_string())?;
                        let opened = builder.open::<EngineClient>(socket).await;
                        opened.map_err(|fault| fault.to_string())
                    }
                    (_, Some(address), Some(token)) => {
                        let socket =
                            tcp::connect(address).await.map_err(|error| error.to_string())?;
                        let opened = builder.token(&token).open::<EngineClient>(socket).await;
                        opened.map_err(|fault| fault.to_string())
                    }
                    _ => Err("nowhere to go".to_owned()),
                }
            })
        });
        let (mut inside, mut told, mut refused) = (Vec::new(), 0, 0);
        for ended in join_all(all).await {
            match ended.unwrap() {
                Ok(pair) => inside.push(pair),
                Err(why) if why.contains("the backend has its frontend already") => told += 1,
                Err(_) => refused += 1,
            }
        }
        println!("{over}: {told} told, {refused} refused by the system, {:?}", began.elapsed());
        assert_eq!(inside.len(), 1, "{over}");
        assert_eq!(told + refused, count - 1, "{over}");
        // The system refuses some itself, where its queue is full and nobody gets to empty it.
        assert!(refused <= count / 10, "{over}: {refused} were not told why");
        let (back, _dial) = waiting.await.unwrap().expect("a pair");
        let (pair, client) = inside.remove(0);
        assert_eq!(client.add(1, 1).await, Ok(2));
        assert_eq!((pair.why_closed(), back.why_closed()), (None, None));
        pair.close().await;
        assert_eq!(back.closed().await, Closed::Peer);
    }
}

#[tokio::test]
async fn a_frontend_shows_the_token_or_stays_outside() {
    let listener = tcp::Listener::bind().await.unwrap();
    let (address, token) = (listener.local_addr(), listener.token().clone());
    assert!(address.ip().is_loopback());
    let secret = token.secret().to_owned();
    assert!(secret.len() == 64 && secret.bytes().all(|byte| byte.is_ascii_hexdigit()));
    for shown in [
        format!("{token:?}"),
        format!("{listener:?}"),
        format!("{:?}", dial(&Arc::default()).token(&token)),
    ] {
        assert!(!shown.contains(&secret), "{shown}");
    }
    assert_ne!(&secret, tcp::Listener::bind().await.unwrap().token().secret());
    let waiting = tokio::spawn(listener.pair::<DialClient>(engine(&Arc::default())));
    let open = |token: Option<String>| async move {
        let socket = tcp::connect(address).await.unwrap();
        let builder = dial(&Arc::default());
        let builder = match token {
            Some(token) => builder.token(&tcp::Token::from_text(token)),
            None => builder,
        };
        builder.open::<EngineClient>(socket).await
    };
    let almost = format!("{}{}", &secret[..63], if secret.ends_with('0') { '1' } else { '0' });
    for wrong in [None, Some(String::new()), Some(almost), Some(secret[..63].to_owned())] {
        let fault = open(wrong.clone()).await.unwrap_err();
        assert_eq!(fault.kind(), FaultKind::Unauthenticated, "{wrong:?}");
        let message = "the token is not the one that this backend gave out, or is too old";
        assert_eq!(fault.message(), message);
    }
    // Four wrong ones are no reason to refuse the right one.
    let (pair, client) = open(Some(secret.clone())).await.expect("a pair");
    waiting.await.unwrap().expect("a pair");
    // It is good once.
    let again = open(Some(secret)).await.unwrap_err();
    assert_eq!(again.kind(), FaultKind::PermissionDenied);
    assert_eq!(again.message(), "the backend has its frontend already; a pair has one");
    assert_eq!(client.add(1, 1).await, Ok(2));
    pair.close().await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert!(tcp::connect(address).await.is_err(), "the port is closed");
}

#[tokio::test]
async fn five_wrong_tokens_close_the_port() {
    let listener = tcp::Listener::bind().await.unwrap();
    let address = listener.local_addr();
    let waiting = tokio::spawn(listener.pair::<DialClient>(engine(&Arc::default())));
    for _ in 0..5 {
        let socket = tcp::connect(address).await.unwrap();
        let token = tcp::Token::from_text("guess");
        let opened = dial(&Arc::default()).token(&token).open::<EngineClient>(socket).await;
        assert_eq!(opened.unwrap_err().kind(), FaultKind::Unauthenticated);
    }
    let fault = waiting.await.unwrap().unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Unauthenticated);
    assert!(fault.message().starts_with("too many wrong tokens were shown"), "{fault}");
    assert!(tcp::connect(address).await.is_err(), "the port is closed");
}

#[tokio::test]
async fn only_the_loopback_is_safe_without_tls() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80", "10.0.0.1:1"] {
        let address = address.parse().unwrap();
        for error in [
            tcp::Listener::bind_to(address).await.unwrap_err(),
            tcp::connect(address).await.map(|_| ()).unwrap_err(),
        ] {
            assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
            let text = error.to_string();
            assert!(text.starts_with(&format!("{address} is not on the loopback")), "{text}");
            assert!(text.contains("TLS") && text.ends_with("say `dangerous_plaintext`"), "{text}");
        }
    }
    let listener = tcp::Listener::bind_dangerous_plaintext("0.0.0.0:0".parse().unwrap()).await;
    assert!(listener.is_ok());
    let _ = ipc::frontend();
}
