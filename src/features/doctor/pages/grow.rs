//! A larger volume for a claim whose class can grow.

use askama::Template;
use axum::response::Response;

use super::look;
use crate::access::{Access, Age};
use crate::cluster::snapshot::Claim;
use crate::domain::{ClaimPlace, Repair};
use crate::features::doctor::check::Case;
use crate::features::doctor::operations::{self, RepairError};
use crate::features::doctor::volumes;
use crate::operation::PlanError;
use crate::web::extract::Path;
use crate::web::fields::{Field, FieldError, FormErrors};
use crate::web::form::CheckedForm;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::{page, paths};

#[derive(Template)]
#[template(path = "doctor/grow.html")]
struct GrowPage {
    frame: Frame,
    errors: Vec<FieldError>,
    action: String,
    back_href: &'static str,
    now: String,
    class: String,
    size: Field,
}

pub(in super::super) async fn form(
    access: Access,
    frame: Frame,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let snapshot = look(&access).await?;
    let claim = find(&Case::of(&snapshot), &name)?;
    page::ok(&GrowPage::with(frame, claim, "", FormErrors::default()))
}

pub(in super::super) async fn plan(
    access: Access,
    frame: Frame,
    Path(name): Path<String>,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let snapshot = access.snapshot(Age::Anew).await?;
    let claim = find(&Case::of(&snapshot), &name)?;
    let mut errors = FormErrors::default();
    let typed = fields.get("size");
    if let Some(size) = errors.take("size", volumes::larger(claim, typed)) {
        let claim = volumes::place(claim);
        match operations::plan(&access, &Repair::ExpandClaim { claim, size }).await {
            Ok(operation) => {
                let id = operation.id.to_string();
                return Ok(page::see_other(&paths::fill(paths::OPERATION, &id)));
            }
            // What the API server says of the size belongs to what was typed.
            Err(RepairError::Plan(PlanError::Cluster(error))) => errors.add("size", error),
            Err(RepairError::Plan(error)) => return Err(error.into()),
            Err(error @ RepairError::NotOffered) => errors.add("size", error),
        }
    }
    page::invalid(&GrowPage::with(frame, claim, typed, errors))
}

/// Only claims of the installation, and only those that can.
fn find<'a>(case: &Case<'a>, name: &str) -> Result<&'a Claim, Problem> {
    let wanted: Option<ClaimPlace> = name.parse().ok();
    let mut claims = volumes::of_installation(case).into_iter();
    claims
        .find(|one| Some(volumes::place(one)) == wanted && volumes::can_grow(case.snapshot, one))
        .ok_or_else(|| {
            Problem::not_found("claim of this name that can grow")
                .way("See all volumes", paths::STORAGE)
        })
}

impl GrowPage {
    fn with(frame: Frame, claim: &Claim, typed: &str, errors: FormErrors) -> Self {
        let place = volumes::place(claim).to_string();
        Self {
            action: paths::fill(paths::CLAIM_GROW, &place),
            back_href: paths::STORAGE,
            now: claim.requested.clone(),
            class: claim.class.clone().unwrap_or_default(),
            size: Field::text("size", "New size", typed, &errors)
                .hint("With its unit, such as 40Gi.")
                .short(),
            frame: frame.titled(format!("Grow {place}")),
            errors: errors.0,
        }
    }
}
