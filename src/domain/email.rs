//! The e-mail of a login: what Dex, RBAC and Istio all compare, byte for byte.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Longest e-mail whose Dex object name still fits into 253 characters.
///
/// Dex names a Password object by base32 of the e-mail and eight more bytes: 150 bytes give 253 characters.
const LONGEST: usize = 150;

/// A lower-case ASCII e-mail with exactly one `@`.
///
/// Dex looks logins up in lower case, everything behind it (RBAC, Istio, KFAM) compares case-sensitively.
/// `*` is refused because Istio reads it as a wildcard.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// Why a text is not an e-mail that a login may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    #[error("Enter an e-mail address")]
    Empty,
    #[error("An e-mail address has one @ with something on both sides, like ana@example.com")]
    Shape,
    #[error(
        "Use letters without accents, digits and . _ + - ' only: Dex and Istio compare e-mail addresses byte for byte"
    )]
    Character,
    #[error("An e-mail address here is at most 150 characters long: Dex cannot store a longer one")]
    TooLong,
}

impl Email {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        check(text)?;
        Ok(Self(text.to_ascii_lowercase()))
    }
}

/// The one rule for every address that enters the program, a claim of an ID token included.
pub(super) fn check(text: &str) -> Result<(), EmailError> {
    if text.is_empty() {
        return Err(EmailError::Empty);
    }
    if text.len() > LONGEST {
        return Err(EmailError::TooLong);
    }
    let mut parts = text.split('@');
    let (Some(local), Some(host), None) = (parts.next(), parts.next(), parts.next()) else {
        return Err(EmailError::Shape);
    };
    if local.is_empty()
        || host.is_empty()
        || host.starts_with(['.', '-'])
        || host.ends_with(['.', '-'])
    {
        return Err(EmailError::Shape);
    }
    let local_ok = local
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"._+-'=~#&".contains(&b));
    let host_ok = host
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b));
    if local_ok && host_ok && !host.contains("..") {
        Ok(())
    } else {
        Err(EmailError::Character)
    }
}

impl TryFrom<String> for Email {
    type Error = EmailError;

    fn try_from(text: String) -> Result<Self, EmailError> {
        text.parse()
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_folded_because_dex_folds_it() {
        assert_eq!(
            " Ana.Lima+ml@Example.com "
                .parse::<Email>()
                .map(String::from),
            Ok("ana.lima+ml@example.com".to_owned())
        );
    }

    #[test]
    fn sec_11_anything_that_is_not_one_plain_address_is_refused() {
        for (text, why) in [
            ("", EmailError::Empty),
            ("ana", EmailError::Shape),
            ("a@b@c.io", EmailError::Shape),
            ("@example.com", EmailError::Shape),
            ("ana@", EmailError::Shape),
            ("*@example.com", EmailError::Character),
            ("a na@example.com", EmailError::Character),
            ("ana@exam\u{0}ple.com", EmailError::Character),
            ("аna@example.com", EmailError::Character),
            ("ana@example.com\n.evil", EmailError::Character),
            ("ana@a..b", EmailError::Character),
        ] {
            assert_eq!(text.parse::<Email>(), Err(why), "{text:?}");
        }
    }

    #[test]
    fn the_longest_address_is_the_longest_that_dex_can_name() {
        let longest = format!("{}@example.com", "a".repeat(LONGEST - 12));
        assert!(longest.parse::<Email>().is_ok());
        assert_eq!(
            format!("a{longest}").parse::<Email>(),
            Err(EmailError::TooLong)
        );
    }
}
