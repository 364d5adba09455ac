//! Who signs tokens in these tests?

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

pub const ISSUER: &str = "https://id.example.org";
pub const AUDIENCE: &str = "vault";

/// A key, and its name.
pub struct Signer {
    pub id: String,
    pub algorithm: Algorithm,
    pub key: EncodingKey,
}

impl Signer {
    pub fn p256(id: &str) -> Signer {
        let key =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let key = EncodingKey::from_ec_der(key.expect("a key").as_ref());
        Signer { id: id.to_owned(), algorithm: Algorithm::ES256, key }
    }

    pub fn ed25519(id: &str) -> Signer {
        let key = Ed25519KeyPair::generate().and_then(|key| key.to_pkcs8v1());
        let key = EncodingKey::from_ed_der(key.expect("a key").as_ref());
        Signer { id: id.to_owned(), algorithm: Algorithm::EdDSA, key }
    }

    pub fn rsa(id: &str, algorithm: Algorithm) -> Signer {
        let key = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048);
        let der = key.expect("a key").as_der().expect("DER");
        let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = der;
        // The key itself (PKCS #1) stands behind what says that it is one of RSA.
        let key = EncodingKey::from_rsa_der(&der.as_ref()[26..]);
        Signer { id: id.to_owned(), algorithm, key }
    }

    pub fn jwk(&self) -> Jwk {
        let mut jwk = Jwk::from_encoding_key(&self.key, self.algorithm).expect("a public key");
        jwk.common.key_id = Some(self.id.clone());
        jwk
    }

    pub fn header(&self) -> Header {
        let mut header = Header::new(self.algorithm);
        header.kid = Some(self.id.clone());
        header
    }

    pub fn sign(&self, claims: &Value) -> String {
        self.sign_with(&self.header(), claims)
    }

    pub fn sign_with(&self, header: &Header, claims: &Value) -> String {
        jsonwebtoken::encode(header, claims, &self.key).expect("a token")
    }
}

/// The public keys as a JWKS document.
pub fn key_set(signers: &[&Signer]) -> String {
    let keys: Vec<Jwk> = signers.iter().map(|signer| signer.jwk()).collect();
    json!({ "keys": keys }).to_string()
}

/// Seconds since 1970, from now.
pub fn at(seconds: i64) -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    i64::try_from(now.as_secs()).expect("it is not so late") + seconds
}

/// Claims of ann's that are good for a minute.
pub fn claims() -> Value {
    json!({
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ann",
        "iat": at(0),
        "exp": at(60),
        "team": "bridges",
    })
}

/// The same with other values; `null` takes one away.
pub fn claims_with(changes: Value) -> Value {
    let mut claims = claims();
    let map = claims.as_object_mut().expect("an object");
    for (name, value) in changes.as_object().expect("an object") {
        if value.is_null() {
            map.remove(name);
        } else {
            map.insert(name.clone(), value.clone());
        }
    }
    claims
}
