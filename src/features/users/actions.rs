//! Forms of users: each becomes a plan to review, or the form again with what is wrong.

use axum::response::Response;
use http::StatusCode;

use super::form::{NewUserForm, RemoveForm};
use super::operations::Fix;
use super::{form_pages, operations};
use crate::access::{Access, Person};
use crate::cluster;
use crate::domain::{Email, Operation, Permission};
use crate::features::quotas::form::FIRST_FIELD;
use crate::operation::PlanError;
use crate::web::extract::Path;
use crate::web::fields::FormErrors;
use crate::web::form::CheckedForm;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::{page, paths};

pub(super) async fn add(
    access: Access,
    frame: Frame,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let mut form = NewUserForm::sent(&fields);
    if fields.is_checked("more") {
        return page::ok(&form_pages::NewPage::with(
            frame,
            &form,
            FormErrors::default(),
            &access,
        ));
    }
    let new = match form.parse(&access) {
        Ok(new) => new,
        Err(errors) => {
            return page::invalid(&form_pages::NewPage::with(frame, &form, errors, &access));
        }
    };
    let error = match operations::plan_add(&access, new).await {
        Ok(operation) => return Ok(review(&operation)),
        Err(error) => error,
    };
    let field = match &error {
        PlanError::Cluster(error) => at_field(error),
        PlanError::Store(_) => None,
    };
    let Some(field) = field else {
        return page::failed(error, |errors| {
            form_pages::NewPage::with(frame, &form, errors, &access)
        });
    };
    let mut errors = FormErrors::default();
    errors.add(field, error);
    page::invalid(&form_pages::NewPage::with(frame, &form, errors, &access))
}

/// Which field an answer of the API server belongs to, if it is about what was typed.
fn at_field(error: &cluster::Error) -> Option<&'static str> {
    match error {
        cluster::Error::AlreadyExists { kind, .. } if *kind == "Password" => Some("email"),
        cluster::Error::AlreadyExists { .. } => Some("profile"),
        cluster::Error::Invalid { kind, .. } if *kind == "ResourceQuota" => Some(FIRST_FIELD),
        cluster::Error::Invalid { kind, .. } if *kind == "Profile" => Some("profile"),
        cluster::Error::Invalid { .. }
        | cluster::Error::NotFound { .. }
        | cluster::Error::FieldConflict(_)
        | cluster::Error::Stale { .. }
        | cluster::Error::Forbidden { .. }
        | cluster::Error::MissingCrd { .. }
        | cluster::Error::Refused { .. }
        | cluster::Error::Disabled { .. }
        | cluster::Error::Unreachable { .. }
        | cluster::Error::Throttled
        | cluster::Error::Other { .. } => None,
    }
}

pub(super) async fn migrate(
    access: Access,
    Path(email): Path<String>,
    _form: CheckedForm,
) -> Result<Response, Problem> {
    let person = find(&access, &email)?;
    operations::migratable(&person).map_err(|why| not_now(&person, why))?;
    let subject = person.key.clone();
    let operation = operations::plan_migration(&access, subject, &[person]).await?;
    Ok(review(&operation))
}

pub(super) async fn migrate_all(access: Access, _form: CheckedForm) -> Result<Response, Problem> {
    let people = operations::all_migratable(&access.people());
    if people.is_empty() {
        return Err(Problem::not_found("static login that could be migrated")
            .way("See all users", paths::USERS));
    }
    let subject = format!("{} static logins", people.len());
    let operation = operations::plan_migration(&access, subject, &people).await?;
    Ok(review(&operation))
}

pub(super) async fn fix(
    access: Access,
    Path((email, finding)): Path<(String, String)>,
    _form: CheckedForm,
) -> Result<Response, Problem> {
    let person = find(&access, &email)?;
    let finding = person.findings.iter().find(|one| one.code() == finding);
    let finding = *finding.ok_or_else(|| not_now(&person, "It is mended already."))?;
    let fix = Fix::of(&person, finding).map_err(|why| not_now(&person, why))?;
    if fix.needs_restart() {
        access.require(Permission::WriteStaticLogins)?;
    }
    let operation = operations::plan_fix(&access, &person, fix).await?;
    Ok(review(&operation))
}

pub(super) async fn remove(
    access: Access,
    frame: Frame,
    Path(email): Path<String>,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let person = find(&access, &email)?;
    let email: Email = email.parse().map_err(|_| not_ours(&person))?;
    let form = RemoveForm::sent(&fields);
    let removal = match form.parse(&access, &person) {
        Ok(removal) => removal,
        Err(errors) => {
            return page::invalid(&form_pages::RemovePage::with(frame, &person, &form, errors));
        }
    };
    if person.static_login().is_some() {
        access.require(Permission::WriteStaticLogins)?;
    }
    let operation = operations::plan_remove(&access, &email, &person, removal).await?;
    Ok(review(&operation))
}

pub(super) fn review(operation: &Operation) -> Response {
    page::see_other(&paths::fill(paths::OPERATION, &operation.id.to_string()))
}

pub(super) fn find(access: &Access, email: &str) -> Result<std::sync::Arc<Person>, Problem> {
    let people = access.people();
    let key = email.to_ascii_lowercase();
    people
        .binary_search_by(|person| person.key.as_str().cmp(&key))
        .map(|index| people[index].clone())
        .map_err(|_| {
            Problem::not_found(&format!("person named {key}")).way("See all users", paths::USERS)
        })
}

pub(super) fn not_ours(person: &Person) -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "KA-LOGIN",
        "There is no such login here",
        format!(
            "{} has no login in Dex that is named by an e-mail address. Who comes through a connector is kept there, \
             and not changed by this dashboard.",
            person.key
        ),
    )
    .input("Nothing was changed.")
    .way("Back to this person", paths::fill(paths::USER, &person.key))
}

pub(super) fn not_now(person: &Person, why: &str) -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "KA-LOGIN",
        "This cannot be done with this login",
        why.to_owned(),
    )
    .input("Nothing was changed.")
    .way("Back to this person", paths::fill(paths::USER, &person.key))
}
