//! Do the npm runtime's own tests pass, and does a handler see what its callers say of themselves?

#![allow(unreachable_pub, reason = "interfaces are public where they are used")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use traitwire::rpc::idempotency::MemoryStore;
use traitwire::rpc::{Backend, Stub as _};
use traitwire::{Context, Stream, Trace, http, rpc_interface};
use traitwire_cli::emit::typescript::Options;
use traitwire_schema::walk::Schema;
use traitwire_tests::Server;
use traitwire_tests::web::{self, Web};

#[tokio::test]
async fn the_runtimes_own_tests_pass() {
    if Web::or_skip().is_none() {
        return;
    }
    let mut npm = tokio::process::Command::new(web::program("npm").expect("npm comes with node"));
    npm.args(["test", "--workspace", "@traitwire/runtime"]);
    npm.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let printed = web::finish(&mut npm).await.unwrap_or_else(|error| panic!("{error}"));
    assert!(printed.contains("# fail 0"), "{printed}");
}

type Labels = BTreeMap<String, String>;

/// Says what it knows of its calls.
#[rpc_interface(version = "1.0.0")]
pub trait Mirror {
    /// Changes nothing.
    #[rpc(readonly, public)]
    async fn look(&self, cx: &Context) -> Labels;
    /// Changes something, but twice is as good as once.
    #[rpc(idempotent, public)]
    async fn keep(&self, cx: &Context) -> Labels;
    /// Changes something.
    #[rpc(public)]
    async fn change(&self, cx: &Context) -> Labels;
    /// What it knows of the stream.
    #[rpc(readonly, public)]
    fn watch(&self, cx: &Context) -> impl Stream<Item = Labels> + Send;
    /// How often it has run.
    #[rpc(idempotent, public)]
    async fn count(&self) -> u32;
}

/// Needs a routing key.
#[rpc_interface(version = "1.0.0", route = required)]
pub trait Sites {
    /// The key.
    #[rpc(public)]
    async fn open(&self, cx: &Context, site: &str) -> String;
}

#[derive(Default)]
struct Desk {
    runs: AtomicUsize,
}

fn labels(cx: &Context) -> Labels {
    let labels = [
        ("id", Some(cx.request_id().to_owned())),
        ("session", cx.session().map(str::to_owned)),
        ("application", cx.application().map(str::to_owned)),
        ("route", cx.route().map(str::to_owned)),
        ("trace", cx.trace().map(Trace::to_string)),
        ("key", cx.idempotency_key().map(str::to_owned)),
    ];
    labels.into_iter().filter_map(|(name, label)| Some((name.to_owned(), label?))).collect()
}

impl Mirror for Desk {
    async fn look(&self, cx: &Context) -> Labels {
        labels(cx)
    }

    async fn keep(&self, cx: &Context) -> Labels {
        labels(cx)
    }

    async fn change(&self, cx: &Context) -> Labels {
        labels(cx)
    }

    fn watch(&self, cx: &Context) -> impl Stream<Item = Labels> + Send {
        futures_util::stream::iter([labels(cx)])
    }

    async fn count(&self) -> u32 {
        u32::try_from(self.runs.fetch_add(1, Ordering::SeqCst) + 1).unwrap()
    }
}

impl Sites for Desk {
    async fn open(&self, cx: &Context, _: &str) -> String {
        cx.route().expect("a route is required").to_owned()
    }
}

/// Loses every other reply of `count`, once its handler has run.
async fn forgetful(seen: Arc<AtomicUsize>, request: Request, next: Next) -> Response {
    let counts = request.uri().path().ends_with("/count");
    let response = next.run(request).await;
    if !counts || seen.fetch_add(1, Ordering::SeqCst) % 2 == 1 {
        return response;
    }
    let problem = json!({
        "type": "urn:traitwire:overloaded", "title": "overloaded", "status": 503,
        "code": "overloaded", "executed": "maybe", "detail": "the reply was lost",
    });
    let headers = [(CONTENT_TYPE, "application/problem+json")];
    (StatusCode::SERVICE_UNAVAILABLE, headers, problem.to_string()).into_response()
}

#[tokio::test]
async fn a_handler_sees_what_a_typescript_frontend_says_of_its_calls() {
    let Some(web) = Web::or_skip() else { return };
    let desk = Arc::new(Desk::default());
    let backend = Backend::builder()
        .serve(MirrorServer::from(Arc::clone(&desk)))
        .serve(SitesServer::from(desk))
        .idempotency(MemoryStore::new())
        .build()
        .unwrap();
    let seen = Arc::new(AtomicUsize::new(0));
    let layer = from_fn(move |request, next| forgetful(Arc::clone(&seen), request, next));
    let app = Router::new().nest_service("/rpc", http::service(backend)).layer(layer);
    let server = Server::start_app(app).await;

    let schema = Schema::collect([MirrorClient::interface(), SitesClient::interface()]).unwrap();
    let package = web.package("context").await;
    package.write_all("generated", &web::typescript(&schema, &Options::default()));
    package.copy("context");
    let mut options = web::strict_flags();
    // Those of Node do not hold to every flag themselves.
    for (name, value) in [("types", json!(["node"])), ("skipLibCheck", true.into())] {
        options[name] = value;
    }
    for name in ["module", "moduleResolution"] {
        options[name] = "nodenext".into();
    }
    let config = json!({ "compilerOptions": options, "include": ["context", "generated"] });
    package.write("tsconfig.json", &config.to_string());
    package.check(web::COMPILERS[0], "tsconfig.json").await.unwrap();
    let printed =
        package.run("context/said.ts", &[server.url.trim_end_matches("/rpc")]).await.unwrap();
    let said: Vec<Value> =
        printed.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let [look, keep, watch, open, refused, plain, kept, changed, counts] = &said[..] else {
        panic!("{printed}")
    };

    for call in [look, keep, watch] {
        assert_eq!(call["application"], "viewer/1.2.0");
        assert_eq!(call["session"], "window-1");
        // Flags and ids as they were given.
        assert_eq!(call["trace"], "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        assert_eq!(call["route"], Value::Null);
    }
    assert_eq!((&look["key"], &watch["key"]), (&Value::Null, &Value::Null));
    assert_eq!((&keep["key"], &keep["id"]), (&json!("k-1"), &json!("r-1")));
    assert_eq!(open, "tower");
    let error = &refused["error"];
    assert_eq!((&error["kind"], &error["executed"]), (&json!("invalid_argument"), &json!("no")));

    assert_eq!(plain["session"], kept["session"]);
    assert_ne!(plain["session"], look["session"]);
    assert_ne!(plain["trace"], kept["trace"]);
    assert!(plain["trace"].as_str().unwrap().ends_with("-00"), "nobody records it");
    assert_eq!((&plain["application"], &plain["key"]), (&Value::Null, &Value::Null));
    assert!(kept["key"].is_string(), "{kept}");
    assert_eq!(changed["key"], Value::Null);
    // Made twice each, under one key, and run once.
    assert_eq!(*counts, json!([1, 2]));
}

/// The backend of the guide's page on context.
#[rpc_interface(version = "1.0.0", route = required)]
pub trait Buildings {
    /// Says who asked for what.
    #[rpc(public)]
    async fn describe(&self, cx: &Context, building: &str) -> String;
}

impl Buildings for Desk {
    async fn describe(&self, cx: &Context, building: &str) -> String {
        let (application, route) = (cx.application(), cx.route());
        format!("{building} for {} at {}", application.unwrap_or("?"), route.unwrap_or("?"))
    }
}

#[tokio::test]
async fn the_guides_page_on_context_does_what_it_says() {
    let Some(web) = Web::or_skip() else { return };
    let page = include_str!("../../docs/guide/context.md");
    let (_, code) = page.split_once("```ts\n").expect("code in TypeScript");
    let (code, _) = code.split_once("```").expect("its end");
    let schema = Schema::collect([BuildingsClient::interface()]).unwrap();
    let package = web.package("context-page").await;
    package.write_all("api", &web::typescript(&schema, &Options::default()));
    package.write("page.ts", code);
    package.write("tsconfig.json", &web::strict(&["page.ts", "api"]));
    package.check(web::COMPILERS[0], "tsconfig.json").await.unwrap();

    let backend = Backend::builder().serve(BuildingsServer::new(Desk::default())).build();
    let server = Server::start(backend.unwrap()).await;
    // In Node, a path is not enough.
    package.write("run.ts", &code.replace("\"/rpc\"", &format!("{:?}", server.url)));
    let printed = package.run("run.ts", &[]).await.unwrap();
    assert_eq!(printed, "tower for viewer/1.2.0 at tower\n");
    assert!(code.contains("// tower for viewer/1.2.0 at tower\n"), "the page says so too");
}
