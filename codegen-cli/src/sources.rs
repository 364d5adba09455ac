//! Where on the disk is a place that the schema names?
//!
//! The compiler names a file as it was called: below the folder of its package, once the macro has
//! taken that away. Which package it was is found here, and all places are then relative to the root of
//! the workspace, as they are when the workspace builds itself. A file outside of it stays as it is.

use std::fs;
use std::path::{Path, PathBuf};

use traitwire_schema::walk::Schema;
use traitwire_schema::{Body, Interface, Shape, Source};

use crate::report::Report;
use crate::scan::{Annotated, Scan};

/// The folders in which sources may be.
#[derive(Debug, Default)]
pub(crate) struct Folders {
    root: PathBuf,
    /// The packages' folders, with the names of their libraries.
    packages: Vec<(Option<String>, PathBuf)>,
}

impl Folders {
    pub(crate) fn new(
        root: &Path,
        packages: impl IntoIterator<Item = (Option<String>, PathBuf)>,
    ) -> Folders {
        Folders { root: root.to_owned(), packages: packages.into_iter().collect() }
    }

    /// A path for people: from the root of the workspace if it is there.
    pub(crate) fn shown(&self, file: &Path) -> String {
        crate::config::shown(file, &self.root)
    }

    /// Makes the places of a schema relative to the root of the workspace, and gives the traits that
    /// the scans found and the schema lacks.
    pub(crate) fn settle<'a>(&self, schema: &mut Schema, scans: &'a [Scan]) -> Vec<&'a Annotated> {
        let mut left: Vec<&Annotated> = scans.iter().flat_map(|scan| &scan.annotated).collect();
        for interface in &mut schema.interfaces {
            let found = left.iter().position(|one| one.declares(interface));
            let folder = match found {
                Some(index) => Some(left.remove(index).package.clone()),
                None => self.folder_with(&interface.source.file, &interface.rust_name),
            };
            if let Some(folder) = folder {
                self.settle_interface(interface, &folder);
            }
        }
        for (id, def) in &mut schema.types {
            let krate = id.module.split("::").next().unwrap_or_default();
            let of_crate =
                self.packages.iter().filter(|(library, _)| library.as_deref() == Some(krate));
            let folder = of_crate
                .map(|(_, folder)| folder)
                .find(|folder| folder.join(&*def.source.file).is_file());
            let Some(folder) = folder.cloned() else { continue };
            self.place(&mut def.source, &folder);
            let shapes: Vec<&mut Shape> = match &mut def.body {
                Body::Struct(def) => vec![&mut def.shape],
                Body::Enum(def) => {
                    def.variants.to_mut().iter_mut().map(|variant| &mut variant.shape).collect()
                }
            };
            for shape in shapes {
                if let Shape::Fields(fields) = shape {
                    for field in fields.to_mut() {
                        self.place(&mut field.source, &folder);
                    }
                }
            }
        }
        left.retain(|one| !one.only_tested());
        left
    }

    fn settle_interface(&self, interface: &mut Interface, folder: &Path) {
        self.place(&mut interface.source, folder);
        for method in interface.methods.to_mut() {
            self.place(&mut method.source, folder);
        }
    }

    fn place(&self, source: &mut Source, folder: &Path) {
        if let Ok(relative) = folder.join(&*source.file).strip_prefix(&self.root) {
            source.file = relative.display().to_string().replace('\\', "/").into();
        }
    }

    /// The package that has this file with this word in it.
    fn folder_with(&self, file: &str, word: &str) -> Option<PathBuf> {
        let holds = |folder: &&PathBuf| {
            fs::read_to_string(folder.join(file)).is_ok_and(|text| text.contains(word))
        };
        self.packages.iter().map(|(_, folder)| folder).find(holds).cloned()
    }

    /// A message at a place of the schema, with the line if the file is at hand.
    pub(crate) fn report(&self, report: Report, source: &Source, label: &str) -> Report {
        if source.file.is_empty() {
            return report;
        }
        let folders = self.packages.iter().map(|(_, folder)| folder.as_path());
        let text = [self.root.as_path(), Path::new("")]
            .into_iter()
            .chain(folders)
            .find_map(|folder| fs::read_to_string(folder.join(&*source.file)).ok());
        match text {
            Some(text) => report.at_word(&source.file, &text, source.line, source.column, label),
            None => report.at_name(&source.file, source.line, source.column),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use traitwire_schema::{End, InterfaceKind};

    fn interface(name: &'static str, line: u32) -> Interface {
        Interface {
            name: name.into(),
            rust_name: name.into(),
            kind: InterfaceKind::Rpc,
            served_by: End::Backend,
            version: "1.0.0".into(),
            route_required: false,
            serial: false,
            methods: Vec::new().into(),
            docs: "".into(),
            deprecated: None,
            source: Source { file: "src/lib.rs".into(), line, column: 11 },
        }
    }

    #[test]
    fn a_place_is_told_from_the_same_file_of_another_package() {
        let root = std::env::temp_dir().join(format!("traitwire-sources-{}", std::process::id()));
        let texts = [
            ("a", "#[rpc_interface]\npub trait First {}\n"),
            // A macro writes this one, so that the scan does not see it.
            ("b", "\n\nmade! { Second }\n"),
        ];
        let mut scans = Vec::new();
        for (name, text) in texts {
            let folder = root.join(name);
            fs::create_dir_all(folder.join("src")).unwrap();
            fs::write(folder.join("src/lib.rs"), text).unwrap();
            scans.push(crate::scan::scan(&folder, Some(folder.join("src/lib.rs")), &[]));
        }
        let folders = Folders::new(&root, texts.map(|(name, _)| (None, root.join(name))));
        let mut schema = Schema {
            interfaces: vec![interface("First", 2), interface("Second", 3)],
            ..Schema::default()
        };
        assert_eq!(folders.settle(&mut schema, &scans).len(), 0);
        let files: Vec<&str> = schema.interfaces.iter().map(|one| &*one.source.file).collect();
        assert_eq!(files, ["a/src/lib.rs", "b/src/lib.rs"]);

        let source = &schema.interfaces[0].source;
        let report = folders.report(Report::error("it is wrong"), source, "because");
        fs::remove_dir_all(&root).unwrap();
        let text = anstream::adapter::strip_str(&report.render()).to_string();
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        assert_eq!(
            lines,
            [
                "error: it is wrong",
                " --> a/src/lib.rs:2:11",
                "  |",
                "2 | pub trait First {}",
                "  |           ^^^^^ because",
            ]
        );
        // Without the file, the place has to do.
        let report = folders.report(Report::error("it is wrong"), source, "because");
        let text = anstream::adapter::strip_str(&report.render()).to_string();
        assert_eq!(text.trim_end(), "error: it is wrong\n--> a/src/lib.rs:2:11");
    }
}
