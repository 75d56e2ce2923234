//! A new password for somebody: generated, or chosen by themselves with a link.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;

use super::actions::{find, not_now, not_ours, review};
use super::fixes::DISABLED;
use super::operations::{self, Secret};
use super::secret_form::{SecretFields, SecretForm};
use crate::access::{Access, Person};
use crate::domain::{Email, Login, LoginSource, Permission, UserName};
use crate::web::extract::Path;
use crate::web::fields::{FieldError, FormErrors};
use crate::web::form::CheckedForm;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::{page, paths};

#[derive(Template)]
#[template(path = "users/reset.html")]
struct ResetPage {
    frame: Frame,
    errors: Vec<FieldError>,
    email: String,
    back_href: String,
    action: String,
    secret: SecretFields,
}

pub(super) async fn show(
    access: Access,
    frame: Frame,
    Path(email): Path<String>,
) -> Result<Response, Problem> {
    let person = find(&access, &email)?;
    resettable(&access, &person)?;
    let form = SecretForm::default();
    page::ok(&ResetPage::with(
        frame,
        &person,
        &form,
        FormErrors::default(),
    ))
}

pub(super) async fn plan(
    access: Access,
    frame: Frame,
    Path(email): Path<String>,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let person = find(&access, &email)?;
    let (email, login) = resettable(&access, &person)?;
    let form = SecretForm::sent(&fields);
    let mut errors = FormErrors::default();
    let secret = form.parse(&mut errors);
    if let Some(why) = no_link(&access, &email, &login).filter(|_| secret != Secret::Generated) {
        errors.add("secret", why);
    }
    if !errors.is_empty() {
        return page::invalid(&ResetPage::with(frame, &person, &form, errors));
    }
    let operation = operations::plan_reset(&access, &email, &login, secret).await?;
    Ok(review(&operation))
}

/// The login that gets the password, if one can be set here.
fn resettable(access: &Access, person: &Person) -> Result<(Email, Arc<Login>), Problem> {
    let (Some(login), Ok(email)) = (person.used_login(), person.key.parse::<Email>()) else {
        return Err(not_ours(person));
    };
    if login.source == LoginSource::Static {
        access.require(Permission::WriteStaticLogins)?;
    }
    if login.disabled {
        return Err(not_now(person, DISABLED));
    }
    Ok((email, login.clone()))
}

/// Why a link is not for this login.
fn no_link(access: &Access, email: &Email, login: &Login) -> Option<&'static str> {
    if login.source == LoginSource::Static {
        return Some(
            "A link needs a Password object: a static entry would have Dex started anew by whoever opens the link. Migrate it first",
        );
    }
    (access.actor().user == UserName::from(email)).then_some(
        "Until the link is used nobody could sign in as you. Change your own password on the page Account",
    )
}

impl ResetPage {
    fn with(frame: Frame, person: &Person, form: &SecretForm, errors: FormErrors) -> Self {
        Self {
            frame: frame.titled(format!("Reset the password of {}", person.key)),
            email: person.key.clone(),
            back_href: paths::fill(paths::USER, &person.key),
            action: paths::fill(paths::USER_RESET, &person.key),
            secret: form.fields(&errors),
            errors: errors.0,
        }
    }
}
