//! Freezing a profile, so that nothing new starts in it, and thawing it.

use askama::Template;
use axum::response::Response;

use super::{operations, pages};
use crate::access::Access;
use crate::domain::{Operation, Profile, ProfileName};
use crate::web::extract::Path;
use crate::web::fields::{Field, FieldError, FormErrors};
use crate::web::form::CheckedForm;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::{page, paths};

#[derive(Template)]
#[template(path = "profiles/freeze.html")]
struct FreezePage {
    frame: Frame,
    errors: Vec<FieldError>,
    name: String,
    action: String,
    back_href: String,
    reason: Field,
}

pub(super) async fn form(
    access: Access,
    frame: Frame,
    Path(name): Path<ProfileName>,
) -> Result<Response, Problem> {
    let profile = pages::find(&access, &name)?;
    page::ok(&freeze_page(frame, &profile, "", FormErrors::default()))
}

pub(super) async fn freeze(
    access: Access,
    frame: Frame,
    Path(name): Path<ProfileName>,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let profile = pages::find(&access, &name)?;
    let reason = fields.get("reason");
    let mut errors = FormErrors::default();
    if errors
        .take("reason", operations::check_reason(reason))
        .is_none()
    {
        return page::invalid(&freeze_page(frame, &profile, reason, errors));
    }
    let operation = operations::plan_freeze(&access, &name, reason.to_owned()).await?;
    Ok(review(&operation))
}

pub(super) async fn thaw(
    access: Access,
    Path(name): Path<ProfileName>,
    _form: CheckedForm,
) -> Result<Response, Problem> {
    pages::find(&access, &name)?;
    let operation = operations::plan_thaw(&access, &name).await?;
    Ok(review(&operation))
}

fn review(operation: &Operation) -> Response {
    page::see_other(&paths::fill(paths::OPERATION, &operation.id.to_string()))
}

fn freeze_page(frame: Frame, profile: &Profile, reason: &str, errors: FormErrors) -> FreezePage {
    let name = profile.name.as_str();
    FreezePage {
        frame: frame.titled(format!("Freeze {name}")),
        name: name.to_owned(),
        action: paths::fill(paths::PROFILE_FREEZE, name),
        back_href: paths::fill(paths::PROFILE, name),
        reason: Field::text("reason", "Reason", reason, &errors)
            .hint("Kept on the ResourceQuota and in the record, such as “left the company, see ticket 42”"),
        errors: errors.0,
    }
}
