//! Who may talk to whom: negotiation per method, on every transport.

#![allow(unreachable_pub, reason = "interfaces are public where they are used")]

use serde::{Deserialize, Serialize};
use traitwire::http::Connector;
use traitwire::rpc::Backend;
use traitwire::{CallError, Executed, Fault, FaultKind, Wire, in_process, rpc_interface};
use traitwire_tests::Server;

/// What is served.
mod served {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize, Wire)]
    pub struct Note {
        pub title: String,
    }

    #[rpc_interface(version = "1.2.0")]
    pub trait Notes {
        #[rpc(public)]
        async fn get(&self, id: u32) -> Note;
        #[rpc(public)]
        async fn find(&self, title: &str) -> Option<Note>;
        #[rpc(public, since = "1.2.0")]
        async fn count(&self) -> u32;
        #[rpc(public, alias = "erase")]
        async fn remove(&self, id: u32) -> bool;
    }

    pub struct Store;

    impl Notes for Store {
        async fn get(&self, id: u32) -> Note {
            Note { title: id.to_string() }
        }

        async fn find(&self, title: &str) -> Option<Note> {
            Some(Note { title: title.to_owned() })
        }

        async fn count(&self) -> u32 {
            7
        }

        async fn remove(&self, _id: u32) -> bool {
            true
        }
    }

    #[rpc_interface(name = "Notes", version = "2.0.0")]
    pub trait NotesV2 {
        #[rpc(public)]
        async fn get(&self, id: u64) -> String;
    }

    impl NotesV2 for Store {
        async fn get(&self, id: u64) -> String {
            format!("v2 {id}")
        }
    }
}

/// Frontends of other revisions.
mod older {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize, Wire)]
    pub struct Memo {
        pub title: String,
    }

    /// Another name for the type in Rust, and none of the newer methods.
    #[rpc_interface(name = "Notes", version = "1.0.3")]
    pub trait OldNotes {
        #[rpc(public)]
        async fn get(&self, id: u32) -> Memo;
        #[rpc(public)]
        async fn erase(&self, id: u32) -> bool;
    }
}

mod newer {
    use super::*;

    /// One method that has not changed, one that has, one that is new.
    #[rpc_interface(name = "Notes", version = "1.3.0")]
    pub trait NewNotes {
        #[rpc(public)]
        async fn get(&self, id: u32) -> super::served::Note;
        #[rpc(public)]
        async fn find(&self, title: &str, limit: Option<u32>) -> Option<super::served::Note>;
        #[rpc(public)]
        async fn tags(&self) -> Vec<String>;
    }
}

mod pinned {
    use super::*;

    /// The same shape, but its behaviour is needed as of a later version.
    #[rpc_interface(name = "Notes", version = "1.3.0")]
    pub trait PinnedNotes {
        #[rpc(public, since = "1.3.0")]
        async fn get(&self, id: u32) -> super::served::Note;
        #[rpc(public, since = "1.2.0")]
        async fn count(&self) -> u32;
    }
}

mod third {
    use super::*;

    #[rpc_interface(name = "Notes", version = "3.0.0")]
    pub trait ThirdNotes {
        #[rpc(public)]
        async fn get(&self, id: u32) -> String;
    }
}

mod beta {
    use super::*;

    #[rpc_interface(name = "Notes", version = "1.3.0-beta.1")]
    pub trait BetaNotes {
        #[rpc(public)]
        async fn get(&self, id: u32) -> String;
    }

    pub struct Store;

    impl BetaNotes for Store {
        async fn get(&self, id: u32) -> String {
            format!("beta {id}")
        }
    }
}

fn backend() -> Backend {
    Backend::builder().serve(served::NotesServer::new(served::Store)).build().unwrap()
}

/// Connects to a backend in both ways and hands each client to the test.
macro_rules! on_every_transport {
    ($backend:expr, $client:ty, |$name:ident| $test:expr) => {{
        let backend = $backend;
        let $name = in_process::connect::<$client>(&backend).unwrap();
        $test;
        let server = Server::start(backend).await;
        let $name = traitwire::http::connect::<$client>(&server.url).await.unwrap();
        $test;
    }};
}

fn incompatible<T: std::fmt::Debug>(
    result: Result<T, CallError<std::convert::Infallible>>,
) -> Fault {
    let fault = result.unwrap_err().into_fault();
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::Incompatible, Executed::No));
    fault
}

#[tokio::test]
async fn an_older_frontend_calls_what_it_knows() {
    on_every_transport!(backend(), older::OldNotesClient, |notes| {
        assert_eq!(notes.get(1).await.unwrap(), older::Memo { title: "1".to_owned() });
        // Renamed since, but the old name is an alias.
        assert!(notes.erase(1).await.unwrap());
    });
}

#[tokio::test]
async fn a_newer_frontend_calls_every_method_that_has_not_changed() {
    on_every_transport!(backend(), newer::NewNotesClient, |notes| {
        assert_eq!(notes.get(1).await.unwrap().title, "1");

        let fault = incompatible(notes.find("a", None).await);
        let difference = fault.incompatibility().unwrap();
        assert_eq!(difference.interface, "Notes");
        assert_eq!(difference.method.as_deref(), Some("find"));
        assert_eq!(difference.need, "1.3.0");
        assert_eq!(difference.offers, ["1.2.0"]);
        assert_eq!(difference.reason, "newer_needed");
        assert_eq!(difference.fix, "upgrade_backend");
        assert!(difference.retryable);

        // One that the backend does not have yet is told so in the same way.
        let fault = incompatible(notes.tags().await);
        let difference = fault.incompatibility().unwrap();
        assert_eq!((&*difference.need, &*difference.fix), ("1.3.0", "upgrade_backend"));
    });
}

#[tokio::test]
async fn since_pins_a_behaviour_though_the_shape_is_the_same() {
    on_every_transport!(backend(), pinned::PinnedNotesClient, |notes| {
        assert_eq!(notes.count().await.unwrap(), 7);
        let fault = incompatible(notes.get(1).await);
        assert_eq!(fault.incompatibility().unwrap().need, "1.3.0");
    });
}

#[tokio::test]
async fn a_missing_series_is_found_out_when_connecting() {
    let backend = backend();
    let near = in_process::connect::<third::ThirdNotesClient>(&backend).unwrap_err();
    let server = Server::start(backend).await;
    let far = traitwire::http::connect::<third::ThirdNotesClient>(&server.url).await.unwrap_err();
    assert_eq!(near, far);
    assert_eq!(near.kind(), FaultKind::Incompatible);
    assert_eq!(
        near.message(),
        "`Notes` is offered as 1.2.0, not in the series `v3`; upgrade the backend, or call again \
         when its upgrade is done"
    );
    let difference = near.incompatibility().unwrap();
    assert_eq!((&*difference.reason, &*difference.fix), ("other_series", "upgrade_backend"));
}

#[tokio::test]
async fn a_missing_interface_is_found_out_when_connecting() {
    let server = Server::start(traitwire_tests::kitchen().0).await;
    let fault = traitwire::http::connect::<served::NotesClient>(&server.url).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Unimplemented);
    assert_eq!(fault.message(), "the backend does not serve the interface `Notes`");
}

#[tokio::test]
async fn strict_connecting_wants_every_method() {
    let server = Server::start(backend()).await;
    let connector = || Connector::new(&server.url).unwrap();
    connector().connect_strict::<served::NotesClient>().await.unwrap();
    connector().connect_strict::<older::OldNotesClient>().await.unwrap();
    let fault = connector().connect_strict::<newer::NewNotesClient>().await.unwrap_err();
    assert_eq!(fault.incompatibility().unwrap().method.as_deref(), Some("find"));
    let fault = connector().connect_strict::<pinned::PinnedNotesClient>().await.unwrap_err();
    assert_eq!(fault.incompatibility().unwrap().need, "1.3.0");
    let near = in_process::Connector::new(&backend());
    let fault = near.connect_strict::<newer::NewNotesClient>().unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Incompatible);
}

type Both = (served::NotesClient, served::NotesV2Client);

mod forgotten {
    use super::*;

    /// The version of what is served, but another shape: somebody forgot to bump it.
    #[rpc_interface(name = "Notes", version = "1.2.0")]
    pub trait ForgottenNotes {
        #[rpc(public)]
        async fn get(&self, id: u32) -> super::served::Note;
        #[rpc(public)]
        async fn count(&self) -> Vec<u32>;
    }
}

#[tokio::test]
async fn strict_connecting_finds_a_forgotten_bump() {
    let near = in_process::Connector::new(&backend());
    let fault = near.connect_strict::<forgotten::ForgottenNotesClient>().unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Incompatible);
    assert_eq!(
        fault.message(),
        "`Notes/count` has another shape at each end, though both call themselves 1.2.0; give the \
         newer one a version of its own"
    );
    let difference = fault.incompatibility().unwrap();
    assert_eq!(difference.reason, "same_version_other_shape");
}

#[tokio::test]
async fn two_series_stand_side_by_side() {
    let backend = Backend::builder()
        .serve(served::NotesServer::new(served::Store))
        .serve(served::NotesV2Server::new(served::Store))
        .build()
        .unwrap();
    let server = Server::start(backend.clone()).await;
    for (v1, v2) in [
        in_process::connect::<Both>(&backend).unwrap(),
        traitwire::http::connect::<Both>(&server.url).await.unwrap(),
    ] {
        assert_eq!(v1.get(1).await.unwrap().title, "1");
        assert_eq!(v2.get(1).await.unwrap(), "v2 1");
    }
    let fault = in_process::connect::<third::ThirdNotesClient>(&backend).unwrap_err();
    assert_eq!(fault.incompatibility().unwrap().offers, ["1.2.0", "2.0.0"]);
}

#[tokio::test]
async fn a_prerelease_serves_itself_and_its_baseline_if_it_has_one() {
    let alone = Backend::builder().serve(beta::BetaNotesServer::new(beta::Store)).build().unwrap();
    let notes = in_process::connect::<beta::BetaNotesClient>(&alone).unwrap();
    assert_eq!(notes.get(1).await.unwrap(), "beta 1");
    let old = in_process::connect::<served::NotesClient>(&alone).unwrap();
    let fault = incompatible(old.get(1).await);
    assert_eq!(fault.incompatibility().unwrap().reason, "prerelease");
    assert_eq!(fault.incompatibility().unwrap().fix, "use_same_version");

    let standing_in = Backend::builder()
        .serve_with_baseline(beta::BetaNotesServer::new(beta::Store), "1.2.5")
        .build()
        .unwrap();
    let old = in_process::connect::<served::NotesClient>(&standing_in).unwrap();
    // The handler runs; that its reply has another shape is what locks are there to find out.
    let fault = old.get(1).await.unwrap_err().into_fault();
    assert_eq!(fault.kind(), FaultKind::BadReply);
}

#[tokio::test]
async fn a_list_of_versions_that_makes_no_sense_is_a_bad_reply() {
    let list = |version: &str, methods: &str| {
        format!(
            r#"{{"traitwire":"9","interfaces":[{{"name":"Notes","series":"v1","version":"{version}",
            "methods":{methods}}}]}}"#
        )
    };
    for json in [
        "null".to_owned(),
        "[]".to_owned(),
        r#"{"traitwire":1,"interfaces":{}}"#.to_owned(),
        "[".repeat(1_000_000),
        list("1.0.0", "7"),
        list("1.0", r#"[{"name":"get","fingerprint":"00"}]"#),
        list("99999999999999999999.0.0", "[]"),
        list("1.2.0", r#"[{"name":"get","fingerprint":"zz"}]"#),
    ] {
        let reply = json.clone();
        let answer = move || {
            let reply = reply.clone();
            async { ([("content-type", "application/json")], reply) }
        };
        let app = axum::Router::new().fallback(answer);
        let server = Server::start_app(app).await;
        let connector = Connector::new(&server.url).unwrap();
        let fault = connector.connect_strict::<served::NotesClient>().await.unwrap_err();
        assert_eq!((fault.kind(), fault.executed()), (FaultKind::BadReply, Executed::No));
    }
}
