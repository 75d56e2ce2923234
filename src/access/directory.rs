//! Everybody, joined: logins, owners and contributors become one list of people, once per change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::reach::Reach;
use crate::cluster::Cluster;
use crate::domain::{Contribution, Login, LoginSource, Profile, ProfileName, Role, UserName};

/// Everything known about one person. The key is the e-mail in lower case, as Dex folds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub key: String,
    /// As RBAC and Istio know the person where that differs from the key, else the key.
    pub name: UserName,
    pub logins: Vec<Arc<Login>>,
    pub owns: Vec<ProfileName>,
    pub contributes: Vec<(ProfileName, Role)>,
    pub findings: Vec<Finding>,
}

/// Something about a login that needs attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    DefaultPassword,
    UpperCase,
    Duplicate,
    NoUserId,
    SharedUserId,
    Cost,
    NoProfile,
    /// Owns a profile.
    NoLogin,
    /// Only contributes.
    Stranger,
}

impl Finding {
    pub const ALL: [Self; 9] = [
        Self::DefaultPassword,
        Self::UpperCase,
        Self::Duplicate,
        Self::NoUserId,
        Self::SharedUserId,
        Self::Cost,
        Self::NoProfile,
        Self::NoLogin,
        Self::Stranger,
    ];

    /// Stable code, for filters.
    pub fn code(self) -> &'static str {
        match self {
            Self::DefaultPassword => "default-password",
            Self::UpperCase => "upper-case",
            Self::Duplicate => "duplicate",
            Self::NoUserId => "no-user-id",
            Self::SharedUserId => "shared-user-id",
            Self::Cost => "cost",
            Self::NoProfile => "no-profile",
            Self::NoLogin => "no-login",
            Self::Stranger => "stranger",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::DefaultPassword => "Default password",
            Self::UpperCase => "Upper case in e-mail",
            Self::Duplicate => "Two logins",
            Self::NoUserId => "No user ID",
            Self::SharedUserId => "Shared user ID",
            Self::Cost => "Hash cost out of range",
            Self::NoProfile => "No profile",
            Self::NoLogin => "No login here",
            Self::Stranger => "Contributor without login",
        }
    }

    /// What it means and what to do.
    pub fn explain(self) -> &'static str {
        match self {
            Self::DefaultPassword => {
                "The password that Kubeflow ships, 12341234, is still in use. Set a new one."
            }
            Self::UpperCase => {
                "Dex compares e-mails in lower case, but states this one as it is written, and everything behind it \
                 compares byte for byte: write the address in lower case at its source."
            }
            Self::Duplicate => {
                "There is more than one login of this e-mail. Dex uses the static entry, of several the last, and \
                 never looks at the others: what is changed there has no effect."
            }
            Self::NoUserId => {
                "The login has no user ID, so it shares its subject and its sessions at Dex with every other one like \
                 it."
            }
            Self::SharedUserId => {
                "Somebody else has the same user ID: to Dex both are one subject and end each other’s sessions."
            }
            Self::Cost => {
                "Dex refuses hashes with a cost below 10 or above 16 at sign-in, and 16 takes seconds each time. Set a \
                 new password."
            }
            Self::NoProfile => {
                "This person can sign in but has no profile and contributes to none."
            }
            Self::NoLogin => "This person owns a profile, but has no login in Dex.",
            Self::Stranger => "This person contributes to a profile, but has no login in Dex.",
        }
    }
}

/// Keeps the joined list until something changes.
#[derive(Default)]
#[expect(clippy::type_complexity, reason = "named once, used once")]
pub struct Directory {
    last: Mutex<Option<(u64, Arc<Vec<Arc<Person>>>)>>,
    reach: Mutex<Option<(u64, Arc<Reach>)>>,
}

impl Directory {
    /// The joined list, sorted by key. O(n log n) in people once per change, O(1) between changes.
    pub fn people(&self, cluster: &Cluster) -> Arc<Vec<Arc<Person>>> {
        let generation = cluster.generation();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, people)) = last.as_ref()
            && *known == generation
        {
            return people.clone();
        }
        let people = Arc::new(join(
            &cluster.logins().items,
            &cluster.profiles().items,
            &cluster.contributions().items,
        ));
        *last = Some((generation, people.clone()));
        people
    }
}

impl Directory {
    /// Every right of everybody, once per change.
    pub fn reach(&self, cluster: &Cluster) -> Arc<Reach> {
        let generation = cluster.generation();
        let mut last = self.reach.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, reach)) = last.as_ref()
            && *known == generation
        {
            return reach.clone();
        }
        let reach = Arc::new(Reach::of(
            &cluster.profiles().items,
            &cluster.contributions().items,
            &cluster.grants().items,
        ));
        *last = Some((generation, reach.clone()));
        reach
    }
}

fn join(
    logins: &[Arc<Login>],
    profiles: &[Arc<Profile>],
    contributions: &[Arc<Contribution>],
) -> Vec<Arc<Person>> {
    let mut people: BTreeMap<String, Person> = BTreeMap::new();
    let entry = |people: &mut BTreeMap<String, Person>, name: &UserName| -> String {
        let key = name.folded();
        people.entry(key.clone()).or_insert_with(|| Person {
            key: key.clone(),
            name: name.clone(),
            logins: Vec::new(),
            owns: Vec::new(),
            contributes: Vec::new(),
            findings: Vec::new(),
        });
        key
    };
    for login in logins {
        let key = entry(&mut people, &login.email);
        if let Some(person) = people.get_mut(&key) {
            person.logins.push(login.clone());
        }
    }
    for profile in profiles {
        let Some(owner) = profile.owner.as_ref().filter(|owner| owner.kind == "User") else {
            continue;
        };
        let key = entry(&mut people, &owner.name);
        if let Some(person) = people.get_mut(&key) {
            person.owns.push(profile.name.clone());
        }
    }
    for contribution in contributions {
        let key = entry(&mut people, &contribution.user);
        if let Some(person) = people.get_mut(&key) {
            person
                .contributes
                .push((contribution.profile.clone(), contribution.role));
        }
    }
    let shared = shared_user_ids(&people);
    people
        .into_values()
        .map(|mut person| {
            person.findings = findings(&person, &shared);
            Arc::new(person)
        })
        .collect()
}

/// User IDs that more than one person has.
fn shared_user_ids(people: &BTreeMap<String, Person>) -> BTreeSet<String> {
    let mut holder: BTreeMap<&str, &str> = BTreeMap::new();
    let mut shared = BTreeSet::new();
    for (key, person) in people {
        for login in person
            .logins
            .iter()
            .filter(|login| !login.user_id.is_empty())
        {
            let first = holder.entry(&login.user_id).or_insert(key);
            if *first != key {
                shared.insert(login.user_id.clone());
            }
        }
    }
    shared
}

fn findings(person: &Person, shared: &BTreeSet<String>) -> Vec<Finding> {
    let any = |test: fn(&Login) -> bool| person.logins.iter().any(|login| test(login));
    let found = [
        (
            Finding::DefaultPassword,
            any(|login| login.default_password),
        ),
        (
            Finding::UpperCase,
            any(|login| login.email.folded() != login.email.as_str()),
        ),
        (Finding::Duplicate, person.logins.len() > 1),
        (Finding::NoUserId, any(|login| login.user_id.is_empty())),
        (
            Finding::SharedUserId,
            person
                .logins
                .iter()
                .any(|login| shared.contains(&login.user_id)),
        ),
        (
            Finding::Cost,
            any(|login| login.cost.is_some_and(|cost| !(10..=15).contains(&cost))),
        ),
        (
            Finding::NoProfile,
            !person.logins.is_empty() && person.owns.is_empty() && person.contributes.is_empty(),
        ),
        (
            Finding::NoLogin,
            person.logins.is_empty() && !person.owns.is_empty(),
        ),
        (
            Finding::Stranger,
            person.logins.is_empty() && person.owns.is_empty(),
        ),
    ];
    found
        .into_iter()
        .filter_map(|(finding, is_so)| is_so.then_some(finding))
        .collect()
}

impl Person {
    /// The login that this program can change, if there is one.
    pub fn password_object(&self) -> Option<&Arc<Login>> {
        self.logins
            .iter()
            .find(|login| login.source == LoginSource::PasswordObject)
    }

    /// The login that Dex looks at: a static entry hides a Password object, and the last of several the others.
    pub fn used_login(&self) -> Option<&Arc<Login>> {
        self.static_logins()
            .last()
            .or_else(|| self.password_object())
    }

    pub fn static_logins(&self) -> impl DoubleEndedIterator<Item = &Arc<Login>> {
        self.logins
            .iter()
            .filter(|login| login.source == LoginSource::Static)
    }

    pub fn static_login(&self) -> Option<&Arc<Login>> {
        self.logins
            .iter()
            .find(|login| login.source == LoginSource::Static)
    }

    /// Is `text`, in lower case, a part of the e-mail, the name or a profile's name?
    pub fn mentions(&self, text: &str) -> bool {
        self.key.contains(text)
            || self.display_name().to_lowercase().contains(text)
            || self.owns.iter().any(|name| name.as_str().contains(text))
    }

    pub fn display_name(&self) -> &str {
        self.logins
            .first()
            .map_or("", |login| login.username.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(email: &str, source: LoginSource) -> Arc<Login> {
        Arc::new(Login {
            email: UserName::from_cluster(email),
            username: "x".into(),
            user_id: "1".into(),
            source,
            cost: Some(12),
            default_password: false,
            disabled: false,
        })
    }

    fn contribution(profile: &str, user: &str) -> Arc<Contribution> {
        Arc::new(Contribution {
            profile: ProfileName::from_cluster(profile),
            user: UserName::from_cluster(user),
            role: Role::Edit,
            binding: true,
            policy: true,
            until: None,
        })
    }

    #[test]
    fn one_person_is_one_row_however_the_address_is_written() {
        let logins = [
            login("Bob@Example.com", LoginSource::Static),
            login("bob@example.com", LoginSource::PasswordObject),
        ];
        let people = join(&logins, &[], &[contribution("ana", "bob@example.com")]);
        assert_eq!(people.len(), 1);
        assert_eq!(people[0].findings, [Finding::UpperCase, Finding::Duplicate]);
    }

    #[test]
    fn a_user_id_of_two_people_is_a_finding_of_both() {
        let logins = [
            login("ana@example.com", LoginSource::Static),
            login("bob@example.com", LoginSource::PasswordObject),
        ];
        let people = join(&logins, &[], &[contribution("p", "ana@example.com")]);
        assert_eq!(people[0].findings, [Finding::SharedUserId]);
        assert_eq!(
            people[1].findings,
            [Finding::SharedUserId, Finding::NoProfile]
        );
    }

    #[test]
    fn a_contributor_without_a_login_is_shown_and_says_so() {
        let people = join(&[], &[], &[contribution("ana", "ldap@example.com")]);
        assert_eq!(people[0].findings, [Finding::Stranger]);
        let people = join(
            &[login("eve@example.com", LoginSource::PasswordObject)],
            &[],
            &[],
        );
        assert_eq!(people[0].findings, [Finding::NoProfile]);
    }
}
