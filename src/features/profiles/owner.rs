//! Handing a profile over to another owner.

use askama::Template;
use axum::response::Response;

use super::{operations, pages};
use crate::access::Access;
use crate::cluster;
use crate::domain::{Email, Profile, ProfileName, Role};
use crate::operation::PlanError;
use crate::web::extract::Path;
use crate::web::fields::{Choice, Field, FieldError, FormErrors, SelectField};
use crate::web::form::CheckedForm;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::view::{self, Badge};
use crate::web::{page, paths};

#[derive(Template)]
#[template(path = "profiles/owner.html")]
struct OwnerPage {
    frame: Frame,
    errors: Vec<FieldError>,
    badges: Vec<Badge>,
    name: String,
    action: String,
    back_href: String,
    present: String,
    owner: Field,
    before: SelectField,
}

pub(super) async fn form(
    access: Access,
    frame: Frame,
    Path(name): Path<ProfileName>,
) -> Result<Response, Problem> {
    let profile = pages::find(&access, &name)?;
    page::ok(&owner_page(
        frame,
        &profile,
        ("", ""),
        FormErrors::default(),
    ))
}

pub(super) async fn transfer(
    access: Access,
    frame: Frame,
    Path(name): Path<ProfileName>,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let profile = pages::find(&access, &name)?;
    let typed = (fields.get("owner"), fields.get("before"));
    let mut errors = FormErrors::default();
    let owner = errors.take("owner", typed.0.parse::<Email>());
    let before = match typed.1 {
        "" => None,
        role => errors.take("before", role.parse::<Role>()),
    };
    let Some(owner) = owner.filter(|_| errors.is_empty()) else {
        return page::invalid(&owner_page(frame, &profile, typed, errors));
    };
    let owner = access.bound_as(&owner);
    match operations::plan_transfer(&access, &profile, &owner, before).await {
        Ok(operation) => Ok(page::see_other(&paths::fill(
            paths::OPERATION,
            &operation.id.to_string(),
        ))),
        Err(PlanError::Cluster(error @ cluster::Error::Invalid { .. })) => {
            errors.add("owner", error);
            page::invalid(&owner_page(frame, &profile, typed, errors))
        }
        Err(error) => page::failed(error, |errors| owner_page(frame, &profile, typed, errors)),
    }
}

fn owner_page(
    frame: Frame,
    profile: &Profile,
    (owner, before): (&str, &str),
    errors: FormErrors,
) -> OwnerPage {
    let name = profile.name.as_str();
    let mut field = Field::text("owner", "New owner", owner, &errors)
        .hint("E-mail of the person, exactly as they sign in");
    field.kind = "email";
    let choices = [
        ("", "Nothing: they lose their access"),
        ("view", "view"),
        ("edit", "edit"),
        ("admin", "admin"),
    ];
    let options = choices
        .iter()
        .map(|(value, label)| Choice::new(value, label, before))
        .collect();
    let mut select = SelectField::new("before", "What the present owner becomes", options);
    select.error = errors.at("before");
    OwnerPage {
        frame: frame.titled(format!("Transfer {name}")),
        badges: view::manager_badge(profile.managed_by),
        name: name.to_owned(),
        action: paths::fill(paths::PROFILE_OWNER, name),
        back_href: paths::fill(paths::PROFILE, name),
        present: profile
            .owner
            .as_ref()
            .map_or_else(|| "nobody".to_owned(), |owner| owner.name.to_string()),
        owner: field,
        before: select,
        errors: errors.0,
    }
}
