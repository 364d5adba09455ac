//! What the crates may depend on.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

fn cargo(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(args)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo speaks UTF-8")
}

/// The design's arrows; nothing else of ours may be depended on. Tests and the guide may use
/// anything, and nothing may use them.
#[test]
fn dependencies_point_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("traitwire", &["traitwire-macros", "traitwire-protocol", "traitwire-schema"][..]),
        ("traitwire-macros", &["traitwire-schema"]),
        ("traitwire-schema", &[]),
        ("traitwire-protocol", &[]),
        ("traitwire-interfaces", &["traitwire"]),
        ("editor", &["traitwire"]),
        ("quickstart", &["traitwire", "traitwire-interfaces"]),
        ("telemetry", &["traitwire"]),
        ("traitwire-cli", &["traitwire-schema"]),
        ("xtask", &[]),
    ]);
    let metadata = cargo(&["metadata", "--no-deps", "--format-version=1", "--offline"]);
    let metadata: Value = serde_json::from_str(&metadata).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let ours: BTreeSet<&str> =
        packages.iter().map(|package| package["name"].as_str().expect("a name")).collect();
    for name in allowed.keys() {
        assert!(ours.contains(name), "{name} is not in the workspace");
    }
    for package in packages {
        let name = package["name"].as_str().expect("a name");
        let tests = ["corpus", "fuzz", "guide", "random", "simulator", "tests", "tests-2021"];
        if name.strip_prefix("traitwire-").is_some_and(|name| tests.contains(&name)) {
            continue;
        }
        let allowed = allowed.get(name).unwrap_or_else(|| panic!("{name} has no place yet"));
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let on = dependency["name"].as_str().expect("a name");
            let for_tests = dependency["kind"] == "dev";
            if ours.contains(on) && !for_tests {
                assert!(allowed.contains(&on), "{name} must not depend on {on}");
            }
        }
    }
}

/// What the macros depend on is built for the host as well, so it is the bare model.
#[test]
fn the_model_alone_depends_on_nothing() {
    let tree = cargo(&[
        "tree",
        "--package=traitwire-schema",
        "--edges=normal",
        "--prefix=none",
        "--offline",
    ]);
    assert_eq!(tree.lines().count(), 1, "{tree}");
}

#[test]
fn an_interfaces_crate_compiles_no_transport() {
    let tree = cargo(&[
        "tree",
        "--package=traitwire-interfaces",
        "--edges=normal,build",
        "--prefix=none",
        "--offline",
    ]);
    assert!(tree.contains("traitwire-macros"), "{tree}");
    for heavy in ["tokio", "hyper", "axum", "reqwest", "http", "tracing", "sha2", "futures-util"] {
        let found = tree.lines().any(|line| line.split(' ').next() == Some(heavy));
        assert!(!found, "{heavy} is in the tree of an interfaces crate:\n{tree}");
    }
}

/// Who does not name the types of a crate does not compile it.
#[test]
fn types_of_others_come_with_their_features_alone() {
    let features = |features: &str| {
        cargo(&[
            "tree",
            "--package=traitwire",
            "--no-default-features",
            features,
            "--edges=normal",
            "--prefix=none",
            "--offline",
        ])
    };
    let has =
        |tree: &str, name: &str| tree.lines().any(|line| line.split(' ').next() == Some(name));
    let bare = features("--features=");
    for name in ["chrono", "indexmap", "jiff", "rust_decimal", "time", "url", "uuid"] {
        assert!(!has(&bare, name), "{name} is in the tree of a bare traitwire:\n{bare}");
        let tree = features(&format!("--features={name}"));
        assert!(has(&tree, name), "{name} brings no {name}:\n{tree}");
    }
}

/// A socket of its own, TLS and compression are for who asks; and TLS builds without cmake.
#[test]
fn a_server_comes_with_its_features_alone() {
    let has = |features: &str, name: &str| {
        let features = format!("--features={features}");
        let tree = cargo(&[
            "tree",
            "--package=traitwire",
            "--no-default-features",
            &features,
            "--edges=normal",
            "--prefix=none",
            "--offline",
        ]);
        tree.lines().any(|line| line.split(' ').next() == Some(name))
    };
    assert!(!has("http-server", "hyper"));
    for (name, feature) in [("hyper-util", ""), ("rustls", "tls"), ("flate2", "compression")] {
        assert!(has(&format!("server,{feature}"), name), "{feature} brings no {name}");
        assert!(feature.is_empty() || !has("server", name), "a server alone has {name}");
    }
    assert!(!has("tls", "aws-lc-sys"));
}
