//! Workspaces in temporary folders, and the command in them.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder that is empty in the beginning.
pub(crate) struct Fixture {
    pub(crate) root: PathBuf,
}

/// How a command ended.
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Done {
    /// Asserts the exit code, and shows all if it is another.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Done {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Asserts that each part stands in the standard error.
    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Done {
        for part in parts {
            assert!(self.stderr.contains(part), "no `{part}` in:\n{}", self.stderr);
        }
        self
    }

    #[track_caller]
    pub(crate) fn says_not(self, part: &str) -> Done {
        assert!(!self.stderr.contains(part), "`{part}` in:\n{}", self.stderr);
        self
    }

    /// Asserts that nothing went to the standard output.
    #[track_caller]
    pub(crate) fn no_data(self) -> Done {
        assert_eq!(self.stdout, "", "stderr:\n{}", self.stderr);
        self
    }
}

impl Fixture {
    pub(crate) fn new(name: &str) -> Fixture {
        let root = outside().join(name);
        if root.exists() {
            fs::remove_dir_all(&root).expect("the last run's folder goes");
        }
        fs::create_dir_all(&root).expect("a folder");
        Fixture { root }
    }

    /// A workspace whose dependencies have the versions that this one has.
    pub(crate) fn workspace(name: &str) -> Fixture {
        let fixture = Fixture::new(name);
        let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
        fs::copy(lock, fixture.path("Cargo.lock")).expect("the lock is copied");
        fixture
    }

    /// A package of one library, which is its own workspace.
    pub(crate) fn package(name: &str, code: &str) -> Fixture {
        let fixture = Fixture::workspace(name);
        fixture.file(
            "Cargo.toml",
            &format!("{}{}[workspace]\n", package("shapes"), traitwire("traitwire")),
        );
        fixture.file("src/lib.rs", code);
        fixture
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub(crate) fn file(&self, path: &str, text: &str) -> &Fixture {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
        self
    }

    #[track_caller]
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Runs `traitwire` with these arguments, which are separated by spaces.
    pub(crate) fn run(&self, args: &str) -> Done {
        self.run_in("", args)
    }

    pub(crate) fn run_in(&self, folder: &str, args: &str) -> Done {
        finish(self.command(env!("CARGO_BIN_EXE_traitwire"), folder).args(args.split_whitespace()))
    }

    pub(crate) fn command(&self, program: &str, folder: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.path(folder))
            // One for all fixtures: what they share is built once.
            .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("target"))
            .env("CARGO_NET_OFFLINE", "true")
            .env("NO_PROXY", "*")
            .env_remove("RUSTFLAGS")
            .stdin(Stdio::null());
        command
    }
}

/// A folder with no `Cargo.toml` and no `traitwire.toml` above it: ours would be found there. One for
/// each checkout, so that runs of two do not meet.
fn outside() -> PathBuf {
    let mut hasher = DefaultHasher::new();
    env!("CARGO_TARGET_TMPDIR").hash(&mut hasher);
    let folder = std::env::temp_dir().join(format!("traitwire-cli-{:016x}", hasher.finish()));
    fs::create_dir_all(&folder).expect("a folder");
    // It may be a link, and messages name where it leads.
    folder.canonicalize().expect("the folder is there")
}

pub(crate) fn finish(command: &mut Command) -> Done {
    let output = command.output().expect("the command runs");
    Done {
        code: output.status.code().expect("an exit code, not a signal"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// The head of a manifest.
pub(crate) fn package(name: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2024\"\n")
}

/// The dependency on traitwire, under a name.
pub(crate) fn traitwire(name: &str) -> String {
    format!("[dependencies]\n{name} = {{ package = \"traitwire\", {} }}\n", source())
}

/// Where traitwire is.
pub(crate) fn source() -> String {
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime");
    let runtime = runtime.canonicalize().expect("the runtime is there");
    format!("path = {:?}, default-features = false", runtime.display().to_string())
}

/// A trait with one method.
pub(crate) fn interface(name: &str) -> String {
    format!(
        "/// Is there.\n#[traitwire::rpc_interface(version = \"1.0.0\")]\npub trait {name} {{\n    \
         /// Answers.\n    #[rpc(public)]\n    async fn ping(&self, name: &str) -> u32;\n}}\n"
    )
}

/// A target that works without any emitter of a language.
pub(crate) const TARGET: &str = "[[target]]\nkind = \"schema\"\nout = \"generated\"\n";

/// A schema document of two interfaces.
pub(crate) const DOCUMENT: &str = r#"{
  "schemaFormat": 1,
  "traitwire": "0.1.0",
  "interfaces": [
    {"name": "Catalog", "rustName": "Catalog", "kind": "rpc", "servedBy": "backend",
     "version": "1.2.0", "docs": "Finds models.",
     "source": {"file": "src/lib.rs", "line": 3, "column": 11},
     "methods": [
       {"name": "search", "rustName": "search", "access": "authenticated", "readonly": true,
        "args": [{"name": "query", "rustName": "query", "ty": "string"}],
        "reply": {"value": {"seq": {"named": {"id": "shop::Model"}}}}},
       {"name": "rename", "rustName": "rename", "access": {"scope": "models:write"},
        "reply": {"value": "unit"}, "aliases": ["title"]}]},
    {"name": "Jobs", "rustName": "Jobs", "kind": "rpc", "servedBy": "backend",
     "version": "0.3.0",
     "methods": [{"name": "stop", "rustName": "stop", "access": "public",
                  "reply": {"value": "unit"}}]}
  ],
  "types": {
    "shop::Model": {"body": {"struct": {"shape": {"fields": [
      {"rustName": "id", "ty": "u64", "write": {"name": "id", "presence": "always"},
       "read": {"name": "id", "absent": "byType"}}]}}}}
  }
}
"#;
