//! Which calls does the conformance suite make, and who answers them?

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::{StreamExt as _, stream};
use serde_json::Value;
use traitwire::rpc::{Backend, Limits, SchemaAccess};
use traitwire::{Bytes, Caller, Context, Stream, rpc_interface};

use super::values::{
    Adjacent, Blob, External, Failure, Integers, Internal, Loose, Maps, Nothing, Odd, Page, Reals,
    Refusal, Sparse, Strict, Tree, Tuples, later, present,
};
use crate::tokens;

/// Everything that can cross, and every way in which a call can end.
#[rpc_interface(version = "1.3.0")]
pub trait Conformance {
    #[rpc(public)]
    async fn integers(&self, value: Integers) -> Integers;
    #[rpc(public)]
    async fn reals(&self, value: Reals) -> Reals;
    /// The lone integer. Also by `GET`.
    #[rpc(public, readonly)]
    async fn unsigned(&self, value: u64) -> u64;
    #[rpc(public)]
    async fn real(&self, value: f64) -> f64;
    #[rpc(public)]
    async fn size(&self, value: usize) -> usize;
    /// More than a `number` of JavaScript holds.
    #[rpc(public)]
    async fn huge_size(&self) -> usize;
    #[rpc(public)]
    async fn text(&self, value: String) -> String;
    #[rpc(public)]
    async fn letter(&self, value: char) -> char;
    #[rpc(public)]
    async fn octets(&self, value: Bytes) -> Bytes;
    #[rpc(public)]
    async fn blob(&self, value: Blob) -> Blob;
    #[rpc(public)]
    async fn sparse(&self, value: Sparse) -> Sparse;
    #[rpc(public)]
    async fn optional(&self, value: Option<u64>) -> Option<u64>;
    #[rpc(public)]
    async fn strict(&self, value: Strict) -> Strict;
    #[rpc(public)]
    async fn odd(&self, value: Odd) -> Odd;
    #[rpc(public)]
    async fn external(&self, value: Vec<External>) -> Vec<External>;
    #[rpc(public)]
    async fn internal(&self, value: Vec<Internal>) -> Vec<Internal>;
    #[rpc(public)]
    async fn adjacent(&self, value: Vec<Adjacent>) -> Vec<Adjacent>;
    #[rpc(public)]
    async fn loose(&self, value: Vec<Loose>) -> Vec<Loose>;
    #[rpc(public)]
    async fn page(&self, value: Page<u64>) -> Page<u64>;
    #[rpc(public)]
    async fn pages(&self, value: Page<Page<Tree>>) -> Page<Page<Tree>>;
    #[rpc(public)]
    async fn maps(&self, value: Maps) -> Maps;
    #[rpc(public)]
    async fn tuples(&self, value: Tuples) -> Tuples;
    #[rpc(public)]
    async fn anything(&self, value: Value) -> Value;
    /// A revision of the backend adds variants.
    #[rpc(public)]
    async fn open(&self, value: present::Open) -> present::Open;
    /// The words of a greeting. Also by `GET`.
    #[rpc(public, readonly)]
    async fn greet(&self, name: &str, polite: Option<bool>) -> String;
    #[rpc(public)]
    async fn nothing(&self);

    #[rpc(public)]
    async fn refuse(&self, error: Refusal) -> Result<u64, Refusal>;
    #[rpc(public)]
    async fn fail(&self, error: Option<Failure>) -> Result<u64, Failure>;
    #[rpc(public)]
    async fn fail_with_null(&self) -> Result<u64, Nothing>;

    /// Who calls.
    async fn who(&self, cx: &Context) -> String;
    #[rpc(scope = "kitchen:burn")]
    async fn scoped(&self) -> bool;
    #[rpc(public)]
    async fn panics(&self) -> u64;
    /// Never ends by itself.
    #[rpc(public)]
    async fn stalls(&self) -> u64;
    /// How many handlers run that never end by themselves.
    #[rpc(public)]
    async fn running(&self) -> u32;
    /// Only here; the older revision has no such method.
    #[rpc(public, since = "1.3.0")]
    async fn recent(&self) -> u64;

    /// From zero.
    #[rpc(public, readonly)]
    fn count(&self, to: u64) -> impl Stream<Item = u64> + Send;
    /// Items, then the error.
    #[rpc(public)]
    fn count_and_refuse(
        &self,
        to: u64,
        error: Refusal,
    ) -> impl Stream<Item = Result<u64, Refusal>> + Send;
    #[rpc(public)]
    fn count_and_panic(&self, to: u64) -> impl Stream<Item = u64> + Send;
    /// Never ends by itself.
    #[rpc(public)]
    fn count_and_stall(&self, to: u64) -> impl Stream<Item = u64> + Send;
    #[rpc(public)]
    fn blobs(&self, to: u8) -> impl Stream<Item = Blob> + Send;
}

/// Answers.
#[derive(Debug, Clone, Default)]
pub struct Answering {
    running: Arc<AtomicU32>,
}

impl Answering {
    fn at_work(&self) -> AtWork {
        self.running.fetch_add(1, Ordering::SeqCst);
        AtWork(Arc::clone(&self.running))
    }
}

struct AtWork(Arc<AtomicU32>);

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Gives back what came.
macro_rules! echo {
    ($($method:ident: $ty:ty,)*) => { $(
        async fn $method(&self, value: $ty) -> $ty {
            value
        }
    )* };
}

impl Conformance for Answering {
    echo! {
        integers: Integers,
        reals: Reals,
        unsigned: u64,
        real: f64,
        size: usize,
        text: String,
        letter: char,
        octets: Bytes,
        blob: Blob,
        sparse: Sparse,
        optional: Option<u64>,
        strict: Strict,
        odd: Odd,
        external: Vec<External>,
        internal: Vec<Internal>,
        adjacent: Vec<Adjacent>,
        loose: Vec<Loose>,
        page: Page<u64>,
        pages: Page<Page<Tree>>,
        maps: Maps,
        tuples: Tuples,
        anything: Value,
        open: present::Open,
    }

    async fn huge_size(&self) -> usize {
        9_007_199_254_740_993
    }

    async fn greet(&self, name: &str, polite: Option<bool>) -> String {
        let word = if polite == Some(true) { "Good day" } else { "Hi" };
        format!("{word}, {name}")
    }

    async fn nothing(&self) {}

    async fn refuse(&self, error: Refusal) -> Result<u64, Refusal> {
        Err(error)
    }

    async fn fail(&self, error: Option<Failure>) -> Result<u64, Failure> {
        error.map_or(Ok(u64::MAX), Err)
    }

    async fn fail_with_null(&self) -> Result<u64, Nothing> {
        Err(Nothing)
    }

    async fn who(&self, cx: &Context) -> String {
        cx.caller().map_or("nobody", Caller::subject).to_owned()
    }

    async fn scoped(&self) -> bool {
        true
    }

    async fn panics(&self) -> u64 {
        panic!("a secret");
    }

    async fn stalls(&self) -> u64 {
        let _work = self.at_work();
        std::future::pending().await
    }

    async fn running(&self) -> u32 {
        self.running.load(Ordering::SeqCst)
    }

    async fn recent(&self) -> u64 {
        3
    }

    fn count(&self, to: u64) -> impl Stream<Item = u64> + Send {
        stream::iter(0..to)
    }

    fn count_and_refuse(
        &self,
        to: u64,
        error: Refusal,
    ) -> impl Stream<Item = Result<u64, Refusal>> + Send {
        stream::iter((0..to).map(Ok)).chain(stream::iter([Err(error)]))
    }

    fn count_and_panic(&self, to: u64) -> impl Stream<Item = u64> + Send {
        stream::iter(0..to).chain(stream::once(async { panic!("a secret") }))
    }

    fn count_and_stall(&self, to: u64) -> impl Stream<Item = u64> + Send {
        let work = self.at_work();
        stream::iter(0..to).chain(stream::once(async move {
            let _work = work;
            std::future::pending().await
        }))
    }

    fn blobs(&self, to: u8) -> impl Stream<Item = Blob> + Send {
        stream::iter((0..to).map(|n| Blob {
            data: vec![n, 255].into(),
            parts: vec![Bytes::default()],
            maybe: None,
        }))
    }
}

/// A revision before: one method has another shape, another one is missing.
#[rpc_interface(name = "Conformance", version = "1.2.0")]
pub trait OlderConformance {
    #[rpc(public, readonly)]
    async fn unsigned(&self, value: u64) -> u64;
    #[rpc(public)]
    async fn optional(&self) -> Option<u64>;
}

impl OlderConformance for Answering {
    async fn unsigned(&self, value: u64) -> u64 {
        value
    }

    async fn optional(&self) -> Option<u64> {
        None
    }
}

/// A revision after: its open enums have more variants, which it sends.
#[rpc_interface(name = "Conformance", version = "1.4.0")]
pub trait NewerConformance {
    #[rpc(public)]
    async fn open(&self, value: later::Open) -> later::Open;
    #[rpc(public)]
    async fn greet(&self, name: &str, polite: Option<bool>, loud: Option<bool>) -> String;
}

impl NewerConformance for Answering {
    async fn open(&self, mut value: later::Open) -> later::Open {
        let (big, name) = (u64::MAX, "new".to_owned());
        value.moods.push(later::Mood::Curious);
        value.events.push(later::Event::Renamed { big, name: name.clone() });
        value.events.push(later::Event::Paused);
        value.notes.push(later::Note::Renamed { big, name: name.clone() });
        value.notes.push(later::Note::Paused);
        value.signs.push(later::Sign::Renamed { big, name });
        value.signs.push(later::Sign::Paused);
        value
    }

    async fn greet(&self, name: &str, _: Option<bool>, loud: Option<bool>) -> String {
        format!("Hi, {name}{}", if loud == Some(true) { "!" } else { "" })
    }
}

/// Largest body that the conformance backend reads, in bytes: enough for 1 MiB in base64.
pub const MAX_BODY: usize = 2 * 1024 * 1024;

/// The backend of each revision.
#[derive(Debug, Clone)]
pub struct Backends {
    pub main: Backend,
    pub older: Backend,
    pub newer: Backend,
}

impl Default for Backends {
    fn default() -> Self {
        let limits = Limits { max_body: MAX_BODY, ..Limits::default() };
        let answering = Answering::default();
        let build = || Backend::builder().authenticator(tokens()).limits(limits);
        let main =
            build().serve(ConformanceServer::new(answering.clone())).schema(SchemaAccess::Public);
        let older = build().serve(OlderConformanceServer::new(answering.clone()));
        let newer = build().serve(NewerConformanceServer::new(answering));
        Backends {
            main: main.build().expect("a backend"),
            older: older.build().expect("a backend"),
            newer: newer.build().expect("a backend"),
        }
    }
}
