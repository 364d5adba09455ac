//! Do client and server understand each other?

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::{FutureExt, StreamExt, stream};
use traitwire::{Bytes, Call, CallError, Context, FaultKind, Stream, StreamCall, rpc_interface};

use super::support::{CatalogError, client};

type Outcome<T> = Result<T, CatalogError>;
type Nothing = ();

#[rpc_interface(version = "1.2.0")]
pub(crate) trait Catalog {
    async fn search(&self, query: &str, limit: Option<u32>) -> Outcome<Vec<(u64, String)>>;
    async fn rename(&self, cx: &Context, id: u64, tags: &[String]) -> String;
    async fn by_name(&self, names: &BTreeMap<String, u64>) -> Result<u64, CatalogError>;
    async fn ping(&self);
    async fn pong(&self) -> Nothing;
    async fn digest(&self, content: &Bytes) -> Bytes;
    async fn lone(&self, word: &str) -> u64;
    fn watch(&self, from: u64, names: &[String]) -> impl Stream<Item = Outcome<String>> + Send;
    fn count(&self, cx: &Context) -> impl Stream<Item = u64> + Send;

    /// Names that are also ours, std's, or keywords.
    #[allow(clippy::too_many_arguments, clippy::wrong_self_convention)]
    #[allow(clippy::duplicate_underscore_argument)]
    async fn new(
        &self,
        handler: u8,
        invocation: u8,
        cx: u8,
        items: u8,
        number: u8,
        channel: u8,
        r#type: u8,
        _cx: u8,
        __traitwire: u8,
        implementation: u8,
        f: u8,
        args: u8,
    ) -> u32;
    async fn clone(&self, r#match: u8) -> u8;
    async fn r#loop(&self) -> u8;
    async fn call(&self) -> u8;
}

struct Shop(Vec<(u64, String)>);

impl Catalog for Shop {
    async fn search(&self, query: &str, limit: Option<u32>) -> Outcome<Vec<(u64, String)>> {
        tokio::task::yield_now().await;
        let found = self.0.iter().filter(|(_, name)| name.contains(query));
        let limit = limit.map_or(usize::MAX, |limit| limit as usize);
        let found: Vec<_> = found.take(limit).cloned().collect();
        if found.is_empty() { Err(CatalogError::NotFound { id: 0 }) } else { Ok(found) }
    }

    async fn rename(&self, cx: &Context, id: u64, tags: &[String]) -> String {
        format!("{} {id} {}", cx.caller().unwrap().subject(), tags.join("+"))
    }

    async fn by_name(&self, names: &BTreeMap<String, u64>) -> Result<u64, CatalogError> {
        names.get("bridge").copied().ok_or(CatalogError::NotFound { id: 7 })
    }

    async fn ping(&self) {}

    async fn pong(&self) -> Nothing {}

    async fn digest(&self, content: &Bytes) -> Bytes {
        content.iter().rev().copied().collect::<Vec<u8>>().into()
    }

    async fn lone(&self, word: &str) -> u64 {
        word.len() as u64
    }

    fn watch(&self, from: u64, names: &[String]) -> impl Stream<Item = Outcome<String>> + Send {
        let known = names.iter().map(|name| Ok(format!("{name} of {}", self.0.len())));
        stream::iter(known.chain([Err(CatalogError::NotFound { id: from }), Ok(String::new())]))
    }

    fn count(&self, cx: &Context) -> impl Stream<Item = u64> + Send {
        let subject = cx.caller().unwrap().subject().len() as u64;
        stream::iter([subject, 1, 2])
    }

    #[allow(clippy::used_underscore_binding, clippy::duplicate_underscore_argument)]
    async fn new(
        &self,
        handler: u8,
        invocation: u8,
        cx: u8,
        items: u8,
        number: u8,
        channel: u8,
        r#type: u8,
        _cx: u8,
        __traitwire: u8,
        implementation: u8,
        f: u8,
        args: u8,
    ) -> u32 {
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

    async fn clone(&self, r#match: u8) -> u8 {
        r#match
    }

    async fn r#loop(&self) -> u8 {
        3
    }

    async fn call(&self) -> u8 {
        4
    }
}

fn catalog() -> CatalogClient {
    let models = vec![(1, "bridge".to_owned()), (2, "drawbridge".to_owned())];
    client(CatalogServer::new(Shop(models)))
}

#[tokio::test]
async fn values_are_what_they_were() {
    let catalog = catalog();
    let found = catalog.search("bridge", None).await.unwrap();
    assert_eq!(found, [(1, "bridge".to_owned()), (2, "drawbridge".to_owned())]);
    assert_eq!(catalog.search("bridge", Some(1)).await.unwrap().len(), 1);
    let tags = ["a".to_owned(), "b\"".to_owned()];
    assert_eq!(catalog.rename(5, &tags).await.unwrap(), "ann 5 a+b\"");
    catalog.ping().await.unwrap();
    catalog.pong().await.unwrap();
    assert_eq!(catalog.lone("four").await.unwrap(), 4);
    let content = Bytes::from(vec![1, 2, 255]);
    assert_eq!(catalog.digest(&content).await.unwrap(), Bytes::from(vec![255, 2, 1]));
}

#[tokio::test]
async fn a_declared_error_behind_an_alias_comes_back_as_it_was() {
    let catalog = catalog();
    let error = catalog.search("tower", None).await.unwrap_err();
    assert_eq!(error, CallError::Declared(CatalogError::NotFound { id: 0 }));
    let names = BTreeMap::from([("tower".to_owned(), 1)]);
    let error = catalog.by_name(&names).await.unwrap_err();
    assert_eq!(error, CallError::Declared(CatalogError::NotFound { id: 7 }));
}

#[tokio::test]
async fn items_arrive_until_the_first_error() {
    let catalog = catalog();
    let names = ["a".to_owned(), "b".to_owned()];
    let items: Vec<_> = catalog.watch(9, &names).collect().await;
    let last = CallError::Declared(CatalogError::NotFound { id: 9 });
    assert_eq!(items, [Ok("a of 2".to_owned()), Ok("b of 2".to_owned()), Err(last)]);
    let items: Vec<_> = catalog.count().map(Result::unwrap).collect().await;
    assert_eq!(items, [3, 1, 2]);
}

#[tokio::test]
async fn no_name_of_the_user_meets_one_of_ours() {
    let catalog = catalog();
    let sum = catalog.new(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1).await.unwrap();
    assert_eq!(sum, 2049);
    assert_eq!(catalog.clone(8).await.unwrap(), 8);
    assert_eq!(catalog.r#loop().await.unwrap(), 3);
    assert_eq!(catalog.call().await.unwrap(), 4);
}

mod crowded {
    //! Types whose names the generated code could think to be its own.
    #![allow(dead_code, reason = "they are here to be in the way")]

    pub(crate) type S = u8;
    pub(crate) type Method = u8;
    pub(crate) type Interface = u8;
    pub(crate) type Self_ = u8;
    pub(crate) struct Arc;
    pub(crate) struct Result;
    pub(crate) struct Option;
    pub(crate) struct Vec;
    pub(crate) struct String;
    pub(crate) struct Box;
    pub(crate) trait Default {}
    pub(crate) trait Clone {}
    pub(crate) trait Debug {}
    pub(crate) trait Send {}
    pub(crate) trait Sync {}
    pub(crate) trait Future {}
    pub(crate) trait From {}
    pub(crate) mod core {}
    pub(crate) mod std {}

    /// A method of a supertrait with the name of one of ours.
    pub(crate) trait Named {
        fn name(&self) -> u8;
    }

    #[traitwire::rpc_interface(version = "0.1.0")]
    pub(crate) trait Crowded: Named {
        async fn name(&self, a: &[S], b: Method, interface: Interface) -> Self_;
        async fn one(&self, a: S) -> S;
    }

    pub(crate) struct Mine;

    impl Named for Mine {
        fn name(&self) -> u8 {
            0
        }
    }

    impl Crowded for Mine {
        async fn name(&self, a: &[S], b: Method, interface: Interface) -> Self_ {
            a[0] + b + interface
        }

        async fn one(&self, a: S) -> S {
            a
        }
    }
}

#[tokio::test]
async fn no_type_of_the_user_meets_one_of_ours() {
    let crowded: crowded::CrowdedClient = client(crowded::CrowdedServer::new(crowded::Mine));
    assert_eq!(crowded.name(&[1], 2, 3).await.unwrap(), 6);
    assert_eq!(crowded.one(1).await.unwrap(), 1);
}

mod numbered {
    /// Some methods are not there, and all others keep their numbers straight.
    #[traitwire::rpc_interface(version = "1.0.0")]
    pub(crate) trait Numbered {
        #[cfg(any())]
        async fn never(&self, gone: NoSuchType) -> NoSuchType;
        async fn first(&self) -> u8;
        #[cfg(test)]
        async fn second(&self, a: u8) -> u8;
        #[cfg(any())]
        fn never_either(
            &self,
            gone: NoSuchType,
        ) -> impl traitwire::Stream<Item = NoSuchType> + Send;
        #[cfg(any())]
        async fn third(&self) -> u16;
        #[cfg(not(doc))]
        async fn third(&self) -> u8;
    }

    pub(crate) struct Mine;

    impl Numbered for Mine {
        async fn first(&self) -> u8 {
            1
        }
        async fn second(&self, a: u8) -> u8 {
            a
        }
        async fn third(&self) -> u8 {
            3
        }
    }
}

#[tokio::test]
async fn numbers_agree_where_methods_depend_on_a_cfg() {
    let numbered: numbered::NumberedClient = client(numbered::NumberedServer::new(numbered::Mine));
    assert_eq!(numbered.first().await.unwrap(), 1);
    assert_eq!(numbered.second(2).await.unwrap(), 2);
    assert_eq!(numbered.third().await.unwrap(), 3);
    let interface = <numbered::NumberedClient as traitwire::rpc::Stub>::interface();
    let names: Vec<_> = interface.methods.iter().map(|method| &*method.name).collect();
    assert_eq!(names, ["first", "second", "third"]);
}

mod reexport {
    pub(crate) mod deeper {
        pub(crate) use ::traitwire as wire;
    }
}

#[traitwire::rpc_interface(version = "1.0.0", crate = crate::interface::calls::reexport::deeper::wire)]
trait Reexported {
    async fn one(&self, a: &str) -> u8;
    fn many(&self) -> impl Stream<Item = u8> + Send;
}

macro_rules! interface {
    ($name:ident, $arg:ident: $ty:ty, $borrowed:ty => $ret:ty) => {
        #[rpc_interface(version = "1.0.0")]
        trait $name {
            async fn echo(&self, $arg: $ty, b: $borrowed) -> $ret;
        }
    };
}

interface!(Generated, a: u8, &[String] => Outcome<u8>);

impl Generated for () {
    async fn echo(&self, a: u8, b: &[String]) -> Outcome<u8> {
        assert_eq!(b, ["x"]);
        Ok(a)
    }
}

#[tokio::test]
async fn a_trait_may_come_out_of_a_macro() {
    let generated: GeneratedClient = client(GeneratedServer::new(()));
    assert_eq!(generated.echo(4, &["x".to_owned()]).await.unwrap(), 4);
}

impl Reexported for u8 {
    async fn one(&self, a: &str) -> u8 {
        *self + u8::try_from(a.len()).unwrap()
    }

    fn many(&self) -> impl Stream<Item = u8> + Send {
        stream::iter([*self])
    }
}

#[tokio::test]
async fn a_reexported_traitwire_serves_too() {
    let reexported: ReexportedClient = client(ReexportedServer::from(Arc::new(2)));
    assert_eq!(reexported.one("ab").await.unwrap(), 4);
    assert_eq!(reexported.many().next().await.unwrap().unwrap(), 2);
}

#[tokio::test]
async fn arguments_that_are_not_understood_never_reach_the_handler() {
    use traitwire::__private::{Dispatch, Invocation};
    use traitwire::rpc::Payload;

    let server = CatalogServer::new(Shop(Vec::new()));
    let invoke = |method, json: &'static str| {
        let context = Context::new("Catalog", "any");
        server.dispatch(Invocation { method, context, payload: Payload::Json(json.into()) })
    };
    let fault = |method, json| match invoke(method, json) {
        Ok(_) => panic!("understood"),
        Err(fault) => fault,
    };
    let wrong = fault(0, r#"{"query": 1}"#);
    assert_eq!((wrong.kind(), wrong.path()), (FaultKind::InvalidArgument, Some("query")));
    assert!(fault(0, r#"{"qery": ""}"#).message().contains("did you mean `query`?"));
    assert_eq!(fault(99, "{}").kind(), FaultKind::Unimplemented);
    // Raw identifiers go without their `r#`.
    assert!(fault(10, r#"{"match": ""}"#).path() == Some("match"));
}

#[test]
fn everything_generated_is_send() {
    fn send<T: Send + 'static>(_: &T) {}
    fn sync<T: Send + Sync + Clone + std::fmt::Debug + 'static>(_: &T) {}
    fn call(_: &(impl Future + Send + 'static)) {}
    fn items(_: &(impl Stream + Send + 'static)) {}

    fn handlers<S: Catalog + Send + Sync + 'static>(implementation: &Arc<S>) {
        let shared = Arc::clone(implementation);
        let handler = async move {
            let cx = Context::new("Catalog", "rename");
            drop(shared.search("a", None).await);
            shared.rename(&cx, 1, &[]).await;
            let names = [];
            let mut items = std::pin::pin!(shared.watch(1, &names));
            items.next().await;
        };
        send(&handler);
        drop(tokio::spawn(handler));
    }

    let catalog = catalog();
    sync(&catalog);
    let first: Call<Outcome<Vec<(u64, String)>>> = catalog.search("a", None);
    send(&first);
    call(&first);
    let stream: StreamCall<Outcome<String>> = catalog.watch(1, &[]);
    send(&stream);
    items(&stream);
    sync(&CatalogServer::new(Shop(Vec::new())));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _guard = runtime.enter();
    handlers(&Arc::new(Shop(Vec::new())));
    drop(first.now_or_never());
    assert_eq!(format!("{catalog:?}"), "CatalogClient(Channel(Catalog/v1))");
    let server = CatalogServer::new(Shop(Vec::new()));
    assert_eq!(format!("{:?}", server.clone()), "CatalogServer");
}
