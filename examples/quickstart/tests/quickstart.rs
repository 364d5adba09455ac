//! Does the quickstart do what the README says of it?

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use traitwire::rpc::Stub;
use traitwire::schema::Interface;
use traitwire_interfaces::catalog::CatalogClient;
use traitwire_interfaces::jobs::JobsClient;

/// Longest that anything here may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A process that does not outlive the test.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Running {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Running(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }

    /// Waits until it ends by itself: how, and what it wrote.
    fn finish(mut self) -> (ExitStatus, Vec<u8>, String) {
        let stdout = read_aside(self.0.stdout.take().unwrap());
        let stderr = read_aside(self.0.stderr.take().unwrap());
        let until = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < until, "still running after {PATIENCE:?}");
            std::thread::sleep(Duration::from_millis(10));
        };
        let stderr = String::from_utf8_lossy(&stderr.join().unwrap()).into_owned();
        (status, stdout.join().unwrap(), stderr)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails if it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn read_aside(mut pipe: impl std::io::Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut read = Vec::new();
        pipe.read_to_end(&mut read).unwrap();
        read
    })
}

fn quickstart(args: &[&str]) -> Running {
    Running::start(Command::new(env!("CARGO_BIN_EXE_quickstart")).args(args))
}

#[test]
fn the_tour_shows_every_way_a_call_can_end() {
    let (status, stdout, stderr) = quickstart(&[]).finish();
    let output = String::from_utf8(stdout).unwrap();
    assert!(status.success(), "{status}\n{output}\n{stderr}");
    assert_eq!(stderr, "");
    for (call, came_back) in [
        ("Catalog/search", "102 Harbour Station, 101 Linden Street Bridge"),
        ("Catalog/hierarchy", "Linden Street Bridge: Substructure, Superstructure, Equipment"),
        ("Catalog/tile", "bytes, not base64"),
        ("Catalog/model  999", "declared error: NotFound { id: 999 }"),
        ("Catalog/rename  as ann", "permission_denied"),
        ("Jobs/wait", "deadline_exceeded"),
        ("Catalog/model  of 1.5.0", "Linden Street Bridge"),
        ("Catalog/search  of 1.5.0", "incompatible; the handler did not run"),
        ("", "version 1.5.0 is needed, but only 1.4.0 is offered"),
        ("Jobs/log", "elements to look at"),
        ("Jobs/report", "6 findings about 6 of"),
        ("Catalog/watch", r#"bob renamed "Linden Street Bridge" to "Linden Bridge""#),
        ("Catalog/describe  101", "  equal to the reply over HTTP"),
    ] {
        let shown = output.lines().any(|line| line.contains(call) && line.contains(came_back));
        assert!(shown, "no line with `{call}` and `{came_back}` in:\n{output}");
    }
}

#[test]
fn the_tour_goes_on_in_typescript() {
    if let Err(why) = node() {
        return skip(&why);
    }
    let (status, stdout, stderr) = quickstart(&[]).finish();
    let output = String::from_utf8(stdout).unwrap();
    assert!(status.success(), "{status}\n{output}\n{stderr}");
    for (call, came_back) in [
        ("traitwire generate", "unchanged"),
        ("catalog.search", "102 Harbour Station, 101 Linden Bridge"),
        ("catalog.tile", "bytes as Uint8Array"),
        ("catalog.model  999", "declared error: not_found, id 999"),
        ("catalog.rename  as ann", "fault: permission_denied; executed: no"),
        ("jobs.log", "(ended after "),
        ("jobs.wait", "DONE"),
        ("catalog.watch", r#"bob renamed "Linden Bridge" to "Linden Crossing""#),
        (
            "catalog.rename  102 alike",
            r#"{"error":"name_taken","name":"Linden Crossing","by":"101"}"#,
        ),
    ] {
        let shown = output.lines().any(|line| line.contains(call) && line.contains(came_back));
        assert!(shown, "no line with `{call}` and `{came_back}` in:\n{output}");
    }
}

#[test]
fn the_page_lists_models_and_follows_what_changes_in_them() {
    let chromium = match (node(), chromium()) {
        (Ok(()), Some(chromium)) => chromium,
        (Err(why), _) => return skip(&why),
        (_, None) => return skip("Chromium is not installed (`apt-get install chromium`)"),
    };
    let mut backend = quickstart(&["--serve", "127.0.0.1:0"]);
    let mut stdout = BufReader::new(backend.0.stdout.take().unwrap()).lines();
    let url =
        stdout.find_map(|line| line.unwrap().strip_prefix("A page of it: ").map(str::to_owned));
    // Somebody has to read the rest.
    std::thread::spawn(move || stdout.count());
    let screenshot = concat!(env!("CARGO_TARGET_TMPDIR"), "/page.png");
    let mut clicks = Command::new("node");
    clicks.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/typescript/test/page.mjs"));
    clicks.args([&url.expect("the address of the page"), &chromium, screenshot]);
    let (status, _, stderr) = Running::start(&mut clicks).finish();
    assert!(status.success(), "{status}\n{stderr}");
    assert!(std::fs::metadata(screenshot).unwrap().len() > 10_000, "{screenshot} is empty");
}

/// Whether Node is there, and the packages, which the build script installs where npm can.
fn node() -> Result<(), String> {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../node_modules/playwright-core");
    match Command::new("node").arg("--version").output() {
        Ok(_) if packages.is_dir() => Ok(()),
        Ok(_) => Err("the npm packages are not there; run `npm ci --ignore-scripts`".to_owned()),
        Err(error) => Err(format!("node did not run ({error}); install Node.js 20 or newer")),
    }
}

fn chromium() -> Option<String> {
    let named = std::env::var("CHROMIUM").ok();
    let known = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    named.into_iter().chain(known.map(str::to_owned)).find(|path| Path::new(path).exists())
}

/// `cargo xtask test` has the harness show this, and counts it.
fn skip(why: &str) {
    println!("skipped: {why}");
}

#[test]
fn a_command_line_that_is_not_understood_is_refused() {
    let (status, _, stderr) = quickstart(&["--serve", "nowhere"]).finish();
    assert_eq!(status.code(), Some(2));
    assert!(stderr.contains("`nowhere` is no address"), "{stderr}");
    assert!(stderr.contains("usage: quickstart"), "{stderr}");
}

#[test]
fn curl_calls_every_method_by_the_printed_lines() {
    if Command::new("curl").arg("--version").output().is_err() {
        return skip("curl is not installed");
    }
    let mut backend = quickstart(&["--serve", "127.0.0.1:0"]);
    let methods = methods();
    let mut lines = Vec::new();
    let mut stdout = BufReader::new(backend.0.stdout.take().unwrap()).lines();
    while lines.len() < methods.len() {
        let line = stdout.next().expect("a line for each method").unwrap();
        if line.starts_with("curl ") {
            lines.push(line);
        }
    }

    let mut called = BTreeSet::new();
    for line in &lines {
        let words = words(line);
        let url = words.iter().find(|word| word.starts_with("http://")).expect(line);
        let path = url.split_once("/rpc/").expect(line).1;
        let path = path.split('?').next().unwrap();
        assert!(methods.contains(path), "{path} is no method");
        assert!(!line.to_lowercase().contains("traitwire-"), "{line}");
        call(&words[1..]);
        called.insert(path.to_owned());
    }
    assert_eq!(called, methods);
}

/// `Catalog/v1/search` and all others, from the schema.
fn methods() -> BTreeSet<String> {
    let paths = |interface: &'static Interface, series: &'static str| {
        let methods = interface.methods.iter();
        methods.map(move |method| format!("{}/{series}/{}", interface.name, method.name))
    };
    paths(CatalogClient::interface(), "v1").chain(paths(JobsClient::interface(), "v0.3")).collect()
}

/// Runs curl, and for a stream only until its first item.
fn call(args: &[String]) {
    let directory = env!("CARGO_TARGET_TMPDIR");
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--fail", "--max-time", "30"]).args(args);
    let mut curl = Running::start(curl.current_dir(directory).env("no_proxy", "*"));
    if args.iter().any(|arg| arg == "-N") {
        let mut lines = BufReader::new(curl.0.stdout.take().unwrap()).lines();
        let item = lines.find_map(|line| line.unwrap().strip_prefix("data: ").map(str::to_owned));
        let item = item.unwrap_or_else(|| panic!("no item: {args:?}"));
        serde_json::from_str::<serde_json::Value>(&item).expect("an item is JSON");
        return;
    }
    let (status, stdout, stderr) = curl.finish();
    assert!(status.success(), "{status} {stderr}{}: {args:?}", String::from_utf8_lossy(&stdout));
    if let Some(at) = args.iter().position(|arg| arg == "-o") {
        let tile = std::fs::read(Path::new(directory).join(&args[at + 1])).unwrap();
        assert_eq!(&tile[..4], b"TWT1");
    } else {
        let reply = serde_json::from_slice::<serde_json::Value>(&stdout);
        reply.unwrap_or_else(|error| panic!("{error}: {args:?}"));
    }
}

/// The words of a line as a shell takes them apart, as far as the lines need it: single quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for (i, part) in line.split('\'').enumerate() {
        if i % 2 == 1 {
            words.last_mut().unwrap().push_str(part);
            continue;
        }
        for (j, word) in part.split(' ').enumerate() {
            if j > 0 {
                words.push(String::new());
            }
            words.last_mut().unwrap().push_str(word);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
