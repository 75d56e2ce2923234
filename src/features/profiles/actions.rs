//! Forms of profiles: each becomes a plan to review.

use axum::response::Response;
use http::StatusCode;

use super::form::NewProfileForm;
use super::{form_pages, operations, pages};
use crate::access::Access;
use crate::cluster;
use crate::domain::{Operation, ProfileName};
use crate::features::quotas::form::FIRST_FIELD;
use crate::operation::PlanError;
use crate::web::extract::Path;
use crate::web::fields::FormErrors;
use crate::web::form::CheckedForm;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::{page, paths};

pub(super) async fn create(
    access: Access,
    frame: Frame,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let form = NewProfileForm::sent(&fields);
    if fields.is_checked("more") {
        return page::ok(&form_pages::NewPage::with(
            frame,
            &form,
            FormErrors::default(),
        ));
    }
    let (name, owner, quota) = match form.parse(&access) {
        Ok(parsed) => parsed,
        Err(errors) => return page::invalid(&form_pages::NewPage::with(frame, &form, errors)),
    };
    match operations::plan_create(&access, name, &owner, quota).await {
        Ok(operation) => Ok(review(&operation)),
        Err(PlanError::Cluster(
            error @ (cluster::Error::AlreadyExists { .. } | cluster::Error::Invalid { .. }),
        )) => {
            let about_quota =
                matches!(&error, cluster::Error::Invalid { kind, .. } if *kind == "ResourceQuota");
            let mut errors = FormErrors::default();
            errors.add(if about_quota { FIRST_FIELD } else { "name" }, error);
            page::invalid(&form_pages::NewPage::with(frame, &form, errors))
        }
        Err(error) => page::failed(error, |errors| {
            form_pages::NewPage::with(frame, &form, errors)
        }),
    }
}

pub(super) async fn delete(
    access: Access,
    frame: Frame,
    Path(name): Path<ProfileName>,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let profile = pages::find(&access, &name)?;
    let confirm = fields.get("confirm");
    if confirm != name.as_str() {
        let mut errors = FormErrors::default();
        errors.add(
            "confirm",
            format!("Type {name} to confirm that everything in it is deleted"),
        );
        let inventory = operations::inventory(&access, &name).await?;
        return page::invalid(&form_pages::DeletePage::with(
            frame,
            (&profile, &inventory),
            confirm,
            errors,
        ));
    }
    let operation = operations::plan_delete(&access, name).await?;
    Ok(review(&operation))
}

pub(super) async fn unstick(
    access: Access,
    Path(name): Path<ProfileName>,
    _form: CheckedForm,
) -> Result<Response, Problem> {
    pages::find(&access, &name)?;
    match operations::plan_unstick(&access, &name).await? {
        Some(operation) => Ok(review(&operation)),
        None => Err(Problem::new(
            StatusCode::CONFLICT,
            "KA-NOT-STUCK",
            "Nothing is known that this deletion hangs on",
            "Namespace and profile agree on the owner. kubectl get namespace -o yaml says which finalizer is left.",
        )
        .input("Nothing was changed.")
        .way("Back to the profile", paths::fill(paths::PROFILE, name.as_str()))),
    }
}

fn review(operation: &Operation) -> Response {
    page::see_other(&paths::fill(paths::OPERATION, &operation.id.to_string()))
}
