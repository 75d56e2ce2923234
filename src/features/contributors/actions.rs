//! Adding and removing a contributor become plans to review.

use axum::response::Response;

use super::form::{self, Typed};
use super::operations;
use crate::access::Access;
use crate::clock::Clock;
use crate::domain::{Email, Operation, ProfileName, Role, UserName};
use crate::web::extract::Path;
use crate::web::fields::FormErrors;
use crate::web::form::CheckedForm;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::{page, paths, until, words};

pub(super) async fn add(
    access: Access,
    frame: Frame,
    Path(name): Path<ProfileName>,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let profile = access
        .cluster()
        .profile(&name)
        .ok_or_else(|| Problem::not_found(&format!("profile named {name}")))?;
    let typed = Typed {
        email: fields.get("email"),
        role: fields.get("role"),
        until: fields.get("until"),
    };
    let mut errors = FormErrors::default();
    let email = errors.take("email", typed.email.parse::<Email>());
    let role = errors.take("role", typed.role.parse::<Role>());
    let until = until::typed(typed.until, Clock.now(), &mut errors);
    let user = email.as_ref().map(UserName::from);
    let owner = profile.owner.as_ref().map(|owner| &owner.name);
    if user.is_some() && owner == user.as_ref() {
        errors.add("email", words::OWNER_NEEDS_NO_ROLE);
    }
    match (user, role, until) {
        (Some(user), Some(role), Some(until)) if errors.is_empty() => {
            let there = access.contributors_of(&name);
            let place = (&name, &user, role);
            match operations::plan_add(&access, place, until, &there).await {
                Ok(operation) => Ok(review(&operation)),
                Err(error) => {
                    page::failed(error, |errors| form::add_page(frame, &name, typed, errors))
                }
            }
        }
        _ => page::invalid(&form::add_page(frame, &name, typed, errors)),
    }
}

pub(super) async fn remove(
    access: Access,
    Path(name): Path<ProfileName>,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let user = UserName::from_cluster(fields.get("user"));
    let wanted = fields.get("role");
    let found = access.contributors_of(&name);
    let there = found
        .iter()
        .find(|c| c.user == user && c.role.as_str() == wanted)
        .ok_or_else(|| {
            Problem::not_found(&format!("contributor {user} with {wanted} in {name}"))
        })?;
    let operation = operations::plan_remove(&access, &name, &user, there.role).await?;
    Ok(review(&operation))
}

pub(super) fn review(operation: &Operation) -> Response {
    page::see_other(&paths::fill(paths::OPERATION, &operation.id.to_string()))
}
