//! Servers, in this process and in others, and clients that write what they like.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;
use traitwire::server::{Report, Server, ServerBuilder, ServerHandle, ServerLimits};
use traitwire_tests::{Cook, kitchen};

/// Longest that anything may take here.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A server in this process.
pub struct Served {
    pub address: SocketAddr,
    pub handle: ServerHandle,
    task: JoinHandle<Report>,
}

impl Served {
    pub async fn start(builder: ServerBuilder) -> Served {
        let server = builder.signals(false).bind("127.0.0.1:0").await.unwrap();
        Served::run(server)
    }

    pub fn run(server: Server) -> Served {
        let (address, handle) = (server.local_addr(), server.handle());
        Served { address, handle, task: tokio::spawn(server.serve()) }
    }

    pub fn url(&self) -> String {
        format!("http://{}/rpc", self.address)
    }

    /// Waits for its end.
    pub async fn ended(self) -> Report {
        tokio::time::timeout(PATIENCE, self.task).await.expect("the server ends").unwrap()
    }

    /// What it answers to these bytes, after which the connection is to close.
    pub async fn exchange(&self, bytes: &str) -> String {
        exchange(self.address, bytes).await
    }
}

/// The kitchen on a server with these limits.
pub async fn served(limits: ServerLimits) -> (Served, Cook) {
    let (backend, cook) = kitchen();
    (Served::start(Server::builder(backend).limits(limits)).await, cook)
}

/// What a server answers to these bytes, up to the end of the connection.
pub async fn exchange(address: SocketAddr, bytes: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    rest(&mut stream).await
}

/// Everything up to the end of a connection, however it ends.
pub async fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    let _ = read.expect("the connection ends");
    String::from_utf8_lossy(&answer).into_owned()
}

/// One request on a connection that is kept, and its answer.
pub async fn ask(stream: &mut TcpStream, path: &str) -> String {
    let host = stream.peer_addr().unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    answer(stream).await
}

/// One answer with a length.
pub async fn answer(stream: &mut TcpStream) -> String {
    let mut answer = String::new();
    let read = async {
        let mut byte = [0];
        while !answer.ends_with("\r\n\r\n") {
            stream.read_exact(&mut byte).await.expect("an answer");
            answer.push(byte[0] as char);
        }
        let lower = answer.to_ascii_lowercase();
        let (_, length) = lower.split_once("content-length: ").expect("a length");
        let length = length.split("\r\n").next().unwrap().parse().unwrap();
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.expect("a body");
        answer.push_str(&String::from_utf8_lossy(&body));
    };
    tokio::time::timeout(PATIENCE, read).await.expect("an answer in time");
    answer
}

/// The status of an answer; 0 where there is none.
pub fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
}

/// A server in a process of its own.
pub struct Process {
    pub address: SocketAddr,
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    pub async fn start() -> Process {
        Process::of(Command::new(env!("CARGO_BIN_EXE_served"))).await
    }

    /// That takes compressed calls.
    pub async fn accepting_compressed() -> Process {
        let mut command = Command::new(env!("CARGO_BIN_EXE_served"));
        command.arg("--accept-compressed");
        Process::of(command).await
    }

    /// With so many files at most.
    pub async fn with_files(files: u32) -> Process {
        let mut shell = Command::new("sh");
        shell.args([
            "-c",
            &format!("ulimit -n {files}; exec \"$0\""),
            env!("CARGO_BIN_EXE_served"),
        ]);
        Process::of(shell).await
    }

    async fn of(mut command: Command) -> Process {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = tokio::time::timeout(PATIENCE, lines.next_line()).await.expect("it starts");
        let address = first.unwrap().expect("an address").parse().unwrap();
        Process { address, child, lines }
    }

    pub fn url(&self) -> String {
        format!("http://{}/rpc", self.address)
    }

    pub async fn signal(&self, name: &str) {
        let id = self.child.id().expect("it runs").to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().await.unwrap();
        assert!(sent.success());
    }

    /// Waits for its end, which is to be a good one, and gives what it said last.
    pub async fn ended(mut self) -> String {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("it ends");
        assert!(status.unwrap().success());
        self.lines.next_line().await.unwrap().unwrap_or_default()
    }

    /// The memory that it has, in bytes.
    #[cfg(target_os = "linux")]
    pub fn memory(&self) -> usize {
        let status = format!("/proc/{}/status", self.child.id().expect("it runs"));
        let status = std::fs::read_to_string(status).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
    }

    /// The time of processors that it has used.
    #[cfg(target_os = "linux")]
    pub fn cpu(&self) -> Duration {
        let stat = format!("/proc/{}/stat", self.child.id().expect("it runs"));
        let stat = std::fs::read_to_string(stat).unwrap();
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
        let ticks = |field: usize| fields[field].parse::<u64>().unwrap();
        // A tick is a hundredth of a second on every Linux.
        Duration::from_millis((ticks(11) + ticks(12)) * 10)
    }
}
