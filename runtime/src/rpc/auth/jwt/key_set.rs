//! Which algorithms may a published key verify?

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};
use serde::Deserialize;
use serde_json::Value;

/// The keys of a JWKS document (RFC 7517 §5) that verify signatures.
pub(super) struct KeySet {
    keys: Vec<Key>,
}

struct Key {
    id: Option<String>,
    algorithms: Vec<Algorithm>,
    verifier: DecodingKey,
}

/// Whether a set has the key of a token.
pub(super) enum Found<'a> {
    Key(&'a DecodingKey),
    /// It has, but the key does not go with the token's algorithm.
    OtherAlgorithm,
    Unknown,
}

impl KeySet {
    /// Reads a document. Keys of which nothing is known are left out: an issuer may publish keys for
    /// other purposes, and for algorithms to come.
    pub(super) fn read(json: &[u8]) -> Result<KeySet, String> {
        #[derive(Deserialize)]
        struct Document {
            keys: Vec<Value>,
        }
        let document: Document = serde_json::from_slice(json)
            .map_err(|error| format!("it is no set of keys (RFC 7517): {error}"))?;
        let keys: Vec<Key> = document.keys.into_iter().filter_map(Key::read).collect();
        if keys.is_empty() {
            return Err("it has no key that could verify a signature".to_owned());
        }
        Ok(KeySet { keys })
    }

    /// The key that a token names. One that names none has the only key that it can mean.
    pub(super) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Found<'_> {
        let allows = |key: &&Key| key.algorithms.contains(&algorithm);
        let Some(id) = id else {
            let mut all = self.keys.iter().filter(allows);
            return match (all.next(), all.next()) {
                (Some(only), None) => Found::Key(&only.verifier),
                _ => Found::Unknown,
            };
        };
        let named = || self.keys.iter().filter(|key| key.id.as_deref() == Some(id));
        match named().find(allows) {
            Some(key) => Found::Key(&key.verifier),
            None if named().next().is_some() => Found::OtherAlgorithm,
            None => Found::Unknown,
        }
    }
}

impl Key {
    fn read(value: Value) -> Option<Key> {
        let only = value.get("alg").and_then(Value::as_str).map(str::to_owned);
        let jwk: Jwk = serde_json::from_value(value).ok()?;
        let for_signatures = match &jwk.common.public_key_use {
            None => true,
            Some(purpose) => *purpose == PublicKeyUse::Signature,
        };
        let operations = jwk.common.key_operations.as_ref();
        let may_verify = operations.is_none_or(|all| all.contains(&KeyOperations::Verify));
        if !for_signatures || !may_verify {
            return None;
        }
        let mut algorithms = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => AlgorithmFamily::Rsa.algorithms().to_vec(),
            AlgorithmParameters::EllipticCurve(key) => match key.curve {
                EllipticCurve::P256 => vec![Algorithm::ES256],
                EllipticCurve::P384 => vec![Algorithm::ES384],
                _ => return None,
            },
            AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
                vec![Algorithm::EdDSA]
            }
            // A secret is none once it has been published; `JwtKeys::secret` takes one.
            _ => return None,
        };
        if let Some(only) = only {
            let only: Algorithm = only.parse().ok()?;
            algorithms.retain(|algorithm| *algorithm == only);
        }
        if algorithms.is_empty() {
            return None;
        }
        let verifier = DecodingKey::from_jwk(&jwk).ok()?;
        Some(Key { id: jwk.common.key_id, algorithms, verifier })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usable(key: &str) -> Vec<Algorithm> {
        let set = KeySet::read(format!(r#"{{"keys":[{key}]}}"#).as_bytes());
        set.map(|set| set.keys[0].algorithms.clone()).unwrap_or_default()
    }

    #[test]
    fn algorithms_follow_from_the_type_of_the_key() {
        let rsa = r#""kty":"RSA","n":"AQAB","e":"AQAB""#;
        let p256 = r#""kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA""#;
        for (key, algorithms) in [
            (format!("{{{rsa}}}"), AlgorithmFamily::Rsa.algorithms()),
            (format!(r#"{{{rsa},"alg":"RS256","use":"sig"}}"#), &[Algorithm::RS256]),
            (format!(r#"{{{rsa},"key_ops":["verify"]}}"#), AlgorithmFamily::Rsa.algorithms()),
            (format!("{{{p256}}}"), &[Algorithm::ES256]),
            (r#"{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#.to_owned(), &[Algorithm::EdDSA]),
            // What it says of itself does not widen what its type allows.
            (format!(r#"{{{rsa},"alg":"HS256"}}"#), &[]),
            (format!(r#"{{{p256},"alg":"RS256"}}"#), &[]),
            (format!(r#"{{{rsa},"alg":"RSA-OAEP"}}"#), &[]),
            (format!(r#"{{{rsa},"use":"enc"}}"#), &[]),
            (format!(r#"{{{rsa},"key_ops":["encrypt"]}}"#), &[]),
            (r#"{"kty":"oct","k":"AAAA"}"#.to_owned(), &[]),
            (r#"{"kty":"EC","crv":"P-521","x":"AAAA","y":"AAAA"}"#.to_owned(), &[]),
            (r#"{"kty":"OKP","crv":"X25519","x":"AAAA"}"#.to_owned(), &[]),
            (r#"{"kty":"ML-DSA"}"#.to_owned(), &[]),
            ("5".to_owned(), &[]),
        ] {
            assert_eq!(usable(&key), algorithms, "{key}");
        }
        for document in ["", "[]", "{}", r#"{"keys":[]}"#] {
            assert!(KeySet::read(document.as_bytes()).is_err(), "{document}");
        }
    }
}
