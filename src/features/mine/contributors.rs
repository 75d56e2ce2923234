//! Who else works in a profile of one's own, changed by whoever keeps it as far as Kubernetes lets them.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use crate::access::{Keeper, SignedIn};
use crate::domain::{Email, Operation, ProfileName, ResourceRule, Role, UserName};
use crate::features::contributors::operations::{plan_add, plan_remove};
use crate::web::extract::Path;
use crate::web::fields::{Choice, Field, FieldError, FormErrors, SelectField};
use crate::web::form::CheckedForm;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::{page, paths, until, words};

#[derive(Template)]
#[template(path = "mine/contributors.html")]
struct ContributorsPage {
    frame: Frame,
    errors: Vec<FieldError>,
    name: String,
    rows: Vec<Row>,
    remove_action: String,
    add: Option<AddForm>,
    denied: Option<Denied>,
}

struct Row {
    user: String,
    role: &'static str,
    /// Empty: no end.
    until: String,
    verdict: &'static str,
    reason: &'static str,
}

struct AddForm {
    action: String,
    user: Field,
    role: SelectField,
}

/// What Kubernetes does not let this person do, and what to ask for.
struct Denied {
    what: Vec<String>,
    ask: &'static str,
}

pub(super) async fn show(
    signed_in: SignedIn,
    frame: Frame,
    Path(name): Path<ProfileName>,
) -> Result<Response, Problem> {
    let keeper = keeper(&signed_in, &name)?;
    let denied = keeper.denied().await?;
    let typed = ("", Role::Edit.as_str());
    page::ok(&contributors_page(
        frame,
        &keeper,
        &denied,
        typed,
        FormErrors::default(),
    ))
}

pub(super) async fn add(
    signed_in: SignedIn,
    frame: Frame,
    Path(name): Path<ProfileName>,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let keeper = keeper(&signed_in, &name)?;
    let denied = keeper.denied().await?;
    refuse(&name, &denied)?;
    let typed = (fields.get("email"), fields.get("role"));
    let mut errors = FormErrors::default();
    let email = errors.take("email", typed.0.parse::<Email>());
    let role = errors.take("role", typed.1.parse::<Role>());
    let owner = keeper.profile().owner.as_ref().map(|owner| &owner.name);
    let user = email.as_ref().map(UserName::from);
    if user.is_some() && user.as_ref() == owner {
        errors.add("email", words::OWNER_NEEDS_NO_ROLE);
    }
    let Some((user, role)) = user.zip(role).filter(|_| errors.is_empty()) else {
        return page::invalid(&contributors_page(frame, &keeper, &denied, typed, errors));
    };
    let there = keeper.contributors();
    match plan_add(&keeper, (&name, &user, role), None, &there).await {
        Ok(operation) => Ok(review(&operation)),
        Err(error) => page::failed(error, |errors| {
            contributors_page(frame, &keeper, &denied, typed, errors)
        }),
    }
}

pub(super) async fn remove(
    signed_in: SignedIn,
    Path(name): Path<ProfileName>,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let keeper = keeper(&signed_in, &name)?;
    refuse(&name, &keeper.denied().await?)?;
    let (user, role) = (fields.get("user"), fields.get("role"));
    let there = keeper.contributors();
    let found = there
        .iter()
        .find(|one| one.user.as_str() == user && one.role.as_str() == role)
        .ok_or_else(|| {
            Problem::not_found(&format!("contributor {user} with {role} in {name}"))
                .way("Back to the contributors", here(&name))
        })?;
    let operation = plan_remove(&keeper, &name, &found.user, found.role).await?;
    Ok(review(&operation))
}

/// Profiles of others are not told apart from such that are not there.
fn keeper(signed_in: &SignedIn, name: &ProfileName) -> Result<Keeper, Problem> {
    signed_in.keeper(name).ok_or_else(|| {
        Problem::not_found(&format!("profile named {name} that you own or administer"))
            .way("Go to your profiles", paths::MINE)
    })
}

fn refuse(name: &ProfileName, denied: &[ResourceRule]) -> Result<(), Problem> {
    let Some(first) = denied.first() else {
        return Ok(());
    };
    let what = first.describe();
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "KA-RBAC",
        "Kubernetes does not allow this",
        format!("You may not {what} in namespace {name}."),
    )
    .input("Nothing was changed.")
    .way("What to ask for", here(name)))
}

fn here(name: &ProfileName) -> String {
    paths::fill(paths::MINE_CONTRIBUTORS, name.as_str())
}

fn review(operation: &Operation) -> Response {
    page::see_other(&paths::fill(paths::OPERATION, &operation.id.to_string()))
}

fn contributors_page(
    frame: Frame,
    keeper: &Keeper,
    denied: &[ResourceRule],
    typed: (&str, &str),
    errors: FormErrors,
) -> ContributorsPage {
    let name = &keeper.profile().name;
    let rows = keeper.contributors();
    let rows = rows.iter().map(|one| {
        let (verdict, reason) = one.health();
        Row {
            user: one.user.to_string(),
            role: one.role.as_str(),
            until: until::words(one.until.as_ref()),
            verdict,
            reason,
        }
    });
    let allowed = denied.is_empty();
    ContributorsPage {
        frame: frame.titled(format!("Contributors of {name}")),
        name: name.to_string(),
        rows: rows.collect(),
        remove_action: if allowed {
            paths::fill(paths::MINE_CONTRIBUTOR_REMOVE, name.as_str())
        } else {
            String::new()
        },
        add: allowed.then(|| add_form(name, typed, &errors)),
        denied: (!allowed).then(|| Denied {
            what: denied.iter().map(ResourceRule::describe).collect(),
            ask: words::ASK_FOR_CONTRIBUTORS,
        }),
        errors: errors.0,
    }
}

fn add_form(name: &ProfileName, (email, role): (&str, &str), errors: &FormErrors) -> AddForm {
    let mut user = Field::text("email", "E-mail", email, errors);
    user.kind = "email";
    let options = Role::ALL
        .into_iter()
        .map(|one| Choice::new(one.as_str(), one.as_str(), role))
        .collect();
    let mut role = SelectField::new("role", "Role", options);
    role.error = errors.at("role");
    AddForm {
        action: here(name),
        user,
        role,
    }
}
