//! The quota form becomes a plan to review.

use axum::response::Response;

use super::form::{FIRST_FIELD, QuotaForm};
use super::{operations, pages};
use crate::access::Access;
use crate::cluster;
use crate::domain::ProfileName;
use crate::operation::PlanError;
use crate::web::extract::Path;
use crate::web::fields::FormErrors;
use crate::web::form::CheckedForm;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::{page, paths};

pub(super) async fn set(
    access: Access,
    frame: Frame,
    Path(name): Path<ProfileName>,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let profile = access
        .cluster()
        .profile(&name)
        .ok_or_else(|| Problem::not_found(&format!("profile named {name}")))?;
    let form = QuotaForm::sent(&fields);
    let mut errors = FormErrors::default();
    let wanted = form.parse(&mut errors);
    if fields.is_checked("more") {
        return page::ok(&pages::EditPage::with(
            frame,
            &profile,
            &form,
            FormErrors::default(),
        ));
    }
    if !errors.is_empty() {
        return page::invalid(&pages::EditPage::with(frame, &profile, &form, errors));
    }
    match operations::plan_set(&access, &profile, wanted).await {
        Ok(operation) => Ok(page::see_other(&paths::fill(
            paths::OPERATION,
            &operation.id.to_string(),
        ))),
        Err(PlanError::Cluster(error @ cluster::Error::Invalid { .. })) => {
            errors.add(FIRST_FIELD, error);
            page::invalid(&pages::EditPage::with(frame, &profile, &form, errors))
        }
        Err(error) => Err(error.into()),
    }
}
