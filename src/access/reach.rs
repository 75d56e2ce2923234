//! Who can reach what, and where each right comes from: owners, contributors, other bindings, joined once per change.

use std::cmp::Reverse;
use std::sync::Arc;

use crate::domain::{Contribution, Grant, Profile, ProfileName, Role, Subject, UserName, Written};

/// Who has a right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// By the e-mail exactly as it is bound: RBAC and Istio compare byte for byte.
    Person(UserName),
    Group(String),
}

impl Who {
    pub fn name(&self) -> &str {
        match self {
            Self::Person(name) => name.as_str(),
            Self::Group(name) => name,
        }
    }
}

/// How much somebody may do. Ordered: the strongest is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// A role that is none of Kubeflow's.
    Other,
    Role(Role),
    Owner,
}

impl Level {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Role(role) => role.as_str(),
            Self::Owner => "owner",
        }
    }
}

/// Where a right comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    Owner,
    Contributor,
    /// One half of a contributor's pair: part of the access is missing, or left behind.
    HalfPair,
    RoleBinding,
    ClusterRoleBinding,
}

impl Source {
    pub const ALL: [Self; 5] = [
        Self::Owner,
        Self::Contributor,
        Self::HalfPair,
        Self::RoleBinding,
        Self::ClusterRoleBinding,
    ];

    /// Stable code, for filters and exports.
    pub fn code(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Contributor => "contributor",
            Self::HalfPair => "half-pair",
            Self::RoleBinding => "role-binding",
            Self::ClusterRoleBinding => "cluster-role-binding",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Contributor => "Contributor",
            Self::HalfPair => "Half a pair",
            Self::RoleBinding => "Another RoleBinding",
            Self::ClusterRoleBinding => "ClusterRoleBinding",
        }
    }
}

/// One right of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    pub who: Who,
    /// `None`: in every namespace.
    pub profile: Option<ProfileName>,
    pub level: Level,
    pub source: Source,
    /// What to look for in the cluster: the binding and what it binds.
    pub detail: String,
    /// When it ends by itself.
    pub until: Option<Written>,
    /// What is not right about it; empty when nothing is.
    pub trouble: String,
}

/// Every right of everybody, sorted by person, then profile.
#[derive(Debug, Default)]
pub struct Reach {
    pub rights: Vec<Right>,
}

impl Reach {
    /// One pass over everything and a sort.
    pub fn of(
        profiles: &[Arc<Profile>],
        contributions: &[Arc<Contribution>],
        grants: &[Arc<Grant>],
    ) -> Self {
        let mut rights: Vec<Right> = profiles
            .iter()
            .filter_map(|profile| of_owner(profile))
            .collect();
        rights.extend(contributions.iter().map(|one| of_contribution(one)));
        rights.extend(grants.iter().map(|grant| of_grant(grant)));
        // A key is two or three texts: made once per right, not at every comparison.
        rights.sort_by_cached_key(|right| {
            let name = right.who.name().to_ascii_lowercase();
            let who = right.who.clone();
            (name, who, right.profile.clone(), Reverse(right.level))
        });
        Self { rights }
    }
}

fn of_owner(profile: &Profile) -> Option<Right> {
    let owner = profile.owner.as_ref()?;
    let (who, trouble) = if owner.kind == "User" {
        (Who::Person(owner.name.clone()), String::new())
    } else {
        let why =
            "A group as owner: its members have rights in Kubernetes, but Istio keeps them out.";
        (Who::Group(owner.name.to_string()), why.to_owned())
    };
    Some(Right {
        who,
        profile: Some(profile.name.clone()),
        level: Level::Owner,
        source: Source::Owner,
        detail: "namespaceAdmin, ns-owner-access-istio".to_owned(),
        until: None,
        trouble,
    })
}

fn of_contribution(contribution: &Contribution) -> Right {
    let whole = contribution.binding && contribution.policy;
    let (_, trouble) = contribution.health();
    Right {
        who: Who::Person(contribution.user.clone()),
        profile: Some(contribution.profile.clone()),
        level: Level::Role(contribution.role),
        source: if whole {
            Source::Contributor
        } else {
            Source::HalfPair
        },
        detail: crate::domain::binding_name(contribution.user.as_str(), contribution.role),
        until: contribution.until.clone(),
        trouble: trouble.to_owned(),
    }
}

fn of_grant(grant: &Grant) -> Right {
    let level = match Role::of_cluster_role(&grant.role) {
        Some(role) => Level::Role(role),
        None if ["cluster-admin", "admin"].contains(&grant.role.as_str()) => {
            Level::Role(Role::Admin)
        }
        None if grant.role == "edit" => Level::Role(Role::Edit),
        None if grant.role == "view" => Level::Role(Role::View),
        None => Level::Other,
    };
    let source = match grant.profile {
        Some(_) => Source::RoleBinding,
        None => Source::ClusterRoleBinding,
    };
    Right {
        who: match &grant.subject {
            Subject::User(name) => Who::Person(name.clone()),
            Subject::Group(name) => Who::Group(name.clone()),
        },
        profile: grant.profile.clone(),
        level,
        source,
        detail: format!("{} binds {}", grant.binding, grant.role),
        until: None,
        trouble: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Health, Owner, Quota, QuotaUse};

    fn profile(name: &str, kind: &str, owner: &str) -> Arc<Profile> {
        Arc::new(Profile {
            name: ProfileName::from_cluster(name),
            owner: Some(Owner {
                kind: kind.to_owned(),
                name: UserName::from_cluster(owner),
            }),
            quota: Quota::default(),
            quota_use: QuotaUse::default(),
            health: Health::healthy(),
            created_at: None,
            resource_version: String::new(),
            managed_by: None,
        })
    }

    fn lines(reach: &Reach) -> Vec<(&str, &str, &str, &str)> {
        reach
            .rights
            .iter()
            .map(|right| {
                (
                    right.who.name(),
                    right.profile.as_ref().map_or("*", ProfileName::as_str),
                    right.level.as_str(),
                    right.source.code(),
                )
            })
            .collect()
    }

    #[test]
    fn every_right_is_there_with_its_source() {
        let grant = |subject, profile: Option<&str>, role: &str| {
            Arc::new(Grant {
                subject,
                profile: profile.map(ProfileName::from_cluster),
                binding: "b".to_owned(),
                role: role.to_owned(),
            })
        };
        let contribution = |user: &str, policy| {
            Arc::new(Contribution {
                profile: ProfileName::from_cluster("team"),
                user: UserName::from_cluster(user),
                role: Role::Edit,
                binding: true,
                policy,
                until: None,
            })
        };
        let reach = Reach::of(
            &[profile("team", "User", "ana@example.com")],
            &[
                contribution("bob@example.com", true),
                contribution("eve@example.com", false),
            ],
            &[
                grant(
                    Subject::User(UserName::from_cluster("ana@example.com")),
                    None,
                    "cluster-admin",
                ),
                grant(
                    Subject::Group("ml-team".to_owned()),
                    Some("team"),
                    "pod-reader",
                ),
            ],
        );
        assert_eq!(
            lines(&reach),
            [
                ("ana@example.com", "*", "admin", "cluster-role-binding"),
                ("ana@example.com", "team", "owner", "owner"),
                ("bob@example.com", "team", "edit", "contributor"),
                ("eve@example.com", "team", "edit", "half-pair"),
                ("ml-team", "team", "other", "role-binding"),
            ]
        );
    }

    #[test]
    fn a_group_that_owns_is_said_to_be_half_in() {
        let reach = Reach::of(&[profile("team", "Group", "ml-team")], &[], &[]);
        assert_eq!(reach.rights[0].who, Who::Group("ml-team".to_owned()));
        assert!(reach.rights[0].trouble.contains("Istio"));
    }
}
