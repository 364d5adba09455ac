//! Which tools of the web are there, and how does a test run them?

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use std::{env, fs};

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::sync::OnceCell;
use traitwire_cli::emit::{File, typescript};
use traitwire_schema::walk::Schema;

use crate::Server;

/// Longest that one tool may take, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_mins(5);

/// Node and the packages of the workspace.
#[derive(Debug, Clone)]
pub struct Web {
    root: PathBuf,
    modules: PathBuf,
}

/// The compilers that generated files are checked with, by their package.
pub const COMPILERS: [&str; 3] = ["typescript", "typescript-6.0", "typescript-7.0"];

/// Says on a line of its own that a check did not run; `cargo xtask test` counts such lines.
pub fn skipped(why: &str) {
    use std::io::Write as _;
    // Not `println!`, which the harness shows for failed tests only. It may be in the middle of a
    // line of its own.
    let _ = write!(std::io::stdout(), "\nskipped: {why}\n");
}

/// A program of this name in the `PATH`.
pub fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let name = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&path).map(|folder| folder.join(&name)).find(|file| file.is_file())
}

/// Chromium, as `CHROMIUM` says or under one of its usual names.
pub fn chromium() -> Option<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM") {
        return Some(PathBuf::from(named));
    }
    ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(program)
}

/// The Python that has the packages of `tests/python`.
pub fn python() -> Option<PathBuf> {
    let folder = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    Some(root().join("target/python").join(folder)).filter(|python| python.is_file())
}

fn root() -> PathBuf {
    // The package stands directly below it.
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("a folder in the workspace").to_owned()
}

impl Web {
    /// # Errors
    /// What has to be installed.
    pub fn find() -> Result<Web, String> {
        let root = root();
        let modules = root.join("node_modules");
        if program("node").is_none() {
            return Err("node is not installed".to_owned());
        }
        if !modules.join(".package-lock.json").is_file() {
            return Err("`npm ci --ignore-scripts` has not been run".to_owned());
        }
        Ok(Web { root, modules })
    }

    /// The tools, or nothing and a line that says so.
    pub fn or_skip() -> Option<Web> {
        Web::find().map_err(|why| skipped(&why)).ok()
    }

    /// An empty package of this name below the workspace, whose tools and types it finds there. Our
    /// runtime is installed in it as users have it: built files and declarations, by `exports`.
    pub async fn package(&self, name: &str) -> Package {
        let package = self.bare_package(name);
        self.install_runtime(&package).await;
        package
    }

    /// An empty package, without our runtime.
    pub fn bare_package(&self, name: &str) -> Package {
        let folder = self.root.join("target/web").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).expect("an old package is removed");
        }
        let package = Package { web: self.clone(), folder };
        package.write("package.json", "{ \"private\": true, \"type\": \"module\" }\n");
        package
    }

    async fn install_runtime(&self, package: &Package) {
        // Compiled once for all tests of a program.
        static BUILT: OnceCell<PathBuf> = OnceCell::const_new();
        let runtime = self.root.join("runtime/typescript");
        let installed = package.folder.join("node_modules/@traitwire/runtime");
        let built = BUILT.get_or_init(|| async {
            let mut compiler = self.compiler(COMPILERS[0]);
            compiler.arg("--project").arg(runtime.join("tsconfig.build.json"));
            compiler.arg("--outDir").arg(installed.join("dist")).current_dir(&self.root);
            finish(&mut compiler).await.unwrap_or_else(|error| panic!("the runtime: {error}"));
            installed.join("dist")
        });
        let built = built.await;
        let manifest = fs::read_to_string(runtime.join("package.json")).expect("a package");
        package.write("node_modules/@traitwire/runtime/package.json", &manifest);
        package.copy_files(built, "node_modules/@traitwire/runtime/dist");
    }

    /// A file of the workspace, if it is there.
    pub fn file(&self, path: &str) -> Option<PathBuf> {
        Some(self.root.join(path)).filter(|file| file.is_file())
    }

    /// `tsc` of one of the [`COMPILERS`].
    pub fn compiler(&self, package: &str) -> Command {
        self.script(&format!("{package}/bin/tsc"))
    }

    /// A script of an installed package.
    pub fn script(&self, path: &str) -> Command {
        let mut command = Command::new("node");
        command.arg(self.modules.join(path));
        command
    }
}

/// Every flag that finds something, and none that hides anything.
pub fn strict_flags() -> Value {
    json!({
        "target": "es2022",
        "lib": ["es2022", "dom", "dom.iterable"],
        "types": [],
        "rootDir": ".",
        "noEmit": true,
        "declaration": true,
        "skipLibCheck": false,
        "strict": true,
        "exactOptionalPropertyTypes": true,
        "noUncheckedIndexedAccess": true,
        "noPropertyAccessFromIndexSignature": true,
        "noUnusedLocals": true,
        "noUnusedParameters": true,
        "noImplicitOverride": true,
        "noImplicitReturns": true,
        "noFallthroughCasesInSwitch": true,
        "verbatimModuleSyntax": true,
        "isolatedModules": true,
        "isolatedDeclarations": true,
        "erasableSyntaxOnly": true,
        "noUncheckedSideEffectImports": true,
    })
}

/// A `tsconfig.json` with these flags for files in the style of Node.
pub fn strict(include: &[&str]) -> String {
    let mut options = strict_flags();
    options["module"] = "nodenext".into();
    options["moduleResolution"] = "nodenext".into();
    json!({ "compilerOptions": options, "include": include }).to_string()
}

/// The files that the emitter of TypeScript writes for a schema.
///
/// # Panics
/// If it finds a problem, or nothing to write.
pub fn typescript(schema: &Schema, options: &typescript::Options) -> Vec<File> {
    let files = typescript::emit(schema, options);
    let files = files.unwrap_or_else(|problems| panic!("no TypeScript: {problems:#?}"));
    assert!(!files.is_empty(), "the emitter wrote no file");
    files
}

/// The file that exports the descriptor of an interface.
///
/// # Panics
/// If there is none.
pub fn module_of<'a>(files: &'a [File], interface: &str) -> &'a File {
    let export = format!("export const {interface}:");
    let found = files.iter().find(|file| file.text.contains(&export));
    found.unwrap_or_else(|| panic!("no file has `{export}`"))
}

/// A package that a test writes and runs.
#[derive(Debug)]
pub struct Package {
    web: Web,
    pub folder: PathBuf,
}

impl Package {
    /// Writes a file, with its folders.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Writes generated files below a folder.
    pub fn write_all(&self, folder: &str, files: &[File]) {
        for file in files {
            self.write(&format!("{folder}/{}", file.path), &file.text);
        }
    }

    /// Copies a folder of the tests' TypeScript here.
    pub fn copy(&self, folder: &str) {
        self.copy_files(&self.web.root.join("tests/typescript").join(folder), folder);
    }

    /// Copies the files of a folder into one of this package, unless it is the same.
    fn copy_files(&self, from: &Path, to: &str) {
        let to = self.folder.join(to);
        if from == to {
            return;
        }
        fs::create_dir_all(&to).expect("a folder");
        for file in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()))
        {
            let file = file.expect("a file");
            fs::copy(file.path(), to.join(file.file_name())).expect("a copy");
        }
    }

    /// Checks the types of all that `tsconfig` names.
    ///
    /// # Errors
    /// What the compiler says.
    pub async fn check(&self, compiler: &str, tsconfig: &str) -> Result<String, String> {
        let mut command = self.web.compiler(compiler);
        command.args(["--pretty", "false", "--project", tsconfig]).current_dir(&self.folder);
        finish(&mut command).await
    }

    /// Bundles an entry into a file, with more of esbuild's options.
    pub async fn bundle(&self, entry: &str, out: &str, options: &[&str]) {
        let mut esbuild = Command::new(self.web.modules.join(".bin/esbuild"));
        esbuild.args([entry, "--bundle", "--format=esm", "--target=es2022", "--log-level=warning"]);
        esbuild.arg(format!("--outfile={out}")).args(options).current_dir(&self.folder);
        finish(&mut esbuild).await.unwrap_or_else(|error| panic!("{entry}: {error}"));
    }

    /// Bundles a script for Node, which finds the installed packages by itself, and runs it.
    ///
    /// # Errors
    /// What it wrote to stderr.
    pub async fn run(&self, entry: &str, args: &[&str]) -> Result<String, String> {
        let out = format!("{}.mjs", entry.trim_end_matches(".ts"));
        self.bundle(entry, &out, &["--platform=node", "--packages=external"]).await;
        let mut node = Command::new("node");
        node.arg(out).args(args).current_dir(&self.folder);
        finish(&mut node).await
    }

    /// Bundles a script into a page, opens that in Chromium, and gives the values of which the script
    /// made a promise, `globalThis.results`: one JSON text per line. The app is on the same origin.
    ///
    /// # Errors
    /// What the page or the browser wrote to stderr.
    pub async fn run_in(
        &self,
        chromium: &Path,
        entry: &str,
        app: Router,
    ) -> Result<String, String> {
        self.bundle(entry, "page.js", &["--platform=browser"]).await;
        let script = fs::read_to_string(self.folder.join("page.js")).expect("the bundle");
        let page = "<!doctype html><script type=\"module\" src=\"/page.js\"></script>".to_owned();
        let app = document(app, "/", "text/html", page);
        let app = document(app, "/page.js", "text/javascript", script);
        let server = Server::start_app(app).await;
        let origin = server.url.trim_end_matches("/rpc");
        self.copy("chromium");
        self.run("chromium/chromium.ts", &[&chromium.to_string_lossy(), origin]).await
    }

    /// What a script of an installed package writes.
    ///
    /// # Errors
    /// What it wrote to stderr.
    pub async fn script(&self, path: &str, args: &[&str]) -> Result<String, String> {
        let mut script = self.web.script(path);
        script.args(args).current_dir(&self.folder);
        finish(&mut script).await
    }
}

/// Serves a text of a type at a path.
pub fn document(app: Router, path: &str, content_type: &'static str, text: String) -> Router {
    let answer = move || {
        let text = text.clone();
        async move { ([(CONTENT_TYPE, content_type)], text) }
    };
    app.route(path, axum::routing::get(answer))
}

/// Runs a tool to its end and gives what it wrote to stdout.
///
/// # Errors
/// All that it wrote, if it fails or takes too long.
pub async fn finish(command: &mut Command) -> Result<String, String> {
    command.stdin(Stdio::null()).kill_on_drop(true);
    let shown = format!("{:?}", command.as_std());
    let output = tokio::time::timeout(PATIENCE, command.output())
        .await
        .map_err(|_| format!("{shown}: still running after {PATIENCE:?}"))?
        .map_err(|error| format!("{shown}: {error}"))?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(stdout);
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(format!("{shown}: {}\n{stdout}{stderr}", output.status))
}
