//! Who else may use a profile: pairs of RoleBinding and AuthorizationPolicy as KFAM writes them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Dated, ProfileName, UserName, Written};

/// Role of a contributor, in the words of KFAM. Ordered: the strongest is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    View,
    Edit,
    Admin,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::View, Self::Edit, Self::Admin];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Edit => "edit",
            Self::Admin => "admin",
        }
    }

    /// The `ClusterRole` behind it.
    pub fn cluster_role(self) -> &'static str {
        match self {
            Self::View => "kubeflow-view",
            Self::Edit => "kubeflow-edit",
            Self::Admin => "kubeflow-admin",
        }
    }

    /// The role behind a `ClusterRole`, if it is one of the three.
    pub fn of_cluster_role(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|role| role.cluster_role() == name)
    }
}

impl FromStr for Role {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or("Choose view, edit or admin")
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One right of one person in one profile, as found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contribution {
    pub profile: ProfileName,
    pub user: UserName,
    pub role: Role,
    /// Is the RoleBinding half there?
    pub binding: bool,
    /// Is the AuthorizationPolicy half there?
    pub policy: bool,
    /// When it ends, as its RoleBinding says.
    pub until: Option<Written>,
}

impl Contribution {
    pub fn dated(&self) -> Dated {
        Dated::Contributor {
            profile: self.profile.clone(),
            user: self.user.clone(),
            role: self.role,
        }
    }

    /// One word and the reason: both halves are needed, and KFAM cannot remove half a pair.
    pub fn health(&self) -> (&'static str, &'static str) {
        match (self.binding, self.policy) {
            (true, true) => ("Healthy", ""),
            (true, false) => (
                "Warning",
                "The AuthorizationPolicy is missing: notebooks do not open.",
            ),
            (false, true) => (
                "Warning",
                "The RoleBinding is missing: only the way through Istio is open.",
            ),
            (false, false) => ("Unknown", "Neither half was found."),
        }
    }
}

/// Name of both objects of a contributor, as KFAM derives it (kubeflow v1.10.0
/// `components/access-management/kfam/bindings.go`, `getBindingName`).
pub fn binding_name(user: &str, role: Role) -> String {
    let raw = format!("user-{user}-clusterrole-{}", role.as_str());
    let mut name = String::with_capacity(raw.len());
    for c in raw.chars() {
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        } else if !name.ends_with('-') {
            name.push('-');
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_kfam() {
        for (user, role, name) in [
            (
                "user@example.com",
                Role::Edit,
                "user-user-example-com-clusterrole-edit",
            ),
            (
                "user@example.com",
                Role::View,
                "user-user-example-com-clusterrole-view",
            ),
            (
                "Jane.O'Neil+ml@Example.com",
                Role::Edit,
                "user-jane-o-neil-ml-example-com-clusterrole-edit",
            ),
            ("a-b@x.io", Role::Edit, "user-a-b-x-io-clusterrole-edit"),
            ("ü@x.io", Role::Edit, "user-x-io-clusterrole-edit"),
        ] {
            assert_eq!(binding_name(user, role), name);
        }
    }
}
