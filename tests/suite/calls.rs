//! One suite of calls, for every transport: values are compared, not shapes.

#![allow(unreachable_pub, reason = "interfaces are public where they are used")]

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use traitwire::http::Connector;
use traitwire::rpc::Backend;
use traitwire::{Bytes, CallError, Caller, Context, Executed, FaultKind, in_process};
use traitwire_tests::{
    Dish, Extremes, KitchenClient, KitchenError, Server, Spice, Table, dish, kitchen,
};

use self::edges::{
    EdgesClient, EdgesServer, Edgy, Gone, Photo, PlainEdgesClient, PlainEdgesServer,
};

async fn suite(reader: KitchenClient, burner: KitchenClient) {
    values_cross_unchanged(&reader).await;
    bytes_cross_unchanged(&reader).await;
    declared_errors_come_back_as_they_were(&reader).await;
    streams_bring_every_item_in_order(&reader).await;
    callers_are_known_and_scopes_are_needed(&reader, &burner).await;
    calls_run_at_once_and_in_tasks(&reader).await;
    a_context_is_passed_on(&reader).await;
}

async fn values_cross_unchanged(kitchen: &KitchenClient) {
    let nested = Dish {
        id: u64::MAX,
        name: "\u{0}\"\\\u{1f35d}\u{2028}__proto__".to_owned(),
        spices: vec![Spice::Salt, Spice::BlackPepper],
        side: Some(Box::new(dish(0))),
    };
    for table in [None, Some(Table(7))] {
        let (same, at) = kitchen.echo(nested.clone(), table).await.unwrap();
        assert_eq!((same, at), (nested.clone(), table));
    }
    let extremes = Extremes { low: i128::MIN, high: u128::MAX, real: 5e-324, letter: '\u{10ffff}' };
    assert_eq!(
        kitchen.extremes(i128::MIN, u128::MAX, 5e-324, '\u{10ffff}').await.unwrap(),
        extremes
    );
    for real in [0.1 + 0.2, -0.0, f64::MAX, 9_007_199_254_740_993.0] {
        let crossed = kitchen.extremes(0, 0, real, 'a').await.unwrap().real;
        assert_eq!(crossed.to_bits(), real.to_bits());
    }
    let words = ["a".to_owned(), "b".to_owned()];
    assert_eq!(kitchen.join(&words, "-", &dish(3)).await.unwrap(), "a-b-dish 3");
    kitchen.nothing().await.unwrap();
    let value = serde_json::json!({"a": [1, null, {"b": "c"}], "__proto__": 1.5});
    assert_eq!(kitchen.deep(value.clone()).await.unwrap(), value);
}

async fn bytes_cross_unchanged(kitchen: &KitchenClient) {
    let large: Vec<u8> = (0..1 << 20).map(|i: u32| i.to_le_bytes()[0]).collect();
    for photo in [vec![], vec![0], large] {
        let mut reversed = photo.clone();
        reversed.reverse();
        assert_eq!(&kitchen.reversed(photo.into()).await.unwrap()[..], reversed);
    }
    let (a, b) = (Bytes::from(vec![1]), Bytes::from(vec![2, 3]));
    let both = kitchen.two_photos(a.clone(), Some(b.clone())).await.unwrap();
    assert_eq!(both, [a.clone(), b]);
    assert_eq!(kitchen.two_photos(a.clone(), None).await.unwrap(), [a]);
    let photos: Vec<Bytes> = kitchen.photos().map(Result::unwrap).collect().await;
    assert_eq!(photos, [Bytes::from(vec![0, 255]), Bytes::default()]);
}

async fn declared_errors_come_back_as_they_were(kitchen: &KitchenClient) {
    for (id, error) in [
        (0, KitchenError::NoSuchDish { id: 0 }),
        (1, KitchenError::Burnt { after: i64::MIN }),
        (2, KitchenError::Closed),
    ] {
        assert_eq!(kitchen.order(id).await, Err(CallError::Declared(error)));
    }
    assert_eq!(kitchen.order(3).await, Ok(dish(3)));
}

async fn streams_bring_every_item_in_order(kitchen: &KitchenClient) {
    let numbers: Vec<u64> = kitchen.numbers(&5).map(Result::unwrap).collect().await;
    assert_eq!(numbers, (5..1005).collect::<Vec<u64>>());

    let courses: Vec<_> = kitchen.courses(3, None).collect().await;
    assert_eq!(courses, [Ok(dish(0)), Ok(dish(1)), Ok(dish(2))]);
    let empty: Vec<_> = kitchen.courses(0, None).collect().await;
    assert_eq!(empty, []);

    // The first error ends a stream, also where it is the first thing to come.
    for count in [2, 0] {
        let courses: Vec<_> = kitchen.courses(count, Some(KitchenError::Closed)).collect().await;
        assert_eq!(courses.len(), count as usize + 1);
        let last = courses.last().unwrap();
        assert_eq!(*last, Err(CallError::Declared(KitchenError::Closed)));
    }
}

async fn callers_are_known_and_scopes_are_needed(reader: &KitchenClient, burner: &KitchenClient) {
    let said = burner.burn(9).await.unwrap();
    assert_eq!(said, "bob burnt 9 by Kitchen/burn");
    assert!(reader.who().await.unwrap().starts_with("ann:"));
    let refused = reader.burn(9).await.unwrap_err();
    let fault = refused.fault().unwrap();
    assert_eq!(fault.kind(), FaultKind::PermissionDenied);
    assert_eq!(fault.executed(), Executed::No);
    assert_eq!(fault.message(), "the caller lacks the scope `kitchen:burn`");
}

async fn calls_run_at_once_and_in_tasks(kitchen: &KitchenClient) {
    let calls = (3..103).map(|id| kitchen.order(id));
    let dishes: Vec<Dish> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(dishes, (3..103).map(dish).collect::<Vec<_>>());
    let call = tokio::spawn(kitchen.order(3));
    assert_eq!(call.await.unwrap(), Ok(dish(3)));
}

async fn a_context_is_passed_on(kitchen: &KitchenClient) {
    let outer = Context::new("Outer", "call")
        .with_caller(Caller::new("eve"))
        .with_request_id("outer-1")
        .with_deadline(std::time::Instant::now() + Duration::from_secs(5));
    let left = kitchen.remaining().context(&outer).await.unwrap().unwrap();
    assert!(left <= 5000, "{left} ms remain of 5000");
    assert_eq!(kitchen.who().context(&outer).await.unwrap(), "ann:outer-1");
    // The call's own deadline holds where it is the earlier one.
    let own = Duration::from_secs(1);
    let left = kitchen.remaining().context(&outer).deadline(own).await.unwrap().unwrap();
    assert!(left <= 1000, "{left} ms remain of 1000");
    let expired = outer.with_deadline(std::time::Instant::now());
    let fault = kitchen.nothing().context(&expired).await.unwrap_err().into_fault();
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::DeadlineExceeded, Executed::No));
}

#[tokio::test]
async fn in_process() {
    let (backend, _) = kitchen();
    let connect = |token| in_process::Connector::new(&backend).token(token).connect().unwrap();
    suite(connect("reader"), connect("burner")).await;
}

#[tokio::test]
async fn http() {
    let server = Server::start(kitchen().0).await;
    let reader = Connector::new(&server.url).unwrap().token("reader").connect().await.unwrap();
    let burner = Connector::new(&server.url).unwrap().token("burner").connect().await.unwrap();
    suite(reader, burner).await;
}

#[tokio::test]
async fn http_by_hyper() {
    let server = Server::start(kitchen().0).await;
    let reader = Connector::hyper(&server.url).unwrap().token("reader").connect().await.unwrap();
    let burner = Connector::hyper(&server.url).unwrap().token("burner").connect().await.unwrap();
    suite(reader, burner).await;
}

mod edges {
    #![allow(clippy::option_option, reason = "it is what the test is about")]

    use serde::Serializer;
    use traitwire::{Stream, Wire, rpc_interface};

    use super::{Bytes, Deserialize, Serialize, Value};

    /// Is `null` as JSON.
    #[derive(Debug, PartialEq, Serialize, Deserialize, Wire)]
    pub struct Gone;

    /// On the wire the same as `Bytes`.
    #[derive(Debug, PartialEq, Serialize, Deserialize, Wire)]
    pub struct Photo(pub Bytes);

    /// Cannot be written, and says why.
    #[derive(Debug, Deserialize, Wire)]
    pub struct Unwritable {}

    impl Serialize for Unwritable {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("/etc/the-secret"))
        }
    }

    #[rpc_interface(version = "1.0.0")]
    pub trait Edges {
        #[rpc(public)]
        async fn gone(&self) -> Result<u8, Gone>;
        #[rpc(public)]
        fn gone_later(&self) -> impl Stream<Item = Result<u8, Gone>> + Send;
        #[rpc(public)]
        async fn photo(&self, photo: Photo) -> Photo;
        #[rpc(public)]
        async fn real(&self, real: f64) -> Option<f64>;
        #[rpc(public)]
        async fn small(&self, real: f32) -> f32;
        #[rpc(public)]
        async fn change(&self, to: Option<Value>) -> bool;
        #[rpc(public)]
        async fn divided(&self, by: f64) -> Vec<Option<f64>>;
        #[rpc(public)]
        async fn unwritable(&self) -> Unwritable;
    }

    /// Another revision, whose methods have the same wire shapes.
    #[rpc_interface(name = "Edges", version = "1.0.1")]
    pub trait PlainEdges {
        #[rpc(public)]
        async fn photo(&self, photo: Bytes) -> Bytes;
    }

    pub struct Edgy;

    impl Edges for Edgy {
        async fn gone(&self) -> Result<u8, Gone> {
            Err(Gone)
        }

        fn gone_later(&self) -> impl Stream<Item = Result<u8, Gone>> + Send {
            futures_util::stream::iter([Ok(1), Err(Gone)])
        }

        async fn photo(&self, photo: Photo) -> Photo {
            photo
        }

        async fn real(&self, real: f64) -> Option<f64> {
            Some(real)
        }

        async fn small(&self, real: f32) -> f32 {
            real
        }

        async fn change(&self, to: Option<Value>) -> bool {
            to.is_some()
        }

        async fn divided(&self, by: f64) -> Vec<Option<f64>> {
            vec![Some(by), Some(0.0 / by)]
        }

        async fn unwritable(&self) -> Unwritable {
            Unwritable {}
        }
    }

    impl PlainEdges for Edgy {
        async fn photo(&self, photo: Bytes) -> Bytes {
            photo
        }
    }
}

/// Connects to a backend in both ways and hands each client to the test.
macro_rules! on_every_transport {
    ($server:expr, $client:ty, |$name:ident| $test:expr) => {{
        let backend = Backend::builder().serve($server).build().unwrap();
        let $name = in_process::connect::<$client>(&backend).unwrap();
        $test;
        let server = Server::start(backend).await;
        let $name = traitwire::http::connect::<$client>(&server.url).await.unwrap();
        $test;
        let $name: $client = Connector::hyper(&server.url).unwrap().connect().await.unwrap();
        $test;
    }};
}

#[tokio::test]
async fn a_declared_error_that_is_null_in_json_is_declared_too() {
    on_every_transport!(EdgesServer::new(Edgy), EdgesClient, |edges| {
        assert_eq!(edges.gone().await, Err(CallError::Declared(Gone)));
        let items: Vec<_> = edges.gone_later().collect().await;
        assert_eq!(items, [Ok(1), Err(CallError::Declared(Gone))]);
    });
}

#[tokio::test]
async fn a_newtype_of_bytes_is_called_as_bytes_are() {
    let bytes = Bytes::from(vec![0, 255]);
    on_every_transport!(EdgesServer::new(Edgy), PlainEdgesClient, |plain| {
        assert_eq!(plain.photo(bytes.clone()).await, Ok(bytes.clone()));
    });
    on_every_transport!(PlainEdgesServer::new(Edgy), EdgesClient, |edges| {
        assert_eq!(edges.photo(Photo(bytes.clone())).await, Ok(Photo(bytes.clone())));
    });
}

#[tokio::test]
async fn every_real_crosses_to_the_last_bit() {
    let backend = Backend::builder().serve(EdgesServer::new(Edgy)).build().unwrap();
    let edges = in_process::connect::<EdgesClient>(&backend).unwrap();
    // A generator of Marsaglia's (xorshift64), so that a failure comes again.
    let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..20_000 {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        let real = f64::from_bits(bits);
        if real.is_finite() {
            let crossed = edges.real(real).await.unwrap().unwrap();
            assert_eq!(crossed.to_bits(), real.to_bits(), "{real:e}");
        }
        let small = f32::from_bits(u32::try_from(bits >> 32).unwrap());
        if small.is_finite() {
            let crossed = edges.small(small).await.unwrap();
            assert_eq!(crossed.to_bits(), small.to_bits(), "{small:e}");
        }
    }
}

#[tokio::test]
async fn what_json_cannot_tell_from_nothing_is_refused_where_it_is_written() {
    on_every_transport!(EdgesServer::new(Edgy), EdgesClient, |edges| {
        assert_eq!(edges.change(None).await, Ok(false));
        assert_eq!(edges.change(Some(json!(1))).await, Ok(true));
        let fault = edges.change(Some(Value::Null)).await.unwrap_err().into_fault();
        assert_eq!((fault.kind(), fault.executed()), (FaultKind::InvalidArgument, Executed::No));
        assert_eq!(fault.path(), Some("to"));
        assert!(fault.message().contains("`Some` of nothing"), "{fault}");

        for real in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let fault = edges.real(real).await.unwrap_err().into_fault();
            assert_eq!(fault.kind(), FaultKind::InvalidArgument);
            assert!(fault.message().contains("finite numbers only"), "{fault}");
        }
        assert_eq!(edges.divided(1.0).await, Ok(vec![Some(1.0), Some(0.0)]));
        let fault = edges.divided(0.0).await.unwrap_err().into_fault();
        assert_eq!((fault.kind(), fault.executed()), (FaultKind::Internal, Executed::Maybe));
    });
}

#[tokio::test]
async fn why_a_reply_cannot_be_written_stays_at_the_backend() {
    on_every_transport!(EdgesServer::new(Edgy), EdgesClient, |edges| {
        let fault = edges.unwritable().await.unwrap_err().into_fault();
        assert_eq!((fault.kind(), fault.executed()), (FaultKind::Internal, Executed::Maybe));
        assert!(!format!("{fault:?}").contains("secret"), "{fault:?}");
    });
}
