//! Somebody leaves: what there is of them, and what was decided about each of it.

use serde::{Deserialize, Serialize};

use super::{
    AdministratorChange, ProfileName, Role, StaticEdit, Step, StepRecord, Subject, Upkeep, UserName,
};

/// One thing of somebody who leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "item", rename_all = "kebab-case")]
pub enum Item {
    /// At Dex, under the name that it is written with.
    Login { name: UserName },
    /// Here, and refresh tokens and offline sessions at Dex.
    Sessions,
    /// A profile that they own, with everything in it.
    Profile { name: ProfileName },
    /// Their part in a profile of somebody else.
    Part {
        profile: ProfileName,
        user: UserName,
        role: Role,
    },
    /// A binding that makes them an administrator.
    Administrator { binding: String, user: UserName },
}

/// What becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "kebab-case")]
pub enum Decision {
    Keep,
    HandOver { to: UserName },
    Delete,
}

/// One line of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The e-mail in lower case, by which everything of one person is joined.
    pub person: String,
    pub item: Item,
    pub decision: Decision,
    /// What was in it when it was decided, in sentences.
    #[serde(default)]
    pub found: Vec<String>,
}

/// Everything that was decided when somebody was off-boarded, kept on purpose or not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checklist {
    pub lines: Vec<Line>,
}

impl Item {
    /// Tells this line from all others of a form.
    pub fn key(&self, person: &str) -> String {
        match self {
            Self::Login { .. } => format!("login:{person}"),
            Self::Sessions => format!("sessions:{person}"),
            Self::Profile { name } => format!("profile:{name}"),
            Self::Part {
                profile,
                user,
                role,
            } => format!("part:{profile}:{role}:{user}"),
            Self::Administrator { binding, user } => format!("administrator:{binding}:{user}"),
        }
    }

    /// Can somebody else have it?
    pub fn can_be_handed_over(&self) -> bool {
        matches!(self, Self::Profile { .. } | Self::Part { .. })
    }

    /// What is done unless somebody decides otherwise: access ends, and nothing is lost.
    pub fn safe_decision(&self) -> Decision {
        match self {
            Self::Profile { .. } => Decision::Keep,
            Self::Login { .. }
            | Self::Sessions
            | Self::Part { .. }
            | Self::Administrator { .. } => Decision::Delete,
        }
    }

    /// As a line of the checklist names it.
    pub fn describe(&self) -> String {
        match self {
            Self::Login { name } => format!("Login {name}"),
            Self::Sessions => "Sessions".to_owned(),
            Self::Profile { name } => format!("Profile {name}"),
            Self::Part { profile, role, .. } => format!("{role} in profile {profile}"),
            Self::Administrator { binding, .. } => {
                format!("Administrator by ClusterRoleBinding {binding}")
            }
        }
    }
}

fn is_of_login(name: &UserName, step: &Step) -> bool {
    let removes = |edit: &StaticEdit| matches!(edit, StaticEdit::Remove { login } if login.folded() == name.folded());
    matches!(step, Step::DeleteLogin { email } if email.as_str() == name.folded())
        || matches!(step, Step::EditDexConfig { edits } if edits.iter().any(removes))
}

fn is_of_profile(name: &ProfileName, step: &Step) -> bool {
    let handed_over = |upkeep: &Upkeep| {
        upkeep.profile() == name
            && matches!(
                upkeep,
                Upkeep::SetOwner { .. }
                    | Upkeep::SetNamespaceOwner { .. }
                    | Upkeep::WaitForOwner { .. }
                    | Upkeep::SetOwnerAnnotations { .. }
                    | Upkeep::RemovePair { .. }
            )
    };
    matches!(step, Step::DeleteProfile { name: of } | Step::WaitForProfileGone { name: of } if of == name)
        || matches!(step, Step::Upkeep(upkeep) if handed_over(upkeep))
}

impl Line {
    /// What was decided, as a sentence of the plan.
    pub fn describe(&self) -> String {
        let what = self.item.describe();
        match &self.decision {
            Decision::Keep => format!("{}: {what} is kept on purpose.", self.person),
            Decision::HandOver { to } => {
                format!("{}: {what} is handed over to {to}.", self.person)
            }
            Decision::Delete => format!("{}: {what} goes.", self.person),
        }
    }

    /// Is this step a part of what is done about it?
    fn is_of(&self, step: &Step) -> bool {
        match &self.item {
            Item::Login { name } => is_of_login(name, step),
            Item::Sessions => {
                matches!(step, Step::EndSessions { email, .. } if email.as_str() == self.person)
            }
            Item::Profile { name } => is_of_profile(name, step),
            Item::Part {
                profile,
                user,
                role,
            } => {
                let heir = match &self.decision {
                    Decision::HandOver { to } => Some(to),
                    Decision::Keep | Decision::Delete => None,
                };
                matches!(step, Step::RemoveContributor { profile: of, role: given, user: whose }
                    if of == profile && given == role && whose == user)
                    || matches!(step, Step::AddContributor { profile: of, role: given, user: whose }
                        if of == profile && given == role && Some(whose) == heir)
            }
            Item::Administrator { binding, user } => matches!(
                step,
                Step::Administrator(AdministratorChange::Remove { binding: of, subject: Subject::User(name) })
                    if of == binding && name == user
            ),
        }
    }

    /// The steps that carry it out; none when it is kept.
    pub fn steps<'s>(&self, steps: &'s [StepRecord]) -> Vec<&'s StepRecord> {
        if self.decision == Decision::Keep {
            return Vec::new();
        }
        steps
            .iter()
            .filter(|record| self.is_of(&record.step))
            .collect()
    }
}

impl Checklist {
    /// Whose login goes: nobody of them can sign in afterwards.
    pub fn without_login(&self) -> Vec<UserName> {
        let gone = self.lines.iter().filter(|line| {
            matches!(line.item, Item::Login { .. }) && line.decision == Decision::Delete
        });
        gone.map(|line| UserName::from_cluster(line.person.clone()))
            .collect()
    }

    /// Bindings that somebody is taken out of.
    pub fn without_rights(&self) -> impl Iterator<Item = (&str, Subject)> {
        self.lines.iter().filter_map(|line| match &line.item {
            Item::Administrator { binding, user } if line.decision == Decision::Delete => {
                Some((binding.as_str(), Subject::User(user.clone())))
            }
            Item::Administrator { .. }
            | Item::Login { .. }
            | Item::Sessions
            | Item::Profile { .. }
            | Item::Part { .. } => None,
        })
    }

    pub fn people(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.lines.iter().map(|line| line.person.as_str()).collect();
        all.dedup();
        all
    }

    pub fn kept(&self) -> usize {
        let kept = |line: &&Line| line.decision == Decision::Keep;
        self.lines.iter().filter(kept).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Email;

    fn line(item: Item, decision: Decision) -> Line {
        Line {
            person: "ana@example.com".to_owned(),
            item,
            decision,
            found: Vec::new(),
        }
    }

    fn titles(line: &Line, steps: &[StepRecord]) -> Vec<String> {
        line.steps(steps)
            .iter()
            .map(|record| record.step.describe())
            .collect()
    }

    #[test]
    fn every_line_finds_the_steps_that_carry_it_out_and_no_others() {
        let email: Email = "ana@example.com".parse().unwrap();
        let heir = UserName::from_cluster("eve@example.com");
        let profile = |name: &str| ProfileName::from_cluster(name);
        let part = |user: &UserName| (profile("team"), user.clone(), Role::Edit);
        let ana = UserName::from(&email);
        let all = [
            Step::DeleteLogin {
                email: email.clone(),
            },
            Step::EndSessions {
                email,
                user_id: String::new(),
            },
            Step::AddContributor {
                profile: part(&heir).0,
                user: heir.clone(),
                role: Role::Edit,
            },
            Step::RemoveContributor {
                profile: part(&ana).0,
                user: ana.clone(),
                role: Role::Edit,
            },
            Step::Upkeep(Upkeep::SetOwner {
                profile: profile("ana"),
                owner: heir.clone(),
            }),
            Step::DeleteProfile {
                name: profile("old"),
            },
        ]
        .map(StepRecord::new);
        let login = line(Item::Login { name: ana.clone() }, Decision::Delete);
        assert_eq!(
            titles(&login, &all),
            ["Delete the login ana@example.com from Dex"]
        );
        let given = line(
            Item::Profile {
                name: profile("ana"),
            },
            Decision::HandOver { to: heir.clone() },
        );
        assert_eq!(
            titles(&given, &all),
            ["Make eve@example.com the owner of the profile ana"]
        );
        let part = Item::Part {
            profile: profile("team"),
            user: ana,
            role: Role::Edit,
        };
        let given = line(part.clone(), Decision::HandOver { to: heir });
        assert_eq!(titles(&given, &all).len(), 2);
        assert_eq!(titles(&line(part, Decision::Keep), &all).len(), 0);
    }
}
