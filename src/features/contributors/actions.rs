//! Adding and removing a contributor become plans to review.

use axum::response::Response;
use http::StatusCode;

use super::operations;
use crate::access::Access;
use crate::domain::{Email, ProfileName, Role, UserName};
use crate::web::extract::Path;
use crate::web::form::CheckedForm;
use crate::web::problem::Problem;
use crate::web::{page, paths, words};

pub(super) async fn add(
    access: Access,
    Path(name): Path<ProfileName>,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let email: Email = fields
        .get("email")
        .parse()
        .map_err(|why| wrong(&name, fields.get("email"), &why))?;
    let role: Role = fields
        .get("role")
        .parse()
        .map_err(|why| wrong(&name, fields.get("role"), &why))?;
    let profile = access
        .cluster()
        .profile(&name)
        .ok_or_else(|| Problem::not_found(&format!("profile named {name}")))?;
    let user = UserName::from(&email);
    if profile
        .owner
        .as_ref()
        .is_some_and(|owner| owner.name == user)
    {
        return Err(wrong(&name, email.as_str(), &words::OWNER_NEEDS_NO_ROLE));
    }
    let there = access.contributors_of(&name);
    let operation = operations::plan_add(&access, &name, (&user, role), &there).await?;
    Ok(page::see_other(&paths::fill(
        paths::OPERATION,
        &operation.id.to_string(),
    )))
}

pub(super) async fn remove(
    access: Access,
    Path(name): Path<ProfileName>,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let role: Role = fields
        .get("role")
        .parse()
        .map_err(|why| wrong(&name, fields.get("role"), &why))?;
    let user = UserName::from_cluster(fields.get("user"));
    let there = access
        .contributors_of(&name)
        .iter()
        .any(|c| c.user == user && c.role == role);
    if !there {
        return Err(Problem::not_found(&format!(
            "contributor {user} with {role} in {name}"
        )));
    }
    let operation = operations::plan_remove(&access, &name, &user, role).await?;
    Ok(page::see_other(&paths::fill(
        paths::OPERATION,
        &operation.id.to_string(),
    )))
}

fn wrong(profile: &ProfileName, typed: &str, why: &dyn std::fmt::Display) -> Problem {
    let typed: String = typed.chars().take(150).collect();
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "KA-INPUT",
        "This contributor cannot be added",
        why.to_string(),
    )
    .input(&format!("You typed “{typed}”. Nothing was changed."))
    .way(
        "Back to the profile",
        paths::fill(paths::PROFILE, profile.as_str()),
    )
}
