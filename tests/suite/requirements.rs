//! What loosely coupled ends owe, by number: versions over the wire, two hosts, and a backend that never
//! calls its frontends. The other numbers are in the suites of their subjects.

#![allow(unreachable_pub, reason = "interfaces are public where they are used")]

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use traitwire::http::Connector;
use traitwire::rpc::{Backend, Dispatch, Stub as _};
use traitwire::schema::Interface;
use traitwire::server::Server as OwnServer;
use traitwire::{Executed, Fault, FaultKind, rpc_interface};
use traitwire_tests::{KitchenClient, Server, dish, kitchen};

/// Is served as any version.
#[rpc_interface(version = "1.0.0")]
pub trait Clock {
    /// The time.
    #[rpc(public)]
    async fn now(&self) -> u64;
}

/// Counts how often it was asked.
#[derive(Clone, Default)]
struct Sundial(Arc<AtomicUsize>);

impl Clock for Sundial {
    async fn now(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst);
        12
    }
}

/// The same handler under another version of its interface.
struct Versioned {
    interface: &'static Interface,
    inner: ClockServer<Sundial>,
}

impl Versioned {
    fn new(version: &str, sundial: Sundial) -> Versioned {
        let interface =
            Interface { version: version.to_owned().into(), ..ClockClient::interface().clone() };
        // For the length of the test.
        Versioned { interface: Box::leak(Box::new(interface)), inner: ClockServer::new(sundial) }
    }
}

impl Dispatch for Versioned {
    fn interface(&self) -> &'static Interface {
        self.interface
    }

    fn dispatch(
        &self,
        invocation: traitwire::__private::Invocation,
    ) -> Result<traitwire::__private::Outcome, Fault> {
        self.inner.dispatch(invocation)
    }
}

/// What a request of a frontend that needs this gets, whose method has another shape than here.
async fn ask(url: &str, need: &str) -> (u16, String) {
    let series = if need.starts_with("0.0.") {
        format!("v{}", need.split(['-', '+']).next().expect("a version"))
    } else if need.starts_with("0.") {
        format!("v{}", need.rsplit_once('.').map_or(need, |(series, _)| series))
    } else {
        format!("v{}", need.split('.').next().expect("a version"))
    };
    let reply = reqwest::Client::new()
        .post(format!("{url}/Clock/{series}/now"))
        .header("content-type", "application/json")
        .header("traitwire-need", format!("{need}; fp={:032x}", 1))
        .send()
        .await
        .expect("the backend is there");
    (reply.status().as_u16(), reply.text().await.expect("a body"))
}

#[tokio::test]
async fn req_11_revisions_talk_exactly_where_semantic_versions_say_so() {
    // Need, offer, and why not.
    for (need, offer, reason) in [
        ("1.2.0", "1.2.0", None),
        ("1.2.0", "1.3.0", None),
        ("1.3.0", "1.2.0", Some("newer_needed")),
        ("1.2.3", "1.2.1", None),
        ("1.9.0", "2.0.0", Some("other_series")),
        ("2.0.0", "1.9.0", Some("other_series")),
        ("0.3.1", "0.3.4", None),
        ("0.3.4", "0.3.1", Some("newer_needed")),
        ("0.3.0", "0.4.0", Some("other_series")),
        ("0.0.3", "0.0.3", None),
        ("0.0.3", "0.0.4", Some("other_series")),
        ("1.3.0-beta.1", "1.3.0", Some("prerelease")),
        ("1.3.0-beta.1", "1.3.0-beta.2", Some("prerelease")),
        ("1.3.0", "1.3.0-beta.1", Some("prerelease")),
        ("1.2.0+abc", "1.2.0+def", None),
    ] {
        let sundial = Sundial::default();
        let backend = Backend::builder().serve(Versioned::new(offer, sundial.clone())).build();
        let server = Server::start(backend.expect("a backend")).await;
        let (status, body) = ask(&server.url, need).await;
        let ran = sundial.0.load(Ordering::SeqCst);
        match reason {
            None => assert_eq!((status, &*body, ran), (200, "12", 1), "{need} on {offer}: {body}"),
            Some(reason) => {
                assert_eq!((status, ran), (412, 0), "{need} on {offer}: {body}");
                assert!(body.contains(reason), "{need} on {offer}: {body}");
            }
        }
    }
    // What is no version is no need.
    let sundial = Sundial::default();
    let backend = Backend::builder().serve(Versioned::new("1.2.0", sundial.clone())).build();
    let server = Server::start(backend.expect("a backend")).await;
    for need in ["1", "1.2", "1.2.x", "1.02.0", "1.2.0.0", "1.2.0-", "1.-2.0"] {
        let (status, body) = ask(&server.url, need).await;
        assert_eq!(status, 400, "{need}: {body}");
    }
    assert_eq!(sundial.0.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn req_12_no_client_is_made_before_its_backend_was_asked() {
    let sundial = Sundial::default();
    let backend = Backend::builder().serve(Versioned::new("2.0.0", sundial.clone())).build();
    let server = Server::start(backend.expect("a backend")).await;
    let connect = Connector::new(&server.url).expect("a URL").connect::<ClockClient>().await;
    let fault = connect.expect_err("no client of another series");
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::Incompatible, Executed::No));
    // One interface that is missing is enough to get none of a tuple.
    let (kitchen, _) = kitchen();
    let server = Server::start(kitchen).await;
    let connector = Connector::new(&server.url).expect("a URL");
    let both = connector.connect::<(KitchenClient, ClockClient)>().await;
    let fault = both.expect_err("no clients");
    assert_eq!(fault.kind(), FaultKind::Unimplemented);
    assert!(fault.message().contains("`Clock`"), "{fault}");
}

#[tokio::test]
async fn req_15_a_changed_shape_without_a_version_of_its_own_is_found() {
    /// The same name and version as above.
    mod forgotten {
        use traitwire::rpc_interface;

        /// Is served as any version.
        #[rpc_interface(version = "1.0.0")]
        pub trait Clock {
            /// The time, in another unit.
            #[rpc(public)]
            async fn now(&self) -> f64;
        }
    }
    let backend = Backend::builder().serve(ClockServer::new(Sundial::default())).build();
    let server = Server::start(backend.expect("a backend")).await;
    let connector = Connector::new(&server.url).expect("a URL");
    let fault = connector.connect_strict::<forgotten::ClockClient>().await.err();
    let fault = fault.expect("the shapes differ");
    let difference = fault.incompatibility().expect("it says what differs");
    assert_eq!(difference.reason, "same_version_other_shape");
    assert_eq!(difference.method.as_deref(), Some("now"));
}

/// No test: the backend of those below, in a process of its own.
#[tokio::test]
#[ignore = "another test starts it"]
async fn backend_process() {
    let ip = std::env::var("BACKEND_IP").expect("the test says where");
    let server = OwnServer::builder(kitchen().0).bind((&*ip, 0)).await.expect("a free port");
    println!("\nurl http://{}/rpc", server.local_addr());
    // Stops by itself, whatever becomes of the test.
    let _ = tokio::time::timeout(Duration::from_secs(30), server.serve()).await;
}

/// No test: the frontend of one below, in a process of its own.
#[tokio::test]
#[ignore = "another test starts it"]
async fn frontend_process() {
    let url = std::env::var("BACKEND_URL").expect("the test says where");
    let connector = Connector::new(&url).expect("a URL");
    let kitchen: KitchenClient = connector.connect().await.expect("the other host answers");
    for id in 0..10 {
        let (same, _) = kitchen.echo(dish(id), None).await.expect("a reply");
        assert_eq!(same, dish(id));
    }
    println!("\nanswered 10");
}

/// A process that ends with this.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start_backend(within: &[&str], ip: &str) -> (Process, String) {
    let program = std::env::current_exe().expect("this program");
    let mut words = within.to_vec();
    let program = program.to_str().expect("a path in UTF-8");
    words.extend([program, "backend_process", "--exact", "--ignored", "--nocapture"]);
    let mut process = Command::new(words[0])
        .args(&words[1..])
        .env("BACKEND_IP", ip)
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let lines = BufReader::new(process.stdout.take().expect("its output")).lines();
    let url =
        lines.map_while(Result::ok).find_map(|line| Some(line.strip_prefix("url ")?.to_owned()));
    (Process(process), url.expect("the backend says where it is"))
}

/// Two network namespaces with a cable between them. They end with this.
struct Hosts {
    names: [String; 2],
}

impl Hosts {
    const IPS: [&str; 2] = ["10.213.7.1", "10.213.7.2"];

    /// None where the machine does not allow it, with the reason.
    fn new() -> Result<Hosts, String> {
        let id = std::process::id();
        let hosts = Hosts { names: [format!("tw-a-{id}"), format!("tw-b-{id}")] };
        let [a, b] = &hosts.names;
        ip(&["netns", "add", a])?;
        ip(&["netns", "add", b])?;
        ip(&[
            "-n", a, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", b,
        ])?;
        for (name, address) in hosts.names.iter().zip(Self::IPS) {
            ip(&["-n", name, "address", "add", &format!("{address}/24"), "dev", "cable"])?;
            ip(&["-n", name, "link", "set", "cable", "up"])?;
        }
        Ok(hosts)
    }
}

impl Drop for Hosts {
    fn drop(&mut self) {
        for name in &self.names {
            let _ = ip(&["netns", "delete", name]);
        }
    }
}

fn ip(words: &[&str]) -> Result<(), String> {
    let ran = Command::new("ip").args(words).output().map_err(|error| error.to_string())?;
    if ran.status.success() {
        return Ok(());
    }
    Err(format!("ip {}: {}", words.join(" "), String::from_utf8_lossy(&ran.stderr).trim()))
}

#[test]
fn req_02_two_hosts_need_no_more_than_an_address() {
    let hosts = match Hosts::new() {
        Ok(hosts) => hosts,
        Err(why) => {
            println!("skipped: two network namespaces cannot be made here: {why}");
            return;
        }
    };
    let [a, b] = &hosts.names;
    let (_backend, url) = start_backend(&["ip", "netns", "exec", a], Hosts::IPS[0]);
    let program = std::env::current_exe().expect("this program");
    let frontend = Command::new("ip")
        .args(["netns", "exec", b])
        .arg(program)
        .args(["frontend_process", "--exact", "--ignored", "--nocapture"])
        .env("BACKEND_URL", &url)
        .output()
        .expect("it starts");
    let printed = String::from_utf8_lossy(&frontend.stdout);
    assert!(printed.contains("answered 10"), "{url}: {printed}");
}

/// Sockets of a process that are connected: local and remote port.
#[cfg(target_os = "linux")]
fn connections(process: u32) -> Vec<(u16, u16)> {
    let table = std::fs::read_to_string(format!("/proc/{process}/net/tcp")).expect("a table");
    let inodes: Vec<String> = std::fs::read_dir(format!("/proc/{process}/fd"))
        .expect("its files")
        .filter_map(|file| std::fs::read_link(file.ok()?.path()).ok())
        .filter_map(|link| {
            let link = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
            Some(link.to_owned())
        })
        .collect();
    let port = |address: &str| u16::from_str_radix(address.rsplit(':').next()?, 16).ok();
    let rows = table.lines().skip(1).filter_map(|row| {
        let columns: Vec<&str> = row.split_whitespace().collect();
        // 0A is a socket that listens (proc_net_tcp of the kernel's documentation).
        let connected = columns[3] != "0A" && inodes.iter().any(|inode| inode == columns[9]);
        connected.then_some((port(columns[1])?, port(columns[2])?))
    });
    rows.collect()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn req_18_a_backend_opens_no_connection_and_keeps_none() {
    let (backend, url) = start_backend(&["env"], "127.0.0.1");
    // `env` has become the backend itself.
    let process = backend.0.id();
    let served: u16 = url
        .strip_suffix("/rpc")
        .and_then(|url| url.rsplit(':').next()?.parse().ok())
        .expect("a port");
    for _ in 0..3 {
        let client =
            reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("a client");
        let connector = Connector::new(&url).expect("a URL").client(client);
        let kitchen: KitchenClient = connector.connect().await.expect("it answers");
        let call = kitchen.stalls();
        let call = tokio::spawn(call);
        let busy = async {
            while connections(process).is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), busy).await.expect("the call arrives");
        // Whatever is connected was accepted where the backend listens.
        for (local, remote) in connections(process) {
            assert_eq!(local, served, "a connection to port {remote} that nobody asked for");
        }
        call.abort();
    }
    let quiet = async {
        while !connections(process).is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), quiet).await.expect("nothing is kept");
}
