//! How is a backend run in a process of its own, to be measured, stopped and killed?

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use traitwire::rpc::Backend;
use traitwire::rpc::idempotency::SqliteStore;
use traitwire_tests::tokens;
use traitwire_tests::web::skipped;

use super::older::{NotesV1Server, NotesV2Server, Store};
use super::plant::{PlantServer, Works};

/// A backend that is this program once more. It ends with its parent, or when it is dropped.
pub struct Process {
    child: Child,
    pub url: String,
}

impl Process {
    pub fn start(options: &[(&str, &str)]) -> Process {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "process::a_backend", "--ignored", "--nocapture"]);
        command.env("PLANT", "").envs(options.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut lines = lines.map_while(Result::ok);
        let url = lines.find_map(|line| Some(line.split_once("url: ")?.1.to_owned()));
        // Whatever the harness still prints is not to fail.
        std::thread::spawn(move || lines.for_each(drop));
        Process { child, url: url.expect("the backend says where it is") }
    }

    /// Whether the memory of a process can be read here; says so where it cannot.
    pub fn is_measured() -> bool {
        let measured = cfg!(target_os = "linux");
        if !measured {
            skipped("the memory of a process is read from /proc");
        }
        measured
    }

    /// The memory that it has, in bytes.
    pub fn memory(&self) -> u64 {
        let status = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(status).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().strip_suffix(" kB").unwrap().trim().parse::<u64>().unwrap() * 1024
    }

    /// Sends a signal: `-STOP`.
    pub fn signal(&self, signal: &str) {
        let kill = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
    }

    /// The URL of a method.
    pub fn method(&self, method: &str) -> String {
        format!("{}/Plant/v1/{method}", self.url)
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap().strip_suffix("/rpc").unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Not a test, but what [`Process`] starts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it is run by other tests"]
async fn a_backend() {
    let option = |name: &str| std::env::var(name).ok();
    if option("PLANT").is_none() {
        return;
    }
    let ledger = option("PLANT_LEDGER").map(Into::into);
    let works = Works { ledger, ..Works::default() };
    let mut builder = Backend::builder().serve(PlantServer::new(works)).authenticator(tokens());
    if let Some(file) = option("PLANT_SQLITE") {
        builder = builder.idempotency(SqliteStore::open(file).unwrap());
    }
    builder = match option("PLANT_NOTES").as_deref() {
        Some("1") => builder.serve(NotesV1Server::new(Store)),
        Some("2") => builder.serve(NotesV2Server::new(Store)),
        _ => builder,
    };
    let heartbeat = option("PLANT_HEARTBEAT").map_or(100, |millis| millis.parse().unwrap());
    let service = traitwire::http::service(builder.build().unwrap())
        .heartbeat(Some(Duration::from_millis(heartbeat)));
    let port = option("PLANT_PORT").unwrap_or("0".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await.unwrap();
    println!("url: http://{}/rpc", listener.local_addr().unwrap());
    // Ends with its parent, whatever becomes of that.
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let app = axum::Router::new().nest_service("/rpc", service);
    axum::serve(listener, app).await.unwrap();
}
