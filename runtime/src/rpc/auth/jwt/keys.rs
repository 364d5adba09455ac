//! Which key may have signed this token, and where do keys come from?

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use jsonwebtoken::{Algorithm, DecodingKey};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::key_set::{Found, KeySet};

/// After how long keys are fetched again, while those that are there are still used: 10 minutes. Within
/// this time a key that its issuer took back is forgotten.
const MAX_AGE: Duration = Duration::from_mins(10);

/// How long keys are used that could not be fetched again: a day, so that an issuer that is away takes
/// nobody along whose token it has signed before.
const MAX_STALE: Duration = Duration::from_hours(24);

/// Pause between two attempts that are made for keys which are not in the set, or to renew it. Nobody can
/// make us flood the issuer.
const PAUSE: Duration = Duration::from_mins(1);

/// Pause between two attempts as long as there are no keys at all.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// How long one attempt may take.
const FETCH_TIMEOUT: Duration = Duration::from_secs(10);

/// Shortest secret, in bytes: as long as the hash (RFC 7518 §3.2).
const MIN_SECRET: usize = 32;

/// Largest document that is fetched, in bytes: 1 MiB. Those of large providers have some KiB.
#[cfg(feature = "http-client")]
pub(crate) const MAX_DOCUMENT: usize = 1024 * 1024;

/// Keys that verify tokens. Cloning is cheap, and clones share what was fetched.
///
/// Keys that are fetched are fetched when they are first needed, kept, and fetched again after 10
/// minutes, or when a token names one that is not there, which is how issuers change keys; that happens
/// at most once a minute, whatever tokens come. While they cannot be fetched, those that are there are
/// used for a day; without any, calls are refused as [`Overloaded`](crate::FaultKind::Overloaded).
#[derive(Clone)]
pub struct JwtKeys(Keys);

#[derive(Clone)]
enum Keys {
    Secret(DecodingKey),
    Fixed(Arc<KeySet>),
    Fetched(Arc<Fetched>),
}

/// Where a set of keys comes from: a JWKS document (RFC 7517 §5).
///
/// ```
/// use std::error::Error;
/// use traitwire::rpc::{JwtKeys, KeySource};
///
/// /// Reads keys from an environment variable.
/// struct Environment;
///
/// impl KeySource for Environment {
///     async fn fetch(&self) -> Result<Vec<u8>, Box<dyn Error + Send + Sync>> {
///         Ok(std::env::var("KEYS")?.into_bytes())
///     }
/// }
///
/// let keys = JwtKeys::from_source(Environment);
/// ```
pub trait KeySource: Send + Sync + 'static {
    /// Fetches the document. It has 10 s.
    ///
    /// # Errors
    /// Why there is none. The reason stands in the log.
    ///
    /// # Cancel safety
    /// It is dropped where it awaits when its time is over.
    fn fetch(
        &self,
    ) -> impl Future<Output = Result<Vec<u8>, Box<dyn Error + Send + Sync>>> + Send + '_;
}

impl JwtKeys {
    /// A secret that issuer and backend share, for `HS256`. Both can make tokens then, so the backend
    /// should be the issuer.
    ///
    /// # Errors
    /// [`BadKeys::ShortSecret`] if it has less than 32 bytes.
    pub fn secret(secret: impl AsRef<[u8]>) -> Result<JwtKeys, BadKeys> {
        let secret = secret.as_ref();
        if secret.len() < MIN_SECRET {
            return Err(BadKeys::ShortSecret { len: secret.len() });
        }
        Ok(JwtKeys(Keys::Secret(DecodingKey::from_secret(secret))))
    }

    /// A JWKS document. Its keys never change.
    ///
    /// # Errors
    /// [`BadKeys::Document`] if it is none, or has no key for signatures with RSA, P-256, P-384 or
    /// Ed25519.
    pub fn document(json: impl AsRef<[u8]>) -> Result<JwtKeys, BadKeys> {
        let set = KeySet::read(json.as_ref()).map_err(BadKeys::Document)?;
        Ok(JwtKeys(Keys::Fixed(Arc::new(set))))
    }

    /// A file with a JWKS document. A change of it is noticed as that of a URL.
    pub fn file(path: impl Into<PathBuf>) -> JwtKeys {
        JwtKeys::from_source(File(path.into()))
    }

    /// Keys from anywhere.
    pub fn from_source(source: impl KeySource) -> JwtKeys {
        let source: Box<dyn AnySource> = Box::new(source);
        JwtKeys(Keys::Fetched(Arc::new(Fetched { source, state: Mutex::default() })))
    }

    /// A URL with a JWKS document, the `jwks_uri` of an `OpenID` provider. (For `https`, build reqwest
    /// with its feature `rustls`, or bring a client of your own in a [`KeySource`].)
    ///
    /// # Errors
    /// [`BadKeys::Url`] if it is no URL of `https`, or of `http` on this computer: elsewhere, whoever is
    /// in between could hand us keys.
    #[cfg(feature = "http-client")]
    pub fn url(url: &str) -> Result<JwtKeys, BadKeys> {
        Ok(JwtKeys::from_source(http::Remote::new(url)?))
    }

    /// The key that may have signed a token with this header.
    pub(super) async fn find(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Cow<'_, DecodingKey>, NoKey> {
        match &self.0 {
            Keys::Secret(secret) if algorithm == Algorithm::HS256 => Ok(Cow::Borrowed(secret)),
            Keys::Secret(_) => Err(NoKey::OtherAlgorithm),
            Keys::Fixed(set) => match set.find(id, algorithm) {
                Found::Key(key) => Ok(Cow::Borrowed(key)),
                found => Err(found.into()),
            },
            Keys::Fetched(fetched) => fetched.find(id, algorithm).await.map(Cow::Owned),
        }
    }
}

impl fmt::Debug for JwtKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Keys::Secret(_) => "JwtKeys(secret)",
            Keys::Fixed(_) => "JwtKeys(document)",
            Keys::Fetched(_) => "JwtKeys(fetched)",
        })
    }
}

/// Why keys cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadKeys {
    /// A secret is too short to withstand guessing.
    ShortSecret {
        /// Its length in bytes.
        len: usize,
    },
    /// A document has no keys that verify signatures.
    Document(String),
    /// A URL is none from which keys can be had safely.
    Url(String),
}

impl fmt::Display for BadKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadKeys::ShortSecret { len } => {
                write!(f, "a secret of {len} bytes is too short; it needs {MIN_SECRET}")
            }
            BadKeys::Document(reason) => write!(f, "the keys cannot be used: {reason}"),
            BadKeys::Url(reason) => write!(f, "the URL of the keys cannot be used: {reason}"),
        }
    }
}

impl Error for BadKeys {}

/// Why there is no key for a token.
pub(super) enum NoKey {
    Unknown,
    OtherAlgorithm,
    /// There are no keys at all. It is worth asking again after this time.
    Unavailable(Duration),
}

impl From<Found<'_>> for NoKey {
    fn from(found: Found<'_>) -> NoKey {
        match found {
            Found::OtherAlgorithm => NoKey::OtherAlgorithm,
            Found::Key(_) | Found::Unknown => NoKey::Unknown,
        }
    }
}

/// Keys that come from a source, and may change there.
struct Fetched {
    source: Box<dyn AnySource>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    set: Option<Current>,
    /// When keys were last asked for.
    attempted: Option<Instant>,
    /// When they were last asked for because a token named one that was not there.
    missed: Option<Instant>,
    /// The attempt under way. It is a task of its own: whoever waits for it may give up.
    attempt: Option<(AbortHandle, Attempt)>,
}

/// The end of an attempt.
type Attempt = Shared<BoxFuture<'static, ()>>;

impl State {
    /// The attempt that has not ended. One whose runtime went away has, and could not say so.
    fn under_way(&self) -> Option<&Attempt> {
        let (task, attempt) = self.attempt.as_ref()?;
        (!task.is_finished()).then_some(attempt)
    }
}

#[derive(Clone)]
struct Current {
    set: Arc<KeySet>,
    since: Instant,
}

/// Whether something happened less than `pause` ago, and how much of the pause is left.
fn left_of(pause: Duration, since: Option<Instant>) -> Option<Duration> {
    let left = pause.saturating_sub(since?.elapsed());
    (!left.is_zero()).then_some(left)
}

impl Fetched {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn find(
        self: &Arc<Self>,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<DecodingKey, NoKey> {
        let asked = Instant::now();
        let current = self.current().await?;
        let found = current.set.find(id, algorithm);
        let renewed = match found {
            Found::Key(key) => return Ok(key.clone()),
            // It names a key, and the set is older than the question.
            Found::Unknown if id.is_some() && current.since < asked => self.missed().await,
            _ => None,
        };
        let renewed = renewed.ok_or(NoKey::from(found))?;
        match renewed.set.find(id, algorithm) {
            Found::Key(key) => Ok(key.clone()),
            found => Err(found.into()),
        }
    }

    /// The set as it is known, which may take a fetch.
    async fn current(self: &Arc<Self>) -> Result<Current, NoKey> {
        let attempt = {
            let mut state = self.state();
            match state.set.clone() {
                Some(current) if current.since.elapsed() < MAX_STALE => {
                    let old = current.since.elapsed() >= MAX_AGE;
                    if old && left_of(PAUSE, state.attempted).is_none() {
                        // Nobody needs to wait for it.
                        drop(self.attempt(&mut state));
                    }
                    return Ok(current);
                }
                _ if state.under_way().is_some() => self.attempt(&mut state),
                _ => match left_of(FIRST_PAUSE, state.attempted) {
                    Some(left) => return Err(NoKey::Unavailable(left)),
                    None => self.attempt(&mut state),
                },
            }
        };
        attempt.await;
        let current = self.state().set.clone();
        let fresh = current.filter(|current| current.since.elapsed() < MAX_STALE);
        fresh.ok_or(NoKey::Unavailable(FIRST_PAUSE))
    }

    /// The set after a fetch for a key that was not in it; none, if that was tried just now.
    async fn missed(self: &Arc<Self>) -> Option<Current> {
        let attempt = {
            let mut state = self.state();
            if state.under_way().is_none() {
                if left_of(PAUSE, state.missed).is_some() {
                    return None;
                }
                state.missed = Some(Instant::now());
            }
            self.attempt(&mut state)
        };
        attempt.await;
        self.state().set.clone()
    }

    /// The attempt under way, or a new one.
    fn attempt(self: &Arc<Self>, state: &mut State) -> Attempt {
        if let Some(attempt) = state.under_way() {
            return attempt.clone();
        }
        let fetched = Arc::clone(self);
        let task = tokio::spawn(async move {
            // The source may be the user's code, and so can panic.
            let fetch = AssertUnwindSafe(async { fetched.source.ask().await }).catch_unwind();
            let read = match tokio::time::timeout(FETCH_TIMEOUT, fetch).await {
                Ok(Ok(Ok(json))) => KeySet::read(&json),
                Ok(Ok(Err(error))) => Err(error.to_string()),
                Ok(Err(_)) => Err("the source panicked".to_owned()),
                Err(_) => Err(format!("the source took longer than {FETCH_TIMEOUT:?}")),
            };
            let mut state = fetched.state();
            state.attempt = None;
            match read {
                Ok(set) => {
                    state.set = Some(Current { set: Arc::new(set), since: Instant::now() });
                }
                Err(error) => tracing::warn!(%error, "the keys of tokens were not fetched"),
            }
        });
        let handle = task.abort_handle();
        let attempt = async move { drop(task.await) }.boxed().shared();
        state.attempted = Some(Instant::now());
        state.attempt = Some((handle, attempt.clone()));
        attempt
    }
}

/// A source of any type.
trait AnySource: Send + Sync {
    fn ask(&self) -> Pin<Box<dyn Future<Output = Document> + Send + '_>>;
}

type Document = Result<Vec<u8>, Box<dyn Error + Send + Sync>>;

impl<S: KeySource> AnySource for S {
    fn ask(&self) -> Pin<Box<dyn Future<Output = Document> + Send + '_>> {
        Box::pin(self.fetch())
    }
}

struct File(PathBuf);

impl KeySource for File {
    async fn fetch(&self) -> Document {
        let path = self.0.clone();
        let read = tokio::task::spawn_blocking(move || std::fs::read(path)).await?;
        read.map_err(|error| format!("{}: {error}", self.0.display()).into())
    }
}

#[cfg(feature = "http-client")]
mod http {
    use reqwest::Url;

    use super::{BadKeys, Document, KeySource, MAX_DOCUMENT};

    /// A document on a server.
    pub(super) struct Remote {
        url: Url,
        client: reqwest::Client,
    }

    impl Remote {
        pub(super) fn new(url: &str) -> Result<Remote, BadKeys> {
            let bad = |reason: &dyn std::fmt::Display| BadKeys::Url(reason.to_string());
            let url = Url::parse(url).map_err(|error| bad(&error))?;
            let local = match url.host_str() {
                Some(host) => matches!(host, "localhost" | "127.0.0.1" | "[::1]"),
                None => false,
            };
            if url.scheme() != "https" && !(url.scheme() == "http" && local) {
                return Err(bad(&"it must be `https`, or `http` on this computer"));
            }
            if !url.username().is_empty() || url.password().is_some() {
                return Err(bad(&"it must hold no user and no password"));
            }
            let client = reqwest::Client::builder()
                // They could lead from https to http.
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .map_err(|error| bad(&error))?;
            Ok(Remote { url, client })
        }
    }

    impl KeySource for Remote {
        async fn fetch(&self) -> Document {
            // A URL may have a key in its query.
            let plain = |error: reqwest::Error| error.without_url();
            let response = self.client.get(self.url.clone()).send().await.map_err(plain)?;
            let mut response = response.error_for_status().map_err(plain)?;
            if response.status().is_redirection() {
                return Err("the server redirects, which is not followed".into());
            }
            let mut document = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(plain)? {
                if document.len() + chunk.len() > MAX_DOCUMENT {
                    return Err(format!("it is larger than {MAX_DOCUMENT} bytes").into());
                }
                document.extend_from_slice(&chunk);
            }
            Ok(document)
        }
    }
}
