//! Who else may use a profile: pairs of RoleBinding and AuthorizationPolicy, whole and half, by the rules of KFAM. Pure.

use std::collections::BTreeMap;

use super::kinds::{OWNER_BINDING, OWNER_POLICY};
use crate::domain::{
    BindingHalf, Contribution, Grant, Pair, PolicyHalf, ProfileName, Role, Subject, UserName,
};

/// The contributions of one namespace, from its bindings and policies by name.
pub(crate) fn of_namespace<'a>(
    profile: &ProfileName,
    bindings: impl Iterator<Item = (&'a str, &'a BindingHalf)>,
    policies: impl Iterator<Item = (&'a str, &'a PolicyHalf)>,
) -> Vec<Contribution> {
    let mut found: BTreeMap<(&str, Role, &str), Contribution> = BTreeMap::new();
    for (name, binding) in bindings {
        let Some((user, role)) = of_binding(name, binding) else {
            continue;
        };
        let pair = found
            .entry((user, role, name))
            .or_insert_with(|| none(profile, user, role));
        pair.binding = true;
        pair.until.clone_from(&binding.until);
    }
    for (name, policy) in policies {
        let (Some(user), Some(role)) = (policy.user.as_deref(), policy.role) else {
            continue;
        };
        if name == OWNER_POLICY {
            continue;
        }
        let pair = found
            .entry((user, role, name))
            .or_insert_with(|| none(profile, user, role));
        pair.policy = true;
    }
    found.into_values().collect()
}

/// The same by object name, with everything that can be wrong in it.
pub(crate) fn pairs<'a>(
    profile: &ProfileName,
    bindings: impl Iterator<Item = (&'a str, &'a BindingHalf)>,
    policies: impl Iterator<Item = (&'a str, &'a PolicyHalf)>,
) -> Vec<Pair> {
    let mut found: BTreeMap<&str, Pair> = BTreeMap::new();
    let empty = |name: &str| Pair {
        profile: profile.clone(),
        object: name.to_owned(),
        binding: None,
        policy: None,
    };
    for (name, binding) in bindings {
        if name == OWNER_BINDING || binding.user.is_none() || binding.role.is_none() {
            continue;
        }
        found.entry(name).or_insert_with(|| empty(name)).binding = Some(binding.clone());
    }
    for (name, policy) in policies {
        if name == OWNER_POLICY || policy.user.is_none() || policy.role.is_none() {
            continue;
        }
        found.entry(name).or_insert_with(|| empty(name)).policy = Some(policy.clone());
    }
    found.into_values().collect()
}

/// Roles of people in one namespace by bindings that are no contributor's and not the owner's; and those of groups that
/// are written like a contributor's: RBAC honours them, while the policy beside them lets through nobody of the group.
pub(crate) fn grants<'a>(
    profile: &ProfileName,
    bindings: impl Iterator<Item = (&'a str, &'a BindingHalf)>,
) -> Vec<Grant> {
    let others = bindings.filter(|(name, binding)| {
        let is_plain = binding.user.is_none() || binding.role.is_none();
        *name != OWNER_BINDING && (is_plain || is_for_group(binding))
    });
    let one = |(name, binding): (&'a str, &'a BindingHalf)| {
        let grant = move |subject: &Subject| Grant {
            subject: subject.clone(),
            profile: Some(profile.clone()),
            binding: name.to_owned(),
            role: binding.cluster_role.clone(),
        };
        binding.subjects.iter().map(grant)
    };
    others.flat_map(one).collect()
}

/// KFAM passes over bindings without both annotations and the owner's is no contribution.
fn of_binding<'a>(name: &str, binding: &'a BindingHalf) -> Option<(&'a str, Role)> {
    if name == OWNER_BINDING {
        return None;
    }
    let annotated = binding.role.as_deref()?;
    binding.user.as_deref()?;
    if is_for_group(binding) {
        return None;
    }
    let role = binding.bound_role().or_else(|| annotated.parse().ok())?;
    Some((binding.person()?, role))
}

fn is_for_group(binding: &BindingHalf) -> bool {
    matches!(binding.subject(), Some(Subject::Group(_)))
}

fn none(profile: &ProfileName, user: &str, role: Role) -> Contribution {
    Contribution {
        profile: profile.clone(),
        user: UserName::from_cluster(user),
        role,
        binding: false,
        policy: false,
        until: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binding(user: &str, cluster_role: &str) -> BindingHalf {
        BindingHalf {
            user: Some(user.to_owned()),
            role: Some("edit".to_owned()),
            subjects: vec![Subject::User(UserName::from_cluster(user))],
            count: 1,
            cluster_role: cluster_role.to_owned(),
            until: None,
        }
    }

    fn policy(user: &str) -> PolicyHalf {
        PolicyHalf {
            user: Some(user.to_owned()),
            role: Some(Role::Edit),
            passages: Vec::new(),
        }
    }

    #[test]
    fn pairs_half_pairs_and_the_owner_are_told_apart() {
        let team = ProfileName::from_cluster("team");
        let bindings = [
            (
                "namespaceAdmin",
                binding("owner@example.com", "kubeflow-admin"),
            ),
            ("user-ana", binding("ana@example.com", "kubeflow-edit")),
            ("user-bob", binding("bob@example.com", "kubeflow-edit")),
        ];
        let policies = [
            ("ns-owner-access-istio", policy("owner@example.com")),
            ("user-ana", policy("ana@example.com")),
            ("user-eve", policy("eve@example.com")),
        ];
        let found = of_namespace(
            &team,
            bindings.iter().map(|(name, facts)| (*name, facts)),
            policies.iter().map(|(name, facts)| (*name, facts)),
        );
        let half = |user, binding, policy| Contribution {
            binding,
            policy,
            ..none(&team, user, Role::Edit)
        };
        assert_eq!(
            found,
            [
                half("ana@example.com", true, true),
                half("bob@example.com", true, false),
                half("eve@example.com", false, true),
            ]
        );
    }

    #[test]
    fn a_group_that_is_written_like_a_contributor_is_a_grant_to_the_group_and_no_person() {
        let team = ProfileName::from_cluster("team");
        let group = BindingHalf {
            subjects: vec![Subject::Group("ml-team".to_owned())],
            ..binding("ml-team", "kubeflow-edit")
        };
        let all = [("user-ml-team-clusterrole-edit", group)];
        let bindings = || all.iter().map(|(name, facts)| (*name, facts));
        assert_eq!(of_namespace(&team, bindings(), std::iter::empty()), []);
        let found: Vec<Subject> = grants(&team, bindings())
            .into_iter()
            .map(|grant| grant.subject)
            .collect();
        assert_eq!(found, [Subject::Group("ml-team".to_owned())]);
    }
}
