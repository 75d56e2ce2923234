//! What is different, field by field, in the order in which it is put right. From memory.

use std::collections::BTreeSet;

use super::{Declared, DeclaredProfile};
use crate::access::Access;
use crate::domain::{Change, Profile, ProfileName, Quota, ResourceName, Role, UserName};

/// Do contributors go who are not in the file?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prune {
    Nobody,
    /// Of profiles that are in the file.
    Contributors,
}

/// Something that is not as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    NewProfile {
        name: ProfileName,
        wanted: DeclaredProfile,
    },
    OtherOwner {
        name: ProfileName,
        before: Option<UserName>,
        wanted: UserName,
    },
    OtherQuota {
        name: ProfileName,
        before: Quota,
        wanted: Quota,
    },
    NewContributor {
        profile: ProfileName,
        user: UserName,
        role: Role,
    },
    /// Another role of somebody who is in the file, or somebody who is not.
    SurplusContributor {
        profile: ProfileName,
        user: UserName,
        role: Role,
    },
}

impl Difference {
    /// `Profile ana: spec.owner.name`, before and after.
    pub fn changes(&self) -> Vec<Change> {
        match self {
            Self::NewProfile { name, wanted } => {
                let mut changes = vec![owner_change(name, None, &wanted.owner)];
                changes.extend(quota_changes(name, &Quota::default(), &wanted.quota));
                changes
            }
            Self::OtherOwner {
                name,
                before,
                wanted,
            } => vec![owner_change(name, before.as_ref(), wanted)],
            Self::OtherQuota {
                name,
                before,
                wanted,
            } => quota_changes(name, before, wanted),
            Self::NewContributor {
                profile,
                user,
                role,
            } => vec![Change {
                field: format!("Contributor {user} in {profile}"),
                before: None,
                after: Some(role.to_string()),
            }],
            Self::SurplusContributor {
                profile,
                user,
                role,
            } => vec![Change {
                field: format!("Contributor {user} in {profile}"),
                before: Some(role.to_string()),
                after: None,
            }],
        }
    }
}

fn owner_change(name: &ProfileName, before: Option<&UserName>, wanted: &UserName) -> Change {
    Change {
        field: format!("Profile {name}: spec.owner.name"),
        before: before.map(ToString::to_string),
        after: Some(wanted.to_string()),
    }
}

fn quota_changes(name: &ProfileName, before: &Quota, wanted: &Quota) -> Vec<Change> {
    let lines = before.iter().chain(wanted.iter());
    let names: BTreeSet<&ResourceName> = lines.map(|(resource, _)| resource).collect();
    let changed = names
        .into_iter()
        .filter(|resource| before.get(resource) != wanted.get(resource));
    changed
        .map(|resource| Change {
            field: format!("Profile {name}: spec.resourceQuotaSpec.hard.{resource}"),
            before: before.get(resource).map(|amount| amount.to_string()),
            after: wanted.get(resource).map(|amount| amount.to_string()),
        })
        .collect()
}

/// One pass over the file; profiles first, because contributors need them.
pub fn compare(access: &Access, declared: &Declared, prune: Prune) -> Vec<Difference> {
    let mut found = Vec::new();
    for (name, wanted) in &declared.profiles {
        match access.cluster().profile(name) {
            None => found.push(Difference::NewProfile {
                name: name.clone(),
                wanted: wanted.clone(),
            }),
            Some(profile) => found.extend(of_profile(&profile, wanted)),
        }
    }
    let named = declared.profiles.keys();
    let shared = declared.contributors.iter().map(|(profile, _, _)| profile);
    let profiles: BTreeSet<&ProfileName> = named.chain(shared).collect();
    for profile in profiles {
        found.extend(of_contributors(access, declared, (profile, prune)));
    }
    found
}

fn of_profile(profile: &Profile, wanted: &DeclaredProfile) -> Vec<Difference> {
    let mut found = Vec::new();
    let before = profile.owner.as_ref().map(|owner| owner.name.clone());
    if before.as_ref() != Some(&wanted.owner) {
        found.push(Difference::OtherOwner {
            name: profile.name.clone(),
            before,
            wanted: wanted.owner.clone(),
        });
    }
    if profile.quota != wanted.quota {
        found.push(Difference::OtherQuota {
            name: profile.name.clone(),
            before: profile.quota.clone(),
            wanted: wanted.quota.clone(),
        });
    }
    found
}

fn of_contributors(
    access: &Access,
    declared: &Declared,
    (profile, prune): (&ProfileName, Prune),
) -> Vec<Difference> {
    let there = access.contributors_of(profile);
    let wanted = || {
        declared
            .contributors
            .iter()
            .filter(|(place, _, _)| place == profile)
    };
    let is_whole = |user: &UserName, role: Role| {
        there
            .iter()
            .any(|one| one.user == *user && one.role == role && one.binding && one.policy)
    };
    let mut found: Vec<Difference> = wanted()
        .filter(|(_, user, role)| !is_whole(user, *role))
        .map(|(_, user, role)| Difference::NewContributor {
            profile: profile.clone(),
            user: user.clone(),
            role: *role,
        })
        .collect();
    for one in &there {
        let is_wanted = wanted().any(|(_, user, role)| *user == one.user && *role == one.role);
        let is_named = wanted().any(|(_, user, _)| *user == one.user);
        if !is_wanted && (is_named || prune == Prune::Contributors) {
            found.push(Difference::SurplusContributor {
                profile: profile.clone(),
                user: one.user.clone(),
                role: one.role,
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(lines: &[(&str, &str)]) -> Quota {
        lines
            .iter()
            .map(|(name, amount)| Quota::line(name, amount).unwrap())
            .collect()
    }

    #[test]
    fn a_quota_differs_line_by_line_and_equal_amounts_are_equal() {
        let name = ProfileName::from_cluster("ana");
        let before = quota(&[("cpu", "4"), ("memory", "1024Mi"), ("pods", "3")]);
        let wanted = quota(&[("cpu", "8"), ("memory", "1Gi")]);
        let changes: Vec<String> = quota_changes(&name, &before, &wanted)
            .into_iter()
            .map(|one| format!("{} {:?} {:?}", one.field, one.before, one.after))
            .collect();
        assert_eq!(
            changes,
            [
                "Profile ana: spec.resourceQuotaSpec.hard.cpu Some(\"4\") Some(\"8\")",
                "Profile ana: spec.resourceQuotaSpec.hard.pods Some(\"3\") None",
            ]
        );
    }
}
