//! Which schema does a file or a running backend give?

use std::env::VarError;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_ENCODING, HeaderValue, LOCATION};
use reqwest::{Client, Response, StatusCode, Url};
use traitwire_schema::walk::Schema;

use crate::report::{Exit, Failure, Report};

/// Longest document, in bytes. A schema of a thousand methods has about one megabyte.
const MAX_DOCUMENT: u64 = 64 << 20;
/// Longest wait for a backend, until all of the document is there.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Longest part of an error's body that is read.
const MAX_PROBLEM: u64 = 64 << 10;

/// Reads a schema. A path is relative to `folder`.
pub(crate) fn load(from: &str, folder: &Path, token_env: Option<&str>) -> Result<Schema, Failure> {
    let scheme = from.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    let json = match scheme.as_deref() {
        Some("http" | "https") => fetch(from, token_env)?,
        Some(scheme) => {
            return Err(Failure::usage(format!("`{scheme}` is not a scheme that can be read"))
                .help("give a file, or a URL that begins with `http://` or `https://`"));
        }
        None if token_env.is_some() => {
            return Err(Failure::usage(format!("`{from}` is a file, and takes no token")));
        }
        None => read(from, &folder.join(from))?,
    };
    // Some editors and shells put a mark before the text.
    let json = json.strip_prefix('\u{feff}').unwrap_or(&json);
    Schema::from_json(json).map_err(|error| {
        let report = Failure::usage(format!("`{from}`: {error}"));
        if json.contains("\"openapi\"") {
            return report.help("this seems to be an OpenAPI document; the schema is at `_schema`");
        }
        if json.trim().is_empty() { report.note("it is empty") } else { report }
    })
}

fn read(shown: &str, path: &Path) -> Result<String, Failure> {
    let wrong = |error: &dyn std::fmt::Display| {
        Failure::usage(format!("the schema `{shown}` cannot be read: {error}"))
    };
    let file = File::open(path).map_err(|error| {
        let failure = wrong(&error);
        // `localhost:8080/rpc` is easily written, and so is `http:/localhost`.
        if error.kind() == std::io::ErrorKind::NotFound && shown.contains(':') {
            return failure.help("a URL begins with `http://` or `https://`");
        }
        failure
    })?;
    let mut bytes = Vec::new();
    // One more than the limit, so that a longer file is told from one that just fits.
    file.take(MAX_DOCUMENT + 1).read_to_end(&mut bytes).map_err(|error| wrong(&error))?;
    if bytes.len() as u64 > MAX_DOCUMENT {
        return Err(wrong(&too_long()));
    }
    String::from_utf8(bytes).map_err(|_| wrong(&"it is no UTF-8"))
}

fn too_long() -> String {
    format!("it has more than {} MiB", MAX_DOCUMENT >> 20)
}

fn fetch(from: &str, token_env: Option<&str>) -> Result<String, Failure> {
    let url = schema_url(from)?;
    let token = token_env.map(token).transpose()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::io("the network cannot be used", &error))?;
    runtime.block_on(async {
        match tokio::time::timeout(TIMEOUT, get(&url, token)).await {
            Ok(done) => done,
            Err(_) => Err(remote(format!("`{url}` took more than {} s", TIMEOUT.as_secs()))),
        }
    })
}

/// The URL of the schema: the given one if it names a document, else `_schema` below it.
fn schema_url(from: &str) -> Result<Url, Failure> {
    let mut url = Url::parse(from).map_err(|error| {
        Failure::usage(format!("`{}` is no URL: {error}", without_password(from)))
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Failure::usage("a URL with a password in it ends up in logs and histories")
            .help("put a token into an environment variable, and name that with `--token-env`"));
    }
    if url.scheme() == "https" && !cfg!(feature = "https") {
        return Err(Failure::usage("this traitwire was built without https").help(format!(
            "build it with `--features https`, or fetch the document: `curl -fo schema.json -H \
             'authorization: Bearer ..' {}/_schema` and `--from schema.json`",
            from.trim_end_matches('/').trim_end_matches("/_schema")
        )));
    }
    let path = url.path();
    let document = Path::new(path).extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
    if !document && !path.ends_with("/_schema") {
        let path = format!("{}/_schema", path.trim_end_matches('/'));
        url.set_path(&path);
    }
    Ok(url)
}

/// What was given, without what may be secret in it.
pub(crate) fn without_password(from: &str) -> String {
    match from.split_once("://").zip(from.rsplit_once('@')) {
        Some(((scheme, _), (_, host))) => format!("{scheme}://..@{host}"),
        None => from.to_owned(),
    }
}

fn token(variable: &str) -> Result<HeaderValue, Failure> {
    let token = std::env::var(variable).map_err(|error| {
        // The error itself would show the token.
        let reason = match error {
            VarError::NotPresent => "it is not set",
            VarError::NotUnicode(_) => "it is no UTF-8",
        };
        Failure::usage(format!("the environment variable `{variable}` has no token: {reason}"))
    })?;
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.trim())).map_err(|_| {
        Failure::usage(format!(
            "the token in the environment variable `{variable}` has characters that no header takes"
        ))
    })?;
    value.set_sensitive(true);
    Ok(value)
}

async fn get(url: &Url, token: Option<HeaderValue>) -> Result<String, Failure> {
    let client = Client::builder()
        .user_agent(concat!("traitwire/", env!("CARGO_PKG_VERSION")))
        // A redirect could lead the token elsewhere.
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|error| remote(format!("the network cannot be used: {}", chain(&error))))?;
    let mut request = client.get(url.clone()).header(ACCEPT, "application/json");
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, token);
    }
    let response = request.send().await.map_err(|error| lost(url, &error))?;
    let status = response.status();
    if status.is_redirection() {
        let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
        // It may be relative.
        let to = to.and_then(|to| url.join(to).ok()).map(|to| printable(to.as_str()));
        let failure = remote(format!("`{url}` answered {status} and points elsewhere"));
        return Err(match to {
            Some(to) => failure.help(format!("redirects are not followed; try `--from {to}`")),
            None => failure,
        });
    }
    if !status.is_success() {
        return Err(refused(url, status, response).await);
    }
    let encoding = response.headers().get(CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    let encoding = encoding.map(printable);
    let bytes = body(response, MAX_DOCUMENT).await.map_err(|error| match error {
        Some(error) => lost(url, &error),
        None => remote(format!("the schema at `{url}` is refused: {}", too_long())),
    })?;
    String::from_utf8(bytes).map_err(|_| {
        Failure::usage(match encoding {
            Some(encoding) => {
                format!("`{url}` is encoded as `{encoding}`, which was not asked for")
            }
            None => format!("`{url}` is no UTF-8"),
        })
    })
}

/// The whole body, or nothing if it is longer than the limit.
async fn body(mut response: Response, limit: u64) -> Result<Vec<u8>, Option<reqwest::Error>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Some)? {
        if (bytes.len() + chunk.len()) as u64 > limit {
            return Err(None);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// What a backend that does not give its schema says.
async fn refused(url: &Url, status: StatusCode, response: Response) -> Failure {
    let body = body(response, MAX_PROBLEM).await.unwrap_or_default();
    let problem: Option<serde_json::Value> = serde_json::from_slice(&body).ok();
    let detail = problem.as_ref().and_then(|problem| {
        let member = |name| problem.get(name).and_then(serde_json::Value::as_str);
        member("detail").or_else(|| member("title")).map(printable)
    });
    let failure = remote(match detail {
        Some(detail) => format!("`{url}` answered {status}: {detail}"),
        None => format!("`{url}` answered {status}"),
    });
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => failure.help(
            "put a token into an environment variable, and name that with `--token-env`; or the \
             backend makes its schema public (`SchemaAccess::Public`)",
        ),
        StatusCode::NOT_FOUND => failure.help(
            "name the folder under which the interfaces are mounted (`http://host/rpc`); a backend \
             may also keep its schema to itself (`SchemaAccess::Off`)",
        ),
        _ => failure,
    }
}

fn lost(url: &Url, error: &reqwest::Error) -> Failure {
    let why = chain(error);
    let failure = remote(format!("`{url}` did not answer: {why}"));
    if why.contains("invalid peer certificate") {
        return failure.help(format!(
            "the system does not trust its certificate; add the authority to those that it trusts, or \
             fetch the document: `curl --cacert authority.pem -fo schema.json {url}` and `--from \
             schema.json`"
        ));
    }
    failure
}

fn remote(title: String) -> Failure {
    Failure::new(Exit::Remote, Report::error(title))
}

/// An error with its causes; reqwest's own text leaves them out. The URL is said already.
fn chain(error: &reqwest::Error) -> String {
    let mut last: &dyn std::error::Error = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

/// What a remote says, in one line that cannot steer a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_looked_for_below_the_prefix() {
        for (from, url) in [
            ("http://localhost:80/rpc", "http://localhost/rpc/_schema"),
            ("http://localhost:8080/rpc/", "http://localhost:8080/rpc/_schema"),
            ("http://localhost:8080", "http://localhost:8080/_schema"),
            ("http://localhost/rpc/_schema", "http://localhost/rpc/_schema"),
            ("http://localhost/a/schema.json", "http://localhost/a/schema.json"),
        ] {
            assert_eq!(schema_url(from).unwrap().as_str(), url);
        }
    }

    #[test]
    fn passwords_in_urls_are_refused_and_not_repeated() {
        let failure = schema_url("http://ann:hunter2@localhost/rpc").unwrap_err();
        assert!(!format!("{failure:?}").contains("hunter2"));
        let failure = schema_url("http://ann:hunter2@localhost:99999/rpc").unwrap_err();
        assert!(!format!("{failure:?}").contains("hunter2"));
    }

    #[test]
    fn what_a_remote_says_cannot_steer_the_terminal() {
        assert_eq!(printable("a\u{1b}[31m\nb"), "a [31m b");
    }
}
