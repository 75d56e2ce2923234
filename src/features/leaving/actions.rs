//! The checklist, and what was chosen on it: a plan to review, or the page again with what is wrong.

use axum::response::Response;
use serde::Deserialize;

use super::form::Form;
use super::gather::{Leavers, gather};
use super::operations::{self, Leaver};
use super::pages::ChecklistPage;
use crate::access::Access;
use crate::domain::Permission;
use crate::operation::PlanError;
use crate::web::extract::Query;
use crate::web::fields::FormErrors;
use crate::web::form::CheckedForm;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::{page, paths};

#[derive(Debug, Default, Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    user: Vec<String>,
}

pub(super) async fn review(
    access: Access,
    frame: Frame,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Problem> {
    let leavers = found(&access, &chosen.user).await?;
    let form = Form::fresh(&leavers);
    let errors = FormErrors::default();
    page::ok(&ChecklistPage::with(frame, &leavers, &form, errors))
}

pub(super) async fn decide(
    access: Access,
    frame: Frame,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let chosen: Vec<String> = fields.all("user").map(ToOwned::to_owned).collect();
    let leavers = found(&access, &chosen).await?;
    let form = Form::sent(&leavers, &fields);
    let mut errors = FormErrors::default();
    let checklist = match form.parse(&access, &leavers) {
        Ok(checklist) => checklist,
        Err(errors) => {
            return page::invalid(&ChecklistPage::with(frame, &leavers, &form, errors));
        }
    };
    let people: Vec<Leaver<'_>> = leavers
        .people
        .iter()
        .map(|leaver| Leaver {
            email: &leaver.email,
            person: &leaver.person,
        })
        .collect();
    if operations::edits_dex(&people, &checklist) {
        access.require(Permission::WriteStaticLogins)?;
    }
    let stays = access.who_stays(&leavers.authority, &checklist).await?;
    if let Err(why) = stays {
        errors.add("", why);
        return page::invalid(&ChecklistPage::with(frame, &leavers, &form, errors));
    }
    match operations::plan(&access, &people, &checklist).await {
        Ok(operation) => Ok(page::see_other(&paths::fill(
            paths::OPERATION,
            &operation.id.to_string(),
        ))),
        // What was chosen is worth more than a page of its own for the refusal.
        Err(PlanError::Cluster(error)) => {
            errors.add("", error);
            page::invalid(&ChecklistPage::with(frame, &leavers, &form, errors))
        }
        Err(error) => page::failed(error, |errors| {
            ChecklistPage::with(frame, &leavers, &form, errors)
        }),
    }
}

/// Whoever may not see who administers cannot be told that somebody is left who does.
async fn found(access: &Access, chosen: &[String]) -> Result<Leavers, Problem> {
    access.require(Permission::ReadAdministrators)?;
    let known = (access.authority().await?, access.entrants().await?);
    Ok(gather(access, known, chosen).await?)
}
