//! Ends of other versions: what is refused, what runs all the same, and what a newer implementation
//! does for an older series.

use std::time::Duration;

use traitwire::http::Connector;
use traitwire::rpc::{Backend, BuildError, Dispatch, Stubs, VersionPolicy};
use traitwire::{CallError, Context, Executed, Fault, FaultKind, in_process, rpc_interface};
use traitwire_tests::{Server, tokens};

use super::process::Process;

/// As old frontends know it.
#[rpc_interface(version = "1.4.0", name = "Notes")]
pub trait NotesV1 {
    /// The same in both.
    #[rpc(public, readonly)]
    async fn count(&self) -> u32;
    /// Has another shape now.
    #[rpc(public)]
    async fn get(&self, id: u32) -> String;
    /// Is called `remove` now.
    #[rpc(public)]
    async fn erase(&self, id: u32) -> bool;
    /// The same shape, but it does something else now.
    #[rpc(public)]
    async fn total(&self) -> u32;
    /// Needs a scope now.
    #[rpc(public)]
    async fn clear(&self, cx: &Context) -> String;
    /// Is gone.
    #[rpc(public)]
    async fn legacy(&self) -> u32;
}

#[rpc_interface(version = "2.0.0", name = "Notes")]
pub trait NotesV2 {
    #[rpc(public)]
    async fn get(&self, id: u64) -> Option<String>;
    #[rpc(public, readonly)]
    async fn count(&self) -> u32;
    #[rpc(public, alias = "erase")]
    async fn remove(&self, id: u32) -> bool;
    #[rpc(public, since = "2.0.0")]
    async fn total(&self) -> u32;
    #[rpc(scope = "kitchen:burn")]
    async fn clear(&self, cx: &Context) -> String;
}

pub struct Store;

impl NotesV1 for Store {
    async fn count(&self) -> u32 {
        1
    }

    async fn get(&self, id: u32) -> String {
        id.to_string()
    }

    async fn erase(&self, _id: u32) -> bool {
        false
    }

    async fn total(&self) -> u32 {
        1
    }

    async fn clear(&self, _cx: &Context) -> String {
        "v1".to_owned()
    }

    async fn legacy(&self) -> u32 {
        1
    }
}

impl NotesV2 for Store {
    async fn get(&self, id: u64) -> Option<String> {
        Some(id.to_string())
    }

    async fn count(&self) -> u32 {
        2
    }

    async fn remove(&self, _id: u32) -> bool {
        true
    }

    async fn total(&self) -> u32 {
        2
    }

    async fn clear(&self, cx: &Context) -> String {
        format!("{}/{}", cx.interface(), cx.caller().unwrap().subject())
    }
}

/// The same frontend on both transports, with a token.
async fn both<S: Stubs>(backend: &Backend, token: &str) -> (Server, [S; 2]) {
    let server = Server::start(backend.clone()).await;
    let over = Connector::new(&server.url).unwrap().token(token).connect().await.unwrap();
    let within = in_process::Connector::new(backend).token(token).connect().unwrap();
    (server, [over, within])
}

fn incompatible<E: std::fmt::Debug>(error: CallError<E>) -> Fault {
    let CallError::Fault(fault) = error else { panic!("{error:?}") };
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::Incompatible, Executed::No));
    fault
}

fn two_series() -> Backend {
    let server = NotesV2Server::new(Store);
    Backend::builder()
        .serve(server.clone())
        .serve_older::<NotesV1Client>(server)
        .authenticator(tokens())
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_newer_implementation_serves_what_has_not_changed() {
    let backend = two_series();
    let (_server, frontends) = both::<NotesV1Client>(&backend, "burner").await;
    for v1 in frontends {
        assert_eq!(v1.count().await.unwrap(), 2);
        assert!(v1.erase(1).await.unwrap(), "an alias is a name too");
        assert_eq!(v1.clear().await.unwrap(), "Notes/bob");
        for fault in [
            incompatible(v1.get(1).await.unwrap_err()),
            incompatible(v1.total().await.unwrap_err()),
            incompatible(v1.legacy().await.unwrap_err()),
        ] {
            let difference = fault.incompatibility().unwrap();
            assert_eq!(difference.interface, "Notes");
            assert_eq!((&*difference.need, &*difference.reason), ("v1", "other_series"));
            assert_eq!(difference.offers, ["2.0.0"]);
            assert_eq!((&*difference.fix, difference.retryable), ("upgrade_frontend", false));
        }
    }
    // Who may call is as the newer trait says.
    let (_server, frontends) = both::<NotesV1Client>(&backend, "reader").await;
    for v1 in frontends {
        let fault = v1.clear().await.unwrap_err().into_fault();
        assert_eq!(fault.kind(), FaultKind::PermissionDenied);
    }
    // The newer series is what it would be alone.
    let v2: NotesV2Client = in_process::connect(&backend).unwrap();
    assert_eq!(v2.get(7).await.unwrap().as_deref(), Some("7"));
}

#[tokio::test]
async fn the_list_of_versions_has_what_is_served_of_an_older_series() {
    let backend = two_series();
    let versions = backend.versions();
    let series: Vec<_> =
        versions.interfaces.iter().map(|one| (&*one.series, &*one.version)).collect();
    assert_eq!(series, [("v1", "1.4.0"), ("v2", "2.0.0")]);
    let methods: Vec<_> =
        versions.interfaces[0].methods.iter().map(|method| &*method.name).collect();
    assert_eq!(methods, ["count", "erase", "clear"]);
    let strict = in_process::Connector::new(&backend).connect_strict::<NotesV1Client>();
    assert_eq!(strict.err().map(|fault| fault.kind()), Some(FaultKind::Unimplemented));
}

#[rpc_interface(version = "2.3.0", name = "Notes")]
pub trait SameSeries {
    #[rpc(public)]
    async fn count(&self) -> u32;
}

#[rpc_interface(version = "1.0.0")]
pub trait Another {
    #[rpc(public)]
    async fn count(&self) -> u32;
}

#[test]
fn what_is_no_older_series_is_refused() {
    let refused = |result: Result<Backend, BuildError>| result.unwrap_err().to_string();
    let serve = || Backend::builder().authenticator(tokens());
    let another = serve().serve_older::<AnotherClient>(NotesV2Server::new(Store)).build();
    assert!(refused(another).contains("`Notes`, which is another interface"));
    let same = serve().serve_older::<SameSeriesClient>(NotesV2Server::new(Store)).build();
    assert!(refused(same).contains("2.3.0 is not of an older series than 2.0.0"));
    let newer = serve().serve_older::<NotesV2Client>(NotesV1Server::new(Store)).build();
    assert!(refused(newer).contains("2.0.0 is not of an older series than 1.4.0"));
    // What the newer trait guards needs an authenticator, though the older one is public.
    let unguarded = Backend::builder().serve_older::<NotesV1Client>(NotesV2Server::new(Store));
    assert!(refused(unguarded.build()).contains("`Notes/clear` needs an authenticated caller"));
}

/// A frontend that is ahead of its backend.
#[rpc_interface(version = "1.5.0", name = "Notes")]
pub trait NewerNotes {
    #[rpc(public)]
    async fn get(&self, id: u32) -> Option<String>;
    #[rpc(public)]
    async fn legacy(&self, more: Option<u32>) -> u32;
}

fn offering(server: impl Dispatch, policy: VersionPolicy) -> Backend {
    Backend::builder().serve(server).authenticator(tokens()).versions(policy).build().unwrap()
}

#[tokio::test]
async fn req_13_a_mismatch_runs_nothing_and_is_told_alike_on_every_transport() {
    let backend = offering(NotesV1Server::new(Store), VersionPolicy::Enforce);
    let (_server, [over, within]) = both::<NewerNotesClient>(&backend, "reader").await;
    let faults = [
        incompatible(over.get(1).await.unwrap_err()),
        incompatible(within.get(1).await.unwrap_err()),
    ];
    assert_eq!(faults[0], faults[1]);
    let difference = faults[0].incompatibility().unwrap();
    assert_eq!(difference.interface, "Notes");
    assert_eq!(difference.method.as_deref(), Some("get"));
    assert_eq!((&*difference.need, &*difference.offers[0]), ("1.5.0", "1.4.0"));
    assert_eq!((&*difference.reason, &*difference.fix), ("newer_needed", "upgrade_backend"));
    assert!(difference.retryable);
    assert_eq!(backend.diagnosed(), 0);

    // A series that is missing is found out before any call.
    let backend = offering(NotesV2Server::new(Store), VersionPolicy::Enforce);
    let server = Server::start(backend.clone()).await;
    let over = traitwire::http::connect::<NotesV1Client>(&server.url).await.unwrap_err();
    let within = in_process::connect::<NotesV1Client>(&backend).unwrap_err();
    assert_eq!(over, within);
    assert_eq!(over.incompatibility().unwrap().fix, "upgrade_frontend");
}

#[tokio::test]
async fn a_backend_that_diagnoses_runs_what_it_would_refuse_and_counts() {
    let backend = offering(NotesV1Server::new(Store), VersionPolicy::Diagnose);
    let (_server, frontends) = both::<NewerNotesClient>(&backend, "reader").await;
    for newer in frontends {
        // A text is an optional text too.
        assert_eq!(newer.get(1).await.unwrap().as_deref(), Some("1"));
        // What does not go together fails where it does not.
        let fault = newer.legacy(Some(1)).await.unwrap_err().into_fault();
        assert_eq!((fault.kind(), fault.path()), (FaultKind::InvalidArgument, Some("more")));
    }
    assert_eq!(backend.diagnosed(), 4);
    // A series that is not there cannot be run, and a need that is none is no need.
    let missing = in_process::connect::<NotesV2Client>(&backend).unwrap_err();
    assert_eq!(missing.kind(), FaultKind::Incompatible);
    assert_eq!(backend.diagnosed(), 4);
}

#[tokio::test]
async fn req_14_an_incompatible_redeploy_is_noticed_on_the_next_request() {
    let first = Process::start(&[("PLANT_NOTES", "1")]);
    let port = first.address().rsplit(':').next().unwrap().to_owned();
    let v1: NotesV1Client = traitwire::http::connect(&first.url).await.unwrap();
    assert_eq!(v1.get(1).await.unwrap(), "1");
    drop(first);
    let _second = Process::start(&[("PLANT_NOTES", "2"), ("PLANT_PORT", &port)]);
    let fault = loop {
        let fault = v1.get(1).await.unwrap_err().into_fault();
        // The connection that was open is lost first.
        if fault.kind() != FaultKind::Disconnected {
            break fault;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::Incompatible, Executed::No));
    assert_eq!(fault.incompatibility().unwrap().offers, ["2.0.0"]);
}
