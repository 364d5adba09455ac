//! Crates from which no schema can be had, and what is said then.

use crate::support::{Fixture, TARGET, interface, package, traitwire};

#[test]
fn a_crate_that_does_not_build_ends_with_cargos_own_message() {
    let code = format!("{}\npub const WRONG: u32 = \"text\";\n", interface("Broken"));
    let fixture = Fixture::package("refused-build", &code);
    fixture.file("traitwire.toml", TARGET);
    let done = fixture.run("generate").ends(3).no_data();
    let done =
        done.says(&["error[E0308]: mismatched types", "src/lib.rs:", "could not compile `shapes`"]);
    assert!(done.stderr.starts_with("error[E0308]"), "{}", done.stderr);
    assert!(!fixture.path("generated").exists());
}

#[test]
fn a_package_without_a_library_is_told_to_get_one() {
    let fixture = Fixture::package("refused-no-library", "");
    std::fs::remove_file(fixture.path("src/lib.rs")).expect("it was there");
    fixture.file("src/main.rs", &format!("fn main() {{}}\n{}", interface("Hidden")));
    fixture
        .run("list")
        .ends(2)
        .says(&["`shapes` has no library target", "move the annotated traits to its src/lib.rs"]);
}

#[test]
fn crates_without_interfaces_are_refused() {
    let fixture = Fixture::package("refused-empty", "pub trait Plain {}\n");
    fixture.run("list").ends(2).says(&["no interface was found in `shapes`", "rpc_interface"]);

    // The scan knows more, and says where.
    fixture.file("src/lost.rs", &interface("Lost"));
    fixture.file("src/main.rs", &format!("fn main() {{}}\n{}", interface("Program")));
    fixture.file(
        "src/lib.rs",
        &format!("#[cfg(target_os = \"none\")]\npub mod bare {{\n{}}}\n", interface("Bare")),
    );
    fixture.run("list").ends(2).says(&[
        "`Lost` is left out",
        "src/lost.rs:3:11",
        "no `mod` leads to this file",
        "`Program` is left out",
        "it is in a program",
        "`Bare` is left out",
        "it is behind `#[cfg(target_os = \"none\")]`",
    ]);
}

#[test]
fn workspaces_without_traitwire_and_folders_without_cargo_are_refused() {
    let fixture = Fixture::workspace("refused-unused");
    fixture.file("Cargo.toml", &format!("{}[workspace]\n", package("shapes")));
    fixture.file("src/lib.rs", "");
    fixture.run("list").ends(2).says(&["no package", "depends on traitwire", "cargo add"]);
    fixture.run("generate").ends(2).says(&["there is no traitwire.toml", "[[target]]"]);
    fixture.file("traitwire.toml", "[schema]\n");
    fixture.run("generate").ends(2).says(&["traitwire.toml has no target"]);
    fixture.run("list --manifest-path nowhere/Cargo.toml").ends(3).says(&["nowhere/Cargo.toml"]);
}

#[test]
fn two_versions_of_traitwire_are_both_named() {
    let fixture = Fixture::workspace("refused-two-versions");
    fixture.file("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"new\", \"old\"]\nexclude = [\"traitwire-old\"]\n");
    fixture.file("new/Cargo.toml", &format!("{}{}", package("new"), traitwire("traitwire")));
    fixture.file("new/src/lib.rs", &interface("New"));
    fixture.file(
        "old/Cargo.toml",
        &format!(
            "{}[dependencies]\ntraitwire = {{ path = \"../traitwire-old\" }}\n",
            package("old")
        ),
    );
    fixture.file("old/src/lib.rs", "");
    fixture.file("traitwire-old/Cargo.toml", &package("traitwire").replace("1.0.0", "0.0.9"));
    fixture.file("traitwire-old/src/lib.rs", "");
    fixture.run("list").ends(2).says(&[
        "there are 2 versions of traitwire",
        "traitwire 0.0.9",
        "is used by `old`",
        "traitwire 0.1.0",
        "is used by `new`",
    ]);
    fixture.run("list -p new").ends(0);
}

#[test]
fn two_interfaces_of_one_name_and_version_are_refused() {
    let code = format!("pub mod a {{\n{0}}}\npub mod b {{\n{0}}}\n", interface("Twice"));
    let fixture = Fixture::package("refused-twice", &code);
    fixture.run("list").ends(2).says(&[
        "two interfaces are called `Twice`",
        "src/lib.rs:4",
        "src/lib.rs:13",
        "did not print their schema",
    ]);
}

#[test]
fn a_library_that_cannot_be_linked_is_told_what_to_add() {
    let fixture = Fixture::package("refused-cdylib", &interface("Hidden"));
    let manifest = |kind: &str| {
        format!(
            "{}[lib]\n{kind}\n{}[workspace]\nmembers = [\"other\"]\n",
            package("shapes"),
            traitwire("traitwire")
        )
    };
    fixture.file("Cargo.toml", &manifest("crate-type = [\"cdylib\"]"));
    fixture.file("other/Cargo.toml", &format!("{}{}", package("other"), traitwire("traitwire")));
    fixture.file("other/src/lib.rs", &interface("Other"));
    let says = ["`shapes` is a cdylib only", "crate-type = [\"cdylib\", \"lib\"]"];
    fixture.run("list -p shapes").ends(2).says(&says);
    fixture.run("list").ends(0).says(&["warning: "]).says(&says);
    fixture.file("Cargo.toml", &manifest("crate-type = [\"cdylib\", \"lib\"]"));
    let done = fixture.run("list").ends(0).says_not("warning");
    assert!(done.stdout.contains("Hidden"), "{}", done.stdout);
}

#[test]
fn a_type_that_serde_could_not_read_back_is_shown_where_it_is_written() {
    let code = "\
use serde::{Deserialize, Serialize};
use traitwire::{Wire, rpc_interface};

#[derive(Serialize, Deserialize, Wire)]
#[serde(tag = \"type\")]
pub enum Event {
    Counted { total: u128 },
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(untagged)]
pub enum Size {
    Signed(i64),
    Unsigned(u64),
}

#[rpc_interface(version = \"1.0.0\")]
pub trait Events {
    async fn last(&self) -> Event;
    async fn size(&self) -> Size;
}
";
    let fixture = Fixture::package("refused-unreadable", code);
    let serde = "serde = { version = \"1\", features = [\"derive\"] }\n";
    let manifest = format!("{}{}{serde}[workspace]\n", package("shapes"), traitwire("traitwire"));
    fixture.file("Cargo.toml", &manifest).file("traitwire.toml", TARGET);
    fixture.run("generate").ends(2).no_data().says(&[
        "`Event::Counted.total`: serde cannot read an integer of 128 bits behind a tag",
        "src/lib.rs:7:15",
        "help: use 64 bits, a `String`, or keep the value outside of the tagged type",
        "`Size::Unsigned`: 1 is read as the earlier `Signed`",
        "#[wire(overlapping)]",
    ]);
    assert!(!fixture.path("generated").exists());
}
