//! One quota for several profiles: one form, one operation.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::form::{FIRST_FIELD, QuotaFields, QuotaForm};
use super::operations;
use crate::access::Access;
use crate::cluster;
use crate::domain::{Profile, Quota, QuotaUse};
use crate::operation::PlanError;
use crate::web::extract::Query;
use crate::web::fields::{FieldError, FormErrors};
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
#[template(path = "quotas/edit_many.html")]
struct EditPage {
    frame: Frame,
    errors: Vec<FieldError>,
    action: &'static str,
    back_href: &'static str,
    profiles: Vec<ProfileView>,
    quota: QuotaFields,
}

struct ProfileView {
    name: String,
    href: String,
    badges: Vec<Badge>,
    meters: Vec<Meter>,
}

pub(super) async fn edit(
    access: Access,
    frame: Frame,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Problem> {
    let profiles = access.profiles_named(chosen.profile.iter().map(String::as_str).take(MOST));
    let form = QuotaForm::of(&shared_quota(&profiles));
    let errors = FormErrors::default();
    page::ok(&EditPage::with(frame, &profiles, &form, errors))
}

pub(super) async fn set(
    access: Access,
    frame: Frame,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let profiles = access.profiles_named(fields.all("profile").take(MOST));
    let form = QuotaForm::sent(&fields);
    if fields.is_checked("more") {
        let errors = FormErrors::default();
        return page::ok(&EditPage::with(frame, &profiles, &form, errors));
    }
    let mut errors = FormErrors::default();
    let wanted = form.parse(&mut errors);
    let changing: Vec<Arc<Profile>> = profiles
        .iter()
        .filter(|profile| profile.quota != wanted)
        .cloned()
        .collect();
    if errors.is_empty() && changing.is_empty() {
        errors.add(FIRST_FIELD, "All of these profiles have this quota already");
    }
    if !errors.is_empty() {
        return page::invalid(&EditPage::with(frame, &profiles, &form, errors));
    }
    match operations::plan_set_many(&access, &changing, &wanted).await {
        Ok(operation) => Ok(page::see_other(&paths::fill(
            paths::OPERATION,
            &operation.id.to_string(),
        ))),
        Err(PlanError::Cluster(error @ cluster::Error::Invalid { .. })) => {
            errors.add(FIRST_FIELD, error);
            page::invalid(&EditPage::with(frame, &profiles, &form, errors))
        }
        Err(error) => Err(error.into()),
    }
}

/// What all of them have now; empty where they differ.
fn shared_quota(profiles: &[Arc<Profile>]) -> Quota {
    let first = profiles.first().map(|profile| profile.quota.clone());
    first
        .filter(|quota| profiles.iter().all(|profile| profile.quota == *quota))
        .unwrap_or_default()
}

impl EditPage {
    fn with(frame: Frame, profiles: &[Arc<Profile>], form: &QuotaForm, errors: FormErrors) -> Self {
        Self {
            frame: frame.titled(match profiles.len() {
                0 => "One quota for several profiles".to_owned(),
                1 => "Quota of 1 profile".to_owned(),
                count => format!("One quota for {count} profiles"),
            }),
            action: paths::PROFILES_QUOTA,
            back_href: paths::PROFILES,
            profiles: profiles.iter().map(|profile| view_of(profile)).collect(),
            quota: form.fields(&QuotaUse::default(), &errors),
            errors: errors.0,
        }
    }
}

fn view_of(profile: &Profile) -> ProfileView {
    ProfileView {
        name: profile.name.to_string(),
        href: paths::fill(paths::PROFILE, profile.name.as_str()),
        badges: view::manager_badge(profile.managed_by),
        meters: view::meters(profile),
    }
}
