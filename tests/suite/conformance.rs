//! One list of calls, for every frontend: in process, over HTTP, in Node and in Chromium.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use traitwire::rpc::Stub as _;
use traitwire_cli::emit::typescript::Options;
use traitwire_schema::walk::Schema;
use traitwire_tests::Server;
use traitwire_tests::conformance::backend::{Backends, ConformanceClient};
use traitwire_tests::conformance::cases::{self, Frontend};
use traitwire_tests::conformance::rust::{Backend, Report, run};
use traitwire_tests::conformance::{sites, typescript};
use traitwire_tests::web::{self, Package, Web};

/// Fails with all that went wrong, and with every case that was left out.
fn assert_all(frontend: Frontend, reports: &[Report]) {
    let expected: BTreeSet<String> =
        cases::of(frontend).into_iter().map(|case| case.name).collect();
    let reported: BTreeSet<String> = reports.iter().map(|report| report.name.clone()).collect();
    assert_eq!(reports.len(), reported.len(), "a case was run twice");
    let missing: Vec<&String> = expected.difference(&reported).collect();
    assert!(missing.is_empty(), "{frontend:?} left out {missing:?}");
    assert_eq!(expected, reported);
    let failed: Vec<String> = reports
        .iter()
        .filter(|report| !report.ok)
        .map(|report| format!("{}: {}", report.name, report.detail))
        .collect();
    assert!(failed.is_empty(), "{} of {frontend:?} failed:\n{}", failed.len(), failed.join("\n"));
}

#[tokio::test]
async fn req_16_rust_in_process() {
    let backends = Backends::default();
    let mut reports = Vec::new();
    for case in cases::of(Frontend::InProcess) {
        reports.push(run(Backend::InProcess(&backends), &case).await);
    }
    assert_all(Frontend::InProcess, &reports);
}

/// The list of calls within a process is that of a pair: there is no HTTP that a case could look at.
#[tokio::test]
async fn rpc_over_a_pair() {
    let backends = Backends::default();
    let mut reports = Vec::new();
    for case in cases::of(Frontend::InProcess) {
        reports.push(run(Backend::Pair(&backends), &case).await);
    }
    assert_all(Frontend::InProcess, &reports);
}

#[tokio::test]
async fn req_16_rust_over_http() {
    let server = Server::start_app(sites::app(&Backends::default())).await;
    let origin = server.url.trim_end_matches("/rpc");
    let mut reports = Vec::new();
    for case in cases::of(Frontend::Http) {
        reports.push(run(Backend::Http(origin), &case).await);
    }
    assert_all(Frontend::Http, &reports);
}

#[tokio::test]
async fn rust_over_http_by_hyper() {
    let server = Server::start_app(sites::app(&Backends::default())).await;
    let origin = server.url.trim_end_matches("/rpc");
    let mut reports = Vec::new();
    for case in cases::of(Frontend::Http) {
        reports.push(run(Backend::Hyper(origin), &case).await);
    }
    assert_all(Frontend::Http, &reports);
}

#[tokio::test]
async fn rust_over_http_by_a_client_with_a_layer() {
    let server = Server::start_app(sites::app(&Backends::default())).await;
    let origin = server.url.trim_end_matches("/rpc");
    let (mut reports, requests) = (Vec::new(), Arc::default());
    for case in cases::of(Frontend::Http) {
        reports.push(run(Backend::Layered(origin, &requests), &case).await);
    }
    assert_all(Frontend::Http, &reports);
    // Each case asks for the versions; a few end before anything else is sent.
    assert!(requests.load(Ordering::Relaxed) > reports.len());
}

#[tokio::test]
async fn rust_over_a_router_without_a_socket() {
    let app = sites::app(&Backends::default());
    let mut reports = Vec::new();
    for case in cases::of(Frontend::Http) {
        reports.push(run(Backend::Router(&app), &case).await);
    }
    assert_all(Frontend::Http, &reports);
}

/// A package with the generated client, the cases, and what runs them.
async fn package(web: &Web, name: &str) -> Package {
    let schema = Schema::collect([ConformanceClient::interface()]).unwrap();
    let files = web::typescript(&schema, &Options::default());
    let package = web.package(name).await;
    package.write_all("generated", &files);
    package.copy("calls");
    let module = web::module_of(&files, "Conformance").path.replace(".ts", ".js");
    let cases = cases::of(Frontend::TypeScript);
    let cases = typescript::module(&cases, &format!("./generated/{module}"), "./calls/cases.js");
    package.write("cases.ts", &cases);
    package
}

fn reports(printed: &str) -> Vec<Report> {
    printed.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

#[tokio::test]
async fn node() {
    let Some(web) = Web::or_skip() else { return };
    let package = package(&web, "conformance-node").await;
    let server = Server::start_app(sites::app(&Backends::default())).await;
    let origin = server.url.trim_end_matches("/rpc");
    let printed = package.run("calls/node.ts", &[origin]).await.unwrap();
    assert_all(Frontend::TypeScript, &reports(&printed));
}

#[tokio::test]
async fn chromium() {
    let Some(web) = Web::or_skip() else { return };
    let Some(chromium) = web::chromium() else {
        return web::skipped("Chromium is not installed");
    };
    let package = package(&web, "conformance-chromium").await;
    let app = sites::app(&Backends::default());
    let printed = package.run_in(&chromium, "calls/browser.ts", app).await.unwrap();
    assert_all(Frontend::TypeScript, &reports(&printed));
}

/// The values of the cases have the types that the generated client says.
#[tokio::test]
async fn the_cases_have_the_types_of_the_client() {
    let Some(web) = Web::or_skip() else { return };
    let package = package(&web, "conformance-types").await;
    let options = r#"{
      "compilerOptions": {
        "target": "es2022", "lib": ["es2022", "dom", "dom.iterable"], "types": ["node"],
        "module": "nodenext", "noEmit": true, "skipLibCheck": true, "strict": true,
        "exactOptionalPropertyTypes": true, "noUncheckedIndexedAccess": true
      },
      "include": ["cases.ts", "generated", "calls"]
    }"#;
    package.write("tsconfig.json", options);
    package.check(web::COMPILERS[0], "tsconfig.json").await.unwrap();
}
