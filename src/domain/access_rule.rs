//! What a page or an action needs, in the words of Kubernetes: permissions as SubjectAccessReviews.

/// A right that pages and actions declare. What it means in Kubernetes is [`Permission::rules`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Anybody who is signed in, for what is their own.
    Own,
    /// See everybody's logins, profiles, contributors and quotas.
    ReadUsers,
    ReadProfiles,
    ReadActivity,
    ReadSessions,
    /// See who can reach what, and why.
    ReadAccess,
    /// Create, reset and remove logins.
    WriteUsers,
    /// Change logins that are written into the configuration of Dex, and have Dex read it.
    WriteStaticLogins,
    /// Create and delete profiles.
    WriteProfiles,
    WriteQuotas,
    WriteContributors,
    /// Hand a profile over to another owner.
    WriteOwners,
    /// End other people's sessions.
    WriteSessions,
    /// See what is installed and whether it is well.
    ReadInstallation,
    /// Mend what the checks found.
    WriteInstallation,
    /// See who administers, and why.
    ReadAdministrators,
    /// Make somebody an administrator, and take it from them.
    WriteAdministrators,
}

/// One SubjectAccessReview: verb, group, resource and namespace (`None` = all namespaces).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceRule {
    pub verb: &'static str,
    pub group: &'static str,
    pub resource: &'static str,
    pub namespace: Option<&'static str>,
    /// `None`: whatever the name.
    pub name: Option<&'static str>,
}

/// The API group of rights that exist only here: the activity record and sessions have no Kubernetes object.
pub const OWN_GROUP: &str = "kubeflow-admin";

/// The role of administrators that `deploy/base` ships. `kubeflow-admin` is taken: Kubeflow gives it to contributors.
pub const ADMINISTRATOR_ROLE: &str = "kubeflow-admin-operator";

/// Namespace in which Kubeflow installs Dex, in every release.
pub const DEX_NAMESPACE: &str = "auth";

const fn rule(verb: &'static str, group: &'static str, resource: &'static str) -> ResourceRule {
    ResourceRule {
        verb,
        group,
        resource,
        namespace: None,
        name: None,
    }
}

const fn in_dex(verb: &'static str, resource: &'static str) -> ResourceRule {
    ResourceRule {
        verb,
        group: "dex.coreos.com",
        resource,
        namespace: Some(DEX_NAMESPACE),
        name: None,
    }
}

/// One object of Dex's installation.
const fn one(
    verb: &'static str,
    (group, resource): (&'static str, &'static str),
    name: &'static str,
) -> ResourceRule {
    ResourceRule {
        verb,
        group,
        resource,
        namespace: Some(DEX_NAMESPACE),
        name: Some(name),
    }
}

const PROFILES: &str = "kubeflow.org";
const RBAC: &str = "rbac.authorization.k8s.io";
const ISTIO: &str = "security.istio.io";

const READ_ACCESS: [ResourceRule; 4] = [
    rule("list", PROFILES, "profiles"),
    rule("list", RBAC, "rolebindings"),
    rule("list", RBAC, "clusterrolebindings"),
    rule("list", ISTIO, "authorizationpolicies"),
];
/// What changing who else may use a profile takes, in its own namespace: both objects are looked at, made and removed.
pub const CONTRIBUTOR_RULES: [ResourceRule; 6] = [
    rule("get", RBAC, "rolebindings"),
    rule("create", RBAC, "rolebindings"),
    rule("delete", RBAC, "rolebindings"),
    rule("get", ISTIO, "authorizationpolicies"),
    rule("create", ISTIO, "authorizationpolicies"),
    rule("delete", ISTIO, "authorizationpolicies"),
];
/// `bind` is what Kubernetes asks of whoever hands out a role.
const WRITE_ADMINISTRATORS: [ResourceRule; 2] = [
    rule("patch", RBAC, "clusterrolebindings"),
    ResourceRule {
        name: Some(ADMINISTRATOR_ROLE),
        ..rule("bind", RBAC, "clusterroles")
    },
];
const WRITE_OWNERS: [ResourceRule; 4] = [
    rule("patch", PROFILES, "profiles"),
    rule("patch", "", "namespaces"),
    rule("patch", RBAC, "rolebindings"),
    rule("patch", ISTIO, "authorizationpolicies"),
];

impl Permission {
    pub const ALL: [Self; 17] = [
        Self::Own,
        Self::ReadUsers,
        Self::ReadProfiles,
        Self::ReadActivity,
        Self::ReadSessions,
        Self::ReadAccess,
        Self::WriteUsers,
        Self::WriteStaticLogins,
        Self::WriteProfiles,
        Self::WriteQuotas,
        Self::WriteContributors,
        Self::WriteOwners,
        Self::WriteSessions,
        Self::ReadInstallation,
        Self::WriteInstallation,
        Self::ReadAdministrators,
        Self::WriteAdministrators,
    ];

    /// Every one of these must be allowed. Empty: nothing but a session is needed.
    #[expect(clippy::too_many_lines, reason = "a table, one arm per permission")]
    pub fn rules(self) -> &'static [ResourceRule] {
        match self {
            Self::Own => &[],
            Self::ReadUsers => {
                &const {
                    [
                        in_dex("list", "passwords"),
                        rule("list", PROFILES, "profiles"),
                    ]
                }
            }
            Self::ReadProfiles => &const { [rule("list", PROFILES, "profiles")] },
            Self::ReadActivity => &const { [rule("list", OWN_GROUP, "activity")] },
            Self::ReadSessions => &const { [rule("list", OWN_GROUP, "sessions")] },
            Self::ReadAccess => &READ_ACCESS,
            Self::WriteUsers => {
                &const {
                    [
                        in_dex("create", "passwords"),
                        in_dex("patch", "passwords"),
                        in_dex("delete", "passwords"),
                    ]
                }
            }
            Self::WriteStaticLogins => {
                &const {
                    [
                        one("patch", ("", "configmaps"), "dex"),
                        one("patch", ("apps", "deployments"), "dex"),
                        one("patch", ("", "secrets"), "dex-passwords"),
                        in_dex("create", "passwords"),
                    ]
                }
            }
            Self::WriteProfiles => {
                &const {
                    [
                        rule("create", PROFILES, "profiles"),
                        rule("delete", PROFILES, "profiles"),
                    ]
                }
            }
            Self::WriteQuotas => &const { [rule("patch", PROFILES, "profiles")] },
            Self::WriteContributors => {
                &const {
                    [
                        rule("create", RBAC, "rolebindings"),
                        rule("create", ISTIO, "authorizationpolicies"),
                    ]
                }
            }
            Self::WriteOwners => &WRITE_OWNERS,
            Self::WriteSessions => &const { [rule("delete", OWN_GROUP, "sessions")] },
            // Whoever may list workloads may see this page; what else they may not list is said on it.
            Self::ReadInstallation => &const { [rule("list", "apps", "deployments")] },
            Self::WriteInstallation => {
                &const {
                    [
                        rule("patch", "storage.k8s.io", "storageclasses"),
                        rule("patch", "", "namespaces"),
                        rule("create", PROFILES, "poddefaults"),
                    ]
                }
            }
            Self::ReadAdministrators => {
                &const {
                    [
                        rule("list", RBAC, "clusterrolebindings"),
                        rule("list", RBAC, "clusterroles"),
                    ]
                }
            }
            Self::WriteAdministrators => &WRITE_ADMINISTRATORS,
        }
    }

    pub fn is_write(self) -> bool {
        match self {
            Self::Own
            | Self::ReadUsers
            | Self::ReadProfiles
            | Self::ReadActivity
            | Self::ReadSessions
            | Self::ReadAccess
            | Self::ReadInstallation
            | Self::ReadAdministrators => false,
            Self::WriteUsers
            | Self::WriteStaticLogins
            | Self::WriteProfiles
            | Self::WriteQuotas
            | Self::WriteContributors
            | Self::WriteOwners
            | Self::WriteSessions
            | Self::WriteInstallation
            | Self::WriteAdministrators => true,
        }
    }

    /// In words, for “what may I do” and for a refusal.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Own => "see your own profiles and sessions",
            Self::ReadUsers => "see everybody’s logins",
            Self::ReadProfiles => "see everybody’s profiles and quotas",
            Self::ReadActivity => "see the activity record",
            Self::ReadSessions => "see everybody’s sessions",
            Self::ReadAccess => "see who can reach what",
            Self::WriteUsers => "add, reset and remove logins",
            Self::WriteStaticLogins => "change the configuration of Dex and start it anew",
            Self::WriteProfiles => "create and delete profiles",
            Self::WriteQuotas => "change quotas",
            Self::WriteContributors => "add and remove contributors",
            Self::WriteOwners => "hand profiles over to another owner",
            Self::WriteSessions => "end other people’s sessions",
            Self::ReadInstallation => "see what is installed",
            Self::WriteInstallation => "mend the installation",
            Self::ReadAdministrators => "see who administers, and why",
            Self::WriteAdministrators => "add and remove administrators",
        }
    }
}

impl ResourceRule {
    /// `create passwords.dex.coreos.com in namespace auth`, as a refusal names it.
    pub fn describe(&self) -> String {
        let place = self
            .namespace
            .map_or_else(String::new, |name| format!(" in namespace {name}"));
        let dot = if self.group.is_empty() { "" } else { "." };
        let name = self
            .name
            .map_or_else(String::new, |name| format!(" {name}"));
        format!(
            "{} {}{dot}{}{name}{place}",
            self.verb, self.resource, self.group
        )
    }
}

/// What the API server answered to a SubjectAccessReview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub allowed: bool,
    /// The API server's own words, such as which binding allows it; may be empty.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_write_is_more_than_a_read() {
        for permission in Permission::ALL {
            let reads_only = permission
                .rules()
                .iter()
                .all(|rule| ["get", "list", "watch"].contains(&rule.verb));
            assert_eq!(permission.is_write(), !reads_only, "{permission:?}");
        }
    }
}
