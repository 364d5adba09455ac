//! Calls that are made twice, and run once.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use traitwire::rpc::idempotency::{MemoryStore, SqliteStore};
use traitwire_tests::Server;

use super::plant::{How, PlantClient, PlantError, Works, builder, post, serve, url};
use super::process::Process;

struct Answer {
    status: u16,
    body: String,
}

impl Answer {
    fn problem(&self) -> (String, String) {
        let problem: Value = serde_json::from_str(&self.body).unwrap();
        let text = |name: &str| problem[name].as_str().unwrap().to_owned();
        (text("code"), text("executed"))
    }
}

async fn call(url: String, key: &str, headers: &[(&'static str, &str)], args: &str) -> Answer {
    let response = post(url, headers, args).header("idempotency-key", key).send().await.unwrap();
    Answer { status: response.status().as_u16(), body: response.text().await.unwrap() }
}

async fn pay(server: &Server, key: &str, how: &str) -> Answer {
    call(url(server, "pay"), key, &[], &format!(r#"{{"cents":5,"how":"{how}"}}"#)).await
}

async fn started() -> (Server, Works) {
    let works = Works::default();
    (serve(builder(&works).idempotency(MemoryStore::new())).await, works)
}

#[tokio::test]
async fn a_call_that_is_made_fifty_times_at_once_runs_once() {
    let (server, works) = started().await;
    for how in ["well", "slowly"] {
        let answers = join_all((0..50).map(|_| pay(&server, how, how))).await;
        let first = &answers[0].body;
        assert!(answers.iter().all(|answer| answer.status == 200 && answer.body == *first));
    }
    assert_eq!(works.runs(), 2);
    // Also long afterwards, and with the bytes of another kind.
    assert_eq!(pay(&server, "well", "well").await.body, "1");
    let photo = async || {
        let request = post(url(&server, "pay_bytes"), &[("idempotency-key", "photo")], "");
        let request = request.header("accept", "application/octet-stream");
        let request = request.header("content-type", "application/octet-stream");
        request.body(vec![0, 255]).send().await.unwrap()
    };
    // `post` has already said that it is JSON.
    assert_eq!(photo().await.status(), 400);
    let lone = async || {
        let request = reqwest::Client::new().post(url(&server, "pay_bytes"));
        let request = request.header("idempotency-key", "photo").body(vec![0, 255]);
        let request = request.header("accept", "application/octet-stream");
        let sent = request.header("content-type", "application/octet-stream").send();
        sent.await.unwrap().bytes().await.unwrap()
    };
    assert_eq!((lone().await, lone().await), (vec![0, 255].into(), vec![0, 255].into()));
    assert_eq!(works.runs(), 3);
}

#[tokio::test]
async fn a_client_gives_the_key_on_every_transport() {
    let works = Works::default();
    let backend = builder(&works).idempotency(MemoryStore::new()).build().unwrap();
    let server = Server::start(backend.clone()).await;
    let over: PlantClient = traitwire::http::connect(&server.url).await.unwrap();
    let within: PlantClient = traitwire::in_process::connect(&backend).unwrap();
    for _ in 0..2 {
        for plant in [&over, &within] {
            assert_eq!(plant.pay(5, How::Well).idempotency_key("k").await.unwrap(), 1);
            let refused = plant.pay(5, How::Refuses).idempotency_key("r").await.unwrap_err();
            assert_eq!(refused.declared(), Some(&PlantError::Refused { run: 2 }));
        }
    }
    let lost = tokio::time::timeout(
        Duration::from_millis(50),
        within.pay(5, How::Slowly).idempotency_key("s"),
    );
    assert!(lost.await.is_err());
    assert_eq!(over.pay(5, How::Slowly).idempotency_key("s").await.unwrap(), 3);
    assert_eq!(works.runs(), 3);
    assert_eq!(backend.in_flight(), 0);
}

#[tokio::test]
async fn a_declared_error_and_a_panic_are_kept_as_they_were() {
    let (server, works) = started().await;
    for _ in 0..3 {
        let refused = pay(&server, "a", "refuses").await;
        assert_eq!(refused.status, 404);
        assert!(refused.body.contains(r#""error":{"Refused":{"run":1}}"#), "{}", refused.body);
    }
    for _ in 0..3 {
        let panicked = pay(&server, "b", "panics").await;
        assert_eq!(panicked.status, 500);
        assert_eq!(panicked.problem(), ("internal".to_owned(), "maybe".to_owned()));
    }
    assert_eq!(works.runs(), 2);
}

#[tokio::test]
async fn other_arguments_under_the_same_key_are_refused() {
    let (server, works) = started().await;
    assert_eq!(pay(&server, "a", "well").await.status, 200);
    let other = pay(&server, "a", "refuses").await;
    assert_eq!(other.status, 400);
    assert_eq!(other.problem(), ("invalid_argument".to_owned(), "no".to_owned()));
    assert_eq!(works.runs(), 1);
}

#[tokio::test]
async fn a_key_of_a_caller_that_is_not_recognised_is_nobody_s() {
    let (server, works) = started().await;
    let args = r#"{"cents":5,"how":"well"}"#;
    let with = async |token: &str| {
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", &*authorization)];
        call(url(&server, "pay"), "a", &headers, args).await
    };
    assert_eq!(with("reader").await.body, "1");
    // The same call, made again when its token has expired, say: it must not run twice.
    let again = with("unknown").await;
    assert_eq!(again.status, 401);
    assert_eq!(again.problem(), ("unauthenticated".to_owned(), "no".to_owned()));
    assert_eq!(with("reader").await.body, "1");
    assert_eq!(works.runs(), 1);
    // Without a key, a public method is everybody's.
    let headers = [("authorization", "Bearer unknown")];
    let plain = post(url(&server, "pay"), &headers, args).send().await.unwrap();
    assert_eq!(plain.status(), 200);
}

#[tokio::test]
async fn what_was_refused_before_it_ran_is_not_kept() {
    let (server, works) = started().await;
    // Not understood, so nothing has run; what is refused says so each time.
    for _ in 0..2 {
        let wrong = call(url(&server, "pay"), "a", &[], r#"{"cents":-1,"how":"well"}"#).await;
        assert_eq!(wrong.problem(), ("invalid_argument".to_owned(), "no".to_owned()));
    }
    assert_eq!(pay(&server, "a", "well").await.status, 200);
    assert_eq!(works.runs(), 1);
}

#[tokio::test]
async fn keys_are_of_one_caller_and_one_method() {
    let (server, works) = started().await;
    let known = async |token: &str| {
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", &*authorization)];
        call(url(&server, "pay_known"), "a", &headers, r#"{"cents":5}"#).await.body
    };
    assert_eq!(known("reader").await, "1");
    assert_eq!(known("burner").await, "2");
    assert_eq!(known("reader").await, "1");
    assert_eq!(pay(&server, "a", "well").await.body, "3");
    // Whoever calls a public method with a token is that caller there too.
    let headers = [("authorization", "Bearer reader")];
    let args = r#"{"cents":5,"how":"well"}"#;
    assert_eq!(call(url(&server, "pay"), "a", &headers, args).await.body, "4");
    assert_eq!(works.runs(), 4);
}

#[tokio::test]
async fn the_key_reaches_the_handler_and_nothing_is_kept_without_a_store() {
    let works = Works::default();
    let server = serve(builder(&works)).await;
    let seen = call(url(&server, "key"), "order-17", &[], "{}").await;
    assert_eq!(seen.body, "\"order-17\"");
    assert_eq!(pay(&server, "a", "well").await.body, "1");
    assert_eq!(pay(&server, "a", "well").await.body, "2");
    let (server, _) = started().await;
    assert_eq!(call(url(&server, "key"), "order-17", &[], "{}").await.body, "\"order-17\"");
}

#[tokio::test]
async fn a_call_goes_on_when_its_caller_is_lost_and_the_next_one_gets_its_reply() {
    let (server, works) = started().await;
    let lost = tokio::time::timeout(Duration::from_millis(100), pay(&server, "a", "slowly")).await;
    assert!(lost.is_err());
    assert_eq!(works.running(), 1, "the handler is not dropped with its caller");
    assert_eq!(pay(&server, "a", "slowly").await.body, "1");
    assert_eq!(works.runs(), 1);
}

#[tokio::test]
async fn waiting_for_another_call_has_a_deadline_too() {
    let (server, works) = started().await;
    let first = tokio::spawn(
        post(url(&server, "pay"), &[("idempotency-key", "a")], r#"{"cents":5,"how":"slowly"}"#)
            .send(),
    );
    works.until_running(1).await;
    let headers = [("traitwire-timeout", "50")];
    let args = r#"{"cents":5,"how":"slowly"}"#;
    let second = call(url(&server, "pay"), "a", &headers, args).await;
    assert_eq!(second.problem(), ("deadline_exceeded".to_owned(), "maybe".to_owned()));
    assert_eq!(first.await.unwrap().unwrap().text().await.unwrap(), "1");
    assert_eq!(works.runs(), 1);
}

/// A file that is gone when the test is.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let name = format!("traitwire-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn two_processes_that_share_a_database_run_a_call_once() {
    let folder = Folder::new("shared");
    let (database, ledger) = (folder.file("keys.sqlite"), folder.file("ledger"));
    let options = [("PLANT_SQLITE", &*database), ("PLANT_LEDGER", &*ledger)];
    let processes = [Process::start(&options), Process::start(&options)];
    let runs = || std::fs::read(&ledger).map_or(0, |ledger| ledger.len());
    for key in 0..10 {
        let how = if key % 2 == 0 { "well" } else { "slowly" };
        let args = format!(r#"{{"cents":5,"how":"{how}"}}"#);
        let key = format!("key-{key}");
        let calls = (0..20).map(|n| call(processes[n % 2].method("pay"), &key, &[], &args));
        let answers = join_all(calls).await;
        let first = &answers[0].body;
        for answer in &answers {
            assert_eq!((answer.status, &answer.body), (200, first));
        }
    }
    assert_eq!(runs(), 10);
    // A process that ends in the middle leaves a call whose outcome is not known; it is not run again.
    let [killed, left] = processes;
    let args = r#"{"cents":5,"how":"slowly"}"#.to_owned();
    let request = post(killed.method("pay"), &[("idempotency-key", "cut")], &args).send();
    let cut = tokio::spawn(request);
    while runs() < 11 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    killed.signal("-KILL");
    assert!(cut.await.unwrap().is_err());
    let headers = [("traitwire-timeout", "500")];
    let again = call(left.method("pay"), "cut", &headers, &args).await;
    assert_eq!(again.problem(), ("deadline_exceeded".to_owned(), "maybe".to_owned()));
    assert_eq!(runs(), 11);
}

#[tokio::test]
async fn a_database_that_is_none_is_refused_and_one_that_breaks_runs_nothing() {
    let folder = Folder::new("broken");
    std::fs::write(
        folder.file("text"),
        "this is no database, but a text of some length\n".repeat(9),
    )
    .unwrap();
    let error = SqliteStore::open(folder.file("text")).unwrap_err();
    assert!(error.to_string().contains("store of idempotency keys failed"), "{error}");

    let file = folder.file("keys.sqlite");
    let works = Works::default();
    let server = serve(builder(&works).idempotency(SqliteStore::open(&file).unwrap())).await;
    assert_eq!(pay(&server, "a", "well").await.status, 200);
    let other = rusqlite::Connection::open(&file).unwrap();
    other.execute_batch("DROP TABLE traitwire_idempotency").unwrap();
    let answer = pay(&server, "b", "well").await;
    assert_eq!(answer.problem(), ("internal".to_owned(), "no".to_owned()));
    assert!(!answer.body.contains("traitwire_idempotency"), "{}", answer.body);
    assert_eq!(works.runs(), 1);
}
