//! The token endpoint, the keys, and the document that names them.

use axum::Json;
use axum::extract::{RawForm, State};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::pages::{Pairs, token_error};
use super::{Grant, Issuer};

/// ID tokens of Kubeflow's Dex are good for a day.
const LIFE: i64 = 24 * 3600;

pub(super) async fn keys(State(issuer): State<Issuer>) -> Json<Value> {
    Json(issuer.inner.key.public())
}

pub(super) async fn discovery(State(issuer): State<Issuer>) -> Json<Value> {
    let issuer = &issuer.config().issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/auth"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "email", "groups", "profile", "offline_access"],
    }))
}

pub(super) async fn exchange(
    State(issuer): State<Issuer>,
    headers: HeaderMap,
    RawForm(body): RawForm,
) -> Response {
    let fields = Pairs::of(&body);
    let Some(client_id) = authenticated(&issuer, &headers, &fields) else {
        return token_error(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            "Invalid client credentials.",
        );
    };
    if fields.get("grant_type") != "authorization_code" {
        return token_error(StatusCode::BAD_REQUEST, "unsupported_grant_type", "");
    }
    let invalid = |why| token_error(StatusCode::BAD_REQUEST, "invalid_grant", why);
    let Some(grant) = issuer.take_code(fields.get("code")) else {
        return invalid("Invalid or expired code parameter.");
    };
    if grant.request.client_id != client_id {
        return invalid("Invalid or expired code parameter.");
    }
    if grant.request.redirect != fields.get("redirect_uri") {
        return invalid("redirect_uri did not match URI from initial request.");
    }
    if !verifier_fits(&grant.request.challenge, fields.get("code_verifier")) {
        return invalid("Invalid code_verifier.");
    }
    match issuer.inner.key.sign(&claims(&issuer, &grant)) {
        Some(token) => Json(json!({
            "access_token": token, "token_type": "bearer", "expires_in": LIFE, "id_token": token,
        }))
        .into_response(),
        None => token_error(StatusCode::INTERNAL_SERVER_ERROR, "server_error", ""),
    }
}

/// The client behind basic authentication, or behind the fields of the form.
fn authenticated(issuer: &Issuer, headers: &HeaderMap, fields: &Pairs) -> Option<String> {
    let basic = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Basic "))
        .and_then(|text| STANDARD.decode(text).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let (id, secret) = match &basic {
        Some(pair) => pair.split_once(':')?,
        None => (fields.get("client_id"), fields.get("client_secret")),
    };
    let (id, secret) = (unescaped(id), unescaped(secret));
    let client = issuer.client(&id)?;
    (client["secret"] == secret.as_str()).then_some(id)
}

/// Credentials are written as in a form before they become basic authentication (RFC 6749, 2.3.1).
fn unescaped(text: &str) -> String {
    Pairs::of(format!("x={text}").as_bytes())
        .get("x")
        .to_owned()
}

fn verifier_fits(challenge: &str, verifier: &str) -> bool {
    if challenge.is_empty() {
        return verifier.is_empty();
    }
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())) == challenge
}

fn claims(issuer: &Issuer, grant: &Grant) -> Value {
    let now = issuer.now().as_second();
    let person = &grant.person;
    let mut claims = json!({
        "iss": issuer.config().issuer,
        "sub": subject(&person.user_id, "local"),
        "aud": grant.request.client_id,
        "iat": now,
        "exp": now + LIFE,
        "email": person.email,
        "email_verified": true,
        "name": person.username,
    });
    if !grant.request.nonce.is_empty() {
        claims["nonce"] = grant.request.nonce.clone().into();
    }
    claims
}

/// A protocol buffer of user ID and connector, in base64.
fn subject(user_id: &str, connector: &str) -> String {
    let mut bytes = Vec::new();
    for (tag, text) in [(0x0a, user_id), (0x12, connector)] {
        if text.is_empty() {
            continue;
        }
        bytes.push(tag);
        bytes.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
        bytes.extend(text.as_bytes());
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_those_of_dex() {
        for (user_id, wanted) in [
            ("15841185641784", "Cg4xNTg0MTE4NTY0MTc4NBIFbG9jYWw"),
            ("", "EgVsb2NhbA"),
        ] {
            assert_eq!(subject(user_id, "local"), wanted);
        }
    }

    #[test]
    fn a_verifier_fits_its_challenge_only() {
        // RFC 7636, appendix B.
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(verifier_fits(
            challenge,
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        ));
        assert!(!verifier_fits(challenge, "another"));
        assert!(!verifier_fits("", "another"));
    }
}
