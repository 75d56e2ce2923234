//! Roles that people have by RBAC outside of Kubeflow's own pairs: other RoleBindings, and `ClusterRoleBinding`s.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ProfileName, UserName};

/// Whom a binding names. ServiceAccounts are no people and are left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "name", rename_all = "lowercase")]
pub enum Subject {
    User(UserName),
    Group(String),
}

impl Subject {
    pub fn name(&self) -> &str {
        match self {
            Self::User(name) => name.as_str(),
            Self::Group(name) => name,
        }
    }

    /// As `subjects` of a binding calls it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "User",
            Self::Group(_) => "Group",
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(name) => name.fmt(f),
            Self::Group(name) => write!(f, "the group {name}"),
        }
    }
}

/// One role of one person or group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    pub subject: Subject,
    /// `None`: in every namespace.
    pub profile: Option<ProfileName>,
    /// Name of the RoleBinding or `ClusterRoleBinding`.
    pub binding: String,
    /// Name of the `Role` or `ClusterRole`.
    pub role: String,
}
