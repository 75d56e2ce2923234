//! Roles that people have by RBAC outside of Kubeflow's own pairs: other RoleBindings, and `ClusterRoleBinding`s.

use super::{ProfileName, UserName};

/// Whom a binding names. ServiceAccounts are no people and are left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
