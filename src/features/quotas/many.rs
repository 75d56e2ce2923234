//! The same limits for many profiles at once: lines that are given are set, others stay as they are.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use super::defaults::{DefaultsFields, DefaultsForm};
use super::fill::{self, FillFields};
use super::form::{FIRST_FIELD, QuotaFields, QuotaForm};
use super::operations;
use crate::access::Access;
use crate::cluster;
use crate::domain::{Profile, ProfileName, Quota, QuotaUse};
use crate::features::profiles::naming::named;
use crate::operation::PlanError;
use crate::web::extract::Query;
use crate::web::fields::{FieldError, FormErrors};
use crate::web::form::{CheckedForm, Fields};
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::text_area::{TextArea, words};
use crate::web::view::{self, Badge, Meter};
use crate::web::{page, paths};

/// More would be a plan that nobody reads.
const MOST: usize = 200;

/// Ticked on the list of profiles.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    profile: Vec<String>,
}

#[derive(Template)]
#[template(path = "quotas/many.html")]
struct ManyPage {
    frame: Frame,
    errors: Vec<FieldError>,
    action: &'static str,
    back_href: &'static str,
    profiles: TextArea,
    quota: QuotaFields,
    defaults: DefaultsFields,
    fill: FillFields,
    now: Vec<ProfileView>,
}

struct ProfileView {
    name: String,
    href: String,
    badges: Vec<Badge>,
    meters: Vec<Meter>,
}

struct Typed {
    profiles: String,
    quota: QuotaForm,
    defaults: DefaultsForm,
}

pub(super) async fn form(
    access: Access,
    frame: Frame,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Problem> {
    let none = Quota::default();
    let typed = Typed {
        profiles: chosen.profile.join("\n"),
        quota: QuotaForm::of(&none),
        defaults: DefaultsForm::offered(&none, None),
    };
    page::ok(&many_page(&access, frame, &typed, FormErrors::default()).await?)
}

pub(super) async fn set(
    access: Access,
    frame: Frame,
    CheckedForm(fields): CheckedForm,
) -> Result<Response, Problem> {
    let mut typed = Typed {
        profiles: fields.get("profiles").to_owned(),
        quota: QuotaForm::sent(&fields),
        defaults: DefaultsForm::sent(&fields),
    };
    let mut errors = FormErrors::default();
    if fields.is_checked("more") {
        more(&access, &fields, &mut typed, &mut errors).await?;
    } else {
        match plan(&access, &typed, &mut errors).await {
            Ok(Some(answer)) => return Ok(answer),
            Ok(None) => {}
            Err(problem) => {
                let mut again = many_page(&access, frame, &typed, errors).await?;
                return page::failed(problem, |errors| {
                    again.errors = errors.0;
                    again
                });
            }
        }
    }
    let failed = !errors.is_empty();
    let again = many_page(&access, frame, &typed, errors).await?;
    if failed {
        page::invalid(&again)
    } else {
        page::ok(&again)
    }
}

async fn more(
    access: &Access,
    fields: &Fields,
    typed: &mut Typed,
    errors: &mut FormErrors,
) -> Result<(), Problem> {
    if fields.get("more") == "fill" {
        let presets = access.quota_presets().await?;
        if let Some(quota) = fill::chosen(access, &presets, fields, errors) {
            typed.quota = QuotaForm::of(&quota);
        }
    }
    Ok(())
}

/// The way to the plan, or nothing with what is wrong noted at its field.
async fn plan(
    access: &Access,
    typed: &Typed,
    errors: &mut FormErrors,
) -> Result<Option<Response>, Problem> {
    let names = named(access, &typed.profiles, errors);
    let lines = typed.quota.parse(errors);
    let defaults = typed.defaults.parse(errors);
    if names.len() > MOST {
        errors.add("profiles", format!("At most {MOST} at once"));
    }
    if lines.is_empty() && errors.is_empty() {
        errors.add(FIRST_FIELD, "Enter at least one limit");
    }
    let mut profiles = access.profiles_named(names.iter().map(ProfileName::as_str));
    if defaults.is_none() {
        profiles.retain(|profile| profile.quota.with(&lines) != profile.quota);
    }
    if profiles.is_empty() && errors.is_empty() {
        errors.add(
            FIRST_FIELD,
            "All of these profiles have these limits already",
        );
    }
    if !errors.is_empty() {
        return Ok(None);
    }
    match operations::plan_set_many(access, &profiles, &lines, defaults.as_ref()).await {
        Ok(operation) => Ok(Some(page::see_other(&paths::fill(
            paths::OPERATION,
            &operation.id.to_string(),
        )))),
        Err(PlanError::Cluster(error @ cluster::Error::Invalid { .. })) => {
            errors.add(FIRST_FIELD, error);
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

async fn many_page(
    access: &Access,
    frame: Frame,
    typed: &Typed,
    errors: FormErrors,
) -> Result<ManyPage, Problem> {
    let presets = access.quota_presets().await?;
    let there = access.profiles_named(words(&typed.profiles).take(MOST));
    Ok(ManyPage {
        frame: frame.titled(match there.len() {
            0 => "Quota of many profiles".to_owned(),
            1 => "Quota of 1 profile".to_owned(),
            count => format!("Quota of {count} profiles"),
        }),
        action: paths::PROFILES_QUOTA,
        back_href: paths::PROFILES,
        profiles: TextArea::new("profiles", "Profiles", &typed.profiles, &errors),
        quota: typed.quota.fields(&QuotaUse::default(), &errors),
        defaults: typed.defaults.fields(None, &errors),
        fill: fill::fields(&presets, &errors),
        now: there.iter().map(view_of).collect(),
        errors: errors.0,
    })
}

fn view_of(profile: &Arc<Profile>) -> ProfileView {
    ProfileView {
        name: profile.name.to_string(),
        href: paths::fill(paths::PROFILE, profile.name.as_str()),
        badges: view::manager_badge(profile.managed_by),
        meters: view::meters(profile),
    }
}
