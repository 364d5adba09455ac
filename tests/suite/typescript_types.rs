//! Does generated TypeScript compile, with every compiler and every strict flag?

use futures_util::future::join_all;
use serde_json::{Value, json};
use traitwire::rpc::Stub as _;
use traitwire_cli::emit::typescript::Options;
use traitwire_interfaces::catalog::CatalogClient;
use traitwire_interfaces::jobs::JobsClient;
use traitwire_schema::walk::Schema;
use traitwire_tests::conformance::backend::ConformanceClient;
use traitwire_tests::web::{self, COMPILERS, Package, Web};
use traitwire_tests::{KitchenClient, corpus};

/// What serde can make of a type, in many pairs; the emitter's own tests read what becomes of it.
const EXACT: &str = include_str!("../../codegen-cli/src/emit/typescript/tests/exact.json");

/// All that is generated, by the folder that it goes to.
fn schemas() -> [(&'static str, Schema); 5] {
    [
        ("interfaces", collect([CatalogClient::interface(), JobsClient::interface()])),
        ("conformance", collect([ConformanceClient::interface()])),
        ("kitchen", collect([KitchenClient::interface()])),
        ("corpus", corpus::schema()),
        ("exact", Schema::from_json(EXACT).unwrap()),
    ]
}

fn collect<const N: usize>(interfaces: [&traitwire_schema::Interface; N]) -> Schema {
    Schema::collect(interfaces).unwrap()
}

/// What imports end with, and the options that such imports need.
fn extensions() -> [(&'static str, Value); 3] {
    [
        (".js", json!({ "module": "nodenext", "moduleResolution": "nodenext" })),
        (
            ".ts",
            json!({
                "module": "nodenext",
                "moduleResolution": "nodenext",
                "allowImportingTsExtensions": true,
                "rewriteRelativeImportExtensions": true,
            }),
        ),
        ("", json!({ "module": "esnext", "moduleResolution": "bundler" })),
    ]
}

/// Writes a configuration for what imports of this kind need.
fn configure(package: &Package, include: &[&str], more: &Value) {
    let mut options = web::strict_flags();
    for (name, value) in more.as_object().into_iter().flatten() {
        options[name] = value.clone();
    }
    let config = json!({ "compilerOptions": options, "include": include });
    package.write("tsconfig.json", &config.to_string());
}

#[tokio::test]
async fn every_generated_file_compiles() {
    let Some(web) = Web::or_skip() else { return };
    for (extension, more) in extensions() {
        let package = web.package(&format!("types{}", extension.replace('.', "-"))).await;
        let options = Options { import_extension: extension.to_owned(), ..Options::default() };
        for (folder, schema) in schemas() {
            package.write_all(folder, &web::typescript(&schema, &options));
        }
        let mut include = vec!["interfaces", "conformance", "kitchen", "corpus", "exact"];
        if extension == ".js" {
            package.copy("types");
            include.extend(["types/usage.ts", "types/exact.ts"]);
        }
        configure(&package, &include, &more);
        let checks = COMPILERS.map(|compiler| package.check(compiler, "tsconfig.json"));
        for (compiler, checked) in COMPILERS.iter().zip(join_all(checks).await) {
            checked.unwrap_or_else(|error| panic!("{compiler}, imports `{extension}`: {error}"));
        }
    }
}

/// How long that takes is shown by `cargo xtask bench-web`; a test counts what the compiler does, which
/// is the same on every machine.
#[tokio::test]
async fn the_compilers_work_grows_as_the_interface_does() {
    let Some(web) = Web::or_skip() else { return };
    let package = web.package("types-large").await;
    let mut work = Vec::new();
    for methods in [0, 100, 1000] {
        let schema = corpus::large(methods);
        package.write_all("generated", &web::typescript(&schema, &Options::default()));
        configure(&package, &["generated"], &extensions()[0].1);
        let mut compiler = web.compiler(COMPILERS[0]);
        compiler.args(["--extendedDiagnostics", "--project", "tsconfig.json"]);
        let printed = web::finish(compiler.current_dir(&package.folder)).await.unwrap();
        work.push(count(&printed, "Types:") + count(&printed, "Instantiations:"));
    }
    let (hundred, thousand) = (work[1] - work[0], work[2] - work[0]);
    assert!(hundred > 0 && thousand <= 12 * hundred, "for 0, 100 and 1,000 methods: {work:?}");
}

/// A number that the compiler says about itself.
fn count(printed: &str, what: &str) -> u64 {
    let line = printed.lines().find_map(|line| line.strip_prefix(what));
    line.unwrap_or_else(|| panic!("no `{what}` in {printed}")).trim().parse().unwrap()
}
