//! Schemas out of workspaces of every kind.

use std::fs;

use serde_json::Value;

use crate::support::{Fixture, TARGET, finish, interface, package, source, traitwire};

/// The names in `list --format json`.
fn listed(stdout: &str) -> Vec<String> {
    let list: Vec<Value> = serde_json::from_str(stdout).expect("a JSON array");
    list.iter().map(|one| one["name"].as_str().expect("a name").to_owned()).collect()
}

/// A virtual workspace of two interface crates, which nothing refers to, and a program. One has a
/// renamed dependency and a library of another name, the other inherits everything.
fn workspace(name: &str) -> Fixture {
    let fixture = Fixture::workspace(name);
    fixture.file(
        "Cargo.toml",
        &format!(
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n\
             [workspace.package]\nversion = \"2.1.0\"\nedition = \"2024\"\n\
             [workspace.dependencies]\ntraitwire = {{ {} }}\n",
            source()
        ),
    );
    fixture.file(
        "crates/alpha/Cargo.toml",
        &format!(
            "{}[lib]\nname = \"first\"\n[features]\nlegacy = []\nold = []\n{}",
            package("acme-alpha"),
            traitwire("wire")
        ),
    );
    fixture.file(
        "crates/alpha/src/lib.rs",
        &format!(
            "mod inner {{\n    #[cfg(feature = \"old\")]\n    mod legacy;\n}}\n{}",
            interface("Alpha")
                .replace("traitwire::rpc_interface(", "wire::rpc_interface(crate = ::wire, ")
        ),
    );
    fixture.file(
        "crates/alpha/src/inner/legacy.rs",
        &format!(
            "#[cfg(feature = \"legacy\")]\n{}",
            interface("Legacy")
                .replace("traitwire::rpc_interface(", "wire::rpc_interface(crate = ::wire, ")
        ),
    );
    fixture.file(
        "crates/beta/Cargo.toml",
        "[package]\nname = \"acme-beta\"\nversion.workspace = true\nedition.workspace = true\n\
         [dependencies]\ntraitwire.workspace = true\n",
    );
    fixture.file("crates/beta/src/lib.rs", &interface("Beta"));
    fixture.file("crates/app/Cargo.toml", &package("acme-app"));
    fixture.file("crates/app/src/main.rs", "fn main() {}\n");
    fixture.file("traitwire.toml", TARGET);
    fixture
}

#[test]
fn all_interfaces_of_a_workspace_are_found_from_any_folder() {
    let fixture = workspace("crates-all");
    let done = fixture.run_in("crates/alpha/src", "list --format json").ends(0);
    assert_eq!(listed(&done.stdout), ["Alpha", "Beta"]);
    let list: Value = serde_json::from_str(&done.stdout).expect("JSON");
    assert_eq!(list[1]["file"], "crates/beta/src/lib.rs");
    assert_eq!(list[1]["line"], 3);
    done.says(&[
        "warning: the interface `Legacy` is left out",
        "crates/alpha/src/inner/legacy.rs:4:11",
        "it is behind `#[cfg(feature = \"old\")]` in `#[cfg(feature = \"legacy\")]`",
        "pass `--features legacy,old`",
    ]);

    let done = fixture.run("list --format json --features legacy,old").ends(0);
    assert_eq!(listed(&done.stdout), ["Alpha", "Beta", "Legacy"]);
    done.says_not("warning");
}

#[test]
fn files_of_interfaces_that_are_left_out_are_kept() {
    let fixture = workspace("crates-kept");
    fixture.file("traitwire.toml", "[[target]]\nkind = \"typescript\"\nout = \"api\"\n");
    fixture.run("generate --features legacy,old").ends(0);
    let done = fixture.run("generate").ends(0);
    done.says(&["kept api/legacy.ts: an interface that is left out may need it"]);
    assert!(fixture.path("api/legacy.ts").exists());
    fixture.run("generate --check").ends(0).no_data();

    // Once it is gone from the source, so is its file.
    fixture.file("crates/alpha/src/inner/legacy.rs", "");
    fixture.run("generate").ends(0).says(&["removed api/legacy.ts"]);
}

#[test]
fn packages_can_be_chosen() {
    let fixture = workspace("crates-chosen");
    fixture.file("traitwire.toml", &format!("[schema]\npackages = [\"acme-beta\"]\n{TARGET}"));
    let done = fixture.run("list --format json").ends(0);
    assert_eq!(listed(&done.stdout), ["Beta"]);
    done.says(&["note: `packages` leaves out interfaces of `acme-alpha`"]);
    // Cargo's flag comes first, and feature flags reach the package.
    let done = fixture.run("list --format json -p acme-alpha --all-features").ends(0);
    assert_eq!(listed(&done.stdout), ["Alpha", "Legacy"]);
    done.says_not("note");

    fixture.run("list -p acme-gamma").ends(2).says(&["`acme-gamma`"]);
    fixture.run("list -p acme-bta").ends(2).says(&["did you mean `acme-beta`?"]);
    fixture
        .run("list -p acme-alpha --features legcy")
        .ends(2)
        .says(&["no feature `legcy` in `acme-alpha`", "did you mean `legacy`?"]);
    fixture.file("traitwire.toml", &format!("[schema]\npackages = [\"acme-bta\"]\n{TARGET}"));
    fixture.run("list").ends(2).says(&["traitwire.toml:2:13", "did you mean `acme-beta`?"]);
}

#[test]
fn patches_of_the_workspace_apply() {
    let fixture = Fixture::workspace("crates-patch");
    fixture.file(
        "Cargo.toml",
        &format!(
            "{}{}greeting = \"1\"\n[workspace]\n[patch.crates-io]\n\
             greeting = {{ path = \"vendor/greeting\" }}\n\
             [profile.dev]\ndebug = 0\n[profile.dev.package.greeting]\nopt-level = 1\n",
            package("shapes"),
            traitwire("traitwire"),
        ),
    );
    fixture.file("vendor/greeting/Cargo.toml", &package("greeting"));
    fixture.file("vendor/greeting/src/lib.rs", "pub const GREETING: &str = \"hello\";\n");
    fixture.file("src/lib.rs", &format!("pub use greeting::GREETING;\n{}", interface("Patched")));
    let done = fixture.run("list --format json").ends(0);
    assert_eq!(listed(&done.stdout), ["Patched"]);
    done.says_not("warning");
}

#[test]
fn a_driver_of_the_users_own_is_run() {
    let fixture = Fixture::workspace("crates-own-driver");
    let dependency = traitwire("traitwire").replace(" }", ", features = [\"driver\"] }");
    fixture.file("Cargo.toml", &format!("{}{dependency}[workspace]\n", package("shapes")));
    fixture.file("src/lib.rs", &interface("Owned"));
    fixture.file(
        "src/bin/print-schema.rs",
        "use shapes as _;\nfn main() -> std::process::ExitCode { traitwire::driver::main() }\n",
    );
    fixture.file("traitwire.toml", &format!("[schema]\ndriver = \"print-schema\"\n{TARGET}"));
    let done = fixture.run("list --format json").ends(0);
    assert_eq!(listed(&done.stdout), ["Owned"]);

    fixture.file("src/bin/print-schema.rs", "fn main() { println!(\"hello\") }\n");
    fixture
        .run("list")
        .ends(2)
        .says(&["what the driver printed is no schema", "traitwire::driver::main"]);
}

#[test]
fn what_is_there_is_neither_built_nor_written_again() {
    let fixture = Fixture::package("crates-idempotent", &interface("Same"));
    fixture.file("traitwire.toml", TARGET);
    fixture.run("generate").ends(0).no_data().says(&["wrote generated/schema.json"]);
    let modified = |path: &str| {
        fs::metadata(fixture.path(path)).and_then(|file| file.modified()).expect("a time")
    };
    let before = modified("generated/schema.json");
    let text = fixture.read("generated/schema.json");
    assert!(!text.contains("\"source\""), "a moved line would change it:\n{text}");
    fixture.run("generate").ends(0).no_data().says(&["0 written, 1 unchanged"]);
    assert_eq!(modified("generated/schema.json"), before);

    // Also through cargo, which passes the name of the subcommand.
    let mut command = fixture.command(env!("CARGO_BIN_EXE_cargo-traitwire"), "");
    finish(command.args(["traitwire", "generate", "--check"])).ends(0).no_data();
    fixture.run("generate --check --locked").ends(0);
    fixture.file(
        "Cargo.toml",
        &format!("{}{}serde = \"1\"\n[workspace]\n", package("shapes"), traitwire("traitwire")),
    );
    fixture.run("generate --check --locked").ends(3).says(&["--locked"]);
}

#[test]
fn a_driver_of_the_users_own_may_be_all_there_is() {
    let fixture = Fixture::workspace("crates-only-driver");
    let dependency = traitwire("traitwire").replace(" }", ", features = [\"driver\"] }");
    fixture.file("Cargo.toml", &format!("{}{dependency}[workspace]\n", package("print-schema")));
    let main = "fn main() -> std::process::ExitCode { traitwire::driver::main() }\n";
    fixture.file("src/main.rs", &format!("{}{main}", interface("Inside")));
    fixture.file("traitwire.toml", &format!("[schema]\ndriver = \"print-schema\"\n{TARGET}"));
    let done = fixture.run("list --format json").ends(0).says_not("left out");
    assert_eq!(listed(&done.stdout), ["Inside"]);
}

#[cfg(target_os = "linux")]
#[test]
fn what_crates_print_before_main_is_no_part_of_the_schema() {
    let code = "extern \"C\" fn before() { print!(\"{{ready}} \"); }\n\
                #[used]\n#[unsafe(link_section = \".init_array\")]\n\
                static BEFORE: extern \"C\" fn() = before;\n";
    let fixture = Fixture::package("crates-print", &format!("{code}{}", interface("Loud")));
    let done = fixture.run("list --format json").ends(0);
    assert_eq!(listed(&done.stdout), ["Loud"]);
}

#[test]
fn commands_over_the_same_crates_wait_for_each_other() {
    use std::io::Read as _;

    let fixture = Fixture::package("crates-parallel", &interface("Shared"));
    fixture.run("list --target-dir target").ends(0);
    let folders = fs::read_dir(fixture.path("target/traitwire")).expect("the driver's folder");
    let folder = folders.flatten().next().expect("the driver").path();
    let lock = fs::File::create(folder.join("lock")).expect("a file");
    lock.lock().expect("a lock");
    let mut command = fixture.command(env!("CARGO_BIN_EXE_traitwire"), "");
    command.args(["list", "--target-dir", "target"]);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().expect("it runs");
    let mut said = [0; 7];
    child.stderr.as_mut().expect("piped").read_exact(&mut said).expect("it says something");
    assert_eq!(&said, b"waiting");
    drop(lock);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn settings_of_unstable_profiles_are_carried_over() {
    let fixture = Fixture::package("crates-unstable", &interface("Early"));
    let manifest = fixture.read("Cargo.toml");
    fixture.file(
        "Cargo.toml",
        &format!(
            "cargo-features = [\"profile-rustflags\"]\n{manifest}\
             [profile.dev]\nrustflags = [\"--cfg\", \"early\"]\n"
        ),
    );
    let mut command = fixture.command(env!("CARGO_BIN_EXE_traitwire"), "");
    // Lets a stable cargo read such a manifest.
    finish(command.env("RUSTC_BOOTSTRAP", "1").arg("list")).ends(0);
}
