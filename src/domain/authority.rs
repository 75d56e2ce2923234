//! Who may administer, and by which bindings: `ClusterRoleBinding`s joined with the rules of their `ClusterRole`s.
//!
//! An administrator is whoever may do everything that this program offers; somebody with a part of it is one in part.
//! Rights within single namespaces are no part of this.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Manager, Permission, ResourceRule, Subject, UserName};

/// One rule of a `ClusterRole`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyRule {
    pub groups: Vec<String>,
    pub resources: Vec<String>,
    pub verbs: Vec<String>,
    /// Empty: every object.
    pub names: Vec<String>,
}

impl PolicyRule {
    pub fn grants(&self, wanted: &ResourceRule) -> bool {
        let holds = |list: &[String], word: &str| list.iter().any(|one| one == "*" || one == word);
        let named = self.names.is_empty()
            || wanted
                .name
                .is_some_and(|name| self.names.iter().any(|one| one == name));
        named
            && holds(&self.groups, wanted.group)
            && holds(&self.resources, wanted.resource)
            && holds(&self.verbs, wanted.verb)
    }
}

/// A `ClusterRole` with the rules that are in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthorityRole {
    pub rules: Vec<PolicyRule>,
    /// Roles that its rules are put together from.
    pub aggregated_from: Vec<String>,
}

/// A `ClusterRoleBinding` that names people or groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityBinding {
    pub name: String,
    pub role: String,
    pub subjects: Vec<Subject>,
    pub leaving: Option<Leaving>,
    pub managed_by: Option<Manager>,
}

/// Whom somebody is about to take out of a binding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaving {
    pub subject: Subject,
    pub since: Timestamp,
}

impl Leaving {
    /// Whoever lost the right to go on in between cannot take the mark away again: it runs out by itself.
    const HOLDS: SignedDuration = SignedDuration::from_mins(10);

    fn holds(&self, now: Timestamp) -> bool {
        now.duration_since(self.since) < Self::HOLDS
    }
}

/// All bindings of the cluster, and the roles they bind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authority {
    pub roles: BTreeMap<String, AuthorityRole>,
    pub bindings: Vec<AuthorityBinding>,
}

/// One binding of somebody that gives rights of an administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    pub binding: String,
    pub role: String,
    pub aggregated_from: Vec<String>,
    /// What it allows by itself.
    pub permissions: Vec<Permission>,
    /// Others whom the same binding names.
    pub others: usize,
    pub managed_by: Option<Manager>,
}

/// Somebody with rights of an administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub subject: Subject,
    pub ways: Vec<Way>,
    /// What all ways together allow, of what changes something.
    pub permissions: Vec<Permission>,
    /// Everything that this program offers.
    pub is_full: bool,
}

/// Who can come in, as far as is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entrants {
    pub people: BTreeSet<UserName>,
    /// Groups of people whose session is alive.
    pub groups: BTreeMap<String, BTreeSet<UserName>>,
}

impl Entrants {
    #[must_use]
    pub fn without(mut self, gone: &[UserName]) -> Self {
        let stays = |name: &UserName| !gone.iter().any(|one| one.folded() == name.folded());
        self.people.retain(stays);
        for members in self.groups.values_mut() {
            members.retain(stays);
        }
        self
    }
}

/// What is done about one administrator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "administrator", rename_all = "kebab-case")]
pub enum AdministratorChange {
    /// Into the binding of ours, of the role that is shipped.
    Add { user: UserName },
    /// Out of one binding; others whom it names stay in it.
    Remove { binding: String, subject: Subject },
}

impl AdministratorChange {
    pub fn describe(&self) -> String {
        match self {
            Self::Add { user } => format!("Make {user} an administrator"),
            Self::Remove { binding, subject } => {
                format!("Take {subject} out of ClusterRoleBinding {binding}")
            }
        }
    }

    pub fn subject(&self) -> String {
        match self {
            Self::Add { user } => user.to_string(),
            Self::Remove { subject, .. } => subject.to_string(),
        }
    }

    /// The constant of the activity record.
    pub fn action(&self) -> &'static str {
        match self {
            Self::Add { .. } => "administrator.added",
            Self::Remove { .. } => "administrator.removed",
        }
    }
}

impl Authority {
    /// Everybody with rights of an administrator, by name.
    pub fn holders(&self) -> Vec<Holder> {
        let subjects: BTreeSet<&Subject> = self
            .bindings
            .iter()
            .flat_map(|binding| &binding.subjects)
            .collect();
        let mut holders: Vec<Holder> = subjects
            .into_iter()
            .filter_map(|subject| self.holder(subject))
            .collect();
        holders.sort_by_key(|holder| holder.subject.name().to_ascii_lowercase());
        holders
    }

    /// `None` for somebody who may change nothing here.
    pub fn holder(&self, subject: &Subject) -> Option<Holder> {
        let theirs: Vec<&AuthorityBinding> = self
            .bindings
            .iter()
            .filter(|binding| binding.subjects.contains(subject))
            .collect();
        let rules: Vec<&PolicyRule> = theirs
            .iter()
            .flat_map(|binding| self.rules(&binding.role))
            .collect();
        let permissions: Vec<Permission> = allowed(&rules)
            .into_iter()
            .filter(|permission| permission.is_write())
            .collect();
        if permissions.is_empty() {
            return None;
        }
        let ways = theirs
            .into_iter()
            .filter(|binding| self.takes_part(binding, &permissions))
            .map(|binding| self.way(binding))
            .collect();
        Some(Holder {
            subject: subject.clone(),
            ways,
            permissions,
            is_full: is_full(&rules),
        })
    }

    /// Administrators by name who can come in: by bindings of their own, or of groups they were seen with.
    pub fn administrators(&self, entrants: &Entrants) -> BTreeSet<UserName> {
        let mut subjects: BTreeMap<&UserName, BTreeSet<Subject>> = BTreeMap::new();
        for subject in self.bindings.iter().flat_map(|binding| &binding.subjects) {
            match subject {
                Subject::User(name) => {
                    if let Some(name) = entrants.people.get(name) {
                        subjects.entry(name).or_default().insert(subject.clone());
                    }
                }
                Subject::Group(group) => {
                    for name in entrants.groups.get(group).into_iter().flatten() {
                        subjects.entry(name).or_default().insert(subject.clone());
                    }
                }
            }
        }
        let full = |subjects: &BTreeSet<Subject>| {
            let theirs = self.bindings.iter().filter(|binding| {
                binding
                    .subjects
                    .iter()
                    .any(|subject| subjects.contains(subject))
            });
            let rules: Vec<&PolicyRule> = theirs
                .flat_map(|binding| self.rules(&binding.role))
                .collect();
            is_full(&rules)
        };
        subjects
            .into_iter()
            .filter(|(_, subjects)| full(subjects))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// As it will be once everybody is gone whom somebody is taking out of a binding right now.
    #[must_use]
    pub fn foreseen(mut self, now: Timestamp) -> Self {
        for binding in &mut self.bindings {
            if let Some(leaving) = binding.leaving.as_ref().filter(|mark| mark.holds(now)) {
                binding
                    .subjects
                    .retain(|subject| *subject != leaving.subject);
            }
        }
        self
    }

    /// As it would be without one subject of one binding.
    #[must_use]
    pub fn without(mut self, name: &str, subject: &Subject) -> Self {
        for binding in &mut self.bindings {
            if binding.name == name {
                binding.subjects.retain(|other| other != subject);
            }
        }
        self
    }

    fn rules(&self, role: &str) -> &[PolicyRule] {
        self.roles.get(role).map_or(&[], |role| &role.rules)
    }

    /// Does it give at least a part of one of these?
    fn takes_part(&self, binding: &AuthorityBinding, permissions: &[Permission]) -> bool {
        let rules = self.rules(&binding.role);
        permissions
            .iter()
            .flat_map(|permission| permission.rules())
            .filter(|wanted| wanted.verb != "list")
            .any(|wanted| rules.iter().any(|rule| rule.grants(wanted)))
    }

    fn way(&self, binding: &AuthorityBinding) -> Way {
        let rules: Vec<&PolicyRule> = self.rules(&binding.role).iter().collect();
        Way {
            binding: binding.name.clone(),
            role: binding.role.clone(),
            aggregated_from: self
                .roles
                .get(&binding.role)
                .map(|role| role.aggregated_from.clone())
                .unwrap_or_default(),
            permissions: allowed(&rules)
                .into_iter()
                .filter(|permission| permission.is_write())
                .collect(),
            others: binding.subjects.len().saturating_sub(1),
            managed_by: binding.managed_by,
        }
    }
}

fn allowed(rules: &[&PolicyRule]) -> Vec<Permission> {
    let granted = |wanted: &ResourceRule| rules.iter().any(|rule| rule.grants(wanted));
    Permission::ALL
        .into_iter()
        .filter(|permission| permission.rules().iter().all(granted))
        .collect()
}

fn is_full(rules: &[&PolicyRule]) -> bool {
    allowed(rules).len() == Permission::ALL.len()
}

/// What stands in the way of taking somebody's rights or login: nobody would be left.
fn somebody_stays(before: &BTreeSet<UserName>, after: &BTreeSet<UserName>) -> Result<(), String> {
    if before.is_empty() || !after.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = before.iter().map(UserName::as_str).collect();
    Err(format!(
        "Nobody would be left who administers and can sign in: now it is {}. Make somebody else an administrator first.",
        names.join(", ")
    ))
}

impl Authority {
    /// May these people lose their logins, with the rest of what is foreseen? Where nobody can be told to administer
    /// today, nothing is taken away.
    pub fn keeps_an_administrator(
        &self,
        foreseen: &Self,
        entrants: &Entrants,
        gone: &[UserName],
    ) -> Result<(), String> {
        let before = self.administrators(entrants);
        let after = foreseen.administrators(&entrants.clone().without(gone));
        somebody_stays(&before, &after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(|&word| word.to_owned()).collect()
    }

    fn everything() -> AuthorityRole {
        AuthorityRole {
            rules: vec![PolicyRule {
                groups: words(&["*"]),
                resources: words(&["*"]),
                verbs: words(&["*"]),
                names: Vec::new(),
            }],
            aggregated_from: Vec::new(),
        }
    }

    /// Logins, and nothing else.
    fn logins() -> AuthorityRole {
        AuthorityRole {
            rules: vec![PolicyRule {
                groups: words(&["dex.coreos.com"]),
                resources: words(&["passwords"]),
                verbs: words(&["list", "create", "patch", "delete"]),
                names: Vec::new(),
            }],
            aggregated_from: words(&["part-of-logins"]),
        }
    }

    fn user(name: &str) -> Subject {
        Subject::User(UserName::from_cluster(name))
    }

    fn binding(name: &str, role: &str, subjects: &[Subject]) -> AuthorityBinding {
        AuthorityBinding {
            name: name.to_owned(),
            role: role.to_owned(),
            subjects: subjects.to_vec(),
            leaving: None,
            managed_by: None,
        }
    }

    fn authority(bindings: Vec<AuthorityBinding>) -> Authority {
        let roles = [("cluster-admin", everything()), ("logins", logins())];
        Authority {
            roles: roles
                .into_iter()
                .map(|(name, role)| (name.to_owned(), role))
                .collect(),
            bindings,
        }
    }

    fn entrants(people: &[&str]) -> Entrants {
        Entrants {
            people: people
                .iter()
                .map(|&name| UserName::from_cluster(name))
                .collect(),
            groups: BTreeMap::new(),
        }
    }

    #[test]
    fn every_holder_is_told_with_the_bindings_that_make_them_one() {
        let all = authority(vec![
            binding(
                "root",
                "cluster-admin",
                &[user("ana@x.io"), Subject::Group("ops".to_owned())],
            ),
            binding("desk", "logins", &[user("ana@x.io"), user("bob@x.io")]),
            binding("view", "view", &[user("eve@x.io")]),
        ]);
        let found: Vec<(String, Vec<String>, bool)> = all
            .holders()
            .into_iter()
            .map(|holder| {
                let ways = holder.ways.into_iter().map(|way| way.binding).collect();
                (holder.subject.to_string(), ways, holder.is_full)
            })
            .collect();
        assert_eq!(
            found,
            [
                ("ana@x.io".to_owned(), words(&["root", "desk"]), true),
                ("bob@x.io".to_owned(), words(&["desk"]), false),
                ("the group ops".to_owned(), words(&["root"]), true),
            ]
        );
        let bob = all.holder(&user("bob@x.io")).unwrap();
        assert_eq!(bob.permissions, [Permission::WriteUsers]);
        assert_eq!(bob.ways[0].aggregated_from, ["part-of-logins"]);
        assert_eq!(bob.ways[0].others, 1);
    }

    #[test]
    fn a_right_to_one_object_is_a_right_to_that_object_only() {
        let rule = PolicyRule {
            groups: words(&["rbac.authorization.k8s.io"]),
            resources: words(&["clusterroles"]),
            verbs: words(&["bind"]),
            names: words(&["kubeflow-edit"]),
        };
        let wanted = Permission::WriteAdministrators.rules()[1];
        assert!(!rule.grants(&wanted));
        let named = PolicyRule {
            names: words(&[super::super::ADMINISTRATOR_ROLE]),
            ..rule
        };
        assert!(named.grants(&wanted));
    }

    #[test]
    fn sec_27_the_last_who_can_sign_in_stays() {
        let all = authority(vec![
            binding("a", "cluster-admin", &[user("ana@x.io")]),
            binding("b", "cluster-admin", &[user("bob@x.io")]),
        ]);
        let without_bob = all.clone().without("b", &user("bob@x.io"));
        let both = entrants(&["ana@x.io", "bob@x.io"]);
        assert_eq!(all.keeps_an_administrator(&without_bob, &both, &[]), Ok(()));
        // Ana is bound and cannot sign in: Bob is the last.
        let only_bob = entrants(&["bob@x.io"]);
        let why = all
            .keeps_an_administrator(&without_bob, &only_bob, &[])
            .unwrap_err();
        assert!(
            why.contains("bob@x.io") && !why.contains("ana@x.io"),
            "{why}"
        );
        // The rights may stay and the login go: that is the same.
        let bob = UserName::from_cluster("Bob@x.io");
        all.keeps_an_administrator(&all, &only_bob, &[bob])
            .unwrap_err();
    }

    #[test]
    fn sec_27_two_who_remove_each_other_both_see_that_nobody_would_be_left() {
        let mut all = authority(vec![
            binding("a", "cluster-admin", &[user("ana@x.io")]),
            binding("b", "cluster-admin", &[user("bob@x.io")]),
        ]);
        let both = entrants(&["ana@x.io", "bob@x.io"]);
        let now = Timestamp::UNIX_EPOCH;
        let mark = |name: &str| {
            Some(Leaving {
                subject: user(name),
                since: now,
            })
        };
        let judged = |all: &Authority, now| {
            all.keeps_an_administrator(&all.clone().foreseen(now), &both, &[])
        };
        all.bindings[0].leaving = mark("ana@x.io");
        assert_eq!(judged(&all, now), Ok(()));
        all.bindings[1].leaving = mark("bob@x.io");
        judged(&all, now).unwrap_err();
        // A mark that nobody could take away is no reason for ever.
        assert_eq!(judged(&all, now + SignedDuration::from_mins(11)), Ok(()));
    }

    #[test]
    fn whoever_was_seen_with_a_group_counts_with_it() {
        let all = authority(vec![binding(
            "ops",
            "cluster-admin",
            &[Subject::Group("ops".to_owned())],
        )]);
        let mut seen = entrants(&[]);
        assert_eq!(all.administrators(&seen), BTreeSet::new());
        let carl = UserName::from_cluster("carl@x.io");
        let members = BTreeSet::from([carl.clone()]);
        seen.groups.insert("ops".to_owned(), members);
        assert_eq!(all.administrators(&seen), BTreeSet::from([carl]));
    }
}
