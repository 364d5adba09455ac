//! Do client and server of an IPC interface fit the trait, whatever it says?

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::{StreamExt, stream};
use traitwire::ipc::{self, Dispatch, Stub};
use traitwire::{Bytes, CallError, Context, Incoming, Stream, ipc_interface};

use super::support::CatalogError;

type Outcome<T> = Result<T, CatalogError>;
type Nothing = ();

#[ipc_interface(version = "1.2.0", served_by = backend, rename_all = "camelCase")]
pub(crate) trait Editor {
    async fn ping(&self);
    async fn pong(&self) -> Nothing;
    async fn open(&self, path: &str) -> Outcome<Vec<(u64, String)>>;
    async fn close(&self, cx: &Context) -> Result<u64, CatalogError>;
    async fn write(&self, content: &Bytes) -> Bytes;
    async fn tag(&self, cx: &Context, id: u64, tags: &[String], of: &BTreeMap<String, u64>) -> u64;
    async fn stroke(&self, points: Incoming<(f32, f32)>) -> u64;
    async fn paste(
        &self,
        cx: &Context,
        at: &str,
        parts: Incoming<Bytes>,
        end: bool,
    ) -> Outcome<u64>;
    fn history(&self) -> impl Stream<Item = u64> + Send;
    fn find(&self, word: &str, from: u64) -> impl Stream<Item = Outcome<String>> + Send;
    fn convert(&self, width: &u64, words: Incoming<String>) -> impl Stream<Item = u64> + Send;
    #[ipc(notify)]
    fn progress(&self, done: u64, of: &str);
    #[ipc(notify)]
    fn idle(&self, cx: &Context);
    #[ipc(notify, spawn)]
    async fn saved(&self, cx: &Context, paths: &[String]);
    #[ipc(spawn, detached)]
    async fn sum(&self, of: Vec<u32>) -> u32;
}

#[derive(Default)]
struct Mine(AtomicU64);

impl Editor for Mine {
    async fn ping(&self) {}

    async fn pong(&self) -> Nothing {}

    async fn open(&self, path: &str) -> Outcome<Vec<(u64, String)>> {
        Ok(vec![(1, path.to_owned())])
    }

    async fn close(&self, _: &Context) -> Result<u64, CatalogError> {
        Err(CatalogError::NotFound { id: 1 })
    }

    async fn write(&self, content: &Bytes) -> Bytes {
        content.clone()
    }

    async fn tag(&self, _: &Context, id: u64, tags: &[String], of: &BTreeMap<String, u64>) -> u64 {
        id + (tags.len() + of.len()) as u64
    }

    async fn stroke(&self, points: Incoming<(f32, f32)>) -> u64 {
        points.count().await as u64
    }

    async fn paste(&self, _: &Context, at: &str, parts: Incoming<Bytes>, _: bool) -> Outcome<u64> {
        Ok(at.len() as u64 + parts.count().await as u64)
    }

    fn history(&self) -> impl Stream<Item = u64> + Send {
        stream::iter([self.0.load(Ordering::Relaxed)])
    }

    fn find(&self, word: &str, from: u64) -> impl Stream<Item = Outcome<String>> + Send {
        stream::iter([Ok(word.to_owned()), Err(CatalogError::NotFound { id: from })])
    }

    fn convert(&self, width: &u64, words: Incoming<String>) -> impl Stream<Item = u64> + Send {
        words.map(move |word| word.map_or(0, |word| *width + word.len() as u64))
    }

    fn progress(&self, done: u64, _: &str) {
        self.0.fetch_add(done, Ordering::Relaxed);
    }

    fn idle(&self, _: &Context) {}

    async fn saved(&self, _: &Context, paths: &[String]) {
        tokio::task::yield_now().await;
        self.0.fetch_add(paths.len() as u64, Ordering::Relaxed);
    }

    async fn sum(&self, of: Vec<u32>) -> u32 {
        of.iter().sum()
    }
}

/// Names that are also ours, std's, or keywords.
#[ipc_interface(version = "0.1.0", served_by = frontend)]
#[allow(clippy::too_many_arguments, clippy::wrong_self_convention)]
#[allow(clippy::duplicate_underscore_argument)]
pub(crate) trait Named {
    async fn new(
        &self,
        handler: u8,
        invocation: u8,
        cx: u8,
        items: Incoming<u8>,
        number: u8,
        channel: u8,
        r#type: u8,
        _cx: u8,
        __traitwire: u8,
        implementation: u8,
        f: u8,
        args: u8,
    ) -> u32;
    async fn method(&self, method: &str) -> u8;
    async fn call(&self, call: Incoming<u8>) -> u8;
    async fn clone(&self, r#match: u8) -> u8;
    async fn r#type(&self) -> u8;
    async fn dispatch(&self) -> u8;
    fn interface(&self) -> impl Stream<Item = u8> + Send;
    fn items(&self, items: Incoming<u8>) -> impl Stream<Item = u8> + Send;
    #[ipc(notify)]
    fn notify(&self, r#ref: u8);
    #[ipc(notify)]
    async fn done(&self, invocation: u8);
}

struct Sum;

impl Named for Sum {
    #[allow(clippy::used_underscore_binding, clippy::duplicate_underscore_argument)]
    async fn new(
        &self,
        handler: u8,
        invocation: u8,
        cx: u8,
        items: Incoming<u8>,
        number: u8,
        channel: u8,
        r#type: u8,
        _cx: u8,
        __traitwire: u8,
        implementation: u8,
        f: u8,
        args: u8,
    ) -> u32 {
        let items = u8::try_from(items.count().await).unwrap();
        [
            handler,
            invocation,
            cx,
            items,
            number,
            channel,
            r#type,
            _cx,
            __traitwire,
            implementation,
            f,
            args,
        ]
        .iter()
        .fold(0, |sum, digit| sum * 2 + u32::from(*digit))
    }

    async fn method(&self, method: &str) -> u8 {
        u8::try_from(method.len()).unwrap()
    }

    async fn call(&self, call: Incoming<u8>) -> u8 {
        call.map(Result::unwrap).fold(0, async |sum, item| sum + item).await
    }

    async fn clone(&self, r#match: u8) -> u8 {
        r#match
    }

    async fn r#type(&self) -> u8 {
        3
    }

    async fn dispatch(&self) -> u8 {
        4
    }

    fn interface(&self) -> impl Stream<Item = u8> + Send {
        stream::iter([5])
    }

    fn items(&self, items: Incoming<u8>) -> impl Stream<Item = u8> + Send {
        items.map(Result::unwrap)
    }

    fn notify(&self, _: u8) {}

    async fn done(&self, _: u8) {}
}

mod crowded {
    //! Types whose names the generated code could think to be its own.
    #![allow(dead_code, reason = "they are here to be in the way")]

    pub(crate) type S = u8;
    pub(crate) type Method = u8;
    pub(crate) struct Arc;
    pub(crate) struct Result;
    pub(crate) struct Option;
    pub(crate) struct Vec;
    pub(crate) struct String;
    pub(crate) struct Channel;
    pub(crate) struct Invocation;
    pub(crate) trait Send {}
    pub(crate) trait Sync {}
    pub(crate) trait Stream {}
    pub(crate) mod core {}
    pub(crate) mod std {}
    pub(crate) mod ipc {}

    #[traitwire::ipc_interface(version = "0.1.0", served_by = backend)]
    pub(crate) trait Crowded {
        async fn one(&self, a: &[S], of: traitwire::Incoming<Method>) -> S;
        fn many(&self, a: S) -> impl traitwire::Stream<Item = S> + ::core::marker::Send;
        #[ipc(notify)]
        fn tell(&self, a: S);
    }
}

mod numbered {
    /// Some methods are not there, and all others keep their numbers straight.
    #[traitwire::ipc_interface(version = "1.0.0", served_by = backend)]
    pub(crate) trait Numbered {
        #[cfg(any())]
        async fn never(&self, gone: traitwire::Incoming<NoSuchType>) -> NoSuchType;
        async fn first(&self) -> u8;
        #[cfg(any())]
        #[ipc(notify)]
        fn second(&self, gone: NoSuchType);
        #[cfg(test)]
        #[ipc(notify)]
        fn second(&self, a: u8);
    }
}

mod reexport {
    pub(crate) mod deeper {
        pub(crate) use ::traitwire as wire;
    }
}

#[ipc_interface(
    version = "1.0.0",
    served_by = backend,
    crate = crate::interface::ipc::reexport::deeper::wire
)]
trait Reexported {
    async fn one(&self, a: &str, of: Incoming<u8>) -> u8;
}

macro_rules! interface {
    ($name:ident, $arg:ident: $ty:ty, $borrowed:ty, $incoming:ty => $ret:ty) => {
        #[ipc_interface(version = "1.0.0", served_by = backend)]
        trait $name {
            async fn echo(&self, $arg: $ty, b: $borrowed, c: $incoming) -> $ret;
        }
    };
}

interface!(Generated, a: u8, &[String], Incoming<u8> => Outcome<u8>);

/// What a client of the interface can be called with. It is compiled, and checked to be what a user
/// passes about.
fn calls(editor: &EditorClient) {
    fn call<R>(_: &(impl Future<Output = R> + Send + 'static)) {}
    fn items<I>(_: &(impl Stream<Item = I> + Send + 'static)) {}
    type Called<T> = Result<T, traitwire::CallError<Infallible>>;
    type Declared<T> = Result<T, traitwire::CallError<CatalogError>>;

    call::<Called<()>>(&editor.ping());
    call::<Called<()>>(&editor.pong());
    let path = "a".to_owned();
    let opened: ipc::Call<Outcome<Vec<(u64, String)>>> = editor.open(&path);
    // Arguments are encoded at once, so a call borrows nothing.
    drop(path);
    call::<Declared<Vec<(u64, String)>>>(&opened);
    call::<Declared<u64>>(&editor.close());
    call::<Called<Bytes>>(&editor.write(&Bytes::from(vec![1])));
    call::<Called<u64>>(&editor.tag(1, &["a".to_owned()], &BTreeMap::new()));
    call::<Called<u64>>(&editor.stroke(stream::iter([(0.5, 1.5)])));
    call::<Declared<u64>>(&editor.paste("a", stream::empty(), true));
    items::<Called<u64>>(&editor.history());
    let found: ipc::StreamCall<Outcome<String>> = editor.find("a", 1);
    items::<Declared<String>>(&found);
    items::<Called<u64>>(&editor.convert(&1, stream::iter(["a".to_owned()]).fuse()));
    let progress: ipc::Notification = editor.progress(1, "a");
    call::<Result<(), traitwire::Fault>>(&progress);
    call::<Result<(), traitwire::Fault>>(&editor.idle());
    call::<Result<(), traitwire::Fault>>(&editor.saved(&[]));
    call::<Called<u32>>(&editor.sum(vec![1]));
}

fn crowded(client: &crowded::CrowdedClient) {
    drop(client.one(&[1], stream::empty()));
    drop(client.many(1));
    drop(client.tell(1));
}

/// The pair of two ends, and what the first of them calls.
async fn opened<C: ipc::Clients>(caller: ipc::Builder, peer: ipc::Builder) -> (ipc::Pair, C) {
    let (here, there) = ipc::in_process();
    let (caller, peer) = tokio::join!(caller.open::<C>(here), peer.open::<()>(there));
    peer.unwrap();
    caller.unwrap()
}

#[tokio::test]
async fn a_peer_is_called_and_answers() {
    let mine = Arc::new(Mine::default());
    let served = EditorServer::from(Arc::clone(&mine));
    let backend = ipc::backend().serve(|()| served);
    let (pair, editor): (_, EditorClient) = opened(ipc::frontend(), backend).await;
    editor.ping().await.unwrap();
    editor.pong().await.unwrap();
    assert_eq!(editor.open("a\"").await.unwrap(), [(1, "a\"".to_owned())]);
    let declared = CallError::Declared(CatalogError::NotFound { id: 1 });
    assert_eq!(editor.close().await.unwrap_err(), declared);
    let content = Bytes::from(vec![0, 255]);
    assert_eq!(editor.write(&content).await.unwrap(), content);
    let of = BTreeMap::from([("a".to_owned(), 1)]);
    assert_eq!(editor.tag(5, &["a".to_owned(), String::new()], &of).await.unwrap(), 8);
    assert_eq!(editor.sum(vec![1, 2, 3]).await.unwrap(), 6);

    let points = stream::iter([(0.5, 1.5), (2.5, 3.5)]);
    assert_eq!(editor.stroke(points).await.unwrap(), 2);
    let parts = stream::iter([content.clone(), content]);
    assert_eq!(editor.paste("abc", parts, true).await.unwrap(), 5);
    let words = stream::iter(["a", "bcd"]).map(str::to_owned);
    let items: Vec<_> = editor.convert(&10, words).map(Result::unwrap).collect().await;
    assert_eq!(items, [11, 13]);
    let items: Vec<_> = editor.find("word", 1).collect().await;
    assert_eq!(items, [Ok("word".to_owned()), Err(declared)]);

    editor.progress(40, "all").await.unwrap();
    editor.idle().await.unwrap();
    editor.saved(&["a".to_owned(), "b".to_owned()]).await.unwrap();
    // Notifications are not answered, and an `async fn` waits here.
    while mine.0.load(Ordering::Relaxed) < 42 {
        tokio::task::yield_now().await;
    }
    let items: Vec<_> = editor.history().map(Result::unwrap).collect().await;
    assert_eq!(items, [42]);
    assert_eq!(format!("{editor:?}"), "EditorClient(Channel(Editor))");
    pair.close().await;
}

#[tokio::test]
async fn no_name_of_the_user_meets_one_of_ours() {
    let frontend = ipc::frontend().serve(|()| NamedServer::new(Sum));
    let (_pair, named): (_, NamedClient) = opened(ipc::backend(), frontend).await;
    let sum = named.new(1, 0, 0, stream::iter([7, 7]), 0, 0, 0, 0, 0, 0, 0, 1).await.unwrap();
    assert_eq!(sum, 2048 + 2 * 256 + 1);
    assert_eq!(named.method("four").await.unwrap(), 4);
    assert_eq!(named.call(stream::iter([1, 2])).await.unwrap(), 3);
    assert_eq!(named.clone(8).await.unwrap(), 8);
    assert_eq!(named.r#type().await.unwrap(), 3);
    assert_eq!(named.dispatch().await.unwrap(), 4);
    let items: Vec<_> = named.interface().map(Result::unwrap).collect().await;
    assert_eq!(items, [5]);
    let items: Vec<_> = named.items(stream::iter([6, 7])).map(Result::unwrap).collect().await;
    assert_eq!(items, [6, 7]);
    named.notify(1).await.unwrap();
    named.done(1).await.unwrap();
    // What the derive gives is there too.
    let _: NamedClient = Clone::clone(&named);
}

#[test]
fn client_and_server_are_what_a_pair_takes() {
    fn stub<C: Stub + Clone + std::fmt::Debug + Send + Sync + 'static>(
        name: &str,
        methods: &[&str],
    ) {
        let interface = C::interface();
        assert_eq!(interface.name, name);
        let names: Vec<_> = interface.methods.iter().map(|method| &*method.name).collect();
        assert_eq!(names, methods, "{name}");
    }
    fn served<S: Dispatch + Clone + std::fmt::Debug>(server: &S, name: &str) {
        assert_eq!(S::interface().name, name);
        assert_eq!(format!("{:?}", server.clone()), format!("{name}Server"));
    }

    let methods = [
        "ping", "pong", "open", "close", "write", "tag", "stroke", "paste", "history", "find",
        "convert", "progress", "idle", "saved", "sum",
    ];
    stub::<EditorClient>("Editor", &methods);
    let methods = [
        "new",
        "method",
        "call",
        "clone",
        "type",
        "dispatch",
        "interface",
        "items",
        "notify",
        "done",
    ];
    stub::<NamedClient>("Named", &methods);
    stub::<crowded::CrowdedClient>("Crowded", &["one", "many", "tell"]);
    stub::<numbered::NumberedClient>("Numbered", &["first", "second"]);
    stub::<ReexportedClient>("Reexported", &["one"]);
    stub::<GeneratedClient>("Generated", &["echo"]);
    served(&EditorServer::from(Arc::new(Mine::default())), "Editor");
    served(&EditorServer::new(Mine::default()), "Editor");
    let _ = (calls, crowded);
}
