//! The name of a profile, which is also the name of its namespace.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Email;

/// A DNS label of at most 63 characters that is no namespace of the installation.
///
/// The Profile API accepts any DNS subdomain up to 253; the namespace behind it does not, and the
/// controller then fails for ever without a word. So the narrower rule is the rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProfileName(String);

/// Why a text cannot name a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProfileNameError {
    #[error("Enter a name for the profile")]
    Empty,
    #[error("A profile name is at most 63 characters long, because it becomes a namespace")]
    TooLong,
    #[error(
        "A profile name has lower-case letters, digits and - only, and starts and ends with a letter or digit"
    )]
    Shape,
    #[error("This name belongs to Kubernetes or to the installation; choose another")]
    Reserved,
}

const RESERVED: [&str; 12] = [
    "default",
    "kubeflow",
    "kubeflow-system",
    "kubeflow-admin",
    "auth",
    "oauth2-proxy",
    "cert-manager",
    "knative-serving",
    "knative-eventing",
    "istio-system",
    "local-path-storage",
    "metallb-system",
];
const RESERVED_PREFIXES: [&str; 2] = ["kube-", "istio-"];

impl ProfileName {
    /// A name read from the cluster, where older profiles may break the rules for new ones.
    pub fn from_cluster(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A valid name suggested for a person, after the part before the `@`.
    pub fn suggested_for(email: &Email) -> Self {
        let mut name = String::new();
        for c in email.local_part().chars() {
            if c.is_ascii_alphanumeric() {
                name.push(c);
            } else if !name.ends_with('-') && !name.is_empty() {
                name.push('-');
            }
        }
        let name: String = name.chars().take(63).collect();
        let name = name.trim_end_matches('-');
        name.parse()
            .unwrap_or_else(|_| Self(format!("user-{name}")))
    }
}

impl FromStr for ProfileName {
    type Err = ProfileNameError;

    fn from_str(text: &str) -> Result<Self, ProfileNameError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ProfileNameError::Empty);
        }
        if text.len() > 63 {
            return Err(ProfileNameError::TooLong);
        }
        let edge = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let bytes = text.as_bytes();
        let shaped = bytes.iter().all(|b| edge(*b) || *b == b'-')
            && bytes.first().is_some_and(|b| edge(*b))
            && bytes.last().is_some_and(|b| edge(*b));
        if !shaped {
            return Err(ProfileNameError::Shape);
        }
        if RESERVED.contains(&text) || RESERVED_PREFIXES.iter().any(|p| text.starts_with(p)) {
            return Err(ProfileNameError::Reserved);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for ProfileName {
    type Error = ProfileNameError;

    fn try_from(text: String) -> Result<Self, ProfileNameError> {
        Ok(Self::from_cluster(text))
    }
}

impl From<ProfileName> for String {
    fn from(name: ProfileName) -> Self {
        name.0
    }
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_dns_label_names_a_profile() {
        assert!("team-a1".parse::<ProfileName>().is_ok());
        for (text, why) in [
            ("", ProfileNameError::Empty),
            ("john.doe", ProfileNameError::Shape),
            ("Ana", ProfileNameError::Shape),
            ("-a", ProfileNameError::Shape),
            ("a-", ProfileNameError::Shape),
            ("kube-system", ProfileNameError::Reserved),
            ("istio-x", ProfileNameError::Reserved),
            ("auth", ProfileNameError::Reserved),
        ] {
            assert_eq!(text.parse::<ProfileName>(), Err(why), "{text:?}");
        }
        assert_eq!(
            "a".repeat(64).parse::<ProfileName>(),
            Err(ProfileNameError::TooLong)
        );
    }

    #[test]
    fn a_name_is_suggested_for_every_address() {
        for (email, name) in [
            ("ana@example.com", "ana"),
            ("jane.o'neil+ml@example.com", "jane-o-neil-ml"),
            ("kube-x@example.com", "user-kube-x"),
            ("default@example.com", "user-default"),
        ] {
            let email: Email = email.parse().unwrap();
            assert_eq!(ProfileName::suggested_for(&email).as_str(), name);
        }
    }
}
