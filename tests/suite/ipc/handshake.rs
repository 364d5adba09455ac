//! Which ends become a pair, and what they are told if not.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use traitwire::ipc::{self, Builder, Clients, Limits};
use traitwire::rpc::Backend;
use traitwire::{Executed, Fault, FaultKind, Wire, http, ipc_interface, rpc_interface};

use super::common::{DialClient, EngineClient, Seen, dial, engine};
use super::raw::{self, GOODBYE, HELLO, JSON, frame, greeting};

mod served {
    use super::{Deserialize, Serialize, Wire, ipc_interface};

    #[derive(Debug, PartialEq, Serialize, Deserialize, Wire)]
    pub(super) struct Note {
        pub(super) title: String,
    }

    #[ipc_interface(version = "1.2.0", served_by = backend)]
    pub(super) trait Notes {
        async fn get(&self, id: u32) -> Note;
        async fn find(&self, title: &str) -> Option<Note>;
    }

    pub(super) struct Store;

    impl Notes for Store {
        async fn get(&self, id: u32) -> Note {
            Note { title: id.to_string() }
        }

        async fn find(&self, title: &str) -> Option<Note> {
            Some(Note { title: title.to_owned() })
        }
    }
}

/// A frontend that is newer, in nothing that it calls.
mod newer {
    use super::ipc_interface;

    #[ipc_interface(name = "Notes", version = "1.3.0", served_by = backend)]
    pub(super) trait NewerNotes {
        async fn get(&self, id: u32) -> super::served::Note;
    }
}

/// One method that has not changed, one that has, one that is new.
mod changed {
    use super::ipc_interface;

    #[ipc_interface(name = "Notes", version = "1.3.0", served_by = backend)]
    pub(super) trait ChangedNotes {
        async fn get(&self, id: u32) -> super::served::Note;
        async fn find(&self, title: &str, limit: Option<u32>) -> Option<super::served::Note>;
        async fn tags(&self) -> Vec<String>;
    }
}

mod third {
    use super::ipc_interface;

    #[ipc_interface(name = "Notes", version = "3.0.0", served_by = backend)]
    pub(super) trait ThirdNotes {
        async fn get(&self, id: u32) -> String;
    }
}

/// Of the same version, with a method that the backend does not have.
mod longer {
    use super::ipc_interface;

    #[ipc_interface(name = "Notes", version = "1.2.0", served_by = backend)]
    pub(super) trait LongerNotes {
        async fn tags(&self) -> Vec<String>;
    }
}

#[ipc_interface(version = "1.0.0", served_by = backend)]
trait Drafts {
    async fn count(&self) -> u32;
}

#[ipc_interface(version = "1.0.0", served_by = frontend)]
trait View {
    async fn confirm(&self, question: &str) -> bool;
}

#[ipc_interface(name = "View", version = "2.0.0", served_by = frontend)]
trait OtherView {
    async fn confirm(&self, question: &str) -> u8;
}

struct Window;

impl View for Window {
    async fn confirm(&self, question: &str) -> bool {
        question.is_empty()
    }
}

fn notes() -> Builder {
    ipc::backend().serve(|()| served::NotesServer::new(served::Store))
}

type Opened<C> = Result<(ipc::Pair, C), Fault>;

async fn both<F: Clients, B: Clients>(
    frontend: Builder,
    backend: Builder,
) -> (Opened<F>, Opened<B>) {
    let (here, there) = ipc::in_process();
    tokio::join!(frontend.open::<F>(here), backend.open::<B>(there))
}

/// Why these two are no pair: both ends are told the same.
async fn refused<F: Clients, B: Clients>(frontend: Builder, backend: Builder) -> Fault {
    let (front, back) = both::<F, B>(frontend, backend).await;
    let (front, back) = (front.err().expect("no pair"), back.err().expect("no pair"));
    assert_eq!(front, back);
    assert_eq!(front.executed(), Executed::No);
    front
}

#[tokio::test]
async fn req_22_ends_that_fit_become_a_pair() {
    let (front, back) = both::<served::NotesClient, ()>(ipc::frontend(), notes()).await;
    let (_, client) = front.expect("a pair");
    back.expect("a pair");
    assert_eq!(client.get(7).await, Ok(served::Note { title: "7".to_owned() }));
    // A newer frontend is none in what has not changed.
    let (front, back) = both::<newer::NewerNotesClient, ()>(ipc::frontend(), notes()).await;
    let (_, client) = front.expect("a pair");
    back.expect("a pair");
    assert_eq!(client.get(8).await, Ok(served::Note { title: "8".to_owned() }));
}

#[tokio::test]
async fn req_22_ends_that_do_not_fit_are_told_what_differs_and_who_has_to_change() {
    let fault = refused::<third::ThirdNotesClient, ()>(ipc::frontend(), notes()).await;
    assert_eq!(fault.kind(), FaultKind::Incompatible);
    let text = fault.message();
    assert!(["`Notes/get`", "3.0.0", "1.2.0"].iter().all(|part| text.contains(part)), "{text}");
    let found = fault.incompatibility().expect("for programs, too");
    assert_eq!((&*found.interface, found.method.as_deref()), ("Notes", Some("get")));
    assert_eq!((&*found.need, &found.offers[..]), ("3.0.0", &["1.2.0".to_owned()][..]));
    assert_eq!(found.fix, "upgrade_backend");

    // All differences in one message.
    let fault = refused::<changed::ChangedNotesClient, ()>(ipc::frontend(), notes()).await;
    assert_eq!(fault.kind(), FaultKind::Incompatible);
    let text = fault.message();
    assert!(text.contains("`Notes/find`") && text.contains("`Notes/tags`"), "{text}");
    assert!(!text.contains("`Notes/get`"), "{text}");

    let fault = refused::<longer::LongerNotesClient, ()>(ipc::frontend(), notes()).await;
    let text = fault.message();
    assert!(text.contains("tags") && text.contains("1.2.0"), "{text}");

    let fault = refused::<DraftsClient, ()>(ipc::frontend(), notes()).await;
    assert_eq!(fault.kind(), FaultKind::Unimplemented);
    assert_eq!(fault.message(), "the backend does not serve the interface `Drafts`");

    // In the other direction.
    let frontend = ipc::frontend().serve(|()| ViewServer::new(Window));
    let fault = refused::<(), OtherViewClient>(frontend, ipc::backend()).await;
    assert_eq!(fault.kind(), FaultKind::Incompatible);
    assert_eq!(fault.incompatibility().expect("it is one").fix, "upgrade_frontend");
    assert!(fault.message().contains("`View/confirm`"), "{fault}");
    let fault = refused::<(), ViewClient>(ipc::frontend(), ipc::backend()).await;
    assert_eq!(fault.message(), "the frontend does not serve the interface `View`");
}

#[tokio::test]
async fn two_frontends_or_two_backends_are_no_pair() {
    let (one, other) = both::<(), ()>(ipc::frontend(), ipc::frontend()).await;
    for ended in [one, other] {
        let fault = ended.unwrap_err();
        assert_eq!(fault.kind(), FaultKind::Incompatible);
        assert_eq!(fault.message(), "both ends are a frontend");
    }
    let (one, _) = both::<(), ()>(notes(), notes()).await;
    assert_eq!(one.unwrap_err().message(), "both ends are a backend");
}

/// What a backend says to a peer that says this, and how it ends for the backend.
async fn said_to(bytes: &[u8]) -> (Vec<raw::Frame>, Fault) {
    let (mut here, there) = tokio::io::duplex(65536);
    let speaking = async move {
        here.write_all(bytes).await.unwrap();
        here.shutdown().await.unwrap();
        raw::rest(&mut here).await
    };
    let opening = notes().open::<()>(ipc::Stream::local(there));
    let (opened, said) = tokio::join!(opening, speaking);
    (said, opened.unwrap_err())
}

#[tokio::test]
async fn a_peer_that_speaks_something_else_is_told_so() {
    let (said, fault) = said_to(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert_eq!(fault.kind(), FaultKind::BadReply);
    assert!(fault.message().starts_with("the handshake failed: "), "{fault}");
    let last = said.last().expect("a goodbye");
    assert_eq!(last.kind, GOODBYE);
    assert!(last.text().contains(r#""code":"refused""#), "{}", last.text());

    let newer = br#"{"traitwire":2,"end":"frontend"}"#;
    let (said, fault) = said_to(&frame(HELLO, 0, 0, 0, newer)).await;
    assert_eq!(fault.kind(), FaultKind::Incompatible);
    let text = "the peer speaks version 2 of the protocol, this end version 1; use the same traitwire at \
                both ends";
    assert_eq!(fault.message(), text);
    assert!(said.last().expect("a goodbye").text().contains(text));

    for bytes in [frame(2, 0, 0, 1, &[]), frame(HELLO, 0, 0, 0, b"[]"), frame(HELLO, 0, 0, 0, b"")]
    {
        let (said, fault) = said_to(&bytes).await;
        assert_eq!(fault.kind(), FaultKind::BadReply, "{fault}");
        assert_eq!(said.last().expect("a goodbye").kind, GOODBYE);
    }
}

#[tokio::test]
async fn a_greeting_has_4096_bytes_at_most() {
    let hello = |size: usize| {
        let empty = r#"{"traitwire":1,"end":"frontend","more":""}"#.len();
        let more = "x".repeat(size - empty);
        format!(r#"{{"traitwire":1,"end":"frontend","more":"{more}"}}"#).into_bytes()
    };
    let (_, fault) = said_to(&frame(HELLO, 0, 0, 0, &hello(4096))).await;
    // It passes, and the next one does not come.
    assert_eq!(fault.kind(), FaultKind::Disconnected, "{fault}");
    let (said, fault) = said_to(&frame(HELLO, 0, 0, 0, &hello(4097))).await;
    assert_eq!(fault.kind(), FaultKind::BadReply);
    assert!(fault.message().contains("a Hello of more than 4096 bytes"), "{fault}");
    assert_eq!(said.last().expect("a goodbye").kind, GOODBYE);
}

#[tokio::test(start_paused = true)]
async fn each_hello_has_five_seconds() {
    assert_eq!(Limits::default().hello_timeout, Duration::from_secs(5));
    for first in [Vec::new(), greeting("frontend")] {
        let (mut here, there) = tokio::io::duplex(65536);
        here.write_all(&first).await.unwrap();
        let began = tokio::time::Instant::now();
        let opening = tokio::spawn(notes().open::<()>(ipc::Stream::local(there)));
        let said = raw::next(&mut here, 1).await;
        assert_eq!(said[0].kind, HELLO);
        tokio::time::sleep(Duration::from_millis(4_900)).await;
        assert!(!opening.is_finished());
        tokio::time::sleep(Duration::from_millis(200)).await;
        let said = raw::next(&mut here, 1).await;
        assert_eq!(said[0].kind, GOODBYE);
        let fault = opening.await.unwrap().unwrap_err();
        assert_eq!(fault.kind(), FaultKind::Disconnected);
        assert!(fault.message().contains("no hello came in time"), "{fault}");
        assert!(began.elapsed() < Duration::from_secs(7), "{:?}", began.elapsed());
    }
}

#[tokio::test]
async fn req_23_after_the_handshake_no_name_no_version_and_no_credential_crosses() {
    let (here, there, tap) = raw::tapped();
    let (before, behind) = (Arc::<Seen>::default(), Arc::<Seen>::default());
    let token = ipc::tcp::Token::from_text("a secret of the two");
    let (front, back) = tokio::join!(
        dial(&before).token(&token).open::<EngineClient>(ipc::Stream::local(here)),
        engine(&behind).open::<DialClient>(ipc::Stream::local(there))
    );
    let ((pair, client), _back) = (front.expect("a pair"), back.expect("a pair"));
    assert_eq!(client.add(2, 3).await, Ok(5));
    assert_eq!(client.down(4).await, Ok(4));
    assert_eq!(client.text("hi").await.as_deref(), Ok("hi"));
    assert_eq!(client.show_then_reply(0, 3).await, Ok(3));
    pair.close().await;
    for (bytes, hellos) in [(&tap.forth, 2), (&tap.back, 2)] {
        let bytes = bytes.lock().unwrap();
        let all = raw::frames(&bytes);
        let kinds: Vec<u8> = all.iter().map(|frame| frame.kind).collect();
        assert!(kinds[..hellos].iter().all(|kind| *kind == HELLO));
        assert!(!kinds[hellos..].contains(&HELLO));
        for frame in all[hellos..].iter().filter(|frame| frame.kind != GOODBYE) {
            assert_eq!(frame.flags & JSON, 0, "values cross by position: {frame:?}");
            assert!(frame.payload.len() <= 3, "nothing but the arguments: {frame:?}");
        }
        let said: usize = all[hellos..].iter().map(|frame| frame.payload.len() + 16).sum();
        let after = String::from_utf8_lossy(&bytes[bytes.len() - said..]).into_owned();
        for word in ["Engine", "Dial", "add", "down", "show", "1.0.0", "secret"] {
            assert!(!after.contains(word), "{word}: {after}");
        }
    }
    let text = String::from_utf8_lossy(&tap.forth.lock().unwrap()).into_owned();
    assert!(text.contains("a secret of the two") && text.contains("Engine"), "in the handshake");
}

/// What [`EngineClient::add`] is, as RPC.
#[rpc_interface(version = "1.0.0")]
trait Adder {
    #[rpc(public)]
    async fn add(&self, a: i64, b: i64) -> i64;
}

struct Plain;

impl Adder for Plain {
    async fn add(&self, a: i64, b: i64) -> i64 {
        a + b
    }
}

/// How many bytes cross for each of ten calls.
async fn bytes_of_a_call(tap: &raw::Tap, call: impl AsyncFn(i64)) -> usize {
    call(0).await;
    let before = tap.count();
    for n in 1..=10 {
        call(n).await;
    }
    (tap.count() - before) / 10
}

#[tokio::test]
async fn req_24_a_call_takes_a_tenth_of_the_bytes_that_it_takes_over_http() {
    let (here, there, tap) = raw::tapped();
    let (front, back) = tokio::join!(
        dial(&Arc::default()).open::<EngineClient>(ipc::Stream::local(here)),
        engine(&Arc::default()).open::<DialClient>(ipc::Stream::local(there))
    );
    let ((_pair, client), _back) = (front.expect("a pair"), back.expect("a pair"));
    let over_a_pair =
        bytes_of_a_call(&tap, async |n| assert_eq!(client.add(n, 1).await, Ok(n + 1))).await;

    let backend = Backend::builder().serve(AdderServer::new(Plain)).build().expect("a backend");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = axum::Router::new().nest_service("/rpc", traitwire::http::service(backend));
    tokio::spawn(async move { axum::serve(listener, served).await });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/rpc", listener.local_addr().unwrap());
    let tap = raw::Tap::default();
    let tapped = tap.clone();
    tokio::spawn(async move {
        while let Ok((one, _)) = listener.accept().await {
            tapped.join(one, TcpStream::connect(address).await.expect("it is served"));
        }
    });
    let client = http::connect::<AdderClient>(&url).await.expect("a client");
    let over_http =
        bytes_of_a_call(&tap, async |n| assert_eq!(client.add(n, 1).await, Ok(n + 1))).await;

    println!("{over_a_pair} bytes over a pair, {over_http} over HTTP");
    assert!(10 * over_a_pair < over_http, "{over_a_pair} and {over_http}");
}
