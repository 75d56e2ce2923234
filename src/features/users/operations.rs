//! Adding, removing and giving a new password: the whole change, as one operation.

use std::sync::Arc;

use crate::access::{Access, Person};
use crate::domain::{Email, Kind, Operation, ProfileName, Quota, Role, Step, UserName, several};
use crate::operation::PlanError;

/// Somebody who shall be able to work: a login, a profile of their own, and a part in others'.
#[derive(Debug, Clone)]
pub struct NewUser {
    pub email: Email,
    pub username: String,
    pub profile: Option<(ProfileName, Quota)>,
    pub contributions: Vec<(ProfileName, Role)>,
}

/// What goes with the login of somebody who is removed.
#[derive(Debug, Clone, Default)]
pub struct Removal {
    pub contributions: Vec<(ProfileName, UserName, Role)>,
    pub profiles: Vec<ProfileName>,
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
    steps.push(Step::ProveSignIn {
        email: new.email.clone(),
    });
    let planner = access.engine().planner();
    planner
        .plan(access.actor(), Kind::AddUser, new.email.to_string(), steps)
        .await
}

/// A new password for a login that is a Password object; other people's sessions end with the old one.
pub async fn plan_reset(
    access: &Access,
    email: &Email,
    user_id: &str,
) -> Result<Operation, PlanError> {
    let mut steps = vec![Step::SetPassword {
        email: email.clone(),
        hash: None,
    }];
    if access.actor().user != UserName::from(email) {
        steps.push(Step::EndSessions {
            email: email.clone(),
            user_id: user_id.to_owned(),
        });
    }
    steps.push(Step::ProveSignIn {
        email: email.clone(),
    });
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

pub async fn plan_remove(
    access: &Access,
    email: &Email,
    person: &Person,
    removal: Removal,
) -> Result<Operation, PlanError> {
    let steps = removal_steps(email, person, removal);
    let planner = access.engine().planner();
    planner
        .plan(access.actor(), Kind::RemoveUser, email.to_string(), steps)
        .await
}

/// Several people in one operation, one after the other.
pub async fn plan_remove_many(
    access: &Access,
    people: Vec<(Email, Arc<Person>, Removal)>,
) -> Result<Operation, PlanError> {
    let subject = several(people.iter().map(|(email, _, _)| email.as_str()));
    let steps = people
        .into_iter()
        .flat_map(|(email, person, removal)| removal_steps(&email, &person, removal))
        .collect();
    let planner = access.engine().planner();
    planner
        .plan(access.actor(), Kind::RemoveUsers, subject, steps)
        .await
}

/// The login goes first, so that nobody signs in while the rest is taken away.
fn removal_steps(email: &Email, person: &Person, removal: Removal) -> Vec<Step> {
    let mut steps = Vec::new();
    if let Some(login) = person.password_object() {
        steps.push(Step::DeleteLogin {
            email: email.clone(),
        });
        steps.push(Step::EndSessions {
            email: email.clone(),
            user_id: login.user_id.clone(),
        });
    }
    for (profile, user, role) in removal.contributions {
        steps.push(Step::RemoveContributor {
            profile,
            user,
            role,
        });
    }
    for name in removal.profiles {
        steps.push(Step::DeleteProfile { name: name.clone() });
        steps.push(Step::WaitForProfileGone { name });
    }
    steps
}
