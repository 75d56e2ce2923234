//! Buttons of a person's page that switch the login off and on, and end what is open.

use axum::response::Response;

use super::actions::{find, not_now, not_ours, review};
use super::fixes::allowed_by;
use super::logins;
use crate::access::{Access, Person};
use crate::domain::{Email, Permission};
use crate::web::extract::Path;
use crate::web::form::CheckedForm;
use crate::web::paths;
use crate::web::problem::Problem;
use crate::web::view::Action;

const DISABLE: &str = "Disable";
const ENABLE: &str = "Enable";
const SIGN_OUT: &str = "Sign out everywhere";
const YOURSELF: &str = "You cannot disable yourself: somebody must stay who can sign in.";

pub(super) async fn disable(
    access: Access,
    Path(email): Path<String>,
    _form: CheckedForm,
) -> Result<Response, Problem> {
    let person = find(&access, &email)?;
    let email = logins::switchable(&person).map_err(|why| not_now(&person, why))?;
    if is_oneself(&access, &person) {
        return Err(not_now(&person, YOURSELF));
    }
    if logins::is_disabled(&person) {
        return Err(not_now(&person, "This login is disabled already."));
    }
    let operation = logins::plan_disable(&access, &email, &person).await?;
    Ok(review(&operation))
}

pub(super) async fn enable(
    access: Access,
    Path(email): Path<String>,
    _form: CheckedForm,
) -> Result<Response, Problem> {
    let person = find(&access, &email)?;
    let email = logins::switchable(&person).map_err(|why| not_now(&person, why))?;
    if !logins::is_disabled(&person) {
        return Err(not_now(&person, "This login is not disabled."));
    }
    let operation = logins::plan_enable(&access, &email).await?;
    Ok(review(&operation))
}

pub(super) async fn end_sessions(
    access: Access,
    Path(email): Path<String>,
    _form: CheckedForm,
) -> Result<Response, Problem> {
    let person = find(&access, &email)?;
    let email: Email = email.parse().map_err(|_| not_ours(&person))?;
    let operation = logins::plan_end_sessions(&access, &email, &person).await?;
    Ok(review(&operation))
}

fn is_oneself(access: &Access, person: &Person) -> bool {
    access.actor().user.folded() == person.key
}

/// “Disable” or “Enable”; nothing for who has no login here.
pub(super) fn switch(access: &Access, person: &Person) -> Option<Action> {
    person.used_login()?;
    let (label, path) = if logins::is_disabled(person) {
        (ENABLE, paths::USER_ENABLE)
    } else {
        (DISABLE, paths::USER_DISABLE)
    };
    Some(match logins::switchable(person) {
        Err(why) => Action::denied(label, why),
        Ok(_) if label == DISABLE && is_oneself(access, person) => Action::denied(label, YOURSELF),
        Ok(_) => {
            let path = paths::fill(path, &person.key);
            allowed_by(access, Permission::WriteUsers, label, path)
        }
    })
}

/// “Sign out everywhere”.
pub(super) fn sign_out(access: &Access, person: &Person) -> Action {
    if person.key.parse::<Email>().is_err() {
        return Action::denied(SIGN_OUT, "This person is not named by an e-mail address.");
    }
    let path = paths::fill(paths::USER_END_SESSIONS, &person.key);
    allowed_by(access, Permission::WriteUsers, SIGN_OUT, path)
}
