//! What do logs, errors and the wire give away?

use std::fmt::{Debug, Write as _};
use std::io;
use std::sync::{Arc, Mutex, Once, OnceLock};
use std::time::Duration;

use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;
use traitwire::http::Connector;
use traitwire::rpc::{
    Authenticator, Backend, Credentials, JwtAuthenticator, JwtKeys, Refused, StaticTokens,
};
use traitwire::testing::{AccessTest, Shown};
use traitwire::{Caller, Context, Stream, Wire, in_process, rpc_interface};
use traitwire_tests::Server;

use crate::head::raw;
use crate::issuer::{AUDIENCE, ISSUER, Signer, at, claims_with, key_set};
use crate::vault::{Member, VaultClient, vault};

/// Everything that is logged in this process, and the text of every panic.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;

    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    static START: Once = Once::new();
    let log = LOG.get_or_init(Log::default);
    START.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(log.clone())
            .init();
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let mut log = log.clone();
            let _ = io::Write::write_all(&mut log, panic.to_string().as_bytes());
            usual(panic);
        }));
    });
    log
}

/// All that was seen, and whether any of it holds a secret.
struct Seen {
    text: String,
    secrets: Vec<String>,
}

impl Seen {
    fn debug(&mut self, thing: &dyn Debug) {
        let _ = writeln!(self.text, "{thing:?} {thing:#?}");
    }

    fn error<E: std::error::Error>(&mut self, error: &E) {
        let _ = writeln!(self.text, "{error} {error:?} {error:#?}");
        let mut source = error.source();
        while let Some(error) = source {
            let _ = writeln!(self.text, "{error} {error:?}");
            source = error.source();
        }
    }

    fn assert_clean(&self, text: &str, what: &str) {
        for secret in &self.secrets {
            if let Some(place) = text.find(secret.as_str()) {
                let start = text[..place].char_indices().rev().nth(200).map_or(0, |(at, _)| at);
                panic!("{what} shows a secret after: {}", &text[start..place]);
            }
        }
    }
}

/// Calls everything, well and badly, with these credentials.
async fn call_everything(vault: &VaultClient, seen: &mut Seen) {
    seen.debug(vault);
    seen.debug(&vault.who());
    for result in [vault.who().await.map(drop), vault.store("x").await.map(drop)] {
        if let Err(error) = result {
            seen.error(&error);
        }
    }
    let _ = vault.door().await;
    let _ = vault.team().await;
    let mut items = std::pin::pin!(vault.follow().deadline(Duration::from_millis(300)));
    while let Some(item) = items.next().await {
        if let Err(error) = item {
            seen.error(&error);
        }
    }
}

/// Panics about everyone.
struct Rude;

impl Authenticator for Rude {
    async fn authenticate(&self, credentials: Credentials<'_>) -> Result<Caller, Refused> {
        panic!("who is {credentials:?}?");
    }
}

#[tokio::test]
async fn i7_no_secret_in_a_log_an_error_or_a_debug_form() {
    let log = log();
    let signer = Signer::p256("1");
    let secret_claim = "canary-claim-5f2d";
    let right = signer.sign(&claims_with(json!({ "team": secret_claim, "scope": "vault:write" })));
    let expired = signer.sign(&claims_with(json!({ "exp": at(-100), "team": secret_claim })));
    let odd = signer.sign(&claims_with(json!({ "team": { "canary-claim-5f2d": 1 } })));
    let other = Signer::p256("1").sign(&claims_with(json!({ "team": secret_claim })));
    let fixed = "canary-static-91ab";
    let wrong = "canary-wrong-77cd";
    let shared = "canary-shared-secret-of-hs256-0123456789";
    let tokens = [&right, &expired, &odd, &other].map(String::as_str);
    // The signature is what makes a token one, and the payload may say what is private.
    let mut secrets: Vec<String> =
        tokens.iter().flat_map(|token| token.split('.').skip(1).map(str::to_owned)).collect();
    secrets.extend([fixed, wrong, secret_claim, shared, "canary-"].map(str::to_owned));
    let mut seen = Seen { text: String::new(), secrets };

    let keys = JwtKeys::document(key_set(&[&signer])).unwrap();
    let jwt = JwtAuthenticator::<Member>::new(keys.clone(), ISSUER, AUDIENCE);
    let statics = StaticTokens::new([(fixed, Caller::new("ann").with_claims(secret_claim))]);
    seen.debug(&JwtKeys::secret(shared).unwrap());
    seen.debug(&keys);
    seen.debug(&jwt);
    seen.debug(&statics);
    seen.debug(&Shown::bearer(fixed));
    let caller = Caller::new("ann").with_claims(secret_claim.to_owned());
    seen.debug(&caller);
    seen.debug(&Context::new("Vault", "who").with_caller(caller));

    for backend in [vault(jwt).0, vault(statics).0] {
        seen.debug(&backend);
        seen.debug(&traitwire::http::service(backend.clone()));
        let server = Server::start(backend.clone()).await;
        for token in tokens.into_iter().chain([fixed, wrong]) {
            let local = in_process::Connector::new(&backend).token(token).header("x-key", token);
            seen.debug(&local);
            call_everything(&local.connect().unwrap(), &mut seen).await;
            let remote = Connector::new(&server.url).unwrap().token(token);
            seen.debug(&remote);
            call_everything(&remote.connect().await.unwrap(), &mut seen).await;
            // Where nobody is.
            let gone = Connector::new("http://127.0.0.1:9/rpc").unwrap().token(token);
            seen.error(&gone.connect::<VaultClient>().await.unwrap_err());
            let report = AccessTest::new(&backend, |_| token).run().await;
            seen.debug(&report);
            let _ = writeln!(seen.text, "{report}");
            // Heads that are malformed around the token.
            for header in [
                format!("Authorization: Bearer {token}\r\nAuthorization: Bearer {token}\r\n"),
                format!("Authorization: Bearer {token}\u{e9}\r\n"),
                format!("Authorization: Bearer{token}\r\n"),
                format!("Authorization: Basic {token}\r\n"),
                format!("Authorization: {token}\r\n"),
            ] {
                let head = format!(
                    "POST /rpc/Vault/v1/who HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                     Content-Length: 2\r\n{header}\r\n{{}}"
                );
                seen.text.push_str(&raw(&server, &head).await);
            }
        }
        // Tokens that no header can hold, and one where none may be.
        for bad in [format!("{fixed}\n"), format!("{fixed}\u{0}"), format!("é{fixed}")] {
            let local = in_process::Connector::new(&backend).token(&bad);
            call_everything(&local.connect().unwrap(), &mut seen).await;
            let remote = Connector::new(&server.url).unwrap().token(&bad);
            seen.debug(&remote);
            if let Err(fault) = remote.connect::<VaultClient>().await {
                seen.error(&fault);
            }
        }
        let with_password = server.url.replace("http://", &format!("http://ann:{fixed}@"));
        seen.error(&Connector::new(&with_password).unwrap_err());
        // A client of the user's with an API key in its default headers.
        let mut headers = reqwest::header::HeaderMap::new();
        headers.insert("x-api-key", fixed.parse().unwrap());
        let client = reqwest::Client::builder().default_headers(headers).build().unwrap();
        seen.debug(&Connector::new(&server.url).unwrap().client(client));
    }

    // An authenticator that panics has told nobody but the log.
    let (backend, _) = vault(Rude);
    let rude = in_process::Connector::new(&backend).token(fixed).connect().unwrap();
    call_everything(&rude, &mut seen).await;

    seen.assert_clean(&seen.text, "an error or a debug form");
    let logged = log.text();
    // It did listen, to our code and to what it stands on.
    for part in ["a token was not accepted", "the authenticator panicked", "hyper"] {
        assert!(logged.contains(part), "`{part}` was not logged");
    }
    seen.assert_clean(&logged, "the log");
    let command_line = std::fs::read("/proc/self/cmdline").unwrap_or_default();
    seen.assert_clean(&String::from_utf8_lossy(&command_line), "the command line");
}

mod leaky {
    use super::*;

    pub const SQL: &str = "SELECT pelican_column FROM pelican_table";
    pub const PATH: &str = "/srv/pelican-folder/users.db";

    #[derive(Debug, Serialize, Deserialize, Wire)]
    pub struct Row {
        #[serde(serialize_with = "failing")]
        #[wire(as = String)]
        pub text: String,
    }

    fn failing<S: Serializer>(_: &str, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom(format!("{SQL} in {PATH}")))
    }

    /// Fails in every way that no caller should learn of.
    #[rpc_interface(version = "1.0.0")]
    pub trait Leaky {
        #[rpc(public)]
        async fn panics(&self) -> u8;
        #[rpc(public)]
        async fn panics_later(&self) -> u8;
        #[rpc(public)]
        async fn cannot_be_encoded(&self) -> Row;
        #[rpc(public)]
        fn items_panic(&self, first: bool) -> impl Stream<Item = u64> + Send;
        #[rpc(public)]
        fn items_cannot_be_encoded(&self) -> impl Stream<Item = Row> + Send;
        async fn guarded(&self) -> u8;
    }

    pub struct Database;

    fn fail() -> u64 {
        panic!("{SQL}: no such file {PATH}")
    }

    fn row() -> Row {
        Row { text: String::new() }
    }

    impl Leaky for Database {
        async fn panics(&self) -> u8 {
            u8::from(fail() == 1)
        }

        async fn panics_later(&self) -> u8 {
            tokio::task::yield_now().await;
            std::panic::panic_any(format!("{SQL} {PATH}"))
        }

        async fn cannot_be_encoded(&self) -> Row {
            row()
        }

        fn items_panic(&self, first: bool) -> impl Stream<Item = u64> + Send {
            let before = futures_util::stream::iter((!first).then_some(1));
            before.chain(futures_util::stream::once(async { fail() }))
        }

        fn items_cannot_be_encoded(&self) -> impl Stream<Item = Row> + Send {
            futures_util::stream::once(async { row() })
        }

        async fn guarded(&self) -> u8 {
            1
        }
    }

    /// Fails as the database behind it does.
    pub struct Broken;

    impl Authenticator for Broken {
        async fn authenticate(&self, credentials: Credentials<'_>) -> Result<Caller, Refused> {
            match credentials.bearer() {
                Some(_) => panic!("{SQL}: no such file {PATH}"),
                None => Ok(Caller::new("nobody")),
            }
        }
    }
}

#[tokio::test]
async fn i8_nothing_of_how_a_handler_failed_crosses() {
    use leaky::{Broken, Database, LeakyServer, PATH, SQL};

    let server = LeakyServer::new(Database);
    let backend = Backend::builder().serve(server).authenticator(Broken).build().unwrap();
    let server = Server::start(backend).await;
    for (method, body, authorization, said) in [
        ("panics", "{}", "", "500 "),
        ("panics_later", "{}", "", "500 "),
        ("cannot_be_encoded", "{}", "", "500 "),
        ("items_panic", r#"{"first":true}"#, "", "500 "),
        ("items_panic", r#"{"first":false}"#, "", "200 "),
        ("items_cannot_be_encoded", "{}", "", "500 "),
        ("guarded", "{}", "Authorization: Bearer x\r\n", "500 "),
    ] {
        let head = format!(
            "POST /rpc/Leaky/v1/{method} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
             Connection: close\r\nContent-Length: {}\r\n{authorization}\r\n{body}",
            body.len()
        );
        let answer = raw(&server, &head).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {said}")), "{method}: {answer}");
        assert!(answer.contains(r#""code":"internal""#), "{method}: {answer}");
        assert!(answer.contains("the backend's log says"), "{method}: {answer}");
        for secret in ["pelican", "SELECT", SQL, PATH, ".rs", "panicked", "thread"] {
            assert!(!answer.contains(secret), "{method} says `{secret}`: {answer}");
        }
    }
}
