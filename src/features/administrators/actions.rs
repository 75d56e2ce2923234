//! Adding and removing: each becomes a plan to review, or the form again with what is wrong.

use axum::response::Response;

use super::forms::{Meant, NewPage, RemovePage, find};
use super::operations;
use crate::access::Access;
use crate::cluster;
use crate::domain::{Email, Operation, Subject};
use crate::operation::PlanError;
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
    let typed = fields.get("email");
    let mut errors = FormErrors::default();
    let entrants = access.entrants().await?;
    let email = errors.take("email", typed.parse::<Email>());
    let user = email.and_then(|email| errors.take("email", access.heir(&email, &entrants)));
    let Some(user) = user else {
        return page::invalid(&NewPage::with(frame, typed, errors));
    };
    let authority = access.authority().await?;
    let is_one = authority
        .holder(&Subject::User(user.clone()))
        .is_some_and(|holder| holder.is_full);
    if is_one {
        errors.add("email", format!("{user} is an administrator already"));
        return page::invalid(&NewPage::with(frame, typed, errors));
    }
    match operations::plan_add(&access, user).await {
        Ok(operation) => Ok(review(&operation)),
        Err(PlanError::Cluster(error)) if is_refusal(&error) => {
            errors.add("email", error);
            page::invalid(&NewPage::with(frame, typed, errors))
        }
        Err(error) => page::failed(error, |errors| NewPage::with(frame, typed, errors)),
    }
}

pub(super) async fn remove(
    access: Access,
    frame: Frame,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let meant = Meant {
        kind: fields.get("kind").to_owned(),
        name: fields.get("name").to_owned(),
    };
    let authority = access.authority().await?;
    let holder = find(&authority, &meant)?;
    // Only bindings that make them one, whatever the form says.
    let chosen: Vec<String> = holder
        .ways
        .iter()
        .map(|way| way.binding.clone())
        .filter(|binding| fields.all("binding").any(|sent| sent == binding))
        .collect();
    let mut errors = FormErrors::default();
    if chosen.is_empty() {
        errors.add("", "Choose at least one binding");
    } else {
        let known = (&authority, &access.entrants().await?);
        if let Some(why) = operations::refusal(&access, known, &holder.subject, &chosen) {
            errors.add("", why);
        }
    }
    if errors.is_empty() {
        match operations::plan_remove(&access, &holder.subject, &chosen).await {
            Ok(operation) => return Ok(review(&operation)),
            Err(PlanError::Cluster(error)) if is_refusal(&error) => errors.add("", error),
            Err(error) => return Err(error.into()),
        }
    }
    let again = RemovePage::with(&access, frame, &holder, &chosen, errors).await?;
    page::invalid(&again)
}

/// Kubernetes says no to this change; that belongs to the form.
fn is_refusal(error: &cluster::Error) -> bool {
    matches!(
        error,
        cluster::Error::Refused { .. }
            | cluster::Error::Forbidden { .. }
            | cluster::Error::Invalid { .. }
    )
}

fn review(operation: &Operation) -> Response {
    page::see_other(&paths::fill(paths::OPERATION, &operation.id.to_string()))
}
