//! How each link is looked at.

use super::super::reach::Who;
use super::{ChainFix, Facts, Link, Sight, Way};
use crate::cluster::PasswordDb;
use crate::domain::{
    Email, HealthVerdict, LoginSource, Pair, PassageFault, Role, Stated, UserName,
};

/// What was seen of one link.
pub(super) struct Seen {
    pub(super) sight: Sight,
    pub(super) reason: String,
    pub(super) fix: Option<ChainFix>,
}

fn good(reason: impl Into<String>) -> Seen {
    Seen {
        sight: Sight::Good,
        reason: reason.into(),
        fix: None,
    }
}

fn broken(reason: impl Into<String>, fix: Option<ChainFix>) -> Seen {
    Seen {
        sight: Sight::Broken,
        reason: reason.into(),
        fix,
    }
}

fn unclear(reason: impl Into<String>, fix: Option<ChainFix>) -> Seen {
    Seen {
        sight: Sight::Unclear,
        reason: reason.into(),
        fix,
    }
}

impl<'a> Facts<'a> {
    /// As Dex states the person; where there is no login, in lower case as Dex would store it.
    pub(super) fn name(&self) -> String {
        match self.stated {
            Stated::As(name) => name.clone(),
            Stated::NoLogin => self.typed.trim().to_ascii_lowercase(),
        }
    }

    pub(super) fn look(&self, link: Link, name: &str) -> Seen {
        let way = self.way(name);
        match link {
            Link::Spelling => self.spelling(name),
            Link::Login => self.login(name),
            Link::Profile => self.profile(),
            Link::Binding => self.binding(way, name),
            Link::Policy => self.policy(way, name),
            Link::Gateway => self.passage(way, name),
            Link::Role => self.role(way),
            Link::Quota => self.quota(),
        }
    }

    /// The strongest standing, pairs before rights by RBAC alone.
    fn way(&self, name: &str) -> Way<'a> {
        let owner = self.profile.owner.as_ref();
        if owner.is_some_and(|owner| owner.kind == "User" && owner.name.as_str() == name) {
            return Way::Owner;
        }
        let mine = self
            .pairs
            .iter()
            .filter(|pair| pair.person().is_some_and(|person| person.as_str() == name));
        let whole = |pair: &&Pair| (pair.binding.is_some() && pair.policy.is_some(), pair.role());
        if let Some(pair) = mine.max_by_key(whole) {
            return Way::Contributor(pair);
        }
        let by_rbac = self.rights.iter().find(|right| {
            let here = right
                .profile
                .as_ref()
                .is_none_or(|profile| *profile == self.profile.name);
            here && right.who == Who::Person(UserName::from_cluster(name))
        });
        by_rbac.map_or(Way::Nothing, Way::Other)
    }

    fn spelling(&self, name: &str) -> Seen {
        if let Err(why) = name.parse::<Email>() {
            return broken(format!("“{name}” cannot be a login: {why}."), None);
        }
        let same_but = |other: &str| other != name && other.eq_ignore_ascii_case(name);
        if let Some(owner) = self.profile.owner.as_ref()
            && same_but(owner.name.as_str())
        {
            return broken(
                format!(
                    "The profile belongs to {}, but Dex states {name}. Kubernetes and Istio compare byte for byte.",
                    owner.name
                ),
                Some(ChainFix::SetOwner {
                    owner: name.to_owned(),
                }),
            );
        }
        let misspelt = self.pairs.iter().find_map(|pair| {
            let person = pair.person().filter(|person| same_but(person.as_str()))?;
            Some((pair, person))
        });
        if let Some((pair, person)) = misspelt
            && self.way(name) == Way::Nothing
        {
            return broken(
                format!(
                    "The contributor is written {person}, but Dex states {name}. Kubernetes and Istio compare byte \
                     for byte."
                ),
                Some(ChainFix::MendPair {
                    object: pair.object.clone(),
                }),
            );
        }
        if self.typed.trim() == name {
            good(format!("{name}, everywhere the same."))
        } else {
            good(format!(
                "You typed {}; Dex states {name}, and that is what counts.",
                self.typed.trim()
            ))
        }
    }

    fn login(&self, name: &str) -> Seen {
        let object = self
            .logins
            .iter()
            .find(|login| login.source == LoginSource::PasswordObject);
        let fixed = self
            .logins
            .iter()
            .find(|login| login.source == LoginSource::Static);
        let Some(login) = fixed.or(object) else {
            return unclear(
                "Dex has no login of this name. That is right for people who come through a connector (LDAP, GitHub, \
                 …); else this is why.",
                Some(ChainFix::AddLogin(name.to_owned())),
            );
        };
        if self.password_db == PasswordDb::Off {
            return broken(
                "Dex does not look at its own logins: enablePasswordDB is false in its configuration.",
                None,
            );
        }
        if login.cost.is_some_and(|cost| !(10..=16).contains(&cost)) {
            let fix = fixed
                .is_none()
                .then(|| ChainFix::ResetPassword(name.to_owned()));
            return broken(
                "Dex refuses the hash of the password: its cost is outside 10 to 16.",
                fix,
            );
        }
        if fixed.is_some() && object.is_some() {
            return good(
                "The static entry in Dex’s configuration; it hides a Password object of the same name.",
            );
        }
        good(match login.source {
            LoginSource::PasswordObject => "A Password object in Dex.",
            LoginSource::Static => "A static entry in Dex’s configuration.",
        })
    }

    fn profile(&self) -> Seen {
        let health = &self.profile.health;
        match health.verdict {
            HealthVerdict::Broken | HealthVerdict::Terminating => {
                let owner = self.profile.owner.as_ref();
                let fix = match owner {
                    Some(owner)
                        if health.verdict == HealthVerdict::Broken
                            && owner.kind == "User"
                            && self.bound_owner != Some(owner.name.as_str()) =>
                    {
                        ChainFix::SetOwner {
                            owner: owner.name.to_string(),
                        }
                    }
                    Some(_) | None => ChainFix::SeeProfile,
                };
                broken(format!("{} {}", health.reason, health.remedy), Some(fix))
            }
            HealthVerdict::Unknown | HealthVerdict::Progressing => {
                unclear(health.reason.clone(), Some(ChainFix::SeeProfile))
            }
            HealthVerdict::Warning | HealthVerdict::Healthy => {
                good("Namespace, bindings and policies of the profile controller are there.")
            }
        }
    }

    fn binding(&self, way: Way<'_>, name: &str) -> Seen {
        let profile = &self.profile.name;
        match way {
            Way::Owner if self.bound_owner == Some(name) => good(format!(
                "{name} owns {profile}: RoleBinding namespaceAdmin."
            )),
            Way::Owner => broken(
                format!(
                    "{name} owns {profile}, but RoleBinding namespaceAdmin is for {}.",
                    self.bound_owner.unwrap_or("nobody, or several")
                ),
                Some(ChainFix::SetOwner {
                    owner: name.to_owned(),
                }),
            ),
            Way::Contributor(pair) if pair.binding.is_some() => {
                let role = pair.role().map_or("a role", Role::as_str);
                good(format!("RoleBinding {}: {role}.", pair.object))
            }
            Way::Contributor(pair) => broken(
                format!(
                    "Only the AuthorizationPolicy {} is left; the RoleBinding beside it is gone, and the Central \
                     Dashboard does not show the profile.",
                    pair.object
                ),
                Some(add(name, pair.role())),
            ),
            Way::Other(right) => good(format!("{}: {}.", right.source.label(), right.detail)),
            Way::Nothing => broken(
                format!("Nothing gives {name} a role in {profile}: neither owner nor contributor."),
                Some(add(name, None)),
            ),
        }
    }

    fn policy(&self, way: Way<'_>, name: &str) -> Seen {
        match way {
            Way::Owner if self.owner_passages.is_some() => {
                good("AuthorizationPolicy ns-owner-access-istio.")
            }
            Way::Owner => broken(
                "The policy of the owner, ns-owner-access-istio, is not there: no notebook opens.",
                Some(ChainFix::SeeProfile),
            ),
            Way::Contributor(pair) if pair.policy.is_some() => {
                good(format!("AuthorizationPolicy {}.", pair.object))
            }
            Way::Contributor(pair) => broken(
                format!(
                    "RoleBinding {} is there, the AuthorizationPolicy of the same name is not: kubectl works, notebooks \
                     do not open.",
                    pair.object
                ),
                Some(add(name, pair.role())),
            ),
            Way::Other(right) => broken(
                format!(
                    "The right comes from RBAC alone ({}). No policy opens the way through Istio, and the Central \
                     Dashboard does not list the profile.",
                    right.detail
                ),
                Some(add(name, None)),
            ),
            Way::Nothing => broken("No policy names this person.", Some(add(name, None))),
        }
    }

    fn passage(&self, way: Way<'_>, name: &str) -> Seen {
        let (passages, fix) = match way {
            Way::Owner => (
                self.owner_passages.unwrap_or_default(),
                ChainFix::SeeProfile,
            ),
            Way::Contributor(pair) => (
                pair.policy
                    .as_ref()
                    .map_or(&[][..], |policy| &policy.passages),
                ChainFix::MendPair {
                    object: pair.object.clone(),
                },
            ),
            Way::Other(_) | Way::Nothing => return good(""),
        };
        let gateway = self.gateway;
        match gateway.fault(passages, name) {
            None => good(format!(
                "Header {} = {}, {}.",
                gateway.header,
                gateway.value(name),
                gateway.source.describe()
            )),
            Some(fault @ PassageFault::NoPrincipals) => unclear(
                format!(
                    "It lets this person in, and others. {}",
                    fault.explain(gateway)
                ),
                Some(fix),
            ),
            Some(fault) => broken(
                format!(
                    "{} (This is what the gateway sends {}.)",
                    fault.explain(gateway),
                    gateway.source.describe()
                ),
                Some(fix),
            ),
        }
    }

    fn role(&self, way: Way<'_>) -> Seen {
        let mut allowed = Vec::new();
        for (what, answer) in self.asked {
            match answer {
                Err(why) => {
                    return unclear(format!("The API server could not be asked: {why}"), None);
                }
                Ok(verdict) if verdict.allowed => allowed.push(what.as_str()),
                Ok(_) => {}
            }
        }
        if allowed.is_empty() {
            return broken(
                "The API server says no to everything that was asked. Are the ClusterRoles kubeflow-admin, \
                 kubeflow-edit and kubeflow-view installed, and do they hold rules?",
                None,
            );
        }
        let view = matches!(way, Way::Contributor(pair) if pair.role() == Some(Role::View));
        let note = if view {
            " Mind that view opens running notebooks too: Istio does not know roles."
        } else {
            ""
        };
        good(format!(
            "The API server allows to {}.{note}",
            allowed.join(", ")
        ))
    }

    fn quota(&self) -> Seen {
        let full = self.profile.quota_use.full();
        if full.is_empty() {
            return good("No limit is used up.");
        }
        unclear(
            format!(
                "Getting in works, but nothing more starts that needs {}: used up.",
                full.join(", ")
            ),
            Some(ChainFix::EditQuota),
        )
    }
}

fn add(name: &str, role: Option<Role>) -> ChainFix {
    ChainFix::AddContributor {
        user: name.to_owned(),
        role: role.unwrap_or(Role::Edit),
    }
}
