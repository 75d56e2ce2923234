//! A password on its way to a hash: never shown by `Debug`, never stored, never longer than bcrypt compares.

use secrecy::{ExposeSecret, SecretString};

use super::Email;
use super::password_rules::{self, SHORTEST};

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
    #[error("Apart from the e-mail address there is too little in this password; choose another")]
    AboutYou,
}

/// What Kubeflow ships.
const SHIPPED: &str = "12341234";

impl PlainPassword {
    /// A password that somebody chose for the login of this e-mail.
    pub fn chosen(text: String, email: &Email) -> Result<Self, PasswordError> {
        if text.chars().count() < SHORTEST {
            return Err(PasswordError::TooShort);
        }
        if text.len() > LONGEST_BYTES {
            return Err(PasswordError::TooLong);
        }
        if password_rules::is_obvious(&text) {
            return Err(PasswordError::Obvious);
        }
        if password_rules::is_mostly_about(&text, email) {
            return Err(PasswordError::AboutYou);
        }
        Ok(Self(SecretString::from(text)))
    }

    /// What somebody typed as the password they have. May be anything; Dex knows whether it is right.
    pub fn typed(text: String) -> Self {
        Self(SecretString::from(text))
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
        Self(SecretString::from(SHIPPED))
    }

    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// A bcrypt text of cost 12 that belongs to no password: salt and digest are random, so whoever wanted one that fits
/// would have to find 184 bits. Dex takes as long to refuse it as any other.
pub fn hash_of_nothing(random: &mut impl FnMut() -> u32) -> String {
    const ALPHABET: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    // The last character of salt and digest carries two and four bits; the others must be zero.
    let mut some = |count: usize, step: usize| -> String {
        let mut text: String = (1..count)
            .map(|_| char::from(ALPHABET[unbiased(random, 64)]))
            .collect();
        text.push(char::from(ALPHABET[unbiased(random, 64 / step) * step]));
        text
    };
    let (salt, digest) = (some(22, 16), some(31, 4));
    format!("$2a$12${salt}{digest}")
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

    fn ana() -> Email {
        "ana.lopez@example.com".parse().unwrap()
    }

    #[test]
    fn a_chosen_password_is_long_enough_short_enough_and_not_obvious() {
        let refusal = |text: &str| PlainPassword::chosen(text.to_owned(), &ana()).err();
        assert_eq!(refusal("eleven-char"), Some(PasswordError::TooShort));
        assert_eq!(refusal(&"ü".repeat(37)), Some(PasswordError::TooLong));
        assert_eq!(refusal("Passw0rd123!"), Some(PasswordError::Obvious));
        assert_eq!(refusal("ana.lopez2026"), Some(PasswordError::AboutYou));
        assert_eq!(refusal("correct horse"), None);
        let longest = "correct horse battery staple ".repeat(3);
        assert_eq!(refusal(&longest[..72]), None);
    }

    #[test]
    fn a_hash_of_nothing_is_well_formed_and_fits_nothing() {
        let mut seed = 7_u32;
        let mut random = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed
        };
        let (one, two) = (hash_of_nothing(&mut random), hash_of_nothing(&mut random));
        assert_eq!(one.len(), 60);
        assert_ne!(one, two);
        assert_eq!(bcrypt::verify("", &one).ok(), Some(false));
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
        assert!(PlainPassword::chosen(one.expose().to_owned(), &ana()).is_ok());
    }

    #[test]
    fn debug_text_holds_no_password() {
        let password = PlainPassword::typed("correct horse".into());
        assert!(!format!("{password:?}").contains("horse"));
    }
}
