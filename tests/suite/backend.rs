//! Which backends are refused when they are built.

#![allow(unreachable_pub, reason = "interfaces are public where they are used")]

use traitwire::rpc::{Backend, BuildError};
use traitwire::{in_process, rpc_interface};
use traitwire_tests::{Cook, KitchenServer, tokens};

mod open {
    use super::rpc_interface;

    #[rpc_interface(version = "1.0.0")]
    pub trait Open {
        #[rpc(public)]
        async fn hello(&self) -> String;
    }

    pub struct Greeter;

    impl Open for Greeter {
        async fn hello(&self) -> String {
            "hello".to_owned()
        }
    }

    /// The same name and series.
    #[rpc_interface(name = "Open", version = "1.9.0")]
    pub trait OtherOpen {
        #[rpc(public)]
        async fn hello(&self) -> u8;
    }

    impl OtherOpen for Greeter {
        async fn hello(&self) -> u8 {
            1
        }
    }
}

#[test]
fn a_backend_that_serves_nothing_is_refused() {
    let error = Backend::builder().build().unwrap_err();
    assert_eq!(error, BuildError::NothingServed);
    assert_eq!(error.to_string(), "the backend serves no interface; add one with `serve`");
}

#[test]
fn a_method_that_needs_a_caller_needs_an_authenticator() {
    let error = Backend::builder().serve(KitchenServer::new(Cook::default())).build().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`Kitchen/join` needs an authenticated caller, but the backend has no authenticator; add \
         one with `authenticator`, or mark the method #[rpc(public)]"
    );
}

#[tokio::test]
async fn public_methods_need_none() {
    let backend = Backend::builder().serve(open::OpenServer::new(open::Greeter)).build().unwrap();
    let open = in_process::connect::<open::OpenClient>(&backend).unwrap();
    assert_eq!(open.hello().await.unwrap(), "hello");
}

#[test]
fn two_servers_of_one_name_and_series_are_refused() {
    let error = Backend::builder()
        .serve(open::OpenServer::new(open::Greeter))
        .serve(open::OtherOpenServer::new(open::Greeter))
        .build()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "two servers answer to `Open/v1`; serve one of them, or give one another major version"
    );
}

#[test]
fn a_baseline_is_a_release_of_the_same_series() {
    for baseline in ["2.0.0", "1.0.0-beta", "1.0", ""] {
        let error = Backend::builder()
            .serve_with_baseline(open::OpenServer::new(open::Greeter), baseline)
            .build()
            .unwrap_err();
        assert!(matches!(error, BuildError::BadBaseline { .. }), "{baseline}: {error}");
    }
}

/// Every method × {none, garbage, wrong scope, right}: none can be forgotten.
#[tokio::test]
async fn every_method_is_guarded_as_it_says() {
    use traitwire::schema::Access;

    let backend = Backend::builder()
        .serve(KitchenServer::new(Cook::default()))
        .authenticator(tokens())
        .build()
        .unwrap();
    let server = traitwire_tests::Server::start(backend.clone()).await;
    let client = reqwest::Client::new();
    let mut checked = 0;
    for method in backend.schema().interfaces[0].methods.iter() {
        // No arguments are sent: who gets past the guard is told of that, or gets a reply.
        for (token, allowed) in [
            (None, method.access == Access::Public),
            (Some("garbage"), method.access == Access::Public),
            (Some("reader"), !matches!(method.access, Access::Scope(_))),
            (Some("burner"), true),
        ] {
            let mut request = client.post(server.method(&method.name)).body("[]");
            request = request.header("content-type", "application/json");
            if let Some(token) = token {
                request = request.header("authorization", format!("Bearer {token}"));
            }
            let status = request.send().await.unwrap().status().as_u16();
            let guarded = if token == Some("reader") { 403 } else { 401 };
            let expected = if allowed { 400 } else { guarded };
            assert_eq!(status, expected, "{} with {token:?}", method.name);
            checked += 1;
        }
    }
    assert!(checked > 60, "{checked} combinations");
}
