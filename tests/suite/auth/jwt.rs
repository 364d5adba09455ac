//! Which tokens are accepted, and what becomes of what they say?

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use traitwire::http::Connector;
use traitwire::rpc::{Backend, BadKeys, JwtAuthenticator, JwtKeys};
use traitwire::{Executed, Fault, FaultKind, in_process};
use traitwire_tests::Server;

use crate::issuer::{AUDIENCE, ISSUER, Signer, at, claims, claims_with, key_set};
use crate::vault::{Keeper, Member, VaultClient, vault};

fn authenticator(signers: &[&Signer]) -> JwtAuthenticator<Member> {
    let keys = JwtKeys::document(key_set(signers)).unwrap();
    JwtAuthenticator::new(keys, ISSUER, AUDIENCE)
}

fn client(backend: &Backend, token: &str) -> VaultClient {
    in_process::Connector::new(backend).token(token).connect().unwrap()
}

async fn who(backend: &Backend, token: &str) -> Result<String, Fault> {
    client(backend, token).who().await.map_err(traitwire::CallError::into_fault)
}

/// Refused as anybody unknown is, with nothing said of the token, before a handler could run.
async fn refused(backend: &Backend, keeper: &Keeper, token: &str, what: &str) -> String {
    let fault = who(backend, token).await.expect_err(what);
    assert_eq!(
        (fault.kind(), fault.executed()),
        (FaultKind::Unauthenticated, Executed::No),
        "{what}"
    );
    for part in token.split('.').filter(|part| part.len() > 4) {
        assert!(!fault.message().contains(part), "{what}: {fault}");
    }
    assert_eq!(keeper.started(), 0, "{what}");
    fault.message().to_owned()
}

#[tokio::test]
async fn a_good_token_makes_a_caller_with_typed_claims() {
    let signer = Signer::p256("1");
    let (backend, _) = vault(authenticator(&[&signer]));
    let token = signer.sign(&claims_with(json!({ "scope": "vault:read vault:write" })));
    let server = Server::start(backend.clone()).await;
    let connector = Connector::new(&server.url).unwrap().token(&token);
    for vault in [client(&backend, &token), connector.connect::<VaultClient>().await.unwrap()] {
        assert_eq!(vault.who().await.unwrap(), "ann");
        assert_eq!(vault.door().await.unwrap(), "ann");
        assert_eq!(vault.team().await.unwrap().as_deref(), Some("bridges"));
        assert_eq!(vault.store("gold").await.unwrap(), 4);
    }
}

#[tokio::test]
async fn every_common_algorithm_is_verified() {
    for signer in [
        Signer::p256("1"),
        Signer::ed25519("1"),
        Signer::rsa("1", Algorithm::RS256),
        Signer::rsa("1", Algorithm::PS384),
    ] {
        let (backend, _) = vault(authenticator(&[&signer]));
        assert_eq!(
            who(&backend, &signer.sign(&claims())).await.unwrap(),
            "ann",
            "{:?}",
            signer.algorithm
        );
    }
}

#[tokio::test]
async fn what_is_wrong_with_claims_is_refused() {
    let signer = Signer::p256("1");
    let (backend, keeper) = vault(authenticator(&[&signer]));
    for changes in [
        json!({ "exp": at(-61) }),
        json!({ "exp": null }),
        json!({ "exp": "soon" }),
        json!({ "exp": -1 }),
        json!({ "nbf": at(70) }),
        json!({ "nbf": "now" }),
        json!({ "iss": "https://id.example.org/" }),
        json!({ "iss": null }),
        json!({ "iss": 5 }),
        json!({ "aud": "vaults" }),
        json!({ "aud": ["vaul", "Vault"] }),
        json!({ "aud": [] }),
        json!({ "aud": null }),
        json!({ "sub": null }),
        json!({ "sub": 7 }),
        json!({ "team": null }),
        json!({ "team": 5 }),
    ] {
        let token = signer.sign(&claims_with(changes.clone()));
        let message = refused(&backend, &keeper, &token, &changes.to_string()).await;
        let expired = changes["exp"].as_i64().is_some_and(|exp| exp > 0);
        let said = if expired { "the token has expired" } else { "the token is not accepted here" };
        assert_eq!(message, said, "{changes}");
    }
}

/// Nobody makes a token without the key: not by asking for no algorithm, not by taking the public key
/// for a secret, not by changing what was signed.
#[tokio::test]
async fn a_token_that_is_not_signed_by_the_key_is_refused() {
    let rsa = Signer::rsa("1", Algorithm::RS256);
    let p256 = Signer::p256("2");
    let document = key_set(&[&rsa, &p256]);
    let keys = JwtKeys::document(&document).unwrap();
    let (backend, keeper) = vault(JwtAuthenticator::<Member>::new(keys, ISSUER, AUDIENCE));
    let body = BASE64.encode(claims().to_string());
    let head = |text: &str| BASE64.encode(text);
    let good = rsa.sign(&claims());
    let parts: Vec<&str> = good.split('.').collect();
    let root = BASE64.encode(claims_with(json!({ "sub": "root" })).to_string());
    let mut all = vec![
        String::new(),
        "garbage".to_owned(),
        "a.b.c".to_owned(),
        "..".to_owned(),
        format!("{}.{body}.", head(r#"{"alg":"none"}"#)),
        format!("{}.{body}.", head(r#"{"alg":"none","kid":"1"}"#)),
        format!("{}.{body}.", head(r#"{"alg":"RS256","kid":"1"}"#)),
        format!("{}.{body}.{}", head(r#"{"alg":"None","kid":"1"}"#), parts[2]),
        // Signed, but not this.
        format!("{}.{root}.{}", parts[0], parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], &parts[2][..parts[2].len() - 4]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{good}.{}", parts[2]),
        // The right kid with another's key, and another's kid with the right key.
        Signer::rsa("1", Algorithm::RS256).sign(&claims()),
        Signer::p256("2").sign(&claims()),
        Signer { id: "2".to_owned(), ..Signer::rsa("", Algorithm::RS256) }.sign(&claims()),
        // Its own key, which it brings along.
        {
            let eve = Signer::p256("2");
            let mut header = eve.header();
            header.jwk = Some(eve.jwk());
            eve.sign_with(&header, &claims())
        },
        // What a recipient must understand and we do not.
        {
            let mut header = rsa.header();
            header.crit = Some(vec!["exp".to_owned()]);
            rsa.sign_with(&header, &claims())
        },
        // Longer than any token needs to be.
        rsa.sign(&claims_with(json!({ "fill": "x".repeat(20_000) }))),
    ];
    // The public key in every form that an attacker has it in, as the secret of HS256.
    let modulus = serde_json::to_value(rsa.jwk()).unwrap()["n"].as_str().unwrap().to_owned();
    let point = serde_json::to_value(p256.jwk()).unwrap()["x"].as_str().unwrap().to_owned();
    for secret in [
        document.clone().into_bytes(),
        serde_json::to_vec(&rsa.jwk()).unwrap(),
        BASE64.decode(&modulus).unwrap(),
        modulus.into_bytes(),
        BASE64.decode(&point).unwrap(),
        point.into_bytes(),
        Vec::new(),
    ] {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            for kid in [None, Some("1"), Some("2")] {
                let mut header = Header::new(algorithm);
                header.kid = kid.map(str::to_owned);
                let key = EncodingKey::from_secret(&secret);
                all.push(jsonwebtoken::encode(&header, &claims(), &key).unwrap());
            }
        }
    }
    for token in all {
        refused(&backend, &keeper, &token, &token).await;
    }
    // It is not that nothing is accepted.
    assert_eq!(who(&backend, &good).await.unwrap(), "ann");
    assert_eq!(who(&backend, &p256.sign(&claims())).await.unwrap(), "ann");
}

/// A claim that is there twice can mean one thing here and another elsewhere.
#[tokio::test]
async fn a_claim_of_the_standard_that_is_there_twice_is_refused() {
    let secret = [7; 32];
    let keys = JwtKeys::secret(secret).unwrap();
    let (backend, keeper) = vault(JwtAuthenticator::<Member>::new(keys, ISSUER, AUDIENCE));
    let claims = claims().to_string().replace(r#""aud":"vault""#, r#""aud":"else","aud":"vault""#);
    let message = format!("{}.{}", BASE64.encode(r#"{"alg":"HS256"}"#), BASE64.encode(claims));
    let key = EncodingKey::from_secret(&secret);
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256).unwrap();
    refused(&backend, &keeper, &format!("{message}.{signature}"), "twice").await;
}

#[tokio::test]
async fn clocks_may_differ_by_as_much_as_is_said() {
    let signer = Signer::p256("1");
    let expired = signer.sign(&claims_with(json!({ "exp": at(-30) })));
    let early = signer.sign(&claims_with(json!({ "nbf": at(30) })));
    let (backend, _) = vault(authenticator(&[&signer]));
    for token in [&expired, &early] {
        assert_eq!(who(&backend, token).await.unwrap(), "ann");
    }
    let (backend, keeper) = vault(authenticator(&[&signer]).skew(Duration::ZERO));
    for token in [&expired, &early] {
        refused(&backend, &keeper, token, "no skew").await;
    }
    // No skew is too large to count with.
    let (backend, keeper) = vault(authenticator(&[&signer]).skew(Duration::MAX));
    let long_ago = signer.sign(&claims_with(json!({ "exp": at(-4000) })));
    refused(&backend, &keeper, &long_ago, "no difference of clocks").await;
}

#[tokio::test]
async fn scopes_come_from_where_the_issuer_puts_them() {
    let signer = Signer::p256("1");
    let store = async |authenticator: JwtAuthenticator<Member>, changes: Value| {
        let (backend, _) = vault(authenticator);
        let token = signer.sign(&claims_with(changes));
        let stored = client(&backend, &token).store("gold").await;
        stored.map(drop).map_err(|error| error.into_fault().kind())
    };
    let usual = || authenticator(&[&signer]);
    let denied = Err(FaultKind::PermissionDenied);
    let write = "vault:write";
    assert_eq!(store(usual(), json!({ "scope": "a vault:write  b" })).await, Ok(()));
    assert_eq!(store(usual(), json!({ "scp": ["a", write] })).await, Ok(()));
    assert_eq!(store(usual(), json!({ "scp": "a vault:write" })).await, Ok(()));
    for near in ["vault", "vault:writer", "VAULT:WRITE", "vault: write", "*"] {
        assert_eq!(store(usual(), json!({ "scope": near })).await, denied, "{near}");
    }
    assert_eq!(store(usual(), json!({ "roles": [write] })).await, denied);
    assert_eq!(store(usual(), json!({ "scope": { "vault:write": true } })).await, denied);
    let roles = || usual().scopes_from("roles");
    assert_eq!(store(roles(), json!({ "roles": [write] })).await, Ok(()));
    assert_eq!(store(roles(), json!({ "scope": write })).await, denied);
    let path = || usual().scopes_from("/realm_access/roles");
    assert_eq!(store(path(), json!({ "realm_access": { "roles": [write] } })).await, Ok(()));
    assert_eq!(store(path(), json!({ "realm_access": write })).await, denied);
}

#[tokio::test]
async fn more_can_be_required_or_allowed() {
    let signer = Signer::p256("1");
    let usual = || authenticator(&[&signer]);
    let good = signer.sign(&claims());
    let mut header = signer.header();
    header.typ = Some("application/AT+JWT".to_owned());
    let access = signer.sign_with(&header, &claims());

    let (backend, keeper) = vault(usual().require("email"));
    refused(&backend, &keeper, &good, "no email").await;
    let with_email = signer.sign(&claims_with(json!({ "email": "ann@example.org" })));
    assert_eq!(who(&backend, &with_email).await.unwrap(), "ann");

    let (backend, keeper) = vault(usual().token_type("at+jwt"));
    refused(&backend, &keeper, &good, "another type").await;
    assert_eq!(who(&backend, &access).await.unwrap(), "ann");

    let (backend, _) = vault(usual().any_audience());
    for changes in [json!({ "aud": null }), json!({ "aud": "else" })] {
        assert_eq!(who(&backend, &signer.sign(&claims_with(changes))).await.unwrap(), "ann");
    }

    let (backend, keeper) = vault(usual().audience("door").issuer("https://other.example.org"));
    for changes in
        [json!({ "aud": ["else", "door"] }), json!({ "iss": "https://other.example.org" })]
    {
        assert_eq!(who(&backend, &signer.sign(&claims_with(changes))).await.unwrap(), "ann");
    }
    let before = keeper.started();
    let other = signer.sign(&claims_with(json!({ "aud": "else" })));
    assert_eq!(who(&backend, &other).await.unwrap_err().kind(), FaultKind::Unauthenticated);
    assert_eq!(keeper.started(), before);
}

#[tokio::test]
async fn a_token_that_names_no_key_means_the_only_one() {
    let (first, second) = (Signer::p256("1"), Signer::p256("2"));
    let ed = Signer::ed25519("3");
    let nameless = |signer: &Signer| signer.sign_with(&Header::new(signer.algorithm), &claims());
    let (backend, _) = vault(authenticator(&[&first, &ed]));
    assert_eq!(who(&backend, &nameless(&first)).await.unwrap(), "ann");
    assert_eq!(who(&backend, &nameless(&ed)).await.unwrap(), "ann");
    let (backend, keeper) = vault(authenticator(&[&first, &second]));
    refused(&backend, &keeper, &nameless(&first), "two keys could be meant").await;
}

#[tokio::test]
async fn a_secret_verifies_hs256_alone() {
    assert_eq!(JwtKeys::secret([7; 31]).unwrap_err(), BadKeys::ShortSecret { len: 31 });
    let secret = [7; 32];
    let keys = JwtKeys::secret(secret).unwrap();
    assert_eq!(format!("{keys:?}"), "JwtKeys(secret)");
    let (backend, keeper) = vault(JwtAuthenticator::<Member>::new(keys, ISSUER, AUDIENCE));
    let sign = |algorithm, secret: &[u8]| {
        let key = EncodingKey::from_secret(secret);
        jsonwebtoken::encode(&Header::new(algorithm), &claims(), &key).unwrap()
    };
    refused(&backend, &keeper, &sign(Algorithm::HS512, &secret), "HS512").await;
    refused(&backend, &keeper, &sign(Algorithm::HS256, &[8; 32]), "another secret").await;
    refused(&backend, &keeper, &Signer::p256("1").sign(&claims()), "ES256").await;
    assert_eq!(who(&backend, &sign(Algorithm::HS256, &secret)).await.unwrap(), "ann");
}
