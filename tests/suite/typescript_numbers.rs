//! How large is the npm runtime? (`cargo xtask bench-web` prints what differs from machine to machine.)

use traitwire_tests::web::{self, Web};

/// The sizes, the limits and the programs that are measured stand in the runtime's own script.
#[tokio::test]
async fn the_runtime_is_small() {
    let Some(web) = Web::or_skip() else { return };
    let sizes = sizes(&web).await;
    for promised in ["HTTP", "types"] {
        let (bytes, limit) = size(&sizes, promised);
        assert!(bytes <= limit, "{promised}: {bytes} bytes, not {limit}");
    }
    assert_eq!(size(&sizes, "HTTP").1, 4_000, "promised in the README");
    assert_eq!(size(&sizes, "types").1, 200);
}

/// A line for each program.
async fn sizes(web: &Web) -> String {
    let script = web.file("runtime/typescript/scripts/sizes.mjs").expect("the runtime's script");
    web::finish(tokio::process::Command::new("node").arg(script)).await.unwrap()
}

/// How large a program is, and how large it may be.
fn size(sizes: &str, program: &str) -> (u32, u32) {
    let line = sizes.lines().find_map(|line| line.strip_prefix(program)?.strip_prefix(": "));
    let numbers = line.unwrap_or_else(|| panic!("no `{program}` in {sizes}"));
    let mut numbers = numbers.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok());
    (numbers.next().expect("the size"), numbers.next().expect("the limit"))
}
