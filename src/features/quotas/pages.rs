//! The form for a profile's quota.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;

use super::defaults::{DefaultsFields, DefaultsForm};
use super::fill::{self, FillFields};
use super::form::{QuotaFields, QuotaForm, ROW};
use super::operations;
use crate::access::Access;
use crate::cluster::{self, DefaultsFound, Offer};
use crate::domain::{Profile, ProfileName, Quota};
use crate::web::extract::Path;
use crate::web::fields::{FieldError, FormErrors};
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::view::Notice;
use crate::web::{page, paths};

#[derive(Template)]
#[template(path = "quotas/edit.html")]
pub(super) struct EditPage {
    frame: Frame,
    errors: Vec<FieldError>,
    notices: Vec<Notice>,
    profile: String,
    profile_href: String,
    action: String,
    quota: QuotaFields,
    defaults: DefaultsFields,
    fill: FillFields,
    offers: Vec<OfferView>,
}

/// A row that can be added with one press.
struct OfferView {
    value: String,
    label: String,
}

/// Everything that was typed.
pub(super) struct Typed {
    pub quota: QuotaForm,
    pub defaults: DefaultsForm,
}

/// What the form has around it.
pub(super) struct Around {
    /// `None`: this person may not see it.
    pub found: Option<DefaultsFound>,
    pub presets: BTreeMap<String, Quota>,
    /// Empty as well when this person may not see nodes and classes: the free rows take any name.
    pub offers: Vec<Offer>,
}

pub(super) async fn around(access: &Access, profile: &Profile) -> Result<Around, Problem> {
    let found = match operations::defaults_now(access, profile).await {
        Ok(found) => Some(found),
        Err(cluster::Error::Forbidden { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let offers = match operations::offers(access).await {
        Ok(offers) => offers,
        Err(cluster::Error::Forbidden { .. }) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    Ok(Around {
        offers,
        found,
        presets: access.quota_presets().await?,
    })
}

pub(super) async fn edit(
    access: Access,
    frame: Frame,
    Path(name): Path<ProfileName>,
) -> Result<Response, Problem> {
    let profile = access
        .cluster()
        .profile(&name)
        .ok_or_else(|| Problem::not_found(&format!("profile named {name}")))?;
    let around = around(&access, &profile).await?;
    let typed = Typed {
        quota: QuotaForm::of(&profile.quota),
        defaults: DefaultsForm::offered(&profile.quota, around.found.as_ref()),
    };
    page::ok(&EditPage::with(
        frame,
        &profile,
        &typed,
        around,
        FormErrors::default(),
    ))
}

impl EditPage {
    pub(super) fn with(
        frame: Frame,
        profile: &Profile,
        typed: &Typed,
        around: Around,
        errors: FormErrors,
    ) -> Self {
        let name = profile.name.as_str();
        let Around {
            found,
            presets,
            offers,
        } = around;
        Self {
            frame: frame.titled(format!("Quota of {name}")),
            notices: notices(profile, found.as_ref()),
            profile: name.to_owned(),
            profile_href: paths::fill(paths::PROFILE, name),
            action: paths::fill(paths::QUOTA, name),
            quota: typed.quota.fields(&profile.quota_use, &errors),
            defaults: typed.defaults.fields(found.as_ref(), &errors),
            fill: fill::fields(&presets, &errors),
            offers: offers
                .iter()
                .filter(|offer| !typed.quota.has_row(offer.resource.as_str()))
                .map(offer_view)
                .collect(),
            errors: errors.0,
        }
    }

    /// With a sentence about what a button has done; empty for none.
    #[must_use]
    pub(super) fn saying(mut self, said: &str) -> Self {
        if !said.is_empty() {
            self.notices.insert(0, Notice::new("success", said, ""));
        }
        self
    }

    pub(super) fn is_wrong(&self) -> bool {
        !self.errors.is_empty()
    }
}

fn offer_view(offer: &Offer) -> OfferView {
    let name = offer.resource.as_str();
    OfferView {
        value: format!("{ROW}{name}"),
        label: match offer.on_nodes {
            Some(amount) => format!("{name} ({amount} on the nodes)"),
            None => name.to_owned(),
        },
    }
}

fn notices(profile: &Profile, found: Option<&DefaultsFound>) -> Vec<Notice> {
    let mut notices = Vec::new();
    if let Some(manager) = profile.managed_by {
        let text = "A change made here will be reverted by it. Change the quota where it keeps it.";
        notices.push(Notice::new(
            "warning",
            &format!("This profile is managed by {}", manager.as_str()),
            text,
        ));
    }
    if profile.quota.needs_container_defaults() && found == Some(&DefaultsFound::None) {
        notices.push(Notice::new(
            "info",
            "A limit on CPU or memory makes Kubernetes refuse pods that state none",
            "Notebooks state both; pipeline steps often do not. Such pods vanish with “failed quota: must specify …” in \
             the events. Give containers defaults below.",
        ));
    }
    notices
}
