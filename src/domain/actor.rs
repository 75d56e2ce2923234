//! Who acts: the identity that every write to the cluster is made as.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::EmailError;
use super::email;

/// A user name exactly as Kubernetes and Dex state it; unlike [`super::Email`] its case is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserName(String);

/// Why an `email` claim is not accepted as a user name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UserNameError {
    #[error("the e-mail claim is not one plain address: {0}")]
    Malformed(EmailError),
}

impl UserName {
    /// A name read from the cluster (a binding's subject, a profile's owner); may be anything.
    pub fn from_cluster(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The `email` claim of a verified ID token, kept byte for byte.
    pub fn from_claim(text: &str) -> Result<Self, UserNameError> {
        email::check(text).map_err(UserNameError::Malformed)?;
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key under which everything known about one person is joined: Dex folds case, so do we.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl From<&super::Email> for UserName {
    fn from(email: &super::Email) -> Self {
        Self(email.as_str().to_owned())
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A group that may be impersonated. Nothing under `system:` ever becomes one (SEC-40).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GroupName(String);

impl GroupName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for GroupName {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.is_empty() || text.starts_with("system:") {
            Err("groups of Kubernetes itself are never impersonated")
        } else {
            Ok(Self(text))
        }
    }
}

impl From<GroupName> for String {
    fn from(group: GroupName) -> Self {
        group.0
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How somebody got in; decides how their writes reach the API server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// Signed in at Dex: writes are impersonated as the person.
    Dex,
    /// One-time link in the cluster: writes are impersonated as the break-glass identity.
    BreakGlass,
    /// One-time link of a server that runs on a laptop: writes are made with the kubeconfig's own rights.
    Kubeconfig,
}

/// The identity behind a session, an operation or a line of the activity record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub user: UserName,
    pub groups: Vec<GroupName>,
    pub via: Via,
}

impl Actor {
    /// User and group that a break-glass session acts as; bound to rights by `deploy/`, not by code.
    pub const BREAK_GLASS: &'static str = "kubeflow-admin:break-glass";

    pub fn person(user: UserName, groups: Vec<GroupName>) -> Self {
        Self {
            user,
            groups,
            via: Via::Dex,
        }
    }

    pub fn break_glass() -> Self {
        Self {
            user: UserName::from_cluster(Self::BREAK_GLASS),
            groups: vec![GroupName(Self::BREAK_GLASS.to_owned())],
            via: Via::BreakGlass,
        }
    }

    /// Who writes the password that somebody set for themselves after their old one was checked; bound to that one
    /// right by `deploy/`.
    pub const SELF_SERVICE: &'static str = "kubeflow-admin:self-service";

    pub fn self_service() -> Self {
        Self::person(UserName::from_cluster(Self::SELF_SERVICE), Vec::new())
    }

    pub fn kubeconfig() -> Self {
        Self {
            user: UserName::from_cluster("kubeconfig"),
            groups: Vec::new(),
            via: Via::Kubeconfig,
        }
    }

    /// May this name be sent as `Impersonate-User`? Never a name of Kubernetes itself (SEC-40).
    pub fn may_be_impersonated(&self) -> bool {
        !self.user.as_str().is_empty() && !self.user.as_str().starts_with("system:")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_40_no_group_and_no_name_of_kubernetes_itself_can_be_impersonated() {
        assert!(GroupName::try_from("system:masters".to_owned()).is_err());
        assert!(GroupName::try_from("ml-team".to_owned()).is_ok());
        let admin = Actor::person(UserName::from_cluster("system:admin"), Vec::new());
        assert!(!admin.may_be_impersonated());
    }

    #[test]
    fn a_claim_keeps_its_case_and_a_malformed_one_is_refused() {
        assert_eq!(
            UserName::from_claim("Bob.Ross@Example.com").map(|n| n.to_string()),
            Ok("Bob.Ross@Example.com".to_owned())
        );
        assert!(UserName::from_claim("a@b@c").is_err());
        assert!(UserName::from_claim("system:admin").is_err());
    }
}
