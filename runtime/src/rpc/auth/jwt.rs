//! What does a signed token say about its bearer?

mod key_set;
mod keys;

use std::any::type_name;
use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, crypto};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

#[cfg(feature = "http-client")]
pub(crate) use self::keys::MAX_DOCUMENT;
pub use self::keys::{BadKeys, JwtKeys, KeySource};
use super::{Authenticator, Credentials, Refused};
use crate::Caller;
use crate::rpc::auth::jwt::keys::NoKey;

/// Longest token, in bytes: 16 KiB, which is more than most proxies let a header be.
pub(crate) const MAX_TOKEN: usize = 16 * 1024;

/// How far the clocks of issuer and backend may differ: 60 s, the "no more than a few minutes" of
/// RFC 7519 §4.1.4 and what most libraries allow.
const SKEW: Duration = Duration::from_mins(1);

/// More than that is no difference of clocks.
const MAX_SKEW: Duration = Duration::from_hours(1);

/// Recognises the bearers of JSON Web Tokens (RFC 7519).
///
/// A token must be signed by one of the keys, with an algorithm that goes with the key's type, be
/// meant for this audience, come from this issuer, and be good now. The caller's subject is `sub`, its
/// scopes are what `scope` and `scp` list, it [expires](Caller::expires_at) at `exp`, and its
/// [claims](Caller::claims) are the token's as a type of yours. What is wrong with a token stands in
/// the log, at the level `debug`; the caller learns no more than that it is not accepted, or has
/// expired.
///
/// ```
/// use serde::Deserialize;
/// use traitwire::rpc::{JwtAuthenticator, JwtKeys};
///
/// #[derive(Deserialize)]
/// struct Member {
///     team: String,
/// }
///
/// # let secret = [0; 32];
/// let keys = JwtKeys::secret(secret)?;
/// let members = JwtAuthenticator::<Member>::new(keys, "https://id.example.org", "models");
/// // In a handler: cx.caller()?.claims::<Member>()?.team
/// # Ok::<(), traitwire::rpc::BadKeys>(())
/// ```
#[must_use]
pub struct JwtAuthenticator<C = NoClaims> {
    keys: JwtKeys,
    /// Without algorithms: these depend on the key.
    rules: Validation,
    skew: Duration,
    required: Vec<String>,
    scopes: Vec<String>,
    token_type: Option<String>,
    claims: PhantomData<fn() -> C>,
}

/// For those who need no claims but subject and scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct NoClaims {}

impl<C: DeserializeOwned + Send + Sync + 'static> JwtAuthenticator<C> {
    /// Accepts tokens of this issuer (`iss`) for this audience (`aud`). Both are compared exactly.
    pub fn new(
        keys: JwtKeys,
        issuer: impl Into<String>,
        audience: impl Into<String>,
    ) -> JwtAuthenticator<C> {
        // Where a program turns on several, it is an error to have chosen none. Whoever has chosen
        // already is not disturbed.
        let _ = crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let mut rules = Validation::new(Algorithm::HS256);
        rules.required_spec_claims =
            ["exp", "iss", "aud", "sub"].map(str::to_owned).into_iter().collect();
        rules.iss = Some(HashSet::from([issuer.into()]));
        rules.aud = Some(HashSet::from([audience.into()]));
        rules.validate_nbf = true;
        rules.leeway = SKEW.as_secs();
        JwtAuthenticator {
            keys,
            rules,
            skew: SKEW,
            required: Vec::new(),
            scopes: vec!["scope".to_owned(), "scp".to_owned()],
            token_type: None,
            claims: PhantomData,
        }
    }

    /// Accepts tokens of one more issuer, which signs with keys of the same set. Whoever has the same
    /// `sub` at both is one caller; where two people could have it, use an authenticator for each issuer
    /// that tells them apart.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.rules.iss.get_or_insert_default().insert(issuer.into());
        self
    }

    /// Accepts tokens for one more audience.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.rules.aud.get_or_insert_default().insert(audience.into());
        self
    }

    /// Accepts tokens for whomever they are meant, also for others than this backend. For issuers that
    /// write no `aud`; say with [`require`](Self::require) or in your claims type what else tells
    /// your tokens from others.
    pub fn any_audience(mut self) -> Self {
        self.rules.validate_aud = false;
        self.rules.required_spec_claims.remove("aud");
        self
    }

    /// How far the clocks of issuer and backend may differ, in whole seconds. Default 60 s; more
    /// than an hour counts as an hour.
    pub fn skew(mut self, skew: Duration) -> Self {
        self.skew = Duration::from_secs(skew.min(MAX_SKEW).as_secs());
        self.rules.leeway = self.skew.as_secs();
        self
    }

    /// Accepts only tokens that have this claim, whatever its value.
    pub fn require(mut self, claim: impl Into<String>) -> Self {
        self.required.push(claim.into());
        self
    }

    /// Accepts only tokens of this type (`typ` in the header), such as `at+jwt`: what an issuer signs
    /// for another purpose with the same key is no access token (RFC 9068 §4).
    pub fn token_type(mut self, token_type: impl Into<String>) -> Self {
        self.token_type = Some(token_type.into());
        self
    }

    /// Reads scopes from this claim, in place of `scope` and `scp`; call it again for one more. The
    /// claim is a text with spaces, or an array of texts. A name that begins with a slash is a path
    /// into objects (RFC 6901): `/realm_access/roles`.
    pub fn scopes_from(mut self, claim: impl Into<String>) -> Self {
        if self.scopes == ["scope", "scp"] {
            self.scopes.clear();
        }
        self.scopes.push(claim.into());
        self
    }

    async fn recognise(&self, token: &str) -> Result<Caller, Why> {
        if token.len() > MAX_TOKEN {
            return Err(Why::Wrong("it is too long"));
        }
        let header = jsonwebtoken::decode_header(token).map_err(|error| why(error.kind()))?;
        if header.crit.is_some() {
            return Err(Why::Wrong("its header has extensions that must be understood (`crit`)"));
        }
        if let Some(expected) = &self.token_type
            && !header.typ.as_deref().is_some_and(|typ| same_type(typ, expected))
        {
            return Err(Why::Wrong("it is of another type (`typ`)"));
        }
        let key = self.keys.find(header.kid.as_deref(), header.alg).await?;
        // The key says which algorithms it goes with, never the token.
        let rules = Validation { algorithms: vec![header.alg], ..self.rules.clone() };
        let decoded = jsonwebtoken::decode::<Map<String, Value>>(token, &key, &rules);
        let claims = decoded.map_err(|error| why(error.kind()))?.claims;
        self.caller(claims)
    }

    /// The caller whom the claims of a good token describe.
    fn caller(&self, claims: Map<String, Value>) -> Result<Caller, Why> {
        let is_there = |claim: &&String| claims.get(*claim).is_some_and(|value| !value.is_null());
        if !self.required.iter().all(|claim| is_there(&claim)) {
            return Err(Why::Wrong("it lacks a required claim"));
        }
        let subject = claims.get("sub").and_then(Value::as_str);
        let mut caller = Caller::new(subject.ok_or(Why::Wrong("its `sub` is no text"))?);
        if let Some(expires_at) = claims.get("exp").and_then(time) {
            // Who was let in though the time is over has the time that clocks may differ.
            let over = expires_at <= SystemTime::now();
            let until = if over { expires_at.checked_add(self.skew) } else { Some(expires_at) };
            if let Some(until) = until {
                caller = caller.with_expires_at(until);
            }
        }
        let claims = Value::Object(claims);
        for place in &self.scopes {
            let is_path = place.starts_with('/');
            let value = if is_path { claims.pointer(place) } else { claims.get(place) };
            for scope in value.into_iter().flat_map(texts) {
                caller = caller.with_scope(scope);
            }
        }
        // The message would quote values, which are nobody's business.
        let claims = serde_path_to_error::deserialize(claims)
            .map_err(|error| Why::Claims(type_name::<C>(), error.path().to_string()))?;
        Ok(caller.with_claims::<C>(claims))
    }
}

/// Whether two media types are the same; `application/` may be left out (RFC 7515 §4.1.9).
fn same_type(a: &str, b: &str) -> bool {
    let short = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.strip_prefix("application/").map(str::to_owned).unwrap_or(name)
    };
    short(a) == short(b)
}

/// A `NumericDate`, which may have a fraction.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of a real saturates, and no time is so far away"
)]
fn time(value: &Value) -> Option<SystemTime> {
    let seconds = value.as_u64().or_else(|| value.as_f64().map(|seconds| seconds as u64))?;
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// The words of a text, or the texts of an array.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => text.split_ascii_whitespace().collect(),
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Why a token was not accepted. None of it quotes the token.
enum Why {
    Expired,
    Wrong(&'static str),
    /// The claims are not of this type, at this place.
    Claims(&'static str, String),
    /// The keys cannot be had now; it is worth asking again after this time.
    Unavailable(Duration),
}

impl From<NoKey> for Why {
    fn from(no_key: NoKey) -> Why {
        match no_key {
            NoKey::Unknown => Why::Wrong("no key of the set has signed it"),
            NoKey::OtherAlgorithm => Why::Wrong("its algorithm does not go with the key"),
            NoKey::Unavailable(retry_after) => Why::Unavailable(retry_after),
        }
    }
}

/// Why the library has not accepted a token.
fn why(kind: &ErrorKind) -> Why {
    Why::Wrong(match kind {
        ErrorKind::ExpiredSignature => return Why::Expired,
        ErrorKind::InvalidSignature => "its signature is wrong",
        ErrorKind::ImmatureSignature => "it is not good yet (`nbf`)",
        ErrorKind::InvalidIssuer => "it is of another issuer (`iss`)",
        ErrorKind::InvalidAudience => "it is for another audience (`aud`)",
        ErrorKind::MissingRequiredClaim(_) => "it lacks `exp`, `iss`, `aud` or `sub`",
        ErrorKind::InvalidClaimFormat(_) => "a claim about time is no number",
        ErrorKind::InvalidAlgorithm
        | ErrorKind::InvalidAlgorithmName
        | ErrorKind::UnsupportedAlgorithm => "its algorithm is not accepted",
        ErrorKind::InvalidEcdsaKey
        | ErrorKind::InvalidEddsaKey
        | ErrorKind::InvalidRsaKey(_)
        | ErrorKind::InvalidKeyFormat => "the key cannot be used",
        _ => "it is no signed token",
    })
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Expired => f.write_str("it has expired"),
            Why::Wrong(reason) => f.write_str(reason),
            Why::Claims(name, path) => write!(f, "its claims are no `{name}`, at `{path}`"),
            Why::Unavailable(_) => f.write_str("there are no keys to verify it with"),
        }
    }
}

impl<C: DeserializeOwned + Send + Sync + 'static> Authenticator for JwtAuthenticator<C> {
    async fn authenticate(&self, credentials: Credentials<'_>) -> Result<Caller, Refused> {
        let token = credentials.bearer().ok_or_else(Refused::no_bearer)?;
        let why = match self.recognise(token).await {
            Ok(caller) => return Ok(caller),
            Err(why) => why,
        };
        tracing::debug!(reason = %why, "a token was not accepted");
        Err(match why {
            Why::Expired => Refused::unauthenticated("the token has expired"),
            Why::Wrong(_) | Why::Claims(..) => {
                Refused::unauthenticated("the token is not accepted here")
            }
            Why::Unavailable(retry_after) => {
                let message = "tokens cannot be verified now; try again later";
                Refused::unavailable(message).with_retry_after(retry_after)
            }
        })
    }
}

impl<C> fmt::Debug for JwtAuthenticator<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtAuthenticator")
            .field("keys", &self.keys)
            .field("issuers", &self.rules.iss)
            .field("audiences", &self.rules.aud)
            .field("claims", &type_name::<C>())
            .finish_non_exhaustive()
    }
}
