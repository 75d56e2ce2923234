//! Adding, removing and giving a new password: the whole change, as one operation.

use std::sync::Arc;

use crate::access::{Access, Finding, Person};
use crate::domain::{
    Checklist, Decision, Email, Item, Kind, Line, Login, LoginSource, LoginStep, Operation,
    Permission, ProfileName, Quota, Role, StaticEdit, Step, UserName, several,
};
use crate::operation::PlanError;

/// Somebody who shall be able to work: a login, a profile of their own, and a part in others'.
#[derive(Debug, Clone)]
pub struct NewUser {
    pub email: Email,
    pub username: String,
    pub profile: Option<(ProfileName, Quota)>,
    pub contributions: Vec<(ProfileName, Role)>,
    pub secret: Secret,
}

/// How somebody comes to a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Secret {
    /// Generated, and shown once to the administrator.
    #[default]
    Generated,
    /// Chosen by its owner with a link that is good for so many hours; the administrator never knows it.
    Link { hours: u16 },
}

impl Secret {
    /// The step that ends an operation which wrote a hash.
    fn last_step(self, email: &Email) -> Step {
        let email = email.clone();
        match self {
            Self::Generated => Step::ProveSignIn { email },
            Self::Link { hours } => Step::Login(LoginStep::OfferLink { email, hours }),
        }
    }
}

/// What goes with the login of somebody who is removed.
#[derive(Debug, Clone, Default)]
pub struct Removal {
    pub contributions: Vec<(ProfileName, UserName, Role)>,
    pub profiles: Vec<ProfileName>,
}

/// Every binding of the person, under the name that it was written with.
pub fn contributions_of(access: &Access, person: &Person) -> Vec<(ProfileName, UserName, Role)> {
    let all = access.cluster().contributions();
    let theirs = all
        .items
        .iter()
        .filter(|contribution| contribution.user.folded() == person.key);
    theirs
        .map(|c| (c.profile.clone(), c.user.clone(), c.role))
        .collect()
}

pub async fn plan_add(access: &Access, new: NewUser) -> Result<Operation, PlanError> {
    let user = UserName::from(&new.email);
    let mut steps = vec![Step::CreateLogin {
        email: new.email.clone(),
        username: new.username,
        user_id: uuid::Uuid::now_v7().to_string(),
        hash: None,
    }];
    if let Some((name, quota)) = &new.profile {
        steps.push(Step::CreateProfile {
            name: name.clone(),
            owner: user.clone(),
            quota: quota.clone(),
        });
    }
    for (profile, role) in new.contributions {
        steps.push(Step::AddContributor {
            profile,
            user: user.clone(),
            role,
        });
    }
    if let Some((name, _)) = new.profile {
        steps.push(Step::WaitForProfile { name });
    }
    steps.push(new.secret.last_step(&new.email));
    let planner = access.engine().planner();
    planner
        .plan(access.actor(), Kind::AddUser, new.email.to_string(), steps)
        .await
}

/// A new password for the login that Dex uses; other people's sessions end with the old one.
pub async fn plan_reset(
    access: &Access,
    email: &Email,
    login: &Login,
    secret: Secret,
) -> Result<Operation, PlanError> {
    let mut steps = match login.source {
        LoginSource::PasswordObject => vec![Step::SetPassword {
            email: email.clone(),
            hash: None,
        }],
        LoginSource::Static => rolled_out(vec![StaticEdit::SetHash {
            login: login.email.clone(),
            hash: None,
        }]),
    };
    // Proved before anything else happens: what does not hold is taken back.
    steps.push(secret.last_step(email));
    if access.actor().user != UserName::from(email) {
        steps.push(Step::EndSessions {
            email: email.clone(),
            user_id: login.user_id.clone(),
        });
    }
    let planner = access.engine().planner();
    planner
        .plan(
            access.actor(),
            Kind::ResetPassword,
            email.to_string(),
            steps,
        )
        .await
}

/// One write, one restart, however many edits.
pub fn rolled_out(edits: Vec<StaticEdit>) -> Vec<Step> {
    vec![
        Step::EditDexConfig { edits },
        Step::RestartDex,
        Step::WaitForDex,
    ]
}

/// May this person's static login become a Password object? If so, as which.
pub fn migratable(person: &Person) -> Result<(Email, &Login), &'static str> {
    let mut logins = person.static_logins();
    let login = logins.next().ok_or("There is no static login.")?;
    if logins.next().is_some() || person.password_object().is_some() {
        return Err(
            "There are two logins of this e-mail: remove the one that Dex does not use first.",
        );
    }
    if login.email.folded() != login.email.as_str() {
        return Err("The e-mail has upper case: write it in lower case first.");
    }
    let email = person.key.parse::<Email>();
    let email = email.map_err(|_| "The login is not named by an e-mail address.")?;
    Ok((email, login))
}

/// Everybody whose static login may become a Password object.
pub fn all_migratable(people: &[Arc<Person>]) -> Vec<Arc<Person>> {
    let found = people.iter().filter(|person| migratable(person).is_ok());
    found.cloned().collect()
}

/// Static logins become Password objects: same e-mail, same user ID, same hash. The copies are there before the
/// entries go, so that at no moment somebody has no login.
pub async fn plan_migration(
    access: &Access,
    subject: String,
    people: &[Arc<Person>],
) -> Result<Operation, PlanError> {
    let logins: Vec<(Email, &Login)> = people
        .iter()
        .filter_map(|person| migratable(person).ok())
        .collect();
    let mut steps: Vec<Step> = logins
        .iter()
        .map(|(email, _)| Step::CopyLogin {
            email: email.clone(),
        })
        .collect();
    let edits = logins.iter().map(|(_, login)| StaticEdit::Remove {
        login: login.email.clone(),
    });
    steps.extend(rolled_out(edits.collect()));
    steps.push(Step::ProveDex);
    steps.extend(logins.iter().map(|(email, login)| Step::ProveSame {
        email: email.clone(),
        user_id: login.user_id.clone(),
        shipped: login.default_password,
    }));
    let planner = access.engine().planner();
    planner
        .plan(access.actor(), Kind::MigrateLogins, subject, steps)
        .await
}

/// How a finding is mended, by what has to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fix {
    Static(StaticEdit),
    Object(Step),
}

impl Fix {
    /// What mends this finding, or why that is not done here.
    pub fn of(person: &Person, finding: Finding) -> Result<Self, &'static str> {
        const NOT_HERE: &str = "There is nothing to mend here.";
        let used = person.used_login().ok_or(NOT_HERE)?;
        let name = used.email.clone();
        match finding {
            Finding::UpperCase if used.source == LoginSource::PasswordObject => Err(
                "Dex never finds a Password object with upper case. Remove the user and add them anew.",
            ),
            Finding::UpperCase if person.name.as_str() != person.key && has_places(person) => Err(
                "Profiles or contributions name this person in upper case as well: they would be lost. Change those first.",
            ),
            Finding::UpperCase => Ok(Self::Static(StaticEdit::LowerCase { login: name })),
            Finding::Duplicate if person.static_logins().count() > 1 => {
                Ok(Self::Static(StaticEdit::RemoveHidden { login: name }))
            }
            Finding::Duplicate => {
                let email = person.key.parse().map_err(|_| NOT_HERE)?;
                Ok(Self::Object(Step::DeleteLogin { email }))
            }
            Finding::NoUserId | Finding::SharedUserId => {
                let user_id = uuid::Uuid::now_v7().to_string();
                match used.source {
                    LoginSource::Static => Ok(Self::Static(StaticEdit::SetUserId {
                        login: name,
                        user_id,
                    })),
                    LoginSource::PasswordObject => {
                        let email = person.key.parse().map_err(|_| NOT_HERE)?;
                        Ok(Self::Object(Step::SetUserId { email, user_id }))
                    }
                }
            }
            Finding::DefaultPassword
            | Finding::Cost
            | Finding::NoProfile
            | Finding::NoLogin
            | Finding::Stranger => Err(NOT_HERE),
        }
    }

    pub fn needs_restart(&self) -> bool {
        matches!(self, Self::Static(_))
    }
}

fn has_places(person: &Person) -> bool {
    !person.owns.is_empty() || !person.contributes.is_empty()
}

pub async fn plan_fix(access: &Access, person: &Person, fix: Fix) -> Result<Operation, PlanError> {
    let steps = match fix {
        Fix::Object(step) => vec![step],
        Fix::Static(edit) => {
            let mut steps = rolled_out(vec![edit]);
            steps.push(Step::ProveDex);
            steps
        }
    };
    let planner = access.engine().planner();
    planner
        .plan(access.actor(), Kind::ChangeLogin, person.key.clone(), steps)
        .await
}

pub async fn plan_remove(
    access: &Access,
    email: &Email,
    person: &Arc<Person>,
    removal: Removal,
) -> Result<Operation, PlanError> {
    let mut steps = stays(access, [person.as_ref()]);
    steps.extend(removal_steps(vec![(
        email.clone(),
        person.clone(),
        removal,
    )]));
    let planner = access.engine().planner();
    planner
        .plan(access.actor(), Kind::RemoveUser, email.to_string(), steps)
        .await
}

/// Somebody has to be left who administers and can sign in. Whoever may not see who does cannot make sure of it.
fn stays<'p>(access: &Access, people: impl IntoIterator<Item = &'p Person>) -> Vec<Step> {
    if !access.may(Permission::ReadAdministrators) {
        return Vec::new();
    }
    let login = |person: &Person| {
        person.used_login().map(|login| Line {
            person: person.key.clone(),
            item: Item::Login {
                name: login.email.clone(),
            },
            decision: Decision::Delete,
            found: Vec::new(),
        })
    };
    let lines: Vec<Line> = people.into_iter().filter_map(login).collect();
    if lines.is_empty() {
        return Vec::new();
    }
    vec![Step::OffBoard(Checklist { lines })]
}

/// Several people in one operation.
pub async fn plan_remove_many(
    access: &Access,
    people: Vec<(Email, Arc<Person>, Removal)>,
) -> Result<Operation, PlanError> {
    let subject = several(people.iter().map(|(email, _, _)| email.as_str()));
    let mut steps = stays(access, people.iter().map(|(_, person, _)| person.as_ref()));
    steps.extend(removal_steps(people));
    let planner = access.engine().planner();
    planner
        .plan(access.actor(), Kind::RemoveUsers, subject, steps)
        .await
}

/// Logins go first, so that nobody signs in while the rest is taken away; those in the configuration of Dex go with one
/// restart. After that everybody's places, one person after the other.
fn removal_steps(people: Vec<(Email, Arc<Person>, Removal)>) -> Vec<Step> {
    let with_object = people
        .iter()
        .filter(|(_, person, _)| person.password_object().is_some());
    let mut steps: Vec<Step> = with_object
        .map(|(email, _, _)| Step::DeleteLogin {
            email: email.clone(),
        })
        .collect();
    let edits: Vec<StaticEdit> = people
        .iter()
        .filter_map(|(_, person, _)| person.static_login())
        .map(|login| StaticEdit::Remove {
            login: login.email.clone(),
        })
        .collect();
    if !edits.is_empty() {
        steps.extend(rolled_out(edits));
        steps.push(Step::ProveDex);
    }
    for (email, person, removal) in people {
        if let Some(login) = person.used_login() {
            steps.push(Step::EndSessions {
                email,
                user_id: login.user_id.clone(),
            });
        }
        steps.extend(places_taken_away(removal));
    }
    steps
}

fn places_taken_away(removal: Removal) -> Vec<Step> {
    let shared = removal.contributions.into_iter();
    let mut steps: Vec<Step> = shared
        .map(|(profile, user, role)| Step::RemoveContributor {
            profile,
            user,
            role,
        })
        .collect();
    for name in removal.profiles {
        steps.push(Step::DeleteProfile { name: name.clone() });
        steps.push(Step::WaitForProfileGone { name });
    }
    steps
}
