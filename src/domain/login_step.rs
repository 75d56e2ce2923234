//! What is done to a login that stays: disabling and enabling it, and a link by which its owner sets a password.

use serde::{Deserialize, Serialize};

use super::Email;

/// One idempotent step; part of [`super::Step`]. For Password objects only: a static entry has no place for a hash that
/// waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "login", rename_all = "kebab-case")]
pub enum LoginStep {
    /// The hash makes place for one that matches nothing, and waits beside it.
    Disable { email: Email },
    /// The hash that waited is the hash again.
    Enable { email: Email },
    /// The hash that was written matches nothing; whoever started the operation can make a link that is good this long.
    OfferLink { email: Email, hours: u16 },
}

impl LoginStep {
    pub fn email(&self) -> &Email {
        match self {
            Self::Disable { email } | Self::Enable { email } | Self::OfferLink { email, .. } => {
                email
            }
        }
    }

    /// What it does, for the plan and for progress.
    pub fn describe(&self) -> String {
        match self {
            Self::Disable { email } => format!("Disable the login {email}"),
            Self::Enable { email } => format!("Enable the login {email}"),
            Self::OfferLink { email, hours } => {
                format!(
                    "Offer a link by which {email} sets a password, good for {}",
                    lasting(*hours)
                )
            }
        }
    }

    /// The constant of the activity record.
    pub fn action(&self) -> &'static str {
        match self {
            Self::Disable { .. } => "login.disabled",
            Self::Enable { .. } => "login.enabled",
            Self::OfferLink { .. } => "login.link-offered",
        }
    }
}

/// Hours in words.
pub fn lasting(hours: u16) -> String {
    match hours {
        1 => "an hour".to_owned(),
        24 => "a day".to_owned(),
        hours if hours.is_multiple_of(24) => format!("{} days", hours / 24),
        hours => format!("{hours} hours"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_said_in_words() {
        assert_eq!(
            [1, 5, 24, 72].map(lasting),
            ["an hour", "5 hours", "a day", "3 days"]
        );
    }
}
