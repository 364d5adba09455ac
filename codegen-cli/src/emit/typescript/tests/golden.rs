//! Is the text still what somebody has read? `UPDATE=1 cargo test -p traitwire-cli` writes it anew.
//!
//! `kitchen-sink.json` is the schema of a crate that uses all that `#[derive(Wire)]` takes, in three
//! kinds of interfaces.

use std::path::{Path, PathBuf};

use traitwire_schema::walk::Schema;

use crate::emit::typescript::{Options, emit};

fn kitchen_sink() -> Schema {
    Schema::from_json(include_str!("kitchen-sink.json")).unwrap()
}

/// All that serde can make of a type, in many pairs.
fn exact() -> Schema {
    Schema::from_json(include_str!("exact.json")).unwrap()
}

#[test]
fn the_kitchen_sink_is_what_was_read() {
    was_read(&kitchen_sink(), "golden");
}

#[test]
fn what_serde_can_make_of_a_type_is_what_was_read() {
    was_read(&exact(), "golden/exact");
}

fn was_read(schema: &Schema, folder: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/emit/typescript").join(folder);
    let files = emit(schema, &Options::default()).unwrap();
    let there = || -> Vec<PathBuf> {
        let paths = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        paths.filter(|path| path.is_file()).collect()
    };
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        for old in there() {
            std::fs::remove_file(old).unwrap();
        }
        for file in &files {
            std::fs::write(folder.join(&file.path), &file.text).unwrap();
        }
    }
    let mut names: Vec<String> =
        there().iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(names, paths);
    for file in &files {
        let read = std::fs::read_to_string(folder.join(&file.path)).unwrap();
        assert!(read == file.text, "{} differs; UPDATE=1 writes it, read it then", file.path);
    }
}

#[test]
fn no_line_has_more_than_100_columns() {
    let files = |schema| emit(&schema, &Options::default()).unwrap();
    for file in files(kitchen_sink()).into_iter().chain(files(exact())) {
        for line in file.text.lines() {
            assert!(line.chars().count() <= 100, "{}: {line}", file.path);
            assert_eq!(line, line.trim_end(), "{}", file.path);
        }
        assert!(file.text.ends_with('\n') && !file.text.ends_with("\n\n"), "{}", file.path);
    }
}

#[test]
fn the_text_does_not_depend_on_the_order_of_declarations() {
    let mut turned = kitchen_sink();
    turned.interfaces.reverse();
    let files = |schema| emit(schema, &Options::default()).unwrap();
    assert_eq!(files(&turned), files(&kitchen_sink()));
}

#[test]
fn imports_say_what_the_options_say() {
    let options = Options {
        runtime: "../runtime.ts".to_owned(),
        import_extension: ".ts".to_owned(),
        ..Options::default()
    };
    for file in emit(&kitchen_sink(), &options).unwrap() {
        for line in file.text.lines().filter(|line| line.contains(" from \"")) {
            assert!(line.ends_with(".ts\";"), "{}: {line}", file.path);
        }
    }
}
