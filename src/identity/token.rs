//! The ID token: signed by Dex, for us, for this very sign-in, now; or it is nothing.

use jiff::Timestamp;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::Value;
use subtle::ConstantTimeEq as _;

use super::Provider;
use crate::domain::UserName;

/// Clocks of nodes differ a little.
const LEEWAY: i64 = 60;

/// Who somebody is, by Dex's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// As Dex states it, byte for byte.
    pub email: UserName,
    pub subject: String,
    pub groups: Vec<String>,
}

/// What the token must say.
pub(super) struct Expected<'a> {
    pub(super) provider: &'a Provider,
    pub(super) nonce: &'a str,
    pub(super) now: Timestamp,
}

/// Why a token is nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    #[error("it is no token")]
    Malformed,
    #[error("it is not signed with RS256")]
    Algorithm,
    #[error("Dex has no key of the id it names")]
    UnknownKey,
    #[error("its signature is wrong")]
    Signature,
    #[error("it comes from another issuer")]
    Issuer,
    #[error("it was made for another client")]
    Audience,
    #[error("it has expired")]
    Expired,
    #[error("it is not valid yet; compare the clocks")]
    NotYet,
    #[error("it belongs to another sign-in")]
    Nonce,
    #[error("it holds no e-mail address that can be used")]
    Email,
    #[error("Dex says that the e-mail address is not verified")]
    Unverified,
}

#[derive(Deserialize)]
struct Raw {
    iss: String,
    sub: String,
    aud: Value,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    iat: Option<i64>,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    nonce: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    email_verified: Option<bool>,
    #[serde(default)]
    groups: Option<Vec<String>>,
}

/// The key id of a token, unverified; for choosing keys only.
pub(super) fn key_id(token: &str) -> Option<String> {
    decode_header(token).ok()?.kid
}

/// Everything is checked; only RS256 is on the list, whatever the header says (SEC-14).
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is not ours and grows; every other case is answered alike"
)]
pub(super) fn verify(
    token: &str,
    keys: &JwkSet,
    expected: &Expected<'_>,
) -> Result<Claims, Rejected> {
    let header = decode_header(token).map_err(|_| Rejected::Malformed)?;
    if header.alg != Algorithm::RS256 {
        return Err(Rejected::Algorithm);
    }
    let key = header
        .kid
        .as_deref()
        .and_then(|id| keys.find(id))
        .ok_or(Rejected::UnknownKey)?;
    let key = DecodingKey::from_jwk(key).map_err(|_| Rejected::UnknownKey)?;
    let mut validation = Validation::new(Algorithm::RS256);
    // Audience and times are checked below: against our argument for the time, byte for byte for the rest.
    validation.validate_aud = false;
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    let raw = decode::<Raw>(token, &key, &validation).map_err(|error| match error.kind() {
        jsonwebtoken::errors::ErrorKind::InvalidSignature => Rejected::Signature,
        _ => Rejected::Malformed,
    })?;
    check(raw.claims, expected)
}

fn check(raw: Raw, expected: &Expected<'_>) -> Result<Claims, Rejected> {
    if raw.iss != expected.provider.issuer {
        return Err(Rejected::Issuer);
    }
    if !is_for(&raw, &expected.provider.client_id) {
        return Err(Rejected::Audience);
    }
    let now = expected.now.as_second();
    if raw.exp + LEEWAY <= now {
        return Err(Rejected::Expired);
    }
    if raw
        .nbf
        .into_iter()
        .chain(raw.iat)
        .any(|from| from - LEEWAY > now)
    {
        return Err(Rejected::NotYet);
    }
    if raw.nonce.is_empty() || !bool::from(raw.nonce.as_bytes().ct_eq(expected.nonce.as_bytes())) {
        return Err(Rejected::Nonce);
    }
    if raw.email_verified == Some(false) {
        return Err(Rejected::Unverified);
    }
    let email = UserName::from_claim(&raw.email).map_err(|_| Rejected::Email)?;
    Ok(Claims {
        email,
        subject: raw.sub,
        groups: raw.groups.unwrap_or_default(),
    })
}

/// One audience that is us; of several, we must be among them and the authorised party (SEC-15).
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is not ours and grows; every other case is answered alike"
)]
fn is_for(raw: &Raw, client: &str) -> bool {
    match &raw.aud {
        Value::String(one) => {
            one == client && raw.azp.as_deref().is_none_or(|party| party == client)
        }
        Value::Array(many) => {
            many.iter().any(|one| one == client)
                && (many.len() == 1 && raw.azp.is_none() || raw.azp.as_deref() == Some(client))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use secrecy::SecretString;
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn provider() -> Provider {
        Provider {
            issuer: "http://dex.auth.svc.cluster.local:5556/dex".into(),
            client_id: "kubeflow-admin".into(),
            client_secret: SecretString::from("x"),
            redirect: "/kubeflow-admin/callback".into(),
        }
    }

    fn claims() -> Value {
        json!({
            "iss": "http://dex.auth.svc.cluster.local:5556/dex", "sub": "s", "aud": "kubeflow-admin",
            "exp": NOW + 3600, "iat": NOW, "nonce": "n", "email": "Ana@Example.com", "email_verified": true
        })
    }

    fn judged(change: impl FnOnce(&mut Value)) -> Result<Claims, Rejected> {
        let mut claims = claims();
        change(&mut claims);
        let provider = provider();
        let expected = Expected {
            provider: &provider,
            nonce: "n",
            now: Timestamp::from_second(NOW).unwrap(),
        };
        check(serde_json::from_value(claims).unwrap(), &expected)
    }

    #[test]
    fn a_right_token_gives_the_e_mail_byte_for_byte() {
        assert_eq!(judged(|_| {}).unwrap().email.as_str(), "Ana@Example.com");
        assert!(judged(|c| c["aud"] = json!(["kubeflow-admin"])).is_ok());
        assert!(
            judged(|c| {
                c["aud"] = json!(["kubeflow-admin", "x"]);
                c["azp"] = json!("kubeflow-admin");
            })
            .is_ok()
        );
        assert!(judged(|c| c["exp"] = json!(NOW - 30)).is_ok());
    }

    #[test]
    fn sec_14_every_claim_counts() {
        for (wanted, field, value) in [
            (
                Rejected::Issuer,
                "iss",
                json!("http://dex.auth.svc.cluster.local:5556/dex/"),
            ),
            (Rejected::Issuer, "iss", json!("http://evil.example/dex")),
            (Rejected::Expired, "exp", json!(NOW - 61)),
            (Rejected::NotYet, "nbf", json!(NOW + 61)),
            (Rejected::NotYet, "iat", json!(NOW + 3600)),
            (Rejected::Nonce, "nonce", json!("m")),
            (Rejected::Nonce, "nonce", json!("")),
            (Rejected::Email, "email", json!("")),
            (Rejected::Email, "email", json!("a@b@c")),
            (Rejected::Email, "email", json!("system:admin")),
            (Rejected::Unverified, "email_verified", json!(false)),
        ] {
            assert_eq!(
                judged(|claims| claims[field] = value.clone()),
                Err(wanted),
                "{field} = {value}"
            );
        }
    }

    #[test]
    fn sec_15_a_token_for_another_client_is_refused() {
        for aud in [
            json!("kubeflow-oidc-authservice"),
            json!([]),
            json!(["kubeflow-oidc-authservice"]),
            json!(7),
        ] {
            assert_eq!(
                judged(|claims| claims["aud"] = aud.clone()),
                Err(Rejected::Audience),
                "{aud}"
            );
        }
        let among_others =
            judged(|claims| claims["aud"] = json!(["kubeflow-admin", "kubeflow-oidc-authservice"]));
        assert_eq!(among_others, Err(Rejected::Audience));
        let for_another_party = judged(|c| {
            c["aud"] = json!(["kubeflow-admin", "other"]);
            c["azp"] = json!("other");
        });
        assert_eq!(for_another_party, Err(Rejected::Audience));
    }

    #[test]
    fn sec_14_unsigned_and_otherwise_signed_tokens_are_refused_by_their_header() {
        let provider = provider();
        let expected = Expected {
            provider: &provider,
            nonce: "n",
            now: Timestamp::from_second(NOW).unwrap(),
        };
        let keys = JwkSet { keys: Vec::new() };
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        for (alg, wanted) in [
            ("none", Rejected::Malformed),
            ("HS256", Rejected::Algorithm),
            ("ES256", Rejected::Algorithm),
            ("RS256", Rejected::UnknownKey),
        ] {
            let token = format!(
                "{}.{}.{}",
                part(json!({"alg": alg, "kid": "k"})),
                part(claims()),
                part(json!("x"))
            );
            assert_eq!(verify(&token, &keys, &expected), Err(wanted), "{alg}");
        }
        assert_eq!(verify("", &keys, &expected), Err(Rejected::Malformed));
    }
}
