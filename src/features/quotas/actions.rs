//! The quota form: filled in from elsewhere, kept as a preset, or made a plan to review.

use axum::response::Response;

use super::defaults::DefaultsForm;
use super::form::{FIRST_FIELD, QuotaForm};
use super::pages::{EditPage, Typed, around};
use super::{fill, operations};
use crate::access::Access;
use crate::cluster;
use crate::domain::ProfileName;
use crate::operation::PlanError;
use crate::web::extract::Path;
use crate::web::fields::FormErrors;
use crate::web::form::{CheckedForm, Fields};
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
    let mut typed = Typed {
        quota: QuotaForm::sent(&fields),
        defaults: DefaultsForm::sent(&fields),
    };
    let mut errors = FormErrors::default();
    if fields.is_checked("more") {
        let said = more(&access, &fields, &mut typed, &mut errors).await?;
        let around = around(&access, &profile).await?;
        let again = EditPage::with(frame, &profile, &typed, around, errors).saying(&said);
        return if again.is_wrong() {
            page::invalid(&again)
        } else {
            page::ok(&again)
        };
    }
    let wanted = typed.quota.parse(&mut errors);
    let defaults = typed.defaults.parse(&mut errors);
    if errors.is_empty() {
        match operations::plan_set(&access, &profile, wanted, defaults).await {
            Ok(operation) => {
                return Ok(page::see_other(&paths::fill(
                    paths::OPERATION,
                    &operation.id.to_string(),
                )));
            }
            Err(PlanError::Cluster(error @ cluster::Error::Invalid { .. })) => {
                let about_defaults =
                    matches!(&error, cluster::Error::Invalid { kind, .. } if *kind == "LimitRange");
                let field = if about_defaults {
                    "default_cpu_request"
                } else {
                    FIRST_FIELD
                };
                errors.add(field, error);
            }
            Err(error) => {
                let around = around(&access, &profile).await?;
                return page::failed(error, |errors| {
                    EditPage::with(frame, &profile, &typed, around, errors)
                });
            }
        }
    }
    let around = around(&access, &profile).await?;
    page::invalid(&EditPage::with(frame, &profile, &typed, around, errors))
}

/// A button that changes the form and nothing in the cluster. Answers what is to be said about it.
async fn more(
    access: &Access,
    fields: &Fields,
    typed: &mut Typed,
    errors: &mut FormErrors,
) -> Result<String, Problem> {
    let presets = access.quota_presets().await?;
    match fields.get("more") {
        "fill" => {
            if let Some(quota) = fill::chosen(access, &presets, fields, errors) {
                typed.quota = QuotaForm::of(&quota);
                return Ok("The form is filled in; nothing is changed yet.".to_owned());
            }
        }
        "save-preset" => {
            let quota = typed.quota.parse(errors);
            if quota.is_empty() && errors.is_empty() {
                errors.add(FIRST_FIELD, "Enter at least one limit to keep");
            }
            if let Some(name) = fill::name(&presets, fields, errors)
                && errors.is_empty()
            {
                access.set_quota_preset(&name, Some(quota)).await?;
                return Ok(format!("Preset {name} is kept."));
            }
        }
        "forget-preset" => {
            let name = fields.get("preset");
            if presets.contains_key(name) {
                access.set_quota_preset(name, None).await?;
                return Ok(format!("Preset {name} is forgotten."));
            }
            errors.add("preset", "Choose the preset to forget");
        }
        // “Add another resource” has added its row already.
        _ => {}
    }
    Ok(String::new())
}
