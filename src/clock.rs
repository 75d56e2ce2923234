//! The one place that asks for the time and for randomness; everything else is told.

use jiff::Timestamp;
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};

use crate::domain::TokenHash;

/// The time of day.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock;

impl Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everybody else is given"
    )]
    pub fn now(self) -> Timestamp {
        Timestamp::now()
    }
}

/// 256 random bits from the operating system's generator.
#[expect(clippy::disallowed_methods, reason = "the one source of randomness")]
pub fn random_bytes() -> [u8; 32] {
    rand::random()
}

/// 32 random bits; the source of generated passwords.
#[expect(clippy::disallowed_methods, reason = "the one source of randomness")]
pub fn random_u32() -> u32 {
    rand::random()
}

/// A new secret token: 256 bits in hex.
pub fn new_token() -> SecretString {
    SecretString::from(hex(&random_bytes()))
}

/// The form in which a token may be stored.
pub fn hash_token(token: &str) -> TokenHash {
    TokenHash::from_hex(hex(&Sha256::digest(token.as_bytes())))
}

/// A value bound to a token that reveals nothing of it, such as the token of its forms.
pub fn derive(purpose: &str, token: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(purpose.as_bytes());
    hasher.update([0]);
    hasher.update(token.as_bytes());
    hex(&hasher.finalize())
}

pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_token_is_random_and_its_hash_is_not_the_token() {
        let (one, two) = (new_token(), new_token());
        assert_ne!(one.expose_secret(), two.expose_secret());
        assert_eq!(one.expose_secret().len(), 64);
        assert_ne!(
            hash_token(one.expose_secret()).as_str(),
            one.expose_secret()
        );
        assert_ne!(
            derive("form", one.expose_secret()),
            hash_token(one.expose_secret()).as_str()
        );
    }
}
