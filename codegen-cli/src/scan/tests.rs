use super::*;

/// A package in a folder of the system's, which is empty in the beginning.
fn package(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("traitwire-scan-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn scanned(name: &str, files: &[(&str, &str)]) -> (Vec<(String, String)>, Vec<String>) {
    let folder = package(name, files);
    let scan = scan(&folder, Some(folder.join("src/lib.rs")), &[]);
    let found = scan.annotated.iter().map(|one| (one.name.clone(), one.why().0)).collect();
    let files = scan.unreadable.iter().map(|(file, _)| shown(file, &folder)).collect();
    fs::remove_dir_all(folder).unwrap();
    (found, files)
}

fn shown(file: &Path, folder: &Path) -> String {
    file.strip_prefix(folder).unwrap().display().to_string()
}

fn names(found: &[(String, String)]) -> Vec<&str> {
    found.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn modules_are_followed_wherever_their_files_are() {
    let one = "#[rpc_interface(version = \"1.0.0\")] pub trait";
    let (found, unreadable) = scanned(
        "modules",
        &[
            (
                "src/lib.rs",
                "mod flat; mod folder; mod r#type; #[path = \"odd/place.rs\"] mod named;\n\
                 mod inline { mod below; } fn f() { #[traitwire::ipc_interface] trait Local {} }\n\
                 mod absent;",
            ),
            ("src/flat.rs", &format!("mod deep; {one} Flat {{}}")),
            ("src/flat/deep.rs", &format!("{one} Deep {{}}")),
            ("src/folder/mod.rs", &format!("mod deep; {one} Folder {{}}")),
            ("src/folder/deep.rs", &format!("{one} FolderDeep {{}}")),
            ("src/type.rs", &format!("{one} Type {{}}")),
            ("src/odd/place.rs", &format!("mod beside; {one} Named {{}}")),
            ("src/odd/beside.rs", &format!("{one} Beside {{}}")),
            ("src/inline/below.rs", &format!("{one} Below {{}}")),
        ],
    );
    let all = ["Deep", "Flat", "FolderDeep", "Folder", "Type", "Beside", "Named", "Below", "Local"];
    assert_eq!(names(&found), all);
    assert!(found.iter().all(|(_, why)| why.contains("was not compiled")), "{found:?}");
    assert_eq!(unreadable, Vec::<String>::new());
}

#[test]
fn conditions_are_gathered_on_the_way() {
    let (found, _) = scanned(
        "conditions",
        &[
            (
                "src/lib.rs",
                "#[cfg(any(unix, feature = \"a\"))] mod a;\n\
                 #[cfg_attr(feature = \"rpc\", traitwire::rpc_interface(version = \"1.0.0\"))]\n\
                 trait Sometimes {}\n\
                 #[cfg(not(feature = \"b\"))] #[rpc_interface] trait Without {}",
            ),
            ("src/a.rs", "#![cfg(feature = \"inner\")]\n#[rpc_interface] trait Both {}"),
        ],
    );
    assert_eq!(
        found,
        [
            (
                "Both".to_owned(),
                "it is behind `#[cfg(any(unix, feature = \"a\"))]` in `#[cfg(feature = \"inner\")]`"
                    .to_owned()
            ),
            ("Sometimes".to_owned(), "it is behind `#[cfg(feature = \"rpc\")]`".to_owned()),
            ("Without".to_owned(), "it is behind `#[cfg(not(feature = \"b\"))]`".to_owned()),
        ]
    );
}

#[test]
fn traits_of_tests_are_told_apart() {
    let folder = package(
        "tests",
        &[(
            "src/lib.rs",
            "#[cfg(test)] mod tests { #[rpc_interface] trait A {} }\n\
             #[cfg(all(test, unix))] #[rpc_interface] trait B {}\n\
             #[cfg(any(test, unix))] #[rpc_interface] trait C {}",
        )],
    );
    let scan = scan(&folder, Some(folder.join("src/lib.rs")), &[]);
    fs::remove_dir_all(folder).unwrap();
    let tested: Vec<bool> = scan.annotated.iter().map(Annotated::only_tested).collect();
    assert_eq!(tested, [true, true, false]);
}

#[test]
fn files_that_nobody_reaches_or_nobody_can_read_are_told() {
    let (found, unreadable) = scanned(
        "unreached",
        &[
            ("src/lib.rs", "mod wrong; #[path = \"lib.rs\"] mod circle;"),
            ("src/wrong.rs", "this is not Rust"),
            ("src/lost.rs", "#[rpc_interface] trait Lost {}"),
            ("src/harmless.rs", "also not Rust"),
        ],
    );
    assert_eq!(found, [("Lost".to_owned(), "no `mod` leads to this file".to_owned())]);
    assert_eq!(unreadable, ["src/wrong.rs"]);
}
