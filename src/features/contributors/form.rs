//! The forms about one contributor: who, which role, until when. On the page of a profile it is short; here it has a page
//! of its own, which also answers what cannot be accepted.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::actions::review;
use super::operations;
use crate::access::Access;
use crate::clock::Clock;
use crate::domain::{Contribution, ProfileName, Role};
use crate::web::extract::{Path, Query};
use crate::web::fields::{Choice, Field, FieldError, FormErrors, SelectField};
use crate::web::form::CheckedForm;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::{page, paths, until};

#[derive(Template)]
#[template(path = "contributors/one.html")]
pub(super) struct OnePage {
    frame: Frame,
    errors: Vec<FieldError>,
    name: String,
    back_href: String,
    here: &'static str,
    action: String,
    text: String,
    who: Option<Who>,
    /// Who it is about, where that is not to be typed.
    fixed: Vec<(&'static str, String)>,
    until: Field,
    submit: &'static str,
}

struct Who {
    email: Field,
    role: SelectField,
}

/// What was typed.
#[derive(Clone, Copy)]
pub(super) struct Typed<'f> {
    pub email: &'f str,
    pub role: &'f str,
    pub until: &'f str,
}

/// The form for a new contributor with what is wrong with it.
pub(super) fn add_page(
    frame: Frame,
    name: &ProfileName,
    typed: Typed<'_>,
    errors: FormErrors,
) -> OnePage {
    let mut email = Field::text("email", "E-mail", typed.email, &errors);
    email.kind = "email";
    let options = Role::ALL
        .into_iter()
        .map(|role| Choice::new(role.as_str(), role.as_str(), typed.role))
        .collect();
    let role = SelectField::new("role", "Role", options);
    let role = role.with_id("role".to_owned(), errors.at("role"));
    OnePage {
        frame: frame.titled(format!("Add a contributor to {name}")),
        name: name.to_string(),
        back_href: paths::fill(paths::PROFILE, name.as_str()),
        here: "Add contributor",
        action: paths::fill(paths::CONTRIBUTORS, name.as_str()),
        text: String::new(),
        who: Some(Who { email, role }),
        fixed: Vec::new(),
        until: until::field(typed.until, &errors),
        submit: "Add contributor",
        errors: errors.0,
    }
}

/// Whose date it is.
#[derive(Debug, Default, Deserialize)]
pub(super) struct DateQuery {
    #[serde(default)]
    user: String,
    #[serde(default)]
    role: String,
}

pub(super) async fn date(
    access: Access,
    frame: Frame,
    Path(name): Path<ProfileName>,
    Query(query): Query<DateQuery>,
) -> Result<Response, Problem> {
    if query.user.is_empty() {
        return Ok(page::see_other(&paths::fill(paths::PROFILE, name.as_str())));
    }
    let one = find(&access, &name, (&query.user, &query.role))?;
    let present = until::value(one.until.as_ref());
    page::ok(&date_page(frame, &one, &present, FormErrors::default()))
}

pub(super) async fn set_date(
    access: Access,
    frame: Frame,
    Path(name): Path<ProfileName>,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let one = find(&access, &name, (fields.get("user"), fields.get("role")))?;
    let typed = fields.get("until");
    let mut errors = FormErrors::default();
    let Some(until) = until::typed(typed, Clock.now(), &mut errors) else {
        return page::invalid(&date_page(frame, &one, typed, errors));
    };
    match operations::plan_date(&access, &one, until).await {
        Ok(operation) => Ok(review(&operation)),
        Err(error) => page::failed(error, |errors| date_page(frame, &one, typed, errors)),
    }
}

fn find(
    access: &Access,
    name: &ProfileName,
    (user, role): (&str, &str),
) -> Result<Contribution, Problem> {
    let all = access.contributors_of(name);
    let found = all
        .iter()
        .find(|one| one.user.as_str() == user && one.role.as_str() == role);
    found.map(|one| Contribution::clone(one)).ok_or_else(|| {
        Problem::not_found(&format!("contributor {user} with {role} in {name}")).way(
            "Back to the profile",
            paths::fill(paths::PROFILE, name.as_str()),
        )
    })
}

fn date_page(frame: Frame, one: &Contribution, typed: &str, errors: FormErrors) -> OnePage {
    let name = one.profile.as_str();
    let present = match until::words(one.until.as_ref()) {
        words if words.is_empty() => "without an end".to_owned(),
        words => words,
    };
    OnePage {
        frame: frame.titled(format!(
            "Until when {} has {} in {name}",
            one.user, one.role
        )),
        name: name.to_owned(),
        back_href: paths::fill(paths::PROFILE, name),
        here: "Date",
        action: paths::fill(paths::CONTRIBUTOR_DATE, name),
        text: format!(
            "{} has {} in {name} {present}. When the date has come, both halves of the access are taken away, as you and \
             with your rights at that time.",
            one.user, one.role
        ),
        who: None,
        fixed: vec![
            ("user", one.user.to_string()),
            ("role", one.role.as_str().to_owned()),
        ],
        until: until::field(typed, &errors),
        submit: "Review the date",
        errors: errors.0,
    }
}
