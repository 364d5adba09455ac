//! What is a program told that does not open a pair as it is meant?

use std::io::ErrorKind;

use traitwire::{FaultKind, ipc, ipc_interface};

#[ipc_interface(version = "1.0.0", served_by = backend)]
trait Desk {
    async fn ring(&self);
}

struct Bell;

impl Desk for Bell {
    async fn ring(&self) {}
}

#[tokio::test]
async fn an_end_that_serves_or_calls_what_is_the_others_is_told_so() {
    let (here, there) = ipc::in_process();
    let frontend = ipc::frontend().serve(|()| DeskServer::new(Bell)).open::<()>(here);
    let fault = frontend.await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Internal);
    assert_eq!(
        fault.message(),
        "the interface `Desk`: it is `served_by = backend`, so the frontend cannot serve it; it calls it, by \
         its client"
    );
    let fault = ipc::backend().open::<DeskClient>(there).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Internal);
    assert_eq!(
        fault.message(),
        "the interface `Desk`: it is `served_by = backend`, so the backend cannot call it; it serves it, and \
         its peer calls it"
    );
}

#[tokio::test]
async fn who_cannot_connect_is_told_where() {
    let error = ipc::unix::connect("/nowhere/at/all").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("/nowhere/at/all: "), "{error}");

    let listener = ipc::tcp::Listener::bind().await.expect("a port");
    let address = listener.local_addr();
    drop(listener);
    let error = ipc::tcp::connect(address).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    assert!(error.to_string().contains(&address.to_string()), "{error}");
}
