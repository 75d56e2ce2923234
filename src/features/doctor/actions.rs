//! Looking again, and repairs: each becomes a plan to review.

use axum::response::Response;
use http::StatusCode;

use super::operations::{self, RepairError};
use crate::access::{Access, Age};
use crate::domain::Repair;
use crate::web::form::CheckedForm;
use crate::web::problem::Problem;
use crate::web::{page, paths};

pub(super) async fn again(
    access: Access,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    access.snapshot(Age::Anew).await?;
    let back = match fields.get("to") {
        "installation" => paths::INSTALLATION,
        "capacity" => paths::CAPACITY,
        _ => paths::CHECKS,
    };
    Ok(page::see_other(back))
}

pub(super) async fn repair(
    access: Access,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let Ok(wanted) = fields.get("repair").parse::<Repair>() else {
        return Err(refused(&RepairError::NotOffered));
    };
    match operations::plan(&access, &wanted).await {
        Ok(operation) => Ok(page::see_other(&paths::fill(
            paths::OPERATION,
            &operation.id.to_string(),
        ))),
        Err(RepairError::Plan(error)) => Err(error.into()),
        Err(error @ RepairError::NotOffered) => Err(refused(&error)),
    }
}

pub(super) async fn try_sign_in(access: Access, _form: CheckedForm) -> Result<Response, Problem> {
    let operation = operations::try_sign_in(&access).await?;
    Ok(page::see_other(&paths::fill(
        paths::OPERATION,
        &operation.id.to_string(),
    )))
}

fn refused(error: &RepairError) -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "KA-REPAIR",
        "There is nothing to repair",
        error.to_string(),
    )
    .input("Nothing was changed.")
    .way("See all checks", paths::CHECKS)
}
