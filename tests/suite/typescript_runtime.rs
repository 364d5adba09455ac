//! Do the npm runtime's own tests pass?

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
