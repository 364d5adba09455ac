//! Schemas from files and running backends.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::Stdio;
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

use crate::support::{DOCUMENT, Fixture, finish};

fn fixture(name: &str) -> Fixture {
    let fixture = Fixture::new(name);
    fixture.file("schema.json", DOCUMENT);
    fixture
}

/// A server that gives one answer to one request, and then the request.
fn answering(answer: String) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a limit");
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("a request");
            request.extend(byte);
        }
        // A client that has seen enough may be gone.
        let _ = stream.write_all(answer.as_bytes());
        String::from_utf8(request).expect("UTF-8")
    });
    (url, server)
}

fn response(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}",
        body.len()
    )
}

#[test]
fn a_file_is_listed() {
    let fixture = fixture("from-file");
    let done = fixture.run("list --from schema.json").ends(0);
    assert_eq!(
        done.stdout,
        "interface  version  kind  series  methods  place\n\
         Catalog    1.2.0    rpc   v1      2        src/lib.rs:3\n\
         Jobs       0.3.0    rpc   v0.3    1        -\n"
    );
    let done = fixture.run("list --from schema.json --format json").ends(0);
    let list: Value = serde_json::from_str(&done.stdout).expect("JSON");
    assert_eq!(list[0]["series"], "v1");
    assert_eq!(list[0]["methods"], 2);
    assert_eq!(list[0]["kind"], "rpc");
    // Cargo's flags would do nothing.
    fixture.run("list --from schema.json -p shop").ends(2).says(&["options of cargo"]);
}

#[test]
fn interfaces_and_methods_are_inspected() {
    let fixture = fixture("from-inspect");
    let whole = fixture.run("inspect Catalog --from schema.json").ends(0).stdout;
    for part in [
        "/// Finds models.\nCatalog 1.2.0 (rpc, series v1)\n",
        "search(query: String) -> Vec<Model>",
        "authenticated callers, readonly",
        "scope models:write, alias title",
        "fingerprint: ",
        "shop::Model",
    ] {
        assert!(whole.contains(part), "no `{part}` in:\n{whole}");
    }
    assert!(!whole.contains("Jobs"), "{whole}");
    let method = fixture.run("inspect Catalog@1.2.0/search --from schema.json").ends(0).stdout;
    assert!(method.contains("struct Model {\n    id: u64,\n}"), "{method}");
    assert!(!method.contains("rename"), "{method}");

    let json = fixture.run("inspect Catalog/title --json --from schema.json").ends(0).stdout;
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["interfaces"][0]["methods"].as_array().map(Vec::len), Some(1));
    assert_eq!(json["interfaces"][0]["methods"][0]["name"], "rename");
    assert_eq!(json["types"].as_object().map(serde_json::Map::len), Some(0));

    for (name, near) in [
        ("Catlog", "did you mean `Catalog`?"),
        ("Nothing", "there is `Catalog` and `Jobs`"),
        ("Catalog@2.0.0", "there is `Catalog@1.2.0`"),
        ("Catalog/serch", "did you mean `Catalog/search`?"),
        ("Jobs/start", "it has `stop`"),
    ] {
        fixture.run(&format!("inspect {name} --from schema.json")).ends(2).no_data().says(&[near]);
    }
}

#[test]
fn files_that_are_no_schema_are_refused() {
    let fixture = fixture("from-hostile");
    let refused = |file: &str, text: &str, says: &str| {
        fixture.file(file, text);
        fixture.run(&format!("list --from {file}")).ends(2).no_data().says(&[file, says]);
    };
    refused("empty.json", "", "it is empty");
    refused("html.json", "<!doctype html>", "not a schema document");
    refused("newer.json", &DOCUMENT.replace(": 1,", ": 99,"), "upgrade traitwire");
    refused("broken.json", &DOCUMENT.replace("shop::Model\": {", "shop::Other\": {"), "Catalog");
    refused("deep.json", &"[".repeat(200_000), "not a schema document");
    let deep = format!("{}\"u8\"{}", "{\"seq\":".repeat(100_000), "}".repeat(100_000));
    refused("type.json", &DOCUMENT.replace("\"unit\"", &deep), "recursion limit");
    fixture.run("list --from nowhere.json").ends(2).says(&["nowhere.json"]);
    fixture.run("list --from ftp://host/x").ends(2).says(&["`ftp`", "http://"]);

    // Sparse: it takes no room.
    let huge = File::create(fixture.path("huge.json")).expect("a file");
    huge.set_len((64 << 20) + 1).expect("a length");
    fixture.run("list --from huge.json").ends(2).says(&["more than 64 MiB"]);
}

#[test]
fn a_backend_is_asked_with_the_token() {
    let fixture = fixture("from-backend");
    let (url, server) = answering(response("200 OK", "", DOCUMENT));
    let mut command = fixture.command(env!("CARGO_BIN_EXE_traitwire"), "");
    command.env("SHOP_TOKEN", "s3cret");
    let from = format!("{url}/rpc");
    command.args(["list", "--from", &from, "--token-env", "SHOP_TOKEN"]);
    let done = finish(&mut command).ends(0).says_not("s3cret");
    assert!(done.stdout.contains("Catalog"), "{}", done.stdout);
    let request = server.join().expect("the server ends");
    assert!(request.starts_with("GET /rpc/_schema HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("authorization: Bearer s3cret\r\n"), "{request}");

    fixture
        .run(&format!("list --from {from} --token-env NOT_SET_ANYWHERE"))
        .ends(2)
        .says(&["`NOT_SET_ANYWHERE`"]);
    let done = fixture.run("list --from http://ann:hunter2@localhost/rpc -p shop").ends(2);
    done.says_not("hunter2");
    fixture.run("list --from https://localhost/rpc").ends(2).says(&["--features https", "curl"]);
}

#[test]
fn errors_of_a_remote_are_told() {
    let fixture = fixture("from-errors");
    let asked = |answer: String, code: i32, says: &[&str]| {
        let (url, server) = answering(answer);
        let mut command = fixture.command(env!("CARGO_BIN_EXE_traitwire"), "");
        command.env("SHOP_TOKEN", "s3cret");
        let from = format!("{url}/rpc");
        command.args(["list", "--from", &from, "--token-env", "SHOP_TOKEN"]);
        finish(&mut command).ends(code).no_data().says(says).says_not("s3cret");
        server.join().expect("the server ends");
    };
    let problem = "{\"title\": \"No\", \"detail\": \"the token\\u001b[2J has expired\"}";
    asked(
        response("401 Unauthorized", "", problem),
        6,
        &["401 Unauthorized: the token [2J has expired", "--token-env"],
    );
    asked(response("500 Internal Server Error", "", "oh"), 6, &["answered 500"]);
    asked(response("404 Not Found", "", ""), 6, &["answered 404", "mounted"]);
    asked(
        response("302 Found", "location: http://127.0.0.1:1/elsewhere\r\n", ""),
        6,
        &["302 Found", "redirects are not followed", "http://127.0.0.1:1/elsewhere"],
    );
    asked(
        response("302 Found", "location: ../login\r\n", ""),
        6,
        &["try `--from http://127.0.0.1:", "/login`"],
    );
    asked(response("200 OK", "", "<!doctype html>"), 2, &["not a schema document"]);
    asked(response("200 OK", "", &DOCUMENT.replace(": 1,", ": 2,")), 2, &["upgrade traitwire"]);
    // Says more than it gives.
    let cut = response("200 OK", "", DOCUMENT).replace("connection", "x: y\r\nconnection");
    asked(cut[..cut.len() / 2].to_owned(), 6, &["did not answer"]);

    let port = TcpListener::bind("127.0.0.1:0").and_then(|one| one.local_addr()).expect("a port");
    fixture.run(&format!("list --from http://{port}/rpc")).ends(6).says(&["did not answer"]);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let fixture = fixture("from-pipe");
    // Larger than what a pipe holds.
    let docs = "x".repeat(1 << 20);
    fixture.file("large.json", &DOCUMENT.replace("Finds models.", &docs));
    let mut command = fixture.command(env!("CARGO_BIN_EXE_traitwire"), "");
    command.args(["inspect", "Catalog", "--json", "--from", "large.json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success(), "{}", output.status);
}

#[cfg(unix)]
#[test]
fn a_token_that_is_no_text_is_not_shown() {
    use std::os::unix::ffi::OsStrExt as _;
    let fixture = fixture("from-token");
    let mut command = fixture.command(env!("CARGO_BIN_EXE_traitwire"), "");
    command.env("SHOP_TOKEN", std::ffi::OsStr::from_bytes(b"s3cret\xff"));
    command.args(["list", "--from", "http://localhost:1/rpc", "--token-env", "SHOP_TOKEN"]);
    finish(&mut command).ends(2).says(&["`SHOP_TOKEN` has no token"]).says_not("s3cret");
}

#[test]
fn what_is_easily_written_is_understood_or_explained() {
    let fixture = fixture("from-spelling");
    fixture.file("marked.json", &format!("\u{feff}{DOCUMENT}"));
    fixture.run("list --from marked.json").ends(0);
    fixture.run("list --from localhost:8080/rpc").ends(2).says(&["a URL begins with `http://`"]);
    let (url, server) = answering(response("200 OK", "", DOCUMENT));
    fixture.run(&format!("list --from {}/rpc", url.replace("http", "HTTP"))).ends(0);
    server.join().expect("the server ends");
}

#[test]
fn a_document_cannot_steer_the_terminal() {
    let fixture = fixture("from-terminal");
    fixture.file(
        "schema.json",
        &DOCUMENT
            .replace("Finds models.", "Finds\\u001b[2J\\u202emodels.\\u0007")
            .replace("src/lib.rs", "src\\u001b[2J/lib.rs"),
    );
    for args in ["list", "inspect Catalog", "inspect Catalog/search"] {
        let mut command = fixture.command(env!("CARGO_BIN_EXE_traitwire"), "");
        // As on a terminal, where escapes are not taken away.
        command.env("CLICOLOR_FORCE", "1").args(args.split(' ')).args(["--from", "schema.json"]);
        let done = finish(&mut command).ends(0);
        let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!done.stdout.contains(steers), "{:?}", done.stdout);
    }
}
