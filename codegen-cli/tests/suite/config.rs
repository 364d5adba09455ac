//! Mistakes in `traitwire.toml`, and where they are shown.

use crate::support::{DOCUMENT, Fixture};

fn refused(name: &str, text: &str, says: &[&str]) {
    let fixture = Fixture::new(name);
    fixture.file("schema.json", DOCUMENT);
    fixture.file("traitwire.toml", text);
    fixture.run("generate").ends(2).no_data().says(says);
}

#[test]
fn typos_are_shown_where_they_stand_and_all_at_once() {
    refused(
        "config-typos",
        "[shema]\n\n[[target]]\nkind = \"typescript\"\nuot = \"web\"\nout = \"web\"\n\
         [[target]]\nkind = \"opnapi\"\nout = \"web\"\n",
        &[
            "traitwire.toml:1:2",
            "did you mean `schema`?",
            "`uot` is not an option of typescript targets",
            "traitwire.toml:5:1",
            "did you mean `out`?",
            "`opnapi` is not a kind of target",
            "traitwire.toml:8:8",
            "did you mean `openapi`?",
        ],
    );
}

#[test]
fn values_of_the_wrong_kind_are_explained() {
    refused(
        "config-values",
        "[schema]\npackages = \"one\"\nall-features = \"yes\"\n\n\
         [target]\nkind = \"schema\"\nout = \"web\"\n",
        &[
            "`packages` is a list: `packages = [\"..\"]`",
            "traitwire.toml:2:12",
            "`all-features` is `true` or `false`",
            "two pairs of brackets: `[[target]]`",
        ],
    );
    refused(
        "config-options",
        "[[target]]\nkind = \"schema\"\nout = \"\"\nruntime = \"x\"\n\
         [[target]]\nkind = \"typescript\"\nout = 7\nimport_extension = \".mjs\"\n\
         names = { \"shop::Model\" = \"a b\" }\n\
         [[target]]\nkind = \"schema\"\n",
        &[
            "`out` is empty",
            "`runtime` is an option of typescript targets, and this one is schema",
            "`out` is a text in quotes",
            "`import_extension` is \".js\", \".ts\" or \"\"",
            "`a b` cannot be the name of a type",
            "this target has no `out`",
        ],
    );
    refused(
        "config-out",
        "[[target]]\nkind = \"schema\"\nout = \"~/web\"\n\
         [[target]]\nkind = \"schema\"\nout = \"we\\nb\"\n\
         [[target]]\nkind = \"schema\"\nout = \"  \"\n",
        &["`out` begins with `~`", "a character that no folder should have", "`out` is empty"],
    );
    refused(
        "config-syntax",
        "[schema]\nfrom = \n[[target]]\n",
        &["this is no TOML", "traitwire.toml:2:"],
    );
    refused(
        "config-both",
        "[schema]\nfrom = \"schema.json\"\npackages = [\"a\"]\n",
        &["`from` names a finished schema, so `packages` cannot stand beside it"],
    );
}

#[test]
fn names_of_types_that_are_not_there_are_shown() {
    refused(
        "config-names",
        "[schema]\nfrom = \"schema.json\"\n[[target]]\nkind = \"typescript\"\nout = \"web\"\n\
         names = { \"shop::Modle\" = \"Part\" }\n",
        &["no interface uses a type `shop::Modle`", "did you mean `shop::Model`?", ":6:11"],
    );
}

#[test]
fn another_file_can_be_named() {
    let fixture = Fixture::new("config-file");
    fixture.file("schema.json", DOCUMENT);
    fixture.file(
        "other/wire.toml",
        "[schema]\nfrom = \"../schema.json\"\n[[target]]\nkind = \"schema\"\nout = \"out\"\n",
    );
    fixture.run("generate --config-file other/wire.toml").ends(0);
    assert!(fixture.path("other/out/schema.json").exists(), "paths begin at the file");
    fixture
        .run("generate --config-file nowhere.toml")
        .ends(2)
        .says(&["`nowhere.toml` cannot be read"]);
    fixture.run("generate --chek").ends(2).says(&["--check"]);
}
