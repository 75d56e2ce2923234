//! A password on its way to a hash: never shown by `Debug`, never stored, never longer than bcrypt compares.

use secrecy::{ExposeSecret, SecretString};

/// Shortest password that a person may choose, in characters.
const SHORTEST: usize = 8;
/// bcrypt compares the first 72 bytes only; Dex would silently cut the rest.
const LONGEST_BYTES: usize = 72;

/// A password in plain text.
#[derive(Debug, Clone)]
pub struct PlainPassword(SecretString);

/// Why a password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("A password has at least {SHORTEST} characters")]
    TooShort,
    #[error(
        "A password is at most 72 bytes long: bcrypt ignores what comes after, so a longer one would be weaker than it looks"
    )]
    TooLong,
    #[error("This password is one of the first that anybody tries; choose another")]
    Obvious,
}

const OBVIOUS: [&str; 12] = [
    "12341234",
    "12345678",
    "123456789",
    "1234567890",
    "password",
    "password1",
    "passw0rd",
    "qwertyui",
    "qwerty123",
    "11111111",
    "kubeflow",
    "changeme",
];

impl PlainPassword {
    /// A password that a person chose.
    pub fn chosen(text: String) -> Result<Self, PasswordError> {
        if text.chars().count() < SHORTEST {
            return Err(PasswordError::TooShort);
        }
        if text.len() > LONGEST_BYTES {
            return Err(PasswordError::TooLong);
        }
        if OBVIOUS.contains(&text.to_lowercase().as_str()) {
            return Err(PasswordError::Obvious);
        }
        Ok(Self(SecretString::from(text)))
    }

    /// Twenty characters out of 31 that nobody confuses when reading aloud, in groups of five: 99 bits.
    pub fn generated(random: &mut impl FnMut() -> u32) -> Self {
        const ALPHABET: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
        let mut text = String::with_capacity(23);
        for place in 0..20 {
            if place > 0 && place % 5 == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[unbiased(random, ALPHABET.len())]));
        }
        Self(SecretString::from(text))
    }

    /// The one that Kubeflow ships; used to find it in use, and never set.
    pub fn shipped() -> Self {
        Self(SecretString::from(OBVIOUS[0]))
    }

    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// An index below `bound`, every one equally likely: draws that would favour the first ones are thrown away.
fn unbiased(random: &mut impl FnMut() -> u32, bound: usize) -> usize {
    let bound = u32::try_from(bound).unwrap_or(u32::MAX);
    let limit = u32::MAX - u32::MAX % bound;
    loop {
        let drawn = random();
        if drawn < limit {
            return (drawn % bound) as usize;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chosen_password_is_long_enough_short_enough_and_not_obvious() {
        assert_eq!(
            PlainPassword::chosen("short".into()).err(),
            Some(PasswordError::TooShort)
        );
        assert_eq!(
            PlainPassword::chosen("ü".repeat(37)).err(),
            Some(PasswordError::TooLong)
        );
        assert_eq!(
            PlainPassword::chosen("12341234".into()).err(),
            Some(PasswordError::Obvious)
        );
        assert!(PlainPassword::chosen("correct horse".into()).is_ok());
        assert!(PlainPassword::chosen("a".repeat(72)).is_ok());
    }

    #[test]
    fn a_generated_password_is_grouped_and_differs_each_time() {
        let mut seed = 7_u32;
        let mut random = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed
        };
        let one = PlainPassword::generated(&mut random);
        let two = PlainPassword::generated(&mut random);
        assert_eq!(one.expose().len(), 23);
        assert_ne!(one.expose(), two.expose());
        assert!(PlainPassword::chosen(one.expose().to_owned()).is_ok());
    }

    #[test]
    fn debug_text_holds_no_password() {
        let password = PlainPassword::chosen("correct horse".into()).unwrap();
        assert!(!format!("{password:?}").contains("horse"));
    }
}
