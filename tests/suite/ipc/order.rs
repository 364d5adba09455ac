//! Do handlers start in the order in which the peer has sent what they are for?

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use traitwire::{Stream, ipc, ipc_interface};

#[ipc_interface(version = "1.0.0", served_by = backend)]
trait Log {
    async fn call(&self, number: u64);
    fn stream(&self, number: u64) -> impl Stream<Item = u64> + Send;
    #[ipc(notify)]
    async fn notify(&self, number: u64);
    #[ipc(notify)]
    fn plain(&self, number: u64);
}

#[derive(Clone, Default)]
struct Started(Arc<Mutex<Vec<u64>>>);

impl Started {
    /// Some take longer than a reader may spend on handlers, so that what follows gets tasks.
    fn start(&self, number: u64) {
        self.0.lock().unwrap().push(number);
        let begin = Instant::now();
        while number.is_multiple_of(31) && begin.elapsed() < Duration::from_micros(1500) {
            std::hint::spin_loop();
        }
    }
}

impl Log for Started {
    async fn call(&self, number: u64) {
        self.start(number);
        tokio::task::yield_now().await;
    }

    fn stream(&self, number: u64) -> impl Stream<Item = u64> + Send {
        self.start(number);
        stream::iter([number])
    }

    async fn notify(&self, number: u64) {
        self.start(number);
        tokio::task::yield_now().await;
    }

    fn plain(&self, number: u64) {
        self.start(number);
    }
}

type Sent<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn handlers_start_in_the_order_of_sending_also_where_the_reader_has_no_time_for_them() {
    let started = Started::default();
    let (here, there) = ipc::in_process();
    let backend = LogServer::new(started.clone());
    let backend = tokio::spawn(ipc::backend().serve(|()| backend).open::<()>(there));
    let (pair, log) = ipc::frontend().open::<LogClient>(here).await.expect("a pair");
    backend.await.expect("no panic").expect("a pair");
    for round in 0..20 {
        let numbers = round * 100..(round + 1) * 100;
        // A future is sent when it is polled first, and these are in their order.
        let sent = numbers.map(|number| -> Sent<'_> {
            let log = &log;
            match number % 4 {
                0 => Box::pin(async move { log.call(number).await.expect("a reply") }),
                1 => Box::pin(async move { log.notify(number).await.expect("it is sent") }),
                2 => Box::pin(async move { log.plain(number).await.expect("it is sent") }),
                _ => Box::pin(async move {
                    let items: Vec<_> = log.stream(number).collect().await;
                    assert_eq!(items, [Ok(number)]);
                }),
            }
        });
        join_all(sent).await;
    }
    pair.close().await;
    let started = started.0.lock().unwrap();
    let expected: Vec<u64> = (0..2000).collect();
    assert_eq!(*started, expected);
}
