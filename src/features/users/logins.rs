//! Disabling a login without deleting it, enabling it again, and ending what a person has open.

use crate::access::{Access, Person};
use crate::domain::{Email, Kind, LoginSource, LoginStep, Operation, Step};
use crate::operation::PlanError;

/// Is the login that Dex looks at disabled?
pub fn is_disabled(person: &Person) -> bool {
    person.used_login().is_some_and(|login| login.disabled)
}

/// May this person's login be disabled or enabled here? If so, under which e-mail.
pub fn switchable(person: &Person) -> Result<Email, &'static str> {
    let login = person
        .used_login()
        .ok_or("There is no login of this person here.")?;
    if login.source == LoginSource::Static {
        return Err(
            "A static entry has no place for a hash that waits: migrate it to a Password object first.",
        );
    }
    let email = person.key.parse();
    email.map_err(|_| "The login is not named by an e-mail address.")
}

/// Nobody signs in any more, and what is open is closed. Both can be done twice, and taken back but for the sessions.
pub fn disable_steps(email: &Email, user_id: &str) -> Vec<Step> {
    let disable = LoginStep::Disable {
        email: email.clone(),
    };
    vec![Step::Login(disable), end_sessions_step(email, user_id)]
}

pub fn enable_steps(email: &Email) -> Vec<Step> {
    vec![Step::Login(LoginStep::Enable {
        email: email.clone(),
    })]
}

fn end_sessions_step(email: &Email, user_id: &str) -> Step {
    Step::EndSessions {
        email: email.clone(),
        user_id: user_id.to_owned(),
    }
}

fn user_id(person: &Person) -> &str {
    person
        .used_login()
        .map_or("", |login| login.user_id.as_str())
}

pub async fn plan_disable(
    access: &Access,
    email: &Email,
    person: &Person,
) -> Result<Operation, PlanError> {
    let steps = disable_steps(email, user_id(person));
    plan(access, Kind::DisableLogin, email, steps).await
}

pub async fn plan_enable(access: &Access, email: &Email) -> Result<Operation, PlanError> {
    plan(access, Kind::EnableLogin, email, enable_steps(email)).await
}

/// Refresh tokens and offline sessions at Dex, and sessions here. Works for people who come through a connector, too:
/// their tokens are known by the e-mail.
pub async fn plan_end_sessions(
    access: &Access,
    email: &Email,
    person: &Person,
) -> Result<Operation, PlanError> {
    let steps = vec![end_sessions_step(email, user_id(person))];
    plan(access, Kind::EndSessions, email, steps).await
}

async fn plan(
    access: &Access,
    kind: Kind,
    email: &Email,
    steps: Vec<Step>,
) -> Result<Operation, PlanError> {
    let planner = access.engine().planner();
    planner
        .plan(access.actor(), kind, email.to_string(), steps)
        .await
}
