//! Deleting several profiles at once: each with what is in it, one word typed, one operation.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::operations;
use crate::access::Access;
use crate::domain::Profile;
use crate::web::extract::Query;
use crate::web::fields::{Field, FieldError, FormErrors};
use crate::web::form::CheckedForm;
use crate::web::frame::Frame;
use crate::web::pager::PAGE;
use crate::web::problem::Problem;
use crate::web::view::{self, Badge, Meter};
use crate::web::{page, paths};

/// More than a list shows on one page cannot be chosen by hand.
const MOST: usize = PAGE as usize;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    profile: Vec<String>,
}

#[derive(Template)]
#[template(path = "profiles/delete_many.html")]
struct ReviewPage {
    frame: Frame,
    errors: Vec<FieldError>,
    action: &'static str,
    back_href: &'static str,
    profiles: Vec<ProfileView>,
    confirm: Field,
}

struct ProfileView {
    name: String,
    href: String,
    owner: String,
    badges: Vec<Badge>,
    meters: Vec<Meter>,
}

pub(super) async fn review(
    access: Access,
    frame: Frame,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Problem> {
    let profiles = access.profiles_named(chosen.profile.iter().map(String::as_str).take(MOST));
    let errors = FormErrors::default();
    page::ok(&ReviewPage::with(frame, &profiles, "", errors))
}

pub(super) async fn delete(
    access: Access,
    frame: Frame,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let profiles = access.profiles_named(fields.all("profile").take(MOST));
    let confirm = fields.get("confirm");
    let phrase = phrase(profiles.len());
    let mut errors = FormErrors::default();
    if profiles.is_empty() {
        errors.add("", "None of these profiles is there any more");
    } else if confirm != phrase {
        errors.add("confirm", format!("Type “{phrase}” to confirm"));
    }
    if !errors.is_empty() {
        return page::invalid(&ReviewPage::with(frame, &profiles, confirm, errors));
    }
    let names = profiles
        .iter()
        .map(|profile| profile.name.clone())
        .collect();
    let operation = operations::plan_delete_many(&access, names).await?;
    Ok(page::see_other(&paths::fill(
        paths::OPERATION,
        &operation.id.to_string(),
    )))
}

/// What has to be typed: the deed and how many it is done to.
fn phrase(count: usize) -> String {
    match count {
        1 => "delete 1 profile".to_owned(),
        count => format!("delete {count} profiles"),
    }
}

impl ReviewPage {
    fn with(frame: Frame, profiles: &[Arc<Profile>], confirm: &str, errors: FormErrors) -> Self {
        let label = format!("Type “{}” to confirm", phrase(profiles.len()));
        Self {
            frame: frame.titled(match profiles.len() {
                0 => "Delete profiles".to_owned(),
                1 => "Delete 1 profile".to_owned(),
                count => format!("Delete {count} profiles"),
            }),
            action: paths::PROFILES_DELETE,
            back_href: paths::PROFILES,
            profiles: profiles.iter().map(|profile| view_of(profile)).collect(),
            confirm: Field::text("confirm", &label, confirm, &errors),
            errors: errors.0,
        }
    }
}

fn view_of(profile: &Profile) -> ProfileView {
    let owner = profile.owner.as_ref().map(|owner| owner.name.to_string());
    ProfileView {
        name: profile.name.to_string(),
        href: paths::fill(paths::PROFILE, profile.name.as_str()),
        owner: owner.unwrap_or_default(),
        badges: view::manager_badge(profile.managed_by),
        meters: view::meters(profile),
    }
}
