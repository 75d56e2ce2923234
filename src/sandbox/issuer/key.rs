//! The key that signs ID tokens: made when it is first needed, so that a start waits for nothing.

use std::sync::OnceLock;

use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub(super) struct SigningKey {
    id: String,
    pair: OnceLock<Option<KeyPair>>,
}

impl SigningKey {
    /// A key of this name; no two keys share one.
    pub(super) fn named(id: String) -> Self {
        Self {
            id,
            pair: OnceLock::new(),
        }
    }

    fn pair(&self) -> Option<&KeyPair> {
        self.pair
            .get_or_init(|| KeyPair::generate(KeySize::Rsa2048).ok())
            .as_ref()
    }

    /// `/dex/keys`
    pub(super) fn public(&self) -> Value {
        let Some(pair) = self.pair() else {
            return json!({ "keys": [] });
        };
        let public = pair.public_key();
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({ "keys": [{
            "use": "sig", "kty": "RSA", "kid": self.id, "alg": "RS256",
            "n": encode(public.modulus().big_endian_without_leading_zero()),
            "e": encode(public.exponent().big_endian_without_leading_zero()),
        }] })
    }

    /// A JWT with these claims, signed RS256.
    pub(super) fn sign(&self, claims: &Value) -> Option<String> {
        let pair = self.pair()?;
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let head = json!({ "alg": "RS256", "kid": self.id });
        let signed = format!("{}.{}", part(&head), part(claims));
        let mut signature = vec![0; pair.public_modulus_len()];
        let random = aws_lc_rs::rand::SystemRandom::new();
        pair.sign(
            &RSA_PKCS1_SHA256,
            &random,
            signed.as_bytes(),
            &mut signature,
        )
        .ok()?;
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}
