//! Does the same code come out well in the edition before, under another name for traitwire?

#![deny(warnings, missing_docs, rust_2024_compatibility, clippy::pedantic)]
#![allow(tail_expr_drop_order, if_let_rescope, reason = "of the test's own")]
#![forbid(unsafe_code)]

use tw::{Context, Stream};

/// Counts.
#[tw::rpc_interface(version = "1.0.0", crate = ::tw)]
pub trait Counter {
    /// Adds up.
    async fn add(&self, cx: &Context, words: &[String], start: Option<u64>) -> Result<u64, Never>;
    /// Counts on.
    fn count(&self, from: &str, to: u64) -> impl Stream<Item = u64> + Send;
}

/// Tells.
#[tw::ipc_interface(version = "1.0.0", served_by = frontend, crate = ::tw)]
pub trait View {
    /// Asks.
    async fn ask(&self, cx: &Context, question: &str, more: tw::Incoming<u8>) -> bool;
    /// Answers as it is asked.
    fn echo(&self, words: tw::Incoming<String>) -> impl Stream<Item = u64> + Send;
    /// Shows.
    #[ipc(notify)]
    fn show(&self, cx: &Context, r#async: &[String]);
    /// Shows later.
    #[ipc(notify)]
    async fn later(&self, name: String);
}

type Never = std::convert::Infallible;

#[cfg(test)]
mod tests {
    use futures_util::{stream, FutureExt, StreamExt};

    use super::*;

    struct Mine;

    impl Counter for Mine {
        async fn add(
            &self,
            _: &Context,
            words: &[String],
            start: Option<u64>,
        ) -> Result<u64, Never> {
            Ok(start.unwrap_or_default() + words.iter().map(|word| word.len() as u64).sum::<u64>())
        }

        fn count(&self, from: &str, to: u64) -> impl Stream<Item = u64> + Send {
            stream::iter(from.len() as u64..to)
        }
    }

    impl View for Mine {
        async fn ask(&self, _: &Context, _: &str, more: tw::Incoming<u8>) -> bool {
            more.count().await == 2
        }

        fn echo(&self, words: tw::Incoming<String>) -> impl Stream<Item = u64> + Send {
            words.map(|word| word.map_or(0, |word| word.len() as u64))
        }

        fn show(&self, _: &Context, r#async: &[String]) {
            assert!(r#async.is_empty());
        }

        async fn later(&self, name: String) {
            drop(name);
        }
    }

    /// What stands in a frontend that asks.
    fn calls(view: &ViewClient) {
        let asked: tw::ipc::Call<bool> = view.ask("really?", stream::iter([1, 2]));
        let echoed: tw::ipc::StreamCall<u64> = view.echo(stream::iter(["a".to_owned()]));
        let shown: tw::ipc::Notification = view.show(&[]);
        drop((asked, echoed, shown, view.later(String::new())));
    }

    #[test]
    fn it_serves_a_peer() {
        fn served<S: tw::ipc::Dispatch>(_: &S) -> usize {
            S::interface().methods.len()
        }
        let _ = calls;
        assert_eq!(served(&ViewServer::new(Mine)), 4);
        let more = tw::Incoming::new(stream::iter([Ok(1), Ok(2)]));
        let cx = Context::new("View", "ask");
        assert_eq!(Mine.ask(&cx, "really?", more).now_or_never(), Some(true));
    }

    #[test]
    fn it_serves() {
        let items: Vec<u64> = Mine.count("ab", 4).collect().now_or_never().unwrap();
        assert_eq!(items, [2, 3]);
        let server = CounterServer::new(Mine);
        let interface = tw::rpc::Dispatch::interface(&server);
        assert_eq!(interface.methods.len(), 2);
    }
}
