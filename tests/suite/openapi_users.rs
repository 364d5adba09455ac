//! Can others use an interface with nothing but its OpenAPI document?

use serde_json::json;
use traitwire::rpc::Stub as _;
use traitwire_cli::emit::openapi::{Options, emit};
use traitwire_interfaces::catalog::CatalogClient;
use traitwire_interfaces::jobs::JobsClient;
use traitwire_schema::walk::Schema;
use traitwire_tests::conformance::backend::{Backends, ConformanceClient};
use traitwire_tests::conformance::sites;
use traitwire_tests::web::{self, COMPILERS, Web};
use traitwire_tests::{KitchenClient, Server, corpus};

/// The document of a schema. Its server is where a client has loaded it from, unless it says more.
fn document(schema: &Schema) -> String {
    let options = Options { servers: vec!["/rpc".to_owned()], ..Options::default() };
    let files = emit(schema, &options).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let [file] = &files[..] else { panic!("the emitter wrote {} files", files.len()) };
    file.text.clone()
}

fn conformance() -> String {
    document(&Schema::collect([ConformanceClient::interface()]).unwrap())
}

/// A server of the backend that also serves its document.
async fn server() -> Server {
    let app = sites::app(&Backends::default());
    Server::start_app(web::document(app, "/openapi.json", "application/json", conformance())).await
}

#[tokio::test]
async fn the_official_schema_accepts_every_document() {
    let Some(web) = Web::or_skip() else { return };
    let package = web.bare_package("openapi-valid");
    package.copy("openapi");
    let ours = [CatalogClient::interface(), JobsClient::interface()];
    package.write("interfaces.json", &document(&Schema::collect(ours).unwrap()));
    package.write("conformance.json", &conformance());
    let kitchen = Schema::collect([KitchenClient::interface()]).unwrap();
    package.write("kitchen.json", &document(&kitchen));
    package.write("corpus.json", &document(&corpus::schema()));
    let files = ["interfaces.json", "conformance.json", "kitchen.json", "corpus.json"];
    package.run("openapi/validate.ts", &files).await.unwrap();
}

#[tokio::test]
async fn openapi_typescript_makes_a_client_that_calls_us() {
    let Some(web) = Web::or_skip() else { return };
    let package = web.bare_package("openapi-typescript");
    package.copy("openapi");
    package.write("openapi.json", &conformance());
    let generate = ["openapi.json", "--output", "api.ts"];
    package.script("openapi-typescript/bin/cli.js", &generate).await.unwrap();
    let options = json!({
        "compilerOptions": {
            "target": "es2022", "lib": ["es2022", "dom", "dom.iterable"], "types": ["node"],
            "module": "nodenext", "noEmit": true, "skipLibCheck": true, "strict": true,
        },
        "files": ["openapi/client.ts"],
    });
    package.write("tsconfig.json", &options.to_string());
    package.check(COMPILERS[0], "tsconfig.json").await.unwrap();
    let server = server().await;
    let printed = package.run("openapi/client.ts", &[&server.url]).await.unwrap();
    assert_eq!(printed, "3 calls\n");
}

#[tokio::test]
async fn python_calls_us_by_the_document_alone() {
    let Some(python) = web::python() else {
        return web::skipped("the packages of tests/python are not in target/python");
    };
    let server = server().await;
    let url = server.url.replace("/rpc", "/openapi.json");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/openapi_call.py");
    let mut command = tokio::process::Command::new(python);
    command.args([script, &url]).env("NO_PROXY", "*");
    assert_eq!(web::finish(&mut command).await.unwrap(), "2 calls\n");
}
