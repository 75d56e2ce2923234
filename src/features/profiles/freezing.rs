//! Freezing a profile, so that nothing new starts in it, and thawing it.

use askama::Template;
use axum::response::Response;

use super::{operations, pages};
use crate::access::Access;
use crate::clock::Clock;
use crate::cluster::Frozen;
use crate::domain::{Operation, Profile, ProfileName};
use crate::web::extract::Path;
use crate::web::fields::{Field, FieldError, FormErrors};
use crate::web::form::CheckedForm;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::{page, paths, until};

#[derive(Template)]
#[template(path = "profiles/freeze.html")]
struct FreezePage {
    frame: Frame,
    errors: Vec<FieldError>,
    name: String,
    action: String,
    back_href: String,
    reason: Field,
    until: Field,
}

pub(super) async fn form(
    access: Access,
    frame: Frame,
    Path(name): Path<ProfileName>,
) -> Result<Response, Problem> {
    let profile = pages::find(&access, &name)?;
    let present = access.cluster().freeze_of(&name);
    let reason = present.as_ref().map_or("", |freeze| freeze.reason.as_str());
    let until = until::value(present.as_ref().and_then(|freeze| freeze.until.as_ref()));
    let title = title(present.as_ref());
    let typed = (reason, until.as_str());
    page::ok(&freeze_page(
        (frame, title),
        &profile,
        typed,
        FormErrors::default(),
    ))
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
    errors.take("reason", operations::check_reason(reason));
    let until = until::typed(fields.get("until"), Clock.now(), &mut errors);
    let Some(until) = until.filter(|_| errors.is_empty()) else {
        let title = title(access.cluster().freeze_of(&name).as_ref());
        let typed = (reason, fields.get("until"));
        return page::invalid(&freeze_page((frame, title), &profile, typed, errors));
    };
    match operations::plan_freeze(&access, &name, reason.to_owned(), until).await {
        Ok(operation) => Ok(review(&operation)),
        Err(error) => page::failed(error, |errors| {
            let title = title(access.cluster().freeze_of(&name).as_ref());
            let typed = (reason, fields.get("until"));
            freeze_page((frame, title), &profile, typed, errors)
        }),
    }
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

/// A freeze that is there is changed.
fn title(present: Option<&Frozen>) -> &'static str {
    match present {
        Some(_) => "Change freeze of",
        None => "Freeze",
    }
}

fn freeze_page(
    (frame, title): (Frame, &'static str),
    profile: &Profile,
    (reason, until): (&str, &str),
    errors: FormErrors,
) -> FreezePage {
    let name = profile.name.as_str();
    FreezePage {
        frame: frame.titled(format!("{title} {name}")),
        name: name.to_owned(),
        action: paths::fill(paths::PROFILE_FREEZE, name),
        back_href: paths::fill(paths::PROFILE, name),
        reason: Field::text("reason", "Reason", reason, &errors)
            .hint("Kept on the ResourceQuota and in the record, such as “left the company, see ticket 42”"),
        until: until::field(until, &errors)
            .hint("Thaws by itself at the end of this day in UTC. Empty: stays frozen until somebody thaws it"),
        errors: errors.0,
    }
}
